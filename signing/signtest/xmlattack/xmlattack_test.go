package xmlattack_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing/signtest/xmlattack"
	"tamga/signing/xmldsig"
)

func TestEveryAttackIsRefusedForItsReason(t *testing.T) {
	at := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		a, err := ca.New(family, at, ca.Options{NotBefore: at.AddDate(-1, 0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		h, err := a.Issue(ca.Person{Surname: "СЕЙІТҚАЛИ", GivenName: "АЙГҮЛ", IIN: "900701300108"})
		if err != nil {
			t.Fatal(err)
		}
		cases, err := xmlattack.Cases(xmldsig.Key{Signer: h.Key, Certificate: h.Certificate}, at)
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]bool{}
		for _, c := range cases {
			if names[c.Name] {
				t.Errorf("%s: there are two", c.Name)
			}
			names[c.Name] = true
			t.Run(family.String()+"/"+c.Name, func(t *testing.T) { ask(t, c) })
		}
		t.Logf("%v: %d cases", family, len(cases))
	}
}

// ask asks about one case and holds the answer against what must come of it.
func ask(t *testing.T, c xmlattack.Case) {
	d, err := xmldsig.Read(c.File)
	if c.Unreadable != (err != nil) {
		t.Fatalf("read: %v", err)
	}
	if err != nil {
		return
	}
	all := d.Signatures(context.Background(), xmldsig.Supplied{Content: c.Content})
	if len(all) == 0 {
		t.Fatal("no signature was found")
	}
	found := false
	for _, s := range all {
		for _, p := range s.Problems {
			found = found || p.Code == c.Code
		}
		for _, covered := range s.Signed() {
			if bytes.Contains(covered.Bytes, []byte(xmlattack.Marker)) {
				t.Errorf("returned as signed: %.200s", covered.Bytes)
			}
		}
		if c.Code != "" {
			continue
		}
		if len(s.Problems) > 0 {
			t.Fatalf("problems: %v", s.Problems)
		}
		if wrong := s.Verify(s.Signer().PublicKey) != nil; wrong != c.WrongValue {
			t.Errorf("value wrong: %v", wrong)
		}
		if signed := s.Signed(); !bytes.Contains(signed[0].Bytes, []byte(c.Signed)) {
			t.Errorf("signed %q", signed[0].Bytes)
		}
	}
	if c.Code != "" && !found {
		t.Errorf("no problem %s: %v", c.Code, all[0].Problems)
	}
}
