package xmldsig_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing/xmldsig"
)

func now() time.Time { return time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC) }

var families = []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015}

// person makes a key under an authority of the family.
func person(t testing.TB, f ca.Family) xmldsig.Key {
	t.Helper()
	a, err := ca.New(f, now(), ca.Options{NotBefore: now().AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	h, err := a.Issue(ca.Person{Surname: "СЕЙІТҚАЛИ", GivenName: "АЙГҮЛ", IIN: "900701300108",
		NotBefore: now().AddDate(0, -6, 0), NotAfter: now().AddDate(0, 6, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return xmldsig.Key{Signer: h.Key, Certificate: h.Certificate, Chain: []*certs.Certificate{a.Issuing()}}
}

const message = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:typ="http://bip.bee.kz/SyncChannel/v10/Types">
  <soapenv:Header/>
  <soapenv:Body><typ:SendMessage><request><data xml:lang="kk">Өтініш &amp; құжат</data></request></typ:SendMessage></soapenv:Body>
</soapenv:Envelope>`

// documents are files to sign enveloped.
var documents = map[string]string{
	"plain":             "<root><name>NCANode</name></root>",
	"empty tag":         "<root/>",
	"empty tag, prefix": `<p:root xmlns:p="urn:p" p:a="1" />`,
	"declaration, comments, instructions": "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\"?>\r\n<!-- before --><?p x?>\r\n" +
		"<licence xmlns=\"urn:licence\" Id=\"l\">\r\n\t<holder iin='x &#13;'><!-- in -->Ә&lt;</holder><![CDATA[<&]]>\r\n</licence>\n<!-- after -->",
	"ds prefix taken":    `<ds:root xmlns:ds="urn:other"><ds:a/></ds:root>`,
	"default namespace":  `<root xmlns="http://www.w3.org/2000/09/xmldsig#"><a/></root>`,
	"xml attributes":     `<root xml:lang="kk" xml:space="preserve" xml:base="http://a.example/"> x </root>`,
	"windows-1251":       "<?xml version='1.0' encoding='windows-1251'?>\r\n<\xe7\xe0\xff\xe2\xea\xe0 \xe8\xec\xff='\xdf'><\xe0/>\xbf&#1171;</\xe7\xe0\xff\xe2\xea\xe0><!-- \xff -->",
	"empty tag, KOI8-R":  "<?xml version='1.0' encoding='KOI8-R'?><\xe1:\xe2 xmlns:\xe1='urn:p' \xe1:\xe3='\xbf' />",
	"unused declaration": `<root xmlns:unused="urn:u"><a xmlns:b="urn:b"/></root>`,
}

func verified(t testing.TB, file []byte, with xmldsig.Supplied) xmldsig.Signature {
	t.Helper()
	s := onlySignature(t, file, with)
	if len(s.Problems) > 0 {
		t.Fatalf("problems: %v", s.Problems)
	}
	if err := s.Verify(s.Signer().PublicKey); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEnveloped(t *testing.T) {
	for _, f := range families {
		key := person(t, f)
		for name, document := range documents {
			for _, properties := range []bool{false, true} {
				file, err := xmldsig.SignEnveloped(t.Context(), []byte(document), key, xmldsig.Options{Properties: properties, At: now()})
				if err != nil {
					t.Fatalf("%v, %s: %v", f, name, err)
				}
				s := verified(t, file, xmldsig.Supplied{})
				if !bytes.Equal(s.Signer().Raw, key.Certificate.Raw) || len(s.Certificates) != 2 {
					t.Errorf("%v, %s: not the signer's certificate, or not the chain", f, name)
				}
				if properties != (s.SigningCertificate == xmldsig.Bound) || properties != s.ClaimedTime.Equal(now()) {
					t.Errorf("%v, %s: bound %v, claimed %v", f, name, s.SigningCertificate, s.ClaimedTime)
				}
				signed := s.Signed()
				if len(signed) != 1 || signed[0].Role != xmldsig.RoleDocument || bytes.Contains(signed[0].Bytes, []byte("SignatureValue")) {
					t.Errorf("%v, %s: signed %v", f, name, signed)
				}
				// Outside the signature no byte changed.
				head, rest, _ := bytes.Cut(file, []byte("<ds:Signature "))
				_, tail, _ := bytes.Cut(rest, []byte("</ds:Signature>"))
				if joined := string(head) + string(tail); name[:5] != "empty" && joined != document {
					t.Errorf("%v, %s: the document was changed: %q", f, name, joined)
				}
			}
		}
	}
}

func TestDetached(t *testing.T) {
	content := []byte("any bytes \x00\xff\r\n")
	for _, f := range families {
		key := person(t, f)
		for _, properties := range []bool{false, true} {
			opt := xmldsig.Options{Properties: properties, At: now(), URI: "licence & co.pdf", MIME: "application/pdf"}
			file, err := xmldsig.SignDetached(t.Context(), content, key, opt)
			if err != nil {
				t.Fatalf("%v: %v", f, err)
			}
			s := verified(t, file, xmldsig.Supplied{Content: content})
			signed := s.Signed()
			if len(signed) != 1 || signed[0].Role != xmldsig.RoleContent || !bytes.Equal(signed[0].Bytes, content) {
				t.Errorf("%v: signed %v", f, signed)
			}
			if s.References[0].URI != opt.URI {
				t.Errorf("%v: URI %q", f, s.References[0].URI)
			}
			for code, other := range map[string][]byte{xmldsig.CodeExternal: nil, xmldsig.CodeDigest: []byte("other"), "": content} {
				s := onlySignature(t, file, xmldsig.Supplied{Content: other})
				if code == "" && len(s.Problems) == 0 {
					continue
				}
				if len(s.Problems) == 0 || s.Problems[0].Code != code || s.Signed() != nil {
					t.Errorf("%v: %v, want %s", f, s.Problems, code)
				}
			}
		}
	}
}

func TestSOAP(t *testing.T) {
	messages := map[string]string{
		"empty header": message,
		"no header":    strings.Replace(message, "<soapenv:Header/>", "", 1),
		"SOAP 1.2, default namespace": `<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Header><To xmlns="urn:a">x</To></Header>` +
			`<Body><a xmlns="">1</a></Body></Envelope>`,
		"identifiers there": `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"><s:Header>` +
			`<o:Security xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" s:mustUnderstand="1"><u:Timestamp u:Id="t"><u:Created>2026-06-01T12:00:00Z</u:Created></u:Timestamp></o:Security>` +
			`</s:Header><s:Body u:Id="b"/></s:Envelope>`,
		"windows-1251, prefix and text": "<?xml version='1.0' encoding='windows-1251'?><\xff:Envelope xmlns:\xff='http://schemas.xmlsoap.org/soap/envelope/'><!-- \xe0 --><\xff:Body><\xe0>\xbf</\xe0></\xff:Body></\xff:Envelope>",
		"wsu taken":                     `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsu="urn:other"><s:Body><wsu:x/></s:Body></s:Envelope>`,
		"another role":                  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><o:Security xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" s:actor="urn:gate"/></s:Header><s:Body/></s:Envelope>`,
	}
	for _, f := range families {
		key := person(t, f)
		for name, message := range messages {
			for _, opt := range []xmldsig.SOAPOptions{{}, {KeyIdentifier: true}, {Validity: 5 * time.Minute, At: now()}, {Bind: true}, {Bind: true, KeyIdentifier: true}} {
				file, err := xmldsig.SignSOAP(t.Context(), []byte(message), key, opt)
				if err != nil {
					t.Fatalf("%v, %s: %v", f, name, err)
				}
				s := verified(t, file, xmldsig.Supplied{})
				signed := s.Signed()
				if opt.Bind != (s.SigningCertificate == xmldsig.Bound) {
					t.Errorf("%v, %s: bound %v", f, name, s.SigningCertificate)
				}
				last := signed[len(signed)-1]
				if last.Role != xmldsig.RoleBody || last.Element.Path() != "/Envelope/Body" {
					t.Errorf("%v, %s: signed %v", f, name, last)
				}
				timestamp := opt.Validity != 0 || name == "identifiers there"
				if timestamp != (len(signed) == 2 && signed[0].Role == xmldsig.RoleTimestamp) || timestamp != s.ClaimedTime.Equal(now()) {
					t.Errorf("%v, %s: timestamp %v: %v", f, name, s.ClaimedTime, signed)
				}
				if strings.Contains(string(file), "BinarySecurityToken") == opt.KeyIdentifier {
					t.Errorf("%v, %s: the certificate stands elsewhere", f, name)
				}
			}
		}
	}
}

func TestSOAPSignedTwice(t *testing.T) {
	first, second := person(t, ca.ECDSA), person(t, ca.GOST2015)
	file, err := xmldsig.SignSOAP(t.Context(), []byte(message), first, xmldsig.SOAPOptions{})
	if err == nil {
		file, err = xmldsig.SignSOAP(t.Context(), file, second, xmldsig.SOAPOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err := xmldsig.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	all := d.Signatures(t.Context(), xmldsig.Supplied{})
	if len(all) != 2 {
		t.Fatalf("%d signatures", len(all))
	}
	for i, s := range all {
		if len(s.Problems) > 0 || s.Verify(s.Signer().PublicKey) != nil {
			t.Errorf("signature %d: %v", i, s.Problems)
		}
	}
}

func TestCosigned(t *testing.T) {
	first, second := person(t, ca.GOST2015), person(t, ca.RSA)
	once, err := xmldsig.SignEnveloped(t.Context(), []byte(documents["plain"]), first, xmldsig.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := xmldsig.SignEnveloped(t.Context(), once, second, xmldsig.Options{}); !errors.Is(err, xmldsig.ErrBreaksSignature) {
		t.Fatalf("the first signature was broken without being asked: %v", err)
	}
	twice, err := xmldsig.SignEnveloped(t.Context(), once, second, xmldsig.Options{Cosign: true})
	if err != nil {
		t.Fatal(err)
	}
	d, err := xmldsig.Read(twice)
	if err != nil {
		t.Fatal(err)
	}
	all := d.Signatures(t.Context(), xmldsig.Supplied{})
	if len(all) != 2 {
		t.Fatalf("%d signatures", len(all))
	}
	for i, key := range []xmldsig.Key{first, second} {
		if len(all[i].Problems) > 0 || all[i].Verify(key.Certificate.PublicKey) != nil {
			t.Errorf("signature %d: %v", i, all[i].Problems)
		}
	}
	if !slices.Equal(all[0].Without, []int{1}) || all[0].Covers != nil || !slices.Equal(all[1].Covers, []int{0}) || all[1].Without != nil {
		t.Errorf("the first covers %v without %v, the second %v without %v", all[0].Covers, all[0].Without, all[1].Covers, all[1].Without)
	}
	if got := all[1].References[0].Covered.Bytes; !bytes.Contains(got, []byte(base64.StdEncoding.EncodeToString(all[0].Value))) || bytes.Count(got, []byte("</ds:Signature>")) != 1 {
		t.Errorf("the second covers %q", got)
	}
	if got := string(all[0].References[0].Covered.Bytes); got != documents["plain"] {
		t.Errorf("the first covers %q", got)
	}
	// What stands behind and is no signature is not left out.
	changed := bytes.Replace(twice, []byte("</root>"), []byte("<more/></root>"), 1)
	if d, err = xmldsig.Read(changed); err != nil {
		t.Fatal(err)
	}
	for i, s := range d.Signatures(t.Context(), xmldsig.Supplied{}) {
		if len(s.Problems) != 1 || s.Problems[0].Code != xmldsig.CodeDigest {
			t.Errorf("changed, signature %d: %v", i, s.Problems)
		}
	}
}

func TestNotSigned(t *testing.T) {
	key := person(t, ca.ECDSA)
	mismatch := key
	mismatch.Signer = person(t, ca.ECDSA).Signer
	for _, c := range []struct {
		name string
		sign func() ([]byte, error)
		want error
	}{
		{"not XML", func() ([]byte, error) { return xmldsig.SignEnveloped(t.Context(), []byte("x"), key, xmldsig.Options{}) }, xmldsig.ErrSign},
		{"another's key", func() ([]byte, error) {
			return xmldsig.SignEnveloped(t.Context(), []byte("<a/>"), mismatch, xmldsig.Options{})
		}, certs.ErrSignature},
		{"no key", func() ([]byte, error) {
			return xmldsig.SignEnveloped(t.Context(), []byte("<a/>"), xmldsig.Key{}, xmldsig.Options{})
		}, xmldsig.ErrSign},
		{"no key, SOAP", func() ([]byte, error) {
			return xmldsig.SignSOAP(t.Context(), []byte(message), xmldsig.Key{}, xmldsig.SOAPOptions{})
		}, xmldsig.ErrSign},
		{"not SOAP", func() ([]byte, error) {
			return xmldsig.SignSOAP(t.Context(), []byte("<a/>"), key, xmldsig.SOAPOptions{})
		}, xmldsig.ErrSign},
		{"two bodies", func() ([]byte, error) {
			return xmldsig.SignSOAP(t.Context(), []byte(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/><s:Body/></s:Envelope>`), key, xmldsig.SOAPOptions{})
		}, xmldsig.ErrSign},
		{"identifier of the body twice", func() ([]byte, error) {
			return xmldsig.SignSOAP(t.Context(), []byte(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body Id="b"><a Id="b"/></s:Body></s:Envelope>`), key, xmldsig.SOAPOptions{})
		}, xmldsig.ErrSign},
		{"address inside", func() ([]byte, error) { return xmldsig.SignDetached(t.Context(), nil, key, xmldsig.Options{URI: "#a"}) }, xmldsig.ErrSign},
		{"relative namespace", func() ([]byte, error) {
			return xmldsig.SignEnveloped(t.Context(), []byte(`<a xmlns="relative"/>`), key, xmldsig.Options{})
		}, xmldsig.ErrSign},
		{"a Signature for document element", func() ([]byte, error) {
			return xmldsig.SignEnveloped(t.Context(), []byte(`<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>`), key, xmldsig.Options{})
		}, xmldsig.ErrSign},
	} {
		if file, err := c.sign(); !errors.Is(err, c.want) || file != nil {
			t.Errorf("%s: %v, %d bytes", c.name, err, len(file))
		}
	}
}

// TestSigningEnds holds that nothing is signed for a caller who has gone, and that
// this is what is said.
func TestSigningEnds(t *testing.T) {
	key := person(t, ca.ECDSA)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, sign := range map[string]func(context.Context) ([]byte, error){
		"enveloped": func(ctx context.Context) ([]byte, error) {
			return xmldsig.SignEnveloped(ctx, []byte("<a/>"), key, xmldsig.Options{})
		},
		"detached": func(ctx context.Context) ([]byte, error) {
			return xmldsig.SignDetached(ctx, []byte("a"), key, xmldsig.Options{URI: "a"})
		},
		"SOAP": func(ctx context.Context) ([]byte, error) {
			return xmldsig.SignSOAP(ctx, []byte(message), key, xmldsig.SOAPOptions{})
		},
	} {
		if file, err := sign(gone); !errors.Is(err, context.Canceled) || file != nil {
			t.Errorf("%s: %q, %v", name, file, err)
		}
		if _, err := sign(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
