package ui

import (
	"context"
	"slices"
	"strings"

	"tocsin/internal/record"
)

// ProblemText words one problem of a validation.
func ProblemText(ctx context.Context, p record.Problem) string {
	args := make([]any, 0, 2*len(p.Params))
	for name, value := range p.Params {
		args = append(args, name, value)
	}
	return T(ctx, p.Key, args...)
}

// FieldProblems words all problems for the summary at the head of a form. label names the field of a path.
func FieldProblems(ctx context.Context, list record.Problems, label func(path string) string) []FieldProblem {
	out := make([]FieldProblem, 0, len(list))
	for _, p := range list {
		out = append(out, FieldProblem{Path: p.Field, Label: label(p.Field), Text: ProblemText(ctx, p)})
	}
	return out
}

// SpreadProblems hangs the problems on the fields that they are about, items of lists included. It changes fields in
// place and returns those problems for which there is no field.
func SpreadProblems(ctx context.Context, fields []Field, list record.Problems) record.Problems {
	var rest record.Problems
	for _, p := range list {
		if f := findField(fields, p.Field); f != nil {
			f.Problems = append(f.Problems, ProblemText(ctx, p))
		} else {
			rest = append(rest, p)
		}
	}
	return rest
}

func findField(fields []Field, path string) *Field {
	if path == "" {
		return nil
	}
	if i := slices.IndexFunc(fields, func(f Field) bool { return f.Path == path }); i >= 0 {
		return &fields[i]
	}
	for i := range fields {
		if !strings.HasPrefix(path, fields[i].Path+".") {
			continue
		}
		for _, item := range fields[i].Items {
			if f := findField(item.Fields, path); f != nil {
				return f
			}
		}
	}
	return nil
}
