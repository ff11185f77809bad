package pages

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/ui"
)

// formPage is a form for a record of a kind.
type formPage struct {
	kind     *record.Kind
	id       string // "" for a new record
	title    string
	action   string
	version  int
	head     []ui.Field
	fields   []ui.Field
	sharing  []ui.Field
	problems []ui.FieldProblem
	conflict string
	readers  string
	drafts   bool
	once     string // key under which it makes or changes a record once
	blank    bool   // for a device to keep: it says nothing of who opens it
}

func (s *Site) newRecord(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), s.Viewer(r)
	k, ok := kinds.Get(r.PathValue("kind"))
	if !ok || !k.Authored {
		web.NotFound(w, r)
		return
	}
	q := r.URL.Query()
	var d app.Draft
	var err error
	if from := q.Get("from"); from != "" && k.Name == "alert" {
		d, err = s.app.WarnOf(ctx, v, from)
	} else {
		d, err = s.app.DraftOf(ctx, v, k, q.Get("under"), q.Get("answers"), q.Get("group"))
		if err == nil {
			d.Body = prefilled(d.Body, k, q)
		}
		if err == nil && k.Name == "pledge-report" {
			d.Body, err = s.answeredByLaw(ctx, v, d.Body)
		}
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.renderForm(w, r, http.StatusOK, k, nil, s.valuesOf(k, d), nil, "")
}

// prefilled adds to a draft what the page that led to the form says: a slot of the planner, a section of the report.
func prefilled(body json.RawMessage, k *record.Kind, q url.Values) json.RawMessage {
	fields := map[string]any{}
	if json.Unmarshal(body, &fields) != nil {
		return body
	}
	if k.Name == "meeting" && q.Get("at") != "" {
		slotFields(q.Get("at"), q.Get("minutes"), fields)
	}
	if k.Name == "narrative" {
		for name, from := range map[string]string{"section_of_report": "section", "from": "from", "to": "to"} {
			if v := q.Get(from); v != "" {
				fields[name] = v
			}
		}
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return body
	}
	return raw
}

func (s *Site) editRecord(w http.ResponseWriter, r *http.Request) {
	x, err := s.app.Get(r.Context(), s.Viewer(r), r.PathValue("id"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if !x.Mine || !x.Kind.Authored {
		s.Fail(w, r, &app.Error{Code: app.Forbidden, Key: "error.owner"})
		return
	}
	s.renderForm(w, r, http.StatusOK, x.Kind, x, s.valuesOf(x.Kind, app.Draft{Title: x.Title, Summary: x.Summary, Sharing: x.Sharing, Links: x.Links, Body: x.Body}), nil, "")
}

func (s *Site) createRecord(w http.ResponseWriter, r *http.Request) {
	k, ok := kinds.Get(r.PathValue("kind"))
	if !ok || !k.Authored {
		web.NotFound(w, r)
		return
	}
	s.submit(w, r, k, nil)
}

func (s *Site) updateRecord(w http.ResponseWriter, r *http.Request) {
	x, err := s.app.Get(r.Context(), s.Viewer(r), r.PathValue("id"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.submit(w, r, x.Kind, x)
}

// submit takes a form: adds or removes an item, or makes or changes the record. A refused form keeps what was typed.
func (s *Site) submit(w http.ResponseWriter, r *http.Request, k *record.Kind, x *app.Shown) {
	ctx, v := r.Context(), s.Viewer(r)
	if err := r.ParseForm(); err != nil {
		s.Fail(w, r, err)
		return
	}
	typed := values{r.PostForm}
	if changeItems(typed) || typed.Get("_preview") != "" {
		s.renderForm(w, r, http.StatusOK, k, x, typed, nil, "")
		return
	}
	d, problems := s.draftOf(ctx, k, typed)
	if len(problems) > 0 {
		s.renderForm(w, r, http.StatusUnprocessableEntity, k, x, typed, problems, "")
		return
	}
	var saved *record.Record
	var err error
	if x == nil {
		saved, _, err = s.app.CreateOnce(ctx, v, d, typed.Get("_once"), hashOf(typed))
	} else {
		saved, err = s.app.UpdateOnce(ctx, v, x.ID, atoi(typed.Get("version")), d, typed.Get("_once"), hashOf(typed))
	}
	var e *app.Error
	switch {
	case errors.As(err, &e) && e.Key == "error.once": // saved, gone back to, and changed: a form of its own from here on
		typed.Del("_once")
		s.renderForm(w, r, http.StatusConflict, k, x, typed, nil, ui.T(ctx, "form.saved-before"))
	case err == nil:
		s.Flash(r, ui.Good, "record.saved")
		http.Redirect(w, r, "/r/"+saved.ID, http.StatusSeeOther)
	case errors.As(err, &e) && e.Code == app.Invalid:
		s.renderForm(w, r, http.StatusUnprocessableEntity, k, x, typed, e.Problems, "")
	case errors.As(err, &e) && e.Code == app.Conflict:
		s.renderForm(w, r, http.StatusConflict, k, x, typed, nil, s.word(ctx, e))
	default:
		s.Fail(w, r, err)
	}
}

// hashOf is what a form says, without what only concerns its sending.
func hashOf(typed values) string {
	said := maps.Clone(typed.Values)
	maps.DeleteFunc(said, func(name string, _ []string) bool { return strings.HasPrefix(name, "_") })
	return fmt.Sprintf("%x", sha256.Sum256([]byte(said.Encode())))
}

// renderForm shows a form with what stands in it and what is wrong with it.
func (s *Site) renderForm(w http.ResponseWriter, r *http.Request, status int, k *record.Kind, x *app.Shown, v values, problems record.Problems, conflict string) {
	f := s.formOf(r.Context(), s.Viewer(r), k, x, v, problems)
	f.conflict = conflict
	if x != nil && conflict != "" {
		f.version = x.Version
	}
	if readers, err := s.readersOf(r.Context(), s.Viewer(r), x, k, v); err == nil {
		f.readers = readers
	}
	s.Show(w, r, status, ui.Page{Title: f.title}, formView(f, v.Values["link"]))
}

// formOf is the form of a kind or of a record with what stands in it and what is wrong with it.
func (s *Site) formOf(ctx context.Context, viewer app.Viewer, k *record.Kind, x *app.Shown, v values, problems record.Problems) *formPage {
	f := &formPage{kind: k, action: "/records/" + k.Name + "/new", title: ui.T(ctx, "form.new", "kind", ui.T(ctx, "kind."+k.Name+".one")), once: v.Get("_once")}
	if f.once == "" {
		f.once = rand.Text()
	}
	if x != nil {
		f.id, f.action, f.version = x.ID, "/r/"+x.ID+"/edit", atoi(v.Get("version"))
		if f.version == 0 {
			f.version = x.Version
		}
		f.title = s.title(ctx, x)
	}
	f.drafts = x == nil && slices.Contains(k.Workflow.States, "draft") && k.Workflow.Initial != "draft"
	f.head = s.headFields(ctx, k, v)
	f.fields = s.formFields(ctx, k.Name, "", k.Fields, v)
	f.sharing = s.sharingFields(ctx, viewer, v)
	problems = ofForm(problems, v)
	for _, group := range []*[]ui.Field{&f.head, &f.fields, &f.sharing} {
		ui.SpreadProblems(ctx, *group, problems)
	}
	f.problems = ui.FieldProblems(ctx, problems, func(path string) string { return s.pathLabel(ctx, path) })
	return f
}

// readersOf says how many people the form's sharing rule would let see the record.
func (s *Site) readersOf(ctx context.Context, v app.Viewer, x *app.Shown, k *record.Kind, typed values) (string, error) {
	r := &record.Record{Kind: k.Name, Owner: v.Participant(), Author: v.Actor(), Sharing: sharingTyped(typed), State: k.Workflow.States[len(k.Workflow.States)-1]}
	if x != nil {
		r.Owner, r.Author = x.Owner, x.Author
	}
	readers, err := s.app.ReadersOf(ctx, v, s.app.AudienceOf(r))
	if err != nil {
		return "", err
	}
	if readers.Public {
		return ui.T(ctx, "sharing.will-public"), nil
	}
	return ui.T(ctx, "sharing.will", "people", ui.T(ctx, "sharing.people", "n", readers.People), "participants", ui.T(ctx, "sharing.participants", "n", len(readers.Participants))), nil
}

// pathLabel names the field at a path: "components.2.purity".
func (s *Site) pathLabel(ctx context.Context, path string) string {
	var parts []string
	for _, p := range strings.Split(path, ".") {
		if _, err := strconv.Atoi(p); err == nil {
			parts = append(parts, p)
		} else if slices.Contains(record.Languages, p) {
			parts = append(parts, p)
		} else if p != "" {
			parts = append(parts, fieldLabel(ctx, p))
		}
	}
	return strings.Join(parts, " ")
}

func (s *Site) headFields(ctx context.Context, k *record.Kind, v values) []ui.Field {
	if k.Compose != nil {
		return nil
	}
	return []ui.Field{
		{Path: "title", Type: record.TypeTexts, Label: fieldLabel(ctx, "headline"), Help: ui.T(ctx, "help.headline"), Required: true, Texts: textOf(v, "title"), Max: 300},
		{Path: "summary", Type: record.TypeTexts, Label: fieldLabel(ctx, "description"), Help: ui.T(ctx, "help.description"), Texts: textOf(v, "summary")},
	}
}

func (s *Site) formFields(ctx context.Context, kind, prefix string, fields []record.Field, v values) []ui.Field {
	var out []ui.Field
	for _, f := range fields {
		if f.Derived || f.Type == record.TypeData {
			continue
		}
		path := prefix + f.Name
		x := ui.Field{Path: path, Type: f.Type, Label: kindLabel(ctx, kind, path), Help: fieldHelp(ctx, kind, path, f), Required: f.Required, Unit: unit(ctx, f.Unit), Max: f.Max, Value: v.Get(path), Values: v.Values[path]}
		switch f.Type {
		case record.TypeDate:
			x.Value = ui.JoinDate(v.Get(path+".year"), v.Get(path+".month"), v.Get(path+".day"))
		case record.TypeTexts:
			x.Texts = textOf(v, path)
		case record.TypeChoice, record.TypeChoices:
			for _, o := range f.Options {
				x.Options = append(x.Options, ui.Option{Value: o, Label: option(ctx, o)})
			}
		case record.TypeCountry, record.TypeCountries:
			x.Options = s.countryOptions(ctx)
		case record.TypeGroup, record.TypeLines, record.TypeMember, record.TypeMembers, record.TypeLanguages, record.TypeZone:
			s.references(ctx, &x)
		case record.TypeTime:
			x.Help = strings.TrimSpace(x.Help + " " + ui.T(ctx, "help.time"))
		case record.TypeURL:
			x.Help = strings.TrimSpace(x.Help + " " + ui.T(ctx, "help.url"))
		case record.TypePlace:
			x.Type, x.Help = record.TypeText, strings.TrimSpace(x.Help+" "+ui.T(ctx, "help.place"))
		case record.TypeSubstance:
			x.Suggest = "/suggest/substances"
			if name, ok := s.app.Catalogue().NameOf(x.Value, lang(ctx)); ok {
				x.Value = name
			}
		case record.TypeList:
			x.ItemName = ui.T(ctx, "item."+f.Name)
			x.Blank = &ui.Item{Fields: s.formFields(ctx, kind, path+".0.", f.Fields, values{})}
			for i := 1; i <= v.count(path); i++ {
				x.Items = append(x.Items, ui.Item{Fields: s.formFields(ctx, kind, fmt.Sprintf("%s.%d.", path, i), f.Fields, v)})
			}
		}
		out = append(out, x)
	}
	return out
}

// tlpOptions are the labels of the Traffic Light Protocol with what each means.
func tlpOptions(ctx context.Context) []ui.Option {
	keys := map[record.TLP]string{record.Clear: "tlp.clear", record.Green: "tlp.green", record.Amber: "tlp.amber", record.AmberStrict: "tlp.amber-strict", record.Red: "tlp.red"}
	var out []ui.Option
	for _, l := range record.TLPs {
		out = append(out, ui.Option{Value: string(l), Label: "TLP:" + string(l) + " – " + ui.T(ctx, keys[l])})
	}
	return out
}
