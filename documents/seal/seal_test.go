package seal_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/seal"
)

func key(t testing.TB) seal.Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k, err := seal.NewKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func payload() seal.Payload {
	p := seal.Payload{
		Kind: documents.KindLicence, Number: "26000001", IssuedOn: documents.Date{Year: 2026, Month: time.June, Day: 22},
		Holder: "«Ұлы дала мұрасы» ЖШС", Activity: "археологиялық жұмыстар",
		ValidUntil: documents.Date{Year: 2027, Month: time.June, Day: 30},
	}
	for i := range p.Digest {
		p.Digest[i] = byte(i)
	}
	return p
}

func TestSeal(t *testing.T) {
	k := key(t)
	text, err := k.Seal(payload())
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{text, "https://tamga.example/check/26000001/7K2M-Q0ZT-9HXA#" + text} {
		got, err := seal.Open(in, []seal.PublicKey{key(t).Public(), k.Public()})
		if err != nil || got != payload() {
			t.Errorf("opened %+v, %v", got, err)
		}
	}
	if again, err := k.Seal(payload()); err != nil || again != text {
		t.Errorf("the same payload gives another seal: %v", err)
	}
	if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		t.Errorf("the seal is not capitals and digits: %s", text)
	}
	if _, err := seal.Open(text, []seal.PublicKey{key(t).Public()}); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("with another key: %v", err)
	}
	other := key(t).Public()
	other.ID = k.Public().ID
	if _, err := seal.Open(text, []seal.PublicKey{other}); !errors.Is(err, seal.ErrSignature) {
		t.Errorf("with another key of the same id: %v", err)
	}
}

// A code of 31 mm has room for about 550 characters of the alphanumeric mode
// at level M; the address takes some eighty of them.
func TestSealIsShort(t *testing.T) {
	p := payload()
	p.Number, p.Kind = "KZ16RTC26000009", documents.KindExportCertificate
	p.Holder, p.Activity = strings.Repeat("ұ", 500), strings.Repeat("қ", 2000)
	text, err := key(t).Seal(p)
	if err != nil || len(text) > 550 {
		t.Errorf("the longest seal has %d characters, %v", len(text), err)
	}
	usual, err := key(t).Seal(payload())
	if err != nil || len(usual) > 420 {
		t.Errorf("a usual seal has %d characters, %v", len(usual), err)
	}
	t.Logf("usual %d, longest %d characters", len(usual), len(text))
}

// Whatever bit is changed, nothing is believed.
func TestEveryBitCounts(t *testing.T) {
	k := key(t)
	keys := []seal.PublicKey{k.Public()}
	text, err := k.Seal(payload())
	if err != nil {
		t.Fatal(err)
	}
	encoding := base32.StdEncoding.WithPadding(base32.NoPadding)
	message, err := encoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range message {
		for bit := range 8 {
			changed := bytes.Clone(message)
			changed[i] ^= 1 << bit
			if p, err := seal.Open(encoding.EncodeToString(changed), keys); err == nil || p != (seal.Payload{}) {
				t.Fatalf("bit %d of byte %d: %+v, %v", bit, i, p, err)
			}
		}
		if _, err := seal.Open(encoding.EncodeToString(message[:i]), keys); !errors.Is(err, seal.ErrMalformed) {
			t.Fatalf("cut off after %d bytes: %v", i, err)
		}
	}
	for _, bad := range []string{"", "#", "0", strings.ToLower(text), text + "A", text + "=", " " + text, strings.Repeat("A", 1<<20)} {
		if _, err := seal.Open(bad, keys); !errors.Is(err, seal.ErrMalformed) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

func TestList(t *testing.T) {
	k := key(t)
	at := time.Date(2026, time.June, 22, 7, 0, 0, 0, time.UTC)
	list := seal.List{IssuedAt: at, NextUpdate: at.Add(time.Hour), Entries: []seal.Entry{
		{"26000001", documents.StatusSuspended, at.AddDate(0, 0, -9)},
		{"26000001", documents.StatusInForce, at.AddDate(0, 0, 9)},
		{"26000002", documents.StatusTerminated, at.AddDate(0, 0, -1)},
	}}
	message, err := k.SignList(list)
	if err != nil {
		t.Fatal(err)
	}
	got, err := seal.OpenList(message, []seal.PublicKey{k.Public()})
	if err != nil || !reflect.DeepEqual(got, list) {
		t.Fatalf("opened %+v, %v", got, err)
	}
	for _, c := range []struct {
		number string
		days   int
		want   documents.Status
	}{
		{"26000001", -10, "in_force"}, {"26000001", 0, "suspended"}, {"26000001", 10, "in_force"},
		{"26000002", 0, "terminated"}, {"26000003", 0, "in_force"},
	} {
		if s := got.StatusAt(c.number, at.AddDate(0, 0, c.days)); s != c.want {
			t.Errorf("%s after %d days: %s, want %s", c.number, c.days, s, c.want)
		}
	}
	ended := at.AddDate(0, 0, -1) // a change counts from its moment on
	if before, then := got.StatusAt("26000002", ended.Add(-time.Second)), got.StatusAt("26000002", ended); before != "in_force" || then != "terminated" {
		t.Errorf("before the end %s, and at it %s", before, then)
	}
	for i := range message {
		changed := bytes.Clone(message)
		changed[i] ^= 0x10
		if _, err := seal.OpenList(changed, []seal.PublicKey{k.Public()}); !errors.Is(err, seal.ErrMalformed) && !errors.Is(err, seal.ErrUnknownKey) && !errors.Is(err, seal.ErrSignature) {
			t.Fatalf("byte %d does not count: %v", i, err)
		}
	}
	// A seal is no list, and a list no seal.
	text, err := k.Seal(payload())
	if err != nil {
		t.Fatal(err)
	}
	encoding := base32.StdEncoding.WithPadding(base32.NoPadding)
	raw, _ := encoding.DecodeString(text)
	if _, err := seal.OpenList(raw, []seal.PublicKey{k.Public()}); !errors.Is(err, seal.ErrSignature) {
		t.Errorf("a seal as a list: %v", err)
	}
	if _, err := seal.Open(encoding.EncodeToString(message), []seal.PublicKey{k.Public()}); !errors.Is(err, seal.ErrSignature) {
		t.Errorf("a list as a seal: %v", err)
	}
}

func TestOnlyP256(t *testing.T) {
	large, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		second(seal.NewKey(nil)), second(seal.NewKey(large)), second(seal.NewKey(other)), second(seal.Key{}.Seal(payload())),
	} {
		if !errors.Is(err, seal.ErrKey) {
			t.Errorf("got %v, want ErrKey", err)
		}
	}
	// A point that is not on the curve is an error, not a wrong signature.
	k := key(t)
	text, err := k.Seal(payload())
	if err != nil {
		t.Fatal(err)
	}
	bad := k.Public()
	bad.Point = append([]byte{4}, make([]byte, 64)...)
	if _, err := seal.Open(text, []seal.PublicKey{bad}); !errors.Is(err, seal.ErrKey) {
		t.Errorf("a bad point: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// The layout of a message, byte by byte: other programs read it.
func TestLayout(t *testing.T) {
	k := key(t)
	message, err := k.SignList(seal.List{IssuedAt: time.Unix(1000, 0), NextUpdate: time.Unix(2000, 0)})
	if err != nil {
		t.Fatal(err)
	}
	want := "d284" + // tag 18, array of 4
		"4d" + "a2" + "0126" + "0448" + hex.EncodeToString(k.Public().ID) + // {1: -7, 4: id}
		"a0" + // {}
		"4b" + "a3" + "011903e8" + "021907d0" + "0380" + // {1: 1000, 2: 2000, 3: []}
		"5840"
	if got := hex.EncodeToString(message[:len(message)-64]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func FuzzOpen(f *testing.F) {
	k := key(f)
	text, err := k.Seal(payload())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add("QQ")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := seal.Open(text, []seal.PublicKey{k.Public()})
		if err != nil && p != (seal.Payload{}) {
			t.Fatalf("%+v with %v", p, err)
		}
	})
}

func FuzzOpenList(f *testing.F) {
	k := key(f)
	message, err := k.SignList(seal.List{IssuedAt: time.Unix(1000, 0), NextUpdate: time.Unix(2000, 0)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(message)
	f.Fuzz(func(t *testing.T, message []byte) {
		l, err := seal.OpenList(message, []seal.PublicKey{k.Public()})
		if err != nil && len(l.Entries) != 0 {
			t.Fatalf("%+v with %v", l, err)
		}
	})
}
