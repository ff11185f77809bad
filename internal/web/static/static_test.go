package static

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func built(t *testing.T) *Files {
	t.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte("body{}")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return Open(fstest.MapFS{
		"manifest.json":   {Data: []byte(`{"app.css":"app.abc.css"}`)},
		"app.abc.css":     {Data: []byte("body{}")},
		"app.abc.css.gz":  {Data: z.Bytes()},
		"app.abc.css.br":  {Data: []byte("brotli")},
		"secret.abc.json": {Data: []byte("not in the manifest")},
	})
}

func get(f *Files, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func TestEncodings(t *testing.T) {
	f := built(t)
	for _, c := range []struct{ accept, want string }{
		{"", ""}, {"gzip", "gzip"}, {"gzip, deflate, br", "br"}, {"br;q=0, gzip;q=0.5", "gzip"}, {"identity", ""}, {"brx", ""},
	} {
		w := get(f, f.URL("app.css"), "Accept-Encoding", c.accept)
		if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != c.want {
			t.Errorf("Accept-Encoding %q: %d %q, want %q", c.accept, w.Code, w.Header().Get("Content-Encoding"), c.want)
		}
		if w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
			t.Errorf("type %q", w.Header().Get("Content-Type"))
		}
	}
}

func TestRevalidation(t *testing.T) {
	f := built(t)
	tag := get(f, "/static/app.abc.css").Header().Get("ETag")
	if w := get(f, "/static/app.abc.css", "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("%d with %d bytes, want 304 without", w.Code, w.Body.Len())
	}
}

func TestOnlyTheManifestIsServed(t *testing.T) {
	f := built(t)
	for _, p := range []string{"/static/", "/static/manifest.json", "/static/secret.abc.json", "/static/app.abc.css.gz", "/static/../static.go", "/static/.keep"} {
		if w := get(f, p); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", p, w.Code)
		}
	}
}

func TestNotBuilt(t *testing.T) {
	f := Open(fstest.MapFS{".keep": {}})
	if f.Built() || f.URL("app.css") != "" {
		t.Error("an empty folder claims to be built")
	}
	if _, err := f.Read("world.json"); err == nil {
		t.Error("reading from an empty folder succeeds")
	}
}
