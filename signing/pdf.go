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
// The only errors are [ErrTooLarge], that of a context which ended, and an
// unreadable policy.
func (v *Verifier) VerifyPDF(ctx context.Context, file []byte, q Question) (*Verdict, error) {
	if len(file) > MaxDocument {
		return nil, ErrTooLarge
	}
	v, q, err := v.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	doc, err := pades.Read(file)
	if err != nil {
		return v.newVerdict("pdf", q).unreadablePDF(file, err), nil
	}
	return v.verifyDocument(doc, q)
}

// VerifyDocument is [Verifier.VerifyPDF] of a file that was read, which reading it
// again would find the same in.
func (v *Verifier) VerifyDocument(ctx context.Context, doc *pades.Document, q Question) (*Verdict, error) {
	v, q, err := v.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	return v.verifyDocument(doc, q)
}

func (v *Verifier) verifyDocument(doc *pades.Document, q Question) (*Verdict, error) {
	verdict := v.newVerdict("pdf", q)
	v.newPDF(doc, q).judge(verdict)
	return v.finish(verdict)
}

// judge judges timestamps and signatures, and what follows each.
func (p *pdfFile) judge(verdict *Verdict) {
	p.judgeTimestamps()
	var all []*facts
	for _, s := range p.doc.Signatures {
		if s.Kind == pades.KindTimestamp {
			continue
		}
		if p.v.over() {
			break
		}
		f := p.gatherSignature(s)
		f.weigh(slices.Concat(p.doc.Unreadable, p.doc.Hybrid, p.problems))
		all = append(all, f)
	}
	p.v.judgeSigners(verdict, all)
	p.concludeTimestamps(verdict)
	if len(all) == 0 {
		p.concludeUnsigned(verdict)
	}
}

// pdfFile is a PDF being judged.
type pdfFile struct {
	v      *Verifier
	q      Question
	doc    *pades.Document
	stores []store             // the newest first
	stamps []documentTimestamp // the newest first
	around *evidence           // see [pdfFile.evidence]
	ranges *ranges
	// unread says why something that could speak against the file was not
	// read; "" when everything was.
	unread string
	// history is what the revisions change, once it was asked for.
	history    *changes.History
	historyErr error
	// problems are structural faults of document timestamps, which nobody may
	// make less of than of those of signatures.
	problems []pades.Problem
}

// store is what the document security store of one revision holds.
type store struct {
	revision int
	keys     []objectKey
}

// documentTimestamp is one judged document timestamp and how far it covers.
type documentTimestamp struct {
	end int64
	Timestamp
}

func (v *Verifier) newPDF(doc *pades.Document, q Question) *pdfFile {
	p := &pdfFile{v: v, q: q, doc: doc, ranges: newRanges(v.ctx, doc.Bytes())}
	for _, s := range doc.Signatures {
		if len(doc.SignedBytes(s)[0]) > 0 {
			p.ranges.expect(s.ByteRange)
		}
	}
	stores, complete := doc.Stores()
	if !complete {
		p.unread = "the document security stores hold more than is read"
	}
	var all Material
	keys := map[*byte]objectKey{} // stores share what they name
	have := map[objectKey]bool{}
	for _, s := range stores {
		kept := store{revision: s.Revision}
		take := func(pieces [][]byte, into *[][]byte) {
			for _, raw := range pieces {
				if len(raw) == 0 {
					continue
				}
				key, known := keys[&raw[0]]
				if !known {
					key = keyOf(raw)
					keys[&raw[0]] = key
				}
				if !have[key] {
					have[key] = true
					*into = append(*into, raw)
				}
				kept.keys = append(kept.keys, key)
			}
		}
		take(s.Certs, &all.Certificates)
		take(s.CRLs, &all.CRLs)
		take(s.OCSPs, &all.OCSPs)
		for _, vri := range s.VRI {
			take(vri.Certs, &all.Certificates)
			take(vri.CRLs, &all.CRLs)
			take(vri.OCSPs, &all.OCSPs)
		}
		p.stores = append(p.stores, kept)
	}
	p.around = v.suppliedEvidence(q, &all)
	return p
}

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
		for _, key := range s.keys {
			dated.add(key, known)
		}
	}
	p.around.settle(dated)
	return p.around
}

// judgeTimestamps judges the document timestamps, the newest first: each that
// is trusted proves when the older ones existed. Their number has no bound of
// its own below that of signatures: any that is passed over may be the broken
// one, or the only good one.
func (p *pdfFile) judgeTimestamps() {
	var list []pades.Signature
	for _, s := range p.doc.Signatures {
		if s.Kind == pades.KindTimestamp {
			list = append(list, s)
		}
	}
	alone := len(list) == len(p.doc.Signatures)
	slices.SortStableFunc(list, func(a, b pades.Signature) int { return cmp.Compare(b.ContentsStart, a.ContentsStart) })
	for _, s := range list {
		p.problems = append(p.problems, s.Problems...)
		parts := p.doc.SignedBytes(s)
		stamped := p.content(s, parts)
		t := newToken(TimestampDocument, s.Contents, keyOf(s.Contents), func(t *tsp.Token) error {
			if len(parts[0]) == 0 {
				return errors.New("the /ByteRange selects nothing")
			}
			return imprintOfContent(&stamped)(t)
		})
		t.problems = slices.Concat(p.doc.Unreadable, p.doc.Hybrid, s.Problems)
		if alone && s.Has(pades.CodeLaterRevision) {
			p.compare(s, &t.after)
		}
		if p.v.over() {
			break
		}
		end := s.ByteRange[2] + s.ByteRange[3]
		known, _ := p.knownSince(end)
		ts := p.v.judgeToken(t, known, p.q, p.evidence())
		if stamped.failed != nil {
			p.unread = "the document timestamps are too many to judge all of them"
		}
		p.stamps = append(p.stamps, documentTimestamp{end, ts})
	}
}

// content is what a signature of the file is over.
func (p *pdfFile) content(s pades.Signature, parts [2][]byte) content {
	c := content{here: true, parts: parts[:]}
	if len(parts[0]) > 0 {
		c.ranged = func(d certs.Digest) ([]byte, error) { return p.ranges.sum(d, s.ByteRange) }
	}
	return c
}

// gatherSignature gathers the facts of one signature of the PDF.
func (p *pdfFile) gatherSignature(s pades.Signature) *facts {
	f := &facts{question: p.q, at: p.q.At, poe: p.q.At}
	parts := p.doc.SignedBytes(s)
	sd, err := PDFContainer(s)
	if err == nil {
		c := p.v.newContainer(sd, p.content(s, parts), p.q)
		c.around = p.evidence()
		c.base, c.stamped = p.knownSince(s.ByteRange[2] + s.ByteRange[3])
		if c.around != nil {
			c.bag.more = c.around.certificates
		}
		c.gatherSigner(&sd.Signers[0], f)
	} else {
		if len(s.Contents) > 0 { // else a problem of the signature says why
			f.format = append(f.format, err.Error())
		}
		f.algErr = fmt.Errorf("%w: the signature could not be read", certs.ErrAlgorithm)
	}
	f.covers = CoversFile
	if s.Has(pades.CodeLaterRevision) || len(p.doc.Signatures) > 1 {
		p.compare(s, f)
	}
	f.uncovered("a PDF carries what its signatures cover, and another content was supplied")
	f.weigh(s.Problems)
	if len(f.format) > 0 {
		f.covers = CoversUnknown
	}
	f.level = p.level(s, f)
	return f
}

// weigh notes what is odd about a PDF by what it means. What the revisions after
// a signature mean is another question.
func (f *facts) weigh(problems []pades.Problem) {
	for _, problem := range problems {
		text := problem.Code + ": " + problem.Detail
		switch {
		case problem.Code == pades.CodeLaterRevision:
		case problem.Weight == pades.Tolerated:
			f.tolerated = append(f.tolerated, text)
		case problem.Weight == pades.NotRead:
			f.unread = append(f.unread, text)
		default:
			f.format = append(f.format, text)
		}
	}
}

// compare finds out what the revisions after a signature change, and whether
// the signature and the policy permit it. What could not be compared may have
// changed what was signed.
func (p *pdfFile) compare(s pades.Signature, f *facts) {
	what := "signature"
	if s.Kind == pades.KindTimestamp {
		what = "timestamp"
	}
	if p.history == nil && p.historyErr == nil {
		p.history, p.historyErr = changes.Compare(p.doc)
	}
	f.covers = CoversUnknown
	if p.historyErr != nil {
		f.later = "the file goes on after the revision of this " + what + ", and cannot be compared with it: " + p.historyErr.Error()
		return
	}
	report, err := p.history.Since(&s, p.v.Policy.PDFChanges.limit())
	if err == nil {
		f.covers = after(report.Outcome())
	}
	switch {
	case err != nil:
		f.later = "the file goes on after the revision of this " + what + ", and cannot be compared with it: " + err.Error()
	case report.Allowed():
		f.kept = "after this " + what + ": " + report.Outcome().String()
		for _, finding := range report.Odd() {
			f.tolerated = append(f.tolerated, finding.Code+": "+finding.Detail)
		}
	default:
		f.changed = "the file was changed after this " + what + ", which permits " + report.Permission.Level.String() + ":"
		for _, finding := range report.Forbidden()[:min(len(report.Forbidden()), 3)] {
			f.changed += " " + finding.Code + " (" + finding.Detail + ")"
		}
	}
}

// PDFContainer reads the CMS of a PDF signature: detached, with exactly one
// signer (EN 319 142-1 section 6.3; ISO 32000-1 section 12.8.3.3).
func PDFContainer(s pades.Signature) (*cms.SignedData, error) {
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
	if si == nil {
		return "PDF signature, not PAdES: the CMS could not be read"
	}
	p.coverage(s, f)
	switch {
	case s.SubFilter != "ETSI.CAdES.detached":
		why = "SubFilter is " + s.SubFilter
	case !si.Has(cms.OIDSigningCertificateV2):
		why = "no signing-certificate-v2 attribute"
	case si.Has(cms.OIDSigningTime):
		why = "a signing-time attribute, which PAdES forbids"
	case s.ClaimedTime.IsZero():
		why = "no /M entry"
	default:
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
