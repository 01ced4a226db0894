package changes

import (
	"errors"
	"testing"

	"tamga/signing/pades"
	"tamga/signing/signtest/pdfattack"
)

var errInjected = errors.New("injected")

// answers compares the revisions of a file whose read number n fails, and says
// whether it got that far and whether its oldest signature is told to stand.
func answers(doc *pades.Document, n int) (failed, allowed bool, err error) {
	h := &History{doc: doc, base: doc.Signatures[0].Revision}
	c := newComparison(doc, h.base)
	c.read = func(revision int, ref pades.Ref) (pades.Object, error) {
		if n--; n == 0 {
			failed = true
			return nil, errInjected
		}
		return doc.Object(revision, ref)
	}
	if err := c.compare(h); err != nil {
		return failed, false, err
	}
	report, err := h.Since(&doc.Signatures[0], Annotations)
	return failed, report.Allowed(), err
}

// TestFailingReads lets each read of an object fail in turn: whatever a comparison
// could not read, it permits nothing.
func TestFailingReads(t *testing.T) {
	for _, c := range pdfattack.Cases(pdfattack.Signers{}) {
		if c.Where != pdfattack.Honest && c.Where != pdfattack.Change {
			continue
		}
		doc, err := pades.Read(c.File)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; ; n++ {
			failed, allowed, err := answers(doc, n)
			if !failed {
				if want := c.Where == pdfattack.Honest; err == nil && allowed != want && doc.Signatures[0].Revision == 0 && len(doc.Signatures) == 1 {
					t.Errorf("%s: allowed is %v", c.Name, allowed)
				}
				break
			}
			if allowed {
				t.Errorf("%s: allowed without read %d", c.Name, n)
			}
			if err != nil && !errors.Is(err, errInjected) {
				t.Errorf("%s: read %d: %v", c.Name, n, err)
			}
		}
	}
}

// TestWork gives a comparison ever more work to do: too little of it is an error,
// and enough the same answer as ever.
func TestWork(t *testing.T) {
	for _, c := range pdfattack.Cases(pdfattack.Signers{}) {
		if c.Where != pdfattack.Honest {
			continue
		}
		doc, err := pades.Read(c.File)
		if err != nil {
			t.Fatal(err)
		}
		if len(doc.Revisions) == 1 {
			continue
		}
		spent := func(work int64) (int64, error) {
			h := &History{doc: doc, base: doc.Signatures[0].Revision}
			k := newComparison(doc, h.base)
			k.work = work
			err := k.compare(h)
			return work - k.work, err
		}
		if work := newComparison(doc, 0).work; work != 64<<20+8*int64(len(c.File)) {
			t.Errorf("%s: work for %d bytes", c.Name, work)
		}
		need, err := spent(1 << 30)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := spent(need); err != nil {
			t.Errorf("%s: with work for %d bytes: %v", c.Name, need, err)
		}
		for _, work := range []int64{need - 1, need / 2, 0} {
			if _, err := spent(work); !errors.Is(err, ErrTooComplex) {
				t.Errorf("%s: with work for %d of %d bytes: %v", c.Name, work, need, err)
			}
		}
	}
}
