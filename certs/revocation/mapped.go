package revocation

import (
	"errors"
	"fmt"
	"slices"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation/serials"
)

// OpenCRL reads a list from a file that stays where it is: its entries are
// found through an index outside the heap, as lists of a nation's size need.
// Everything else is as with [ParseCRL], except that the entries of other
// authorities in an indirect list are not understood, so that such a list
// answers nothing, and that Raw and RawTBS are nil.
//
// indexPath names a file that the index is kept in, so that opening the same
// list again need not read the entries; "" keeps none. The file of the list
// may be replaced by renaming another over it, but not be written into: what
// is asked of it then is undetermined.
func OpenCRL(path, indexPath string, opts serials.Options) (*CRL, error) {
	f, err := serials.Open(path, opts)
	if err != nil {
		return nil, mappedError(err)
	}
	l := &CRL{Scope: Scope{Reasons: certs.AllReasons}}
	sig, err := der.One(f.Signature())
	if err != nil {
		return nil, listError("signatureValue", err)
	}
	if bits, unused, err := der.ParseBitString(sig.Body); err == nil && unused == 0 {
		l.Signature = bits
	}
	if err := l.parseTBS(der.NewReader(f.Fields()), f.Algorithm()); err != nil {
		return nil, err
	}
	if err := l.takeIndex(f, indexPath); err != nil {
		return nil, mappedError(err)
	}
	return l, nil
}

// takeIndex makes the index, or reads the one that was kept, and the digest
// that the signature is over.
func (l *CRL) takeIndex(f *serials.File, indexPath string) error {
	alg, err := certs.ParseAlgorithm(l.Algorithm)
	if err != nil {
		return err
	}
	if alg.Scheme == certs.Ed25519 {
		return fmt.Errorf("%w: Ed25519 signs a list as a whole", certs.ErrAlgorithm)
	}
	tbs := alg.Digest.New()
	if indexPath != "" {
		if l.index, err = f.Restore(indexPath); err == nil {
			if err := f.Hash(tbs); err != nil {
				return err
			}
		}
	}
	if l.index == nil {
		if l.index, err = f.Index(tbs); err != nil {
			return err
		}
		if indexPath != "" {
			if err := l.index.Save(indexPath); err != nil {
				return err
			}
		}
	}
	l.tbsDigest = tbs.Sum(nil)
	l.Entries = l.index.Len()
	for _, oid := range l.index.Critical() {
		if !slices.ContainsFunc(l.Unhandled, oid.Equal) {
			l.Unhandled = append(l.Unhandled, oid)
		}
	}
	l.digest, err = f.Digest()
	return err
}

// mappedError makes the index's errors this package's.
func mappedError(err error) error {
	if errors.Is(err, serials.ErrMalformed) {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return err
}

// find looks an entry up in the index.
func (l *CRL) find(serial []byte) (entry, bool, error) {
	e, ok, err := l.index.Find(serial)
	if err != nil || !ok {
		return entry{}, false, err
	}
	return entry{revokedAt: e.RevokedAt, reason: Reason(e.Reason)}, true, nil
}
