package pages

import (
	"slices"

	"tocsin/internal/app"
	"tocsin/internal/record"
)

// strictest returns the strictest label of the records: what a sheet of paper that shows them all must carry.
func strictest(lists ...[]*app.Shown) record.TLP {
	at := -1
	for _, list := range lists {
		for _, x := range list {
			at = max(at, slices.Index(strictness, x.Sharing.TLP))
		}
	}
	if at < 0 {
		return ""
	}
	return strictness[at]
}

// strictness are the labels, the strictest last.
var strictness = []record.TLP{record.Clear, record.Green, record.Amber, record.AmberStrict, record.Red}
