package record

import (
	"fmt"
	"sort"
	"strings"
)

// Problem says what is wrong with one field, as a message key and its parameters, so that every language can word it.
// Field is a dotted path ("components.2.purity"); empty for the record as a whole.
type Problem struct {
	Field  string         `json:"field,omitempty"`
	Key    string         `json:"key"`
	Params map[string]any `json:"params,omitempty"`
}

// Problems is a list of problems; an empty list means that all is well. It is an error when not empty.
type Problems []Problem

// Add appends a problem; params are pairs of name and value.
func (p *Problems) Add(field, key string, params ...any) {
	pr := Problem{Field: field, Key: key}
	if len(params) > 1 {
		pr.Params = make(map[string]any, len(params)/2)
		for i := 0; i+1 < len(params); i += 2 {
			pr.Params[fmt.Sprint(params[i])] = params[i+1]
		}
	}
	*p = append(*p, pr)
}

// Error lists the problems by key, for logs and the command line without a catalogue.
func (p Problems) Error() string {
	var b strings.Builder
	for i, x := range p {
		if i > 0 {
			b.WriteString("; ")
		}
		if x.Field != "" {
			b.WriteString(x.Field + ": ")
		}
		b.WriteString(x.Key)
		names := make([]string, 0, len(x.Params))
		for n := range x.Params {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			fmt.Fprintf(&b, " %s=%v", n, x.Params[n])
		}
	}
	return b.String()
}

// Err returns p as an error, or nil when there is no problem.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
