package signing_test

import (
	"crypto"
	"encoding/asn1"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// crossed is an authority that others certify too.
type crossed struct {
	*signtest.PKI
	t testing.TB
}

// publicOnly is a key that another authority certifies: it signs nothing.
type publicOnly struct{ key crypto.PublicKey }

func (p publicOnly) Public() crypto.PublicKey { return p.key }
func (publicOnly) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	panic("a certificate of this key is made, not a signature")
}

// certify makes another certificate of the issuing authority.
func (c crossed) certify(by *ca.Authority, change func(*ca.Template)) *certs.Certificate {
	c.t.Helper()
	own := c.Authority.Issuing()
	h, err := by.Issue(ca.Person{
		Surname: "ОРТАЛЫҚ", NotBefore: day(-200), NotAfter: day(2000), Key: publicOnly{own.PublicKey},
		Template: func(x *ca.Template) {
			x.Subject = own.Subject.Raw
			x.Remove(asn1.ObjectIdentifier{2, 5, 29, 37})
			x.Set(ca.BasicConstraints(true, -1))
			x.Set(ca.KeyUsage(certs.KeyCertSign | certs.CRLSign))
			if change != nil {
				change(x)
			}
		},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return h.Certificate
}

// trusting is a verifier with these anchors, the others in their order, and fresh
// lists of the authorities.
func (c crossed) trusting(anchors, others []*certs.Certificate, by ...*ca.Authority) *signing.Verifier {
	c.t.Helper()
	v := &signing.Verifier{Trust: &certs.Pool{}, Revocation: &revocation.Lists{}, Now: signtest.Now}
	for _, a := range anchors {
		v.Trust.AddAnchor(a)
	}
	for _, o := range others {
		v.Trust.AddIntermediate(o)
	}
	for _, a := range append(by, c.Authority) {
		for _, issue := range []func(this, next time.Time) ([]byte, error){a.CRL, a.RootCRL} {
			raw, err := issue(day(0).Add(-time.Hour), day(1))
			if err != nil {
				c.t.Fatal(err)
			}
			v.Revocation.Add(parsedList(c.t, raw))
		}
	}
	return v
}

func newAuthority(t testing.TB, family ca.Family, label string) *ca.Authority {
	t.Helper()
	a, err := ca.New(family, signtest.Now(), ca.Options{NotBefore: day(-365), Label: label})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// When the path that is found first does not hold, others are tried; a revoked
// signer and a stolen key stay what they are by every path.
func TestFurtherPaths(t *testing.T) {
	for name, c := range map[string]struct {
		signer, own, cross revocation.Reason // none: not revoked
		want               string
		others             int
		why                string
	}{
		"nobody revoked":            {-9, -9, -9, "TOTAL-PASSED", 0, ""},
		"its own certificate ended": {-9, revocation.Superseded, -9, "TOTAL-PASSED", 1, "was revoked on"},
		"both ended":                {-9, revocation.Superseded, revocation.CessationOfOperation, "INDETERMINATE REVOKED_CA_NO_POE", 1, "was revoked on"},
		"only the other ended":      {-9, -9, revocation.CessationOfOperation, "TOTAL-PASSED", 0, ""},
		"the key stolen":            {-9, revocation.CACompromise, -9, "INDETERMINATE REVOKED_CA_NO_POE", 1, "cACompromise"},
		"the key stolen, says the other": {-9, -9, revocation.KeyCompromise, "INDETERMINATE REVOKED_CA_NO_POE", 1,
			"keyCompromise"},
		"the signer revoked":            {revocation.Superseded, -9, -9, "INDETERMINATE REVOKED_NO_POE", 1, "was revoked on"},
		"the signer revoked, own ended": {revocation.Superseded, revocation.Superseded, -9, "INDETERMINATE REVOKED_NO_POE", 1, "was revoked on"},
	} {
		t.Run(name, func(t *testing.T) {
			x := crossed{signtest.New(t, ca.ECDSA), t}
			other := newAuthority(t, ca.ECDSA, "OTHER")
			key := x.Person(signtest.Applicant())
			file := x.Signed([]byte("өтініш"), key)
			cross := x.certify(other, nil)
			revoke := func(a *ca.Authority, c *certs.Certificate, reason revocation.Reason) {
				if reason != -9 {
					a.Revoke(c.Serial, day(-2), reason)
				}
			}
			revoke(x.Authority, key.Certificate, c.signer)
			revoke(x.Authority, x.Authority.Issuing(), c.own)
			revoke(other, cross, c.cross)
			anchors := []*certs.Certificate{x.Authority.Root(), other.Root()}
			v := x.trusting(anchors, []*certs.Certificate{x.Authority.Issuing(), other.Issuing(), cross}, other)
			got := verify(t, v, file, signing.Question{})
			if conclusion(got) != c.want {
				t.Fatalf("%s, want %s", signtest.Explain(got), c.want)
			}
			check := got.Signers[0].Check(signing.CheckChain)
			if n := len(check.Evidence.OtherPaths); n != c.others {
				t.Fatalf("%d other paths, want %d: %s", n, c.others, check.Detail)
			}
			for _, o := range check.Evidence.OtherPaths {
				if o.Check != signing.CheckRevocation || !strings.Contains(o.Detail, c.why) || len(o.Path) < 3 || !strings.Contains(check.Detail, o.Detail) {
					t.Errorf("%+v beside %s", o, check.Detail)
				}
			}
			// Who asks about the certificate, or makes the signature last, goes the same way.
			path, err := v.Path(t.Context(), key.Certificate, nil, day(0))
			if err != nil || len(path) != len(check.Evidence.Path) {
				t.Errorf("%v: a path of %d, judged one of %d", err, len(path), len(check.Evidence.Path))
			}
			if got.Passed() {
				services := x.Services(x.TSA())
				services.Verifier = v
				services.Gather = (&creation.Gatherer{Path: v.Path, Lists: v.Revocation}).Gather
				longer := signtest.Made(t, services, creation.Order{Form: creation.Existing{File: file}, Level: creation.BaselineLT})
				if got := verify(t, v, longer, signing.Question{}); !got.Passed() || got.Signers[0].Level != signing.LevelCAdESLT {
					t.Errorf("made to last: %s, %s", signtest.Explain(got), got.Signers[0].Level)
				}
			}
			// A certificate that only the file brings serves as well.
			if got.Passed() && c.others == 1 {
				without := x.trusting(anchors, []*certs.Certificate{x.Authority.Issuing(), other.Issuing()}, other)
				if got := verify(t, without, file, signing.Question{Material: signing.Material{Certificates: [][]byte{cross.Raw}}}); !got.Passed() {
					t.Errorf("beside the file: %s", signtest.Explain(got))
				}
			}
		})
	}
}

// A path over an algorithm that is no longer relied on gives way to one that is,
// as long as there are not too many of the former.
func TestFurtherPathsWithinBudget(t *testing.T) {
	x := crossed{signtest.New(t, ca.ECDSA), t}
	old := newAuthority(t, ca.GOST2004, "OLD")
	file := x.Signed([]byte("өтініш"), x.Person(signtest.Applicant()))
	policy := namedPolicy(t, "kz")
	policy.Digests = append(policy.Digests, signing.DigestLimit{Name: certs.GOST34311.Name, Until: "2020-01-01"})
	anchors := []*certs.Certificate{x.Authority.Root(), old.Issuing()}
	for weak, want := range map[int]string{0: "TOTAL-PASSED", 1: "TOTAL-PASSED", 7: "TOTAL-PASSED", 8: "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE", 20: "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"} {
		var others []*certs.Certificate
		for i := range weak {
			others = append(others, x.certify(old, func(tm *ca.Template) { tm.NotAfter = day(2001 + i) }))
		}
		v := x.trusting(anchors, append(others, x.Authority.Issuing()))
		v.Policy = policy
		got := verify(t, v, file, signing.Question{})
		if conclusion(got) != want {
			t.Errorf("after %d: %s, want %s", weak, signtest.Explain(got), want)
		}
		tried := got.Signers[0].Check(signing.CheckChain).Evidence.OtherPaths
		if len(tried) != min(weak, 7) {
			t.Errorf("after %d: %d tried", weak, len(tried))
		}
		for _, o := range tried {
			if o.Check != signing.CheckPolicy || !strings.Contains(o.Detail, "GOST 34.311-95") {
				t.Errorf("%+v", o)
			}
		}
	}
	// However many signers there are, they have one budget together.
	var weak []*certs.Certificate
	for i := range 9 {
		weak = append(weak, x.certify(old, func(tm *ca.Template) { tm.NotAfter = day(3001 + i) }))
	}
	keys := make([]creation.Key, 20)
	for i := range keys {
		keys[i] = x.Person(signtest.Applicant())
	}
	v := x.trusting(anchors, weak)
	v.Policy = policy
	got := verify(t, v, signedByAll(t, keys), signing.Question{})
	tried := 0
	for _, s := range got.Signers {
		tried += len(s.Check(signing.CheckChain).Evidence.OtherPaths)
	}
	if tried != 64 || got.Passed() {
		t.Errorf("%d paths tried besides: %s", tried, got.Indication)
	}
}

// The path of a timestamp authority is tried for in the same way: one on which
// nobody may issue for timestamps gives way.
func TestFurtherPathsOfTimestamps(t *testing.T) {
	x := crossed{signtest.New(t, ca.ECDSA), t}
	other := newAuthority(t, ca.ECDSA, "OTHER")
	narrow := x.certify(other, func(tm *ca.Template) { tm.Set(ca.ExtKeyUsage(false, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4})) })
	token := tokenAt(t, x.TSA(), day(-1), []byte("өтініш"))
	anchors := []*certs.Certificate{x.Authority.Root(), other.Issuing()}
	for name, c := range map[string]struct {
		pool []*certs.Certificate
		want string
	}{
		"the narrow one alone": {[]*certs.Certificate{narrow}, "INDETERMINATE CHAIN_CONSTRAINTS_FAILURE"},
		"both":                 {[]*certs.Certificate{narrow, x.Authority.Issuing()}, "TOTAL-PASSED"},
	} {
		v := x.trusting(anchors, c.pool, other)
		if name == "the narrow one alone" {
			v.Trust = &certs.Pool{}
			v.Trust.AddAnchor(other.Issuing())
			v.Trust.AddIntermediate(narrow)
		}
		got, err := v.VerifyTimestamp(t.Context(), token, []byte("өтініш"), signing.Question{At: day(0)})
		if err != nil || fmt.Sprintf("%s %s", got.Indication, got.SubIndication) != c.want && conclusion(got) != c.want {
			t.Errorf("%s: %v %s, want %s: %+v", name, err, signtest.Explain(got), c.want, got.Timestamps)
		}
	}
}

// Where there is no path at all, what each candidate failed for is told.
func TestWhyNoPath(t *testing.T) {
	x := crossed{signtest.New(t, ca.ECDSA), t}
	other := newAuthority(t, ca.ECDSA, "OTHER")
	ended := x.certify(other, func(tm *ca.Template) { tm.NotAfter = day(-10) })
	narrow := x.certify(other, func(tm *ca.Template) { tm.Set(ca.KeyUsage(certs.CRLSign)) })
	v := x.trusting([]*certs.Certificate{other.Issuing()}, []*certs.Certificate{ended, narrow})
	got := verify(t, v, x.Signed([]byte("өтініш"), x.Person(signtest.Applicant())), signing.Question{})
	detail := got.Signers[0].Check(signing.CheckChain).Detail
	for _, reason := range []certs.PathReason{certs.ReasonIssuerExpired, certs.ReasonKeyUsage, certs.ReasonNoIssuer} {
		if !strings.Contains(detail, string(reason)) {
			t.Errorf("%s is not told: %s", reason, detail)
		}
	}
}
