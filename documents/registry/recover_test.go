package registry

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing/creation"
)

// request is the request that the crash tests interrupt.
func request() IssueRequest {
	return IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1).Normalise()}
}

// crashes end the issuing of request at a named step, as a power cut would:
// what was committed stays, nothing else does, and the lease is not given back.
var crashes = []struct {
	step  string
	until func(t *testing.T, r *Registry)
}{
	{"number reserved", func(t *testing.T, r *Registry) {
		must(t, second(reserve(t, r, request())))
	}},
	{"signed and verified", func(t *testing.T, r *Registry) {
		held, err := reserve(t, r, request())
		must(t, err)
		must(t, second(r.produce(context.Background(), held)))
	}},
	{"entering, before the commit", func(t *testing.T, r *Registry) {
		held, err := reserve(t, r, request())
		must(t, err)
		made, err := r.produce(context.Background(), held)
		must(t, err)
		// A context that ends takes the transaction with it, as a lost
		// connection does.
		if err := r.enter(canceled(t), made); !errors.Is(err, context.Canceled) {
			t.Fatalf("entered all the same: %v", err)
		}
	}},
}

func TestRecoverAfterCrash(t *testing.T) {
	for _, crash := range crashes {
		t.Run(crash.step, func(t *testing.T) {
			cluster.EachEngine(t, func(t *testing.T, dsn string) {
				r, c := open(t, dsn)
				crash.until(t, r)
				expectStatus(t, r, "26000001", documents.StatusReserved)
				if _, err := r.PDF(t.Context(), "26000001"); !errors.Is(err, ErrNotFound) {
					t.Errorf("a file is there before the document is in force: %v", err)
				}
				// The lease may still be that of a living process.
				expectRecovered(t, r, recovery{})
				c.advance(time.Minute - time.Microsecond)
				expectRecovered(t, r, recovery{})
				c.advance(time.Microsecond)
				expectRecovered(t, r, recovery{finished: "26000001"})
				expectRecovered(t, r, recovery{})
				expectWhole(t, r, "26000001")
				rec, replayed, err := r.Issue(t.Context(), request())
				if err != nil || !replayed || rec.Number != "26000001" {
					t.Errorf("the client that asks again gets %s, %v, %v", rec.Number, replayed, err)
				}
			})
		})
	}
}

func TestRetryAfterCrash(t *testing.T) {
	for _, crash := range crashes {
		t.Run(crash.step, func(t *testing.T) {
			cluster.EachEngine(t, func(t *testing.T, dsn string) {
				r, c := open(t, dsn)
				crash.until(t, r)
				for _, wait := range []time.Duration{0, time.Minute - time.Microsecond} {
					c.advance(wait)
					if _, _, err := r.Issue(t.Context(), request()); !errors.Is(err, store.ErrInProgress) {
						t.Errorf("after %v: %v, want store.ErrInProgress", wait, err)
					}
				}
				c.advance(time.Microsecond)
				rec, replayed, err := r.Issue(t.Context(), request())
				if err != nil || replayed || rec.Number != "26000001" {
					t.Errorf("later: %s, %v, %v", rec.Number, replayed, err)
				}
				expectWhole(t, r, "26000001")
			})
		})
	}
}

// A process that was taken for dead and comes back must not enter a second
// file.
func TestLateProcess(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		held, err := reserve(t, r, request())
		must(t, err)
		c.advance(2 * time.Minute)
		rec := issue(t, r, "a", licenceDraft(1))
		if err := r.Finish(t.Context(), held); !errors.Is(err, store.ErrInProgress) {
			t.Errorf("the late process: %v, want store.ErrInProgress", err)
		}
		if now, err := r.Document(t.Context(), rec.Number); err != nil || now.FileSHA256 != rec.FileSHA256 {
			t.Errorf("the document has changed: %v", err)
		}
		expectWhole(t, r, rec.Number)
	})
}

// A caller that hangs up while its document is being made leaves nothing that
// the next call could not finish at once.
func TestCallerHangsUp(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		held, err := reserve(t, r, request())
		must(t, err)
		if err := r.Finish(canceled(t), held); !errors.Is(err, context.Canceled) {
			t.Fatalf("finished for nobody: %v", err)
		}
		expectStatus(t, r, "26000001", documents.StatusReserved)
		if rec := issue(t, r, "a", licenceDraft(1)); rec.Number != "26000001" {
			t.Errorf("the next call gets %s", rec.Number)
		}
	})
}

// A signed file that does not pass verification never leaves.
func TestNotVerified(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		sound := r.Key
		r.Key = authorityOf(t).faulty
		if _, _, err := r.Issue(t.Context(), request()); !errors.Is(err, ErrNotVerified) {
			t.Fatalf("got %v, want ErrNotVerified", err)
		}
		expectStatus(t, r, "26000001", documents.StatusReserved)
		if got := column(t, r, `SELECT number FROM files`); len(got) != 0 {
			t.Errorf("files: %v", got)
		}
		expectRecovered(t, r, recovery{waiting: "26000001"})
		// Once the device is repaired, the same call goes on where it was.
		r.Key = sound
		if rec := issue(t, r, "a", licenceDraft(1)); rec.Number != "26000001" {
			t.Errorf("got %s", rec.Number)
		}
		// What stays broken for a day is void, and its number is lost.
		r.Key = authorityOf(t).faulty
		next := request()
		next.IdempotencyKey = "b"
		if _, _, err := r.Issue(t.Context(), next); !errors.Is(err, ErrNotVerified) {
			t.Fatalf("got %v, want ErrNotVerified", err)
		}
		c.advance(24*time.Hour - time.Microsecond)
		expectRecovered(t, r, recovery{waiting: "26000002"})
		c.advance(time.Microsecond)
		expectRecovered(t, r, recovery{voided: "26000002"})
		expectStatus(t, r, "26000002", documents.StatusVoid)
		r.Key = sound
		if _, _, err := r.Issue(t.Context(), next); !errors.Is(err, ErrVoid) {
			t.Errorf("asked again: %v, want ErrVoid", err)
		}
		if rec := issue(t, r, "c", licenceDraft(3)); rec.Number != "26000003" {
			t.Errorf("the next document is %s", rec.Number)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// A key whose own certificate does not pass takes no number: the trust, or
// fresh revocation lists, are repaired first.
func TestUntrustedKeyTakesNoNumber(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		trusting := r.Verifier
		r.Verifier = authorityOf(t).untrusting
		if _, _, err := r.Issue(t.Context(), request()); !errors.Is(err, ErrNotVerified) {
			t.Fatalf("got %v, want ErrNotVerified", err)
		}
		if got := column(t, r, `SELECT number FROM documents`); len(got) != 0 {
			t.Errorf("numbers taken: %v", got)
		}
		r.Verifier = trusting
		if rec := issue(t, r, "a", licenceDraft(1)); rec.Number != "26000001" {
			t.Errorf("got %s", rec.Number)
		}
	})
}

// A reserved content that was changed is never signed.
func TestDamagedReservation(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		must(t, second(reserve(t, r, request())))
		change(t, r, `UPDATE documents SET content = replace(content, 'Көне', 'Жаңа')`)
		c.advance(2 * time.Minute)
		if _, _, err := r.Issue(t.Context(), request()); !errors.Is(err, errDamaged) {
			t.Errorf("the retry: %v", err)
		}
		expectRecovered(t, r, recovery{voided: "26000001"})
		must(t, r.VerifyLog(t.Context()))
		events, err := r.Events(t.Context(), "26000001")
		must(t, err)
		if last := events[len(events)-1]; last.Kind != documents.EventVoid || !strings.Contains(last.Detail, "damaged") {
			t.Errorf("the last event is %+v", last)
		}
	})
}

// A key that must not sign costs an error, not a number; and it is no reason to
// give up what it could have signed.
func TestUnfitKey(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		good := r.Key
		r.Key = creation.Key{}
		if _, _, err := r.Issue(t.Context(), request()); !errors.Is(err, creation.ErrKeyMismatch) {
			t.Fatalf("issued without a key: %v", err)
		}
		if got := column(t, r, `SELECT number FROM documents`); len(got) != 0 {
			t.Errorf("documents: %v", got)
		}
		r.Key = good
		must(t, second(reserve(t, r, request())))
		c.advance(48 * time.Hour)
		r.Key = creation.Key{}
		if _, err := r.Recover(t.Context()); !errors.Is(err, creation.ErrKeyMismatch) {
			t.Errorf("recovered without a key: %v", err)
		}
		expectStatus(t, r, "26000001", documents.StatusReserved)
		r.Key = good
		if rec := issue(t, r, "a", licenceDraft(1)); rec.Number != "26000001" {
			t.Errorf("the first document is %s", rec.Number)
		}
	})
}

func expectStatus(t *testing.T, r *Registry, number string, want documents.Status) {
	t.Helper()
	rec, err := r.Document(t.Context(), number)
	if err != nil || rec.Status != want {
		t.Errorf("%s is %q, %v; want %q", number, rec.Status, err, want)
	}
}

// recovery is the answer of Recover in short: numbers with spaces between.
type recovery struct{ finished, voided, waiting string }

// expectRecovered runs Recover and compares its answer.
func expectRecovered(t *testing.T, r *Registry, want recovery) {
	t.Helper()
	answer, err := r.Recover(t.Context())
	must(t, err)
	var waiting []string
	for _, w := range answer.Waiting {
		waiting = append(waiting, w.Number)
		if w.Err == nil {
			t.Errorf("%s waits for no reason", w.Number)
		}
	}
	got := recovery{strings.Join(answer.Finished, " "), strings.Join(answer.Voided, " "), strings.Join(waiting, " ")}
	if got != want {
		t.Errorf("recovered %+v, want %+v", got, want)
	}
}

// expectWhole checks that a document is in force with everything that belongs
// to it.
func expectWhole(t *testing.T, r *Registry, number string) {
	t.Helper()
	expectStatus(t, r, number, documents.StatusInForce)
	must(t, second(r.PDF(t.Context(), number)))
	proof, err := r.Prove(t.Context(), number)
	must(t, err)
	must(t, proof.Check())
	must(t, r.VerifyLog(t.Context()))
}
