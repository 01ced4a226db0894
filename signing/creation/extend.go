package creation

import (
	"context"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/tsp"
)

// Existing is a signature that is made to last: CMS in any armour, or PDF. A
// signature timestamp is added to signatures that have none (B-T), then the
// evidence about signers and timestamp authorities (B-LT), then an archive
// timestamp over everything, once more if there is one (B-LTA). Nothing that was
// there changes but the version of a CMS container; each step of a PDF is a
// revision of its own (EN 319 122-1 section 6, EN 319 142-1 section 6).
//
// What is made to last must be right already; whether its certificate is trusted
// becomes known when the evidence is gathered.
type Existing struct {
	File []byte
	// Content is what a detached CMS was made over; nil when it is not at hand or
	// the signature carries it. Without it a detached signature is made to last as
	// far as digests of the signature's own algorithm serve.
	Content []byte
	// Signer is the number of the signer, counted from one in the order of the
	// file, or of the signatures of a PDF without document timestamps; zero is all.
	Signer int
}

func (f Existing) sign(context.Context, Key, time.Time) (draft, error) {
	return draft{file: f.File, content: f.Content, beside: true, theirs: true, signer: f.Signer}, nil
}

// Errors of making signatures last besides those of reading, stamping and
// gathering.
var (
	// ErrNoSigner means that the file has no such signer.
	ErrNoSigner = errors.New("the file has no such signer")
	// ErrUnsound means that a signature is wrong already, so that there is nothing
	// to preserve.
	ErrUnsound = errors.New("the signature does not verify")
)

// extend returns the file with what its level needs.
func (m *making) extend() ([]byte, error) {
	switch signing.Sniff(m.file) {
	case signing.FilePDF:
		return m.extendPDF()
	case signing.FileCMS:
		return m.extendCMS()
	}
	return nil, fmt.Errorf("%w: it is neither CMS nor PDF", ErrNoSigner)
}

// chosen are the numbers of the signers that are to last, from zero, with the
// certificates that the verifier takes for theirs.
func (m *making) chosen() (map[int]string, error) {
	verdict, err := m.judge()
	if err != nil {
		return nil, err
	}
	mine := map[int]string{}
	for i, s := range verdict.Signers {
		if !m.takes(i, s) {
			continue
		}
		if err := m.sound(s, verdict.Kind == "pdf"); err != nil {
			unsound := ErrUnsound
			if !m.theirs {
				unsound = ErrOutput // no timestamp is spent on what a failing device made
			}
			return nil, fmt.Errorf("signer %d: %w: %w", i+1, unsound, err)
		}
		mine[i] = s.Certificate.SHA256
	}
	if len(mine) == 0 {
		return nil, fmt.Errorf("%w: %s %s", ErrNoSigner, verdict.SubIndication, verdict.Detail)
	}
	return mine, nil
}

// extendCMS brings a CMS to the level.
func (m *making) extendCMS() ([]byte, error) {
	sd, edited, err := edit(m.file)
	if err != nil {
		return nil, err
	}
	if _, err := signedContent(sd, m.content); err != nil && !errors.Is(err, ErrContentMissing) {
		return nil, err
	}
	if sd.Attached {
		m.content = nil
	}
	mine, err := m.chosen()
	if err != nil {
		return nil, err
	}
	e := &extension{making: m, sd: sd, draft: edited}
	if err := e.choose(mine); err != nil {
		return nil, err
	}
	if err := e.run(); err != nil {
		return nil, err
	}
	return small(edited.DER())
}

// extension is what is done to one CMS.
type extension struct {
	*making
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

func (e *extension) run() error {
	for _, step := range []struct {
		level Baseline
		do    func(*extended) error
	}{{BaselineT, e.stampSigner}, {BaselineLT, e.prove}, {BaselineLTA, e.archive}} {
		if step.level > e.Level {
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

// choose takes the signers out of the container, each with its certificate.
func (e *extension) choose(mine map[int]string) error {
	for _, raw := range e.sd.Certificates {
		if c, err := certs.Parse(raw); err == nil {
			e.bag = append(e.bag, c)
		}
	}
	for i := range e.sd.Signers {
		sum, ok := mine[i]
		if !ok {
			continue
		}
		s := &extended{number: i, info: &e.sd.Signers[i], certificate: carried(e.bag, sum)}
		if s.certificate == nil {
			return fmt.Errorf("signer %d: %w: its certificate is missing", i+1, ErrUnsound)
		}
		var err error
		if s.digest, err = digestOf(s.info); err != nil {
			return fmt.Errorf("signer %d: %w: %w", i+1, ErrUnsound, err)
		}
		if s.info.SignedDER == nil {
			return fmt.Errorf("signer %d: %w: it has no signed attributes", i+1, ErrUnsound)
		}
		s.tokens = append(timestampsAmong(s.info.Signed), timestampsAmong(s.info.Unsigned)...)
		e.todo = append(e.todo, s)
	}
	return nil
}

// carried finds a certificate that came along by its fingerprint.
func carried(bag []*certs.Certificate, sha256 string) *certs.Certificate {
	for _, c := range bag {
		if sum := c.Fingerprint(); hex.EncodeToString(sum[:]) == sha256 {
			return c
		}
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

// stampSigner adds a signature timestamp to a signer that has none.
func (e *extension) stampSigner(s *extended) error {
	if s.stamped() {
		return nil
	}
	token, err := e.with.stamp(e.ctx, s.digest, s.info.Signature)
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
func (e *extension) evidence(s *extended) (signing.Material, error) {
	if e.with.Gather == nil {
		return signing.Material{}, fmt.Errorf("%w: nobody gathers it", ErrEvidence)
	}
	archived := s.info.Archived()
	material, err := e.with.Gather(e.ctx, s.certificate, e.bag, e.Time)
	if err != nil && !archived {
		return signing.Material{}, err
	}
	newest := newestToken(s.tokens)
	for i, raw := range s.tokens {
		more, err := e.tokenEvidence(raw)
		if err != nil && (!archived || i == newest) {
			return signing.Material{}, err
		}
		material.Add(more)
	}
	return material, nil
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
func (e *extension) tokenEvidence(raw []byte) (signing.Material, error) {
	token, err := tsp.ParseToken(raw)
	if err != nil {
		return signing.Material{}, fmt.Errorf("timestamp: %w", err)
	}
	bag := slices.Clone(e.bag)
	for _, raw := range token.SignedData.Certificates {
		if c, err := certs.Parse(raw); err == nil {
			bag = append(bag, c)
		}
	}
	c := e.with.Verifier.Authority(token, bag)
	if c == nil {
		return signing.Material{}, fmt.Errorf("timestamp authority: %w: its certificate is missing", ErrEvidence)
	}
	material, err := e.with.Gather(e.ctx, c, bag, e.Time)
	if err != nil {
		return signing.Material{}, fmt.Errorf("timestamp authority: %w", err)
	}
	return material, nil
}

// archive adds an archive timestamp over everything that is there.
func (e *extension) archive(s *extended) error {
	content, err := e.contentDigest(s)
	if err != nil {
		return err
	}
	index, err := e.draft.HashIndex(s.number, s.digest)
	if err != nil {
		return err
	}
	parts, err := e.draft.ArchiveInput(s.number, content, index)
	if err != nil {
		return err
	}
	token, err := e.with.stamp(e.ctx, s.digest, parts...)
	if err != nil {
		return err
	}
	return e.draft.AddArchiveTimestamp(s.number, token, index)
}

// contentDigest is the digest of the content, or that which was signed when the
// content is not there.
func (e *extension) contentDigest(s *extended) ([]byte, error) {
	content, err := signedContent(e.sd, e.content)
	if err != nil {
		return messageDigest(s.info)
	}
	return s.digest.Sum(content), nil
}
