package registry

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing/creation"
)

// reserveMany reserves licences under the keys "1", "2" and so on.
func reserveMany(t *testing.T, r *Registry, n int) {
	t.Helper()
	for i := 1; i <= n; i++ {
		req := IssueRequest{Client: "portal", IdempotencyKey: fmt.Sprint(i), Draft: licenceDraft(i).Normalise()}
		must(t, second(reserve(t, r, req)))
	}
}

// One odd reservation does not keep the others waiting, and is told of.
func TestRecoverGoesOn(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		reserveMany(t, r, 4)
		change(t, r, `INSERT INTO files (number, bytes) VALUES ('26000001', '')`,
			`UPDATE documents SET content = 'x' WHERE number = '26000002'`,
			`UPDATE documents SET reserved_at = reserved_at + 1 WHERE number = '26000004'`)
		c.advance(2 * time.Minute)
		done, err := r.Recover(t.Context())
		must(t, err)
		if len(done.Waiting) != 1 || done.Waiting[0].Number != "26000001" || !strings.Contains(fmt.Sprint(done.Waiting[0].Err), "failed to write the file") {
			t.Errorf("waiting: %+v", done.Waiting)
		}
		if fmt.Sprint(done.Finished) != "[26000003 26000004]" || fmt.Sprint(done.Voided) != "[26000002]" {
			t.Errorf("recovered %+v", done)
		}
		// Its lease is given back; the next attempt need not wait.
		change(t, r, `DELETE FROM files WHERE number = '26000001'`)
		expectRecovered(t, r, recovery{finished: "26000001"})
	})
}

// A reservation that cannot even be taken over waits, and keeps no other waiting.
// PostgreSQL takes no such moment.
func TestRecoverUnreadable(t *testing.T) {
	r, c := open(t, filepath.Join(t.TempDir(), "register.sqlite"))
	reserveMany(t, r, 2)
	change(t, r, `UPDATE documents SET reserved_at = 1.5 WHERE number = '26000001'`)
	c.advance(2 * time.Minute)
	done, err := r.Recover(t.Context())
	must(t, err)
	if len(done.Waiting) != 1 || done.Waiting[0].Number != "26000001" ||
		!strings.Contains(fmt.Sprint(done.Waiting[0].Err), "failed to take over reservation 26000001") {
		t.Errorf("waiting: %+v", done.Waiting)
	}
	if fmt.Sprint(done.Finished) != "[26000002]" || len(done.Voided) != 0 {
		t.Errorf("recovered %+v", done)
	}
}

// What cannot be finished is kept for as long as the register is told to.
func TestVoidAfter(t *testing.T) {
	r, c := open(t, filepath.Join(t.TempDir(), "register.sqlite"))
	r.VoidAfter = time.Hour
	reserveMany(t, r, 1)
	onceSigned(r, func(context.Context) error { return creation.ErrTimestamp })
	c.advance(time.Hour - time.Microsecond)
	expectRecovered(t, r, recovery{waiting: "26000001"})
	c.advance(time.Microsecond)
	expectRecovered(t, r, recovery{voided: "26000001"})
}

// A database that does not answer ends the recovery: nothing is the fault of a
// reservation then, whatever else is wrong with it.
func TestRecoverWithoutDatabase(t *testing.T) {
	for _, q := range []struct {
		name   string
		after  time.Duration
		reason error // why the document could not be made either
	}{
		{"entering", 48 * time.Hour, nil},
		{"voiding", 48 * time.Hour, creation.ErrTimestamp},
		{"putting off", 2 * time.Minute, creation.ErrTimestamp},
	} {
		t.Run(q.name, func(t *testing.T) {
			cluster.EachEngine(t, func(t *testing.T, dsn string) {
				r, c := open(t, dsn)
				reserveMany(t, r, 2)
				c.advance(q.after)
				other, err := Open(t.Context(), dsn)
				must(t, err)
				other.Now = c.now
				r.Store = other
				onceSigned(r, func(context.Context) error { return errors.Join(q.reason, other.Close()) })
				done, err := r.Recover(t.Context())
				if !errors.Is(err, store.ErrUnavailable) || len(done.Finished)+len(done.Voided)+len(done.Waiting) != 0 {
					t.Errorf("recovered %+v, %v", done, err)
				}
			})
		})
	}
}

// Two instances recover at the same time: each reservation is finished once.
func TestTwoInstancesRecover(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		other := *r
		reserveMany(t, r, 3)
		c.advance(2 * time.Minute)
		var theirs Recovered
		onceSigned(r, func(ctx context.Context) (err error) {
			theirs, err = other.Recover(ctx)
			return err
		})
		done, err := r.Recover(t.Context())
		must(t, err)
		if fmt.Sprint(done) != "{[26000001] [] [] [] []}" || fmt.Sprint(theirs) != "{[26000002 26000003] [] [] [] []}" {
			t.Errorf("one has recovered %v, the other %v", done, theirs)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// An instance that was taken for dead in the middle of a recovery leaves the
// reservation to whoever has it now, however old it is.
func TestRecoveryTakenOver(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		reserveMany(t, r, 1)
		c.advance(48 * time.Hour)
		onceSigned(r, func(context.Context) error {
			change(t, r, `UPDATE documents SET lease = 'of another'`)
			return nil
		})
		expectRecovered(t, r, recovery{})
		expectStatus(t, r, "26000001", documents.StatusReserved)
		if got := column(t, r, `SELECT lease FROM documents WHERE leased_until > 0`); len(got) != 1 || got[0] != "of another" {
			t.Errorf("the lease is now %q", got)
		}
	})
}

// The statement that a number was given up is about the content as it is stored,
// byte for byte, even if nobody can read it any more.
func TestVoidStatementHasTheStoredContent(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		reserveMany(t, r, 2)
		change(t, r, `UPDATE documents SET content = replace(content, '","', '" , "') WHERE number = '26000002'`)
		c.advance(48 * time.Hour)
		r.Key = authorityOf(t).faulty
		if _, err := r.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The device computes wrong signatures: there is no statement.
		events, err := r.Events(t.Context(), "26000001")
		must(t, err)
		if last := events[len(events)-1]; last.Kind != documents.EventVoid || last.Record != nil {
			t.Errorf("the last event is %+v", last)
		}
		r.Key = authorityOf(t).key
		reserveMore(t, r, "3", "4")
		change(t, r, `UPDATE documents SET content = replace(content, '","', '" , "') WHERE number = '26000004'`)
		c.advance(48 * time.Hour)
		onceSigned(r, func(context.Context) error { return creation.ErrTimestamp })
		expectRecovered(t, r, recovery{voided: "26000003 26000004"})
		for _, number := range []string{"26000003", "26000004"} {
			events, err := r.Events(t.Context(), number)
			must(t, err)
			stored := column(t, r, `SELECT content FROM documents WHERE number = '`+number+`'`)[0]
			statement := string(events[len(events)-1].Record)
			for _, want := range []string{`"content_sha256":"` + store.HexSum([]byte(stored)) + `"`, `"kind":"licence"`, `"number":"` + number + `"`} {
				if !strings.Contains(statement, want) {
					t.Errorf("the statement about %s does not say %s", number, want)
				}
			}
		}
	})
}

func reserveMore(t *testing.T, r *Registry, keys ...string) {
	t.Helper()
	for i, key := range keys {
		req := IssueRequest{Client: "portal", IdempotencyKey: key, Draft: licenceDraft(i).Normalise()}
		must(t, second(reserve(t, r, req)))
	}
}
