package changes

import (
	"fmt"
	"slices"
	"strings"

	"tamga/signing/pades"
)

// Level is what a signature permits, each level with all below it; and what a
// change needs. The zero value is the strictest.
type Level int

// The levels.
const (
	// Nothing: the signed revision must be the last.
	Nothing Level = iota
	// LTV permits evidence: a document security store and document timestamps
	// (DocMDP /P 1 with the allowance of ETSI EN 319 142-1, 5.5 and
	// ISO 32000-2, 12.8.2.2).
	LTV
	// FormFilling also permits to fill form fields and to sign (/P 2, and every
	// signature without DocMDP).
	FormFilling
	// Annotations also permits to comment (/P 3).
	Annotations
	// Never is what a change needs that no signature permits.
	Never
)

// String returns "nothing", "ltv", "form filling", "annotations" or "never".
func (l Level) String() string {
	names := []string{"nothing", "ltv", "form filling", "annotations", "never"}
	if l < 0 || int(l) >= len(names) {
		return fmt.Sprintf("level %d", int(l))
	}
	return names[l]
}

// Finding is one change.
type Finding struct {
	// Revision is the index of the revision that makes the change.
	Revision int
	// Ref is the object, zero for a change of the trailer.
	Ref pades.Ref
	// Code is one of the constants of this package and is stable; Detail is for
	// people.
	Code, Detail string
	// Needs is the lowest level that permits the change.
	Needs Level
	// Allowed says that the permission reaches it.
	Allowed bool
	// Odd says that the change departs from the letter of the format, or from what
	// a program that only signs does, and is harmless: whoever passes it says so.
	Odd bool

	// field is the name of the field that changes, when a lock may forbid it;
	// visible says that it is a new one that can be seen.
	field   string
	visible bool
}

// Report is what Since found.
type Report struct {
	// Revision is the signed revision, Revisions how many follow it.
	Revision, Revisions int
	// Permission is what was applied: the signature's own, lowered to the
	// caller's limit.
	Permission Permission
	// Findings holds the changes found, by revision. Of very many in one revision
	// the first are kept. After some revisions with changes that nothing permits
	// the comparison stops; a finding then says so.
	Findings []Finding
}

// Outcome sums a report up.
type Outcome int

// The outcomes.
const (
	// Changed: something is there that the permission does not allow. It is the
	// zero value, so that a Report that nobody filled in allows nothing.
	Changed Outcome = iota
	// Unchanged: no revision follows.
	Unchanged
	// OnlyLTV: only evidence was added.
	OnlyLTV
	// FormsFilled: forms were filled or signatures added, as permitted.
	FormsFilled
	// Annotated: comments were made, as permitted.
	Annotated
)

// String returns the outcome in words.
func (o Outcome) String() string {
	switch o {
	case Unchanged:
		return "unchanged"
	case OnlyLTV:
		return "only evidence added"
	case FormsFilled:
		return "forms filled or signed as permitted"
	case Annotated:
		return "annotated as permitted"
	}
	return "changed"
}

// Outcome returns Changed unless every finding is allowed.
func (r Report) Outcome() Outcome {
	if r.Revisions == 0 && len(r.Findings) == 0 && r.Permission.known {
		return Unchanged
	}
	if len(r.Findings) == 0 || len(r.Forbidden()) > 0 {
		return Changed
	}
	needs := Nothing
	for _, f := range r.Findings {
		needs = max(needs, f.Needs)
	}
	switch needs {
	case FormFilling:
		return FormsFilled
	case Annotations:
		return Annotated
	}
	return OnlyLTV
}

// Allowed says whether the signature may still stand for the whole file.
func (r Report) Allowed() bool { return r.Outcome() != Changed }

// Forbidden returns the findings that are not allowed.
func (r Report) Forbidden() []Finding {
	var list []Finding
	for _, f := range r.Findings {
		if !f.Allowed {
			list = append(list, f)
		}
	}
	return list
}

// Odd returns the findings that are allowed and odd, each code once.
func (r Report) Odd() []Finding {
	var list []Finding
	for _, f := range r.Findings {
		if f.Odd && f.Allowed && !slices.ContainsFunc(list, func(x Finding) bool { return x.Code == f.Code }) {
			list = append(list, f)
		}
	}
	return list
}

// Codes returns the codes of the forbidden findings, each once, sorted.
func (r Report) Codes() []string {
	var codes []string
	for _, f := range r.Forbidden() {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// String returns the outcome, with the codes when something is forbidden.
func (r Report) String() string {
	if o := r.Outcome(); o != Changed {
		return o.String()
	}
	return "changed: " + strings.Join(r.Codes(), ", ")
}

func (r *Report) add(f Finding) {
	f.Allowed = f.Needs <= r.Permission.Level
	r.Findings = append(r.Findings, f)
}

// checkFirst reports a certification that another signature precedes (12.8.4):
// what it promises, the earlier one has not been asked about.
func (r *Report) checkFirst(doc *pades.Document, s *pades.Signature) {
	if s.DocMDP == 0 && !s.Certification {
		return
	}
	for _, x := range doc.Signatures {
		if x.ID != s.ID && x.DictRevision < s.DictRevision {
			r.add(Finding{Revision: s.Revision, Ref: s.ID, Code: CodeCertification, Needs: Never,
				Detail: fmt.Sprintf("field %q is certified after field %q is signed", s.Field, x.Field)})
			return
		}
	}
}

// checkHybrid reports later revisions with objects that only some programs read
// (7.5.8.4), whether they are shown or not: nobody who only adds to a file writes
// such. What was signed has been compared already, see pades.Document.Hybrid.
func (r *Report) checkHybrid(doc *pades.Document) {
	for i := r.Revision + 1; i < len(doc.Revisions); i++ {
		if doc.HybridAdds(i) {
			r.add(Finding{Revision: i, Code: CodeHybrid, Needs: Never,
				Detail: fmt.Sprintf("revision %d has objects that only readers of cross-reference streams see", i)})
		}
	}
}
