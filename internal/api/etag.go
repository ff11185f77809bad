package api

import (
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
