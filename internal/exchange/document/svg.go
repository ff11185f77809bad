package document

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
)

var (
	drawn = strings.Fields(`svg g defs symbol title desc text tspan path line polyline polygon rect circle ellipse
		clipPath linearGradient radialGradient stop pattern marker use`)
	drawing = strings.Fields(`aria-hidden aria-label aria-labelledby class clip-path clip-rule clipPathUnits cx cy d
		direction dominant-baseline dx dy fill fill-opacity fill-rule focusable font-family font-size font-style
		font-weight fx fy gradientTransform gradientUnits height id letter-spacing marker-end marker-mid marker-start
		markerHeight markerUnits markerWidth offset opacity orient pathLength patternContentUnits patternTransform
		patternUnits points preserveAspectRatio r refX refY role rotate rx ry spreadMethod stop-color stop-opacity
		stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity
		stroke-width text-anchor textLength transform vector-effect viewBox visibility width word-spacing writing-mode
		x x1 x2 y y1 y2`)
	reference = regexp.MustCompile(`^#[\w.-]+$`)
	localURL  = regexp.MustCompile(`^url\(#[\w.-]+\)$`)
)

const svgNamespace = "http://www.w3.org/2000/svg"

// safeSVG writes a drawing anew with nothing but shapes, texts and references inside it. A drawing that is not whole
// gives nothing.
func safeSVG(source string) string {
	if strings.TrimSpace(source) == "" {
		return ""
	}
	dec := xml.NewDecoder(strings.NewReader(plain(source)))
	out := &markup{}
	depth, roots := 0, 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && roots == 1 {
			return out.String()
		}
		if err != nil {
			return ""
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 && (t.Name.Local != "svg" || roots > 0) {
				return ""
			}
			if !slices.Contains(drawn, t.Name.Local) || !svgName(t.Name) {
				if dec.Skip() != nil {
					return ""
				}
				continue
			}
			if depth == 0 {
				roots++
			}
			depth++
			out.open(t.Name.Local, safeAttributes(t.Attr)...)
		case xml.EndElement:
			depth--
			out.close(t.Name.Local)
		case xml.CharData:
			if depth > 0 {
				out.text(string(t))
			}
		}
	}
}

func svgName(n xml.Name) bool { return n.Space == "" || n.Space == svgNamespace }

func safeAttributes(attrs []xml.Attr) []string {
	var out []string
	for _, a := range attrs {
		name, value := a.Name.Local, strings.TrimSpace(a.Value)
		switch {
		case name == "href" && reference.MatchString(value):
		case a.Name.Space != "" || !slices.Contains(drawing, name):
			continue
		case strings.ContainsAny(value, `\`) || strings.Contains(strings.ToLower(value), "url(") && !localURL.MatchString(value):
			continue
		}
		out = append(out, name, value)
	}
	return out
}
