package document

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
)

var (
	langTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
	isoDate = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)
	anchor  = regexp.MustCompile(`^[\pL\pN._-]+$`)
)

// plain drops what no text should hold: control characters, overrides of the writing direction, broken encoding.
func plain(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\v', r == '\f', r == 0x85, r == 0x2028, r == 0x2029:
			return '\n'
		case r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
			return -1
		}
		return r
	}, s)
}

// oneLine joins the words of s with single spaces; no-break spaces stay.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\n' }), " ")
}

// paragraphs parts a text at its blank lines, each part as its lines.
func paragraphs(s string) [][]string {
	var all [][]string
	open := false
	for line := range strings.SplitSeq(s, "\n") {
		line = oneLine(line)
		if line == "" {
			open = false
			continue
		}
		if !open {
			all = append(all, nil)
			open = true
		}
		all[len(all)-1] = append(all[len(all)-1], line)
	}
	return all
}

// webLink tells whether a link is an absolute address on the web.
func webLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

// suspicious tells whether a link holds characters that readers drop or turn into others.
func suspicious(link string) bool {
	return strings.ContainsFunc(link, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == '\\' || r == '\uFFFD'
	})
}

func sitePath(link string) bool {
	return strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "//")
}

// rightToLeft tells whether a language is written from right to left.
func rightToLeft(lang string) bool {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	switch base {
	case "ar", "arc", "ckb", "dv", "fa", "he", "ku", "nqo", "prs", "ps", "sd", "syr", "ug", "ur", "yi":
		return true
	}
	return false
}

// languageTag is lang when it has the shape of a tag, else nothing.
func languageTag(lang string) string {
	if langTag.MatchString(lang) {
		return lang
	}
	return ""
}

// moment is the time written into files: the document's date, or a fixed day when it has none that can be read.
func moment(date string) time.Time {
	if t, err := time.Parse(time.DateOnly, isoDate.FindString(date)); err == nil && t.Year() >= 1980 && t.Year() < 2100 {
		return t
	}
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
}
