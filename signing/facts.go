package signing

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/signing/cms"
)

// facts is all that was found out about one signer. Gathering decides nothing:
// the same facts can be judged again under another policy.
type facts struct {
	question Question
	at       time.Time

	// format lists what is wrong with the container or with the signer's
	// place in it; later tells of bytes added to a PDF after this signature.
	format []string
	later  string

	signer    *cms.SignerInfo
	algorithm certs.Algorithm
	algErr    error
	noContent bool
	digestErr error // message digest or content type
	valueErr  error // signature value

	certificate *certs.Certificate
	essErr      error
	essMissing  bool

	path       certs.Path
	pathErr    *certs.PathError
	mixed      bool                // production and other anchors are trusted together
	revocation []revocation.Answer // of every certificate of the path but the anchor
	identity   certs.Identity
	expected   identityMatch
	timestamps int
	level      string
	bare       bool // a certificate without a signature
}

// identityMatch is how the certificate's numbers compare with the expected
// ones.
type identityMatch int

const (
	identityNotAsked identityMatch = iota
	identityAgrees
	identityDiffers
	identityOfAnother // another signer of the same file is the expected person
)

// gatherSigner finds out everything about one signer of a container.
func (v *Verifier) gatherSigner(sd *cms.SignedData, si *cms.SignerInfo, content []byte, q Question) *facts {
	f := &facts{question: q, at: q.At, signer: si}
	f.gatherAttributes(sd, si)
	f.algorithm, f.algErr = certs.SignerInfoAlgorithm(si.Algorithm, si.Digest)
	bag := parseBag(v.Trust, sd.Certificates)
	for _, c := range bag {
		if si.Names(c) {
			f.certificate = c
			break
		}
	}
	f.gatherSignature(si, sd.Attached, content)
	for _, a := range si.Unsigned {
		if a.ID.Equal(cms.OIDSignatureTimestamp) {
			f.timestamps += len(a.Values)
		}
	}
	if f.certificate != nil {
		f.gatherESS(si)
		v.gatherCertificate(f, bag)
	}
	return f
}

// parseBag reads the certificates that came along. Unreadable ones are passed
// over: they can be nobody's signer here.
func parseBag(pool *certs.Pool, raw [][]byte) []*certs.Certificate {
	var bag []*certs.Certificate
	for _, b := range raw {
		if c, err := pool.Parse(b); err == nil {
			bag = append(bag, c)
		}
	}
	return bag
}

// gatherAttributes checks the rules of RFC 5652 section 11 that attributes
// stand once and with one value.
func (f *facts) gatherAttributes(sd *cms.SignedData, si *cms.SignerInfo) {
	if si.SignedDER == nil {
		f.format = append(f.format, "no signed attributes")
		return
	}
	ct, found, err := cms.Single(si.Signed, cms.OIDContentType)
	switch {
	case err != nil:
		f.format = append(f.format, err.Error())
	case !found:
		f.format = append(f.format, "no content-type attribute")
	case !bytes.Equal(ct, der.OID(sd.ContentType)):
		f.format = append(f.format, "the content-type attribute names another type than the content has")
	}
	if _, found, err := cms.Single(si.Signed, cms.OIDMessageDigest); err != nil {
		f.format = append(f.format, err.Error())
	} else if !found {
		f.format = append(f.format, "no message-digest attribute")
	}
	if _, _, err := cms.Single(si.Signed, cms.OIDSigningTime); err != nil {
		f.format = append(f.format, err.Error())
	}
}

// gatherSignature compares the digest of the content and verifies the value.
func (f *facts) gatherSignature(si *cms.SignerInfo, attached bool, content []byte) {
	f.noContent = !attached && content == nil
	if f.algErr != nil {
		return
	}
	if !f.noContent {
		want, found, err := cms.Single(si.Signed, cms.OIDMessageDigest)
		if err == nil && found && !bytes.Equal(want, der.Octets(f.algorithm.Digest.Sum(content))) {
			f.digestErr = errors.New("the content is not what was signed: its digest differs")
		}
	}
	if f.certificate == nil || si.SignedDER == nil {
		return
	}
	if f.certificate.PublicKey == nil {
		f.algErr = fmt.Errorf("%w: %w", certs.ErrAlgorithm, f.certificate.KeyError)
		return
	}
	err := f.algorithm.Verify(f.certificate.PublicKey, si.SignedDER, si.Signature)
	if errors.Is(err, certs.ErrAlgorithm) {
		f.algErr = err
	} else {
		f.valueErr = err
	}
}

// gatherESS compares the signing-certificate attribute with the certificate
// that the signer is named by (RFC 5035). Version 2 counts when both stand.
func (f *facts) gatherESS(si *cms.SignerInfo) {
	v2, found, err := cms.Single(si.Signed, cms.OIDSigningCertificateV2)
	if err != nil {
		f.essErr = err
		return
	}
	if found {
		f.essErr = matchESS(v2, certs.SHA256, f.certificate)
		return
	}
	v1, found, err := cms.Single(si.Signed, cms.OIDSigningCertificate)
	if err != nil {
		f.essErr = err
		return
	}
	if found {
		f.essErr = matchESS(v1, certs.SHA1, f.certificate)
		return
	}
	f.essMissing = true
}

// matchESS reads the first ESSCertID, or ESSCertIDv2, of the attribute.
func matchESS(value []byte, digest certs.Digest, c *certs.Certificate) error {
	malformed := errors.New("the signing-certificate attribute is malformed")
	outer, err := der.NewReader(value).Enter(der.SequenceTag)
	if err != nil {
		return malformed
	}
	ids, err := outer.Enter(der.SequenceTag)
	if err != nil {
		return malformed
	}
	id, err := ids.Enter(der.SequenceTag)
	if err != nil {
		return malformed
	}
	if alg, ok, err := id.Optional(der.SequenceTag); err != nil {
		return malformed
	} else if ok {
		named, err := certs.ParseAlgorithmIdentifier(alg.Raw)
		if err != nil {
			return malformed
		}
		if digest, ok = certs.DigestByOID(named.OID); !ok {
			return fmt.Errorf("the signing-certificate attribute uses an unknown digest %v", named.OID)
		}
	}
	hash, err := id.Expect(der.OctetString)
	if err != nil {
		return malformed
	}
	if !bytes.Equal(hash.Body, digest.Sum(c.Raw)) {
		return errors.New("the signing-certificate attribute names another certificate")
	}
	return nil
}

// gatherCertificate finds the path, the revocation status of each link and the
// identity.
func (v *Verifier) gatherCertificate(f *facts, bag []*certs.Certificate) {
	f.identity = f.certificate.Identity()
	f.expected = matchIdentity(f.identity, f.question)
	path, err := v.Trust.Build(f.certificate, bag, f.at)
	if err != nil {
		errors.As(err, &f.pathErr)
		return
	}
	f.path, f.mixed = path, v.Trust.Mixed()
	f.revocation = v.statuses(path, bag, f.at)
}

// matchIdentity compares by string equality: what the certificate carries and
// what was asked.
func matchIdentity(id certs.Identity, q Question) identityMatch {
	if q.IIN == "" && q.BIN == "" {
		return identityNotAsked
	}
	if q.IIN != "" && id.IIN != string(q.IIN) || q.BIN != "" && id.BIN != string(q.BIN) {
		return identityDiffers
	}
	return identityAgrees
}
