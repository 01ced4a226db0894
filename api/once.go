package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"github.com/labstack/echo/v4"

	"tamga/documents/store"
)

// signOnce makes a signature, or gives the one again that the client had under its
// Idempotency-Key: a key is used once for a request, however often it is asked.
// Without a key each request is another one.
func (v *service) signOnce(c echo.Context, client store.Client, r *signRequest) (answer any, replayed bool, err error) {
	if len(c.Request().Header.Values("Idempotency-Key")) == 0 {
		answer, err = v.signOne(c, client, r)
		return answer, false, err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return nil, false, err
	}
	sum, err := r.sum()
	if err != nil {
		return nil, false, err
	}
	if isBatch(c.Path()) {
		key += " " + sum.String()[:32] // a line is a request of its own
	}
	asked := store.Request{Client: client.ID, IdempotencyKey: key, Sum: sum}
	text, replayed, err := v.Registry.Store.Once(contextOf(c), asked, func(context.Context) ([]byte, error) {
		made, err := v.signOne(c, client, r)
		if err != nil {
			return nil, err
		}
		return json.Marshal(made)
	})
	return json.RawMessage(text), replayed, err
}

// sum is what requests to sign are compared by: all but the client's own id, and of
// files, which may be large, their SHA-256.
func (r *signRequest) sum() (store.Sum, error) {
	asked := *r
	asked.ID = ""
	for _, file := range []*[]byte{(*[]byte)(&asked.Content), (*[]byte)(&asked.CMS), (*[]byte)(&asked.PDF), (*[]byte)(&asked.XML)} {
		if *file != nil {
			sum := sha256.Sum256(*file)
			*file = sum[:]
		}
	}
	return store.SumOf(asked)
}
