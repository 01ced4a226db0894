package signing_test

import (
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/signtest/xmlattack"
	"tamga/signing/xmldsig"
)

// policyOf returns how one question about a signer was answered.
func answerTo(s signing.Signer, name signing.CheckName) signing.Check {
	for _, c := range s.Checks {
		if c.Name == name {
			return c
		}
	}
	return signing.Check{}
}

func signXML(t *testing.T, key creation.Key, file string, opt creation.XML) string {
	t.Helper()
	opt.File = []byte(file)
	return string(signtest.Signed(t, opt, key))
}

// A SOAP message holds for the time that its signed timestamp gives it, at the
// moment asked about and not now: what was received in time stays good, and an
// old message that comes again does not pass.
func TestSOAPMessageTime(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	message := signXML(t, key, soapMessage, creation.XML{Form: creation.XMLSOAP, Validity: 5 * time.Minute})
	unlimited := strings.Replace(soapMessage, "<s:Body>", `<s:Header><o:Security xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">`+
		`<u:Timestamp xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"><u:Created>2026-06-01T12:00:00Z</u:Created></u:Timestamp></o:Security></s:Header><s:Body>`, 1)
	created := signXML(t, key, unlimited, creation.XML{Form: creation.XMLSOAP})
	policies := map[signing.Level]signing.Policy{}
	for _, level := range []signing.Level{signing.LevelFail, signing.LevelWarn, signing.LevelIgnore} {
		p, err := signing.DefaultPolicy()
		if err != nil {
			t.Fatal(err)
		}
		if level != signing.LevelFail { // which is what kz says
			p.XMLMessageTime = level
		}
		policies[level] = p
	}
	const minute = time.Minute // of clocks that differ
	for name, c := range map[string]struct {
		file  string
		after time.Duration
		says  string // "" when it holds
	}{
		"when it was made":           {message, 0, ""},
		"while it holds":             {message, 4 * time.Minute, ""},
		"when it ends":               {message, 5*time.Minute + minute, ""},
		"a second later":             {message, 5*time.Minute + minute + time.Second, "held until 2026-06-01T12:05:00Z"},
		"a month later":              {message, 30 * 24 * time.Hour, "held until 2026-06-01T12:05:00Z"},
		"a little before":            {message, -minute, ""},
		"a second earlier":           {message, -minute - time.Second, "created on 2026-06-01T12:00:00Z"},
		"no end, and a month later":  {created, 30 * 24 * time.Hour, ""},
		"no end, a second earlier":   {created, -minute - time.Second, "created on 2026-06-01T12:00:00Z"},
		"no end, and a little early": {created, -minute, ""},
	} {
		pki := pki
		at := signtest.Now().Add(c.after)
		for level, p := range policies {
			v := *pki.Verifier
			v.Policy = p
			verdict, err := v.VerifyXML(t.Context(), []byte(c.file), signing.Question{At: at, Material: freshLists(t, pki, at)})
			if err != nil || len(verdict.Signers) != 1 {
				t.Fatalf("%s: %v %s", name, err, asJSON(verdict))
			}
			got := answerTo(verdict.Signers[0], signing.CheckPolicy)
			switch {
			case c.says == "" || level == signing.LevelIgnore:
				if !verdict.Passed() || got.Status != signing.CheckPassed {
					t.Errorf("%s, %s: %s\n%s", name, level, verdict.Indication, asJSON(verdict))
				}
			case level == signing.LevelWarn:
				if !verdict.Passed() || got.Status != signing.CheckWarning || !strings.Contains(got.Detail, c.says) {
					t.Errorf("%s, %s: %s %+v", name, level, verdict.Indication, got)
				}
			default:
				if verdict.Indication != signing.Indeterminate || verdict.SubIndication != signing.SigConstraintsFailure ||
					got.Status != signing.CheckUndetermined || !strings.Contains(got.Detail, c.says) {
					t.Errorf("%s, %s: %s %s %+v", name, level, verdict.Indication, verdict.SubIndication, got)
				}
			}
		}
	}
}

// freshLists are revocation lists of a time, so that nothing but what a test is
// about is in question.
func freshLists(t *testing.T, pki *signtest.PKI, at time.Time) signing.Material {
	t.Helper()
	var m signing.Material
	for _, issue := range []func(this, next time.Time) ([]byte, error){pki.Authority.CRL, pki.Authority.RootCRL} {
		raw, err := issue(at.Add(-time.Hour), at.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		m.CRLs = append(m.CRLs, raw)
	}
	return m
}

// What stands inside a signature, or beside it in its security header, and is
// not signed is told with its place; kz lets it pass, kz-applicant does not.
// What belongs there is no news.
func TestUnsignedParts(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	enveloped := signXML(t, key, xmlApplication, creation.XML{Form: creation.XMLEnveloped})
	xades := signXML(t, key, xmlApplication, creation.XML{Form: creation.XMLEnveloped, Properties: true})
	soap := signXML(t, key, soapMessage, creation.XML{Form: creation.XMLSOAP})
	const wsu = ` xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"`
	edit := func(file, at, by string) string {
		if strings.Count(file, at) != 1 {
			t.Fatalf("%q stands %d times in %s", at, strings.Count(file, at), file)
		}
		return strings.Replace(file, at, by, 1)
	}
	inSignature := func(file, part string) string { return edit(file, "</ds:Signature>", part+"</ds:Signature>") }
	unsigned := func(part string) string {
		return edit(xades, "</xades:QualifyingProperties>", "<xades:UnsignedProperties>"+part+"</xades:UnsignedProperties></xades:QualifyingProperties>")
	}
	ofSignature := func(part string) string {
		return unsigned("<xades:UnsignedSignatureProperties>" + part + "</xades:UnsignedSignatureProperties>")
	}
	header := func(part string) string { return edit(soap, "<ds:Signature ", part+"<ds:Signature ") }
	byName := attackFile(t, key, "the signed document itself")
	for name, c := range map[string]struct{ file, place, what string }{
		"nothing":                   {enveloped, "", ""},
		"nothing, XAdES":            {xades, "", ""},
		"nothing, SOAP":             {soap, "", ""},
		"an empty object":           {inSignature(enveloped, "<ds:Object></ds:Object>"), "", ""},
		"an object of text":         {inSignature(enveloped, "<ds:Object>EVIL</ds:Object>"), "Signature/Object", "text"},
		"an object of elements":     {inSignature(enveloped, "<ds:Object><sum>EVIL</sum></ds:Object>"), "Object/sum", "object"},
		"an object beside signed":   {inSignature(xades, "<ds:Object><sum>EVIL</sum></ds:Object>"), "Object[2]/sum", "object"},
		"beside properties":         {edit(xades, "</xades:QualifyingProperties>", "</xades:QualifyingProperties><sum>EVIL</sum>"), "Object/sum", "object"},
		"signature properties":      {inSignature(enveloped, "<ds:Object><ds:SignatureProperties><ds:SignatureProperty>EVIL</ds:SignatureProperty></ds:SignatureProperties></ds:Object>"), "SignatureProperties", "object"},
		"signed properties, bare":   {inSignature(enveloped, `<ds:Object><x:SignedProperties xmlns:x="urn:evil">EVIL</x:SignedProperties></ds:Object>`), "SignedProperties", "object"},
		"a time stamp":              {ofSignature("<xades:SignatureTimeStamp></xades:SignatureTimeStamp>"), "", ""},
		"an archive time stamp":     {ofSignature(`<a:ArchiveTimeStamp xmlns:a="http://uri.etsi.org/01903/v1.4.1#"></a:ArchiveTimeStamp>`), "", ""},
		"a signing time, unsigned":  {ofSignature("<xades:SigningTime>EVIL</xades:SigningTime>"), "SigningTime", "property"},
		"another's time stamp":      {ofSignature(`<a:SignatureTimeStamp xmlns:a="urn:evil"></a:SignatureTimeStamp>`), "SignatureTimeStamp", "property"},
		"text among properties":     {ofSignature("EVIL"), "UnsignedSignatureProperties", "text"},
		"properties of data":        {unsigned("<xades:UnsignedDataObjectProperties><xades:UnsignedDataObjectProperty>EVIL</xades:UnsignedDataObjectProperty></xades:UnsignedDataObjectProperties>"), "UnsignedDataObjectProperties", "property"},
		"properties of a new kind":  {edit(xades, "</xades:QualifyingProperties>", "<xades:EvilProperties></xades:EvilProperties></xades:QualifyingProperties>"), "EvilProperties", "property"},
		"a name of the key":         {edit(enveloped, "<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>k</ds:KeyName>"), "", ""},
		"key information":           {edit(enveloped, "<ds:KeyInfo>", `<ds:KeyInfo><signer xmlns="urn:evil">EVIL</signer>`), "KeyInfo/signer", "key information"},
		"key information, in X.509": {edit(enveloped, "<ds:X509Data>", `<ds:X509Data><signer xmlns="urn:evil">EVIL</signer>`), "X509Data/signer", "key information"},
		"text in X.509":             {edit(enveloped, "<ds:X509Data>", "<ds:X509Data>EVIL"), "KeyInfo/X509Data", "text"},
		"an attribute of X.509":     {edit(enveloped, "<ds:X509Data>", `<ds:X509Data by="EVIL">`), "KeyInfo/X509Data", "attribute"},
		"text in a timestamp":       {ofSignature("<xades:SignatureTimeStamp>EVIL</xades:SignatureTimeStamp>"), "", ""},
		"an attribute of unsigned":  {edit(ofSignature("<xades:SignatureTimeStamp></xades:SignatureTimeStamp>"), "<xades:UnsignedSignatureProperties>", `<xades:UnsignedSignatureProperties by="EVIL">`), "UnsignedSignatureProperties", "attribute"},
		"an instruction":            {inSignature(enveloped, "<ds:Object><?say EVIL?></ds:Object>"), "Signature/Object", "text"},
		"an attribute of security":  {edit(soap, "<wsse:Security ", `<wsse:Security by="EVIL" `), "", ""},
		"text in security":          {header("EVIL"), "Header/Security", "text"},
		"a list in X.509":           {edit(enveloped, "</ds:X509Data>", `<ds:X509SubjectName>CN=A</ds:X509SubjectName></ds:X509Data>`), "", ""},
		"an attribute":              {edit(enveloped, "<ds:Signature ", `<ds:Signature signer="EVIL" `), "Signature", "attribute"},
		"an identifier":             {edit(enveloped, "<ds:SignatureValue>", `<ds:SignatureValue Id="v">`), "", ""},
		"an attribute of the value": {edit(enveloped, "<ds:SignatureValue>", `<ds:SignatureValue by="EVIL">`), "SignatureValue", "attribute"},
		"an attribute of an object": {inSignature(enveloped, `<ds:Object by="EVIL"></ds:Object>`), "Object", "attribute"},
		"a type of an object":       {inSignature(enveloped, `<ds:Object MimeType="text/xml"></ds:Object>`), "", ""},
		"a comment":                 {inSignature(enveloped, "<!--EVIL-->"), "", ""},
		"a timestamp of a message":  {header(`<u:Timestamp` + wsu + `><u:Expires>2099-01-01T00:00:00Z</u:Expires></u:Timestamp>`), "Security/Timestamp", "timestamp"},
		"a user name":               {header(`<wsse:UsernameToken><wsse:Username>EVIL</wsse:Username></wsse:UsernameToken>`), "Security/UsernameToken", "security header"},
		"signed by its identifier":  {byName, "", ""},
		"a style sheet before that": {`<?xml-stylesheet href="EVIL"?>` + byName, "doc", "instruction"},
		"a style sheet after that":  {byName + `<?xml-stylesheet href="EVIL"?>`, "doc", "instruction"},
		"a comment before that":     {`<!--EVIL-->` + byName, "", ""},
	} {
		for policy, passes := range map[string]bool{"kz": true, "kz-applicant": false} {
			v := *pki.Verifier
			var err error
			if v.Policy, err = signing.NamedPolicy(policy); err != nil {
				t.Fatal(err)
			}
			verdict, err := v.VerifyXML(t.Context(), []byte(c.file), signing.Question{At: signtest.Now()})
			if err != nil || len(verdict.Signers) != 1 {
				t.Fatalf("%s: %v %s", name, err, asJSON(verdict))
			}
			s := verdict.Signers[0]
			got := answerTo(s, signing.CheckPolicy)
			switch {
			case c.what == "" && (!verdict.Passed() || got.Status != signing.CheckPassed || len(s.Unsigned) > 0):
				t.Errorf("%s, %s: %s %+v %+v\n%s", name, policy, verdict.Indication, got, s.Unsigned, asJSON(verdict))
			case c.what == "":
			case len(s.Unsigned) != 1 || !strings.HasSuffix(s.Unsigned[0].Path, c.place) || !strings.Contains(s.Unsigned[0].What, c.what),
				!strings.Contains(got.Detail, s.Unsigned[0].Path), strings.Contains(got.Detail, "EVIL"):
				t.Errorf("%s, %s: %+v %+v", name, policy, s.Unsigned, got)
			case passes && (!verdict.Passed() || got.Status != signing.CheckWarning),
				!passes && (verdict.Acceptance != signing.Refused || verdict.Indication != signing.Indeterminate || verdict.SubIndication != signing.SigConstraintsFailure):
				t.Errorf("%s, %s: %s %s %+v", name, policy, verdict.Indication, verdict.SubIndication, got)
			}
		}
	}
}

// attackFile is a file of package xmlattack.
func attackFile(t *testing.T, key creation.Key, name string) string {
	t.Helper()
	cases, err := xmlattack.Cases(xmldsig.Key{Signer: key.Signer, Certificate: key.Certificate}, signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if c.Name == name {
			return string(c.File)
		}
	}
	t.Fatal("no such case")
	return ""
}

// A timestamp that is signed with what is around it limits the message like one
// that is signed by itself.
func TestSOAPMessageTimeSignedWithMore(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	for _, how := range []string{"whole", "whole by its identifier", "whole from within", "with its security header"} {
		message := attackFile(t, key, "times of a message signed "+how)
		for _, c := range []struct {
			after time.Duration
			says  string // "" when it holds
		}{
			{-time.Minute - time.Second, "created on 2026-06-01T12:00:00Z"},
			{-time.Minute, ""},
			{6 * time.Minute, ""},
			{6*time.Minute + time.Second, "held until 2026-06-01T12:05:00Z"},
			{30 * 24 * time.Hour, "held until 2026-06-01T12:05:00Z"},
		} {
			at := signtest.Now().Add(c.after)
			verdict, err := pki.Verifier.VerifyXML(t.Context(), []byte(message), signing.Question{At: at, Material: freshLists(t, pki, at)})
			if err != nil || len(verdict.Signers) != 1 {
				t.Fatalf("%s: %v %s", how, err, asJSON(verdict))
			}
			got := answerTo(verdict.Signers[0], signing.CheckPolicy)
			if c.says == "" && !verdict.Passed() ||
				c.says != "" && (verdict.Indication != signing.Indeterminate || verdict.SubIndication != signing.SigConstraintsFailure || !strings.Contains(got.Detail, c.says)) {
				t.Errorf("%s, after %s: %s %s %+v", how, c.after, verdict.Indication, verdict.SubIndication, got)
			}
		}
	}
}

// Two warnings of one check are both told, and the worst finding counts.
func TestUnsignedPartsAndMessageTime(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	file := signXML(t, key, soapMessage, creation.XML{Form: creation.XMLSOAP, Validity: time.Minute})
	file = strings.Replace(file, "</ds:Signature>", "<ds:Object>x</ds:Object></ds:Signature>", 1)
	at := signtest.Now().Add(time.Hour)
	for _, c := range []struct {
		time, parts signing.Level
		want        signing.Acceptance
		says        []string
	}{
		{signing.LevelWarn, signing.LevelWarn, signing.Accepted, []string{"held until", "not signed"}},
		{signing.LevelFail, signing.LevelWarn, signing.Undecided, []string{"held until"}},
		{signing.LevelWarn, signing.LevelFail, signing.Refused, []string{"not signed"}},
		{signing.LevelFail, signing.LevelFail, signing.Refused, []string{"not signed"}},
		{signing.LevelIgnore, signing.LevelIgnore, signing.Accepted, nil},
	} {
		v := *pki.Verifier
		var err error
		if v.Policy, err = signing.DefaultPolicy(); err != nil {
			t.Fatal(err)
		}
		v.Policy.XMLMessageTime, v.Policy.XMLUnsignedParts = c.time, c.parts
		verdict, err := v.VerifyXML(t.Context(), []byte(file), signing.Question{At: at})
		if err != nil || verdict.Acceptance != c.want {
			t.Errorf("%+v: %v %s", c, err, asJSON(verdict))
			continue
		}
		for _, says := range c.says {
			if got := answerTo(verdict.Signers[0], signing.CheckPolicy); !strings.Contains(got.Detail, says) {
				t.Errorf("%+v: %+v", c, got)
			}
		}
	}
}
