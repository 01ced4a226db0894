package signing

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing/cms"
)

// gatherAttributes checks the rules of RFC 5652 section 11 that attributes
// stand once and with one value, and what they say about the signature itself.
func (f *facts) gatherAttributes(sd *cms.SignedData, si *cms.SignerInfo) {
	if si.SignedDER == nil {
		if !f.counter && !sd.ContentType.Equal(cms.OIDData) {
			f.format = append(f.format, "no signed attributes, though the content is not of the type data")
		}
		return
	}
	ct, found, err := cms.Single(si.Signed, cms.OIDContentType)
	switch {
	case err != nil:
		f.format = append(f.format, err.Error())
	case f.counter && found:
		f.format = append(f.format, "a countersignature must not have a content-type attribute")
	case f.counter:
	case !found:
		f.format = append(f.format, "no content-type attribute")
	case !isOID(ct, sd.ContentType):
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
	if err := checkProtection(si); err != nil {
		f.format = append(f.format, err.Error())
	}
}

func isOID(element []byte, oid []int) bool {
	e, err := der.One(element)
	if err != nil || e.Tag != der.ObjectID {
		return false
	}
	got, err := der.ParseOID(e.Body)
	return err == nil && slices.Equal(got, oid)
}

// checkProtection compares the algorithms that the signer protected (RFC 6211)
// with those that stand unprotected beside them.
func checkProtection(si *cms.SignerInfo) error {
	value, found, err := cms.Single(si.Signed, cms.OIDAlgorithmProtection)
	if err != nil || !found {
		return err
	}
	malformed := errors.New("the algorithm-protection attribute is malformed")
	r, err := der.Inside(value, der.SequenceTag)
	if err != nil {
		return malformed
	}
	e, err := r.Expect(der.SequenceTag)
	if err != nil {
		return malformed
	}
	digest, err := certs.ParseAlgorithmIdentifier(e.Raw)
	if err != nil {
		return malformed
	}
	e, ok, err := r.Optional(der.ContextConstructed(1))
	if err != nil || !ok || r.Done() != nil {
		return malformed
	}
	signature, err := certs.ParseAlgorithmIdentifier(der.Sequence(e.Body))
	if err != nil {
		return malformed
	}
	if !digest.Equal(si.Digest) || !signature.Equal(si.Algorithm) {
		return errors.New("the algorithm-protection attribute names other algorithms than the signer uses")
	}
	return nil
}

var errESSMalformed = errors.New("the signing-certificate attribute is malformed")

// essReferences are the certificates that a signing-certificate attribute
// names (RFC 5035): the signer's, then any others.
type essReferences []essReference

type essReference struct {
	digest certs.Digest
	hash   []byte
	issuer []byte // GeneralNames, contents; nil without issuerSerial
	serial []byte // contents of the INTEGER
}

// parseESS reads SigningCertificate and SigningCertificateV2, which differ in
// the digest only.
func parseESS(value []byte, digest certs.Digest) (essReferences, error) {
	outer, err := der.Inside(value, der.SequenceTag)
	if err != nil {
		return nil, errESSMalformed
	}
	ids, err := outer.Enter(der.SequenceTag)
	if err != nil {
		return nil, errESSMalformed
	}
	var refs essReferences
	for !ids.Empty() {
		ref, err := parseESSCertID(ids, digest)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	if len(refs) == 0 {
		return nil, errESSMalformed
	}
	return refs, nil
}

func parseESSCertID(ids *der.Reader, digest certs.Digest) (essReference, error) {
	ref := essReference{digest: digest}
	id, err := ids.Enter(der.SequenceTag)
	if err != nil {
		return ref, errESSMalformed
	}
	if alg, ok, err := id.Optional(der.SequenceTag); err != nil {
		return ref, errESSMalformed
	} else if ok {
		named, err := certs.ParseAlgorithmIdentifier(alg.Raw)
		if err != nil {
			return ref, errESSMalformed
		}
		if ref.digest, ok = certs.DigestByOID(named.OID); !ok {
			return ref, fmt.Errorf("the signing-certificate attribute uses an unknown digest %v", named.OID)
		}
	}
	hash, err := id.Expect(der.OctetString)
	if err != nil {
		return ref, errESSMalformed
	}
	ref.hash = hash.Body
	issuerSerial, ok, err := id.Optional(der.SequenceTag)
	if err != nil || id.Done() != nil {
		return ref, errESSMalformed
	}
	if ok {
		return ref, ref.parseIssuerSerial(issuerSerial.Body)
	}
	return ref, nil
}

func (ref *essReference) parseIssuerSerial(body []byte) error {
	r := der.NewReader(body)
	names, err := r.Expect(der.SequenceTag)
	if err != nil {
		return errESSMalformed
	}
	serial, err := r.Expect(der.Integer)
	if err != nil || r.Done() != nil {
		return errESSMalformed
	}
	ref.issuer, ref.serial = names.Body, serial.Body
	return nil
}

// names compares the reference with a certificate: the hash, and issuer and
// serial number where they stand.
func (ref *essReference) names(c *certs.Certificate) error {
	var sum []byte
	if fp := c.Fingerprint(); ref.digest.Name == certs.SHA256.Name {
		sum = fp[:]
	} else {
		sum = ref.digest.Sum(c.Raw)
	}
	if !bytes.Equal(ref.hash, sum) {
		return errors.New("the signing-certificate attribute names another certificate")
	}
	if ref.issuer == nil {
		return nil
	}
	if !bytes.Equal(ref.serial, c.RawSerial) {
		return errors.New("the signing-certificate attribute names another serial number than the certificate has")
	}
	// The usual form is one directory name with the very bytes of the issuer.
	if e, err := der.One(ref.issuer); err == nil && e.Tag == der.ContextConstructed(4) && bytes.Equal(e.Body, c.Issuer.Raw) {
		return nil
	}
	general, err := certs.ParseGeneralNames(ref.issuer)
	if err != nil {
		return errESSMalformed
	}
	for _, g := range general {
		if g.Form == certs.FormDirectory && g.Directory.Equal(c.Issuer) {
			return nil
		}
	}
	return errors.New("the signing-certificate attribute names another issuer than the certificate has")
}

// readESS reads the signing-certificate attributes of both versions; both must
// hold when both stand.
func readESS(si *cms.SignerInfo) (lists []essReferences, err error) {
	for _, version := range signingCertificateVersions {
		value, found, err := cms.Single(si.Signed, version.id)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		refs, err := parseESS(value, version.digest)
		if err != nil {
			return nil, err
		}
		lists = append(lists, refs)
	}
	return lists, nil
}

var signingCertificateVersions = []struct {
	id     []int
	digest certs.Digest
}{{cms.OIDSigningCertificateV2, certs.SHA256}, {cms.OIDSigningCertificate, certs.SHA1}}

// gatherESS compares the signing-certificate attributes with the certificate
// that the signer is named by.
func (f *facts) gatherESS() {
	f.essMissing = f.essErr == nil && len(f.ess) == 0
	if f.essErr != nil || f.certificate == nil {
		return
	}
	for _, refs := range f.ess {
		if err := refs[0].names(f.certificate); err != nil {
			f.essErr = err
			return
		}
	}
}

// unnamedIssuers returns the certificates of the path, but the anchor, that an
// attribute with more than one reference leaves out (RFC 5035 section 3).
func (f *facts) unnamedIssuers() []*certs.Certificate {
	var missing []*certs.Certificate
	for _, refs := range f.ess {
		if len(refs) < 2 || len(f.path) == 0 {
			continue
		}
		for _, c := range f.path[1:max(1, len(f.path)-1)] {
			if !slices.ContainsFunc(refs[1:], func(r essReference) bool { return r.names(c) == nil }) {
				missing = append(missing, c)
			}
		}
	}
	return missing
}

// SignedAttributes are statements of the signer that are shown and judged in
// no way (EN 319 122-1 section 5.2).
type SignedAttributes struct {
	SignaturePolicy string   `json:"signature_policy,omitempty"` // identifier, "implied" when there is none
	Commitments     []string `json:"commitments,omitempty"`      // identifiers
	ContentHint     string   `json:"content_hint,omitempty"`     // identifier of the type inside
}

// describeAttributes reads them; nil when there are none.
func describeAttributes(si *cms.SignerInfo) *SignedAttributes {
	var out SignedAttributes
	for _, a := range si.Signed {
		for _, value := range a.Values {
			switch {
			case a.ID.Equal(cms.OIDSignaturePolicy):
				out.SignaturePolicy = firstOID(value, "implied")
			case a.ID.Equal(cms.OIDCommitmentType):
				out.Commitments = append(out.Commitments, firstOID(value, "unreadable"))
			case a.ID.Equal(cms.OIDContentHints):
				out.ContentHint = firstOID(value, "unreadable")
			}
		}
	}
	if out.SignaturePolicy == "" && out.Commitments == nil && out.ContentHint == "" {
		return nil
	}
	return &out
}

// firstOID returns the first identifier directly in a SEQUENCE.
func firstOID(value []byte, otherwise string) string {
	r, err := der.Inside(value, der.SequenceTag)
	if err != nil {
		return otherwise
	}
	for !r.Empty() {
		e, err := r.Next()
		if err != nil {
			break
		}
		if e.Tag != der.ObjectID {
			continue
		}
		if oid, err := der.ParseOID(e.Body); err == nil {
			return oid.String()
		}
	}
	return otherwise
}
