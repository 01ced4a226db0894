package revocation_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/serials"
	"tamga/oracletest"
)

// TestOracleTwins makes lists that no authority would, and some that one would,
// and reads each in three ways: in memory, from a file, and from the file with
// the index that was kept. All must agree with each other and with what the
// maker meant by the list.
func TestOracleTwins(t *testing.T) {
	w := newTwins(t)
	for c := range oracletest.Cases(t, oracletest.Lists) {
		w.one(t, c)
		if t.Failed() {
			return
		}
	}
}

// twins is what the cases have in common.
type twins struct {
	dir     string
	ecdsa   signer
	ed25519 signer
	unknown signer       // under an algorithm that nobody knows
	names   []certs.Name // of authorities: the list's own first, the last never stands in a list
	respelt []byte       // the own name in other letters and string types
}

func newTwins(t *testing.T) *twins {
	w := &twins{dir: memoryFolder(t)}
	for _, cn := range []string{"Own", "Beta", "Gamma", "Nobody"} {
		w.names = append(w.names, parseName(t, commonName(der.UTF8String, cn)))
	}
	w.respelt = commonName(der.PrintableString, " OWN ")
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	by := func(key crypto.Signer, id ...int) signer {
		return signer{der.Sequence(der.OID(id)), key, &certs.Certificate{Subject: w.names[0], PublicKey: key.Public()}}
	}
	w.ecdsa, w.ed25519, w.unknown = by(curve, 1, 2, 840, 10045, 4, 3, 2), by(edwards, 1, 3, 101, 112), by(curve, 1, 2, 398, 55)
	return w
}

// memoryFolder is a folder for files that are written and synced thousands of
// times, in memory where there is such a place.
func memoryFolder(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "tamga-lists-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// signer signs lists under an algorithm.
type signer struct {
	alg         []byte
	key         crypto.Signer
	certificate *certs.Certificate
}

// sign signs a list; an algorithm that nobody knows gives bytes of no meaning.
func (s signer) sign(t *testing.T, tbs []byte) []byte {
	signed, hash := tbs, crypto.Hash(0)
	if _, ok := s.key.(*ecdsa.PrivateKey); ok {
		sum := sha256.Sum256(tbs)
		signed, hash = sum[:], crypto.SHA256
	}
	value, err := s.key.Sign(rand.Reader, signed, hash)
	if err != nil {
		t.Fatal(err)
	}
	return der.Sequence(tbs, s.alg, der.Bits(value))
}

func commonName(tag der.Tag, cn string) []byte {
	return der.Sequence(der.Set(der.Sequence(der.OID([]int{2, 5, 4, 3}), der.Encode(tag, []byte(cn)))))
}

func parseName(t *testing.T, raw []byte) certs.Name {
	n, err := certs.ParseName(raw)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// sheet is a list in the making, with what is meant by it.
type sheet struct {
	oracletest.Case
	w         *twins
	version1  bool
	indirect  bool
	delta     bool
	scope     twinScope
	this      time.Time
	next      time.Time // zero when absent
	extras    [][]byte  // of the list, complete extensions
	entries   []twinEntry
	malformed bool // the list is no list
	unread    bool // it answers nothing: something critical is not understood
	pool      [][]byte
	by        signer
}

// twinEntry is one entry and what is meant by it.
type twinEntry struct {
	raw    []byte
	serial []byte
	at     time.Time
	reason revocation.Reason
	of     []certs.Name // whose; resolved
}

func (w *twins) one(t *testing.T, c oracletest.Case) {
	base := w.sheet(c, false)
	lists := [][]*revocation.CRL{w.read(t, base, "base")}
	if c.IntN(3) == 0 {
		delta := w.sheet(c, true)
		lists = append(lists, w.read(t, delta, "delta"))
	}
	for i := range lists[0] {
		if lists[0][i] == nil {
			return // malformed, and all agree
		}
	}
	w.compareAnswers(t, base, lists)
	if len(lists) == 1 {
		w.compareStatuses(t, base, lists[0])
	}
}

// read reads a list in all ways and holds the results against each other and
// against what is meant. The result is in memory, from the file, restored.
func (w *twins) read(t *testing.T, s *sheet, name string) []*revocation.CRL {
	raw := s.encode(t)
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	os.Remove(path + ".index")
	read := []func() (*revocation.CRL, error){
		func() (*revocation.CRL, error) { return revocation.ParseCRL(raw) },
		func() (*revocation.CRL, error) {
			return revocation.OpenCRL(path, revocation.IndexFile{Path: path + ".index", Key: testKey}, serials.Options{})
		},
		func() (*revocation.CRL, error) {
			return revocation.OpenCRL(path, revocation.IndexFile{Path: path + ".index", Key: testKey}, serials.Options{})
		},
	}
	lists, errs := make([]*revocation.CRL, 3), make([]error, 3)
	for i, r := range read {
		lists[i], errs[i] = r()
		if errs[i] != nil {
			lists[i] = nil
		}
		switch {
		case (errs[i] != nil) != s.malformed:
			t.Errorf("%s: %s, reader %d: %v, meant as malformed: %t: %x", s, name, i, errs[i], s.malformed, raw)
		case errs[i] != nil && !errors.Is(errs[i], revocation.ErrMalformed):
			t.Errorf("%s: %s, reader %d: %v is not ErrMalformed: %x", s, name, i, errs[i], raw)
		case errs[i] != nil && said(errs[i], path) != said(errs[0], path):
			t.Errorf("%s: %s, reader %d: %q, reader 0: %q: %x", s, name, i, said(errs[i], path), said(errs[0], path), raw)
		case errs[i] == nil && !s.malformed:
			w.compareFields(t, s, lists[0], lists[i], raw)
			s.compareEntries(t, lists[i], i, raw)
		}
		if t.Failed() {
			t.Fatalf("%s, reader %d of %s", s, i, name)
		}
	}
	return lists
}

// said is an error without the file that it is about.
func said(err error, path string) string { return strings.ReplaceAll(err.Error(), path+": ", "") }

// compareFields compares all that is known of a list beside its entries.
func (w *twins) compareFields(t *testing.T, s *sheet, a, b *revocation.CRL, raw []byte) {
	fields := func(l *revocation.CRL) string {
		return fmt.Sprint(l.Issuer.Key(), l.Algorithm, l.Signature, l.ThisUpdate, l.NextUpdate, l.Number, l.BaseNumber, l.AuthorityKeyID,
			l.Scope, l.DeltaURLs, l.KeepsExpired, l.Entries, l.Unhandled, l.Digest(), l.CheckSignatureFrom(s.by.certificate))
	}
	if fields(a) != fields(b) {
		t.Errorf("%s: %s\n%s\n%x", s, fields(a), fields(b), raw)
	}
	if got := len(b.Unhandled) > 0; got != s.unread {
		t.Errorf("%s: unhandled %v, want some: %t: %x", s, b.Unhandled, s.unread, raw)
	}
	var want error
	if bytes.Equal(s.by.alg, w.unknown.alg) {
		want = certs.ErrAlgorithm
	}
	if err := b.CheckSignatureFrom(s.by.certificate); !errors.Is(err, want) {
		t.Errorf("%s: signature: %v, want %v", s, err, want)
	}
	if b.Entries != len(s.entries) {
		t.Errorf("%s: %d entries, want %d", s, b.Entries, len(s.entries))
	}
}

// compareEntries asks about every serial number and its neighbours, of every
// authority.
func (s *sheet) compareEntries(t *testing.T, l *revocation.CRL, reader int, raw []byte) {
	if s.unread {
		return // what it says of entries is not asked
	}
	for _, serial := range s.asked() {
		for _, of := range s.w.names {
			want, listed := s.meant(of, serial)
			at, reason, ok, err := l.Entry(of, serial)
			if err != nil || ok != listed || ok && (!at.Equal(want.at) || reason != want.reason) {
				t.Errorf("%s: reader %d, serial %x of %s: %v %v %v %v, want %v %v %v: %x",
					s, reader, serial, of, at, reason, ok, err, want.at, want.reason, listed, raw)
			}
		}
	}
}

func (s *sheet) asked() [][]byte {
	var all [][]byte
	for _, b := range s.pool {
		next, shorter := bytes.Clone(b), bytes.Clone(b[:len(b)-1])
		next[len(next)-1] ^= 1
		all = append(all, b, next, shorter, append(bytes.Clone(b), 0), append([]byte{0}, b...))
	}
	return all
}

// meant is the entry of a certificate by the rules, as short as they can be
// said: of several entries the gravest reason counts, from the earliest date
// on; a removal counts only where nothing else stands.
func (s *sheet) meant(of certs.Name, serial []byte) (found twinEntry, listed bool) {
	var all []twinEntry
	for _, e := range s.entries {
		if bytes.Equal(e.serial, serial) && slices.ContainsFunc(e.of, of.Equal) {
			all = append(all, e)
		}
	}
	if slices.ContainsFunc(all, func(e twinEntry) bool { return e.reason != revocation.RemoveFromCRL }) {
		all = slices.DeleteFunc(all, func(e twinEntry) bool { return e.reason == revocation.RemoveFromCRL })
	}
	// From the least grave: what may be lifted, what ends, what says nothing
	// or nothing that is known, what makes earlier signatures doubtful.
	gravity := func(r revocation.Reason) int {
		switch r {
		case revocation.RemoveFromCRL, revocation.CertificateHold:
			return 0
		case revocation.AffiliationChanged, revocation.Superseded, revocation.CessationOfOperation, revocation.PrivilegeWithdrawn:
			return 1
		case revocation.KeyCompromise, revocation.CACompromise, revocation.AACompromise:
			return 3
		}
		return 2
	}
	for i, e := range all {
		if i == 0 {
			found = e
			continue
		}
		if e.at.Before(found.at) {
			found.at = e.at
		}
		a, b := gravity(e.reason), gravity(found.reason)
		if a > b || a == b && e.reason < found.reason {
			found.reason = e.reason
		}
	}
	return found, len(all) > 0
}

// compareAnswers asks about certificates of the list's own issuer, at several
// times, over all lists of the case, which may bring each other up to date.
func (w *twins) compareAnswers(t *testing.T, base *sheet, read [][]*revocation.CRL) {
	asked := base.asked()
	var lists [3]revocation.Lists // by reader
	for _, l := range read {
		for reader := range lists {
			if l[reader] != nil {
				lists[reader].Add(l[reader])
			}
		}
	}
	ask := func(reader int, serial []byte, at time.Time) string {
		a := lists[reader].Status(w.certificate(0, serial), base.by.certificate, at)
		text := a.String() + " " + a.RevokedAt.String()
		for _, e := range append([]*revocation.Evidence{a.Evidence}, a.More...) {
			if e != nil {
				text += " " + e.SHA256
			}
			if e != nil && e.Delta != nil {
				text += "+" + e.Delta.SHA256
			}
		}
		return text
	}
	for range 12 {
		serial, at := asked[base.IntN(len(asked))], now.Add(time.Duration(base.IntN(200)-120)*time.Hour)
		want := ask(0, serial, at)
		for reader := 1; reader < 3; reader++ {
			if got := ask(reader, serial, at); got != want {
				t.Errorf("%s: serial %x at %v: reader %d says %s, in memory %s", base, serial, at, reader, got, want)
			}
		}
	}
}

// sheet draws a list.
func (w *twins) sheet(c oracletest.Case, delta bool) *sheet {
	s := &sheet{Case: c, w: w, delta: delta, by: w.ecdsa}
	switch c.IntN(10) {
	case 0:
		s.by = w.unknown
	case 1, 2:
		s.by = w.ed25519
	}
	s.version1 = !delta && c.IntN(12) == 0
	s.indirect = !s.version1 && c.IntN(2) == 0
	for range 1 + c.IntN(30) {
		s.pool = append(s.pool, s.serial())
	}
	if !s.version1 {
		s.listExtensions()
	}
	// Few numbers and many entries make many of one certificate.
	n := []int{0, 1, 5, 40, 300}[c.IntN(5)]
	of := []certs.Name{w.names[0]}
	oddities := c.IntN(4) == 0
	for range n {
		e := s.entry(of, oddities && c.IntN(2*n) == 0)
		of = e.of
		s.entries = append(s.entries, e)
	}
	return s
}

func (s *sheet) chance(percent int) bool { return s.IntN(100) < percent }

func (s *sheet) serial() []byte {
	b := make([]byte, []int{1, 2, 7, 8, 9, 16, 20, 21, 40, 200}[s.IntN(10)])
	for i := range b {
		b[i] = byte(s.Uint32())
	}
	if len(s.pool) > 0 && s.chance(30) { // all but the last byte is another's
		b = bytes.Clone(s.pool[s.IntN(len(s.pool))])
		b[len(b)-1] = byte(s.Uint32())
	}
	for len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80) {
		b = b[1:]
	}
	return b
}

// listExtensions draws what stands after the entries.
func (s *sheet) listExtensions() {
	add := func(id []int, critical bool, value []byte) {
		s.extras = append(s.extras, extension(id, critical, value))
	}
	number := int64(1 + s.IntN(5))
	if s.delta || s.chance(80) {
		add([]int{2, 5, 29, 20}, false, der.Int(big.NewInt(number)))
	}
	if s.delta {
		add([]int{2, 5, 29, 27}, true, der.Int(big.NewInt(max(0, number-1))))
	}
	if s.scope = s.drawScope(); s.scope.raw != nil {
		add([]int{2, 5, 29, 28}, s.chance(80), s.scope.raw)
		s.unread = s.unread || s.scope.unreadable
	}
	if s.chance(20) {
		add([]int{2, 5, 29, 35}, s.chance(10), der.Sequence(der.Encode(der.Context(0), []byte{byte(s.IntN(256)), 1})))
	}
	if s.chance(10) {
		critical := s.chance(20)
		add([]int{2, 5, 29, 46}, critical, der.Sequence(der.Sequence(fullName(uri(twinPoints[0])))))
		s.unread = s.unread || critical
	}
	if s.chance(10) {
		add([]int{2, 5, 29, 60}, false, der.Encode(der.GeneralizedTime, []byte("20200101000000Z")))
	}
	if s.chance(5) {
		add([]int{1, 2, 398, 7}, true, der.NullValue())
		s.unread = true
	}
	if s.chance(5) {
		add([]int{1, 2, 398, 8}, false, der.NullValue())
	}
	if s.chance(2) {
		s.extras = append(s.extras, s.extras...)
		s.malformed = s.malformed || len(s.extras) > 0
	}
}

// entry draws an entry of what the one before belongs to.
func (s *sheet) entry(of []certs.Name, odd bool) twinEntry {
	e := twinEntry{serial: s.pool[s.IntN(len(s.pool))], of: of}
	e.at = now.Add(-time.Duration(s.IntN(200*3600)) * time.Second)
	switch s.IntN(20) {
	case 0:
		e.at = time.Date(1+s.IntN(1949), 1, 2, 3, 4, 5, 0, time.UTC)
	case 1:
		e.at = time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC)
		if s.chance(2) { // Go's sign of an absent time, and of none
			e.at, s.malformed = time.Time{}, true
		}
	case 2:
		e.at = time.Date(2050+s.IntN(7000), 12, 31, 23, 59, 59, 0, time.UTC)
	}
	var exts [][]byte
	if s.chance(60) {
		e.reason = []revocation.Reason{0, 1, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 11, 200}[s.IntN(14)]
		exts = append(exts, extension([]int{2, 5, 29, 21}, s.chance(10), der.Encode(der.Enumerated, []byte{byte(e.reason)})))
	}
	if s.chance(10) {
		critical := s.chance(5)
		s.unread = s.unread || critical
		exts = append(exts, extension([]int{2, 5, 29, 24}, critical, der.Encode(der.GeneralizedTime, []byte("20200101000000Z"))))
	}
	if s.indirect && s.chance(30) || s.chance(1) && s.chance(20) {
		var ext []byte
		ext, e.of = s.certificateIssuer(e.of)
		exts = append(exts, ext)
	}
	if s.chance(3) {
		exts = append(exts, extension([]int{1, 2, 398, 9}, false, der.NullValue()))
	}
	if s.chance(1) && s.chance(20) {
		exts = append(exts, extension([]int{1, 2, 398, 10}, true, der.NullValue()))
		s.unread = true
	}
	s.Shuffle(len(exts), func(i, j int) { exts[i], exts[j] = exts[j], exts[i] })
	if s.version1 && s.chance(95) {
		exts, e.reason, e.of = nil, 0, of
		s.unread = false
	}
	e.raw = s.encodeEntry(e, exts, odd)
	return e
}

// certificateIssuer draws the extension, critical or not, and whose entries
// follow.
func (s *sheet) certificateIssuer(before []certs.Name) (ext []byte, of []certs.Name) {
	own, beta, gamma := s.w.names[0], s.w.names[1], s.w.names[2]
	var names [][]byte
	switch s.IntN(8) {
	case 0, 1:
		of = []certs.Name{own}
	case 2, 3:
		of = []certs.Name{beta}
	case 4:
		of = []certs.Name{gamma}
	case 5:
		of = []certs.Name{beta, own}
	case 6:
		of, names = []certs.Name{own}, [][]byte{directory(s.w.respelt), uri("http://demo.invalid/")}
	case 7:
		of = before
		if s.chance(10) { // no name of an authority: whose it is cannot be told
			names, s.unread = [][]byte{uri("http://demo.invalid/")}, true
		}
	}
	if names == nil {
		for _, n := range of {
			names = append(names, directory(n.Raw))
		}
	}
	s.unread = s.unread || !s.indirect
	return extension([]int{2, 5, 29, 29}, s.chance(70), der.Sequence(names...)), of
}

// encodeEntry writes an entry, odd ones with one thing wrong or unusual.
func (s *sheet) encodeEntry(e twinEntry, exts [][]byte, odd bool) []byte {
	serial, at := der.Encode(der.Integer, e.serial), der.Time(e.at)
	if s.chance(10) && e.at.Year() >= 1950 || e.at.Year() < 1950 || e.at.Year() > 2049 {
		at = der.Encode(der.GeneralizedTime, []byte(e.at.Format("20060102150405Z")))
	}
	oid := func(b ...byte) []byte { return der.Encode(der.ObjectID, b) }
	kinds := 0
	if odd {
		kinds = 1 + s.IntN(13)
	}
	bad := kinds > 2
	switch kinds {
	case 1: // an explicit FALSE is not DER, but real authorities write it
		exts = append(exts, der.Sequence(oid(0x2a, 0x83, 0x0e, 12), der.Encode(der.Boolean, []byte{0}), der.Octets(nil)))
	case 2:
		for i := range 11 { // sixteen at most, with those drawn before
			exts = append(exts, extension([]int{1, 2, 398, 100 + i}, false, nil))
		}
	case 3:
		exts = append(exts, der.Sequence(oid(0x2a, 0x83, 0x0e, 12), der.Encode(der.Boolean, []byte{1}), der.Octets(nil)))
	case 4: // an identifier with a superfluous octet
		exts = append(exts, der.Sequence(oid(0x2a, 0x83, 0x0e, 0x80, 12), der.Octets(nil)))
	case 5:
		exts = append(exts, extension([]int{2, 5, 29, 21}, false, der.Encode(der.Enumerated, []byte{0, 1})))
	case 6:
		exts = append(exts, extension([]int{1, 2, 398, 12}, false, nil), extension([]int{1, 2, 398, 12}, false, nil))
	case 7:
		serial = der.Encode(der.Integer, append([]byte{0, 1}, e.serial...))
	case 8:
		at = der.Encode(der.UTCTime, []byte("260230000000Z"))
	case 9:
		at = append(at, der.NullValue()...)
	case 10: // nothing in the list of extensions
		s.malformed = true
		return der.Sequence(serial, at, der.Sequence())
	case 11:
		exts = append(exts, der.Sequence(oid(0x2a, 0x83, 0x0e, 12), der.Octets(nil), der.NullValue()))
	case 12: // more than any list has
		for i := range 40 {
			exts = append(exts, extension([]int{1, 2, 398, 100 + i}, false, nil))
		}
	case 13: // not read where it cannot be meant
		twice := slices.ContainsFunc(exts, func(x []byte) bool { return bytes.HasPrefix(x[2:], oid(0x55, 0x1d, 0x1d)) })
		if !s.indirect && !twice {
			bad, s.unread = false, true
		}
		exts = append(exts, extension([]int{2, 5, 29, 29}, false, der.NullValue()))
	}
	s.malformed = s.malformed || bad || s.version1 && len(exts) > 0
	if len(exts) == 0 {
		return der.Sequence(serial, at)
	}
	return der.Sequence(serial, at, der.Sequence(exts...))
}

// encode writes and signs the list, some with something that does not belong
// there.
func (s *sheet) encode(t *testing.T) []byte {
	var version, nextDER, revoked, exts []byte
	if !s.version1 {
		version = der.Int(big.NewInt(1))
	}
	if s.chance(90) {
		s.next = now.Add(time.Duration(s.IntN(48)) * time.Hour)
		nextDER = der.Time(s.next)
	}
	for _, e := range s.entries {
		revoked = append(revoked, e.raw...)
	}
	if revoked != nil || s.chance(30) {
		revoked = der.Sequence(revoked)
	}
	if s.extras != nil {
		exts = der.Encode(der.ContextConstructed(0), der.Sequence(s.extras...))
	}
	s.this = now.Add(-time.Duration(1+s.IntN(48)) * time.Hour)
	switch oddity := s.IntN(40); {
	case oddity == 0 && revoked != nil: // a second list of entries
		revoked, s.malformed = append(revoked, der.Sequence(der.Sequence(der.Int(big.NewInt(77)), der.Time(now)))...), true
	case oddity == 1 && nextDER != nil: // a third time
		nextDER, s.malformed = append(nextDER, nextDER...), true
	case oddity == 2:
		exts, s.malformed = append(exts, der.NullValue()...), true
	}
	return s.by.sign(t, der.Sequence(version, s.by.alg, s.w.names[0].Raw, der.Time(s.this), nextDER, revoked, exts))
}
