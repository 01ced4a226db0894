package pades

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

const testKey = "0123456789ABCDEF0123456789ABCDEF01234567"

// stored is the sample with a document security store and streams 11 to 14.
func stored(store string, more map[int]string) []byte {
	s := sample{1: mustReplace(sample{}.objects()[1], "/AcroForm", "/DSS "+store+"/AcroForm")}
	for i, text := range []string{"certificate", "list", "status", "token"} {
		data := string(deflate([]byte(text)))
		s[11+i] = fmt.Sprintf("<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream", len(data), data)
	}
	for n, body := range more {
		s[n] = body
	}
	return s.build()
}

func TestDSS(t *testing.T) {
	file := stored("10 0 R", map[int]string{
		10: "<</Type/DSS/Certs[11 0 R 11 0 R]/CRLs 15 0 R/OCSPs[13 0 R]/VRI<</" + testKey +
			"<</Cert[11 0 R]/CRL[]/OCSP[13 0 R]/TU(D:20260301120000Z)/TS 14 0 R>>>>>>",
		15: "[12 0 R]",
	})
	s, err := mustRead(t, file).DSS(0)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%v %s %s %s", s.Ref, s.Certs, s.CRLs, s.OCSPs); got != "10 0 R [certificate certificate] [list] [status]" {
		t.Errorf("store %s", got)
	}
	v := s.VRI[testKey]
	if got := fmt.Sprintf("%s %s %s %s", v.Certs, v.CRLs, v.OCSPs, v.TS); got != "[certificate] [] [status] token" {
		t.Errorf("entry %s", got)
	}
	if want := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC); !v.TU.Equal(want) || !s.Present() {
		t.Errorf("collected at %v", v.TU)
	}
}

func TestNoDSS(t *testing.T) {
	d := mustRead(t, sample{}.build())
	if s, err := d.DSS(0); err != nil || s.Present() {
		t.Errorf("%+v, %v", s, err)
	}
	d = mustRead(t, stored("<<>>", nil))
	if s, err := d.DSS(0); err != nil || !s.Present() || s.Ref != (Ref{}) {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestBrokenDSS has stores that are errors: half of the evidence is none.
func TestBrokenDSS(t *testing.T) {
	bomb := string(deflate([]byte(strings.Repeat("\x00", 8<<20))))
	for name, c := range map[string]struct {
		store string
		more  map[int]string
		said  string
	}{
		"no dictionary":        {"[]", nil, "dictionary expected, pades.Array found"},
		"Certs no array":       {"<</Certs 11 0 R>>", nil, "/Certs of the document security store is not an array"},
		"Certs direct":         {"<</Certs[(x)]>>", nil, "/Certs of the document security store holds something other than references"},
		"Certs of nothing":     {"<</Certs[99 0 R]>>", nil, "object 99 0 R of the document security store is not there"},
		"Certs no stream":      {"<</Certs[7 0 R]>>", nil, "object 7 0 R of the document security store is not a stream"},
		"Certs twice":          {"<</Certs[]/Certs[11 0 R]>>", nil, "the document security store has /Certs twice"},
		"filter unknown":       {"<</Certs[20 0 R]>>", map[int]string{20: "<</Filter/JBIG2Decode/Length 1>>stream\nx\nendstream"}, "filter \"JBIG2Decode\" is not supported here"},
		"not compressed":       {"<</Certs[20 0 R]>>", map[int]string{20: "<</Filter/FlateDecode/Length 1>>stream\nx\nendstream"}, "compressed data: unexpected EOF"},
		"bomb":                 {"<</Certs[20 0 R]>>", map[int]string{20: fmt.Sprintf("<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream", len(bomb), bomb)}, "compressed data inflates beyond"},
		"VRI no dictionary":    {"<</VRI[]>>", nil, "/VRI: pdf syntax: dictionary expected"},
		"VRI twice":            {"<</VRI<</A<<>>/A<<>>>>>>", nil, "/VRI has /A twice"},
		"entry no dictionary":  {"<</VRI<</A[]>>>>", nil, "/VRI /A: pdf syntax: dictionary expected"},
		"entry Cert no array":  {"<</VRI<</A<</Cert 11 0 R>>>>>>", nil, "/Cert of the document security store is not an array"},
		"entry TU no date":     {"<</VRI<</A<</TU(yesterday)>>>>>>", nil, "/TU in /VRI /A is not a date"},
		"entry TS direct":      {"<</VRI<</A<</TS(x)>>>>>>", nil, "/TS of the document security store holds something other than references"},
		"too many":             {"<</Certs[" + strings.Repeat("11 0 R ", maxEvidence+1) + "]>>", nil, "the document security store names more than 65536 streams"},
		"circular":             {"20 0 R", map[int]string{20: "21 0 R", 21: "20 0 R"}, "references refer to each other in a circle"},
		"circular array":       {"<</Certs 20 0 R>>", map[int]string{20: "21 0 R", 21: "20 0 R"}, "references refer to each other in a circle"},
		"circular VRI":         {"<</VRI 20 0 R>>", map[int]string{20: "21 0 R", 21: "20 0 R"}, "/VRI: pdf syntax: references refer to each other in a circle"},
		"circular time":        {"<</VRI<</A<</TU 20 0 R>>>>>>", map[int]string{20: "21 0 R", 21: "20 0 R"}, "references refer to each other in a circle"},
		"stream in other file": {"<</Certs[20 0 R]>>", map[int]string{20: "<</F(x)/Length 1>>stream\nx\nendstream"}, "stream data in another file"},
	} {
		if s, err := mustRead(t, stored(c.store, c.more)).DSS(0); err == nil || !strings.Contains(err.Error(), c.said) {
			t.Errorf("%s: %+v, %v, want %q", name, s, err, c.said)
		}
	}
}

func TestVRIKeys(t *testing.T) {
	key := func(b []byte) string {
		sum := sha1.Sum(b)
		return strings.ToUpper(hex.EncodeToString(sum[:]))
	}
	d := mustRead(t, sample{}.build())
	padded, err := hex.DecodeString(strings.Trim(contentsHole, "<>"))
	if err != nil {
		t.Fatal(err)
	}
	whole, trimmed := d.VRIKeys(d.Signatures[0])
	if whole != key(padded) || trimmed != key(token) {
		t.Errorf("keys %s and %s", whole, trimmed)
	}
	d = mustRead(t, patched("<30060404", "<3006x404"))
	if whole, trimmed = d.VRIKeys(d.Signatures[0]); whole != "" || trimmed != "" {
		t.Errorf("keys %s and %s of what is no string", whole, trimmed)
	}
}

func TestSize(t *testing.T) {
	for _, file := range [][]byte{sample{}.build(), packedFile()} {
		d := mustRead(t, file)
		if d.Len() != int64(len(file)) || d.Size(0, Ref{Number: 99}) != 0 || d.Size(0, Ref{Number: 3, Generation: 1}) != 0 {
			t.Error("the size of nothing")
		}
		for _, ref := range d.Objects(0) {
			if n := d.Size(0, ref); n <= 0 || n > d.Len() {
				t.Errorf("object %v has %d bytes", ref, n)
			}
		}
	}
}
