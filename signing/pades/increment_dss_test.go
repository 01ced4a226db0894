package pades

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"
)

// element is a DER SEQUENCE of n bytes that differ from those of another seed.
func element(seed byte, n int) []byte {
	body := bytes.Repeat([]byte{seed}, n)
	for i := range body {
		body[i] += byte(i * i >> 3)
	}
	if n < 128 {
		return append([]byte{0x30, byte(n)}, body...)
	}
	return append([]byte{0x30, 0x82, byte(n >> 8), byte(n)}, body...)
}

func wholeKey(t *testing.T, file []byte, i int) string {
	t.Helper()
	d := mustRead(t, file)
	key, _ := d.VRIKeys(d.Signatures[i])
	return key
}

func mustStore(t *testing.T, file []byte) DSS {
	t.Helper()
	d := mustRead(t, file)
	s, err := d.DSS(len(d.Revisions) - 1)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAppendDSS(t *testing.T) {
	for name, file := range inputs() {
		d := mustRead(t, file)
		add := DSS{Certs: [][]byte{element(1, 10)}, CRLs: [][]byte{element(2, 20000)}}
		if len(d.Signatures) > 0 {
			key := wholeKey(t, file, 0)
			add.VRI = map[string]VRI{key: {
				Certs: [][]byte{element(1, 10), element(3, 300)}, OCSPs: [][]byte{element(4, 40)},
				TU: signedAt, TS: element(5, 50),
			}}
		}
		out, err := d.AppendDSS(add)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkAdded(t, file, out)
		got := mustStore(t, out)
		want := DSS{Ref: got.Ref, Certs: add.Certs, CRLs: add.CRLs, VRI: map[string]VRI{}}
		for key, v := range add.VRI {
			v.TU = got.VRI[key].TU // the same moment in another time.Location
			want.VRI[key] = v
			want.Certs, want.OCSPs = append(want.Certs[:1:1], v.Certs[1]), v.OCSPs
			if !v.TU.Equal(signedAt) {
				t.Errorf("%s: gathered at %v", name, v.TU)
			}
		}
		if got.Ref == (Ref{}) || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the store holds something else", name)
		}
	}
}

// A second revision of evidence adds to the store under its own number, writes
// nothing twice, and keeps what it does not know.
func TestMergeDSS(t *testing.T) {
	signed, err := mustPrepare(t, sample{}.build(), NewSignature{}).Fill(element(9, 20))
	if err != nil {
		t.Fatal(err)
	}
	first, second := wholeKey(t, signed, 0), wholeKey(t, signed, 1)
	file, err := mustRead(t, signed).AppendDSS(DSS{
		Certs: [][]byte{element(1, 10)}, CRLs: [][]byte{element(2, 9000)},
		VRI: map[string]VRI{first: {Certs: [][]byte{element(1, 10)}, TU: signedAt}},
	})
	if err != nil {
		t.Fatal(err)
	}
	later := signedAt.Add(time.Hour)
	more := DSS{
		Certs: [][]byte{element(1, 10), element(6, 60)}, CRLs: [][]byte{element(2, 9000)},
		VRI: map[string]VRI{
			first:  {Certs: [][]byte{element(1, 10)}, OCSPs: [][]byte{element(7, 70)}, TU: later},
			second: {CRLs: [][]byte{element(2, 9000)}, TU: later},
		},
	}
	out, err := mustRead(t, file).AppendDSS(more)
	if err != nil {
		t.Fatal(err)
	}
	d := checkAdded(t, file, out)
	got := mustStore(t, out)
	if got.Ref != mustStore(t, file).Ref {
		t.Errorf("the store moved to %v", got.Ref)
	}
	if len(got.Certs) != 2 || len(got.CRLs) != 1 || len(got.OCSPs) != 1 {
		t.Errorf("%d certificates, %d lists, %d responses", len(got.Certs), len(got.CRLs), len(got.OCSPs))
	}
	if v := got.VRI[first]; len(v.Certs) != 1 || len(v.OCSPs) != 1 || !v.TU.Equal(later) {
		t.Errorf("first signature: %d certificates, %d responses, %v", len(v.Certs), len(v.OCSPs), v.TU)
	}
	if v := got.VRI[second]; len(v.CRLs) != 1 || len(v.Certs) != 0 || !v.TU.Equal(later) {
		t.Errorf("second signature: %d lists, %d certificates, %v", len(v.CRLs), len(v.Certs), v.TU)
	}
	// Two streams, and the store itself.
	if n := len(d.Changed(len(d.Revisions) - 1)); n != 3 {
		t.Errorf("%d objects written, want 3", n)
	}
	again, err := mustRead(t, out).AppendDSS(more)
	if err != nil || !bytes.Equal(again, out) {
		t.Errorf("evidence that is there already makes a revision: %v", err)
	}
}

// Stores as other programs write them.
func TestMergeForeignDSS(t *testing.T) {
	const stream = "<</Length 4>>stream\n\x30\x02\x05\x00\nendstream"
	for name, s := range map[string]sample{
		"in the catalog": {1: "<</Type/Catalog/Pages 2 0 R/DSS<</Certs[8 0 R]/Private(x)>>>>", 8: stream},
		"in an object":   {1: "<</Type/Catalog/Pages 2 0 R/DSS 9 0 R>>", 8: stream, 9: "<</Certs 10 0 R/Private(x)/VRI 11 0 R>>", 10: "[8 0 R]", 11: "<</0123<</Cert[8 0 R]/Private 1>>>>"},
	} {
		file := unsigned(s).build()
		out, err := mustRead(t, file).AppendDSS(DSS{Certs: [][]byte{{0x30, 2, 5, 0}, element(1, 10)}})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		d := checkAdded(t, file, out)
		got := mustStore(t, out)
		catalog, _ := d.Catalog(1)
		dict, _ := d.ResolveDict(1, catalog.Get("DSS"))
		if len(got.Certs) != 2 || dict.Get("Private") == nil || name == "in an object" && len(got.VRI["0123"].Certs) != 1 {
			t.Errorf("%s: %d certificates, store %v", name, len(got.Certs), dict)
		}
	}
}

func TestAppendDSSRefused(t *testing.T) {
	signed := sample{}.build()
	key := wholeKey(t, signed, 0)
	for name, c := range map[string]struct {
		file []byte
		add  DSS
		want error
	}{
		"another signature": {signed, DSS{VRI: map[string]VRI{"00": {}}}, ErrRevision},
		"no signature":      {unsigned(nil).build(), DSS{VRI: map[string]VRI{"": {}}}, ErrRevision},
		"not DER":           {signed, DSS{CRLs: [][]byte{[]byte("text")}}, ErrNotDER},
		"two elements":      {signed, DSS{OCSPs: [][]byte{slices.Concat(token, token)}}, ErrNotDER},
		"timestamp not DER": {signed, DSS{VRI: map[string]VRI{key: {TS: []byte("text")}}}, ErrNotDER},
		"year":              {signed, DSS{VRI: map[string]VRI{key: {TU: signedAt.AddDate(9000, 0, 0)}}}, ErrRevision},
		"empty signature":   {prepared(), DSS{Certs: [][]byte{token}}, ErrUnsound},
		"broken store":      {unsigned(sample{1: "<</Type/Catalog/Pages 2 0 R/DSS 7 0 R>>"}).build(), DSS{Certs: [][]byte{token}}, ErrUnsound},
		"broken list":       {unsigned(sample{1: "<</Type/Catalog/Pages 2 0 R/DSS<</Certs[1]>>>>"}).build(), DSS{Certs: [][]byte{token}}, ErrUnsound},
	} {
		if out, err := mustRead(t, c.file).AppendDSS(c.add); !errors.Is(err, c.want) || out != nil {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}
