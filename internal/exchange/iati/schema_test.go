package iati

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/exchange/iati/iatitest"
)

// TestSchema holds samples of all that Write can write against the rules above.
func TestSchema(t *testing.T) {
	for name, list := range samples() {
		if err := iatitest.Validate(write(t, list)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// broken are changes to the full sample that the schema forbids.
var broken = map[string][2]string{
	"no version":           {` version="2.03"`, ``},
	"generated":            {`generated-datetime="`, `generated-datetime="x`},
	"updated":              {`last-updated-datetime="`, `last-updated-datetime="x`},
	"flag":                 {`humanitarian="true"`, `humanitarian="yes"`},
	"unknown attribute":    {`humanitarian="true"`, `human="true"`},
	"reporter type":        {`<reporting-org ref="XM-DAC-1" type="10">`, `<reporting-org ref="XM-DAC-1">`},
	"reporter name":        {`<narrative>Ministry &amp; Co</narrative>`, ``},
	"role":                 {` role="1"`, ``},
	"status":               {`<activity-status code="2"/>`, ``},
	"status twice":         {`<activity-status code="2"/>`, `<activity-status code="2"/><activity-status code="2"/>`},
	"date":                 {`iso-date="2024-01-01"`, `iso-date="2024"`},
	"date's type":          {`<activity-date type="1"`, `<activity-date`},
	"percentage":           {`percentage="60.5"`, `percentage="6e1"`},
	"sector before status": {`<activity-status code="2"/>`, `<sector code="16063"/><activity-status code="2"/>`},
	"sector's code":        {`<sector vocabulary="1" code="16063"`, `<sector vocabulary="1"`},
	"aid type":             {`<default-aid-type code="K"`, `<default-aid-type`},
	"finance":              {`<default-finance-type code="421"/>`, `<default-finance-type/>`},
	"tag's code":           {`<tag vocabulary="99" code="l4"/>`, `<tag vocabulary="99"/>`},
	"tag before sector":    {`<recipient-country code="GH"`, `<tag vocabulary="99" code="l4"/><recipient-country code="GH"`},
	"parent":               {`<related-activity ref="XM-DAC-1-1" type="1"/>`, `<related-activity ref="XM-DAC-1-1"/>`},
	"value":                {`>1250000.5</value>`, `>1,250,000.5</value>`},
	"value's day":          {` value-date="2024-03-01">1250000.5`, `>1250000.5`},
	"transaction's type":   {`<transaction-type code="2"/>`, ``},
	"transaction's order":  {`<transaction-type code="2"/>`, `<description><narrative>x</narrative></description><transaction-type code="2"/>`},
	"text":                 {`<transaction-type code="2"/>`, `x<transaction-type code="2"/>`},
	"result's type":        {`<result type="2">`, `<result>`},
	"measure":              {`<indicator measure="2">`, `<indicator>`},
	"baseline's year":      {`<baseline year="2023"`, `<baseline year="0"`},
	"period's end":         {`<period-end iso-date="2026-12-31"/>`, ``},
	"period's start":       {`<period-start iso-date="2026-01-01"/>`, ``},
	"unknown element":      {`</iati-activity>`, `<surprise/></iati-activity>`},
}

func breakFull(t *testing.T, change [2]string) string {
	t.Helper()
	full := write(t, samples()["full"])
	if !strings.Contains(full, change[0]) {
		t.Fatalf("the full sample lacks %s", change[0])
	}
	return strings.Replace(full, change[0], change[1], 1)
}

// TestSchemaRefuses shows that the rules above do refuse.
func TestSchemaRefuses(t *testing.T) {
	for name, change := range broken {
		if iatitest.Validate(breakFull(t, change)) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestXMLLint holds the samples against the published schema files, which are not part of this repository: the folder
// named by TOCSIN_IATI_SCHEMA must hold iati-activities-schema.xsd, iati-common.xsd and xml.xsd of version 2.03.
func TestXMLLint(t *testing.T) {
	folder := os.Getenv("TOCSIN_IATI_SCHEMA")
	if folder == "" {
		t.Skip("TOCSIN_IATI_SCHEMA names no folder with the IATI 2.03 schema files; TestSchema checked the same rules")
	}
	lint := func(name, file string) ([]byte, error) {
		path := filepath.Join(t.TempDir(), "file.xml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		return exec.Command("xmllint", "--nonet", "--noout", "--schema", filepath.Join(folder, "iati-activities-schema.xsd"), path).CombinedOutput()
	}
	for name, list := range samples() {
		if out, err := lint(name, write(t, list)); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	for name, change := range broken {
		out, err := lint(name, breakFull(t, change))
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if !strings.Contains(string(out), "fails to validate") {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
}

var generated = time.Date(2026, 11, 25, 12, 0, 0, 0, time.FixedZone("", 3600))

func write(t testing.TB, list []Activity) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, generated, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
