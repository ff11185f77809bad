package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tocsin/internal/record"
)

// maxNesting is how deep a body may be nested; what is deepest in a record is five levels down.
const maxNesting = 16

// Sent is embedded by the input of operations that take a body: it lets them read it themselves.
type Sent struct {
	r         *http.Request
	mediaType string
}

// Resolve implements huma.Resolver.
func (s *Sent) Resolve(c huma.Context) []error {
	s.r, _ = humago.Unwrap(c)
	s.mediaType, _, _ = mime.ParseMediaType(c.Header("Content-Type"))
	return nil
}

// is refuses media types that are not among those given.
func (s *Sent) is(types ...string) error {
	if !slices.Contains(types, s.mediaType) {
		return &refusal{status: http.StatusUnsupportedMediaType, key: "api.media", params: map[string]any{"types": strings.Join(types, ", ")}}
	}
	return nil
}

// json reads a JSON body into a value, strictly: names are exact and known, each stands once, values are of the type
// declared, nothing follows. It returns the bytes and the parsed tree.
func (s *Sent) json(into any) ([]byte, *node, error) {
	if err := s.is("application/json"); err != nil {
		return nil, nil, err
	}
	raw, err := io.ReadAll(s.r.Body)
	if err != nil {
		return nil, nil, err
	}
	tree, err := parse(raw)
	if err != nil {
		return nil, nil, err
	}
	var p record.Problems
	shapeOf(reflect.TypeOf(into).Elem()).check("", tree, &p)
	if len(p) > 0 {
		return nil, nil, wrong(p)
	}
	if err := json.Unmarshal(raw, into); err != nil { // the check was more exact than this is
		return nil, nil, &refusal{status: http.StatusBadRequest, key: "api.json"}
	}
	return raw, tree, nil
}

func wrong(p record.Problems) error {
	return &refusal{status: http.StatusUnprocessableEntity, key: "error.invalid", faults: p}
}

// node is a value of a JSON document.
type node struct {
	kind   byte // { [ " 0 t n
	text   string
	names  []string
	values []*node
}

// at returns the value of a name, nil for none.
func (n *node) at(name string) *node {
	if i := slices.Index(n.names, name); i >= 0 {
		return n.values[i]
	}
	return nil
}

// parse reads one JSON document. It refuses what is no JSON, what is nested too deep and names that stand twice.
func parse(raw []byte) (*node, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	n, err := parseValue(d, 0)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more follows")
		}
	}
	var own *refusal
	if err != nil && !errors.As(err, &own) {
		return nil, &refusal{status: http.StatusBadRequest, key: "api.json"}
	}
	return n, err
}

func parseValue(d *json.Decoder, depth int) (*node, error) {
	if depth > maxNesting {
		return nil, &refusal{status: http.StatusBadRequest, key: "api.deep", params: map[string]any{"max": maxNesting}}
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch x := t.(type) {
	case json.Delim:
		n := &node{kind: byte(x)}
		return n, parseInside(d, n, depth)
	case string:
		return &node{kind: '"', text: x}, nil
	case json.Number:
		return &node{kind: '0', text: string(x)}, nil
	case bool:
		return &node{kind: 't'}, nil
	}
	return &node{kind: 'n'}, nil
}

func parseInside(d *json.Decoder, n *node, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		if n.kind == '{' {
			t, err := d.Token()
			if err != nil {
				return err
			}
			name, ok := t.(string)
			if !ok {
				return errors.New("a name is no text")
			}
			if seen[name] {
				return wrong(record.Problems{{Field: name, Key: "problem.twice", Params: map[string]any{"value": name}}})
			}
			seen[name] = true
			n.names = append(n.names, name)
		}
		v, err := parseValue(d, depth+1)
		if err != nil {
			return err
		}
		n.values = append(n.values, v)
	}
	_, err := d.Token() // the end
	return err
}

// shape is what may stand somewhere in a body. kind is as in node, 0 for anything.
type shape struct {
	kind    byte
	integer bool
	fields  map[string]*shape // of an object; nil takes every name
	item    *shape            // of a list, and of an object that takes every name
}

var anything = &shape{}

// faultKeys name what is wrong with a value of another type.
var faultKeys = map[byte]string{'{': "problem.object", '[': "problem.list", '"': "problem.text", '0': "problem.number", 't': "problem.flag"}

// check adds what is wrong with a value. null counts as absent.
func (s *shape) check(path string, n *node, p *record.Problems) {
	switch {
	case s.kind == 0 || n.kind == 'n' || len(*p) >= maxFaults:
		return
	case s.kind != n.kind:
		p.Add(path, faultKeys[s.kind])
		return
	}
	switch s.kind {
	case '0':
		_, err := strconv.ParseFloat(n.text, 64)
		if s.integer {
			_, err = strconv.ParseInt(n.text, 10, 64)
		}
		if err != nil {
			p.Add(path, "problem.number")
		}
	case '[':
		for i, v := range n.values {
			s.item.check(below(path, strconv.Itoa(i+1)), v, p)
		}
	case '{':
		for i, name := range n.names {
			f := s.fields[name]
			if s.fields == nil {
				f = s.item
			}
			if f == nil {
				p.Add(below(path, name), "problem.unknown")
				continue
			}
			f.check(below(path, name), n.values[i], p)
		}
	}
}

func below(path, name string) string {
	if len(name) > 100 {
		name = name[:100] // nobody's field; enough of it to find it
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// shapeOf reads a shape from a Go type by its JSON names.
func shapeOf(t reflect.Type) *shape {
	switch t.Kind() {
	case reflect.Pointer:
		return shapeOf(t.Elem())
	case reflect.String:
		return &shape{kind: '"'}
	case reflect.Bool:
		return &shape{kind: 't'}
	case reflect.Int:
		return &shape{kind: '0', integer: true}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 { // JSON that is read later
			return anything
		}
		return &shape{kind: '[', item: shapeOf(t.Elem())}
	case reflect.Map:
		return &shape{kind: '{', item: shapeOf(t.Elem())}
	case reflect.Struct:
		s := &shape{kind: '{', fields: map[string]*shape{}}
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			s.fields[name] = shapeOf(t.Field(i).Type)
		}
		return s
	}
	panic(fmt.Sprintf("api: a body of %s", t)) // a mistake in the program
}

// shapeOfFields reads a shape from a kind's declaration. What is derived may stand there, as in what was fetched.
func shapeOfFields(fields []record.Field) *shape {
	text := &shape{kind: '"'}
	s := &shape{kind: '{', fields: map[string]*shape{}}
	for _, f := range fields {
		switch {
		case f.Derived || f.Type == record.TypeData:
			s.fields[f.Name] = anything
		case f.Type == record.TypeTexts:
			s.fields[f.Name] = &shape{kind: '{', item: text}
		case f.Type == record.TypeNumber, f.Type == record.TypeInteger:
			s.fields[f.Name] = &shape{kind: '0', integer: f.Type == record.TypeInteger}
		case f.Type == record.TypeList:
			s.fields[f.Name] = &shape{kind: '[', item: shapeOfFields(f.Fields)}
		case f.Type.Several():
			s.fields[f.Name] = &shape{kind: '[', item: text}
		default:
			s.fields[f.Name] = text
		}
	}
	return s
}
