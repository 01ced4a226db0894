package ocsp_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/judgetest"
)

// ours is a responder of the world at a moment, which knows the person to be
// good and one other certificate to be revoked.
func (w *world) ours(at time.Time, revokedOnes ...*certs.Certificate) *ocsp.Responder {
	return &ocsp.Responder{
		Issuer: w.authority.Issuing(), Certificate: w.responder.Certificate, Key: w.responder.Key,
		Now: func() time.Time { return at },
		Status: func(serial *big.Int) revocation.Answer {
			for _, c := range revokedOnes {
				if c.Serial.Cmp(serial) == 0 {
					return revocation.Answer{Status: revoked, RevokedAt: at.Add(-time.Hour), Reason: revocation.CertificateHold}
				}
			}
			if serial.Cmp(w.person.Certificate.Serial) == 0 {
				return revocation.Answer{Status: good}
			}
			return revocation.Answer{Status: undetermined}
		},
	}
}

func TestResponder(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			w, value := newWorld(t, family), bytes.Repeat([]byte{3}, 32)
			held, stranger := w.issue(t, nil).Certificate, w.issue(t, nil).Certificate
			r := w.ours(now, held)
			p := ocsp.Policy{Nonce: ocsp.NonceRequired}
			for _, byKey := range []bool{false, true} {
				r.ByKey = byKey
				r.Life += time.Hour
				for _, test := range []struct {
					of     *certs.Certificate
					status revocation.Status
					cause  revocation.Cause
				}{{w.person.Certificate, good, ""}, {held, revoked, ""}, {stranger, undetermined, ocsp.CauseUnknown}} {
					for _, digest := range []certs.Digest{certs.SHA1, certs.SHA256, certs.Streebog512} {
						request := ocsp.NewRequest(test.of, w.authority.Issuing(), digest, value)
						q := ocsp.Question{Certificate: test.of, Issuer: w.authority.Issuing(), At: now, Request: &request}
						if got := p.Judge(r.Respond(request.DER), q); got.Status != test.status || got.Cause != test.cause {
							t.Errorf("%s: %v, want %s %s", digest.Name, got, test.status, test.cause)
						}
					}
				}
			}
		})
	}
}

func TestResponderRefuses(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	r := w.ours(now)
	leaf, issuer := w.person.Certificate, w.authority.Issuing()
	request := func(nonce int) []byte {
		return ocsp.NewRequest(leaf, issuer, certs.SHA256, make([]byte, nonce)).DER
	}
	one := der.Sequence(ocsp.NewCertID(leaf, issuer, certs.SHA256).DER())
	critical := der.Encode(der.ContextConstructed(2), der.Sequence(der.Sequence(der.OID(oidNobody), der.Bool(true), der.Octets(nil))))
	emptyNonce := der.Encode(der.ContextConstructed(2), der.Sequence(der.Sequence(der.OID(oidNonce), der.Octets(der.Octets(nil)))))
	tests := []struct {
		name    string
		request []byte
		status  ocsp.ResponseStatus
	}{
		{"plain", request(0), ocsp.Successful},
		{"nonce of 128", request(128), ocsp.Successful},
		{"nonce of 129", request(129), ocsp.MalformedRequest},
		{"nonce of none", der.Sequence(der.Sequence(der.Sequence(one), emptyNonce)), ocsp.MalformedRequest},
		{"garbage", []byte("GET / HTTP/1.0"), ocsp.MalformedRequest},
		{"nothing", nil, ocsp.MalformedRequest},
		{"trailing bytes", append(request(32), 0), ocsp.MalformedRequest},
		{"no question", der.Sequence(der.Sequence(der.Sequence())), ocsp.MalformedRequest},
		{"two questions", der.Sequence(der.Sequence(der.Sequence(one, one))), ocsp.Successful},
		{"forty questions", der.Sequence(der.Sequence(der.Sequence(bytes.Repeat(one, 40)))), ocsp.MalformedRequest},
		{"critical extension", der.Sequence(der.Sequence(der.Sequence(one), critical)), ocsp.MalformedRequest},
		{"signed request", der.Sequence(der.Sequence(der.Sequence(one)), der.Encode(der.ContextConstructed(0), der.Sequence())), ocsp.Successful},
		{"version 2", der.Sequence(der.Sequence(der.Encode(der.ContextConstructed(0), []byte{2, 1, 1}), der.Sequence(one))), ocsp.MalformedRequest},
	}
	for _, test := range tests {
		resp, err := ocsp.ParseResponse(r.Respond(test.request))
		if err != nil || resp.Status != test.status {
			t.Errorf("%s: %+v, %v, want status %d", test.name, resp, err, test.status)
		}
	}
}

// TestResponderOverHTTP asks in both ways of RFC 6960 appendix A.
func TestResponderOverHTTP(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	server := httptest.NewServer(w.ours(now))
	defer server.Close()
	request := ocsp.NewRequest(w.person.Certificate, w.authority.Issuing(), certs.SHA256, nil).DER
	in64 := base64.StdEncoding.EncodeToString(request)
	p := ocsp.Policy{}
	for _, path := range []string{"/" + url.PathEscape(in64), "/ocsp/" + url.PathEscape(in64), "/MM/" + in64} {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := p.Judge(body, w.question()); got.Status != good {
			t.Errorf("GET: %v", got)
		}
	}
	for _, test := range []struct {
		method, media, body string
		code                int
	}{
		{"POST", "application/ocsp-request", string(request), 200},
		{"POST", "text/plain", string(request), 415},
		{"POST", "application/ocsp-request", strings.Repeat("x", 1<<20), 413},
		{"PUT", "application/ocsp-request", string(request), 405},
	} {
		req, err := http.NewRequest(test.method, server.URL, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", test.media)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != test.code {
			t.Errorf("%s of %s: %d, want %d", test.method, test.media, resp.StatusCode, test.code)
		}
	}
}

// TestOpenSSLAgrees lets the openssl command judge our responses, and reads
// those of its own responder. It knows no national algorithms.
func TestOpenSSLAgrees(t *testing.T) {
	judgetest.Need(t, "openssl")
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			// It judges by its own clock.
			b := newBench(t, family)
			t.Run("ours", b.judgeOurs)
			t.Run("theirs", b.readTheirs)
		})
	}
}

// bench is a folder with the files that openssl wants.
type bench struct {
	*world
	dir                  string
	held, dead, stranger *certs.Certificate
	at                   time.Time
}

func newBench(t *testing.T, family ca.Family) *bench {
	at := time.Now().Truncate(time.Second)
	a, err := ca.New(family, at, ca.Options{NotBefore: at.AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{world: &world{authority: a}, dir: t.TempDir(), at: at}
	person := func() ca.Holder {
		h, err := a.Issue(ca.Person{Surname: "А", GivenName: "Б", NotBefore: at.AddDate(0, -1, 0)})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	b.person, b.held = person(), person().Certificate
	b.dead, b.stranger = person().Certificate, person().Certificate
	if b.responder, err = a.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: at.AddDate(0, -1, 0)}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*certs.Certificate{
		"root.pem": a.Root(), "ca.pem": a.Issuing(), "person.pem": b.person.Certificate,
		"held.pem": b.held, "responder.pem": b.responder.Certificate,
	} {
		b.put(t, name, ca.MarshalCertificatePEM(c))
	}
	key, err := x509.MarshalPKCS8PrivateKey(b.responder.Key)
	if err != nil {
		t.Fatal(err)
	}
	b.put(t, "responder.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	return b
}

func (b *bench) put(t *testing.T, name string, contents []byte) {
	if err := os.WriteFile(filepath.Join(b.dir, name), contents, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) openssl(t *testing.T, args ...string) string {
	cmd := exec.Command("openssl", append([]string{"ocsp"}, args...)...)
	cmd.Dir = b.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("openssl ocsp %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (b *bench) judgeOurs(t *testing.T) {
	for _, byKey := range []bool{false, true} {
		r := b.ours(b.at, b.held)
		r.ByKey, r.Life = byKey, time.Hour
		for name, want := range map[string]string{"person.pem": "person.pem: good", "held.pem": "held.pem: revoked"} {
			c := b.person.Certificate
			if name == "held.pem" {
				c = b.held
			}
			request := ocsp.NewRequest(c, b.authority.Issuing(), certs.SHA256, bytes.Repeat([]byte{5}, 32))
			b.put(t, "response.der", r.Respond(request.DER))
			out := b.openssl(t, "-sha256", "-issuer", "ca.pem", "-cert", name, "-respin", "response.der",
				"-CAfile", "root.pem", "-verify_other", "ca.pem", "-no_nonce", "-resp_text")
			if !strings.Contains(out, "Response verify OK") || !strings.Contains(out, want) || !strings.Contains(out, "OCSP Nonce") {
				t.Errorf("by key %v:\n%s", byKey, out)
			}
		}
	}
}

func (b *bench) readTheirs(t *testing.T) {
	const day = "060102150405Z"
	line := func(kind string, c *certs.Certificate, gone string) string {
		return fmt.Sprintf("%s\t%s\t%s\t%X\tunknown\t/CN=x\n", kind, c.NotAfter.UTC().Format(day), gone, c.Serial.Bytes())
	}
	when := b.at.Add(-24 * time.Hour).UTC()
	b.put(t, "index.txt", []byte(line("V", b.person.Certificate, "")+
		line("R", b.held, when.Format(day)+",certificateHold")+line("R", b.dead, when.Format(day)+",keyCompromise")))
	value := bytes.Repeat([]byte{5}, 32)
	for _, test := range []struct {
		of     *certs.Certificate
		status revocation.Status
		cause  revocation.Cause
		reason revocation.Reason
		args   []string
	}{
		{b.person.Certificate, good, "", 0, nil},
		{b.person.Certificate, good, "", 0, []string{"-nmin", "60"}},
		{b.person.Certificate, good, "", 0, []string{"-resp_key_id"}},
		{b.person.Certificate, undetermined, ocsp.CauseNoResponder, 0, []string{"-resp_no_certs"}},
		{b.held, revoked, "", revocation.CertificateHold, nil},
		{b.dead, revoked, "", revocation.KeyCompromise, []string{"-ndays", "1"}},
		{b.stranger, undetermined, ocsp.CauseUnknown, 0, nil},
	} {
		request := ocsp.NewRequest(test.of, b.authority.Issuing(), certs.SHA256, value)
		b.put(t, "request.der", request.DER)
		b.openssl(t, append([]string{
			"-index", "index.txt", "-CA", "ca.pem", "-rsigner", "responder.pem", "-rkey", "responder.key",
			"-rmd", "sha256", "-reqin", "request.der", "-respout", "theirs.der",
		}, test.args...)...)
		raw, err := os.ReadFile(filepath.Join(b.dir, "theirs.der"))
		if err != nil {
			t.Fatal(err)
		}
		p := ocsp.Policy{Nonce: ocsp.NonceRequired}
		q := ocsp.Question{Certificate: test.of, Issuer: b.authority.Issuing(), At: time.Now(), Request: &request}
		got := p.Judge(raw, q)
		if got.Status != test.status || got.Cause != test.cause || got.Reason != test.reason {
			t.Errorf("%v: %v, want %s %s %s", test.args, got, test.status, test.cause, test.reason)
		}
		if test.status == revoked && !got.RevokedAt.Equal(when) {
			t.Errorf("revoked at %v, want %v", got.RevokedAt, when)
		}
	}
}
