package creation

import (
	"fmt"
	"slices"

	"tamga/signing"
	"tamga/signing/pades"
)

// extendPDF brings a PDF to the level.
func (m *making) extendPDF() ([]byte, error) {
	if m.content != nil {
		return nil, ErrContentTwice
	}
	out := m.file
	for _, step := range []struct {
		level Baseline
		do    func(*pdfExtension) ([]byte, error)
	}{{BaselineT, m.stampPDF}, {BaselineLT, m.provePDF}, {BaselineLTA, m.archivePDF}} {
		if step.level > m.Level {
			break
		}
		e, err := m.readExtension(out)
		if err != nil {
			return nil, err
		}
		if out, err = step.do(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pdfExtension is a PDF on the way, with the signatures in it that are to last.
type pdfExtension struct {
	file       []byte
	doc        *pades.Document
	signatures []pdfSigner
}

// pdfSigner is the CMS of one signature.
type pdfSigner struct {
	*extension
	signature pades.Signature
}

// readExtension reads the signatures that are to last. They are chosen once:
// revisions of ours change none.
func (m *making) readExtension(file []byte) (*pdfExtension, error) {
	doc, err := readForRevision(file)
	if err != nil {
		return nil, err
	}
	if m.lasting == nil {
		if m.lasting, err = m.chosen(); err != nil {
			return nil, err
		}
	}
	e := &pdfExtension{file: file, doc: doc}
	number := -1
	for _, s := range doc.Signatures {
		if s.Kind == pades.KindTimestamp {
			continue
		}
		number++
		sum, ok := m.lasting[number]
		if !ok {
			continue
		}
		sd, err := signing.PDFContainer(s)
		if err != nil {
			return nil, fmt.Errorf("signature %d: %w: %w", number+1, ErrUnsound, err)
		}
		one := pdfSigner{&extension{making: m, sd: sd}, s}
		if err := one.choose(map[int]string{0: sum}); err != nil {
			return nil, fmt.Errorf("signature %d: %w", number+1, err)
		}
		e.signatures = append(e.signatures, one)
	}
	return e, nil
}

// stampPDF adds a document timestamp when a signature has neither a timestamp in
// its CMS nor a document timestamp after it.
func (m *making) stampPDF(e *pdfExtension) ([]byte, error) {
	stamped := func(one pdfSigner) bool {
		return one.todo[0].stamped() ||
			slices.ContainsFunc(e.doc.Signatures, func(s pades.Signature) bool {
				return s.Kind == pades.KindTimestamp && s.Revision > one.signature.Revision
			})
	}
	if !slices.ContainsFunc(e.signatures, func(one pdfSigner) bool { return !stamped(one) }) {
		return e.file, nil
	}
	return m.archivePDF(e)
}

// archivePDF adds a document timestamp over everything.
func (m *making) archivePDF(e *pdfExtension) ([]byte, error) {
	return m.addDocTimestamp(e.file, e.doc)
}

// provePDF adds the evidence about signers and timestamp authorities to the
// document security store.
func (m *making) provePDF(e *pdfExtension) ([]byte, error) {
	if m.with.Gather == nil {
		return nil, fmt.Errorf("%w: nobody gathers it", ErrEvidence)
	}
	add := pades.DSS{VRI: map[string]pades.VRI{}}
	put := func(s pades.Signature, proved signing.Material) {
		key, _ := e.doc.VRIKeys(s)
		add.VRI[key] = pades.VRI{Certs: proved.Certificates, CRLs: proved.CRLs, OCSPs: proved.OCSPs, TU: m.Time}
	}
	stamps := documentStamps(e.doc)
	archived, err := archivedPDF(e.doc, stamps)
	if err != nil {
		return nil, err
	}
	for _, one := range e.signatures {
		proved, err := one.evidence(one.todo[0])
		switch {
		case err == nil:
			put(one.signature, proved)
		case !archived:
			return nil, fmt.Errorf("signature %s: %w", one.signature.ID, err)
		}
	}
	for i, s := range stamps {
		proved, err := (&extension{making: m}).tokenEvidence(s.Contents)
		switch {
		case err == nil:
			put(s, proved)
		case !archived || i == len(stamps)-1:
			return nil, fmt.Errorf("document timestamp %s: %w", s.ID, err)
		}
	}
	return addDSS(e.file, e.doc, add)
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
