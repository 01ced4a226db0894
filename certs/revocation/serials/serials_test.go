package serials_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation/serials"
)

// model is what a list says, in the simplest form: what its entries of each
// serial number say together.
type model map[string]serials.Entry

func modelOf(t testing.TB, entries [][]byte) model {
	t.Helper()
	m := model{}
	for _, raw := range entries {
		seq, err := der.NewReader(raw).Enter(der.SequenceTag)
		if err != nil {
			t.Fatal(err)
		}
		serial, err := seq.Expect(der.Integer)
		if err != nil {
			t.Fatal(err)
		}
		e := serials.Entry{RevokedAt: revokedAt(t, raw)}
		if at := bytes.Index(raw, []byte{0x55, 0x1d, 0x15, 4, 3, 10, 1}); at >= 0 {
			e.Reason = int(raw[at+7])
		}
		key := string(serial.Body)
		if have, ok := m[key]; ok {
			e = joined(have, e)
		}
		m[key] = e
	}
	return m
}

// joined is the earlier date with the graver reason. No entry of these tests is a
// removal.
func joined(a, b serials.Entry) serials.Entry {
	grave := []int{6, 9, 5, 4, 3, 0, 10, 2, 1}
	if slices.Index(grave, b.Reason) > slices.Index(grave, a.Reason) {
		a.Reason = b.Reason
	}
	if b.RevokedAt.Before(a.RevokedAt) {
		a.RevokedAt = b.RevokedAt
	}
	return a
}

func revokedAt(t testing.TB, raw []byte) time.Time {
	t.Helper()
	seq, err := der.NewReader(raw).Enter(der.SequenceTag)
	if err == nil {
		_, err = seq.Expect(der.Integer)
	}
	if err != nil {
		t.Fatal(err)
	}
	at, err := seq.ReadTime()
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// same asks the index everything that the model knows, and as much that it
// does not.
func (m model) same(t *testing.T, x *serials.Index) {
	t.Helper()
	ask := func(serial []byte) {
		e, ok, err := x.Find(serial)
		want, listed := m[string(serial)]
		if err != nil || ok != listed {
			t.Fatalf("serial %x: found %v, %v; want %v", serial, ok, err, listed)
		}
		if !ok {
			return
		}
		if !e.RevokedAt.Equal(want.RevokedAt) || e.Reason != want.Reason {
			t.Fatalf("serial %x: %+v, want %+v", serial, e, want)
		}
	}
	for serial := range m {
		ask([]byte(serial))
		ask([]byte(serial + "\x00"))
		ask([]byte(serial)[:len(serial)-1])
		last := []byte(serial)
		last[len(last)-1] ^= 1
		ask(last)
	}
	s := newSource(9)
	for range len(m) {
		var b [20]byte
		ask(s.serial(b[:]))
	}
}

// adversarial makes serial numbers that an honest authority would not.
func adversarial() [][]byte {
	var out [][]byte
	for b := range 256 { // one byte, half of them negative
		out = append(out, []byte{byte(b)})
	}
	for n := range 200 { // alike but for their length
		out = append(out, append([]byte{1}, make([]byte, n)...))
	}
	prefix := bytes.Repeat([]byte{0x5a}, 18)
	for i := range 2000 { // alike but for their end, and but for their beginning
		tail := []byte{byte(i >> 8), byte(i)}
		out = append(out, slices.Concat(prefix, tail), slices.Concat([]byte{1}, tail, prefix))
	}
	for i := range 500 { // negative, and above the sign bit
		out = append(out, []byte{0xf0, byte(i >> 8), byte(i)}, []byte{0, 0x80, byte(i >> 8), byte(i)})
	}
	return out
}

func manyEntries(n int) [][]byte {
	var entries [][]byte
	s := newSource(1)
	for range n {
		var b [20]byte
		entries = append(entries, s.entry(nil, s.serial(b[:])))
	}
	for i, serial := range adversarial() {
		at := began.Add(time.Duration(i) * time.Second)
		entries = append(entries, entryOf(serial, at, reason(byte(i%7))))
		if i%5 == 0 { // again: later, earlier, at the same time; before and after 2050
			entries = append(entries, entryOf(serial, at.Add(time.Hour)), entryOf(serial, at.AddDate(30, 0, 0)),
				entryOf(serial, at.AddDate(-40, 0, 0), reason(1)), entryOf(serial, at.AddDate(-40, 0, 0), reason(2)))
		}
	}
	s.r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	return entries
}

func TestAgainstMap(t *testing.T) {
	i := newIssuer(t, ca.RSA)
	for name, entries := range map[string][][]byte{
		"no entries": nil, "one": manyEntries(1)[:1], "adversarial": manyEntries(0), "many": manyEntries(100_000),
	} {
		t.Run(name, func(t *testing.T) {
			list := i.listOf(t, entries...)
			want := modelOf(t, entries)
			x, err := build(list, serials.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if x.Len() != len(entries) || len(x.Critical()) > 0 {
				t.Errorf("%d entries, want %d; critical %v", x.Len(), len(entries), x.Critical())
			}
			want.same(t, x)

			// The same from a file, and after a restart.
			dir := t.TempDir()
			path, saved := filepath.Join(dir, "list.crl"), filepath.Join(dir, "list.idx")
			if err := os.WriteFile(path, list, 0o600); err != nil {
				t.Fatal(err)
			}
			f := open(t, path)
			signed := sha256.New()
			mapped, err := f.Index(serials.Rules{}, signed)
			if err != nil {
				t.Fatal(err)
			}
			i.verify(t, signed.Sum(nil), f.Signature())
			want.same(t, mapped)
			if err := mapped.Save(saved, testKey); err != nil {
				t.Fatal(err)
			}
			again := open(t, path)
			signed.Reset()
			if err := again.Hash(signed); err != nil {
				t.Fatal(err)
			}
			i.verify(t, signed.Sum(nil), again.Signature())
			if d, err := again.Digest(); err != nil || d != sha256.Sum256(list) {
				t.Errorf("digest %x, %v", d, err)
			}
			restored, err := again.Restore(saved, testKey)
			if err != nil {
				t.Fatal(err)
			}
			want.same(t, restored)
			if restored.Len() != mapped.Len() || restored.Resident() != mapped.Resident() {
				t.Errorf("restored %d entries in %d bytes, built %d in %d", restored.Len(), restored.Resident(), mapped.Len(), mapped.Resident())
			}
			if _, err := restoreIndex(saved, list, serials.Options{}); err != nil {
				t.Errorf("in memory: %v", err)
			}
		})
	}
}

func open(t testing.TB, path string) *serials.File {
	t.Helper()
	f, err := serials.Open(path, serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestSameSerialOnly is a list that repeats itself: it must neither grow nor
// slow down with the square of its length.
func TestSameSerialOnly(t *testing.T) {
	entries := make([][]byte, 50_000)
	for i := range entries {
		entries[i] = entryOf([]byte{1, 2, 3}, began.Add(-time.Duration(i)*time.Second))
	}
	x, err := build(newIssuer(t, ca.ECDSA).listOf(t, entries...), serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	modelOf(t, entries).same(t, x)
}

func TestCritical(t *testing.T) {
	oid := func(arcs ...int) []byte { return der.OID(arcs) }
	entries := [][]byte{
		entryOf([]byte{1}, began, reason(6)),
		entryOf([]byte{2}, began, der.Sequence(oid(2, 5, 29, 29), der.Octets([]byte{0x30, 0})), reason(3)), // critical or not
		entryOf([]byte{3}, began, der.Sequence(oid(1, 2, 398, 9, 9), der.Bool(true), der.Octets(nil))),
		entryOf([]byte{4}, began, der.Sequence(oid(1, 2, 398, 9, 9), der.Bool(true), der.Octets(nil))),
		entryOf([]byte{5}, began, der.Sequence(oid(1, 2, 398, 9, 8), der.Bool(false), der.Octets(nil))),
		entryOf([]byte{6}, began, der.Sequence(oid(2, 5, 29, 24), der.Bool(true), der.Octets(nil))),
		entryOf([]byte{7}, began, der.Sequence(oid(2, 5, 29, 21), der.Bool(true), der.Octets([]byte{0x0a, 1, 8}))),
	}
	list := newIssuer(t, ca.ECDSA).listOf(t, entries...)
	x, err := build(list, serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "idx")
	if err := x.Save(saved, testKey); err != nil {
		t.Fatal(err)
	}
	restored, err := restoreIndex(saved, list, serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*serials.Index{x, restored} {
		c := x.Critical()
		if len(c) != 3 || c[0].String() != "2.5.29.29" || c[1].String() != "1.2.398.9.9" || c[2].String() != "2.5.29.24" {
			t.Errorf("critical extensions %v", c)
		}
		for serial, want := range map[byte]int{1: 6, 2: 3, 3: 0, 7: 8} {
			if e, ok, err := x.Find([]byte{serial}); !ok || err != nil || e.Reason != want {
				t.Errorf("serial %d: %+v, %v, %v; want reason %d", serial, e, ok, err, want)
			}
		}
	}
}

func TestMalformedEntries(t *testing.T) {
	date := string(der.Time(began))
	ext := func(body string) []byte {
		return der.Sequence(der.Encode(der.Integer, []byte{9}), []byte(date), der.Sequence([]byte(body)))
	}
	plain := func(parts ...string) []byte {
		var b []byte
		for _, p := range parts {
			b = append(b, p...)
		}
		return der.Sequence(b)
	}
	reasonID := "\x06\x03\x55\x1d\x15"
	for name, entry := range map[string][]byte{
		"not a sequence":       {0x31, 0},
		"empty":                plain(),
		"no serial":            plain(date),
		"empty serial":         plain("\x02\x00", date),
		"padded serial":        plain("\x02\x02\x00\x01", date),
		"padded negative":      plain("\x02\x02\xff\x80", date),
		"serial of long form":  plain("\x02\x81\x01\x01", date),
		"serial over the end":  plain("\x02\x7f\x01"),
		"no date":              plain("\x02\x01\x01"),
		"short date":           plain("\x02\x01\x01", "\x17\x0b2601020304Z"),
		"month 13":             plain("\x02\x01\x01", "\x17\x0d261302030405Z"),
		"month 0":              plain("\x02\x01\x01", "\x17\x0d260002030405Z"),
		"day 0":                plain("\x02\x01\x01", "\x17\x0d260100030405Z"),
		"30 February":          plain("\x02\x01\x01", "\x17\x0d280230030405Z"),
		"29 February 2100":     plain("\x02\x01\x01", "\x18\x0f21000229030405Z"),
		"Go's absent time":     plain("\x02\x01\x01", "\x18\x0f00010101000000Z"),
		"the year 0":           plain("\x02\x01\x01", "\x18\x0f00001231235959Z"),
		"hour 24":              plain("\x02\x01\x01", "\x17\x0d260102240405Z"),
		"minute 60":            plain("\x02\x01\x01", "\x17\x0d260102036005Z"),
		"second 60":            plain("\x02\x01\x01", "\x17\x0d260102030460Z"),
		"letter in date":       plain("\x02\x01\x01", "\x17\x0d26010203o405Z"),
		"letter in century":    plain("\x02\x01\x01", "\x18\x0f2o260102030405Z"),
		"not in Zulu":          plain("\x02\x01\x01", "\x17\x0d260102030405+"),
		"bytes after the date": plain("\x02\x01\x01", date, "\x05\x00"),
		"two extension lists":  plain("\x02\x01\x01", date, "\x30\x00\x30\x00"),
		"empty extensions":     plain("\x02\x01\x01", date, "\x30\x00"),
		"extension no seq":     ext("\x05\x00"),
		"extension no id":      ext("\x30\x02\x04\x00"),
		"extension no value":   ext("\x30\x05" + reasonID),
		"extension rest":       ext("\x30\x0c" + reasonID + "\x04\x03\x0a\x01\x01\x05\x00"),
		"boolean 1":            ext("\x30\x0d" + reasonID + "\x01\x01\x01\x04\x03\x0a\x01\x01"),
		"reason no enumerated": ext("\x30\x0a" + reasonID + "\x04\x03\x02\x01\x01"),
		"reason of two bytes":  ext("\x30\x0b" + reasonID + "\x04\x04\x0a\x02\x01\x01"),
		"reason twice":         ext(string(reason(1)) + string(reason(2))),
		"bad id":               ext("\x30\x07\x06\x03\x55\x80\x15\x04\x00"),
		"critical bad id":      ext("\x30\x0a\x06\x03\x55\x80\x15\x01\x01\xff\x04\x00"),
	} {
		good := entryOf([]byte{1}, began)
		list := newIssuer(t, ca.ECDSA).listOf(t, good, entry, good)
		_, err := build(list, serials.Options{})
		var syntax *serials.SyntaxError
		if !errors.As(err, &syntax) || !errors.Is(err, serials.ErrMalformed) || syntax.Offset != bytes.Index(list, good)+len(good) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMalformedLists(t *testing.T) {
	i := newIssuer(t, ca.ECDSA)
	list := i.listOf(t, entryOf([]byte{1}, began))
	for name, b := range map[string][]byte{
		"empty": {}, "nothing": {0x30, 0}, "trailing byte": append(slices.Clone(list), 0), "cut short": list[:len(list)-1],
		"no signature": der.Sequence(der.Sequence(), i.id.DER()),
		"four parts":   der.Sequence(der.Sequence(), i.id.DER(), der.Bits(nil), der.NullValue()),
		"empty tbs":    der.Sequence(der.Sequence(), i.id.DER(), der.Bits(nil)),
	} {
		if _, err := build(b, serials.Options{}); !errors.Is(err, serials.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
		path := filepath.Join(t.TempDir(), "list")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := serials.Open(path, serials.Options{}); !errors.Is(err, serials.ErrMalformed) {
			t.Errorf("%s: opened: %v", name, err)
		}
	}
	if _, err := serials.Open(t.TempDir(), serials.Options{}); !errors.Is(err, serials.ErrMalformed) {
		t.Errorf("a folder: %v", err)
	}
}

// TestFields holds the parts of a list against what was put together.
func TestFields(t *testing.T) {
	i := newIssuer(t, ca.ECDSA)
	without, err := der.NewReader(i.listOf(t)).Enter(der.SequenceTag)
	if err != nil {
		t.Fatal(err)
	}
	want, err := without.Expect(der.SequenceTag)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "list")
	list := i.listOf(t, manyEntries(10)...)
	if err := os.WriteFile(path, list, 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	if !bytes.Equal(f.Fields(), want.Body) {
		t.Errorf("fields %x, want %x", f.Fields(), want.Body)
	}
	if !bytes.Equal(f.Algorithm(), i.id.DER()) || f.Size() != len(list) {
		t.Errorf("algorithm %x, %d bytes", f.Algorithm(), f.Size())
	}
}

func TestLimits(t *testing.T) {
	list := newIssuer(t, ca.ECDSA).listOf(t, manyEntries(3000)...)
	n := len(manyEntries(3000))
	for _, c := range []struct {
		opts serials.Options
		want error
	}{
		{serials.Options{MaxEntries: n, MaxBytes: int64(len(list))}, nil},
		{serials.Options{MaxEntries: n - 1}, serials.ErrTooLarge},
		{serials.Options{MaxEntries: 1}, serials.ErrTooLarge},
		{serials.Options{MaxBytes: int64(len(list)) - 1}, serials.ErrTooLarge},
	} {
		if _, err := build(list, c.opts); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c.opts, err)
		}
	}
}
