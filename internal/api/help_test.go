package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tocsin/internal/api"
	"tocsin/internal/store/storetest"
	"tocsin/internal/web/locales"
)

// schema is as much of a JSON schema as tells what a field is for.
type schema struct {
	Description string            `json:"description"`
	Properties  map[string]schema `json:"properties"`
	Items       *schema           `json:"items"`
}

// TestFieldsAreExplained: what the data dictionary says of a field stands in its declaration, in the language asked for,
// and in the description of the interface.
func TestFieldsAreExplained(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	var document struct {
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	h.want(http.StatusOK, h.ask("", http.MethodGet, api.Document, "")).json(t, &document)
	for _, code := range []string{"en", "ar"} {
		words := locales.New(code, nil, locales.Auto)
		var list api.KindList
		h.want(http.StatusOK, h.ask("", http.MethodGet, "/kinds", "", "Accept-Language", code)).json(t, &list)
		for _, k := range list.Kinds {
			var check func(prefix string, fields []api.KindField, in schema)
			check = func(prefix string, fields []api.KindField, in schema) {
				for _, f := range fields {
					if f.Type == "data" {
						continue
					}
					said := in.Properties[f.Name]
					want := words.T(locales.HelpKey(k.Name, prefix+f.Name))
					if want == "" || f.Help != want {
						t.Errorf("%s: %s of %s says %q, want %q", code, prefix+f.Name, k.Name, f.Help, want)
					}
					if code == "en" && !strings.HasSuffix(said.Description, ": "+want) {
						t.Errorf("the schema says of %s of %s: %q", prefix+f.Name, k.Name, said.Description)
					}
					if said.Items != nil {
						check(prefix+f.Name+".", f.Fields, *said.Items)
					}
				}
			}
			check("", k.Fields, document.Components.Schemas[bodyName(k.Name)])
		}
	}
}
