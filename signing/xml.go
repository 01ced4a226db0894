package signing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tamga/certs"
	"tamga/signing/xmldsig"
	"tamga/signing/xmldsig/xmltree"
)

// SignedElement is what an XML signature covers. Whoever acts on signed XML
// must act on this and on nothing else of the file: an element that merely
// stands beside a signature was signed by nobody.
type SignedElement struct {
	Role string `json:"role"` // where it stands, such as document or soap-body
	Path string `json:"path,omitempty"`
	// Content is the canonical XML that was digested, or the supplied content
	// of a detached signature, which is left out here.
	Content string `json:"content,omitempty"`
	// LeftOut says that the content is not here, because the signatures of the
	// file together cover more than a verdict holds: it stands at Path.
	LeftOut bool `json:"content_left_out,omitempty"`
	// WithSigners are the signers of the verdict, numbered from one, whose signatures
	// are part of what is covered; those of WithoutSigners stand in the document and
	// are not, as those made later where a document is signed several times.
	WithSigners    []int `json:"with_signers,omitempty"`
	WithoutSigners []int `json:"without_signers,omitempty"`
}

// UnsignedPart is something inside an XML signature, or beside it in its security
// header, that seems to be signed and is not.
type UnsignedPart struct {
	Path string `json:"path"`
	What string `json:"what"` // English
}

// VerifyXML judges every XML signature of a file: enveloped, enveloping or
// detached (W3C XML Signature), and those of WS-Security over a SOAP body. What
// is signed stands in Signer.Signed and must be where a reader takes it from;
// nothing outside the file is fetched. Countersignatures are reported and count
// for nothing.
//
// The only errors are [ErrTooLarge], that of a context which ended, and an
// unreadable policy.
func (v *Verifier) VerifyXML(ctx context.Context, file []byte, q Question) (*Verdict, error) {
	if len(file) > MaxSize || len(q.Content) > MaxDocument {
		return nil, ErrTooLarge
	}
	v, q, err := v.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	verdict := v.newVerdict("xml", q)
	doc, err := xmldsig.Read(file)
	if errors.Is(err, xmltree.ErrLimit) {
		return nil, fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	if err != nil {
		return verdict.unreadableXML(file, err), nil
	}
	supplied := xmldsig.Supplied{Content: q.Content}
	if len(q.Digests) > 0 {
		supplied.Digest = q.digest
	}
	ev := v.suppliedEvidence(q, nil)
	if ev != nil {
		ev.settle(&proofs{base: q.At})
		supplied.Certificates = ev.certificates
	}
	var all []*facts
	var counters []Signer
	signatures := doc.Signatures(ctx, supplied)
	by := make(map[int]*facts, len(signatures))
	for i := range signatures {
		if v.over() {
			break
		}
		s := &signatures[i]
		f := v.gatherXML(s, q, ev)
		if s.Counter {
			f.counter = true
			counters = append(counters, v.judge(f))
			continue
		}
		all = append(all, f)
		by[i], f.number = f, len(all)
	}
	for _, f := range all {
		f.relate(by)
	}
	if len(all) > 0 {
		all[len(all)-1].counters = counters
	}
	v.judgeSigners(verdict, all)
	return v.finish(verdict)
}

// gatherXML finds out everything about one signature.
func (v *Verifier) gatherXML(s *xmldsig.Signature, q Question, ev *evidence) *facts {
	f := &facts{question: q, at: q.At, poe: q.At, xml: s, certificate: s.Signer()}
	f.algorithm, f.algErr = s.Algorithm()
	f.level = "XML signature, not XAdES: no signed properties"
	f.essMissing = s.SigningCertificate == xmldsig.Unbound
	if !f.essMissing {
		f.level = "XML signature that protects its certificate"
	}
	for _, p := range s.Problems {
		f.addXMLProblem(p)
	}
	f.compareXML(s)
	if f.certificate == nil {
		return f
	}
	if f.certificate.PublicKey == nil {
		f.algErr = fmt.Errorf("%w: %w", certs.ErrAlgorithm, f.certificate.KeyError)
	} else if f.algErr == nil {
		f.setValue(s.Verify(f.certificate.PublicKey))
	}
	v.gatherCertificate(f, &bag{pool: v.Trust, more: s.Certificates}, ev)
	return f
}

// relate numbers the signers whose signatures this one covers and leaves out. One
// that holds only without others is as sound as these are.
func (f *facts) relate(by map[int]*facts) {
	for _, i := range f.xml.Covers {
		if other := by[i]; other != nil {
			f.withSigners = append(f.withSigners, other.number)
		}
	}
	for _, i := range f.xml.Without {
		other := by[i]
		if other == nil {
			continue
		}
		f.withoutSigners = append(f.withoutSigners, other.number)
		switch {
		case !f.xml.Stacked:
		case other.valueErr != nil:
			f.format = append(f.format, fmt.Sprintf("%s: the document is right without the signature of signer %d, which is wrong itself", xmldsig.CodeLaterSignatures, other.number))
		case other.algErr != nil && f.algErr == nil:
			f.algErr = other.algErr
		}
	}
	if f.xml.Stacked {
		f.kept = "signed before the signatures that follow, and right without them; " + f.coveredBy(by)
	}
}

// coveredBy says of the signers that follow in a stack whether they signed this
// signature with the document.
func (f *facts) coveredBy(by map[int]*facts) string {
	var bare []string
	for _, i := range f.xml.Without {
		if other := by[i]; other != nil && !slices.ContainsFunc(other.xml.Covers, func(k int) bool { return by[k] == f }) {
			bare = append(bare, strconv.Itoa(other.number))
		}
	}
	if len(bare) == 0 {
		return "each of these covers those before it"
	}
	return "of these, what signer " + strings.Join(bare, " and ") + " covers is the document without any signature"
}

// compareXML notes whether the signature is over the content of the question.
// While a reference could not be followed that is not known, and the signature
// does not pass anyway.
func (f *facts) compareXML(s *xmldsig.Signature) {
	covered, followed := false, len(s.References) > 0
	for _, r := range s.References {
		sum, known := f.question.digest(r.Digest)
		if known && r.External && (r.Problem == nil || r.Problem.Code == xmldsig.CodeDigest) {
			f.compared = append(f.compared, ContentDigest{r.Digest, sum})
		}
		covered = covered || r.Covered.Role == xmldsig.RoleContent
		followed = followed && r.Problem == nil
	}
	if !covered && followed && !s.Counter {
		f.uncovered("the signature covers parts of this file, and not the content that was supplied")
	}
}

// addXMLProblem turns a broken rule into the fact that the checks ask about.
func (f *facts) addXMLProblem(p xmldsig.Problem) {
	switch {
	case p.Code == xmldsig.CodeDigest:
		f.digestErr = errors.New(p.String())
	case p.Code == xmldsig.CodeExternal:
		f.noContent = "the signature is detached and the signed content was not supplied"
	case p.Code == xmldsig.CodeSigningCertificate:
		f.essErr = errors.New(p.String())
	case p.Code == xmldsig.CodeNoCertificate:
		f.certificate = nil
	case p.Undetermined():
		f.algErr = fmt.Errorf("%w: %s", certs.ErrAlgorithm, p)
	default:
		f.format = append(f.format, p.String())
	}
}

// describeXML adds what the signature covers and claims.
func (s *Signer) describeXML(f *facts) {
	s.ClaimedTime, s.BestSignatureTime = f.xml.ClaimedTime, f.poe
	if f.algErr == nil {
		s.Algorithm = f.algorithm.Name()
	}
	for _, part := range f.xml.Unsigned {
		s.Unsigned = append(s.Unsigned, UnsignedPart{part.Path, part.What})
	}
	for _, covered := range f.xml.Signed() {
		e := SignedElement{Role: string(covered.Role), Path: covered.Path(), LeftOut: covered.LeftOut}
		if covered.Element != nil {
			e.Content = string(covered.Bytes)
		}
		if covered.Role == xmldsig.RoleDocument {
			e.WithSigners, e.WithoutSigners = f.withSigners, f.withoutSigners
		}
		s.Signed = append(s.Signed, e)
	}
}

// isXML tells an XML file by its beginning, also one in UTF-16, or in UTF-32, which is
// not read.
func isXML(file []byte) bool {
	if bytes.HasPrefix(file, []byte("\xff\xfe\x00\x00<\x00\x00\x00")) || bytes.HasPrefix(file, []byte("\x00\x00\xfe\xff\x00\x00\x00<")) {
		return true
	}
	file = narrowed(file)
	file = bytes.TrimLeft(file, "\ufeff \t\r\n")
	if len(file) < 2 || file[0] != '<' {
		return false
	}
	c := file[1]
	return c == '?' || c == '!' || c == '_' || c >= 0x80 || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// narrowed returns the first characters of a file in UTF-16, told by its byte order
// mark or by the declaration that it begins with, in a byte each, and any other file as
// it is.
func narrowed(file []byte) []byte {
	high := -1 // which byte of a unit is the higher one
	for mark, at := range map[string]int{"\xff\xfe": 1, "<\x00?\x00": 1, "\xfe\xff": 0, "\x00<\x00?": 0} {
		if bytes.HasPrefix(file, []byte(mark)) {
			high = at
		}
	}
	if high < 0 {
		return file
	}
	file = file[:min(len(file), 1024)]
	var narrow []byte
	for i := 0; i+1 < len(file); i += 2 {
		low := file[i+1-high]
		if file[i+high] != 0 {
			low = 0x80 // beyond ASCII
		}
		if i > 0 || file[0] == 0 || file[1] == 0 { // no mark
			narrow = append(narrow, low)
		}
	}
	return narrow
}
