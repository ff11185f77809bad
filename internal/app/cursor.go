package app

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"

	"tocsin/internal/store"
)

// A cursor holds a place in the store's own order. It is sealed with a key of the node, for the place would tell how much
// was written that its holder may not see, and so that nobody makes one up.

func (a *App) sealer() (cipher.AEAD, error) {
	key := a.store.Key("cursor")
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (a *App) cursor(p store.Position) (string, error) {
	s, err := a.sealer()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, s.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand.Read
	place := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(p.K)), uint64(p.Seq))
	return base64.RawURLEncoding.EncodeToString(s.Seal(nonce, nonce, place, nil)), nil
}

var errCursor = errors.New("the cursor is damaged")

// parseCursor returns the place that a cursor holds, nil for none.
func (a *App) parseCursor(text string) (*store.Position, error) {
	if text == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	s, err := a.sealer()
	if err != nil {
		return nil, err
	}
	if len(raw) < s.NonceSize() {
		return nil, errCursor
	}
	place, err := s.Open(nil, raw[:s.NonceSize()], raw[s.NonceSize():], nil)
	if err != nil || len(place) != 16 {
		return nil, errCursor
	}
	return &store.Position{K: int64(binary.BigEndian.Uint64(place)), Seq: int64(binary.BigEndian.Uint64(place[8:]))}, nil
}
