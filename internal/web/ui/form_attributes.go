package ui

import (
	"github.com/a-h/templ"
	"tocsin/internal/record"
)

// common are the attributes that every single input carries.
func (f Field) common() templ.Attributes {
	a := templ.Attributes{"aria-invalid": f.invalid()}
	if f.Required {
		a["aria-required"] = "true"
	}
	if d := f.describedBy(); d != "" && !f.grouped() {
		a["aria-describedby"] = d
	}
	if f.Max > 0 {
		a["maxlength"] = f.maxLength()
	}
	return a
}

// suggests makes an input ask the server for options while one types.
func (f Field) suggests() templ.Attributes {
	if f.Suggest == "" {
		return nil
	}
	return templ.Attributes{
		"hx-get":     f.Suggest,
		"hx-trigger": "input changed delay:250ms",
		"hx-target":  "#" + f.id() + "-options",
		"data-query": "q",
	}
}

func numeric(t record.FieldType) string {
	if t == record.TypeInteger {
		return "numeric"
	}
	return "decimal"
}
