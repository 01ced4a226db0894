package revocation

import (
	"hash"

	"tamga/certs"
	"tamga/certs/revocation/serials"
)

// IndexFile is where the index of a list is kept, so that opening the same list
// again need not read the entries. The zero value keeps none.
type IndexFile struct {
	Path string
	// Key is a secret of the program: an index that was not made with it is made
	// anew, and not believed.
	Key serials.Key
}

// OpenCRL reads a list from a file that stays where it is: its entries are
// found through an index outside the heap, as lists of a nation's size need.
// Everything else is as with [ParseCRL], except that Raw and RawTBS are nil.
//
// An index that cannot be kept is told of by [CRL.NotKept] and is no error. The
// file of the list may be replaced by renaming another over it, but not be
// written into: what is asked of it then is undetermined.
func OpenCRL(path string, kept IndexFile, opts serials.Options) (*CRL, error) {
	f, err := serials.Open(path, opts)
	if err != nil {
		return nil, readError(err)
	}
	l, rules, err := readFields(f)
	if err != nil {
		return nil, err
	}
	if err := l.takeIndex(f, rules, kept); err != nil {
		return nil, readError(err)
	}
	return l, l.takeEntries()
}

// takeIndex makes the index, or reads the one that was kept, and the digest
// that the signature is over. A signature over the whole list, or by an algorithm
// that is not known, is for whoever asks about it.
func (l *CRL) takeIndex(f *serials.File, rules serials.Rules, kept IndexFile) error {
	var tbs hash.Hash
	if alg, err := certs.ParseAlgorithm(l.Algorithm); err == nil && alg.Scheme != certs.Ed25519 {
		tbs = alg.Digest.New()
	}
	if err := l.restoreIndex(f, tbs, kept); err != nil {
		return err
	}
	if l.index == nil {
		var err error
		if l.index, err = f.Index(rules, tbs); err != nil {
			return err
		}
		if kept.Path != "" && !l.index.Indirect() {
			l.NotKept = l.index.Save(kept.Path, kept.Key)
		}
	}
	if tbs != nil {
		l.tbsDigest = tbs.Sum(nil)
	}
	return nil
}

// restoreIndex takes the index that was kept, if there is one of this list.
func (l *CRL) restoreIndex(f *serials.File, tbs hash.Hash, kept IndexFile) (err error) {
	if kept.Path == "" {
		return nil
	}
	if l.index, err = f.Restore(kept.Path, kept.Key); err != nil {
		return nil // it is made anew, which meets what is wrong with the list
	}
	return f.Hash(tbs)
}
