package store

import (
	"context"
	"database/sql"
	"sync"
)

// The bounds of what is kept prepared: a statement's memory grows with its length, and each connection has its own.
const (
	maxStatements = 300
	maxStatement  = 8 << 10 // bytes of text
)

// statements keeps statements for reading prepared, by their text: SQLite takes longer to parse one than to run it. Its
// texts come from this package alone and differ in how many values they ask for.
type statements struct {
	sync.RWMutex
	byText map[string]*sql.Stmt
}

// get returns the statement prepared, nil where it is not worth keeping or cannot be prepared: what is wrong with it is
// then found by running it.
func (s *statements) get(ctx context.Context, db *sql.DB, text string) *sql.Stmt {
	s.RLock()
	st, full := s.byText[text], len(s.byText) >= maxStatements
	s.RUnlock()
	if st != nil || full || len(text) > maxStatement {
		return st
	}
	made, err := db.PrepareContext(context.WithoutCancel(ctx), text)
	if err != nil {
		return nil
	}
	s.Lock()
	defer s.Unlock()
	if st := s.byText[text]; st != nil {
		_ = made.Close() // another was faster
		return st
	}
	if s.byText == nil {
		s.byText = map[string]*sql.Stmt{}
	}
	s.byText[text] = made
	return made
}
