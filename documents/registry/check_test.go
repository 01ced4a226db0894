package registry

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"tamga/documents"
	"tamga/signing"
)

// The three facts come from one place, for today and for the moment asked about.
func TestCheck(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		rec := issue(t, r, "a", licenceDraft(1))
		copied := issue(t, r, "b", documents.Draft{Duplicate: &documents.Duplicate{
			Of: rec.Number, Reason: documents.Text{KK: "жоғалған", RU: "утерян"},
		}})
		issued := c.now()
		c.advance(48 * time.Hour)
		record(t, r, rec.Number, 3, order(documents.EventTerminated))
		c.advance(time.Hour)

		for _, number := range []string{rec.Number, copied.Number} {
			found, err := r.Check(t.Context(), number, CheckQuestion{At: issued.Add(time.Hour)})
			must(t, err)
			if then, now := found.Standing(found.At).Status, found.Standing(found.Now).Status; then != documents.StatusInForce || now != documents.StatusTerminated {
				t.Errorf("%s: then %s, now %s", number, then, now)
			}
			if found.Worth() {
				t.Errorf("%s is worth something today", number)
			}
			if !found.SignedAt.Equal(issued) || found.WhenIssued != signing.TotalPassed || found.Integrity != signing.CheckPassed || !found.Verdict.Passed() {
				t.Errorf("%s: signed at %s, %s, %s, %+v", number, found.SignedAt, found.WhenIssued, found.Integrity, found.Verdict)
			}
			if number == copied.Number && (found.Original == nil || found.Own(found.Now).Status != documents.StatusInForce) {
				t.Errorf("of the copy itself: %+v", found.Own(found.Now))
			}
		}
		if _, err := r.Check(t.Context(), rec.Number, CheckQuestion{At: c.now().Add(time.Second)}); !errors.Is(err, documents.ErrMomentToCome) {
			t.Errorf("a moment to come: %v", err)
		}
		if _, err := r.Check(t.Context(), "26009999", CheckQuestion{}); !errors.Is(err, ErrNotFound) {
			t.Errorf("no such document: %v", err)
		}
	})
}

// Before the file is judged, its memory is waited for; and it is given back.
func TestCheckWaitsForMemory(t *testing.T) {
	r, _ := open(t, t.TempDir()+"/tamga.db")
	rec := issue(t, r, "a", licenceDraft(1))
	full := errors.New("full")
	_, err := r.Check(t.Context(), rec.Number, CheckQuestion{Admit: func(context.Context) (func(), error) { return nil, full }})
	if !errors.Is(err, full) {
		t.Errorf("without memory: %v", err)
	}
	held := 0
	found, err := r.Check(t.Context(), rec.Number, CheckQuestion{Admit: func(context.Context) (func(), error) {
		held++
		return func() { held-- }, nil
	}})
	must(t, err)
	if held != 0 || !found.Worth() {
		t.Errorf("held %d; %+v", held, found.Verdict)
	}
}

// A stored file that is not the one signed is not judged, and is worth nothing;
// evidence that cannot be read does not hide since when a document is in force.
func TestCheckOfDamage(t *testing.T) {
	r, c := open(t, t.TempDir()+"/tamga.db")
	rec := issue(t, r, "a", licenceDraft(1))
	must(t, run(t, r, `UPDATE documents SET evidence = '{'`))
	found, err := r.Check(t.Context(), rec.Number, CheckQuestion{})
	must(t, err)
	if !found.SignedAt.Equal(c.now()) || found.WhenIssued != "" || !found.Worth() {
		t.Errorf("without evidence: signed at %s, %s", found.SignedAt, found.WhenIssued)
	}
	must(t, run(t, r, `UPDATE files SET bytes = $1`, []byte("other")))
	found, err = r.Check(t.Context(), rec.Number, CheckQuestion{})
	must(t, err)
	if found.Integrity != signing.CheckFailed || found.Verdict != nil || found.File != nil || found.Worth() {
		t.Errorf("another file: %s, %+v", found.Integrity, found.Verdict)
	}
}

// A reservation has no file whose integrity could be told.
func TestCheckOfAReservation(t *testing.T) {
	r, _ := open(t, t.TempDir()+"/tamga.db")
	held, err := reserve(t, r, request())
	must(t, err)
	found, err := r.Check(t.Context(), held.number, CheckQuestion{})
	must(t, err)
	if found.Integrity != signing.CheckNotApplicable || found.Worth() || found.Standing(found.Now).Status != documents.StatusNotIssued {
		t.Errorf("%s, %+v", found.Integrity, found.Standing(found.Now))
	}
}

// A file is known by its bytes, and by those it begins with.
func TestOrigin(t *testing.T) {
	r, _ := open(t, t.TempDir()+"/tamga.db")
	rec := issue(t, r, "a", licenceDraft(1))
	file, err := r.PDF(t.Context(), rec.Number)
	must(t, err)
	more := func(s string) []byte { return append(bytes.Clone(file), s...) }
	for name, f := range map[string]struct {
		file  []byte
		added int
	}{
		"itself":                {file, 0},
		"a comment after it":    {more("% more\n"), 7},
		"a revision after it":   {more("1 0 obj\n1\nendobj\n%%EOF\n"), 23},
		"half a revision after": {more("1"), 1},
	} {
		got, err := r.Origin(t.Context(), f.file)
		if err != nil || got.Record.Number != rec.Number || got.Added != f.added {
			t.Errorf("%s: %s, %d, %v", name, got.Record.Number, got.Added, err)
		}
	}
	altered := bytes.Clone(file)
	altered[len(altered)/2] ^= 1
	for name, f := range map[string][]byte{
		"altered": altered, "cut": file[:len(file)-1], "something before it": append([]byte("%\n"), file...), "empty": {}, "another": []byte("%PDF-1.7\n%%EOF\n"),
	} {
		if _, err := r.Origin(t.Context(), f); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A document is worth something while all three facts speak for it: each that
// does not takes that away by itself.
func TestWorth(t *testing.T) {
	r, c := open(t, t.TempDir()+"/tamga.db")
	rec := issue(t, r, "a", licenceDraft(1))
	good, err := r.Check(t.Context(), rec.Number, CheckQuestion{})
	must(t, err)
	if !good.Worth() {
		t.Fatalf("it is worth nothing: %+v", good.Verdict)
	}
	for name, spoil := range map[string]func(*Checked){
		"the file was changed": func(c *Checked) { c.Integrity = signing.CheckFailed },
		"there is no file":     func(c *Checked) { c.Integrity = signing.CheckNotApplicable },
		"it was not judged":    func(c *Checked) { c.Verdict = nil },
		"the signature is refused": func(c *Checked) {
			c.Verdict = &signing.Verdict{Indication: signing.TotalPassed, Acceptance: signing.Refused}
		},
		"the signature is undecided":  func(c *Checked) { c.Verdict = &signing.Verdict{Acceptance: signing.Undecided} },
		"it was asked before it was":  func(c *Checked) { c.Now = c.Now.Add(-time.Hour) },
		"its original ended long ago": func(c *Checked) { c.Original = &documents.Life{} },
	} {
		spoilt := good
		spoil(&spoilt)
		if spoilt.Worth() {
			t.Errorf("%s: it is worth something", name)
		}
	}
	c.advance(time.Hour)
	record(t, r, rec.Number, 2, order(documents.EventTerminated))
	ended, err := r.Check(t.Context(), rec.Number, CheckQuestion{})
	must(t, err)
	if ended.Worth() || !ended.Verdict.Passed() {
		t.Errorf("terminated: %+v", ended.Verdict)
	}
}
