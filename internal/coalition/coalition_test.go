package coalition

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	_ "tocsin/internal/drawn"
)

func directory(t *testing.T) *Directory {
	t.Helper()
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The counts of the report: 163 states in six regions, the European Union, 15 organisations, three Working Groups, seven
// Sub-Working Groups, six languages, 16 coordinators, 81 signatories.
func TestCountsAreTheReports(t *testing.T) {
	d := directory(t)
	types, regions, signed := map[ParticipantType]int{}, map[string]int{}, 0
	for _, p := range d.Participants() {
		types[p.Type]++
		regions[p.Region]++
		if p.Declaration {
			signed++
		}
		for _, l := range Languages {
			if strings.TrimSpace(p.Names[l]) == "" {
				t.Errorf("%s has no name in %s", p.Code, l)
			}
		}
		if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "" {
			t.Errorf("%s: zone %q: %v", p.Code, p.Zone, err)
		}
	}
	want := map[string]int{"africa": 46, "east-asia-pacific": 15, "europe": 44, "middle-east-north-africa": 15, "south-central-asia": 12, "western-hemisphere": 31}
	for r, n := range want {
		if regions[r] != n {
			t.Errorf("%s has %d states, the report %d", r, regions[r], n)
		}
	}
	if types[State] != 163 || types[Union] != 1 || types[Organisation] != 15 || types[SecretariatType] != 1 || signed != 81 {
		t.Errorf("types %v, signatories %d", types, signed)
	}
	working, sub, lines, networks := 0, 0, 0, 0
	for _, g := range d.Groups() {
		switch g.Type {
		case WorkingGroup:
			working++
		case SubWorkingGroup:
			sub++
		case LineOfAction:
			lines++
		default:
			networks++
		}
		if g.Parent != "" && !d.HasGroup(g.Parent) {
			t.Errorf("%s belongs to %s, which is not there", g.ID, g.Parent)
		}
		for _, l := range Languages {
			if g.Titles[l] == "" {
				t.Errorf("%s has no title in %s", g.ID, l)
			}
		}
		for _, c := range g.CoChairs {
			if _, ok := d.Participant(c.Country); !ok {
				t.Errorf("a co-chair of %s is from %s", g.ID, c.Country)
			}
		}
	}
	coordinators := 0
	for _, c := range d.Coordinators() {
		coordinators += c.Count
	}
	if working != 3 || sub != 7 || lines != 12 || networks != 7 || coordinators != 16 || len(d.Regions()) != 6 {
		t.Errorf("%d Working Groups, %d Sub-Working Groups, %d coordinators, %d regions", working, sub, coordinators, len(d.Regions()))
	}
}

func TestDirectoryEqualsTheReport(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "facts", "coalition.yaml"))
	if err != nil {
		t.Skipf("the facts of the report are not beside the project: %v", err)
	}
	var facts struct {
		Regions map[string]struct {
			Countries []struct{ Code, Name string }
		}
		Organizations struct{ Members []struct{ ID, Name string } }
		Groups        []struct {
			ID, Title string
			Sub       []struct{ ID, Title string }
		}
		Sections    map[string]any
		CoChairs    []CoChair `yaml:"co_chairs"`
		Declaration struct{ Signatories []string }
	}
	if err := yaml.Unmarshal(raw, &facts); err != nil {
		t.Fatal(err)
	}
	d := directory(t)
	for id, r := range facts.Regions {
		for _, c := range r.Countries {
			p, ok := d.Participant(c.Code)
			if !ok || p.Region != id {
				t.Errorf("%s is not in %s", c.Code, id)
				continue
			}
			if p.Names["en"] != c.Name && p.Printed != c.Name {
				t.Errorf("%s is printed as %q, we have %q and %q", c.Code, c.Name, p.Names["en"], p.Printed)
			}
		}
	}
	for _, o := range facts.Organizations.Members {
		if p, ok := d.Participant(o.ID); !ok || p.Names["en"] != o.Name {
			t.Errorf("organisation %s %q: %+v", o.ID, o.Name, p)
		}
	}
	title := func(id, want string) {
		if g, ok := d.Group(id); !ok || g.Titles["en"] != want {
			t.Errorf("%s: %+v, the report has %q", id, g, want)
		}
	}
	var chairs []CoChair
	for _, g := range facts.Groups {
		title(g.ID, g.Title)
		for _, s := range g.Sub {
			title(s.ID, s.Title)
		}
	}
	for _, g := range d.Groups() {
		chairs = append(chairs, g.CoChairs...)
	}
	if len(chairs) != len(facts.CoChairs) {
		t.Errorf("%d co-chairs, the report has %d", len(chairs), len(facts.CoChairs))
	}
	for _, c := range facts.CoChairs {
		if !slices.Contains(chairs, c) {
			t.Errorf("the co-chair %+v is missing", c)
		}
	}
	for _, code := range facts.Declaration.Signatories {
		if p, ok := d.Participant(code); !ok || !p.Declaration {
			t.Errorf("%s signed the declaration", code)
		}
	}
}

func TestPlaces(t *testing.T) {
	d := directory(t)
	for code, want := range map[string]bool{"GH": true, "US-CT": true, "US-ZZ": false, "GH-AA": true, "ZZ": false, "ZZ-A": false, "US-": false, "us-ct": false, "US-CT1X": false, "": false, "EU": true, "XK": true} {
		if _, ok := d.PlaceName(code, "fr"); ok != want {
			t.Errorf("PlaceName(%q) = %v", code, ok)
		}
	}
	if n, _ := d.PlaceName("SL", "ar"); n == "" || n == "Sierra Leone" {
		t.Errorf("Sierra Leone in Arabic: %q", n)
	}
	rapid.Check(t, func(t *rapid.T) { d.PlaceName(rapid.String().Draw(t, "code"), rapid.String().Draw(t, "lang")) })
}

func TestEmail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "address")
		if once := NormalEmail(s); NormalEmail(once) != once {
			t.Fatalf("%q becomes %q, then %q", s, once, NormalEmail(once))
		}
	})
	if NormalEmail(" Ｏfficial@GH.Example\u200b") != "official@gh.example" {
		t.Error(NormalEmail(" Ｏfficial@GH.Example\u200b"))
	}
	for _, bad := range []string{"", "x", "a@b\r\nBcc: c@d", "A <a@b.c>", strings.Repeat("a", 300) + "@b.c"} {
		if len((Person{Email: bad, Name: "n", Participant: "GH"}).Validate()) == 0 {
			t.Errorf("%q passes as an address", bad)
		}
	}
}

func TestLive(t *testing.T) {
	from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	r := Registration{From: from, To: from.AddDate(1, 0, 0)}
	for at, want := range map[time.Time]bool{from.Add(-1): false, from: true, r.To.Add(-1): true, r.To: false} {
		if r.Live(at) != want {
			t.Errorf("live at %v: %v", at, !want)
		}
	}
}
