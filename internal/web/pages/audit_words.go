package pages

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"tocsin/internal/app"
	"tocsin/internal/store"
	"tocsin/internal/web/locales"
	"tocsin/internal/web/ui"
)

// auditDetail is what a line says beyond its event, in the viewer's language; what has no words there stands as it is.
func (s *Site) auditDetail(ctx context.Context, x app.AuditEntry) string {
	detail := strings.TrimSpace(x.Detail)
	switch {
	case x.Event == "denied.many":
		return ui.T(ctx, "audit.many", "n", atoi(detail))
	case strings.HasPrefix(x.Event, "person."):
		return changedWords(ctx, detail)
	case strings.HasPrefix(x.Event, "registration."):
		return s.registrationWords(ctx, detail)
	case x.Area == store.AreaSignin:
		return signinWords(ctx, detail)
	}
	return detail
}

// changedNames are the texts that name what the store says was changed of a person.
var changedNames = map[string]string{"name": "field.name", "email": "field.email", "participant": "field.participant", "stakeholder": "kind.organisation.one",
	"sectors": "people.sectors", "languages": "profile.languages", "zone": "profile.zone", "duties": "people.duties", "digest_at": "profile.digest",
	"active": "audit.changed.active", "until": "audit.changed.until", "successor": "leave.successor", "notify": "audit.changed.notify"}

// changedWords words names of fields in a row, of which that of the duties is followed by what they are now.
func changedWords(ctx context.Context, detail string) string {
	var out []string
	for _, part := range strings.Split(detail, ", ") {
		name, value, _ := strings.Cut(part, " ")
		key, known := changedNames[name]
		if !known {
			out = append(out, part)
			continue
		}
		word := ui.T(ctx, key)
		var duties []string
		if value != "" && json.Unmarshal([]byte(value), &duties) == nil {
			for i, d := range duties {
				duties[i] = wordOr(ctx, "duty."+d, d)
			}
			word += ": " + locales.List(ctx, duties)
		}
		out = append(out, word)
	}
	return strings.Join(out, "; ")
}

// registered is how the store describes a registration: group and section, roles, from and to.
var registered = regexp.MustCompile(`^([^ /]+)/([^ ]+) (.*), (\d{4}-\d\d-\d\d)–(\d{4}-\d\d-\d\d)?$`)

func (s *Site) registrationWords(ctx context.Context, detail string) string {
	m := registered.FindStringSubmatch(detail)
	if m == nil {
		return detail
	}
	roles := strings.Split(m[3], ", ")
	for i, r := range roles {
		roles[i] = wordOr(ctx, "member-role."+r, r)
	}
	out := []string{s.sectionCode(ctx, m[1], m[2]), locales.List(ctx, roles), ui.T(ctx, "audit.from", "date", ui.Date(ctx, m[4]))}
	if m[5] != "" {
		out = append(out, ui.T(ctx, "audit.to", "date", ui.Date(ctx, m[5])))
	}
	return strings.Join(out, " · ")
}

// signinWords words how somebody came in, and why he did not.
func signinWords(ctx context.Context, detail string) string {
	way, why, refused := strings.Cut(detail, " ")
	out := wordOr(ctx, "way."+way, way)
	if key := refusals[why]; key != "" {
		why = ui.T(ctx, key)
	}
	if refused {
		out += ": " + why
	}
	return out
}

// refusals word why a sign-in failed.
var refusals = map[string]string{"question": "audit.why.question", "malformed": "audit.why.malformed", "unknown device": "audit.why.unknown-device",
	"answer": "audit.why.answer", "person": "audit.why.person", "nobody": "audit.why.nobody"}
