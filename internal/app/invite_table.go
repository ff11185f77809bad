package app

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"tocsin/internal/coalition"
	"tocsin/internal/exchange/table"
	"tocsin/internal/record"
	"tocsin/internal/store"
)

// InviteColumns are the columns of a table of people to invite. In a cell of several values they stand with semicolons
// between; groups are GROUP/SECTION, with roles after a colon: "wg1/west; swg2.1/east: co-chair, coordinator".
var InviteColumns = []string{"name", "email", "participant", "languages", "zone", "sectors", "groups", "duties"}

const maxInvited = 2000 // rows of one table

// InviteTable invites the people of a table. A row that is wrong is refused by itself, one whose address the participant
// has or has invited already is left as it is; the others are invited in one transaction. With dry nothing is written.
func (a *App) InviteTable(ctx context.Context, v Viewer, file io.ReaderAt, size int64, dry bool) (*ImportReport, error) {
	if err := v.inPerson(); err != nil {
		return nil, err
	}
	if !AuditWhole(v) && !v.Has(coalition.FocalPoint) {
		return nil, refuse(Forbidden, "error.administer")
	}
	t, err := table.Open(file, size, table.Options{})
	if err != nil {
		return nil, tableError(err)
	}
	defer func() { _ = t.Close() }()
	columns, err := inviteColumns(t.Columns())
	if err != nil {
		return nil, err
	}
	in := &inviting{app: a, v: v, columns: columns, report: &ImportReport{Columns: slices.Clone(t.Columns()), Errors: []ImportError{}}, seen: map[string]bool{}}
	for {
		row, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, tableError(err)
		}
		if in.report.Rows == maxInvited {
			return nil, invalid(record.Problems{{Field: "file", Key: "problem.many", Params: map[string]any{"max": maxInvited}}})
		}
		if err := in.row(ctx, row); err != nil {
			return nil, err
		}
	}
	return in.report, in.write(ctx, dry)
}

// inviteColumns finds where each column stands; those that nobody knows are a mistake.
func inviteColumns(header []string) (map[string]int, error) {
	at := map[string]int{}
	var p record.Problems
	for i, c := range header {
		name := strings.ToLower(c)
		if !slices.Contains(InviteColumns, name) {
			p.Add("file", "problem.column", "value", c, "options", strings.Join(InviteColumns, ", "))
			continue
		}
		at[name] = i
	}
	for _, name := range []string{"name", "email"} {
		if _, ok := at[name]; !ok {
			p.Add("file", "problem.column-missing", "value", name)
		}
	}
	if len(p) > 0 {
		return nil, invalid(p)
	}
	return at, nil
}

// inviting is a table on its way to invitations.
type inviting struct {
	app     *App
	v       Viewer
	columns map[string]int
	report  *ImportReport
	seen    map[string]bool // addresses
	made    []*store.Invitation
	rows    []int // of made
}

func (in *inviting) refuse(row int, p record.Problem, value string) {
	if len(in.report.Errors) < maxReported {
		in.report.Errors = append(in.report.Errors, ImportError{Row: row, Column: p.Field, Value: trimmed(value, 60), Problem: p.Key, Params: p.Params})
	}
}

func trimmed(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

func (in *inviting) row(ctx context.Context, row table.Row) error {
	in.report.Rows++
	if row.Problem != nil {
		in.report.Rejected++
		in.refuse(row.Number, record.Problem{Field: "", Key: row.Problem.Key, Params: row.Problem.Params}, "")
		return nil
	}
	cell := func(name string) string {
		if i, ok := in.columns[name]; ok && i < len(row.Cells) {
			return strings.TrimSpace(row.Cells[i])
		}
		return ""
	}
	e, problems := in.enrolment(cell)
	email := coalition.NormalEmail(e.Person.Email)
	if in.seen[email] {
		problems.Add("email", "problem.twice", "value", email)
	}
	in.seen[email] = true
	var x *store.Invitation
	if len(problems) == 0 {
		var err error
		if x, err = in.app.invitation(ctx, in.v, &e); err != nil {
			if problems = problemsOf(err); len(problems) == 0 {
				return err
			}
		}
	}
	if len(problems) > 0 {
		in.report.Rejected++
		for _, p := range problems {
			in.refuse(row.Number, p, cell(p.Field))
		}
		return nil
	}
	in.made, in.rows = append(in.made, x), append(in.rows, row.Number)
	return nil
}

// problemsOf words a refusal of one row as what is wrong with it; none for a failure of ours.
func problemsOf(err error) record.Problems {
	e, ok := err.(*Error)
	switch {
	case !ok || e.Code == Internal:
		return nil
	case len(e.Problems) > 0:
		return e.Problems
	}
	return record.Problems{{Key: e.Key, Params: e.Params}}
}

func (in *inviting) enrolment(cell func(string) string) (Enrolment, record.Problems) {
	var p record.Problems
	e := Enrolment{Person: coalition.Person{Name: cell("name"), Email: cell("email"), Participant: cell("participant"), Zone: cell("zone")}}
	if e.Person.Participant == "" {
		e.Person.Participant = in.v.Participant()
	}
	for _, l := range several(strings.ToLower(cell("languages"))) {
		if !slices.Contains(record.Languages, l) {
			p.Add("languages", "problem.option", "value", l, "options", strings.Join(record.Languages, ", "))
		}
		e.Person.Languages = append(e.Person.Languages, l)
	}
	if x, ok := in.app.directory.Participant(e.Person.Participant); ok && e.Person.Zone == "" {
		e.Person.Zone = x.Zone
	}
	for _, s := range several(strings.ToLower(cell("sectors"))) {
		e.Person.Sectors = append(e.Person.Sectors, coalition.Sector(strings.ReplaceAll(s, " ", "-")))
	}
	for _, d := range several(strings.ToLower(cell("duties"))) {
		e.Person.Duties = append(e.Person.Duties, coalition.Duty(strings.ReplaceAll(d, " ", "-")))
	}
	for _, g := range several(strings.ToLower(cell("groups"))) {
		place, roles, _ := strings.Cut(g, ":")
		group, section, ok := strings.Cut(strings.TrimSpace(place), "/")
		if !ok {
			p.Add("groups", "problem.group", "value", g)
			continue
		}
		r := coalition.Registration{Group: group, Section: coalition.Hemisphere(section), Roles: []coalition.Role{coalition.Member}}
		for _, x := range strings.Split(roles, ",") {
			if x = strings.TrimSpace(x); x != "" && x != string(coalition.Member) {
				r.Roles = append(r.Roles, coalition.Role(x))
			}
		}
		e.Registrations = append(e.Registrations, r)
	}
	return e, p
}

// several splits a cell of several values.
func several(s string) (out []string) {
	for _, x := range strings.Split(s, ";") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

// errDry takes back what a trial wrote.
var errDry = errors.New("a trial")

// write invites; a trial does the same and takes it back, so that it says what would happen.
func (in *inviting) write(ctx context.Context, dry bool) error {
	err := in.app.store.Write(ctx, func(t *store.Tx) error {
		for i, x := range in.made {
			err := in.app.invite(ctx, t, in.v, x)
			switch p := problemsOf(err); {
			case err == nil:
				in.report.Accepted++
			case CodeOf(err) == Conflict:
				in.report.Unchanged++
			case len(p) > 0:
				in.report.Rejected++
				in.refuse(in.rows[i], p[0], "")
			default:
				return err
			}
		}
		if dry {
			return errDry
		}
		return nil
	})
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}
