package tsp

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/judgetest"
	"tamga/signing/cms"
)

var policy = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2, 6, 4}

func extension() certs.Extension {
	return certs.Extension{ID: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: der.NullValue()}
}

// same compares by what is printed: equal numbers have unequal insides.
func same(a, b any) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) }

func TestTSTInfoComesBack(t *testing.T) {
	huge, _ := new(big.Int).SetString("-7fffffffffffffffffffffffffffffffffffffffffffffffff", 16)
	at := time.Date(2026, time.November, 22, 18, 40, 1, 0, time.UTC)
	name := der.Encode(der.ContextConstructed(4), der.Sequence(der.Set(der.Sequence(der.OID(asn1.ObjectIdentifier{2, 5, 4, 3}), der.Text("ЦУ")))))
	for _, want := range []TSTInfo{
		{Serial: big.NewInt(0), GenTime: at},
		{Serial: big.NewInt(-1), GenTime: at.Add(time.Nanosecond), Imprint: NewImprint(certs.Streebog512, []byte("өтініш"))},
		{Serial: huge, GenTime: at.Add(120 * time.Millisecond), Accuracy: Accuracy{Present: true}, Ordering: true},
		{Serial: big.NewInt(1 << 40), GenTime: at, Nonce: big.NewInt(-5), Accuracy: Accuracy{true, time.Second + 20*time.Millisecond + 300*time.Microsecond}},
		{Serial: big.NewInt(7), GenTime: at, Nonce: huge, TSA: name, Extensions: []certs.Extension{extension()}, Accuracy: Accuracy{true, 999 * time.Microsecond}},
	} {
		want.Policy = policy
		if want.Imprint.Hash == nil {
			want.Imprint = NewImprint(certs.SHA256, []byte("x"))
		}
		got, err := ParseTSTInfo(want.DER())
		if err != nil {
			t.Errorf("%+v: %v", want, err)
			continue
		}
		if !same(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

// The accuracy of a token never promises more than was meant.
func TestAccuracyIsRoundedUp(t *testing.T) {
	a, err := readAccuracy(der.NewReader(Accuracy{Present: true, Error: time.Second - time.Nanosecond}.der()))
	if err != nil || a.Error != time.Second {
		t.Errorf("%v, %v", a, err)
	}
}

func TestGenTimeIsStrict(t *testing.T) {
	for text, want := range map[string]string{
		"20261122184001Z":            "2026-11-22T18:40:01Z",
		"20261122184001.5Z":          "2026-11-22T18:40:01.5Z",
		"20261122184001.000000001Z":  "2026-11-22T18:40:01.000000001Z",
		"20261122184001.1234567891Z": "2026-11-22T18:40:01.123456789Z",
		"20261122184001.50Z":         "",
		"20261122184001.0Z":          "",
		"20261122184001.Z":           "",
		"20261122184001,5Z":          "",
		"20261122184001.5":           "",
		"20261122184001":             "",
		"202611221840Z":              "",
		"20261122184001+0500":        "",
		"20261122184060Z":            "",
		"20261322184001Z":            "",
		"20261122184001.-5Z":         "",
		"20261122184001.5ZZ":         "",
		"":                           "",
		"Z":                          "",
		"20261122184001." + "1" + string(bytes.Repeat([]byte("3"), maxFraction)) + "Z": "",
	} {
		got, err := readGenTime(der.NewReader(der.Encode(der.GeneralizedTime, []byte(text))))
		switch {
		case want == "" && err == nil:
			t.Errorf("%q passes as %v", text, got)
		case want != "" && (err != nil || got.Format(time.RFC3339Nano) != want):
			t.Errorf("%q is %v, %v; want %s", text, got, err, want)
		}
	}
	if _, err := readGenTime(der.NewReader(der.Encode(der.UTCTime, []byte("261122184001Z")))); !errors.Is(err, der.ErrSyntax) {
		t.Errorf("a UTCTime: %v", err)
	}
}

func TestRequestComesBack(t *testing.T) {
	for _, want := range []Request{
		{Imprint: NewImprint(certs.GOST34311, []byte("x"))},
		{Imprint: NewImprint(certs.SHA512, []byte("x")), Policy: policy, Nonce: big.NewInt(1).Lsh(big.NewInt(1), 127), Certificates: true, Extensions: []certs.Extension{extension()}},
	} {
		got, err := ParseRequest(want.DER())
		if err != nil || !same(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
}

func TestResponseComesBack(t *testing.T) {
	for _, want := range []Response{
		{Status: StatusInfo{Status: Granted}, Token: der.Sequence(der.NullValue())},
		{Status: StatusInfo{Status: GrantedWithMods, Text: []string{"өзгертілді"}}, Token: der.Sequence()},
		{Status: StatusInfo{Status: Rejection, Text: []string{"a", "b"}, Failures: []Failure{BadAlg, UnacceptedPolicy, SystemFailure}}},
		{Status: StatusInfo{Status: Waiting, Failures: []Failure{7}}},
	} {
		got, err := ParseResponse(want.DER())
		if err != nil || !same(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
}

func TestMalformedMessages(t *testing.T) {
	good := Request{Imprint: NewImprint(certs.SHA256, []byte("x"))}
	short := good
	short.Imprint.Hash = short.Imprint.Hash[1:]
	info := TSTInfo{Policy: policy, Imprint: good.Imprint, Serial: big.NewInt(1), GenTime: time.Unix(0, 0).UTC()}
	version := info.DER()
	version[bytes.Index(version, []byte{2, 1, 1})+2] = 2
	twice := good
	twice.Extensions = []certs.Extension{extension(), extension()}
	request := func(b []byte) error { _, err := ParseRequest(b); return err }
	response := func(b []byte) error { _, err := ParseResponse(b); return err }
	tst := func(b []byte) error { _, err := ParseTSTInfo(b); return err }
	for name, err := range map[string]error{
		"a hash cut short":          request(short.DER()),
		"an extension twice":        request(twice.DER()),
		"bytes after a request":     request(append(good.DER(), 0)),
		"a request cut short":       request(good.DER()[:20]),
		"nothing":                   request(nil),
		"a TSTInfo of version 2":    tst(version),
		"bytes after a TSTInfo":     tst(append(info.DER(), 5, 0)),
		"granted without a token":   response(Response{Status: StatusInfo{Status: Granted}}.DER()),
		"rejection with a token":    response(Response{Status: StatusInfo{Status: Rejection}, Token: der.Sequence()}.DER()),
		"status six":                response(Response{Status: StatusInfo{Status: 6}}.DER()),
		"a failure info of a page":  response(Response{Status: StatusInfo{Status: Rejection, Failures: []Failure{4000}}}.DER()),
		"bytes after the response":  response(append(Response{Status: StatusInfo{Status: Rejection}}.DER(), 0)),
		"a TSTInfo is no response":  response(info.DER()),
		"a response is no TSTInfo":  tst(Response{Status: StatusInfo{Status: Rejection}}.DER()),
		"a million of status texts": response(Response{Status: StatusInfo{Status: Rejection, Text: slices.Repeat([]string{"x"}, 1000)}}.DER()),
	} {
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestImprintIsChecked(t *testing.T) {
	m := NewImprint(certs.Streebog256, []byte("ab"), []byte("c"))
	if err := m.Check([]byte("abc")); err != nil {
		t.Error(err)
	}
	if err := m.Check([]byte("abd")); !errors.Is(err, ErrImprint) {
		t.Error(err)
	}
	m.Algorithm.OID = asn1.ObjectIdentifier{1, 2, 3}
	if err := m.Check([]byte("abc")); !errors.Is(err, ErrImprintAlgorithm) {
		t.Error(err)
	}
}

// A token is a SignedData over a TSTInfo with one signer, and nothing else.
func TestOtherContainersAreNoTokens(t *testing.T) {
	container := func(content asn1.ObjectIdentifier, body []byte) []byte {
		return der.Sequence(der.OID(cms.OIDSignedData), der.Encode(der.ContextConstructed(0), der.Sequence(
			der.Int(big.NewInt(3)), der.Set(),
			der.Sequence(der.OID(content), der.Encode(der.ContextConstructed(0), der.Octets(body))),
			der.Set())))
	}
	info := TSTInfo{Policy: policy, Imprint: NewImprint(certs.SHA256), Serial: big.NewInt(1), GenTime: time.Unix(0, 0)}
	for name, raw := range map[string][]byte{
		"without a signer":  container(OIDTSTInfo, info.DER()),
		"of another type":   container(cms.OIDData, info.DER()),
		"of what is no CMS": info.DER(),
		"of nothing":        nil,
	} {
		if _, err := ParseToken(raw); !errors.Is(err, ErrMalformed) {
			t.Errorf("a token %s: %v", name, err)
		}
	}
}

// OpenSSL reads our requests and we read those of OpenSSL.
func TestRequestsOfOpenSSL(t *testing.T) {
	judgetest.Need(t, "openssl")
	dir := t.TempDir()
	data, query := filepath.Join(dir, "data"), filepath.Join(dir, "query")
	if err := os.WriteFile(data, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) []byte {
		out, err := exec.Command("openssl", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
		return out
	}
	run("ts", "-query", "-data", data, "-sha512", "-cert", "-tspolicy", "1.2.398.3.3.2.6.2", "-out", query)
	raw, err := os.ReadFile(query)
	if err != nil {
		t.Fatal(err)
	}
	q, err := ParseRequest(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Imprint.Check([]byte("content")); err != nil || !q.Certificates || q.Nonce == nil || q.Policy.String() != "1.2.398.3.3.2.6.2" {
		t.Errorf("%+v, %v", q, err)
	}
	if !bytes.Equal(q.DER(), raw) {
		t.Errorf("written back\n%x, read\n%x", q.DER(), raw)
	}
	own := Request{Imprint: NewImprint(certs.SHA256, []byte("content")), Nonce: big.NewInt(0x1234), Policy: policy, Certificates: true}
	if err := os.WriteFile(query, own.DER(), 0o600); err != nil {
		t.Fatal(err)
	}
	out := run("ts", "-query", "-in", query, "-text")
	for _, want := range []string{"sha256", "0x1234", "Certificate required: yes", policy.String()} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("openssl does not see %q in\n%s", want, out)
		}
	}
}
