package api_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"tocsin/internal/store/storetest"
)

const sheet = "type,found,country,circumstances\r\nseizure,2024-05-01,GH,zqone\r\nseizure,2024-05-02,GH,=1+1\r\nseizure,never,GH,x\r\nparty,2024-05-02,GH,x\r\n"

// imported is the answer to an import.
type imported struct {
	DryRun                              bool `json:"dry_run"`
	Rows, Accepted, Unchanged, Rejected int
	Errors                              []struct {
		Row                      int
		Column, Value, Key, Text string
	}
}

// TestTables: a table is checked without writing, taken, taken again without a change, and comes back in each format;
// what is in it for another country is not there.
func TestTables(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		h := newHouse(t, address)
		send := func(query string) imported {
			var out imported
			h.want(http.StatusOK, h.ask("ama", http.MethodPost, "/import/incident"+query, sheet, "Content-Type", "text/csv")).json(t, &out)
			return out
		}
		if r := send("?dry_run=true&tlp=GREEN"); !r.DryRun || r.Rows != 4 || r.Accepted != 2 || r.Rejected != 2 || len(r.Errors) != 2 || r.Errors[0].Row != 3 || r.Errors[0].Text == r.Errors[0].Key || r.Errors[0].Column != "found" {
			t.Errorf("tried: %+v", r)
		}
		if n := len(h.listed(h.ask("ama", http.MethodGet, "/records?kind=incident", ""))); n != 0 {
			t.Errorf("a trial wrote %d records", n)
		}
		if r := send("?tlp=GREEN"); r.Accepted != 2 || r.Unchanged != 0 {
			t.Errorf("taken: %+v", r)
		}
		if r := send("?tlp=GREEN"); r.Accepted != 0 || r.Unchanged != 2 {
			t.Errorf("taken again: %+v", r)
		}
		h.make("ama", strings.Replace(strings.Replace(seizure, "GREEN", "AMBER", 1), "zqword", "zqsecret", 1))
		for format, check := range map[string]func(b []byte) string{"csv": func(b []byte) string { return string(b) }, "json": func(b []byte) string { return string(b) }, "xlsx": unzipped} {
			a := h.want(http.StatusOK, h.ask("fatu", http.MethodGet, "/export/incident."+format, ""))
			s := check(a.body)
			if !strings.Contains(s, "zqone") || strings.Contains(s, "zqsecret") || !strings.Contains(a.Header.Get("Content-Disposition"), `filename="incident.`+format+`"`) || a.Header.Get("Cache-Control") != "private, no-store" {
				t.Errorf("%s: %v %.300s", format, a.Header, s)
			}
		}
		if a := h.ask("fatu", http.MethodGet, "/export/incident.csv", ""); strings.Contains(string(a.body), ",=1+1") {
			t.Errorf("a cell is a formula: %s", a.body)
		}
		h.refused(http.StatusUnauthorized, h.ask("", http.MethodGet, "/export/incident.csv", ""))
		h.refused(http.StatusUnprocessableEntity, h.ask("fatu", http.MethodGet, "/export/incident.csv?state=flying", ""))
		h.refused(http.StatusNotFound, h.ask("fatu", http.MethodGet, "/export/nothing.csv", ""))
	})
}

func unzipped(b []byte) string {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err.Error()
	}
	var out bytes.Buffer
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err.Error()
		}
		_, _ = out.ReadFrom(r)
		r.Close()
	}
	return out.String()
}

// TestImportsAreRefused: of another country, by a profile of another kind, of a kind that is not written, of what is no
// table, into a state by somebody who is not the secretariat.
func TestImportsAreRefused(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	for query, status := range map[string]int{"/import/incident?owner=SL": 403, "/import/incident?profile=template-alert": 422, "/import/incident?profile=nothing": 422, "/import/signal": 404, "/import/nothing": 404, "/import/incident?state=closed": 403, "/import/incident?dry_run=perhaps": 422, "/import/incident?tlp=PURPLE": 422} {
		h.refused(status, h.ask("ama", http.MethodPost, query, sheet, "Content-Type", "text/csv"))
	}
	for _, body := range []string{"x", "type;found\r\n", "PK\x03\x04broken", "\x00\x01\x02"} {
		if a := h.ask("ama", http.MethodPost, "/import/incident", body, "Content-Type", "application/octet-stream"); a.StatusCode != http.StatusUnprocessableEntity && a.StatusCode != http.StatusOK {
			t.Errorf("%q: %d %s", body, a.StatusCode, a.body)
		}
	}
	h.refused(http.StatusUnsupportedMediaType, h.ask("ama", http.MethodPost, "/import/incident", sheet, "Content-Type", "text/html"))
	if n := len(h.listed(h.ask("ama", http.MethodGet, "/records?kind=incident", ""))); n != 0 {
		t.Errorf("%d records were made", n)
	}
}

// TestAttachments: a file comes back byte for byte as a download, what a browser would run is not taken, and its hash
// opens it on no other record.
func TestAttachments(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	r, other := h.make("ama", seizure), h.make("fatu", strings.Replace(seizure, `"GH"`, `"SL"`, 1))
	send := func(name, content string) answer {
		return h.ask("ama", http.MethodPost, "/records/"+r.ID+"/attachments?name="+name, content, "Content-Type", "application/octet-stream", "If-Match", tag(r))
	}
	for _, evil := range []string{"<html><script>alert(1)</script></html>", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "MZ\x90\x00", ""} {
		h.refused(http.StatusUnprocessableEntity, send("x.txt", evil))
	}
	h.want(http.StatusCreated, send("..%2F..%2Fetc%2Fpass%22wd%0d%0aX-Evil:1.txt", "zqword attached")).json(t, &r)
	path := "/attachments/" + hashOf("zqword attached")
	a := h.want(http.StatusOK, h.ask("fatu", http.MethodGet, "/records/"+r.ID+path, ""))
	if string(a.body) != "zqword attached" || a.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") || strings.ContainsAny(a.Header.Get("Content-Disposition"), "/\r\n") || a.Header.Get("X-Evil") != "" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v %s", a.Header, a.body)
	}
	h.refused(http.StatusNotFound, h.ask("fatu", http.MethodGet, "/records/"+other.ID+path, ""))
	h.refused(http.StatusUnauthorized, h.ask("", http.MethodPost, "/records/"+r.ID+"/attachments?name=x", "x", "Content-Type", "application/octet-stream"))
	h.refused(http.StatusForbidden, h.ask("fatu", http.MethodPost, "/records/"+r.ID+"/attachments?name=x", "words", "Content-Type", "application/octet-stream", "If-Match", tag(r)))
	h.refused(http.StatusRequestEntityTooLarge, send("x", strings.Repeat("x", 20<<20+1)))
}

// TestIATI: what is open is there as IATI, and what is not is not.
func TestIATI(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	open, own := h.make("sec", text(h.draftOf("contribution", "CLEAR", ""))), h.make("sec", text(h.draftOf("contribution", "AMBER", "")))
	for who, want := range map[string]bool{"": false, "fatu": false, "sec": true} {
		a := h.want(http.StatusOK, h.ask(who, http.MethodGet, "/iati.xml", ""))
		if err := xml.Unmarshal(a.body, new(struct{})); err != nil || !strings.HasPrefix(a.Header.Get("Content-Type"), "application/xml") {
			t.Errorf("%q: %v %v", who, err, a.Header)
		}
		if !strings.Contains(string(a.body), open.ID) || strings.Contains(string(a.body), own.ID) != want {
			t.Errorf("%q reads %s", who, a.body)
		}
	}
}
