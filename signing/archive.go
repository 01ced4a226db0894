package signing

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing/cms"
	"tamga/signing/tsp"
)

// hashIndex is an ATSHashIndexV3 (EN 319 122-1 section 5.5.2) or one of its
// older forms: digests of the certificates, the revocation information and the
// unsigned attributes that an archive timestamp protects.
type hashIndex struct {
	name string
	// older says that it lists whole attributes, and not each of their values
	// with its type (TS 101 733 V2.2.1 section 6.4.2).
	older        bool
	raw          []byte
	digest       certs.Digest
	certificates [][]byte
	revocation   [][]byte
	unsigned     [][]byte
}

// maxIndexed bounds the digests of one list of an index.
const maxIndexed = 1000

// errIndex means that what an archive timestamp is about cannot be found out,
// since its index breaks the rules.
var errIndex = errors.New("the index of the archive timestamp is malformed")

// findHashIndex finds the index in the unsigned attributes of a token, the newest
// form first.
func findHashIndex(t *tsp.Token) (*hashIndex, error) {
	unsigned := t.Signer().Unsigned
	for _, form := range []hashIndex{{name: "ats-hash-index-v3"}, {name: "ats-hash-index-v2", older: true}, {name: "ats-hash-index", older: true}} {
		id := map[string]asn1.ObjectIdentifier{
			"ats-hash-index-v3": cms.OIDArchiveHashIndexV3, "ats-hash-index-v2": cms.OIDArchiveHashIndexV2, "ats-hash-index": cms.OIDArchiveHashIndex,
		}[form.name]
		value, found, err := cms.Single(unsigned, id)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errIndex, err)
		}
		if found {
			form.raw = value
			return &form, nil
		}
	}
	if len(unsigned) > 0 {
		return nil, fmt.Errorf("%w: they have no index of a known form", errNotEvaluated)
	}
	return nil, errors.New("an archive timestamp without ats-hash-index-v3")
}

// parseHashIndex reads the index of a token.
func parseHashIndex(t *tsp.Token) (*hashIndex, error) {
	x, err := findHashIndex(t)
	if err != nil {
		return nil, err
	}
	malformed := fmt.Errorf("%w: %s", errIndex, x.name)
	r, err := der.Inside(x.raw, der.SequenceTag)
	if err != nil {
		return nil, malformed
	}
	if x.digest, err = x.readDigest(r); errors.Is(err, certs.ErrAlgorithm) {
		return nil, err
	} else if err != nil {
		return nil, malformed
	}
	for _, list := range []*[][]byte{&x.certificates, &x.revocation, &x.unsigned} {
		in, err := r.Enter(der.SequenceTag)
		if err != nil {
			return nil, malformed
		}
		for !in.Empty() {
			hash, err := in.Expect(der.OctetString)
			if err != nil {
				return nil, malformed
			}
			if len(*list) == maxIndexed {
				return nil, fmt.Errorf("%w: %s lists more than %d objects of a kind", errNotEvaluated, x.name, maxIndexed)
			}
			*list = append(*list, hash.Body)
		}
	}
	if r.Done() != nil {
		return nil, malformed
	}
	return x, nil
}

// readDigest reads the algorithm of an index, which the older forms leave out when
// it is SHA-256: a list of digests stands in its place then.
func (x *hashIndex) readDigest(r *der.Reader) (certs.Digest, error) {
	if x.older {
		ahead := *r
		if list, err := ahead.Enter(der.SequenceTag); err == nil {
			if tag, some := list.Peek(); !some || tag != der.ObjectID {
				return certs.SHA256, nil
			}
		}
	}
	e, err := r.Expect(der.SequenceTag)
	if err != nil {
		return certs.Digest{}, err
	}
	alg, err := certs.ParseAlgorithmIdentifier(e.Raw)
	if err != nil {
		return certs.Digest{}, err
	}
	d, ok := certs.DigestByOID(alg.OID)
	if !ok {
		return d, fmt.Errorf("%w: digest %v of %s", certs.ErrAlgorithm, alg.OID, x.name)
	}
	return d, nil
}

// archived is an object that an index may list, and what it proves then.
type archived struct {
	keys  []objectKey
	parts [][]byte
}

// match finds the objects that a list names; an index that names something
// that is not there is not valid (EN 319 122-1 section 5.5.2).
func (x *hashIndex) match(list [][]byte, objects []archived, what string) ([]objectKey, error) {
	sums := map[string][]objectKey{}
	for _, o := range objects {
		sums[string(x.digest.Sum(o.parts...))] = o.keys
	}
	var keys []objectKey
	for _, hash := range list {
		found, ok := sums[string(hash)]
		switch {
		case ok:
			keys = append(keys, found...)
		case x.older:
			// Attributes may have been added to since, and who made such an index
			// did not always list what the standard says.
			return nil, fmt.Errorf("%w: %s lists %s that the signature does not carry as it was", errNotEvaluated, x.name, what)
		default:
			return nil, fmt.Errorf("%s lists %s that the signature does not carry", x.name, what)
		}
	}
	return keys, nil
}

// covered returns the objects that an index lists.
func (c *container) covered(x *hashIndex, si *cms.SignerInfo) ([]objectKey, error) {
	set := func(raw [][]byte) []archived {
		objects := make([]archived, len(raw))
		for i, r := range raw {
			objects[i] = archived{[]objectKey{keyOf(r)}, [][]byte{r}}
		}
		return objects
	}
	unsigned := unsignedObjects(si, x.older)
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

// unsignedObjects are the unsigned attributes of a signer as an index lists them:
// each value with its type, or, in older ones, each attribute as it stands, or as
// DER has the order of its values.
func unsignedObjects(si *cms.SignerInfo, whole bool) []archived {
	var all []archived
	for _, a := range si.Unsigned {
		keys := make([]objectKey, len(a.Values))
		for i, value := range a.Values {
			keys[i] = unsignedKey(a, value)
			if !whole {
				all = append(all, archived{keys[i : i+1], [][]byte{der.OID(a.ID), value}})
			}
		}
		if whole {
			all = append(all,
				archived{keys, [][]byte{der.Sequence(der.OID(a.ID), der.Encode(der.SetTag, a.Values...))}},
				archived{keys, [][]byte{der.Sequence(der.OID(a.ID), der.Set(a.Values...))}})
		}
	}
	return all
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
			return fmt.Errorf("%w: %s uses another digest than the imprint", errIndex, x.name)
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
