package tsa

import (
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/judgetest"
	"tamga/signing/tsp"
)

func TestAuthorityRefuses(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	good := tsp.Request{Imprint: imprint("x")}
	sha1, unknown, policy, extension := good, good, good, good
	sha1.Imprint = tsp.NewImprint(certs.SHA1, []byte("x"))
	unknown.Imprint = tsp.Imprint{Algorithm: certs.AlgorithmIdentifier{OID: otherPolicy}, Hash: []byte{1}}
	policy.Policy = otherPolicy
	extension.Extensions = []certs.Extension{{ID: otherPolicy, Value: der.NullValue()}}
	for name, test := range map[string]struct {
		request []byte
		want    tsp.Failure
	}{
		"nothing":       {nil, tsp.BadDataFormat},
		"garbage":       {[]byte("garbage"), tsp.BadDataFormat},
		"SHA-1":         {sha1.DER(), tsp.BadAlg},
		"no digest":     {unknown.DER(), tsp.BadAlg},
		"a policy":      {policy.DER(), tsp.UnacceptedPolicy},
		"an extension":  {extension.DER(), tsp.UnacceptedExtension},
		"trailing data": {append(good.DER(), 0), tsp.BadDataFormat},
	} {
		p, err := tsp.ParseResponse(w.authority.Respond(test.request, begin))
		if err != nil || p.Status.Status != tsp.Rejection || len(p.Status.Failures) != 1 || p.Status.Failures[0] != test.want || len(p.Status.Text) == 0 {
			t.Errorf("%s: %v, %v; want %v", name, p.Status, err, test.want)
		}
	}
	none := &Authority{Signer: w.authority.Signer, Certificate: w.authority.Certificate}
	if p, err := tsp.ParseResponse(none.Respond(good.DER(), begin)); err != nil || p.Status.Granted() {
		t.Errorf("an authority without a policy: %v, %v", p.Status, err)
	}
}

// Numbers are unique, positive and fit what clients must accommodate; a token
// carries certificates only if they were asked for.
func TestTokensOfTheAuthority(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	seen := map[string]bool{}
	for i := range 50 {
		q := tsp.Request{Imprint: imprint("x"), Certificates: i%2 == 0, Nonce: big.NewInt(int64(i))}
		p, err := tsp.ParseResponse(w.authority.Respond(q.DER(), begin))
		if err != nil {
			t.Fatal(err)
		}
		token, err := tsp.ParseToken(p.Token)
		if err != nil {
			t.Fatal(err)
		}
		n := token.Info.Serial
		if n.Sign() <= 0 || n.BitLen() > 160 || seen[n.String()] || token.Info.Nonce.Cmp(q.Nonce) != 0 {
			t.Errorf("number %v, nonce %v", n, token.Info.Nonce)
		}
		seen[n.String()] = true
		if got := len(token.SignedData.Certificates); q.Certificates != (got > 0) {
			t.Errorf("certificates asked for: %v, and %d came", q.Certificates, got)
		}
	}
}

func TestAuthorityOverHTTP(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	for _, test := range []struct {
		method, media, body string
		want                int
	}{
		{http.MethodGet, "", "", http.StatusMethodNotAllowed},
		{http.MethodPost, "text/plain", "x", http.StatusUnsupportedMediaType},
		{http.MethodPost, mediaQuery, strings.Repeat("x", 64<<10), http.StatusOK},
		{http.MethodPost, mediaQuery, strings.Repeat("x", 64<<10+1), http.StatusRequestEntityTooLarge},
		{http.MethodPost, mediaQuery, "x", http.StatusOK}, // refused inside
	} {
		r := httptest.NewRequest(test.method, "/", strings.NewReader(test.body))
		r.Header.Set("Content-Type", test.media)
		out := httptest.NewRecorder()
		w.authority.ServeHTTP(out, r)
		if out.Code != test.want {
			t.Errorf("%s %s: %d, want %d", test.method, test.media, out.Code, test.want)
		}
	}
}

// OpenSSL asks our authority and believes what it says.
func TestOpenSSLBelievesTheAuthority(t *testing.T) {
	judgetest.Need(t, "openssl")
	run := func(args ...string) (string, error) {
		out, err := exec.Command("openssl", args...).CombinedOutput()
		return string(out), err
	}
	for _, test := range []struct {
		name   string
		family ca.Family
	}{{"RSA", ca.RSA}, {"ECDSA", ca.ECDSA}} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, test.family)
			root, data := w.file("root.pem", pemOf(w.ca.Root())), w.file("data", []byte("өтініш"))
			query, reply := filepath.Join(t.TempDir(), "query"), filepath.Join(t.TempDir(), "reply")
			for _, digest := range []string{"-sha256", "-sha512"} {
				if out, err := run("ts", "-query", "-data", data, digest, "-cert", "-out", query); err != nil {
					t.Fatal(out)
				}
				raw, err := os.ReadFile(query)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(reply, w.authority.Respond(raw, begin), 0o600); err != nil {
					t.Fatal(err)
				}
				at := "-attime"
				out, err := run("ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", root, at, "1780315200")
				if err != nil || !strings.Contains(out, "Verification: OK") {
					t.Errorf("openssl: %v\n%s", err, out)
				}
				other := w.file("other", []byte("өтініш!"))
				if out, err := run("ts", "-verify", "-data", other, "-in", reply, "-CAfile", root, at, "1780315200"); err == nil {
					t.Errorf("openssl believes it of other data\n%s", out)
				}
			}
		})
	}
}
