package signing_test

import (
	"encoding/asn1"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/signing"
	"tamga/signing/signtest"
)

// foreignSigner has a certificate whose name says who he is by EN 319 412-1, in place of
// an IIN: with no number at all when that is "".
func foreignSigner(identifier, organisation string) ca.Person {
	p := signtest.Applicant()
	p.IIN = ""
	p.Template = func(x *ca.Template) {
		attribute := func(oid asn1.ObjectIdentifier, value []byte) []byte {
			return der.Set(der.Sequence(der.OID(oid), value))
		}
		parts := [][]byte{
			attribute(asn1.ObjectIdentifier{2, 5, 4, 3}, der.Text("MÜLLER HANS")), attribute(asn1.ObjectIdentifier{2, 5, 4, 4}, der.Text("MÜLLER")),
			attribute(asn1.ObjectIdentifier{2, 5, 4, 6}, der.Encode(der.PrintableString, []byte("DE"))),
		}
		if identifier != "" {
			parts = append(parts, attribute(asn1.ObjectIdentifier{2, 5, 4, 5}, der.Encode(der.PrintableString, []byte(identifier))))
		}
		if organisation != "" {
			parts = append(parts, attribute(asn1.ObjectIdentifier{2, 5, 4, 97}, der.Text(organisation)))
		}
		x.Subject = der.Sequence(parts...)
	}
	return p
}

// An applicant without an IIN is the signer when the certificate names the same
// document, another one when it names another of that kind and country; of a
// certificate that says nothing of the kind it cannot be told, which is no refusal.
func TestForeignSigners(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	content := []byte("application")
	sign := func(p ca.Person) []byte { return pki.Signed(content, pki.Person(p)) }
	passport, company, nobody := sign(foreignSigner("PASDE-C01X00T47", "")), sign(foreignSigner("", "NTRDE-HRB 86891")), sign(foreignSigner("", ""))
	national := sign(signtest.Applicant())
	for name, c := range map[string]struct {
		file       []byte
		identifier certs.Identifier
		iin        certs.IIN
		acceptance signing.Acceptance
		fact       signing.FactStatus
	}{
		"the passport":                         {passport, "PASDE-C01X00T47", "", signing.Accepted, signing.FactEstablished},
		"another passport":                     {passport, "PASDE-C01X00T48", "", signing.Refused, signing.FactRefuted},
		"one of another country":               {passport, "PASAT-C01X00T47", "", signing.Undecided, signing.FactUnknown},
		"an identity card":                     {passport, "IDCDE-C01X00T47", "", signing.Undecided, signing.FactUnknown},
		"a company":                            {company, "NTRDE-HRB86891", "", signing.Accepted, signing.FactEstablished},
		"another company":                      {company, "NTRDE-HRB86892", "", signing.Refused, signing.FactRefuted},
		"a certificate that names nobody":      {nobody, "PASDE-C01X00T47", "", signing.Undecided, signing.FactUnknown},
		"a national certificate":               {national, "PASDE-C01X00T47", "", signing.Undecided, signing.FactUnknown},
		"a national certificate of that IIN":   {national, "", "900701300108", signing.Accepted, signing.FactEstablished},
		"a passport where an IIN was asked":    {passport, "", "900701300108", signing.Refused, signing.FactRefuted},
		"a passport and an IIN that is not in": {passport, "PASDE-C01X00T47", "900701300108", signing.Refused, signing.FactRefuted},
		"nothing asked":                        {passport, "", "", signing.Accepted, signing.FactNotAsked},
	} {
		got := verify(t, pki.Verifier, c.file, signing.Question{Identifier: c.identifier, IIN: c.iin})
		if got.Acceptance != c.acceptance || got.Signers[0].Facts.IdentityMatch != c.fact {
			t.Errorf("%s: %s, identity %s: %s", name, got.Acceptance, got.Signers[0].Facts.IdentityMatch, signtest.Explain(got))
		}
		if strings.Contains(got.Signers[0].Certificate.Subject, "C01X00T47") {
			t.Errorf("%s: the subject says the number: %s", name, got.Signers[0].Certificate.Subject)
		}
	}
	var all []string
	for _, s := range verify(t, pki.Verifier, passport, signing.Question{}).Signers {
		all = append(all, s.Identity.Identifiers...)
	}
	if strings.Join(all, " ") != "PASDE-C01X00T47" {
		t.Errorf("the certificate names %v", all)
	}
}
