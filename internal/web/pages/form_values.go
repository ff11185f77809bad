package pages

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/record"
	"tocsin/internal/web/ui"
)

// values is what stands in a form, as it was typed: by the inputs' names.
type values struct{ url.Values }

func (v values) count(path string) int {
	n, err := strconv.Atoi(v.Get(path + ".count"))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, 60)
}

// changeItems adds an item to a list or removes one, as a button asked.
func changeItems(v values) bool {
	if list := v.Get("_add"); list != "" {
		v.Set(list+".count", strconv.Itoa(v.count(list)+1))
		return true
	}
	list, number, ok := cutLast(v.Get("_remove"))
	if !ok {
		return false
	}
	n, count := atoi(number), v.count(list)
	moved := url.Values{}
	for name, vs := range v.Values {
		rest, in := strings.CutPrefix(name, list+".")
		item, field, nested := strings.Cut(rest, ".")
		at, err := strconv.Atoi(item)
		if !in || !nested || err != nil {
			continue
		}
		v.Del(name)
		switch {
		case at < n:
			moved[name] = vs
		case at > n:
			moved[fmt.Sprintf("%s.%d.%s", list, at-1, field)] = vs
		}
	}
	for name, vs := range moved {
		v.Values[name] = vs
	}
	v.Set(list+".count", strconv.Itoa(max(0, count-1)))
	return true
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}

// draftOf reads a form into a draft. Problems are of values that do not fit their field's type.
func (s *Site) draftOf(ctx context.Context, k *record.Kind, v values) (app.Draft, record.Problems) {
	var p record.Problems
	d := app.Draft{Kind: k.Name, Title: textOf(v, "title"), Summary: textOf(v, "summary"), Private: v.Get("draft") == "yes", Sharing: sharingTyped(v)}
	for _, l := range v.Values["link"] {
		if rel, to, ok := strings.Cut(l, " "); ok {
			d.Links = append(d.Links, record.Link{Relation: record.Relation(rel), To: to})
		}
	}
	body := s.readFields(ctx, "", k.Fields, v, &p)
	raw, err := json.Marshal(body)
	if err != nil {
		p.Add("", "problem.body", "detail", err.Error())
	}
	d.Body = raw
	return d, p
}

func textOf(v values, path string) record.Text {
	t := record.Text{}
	for _, l := range record.Languages {
		if s := strings.TrimSpace(v.Get(path + "." + l)); s != "" {
			t[l] = s
		}
	}
	return t
}

// readFields reads the fields below a path; empty ones are left out.
func (s *Site) readFields(ctx context.Context, prefix string, fields []record.Field, v values, p *record.Problems) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		path := prefix + f.Name
		if f.Derived || f.Type == record.TypeData {
			continue
		}
		if f.Type == record.TypeList {
			if items := s.readItems(ctx, path, f, v, p); len(items) > 0 {
				out[f.Name] = items
			}
			continue
		}
		if x := s.readField(path, f, v, p); x != nil {
			out[f.Name] = x
		}
	}
	return out
}

func (s *Site) readItems(ctx context.Context, path string, f record.Field, v values, p *record.Problems) []any {
	var items []any
	for i := 1; i <= v.count(path); i++ {
		prefix := fmt.Sprintf("%s.%d.", path, i)
		var ip record.Problems
		item := s.readFields(ctx, prefix, f.Fields, v, &ip)
		if len(item) == 0 && len(ip) == 0 {
			continue // an item that was left empty is none
		}
		*p = append(*p, ip...)
		items = append(items, item)
	}
	return items
}

func (s *Site) readField(path string, f record.Field, v values, p *record.Problems) any {
	typed := strings.TrimSpace(v.Get(path))
	switch f.Type {
	case record.TypeDate:
		if d := ui.JoinDate(v.Get(path+".year"), v.Get(path+".month"), v.Get(path+".day")); d != "" {
			return d
		}
		return nil
	case record.TypeTexts:
		if t := textOf(v, path); len(t) > 0 {
			return t
		}
		return nil
	case record.TypeChoices, record.TypeCountries, record.TypeLines, record.TypeMembers, record.TypeLanguages:
		if vs := slices.DeleteFunc(slices.Clone(v.Values[path]), func(x string) bool { return x == "" }); len(vs) > 0 {
			return vs
		}
		return nil
	}
	if typed == "" {
		return nil
	}
	switch f.Type {
	case record.TypeNumber, record.TypeInteger:
		x, err := strconv.ParseFloat(strings.ReplaceAll(typed, ",", "."), 64)
		if err != nil || f.Type == record.TypeInteger && x != float64(int(x)) {
			p.Add(path, "problem.number")
			return nil
		}
		return x
	case record.TypeSubstance:
		return s.readSubstance(path, typed, p)
	}
	return typed
}

// readSubstance turns a typed name into the id of the one thing that it names; a name of several is a problem that says which.
func (s *Site) readSubstance(path, typed string, p *record.Problems) any {
	if _, ok := s.app.Catalogue().NameOf(typed, "en"); ok {
		return typed
	}
	if id := s.app.SubstanceNamed(typed); id != "" {
		return id
	}
	var names []string
	for _, x := range s.app.Catalogue().Search(typed, 5) {
		names = append(names, x.Name)
	}
	if len(names) > 0 {
		p.Add(path, "problem.substance.which", "value", typed, "names", strings.Join(names, ", "))
	} else {
		p.Add(path, "problem.substance", "value", typed)
	}
	return nil
}

// valuesOf writes a draft as the values of its form.
func (s *Site) valuesOf(k *record.Kind, d app.Draft) values {
	v := values{url.Values{}}
	for path, t := range map[string]record.Text{"title": d.Title, "summary": d.Summary} {
		for l, text := range t {
			v.Set(path+"."+l, text)
		}
	}
	writeSharing(v, d.Sharing)
	for _, l := range d.Links {
		v.Add("link", string(l.Relation)+" "+l.To)
	}
	s.writeFields("", k.Fields, fieldsOfBody(d.Body), v)
	return v
}

func (s *Site) writeFields(prefix string, fields []record.Field, body map[string]any, v values) {
	for _, f := range fields {
		path := prefix + f.Name
		switch x := body[f.Name].(type) {
		case nil:
			if f.Type == record.TypeList && f.Required {
				v.Set(path+".count", "1")
			}
		case string:
			if f.Type == record.TypeDate {
				y, m, d := ui.SplitDate(x)
				v.Set(path+".year", y)
				v.Set(path+".month", m)
				v.Set(path+".day", d)
			} else {
				v.Set(path, x)
			}
		case float64:
			v.Set(path, strconv.FormatFloat(x, 'f', -1, 64))
		case map[string]any:
			for l, t := range x {
				v.Set(path+"."+l, fmt.Sprint(t))
			}
		case []any:
			if f.Type != record.TypeList {
				for _, e := range x {
					v.Add(path, fmt.Sprint(e))
				}
				continue
			}
			v.Set(path+".count", strconv.Itoa(len(x)))
			for i, it := range x {
				m, _ := it.(map[string]any)
				s.writeFields(fmt.Sprintf("%s.%d.", path, i+1), f.Fields, m, v)
			}
		}
	}
}
