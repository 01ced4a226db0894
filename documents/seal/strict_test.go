package seal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"

	"tamga/documents"
)

func newKey(t *testing.T) Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k, err := NewKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Every length of a number has one first and one last value.
func TestShortestForms(t *testing.T) {
	for n, want := range map[int64]string{
		23: "17", 24: "1818", 1<<8 - 1: "18ff", 1 << 8: "190100", 1<<16 - 1: "19ffff", 1 << 16: "1a00010000",
		1<<32 - 1: "1affffffff", 1 << 32: "1b0000000100000000", 1<<53 - 1: "1b001fffffffffffff", -1 << 53: "3b001fffffffffffff",
	} {
		if got := hex.EncodeToString(appendInt(nil, n)); got != want {
			t.Errorf("%d is written as %s, want %s", n, got, want)
		}
		raw, err := hex.DecodeString(want)
		if err != nil {
			t.Fatal(err)
		}
		if r := (&reader{rest: raw}); r.int() != n || r.end() != nil {
			t.Errorf("%s is not read: %v", want, r.err)
		}
	}
	for _, bad := range []string{"1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "1b0020000000000000", "3b0020000000000000", "1c00", "18", "1901", "1a010000"} {
		raw, err := hex.DecodeString(bad)
		if err != nil {
			t.Fatal(err)
		}
		if r := (&reader{rest: raw}); r.int() != 0 || !errors.Is(r.end(), errCBOR) {
			t.Errorf("%s is read", bad)
		}
	}
}

// What is signed by the register's key is still read strictly: each payload is
// a right one with one thing changed.
func TestSignedAndNotUnderstood(t *testing.T) {
	k := newKey(t)
	keys := []PublicKey{k.Public()}
	digest := appendBytes(nil, make([]byte, 32))
	day := func(n int64) []byte { return appendInt(nil, n) }
	right := []pair{{keyKind, appendText(nil, "licence")}, {keyNumber, appendText(nil, "26000001")}, {keyIssuedOn, day(20260622)}, {keyDigest, digest}}
	but := func(key int64, value []byte) []byte {
		var pairs []pair
		for _, p := range right {
			if p.key != key {
				pairs = append(pairs, p)
			}
		}
		if value != nil {
			pairs = append(pairs, pair{key, value})
		}
		return appendMap(nil, pairs...)
	}
	text := func(s string) []byte { return appendText(nil, s) }
	for _, test := range []struct {
		name    string
		payload []byte
		right   bool
	}{
		{"nothing changed", but(0, nil), true},
		{"with a term", but(keyValidUntil, day(20270630)), true},
		{"no kind", but(keyKind, nil), false},
		{"an empty kind", but(keyKind, text("")), false},
		{"no number", but(keyNumber, nil), false},
		{"an empty number", but(keyNumber, text("")), false},
		{"no day of issue", but(keyIssuedOn, nil), false},
		{"no digest", but(keyDigest, nil), false},
		{"a digest of 31 bytes", but(keyDigest, appendBytes(nil, make([]byte, 31))), false},
		{"a digest of 33 bytes", but(keyDigest, appendBytes(nil, make([]byte, 33))), false},
		{"an unknown member", but(keyDigest+1, text("x")), false},
		{"the last day of a month", but(keyIssuedOn, day(20240229)), true},
		{"no such day", but(keyIssuedOn, day(20230229)), false},
		{"a month too many", but(keyIssuedOn, day(20261301)), false},
		{"a year too many", but(keyIssuedOn, day(1_0000_0101)), false},
		{"a day before all days", but(keyIssuedOn, day(-20260622)), false},
		{"a number for the kind", but(keyKind, day(1)), false},
		{"bytes after", append(but(0, nil), 0), false},
		{"no map", text("x"), false},
	} {
		message, err := k.sign(typeSeal, test.payload)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Open(encoding.EncodeToString(message), keys)
		if test.right != (err == nil) || err != nil && (!errors.Is(err, ErrMalformed) || !strings.HasSuffix(err.Error(), "signed, and not understood") || p != (Payload{})) {
			t.Errorf("%s: %+v, %v", test.name, p, err)
		}
	}
	entry := func(parts ...[]byte) []byte {
		b := head(head(nil, majorArray, 1), majorArray, uint64(len(parts)))
		for _, p := range parts {
			b = append(b, p...)
		}
		return b
	}
	for _, test := range []struct {
		name         string
		issued, next int64
		entries      []byte
		more         []pair
		right        bool
	}{
		{"nothing changed", 1000, 2000, entry(text("1"), text("suspended"), day(5)), nil, true},
		{"replaced at once", 1000, 1000, head(nil, majorArray, 0), nil, true},
		{"issued in the first second", 1, 2000, head(nil, majorArray, 0), nil, true},
		{"issued before time", 0, 2000, head(nil, majorArray, 0), nil, false},
		{"next before this", 1000, 999, head(nil, majorArray, 0), nil, false},
		{"an entry of two", 1000, 2000, entry(text("1"), text("suspended")), nil, false},
		{"an entry of four", 1000, 2000, entry(text("1"), text("suspended"), day(5), day(6)), nil, false},
		{"an unknown member", 1000, 2000, head(nil, majorArray, 0), []pair{{keyEntries + 1, day(1)}}, false},
		{"no entries", 1000, 2000, nil, nil, false},
	} {
		pairs := append(test.more, pair{keyIssuedAt, day(test.issued)}, pair{keyNextUpdate, day(test.next)})
		if test.entries != nil {
			pairs = append(pairs, pair{keyEntries, test.entries})
		}
		message, err := k.sign(typeList, appendMap(nil, pairs...))
		if err != nil {
			t.Fatal(err)
		}
		l, err := OpenList(message, keys)
		if test.right != (err == nil) || err != nil && (!errors.Is(err, ErrMalformed) || !strings.HasSuffix(err.Error(), "signed, and not understood")) {
			t.Errorf("list, %s: %+v, %v", test.name, l, err)
		}
	}
}

// A message says its algorithm and its key, and nothing else about itself.
func TestProtectedHeader(t *testing.T) {
	k := newKey(t)
	id := pair{labelKeyID, appendBytes(nil, k.public.ID)}
	es256 := pair{labelAlgorithm, appendInt(nil, algorithmES256)}
	for _, test := range []struct {
		name      string
		protected []byte
		err       error
	}{
		{"as we write it", appendMap(nil, es256, id), nil},
		{"another algorithm", appendMap(nil, pair{labelAlgorithm, appendInt(nil, -8)}, id), ErrMalformed},
		{"no algorithm", appendMap(nil, id), ErrMalformed},
		{"a further member", appendMap(nil, es256, id, pair{5, appendInt(nil, 0)}), ErrMalformed},
		{"bytes after", append(appendMap(nil, es256, id), 0), ErrMalformed},
		{"no key", appendMap(nil, es256), ErrUnknownKey},
	} {
		digest := toBeSigned(typeSeal, test.protected, []byte("x"))
		der, err := k.signer.Sign(rand.Reader, digest[:], crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		var sig struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(der, &sig); err != nil {
			t.Fatal(err)
		}
		raw := append(sig.R.FillBytes(make([]byte, 32)), sig.S.FillBytes(make([]byte, 32))...)
		message := func(tag, parts uint64, unprotected []pair, sig []byte) []byte {
			b := appendBytes(head(head(nil, majorTag, tag), majorArray, parts), test.protected)
			return appendBytes(appendBytes(appendMap(b, unprotected...), []byte("x")), sig)
		}
		if got, err := verify(message(tagSign1, 4, nil, raw), typeSeal, []PublicKey{k.Public()}); !errors.Is(err, test.err) || (err == nil) != (string(got) == "x") {
			t.Errorf("%s: %v, want %v", test.name, err, test.err)
		}
		for name, wrong := range map[string][]byte{
			"another tag":                message(98, 4, nil, raw),
			"five parts":                 message(tagSign1, 5, nil, raw),
			"unprotected members":        message(tagSign1, 4, []pair{{1, appendInt(nil, 1)}}, raw),
			"a signature of 63 bytes":    message(tagSign1, 4, nil, raw[1:]),
			"a signature of 65 bytes":    message(tagSign1, 4, nil, append([]byte{0}, raw...)),
			"bytes after":                append(message(tagSign1, 4, nil, raw), 0),
			"a signature that is a text": appendText(message(tagSign1, 4, nil, nil)[:len(test.protected)+9], "x"),
		} {
			if _, err := verify(wrong, typeSeal, []PublicKey{k.Public()}); !errors.Is(err, ErrMalformed) {
				t.Errorf("%s, %s: %v", test.name, name, err)
			}
		}
	}
}

// Seals printed before messages had types are read as seals; a list was never
// without.
func TestMessagesWithoutType(t *testing.T) {
	k := newKey(t)
	seal, err := k.Seal(Payload{Kind: documents.KindLicence, Number: "1", IssuedOn: documents.Date{Year: 2026, Month: time.June, Day: 1}})
	if err != nil {
		t.Fatal(err)
	}
	message, err := encoding.DecodeString(seal)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := verify(message, typeSeal, []PublicKey{k.Public()})
	if err != nil {
		t.Fatal(err)
	}
	old, err := k.sign("", payload)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := Open(encoding.EncodeToString(old), []PublicKey{k.Public()}); err != nil || p.Number != "1" {
		t.Errorf("an old seal: %+v, %v", p, err)
	}
	list, err := k.sign("", appendMap(nil, pair{keyIssuedAt, appendInt(nil, 1)}, pair{keyNextUpdate, appendInt(nil, 2)}, pair{keyEntries, head(nil, majorArray, 0)}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenList(list, []PublicKey{k.Public()}); !errors.Is(err, ErrSignature) {
		t.Errorf("a list without type: %v", err)
	}
}

// The longest seal that is read, and one that is longer.
func TestLongestSeal(t *testing.T) {
	k := newKey(t)
	for room, want := range map[int]error{0: nil, 1: ErrMalformed} {
		p := Payload{Kind: documents.KindLicence, IssuedOn: documents.Date{Year: 2026, Month: time.June, Day: 1}, Number: strings.Repeat("1", 300)}
		for {
			text, err := k.Seal(p)
			if err != nil {
				t.Fatal(err)
			}
			message, err := encoding.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			if missing := 4096*5/8 + room - len(message); missing != 0 {
				p.Number += strings.Repeat("1", missing)
				continue
			}
			if got, err := Open("https://tamga.example/#"+text, []PublicKey{k.Public()}); !errors.Is(err, want) || err == nil && got.Number != p.Number {
				t.Errorf("%d characters: %v", len(text), err)
			}
			break
		}
	}
	for n, want := range map[int]string{longest: strings.Repeat("ұ", 40), longest + 1: strings.Repeat("ұ", 39) + "…"} {
		if got := cut(strings.Repeat("ұ", n)); got != want {
			t.Errorf("%d characters are cut to %s", n, got)
		}
	}
}

// wrongSigner is a key whose signatures are of another form.
type wrongSigner struct {
	crypto.Signer
	signature []byte
	err       error
}

func (s wrongSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return s.signature, s.err
}

func TestTokenThatSignsAnotherWay(t *testing.T) {
	k := newKey(t)
	large := new(big.Int).Lsh(big.NewInt(1), 256)
	lost := errors.New("the token is gone")
	encode := func(r, s *big.Int) []byte {
		b, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, test := range map[string]struct {
		signer wrongSigner
		want   error
	}{
		"not DER":     {wrongSigner{signature: make([]byte, 64)}, ErrKey},
		"bytes after": {wrongSigner{signature: append(encode(big.NewInt(1), big.NewInt(1)), 0)}, ErrKey},
		"large R":     {wrongSigner{signature: encode(large, big.NewInt(1))}, ErrKey},
		"large S":     {wrongSigner{signature: encode(big.NewInt(1), large)}, ErrKey},
		"no answer":   {wrongSigner{err: lost}, lost},
		"small":       {wrongSigner{signature: encode(big.NewInt(1), big.NewInt(1))}, nil},
	} {
		test.signer.Signer = k.signer
		wrong, err := NewKey(test.signer)
		if err != nil {
			t.Fatal(err)
		}
		if message, err := wrong.SignList(List{}); !errors.Is(err, test.want) || (err == nil) != (message != nil) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	if !(Key{}).IsZero() || k.IsZero() {
		t.Error("which key was never made")
	}
}

// A printed seal is read for as long as its paper lasts: this one was made with
// the key of the number 1, and the same words give it again.
func TestPrintedSealIsStillRead(t *testing.T) {
	one := make([]byte, 32)
	one[31] = 1
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), one)
	if err != nil {
		t.Fatal(err)
	}
	k, err := NewKey(private)
	if err != nil {
		t.Fatal(err)
	}
	p := Payload{
		Kind: documents.KindLicence, Number: "26000001", IssuedOn: documents.Date{Year: 2026, Month: time.June, Day: 22},
		Holder: "«Ұлы дала» ЖШС", Activity: "археология", ValidUntil: documents.Date{Year: 2027, Month: time.June, Day: 30}, Digest: [32]byte{1, 2, 3},
	}
	const printed = "2KCE3IQBEYCEQ2ML5JR5YRFDISQFQ5VHAFTWY2LDMVXGGZICNAZDMMBQGAYDAMIDDIATKJYOAR4BVQVL2KYNBO6RRMQNBNGQWDILXUFQYK5SBUEW2CUNBIIFOTILBUMA2GC5BNOQX3ILXUF62CZ5BOGRR4DBUAJVJYTAOWBAAEBAGAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFQQEAJMBVQD6EMAOHVNPABGPBTRYYZTTIJWJQ3UKEL6EY2JW6NTFSZ2CZSENDIMRLJZD7FIYFGMAO5DOO7MUBXXXVYLXRWLM3ZWDREI7SS"
	if text, err := k.Seal(p); err != nil || text != printed {
		t.Errorf("it is printed as %s, %v", text, err)
	}
	if got, err := Open(printed, []PublicKey{k.Public()}); err != nil || got != p {
		t.Errorf("it is read as %+v, %v", got, err)
	}
	list := List{IssuedAt: time.Unix(1000, 0).UTC(), NextUpdate: time.Unix(2000, 0).UTC(), Entries: []Entry{{"26000001", documents.StatusSuspended, time.Unix(900, 0).UTC()}}}
	const served = "d2844da201260448698bea63dc44a344a05822a3011903e8021907d00381836832363030303030316973757370656e64656419038458408888172ba94ad1331c946a5eedfbe24a325a46c66a83ff12661f8618402f72239e74c85c95173bed3e3f4b3c8585401d20397fb11bfdf297f84f2cf19e40ece4"
	if message, err := k.SignList(list); err != nil || hex.EncodeToString(message) != served {
		t.Errorf("the list is %x, %v", message, err)
	}
}
