// Package backup is the file that a backup is (pure): a gzip file of JSON lines, whose last member vouches for every byte
// before it.
//
//	{"format":"tocsin-backup","version":1, …}        the manifest
//	{"table":"journal","columns":[…],"types":[…]}    then for each table its columns,
//	[1,1717200000000000,"operator", …]               its rows
//	{"end":"journal","rows":812,"sha256":"…"}        and the hash of these lines
//
// Anybody can read it with zcat. It knows nothing of a database: what is in the tables is decided by the store.
package backup

import (
	"crypto/sha256"
	"errors"
	"time"
)

// The name and the newest version of the format that this package reads and writes.
const (
	Format  = "tocsin-backup"
	Version = 1
)

// The types of a column.
const (
	Text  = "text"
	Int   = "int"
	Float = "float"
	Bytes = "bytes"
)

// ErrFile is wrapped by every error that says what is wrong with a file.
var ErrFile = errors.New("the backup cannot be used")

// Manifest says what a backup holds.
type Manifest struct {
	Format  string    `json:"format"`
	Version int       `json:"version"` // of the format
	Schema  int64     `json:"schema"`  // of the database
	Tocsin  string    `json:"tocsin"`  // version of the program that made it
	Engine  string    `json:"engine"`  // that it was made from; it restores into either
	Made    time.Time `json:"made"`
	Journal Journal   `json:"journal"`
	Tables  []Rows    `json:"tables"`
}

// Journal is the state of the history at the moment of the backup.
type Journal struct {
	Size       int64  `json:"size"`
	Root       string `json:"root"`       // hexadecimal; "" when nothing is in it
	Checkpoint string `json:"checkpoint"` // signed
}

// Rows says how many rows a table has.
type Rows struct {
	Table string `json:"table"`
	Rows  int64  `json:"rows"`
}

// Rows returns the number of rows that the manifest promises of a table, -1 when it does not name it.
func (m *Manifest) Rows(table string) int64 {
	for _, t := range m.Tables {
		if t.Table == table {
			return t.Rows
		}
	}
	return -1
}

// Header begins a table.
type Header struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
	Types   []string `json:"types"`
}

// footer ends a table.
type footer struct {
	End    string `json:"end"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of the header and the rows
}

// sealSize is the length of the last gzip member, which is empty and holds the SHA-256 of all that is before it.
const sealSize = 58

// seal writes the last member byte by byte, so that it is the same whatever library is used.
func seal(sum [sha256.Size]byte) []byte {
	b := make([]byte, 0, sealSize)
	b = append(b, 0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff) // gzip, deflate, with an extra field, no time, no system
	b = append(b, 36, 0, 'T', 'S', sha256.Size, 0)
	b = append(b, sum[:]...)
	return append(b, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0) // nothing, its checksum and its length
}
