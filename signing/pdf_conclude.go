package signing

import (
	"errors"
	"slices"

	"tamga/language/words"
	"tamga/signing/pades"
)

// unreadablePDF concludes that a PDF was not read. Where that is for a limit of
// the reader, nothing is known against the file.
func (verdict *Verdict) unreadablePDF(file []byte, err error) *Verdict {
	verdict.unreadable(FilePDF, file, err)
	var limit *pades.SyntaxError
	switch {
	case errors.Is(err, pades.ErrEncrypted):
		verdict.cause = words.Of("signing.pdf_encrypted")
		verdict.undecided()
	case errors.As(err, &limit) && limit.Limit:
		verdict.cause = words.Of("signing.pdf_limit")
		verdict.undecided()
	}
	return verdict
}

// undecided takes back a conclusion that was only that nothing was read.
func (verdict *Verdict) undecided() {
	verdict.Indication, verdict.SubIndication, verdict.Acceptance = Indeterminate, SigConstraintsFailure, Undecided
	verdict.explain()
}

// concludeUnsigned says why a file has no signature that could be judged.
func (p *pdfFile) concludeUnsigned(verdict *Verdict) {
	defer verdict.explain()
	card := len(p.doc.Unreadable) == 0 && p.card(verdict)
	if len(p.stamps) > 0 && !card {
		p.concludeStamped(verdict)
		verdict.cause = words.Of("signing.pdf_only_timestamp")
	}
	for _, weight := range []pades.Weight{pades.Ambiguous, pades.NotRead} {
		i := slices.IndexFunc(p.doc.Unreadable, func(problem pades.Problem) bool { return problem.Weight == weight })
		if i < 0 {
			continue
		}
		problem := p.doc.Unreadable[i]
		verdict.Detail = "a signature could not be read: " + problem.Code + ": " + problem.Detail
		verdict.cause = words.Of("signing.pdf_signature_unread")
		if weight == pades.NotRead {
			verdict.undecided()
		}
		return
	}
}

// concludeStamped concludes about a file that document timestamps alone are in.
// What they prove stands with them. There is no signature, which is wanted of every
// file, and nothing is wrong with one.
func (p *pdfFile) concludeStamped(verdict *Verdict) {
	verdict.Indication, verdict.SubIndication, verdict.Acceptance = Indeterminate, SigConstraintsFailure, Refused
	verdict.Detail = "the file carries a document timestamp and no signature"
	for i := range p.stamps {
		if t := &p.stamps[i]; t.broken() {
			verdict.worsen(t.Indication, t.SubIndication, Refused)
			verdict.Detail += ", and the timestamp is broken: " + t.Detail
			return
		}
	}
}

// concludeTimestamps adds the document timestamps to the verdict. A broken one
// is a part of the file that lies, and fails the file as a broken signature
// does.
func (p *pdfFile) concludeTimestamps(verdict *Verdict) {
	for _, t := range slices.Backward(p.stamps) {
		verdict.Timestamps = append(verdict.Timestamps, t.Timestamp)
		if t.broken() && len(verdict.Signers) > 0 {
			verdict.worsen(t.Indication, t.SubIndication, Refused)
			verdict.Detail = "a document timestamp is broken: " + t.Detail
			verdict.cause = words.Of("signing.pdf_timestamp_broken")
			verdict.explain()
		}
	}
	if p.unread != "" && len(verdict.Signers) > 0 && verdict.Passed() {
		verdict.worsen(Indeterminate, SigConstraintsFailure, Undecided)
		verdict.Detail = p.unread
		verdict.cause = words.Of("signing.pdf_unread")
		verdict.explain()
	}
}
