package signing

import "tamga/signing/pades/changes"

// Covers is what a signature of a CMS or a PDF is over. What one of an XML file is
// over stands in [Signer.Signed].
type Covers string

// What there is. Of a PDF they say what the revisions after the signature did: whether
// the signature still stands for the whole file.
const (
	CoversAttached Covers = "attached" // the content that the file carries
	CoversSupplied Covers = "supplied" // the content that was supplied beside the file
	CoversDigests  Covers = "digests"  // a content of which digests were supplied
	CoversMissing  Covers = "missing"  // a content that was not supplied

	CoversFile        Covers = "file"        // the whole file
	CoversEvidence    Covers = "evidence"    // the file as it was; only evidence was added
	CoversForms       Covers = "forms"       // the file as it was; forms were filled or signed, as permitted
	CoversAnnotations Covers = "annotations" // the file as it was; comments were made, as permitted
	CoversChanged     Covers = "changed"     // the file as it was, before what it forbids
	CoversUnknown     Covers = "unknown"     // how the file went on could not be told
)

// over is what a signature in a CMS is over.
func (q Question) over(attached bool) Covers {
	switch {
	case attached:
		return CoversAttached
	case q.Content != nil:
		return CoversSupplied
	case len(q.Digests) > 0:
		return CoversDigests
	}
	return CoversMissing
}

// after is what a signature of a PDF stands for, by what the revisions after it did.
func after(o changes.Outcome) Covers {
	switch o {
	case changes.Unchanged:
		return CoversFile
	case changes.OnlyLTV:
		return CoversEvidence
	case changes.FormsFilled:
		return CoversForms
	case changes.Annotated:
		return CoversAnnotations
	}
	return CoversChanged
}
