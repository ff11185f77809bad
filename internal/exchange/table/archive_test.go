package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"
)

// TestArchivesOfAMillion: an archive of a million files is too large for a workbook; what one of half as many holds is not
// looked at, and takes no memory.
func TestArchivesOfAMillion(t *testing.T) {
	for n, key := range map[int]string{1_000_000: "import.table.large", 500_000: "import.table.bomb"} {
		refusedArchive(t, n, key)
	}
}

func refusedArchive(t *testing.T, n int, key string) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range n {
		if _, err := z.CreateRaw(&zip.FileHeader{Name: strconv.Itoa(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), Options{})
	runtime.ReadMemStats(&after)
	var p *Problem
	if !errors.As(err, &p) || p.Key != key {
		t.Errorf("%d files: %v", n, err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
		t.Errorf("%d MB were taken to refuse it", took>>20)
	}
}

// TestWorkbooksAskNobody: a workbook that points to others, on this machine and elsewhere, is read as it stands.
func TestWorkbooksAskNobody(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer server.Close()
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	const office, pack = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://schemas.openxmlformats.org/package/2006/relationships"
	content := zipped(t, map[string][]byte{
		"[Content_Types].xml": []byte(head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/externalLinks/externalLink1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"/></Types>`),
		"_rels/.rels":         []byte(head + `<Relationships xmlns="` + pack + `"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
		"xl/workbook.xml":     []byte(head + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + office + `"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets><externalReferences><externalReference r:id="rId2"/></externalReferences></workbook>`),
		"xl/_rels/workbook.xml.rels": []byte(head + `<Relationships xmlns="` + pack + `"><Relationship Id="rId1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + office + `/externalLink" Target="externalLinks/externalLink1.xml"/>` +
			`<Relationship Id="rId3" Type="` + office + `/connections" Target="` + server.URL + `/data" TargetMode="External"/></Relationships>`),
		"xl/externalLinks/externalLink1.xml":            []byte(head + `<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook xmlns:r="` + office + `" r:id="rId1"/></externalLink>`),
		"xl/externalLinks/_rels/externalLink1.xml.rels": []byte(head + `<Relationships xmlns="` + pack + `"><Relationship Id="rId1" Type="` + office + `/externalLinkPath" Target="` + server.URL + `/other.xlsx" TargetMode="External"/></Relationships>`),
		"xl/worksheets/sheet1.xml": []byte(head + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>` +
			`<row r="2"><c r="A2"><f>[1]Sheet1!A1</f><v>7</v></c><c r="B2" t="str"><f>WEBSERVICE("` + server.URL + `/now")</f><v>kept</v></c></row></sheetData></worksheet>`),
	})
	r, err := Open(bytes.NewReader(content), int64(len(content)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, problems := all(t, r)
	if asked > 0 || len(problems) > 0 || fmt.Sprint(rows) != "[[7 kept]]" {
		t.Errorf("asked %d times: %q %v", asked, rows, problems)
	}
}
