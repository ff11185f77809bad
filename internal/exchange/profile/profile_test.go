package profile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
)

const seizures = `
name: seizures
version: 1
kind: incident
owner: GH
sharing: {tlp: AMBER, participants: [SL], sectors: [customs]}
constants: {type: seizure, country: GH}
columns:
  - {column: Day, field: found, required: true, dates: ["02/01/2006", "2006-01-02"]}
  - {column: Kilograms, field: goods.1.quantity, number: {decimal: ",", thousands: "."}}
  - {column: Means, field: mode, values: {Ship: sea, Truck: road}, default: unknown}
flags:
  - {column: Heroin, substance: heroin, when: ["Y"], not: ["N"]}
texts:
  - {column: Remarks, field: circumstances}
ignore: [Officer]
`

func stub(text string) ([]Found, []string) {
	if strings.Contains(text, "fent") {
		return []Found{{"fentanyl", "fent"}}, nil
	}
	return nil, []string{text}
}

func mapAll(t *testing.T, p *Profile, content string) (items []Item, problems []string) {
	t.Helper()
	r, err := table.Open(strings.NewReader(content), int64(len(content)), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMapper(p, nil, r, stub, "2024-06-01")
	for {
		row, err := r.Next()
		if err != nil {
			return items, problems
		}
		it, ps := m.Map(row)
		items = append(items, it)
		for _, x := range ps {
			problems = append(problems, fmt.Sprintf("%d %s %s", x.Row, x.Column, x.Key))
		}
	}
}

func TestMapper(t *testing.T) {
	p, err := Parse([]byte(seizures))
	if err != nil {
		t.Fatal(err)
	}
	items, problems := mapAll(t, p, "Day;Kilograms;Means;Heroin;Remarks;Officer\n05/02/2024;1.234,5;Ship;Y;fent found;x\n2024-02-05;2;;N;;x\n05/02/2025;;;;;x\n;;;;;x\n05/02/2024;two;Bike;maybe;;x\n05/02/0000;;;;;x\n")
	want := []string{"3 Day import.date.future", "4 Day import.date.missing", "5 Kilograms import.number", "5 Means import.value", "5 Heroin import.flag", "6 Day import.date.early"}
	if !slices.Equal(problems, want) {
		t.Errorf("problems %q\nwant     %q", problems, want)
	}
	first := items[0]
	if fmt.Sprint(first.Fields) != "map[circumstances:fent found country:GH found:2024-02-05 goods:[map[quantity:1234.5]] mode:sea type:seizure]" {
		t.Errorf("fields %v", first.Fields)
	}
	if len(first.Substances) != 2 || items[1].Fields["mode"] != "unknown" || len(items[1].Substances) != 0 {
		t.Errorf("substances %v, then %v", first.Substances, items[1])
	}
	if r := p.Sharing.Rule(); r.TLP != record.Amber || len(r.Audience) != 1 || r.Audience[0].Sectors[0] != "customs" {
		t.Errorf("rule %+v", r)
	}
}

// TestDatesToCome: what has happened is not dated in the future; what is planned may be, as its kind says.
func TestDatesToCome(t *testing.T) {
	fields := []record.Field{{Name: "held", Type: record.TypeDate, Past: true}, {Name: "planned", Type: record.TypeDate}}
	for text, want := range map[string]string{
		"name: x\nkind: meeting\nsharing: {tlp: GREEN}\ndirect: true\n": "1 held import.date.future",
		"name: x\nkind: meeting\nsharing: {tlp: GREEN}\ncolumns: [{column: held, field: held, dates: [2006-01-02]}, {column: planned, field: planned, dates: [2006-01-02]}]\n": "1 held import.date.future",
	} {
		p, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		content := "held,planned\n2031-01-02,2031-01-02\n"
		r, err := table.Open(strings.NewReader(content), int64(len(content)), table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		row, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		_, problems := NewMapper(p, fields, r, stub, "2024-06-01").Map(row)
		if len(problems) != 1 || fmt.Sprintf("%d %s %s", problems[0].Row, problems[0].Column, problems[0].Key) != want {
			t.Errorf("%s: %v", text, problems)
		}
	}
}

// TestEqualRowsAreKept: rows of the same content have keys of their own, the same each time the file is read.
func TestEqualRowsAreKept(t *testing.T) {
	p, err := Parse([]byte(seizures))
	if err != nil {
		t.Fatal(err)
	}
	content := "Day,Kilograms,Means,Heroin,Remarks,Officer\n" + strings.Repeat("05/02/2024,1,Ship,,,x\n", 3)
	once, _ := mapAll(t, p, content)
	again, _ := mapAll(t, p, content)
	keys := map[string]bool{}
	for i := range once {
		keys[once[i].Key] = true
		if once[i].Key != again[i].Key || once[i].SourceHash != again[i].SourceHash {
			t.Errorf("row %d has another key the second time", i)
		}
	}
	if len(keys) != 3 {
		t.Errorf("keys %v", keys)
	}
	p.Key = []string{"Officer"}
	if _, problems := mapAll(t, p, content); len(problems) != 2 {
		t.Errorf("doubled keys: %v", problems)
	}
}

func TestBadProfiles(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown setting": "name: x\nkind: incident\ncolour: red\n",
		"no sharing":         "name: x\nkind: incident\ncolumns: [{column: a, field: b}]\n",
		"mapped twice":       "name: x\nkind: incident\nsharing: {tlp: GREEN}\ncolumns: [{column: a, field: b}, {column: a, field: c}]\n",
		"a wrong label":      "name: x\nkind: incident\nsharing: {tlp: PINK}\ncolumns: [{column: a, field: b}]\n",
		"neither nor":        "name: x\nkind: incident\nsharing: {tlp: GREEN}\n",
		"not YAML":           "{{{",
	} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	all, err := Shipped()
	if err != nil || len(all) < 4 {
		t.Fatalf("%d shipped profiles, %v", len(all), err)
	}
	for _, p := range all {
		for _, lang := range record.Languages {
			if p.Title[lang] == "" {
				t.Errorf("%s has no title in %s", p.Name, lang)
			}
		}
		if p.Source == "" {
			t.Errorf("%s names no source", p.Name)
		}
	}
}

func TestPersonalColumns(t *testing.T) {
	for column, want := range map[string]bool{"Last name": true, "DateOfBirth": true, "Patient_ID": true, "Passport no": true, "nombre": true, "Фамилия": true, "اسم": true, "SSN": true, "E-mail": true,
		"Substance": false, "Drug name": false, "Month": false, "Notes": false, "Age": false, "County": false, "involved.1.given": false} {
		if got := len(Personal([]string{column})) > 0; got != want {
			t.Errorf("%q looks personal: %v", column, got)
		}
	}
}
