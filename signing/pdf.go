package signing

import (
	"errors"
	"fmt"
	"slices"

	"tamga/certs"
	"tamga/signing/cms"
	"tamga/signing/pades"
)

// LevelBB is the level of a PDF signature of the PAdES baseline B-B profile
// (EN 319 142-1 section 6.3). Other PDF signatures are named with the reason
// why they are not PAdES.
const LevelBB = "PAdES-B-B"

// VerifyPDF judges every signature of a PDF. Trust goes only through the
// certificate that the one SignerInfo names, and every structural rule of
// signing/pades must hold. Revisions after a signature are not compared: the
// signature is then INDETERMINATE. A PDF without signatures does not pass.
//
// The only errors are [ErrTooLarge] and an unreadable policy.
func (v *Verifier) VerifyPDF(file []byte, q Question) (*Verdict, error) {
	if len(file) > MaxSize {
		return nil, ErrTooLarge
	}
	v, q, err := v.prepare(q)
	if err != nil {
		return nil, err
	}
	verdict := v.newVerdict("pdf", q)
	doc, err := pades.Read(file)
	if err != nil {
		return verdict.unreadable(err), nil
	}
	all := make([]*facts, 0, len(doc.Signatures))
	for _, s := range doc.Signatures {
		f := v.gatherPDFSignature(doc, s, q)
		for _, p := range doc.Unreadable {
			f.format = append(f.format, p.Code+": "+p.Detail)
		}
		all = append(all, f)
	}
	v.judgeSigners(verdict, all)
	if len(all) == 0 && len(doc.Unreadable) > 0 {
		p := doc.Unreadable[0]
		verdict.Detail = "a signature could not be read: " + p.Code + ": " + p.Detail
	}
	return verdict, nil
}

// gatherPDFSignature gathers the facts of one signature of a PDF.
func (v *Verifier) gatherPDFSignature(doc *pades.Document, s pades.Signature, q Question) *facts {
	f := &facts{question: q, at: q.At}
	parts := doc.SignedBytes(s)
	sd, err := pdfContainer(s)
	if err == nil {
		f = v.gatherSigner(sd, &sd.Signers[0], slices.Concat(parts[0], parts[1]), q)
	} else {
		f.format = append(f.format, err.Error())
		f.algErr = fmt.Errorf("%w: the signature could not be read", certs.ErrAlgorithm)
	}
	for _, p := range s.Problems {
		if p.Code == pades.CodeLaterRevision {
			f.later = "the file goes on after the signed revision: " + p.Detail
			continue
		}
		f.format = append(f.format, p.Code+": "+p.Detail)
	}
	f.level = pdfLevel(s, f.signer)
	return f
}

// pdfContainer reads the CMS of a PDF signature: detached, with exactly one
// signer (EN 319 142-1 section 6.3; ISO 32000-1 section 12.8.3.3).
func pdfContainer(s pades.Signature) (*cms.SignedData, error) {
	if s.Kind == pades.KindTimestamp {
		return nil, errors.New("a document timestamp, which is not evaluated")
	}
	if len(s.Contents) == 0 {
		return nil, errors.New("no signature in /Contents")
	}
	sd, err := readCMS(s.Contents)
	switch {
	case err != nil:
		return nil, err
	case sd.Attached:
		return nil, errors.New("the CMS in /Contents carries a content of its own")
	case len(sd.Signers) != 1:
		return nil, fmt.Errorf("the CMS in /Contents has %d signers, not one", len(sd.Signers))
	case !sd.ContentType.Equal(cms.OIDData):
		return nil, fmt.Errorf("the CMS in /Contents signs content of type %v, not data", sd.ContentType)
	}
	return sd, nil
}

// pdfLevel names the level of a signature, or says why it is not PAdES
// baseline (EN 319 142-1 section 6.3, table 1).
func pdfLevel(s pades.Signature, si *cms.SignerInfo) string {
	why := ""
	switch {
	case si == nil:
		why = "the CMS could not be read"
	case s.SubFilter != "ETSI.CAdES.detached":
		why = "SubFilter is " + s.SubFilter
	case !si.Has(cms.OIDSigningCertificateV2):
		why = "no signing-certificate-v2 attribute"
	case si.Has(cms.OIDSigningTime):
		why = "a signing-time attribute, which PAdES forbids"
	case s.ClaimedTime.IsZero():
		why = "no /M entry"
	default:
		return LevelBB
	}
	return "PDF signature, not PAdES: " + why
}
