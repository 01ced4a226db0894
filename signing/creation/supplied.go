package creation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/signing"
	"tamga/signing/cms"
)

// Supplied is a [Prepared] PDF whose CMS was made elsewhere: by a token, by NCALayer in
// a browser, by any program that was given the digest. It comes as DER or BER, in any
// armour, and stands in the file as DER. A content that it carries is left out if it
// is what was to be signed; certificates that it does not carry are added.
//
// It stands under the form that the file has, and must fit it. What may stand under
// ETSI.CAdES.detached says EN 319 142-1 section 6.3, table 1: the signing-certificate
// attribute, and no signing-time attribute, since the claimed time is /M. Under
// adbe.pkcs7.detached stands any CMS of one signer (ISO 32000-1 section 12.8.3.3); it
// is no baseline signature, and what it is called is the verdict's.
//
// Errors: [ErrForm], [ErrOtherContent], [ErrOtherSigner]; [ErrRoom], which is a
// pades.ErrHoleTooSmall, and pades.ErrNoHole; [signing.ErrTooLarge].
type Supplied struct {
	Prepared
	SubFilter string // of the file
	CMS       []byte
	// Certificate is the one that the signature must be by, and Chain is those above.
	Certificate *certs.Certificate
	Chain       []*certs.Certificate
}

// Errors of signatures that were made elsewhere.
var (
	// ErrForm means that the CMS cannot be read, or not stand where it should.
	ErrForm = errors.New("the signature does not fit its place")
	// ErrOtherContent means that the signature is over other bytes.
	ErrOtherContent = errors.New("the signature is over other bytes")
	// ErrRoom means that the signature is larger than its place.
	ErrRoom = errors.New("the signature is larger than its place")
	// ErrOtherSigner means that the signature names another certificate.
	ErrOtherSigner = errors.New("the signature is by another certificate")
)

func (f Supplied) sign(context.Context, Key, time.Time) (draft, error) {
	if f.Certificate == nil {
		return draft{}, fmt.Errorf("%w: which is not known", ErrOtherSigner)
	}
	if err := f.empty(); err != nil {
		return draft{}, err
	}
	sd, edited, err := edit(f.CMS)
	switch {
	case errors.Is(err, signing.ErrTooLarge):
		return draft{}, err
	case err != nil:
		return draft{}, fmt.Errorf("%w: %w", ErrForm, err)
	}
	if err := f.check(sd); err != nil {
		return draft{}, err
	}
	if sd.Attached {
		if err := edited.Detach(); err != nil {
			return draft{}, fmt.Errorf("%w: %w", ErrForm, err)
		}
	}
	edited.AddCertificates(f.Certificate.Raw)
	for _, c := range f.Chain {
		edited.AddCertificates(c.Raw)
	}
	if err := f.fill(edited.DER()); err != nil {
		return draft{}, fmt.Errorf("%w: %w", ErrRoom, err)
	}
	d := draft{file: f.File, by: f.Certificate}
	if f.SubFilter != subFilterCMS {
		d.least = BaselineB
	}
	return d, nil
}

// check asks whether a container is the signature that belongs into the place.
func (f Supplied) check(sd *cms.SignedData) error {
	if n := len(sd.Signers); n != 1 {
		return fmt.Errorf("%w: it has %d signers, not one", ErrForm, n)
	}
	si := &sd.Signers[0]
	switch {
	case !sd.ContentType.Equal(cms.OIDData):
		return fmt.Errorf("%w: it signs content of type %v, not data", ErrForm, sd.ContentType)
	case si.SignedDER == nil:
		return fmt.Errorf("%w: it has no signed attributes", ErrForm)
	}
	if err := f.checkContent(sd); err != nil {
		return err
	}
	if !si.Names(f.Certificate) {
		return ErrOtherSigner
	}
	return f.checkSubFilter(si)
}

// checkContent asks whether the signature is over the file.
func (f Supplied) checkContent(sd *cms.SignedData) error {
	si, parts := &sd.Signers[0], f.SignedBytes()
	digest, err := digestOf(si)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrForm, err)
	}
	signed, err := messageDigest(si)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrForm, err)
	}
	if !bytes.Equal(signed, f.digest(digest)) {
		return ErrOtherContent
	}
	if sd.Attached && !bytes.Equal(sd.Content, bytes.Join(parts[:], nil)) {
		return fmt.Errorf("%w: the content in it is another", ErrOtherContent)
	}
	return nil
}

// subFilterCMS is the form under which any detached CMS of one signer may stand, and
// subFilterCAdES that of PAdES.
const (
	subFilterCMS   = "adbe.pkcs7.detached"
	subFilterCAdES = "ETSI.CAdES.detached"
)

// checkSubFilter asks whether a signature may stand under the form of the file.
func (f Supplied) checkSubFilter(si *cms.SignerInfo) error {
	switch f.SubFilter {
	case subFilterCMS:
		return nil
	case subFilterCAdES:
	default:
		return fmt.Errorf("%w: nothing is put under %q", ErrForm, f.SubFilter)
	}
	switch {
	case si.Has(cms.OIDSigningTime):
		return fmt.Errorf("%w: it has a signing-time attribute, which %s forbids: it stands under %s", ErrForm, subFilterCAdES, subFilterCMS)
	case !si.Has(cms.OIDSigningCertificateV2):
		return fmt.Errorf("%w: it has no signing-certificate-v2 attribute, which %s needs: it stands under %s", ErrForm, subFilterCAdES, subFilterCMS)
	}
	return nil
}

// Supply is what a CMS that was made elsewhere says of itself. Nothing of it is judged.
type Supply struct {
	Digest  []byte    // of the content, by its first signer; nil for what is no CMS
	Claimed time.Time // by the signing-time attribute; zero for none
	// Certificate is the one in it that its first signer names; nil for none, and Others
	// are those beside it.
	Certificate *certs.Certificate
	Others      []*certs.Certificate
}

// ReadSupply reads a CMS in any armour.
func ReadSupply(file []byte) Supply {
	sd, _, err := edit(file)
	if err != nil || len(sd.Signers) == 0 {
		return Supply{}
	}
	si := &sd.Signers[0]
	s := Supply{Claimed: si.ClaimedTime()}
	if s.Digest, err = messageDigest(si); err != nil {
		s.Digest = nil
	}
	for _, raw := range sd.Certificates {
		c, err := certs.Parse(raw)
		switch {
		case err != nil:
		case s.Certificate == nil && si.Names(c):
			s.Certificate = c
		default:
			s.Others = append(s.Others, c)
		}
	}
	return s
}

// DigestFor returns the digest that the key of a certificate signs with; an error, which
// is certs.ErrAlgorithm, for a key that signs nothing.
func DigestFor(c *certs.Certificate) (certs.Digest, error) { return cms.DigestOf(c.PublicKey) }
