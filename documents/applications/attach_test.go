package applications_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents/applications"
	"tamga/documents/attachments"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// filed opens an application of the museum at the counter.
func filed(t *testing.T, b *applications.Book, key string) applications.Application {
	t.Helper()
	a, _, err := b.Open(t.Context(), applications.OpenRequest{
		Client: "portal", IdempotencyKey: key, Service: "TEC", Channel: regulation.Portal, Applicant: museum(),
	})
	must(t, err)
	return a
}

func filesOf(b *applications.Book) *attachments.Book {
	return &attachments.Book{Store: b.Register.Store, Terms: b.AttachmentTerms}
}

// attachText attaches a text.
func attachText(t *testing.T, files *attachments.Book, application, text string) (attachments.Attachment, error) {
	t.Helper()
	a, _, err := files.Add(t.Context(), attachments.AddRequest{
		Client: "portal", IdempotencyKey: application + text[:min(len(text), 9)], Application: application, Name: "a.txt", File: []byte(text),
	})
	return a, err
}

func refusedBy(err error) attachments.Reason {
	var refused *attachments.RefusedError
	if !errors.As(err, &refused) {
		return attachments.Reason(fmt.Sprint(err))
	}
	return refused.Reason
}

func whole(t *testing.T, files *attachments.Book, id string) ([]byte, error) {
	t.Helper()
	_, r, err := files.Open(t.Context(), id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// Files are kept once for all who have the same, come back as they were, and go with
// the last who has them.
func TestAttach(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, _ := book(t, dsn, civil(t, "2014-11-24T09:00"))
		files, one, other := filesOf(b), filed(t, b, "1"), filed(t, b, "2")
		large := strings.Repeat("large file ", 100_000)
		first, err := attachText(t, files, one.ID, large)
		must(t, err)
		again, replayed, err := files.Add(t.Context(), attachments.AddRequest{
			Client: "portal", IdempotencyKey: one.ID + large[:9], Application: one.ID, Name: "a.txt", File: []byte(large),
		})
		if err != nil || !replayed || again.ID != first.ID {
			t.Errorf("asked again: %+v %v %v", again, replayed, err)
		}
		_, _, err = files.Add(t.Context(), attachments.AddRequest{
			Client: "portal", IdempotencyKey: one.ID + large[:9], Application: one.ID, Name: "b.txt", File: []byte(large),
		})
		if !errors.Is(err, store.ErrKeyReused) {
			t.Error(err)
		}
		second, err := attachText(t, files, other.ID, large)
		must(t, err)
		must(t, files.Remove(t.Context(), attachments.RemoveRequest{Client: "portal", Application: one.ID, ID: first.ID}))
		must(t, files.Remove(t.Context(), attachments.RemoveRequest{Client: "portal", Application: one.ID, ID: first.ID}))
		if got, err := whole(t, files, second.ID); err != nil || string(got) != large {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if _, err := whole(t, files, first.ID); !errors.Is(err, attachments.ErrNotFound) {
			t.Error(err)
		}
		if err := files.Remove(t.Context(), attachments.RemoveRequest{Client: "portal", Application: one.ID, ID: second.ID}); !errors.Is(err, attachments.ErrNotFound) {
			t.Errorf("another application's: %v", err)
		}
		third, _, err := files.Add(t.Context(), attachments.AddRequest{
			Client: "portal", IdempotencyKey: "r", Application: other.ID, Name: "b.txt", Replaces: second.ID, File: []byte("new"),
		})
		must(t, err)
		all, err := files.List(t.Context(), other.ID)
		if err != nil || len(all) != 1 || all[0].ID != third.ID || all[0].Seq != 2 {
			t.Errorf("%+v %v", all, err)
		}
		var parts int
		must(t, b.Register.Store.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM attachment_parts`).Scan(&parts))
		if parts != 1 {
			t.Errorf("%d parts are kept", parts)
		}
		must(t, b.Register.VerifyLog(t.Context()))
	})
}

// What is refused, each by its reason, with a neighbour that is taken.
func TestAttachRefuses(t *testing.T) {
	b, _ := book(t, t.TempDir()+"/register.sqlite", civil(t, "2014-11-24T09:00"))
	files, a := filesOf(b), filed(t, b, "1")
	limits := regulation.Attachments{Types: []string{"text/plain", "application/zip"}, MaxFile: 10, MaxAll: 15, Most: 3, Refuse: []string{"polyglot"}}
	files.Terms = func(ctx context.Context, tx *store.Tx, name string) (attachments.Terms, error) {
		terms, err := b.AttachmentTerms(ctx, tx, name)
		terms.Rules = limits
		return terms, err
	}
	n := 0
	try := func(name, item, body string) attachments.Reason {
		n++
		_, _, err := files.Add(t.Context(), attachments.AddRequest{
			Client: "portal", IdempotencyKey: fmt.Sprint(n), Application: a.ID, Name: name, Item: item, File: []byte(body),
		})
		return refusedBy(err)
	}
	for _, c := range []struct {
		name, item, body string
		want             attachments.Reason
	}{
		{"a.txt", "", "", attachments.ReasonEmpty},
		{"a.txt", "nothing", "text", attachments.ReasonItem},
		{"", "", "text", attachments.ReasonName},
		{"..", "", "text", attachments.ReasonName},
		{"\u202e", "", "text", attachments.ReasonName},
		{strings.Repeat("ә", 201), "", "text", attachments.ReasonName},
		{"a.txt", "", "\x89PNG\r\n\x1a\n", attachments.ReasonType},
		{"a.pdf", "", "<html>", attachments.ReasonType},
		{"a.txt", "", "12345678901", attachments.ReasonSize},
		{`C:\fakepath\` + strings.Repeat("ә", 200), "identity", "1234567890", "<nil>"},
		{"a.txt", "", "123456", attachments.ReasonAll},
		{"a.txt", "", "1234", "<nil>"},
		{"a.txt", "", "1", "<nil>"},
	} {
		if got := try(c.name, c.item, c.body); got != c.want {
			t.Errorf("%.20q %.20q: %s, and must be %s", c.name, c.body, got, c.want)
		}
	}
	limits.MaxAll = 100
	if got := try("a.txt", "", "1"); got != attachments.ReasonMost {
		t.Error(got)
	}
	limits.Most, limits.MaxFile, limits.MaxAll = 9, 1000, 2000
	if got := try("a.zip", "", "PK\x05\x06"+strings.Repeat("\x00", 18)); got != "<nil>" {
		t.Error(got)
	}
	if got := try("a.zip", "", "PK\x05\x06"+strings.Repeat("\x00", 18)+"<html><script>"); got != attachments.ReasonContent {
		t.Error(got)
	}
	all, err := files.List(t.Context(), a.ID)
	if err != nil || len(all) != 4 || all[0].Name != strings.Repeat("ә", 200) {
		t.Errorf("%+v %v", all, err)
	}
}

// Once the applicant has signed the files stay as they are.
func TestAttachClosed(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, _ := book(t, dsn, civil(t, "2014-11-24T09:00"))
		files, a := filesOf(b), filed(t, b, "1")
		kept, err := attachText(t, files, a.ID, "kept")
		must(t, err)
		walkTo(t, b, a.ID, "T-P-p5")
		must(t, signs(t, b, a.ID, "signed"))
		if _, err := attachText(t, files, a.ID, "late"); refusedBy(err) != attachments.ReasonClosed {
			t.Error(err)
		}
		if err := files.Remove(t.Context(), attachments.RemoveRequest{Client: "portal", Application: a.ID, ID: kept.ID}); refusedBy(err) != attachments.ReasonClosed {
			t.Error(err)
		}
	})
}

// Of several who bring and take out files of one content nobody's is lost.
func TestAttachTogether(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, _ := book(t, dsn, civil(t, "2014-11-24T09:00"))
		files := filesOf(b)
		var all sync.WaitGroup
		for i := range 8 {
			a := filed(t, b, fmt.Sprint(i))
			all.Go(func() {
				for n := range 3 {
					one, _, err := files.Add(t.Context(), attachments.AddRequest{
						Client: "portal", IdempotencyKey: fmt.Sprint(a.ID, n), Application: a.ID, Name: "a", File: []byte("the same"),
					})
					if err == nil && (n < 2 || i%2 == 0) {
						err = files.Remove(t.Context(), attachments.RemoveRequest{Client: "portal", Application: a.ID, ID: one.ID})
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		must(t, b.Register.VerifyLog(t.Context()))
	})
}

// A content that is not what was attached is told, and never handed out as it.
func TestAttachDamaged(t *testing.T) {
	b, _ := book(t, t.TempDir()+"/register.sqlite", civil(t, "2014-11-24T09:00"))
	files, a := filesOf(b), filed(t, b, "1")
	one, err := attachText(t, files, a.ID, "text")
	must(t, err)
	must(t, b.Register.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE attachment_parts SET bytes = $1`, []byte("tent"))
		return err
	}))
	if _, err := whole(t, files, one.ID); !errors.Is(err, attachments.ErrDamaged) {
		t.Error(err)
	}
	if err := b.Register.VerifyLog(t.Context()); !errors.Is(err, registry.ErrTampered) {
		t.Error(err)
	}
}

// scanner answers as it is told.
type scanner struct {
	mu    sync.Mutex
	found string
	err   error
	asked int
}

func (s *scanner) scan(_ context.Context, file io.Reader, _ int64) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	b, err := io.ReadAll(file)
	if err != nil || bytes.Equal(b, nil) {
		return "", fmt.Errorf("the file: %w", err)
	}
	return s.found, s.err
}

// The states of a scanner: one that is away is no word about a file, neither that it is
// clean nor that it is not.
func TestScanner(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, c := book(t, dsn, civil(t, "2014-11-24T09:00"))
		files, a, s := filesOf(b), filed(t, b, "1"), &scanner{err: errors.New("no route to the scanner")}
		before, err := attachText(t, files, a.ID, "before there was a scanner")
		must(t, err)
		files.Scan = s.scan
		one, err := attachText(t, files, a.ID, "one")
		must(t, err)
		out, err := attachText(t, files, a.ID, "taken out")
		must(t, err)
		must(t, files.Remove(t.Context(), attachments.RemoveRequest{Client: "portal", Application: a.ID, ID: out.ID}))
		is := func(id string, want attachments.State, strict, patient attachments.Reason) {
			t.Helper()
			got, err := files.Attachment(t.Context(), id)
			if err != nil || got.Scan != want {
				t.Errorf("%s is %s, %v", id, got.Scan, err)
			}
			rules := regulation.Attachments{Unscanned: true}
			if err := attachments.Ready(t.Context(), b.Register.Store, a.ID, rules); refusedBy(err) != patient {
				t.Errorf("%s: %v", want, err)
			}
			rules.Unscanned = false
			if err := attachments.Ready(t.Context(), b.Register.Store, a.ID, rules); refusedBy(err) != strict {
				t.Errorf("%s: %v", want, err)
			}
			must(t, b.Register.VerifyLog(t.Context()))
		}
		is(before.ID, attachments.None, attachments.ReasonUnscanned, "<nil>")
		must(t, files.Remove(t.Context(), attachments.RemoveRequest{Client: "portal", Application: a.ID, ID: before.ID}))
		is(one.ID, attachments.Scanning, attachments.ReasonUnscanned, "<nil>")
		done := func(want int) {
			t.Helper()
			if n, err := files.ScanWaiting(t.Context()); err != nil || n != want {
				t.Errorf("%d are done, %v", n, err)
			}
		}
		done(0)
		is(one.ID, attachments.Away, attachments.ReasonUnscanned, "<nil>")
		done(0)
		if s.asked != 1 {
			t.Errorf("asked %d times", s.asked)
		}
		s.err = nil
		c.advance(time.Minute)
		done(1)
		is(one.ID, attachments.Clean, "<nil>", "<nil>")
		s.found = "Test.Virus"
		two, err := attachText(t, files, a.ID, "two")
		must(t, err)
		done(1)
		is(two.ID, attachments.Refused, attachments.ReasonScan, attachments.ReasonScan)
	})
}

// An application is not signed with a file that the scanner refuses, and with one that
// it has not looked at only where that is taken.
func TestScannerHoldsTheSignature(t *testing.T) {
	b, _ := book(t, t.TempDir()+"/register.sqlite", civil(t, "2014-11-24T09:00"))
	files, a, s := filesOf(b), filed(t, b, "1"), &scanner{found: "Test.Virus"}
	files.Scan = s.scan
	one, err := attachText(t, files, a.ID, "one")
	must(t, err)
	walkTo(t, b, a.ID, "T-P-p5")
	sign := func(key string) error { return signs(t, b, a.ID, key) }
	b.ScanRequired = true
	if err := sign("s-1"); refusedBy(err) != attachments.ReasonUnscanned {
		t.Error(err)
	}
	b.ScanRequired = false
	_, err = files.ScanWaiting(t.Context())
	must(t, err)
	if err := sign("s-2"); refusedBy(err) != attachments.ReasonScan {
		t.Error(err)
	}
	must(t, files.Remove(t.Context(), attachments.RemoveRequest{Client: "portal", Application: a.ID, ID: one.ID}))
	must(t, sign("s-3"))
}

// Who looked at whose data stands in the register, under its log.
func TestLooked(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, clock := book(t, dsn, civil(t, "2014-11-24T09:00"))
		a, other := filed(t, b, "1"), filed(t, b, "2")
		must(t, b.Looked(t.Context(), applications.Look{Application: a.ID, Person: "0123456789abcdef", Role: "HEAD", Why: "attachment"}))
		looks, err := b.Looks(t.Context(), a.ID)
		if err != nil || len(looks) != 1 || looks[0].Person != "0123456789abcdef" || looks[0].At.IsZero() {
			t.Errorf("%+v %v", looks, err)
		}
		if looks, err := b.Looks(t.Context(), other.ID); err != nil || len(looks) != 0 {
			t.Errorf("%+v %v", looks, err)
		}
		page := applications.Look{Application: other.ID, Person: "0123456789abcdef", Role: "HEAD", Why: "application"}
		visits := func(after time.Duration, l applications.Look, want int) {
			t.Helper()
			clock.advance(after)
			must(t, b.Visited(t.Context(), l))
			if looks, err := b.Looks(t.Context(), other.ID); err != nil || len(looks) != want {
				t.Errorf("%d visits: %+v %v", want, looks, err)
			}
		}
		visits(0, page, 1)
		visits(time.Hour-time.Second, page, 1)
		visits(time.Second, page, 2)
		for n, other := range []func(*applications.Look){
			func(l *applications.Look) { l.Person = "fedcba9876543210" }, func(l *applications.Look) { l.Role = "EXECUTOR" }, func(l *applications.Look) { l.Why = "messages" },
		} {
			l := page
			other(&l)
			visits(0, l, 3+n)
		}
		must(t, b.Register.VerifyLog(t.Context()))
	})
}

// signs enters that the applicant has signed.
func signs(t *testing.T, b *applications.Book, id, key string) error {
	t.Helper()
	req := applications.EnterRequest{
		Client: "portal", IdempotencyKey: key, Application: id, AnyState: true,
		Act: applications.Act{Actor: applications.Actor{Role: "APPLICANT", Person: person("APPLICANT")}, Step: "T-P-p5", Outcome: "done"},
	}
	sign(t, b, &req)
	_, _, err := b.Enter(t.Context(), req)
	return err
}

// walkTo enters the first way of every step until one can be done.
func walkTo(t *testing.T, b *applications.Book, id, step string) {
	t.Helper()
	for n := range 30 {
		a, err := b.Application(t.Context(), id)
		must(t, err)
		c, err := b.Case(t.Context(), a)
		must(t, err)
		for _, m := range c.Walk.Moves(c.Place()) {
			if m.Step.ID == step {
				return
			}
		}
		m := c.Walk.Moves(c.Place())[0]
		req := applications.EnterRequest{
			Client: "portal", IdempotencyKey: fmt.Sprintf("walk-%s-%d", step, n), Application: id, AnyState: true,
			Act: applications.Act{Actor: applications.Actor{Role: m.Step.Actor, Person: person(m.Step.Actor)}, Step: m.Step.ID, Outcome: m.Exit.On},
		}
		if c.Signs(m, m.Step.Actor) {
			sign(t, b, &req)
		}
		_, _, err = b.Enter(t.Context(), req)
		must(t, err)
	}
	t.Fatalf("%s was not reached", step)
}
