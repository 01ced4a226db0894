package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/documents/registry"
)

// signOnce makes a signature, or gives the one again that the client had under its
// Idempotency-Key: a key is used once for a request, however often it is asked.
// Without a key each request is another one.
func (v *service) signOnce(c echo.Context, client registry.Client, r *signRequest) (answer any, replayed bool, err error) {
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
		key += " " + sum[:32] // a line is a request of its own
	}
	asked := registry.OnceRequest{Client: client.ID, IdempotencyKey: key, BodySHA256: sum}
	text, replayed, err := v.Registry.Once(contextOf(c), asked, func(context.Context) ([]byte, error) {
		made, err := v.signOne(c, client, r)
		if err != nil {
			return nil, err
		}
		return json.Marshal(made)
	})
	return json.RawMessage(text), replayed, err
}

// sum is the SHA-256 of a request in a canonical form: what is there, in the order of
// its names, without the client's own id. Members that are added later change nothing
// for requests that have none.
func (r *signRequest) sum() (string, error) {
	h := sha256.New()
	if err := addMembers(h, reflect.ValueOf(*r)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func addMembers(h hash.Hash, v reflect.Value) error {
	present := map[string]reflect.Value{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if value := v.Field(i); name != "id" && !value.IsZero() {
			present[name] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(present)) {
		value := present[name]
		text := []byte(nil)
		if value.Kind() == reflect.Slice && value.Type().Elem().Kind() == reflect.Uint8 {
			text = value.Bytes()
		} else {
			var err error
			if text, err = json.Marshal(value.Interface()); err != nil {
				return err
			}
		}
		fmt.Fprintf(h, "%s %d\n", name, len(text))
		h.Write(text)
	}
	return nil
}
