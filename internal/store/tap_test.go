package store

import (
	"context"
	"database/sql/driver"
)

// tap stands between database/sql and a driver, and is called at every moment at which a process may be stopped. The
// statement or the commit fails with the error that it returns; before one it is then not done at all.
type tap func(moment string) error

// The moments.
const (
	begun        = "begun"
	beforeExec   = "before a statement"
	afterExec    = "after a statement"
	beforeQuery  = "before a question"
	beforeCommit = "before the commit"
	afterCommit  = "after the commit"
)

// tapped puts the tap before every database that is opened, until the returned function is called.
func tapped(t tap) (restore func()) {
	was := between
	between = func(c driver.Connector) driver.Connector { return tappedConnector{c, t} }
	return func() { between = was }
}

type tappedConnector struct {
	driver.Connector
	tap tap
}

func (c tappedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &tappedConn{full: conn.(full), tap: c.tap}, nil
}

// full is what both drivers' connections can do.
type full interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Pinger
}

type tappedConn struct {
	full
	tap  tap
	gone bool // the server has gone: nothing can be asked any more
}

func (c *tappedConn) CheckNamedValue(v *driver.NamedValue) error {
	if k, ok := c.full.(driver.NamedValueChecker); ok {
		return k.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *tappedConn) IsValid() bool { return !c.gone }

// at tells the tap; an error means that the server has gone.
func (c *tappedConn) at(moment string) error {
	err := c.tap(moment)
	if err != nil {
		c.gone = true
		_ = c.full.Close()
	}
	return err
}

func (c *tappedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.full.BeginTx(ctx, o)
	if err == nil {
		err = c.at(begun)
	}
	if err != nil {
		return nil, err
	}
	return tappedTx{tx, c}, nil
}

func (c *tappedConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.at(beforeExec); err != nil {
		return nil, err
	}
	res, err := c.full.ExecContext(ctx, q, args)
	if err == nil {
		err = c.at(afterExec)
	}
	return res, err
}

func (c *tappedConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.at(beforeQuery); err != nil {
		return nil, err
	}
	return c.full.QueryContext(ctx, q, args)
}

type tappedTx struct {
	driver.Tx
	c *tappedConn
}

func (t tappedTx) Commit() error {
	if err := t.c.at(beforeCommit); err != nil {
		return err
	}
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	return t.c.at(afterCommit)
}

func (t tappedTx) Rollback() error {
	if t.c.gone {
		return driver.ErrBadConn
	}
	return t.Tx.Rollback()
}
