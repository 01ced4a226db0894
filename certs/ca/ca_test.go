package ca_test

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
)

var (
	began = time.Date(2024, 4, 28, 0, 0, 0, 0, time.UTC)
	now   = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

var everyFamily = []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015}

func newAuthority(t testing.TB, f ca.Family) *ca.Authority {
	t.Helper()
	a, err := ca.New(f, now, ca.Options{NotBefore: began})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// licensor is the head of an organisation, who signs licences.
func licensor() ca.Person {
	return ca.Person{
		Surname: "ЖҰМАБАЕВ", GivenName: "ҚАЙРАТ", Patronymic: "СӘКЕНҰЛЫ", IIN: "851231401208",
		Organisation: "«ЦИФРЛЫҚ АКТИВТЕР» МЕКЕМЕСІ", BIN: "120741000014",
		Roles: []certs.Role{certs.RoleHead}, Email: "licensor@demo.invalid",
		NotBefore: now, NotAfter: now.AddDate(0, 6, 0), KeyStore: "KazToken",
	}
}

func issue(t testing.TB, a *ca.Authority, p ca.Person) ca.Holder {
	t.Helper()
	h, err := a.Issue(p)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func trusting(a *ca.Authority) *certs.Pool {
	pool := &certs.Pool{}
	pool.AddAnchor(a.Root())
	pool.AddIntermediate(a.Issuing())
	return pool
}

func TestPathAndIdentity(t *testing.T) {
	for _, f := range everyFamily {
		t.Run(f.String(), func(t *testing.T) {
			a := newAuthority(t, f)
			h := issue(t, a, licensor())
			path, err := trusting(a).Build(h.Certificate, nil, now)
			if err != nil {
				t.Fatal(err)
			}
			if len(path) != 3 || path.Anchor() != a.Root() || !a.Root().SelfSigned() {
				t.Errorf("path of %d certificates to %s", len(path), path.Anchor().Subject)
			}
			got, want := h.Certificate.Identity(), certs.Identity{
				Kind: certs.KindLegalEntity, CommonName: "ЖҰМАБАЕВ ҚАЙРАТ", Surname: "ЖҰМАБАЕВ", GivenName: "ҚАЙРАТ",
				Patronymic: "СӘКЕНҰЛЫ", Organisation: "«ЦИФРЛЫҚ АКТИВТЕР» МЕКЕМЕСІ", IIN: "851231401208",
				BIN: "120741000014", Country: "KZ", Email: "licensor@demo.invalid", KeyUse: certs.UseSigning, KeyStore: "KazToken",
			}
			if !slices.Equal(got.Roles, []certs.Role{certs.RoleLegalEntity, certs.RoleHead}) || len(got.Warnings) > 0 {
				t.Errorf("roles %v, warnings %v", got.Roles, got.Warnings)
			}
			got.Roles = nil
			if !equalIdentity(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if !h.Certificate.NotAfter.Equal(now.AddDate(0, 6, 0)) || a.Root().NotAfter.Year() != 2046 || a.Issuing().NotAfter.Year() != 2041 {
				t.Errorf("periods end %v, %v, %v", h.Certificate.NotAfter, a.Issuing().NotAfter, a.Root().NotAfter)
			}
		})
	}
}

// equalIdentity compares all but the slices.
func equalIdentity(a, b certs.Identity) bool {
	return a.Kind == b.Kind && a.CommonName == b.CommonName && a.Surname == b.Surname && a.GivenName == b.GivenName &&
		a.Patronymic == b.Patronymic && a.Organisation == b.Organisation && a.IIN == b.IIN && a.BIN == b.BIN &&
		a.Country == b.Country && a.Email == b.Email && a.SystemID == b.SystemID && a.KeyUse == b.KeyUse && a.KeyStore == b.KeyStore
}

// TestProfile holds a certificate against the profile of the national ones of
// 2026: attributes, string types, extensions and their order.
func TestProfile(t *testing.T) {
	a := newAuthority(t, ca.GOST2015)
	c := issue(t, a, licensor()).Certificate
	attributes := []string{"2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.6", "2.5.4.10", "2.5.4.11", "2.5.4.42"}
	for i, at := range c.Subject.Attributes {
		if at.Type.String() != attributes[i] {
			t.Errorf("attribute %d is %v, want %s", i, at.Type, attributes[i])
		}
	}
	for _, s := range []struct {
		tag   der.Tag
		value string
	}{
		{der.PrintableString, "KZ"}, {der.PrintableString, "IIN851231401208"},
		{der.UTF8String, "BIN120741000014"}, {der.UTF8String, "ЖҰМАБАЕВ ҚАЙРАТ"},
	} {
		if !bytes.Contains(c.Subject.Raw, der.Encode(s.tag, []byte(s.value))) {
			t.Errorf("%q is of another string type", s.value)
		}
	}
	extensions := []string{
		"2.5.29.37", "2.5.29.32", "2.5.29.31", "2.5.29.46", "2.5.29.15", "1.3.6.1.5.5.7.1.1", "2.5.29.14", "2.5.29.35",
		"1.2.398.3.3.5", "2.5.29.17",
	}
	for i, e := range c.Extensions {
		if e.ID.String() != extensions[i] || e.Critical != (extensions[i] == "2.5.29.15") {
			t.Errorf("extension %d is %v, critical %v", i, e.ID, e.Critical)
		}
	}
	usages := []string{"1.3.6.1.5.5.7.3.4", "1.2.398.3.3.4.1.2", "1.2.398.3.3.4.1.2.1"}
	for i, u := range c.ExtKeyUsage {
		if u.String() != usages[i] {
			t.Errorf("usage %d is %v", i, u)
		}
	}
	if c.KeyUsage != certs.DigitalSignature|certs.NonRepudiation|certs.KeyAgreement || c.Policies[0].String() != "1.2.398.3.3.2" {
		t.Errorf("key usage %v, policies %v", c.KeyUsage.Names(), c.Policies)
	}
	if !slices.Equal(c.CRLURLs, []string{"http://demo.invalid/crl/nca_gost_2015.crl"}) ||
		!slices.Equal(c.DeltaCRLURLs, []string{"http://demo.invalid/crl/nca_d_gost_2015.crl"}) ||
		!slices.Equal(c.OCSPURLs, []string{"http://demo.invalid/ocsp/"}) ||
		!slices.Equal(c.IssuerURLs, []string{"http://demo.invalid/cert/nca_gost_2015.cer"}) {
		t.Errorf("addresses %v %v %v %v", c.CRLURLs, c.DeltaCRLURLs, c.OCSPURLs, c.IssuerURLs)
	}
	if len(c.Serial.Bytes()) != 20 || c.Serial.Sign() < 0 || !bytes.Equal(c.Serial.Bytes()[1:], c.SubjectKeyID[1:]) {
		t.Errorf("serial number %x of key %x", c.Serial, c.SubjectKeyID)
	}
	if !bytes.Equal(c.AuthorityKeyID, a.Issuing().SubjectKeyID) {
		t.Error("the authority's key identifier is another one")
	}
}

func TestUses(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	login := licensor()
	login.Use = certs.UseLogin
	if id := issue(t, a, login).Certificate.Identity(); id.KeyUse != certs.UseLogin {
		t.Errorf("a key for logging in is for %s", id.KeyUse)
	}
	plain := issue(t, a, ca.Person{Surname: "ИВАНОВА", IIN: "900701300108"}).Certificate
	if id := plain.Identity(); id.Kind != certs.KindIndividual || !id.HasRole(certs.RoleIndividual) || id.KeyStore != "PKCS#12 file" {
		t.Errorf("an individual is %+v", id)
	}
	if !plain.NotBefore.Equal(began) || !plain.NotAfter.Equal(began.AddDate(1, 0, 0)) {
		t.Errorf("an individual's certificate is valid %v to %v", plain.NotBefore, plain.NotAfter)
	}
	system, err := a.IssueSystem(ca.System{Name: "АЖ «Тізілім»", ID: "1.2.398.6.10.1.1", Organisation: "«ДЕМО» ЖШС", BIN: "120741000014"})
	if err != nil {
		t.Fatal(err)
	}
	if id := system.Certificate.Identity(); id.Kind != certs.KindSystem || id.IIN != "" || id.SystemID != "1.2.398.6.10.1.1" || len(id.Warnings) > 0 {
		t.Errorf("a system is %+v", id)
	}
	for purpose, usage := range map[ca.Purpose]string{ca.Timestamping: "1.3.6.1.5.5.7.3.8", ca.StatusAnswers: "1.3.6.1.5.5.7.3.9"} {
		h, err := a.IssueService(ca.Service{Purpose: purpose})
		if err != nil {
			t.Fatal(err)
		}
		c := h.Certificate
		if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0].String() != usage || c.Extensions[0].Critical != (purpose == ca.Timestamping) {
			t.Errorf("service %d: %v", purpose, c.ExtKeyUsage)
		}
		if len(c.UnhandledCritical) > 0 || c.KeyUsage != certs.DigitalSignature {
			t.Errorf("service %d: %v, %v", purpose, c.UnhandledCritical, c.KeyUsage.Names())
		}
	}
}

func TestRefusals(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	for name, p := range map[string]ca.Person{
		"no name":          {IIN: "900701300108"},
		"role":             {Surname: "А", Roles: []certs.Role{"king"}},
		"use":              {Surname: "А", Use: certs.UseOther},
		"key store":        {Surname: "А", KeyStore: "pocket"},
		"IIN in Cyrillic":  {Surname: "А", IIN: "ЖСН"},
		"e-mail":           {Surname: "А", Email: "а@б"},
		"ends too early":   {Surname: "А", NotBefore: now, NotAfter: now},
		"name not in text": {Surname: "\xff"},
	} {
		if _, err := a.Issue(p); !errors.Is(err, ca.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ca.New(ca.Family(9), now, ca.Options{}); !errors.Is(err, ca.ErrInvalid) {
		t.Errorf("family: %v", err)
	}
	if _, err := ca.New(ca.ECDSA, now, ca.Options{NotBefore: now.Add(time.Hour)}); !errors.Is(err, ca.ErrInvalid) {
		t.Errorf("beginning in the future: %v", err)
	}
	if _, err := a.IssueService(ca.Service{}); !errors.Is(err, ca.ErrInvalid) {
		t.Errorf("purpose: %v", err)
	}
}

// TestHostileCertificates shows the hook and IssuedBy at work: the path
// builder has to refuse each certificate for its own reason.
func TestHostileCertificates(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	impostor := newAuthority(t, ca.ECDSA)
	if !bytes.Equal(a.Issuing().Subject.Raw, impostor.Issuing().Subject.Raw) {
		t.Fatal("an impostor has another name")
	}
	subCA := func(exts ...certs.Extension) ca.Holder {
		p := ca.Person{Surname: "АРАЛЫҚ", NotAfter: now.AddDate(5, 0, 0), Template: func(t *ca.Template) {
			for _, e := range exts {
				t.Set(e)
			}
		}}
		return issue(t, a, p)
	}
	sign := ca.KeyUsage(certs.KeyCertSign)
	unknown := certs.Extension{ID: asn1.ObjectIdentifier{1, 2, 398, 9, 9}, Critical: true, Value: der.NullValue()}
	for name, c := range map[string]struct {
		issuer ca.Holder
		want   certs.PathReason
	}{
		"honest authority":     {subCA(sign, ca.BasicConstraints(true, 0)), ""},
		"no CA":                {subCA(sign, ca.BasicConstraints(false, -1)), certs.ReasonNotCA},
		"no basic constraints": {subCA(sign), certs.ReasonNotCA},
		"may not sign":         {subCA(ca.BasicConstraints(true, -1)), certs.ReasonKeyUsage},
		"unknown extension":    {subCA(sign, ca.BasicConstraints(true, -1), unknown), certs.ReasonCritical},
	} {
		h := issue(t, a, ca.Person{Surname: "А", NotBefore: now, IssuedBy: &c.issuer})
		_, err := trusting(a).Build(h.Certificate, []*certs.Certificate{c.issuer.Certificate}, now)
		var failed *certs.PathError
		if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &failed) || failed.Reason != c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h := issue(t, impostor, licensor())
	var failed *certs.PathError
	if _, err := trusting(a).Build(h.Certificate, []*certs.Certificate{impostor.Issuing(), impostor.Root()}, now); !errors.As(err, &failed) || failed.Reason != certs.ReasonNoIssuer {
		t.Errorf("a path from the impostor's certificate: %v", err)
	}
	odd := issue(t, a, ca.Person{Surname: "А", Key: h.Key, Template: func(t *ca.Template) {
		t.Serial = big.NewInt(-5)
		t.Remove(asn1.ObjectIdentifier{2, 5, 29, 15})
		t.Extension(asn1.ObjectIdentifier{2, 5, 29, 14}).Critical = true
		t.NotAfter = time.Date(2055, 1, 1, 0, 0, 0, 0, time.UTC)
	}}).Certificate
	if odd.Serial.Int64() != -5 || odd.HasKeyUsage || odd.NotAfter.Year() != 2055 || !bytes.Equal(odd.RawSPKI, h.Certificate.RawSPKI) {
		t.Errorf("what the hook changed: %v, %v, %v", odd.Serial, odd.HasKeyUsage, odd.NotAfter)
	}
}

func TestKeyUsageBits(t *testing.T) {
	a := newAuthority(t, ca.ECDSA)
	key := issue(t, a, licensor()).Key
	for u := range certs.KeyUsage(1 << 9) {
		if u%7 != 0 && u > 8 {
			continue
		}
		h := issue(t, a, ca.Person{Surname: "А", Key: key, Template: func(t *ca.Template) { t.Set(ca.KeyUsage(u)) }})
		if h.Certificate.KeyUsage != u {
			t.Errorf("%09b comes back as %09b", u, h.Certificate.KeyUsage)
		}
	}
}

func TestParseFamily(t *testing.T) {
	for text, want := range map[string]ca.Family{"rsa": ca.RSA, "ECDSA": ca.ECDSA, "gost-2004": ca.GOST2004, "GOST 2015": ca.GOST2015, "gost2015": ca.GOST2015} {
		if got, err := ca.ParseFamily(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	if _, err := ca.ParseFamily("dsa"); !errors.Is(err, ca.ErrInvalid) {
		t.Errorf("dsa: %v", err)
	}
}
