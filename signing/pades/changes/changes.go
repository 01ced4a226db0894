// Package changes says what the revisions after a signature changed in a PDF
// file, and whether the signature permits it.
//
// [Compare] is the way in, with [History.Since] for each signature. It compares
// each later revision with the one before, by object: every object that a
// revision's cross-reference lists must have a recognised, harmless part in the
// document (a document security store, a further signature in a field of its own,
// the value of a form field …), must be used in no other part, and may differ only
// in what that part permits. What is not recognised is forbidden. There is no list
// of bad changes to evade.
//
// What is permitted follows from the signature itself ([PermissionOf]) and from
// the caller's own limit, whichever is stricter: a policy for applicants'
// documents passes [Nothing].
//
// The package judges structure only. Whether the signed bytes are intact, and
// whether a later signature or timestamp is worth anything, is for others to say,
// and a file with something in pades.Document.Unreadable or Hybrid that is not
// tolerated must fail before.
//
// Clauses named in comments are of ISO 32000-1:2008 unless another is named.
package changes

import (
	"errors"
	"fmt"

	"tamga/signing/pades"
)

// Errors of Compare and Since, for errors.Is.
var (
	// ErrNoRevision: the signature's ByteRange ends where no revision ends, so
	// that there is nothing to compare with.
	ErrNoRevision = errors.New("the signature covers no whole revision")
	// ErrTooComplex: the comparison would read the file too many times over.
	ErrTooComplex = errors.New("the revisions are too complex to compare")
)

// maxForbidden is how many revisions with changes that nothing permits are
// compared before the comparison stops: after the first, the rest is courtesy.
const maxForbidden = 8

// History is what the revisions of a file change, each compared with the one
// before. It serves the questions about all signatures of the file.
type History struct {
	doc      *pades.Document
	base     int // the oldest revision that is compared with
	findings []Finding
}

// Compare compares every revision after the oldest that a signature covers. The
// error is ErrTooComplex, or a *pades.SyntaxError of something in the signed
// revision that cannot be read; no answer is then possible, which a verifier must
// not take for a good one.
func Compare(doc *pades.Document) (*History, error) {
	h := &History{doc: doc, base: len(doc.Revisions) - 1}
	for _, s := range doc.Signatures {
		if s.Revision >= 0 {
			h.base = min(h.base, s.Revision)
		}
	}
	if h.base == len(doc.Revisions)-1 {
		return h, nil
	}
	if err := newComparison(doc, h.base).compare(h); err != nil {
		return nil, err
	}
	return h, nil
}

// compare makes all steps.
func (c *comparison) compare(h *History) error {
	if err := c.begin(); err != nil {
		return err
	}
	if err := c.steps(); err != nil {
		return err
	}
	h.findings = c.findings
	return nil
}

// steps compares each later revision with the one before, as far as there is
// sense in it.
func (c *comparison) steps() error {
	forbidden := 0
	for r := c.base + 1; r < len(c.doc.Revisions); r++ {
		never, err := c.step(r)
		if err == nil && never == 0 {
			continue
		}
		if err == nil {
			// What is known of the document no longer holds.
			err = c.forget(r)
		}
		if errors.Is(err, ErrTooComplex) {
			return err
		}
		if forbidden++; err != nil || forbidden == maxForbidden {
			// For a signature of any later revision too, nothing is known.
			for ; r < len(c.doc.Revisions); r++ {
				c.add(Finding{Revision: r, Code: CodeNotCompared, Needs: Never, Detail: notCompared(err)})
			}
			return nil
		}
	}
	return nil
}

func notCompared(err error) string {
	if err != nil {
		return err.Error()
	}
	return "revisions before it have too many changes that nothing permits"
}

// Since judges every revision after the one that s, a signature of the document,
// covers. The permission is that of the signature, at most limit. A change that is
// not allowed is a finding; the error is ErrNoRevision.
func (h *History) Since(s *pades.Signature, limit Level) (Report, error) {
	if s.Revision < 0 || s.Revision >= len(h.doc.Revisions) {
		return Report{}, ErrNoRevision
	}
	p := PermissionOf(h.doc, s)
	p.Level = min(p.Level, limit)
	report := Report{Revision: s.Revision, Revisions: len(h.doc.Revisions) - 1 - s.Revision, Permission: p}
	report.checkFirst(h.doc, s)
	report.checkHybrid(h.doc)
	for _, f := range h.findings {
		if f.Revision <= s.Revision {
			continue
		}
		report.add(f)
		if f.field != "" && p.locked(f.field) {
			report.add(Finding{Revision: f.Revision, Ref: f.Ref, Code: CodeLocked, Needs: Never,
				Detail: fmt.Sprintf("the signature locks field %q, which changes", f.field)})
		}
		if f.visible && p.Certified {
			report.add(Finding{Revision: f.Revision, Ref: f.Ref, Code: CodeVisibleField, Needs: Never,
				Detail: "a signature field that can be seen is added after a certification"})
		}
	}
	return report, nil
}

// Since is Compare and [History.Since] for a single signature.
func Since(doc *pades.Document, s *pades.Signature, limit Level) (Report, error) {
	if s.Revision < 0 || s.Revision >= len(doc.Revisions) {
		return Report{}, ErrNoRevision
	}
	h, err := Compare(doc)
	if err != nil {
		return Report{}, err
	}
	return h.Since(s, limit)
}
