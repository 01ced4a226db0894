package signing

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing/cms"
	"tamga/signing/tsp"
)

// hashIndex is an ATSHashIndexV3 (EN 319 122-1 section 5.5.2): digests of the
// certificates, the revocation information and the unsigned attributes that
// an archive timestamp protects.
type hashIndex struct {
	raw          []byte
	digest       certs.Digest
	certificates [][]byte
	revocation   [][]byte
	unsigned     [][]byte
}

// maxIndexed bounds the digests of one list of an index.
const maxIndexed = 1000

// parseHashIndex reads the index in the unsigned attributes of a token.
func parseHashIndex(t *tsp.Token) (*hashIndex, error) {
	value, found, err := cms.Single(t.Signer().Unsigned, cms.OIDArchiveHashIndexV3)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errors.New("an archive timestamp without ats-hash-index-v3")
	}
	malformed := errors.New("ats-hash-index-v3 is malformed")
	r, err := der.Inside(value, der.SequenceTag)
	if err != nil {
		return nil, malformed
	}
	e, err := r.Expect(der.SequenceTag)
	if err != nil {
		return nil, malformed
	}
	alg, err := certs.ParseAlgorithmIdentifier(e.Raw)
	if err != nil {
		return nil, malformed
	}
	x := &hashIndex{raw: value}
	var ok bool
	if x.digest, ok = certs.DigestByOID(alg.OID); !ok {
		return nil, fmt.Errorf("%w: digest %v of ats-hash-index-v3", certs.ErrAlgorithm, alg.OID)
	}
	for _, list := range []*[][]byte{&x.certificates, &x.revocation, &x.unsigned} {
		in, err := r.Enter(der.SequenceTag)
		if err != nil {
			return nil, malformed
		}
		for !in.Empty() {
			hash, err := in.Expect(der.OctetString)
			if err != nil || len(*list) == maxIndexed {
				return nil, malformed
			}
			*list = append(*list, hash.Body)
		}
	}
	if r.Done() != nil {
		return nil, malformed
	}
	return x, nil
}

// archived is an object that an index may list.
type archived struct {
	key   objectKey
	parts [][]byte
}

// match finds the objects that a list names; an index that names something
// that is not there is not valid (EN 319 122-1 section 5.5.2).
func (x *hashIndex) match(list [][]byte, objects []archived, what string) ([]objectKey, error) {
	sums := map[string]objectKey{}
	for _, o := range objects {
		sums[string(x.digest.Sum(o.parts...))] = o.key
	}
	var keys []objectKey
	for _, hash := range list {
		key, ok := sums[string(hash)]
		if !ok {
			return nil, fmt.Errorf("ats-hash-index-v3 lists %s that the signature does not carry", what)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// covered returns the objects that an index lists.
func (c *container) covered(x *hashIndex, si *cms.SignerInfo) ([]objectKey, error) {
	set := func(raw [][]byte) []archived {
		objects := make([]archived, len(raw))
		for i, r := range raw {
			objects[i] = archived{keyOf(r), [][]byte{r}}
		}
		return objects
	}
	var unsigned []archived
	for _, a := range si.Unsigned {
		for _, value := range a.Values {
			unsigned = append(unsigned, archived{unsignedKey(a, value), [][]byte{der.OID(a.ID), value}})
		}
	}
	var all []objectKey
	for _, l := range []struct {
		hashes  [][]byte
		objects []archived
		what    string
	}{
		{x.certificates, set(c.sd.CertificateSet), "a certificate"},
		{x.revocation, set(c.sd.RevocationSet), "revocation information"},
		{x.unsigned, unsigned, "an unsigned attribute"},
	} {
		keys, err := x.match(l.hashes, l.objects, l.what)
		if err != nil {
			return nil, err
		}
		all = append(all, keys...)
	}
	return all, nil
}

// imprintOfArchive compares the imprint of an archive timestamp with what EN
// 319 122-1 section 5.5.3 says: the type of the content, the digest of the
// content, the fields of the SignerInfo from version to signature, and the
// index.
func (c *container) imprintOfArchive(si *cms.SignerInfo) func(*tsp.Token) error {
	return func(t *tsp.Token) error {
		x, err := parseHashIndex(t)
		if err != nil {
			return err
		}
		d, ok := t.Info.Imprint.Digest()
		if !ok {
			return fmt.Errorf("%w: %v", tsp.ErrImprintAlgorithm, t.Info.Imprint.Algorithm.OID)
		}
		if d.Name != x.digest.Name {
			return errors.New("ats-hash-index-v3 uses another digest than the imprint")
		}
		sum, ok := c.content.sum(d)
		if !ok {
			return errContentUnknown
		}
		want := d.Sum(der.OID(c.sd.ContentType), sum, si.Fixed, x.raw)
		if !bytes.Equal(want, t.Info.Imprint.Hash) {
			return tsp.ErrImprint
		}
		_, err = c.covered(x, si)
		return err
	}
}

// cover enters what a trusted archive timestamp proves: the signature, and the
// objects that its index lists.
func (c *container) cover(t *token, si *cms.SignerInfo, p *proofs, at time.Time) {
	x, err := parseHashIndex(t.parsed)
	if err != nil {
		return // then it was not trusted
	}
	keys, err := c.covered(x, si)
	if err != nil {
		return
	}
	p.add(signatureKey(si), at)
	for _, k := range keys {
		p.add(k, at)
	}
}
