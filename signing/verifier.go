package signing

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/signing/cms"
)

// Verifier judges signatures. Trust and Revocation may be nil or empty: then
// nothing passes. A verifier may be used by many goroutines as long as its
// pool is not added to.
type Verifier struct {
	Trust      *certs.Pool
	Revocation *revocation.Lists
	// Ask asks an authority's responder for the status of a certificate at a
	// time, within its own limit of time; nil when there is nobody to ask. The
	// issuer is the certificate's issuer on a verified path.
	Ask    func(c, issuer *certs.Certificate, at time.Time) revocation.Answer
	Policy Policy           // [DefaultPolicy], unless there is a reason
	Now    func() time.Time // time.Now when nil
}

// Question is what is asked about a file. The zero value asks about an
// attached signature received now.
type Question struct {
	// Content is what a detached signature was made over; nil when the
	// signature carries its content. When both are there, they must agree.
	Content []byte
	// IIN and BIN are the applicant's numbers from the request, and Role what
	// the certificate must say of the signer; empty ones are not asked.
	IIN  certs.IIN
	BIN  certs.BIN
	Role certs.Role
	// At is the moment of receipt, taken as the latest at which the signature
	// can have been made; now when zero. The signing time that the signer
	// claims counts for nothing.
	At time.Time
}

// prepare fills in the defaults of verifier and question.
func (v *Verifier) prepare(q Question) (*Verifier, Question, error) {
	w := *v
	if w.Trust == nil {
		w.Trust = &certs.Pool{}
	}
	if w.Revocation == nil {
		w.Revocation = &revocation.Lists{}
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	if w.Policy.Name == "" {
		p, err := DefaultPolicy()
		if err != nil {
			return nil, q, err
		}
		w.Policy = p
	}
	if q.At.IsZero() {
		q.At = w.Now()
	}
	q.At = q.At.UTC()
	return &w, q, nil
}

// VerifyCMS judges a CMS signature, attached or detached, that came as DER,
// BER, PEM or bare base64. The only errors are [ErrTooLarge] and an unreadable
// policy; bytes that are no signature are a verdict, FORMAT_FAILURE.
func (v *Verifier) VerifyCMS(file []byte, q Question) (*Verdict, error) {
	if len(file) > MaxSize || len(q.Content) > MaxSize {
		return nil, ErrTooLarge
	}
	v, q, err := v.prepare(q)
	if err != nil {
		return nil, err
	}
	verdict := v.newVerdict("cms", q)
	sd, err := readCMS(file)
	if errors.Is(err, der.ErrTooManyElements) {
		return nil, fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	if err != nil {
		return verdict.unreadable(err), nil
	}
	v.judgeSigners(verdict, v.gatherCMS(sd, q))
	return verdict, nil
}

// gatherCMS gathers the facts of every signer of a container.
func (v *Verifier) gatherCMS(sd *cms.SignedData, q Question) []*facts {
	content := q.Content
	if sd.Attached {
		content = sd.Content
	}
	all := make([]*facts, len(sd.Signers))
	for i := range sd.Signers {
		all[i] = v.gatherSigner(sd, &sd.Signers[i], content, q)
		if sd.Attached && q.Content != nil && string(q.Content) != string(sd.Content) {
			all[i].digestErr = fmt.Errorf("the content supplied is not the content that the signature carries")
		}
	}
	return all
}

// VerifyCertificate judges a certificate on its own: is there a path, is it
// valid at q.At, was it revoked, is it the expected person's. Content and Role
// of the question mean the same as for a signature.
func (v *Verifier) VerifyCertificate(file []byte, q Question) (*Verdict, error) {
	if len(file) > MaxSize {
		return nil, ErrTooLarge
	}
	v, q, err := v.prepare(q)
	if err != nil {
		return nil, err
	}
	verdict := v.newVerdict("certificate", q)
	raw, err := unarmour(file)
	if err != nil {
		return verdict.unreadable(err), nil
	}
	c, err := v.Trust.Parse(raw)
	if err != nil {
		return verdict.unreadable(err), nil
	}
	f := &facts{question: q, at: q.At, certificate: c, bare: true}
	v.gatherCertificate(f, nil)
	v.judgeSigners(verdict, []*facts{f})
	return verdict, nil
}

// readCMS takes a container apart, whatever its armour.
func readCMS(file []byte) (*cms.SignedData, error) {
	ber, err := unarmour(file)
	if err != nil {
		return nil, err
	}
	return cms.Read(ber)
}

func (v *Verifier) newVerdict(kind string, q Question) *Verdict {
	profile := certs.NationalProfile()
	return &Verdict{
		Kind: kind, At: q.At, Signers: []Signer{},
		Policy:  v.Policy.Name + " " + v.Policy.Version,
		Profile: profile.Name + " " + profile.Version,
	}
}

// unreadable concludes that the bytes are not what they should be.
func (verdict *Verdict) unreadable(err error) *Verdict {
	verdict.Indication, verdict.SubIndication = TotalFailed, FormatFailure
	verdict.Detail = err.Error()
	verdict.Summary = summary(verdict)
	return verdict
}

// judgeSigners judges each signer and concludes over all of them.
func (v *Verifier) judgeSigners(verdict *Verdict, all []*facts) {
	found := false
	for _, f := range all {
		found = found || f.expected == identityAgrees
	}
	for _, f := range all {
		if found && f.expected == identityDiffers {
			f.expected = identityOfAnother
		}
		verdict.Signers = append(verdict.Signers, v.judge(f))
	}
	verdict.conclude()
}

// judge asks the table's questions about one signer.
func (v *Verifier) judge(f *facts) Signer {
	s := Signer{Indication: TotalPassed, Level: f.level}
	for _, c := range checkTable() {
		level := v.Policy.level(c.name)
		if level == LevelIgnore {
			continue
		}
		found := c.ask(f, &v.Policy)
		bad := found.status == CheckFailed || found.status == CheckUndetermined
		if bad && level == LevelWarn {
			found.status, bad = CheckWarning, false
		}
		if bad && (s.Indication == TotalPassed || s.Indication == Indeterminate && found.indication == TotalFailed) {
			s.Indication, s.SubIndication = found.indication, found.sub
		}
		answer := Check{
			Name: c.name, Status: found.status, Clause: c.clause,
			Title: c.title, Detail: found.detail, Evidence: found.evidence,
		}
		if bad {
			answer.SubIndication = found.sub
		}
		s.Checks = append(s.Checks, answer)
	}
	s.describe(f)
	return s
}

// describe adds who signed and the three facts.
func (s *Signer) describe(f *facts) {
	if f.signer != nil {
		s.ClaimedTime = f.signer.ClaimedTime()
		if f.algErr == nil {
			s.Algorithm = f.algorithm.Name()
		}
	}
	s.Facts = factsOf(f)
	c := f.certificate
	if c == nil {
		return
	}
	id := f.identity
	s.Identity = &id
	s.Certificate = DescribeCertificate(c)
	if len(f.revocation) > 0 && f.revocation[0].Status == revocation.Good {
		s.RevokedSince = f.revocation[0].RevokedAt
	}
}

// factsOf takes the regulation's three facts out of the facts.
func factsOf(f *facts) Facts {
	facts := Facts{ValidityPeriod: FactUnknown, NotRevoked: FactUnknown, IdentityMatch: FactUnknown}
	if f.certificate != nil {
		facts.ValidityPeriod = FactRefuted
		if f.certificate.ValidAt(f.at) {
			facts.ValidityPeriod = FactEstablished
		}
	}
	if len(f.revocation) > 0 {
		switch f.revocation[0].Status {
		case revocation.Good:
			facts.NotRevoked = FactEstablished
		case revocation.Revoked:
			facts.NotRevoked = FactRefuted
		}
	}
	switch {
	case f.question.IIN == "" && f.question.BIN == "":
		facts.IdentityMatch = FactNotAsked
	case f.certificate == nil:
	case f.expected == identityAgrees:
		facts.IdentityMatch = FactEstablished
	default:
		facts.IdentityMatch = FactRefuted
	}
	return facts
}

// serialHex writes a serial number in whole bytes.
func serialHex(n *big.Int) string {
	s := n.Text(16)
	if digits := strings.TrimPrefix(s, "-"); len(digits)%2 == 1 {
		s = strings.Replace(s, digits, "0"+digits, 1)
	}
	return s
}

// DescribeCertificate names a certificate for people and programs, its IIN
// masked.
func DescribeCertificate(c *certs.Certificate) *CertificateInfo {
	fp := c.Fingerprint()
	return &CertificateInfo{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Serial: serialHex(c.Serial),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter, Key: certs.KeyName(c.PublicKey),
		KeyUsage: c.KeyUsage.Names(), SHA256: hex.EncodeToString(fp[:]),
	}
}

// conclude makes the verdict of the signers' verdicts: the worst counts, and no
// signers never pass.
func (verdict *Verdict) conclude() {
	defer func() { verdict.Summary = summary(verdict) }()
	if len(verdict.Signers) == 0 {
		verdict.Indication, verdict.SubIndication = TotalFailed, FormatFailure
		verdict.Detail = "the file carries no signature"
		return
	}
	verdict.Indication = TotalPassed
	for _, s := range verdict.Signers {
		if s.Indication == TotalFailed && verdict.Indication != TotalFailed ||
			s.Indication == Indeterminate && verdict.Indication == TotalPassed {
			verdict.Indication, verdict.SubIndication = s.Indication, s.SubIndication
		}
	}
}
