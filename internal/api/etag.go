package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"tocsin/internal/record"
)

// etag names a version of a record.
func etag(r *record.Record) string { return fmt.Sprintf(`"%s.%d"`, r.ID, r.Version) }

// noneMatch reports whether an If-None-Match header names the tag: weak comparison, as RFC 9110 has it for it.
func noneMatch(header, tag string) bool {
	for _, t := range strings.Split(header, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}

// tagging holds an answer back until its tag is known: of a record its version, of any other answer what it says.
type tagging struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (t *tagging) WriteHeader(status int) {
	if t.status == 0 {
		t.status = status
	}
}

func (t *tagging) Write(b []byte) (int, error) {
	t.WriteHeader(http.StatusOK)
	return t.body.Write(b)
}

// send sends what was held back, or 304 to those who have it.
func (t *tagging) send(r *http.Request) {
	h := t.Header()
	t.WriteHeader(http.StatusOK)
	if t.status == http.StatusOK && h.Get("ETag") == "" {
		sum := sha256.Sum256(append([]byte(h.Get("Content-Language")+"\n"), t.body.Bytes()...))
		h.Set("ETag", `W/"`+hex.EncodeToString(sum[:12])+`"`)
		if noneMatch(strings.Join(r.Header.Values("If-None-Match"), ","), strings.TrimPrefix(h.Get("ETag"), "W/")) {
			h.Del("Content-Type")
			t.ResponseWriter.WriteHeader(http.StatusNotModified)
			return
		}
	}
	t.ResponseWriter.WriteHeader(t.status)
	if t.body.Len() > 0 {
		_, _ = t.ResponseWriter.Write(t.body.Bytes()) // the connection is gone when this fails
	}
}

// matched returns the version of the record that an If-Match header names. Without one that names a version it refuses
// with 428; a tag of another record or a weak one matches nothing and refuses with 412.
func matched(header, id string) (version int, err error) {
	header = strings.TrimSpace(header)
	if header == "" || header == "*" {
		return 0, &refusal{status: http.StatusPreconditionRequired, key: "api.no-version"}
	}
	tag, ok := strings.CutPrefix(header, `"`+id+".")
	if ok {
		tag, ok = strings.CutSuffix(tag, `"`)
	}
	version, err = strconv.Atoi(tag)
	if !ok || err != nil || version < 1 {
		return 0, &refusal{status: http.StatusPreconditionFailed, key: "api.stale"}
	}
	return version, nil
}
