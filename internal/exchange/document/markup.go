package document

import (
	"bytes"
	"encoding/xml"
)

// markup collects XML. Attributes are given as names and values in turn.
type markup struct {
	bytes.Buffer
}

func (m *markup) tag(name string, attrs []string, end string) {
	m.WriteString("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		m.WriteString(" " + attrs[i] + `="`)
		m.text(attrs[i+1])
		m.WriteByte('"')
	}
	m.WriteString(end)
}

func (m *markup) open(name string, attrs ...string) { m.tag(name, attrs, ">") }

func (m *markup) empty(name string, attrs ...string) { m.tag(name, attrs, "/>") }

func (m *markup) close(name string) { m.WriteString("</" + name + ">") }

func (m *markup) text(s string) {
	_ = xml.EscapeText(m, []byte(s)) // a buffer takes every write
}

func (m *markup) leaf(name, text string, attrs ...string) {
	m.open(name, attrs...)
	m.text(text)
	m.close(name)
}
