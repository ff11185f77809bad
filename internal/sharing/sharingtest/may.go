package sharingtest

import (
	"slices"

	"tocsin/internal/record"
	"tocsin/internal/sharing"
)

// May is the sharing rule once more, read straight from its definition and without tokens: whether a viewer may see a
// record, private where its state is for its owner only. What applies the rule is compared with it.
func May(r *record.Record, private bool, v sharing.Viewer) bool {
	official := v.Registered && v.Participant != "" && v.Organisation == ""
	partner := sharing.PartnerOf(r.Owner)
	owns := official && v.Participant == r.Owner || partner != "" && v.Organisation == partner
	names := func(c record.Clause) bool { return c.Person != "" && c.Person == v.Person }
	if r.Sharing.TLP == record.Red {
		if r.Author != "" && r.Author == v.Person || r.Author == "" && owns {
			return true
		}
		return !private && slices.ContainsFunc(r.Sharing.Audience, func(c record.Clause) bool { return named(c) == 1 && names(c) })
	}
	switch {
	case owns:
		return true
	case private:
		return false
	case r.Sharing.TLP == record.Clear:
		return true
	case r.Sharing.TLP == record.Green:
		return official
	case r.Sharing.TLP != record.Amber && r.Sharing.TLP != record.AmberStrict:
		return false
	}
	return slices.ContainsFunc(r.Sharing.Audience, func(c record.Clause) bool {
		sector := len(c.Sectors) == 0 || slices.ContainsFunc(c.Sectors, func(s string) bool { return slices.Contains(v.Sectors, s) })
		switch {
		case named(c) != 1:
			return false
		case c.Participant != "":
			return official && c.Participant == v.Participant && sector
		case r.Sharing.TLP == record.AmberStrict:
			return false
		case c.Group != "":
			return official && slices.Contains(v.Groups, c.Group) && sector
		case c.Organisation != "":
			return c.Organisation == v.Organisation
		}
		return names(c)
	})
}

func named(c record.Clause) (n int) {
	for _, s := range []string{c.Participant, c.Group, c.Organisation, c.Person} {
		if s != "" {
			n++
		}
	}
	return n
}
