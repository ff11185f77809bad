// Package kindstest holds a valid body of each kind that people write, for the tests of everything that is made of kinds.
package kindstest

import (
	"encoding/json"
	"strconv"
	"strings"

	"tocsin/internal/kinds/programme"
)

// bodies are templates. NAME and WORD stand for a word to search for, YEAR for what tells the records of one owner apart,
// ANSWERS for one to each action of the pledge.
var bodies = map[string]string{
	"identification": `{"origin":"seized","reported":"2024-05-01","country":"GH","components":[{"substance":"heroin"}],"notes":"WORD"}`,
	"incident":       `{"type":"seizure","found":"2024-05-01","country":"GH","circumstances":"WORD"}`,
	"health-event":   `{"event":"death","date":"2024-05-01","country":"GH","certainty":"confirmed","notes":"WORD"}`,
	"alert":          `{"grade":"alert","severity":"severe","urgency":"immediate","certainty":"likely","country":"GH"}`,
	"figure":         `{"indicator":"WORD","country":"GH","year":2024}`,
	"substance-name": `{"name":"WORD","about":[{"substance":"heroin"}]}`,
	"meeting":        `{NAME,"type":"sub-working-group","group":"swg1.2","date":"2024-05-01","time":"10:00","minutes":60,"zone":"UTC","decisions":[{"title":"x","of":"SL"}]}`,
	"recommendation": `{NAME,"text":{"en":"one"},"group":"swg1.2","theme":"private-sector"}`,
	"action":         `{NAME,"type":"hosting","theme":"legislation","date":"2024-05-01","lines":["l5"]}`,
	"initiative":     `{NAME,"code":"1201","theme":"legislation"}`,
	"interest":       `{"purpose":"WORD","contact":"a@example.org"}`,
	"commitment":     `{NAME,"date":"2024-05-01","lines":["l5"]}`,
	"pledge":         `{"signatory":"WORD"}`,
	"pledge-report":  `{"year":2024,"answers":[ANSWERS]}`,
	"need":           `{NAME,"country":"GH","theme":"legislation","resource":"training"}`,
	"contribution":   `{NAME,"form":"grant","recipients":["GH"],"theme":"legislation","from":"2024"}`,
	"organisation":   `{NAME,"type":"ngo","country":"GH"}`,
	"call":           `{NAME,"type":"submissions","group":"swg1.2","opens":"2024-01-01","closes":"2099-12-31"}`,
	"submission":     `{NAME,"consent":"yes"}`,
	"expert":         `{NAME,"expertise":["toxicology"],"languages":["en"],"consent":"yes"}`,
	"question":       `{NAME,"group":"swg1.2/west"}`,
	"topic":          `{NAME,"group":"swg1.2"}`,
	"announcement":   `{NAME,"date":"2024-05-01","group":"swg1.2"}`,
	"document":       `{NAME,"type":"report","group":"swg1.2"}`,
	"achievement":    `{NAME,"date":"2024","type":"launch"}`,
	"service":        `{NAME,"type":"treatment","country":"GH"}`,
	"workforce":      `{"country":"GH","curriculum":"universal-treatment","credential":"trained","count":5,"date":"2024-05-01","assessed_by":"WORD"}`,
	"law":            `{NAME,"country":"GH","about":[{"substance":"heroin"}],"instrument":"x","checked_on":"2024-05-01"}`,
	"narrative":      `{"section_of_report":"summary","from":"2024","to":"YEAR","text":{"en":"WORD"}}`,
}

// Has reports whether there is a body of the kind here.
func Has(kind string) bool { return bodies[kind] != "" }

// Numbered reports whether bodies of the kind that differ in their number may stand beside each other where an owner has
// one only.
func Numbered(kind string) bool { return strings.Contains(bodies[kind], "YEAR") }

// Body returns a valid body of the kind, nil where there is none here. Word stands in it and in its name; n tells bodies
// of one owner apart.
func Body(kind, word string, n int) json.RawMessage {
	if !Has(kind) {
		return nil
	}
	var answers []string
	for _, a := range programme.PledgeActions {
		answers = append(answers, `{"pledge_action":"`+a+`","status":"achieved","text":"`+word+`"}`)
	}
	fill := strings.NewReplacer("NAME", `"name":{"en":"`+word+`"}`, "WORD", word, "YEAR", strconv.Itoa(2024+n), "ANSWERS", strings.Join(answers, ","))
	return json.RawMessage(fill.Replace(bodies[kind]))
}
