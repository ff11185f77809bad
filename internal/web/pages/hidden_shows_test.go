package pages

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/api"
	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/kinds/kindstest"
	"tocsin/internal/record"
	"tocsin/internal/store/storetest"
)

// ofRequests are the pages that tell of requests and letters themselves, so that looking changes them: where one is signed
// in, the audit, in which every refusal stands, and how the service does, which counts the letters that wait.
var ofRequests = []string{"account", "audit", "audit/export/csv", "admin"}

// overviews are the paths of everything that is no single record, with what narrows, searches and counts: from the lists
// of routes and operations, so that a new one is among them by itself. about are records that everybody sees.
func (c *city) overviews(about []*record.Record) (out []string) {
	add := func(path string, queries ...string) {
		for _, q := range append([]string{""}, queries...) {
			out = append(out, path+q)
		}
	}
	span := "?from=2023-07-01&to=2024-12-31"
	for _, r := range c.site.Routes() {
		switch {
		case r.Method != http.MethodGet, strings.Contains(r.Path, "secret}"), r.Path == "/tokens", r.Path == "/api":
		case slices.Contains(ofRequests, strings.TrimPrefix(r.Path, "/")):
		case strings.HasPrefix(r.Path, "/r/{id}"):
			for _, x := range about {
				if !strings.Contains(r.Path, "{hash}") && !strings.HasSuffix(r.Path, "/edit") {
					add(strings.ReplaceAll(r.Path, "{id}", x.ID))
				}
			}
		case strings.Contains(r.Path, "{kind}"):
			for _, k := range kinds.All {
				p := c.fill(strings.ReplaceAll(r.Path, "{kind}", k.Name), target{Record: &record.Record{}})
				switch {
				case r.Path == "/records/{kind}":
					add(p, "?q=zqsecret", "?place=GH", "?topic=swg1.2&sort=changed")
				case strings.HasSuffix(r.Path, "/export/{format}"), slices.Contains([]string{"incident", "pledge-report", "interest"}, k.Name):
					add(p)
				}
			}
		case r.Path == "/feeds/{name}":
			for _, k := range feedKinds {
				add("/feeds/" + k + ".atom")
			}
		case r.Path == "/search":
			add(r.Path, "?q=zqsecret", "?q=zqword", "?q=heroin")
		case r.Path == "/suggest/substances":
			add(r.Path, "?q=zqsecret", "?q=her")
		case strings.HasPrefix(r.Path, "/calendar"):
			add(r.Path, "?from=2024-05-01", "?month=2024-05", "?topic=swg1.2&from=2024-05-01")
		case strings.Contains(r.Path, "report"), strings.Contains(r.Path, "review"), strings.Contains(r.Path, "briefing"):
			out = append(out, c.fill(r.Path, target{Record: &record.Record{}})+span)
		default:
			add(c.fill(r.Path, target{Record: &record.Record{}}))
		}
	}
	for _, op := range c.site.api.Operations() {
		p := c.fill(op.Path, target{Record: about[0], hash: "x"})
		switch {
		case op.Method != http.MethodGet, op.ID == "get-me":
		case op.ID == "list-records":
			for _, k := range kinds.All {
				out = append(out, p+"?kind="+k.Name, p+"?kind="+k.Name+"&q=zqsecret", p+"?kind="+k.Name+"&place=GH&sort=day", p+"?kind="+k.Name+"&owner=GH")
			}
		case op.ID == "search-records":
			out = append(out, p+"?q=zqsecret", p+"?q=zqword")
		case op.ID == "export-table":
			for _, k := range kinds.All {
				out = append(out, api.Prefix+"/export/"+k.Name+".csv", api.Prefix+"/export/"+k.Name+".json?place=GH")
			}
		case op.ID == "get-series":
			out = append(out, p+"?place=GH&source=incident/seizure&from=2024-01-01&to=2024-12-31", p+"?place=GH&source=health-event/death&from=2024-01-01&to=2024-12-31")
		case op.ID == "get-report":
			out = append(out, p+span)
		case op.ID == "list-meetings":
			out = append(out, p+"?from=2024-01-01&to=2024-12-31")
		default:
			out = append(out, p)
		}
	}
	return out
}

// generated is when an activity file was made.
var generated = regexp.MustCompile(`generated-datetime="[^"]*"`)

// looks asks everything as some people and returns the answers.
func (c *city) looks(who []string, paths []string) map[string]string {
	out := map[string]string{}
	for _, name := range who {
		for _, p := range paths {
			w := c.ask(name, http.MethodGet, p, nil, "")
			if w.Code >= 500 {
				c.t.Errorf("%s gets %d for %s", name, w.Code, p)
			}
			out[name+" "+p] = generated.ReplaceAllString(whole(w, "\x00"), "")
		}
	}
	return out
}

// TestNothingHiddenShows: overviews, lists, counts, facets, searches, suggestions, calendars, feeds, the site map, exports,
// reports, briefings, figures, and the pages of what is linked with the hidden are byte for byte the same to whoever does
// not see it, before and after there is something hidden of every kind: first RED, hidden from everybody but its author,
// then AMBER, hidden from other countries and the public.
func TestNothingHiddenShows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		c := newCity(t, address)
		hosts := c.hosts()
		clear := record.Sharing{TLP: record.Clear}
		open := []*record.Record{c.record("customs", "incident", clear), c.record("co-chair", "meeting", clear)}
		for _, kind := range []string{"commitment", "document", "initiative", "need", "contribution", "law", "service", "announcement"} {
			who := "customs"
			if kind == "announcement" {
				who = "co-chair"
			}
			c.record(who, kind, clear)
		}
		strangers := []string{"public", "other", "partner", "secretariat"}
		colleagues := []string{"co-chair", "curator", "unregistered"}
		if strings.HasSuffix(t.Name(), "/postgres") { // the engines differ by statements and not by roles
			strangers, colleagues = []string{"public", "other"}, []string{"unregistered"}
		}
		paths := c.overviews(open)
		same := func(what string, was, now map[string]string) {
			t.Helper()
			for k := range now {
				if v := was[k]; now[k] != v {
					at := 0
					for at < len(v) && at < len(now[k]) && v[at] == now[k][at] {
						at++
					}
					from := max(0, at-200)
					t.Errorf("%s, %s changes:\n…%.500s\nwas\n…%.500s", what, k, now[k][min(from, len(now[k])):], v[min(from, len(v)):])
				}
			}
		}
		was := c.looks(append(slices.Clone(strangers), colleagues...), paths)
		c.hide("official", record.Sharing{TLP: record.Red}, hosts, open)
		same("after RED records of every kind", was, c.looks(append(slices.Clone(strangers), colleagues...), paths))
		c.hide("customs", record.Sharing{TLP: record.Amber}, hosts, open)
		same("after AMBER records of every kind", was, c.looks(append(strangers, "unregistered"), paths))
		t.Logf("%d paths", len(paths))
	})
}

// hide makes a record of every kind with a rule, with what records have, linked to what everybody sees, and takes it to
// its open states.
func (c *city) hide(who string, rule record.Sharing, hosts map[string]string, open []*record.Record) {
	c.t.Helper()
	ctx := context.Background()
	made := 0
	for _, k := range kinds.Authored() {
		c.made++
		d := app.Draft{Kind: k.Name, Sharing: rule, Title: record.Text{"en": "zqsecret"}, Body: kindstest.Body(k.Name, "zqsecret", c.made)}
		for _, o := range open {
			d.Links = append(d.Links, record.Link{Relation: record.EvidenceFor, To: o.ID}, record.Link{Relation: record.CausedBy, To: o.ID})
		}
		if len(k.Under) > 0 {
			d.Links = append(d.Links, record.Link{Relation: record.PartOf, To: hosts[k.Under[0]]})
			if rule.TLP == record.Amber && k.Name != "pledge-report" {
				continue // its host's owner, the secretariat, sees it
			}
		}
		v := c.as(who)
		if k.Name == "narrative" || k.Name == "interest" || k.Name == "submission" {
			continue // the secretariat's own, and what its host sees whatever its rule says
		}
		if k.Name == "meeting" || k.Name == "call" || k.Name == "announcement" {
			if v = c.as("coordinator"); rule.TLP == record.Red {
				d.Sharing.Audience = nil
			}
		}
		r, err := c.app.Create(ctx, v, d)
		if code := app.CodeOf(err); err != nil && (code == app.Conflict || code == app.Invalid || code == app.Forbidden) && slices.Contains([]string{"pledge", "pledge-report", "recommendation"}, k.Name) {
			continue
		}
		if err != nil {
			c.t.Fatalf("a %s that is %v: %v", k.Name, rule, err)
		}
		made++
		if err := c.app.Comment(ctx, v, r.ID, "zqsecret said"); err != nil {
			c.t.Fatal(err)
		}
		if err := c.app.Propose(ctx, v, r.ID, "zqsecret proposed", nil); err != nil {
			c.t.Fatal(err)
		}
		if next, err := c.app.Attach(ctx, v, r.ID, r.Version, "zqsecret.txt", []byte("zqsecret")); err == nil {
			r = next
		}
		for range 3 { // towards its open states; a step that widens stays untaken
			i := slices.IndexFunc(k.Workflow.StepsFrom(r.State), func(s record.Step) bool { return s.Widen == "" && s.Name != "withdraw" })
			if i < 0 {
				break
			}
			next, err := c.app.Step(ctx, app.Operator, r.ID, r.Version, k.Workflow.StepsFrom(r.State)[i].Name, "because")
			if err != nil {
				break
			}
			r = next
		}
	}
	if made < 18 {
		c.t.Fatalf("%d kinds are hidden", made)
	}
}
