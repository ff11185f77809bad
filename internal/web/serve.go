package web

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"tocsin/internal/web/static"
)

// MaxBody is how many bytes a request may bring where a page does not allow more.
const MaxBody = 4 << 20

// Base wraps the pages in what every request passes through, first to last: number, access log, security headers,
// language, recovery from panics, compression, refusal of other sites' requests. It also serves the static files and
// POST /preferences. Sign-in comes after it; Localize is then used once more with the person's settings.
// Body sizes are limited by LimitBody, per route where one allows more. secure is true when people come over TLS.
func Base(pages http.Handler, log *slog.Logger, secure bool) http.Handler {
	if !static.Embedded.Built() {
		log.Warn("the front end is not built into this program: pages come without style; run the front-end build and build again")
	}
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Embedded)
	mux.Handle("POST /preferences", LimitBody(MaxBody)(Preferences(secure)))
	mux.Handle("/", Compress(pages))
	return Chain(mux, NumberRequests, LogAccess(log), SecurityHeaders(secure), Localize(secure, nil), Recover(log), SameSite)
}

// Compress sends pages gzipped to browsers that accept it. Pages hold no secret beside text that a stranger could have
// put there (requests are protected by headers, not by tokens in pages), so that lengths tell nothing worth having.
func Compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		z := &zipped{ResponseWriter: w}
		next.ServeHTTP(z, r)
		z.close()
	})
}

// zipped compresses text answers. It decides when the header is written, for the type is known then.
type zipped struct {
	http.ResponseWriter
	gz      *gzip.Writer
	decided bool
}

func (z *zipped) WriteHeader(status int) {
	h := z.Header()
	mime, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	text := strings.HasPrefix(mime, "text/") || mime == "application/json" || strings.HasSuffix(mime, "xml")
	if !z.decided && text && h.Get("Content-Encoding") == "" && status != http.StatusNoContent && status != http.StatusNotModified {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		z.gz = zippers.Get().(*gzip.Writer)
		z.gz.Reset(z.ResponseWriter)
	}
	z.decided = true
	z.ResponseWriter.WriteHeader(status)
}

func (z *zipped) Write(b []byte) (int, error) {
	if !z.decided {
		if z.Header().Get("Content-Type") == "" {
			z.Header().Set("Content-Type", http.DetectContentType(b))
		}
		z.WriteHeader(http.StatusOK)
	}
	if z.gz != nil {
		return z.gz.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

// FlushError sends what was written so far, for pages that grow while they are watched.
func (z *zipped) FlushError() error {
	if z.gz != nil {
		if err := z.gz.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(z.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (z *zipped) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func (z *zipped) close() {
	if z.gz != nil {
		_ = z.gz.Close() // the connection is gone when this fails
		zippers.Put(z.gz)
		z.gz = nil
	}
}

// zippers are used again and again: making one takes longer than compressing a page.
var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, 5)
	if err != nil {
		panic(err) // the level is one that there is
	}
	return z
}}
