package store

import (
	"context"
	"database/sql"
	"time"
)

// Ran is when a job ran last.
type Ran struct {
	Name  string
	At    time.Time
	Took  time.Duration
	Good  time.Time // when it last ended well; zero for never
	Error string    // of the last run, "" when it ended well
}

// NoteRun keeps when a job ran.
func (s *Store) NoteRun(ctx context.Context, x Ran) error {
	good := int64(0)
	if x.Error == "" {
		good = x.At.UnixMicro()
	}
	return s.exec(ctx, `INSERT INTO job (name, at, took, good, error) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET at = excluded.at, took = excluded.took, error = excluded.error,
		good = CASE WHEN excluded.good > 0 THEN excluded.good ELSE job.good END`, x.Name, x.At.UnixMicro(), x.Took.Microseconds(), good, short(x.Error))
}

// Runs returns when each job ran last, by name.
func (r *Reader) Runs(ctx context.Context) (out []Ran, err error) {
	err = r.query(ctx, `SELECT name, at, took, good, error FROM job ORDER BY name`, nil, func(rows *sql.Rows) error {
		var x Ran
		var at, took, good int64
		err := rows.Scan(&x.Name, &at, &took, &good, &x.Error)
		x.At, x.Took, x.Good = micro(at), time.Duration(took)*time.Microsecond, micro(good)
		out = append(out, x)
		return err
	})
	return out, err
}
