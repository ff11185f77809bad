// Package static serves the built front end: style sheets, scripts, the icon sprite and the map of the world.
// The files are made by the front-end build (web/build.mjs) and embedded; without them pages work unstyled.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:dist
var embedded embed.FS

// within are the files that pages hold in themselves.
var within = []string{"first.css", "first.rtl.css"}

// Prefix is the path under which the files are served.
const Prefix = "/static/"

// Files is a built front end: hashed files and the manifest that maps their plain names to the hashed ones.
type Files struct {
	root  fs.FS
	names map[string]string // "app.css" → "app.0123456789ab.css"
	known map[string]bool   // hashed names
	texts map[string]string // content of those that stand within pages, by their plain names
}

// Embedded is the front end inside this program.
var Embedded = mustOpen()

func mustOpen() *Files {
	root, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // the embed pattern above guarantees the folder
	}
	return Open(root)
}

// Open reads the manifest of a built front end. A folder without one gives Files that have nothing.
func Open(root fs.FS) *Files {
	f := &Files{root: root, names: map[string]string{}, known: map[string]bool{}, texts: map[string]string{}}
	b, err := fs.ReadFile(root, "manifest.json")
	if err != nil || json.Unmarshal(b, &f.names) != nil {
		return f
	}
	for _, hashed := range f.names {
		f.known[hashed] = true
	}
	for _, name := range within {
		if b, err := f.Read(name); err == nil {
			f.texts[name] = string(b)
		}
	}
	return f
}

// Built reports whether the front end was built into this program.
func (f *Files) Built() bool { return len(f.names) > 0 }

// URL returns the path of a file by its plain name, "" when it was not built.
func (f *Files) URL(name string) string {
	if hashed, ok := f.names[name]; ok {
		return Prefix + hashed
	}
	return ""
}

// Read returns the content of a file by its plain name. The error is fs.ErrNotExist when it was not built.
func (f *Files) Read(name string) ([]byte, error) {
	hashed, ok := f.names[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return fs.ReadFile(f.root, hashed)
}

// Text returns the content of a file that stands within pages, by its plain name; "" when it was not built.
func (f *Files) Text(name string) string { return f.texts[name] }

// StyleHashes are the hashes of the style sheets that stand within pages, as a content security policy names them.
func (f *Files) StyleHashes() string {
	var out strings.Builder
	for _, name := range within {
		if text := f.texts[name]; text != "" {
			sum := sha256.Sum256([]byte(text))
			out.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
		}
	}
	return out.String()
}

// contentTypes are set here so that they do not depend on the machine's own table.
var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".json": "application/json",
}

// ServeHTTP answers GET and HEAD for hashed names below Prefix. A name carries the hash of its content, so that
// browsers may keep a file for ever; the best encoding that the browser accepts is sent as it was compressed at build time.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	if !f.known[name] {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentTypes[path.Ext(name)])
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body, encoding := f.variant(name, r.Header.Get("Accept-Encoding"))
	tag := `"` + name + encoding + `"`
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the connection is gone when this fails
	}
}

// variant returns the smallest stored form of the file that the browser accepts, and its content coding.
func (f *Files) variant(name, accept string) (body []byte, encoding string) {
	for _, v := range [...]struct{ coding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(accept, v.coding) {
			continue
		}
		if b, err := fs.ReadFile(f.root, name+v.suffix); err == nil {
			return b, v.coding
		}
	}
	b, _ := fs.ReadFile(f.root, name) // the manifest names only files that the build wrote
	return b, ""
}

// accepts reports whether an Accept-Encoding header names the coding with a weight above zero.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) != coding {
			continue
		}
		q, ok := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
		if !ok {
			return true
		}
		v, err := strconv.ParseFloat(q, 64)
		return err == nil && v > 0
	}
	return false
}
