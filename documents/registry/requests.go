package registry

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

// requestSum is what requests under one idempotency key are compared by: the
// SHA-256 of their canonical form, or, of requests that an older program has
// written down, of their JSON as it was.
type requestSum struct{ canonical, old string }

// sumOf sums a request up.
func sumOf(request any) (requestSum, error) {
	old, err := json.Marshal(request)
	if err != nil {
		return requestSum{}, fmt.Errorf("failed to encode the request: %w", err)
	}
	form, err := canonical(old)
	if err != nil {
		return requestSum{}, fmt.Errorf("failed to encode the request: %w", err)
	}
	return requestSum{hexSum(form), hexSum(old)}, nil
}

// same reports whether a stored sum is that of the request.
func (s requestSum) same(stored string) bool { return stored == s.canonical || stored == s.old }

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

// claim writes an idempotency key of a client down with its request, and reports
// whether it was not used before.
func claim(ctx context.Context, tx *sql.Tx, client, key string, sum requestSum) (fresh bool, err error) {
	fresh, err = changed(ctx, tx, `
		INSERT INTO requests (client, idempotency_key, body_sha256) VALUES ($1, $2, $3)
		ON CONFLICT (client, idempotency_key) DO NOTHING`, client, key, sum.canonical)
	if err != nil {
		return false, fmt.Errorf("failed to write the idempotency key: %w", err)
	}
	return fresh, nil
}
