package registry

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
)

// misspelt is a correction of the name of the holder of licenceDraft.
func misspelt(to string) documents.NewCorrection {
	return documents.NewCorrection{
		Changes: []documents.Change{{Pointer: "/licence/holder/legal/name/kk", Value: to}},
		Reason:  documents.Text{KK: "Ұйым атауында әріп қате жазылған.", RU: "В названии организации ошибка в букве."},
	}
}

// propose proposes a correction that must come out well.
func propose(t testing.TB, r *Registry, number, key string, n documents.NewCorrection) Act {
	t.Helper()
	a, _, err := r.ProposeCorrection(t.Context(), CorrectionRequest{Signed: Signed{By: "first"}, IdempotencyKey: key, Number: number, NewCorrection: n})
	must(t, err)
	return a
}

// correct proposes a correction and has another confirm it.
func correct(t testing.TB, r *Registry, number, key string, n documents.NewCorrection) Act {
	t.Helper()
	a, err := r.DecideCorrection(t.Context(), Decision{Signed: Signed{By: "second"}, Act: propose(t, r, number, key, n).ID})
	must(t, err)
	return a
}

// ruleOf is the rule that forbids something; nothing for another error.
func ruleOf(err error) string {
	var rule *documents.RuleError
	if errors.As(err, &rule) {
		return rule.Rule
	}
	return ""
}

// A document that was corrected has its number and its day, another content and another
// file, which is in force; the file of before is ours, and no longer in force.
func TestCorrectedDocument(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		withSeal(t, r)
		before := issue(t, r, "a", licenceDraft(1))
		old, err := r.PDF(t.Context(), before.Number)
		must(t, err)
		a := propose(t, r, before.Number, "k", misspelt("«Көне Тараз» ЖШС"))
		if now, err := r.Document(t.Context(), before.Number); err != nil || now.FileSHA256 != before.FileSHA256 {
			t.Fatalf("it is corrected before anybody has confirmed it: %v", err)
		}
		d := Decision{Signed: Signed{By: "second"}, Act: a.ID}
		done, err := r.DecideCorrection(t.Context(), d)
		must(t, err)
		if done.Outcome != actConfirmed || done.Document != before.Number || done.Correction != nil {
			t.Errorf("the act says %+v", done)
		}
		expectCorrected(t, r, before, old)
		if again, err := r.DecideCorrection(t.Context(), d); err != nil || again.Document != before.Number {
			t.Errorf("confirmed again: %+v, %v", again, err)
		}
		d.By = "third"
		if _, err := r.DecideCorrection(t.Context(), d); !errors.Is(err, store.ErrNotWaiting) {
			t.Errorf("confirmed by a third: %v", err)
		}
		list, err := r.StatusList(t.Context())
		if must(t, err); len(list.Entries) != 0 {
			t.Errorf("the list of what is not in force has %+v", list.Entries)
		}
		expectWhole(t, r, before.Number)
	})
}

// expectCorrected holds a document that was corrected once against what it was.
func expectCorrected(t *testing.T, r *Registry, before Record, old []byte) {
	t.Helper()
	found, err := r.Check(t.Context(), before.Number, CheckQuestion{})
	must(t, err)
	now, l := found.Record, found.Record.Content.Licence
	if !found.Worth() || now.FileSHA256 == before.FileSHA256 || now.IssuedOn() != before.IssuedOn() || now.CheckCode != before.CheckCode || now.Edition != before.Edition {
		t.Errorf("it is worth something: %t, %+v", found.Worth(), now)
	}
	if l.Holder.Legal.Name.KK != "«Көне Тараз» ЖШС" || l.Holder.Legal.Name.RU != before.Content.Licence.Holder.Legal.Name.RU || len(l.Corrections) != 1 {
		t.Errorf("it says %+v", l)
	}
	e := found.Life.Events[len(found.Life.Events)-1]
	if e.Kind != documents.EventRectified || e.FileSHA256 != before.FileSHA256 || e.ProposedBy != "first" || e.ConfirmedBy != "second" ||
		!slices.Equal(e.Members, []string{"/licence/holder/legal/name/kk"}) || e.Reason != misspelt("").Reason {
		t.Errorf("its history ends with %+v", e)
	}
	file, err := r.PDF(t.Context(), before.Number)
	must(t, err)
	for name, c := range map[string]struct {
		file      []byte
		corrected bool
	}{"today's": {file, false}, "the old": {old, true}} {
		from, err := r.Origin(t.Context(), c.file)
		if err != nil || from.Record.Number != before.Number || from.Added != 0 || (from.Corrected != nil) != c.corrected {
			t.Errorf("%s file: %+v, %v", name, from, err)
			continue
		}
		verdict, err := r.Verifier.VerifyPDF(t.Context(), c.file, signing.Question{At: cmp.Or(from.SignedAt, found.SignedAt)})
		if err != nil || !verdict.Passed() {
			t.Errorf("%s file: %v, %v", name, verdict, err)
		}
	}
	longer, err := r.Origin(t.Context(), append(bytes.Clone(old), "later\n"...))
	if err != nil || longer.Added != len("later\n") || longer.Corrected == nil || longer.Corrected.Seq != e.Seq {
		t.Errorf("the old file with something behind it: %+v, %v", longer, err)
	}
}

// One person does not do both, however he writes himself; the database holds it too.
func TestCorrectionTakesTwo(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		number := issue(t, r, "a", licenceDraft(1)).Number
		q := CorrectionRequest{Signed: Signed{By: "Б. С. Омарова"}, IdempotencyKey: "k", Number: number, NewCorrection: misspelt("«Көне Тараз» ЖШС")}
		a, _, err := r.ProposeCorrection(t.Context(), q)
		must(t, err)
		for _, by := range []string{"Б. С. Омарова", "б.с.омарова", "Б С  Омарoва"} {
			if _, err := r.DecideCorrection(t.Context(), Decision{Signed: Signed{By: by}, Act: a.ID}); !errors.Is(err, store.ErrSamePerson) {
				t.Errorf("confirmed by %s: %v", by, err)
			}
		}
		decided := func(by string) error {
			taken := errors.New("taken, and undone")
			err := r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.ExecContext(ctx, `UPDATE acts_of_two SET outcome = 'confirmed', decided_by = `+by+`, decided_at = 1, document = 'x', content = '', salt = ''`)
				return cmp.Or(err, taken)
			})
			if errors.Is(err, taken) {
				return nil
			}
			return err
		}
		if decided("entered_by") == nil || decided("'another'") != nil {
			t.Errorf("the database lets one person do both: %v, %v", decided("entered_by"), decided("'another'"))
		}
		again, replayed, err := r.ProposeCorrection(t.Context(), q)
		if must(t, err); !replayed || again.ID != a.ID {
			t.Errorf("proposed again: %+v, %t", again, replayed)
		}
		other := q
		other.NewCorrection = misspelt("«Тараз» ЖШС")
		if _, _, err := r.ProposeCorrection(t.Context(), other); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("another proposal under the key: %v", err)
		}
		other.IdempotencyKey = "other"
		if _, _, err := r.ProposeCorrection(t.Context(), other); !errors.Is(err, ErrCorrectionWaits) {
			t.Errorf("a second one beside: %v", err)
		}
		if acts, err := r.Corrections(t.Context(), number, "", 9); err != nil || len(acts) != 1 || acts[0].Correction.Changes[0].Value != "«Көне Тараз» ЖШС" {
			t.Errorf("waiting: %+v, %v", acts, err)
		}
		if acts, err := r.Acts(t.Context(), "", "", 9); err != nil || len(acts) != 0 {
			t.Errorf("among the licences of others waits %+v, %v", acts, err)
		}
		if _, err := r.Decide(t.Context(), Decision{Signed: Signed{By: "second"}, Act: a.ID}); !errors.Is(err, ErrNoAct) {
			t.Errorf("decided as a licence of others: %v", err)
		}
		refuse := Decision{Signed: Signed{By: "second"}, Act: a.ID, Refuse: true}
		if _, err := r.DecideCorrection(t.Context(), refuse); codesOf(err) != "/reason required" {
			t.Errorf("refused without a reason: %v", err)
		}
		refuse.Reason = "the name is right"
		if _, err := r.DecideCorrection(t.Context(), refuse); err != nil {
			t.Error(err)
		}
		if left := column(t, r, `SELECT content || salt FROM acts_of_two`); left[0] != "" {
			t.Errorf("what was refused is still there: %s", left[0])
		}
		if _, err := r.DecideCorrection(t.Context(), Decision{Signed: Signed{By: "second"}, Act: a.ID}); !errors.Is(err, store.ErrNotWaiting) {
			t.Errorf("confirmed what was refused: %v", err)
		}
		propose(t, r, number, "anew", misspelt("«Тараз» ЖШС"))
		must(t, r.VerifyLog(t.Context()))
	})
}

// Signatures are over what is proposed and over what is confirmed, and of two persons.
func TestSignedCorrection(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		number := issue(t, r, "a", licenceDraft(1)).Number
		a := authorityOf(t)
		n := misspelt("«Көне Тараз» ЖШС")
		text, err := r.TextOfCorrection(t.Context(), number, n)
		must(t, err)
		q := CorrectionRequest{Signed: Signed{By: "first"}, IdempotencyKey: "k", Number: number, NewCorrection: n}
		q.Signature = detached(t, r, a.key, append(text, ' '))
		if _, _, err := r.ProposeCorrection(t.Context(), q); codesOf(err) != "/signature signer" {
			t.Errorf("signed over something else: %v", err)
		}
		q.Signature = detached(t, r, a.key, text)
		act, _, err := r.ProposeCorrection(t.Context(), q)
		must(t, err)
		text, err = r.TextOfDecision(act)
		must(t, err)
		d := Decision{Signed: Signed{By: "second", Signature: detached(t, r, a.key, text)}, Act: act.ID}
		if _, err := r.DecideCorrection(t.Context(), d); !errors.Is(err, store.ErrSamePerson) {
			t.Errorf("one person has signed both: %v", err)
		}
		d.Signature = detached(t, r, a.second, append(text, ' '))
		if _, err := r.DecideCorrection(t.Context(), d); codesOf(err) != "/signature signer" {
			t.Errorf("confirmed over something else: %v", err)
		}
		d.Signature = detached(t, r, a.second, text)
		if _, err := r.DecideCorrection(t.Context(), d); err != nil {
			t.Error(err)
		}
		held := column(t, r, `SELECT held FROM corrected_files`)[0]
		for _, cms := range [][]byte{q.Signature, d.Signature} {
			if !strings.Contains(held, encoded(cms)) {
				t.Error("a signature of the act was not kept")
			}
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// detached signs a text without holding it.
func detached(t *testing.T, r *Registry, key creation.Key, text []byte) []byte {
	t.Helper()
	made, err := creation.Make(t.Context(), creation.Services{Verifier: r.Verifier}, creation.Order{
		Form: creation.CMS{Content: text, Detached: true, Claim: true}, Key: key, Time: r.now(),
	})
	must(t, err)
	return made.File
}

// What is corrected is a document that has force or is only suspended, and a text of it;
// everything else is refused by its reason, and leaves no act behind.
func TestCorrectionRefused(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		numbers := map[string]string{}
		for i, name := range []string{"in force", "suspended", "terminated", "annulled", "replaced", "erased"} {
			numbers[name] = issue(t, r, name, licenceDraft(i)).Number
		}
		record(t, r, numbers["suspended"], 2, order(documents.EventSuspended))
		record(t, r, numbers["terminated"], 2, order(documents.EventTerminated))
		annulled := order(documents.EventAnnulled)
		annulled.DecidedBy, annulled.Paper = documents.Text{KK: "Сот", RU: "Суд"}, documents.Paper{SHA256: strings.Repeat("0a", 32)}
		record(t, r, numbers["annulled"], 2, annulled)
		next := licenceDraft(4)
		next.Licence.Replaces = numbers["replaced"]
		successor := issue(t, r, "next", next).Number
		record(t, r, numbers["erased"], 2, order(documents.EventTerminated))
		erase(t, r, numbers["erased"], 3)
		duplicate := issue(t, r, "duplicate", documents.Draft{Duplicate: duplicateOf(successor)}).Number
		reserved, err := reserve(t, r, IssueRequest{Client: "portal", IdempotencyKey: "reserved", Draft: licenceDraft(9).Normalise()})
		must(t, err)
		asking := func(number string, n documents.NewCorrection) error {
			_, _, err := r.ProposeCorrection(t.Context(), CorrectionRequest{Signed: Signed{By: "first"}, IdempotencyKey: number, Number: number, NewCorrection: n})
			return err
		}
		n := misspelt("«Көне Тараз» ЖШС")
		for name, want := range map[string]string{"terminated": "status", "annulled": "status", "replaced": "status"} {
			if got := ruleOf(asking(numbers[name], n)); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		if got := ruleOf(asking(duplicate, n)); got != documents.RuleKind {
			t.Errorf("a duplicate: %s", got)
		}
		if err := asking(numbers["erased"], n); !errors.Is(err, ErrErased) {
			t.Errorf("erased: %v", err)
		}
		for _, number := range []string{reserved.Number(), "26009999", "nonsense"} {
			if err := asking(number, n); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: %v", number, err)
			}
		}
		of := func(pointer, value string) documents.NewCorrection {
			n := misspelt(value)
			n.Changes[0].Pointer = pointer
			return n
		}
		for want, n := range map[string]documents.NewCorrection{
			"/changes/0/pointer not_correctable": of("/licence/holder/legal/bin", "120741000014"),
			"/changes/0/pointer unknown":         of("/licence/holder/natural/surname", "Омарова"),
			"/changes/0/value not_accepted":      of("/licence/place/ru", "г. Астана"),
			"/licence/head required":             of("/licence/head", ""),
			"/changes required":                  {Reason: n.Reason},
			"/reason/ru required":                {Changes: n.Changes, Reason: documents.Text{KK: "Қате."}},
		} {
			if got := codesOf(asking(numbers["in force"], n)); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		if left := column(t, r, `SELECT id FROM acts_of_two`); len(left) != 0 {
			t.Errorf("acts of what was refused: %v", left)
		}
		// Who signs is told when the key is asked.
		a := propose(t, r, numbers["in force"], "signer", of("/licence/head", "Досжанов К.А."))
		_, err = r.DecideCorrection(t.Context(), Decision{Signed: Signed{By: "second"}, Act: a.ID})
		if got := codesOf(err); got != "/licence/head signer" {
			t.Errorf("printed for another signer: %v", err)
		}
		if err := asking(numbers["suspended"], n); err != nil {
			t.Errorf("suspended: %v", err)
		}
		a = correctWaiting(t, r, numbers["suspended"])
		if life, err := r.History(t.Context(), a.Document); err != nil || life.StatusAt(r.now()) != documents.StatusSuspended {
			t.Errorf("it is no longer suspended: %v", err)
		}
	})
}

// correctWaiting confirms the correction of a document that waits.
func correctWaiting(t *testing.T, r *Registry, number string) Act {
	t.Helper()
	acts, err := r.Corrections(t.Context(), number, "", 1)
	if err != nil || len(acts) != 1 {
		t.Fatalf("waiting: %+v, %v", acts, err)
	}
	a, err := r.DecideCorrection(t.Context(), Decision{Signed: Signed{By: "second"}, Act: acts[0].ID})
	must(t, err)
	return a
}

func duplicateOf(number string) *documents.Duplicate {
	return &documents.Duplicate{Of: number, Reason: documents.Text{KK: "жоғалған", RU: "утеряна"}}
}

// A document may be corrected again and ended in between: what is decided when it is
// confirmed is what the document is then.
func TestCorrectionMeetsTheDocument(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		number := issue(t, r, "a", licenceDraft(1)).Number
		first, err := r.PDF(t.Context(), number)
		must(t, err)
		correct(t, r, number, "one", misspelt("«Көне Тараз» ЖШС"))
		second, err := r.PDF(t.Context(), number)
		must(t, err)
		correct(t, r, number, "two", misspelt("«Көне Тараз қаласы» ЖШС"))
		rec, err := r.Document(t.Context(), number)
		must(t, err)
		if got := rec.Content.Corrections(); len(got) != 2 {
			t.Errorf("it prints %+v", got)
		}
		for i, file := range [][]byte{first, second} {
			if from, err := r.Origin(t.Context(), file); err != nil || from.Corrected == nil || from.Corrected.Seq != 3+i {
				t.Errorf("file %d: %+v, %v", i+1, from.Corrected, err)
			}
		}
		duplicate := issue(t, r, "duplicate", documents.Draft{Duplicate: duplicateOf(number)})
		if got := duplicate.Content.Duplicate.Licence.Holder.Legal.Name.KK; got != "«Көне Тараз қаласы» ЖШС" {
			t.Errorf("the duplicate says %s", got)
		}
		told := issue(t, r, "history", documents.Draft{History: &documents.History{Of: number, Letter: historyLetter()}})
		if !slices.ContainsFunc(told.Content.History.Told.Events, func(e documents.Event) bool {
			return e.Kind == documents.EventRectified && e.Reason == misspelt("").Reason
		}) {
			t.Errorf("the statement tells %+v", told.Content.History.Told.Events)
		}
		waiting := propose(t, r, number, "late", misspelt("«Тараз» ЖШС"))
		next := licenceDraft(1)
		next.Licence.Replaces, next.Licence.Holder.Legal.Name.KK = number, "«Көне Тараз қаласы» ЖШС"
		issue(t, r, "next", next)
		_, err = r.DecideCorrection(t.Context(), Decision{Signed: Signed{By: "second"}, Act: waiting.ID})
		if got := ruleOf(err); got != documents.RuleStatus {
			t.Errorf("confirmed of one that was replaced meanwhile: %v", err)
		}
		expectWhole(t, r, number)
	})
}

func historyLetter() documents.Letter {
	l := refusalDraft().Refusal
	return documents.Letter{Authority: l.Authority, Requisites: l.Requisites, Position: l.Position, Signatory: l.Signatory}
}

// Of two who confirm at once one does it, and the document has one new file.
func TestConfirmedAtOnce(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		number := issue(t, r, "a", licenceDraft(1)).Number
		a := propose(t, r, number, "k", misspelt("«Көне Тараз» ЖШС"))
		var group sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			group.Go(func() {
				_, errs[i] = r.DecideCorrection(t.Context(), Decision{Signed: Signed{By: string(rune('a' + i))}, Act: a.ID})
			})
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, store.ErrNotWaiting) && !errors.Is(err, ErrChanged):
				t.Errorf("one who came late: %v", err)
			}
		}
		if n := column(t, r, `SELECT COUNT(*) FROM corrected_files`)[0]; won != 1 || n != "1" {
			t.Errorf("%d have done it, and %s files were replaced", won, n)
		}
		expectWhole(t, r, number)
	})
}

// Without a key that is fit, or with one that computes wrong signatures, the file of
// before stays in force and the correction waits.
func TestCorrectionWithoutKey(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		before := issue(t, r, "a", licenceDraft(1))
		a := propose(t, r, before.Number, "k", misspelt("«Көне Тараз» ЖШС"))
		d := Decision{Signed: Signed{By: "second"}, Act: a.ID}
		sound, trusting := r.Key, r.Verifier
		r.Key = authorityOf(t).faulty
		if _, err := r.DecideCorrection(t.Context(), d); !errors.Is(err, ErrNotVerified) {
			t.Errorf("by a device that is broken: %v", err)
		}
		r.Key, r.Verifier = sound, authorityOf(t).untrusting
		if _, err := r.DecideCorrection(t.Context(), d); !errors.Is(err, ErrNotVerified) {
			t.Errorf("by a key that nobody trusts: %v", err)
		}
		r.Key, r.Verifier = authorityOf(t).second, trusting
		if _, err := r.DecideCorrection(t.Context(), d); codesOf(err) != "/licence/head signer, /licence/licensor authority" {
			t.Errorf("by another person's key: %v", err)
		}
		r.Key = sound
		if now, err := r.Document(t.Context(), before.Number); err != nil || now.FileSHA256 != before.FileSHA256 {
			t.Errorf("the document has changed: %v", err)
		}
		expectWhole(t, r, before.Number)
		if _, err := r.DecideCorrection(t.Context(), d); err != nil {
			t.Error(err)
		}
	})
}

// A licence that was issued elsewhere is corrected too: its file is the act.
func TestCorrectedElsewhere(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		number := entered(t, r, oldLicence(0))
		correct(t, r, number, "k", misspelt("«Көне Тараз» ЖШС"))
		rec, err := r.Document(t.Context(), number)
		must(t, err)
		if l := rec.Content.Licence; l.Holder.Legal.Name.KK != "«Көне Тараз» ЖШС" || l.Elsewhere.Number != "14014826" || l.IssuedOn != oldLicence(0).IssuedOn {
			t.Errorf("it says %+v", l)
		}
		if found, err := r.ByOwnNumber(t.Context(), "14014826"); err != nil || len(found) != 1 {
			t.Errorf("found by its own number: %v, %v", found, err)
		}
		if _, replayed, err := r.Enter(t.Context(), Entry{Signed: Signed{By: "first"}, IdempotencyKey: "elicense.kz14014826", Licence: oldLicence(0)}); err != nil || !replayed {
			t.Errorf("entered again: %t, %v", replayed, err)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// Erasing a document takes the files of before with it; whoever holds one is told that
// it was erased. A correction that waits ends.
func TestErasedWithItsCorrections(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		number := issue(t, r, "a", licenceDraft(4711)).Number
		old, err := r.PDF(t.Context(), number)
		must(t, err)
		correct(t, r, number, "one", misspelt("«Көне Тараз» ЖШС"))
		waiting := propose(t, r, number, "two", misspelt("«Тараз» ЖШС"))
		record(t, r, number, 3, order(documents.EventTerminated))
		erase(t, r, number, 4)
		if _, err := r.Origin(t.Context(), old); !errors.Is(err, ErrErased) {
			t.Errorf("the file of before: %v", err)
		}
		if got := column(t, r, `SELECT COUNT(*) FROM corrected_files WHERE held = '' AND length(bytes) = 0 AND erased_at > 0`)[0]; got != "1" {
			t.Error("the file of before is still there")
		}
		if a, err := r.Correction(t.Context(), waiting.ID); err != nil || a.Outcome != actRefused || a.Correction != nil {
			t.Errorf("what waited is %+v, %v", a, err)
		}
		expectErased(t, r, number)
	})
}

// Nobody changes or takes away a file of before unseen.
func TestCorrectedFileTamperedWith(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		rec := issue(t, r, "a", licenceDraft(1))
		correct(t, r, rec.Number, "one", misspelt("«Көне Тараз» ЖШС"))
		must(t, r.VerifyLog(t.Context()))
		for statement, names := range map[string]string{
			`UPDATE corrected_files SET bytes = substr(bytes, 2)`:                          "corrected_file " + rec.FileSHA256 + ": the file was changed",
			`UPDATE corrected_files SET held = '{}'`:                                       "corrected_file " + rec.FileSHA256 + ": what is kept of it was changed",
			`UPDATE corrected_files SET seq = 2`:                                           "corrected_file " + rec.FileSHA256 + ": the seq was changed",
			`UPDATE corrected_files SET held = '', bytes = '', erased_at = 1`:              "corrected_file " + rec.FileSHA256 + ": the erased at was changed",
			`DELETE FROM corrected_files`:                                                  "corrected_file " + rec.FileSHA256 + ": the row in corrected_files is missing",
			`UPDATE events SET data = replace(data, 'әріп', 'сөз') WHERE kind='rectified'`: "document " + rec.Number + ": what the event says was changed",
			`UPDATE documents SET file_sha256 = (SELECT sha256 FROM corrected_files)`:      "document " + rec.Number + ": the file sha256 of the document was changed",
			`UPDATE files SET bytes = (SELECT bytes FROM corrected_files)`:                 "document " + rec.Number + ": the file was changed",
			`UPDATE acts_of_two SET decided_by = 'nobody'`:                                 "act ",
		} {
			inTampering(t, r, func(tx *store.Tx) {
				ctx := context.WithoutCancel(t.Context())
				must(t, second(tx.ExecContext(ctx, statement)))
				if err := verify(ctx, tx); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), names) {
					t.Errorf("%s: %v, want %q", statement, err, names)
				}
			})
		}
	})
}

// correcting is the act of a document that is issued and corrected.
var correcting = crashAct{
	name: "correct", share: 12,
	points: append(slices.Clone(issuing.points),
		"log locked", "log written", // proposed
		"rendered", "signed", "old file kept", "new file written", "log locked", "log written", "corrected"),
	do: func(ctx context.Context, r *Registry, _ *clock, key string) (string, error) {
		rec, _, err := r.Issue(ctx, IssueRequest{Client: "portal", IdempotencyKey: key, Draft: licenceDraft(1)})
		if err != nil {
			return "", err
		}
		a, _, err := r.ProposeCorrection(ctx, CorrectionRequest{
			Signed: Signed{By: "first"}, IdempotencyKey: key, Number: rec.Number, NewCorrection: misspelt("«Көне Тараз» ЖШС"),
		})
		if err == nil {
			_, err = r.DecideCorrection(ctx, Decision{Signed: Signed{By: "second"}, Act: a.ID})
		}
		return rec.Number, err
	},
}

// A program or a database that dies at any point of a correction leaves the file of before
// in force or the new one, never both and never none; asking again does the rest.
func TestCorrectingDiesAtEveryPoint(t *testing.T) {
	t.Run("program", func(t *testing.T) {
		cluster.EachEngine(t, func(t *testing.T, dsn string) {
			published, crashes := correcting.programDies(t, dsn)
			r, c := open(t, dsn)
			c.advance(2 * time.Minute)
			oneCorrectionEach(t, r, published, crashes)
		})
	})
	t.Run("server", func(t *testing.T) {
		r, c, published, crashes := correcting.serverDies(t)
		c.advance(2 * time.Minute)
		oneCorrectionEach(t, r, published, crashes)
	})
}

// oneCorrectionEach holds every document against its file, and does what was left.
func oneCorrectionEach(t *testing.T, r *Registry, published []string, crashes int) {
	t.Helper()
	nothingLost(t, r, published, crashes)
	corrected := column(t, r, `SELECT number FROM corrected_files ORDER BY number`)
	if n := len(slices.Compact(slices.Clone(corrected))); n != len(corrected) || n < len(published) {
		t.Errorf("%d corrections of %d documents, %d answered", len(corrected), n, len(published))
	}
	acts, err := r.Corrections(t.Context(), "", "", MostListed)
	must(t, err)
	for _, a := range acts {
		rec, err := r.Document(t.Context(), a.Correction.Number)
		must(t, err)
		if rec.FileSHA256 != a.Correction.FileSHA256 || len(rec.Content.Corrections()) != 0 || slices.Contains(corrected, rec.Number) {
			t.Errorf("№ %s waits and is half done", rec.Number)
		}
		must(t, second(r.DecideCorrection(t.Context(), Decision{Signed: Signed{By: "second"}, Act: a.ID})))
	}
	for _, number := range column(t, r, `SELECT number FROM corrected_files`) {
		must(t, second(r.PDF(t.Context(), number)))
	}
	must(t, r.VerifyLog(t.Context()))
}
