package api

import (
	"context"
	"net/http"

	"tocsin/internal/app"
	"tocsin/internal/kinds"
	"tocsin/internal/record"
	"tocsin/internal/web"
	"tocsin/internal/web/locales"
)

// Kind declares a type of record.
type Kind struct {
	Name       string      `json:"name"`
	Label      string      `json:"label" doc:"Name in the language asked for, singular"`
	Many       string      `json:"many" doc:"The same, plural"`
	Line       string      `json:"line" doc:"Line of effort: supply, detection, health, programme"`
	Authored   bool        `json:"authored" doc:"People write it; false for what only the system makes"`
	Titled     bool        `json:"titled" doc:"A title must be written; else it is composed of the content"`
	Sharing    string      `json:"sharing" doc:"TLP label proposed for a new record"`
	Public     bool        `json:"public" doc:"Its list may be asked for without a token"`
	Partners   bool        `json:"partners" doc:"People of partner organisations may write it"`
	Under      []string    `json:"under" doc:"It belongs to one record of one of these kinds: one link part-of"`
	Follows    []string    `json:"follows" doc:"It may answer a record of these kinds: a link answers"`
	Substances string      `json:"substances,omitempty" doc:"The field that lists substances"`
	Fields     []KindField `json:"fields"`
	States     []State     `json:"states"`
	Initial    string      `json:"initial" doc:"State of a new record"`
	Steps      []KindStep  `json:"steps"`
	Columns    []string    `json:"columns" doc:"Columns by which a table is imported without a profile of its own"`
}

// KindField declares a field.
type KindField struct {
	Name     string      `json:"name"`
	Label    string      `json:"label"`
	Help     string      `json:"help,omitempty" doc:"What belongs into it, in the language asked for"`
	Type     string      `json:"type"`
	Required bool        `json:"required"`
	Derived  bool        `json:"derived" doc:"The system says it; what is sent for it is passed over"`
	Past     bool        `json:"past,omitempty" doc:"A date that may not lie in the future"`
	Max      int         `json:"max,omitempty" doc:"Characters of a text, items of a list"`
	Least    *float64    `json:"least,omitempty"`
	Most     *float64    `json:"most,omitempty"`
	Unit     string      `json:"unit,omitempty"`
	Options  []Option    `json:"options,omitempty"`
	Fields   []KindField `json:"fields,omitempty" doc:"Of the items of a list"`
}

// Option is a value to choose.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// State is a state of a workflow.
type State struct {
	Name    string `json:"name"`
	Label   string `json:"label"`
	Private bool   `json:"private" doc:"Only the owner's officials see the record in it"`
	Locked  bool   `json:"locked" doc:"The content does not change in it"`
}

// KindStep is a step of a workflow.
type KindStep struct {
	Name   string   `json:"name"`
	Label  string   `json:"label"`
	From   []string `json:"from"`
	To     string   `json:"to"`
	By     string   `json:"by" enum:"owner,host,chair,secretariat,system" doc:"Whose it is to take"`
	Duty   string   `json:"duty,omitempty"`
	Second bool     `json:"second" doc:"Somebody other than the author of the last change must take it"`
	Reason bool     `json:"reason" doc:"A reason must be given"`
	Widens string   `json:"widens,omitempty" doc:"The TLP label that the record gets with it"`
}

// KindList lists the kinds.
type KindList struct {
	Kinds []Kind `json:"kinds"`
}

func (x *API) kindOperations() {
	type listed struct{ Body KindList }
	type one struct{ Body Kind }
	type byName struct {
		Kind string `path:"kind"`
	}
	add(x, Operation{ID: "list-kinds", Method: http.MethodGet, Path: "/kinds", Area: "api.area.records", Summary: "api.op.list-kinds", Access: web.Anyone, Sample: "/kinds"},
		func(ctx context.Context, _ app.Viewer, _ *struct{}) (*listed, error) {
			out := &listed{Body: KindList{Kinds: []Kind{}}}
			for _, k := range kinds.All {
				out.Body.Kinds = append(out.Body.Kinds, kindOf(locales.From(ctx), k))
			}
			return out, nil
		})
	add(x, Operation{ID: "get-kind", Method: http.MethodGet, Path: "/kinds/{kind}", Area: "api.area.records", Summary: "api.op.get-kind", Access: web.Anyone, Sample: "/kinds/incident"},
		func(ctx context.Context, _ app.Viewer, in *byName) (*one, error) {
			k, ok := kinds.Get(in.Kind)
			if !ok {
				return nil, noKind(in.Kind)
			}
			return &one{Body: kindOf(locales.From(ctx), k)}, nil
		})
}

func noKind(name string) error {
	return &app.Error{Code: app.NotFound, Key: "error.kind", Params: map[string]any{"kind": name}}
}

func kindOf(l *locales.Locale, k *record.Kind) Kind {
	out := Kind{Name: k.Name, Label: l.T("kind." + k.Name + ".one"), Many: l.T("kind." + k.Name + ".many"), Line: k.Line, Authored: k.Authored, Titled: k.Compose == nil, Sharing: string(k.Sharing),
		Public: app.Public.MayList(k.Name), Partners: k.Partners, Under: list(k.Under), Follows: list(k.Follows), Substances: k.Named, Fields: fieldsOf(l, k.Name, "", k.Fields), Initial: k.Workflow.Initial, Steps: []KindStep{}}
	for _, s := range k.Workflow.States {
		out.States = append(out.States, State{Name: s, Label: l.T("state." + s), Private: k.Workflow.IsPrivate(s), Locked: contains(k.Workflow.Locked, s)})
	}
	for _, s := range k.Workflow.Steps {
		out.Steps = append(out.Steps, stepOf(l, s))
	}
	out.Columns, _ = app.Template(k.Name)
	return out
}

func stepOf(l *locales.Locale, s record.Step) KindStep {
	by := string(s.By)
	if by == "" {
		by = "owner"
	}
	return KindStep{Name: s.Name, Label: l.T("step." + s.Name), From: s.From, To: s.To, By: by, Duty: s.Duty, Second: s.Second, Reason: s.Reason, Widens: string(s.Widen)}
}

func fieldsOf(l *locales.Locale, kind, prefix string, fields []record.Field) []KindField {
	out := []KindField{}
	for _, f := range fields {
		x := KindField{Name: f.Name, Label: labelOf(l, locales.LabelKey(kind, prefix+f.Name), f.Name), Help: labelOf(l, locales.HelpKey(kind, prefix+f.Name), ""), Type: string(f.Type), Required: f.Required, Derived: f.Derived || f.Type == record.TypeData, Past: f.Past, Max: f.Max, Least: f.Least, Most: f.Most, Unit: f.Unit}
		for _, o := range f.Options {
			x.Options = append(x.Options, Option{o, labelOf(l, "option."+o, o)})
		}
		if f.Type == record.TypeList {
			x.Fields = fieldsOf(l, kind, prefix+f.Name+".", f.Fields)
		}
		out = append(out, x)
	}
	return out
}

// labelOf words a key; what no catalogue words stands for itself.
func labelOf(l *locales.Locale, key, otherwise string) string {
	if locales.Has(key) {
		return l.T(key)
	}
	return otherwise
}

// list is a list that is never null.
func list[T any](xs []T) []T {
	if xs == nil {
		return []T{}
	}
	return xs
}

func contains[T comparable](xs []T, x T) bool {
	for _, y := range xs {
		if y == x {
			return true
		}
	}
	return false
}
