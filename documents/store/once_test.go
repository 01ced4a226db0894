package store_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"tamga/documents/store"
)

// TestOnce holds that a request is done once for its client and key, whatever
// happens in between, on both engines; and that an answer is not kept for ever.
func TestOnce(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, c := open(t, dsn)
		made := 0
		ask := func(client, key, sum string) (string, bool, error) {
			answer, replayed, err := db.Once(t.Context(), request(t, client, key, sum), func(context.Context) ([]byte, error) {
				made++
				return bytes.Repeat([]byte{byte(made)}, 3), nil
			})
			return string(answer), replayed, err
		}
		for i, test := range []struct {
			later            time.Duration
			client, key, sum string
			answer           string
			replayed         bool
			err              error
		}{
			{0, "portal", "a", "s1", "\x01\x01\x01", false, nil},
			{0, "portal", "a", "s1", "\x01\x01\x01", true, nil},
			{time.Hour, "portal", "a", "s2", "", false, store.ErrKeyReused},
			{0, "portal", "b", "s1", "\x02\x02\x02", false, nil},
			{0, "other", "a", "s2", "\x03\x03\x03", false, nil},
			{store.AnswerKept - time.Hour - time.Second, "portal", "a", "s1", "\x01\x01\x01", true, nil},
			{time.Second, "portal", "a", "s2", "\x04\x04\x04", false, nil}, // a day is over
			{0, "portal", "a", "s1", "", false, store.ErrKeyReused},
			{2 * store.AnswerKept, "portal", "c", "s1", "\x05\x05\x05", false, nil},
			{0, "portal", "", "s1", "", false, store.ErrBadKey},
			{0, "", "a", "s1", "", false, store.ErrBadKey},
		} {
			c.advance(test.later)
			answer, replayed, err := ask(test.client, test.key, test.sum)
			if answer != test.answer || replayed != test.replayed || !errors.Is(err, test.err) {
				t.Errorf("%d: %q %t %v", i, answer, replayed, err)
			}
		}
		if left := column(t, db, `SELECT idempotency_key FROM answers WHERE length(answer) > 0`); len(left) != 1 || left[0] != "c" {
			t.Errorf("answers to %q are kept for ever", left)
		}
		verified(t, db)
	})
}

// TestOnceFails holds that what fails uses up no key, that nobody else works on a
// request meanwhile, and that a caller who goes away finds the answer later.
func TestOnceFails(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, _ := open(t, dsn)
		req := request(t, "portal", "a", "s")
		broken := errors.New("the token is gone")
		if _, _, err := db.Once(t.Context(), req, func(context.Context) ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
			t.Errorf("%v", err)
		}
		ctx, leave := context.WithCancel(t.Context())
		_, _, err := db.Once(ctx, req, func(context.Context) ([]byte, error) {
			if _, _, err := db.Once(t.Context(), req, nil); !errors.Is(err, store.ErrInProgress) {
				t.Errorf("a second one: %v", err)
			}
			leave()
			return []byte("done"), nil
		})
		if err != nil {
			t.Errorf("%v", err)
		}
		if answer, replayed, err := db.Once(t.Context(), req, nil); string(answer) != "done" || !replayed || err != nil {
			t.Errorf("%q %t %v", answer, replayed, err)
		}
		// Another process was at work on the same request, and faster.
		other, _ := open(t, dsn)
		req.IdempotencyKey = "b"
		answer, _, err := db.Once(t.Context(), req, func(ctx context.Context) ([]byte, error) {
			if _, _, err := other.Once(ctx, req, func(context.Context) ([]byte, error) { return []byte("theirs"), nil }); err != nil {
				t.Error(err)
			}
			return []byte("ours"), nil
		})
		if string(answer) != "theirs" || err != nil {
			t.Errorf("%q %v", answer, err)
		}
		verified(t, db)
	})
}

// request asks for something that a word tells from other requests.
func request(t testing.TB, client, key, word string) store.Request {
	t.Helper()
	sum, err := store.SumOf(map[string]string{"word": word})
	must(t, err)
	return store.Request{Client: client, IdempotencyKey: key, Sum: sum}
}
