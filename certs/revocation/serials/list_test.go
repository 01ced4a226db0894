package serials_test

import (
	"bufio"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"math/big"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation/serials"
)

var began = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// issuer is an authority that signs the lists of the tests.
type issuer struct {
	ca.Holder
	alg certs.Algorithm
	id  certs.AlgorithmIdentifier
}

func newIssuer(t testing.TB, f ca.Family) issuer {
	t.Helper()
	a, err := ca.New(f, began, ca.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := a.Issue(ca.Person{Surname: "ТІЗІМ", NotAfter: began.AddDate(1, 0, 0), Template: func(t *ca.Template) {
		t.Set(ca.KeyUsage(certs.CRLSign))
	}})
	if err != nil {
		t.Fatal(err)
	}
	alg, id, err := certs.SigningAlgorithm(h.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return issuer{h, alg, id}
}

// verify checks a signature over a digest.
func (i issuer) verify(t testing.TB, digest, signature []byte) {
	t.Helper()
	e, err := der.One(signature)
	if err != nil {
		t.Fatal(err)
	}
	bits, _, err := der.ParseBitString(e.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.alg.VerifyDigest(i.Key.Public(), digest, bits); err != nil {
		t.Fatalf("signature over the list: %v", err)
	}
}

// head is what stands before the entries, without the version.
func (i issuer) head() []byte {
	return der.Encode(0, i.id.DER(), i.Certificate.Subject.Raw, der.Time(began), der.Time(began.AddDate(0, 0, 1)))[2:]
}

// listOf makes a signed list of complete entries.
func (i issuer) listOf(t testing.TB, entries ...[]byte) []byte {
	t.Helper()
	var revoked []byte
	if len(entries) > 0 {
		revoked = der.Sequence(entries...)
	}
	tbs := der.Sequence(version2(), i.id.DER(), i.Certificate.Subject.Raw, der.Time(began), der.Time(began.AddDate(0, 0, 1)), revoked, crlNumber(7))
	return i.signed(t, tbs)
}

func (i issuer) signed(t testing.TB, tbs []byte) []byte {
	t.Helper()
	sig, err := i.Key.Sign(rand.Reader, i.alg.Digest.Sum(tbs), i.alg.Digest.SignerOpts())
	if err != nil {
		t.Fatal(err)
	}
	return der.Sequence(tbs, i.id.DER(), der.Bits(sig))
}

func version2() []byte { return der.Int(big.NewInt(1)) }

// crlNumber is crlExtensions with a number only.
func crlNumber(n int64) []byte {
	id := der.OID([]int{2, 5, 29, 20})
	return der.Encode(der.ContextConstructed(0), der.Sequence(der.Sequence(id, der.Octets(der.Int(big.NewInt(n))))))
}

// entryOf makes an entry of the contents of a serial number; extras are
// complete extensions.
func entryOf(serial []byte, at time.Time, extras ...[]byte) []byte {
	var exts []byte
	if len(extras) > 0 {
		exts = der.Sequence(extras...)
	}
	return der.Sequence(der.Encode(der.Integer, serial), der.Time(at), exts)
}

func reason(code byte) []byte {
	return der.Sequence(der.OID([]int{2, 5, 29, 21}), der.Octets(der.Encode(der.Enumerated, []byte{code})))
}

// source makes serial numbers like the national ones: 16 to 20 bytes, most of
// them revoked for a reason. The same source makes the same list again.
type source struct {
	r  *mrand.Rand
	cc *mrand.ChaCha8
}

func newSource(name byte) *source {
	cc := mrand.NewChaCha8([32]byte{name})
	return &source{mrand.New(cc), cc}
}

func (s *source) serial(buf []byte) []byte {
	b := buf[:16+s.r.IntN(5)]
	s.cc.Read(b)
	if b[0] &= 0x7f; b[0] == 0 {
		b[0] = 0x10
	}
	return b
}

// entry appends an entry to b.
func (s *source) entry(b, serial []byte) []byte {
	exts := "\x30\x0c\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01"
	r := s.r.Uint64()
	if r%10 == 0 {
		exts = ""
	}
	size := 2 + len(serial) + 15
	if exts != "" {
		size += len(exts) + 1
	}
	b = append(b, 0x30, byte(size), 0x02, byte(len(serial)))
	b = append(b, serial...)
	b = append(b, 0x17, 13)
	b = began.Add(-time.Duration(r>>8%31_000_000)*time.Second).AppendFormat(b, "060102150405Z")
	if exts != "" {
		b = append(append(b, exts...), byte(1+r>>40%5))
	}
	return b
}

// big is a list on disk.
type bigList struct {
	path    string
	issuer  issuer
	entries int
	size    int64
	listed  [][]byte // some serial numbers that are on it
	foreign [][]byte // as many that are not
}

// writeList makes a list of n entries in a file, without ever holding it: once
// to know its lengths, once to write it.
func writeList(t testing.TB, n int) *bigList {
	t.Helper()
	l := &bigList{path: filepath.Join(t.TempDir(), "list.crl"), issuer: newIssuer(t, ca.RSA), entries: n}
	revoked := 0
	l.generate(n, func(entry, _ []byte) { revoked += len(entry) })

	head := append(version2(), l.issuer.head()...)
	tail := crlNumber(7)
	tbsBody := len(head) + header(revoked) + revoked + len(tail)
	sigSize := len(l.issuer.id.DER()) + len(der.Bits(make([]byte, 256)))

	f, err := os.Create(l.path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 2<<20) // as package fetch writes
	signed := sha256.New()
	tbs := bufio.NewWriterSize(io.MultiWriter(out, signed), 1<<20)

	out.Write(opening(header(tbsBody) + tbsBody + sigSize))
	tbs.Write(opening(tbsBody))
	tbs.Write(head)
	tbs.Write(opening(revoked))
	l.generate(n, func(entry, _ []byte) { tbs.Write(entry) })
	tbs.Write(tail)
	tbs.Flush()
	sig, err := l.issuer.Key.Sign(rand.Reader, signed.Sum(nil), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(l.issuer.id.DER())
	out.Write(der.Bits(sig))
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	l.size = info.Size()
	l.sample(min(n, 200_000))
	return l
}

// generate makes the entries one after another.
func (l *bigList) generate(n int, fn func(entry, serial []byte)) {
	s := newSource(1)
	var serial, entry [80]byte
	for range n {
		b := s.serial(serial[:])
		fn(s.entry(entry[:0], b), b)
	}
}

// sample keeps n serial numbers from all over the list, and makes as many
// others, in random order.
func (l *bigList) sample(n int) {
	i, every := 0, max(l.entries/n, 1)
	l.generate(l.entries, func(_, serial []byte) {
		if i++; i%every == 0 && len(l.listed) < n {
			l.listed = append(l.listed, append([]byte(nil), serial...))
		}
	})
	s := newSource(2)
	for range l.listed {
		var b [20]byte
		l.foreign = append(l.foreign, append([]byte(nil), s.serial(b[:])...))
	}
	s.r.Shuffle(len(l.listed), func(i, j int) { l.listed[i], l.listed[j] = l.listed[j], l.listed[i] })
	// A serial number that is asked for was read a moment ago: it is not what
	// the processor has to wait for.
	l.listed = sideBySide(l.listed)
	l.foreign = sideBySide(l.foreign)
}

// sideBySide copies the slices into one piece of memory, in their order.
func sideBySide(in [][]byte) [][]byte {
	room := make([]byte, 0, 20*len(in))
	out := make([][]byte, len(in))
	for i, b := range in {
		room = append(room, b...)
		out[i] = room[len(room)-len(b):]
	}
	return out
}

// load is the way of a new list: signature and index.
func load(b testing.TB, l *bigList) *serials.Index {
	f, err := serials.Open(l.path, serials.Options{})
	if err != nil {
		b.Fatal(err)
	}
	signed := sha256.New()
	x, err := f.Index(serials.Rules{}, signed)
	if err != nil {
		b.Fatal(err)
	}
	l.issuer.verify(b, signed.Sum(nil), f.Signature())
	if x.Len() != l.entries {
		b.Fatalf("%d entries", x.Len())
	}
	return x
}

// opening is the header of a SEQUENCE whose contents have the length.
func opening(n int) []byte { return der.Sequence(make([]byte, n))[:header(n)] }

// header is the length of the header of a SEQUENCE of n bytes.
func header(n int) int {
	switch {
	case n < 1<<7:
		return 2
	case n < 1<<8:
		return 3
	case n < 1<<16:
		return 4
	case n < 1<<24:
		return 5
	}
	return 6
}

// testKey is what the tests keep indexes with.
var testKey = serials.Key{7}

// build makes an index of a list in memory.
func build(list []byte, opts serials.Options) (*serials.Index, error) {
	f, err := serials.InMemory(list, opts)
	if err != nil {
		return nil, err
	}
	return f.Index(serials.Rules{}, nil)
}

// restore reads the index of a list in memory.
func restoreIndex(path string, list []byte, opts serials.Options) (*serials.Index, error) {
	f, err := serials.InMemory(list, opts)
	if err != nil {
		return nil, err
	}
	return f.Restore(path, testKey)
}
