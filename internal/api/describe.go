package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/internal/kinds"
)

// paramTexts are the message keys of what parameters mean, by name; by operation and name where it means something else.
var paramTexts = map[string]string{
	"kind": "api.param.kind", "state": "api.param.state", "place": "api.param.place", "substance": "api.param.substance", "owner": "api.param.owner",
	"topic": "api.param.topic", "from": "api.param.from", "to": "api.param.to", "q": "api.param.q", "retracted": "api.param.retracted", "sort": "api.param.sort",
	"order": "api.param.order", "limit": "api.param.limit", "cursor": "api.param.cursor", "id": "api.param.id", "If-None-Match": "api.param.if-none-match",
	"If-Match": "api.param.if-match", "Idempotency-Key": "api.param.idempotency-key", "hash": "api.param.hash", "name": "api.param.name", "profile": "api.param.profile",
	"dry_run": "api.param.dry-run", "tlp": "api.param.tlp", "file": "api.param.file", "type": "api.param.type", "region": "api.param.region", "code": "api.param.code",
	"class": "api.param.class", "country": "api.param.country", "source": "api.param.source", "measure": "api.param.measure",
	"under": "api.param.under", "answers": "api.param.answers", "group": "api.param.group", "warns_of": "api.param.warns-of", "proposal": "api.param.proposal", "number": "api.param.number",
	"format": "api.param.format", "participant": "api.param.code", "places": "api.param.places", "substances": "api.param.substances", "weeks": "api.param.weeks",
	"meetings": "api.param.meetings", "every": "api.param.every", "minutes": "api.param.minutes", "who": "api.param.who",
	"propose-meetings from": "api.param.plan-from", "suggest-substances q": "api.param.beginning", "get-review id": "api.param.group", "list-notices limit": "api.param.most", "list-unknown-names limit": "api.param.most",
	"import-iati owner": "api.param.import-owner", "get-gaps format": "api.param.table-format", "get-group id": "api.param.group", "get-substance id": "api.param.substance", "import-table owner": "api.param.import-owner", "import-table state": "api.param.import-state",
}

// bodies are the shapes of request bodies.
var bodies = map[string]reflect.Type{"NewRecord": reflect.TypeFor[NewRecord](), "Replacement": reflect.TypeFor[Replacement](), "Step": reflect.TypeFor[Step](), "Withdrawal": reflect.TypeFor[Withdrawal](),
	"NewComment": reflect.TypeFor[NewComment](), "NewAnswer": reflect.TypeFor[NewAnswer](), "NewProposal": reflect.TypeFor[NewProposal](),
	"Verdict": reflect.TypeFor[Verdict](), "Acknowledgement": reflect.TypeFor[Acknowledgement](), "Settlement": reflect.TypeFor[Settlement](), "Plan": reflect.TypeFor[Plan](), "NewIssue": reflect.TypeFor[NewIssue]()}

// describe adds to the description of a registered operation what its Go types do not say.
func (x *API) describe(op *Operation) {
	item := x.huma.OpenAPI().Paths[op.Path]
	d := map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put}[op.Method]
	if op.tagged() && op.ID != "get-record" {
		d.Parameters = append(d.Parameters, &huma.Param{Name: "If-None-Match", In: "header", Schema: &huma.Schema{Type: huma.TypeString}})
	}
	for _, p := range d.Parameters {
		key := paramTexts[op.ID+" "+p.Name]
		if key == "" {
			key = paramTexts[p.Name]
		}
		if key == "" {
			panic("api: the parameter " + p.Name + " of " + op.ID + " is not explained") // a mistake in the program
		}
		p.Description = english(key)
		p.Example = exampleOf(op, p)
		op.Params = append(op.Params, paramOf(p, key))
	}
	if len(op.Sends) > 0 {
		d.RequestBody = x.requestBody(op)
	}
	if len(op.media) > 0 {
		d.Responses["200"].Content = map[string]*huma.MediaType{}
	}
	for _, media := range op.media {
		d.Responses["200"].Content[media] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		if media == "application/json" {
			d.Responses["200"].Content[media].Schema = &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}}
		}
	}
	if op.tagged() {
		d.Responses["304"] = &huma.Response{Description: "Not modified"}
	}
}

// tagged reports whether the answers of an operation have an ETag.
func (op *Operation) tagged() bool { return op.Method == http.MethodGet && len(op.media) == 0 }

// exampleOf takes the value of a parameter from the operation's example.
func exampleOf(op *Operation, p *huma.Param) any {
	path, query, _ := strings.Cut(op.Sample, "?")
	given := ""
	switch p.In {
	case "query":
		values, err := url.ParseQuery(query)
		if err != nil || !values.Has(p.Name) {
			return nil
		}
		given = values.Get(p.Name)
	case "path":
		parts := strings.Split(path, "/")
		for i, s := range strings.Split(strings.TrimPrefix(op.Path, Prefix), "/") {
			if s == "{"+p.Name+"}" && i < len(parts) {
				given = parts[i]
			}
		}
	}
	var typed any
	switch {
	case given == "":
		return nil
	case p.Schema.Type == huma.TypeArray:
		return strings.Split(given, ",")
	case p.Schema.Type != huma.TypeString && json.Unmarshal([]byte(given), &typed) == nil:
		return typed
	}
	return given
}

func paramOf(p *huma.Param, key string) Param {
	out := Param{Name: p.Name, In: p.In, Type: p.Schema.Type, Text: key, Required: p.Required}
	if p.Schema.Default != nil {
		raw, _ := json.Marshal(p.Schema.Default)
		out.Default = strings.Trim(string(raw), `"`)
	}
	for _, o := range p.Schema.Enum {
		if s, ok := o.(string); ok {
			out.Options = append(out.Options, s)
		}
	}
	return out
}

func (x *API) requestBody(op *Operation) *huma.RequestBody {
	b := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	for _, media := range op.Sends {
		m := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		if op.shape != "" {
			m.Schema = x.bodySchema(op.shape)
			m.Example = json.RawMessage(op.Body)
		}
		b.Content[media] = m
	}
	return b
}

// bodySchema describes a request body. A new record is described kind by kind, so that its body is checked by the kind
// that it names.
func (x *API) bodySchema(name string) *huma.Schema {
	r := x.huma.OpenAPI().Components.Schemas
	ref := r.Schema(bodies[name], true, name)
	s := r.Map()[name]
	if body := s.Properties["body"]; body != nil {
		*body = *Fields{}.Schema(r)
	}
	if name != "NewRecord" {
		return ref
	}
	out := &huma.Schema{}
	for _, k := range kinds.Authored() {
		one := *s
		one.Properties = map[string]*huma.Schema{}
		for n, p := range s.Properties {
			one.Properties[n] = p
		}
		one.Title = english("kind." + k.Name + ".one")
		one.Properties["kind"] = &huma.Schema{Type: huma.TypeString, Enum: []any{k.Name}}
		one.Properties["body"] = &huma.Schema{Ref: "#/components/schemas/" + bodyName(k.Name)}
		one.PrecomputeMessages()
		key := "New" + strings.TrimSuffix(bodyName(k.Name), "Body")
		r.Map()[key] = &one
		out.OneOf = append(out.OneOf, &huma.Schema{Ref: "#/components/schemas/" + key})
	}
	out.PrecomputeMessages()
	return out
}
