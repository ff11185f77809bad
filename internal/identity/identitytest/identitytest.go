// Package identitytest is a directory for tests: it signs whatever a test wants it to say.
package identitytest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Directory is a running directory. Its fields say what it answers with next.
type Directory struct {
	*httptest.Server
	Claims   map[string]any         // over those of a good ID token; nil takes one out
	Headers  map[string]any         // over those of a good one
	Key      crypto.Signer          // that signs; nil for the published one
	Token    func(id string) string // what becomes of the signed token; nil leaves it
	Discover map[string]any         // over a good description

	mu    sync.Mutex
	key   *rsa.PrivateKey
	codes map[string]url.Values // what was asked, by the code given for it
	Asked []url.Values          // what was asked of the token end point
}

// New starts a directory on this machine.
func New(t testing.TB) *Directory {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	d := &Directory{key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		about := map[string]any{"issuer": d.URL, "authorization_endpoint": d.URL + "/authorize", "token_endpoint": d.URL + "/token", "jwks_uri": d.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}}
		for k, v := range d.Discover {
			about[k] = v
		}
		answer(w, about)
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": text(key.N.Bytes()), "e": "AQAB"}}})
	})
	mux.HandleFunc("POST /token", d.token)
	d.Server = httptest.NewServer(mux)
	t.Cleanup(d.Close)
	return d
}

// Visit is what a browser that was sent to an address brings back, when its person has signed in there.
func (d *Directory) Visit(t testing.TB, to string) (state, code string) {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	code = rand.Text()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.codes[code] = u.Query()
	return u.Query().Get("state"), code
}

func (d *Directory) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	d.mu.Lock()
	q := d.codes[r.PostForm.Get("code")]
	delete(d.codes, r.PostForm.Get("code"))
	d.Asked = append(d.Asked, r.PostForm)
	d.mu.Unlock()
	proof := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if q == nil || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") != text(proof[:]) || q.Get("redirect_uri") != r.PostForm.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]any{"error": "invalid_grant"})
		return
	}
	now := time.Now()
	claims := map[string]any{"iss": d.URL, "sub": "s-1", "aud": q.Get("client_id"), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "nonce": q.Get("nonce"), "email": "ama@example.org", "email_verified": true}
	headers := map[string]any{"alg": "RS256", "kid": "1"}
	for _, m := range []struct{ into, over map[string]any }{{claims, d.Claims}, {headers, d.Headers}} {
		for k, v := range m.over {
			m.into[k] = v
			if v == nil {
				delete(m.into, k)
			}
		}
	}
	id := d.sign(headers, claims)
	if d.Token != nil {
		id = d.Token(id)
	}
	answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": id})
}

func (d *Directory) sign(headers, claims map[string]any) string {
	h, _ := json.Marshal(headers)
	c, _ := json.Marshal(claims)
	signed := text(h) + "." + text(c)
	sum := sha256.Sum256([]byte(signed))
	var key crypto.Signer = d.key
	if d.Key != nil {
		key = d.Key
	}
	sig, err := key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		panic(err)
	}
	return signed + "." + text(sig)
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
