package api_test

import (
	"net/http"
	"testing"

	"tocsin/internal/api"
	"tocsin/internal/store/storetest"
)

// TestViewAs: a program of an owner is told what others see; others are not.
func TestViewAs(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	r := h.make("ama", seizure)
	id := func(name string) string {
		v, err := h.ViewerByEmail(t.Context(), name+"@example.org")
		if err != nil {
			t.Fatal(err)
		}
		return v.Person.ID
	}
	path := "/records/" + r.ID + "/view-as"
	for who, want := range map[string]api.Sight{"?who=public": {}, "": {}, "?who=official": {Sees: true, Why: "all"}, "?who=p:SL": {Sees: true, Why: "all"}, "?who=g:wg3/west": {Sees: true, Why: "all"}, "?who=" + id("ama"): {Sees: true, Why: "all"}} {
		var got api.SeenAs
		h.want(http.StatusOK, h.ask("ama", http.MethodGet, path+who, "")).json(t, &got)
		if got.Sees != want.Sees || got.Why != want.Why || got.Links == nil {
			t.Errorf("%s: %+v", who, got)
		}
	}
	for _, who := range []string{"nobody", "p:XX", "g:none"} {
		h.refused(http.StatusUnprocessableEntity, h.ask("ama", http.MethodGet, path+"?who="+who, ""))
	}
	h.refused(http.StatusForbidden, h.ask("fatu", http.MethodGet, path+"?who=public", ""))
}
