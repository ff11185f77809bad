package iati

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The limits of what is read.
const (
	MaxBytes         = 512 << 20 // of a file
	MaxActivities    = 50_000    // of a file
	MaxDepth         = 32        // elements within each other
	MaxToken         = 4 << 20   // bytes of one tag, text or comment
	MaxActivityBytes = 128 << 20 // of one activity
	MaxProblems      = 10_000    // of a file
	maxFaults        = 100       // problems told of one activity
	maxQuoted        = 200       // characters of a faulty value that are told
)

// ErrDoctype is answered by Read for a file with a document type declaration, which may hide entities.
var ErrDoctype = errors.New("iati: a document type declaration is refused")

// ErrRoot is answered by Read for what is not a file of IATI activities.
var ErrRoot = errors.New("iati: the file has no iati-activities")

// VersionError is answered by Read for a version of the standard that it does not know, or for none.
type VersionError struct{ Version string }

// Error names the version.
func (e *VersionError) Error() string {
	return fmt.Sprintf("iati: version %q is not read; 2.01, 2.02 and 2.03 are", e.Version)
}

// LimitError is answered by Read for a file that goes beyond one of the limits, named bytes, activities, depth, token,
// activity or problems.
type LimitError struct {
	Limit string
	Max   int
}

// Error names the limit.
func (e *LimitError) Error() string { return fmt.Sprintf("iati: limit of %s: %d", e.Limit, e.Max) }

// SyntaxError is answered by Read for what is not well-formed XML in UTF-8, such as a file cut short.
type SyntaxError struct {
	Line int
	Err  error
}

// Error names the line.
func (e *SyntaxError) Error() string { return fmt.Sprintf("iati: line %d: %v", e.Line, e.Err) }

// Unwrap is what the decoder said.
func (e *SyntaxError) Unwrap() error { return e.Err }

// Problem is what is wrong with one activity of a file. Field is the path below iati-activity, such as
// transaction[2]/value; Activity the identifier, empty where it is missing; Line counts from 1; Key is the key of a
// message and Value what was found.
type Problem struct {
	Activity   string
	Line       int
	Field, Key string
	Value      string
}

type limits struct {
	bytes, activities, depth, token, activity, problems int
}

var standard = limits{MaxBytes, MaxActivities, MaxDepth, MaxToken, MaxActivityBytes, MaxProblems}

// Read calls each for every sound activity of a file, in order, with its number among all, from 1. Memory holds one
// activity at a time. An activity with faults, or with the identifier of an earlier one, is not handed on but told of in
// the problems, at most 100 of each activity. Elements that Activity has no place for are passed over; a sector or
// country that stands only with the transactions is taken as the activity's, without a percentage.
// Texts are read without the blanks around them.
//
// The error is ErrDoctype, ErrRoot, a *VersionError, *LimitError or *SyntaxError, one of r or one of each; what was
// handed on before stays so, and the problems found until then are answered with it.
func Read(r io.Reader, each func(n int, a Activity) error) ([]Problem, error) {
	return read(r, each, standard)
}

func read(r io.Reader, each func(int, Activity) error, l limits) ([]Problem, error) {
	source := bufio.NewReader(r)
	if mark, _ := source.Peek(3); string(mark) == "\xef\xbb\xbf" {
		source.Discard(3)
	}
	m := &meter{r: source, limits: l}
	f := &file{d: xml.NewDecoder(m), m: m, limits: l, seen: map[string]bool{}, each: each}
	err := f.document()
	return f.problems, err
}

// meter counts the bytes that the decoder takes and how many of them belong to the token that it has not yet answered.
type meter struct {
	r      io.Reader
	limits limits
	taken  int
	done   int
}

// Read answers a *LimitError when the file or one token grows too large.
func (m *meter) Read(b []byte) (int, error) {
	if m.taken-m.done > m.limits.token {
		return 0, &LimitError{"token", m.limits.token}
	}
	n, err := m.r.Read(b)
	m.taken += n
	if m.taken > m.limits.bytes {
		return 0, &LimitError{"bytes", m.limits.bytes}
	}
	return n, err
}

// file is a file being read.
type file struct {
	d        *xml.Decoder
	m        *meter
	limits   limits
	depth    int
	line     int // where the last token began
	start    int // offset at which the activity began
	count    int
	seen     map[string]bool
	problems []Problem
	each     func(int, Activity) error
}

// token answers the next token, or io.EOF after a whole document.
func (f *file) token() (xml.Token, error) {
	f.line, _ = f.d.InputPos()
	t, err := f.d.Token()
	f.m.done = int(f.d.InputOffset())
	if err != nil {
		return nil, f.broken(err)
	}
	switch t.(type) {
	case xml.Directive:
		return nil, ErrDoctype
	case xml.StartElement:
		f.depth++
		if f.depth > f.limits.depth {
			return nil, &LimitError{"depth", f.limits.depth}
		}
	case xml.EndElement:
		f.depth--
	}
	if f.start > 0 && f.m.done-f.start > f.limits.activity {
		return nil, &LimitError{"activity", f.limits.activity}
	}
	return t, nil
}

func (f *file) broken(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return &SyntaxError{syntax.Line, err}
	}
	if strings.HasPrefix(err.Error(), "xml: ") {
		return &SyntaxError{f.line, err}
	}
	return err
}

// document reads the root and what may follow it.
func (f *file) document() error {
	rooted := false
	for {
		t, err := f.token()
		if err == io.EOF {
			if !rooted {
				return ErrRoot
			}
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if rooted || start.Name.Space != "" || start.Name.Local != "iati-activities" {
			return ErrRoot
		}
		rooted = true
		if v := attribute(start, "version"); v != "2.01" && v != "2.02" && v != "2.03" {
			return &VersionError{quote(v)}
		}
		if err := f.children(f.member); err != nil {
			return err
		}
	}
}

func (f *file) member(start xml.StartElement) error {
	if start.Name.Local != "iati-activity" {
		return f.skip()
	}
	if f.count++; f.count > f.limits.activities {
		return &LimitError{"activities", f.limits.activities}
	}
	f.start = f.m.done
	d := newDraft(f, start)
	if err := f.children(d.element); err != nil {
		return err
	}
	f.start = 0
	return f.finish(d)
}

// finish hands a sound activity on and tells of a faulty one.
func (f *file) finish(d *draft) error {
	d.finish()
	id := d.a.ID
	if id != "" && len(id) <= MaxID {
		if f.seen[id] {
			d.report(fault{element: "iati-identifier", key: KeyDuplicate, value: id})
		}
		f.seen[id] = true
	}
	if len(d.problems) == 0 {
		return f.each(f.count, d.a)
	}
	for _, p := range d.problems {
		if len(f.problems) == f.limits.problems {
			return &LimitError{"problems", f.limits.problems}
		}
		p.Activity = quote(id)
		f.problems = append(f.problems, p)
	}
	return nil
}

// children calls take for each element of the standard within the one that was begun, until that ends; take must read
// the element to its end. Elements of other namespaces are passed over.
func (f *file) children(take func(xml.StartElement) error) error {
	for {
		t, err := f.token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if t.Name.Space != "" {
				err = f.skip()
			} else {
				err = take(t)
			}
			if err != nil {
				return err
			}
		}
	}
}

// skip reads to the end of the element that was begun.
func (f *file) skip() error {
	for outer := f.depth - 1; f.depth > outer; {
		if _, err := f.token(); err != nil {
			return err
		}
	}
	return nil
}

// text is what the element that was begun holds itself, without the blanks around it.
func (f *file) text() (string, error) {
	var b strings.Builder
	for outer := f.depth - 1; f.depth > outer; {
		t, err := f.token()
		if err != nil {
			return "", err
		}
		if s, ok := t.(xml.CharData); ok && f.depth == outer+1 {
			b.Write(s)
		}
	}
	return strings.TrimSpace(b.String()), nil
}

// attribute is one of no namespace, without the blanks around it.
func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

func quote(s string) string {
	if utf8.RuneCountInString(s) <= maxQuoted {
		return s
	}
	return string([]rune(s)[:maxQuoted]) + "…"
}
