package signing_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/signtest/xmlattack"
	"tamga/signing/xmldsig"
)

const (
	xmlApplication = `<өтініш xmlns="urn:example:application"><кімнен>Сейітқали</кімнен><не>лицензия &amp; қосымша</не></өтініш>`
	soapMessage    = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><q:ask xmlns:q="urn:q">1</q:ask></s:Body></s:Envelope>`
)

// What we sign in every form and family passes, returns what was signed, and
// fails for another person.
func TestXML(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		pki := signtest.New(t, family)
		key := pki.Person(signtest.Applicant())
		for _, form := range []struct {
			file    string
			content []byte
			opt     creation.XML
			role    string
		}{
			{xmlApplication, nil, creation.XML{Form: creation.XMLEnveloped}, "document"},
			{xmlApplication, nil, creation.XML{Form: creation.XMLEnveloped, Properties: true}, "document"},
			{"any bytes", []byte("any bytes"), creation.XML{Form: creation.XMLDetached, Address: "application.bin"}, "content"},
			{soapMessage, nil, creation.XML{Form: creation.XMLSOAP}, "soap-body"},
			{soapMessage, nil, creation.XML{Form: creation.XMLSOAP, KeyIdentifier: true, Validity: time.Minute}, "soap-body"},
		} {
			form.opt.File = []byte(form.file)
			signed, err := signtest.Sign(form.opt, key, signtest.Now())
			if err != nil {
				t.Fatalf("%v %+v: %v", family, form.opt, err)
			}
			if signing.Sniff(signed) != signing.FileXML {
				t.Errorf("%v: a signed XML file is taken for %s", family, signing.Sniff(signed))
			}
			q := signing.Question{Content: form.content, IIN: signtest.Applicant().IIN, At: signtest.Now()}
			verdict, err := pki.Verifier.Verify(t.Context(), signed, q)
			if err != nil || !verdict.Passed() || verdict.Kind != "xml" || len(verdict.Signers) != 1 {
				t.Fatalf("%v %+v: %v\n%s", family, form.opt, err, asJSON(verdict))
			}
			s := verdict.Signers[0]
			found := false
			for _, e := range s.Signed {
				found = found || e.Role == form.role && (form.content != nil) == (e.Content == "")
			}
			if !found || s.Facts.IdentityMatch != signing.FactEstablished || s.Algorithm == "" {
				t.Errorf("%v %+v: signed %+v, %+v", family, form.opt, s.Signed, s.Facts)
			}
			q.IIN = signtest.Head().IIN
			if verdict, err = pki.Verifier.VerifyXML(context.Background(), signed, q); err != nil || verdict.Acceptance != signing.Refused ||
				verdict.Indication != signing.Indeterminate || verdict.SubIndication != signing.SigConstraintsFailure {
				t.Errorf("%v: somebody else's: %v\n%s", family, err, asJSON(verdict))
			}
		}
	}
}

// Every hostile file ends for its own reason, and nothing that its author
// wanted believed comes back as signed.
func TestXMLAttacks(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.GOST2015} {
		pki := signtest.New(t, family)
		key := pki.Person(signtest.Applicant())
		cases, err := xmlattack.Cases(xmldsig.Key{Signer: key.Signer, Certificate: key.Certificate}, signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			verdict, err := pki.Verifier.VerifyXML(context.Background(), c.File, signing.Question{Content: c.Content, At: signtest.Now()})
			if errors.Is(err, signing.ErrTooLarge) && c.Unreadable {
				continue
			}
			if err != nil {
				t.Errorf("%v %s: %v", family, c.Name, err)
				continue
			}
			honest := !c.Unreadable && !c.WrongValue && !c.Weak && c.Code == ""
			if verdict.Passed() != honest {
				t.Errorf("%v %s: %s %s\n%s", family, c.Name, verdict.Indication, verdict.SubIndication, asJSON(verdict))
			}
			var details strings.Builder
			for _, s := range verdict.Signers {
				for _, e := range s.Signed {
					if strings.Contains(e.Content, xmlattack.Marker) {
						t.Errorf("%v %s returns as signed what nobody signed: %s", family, c.Name, e.Content)
					}
				}
				for _, check := range s.Checks {
					details.WriteString(check.Detail + "\n")
				}
			}
			sub := verdict.SubIndication
			switch {
			case c.Unreadable && sub != signing.FormatFailure,
				c.WrongValue && sub != signing.SigCryptoFailure,
				c.Weak && sub != signing.CryptoConstraintsFailure:
				t.Errorf("%v %s: %s", family, c.Name, sub)
			case c.Code == xmldsig.CodeExternal && sub != signing.SignedDataNotFound,
				c.Code == xmldsig.CodeNoCertificate && sub != signing.NoSigningCertificateFound && sub != signing.FormatFailure:
				t.Errorf("%v %s: %s for %s", family, c.Name, sub, c.Code)
			case c.Code != "" && c.Code != xmldsig.CodeExternal && c.Code != xmldsig.CodeNoCertificate &&
				!strings.Contains(details.String(), c.Code):
				t.Errorf("%v %s: %s is not among the reasons:\n%s", family, c.Name, c.Code, &details)
			}
		}
	}
}

func TestXMLRefusals(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	detached, err := signtest.Sign(creation.XML{File: []byte("content"), Form: creation.XMLDetached, Address: "a"}, pki.Person(signtest.Applicant()), signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file    []byte
		content []byte
		want    signing.SubIndication
	}{
		"no signature":     {[]byte(xmlApplication), nil, signing.FormatFailure},
		"no XML":           {[]byte("<<"), nil, signing.FormatFailure},
		"content not sent": {detached, nil, signing.SignedDataNotFound},
		"another content":  {detached, []byte("Content"), signing.HashFailure},
		"an empty content": {detached, []byte{}, signing.HashFailure},
	} {
		verdict, err := pki.Verifier.VerifyXML(context.Background(), c.file, signing.Question{Content: c.content, At: signtest.Now()})
		if err != nil || verdict.Passed() || verdict.SubIndication != c.want {
			t.Errorf("%s: %v %s", name, err, asJSON(verdict))
		}
	}
	if _, err := signtest.Sign(creation.XML{File: []byte(xmlApplication), Form: creation.XMLEnveloped}, pki.Person(signtest.Applicant()), signtest.Now().AddDate(10, 0, 0)); !errors.Is(err, creation.ErrOutsideValidity) {
		t.Errorf("an expired key: %v", err)
	}
	if _, err := signtest.Sign(creation.XML{File: []byte("no XML"), Form: creation.XMLEnveloped}, pki.Person(signtest.Applicant()), signtest.Now()); !errors.Is(err, xmldsig.ErrSign) {
		t.Errorf("no XML: %v", err)
	}
}

// What the reader of XML does not know tells nothing against a file, and each reason
// has its own words.
func TestXMLNotRead(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	plain := string(signtest.Signed(t, creation.XML{File: []byte(`<?xml version="1.0" encoding="UTF-8"?><a>100</a>`), Form: creation.XMLEnveloped}, key))
	declared := strings.Replace(plain, "UTF-8", "UTF-16", 1)
	little, big := wide(plain, binary.LittleEndian), wide(plain, binary.BigEndian)
	for name, c := range map[string]struct {
		file       string
		acceptance signing.Acceptance
		indication signing.Indication
		says       string
	}{
		"UTF-16":                   {"\xff\xfe" + wide(declared, binary.LittleEndian), signing.Accepted, signing.TotalPassed, ""},
		"UTF-16, blank line":       {"\xfe\xff" + wide("\r\n"+declared, binary.BigEndian), signing.Accepted, signing.TotalPassed, ""},
		"UTF-16 without a mark":    {wide(declared, binary.BigEndian), signing.Accepted, signing.TotalPassed, ""},
		"UTF-16 declared UTF-8":    {"\xff\xfe" + little, signing.Refused, signing.TotalFailed, "cannot be"},
		"UTF-16, other end":        {"\xfe\xff" + wide(strings.Replace(plain, "UTF-8", "UTF-16LE", 1), binary.BigEndian), signing.Refused, signing.TotalFailed, "cannot be"},
		"UTF-16, half a character": {"\xfe\xff" + wide(declared, binary.BigEndian) + "\x00", signing.Refused, signing.TotalFailed, "half a character"},
		"UTF-16, half a pair":      {"\xfe\xff" + strings.Replace(wide(declared, binary.BigEndian), "\x001\x000", "\xd8\x00\x000", 1), signing.Refused, signing.TotalFailed, "surrogate"},
		"UTF-16, a document type":  {"\xff\xfe" + wide(strings.Replace(declared, "<a>", "<!DOCTYPE a><a>", 1), binary.LittleEndian), signing.Refused, signing.TotalFailed, "DOCTYPE"},
		"UTF-16, an entity":        {"\xff\xfe" + wide(strings.Replace(declared, "100", "&e;", 1), binary.LittleEndian), signing.Refused, signing.TotalFailed, "entity"},
		"UTF-16, another text":     {"\xff\xfe" + wide(strings.Replace(declared, "100", "900", 1), binary.LittleEndian), signing.Refused, signing.TotalFailed, "digest"},
		"UTF-16, UCS-2 declared":   {"\xfe\xff" + wide(strings.Replace(plain, "UTF-8", "ISO-10646-UCS-2", 1), binary.BigEndian), signing.Undecided, signing.Indeterminate, "does not read the encoding"},
		"UTF-32":                   {"\xff\xfe\x00\x00" + strings.ReplaceAll(little, "\x00", "\x00\x00\x00"), signing.Undecided, signing.Indeterminate, "UTF-32"},
		"UTF-8 behind two bytes":   {"\xff\xfe" + plain + " ", signing.Refused, signing.TotalFailed, ""},
		"UTF-16, wrong mark":       {"\xff\xfe" + big, signing.Refused, signing.TotalFailed, ""},
		"windows-1250":             {strings.Replace(plain, "UTF-8", "windows-1250", 1), signing.Undecided, signing.Indeterminate, "does not read the encoding"},
		"a mark and KOI8-R":        {"\ufeff" + strings.Replace(plain, "UTF-8", "KOI8-R", 1), signing.Refused, signing.TotalFailed, "byte order mark"},
		"declared UTF-16":          {strings.Replace(plain, "UTF-8", "UTF-16", 1), signing.Refused, signing.TotalFailed, "cannot be"},
		"an open byte":             {strings.Replace(strings.Replace(plain, "UTF-8", "windows-1251", 1), "100", "\x98", 1), signing.Undecided, signing.Indeterminate, "stands for no character"},
		"a document type":          {strings.Replace(plain, "<a>", "<!DOCTYPE a><a>", 1), signing.Refused, signing.TotalFailed, "DOCTYPE"},
		"no end":                   {strings.Replace(plain, "</a>", "", 1), signing.Refused, signing.TotalFailed, "structure of the XML file is broken"},
		"not UTF-8":                {strings.Replace(plain, "100", "\xff", 1), signing.Refused, signing.TotalFailed, "not UTF-8"},
		"UTF-8 as cp1251":          {strings.Replace(strings.Replace(plain, "UTF-8", "windows-1251", 1), "100", "қ", 1), signing.Refused, signing.TotalFailed, "digest"},
		"ASCII as KZ-1048":         {strings.Replace(plain, "UTF-8", "KZ-1048", 1), signing.Accepted, signing.TotalPassed, ""},
		"ASCII as Latin":           {strings.Replace(plain, "UTF-8", "iso-8859-1", 1), signing.Accepted, signing.TotalPassed, ""},
		"no declaration":           {strings.Replace(plain, `<?xml version="1.0" encoding="UTF-8"?>`, "", 1), signing.Accepted, signing.TotalPassed, ""},
	} {
		v, err := pki.Verifier.Verify(t.Context(), []byte(c.file), signing.Question{})
		if err != nil {
			t.Fatal(err)
		}
		told := asJSON(v)
		if v.Acceptance != c.acceptance || v.Indication != c.indication || !strings.Contains(told, c.says) {
			t.Errorf("%s: %s", name, told)
		}
	}
}

// wide writes a text in UTF-16.
func wide(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// TestXMLOfTwoBytes holds that XML in UTF-16 is signed in UTF-16, again by a second
// person, and judged by what its characters are.
func TestXMLOfTwoBytes(t *testing.T) {
	pki := signtest.New(t, ca.GOST2015)
	key := pki.Person(signtest.Applicant())
	for name, order := range map[string]binary.AppendByteOrder{"\xff\xfe": binary.LittleEndian, "\xfe\xff": binary.BigEndian, "": binary.BigEndian} {
		for _, root := range []string{"<қ ә='&#x10000;\U0001F58B'>құжат \U0001F58B</қ>", "<қ/>"} {
			file := []byte(name + wide("<?xml version='1.0' encoding='utf-16'?>"+root, order))
			for _, properties := range []bool{false, true} {
				file = signtest.Signed(t, creation.XML{File: file, Form: creation.XMLEnveloped, Properties: properties, Cosign: true}, key)
			}
			v, err := pki.Verifier.Verify(t.Context(), file, signing.Question{})
			if err != nil || !v.Passed() || len(v.Signers) != 2 {
				t.Fatalf("%q: %v %s", name, err, asJSON(v))
			}
			if !strings.HasPrefix(v.Signers[1].Signed[0].Content, "<қ") || !bytes.HasPrefix(file, []byte(name+wide("<?xml", order))) {
				t.Errorf("%q: %q", name, file)
			}
			changed := bytes.Replace(file, []byte(wide("<қ", order)), []byte(wide("<қ b='1'", order)), 1)
			if v, err = pki.Verifier.Verify(t.Context(), changed, signing.Question{}); err != nil || v.SubIndication != signing.HashFailure {
				t.Errorf("%q changed: %v %s", name, err, asJSON(v))
			}
		}
		message := []byte(name + wide(`<?xml version='1.0' encoding='utf-16'?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><қ>құжат</қ></s:Body></s:Envelope>`, order))
		file := signtest.Signed(t, creation.XML{File: message, Form: creation.XMLSOAP, Validity: time.Minute}, key)
		if v, err := pki.Verifier.Verify(t.Context(), file, signing.Question{}); err != nil || !v.Passed() {
			t.Errorf("%q: a message: %v %s", name, err, asJSON(v))
		}
	}
}

// TestXMLOfOneByte holds that XML of the country's old encodings is signed in its own
// bytes, again by a second person, and judged by what its characters are.
func TestXMLOfOneByte(t *testing.T) {
	pki := signtest.New(t, ca.GOST2015)
	key := pki.Person(signtest.Applicant())
	for _, encoding := range []string{"windows-1251", "KZ-1048", "PT154", "KOI8-R", "IBM866", "ISO-8859-5"} {
		file := []byte("<?xml version='1.0' encoding='" + encoding + "'?><\xe1 \xe2='\xe3'>\xe4</\xe1>")
		for _, properties := range []bool{false, true} {
			file = signtest.Signed(t, creation.XML{File: file, Form: creation.XMLEnveloped, Properties: properties, Cosign: true}, key)
		}
		v, err := pki.Verifier.Verify(t.Context(), file, signing.Question{})
		if err != nil || !v.Passed() || len(v.Signers) != 2 {
			t.Fatalf("%s: %v %s", encoding, err, asJSON(v))
		}
		if bytes.Count(file, []byte("\xe1")) != 2 || !utf8.ValidString(v.Signers[1].Signed[0].Content) {
			t.Errorf("%s: %q", encoding, file)
		}
		changed := bytes.Replace(file, []byte("\xe4"), []byte("\xe5"), 1)
		if v, err = pki.Verifier.Verify(t.Context(), changed, signing.Question{}); err != nil || v.SubIndication != signing.HashFailure {
			t.Errorf("%s changed: %v %s", encoding, err, asJSON(v))
		}
	}
}

// The real signatures of 2020 are right in digest, value and path; what they
// lack today is told apart from that.
func TestXMLNational(t *testing.T) {
	dir := signtest.National(t)
	v := signtest.NationalVerifier(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, "xml", "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, path := range files {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		verdict, err := v.Verify(t.Context(), file, signing.Question{At: time.Date(2020, 9, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil || len(verdict.Signers) != 1 {
			t.Fatalf("%s: %v", path, err)
		}
		s := verdict.Signers[0]
		login := strings.Contains(path, "auth")
		for _, check := range s.Checks {
			bad := check.Status == signing.CheckFailed || check.Status == signing.CheckUndetermined
			expected := check.Name == signing.CheckRevocation || login && check.Name == signing.CheckKeyUsage
			if bad && !expected {
				t.Errorf("%s: %s: %s", filepath.Base(path), check.Name, check.Detail)
			}
		}
		if len(s.Signed) != 1 || s.Signed[0].Role != "document" || verdict.Passed() {
			t.Errorf("%s: %+v", filepath.Base(path), verdict)
		}
		t.Logf("%s: %s %s", filepath.Base(path), verdict.Indication, verdict.SubIndication)
	}
}

func asJSON(v any) string {
	b, _ := json.MarshalIndent(v, "", " ")
	return string(b)
}
