package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Request is one that a client wants done once, however often it is asked: the same
// client with the same key and the same request is told what was done the first time.
// There are two ways of keeping that: [Tx.Claim] for ever, in the transaction that
// does it, and [DB.Once] for a day, with the answer.
type Request struct {
	Client         string // the id of a [Client], or another fixed name
	IdempotencyKey string // the client's own name for the request
	Sum            Sum
}

// Check refuses a request whose client or key cannot be one, with [ErrBadKey].
func (q Request) Check() error {
	if !printableASCII(q.Client) || !printableASCII(q.IdempotencyKey) {
		return ErrBadKey
	}
	return nil
}

// printableASCII reports whether s can name a request or a client.
func printableASCII(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// Sum is what requests under one idempotency key are compared by: the SHA-256 of
// their canonical form, or, of requests that an older program has written down, of
// their JSON as it was.
type Sum struct{ canonical, old string }

// SumOf sums up a request, which is an object in JSON.
func SumOf(request any) (Sum, error) {
	old, err := json.Marshal(request)
	if err != nil {
		return Sum{}, fmt.Errorf("failed to encode the request: %w", err)
	}
	form, err := canonical(old)
	if err != nil {
		return Sum{}, fmt.Errorf("failed to encode the request: %w", err)
	}
	return Sum{HexSum(form), HexSum(old)}, nil
}

// String returns the SHA-256 of the canonical form, in hexadecimal.
func (s Sum) String() string { return s.canonical }

// same reports whether a stored sum is that of the request.
func (s Sum) same(stored string) bool { return stored == s.canonical || stored == s.old }

// canonical writes JSON in one way: members in the order of their names, and none
// that says nothing. A field that requests gain later is not in those of before,
// and changes nothing where it is left empty. The objects of the outermost one stay
// in any case: which of them is there says what is asked for.
func canonical(raw []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var request map[string]any
	if err := d.Decode(&request); err != nil {
		return nil, err
	}
	for name, member := range request {
		left, says := saying(member)
		_, object := member.(map[string]any)
		if request[name] = left; !says && !object {
			delete(request, name)
		}
	}
	return json.Marshal(request) // sorts the members
}

// saying takes out of a value what says nothing, and reports whether anything is
// left. The places in an array stay: what stands there is counted.
func saying(value any) (any, bool) {
	switch v := value.(type) {
	case nil:
		return nil, false
	case string:
		return v, v != "" && v != "0001-01-01T00:00:00Z"
	case bool:
		return v, v
	case json.Number:
		return v, v != "0"
	case []any:
		for i := range v {
			v[i], _ = saying(v[i])
		}
		return v, len(v) > 0
	case map[string]any:
		for name, member := range v {
			left, says := saying(member)
			if v[name] = left; !says {
				delete(v, name)
			}
		}
		return v, len(v) > 0
	}
	return value, true
}

// Claimed is what was found under an idempotency key.
type Claimed struct {
	// Fresh: the key was not used before. Whoever claims it ties it to what is done
	// in the same transaction.
	Fresh bool
	// Number is of the document that the same request was about, and Event of what
	// it has recorded there; zero if the request was for the document itself.
	Number string
	Event  int
	// Erased: what was asked was erased with the content of the document, and nobody
	// can tell whether this request is the same.
	Erased bool
}

// Claim writes the key of a request down, for ever, or finds what was done under it.
// Another request under the key is [ErrKeyReused]. While one transaction has claimed
// a key others that claim it wait for its end.
func (tx *Tx) Claim(ctx context.Context, q Request) (Claimed, error) {
	if err := q.Check(); err != nil {
		return Claimed{}, err
	}
	fresh, err := tx.Changed(ctx, `
		INSERT INTO requests (client, idempotency_key, body_sha256) VALUES ($1, $2, $3)
		ON CONFLICT (client, idempotency_key) DO NOTHING`, q.Client, q.IdempotencyKey, q.Sum.canonical)
	if err != nil {
		return Claimed{}, fmt.Errorf("failed to write the idempotency key: %w", err)
	}
	if fresh {
		return Claimed{Fresh: true}, nil
	}
	var before string
	var number sql.NullString
	var c Claimed
	err = tx.QueryRowContext(ctx, `
		SELECT body_sha256, number, event FROM requests WHERE client = $1 AND idempotency_key = $2`,
		q.Client, q.IdempotencyKey).Scan(&before, &number, &c.Event)
	if err != nil {
		return Claimed{}, fmt.Errorf("failed to read the idempotency key: %w", err)
	}
	c.Number, c.Erased = number.String, before == ""
	if !c.Erased && !q.Sum.same(before) {
		return Claimed{}, ErrKeyReused
	}
	return c, nil
}

// Tie ties the key that was claimed in this transaction to what was done: a document,
// or an event of one.
func (tx *Tx) Tie(ctx context.Context, q Request, number string, event int) error {
	return tx.Later(ctx, Statement{
		Query: `UPDATE requests SET number = $1, event = $2 WHERE client = $3 AND idempotency_key = $4`,
		Args:  []any{number, event, q.Client, q.IdempotencyKey},
		Doing: "failed to tie the idempotency key to what was done",
	})
}

// ForgetClaims takes away what the requests for a document and its events before one
// can be compared by. Their keys stay.
func (tx *Tx) ForgetClaims(ctx context.Context, number string, before int) error {
	_, err := tx.ExecContext(ctx, `UPDATE requests SET body_sha256 = '' WHERE number = $1 AND event < $2`, number, before)
	return err
}

// HexSum returns the SHA-256 of bytes as the database holds it: in lower-case
// hexadecimal.
func HexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
