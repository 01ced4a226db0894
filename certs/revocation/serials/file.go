package serials

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"os"
)

// File is a revocation list, in memory or in a file that is mapped into it. It
// may be used by many goroutines. The memory of a mapped one, which is the
// kernel's cache of the file, is given back some time after the last use of the
// File and of every [Index] made of it.
type File struct {
	list list
	opts Options
}

// Open maps a file that holds one DER revocation list and nothing after it. It
// reads the outer structure only. The errors are [ErrTooLarge], [ErrMalformed]
// and those of the file system.
func Open(path string, opts Options) (*File, error) {
	opts = opts.withDefaults()
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w: not a regular file", path, ErrMalformed)
	case info.Size() == 0:
		return nil, fmt.Errorf("%s: %w: empty file", path, ErrMalformed)
	case info.Size() > opts.MaxBytes:
		return nil, fmt.Errorf("%s: %w: %d bytes", path, ErrTooLarge, info.Size())
	}
	m, err := mapFile(f, int(info.Size()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	file := &File{list: list{data: m.data, mapping: m}, opts: opts}
	if err := file.list.guard(file.list.locate); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

// InMemory reads a list in memory, as [Open] reads one in a file. The bytes must
// not be changed while the File or an index of it is in use.
func InMemory(der []byte, opts Options) (*File, error) {
	opts = opts.withDefaults()
	if int64(len(der)) > opts.MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(der))
	}
	f := &File{list: list{data: der}, opts: opts}
	if err := f.list.locate(); err != nil {
		return nil, err
	}
	return f, nil
}

// Size returns the length of the list in bytes.
func (f *File) Size() int { return len(f.list.data) }

// Fields returns the contents octets of tbsCertList with revokedCertificates
// left out: what a reader of small lists can read as one without entries. It
// must not be changed, nor must what Algorithm and Signature return.
func (f *File) Fields() []byte { return f.list.fields }

// Algorithm returns the outer signatureAlgorithm, a complete element.
func (f *File) Algorithm() []byte { return f.list.alg }

// Signature returns signatureValue, a complete BIT STRING.
func (f *File) Signature() []byte { return f.list.value }

// Hash writes tbsCertList, which is what the signature is over, to tbs, and
// takes the digest of the file in the same pass. It is for a list whose index
// comes from [File.Restore].
func (f *File) Hash(tbs hash.Hash) error { return f.list.hash(tbs) }

// Signed calls fn with tbsCertList, for signatures that are made over the bytes
// and not over a digest of them. fn must not keep them.
func (f *File) Signed(fn func(tbs []byte) error) error {
	return f.list.guard(func() error { return fn(f.list.data[f.list.tbs.from:f.list.tbs.to]) })
}

// Digest returns the SHA-256 of the file, reading the file unless that was
// done before.
func (f *File) Digest() ([sha256.Size]byte, error) { return f.list.sum() }

// Index makes the list searchable by the rules, in one pass over the file, and
// writes tbsCertList to tbs in the same pass unless tbs is nil. Use the index
// only when the signature over the hash is right.
//
// Memory beyond the index itself is at most about nine bytes an entry, until
// Index returns. The errors are [SyntaxError], [ErrTooLarge], [ErrChanged] and
// the kernel's refusal of memory.
func (f *File) Index(rules Rules, tbs hash.Hash) (*Index, error) {
	x, err := build(&f.list, f.opts, rules, tbs)
	if f.list.mapping != nil {
		f.list.mapping.drop(0, f.Size()) // what equal serial numbers had compared
		f.list.mapping.random()
	}
	return x, err
}
