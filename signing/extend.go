package signing

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing/cms"
	"tamga/signing/tsp"
)

// ExtendOptions say how a signature is extended.
type ExtendOptions struct {
	// Signer is the number of the signer to extend, counted from one in the
	// order of the file; zero extends all.
	Signer int
	// Content is what a detached signature was made over; nil when the
	// signature carries it. Without it a detached signature is extended as
	// far as digests of the signature's own algorithm serve.
	Content []byte
	// Time is the moment at which the evidence must hold: the present.
	Time time.Time
	// Timestamping is who stamps; Required means nothing here, since a level
	// that cannot be reached is an error.
	Timestamping Timestamping
	// Gather collects the evidence about a signer's or an authority's
	// certificate, given those that came along: [Gatherer.Gather].
	Gather func(c *certs.Certificate, extra []*certs.Certificate, at time.Time) (Material, error)
}

// Errors of [Extend] besides those of reading, stamping and gathering.
var (
	// ErrNoSigner means that the file has no such signer.
	ErrNoSigner = errors.New("the file has no such signer")
	// ErrUnsound means that a signature is wrong already, so that there is
	// nothing to preserve.
	ErrUnsound = errors.New("the signature does not verify")
)

// Extend brings the signatures of a CMS to a level: B-T adds a signature
// timestamp to those that have none; B-LT adds the certificates and the
// revocation information about signers and timestamp authorities to the
// container; B-LTA adds an archive timestamp over everything, once more if there
// is one. Nothing that was there changes but the version of the container. The
// result is DER.
//
// What is extended must be a signature that verifies under the certificate that
// it carries; whether that is trusted becomes known when the evidence is
// gathered.
func Extend(file []byte, to Baseline, opt ExtendOptions) ([]byte, error) {
	sd, draft, err := edit(file)
	if err != nil {
		return nil, fmt.Errorf("extend to %s: %w", to, err)
	}
	e := &extension{ExtendOptions: opt, sd: sd, draft: draft}
	if err := e.run(to); err != nil {
		return nil, fmt.Errorf("extend to %s: %w", to, err)
	}
	return checked(draft)
}

// checked returns the container if our own reader accepts it: additions may
// have passed its limits.
func checked(draft *cms.Draft) ([]byte, error) {
	b := draft.DER()
	if len(b) > MaxSize {
		return nil, ErrTooLarge
	}
	if _, err := cms.Read(b); err != nil {
		return nil, fmt.Errorf("what was made cannot be read: %w", err)
	}
	return b, nil
}

// extension is one call of [Extend].
type extension struct {
	ExtendOptions
	sd    *cms.SignedData
	draft *cms.Draft
	bag   []*certs.Certificate // what the container carries
	todo  []*extended
}

// extended is a signer on the way.
type extended struct {
	number      int // from zero
	info        *cms.SignerInfo
	certificate *certs.Certificate
	digest      certs.Digest
	tokens      [][]byte
}

func (e *extension) run(to Baseline) error {
	if err := e.choose(); err != nil {
		return err
	}
	for _, step := range []struct {
		level Baseline
		do    func(*extended) error
	}{{BaselineT, e.stamp}, {BaselineLT, e.prove}, {BaselineLTA, e.archive}} {
		if step.level > to {
			break
		}
		for _, s := range e.todo {
			if err := step.do(s); err != nil {
				return fmt.Errorf("signer %d: %w", s.number+1, err)
			}
		}
	}
	return nil
}

// choose finds the signers and checks that their signatures are right.
func (e *extension) choose() error {
	for _, raw := range e.sd.Certificates {
		if c, err := certs.Parse(raw); err == nil {
			e.bag = append(e.bag, c)
		}
	}
	for i := range e.sd.Signers {
		if e.Signer != 0 && e.Signer != i+1 {
			continue
		}
		s := &extended{number: i, info: &e.sd.Signers[i]}
		if err := e.check(s); err != nil {
			return fmt.Errorf("signer %d: %w", i+1, err)
		}
		s.tokens = append(timestampsAmong(s.info.Signed), timestampsAmong(s.info.Unsigned)...)
		e.todo = append(e.todo, s)
	}
	if len(e.todo) == 0 {
		return ErrNoSigner
	}
	return nil
}

// timestampsAmong returns the tokens of a signer's attributes.
func timestampsAmong(attributes []cms.Attribute) [][]byte {
	var tokens [][]byte
	for _, a := range attributes {
		for _, id := range []asn1.ObjectIdentifier{
			cms.OIDContentTimestamp, cms.OIDSignatureTimestamp, cms.OIDArchiveTimestampV2, cms.OIDArchiveTimestampV3,
		} {
			if a.ID.Equal(id) {
				tokens = append(tokens, a.Values...)
			}
		}
	}
	return tokens
}

// check verifies a signature under the certificate that the signer names.
func (e *extension) check(s *extended) error {
	s.certificate = named(s.info, e.bag)
	if s.certificate == nil {
		return fmt.Errorf("%w: its certificate is missing", ErrUnsound)
	}
	alg, err := certs.SignerInfoAlgorithm(s.info.Algorithm, s.info.Digest)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	s.digest = alg.Digest
	if s.info.SignedDER == nil {
		return fmt.Errorf("%w: it has no signed attributes", ErrUnsound)
	}
	if err := alg.Verify(s.certificate.PublicKey, s.info.SignedDER, s.info.Signature); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	signed, err := messageDigest(s.info)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	content, err := signedContent(e.sd, e.Content)
	if errors.Is(err, ErrContentMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	if !bytes.Equal(signed, s.digest.Sum(content)) {
		return fmt.Errorf("%w: the content is another", ErrUnsound)
	}
	return nil
}

// named returns the certificate that a signer names; nil when it is not there.
func named(si *cms.SignerInfo, bag []*certs.Certificate) *certs.Certificate {
	for _, c := range bag {
		if si.Names(c) {
			return c
		}
	}
	return nil
}

func messageDigest(si *cms.SignerInfo) ([]byte, error) {
	value, found, err := cms.Single(si.Signed, cms.OIDMessageDigest)
	if err != nil || !found {
		return nil, errors.Join(err, errors.New("no message-digest attribute"))
	}
	e, err := der.One(value)
	return e.Body, err
}

// stamped reports whether a signer has a signature timestamp.
func (s *extended) stamped() bool {
	return slices.ContainsFunc(s.info.Unsigned, func(a cms.Attribute) bool { return a.ID.Equal(cms.OIDSignatureTimestamp) })
}

// stamp adds a signature timestamp to a signer that has none.
func (e *extension) stamp(s *extended) error {
	if s.stamped() {
		return nil
	}
	token, err := e.Timestamping.token(s.digest, s.info.Signature)
	if err != nil {
		return err
	}
	e.draft.Signers[s.number].AddUnsigned(cms.Attribute{ID: cms.OIDSignatureTimestamp, Values: [][]byte{token}})
	s.tokens = append(s.tokens, token)
	return nil
}

// prove adds the evidence about the signer and the authorities of all its
// timestamps to the container.
func (e *extension) prove(s *extended) error {
	material, err := e.evidence(s)
	if err != nil {
		return err
	}
	e.draft.AddCertificates(material.Certificates...)
	e.draft.AddCRLs(material.CRLs...)
	e.draft.AddOCSPs(material.OCSPs...)
	return nil
}

// evidence gathers what proves a signer and the authorities of all its
// timestamps. About a signature that is archived already, only the authority
// of the newest timestamp must be proved: the proofs of the others are under
// it, and after their certificates ended nobody can give new ones.
func (e *extension) evidence(s *extended) (Material, error) {
	if e.Gather == nil {
		return Material{}, fmt.Errorf("%w: nobody gathers it", ErrEvidence)
	}
	archived := hasArchive(s.info)
	material, err := e.Gather(s.certificate, e.bag, e.Time)
	if err != nil && !archived {
		return Material{}, err
	}
	newest := newestToken(s.tokens)
	for i, raw := range s.tokens {
		more, err := e.tokenEvidence(raw)
		if err != nil && (!archived || i == newest) {
			return Material{}, err
		}
		material.Add(more)
	}
	return material, nil
}

func hasArchive(si *cms.SignerInfo) bool {
	return slices.ContainsFunc(si.Unsigned, func(a cms.Attribute) bool { return a.ID.Equal(cms.OIDArchiveTimestampV3) })
}

// newestToken returns the number of the token with the latest time. One that
// cannot be read is the newest: it must not be passed over.
func newestToken(tokens [][]byte) int {
	newest, at := 0, time.Time{}
	for i, raw := range tokens {
		token, err := tsp.ParseToken(raw)
		if err != nil {
			return i
		}
		if !token.Info.GenTime.Before(at) {
			newest, at = i, token.Info.GenTime
		}
	}
	return newest
}

// tokenEvidence gathers what proves the authority of a timestamp.
func (e *extension) tokenEvidence(raw []byte) (Material, error) {
	token, err := tsp.ParseToken(raw)
	if err != nil {
		return Material{}, fmt.Errorf("timestamp: %w", err)
	}
	bag := slices.Clone(e.bag)
	for _, raw := range token.SignedData.Certificates {
		if c, err := certs.Parse(raw); err == nil {
			bag = append(bag, c)
		}
	}
	c := named(token.Signer(), bag)
	if c == nil {
		return Material{}, fmt.Errorf("timestamp authority: %w: its certificate is missing", ErrEvidence)
	}
	material, err := e.Gather(c, bag, e.Time)
	if err != nil {
		return Material{}, fmt.Errorf("timestamp authority: %w", err)
	}
	return material, nil
}

// archive adds an archive timestamp over everything that is there.
func (e *extension) archive(s *extended) error {
	digest := e.Timestamping.Digest
	if digest.OID == nil {
		digest = s.digest
	}
	content, err := e.contentDigest(s, digest)
	if err != nil {
		return err
	}
	index, err := e.draft.HashIndex(s.number, digest)
	if err != nil {
		return err
	}
	parts, err := e.draft.ArchiveInput(s.number, content, index)
	if err != nil {
		return err
	}
	token, err := e.Timestamping.token(digest, parts...)
	if err != nil {
		return err
	}
	return e.draft.AddArchiveTimestamp(s.number, token, index)
}

// contentDigest is the digest of the content; that which was signed, if the
// content is not there and the algorithm is the same.
func (e *extension) contentDigest(s *extended, digest certs.Digest) ([]byte, error) {
	content, err := signedContent(e.sd, e.Content)
	if err == nil {
		return digest.Sum(content), nil
	}
	if digest.OID.Equal(s.digest.OID) {
		return messageDigest(s.info)
	}
	return nil, err
}
