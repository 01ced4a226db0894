package revocation_test

import (
	"bytes"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
)

var now = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

// world is an authority with one certificate of each fate.
type world struct {
	authority           *ca.Authority
	good, gone, held    ca.Holder
	revokedAt           time.Time
	thisUpdate, nextUpd time.Time
}

func newWorld(t testing.TB, family ca.Family) *world {
	a, err := ca.New(family, now, ca.Options{NotBefore: now.AddDate(-2, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{authority: a, revokedAt: now.Add(-72 * time.Hour), thisUpdate: now.Add(-time.Hour), nextUpd: now.Add(26 * time.Hour)}
	for _, h := range []*ca.Holder{&w.good, &w.gone, &w.held} {
		if *h, err = a.Issue(ca.Person{Surname: "А", GivenName: "Б", IIN: "900701300108", NotBefore: now.AddDate(0, -6, 0), NotAfter: now.AddDate(0, 6, 0)}); err != nil {
			t.Fatal(err)
		}
	}
	a.Revoke(w.gone.Certificate.Serial, w.revokedAt, revocation.KeyCompromise)
	a.Revoke(w.held.Certificate.Serial, w.revokedAt, revocation.CertificateHold)
	return w
}

func (w *world) list(t testing.TB, this, next time.Time) *revocation.CRL {
	raw, err := w.authority.CRL(this, next)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, raw)
}

func parse(t testing.TB, raw []byte) *revocation.CRL {
	l, err := revocation.ParseCRL(raw)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestStatusInEveryFamily(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, family)
			lists := &revocation.Lists{}
			lists.Add(w.list(t, w.thisUpdate, w.nextUpd))
			tests := []struct {
				name   string
				holder ca.Holder
				at     time.Time
				status revocation.Status
				cause  revocation.Cause
			}{
				{"good", w.good, now, revocation.Good, ""},
				{"revoked", w.gone, now, revocation.Revoked, ""},
				{"on hold", w.held, now, revocation.Revoked, ""},
				{"at the moment of revocation", w.gone, w.revokedAt, revocation.Revoked, ""},
				{"before the revocation", w.gone, w.revokedAt.Add(-time.Second), revocation.Good, ""},
				{"before the list was made", w.good, w.thisUpdate.Add(-24 * time.Hour), revocation.Good, ""},
				{"last second of the list", w.good, w.nextUpd.Add(-time.Second), revocation.Good, ""},
				{"list expired", w.good, w.nextUpd, revocation.Undetermined, revocation.CauseExpired},
				{"list expired, but revoked is revoked", w.gone, w.nextUpd, revocation.Revoked, ""},
				{"list expired, a hold may be over", w.held, w.nextUpd, revocation.Undetermined, revocation.CauseExpired},
			}
			for _, test := range tests {
				a := lists.Status(test.holder.Certificate, w.authority.Issuing(), test.at)
				if a.Status != test.status || a.Cause != test.cause {
					t.Errorf("%s: %v, want %s %s", test.name, a, test.status, test.cause)
				}
				if a.Evidence == nil || a.Evidence.Number == "" || len(a.Evidence.SHA256) != 64 {
					t.Errorf("%s: evidence %+v", test.name, a.Evidence)
				}
			}
			if a := lists.Status(w.gone.Certificate, w.authority.Issuing(), now); a.Reason != revocation.KeyCompromise || !a.RevokedAt.Equal(w.revokedAt) {
				t.Errorf("revoked as %v", a)
			}
		})
	}
}

func TestListsThatProveNothing(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	other := newWorld(t, ca.ECDSA)
	whole := w.list(t, w.thisUpdate, w.nextUpd)
	delta, err := w.authority.DeltaCRL(w.thisUpdate, w.nextUpd)
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(whole.Raw)
	broken[len(broken)-1] ^= 1
	expiredHolder, err := w.authority.Issue(ca.Person{Surname: "А", GivenName: "Б", IIN: "900701300108",
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(0, -1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	sub := subAuthority(t, w, certs.KeyCertSign|certs.CRLSign)
	mute := subAuthority(t, w, certs.KeyCertSign)
	leaf := w.leafOf(t, sub)
	tests := []struct {
		name  string
		list  *revocation.CRL
		of    *certs.Certificate
		at    time.Time
		cause revocation.Cause
	}{
		{"none", nil, w.good.Certificate, now, revocation.CauseNoList},
		{"signature broken", parse(t, broken), w.good.Certificate, now, revocation.CauseSignature},
		{"signature broken, revoked", parse(t, broken), w.gone.Certificate, now, revocation.CauseSignature},
		{"delta alone", parse(t, delta), w.good.Certificate, now, revocation.CauseDeltaOnly},
		{"of another key of that name", other.list(t, w.thisUpdate, w.nextUpd), w.good.Certificate, now, revocation.CauseNoList},
		{"made after the certificate expired", whole, expiredHolder.Certificate, now.AddDate(0, -2, 0), revocation.CauseAfterExpiry},
		{"without nextUpdate", handmade(t, w, sub, nil, nil), leaf.Certificate, now, revocation.CauseNoNextUpdate},
		{"unknown critical extension", handmade(t, w, sub, der.Time(w.nextUpd), critical([]int{1, 2, 398, 99})), leaf.Certificate, now, revocation.CauseUnhandled},
		{"issuing distribution point", handmade(t, w, sub, der.Time(w.nextUpd), critical([]int{2, 5, 29, 28})), leaf.Certificate, now, revocation.CauseUnhandled},
		{"of an authority that may not sign lists", handmade(t, w, mute, der.Time(w.nextUpd), nil), w.leafOf(t, mute).Certificate, now, revocation.CauseNotAllowed},
	}
	for _, test := range tests {
		lists := &revocation.Lists{}
		if test.list != nil {
			lists.Add(test.list)
		}
		issuer := w.authority.Issuing()
		for _, other := range []ca.Holder{sub, mute} {
			if bytes.Equal(test.of.AuthorityKeyID, other.Certificate.SubjectKeyID) {
				issuer = other.Certificate
			}
		}
		a := lists.Status(test.of, issuer, test.at)
		if a.Status != revocation.Undetermined || a.Cause != test.cause {
			t.Errorf("%s: %v, want %s", test.name, a, test.cause)
		}
	}
}

// A bad list beside a good one changes nothing; a list that knows of a
// revocation outweighs one that does not.
func TestSeveralLists(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	lists := &revocation.Lists{}
	early := w.list(t, w.thisUpdate, w.nextUpd)
	broken := bytes.Clone(early.Raw)
	broken[len(broken)-1] ^= 1
	lists.Add(parse(t, broken))
	lists.Add(early)
	if a := lists.Status(w.good.Certificate, w.authority.Issuing(), now); a.Status != revocation.Good {
		t.Errorf("a broken list beside a good one: %v", a)
	}
	w.authority.Revoke(w.good.Certificate.Serial, now.Add(-time.Minute), revocation.Superseded)
	lists.Add(w.list(t, now, w.nextUpd))
	if a := lists.Status(w.good.Certificate, w.authority.Issuing(), now); a.Status != revocation.Revoked {
		t.Errorf("a newer list knows better: %v", a)
	}
	if n := len(lists.All()); n != 3 {
		t.Errorf("%d lists are kept", n)
	}
}

func critical(oid asn1.ObjectIdentifier) []byte {
	ext := der.Sequence(der.OID(oid), der.Bool(true), der.Octets(der.NullValue()))
	return der.Encode(der.ContextConstructed(0), der.Sequence(ext))
}

// subAuthority is an authority whose key the test holds.
func subAuthority(t *testing.T, w *world, usage certs.KeyUsage) ca.Holder {
	h, err := w.authority.Issue(ca.Person{
		Surname: "БӨЛІМШЕ", GivenName: "ОРТАЛЫҚ", NotBefore: now.AddDate(0, -6, 0),
		Template: func(t *ca.Template) {
			t.Set(ca.BasicConstraints(true, -1))
			t.Set(ca.KeyUsage(usage))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (w *world) leafOf(t *testing.T, issuer ca.Holder) ca.Holder {
	h, err := w.authority.Issue(ca.Person{Surname: "А", GivenName: "Б", IssuedBy: &issuer,
		NotBefore: now.AddDate(0, -6, 0), NotAfter: now.AddDate(0, 6, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// handmade signs an empty list, as no honest authority would make it.
func handmade(t *testing.T, w *world, by ca.Holder, next, extensions []byte) *revocation.CRL {
	alg, id, err := certs.SigningAlgorithm(by.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	tbs := der.Sequence(der.Int(big.NewInt(1)), id.DER(), by.Certificate.Subject.Raw, der.Time(w.thisUpdate), next, extensions)
	sig, err := by.Key.Sign(rand.Reader, alg.Digest.Sum(tbs), alg.Digest.SignerOpts())
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, der.Sequence(tbs, id.DER(), der.Bits(sig)))
}

func TestMalformedLists(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	good := w.list(t, w.thisUpdate, w.nextUpd).Raw
	if _, err := revocation.ParseCRL(append(bytes.Clone(good), 0)); !errors.Is(err, revocation.ErrMalformed) {
		t.Errorf("trailing byte: %v", err)
	}
	for n := range good {
		if _, err := revocation.ParseCRL(good[:n]); !errors.Is(err, revocation.ErrMalformed) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
}

func FuzzParseCRL(f *testing.F) {
	w := newWorld(f, ca.ECDSA)
	f.Add(w.list(f, w.thisUpdate, w.nextUpd).Raw)
	delta, err := w.authority.DeltaCRL(w.thisUpdate, w.nextUpd)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(delta)
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := revocation.ParseCRL(b)
		if err != nil {
			if !errors.Is(err, revocation.ErrMalformed) {
				t.Fatalf("%v is not ErrMalformed", err)
			}
			return
		}
		lists := &revocation.Lists{}
		lists.Add(l)
		if a := lists.Status(w.good.Certificate, w.authority.Issuing(), now); a.Status == revocation.Revoked {
			t.Fatalf("%v", a)
		}
	})
}
