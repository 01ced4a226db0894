package applications_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
)

// theHead is the person whom the documents print, with a key of his own.
func theHead() ca.Person {
	return ca.Person{
		Surname: "Әбдіғали", GivenName: "Жанар", Patronymic: "Серікқызы", IIN: "850101400011",
		Organisation: "Мәдениет комитеті", BIN: "120741000014", Roles: []certs.Role{certs.RoleHead}, NotBefore: lifeFrom(), NotAfter: lifeUntil(),
	}
}

const headName = "Әбдіғали Жанар Серікқызы"

func (w *walker) headKey() creation.Key {
	w.t.Helper()
	key, err := keyFor("the head, for documents", theHead())
	must(w.t, err)
	return key
}

// drafted lets a new application walk until its result waits for the head, who may be
// handed it several times.
func (w *walker) drafted() string {
	w.t.Helper()
	id := w.lead("SRA", regulation.Provider, "S-aU3").ID
	w.handUp(id)
	return id
}

func (w *walker) handUp(id string) {
	w.t.Helper()
	w.clock.advance(time.Second)
	req := w.plain(id, "EXECUTOR", "S-aU3", "prepared")
	req.Document = draft(w.t, applications.Issues{Kind: documents.KindApproval}, facts{})
	ownMatter(w.t, req.Document, id)
	w.sign(&req)
	_, _, err := w.book.Enter(w.t.Context(), req)
	must(w.t, err)
}

// byHead is the signer's step, not signed.
func (w *walker) byHead(id string) applications.EnterRequest {
	req := w.plain(id, "HEAD", "S-aU4", "signed")
	req.Actor.Person = headName
	return req
}

func (w *walker) prepare(id string) registry.Preparation {
	w.t.Helper()
	p, err := w.book.PrepareResult(w.t.Context(), w.byHead(id), registry.Elsewhere{})
	must(w.t, err)
	return p
}

// over signs what was prepared, as a browser does.
func (w *walker) over(p registry.Preparation, key creation.Key) []byte {
	w.t.Helper()
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	must(w.t, err)
	file, err := m.Make(cms.ToSign{MessageDigest: m.Digest().Sum(p.ToSign), Attributes: []cms.Attribute{cms.SigningTime(w.clock.now())}})
	must(w.t, err)
	return file
}

// bring enters the signer's step with his signature over the document.
func (w *walker) bring(id string, file []byte) (applications.Entry, error) {
	w.t.Helper()
	req := w.byHead(id)
	req.ResultCMS = file
	w.sign(&req)
	e, _, err := w.book.Enter(w.t.Context(), req)
	return e, err
}

func (w *walker) status(number string) documents.Status {
	w.t.Helper()
	rec, err := w.book.Register.Document(w.t.Context(), number)
	must(w.t, err)
	return rec.Status
}

// The head signs the result by a key of his own: it comes into force with the entry, by
// that key and no other, and the act is signed as ever.
func TestHeadSignsResultByOwnKey(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.drafted()
		own := w.headKey()
		if _, err := w.bring(id, []byte("early")); refusedFor(err) != applications.ReasonDocument {
			t.Errorf("before it was prepared: %v", err)
		}
		for name, f := range map[string]struct {
			role, step, on string
			want           applications.Reason
		}{
			"by the executor":   {"EXECUTOR", "S-aU4", "signed", applications.ReasonActor},
			"of another step":   {"HEAD", "S-aU3", "prepared", applications.ReasonPosition},
			"of no such ending": {"HEAD", "S-aU4", "unknown", applications.ReasonOutcome},
		} {
			_, err := w.book.PrepareResult(t.Context(), w.plain(id, f.role, f.step, f.on), registry.Elsewhere{})
			if refusedFor(err) != f.want {
				t.Errorf("prepared %s: %v", name, err)
			}
		}
		p := w.prepare(id)
		if again := w.prepare(id); again.Number != p.Number || again.Round != 1 || !bytes.Equal(again.ToSign, p.ToSign) {
			t.Errorf("prepared again: %s, round %d", again.Number, again.Round)
		}
		unsigned := w.byHead(id)
		unsigned.ResultCMS = w.over(p, own)
		if _, _, err := w.book.Enter(t.Context(), unsigned); refusedFor(err) != applications.ReasonSignature {
			t.Errorf("the act is not signed: %v", err)
		}
		if w.status(p.Number) != documents.StatusReserved {
			t.Errorf("refused, and the document is %s", w.status(p.Number))
		}
		req := w.byHead(id)
		req.ResultCMS = w.over(p, own)
		w.sign(&req)
		e, replayed, err := w.book.Enter(t.Context(), req)
		must(t, err)
		rec, err := w.book.Register.Document(t.Context(), p.Number)
		if err != nil || replayed || e.Document != p.Number || rec.Status != documents.StatusInForce || e.Data.Unsigned {
			t.Fatalf("entry with %s, %s %v", e.Document, rec.Status, err)
		}
		file, err := w.book.Register.PDF(t.Context(), p.Number)
		must(t, err)
		verdict, err := w.book.Register.Verifier.VerifyPDF(t.Context(), file, signing.Question{At: w.clock.now()})
		must(t, err)
		if !verdict.Passed() || len(verdict.Signers) != 1 || verdict.Signers[0].Certificate.SHA256 != signing.DescribeCertificate(own.Certificate).SHA256 {
			t.Error("the document is signed by another key")
		}
		again, replayed, err := w.book.Enter(t.Context(), req)
		if err != nil || !replayed || again.ID != e.ID {
			t.Errorf("again: %v %v", replayed, err)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// What was prepared is given up as the application leaves the step in another way, with a
// record in the log; and what is handed up anew gets its own number.
func TestPreparedResultIsGivenUp(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		own := w.headKey()
		id := w.drafted()
		old := w.prepare(id)
		must(t, w.beside(id, "HEAD", "return", map[string]string{"reason": "Мәтінде қате бар."}))
		if w.status(old.Number) != documents.StatusVoid {
			t.Fatalf("returned, and %s is %s", old.Number, w.status(old.Number))
		}
		w.handUp(id)
		if _, err := w.bring(id, w.over(old, own)); refusedFor(err) != applications.ReasonDocument {
			t.Errorf("the signature over the older draft: %v", err)
		}
		p := w.prepare(id)
		if _, err := w.bring(id, w.over(old, own)); p.Number == old.Number || !errors.Is(err, &registry.SignatureError{Reason: registry.ReasonOtherContent}) {
			t.Errorf("№ %s by the signature over the older draft: %v", p.Number, err)
		}
		e, err := w.bring(id, w.over(p, own))
		must(t, err)
		if w.status(e.Document) != documents.StatusInForce || e.Document != p.Number {
			t.Errorf("%s is %s", e.Document, w.status(e.Document))
		}

		byService := w.drafted()
		left := w.prepare(byService)
		req := w.byHead(byService)
		w.sign(&req)
		e, _, err = w.book.Enter(t.Context(), req)
		must(t, err)
		if w.status(left.Number) != documents.StatusVoid || w.status(e.Document) != documents.StatusInForce {
			t.Errorf("by the key of documents: %s is %s, %s is %s", left.Number, w.status(left.Number), e.Document, w.status(e.Document))
		}

		withdrawn := w.drafted()
		left = w.prepare(withdrawn)
		must(t, w.beside(withdrawn, "APPLICANT", "withdraw", map[string]string{"reason": "Енді керек емес."}))
		if w.status(left.Number) != documents.StatusVoid {
			t.Errorf("withdrawn, and %s is %s", left.Number, w.status(left.Number))
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
		done, err := w.book.Register.Recover(t.Context())
		if err != nil || len(done.Signed) != 3 || len(done.Unsigned) != 0 {
			t.Errorf("signed are the records of %v, not of %v: %v", done.Signed, done.Unsigned, err)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// The document prints the day of its signature: on the next day it is prepared anew under
// its number, and in the next year under another.
func TestPreparedResultOnAnotherDay(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		own := w.headKey()
		id := w.drafted()
		old := w.prepare(id)
		late := w.over(old, own)
		w.clock.advance(24 * time.Hour)
		if _, err := w.bring(id, late); !errors.Is(err, &registry.SignatureError{Reason: registry.ReasonDayPassed}) {
			t.Errorf("signed yesterday: %v", err)
		}
		p := w.prepare(id)
		if p.Number != old.Number || p.Round != 2 || p.IssuedOn == old.IssuedOn {
			t.Errorf("the next day: %s of %s, round %d", p.Number, p.IssuedOn, p.Round)
		}
		if _, err := w.bring(id, late); !errors.Is(err, registry.ErrSignature) {
			t.Errorf("signed yesterday, over what was replaced: %v", err)
		}
		e, err := w.bring(id, w.over(p, own))
		must(t, err)
		if rec, err := w.book.Register.Document(t.Context(), e.Document); err != nil || rec.IssuedOn() != p.IssuedOn {
			t.Errorf("issued on %s %v", rec.IssuedOn(), err)
		}
		next := w.drafted()
		old = w.prepare(next)
		w.clock.set(civil(t, "2027-01-05T10:00"))
		p = w.prepare(next)
		if w.status(old.Number) != documents.StatusVoid || p.Number == old.Number || p.IssuedOn.Year != 2027 {
			t.Errorf("the next year: %s is %s, and then %s", old.Number, w.status(old.Number), p.Number)
		}
		e, err = w.bring(next, w.over(p, own))
		if err != nil || w.status(e.Document) != documents.StatusInForce {
			t.Errorf("the next year: %v", err)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// Of several who sign at the same time one brings the result, and the others are told
// that the application has gone on.
func TestOneOfSeveralSignsTheResult(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.drafted()
		p := w.prepare(id)
		const many = 4
		var failed []error
		var done int
		var mu sync.Mutex
		var all sync.WaitGroup
		start := make(chan struct{})
		for range many {
			req := w.byHead(id)
			req.ResultCMS = w.over(p, w.headKey())
			w.sign(&req)
			all.Go(func() {
				<-start
				_, _, err := w.book.Enter(context.WithoutCancel(t.Context()), req)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failed = append(failed, err)
					return
				}
				done++
			})
		}
		close(start)
		all.Wait()
		if done != 1 || len(failed) != many-1 || w.status(p.Number) != documents.StatusInForce {
			t.Fatalf("%d have signed, and not: %v", done, failed)
		}
		for _, err := range failed {
			if refusedFor(err) != applications.ReasonPosition && !errors.Is(err, &registry.SignatureError{Reason: registry.ReasonIssued}) {
				t.Errorf("%v", err)
			}
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// revoking is a verifier that knows that a key was revoked an hour ago.
func revoking(t *testing.T, a authority, key creation.Key, now time.Time) *signing.Verifier {
	t.Helper()
	a.demo.Revoke(key.Certificate.Serial, now.Add(-time.Hour), revocation.KeyCompromise)
	lists := &revocation.Lists{}
	for _, list := range []func(time.Time, time.Time) ([]byte, error){a.demo.CRL, a.demo.RootCRL} {
		raw, err := list(now.Add(-time.Minute), now.AddDate(0, 1, 0))
		must(t, err)
		crl, err := revocation.ParseCRL(raw)
		must(t, err)
		lists.Add(crl)
	}
	return &signing.Verifier{Trust: a.verifier.Trust, Revocation: lists}
}

// A key that is not the head's, or not good, signs nothing, by its true reason; the
// application stays where it was, and the head signs.
func TestResultByWrongKeys(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		a, err := makeAuthority()
		must(t, err)
		id := w.drafted()
		p := w.prepare(id)
		before := w.app(id)
		for name, c := range map[string]struct {
			change func(*ca.Person)
			want   string
		}{
			"another's":     {func(p *ca.Person) { p.Surname = "Серіков" }, registry.ReasonSigner},
			"an expired":    {func(p *ca.Person) { p.NotAfter = w.clock.now().Add(-time.Second) }, registry.ReasonExpired},
			"a log-in":      {func(p *ca.Person) { p.Use = certs.UseLogin }, registry.ReasonLoginKey},
			"an employee's": {func(p *ca.Person) { p.Roles = []certs.Role{certs.RoleEmployee} }, registry.ReasonRight},
			"a revoked":     {nil, registry.ReasonRevoked},
		} {
			person := theHead()
			if c.change != nil {
				c.change(&person)
			}
			key, err := keyFor("result: "+name, person)
			must(t, err)
			book := w.book.Register.Verifier
			if c.change == nil {
				w.book.Register.Verifier = revoking(t, a, key, w.clock.now())
			}
			_, err = w.bring(id, w.over(p, key))
			w.book.Register.Verifier = book
			if !errors.Is(err, &registry.SignatureError{Reason: c.want}) {
				t.Errorf("by %s key: %v, want %s", name, err, c.want)
			}
		}
		req := w.plain(id, "HEAD", "S-aU4", "signed")
		req.ResultCMS = w.over(p, w.headKey())
		w.sign(&req)
		if _, _, err := w.book.Enter(t.Context(), req); refusedFor(err) != applications.ReasonSignature {
			t.Errorf("another brings what the head has signed: %v", err)
		}
		if after := w.app(id); len(after.Entries) != len(before.Entries) || after.Place() != before.Place() || w.status(p.Number) != documents.StatusReserved {
			t.Errorf("it stands at %v, and %s is %s", after.Place(), p.Number, w.status(p.Number))
		}
		_, err = w.bring(id, w.over(p, w.headKey()))
		must(t, err)
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}
