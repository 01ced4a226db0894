package signing

import (
	"fmt"
	"slices"

	"tamga/signing/pades"
)

// ExtendPDF brings the signatures of a PDF to a level (EN 319 142-1 section 6),
// each step in a revision of its own: B-T adds a document timestamp when a
// signature has neither a timestamp in its CMS nor a document timestamp after it;
// B-LT adds the evidence about signers and timestamp authorities to the document
// security store; B-LTA adds a document timestamp over everything, once more if
// there is one. No byte of the file changes.
//
// Of the options Signer counts the signatures of the file, without document
// timestamps, and a Content is [ErrContentTwice]. As with [Extend], what is extended must
// verify under the certificate that it carries. The errors are those of [Extend],
// [AddDSS] and [AddDocTimestamp].
func ExtendPDF(file []byte, to Baseline, opt ExtendOptions) ([]byte, error) {
	if opt.Content != nil {
		return nil, fmt.Errorf("extend to %s: %w", to, ErrContentTwice)
	}
	out := file
	for _, step := range []struct {
		level Baseline
		do    func([]byte, ExtendOptions) ([]byte, error)
	}{{BaselineT, stampPDF}, {BaselineLT, provePDF}, {BaselineLTA, archivePDF}} {
		if step.level > to {
			break
		}
		var err error
		if out, err = step.do(out, opt); err != nil {
			return nil, fmt.Errorf("extend to %s: %w", to, err)
		}
	}
	return out, nil
}

// chosen reads the signatures that are to be extended, and checks that they are
// right.
func chosen(doc *pades.Document, opt ExtendOptions) ([]*pdfExtension, error) {
	var list []*pdfExtension
	number := 0
	for _, s := range doc.Signatures {
		if s.Kind == pades.KindTimestamp {
			continue
		}
		if number++; opt.Signer != 0 && opt.Signer != number {
			continue
		}
		sd, err := pdfContainer(s)
		if err != nil {
			return nil, fmt.Errorf("signature %d: %w: %w", number, ErrUnsound, err)
		}
		parts := doc.SignedBytes(s)
		e := &pdfExtension{extension{ExtendOptions: opt, sd: sd}, s}
		e.Signer, e.Content = 0, slices.Concat(parts[0], parts[1])
		if err := e.choose(); err != nil {
			return nil, fmt.Errorf("signature %d: %w", number, err)
		}
		e.Content = nil // it is as large as the file
		list = append(list, e)
	}
	if len(list) == 0 {
		return nil, ErrNoSigner
	}
	return list, nil
}

// pdfExtension is the CMS of one signature on the way.
type pdfExtension struct {
	extension
	signature pades.Signature
}

func stampPDF(file []byte, opt ExtendOptions) ([]byte, error) {
	doc, err := readForRevision(file)
	if err != nil {
		return nil, err
	}
	list, err := chosen(doc, opt)
	if err != nil {
		return nil, err
	}
	stamped := func(e *pdfExtension) bool {
		return e.todo[0].stamped() ||
			slices.ContainsFunc(doc.Signatures, func(s pades.Signature) bool {
				return s.Kind == pades.KindTimestamp && s.Revision > e.signature.Revision
			})
	}
	if !slices.ContainsFunc(list, func(e *pdfExtension) bool { return !stamped(e) }) {
		return file, nil
	}
	return archivePDF(file, opt)
}

func archivePDF(file []byte, opt ExtendOptions) ([]byte, error) {
	if opt.Timestamping.Stamp == nil {
		return nil, fmt.Errorf("%w: there is no authority to ask", ErrTimestamp)
	}
	out, err := AddDocTimestamp(file, opt.Timestamping.Stamp)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTimestamp, err)
	}
	return out, nil
}

func provePDF(file []byte, opt ExtendOptions) ([]byte, error) {
	if opt.Gather == nil {
		return nil, fmt.Errorf("%w: nobody gathers it", ErrEvidence)
	}
	doc, err := readForRevision(file)
	if err != nil {
		return nil, err
	}
	list, err := chosen(doc, opt)
	if err != nil {
		return nil, err
	}
	add := pades.DSS{VRI: map[string]pades.VRI{}}
	put := func(s pades.Signature, m Material) {
		key, _ := doc.VRIKeys(s)
		add.VRI[key] = pades.VRI{Certs: m.Certificates, CRLs: m.CRLs, OCSPs: m.OCSPs, TU: opt.Time}
	}
	stamps := documentStamps(doc)
	archived, err := archivedPDF(doc, stamps)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		m, err := e.evidence(e.todo[0])
		switch {
		case err == nil:
			put(e.signature, m)
		case !archived:
			return nil, fmt.Errorf("signature %s: %w", e.signature.ID, err)
		}
	}
	for i, s := range stamps {
		m, err := (&extension{ExtendOptions: opt}).tokenEvidence(s.Contents)
		switch {
		case err == nil:
			put(s, m)
		case !archived || i == len(stamps)-1:
			return nil, fmt.Errorf("document timestamp %s: %w", s.ID, err)
		}
	}
	return AddDSS(file, add)
}

// documentStamps are the document timestamps, the oldest revision first.
func documentStamps(doc *pades.Document) []pades.Signature {
	var stamps []pades.Signature
	for _, s := range doc.Signatures {
		if s.Kind == pades.KindTimestamp {
			stamps = append(stamps, s)
		}
	}
	slices.SortStableFunc(stamps, func(a, b pades.Signature) int { return a.Revision - b.Revision })
	return stamps
}

// archivedPDF reports whether the newest document timestamp is over evidence.
// Then only the authority of that timestamp must still be proved: after the
// other certificates ended nobody can give new proofs.
func archivedPDF(doc *pades.Document, stamps []pades.Signature) (bool, error) {
	if len(stamps) == 0 {
		return false, nil
	}
	newest := stamps[len(stamps)-1]
	if newest.Revision < 0 {
		return false, nil
	}
	store, err := doc.DSS(newest.Revision)
	return store.Present(), err
}
