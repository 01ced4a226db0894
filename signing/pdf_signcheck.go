package signing

import (
	"bytes"
	"errors"
	"fmt"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing/cms"
	"tamga/signing/pades"
)

// checkRevision reads a file that was given a revision and compares it with what
// it was: every old byte and every old signature must still be there, and the
// revision must be one that each of them allows. It returns the new signature,
// nil when there is none.
func checkRevision(file []byte, before *pades.Document, out []byte) (*addedSignature, error) {
	if !bytes.HasPrefix(out, file) {
		return nil, fmt.Errorf("%w: it does not begin with the file", ErrOutput)
	}
	after, err := pades.Read(out)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if err := after.Sound(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if len(after.Revisions) != len(before.Revisions)+1 {
		return nil, fmt.Errorf("%w: %d revisions after %d", ErrOutput, len(after.Revisions), len(before.Revisions))
	}
	old := len(before.Signatures)
	if n := len(after.Signatures); n < old || n > old+1 {
		return nil, fmt.Errorf("%w: %d signatures after %d", ErrOutput, n, old)
	}
	for i, was := range before.Signatures {
		is := after.Signatures[i]
		if was.ID != is.ID || was.ByteRange != is.ByteRange || !bytes.Equal(was.Contents, is.Contents) ||
			was.Field != is.Field || was.Certification != is.Certification {
			return nil, fmt.Errorf("%w: signature %s is no longer the same", ErrOutput, was.ID)
		}
	}
	if err := permitsRevision(after, old); err != nil {
		return nil, err
	}
	if len(after.Signatures) == old {
		return nil, nil
	}
	return &addedSignature{after, after.Signatures[old]}, nil
}

// addedSignature is the signature of a revision of ours, as read back.
type addedSignature struct {
	doc *pades.Document
	pades.Signature
}

// checkPlace applies what must hold for anything that we sign or have stamped.
// parts is what was digested.
func (s *addedSignature) checkPlace(parts [2][]byte) error {
	if s == nil {
		return fmt.Errorf("%w: the signature is not found again", ErrOutput)
	}
	found := s.doc.SignedBytes(s.Signature)
	if !s.CoversWholeFile || len(s.Problems) > 0 || !same(found[0], parts[0]) || !same(found[1], parts[1]) {
		return fmt.Errorf("%w: other bytes are covered than were digested", ErrOutput)
	}
	return nil
}

// same says whether two slices are the same memory, so that what was digested
// need not be digested again.
func same(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// check verifies the new signature as it stands in the file: a PAdES baseline
// signature (EN 319 142-1 section 6.3) by the key over the digest.
func (r revisionSigner) check(s *addedSignature, digest []byte) error {
	if s.DocMDP != r.opt.Certify || s.Certification != (r.opt.Certify > 0) {
		return fmt.Errorf("%w: certified for %d, not %d", ErrOutput, s.DocMDP, r.opt.Certify)
	}
	si, err := onlySigner(s.Contents)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if s.SubFilter != "ETSI.CAdES.detached" || s.ClaimedTime.IsZero() ||
		!si.Has(cms.OIDSigningCertificateV2) || si.Has(cms.OIDSigningTime) {
		return fmt.Errorf("%w: not a PAdES baseline signature", ErrOutput)
	}
	want, found, err := cms.Single(si.Signed, cms.OIDMessageDigest)
	if err != nil || !found || !bytes.Equal(want, der.Octets(digest)) || !si.Names(r.certificate) {
		return fmt.Errorf("%w: the CMS is about other bytes or by another signer", ErrOutput)
	}
	alg, err := certs.SignerInfoAlgorithm(si.Algorithm, si.Digest)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if err := alg.Verify(r.certificate.PublicKey, si.SignedDER, si.Signature); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return nil
}

var errNotOneSigner = errors.New("the CMS is not detached with one signer")

// onlySigner takes the signer out of a detached CMS of our own making. The second
// reader that [cms.Read] asks is for the containers of strangers.
func onlySigner(container []byte) (cms.SignerInfo, error) {
	info, err := der.Inside(container, der.SequenceTag)
	if err != nil {
		return cms.SignerInfo{}, err
	}
	if id, err := info.ReadOID(); err != nil || !id.Equal(cms.OIDSignedData) {
		return cms.SignerInfo{}, cms.ErrNotSignedData
	}
	explicit, err := info.Enter(der.ContextConstructed(0))
	if err != nil {
		return cms.SignerInfo{}, err
	}
	sd, err := explicit.Enter(der.SequenceTag)
	if err != nil {
		return cms.SignerInfo{}, err
	}
	if _, err := sd.ReadInt(); err != nil {
		return cms.SignerInfo{}, err
	}
	if _, err := sd.Expect(der.SetTag); err != nil {
		return cms.SignerInfo{}, err
	}
	content, err := sd.Expect(der.SequenceTag)
	if err != nil || !bytes.Equal(content.Body, der.OID(cms.OIDData)) {
		return cms.SignerInfo{}, errNotOneSigner
	}
	if _, err := sd.Expect(der.ContextConstructed(0)); err != nil {
		return cms.SignerInfo{}, err
	}
	signers, err := sd.Expect(der.SetTag)
	if err != nil || !sd.Empty() {
		return cms.SignerInfo{}, errNotOneSigner
	}
	return cms.ParseSignerInfo(signers.Body)
}
