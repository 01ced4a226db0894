package cms

import (
	"slices"

	"tamga/certs"
	"tamga/certs/der"
)

// HashIndex returns the ATSHashIndexV3 of a signer, numbered from zero, as the
// container stands (EN 319 122-1 section 5.5.2): the digests of every
// certificate, of all revocation information, and of every value of an
// unsigned attribute together with the attribute's type.
func (d *Draft) HashIndex(signer int, digest certs.Digest) ([]byte, error) {
	values, err := d.Signers[signer].unsignedValues()
	if err != nil {
		return nil, err
	}
	list := func(elements [][]byte) []byte {
		hashes := make([][]byte, len(elements))
		for i, e := range elements {
			hashes[i] = der.Octets(digest.Sum(e))
		}
		return der.Sequence(hashes...)
	}
	return der.Sequence(der.Sequence(der.OID(digest.OID)), list(d.certificates), list(d.revocation), list(values)), nil
}

// unsignedValues returns each value with the type of its attribute before it.
func (s *DraftSigner) unsignedValues() ([][]byte, error) {
	var all [][]byte
	for _, raw := range s.unsigned {
		r, err := der.Inside(raw, der.SequenceTag)
		if err != nil {
			return nil, err
		}
		kind, err := r.Expect(der.ObjectID)
		if err != nil {
			return nil, err
		}
		values, err := elements(r, der.SetTag, maxAttributes)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			all = append(all, slices.Concat(kind.Raw, v))
		}
	}
	return all, nil
}

// ArchiveInput returns what an archive timestamp of a signer is made over (EN
// 319 122-1 section 5.5.3): the type of the content, the digest of the content,
// the fields of the SignerInfo from version to signature as they stand, and the
// index.
func (d *Draft) ArchiveInput(signer int, contentDigest, index []byte) ([][]byte, error) {
	r, err := der.Inside(d.encap, der.SequenceTag)
	if err != nil {
		return nil, err
	}
	contentType, err := r.Expect(der.ObjectID)
	if err != nil {
		return nil, err
	}
	s := &d.Signers[signer]
	return [][]byte{contentType.Raw, contentDigest, s.version, s.sid, s.digest, s.signed, s.algorithm, s.signature, index}, nil
}

// AddArchiveTimestamp adds a token over [Draft.ArchiveInput] to a signer, with
// the index inside the token, where EN 319 122-1 section 5.5.2 wants it.
func (d *Draft) AddArchiveTimestamp(signer int, token, index []byte) error {
	t, err := Edit(token)
	if err != nil {
		return err
	}
	for i := range t.Signers {
		t.Signers[i].AddUnsigned(Attribute{ID: OIDArchiveHashIndexV3, Values: [][]byte{index}})
	}
	d.Signers[signer].AddUnsigned(Attribute{ID: OIDArchiveTimestampV3, Values: [][]byte{t.DER()}})
	return nil
}
