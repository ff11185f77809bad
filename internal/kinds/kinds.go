// Package kinds lists the kinds of record. A new kind is one new file in the folder of its line of effort
// (supply, detection, health, programme) and one line here.
package kinds

import (
	"tocsin/internal/kinds/detection"
	"tocsin/internal/kinds/health"
	"tocsin/internal/kinds/supply"
	"tocsin/internal/record"
)

// All holds every kind, in the order in which menus and documents list them.
var All = []*record.Kind{
	detection.Identification,
	supply.Incident,
	health.Event,
	detection.Signal,
	detection.Alert,
	detection.Figure,
	detection.SubstanceName,
}

var byName = func() map[string]*record.Kind {
	m := make(map[string]*record.Kind, len(All))
	for _, k := range All {
		m[k.Name] = k
	}
	return m
}()

// Get returns the named kind.
func Get(name string) (*record.Kind, bool) {
	k, ok := byName[name]
	return k, ok
}

// Authored returns the kinds that people write, by form or by import.
func Authored() []*record.Kind {
	var ks []*record.Kind
	for _, k := range All {
		if k.Authored {
			ks = append(ks, k)
		}
	}
	return ks
}
