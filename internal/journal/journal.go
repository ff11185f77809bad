// Package journal is the append-only history: entries, the Merkle tree over them and its signed checkpoints.
// The tree is that of RFC 6962 as golang.org/x/mod/sumdb/tlog lays it out. The package is pure; hashes are read and
// kept by the caller.
package journal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Entry is one accepted change. Seq counts from 1 without gaps.
type Entry struct {
	Seq     int64
	At      time.Time // microseconds, UTC
	Actor   string    // person id, "operator" or "system"
	Type    string    // what the subject is: record, person, registration, comment, receipt …
	Subject string    // its id
	Version int       // of the subject after the change; 0 where it has none
	Action  string    // create, update, a step's name, retract …
	Payload []byte    // the subject after the change, as JSON
}

// Leaf returns the bytes that the tree hashes: every field, the payload by its SHA-256. A payload that the law orders
// erased can so be removed without breaking the proof of the rest.
func (e *Entry) Leaf() []byte {
	sum := sha256.Sum256(e.Payload)
	return e.leaf(sum[:])
}

func (e *Entry) leaf(sum []byte) []byte {
	var b strings.Builder
	b.Grow(160)
	fmt.Fprintf(&b, "%d\n%d\n%q\n%q\n%q\n%d\n%q\n", e.Seq, e.At.UnixMicro(), e.Actor, e.Type, e.Subject, e.Version, e.Action)
	b.WriteString(hex.EncodeToString(sum))
	b.WriteByte('\n')
	return []byte(b.String())
}

// Growth is what appending entries adds to the stored hashes: Hashes stand at indexes First, First+1 …
type Growth struct {
	First  int64
	Hashes []tlog.Hash
	Size   int64 // entries after the growth
	Root   tlog.Hash
}

// Grow computes what the entries, which follow the first size ones, add to the tree. Reading goes through r, for hashes
// that are stored already.
func Grow(size int64, entries []Entry, r tlog.HashReader) (*Growth, error) {
	g := &Growth{First: tlog.StoredHashCount(size), Size: size + int64(len(entries))}
	over := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) { return g.read(indexes, r) })
	for i := range entries {
		if entries[i].Seq != size+int64(i)+1 {
			return nil, fmt.Errorf("journal: entry %d where %d is due", entries[i].Seq, size+int64(i)+1)
		}
		hs, err := tlog.StoredHashes(size+int64(i), entries[i].Leaf(), over)
		if err != nil {
			return nil, err
		}
		g.Hashes = append(g.Hashes, hs...)
	}
	root, err := tlog.TreeHash(g.Size, over)
	if err != nil {
		return nil, err
	}
	g.Root = root
	return g, nil
}

func (g *Growth) read(indexes []int64, r tlog.HashReader) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	var missing []int64
	for i, x := range indexes {
		if x >= g.First {
			out[i] = g.Hashes[x-g.First]
		} else {
			missing = append(missing, x)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	hs, err := r.ReadHashes(missing)
	if err != nil {
		return nil, err
	}
	n := 0
	for i, x := range indexes {
		if x < g.First {
			out[i] = hs[n]
			n++
		}
	}
	return out, nil
}

// NewKey makes the signing key of a node, as the pair that golang.org/x/mod/sumdb/note uses.
func NewKey(node string) (private, public string, err error) {
	return note.GenerateKey(rand.Reader, node)
}

// Sign returns the signed checkpoint of a tree.
func Sign(size int64, root tlog.Hash, private string) ([]byte, error) {
	s, err := note.NewSigner(private)
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: string(tlog.FormatTree(tlog.Tree{N: size, Hash: root}))}, s)
}

// ErrCheckpoint is wrapped by Check for a checkpoint that is not signed by the key or does not parse.
var ErrCheckpoint = errors.New("the checkpoint is not valid")

// Check verifies a checkpoint's signature and returns the tree that it vouches for.
func Check(checkpoint []byte, public string) (tlog.Tree, error) {
	v, err := note.NewVerifier(public)
	if err != nil {
		return tlog.Tree{}, err
	}
	n, err := note.Open(checkpoint, note.VerifierList(v))
	if err != nil {
		return tlog.Tree{}, errors.Join(ErrCheckpoint, err)
	}
	if !exact(checkpoint, n) {
		return tlog.Tree{}, fmt.Errorf("%w: it is not written as it was signed", ErrCheckpoint)
	}
	return tlog.ParseTree([]byte(n.Text))
}

// exact reports whether a checkpoint is, byte by byte, what Sign writes: the decoding of a signature forgives what it does
// not need.
func exact(checkpoint []byte, n *note.Note) bool {
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) > 0 {
		return false
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64)
	return err == nil && string(checkpoint) == n.Text+"\n— "+n.Sigs[0].Name+" "+base64.StdEncoding.EncodeToString(raw)+"\n"
}

// Roots recomputes the tree from its entries alone. Entries are fed in order; the roots asked for are kept.
type Roots struct {
	size   int64
	stored []tlog.Hash
}

// Add appends an entry and returns the hashes that a store should hold from index first on.
func (t *Roots) Add(e *Entry) (first int64, hashes []tlog.Hash, err error) {
	first = int64(len(t.stored))
	hs, err := tlog.StoredHashes(t.size, e.Leaf(), t)
	if err != nil {
		return 0, nil, err
	}
	t.stored = append(t.stored, hs...)
	t.size++
	return first, hs, nil
}

// ReadHashes implements tlog.HashReader.
func (t *Roots) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(t.stored)) {
			return nil, fmt.Errorf("journal: hash %d is not stored", x)
		}
		out[i] = t.stored[x]
	}
	return out, nil
}

// Size returns how many entries were added.
func (t *Roots) Size() int64 { return t.size }

// Root returns the root of the first size entries.
func (t *Roots) Root(size int64) (tlog.Hash, error) {
	if size == 0 {
		return tlog.Hash{}, nil
	}
	return tlog.TreeHash(size, t)
}
