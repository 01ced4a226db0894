package signing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/signing/cms"
	"tamga/signing/pades"
	"tamga/signing/pades/changes"
	"tamga/signing/tsp"
)

// The levels of PDF signatures (EN 319 142-1 section 6). They are named by the
// rule of the CAdES levels; other PDF signatures are named with the reason why
// they are not PAdES.
const (
	LevelBB  = "PAdES-B-B"
	LevelBT  = "PAdES-B-T"
	LevelLT  = "PAdES-B-LT"
	LevelLTA = "PAdES-B-LTA"
)

// VerifyPDF judges every signature of a PDF. Trust goes only through the
// certificate that the one SignerInfo names, and every structural rule of
// signing/pades must hold. Document timestamps are judged as timestamps, stand
// in Verdict.Timestamps, and prove when what they cover existed. Every revision
// after a signature is compared with what was signed, and may hold only what
// the signature and the policy permit. A PDF without signatures does not pass.
//
// The only errors are [ErrTooLarge] and an unreadable policy.
func (v *Verifier) VerifyPDF(ctx context.Context, file []byte, q Question) (*Verdict, error) {
	if len(file) > MaxDocument {
		return nil, ErrTooLarge
	}
	v, q, err := v.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	verdict := v.newVerdict("pdf", q)
	doc, err := pades.Read(file)
	if err != nil {
		return verdict.unreadable(err), nil
	}
	p := v.newPDF(doc, q)
	p.judgeTimestamps()
	var all []*facts
	for _, s := range doc.Signatures {
		if s.Kind == pades.KindTimestamp {
			continue
		}
		f := p.gatherSignature(s)
		for _, problem := range slices.Concat(doc.Unreadable, p.problems) {
			f.format = append(f.format, problem.Code+": "+problem.Detail)
		}
		all = append(all, f)
	}
	v.judgeSigners(verdict, all)
	p.concludeTimestamps(verdict)
	if len(all) == 0 && len(doc.Unreadable) > 0 {
		problem := doc.Unreadable[0]
		verdict.Detail = "a signature could not be read: " + problem.Code + ": " + problem.Detail
	}
	return verdict, nil
}

// pdfFile is a PDF being judged.
type pdfFile struct {
	v      *Verifier
	q      Question
	doc    *pades.Document
	stores []store
	stamps []documentTimestamp // the newest first
	// around is what [pdfFile.evidence] returns, once it was gathered.
	around   *evidence
	gathered bool
	// history is what the revisions change, once it was asked for.
	history    *changes.History
	historyErr error
	// problems are structural faults of document timestamps, which nobody may
	// make less of than of those of signatures.
	problems []pades.Problem
}

// store is the document security store of one revision.
type store struct {
	revision int
	material Material
}

// documentTimestamp is one judged document timestamp and how far it covers.
type documentTimestamp struct {
	end int64
	Timestamp
}

func (v *Verifier) newPDF(doc *pades.Document, q Question) *pdfFile {
	p := &pdfFile{v: v, q: q, doc: doc}
	for revision := len(doc.Revisions) - 1; revision >= 0 && len(p.stores) < maxStores; revision-- {
		dss, err := doc.DSS(revision)
		if err != nil {
			continue // no evidence then, which is never in anybody's favour
		}
		if !dss.Present() {
			break // older revisions have none either
		}
		m := Material{}
		m.Add(Material{Certificates: dss.Certs, CRLs: dss.CRLs, OCSPs: dss.OCSPs})
		for _, vri := range dss.VRI {
			m.Add(Material{Certificates: vri.Certs, CRLs: vri.CRLs, OCSPs: vri.OCSPs})
		}
		p.stores = append(p.stores, store{revision, m})
	}
	return p
}

// maxStores bounds the security stores that are read, the newest first: an
// older one can only say that evidence is older.
const maxStores = 8

// knownSince tells when the file up to an offset is proved to have existed, and
// whether a trusted document timestamp proves it.
func (p *pdfFile) knownSince(end int64) (time.Time, bool) {
	known, stamped := p.q.At, false
	for i := range p.stamps {
		if t := &p.stamps[i]; t.end >= end && t.Trusted() {
			known, stamped = earlier(known, t.GenTime), true
		}
	}
	return known, stamped
}

// evidence is what the question and the security stores bring, each piece
// dated by the first store that has it; nil when there is nothing.
func (p *pdfFile) evidence() *evidence {
	dated := &proofs{base: p.q.At}
	for _, s := range p.stores {
		known, _ := p.knownSince(p.doc.Revisions[s.revision].End)
		for _, list := range [][][]byte{s.material.CRLs, s.material.OCSPs} {
			for _, raw := range list {
				dated.add(keyOf(raw), known)
			}
		}
	}
	if !p.gathered {
		var all Material
		for _, s := range p.stores {
			all.Add(s.material)
		}
		p.around, p.gathered = p.v.suppliedEvidence(p.q, &all), true
	}
	p.around.settle(dated)
	return p.around
}

// judgeTimestamps judges the document timestamps, the newest first: each that
// is trusted proves when the older ones existed.
func (p *pdfFile) judgeTimestamps() {
	var list []pades.Signature
	for _, s := range p.doc.Signatures {
		if s.Kind == pades.KindTimestamp {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b pades.Signature) int { return cmp.Compare(b.ContentsStart, a.ContentsStart) })
	for _, s := range list {
		for _, problem := range s.Problems {
			if problem.Code != pades.CodeLaterRevision {
				p.problems = append(p.problems, problem)
			}
		}
		parts := p.doc.SignedBytes(s)
		t := newToken(TimestampDocument, s.Contents, keyOf(s.Contents), func(t *tsp.Token) error {
			if len(parts[0]) == 0 {
				return errors.New("the /ByteRange selects nothing")
			}
			return t.Info.Imprint.Check(parts[0], parts[1])
		})
		if !take(&p.v.left.tokens) {
			break
		}
		end := s.ByteRange[2] + s.ByteRange[3]
		known, _ := p.knownSince(end)
		ts := p.v.judgeToken(t, known, p.q, p.evidence())
		p.stamps = append(p.stamps, documentTimestamp{end, ts})
	}
}

// concludeTimestamps adds the document timestamps to the verdict. A broken one
// is a part of the file that lies, and fails the file as a broken signature
// does.
func (p *pdfFile) concludeTimestamps(verdict *Verdict) {
	for _, t := range slices.Backward(p.stamps) {
		verdict.Timestamps = append(verdict.Timestamps, t.Timestamp)
		if t.broken() && len(verdict.Signers) > 0 {
			verdict.worsen(t.Indication, t.SubIndication)
			verdict.Detail = "a document timestamp is broken: " + t.Detail
			verdict.Summary = summary(verdict)
		}
	}
	if len(verdict.Signers) == 0 && len(p.stamps) > 0 {
		verdict.Detail = "the file carries document timestamps and no signature"
	}
}

// gatherSignature gathers the facts of one signature of the PDF.
func (p *pdfFile) gatherSignature(s pades.Signature) *facts {
	f := &facts{question: p.q, at: p.q.At, poe: p.q.At}
	parts := p.doc.SignedBytes(s)
	sd, err := pdfContainer(s)
	if err == nil {
		c := p.v.newContainer(sd, content{here: true, parts: parts[:]}, p.q)
		c.around = p.evidence()
		c.base, c.stamped = p.knownSince(s.ByteRange[2] + s.ByteRange[3])
		if c.around != nil {
			c.bag.more = c.around.certificates
		}
		c.gatherSigner(&sd.Signers[0], f)
	} else {
		f.format = append(f.format, err.Error())
		f.algErr = fmt.Errorf("%w: the signature could not be read", certs.ErrAlgorithm)
	}
	if s.Has(pades.CodeLaterRevision) || len(p.doc.Signatures) > 1 {
		p.compare(s, f)
	}
	f.uncovered("a PDF carries what its signatures cover, and another content was supplied")
	for _, problem := range s.Problems {
		if problem.Code == pades.CodeLaterRevision {
			continue
		}
		f.format = append(f.format, problem.Code+": "+problem.Detail)
	}
	f.level = p.level(s, f)
	return f
}

// compare finds out what the revisions after a signature change, and whether
// the signature and the policy permit it. What could not be compared may have
// changed what was signed.
func (p *pdfFile) compare(s pades.Signature, f *facts) {
	if p.history == nil && p.historyErr == nil {
		p.history, p.historyErr = changes.Compare(p.doc)
	}
	if p.historyErr != nil {
		f.later = "the file goes on after the signed revision, and cannot be compared with it: " + p.historyErr.Error()
		return
	}
	report, err := p.history.Since(&s, p.v.Policy.PDFChanges.limit())
	switch {
	case err != nil:
		f.later = "the file goes on after the signed revision, and cannot be compared with it: " + err.Error()
	case report.Allowed():
		f.kept = "after this signature: " + report.Outcome().String()
	default:
		f.changed = "the file was changed after this signature, which permits " + report.Permission.Level.String() + ":"
		for _, finding := range report.Forbidden()[:min(len(report.Forbidden()), 3)] {
			f.changed += " " + finding.Code + " (" + finding.Detail + ")"
		}
	}
}

// pdfContainer reads the CMS of a PDF signature: detached, with exactly one
// signer (EN 319 142-1 section 6.3; ISO 32000-1 section 12.8.3.3).
func pdfContainer(s pades.Signature) (*cms.SignedData, error) {
	if len(s.Contents) == 0 {
		return nil, errors.New("no signature in /Contents")
	}
	sd, err := cms.Read(s.Contents)
	switch {
	case err != nil:
		return nil, err
	case sd.Attached:
		return nil, errors.New("the CMS in /Contents carries a content of its own")
	case len(sd.Signers) != 1:
		return nil, fmt.Errorf("the CMS in /Contents has %d signers, not one", len(sd.Signers))
	case !sd.ContentType.Equal(cms.OIDData):
		return nil, fmt.Errorf("the CMS in /Contents signs content of type %v, not data", sd.ContentType)
	case sd.Signers[0].SignedDER == nil:
		return nil, errors.New("the CMS in /Contents has no signed attributes")
	}
	return sd, nil
}

// level names the level of a signature, or says why it is not PAdES baseline
// (EN 319 142-1 section 6.3, table 1).
func (p *pdfFile) level(s pades.Signature, f *facts) string {
	why, si := "", f.signer
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
		p.coverage(s, f)
		return [...]string{LevelBB, LevelBT, LevelLT, LevelLTA}[f.step()]
	}
	return "PDF signature, not PAdES: " + why
}

// coverage tells what document timestamps do for the level of a signature: the
// first trusted one over it may stand for the signature timestamp, and one over
// the evidence as well makes the archive.
func (p *pdfFile) coverage(s pades.Signature, f *facts) {
	end := s.ByteRange[2] + s.ByteRange[3]
	for i := range p.stamps {
		t := &p.stamps[i]
		if !t.Trusted() || t.end < end {
			continue
		}
		f.covered = true
		f.coveredComplete = f.coveredComplete || t.complete
		for _, st := range p.stores {
			if p.doc.Revisions[st.revision].End <= t.end && p.doc.Revisions[st.revision].End > end {
				f.archived = true
			}
		}
	}
}
