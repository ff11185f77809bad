package app

import (
	"encoding/json"

	"tocsin/internal/record"
)

// entered returns a body as a person gave it, without what only the system says: derived and made fields are those of
// the stored version, none for a new record. A body that is no object comes back as it is, for the checks to refuse.
func entered(fields []record.Field, stored, given json.RawMessage) json.RawMessage {
	if !hasDerived(fields) {
		return given
	}
	var before, after map[string]json.RawMessage
	if json.Unmarshal(given, &after) != nil || len(stored) > 0 && json.Unmarshal(stored, &before) != nil {
		return given
	}
	for _, f := range fields {
		switch {
		case f.Derived || f.Type == record.TypeData:
			delete(after, f.Name)
			if x, ok := before[f.Name]; ok {
				after[f.Name] = x
			}
		case f.Type == record.TypeList && hasDerived(f.Fields):
			after[f.Name] = enteredItems(f.Fields, after[f.Name])
			if after[f.Name] == nil {
				delete(after, f.Name)
			}
		}
	}
	raw, err := json.Marshal(after)
	if err != nil {
		return given
	}
	return raw
}

// enteredItems takes what is derived out of the items of a list: it is derived from each item anew.
func enteredItems(fields []record.Field, given json.RawMessage) json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(given, &items) != nil {
		return given
	}
	for i := range items {
		items[i] = entered(fields, nil, items[i])
	}
	raw, err := json.Marshal(items)
	if err != nil {
		return given
	}
	return raw
}

func hasDerived(fields []record.Field) bool {
	for _, f := range fields {
		if f.Derived || f.Type == record.TypeData || hasDerived(f.Fields) {
			return true
		}
	}
	return false
}

// dropDerived is entered for a row of a table.
func dropDerived(fields []record.Field, row map[string]any) {
	for _, f := range fields {
		if f.Derived || f.Type == record.TypeData {
			delete(row, f.Name)
		}
	}
}
