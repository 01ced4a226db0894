package xmldsig_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing/xmldsig"
	"tamga/signing/xmldsig/xmltree"
)

func cut(t testing.TB, s, from, to string) (before, inside, after string) {
	t.Helper()
	before, rest, ok := strings.Cut(s, from)
	inside, after, closed := strings.Cut(rest, to)
	if !ok || !closed {
		t.Fatalf("no %s ... %s", from, to)
	}
	return before + from, inside, to + after
}

// Any bit of a file may change: either it no longer verifies, or what is
// returned as signed is what was.
func TestEveryByteFlipped(t *testing.T) {
	for _, f := range []ca.Family{ca.ECDSA, ca.GOST2004} {
		key := person(t, f)
		key.Chain = nil
		document := "<r a=\"1\" xmlns=\"urn:r\">\r\n<b>ә &amp; <!-- c -->d</b></r>"
		file, err := xmldsig.SignEnveloped(t.Context(), []byte(document), key, xmldsig.Options{})
		if err != nil {
			t.Fatal(err)
		}
		original := verified(t, file, xmldsig.Supplied{})
		unchanged := 0
		for i := range file {
			for _, bit := range []byte{0x01, 0x20} {
				changed := bytes.Clone(file)
				changed[i] ^= bit
				d, err := xmldsig.Read(changed)
				if err != nil {
					continue
				}
				for _, s := range d.Signatures(context.Background(), xmldsig.Supplied{}) {
					if len(s.Problems) > 0 || s.Verify(key.Certificate.PublicKey) != nil {
						continue
					}
					unchanged++
					if !bytes.Equal(s.SignedInfo, original.SignedInfo) || !bytes.Equal(s.Signed()[0].Bytes, original.Signed()[0].Bytes) {
						t.Errorf("byte %d, bit %#x: verifies and says %q", i, bit, s.Signed()[0].Bytes)
					}
				}
			}
		}
		if unchanged == 0 {
			t.Errorf("%v: not even a comment could be changed", f)
		}
		t.Logf("%v: %d of %d changes leave the canonical form as it was", f, unchanged, 2*len(file))
	}
}

func TestKeyInfo(t *testing.T) {
	key := person(t, ca.ECDSA)
	other := person(t, ca.ECDSA)
	signed, err := xmldsig.SignEnveloped(t.Context(), []byte("<a/>"), key, xmldsig.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, _, after := cut(t, string(signed), "<ds:KeyInfo>", "</ds:KeyInfo>")
	bag := func(all ...*certs.Certificate) string {
		var b strings.Builder
		for _, c := range all {
			b.WriteString("<ds:X509Certificate>\r\n" + base64.StdEncoding.EncodeToString(c.Raw) + "&#13;\n</ds:X509Certificate>")
		}
		return b.String()
	}
	data := func(s string) string { return "<ds:X509Data>" + s + "</ds:X509Data>" }
	token := func(s string) string {
		return `<w:SecurityTokenReference xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">` + s + `</w:SecurityTokenReference>`
	}
	const profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#"
	serial := fmt.Sprintf("<ds:X509IssuerSerial><ds:X509IssuerName>CN=any</ds:X509IssuerName><ds:X509SerialNumber> %d </ds:X509SerialNumber></ds:X509IssuerSerial>", key.Certificate.Serial)
	ski := base64.StdEncoding.EncodeToString(key.Certificate.SubjectKeyID)
	own, issuer := key.Certificate, key.Chain[0]
	for _, c := range []struct {
		name, keyInfo string
		supplied      []*certs.Certificate
		code          string
		wrong         bool // the signer is told, and the value does not verify
	}{
		{"the certificate", data(bag(own)), nil, "", false},
		{"the path, anchor first", data(bag(issuer, own)), nil, "", false},
		{"in two X509Data", data(bag(issuer)) + data(bag(own)), nil, "", false},
		{"the same twice", data(bag(own, own)), nil, "", false},
		{"with its serial number", data(bag(own, issuer) + serial), nil, "", false},
		{"only supplied", "", []*certs.Certificate{own}, "", false},
		{"supplied among others", "", []*certs.Certificate{other.Certificate, own}, "", false},
		{"serial number of a supplied one", data(serial), []*certs.Certificate{issuer, own}, "", false},
		{"key identifier of a supplied one", data("<ds:X509SKI>" + ski + "</ds:X509SKI>"), []*certs.Certificate{issuer, own}, "", false},
		{"token: key identifier", token(`<w:KeyIdentifier ValueType="` + profile + `X509SubjectKeyIdentifier">` + ski + `</w:KeyIdentifier>`), []*certs.Certificate{issuer, own}, "", false},
		{"token: certificate", token(`<w:KeyIdentifier ValueType="` + profile + `X509v3">` + base64.StdEncoding.EncodeToString(own.Raw) + `</w:KeyIdentifier>`), []*certs.Certificate{other.Certificate}, "", false},
		{"token: serial number", token(data(serial)), []*certs.Certificate{issuer, own}, "", false},
		{"another's", data(bag(other.Certificate)), nil, "", true},
		{"another's path", data(bag(other.Certificate, other.Chain[0])), nil, "", true},
		{"serial number of another's", data(serial), []*certs.Certificate{other.Certificate}, xmldsig.CodeNoCertificate, false},
		{"nothing", "", nil, xmldsig.CodeNoCertificate, false},
		{"two strangers", data(bag(other.Certificate, person(t, ca.ECDSA).Certificate)), nil, xmldsig.CodeNoCertificate, false},
		{"not base64", data("<ds:X509Certificate>*</ds:X509Certificate>"), nil, xmldsig.CodeKeyInfo, false},
		{"no certificate", data("<ds:X509Certificate>AAAA</ds:X509Certificate>"), nil, xmldsig.CodeKeyInfo, false},
		{"token: outside", token(`<w:Reference URI="http://a.example/"/>`), nil, xmldsig.CodeKeyInfo, false},
		{"token: no token", token(`<w:Reference URI="#none"/>`), nil, xmldsig.CodeUnresolved, false},
		{"token: of an unknown kind", token(`<w:KeyIdentifier ValueType="` + profile + `ThumbprintSHA1">AAAA</w:KeyIdentifier>`), nil, xmldsig.CodeKeyInfo, false},
		{"token: two references", token("<a/><a/>"), nil, xmldsig.CodeKeyInfo, false},
		{"serial number that is none", data("<ds:X509IssuerSerial><ds:X509SerialNumber>x</ds:X509SerialNumber></ds:X509IssuerSerial>"), nil, xmldsig.CodeKeyInfo, false},
	} {
		s := onlySignature(t, []byte(before+c.keyInfo+after), xmldsig.Supplied{Certificates: c.supplied})
		if c.code != "" {
			if len(s.Problems) == 0 || s.Problems[0].Code != c.code {
				t.Errorf("%s: %v, want %s", c.name, s.Problems, c.code)
			}
			continue
		}
		if len(s.Problems) > 0 {
			t.Errorf("%s: %v", c.name, s.Problems)
			continue
		}
		if wrong := s.Verify(s.Signer().PublicKey) != nil; wrong != c.wrong || !wrong && !bytes.Equal(s.Signer().Raw, own.Raw) {
			t.Errorf("%s: value wrong: %v", c.name, wrong)
		}
	}
}

// resigned computes the value of the first signature anew, after its SignedInfo
// was edited.
func resigned(t testing.TB, file string, sign func(signedInfo []byte) []byte) []byte {
	t.Helper()
	d, err := xmldsig.Read([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	before, _, after := cut(t, file, "<ds:SignatureValue>", "</ds:SignatureValue>")
	return []byte(before + base64.StdEncoding.EncodeToString(sign(d.Signatures(context.Background(), xmldsig.Supplied{})[0].SignedInfo)) + after)
}

func TestPSS(t *testing.T) {
	key := person(t, ca.RSA)
	signed, err := xmldsig.SignEnveloped(t.Context(), []byte("<a/>"), key, xmldsig.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []struct {
		name string
		hash crypto.Hash
	}{{"sha256", crypto.SHA256}, {"sha384", crypto.SHA384}, {"sha512", crypto.SHA512}} {
		for _, salt := range []int{h.hash.Size(), h.hash.Size() - 1} {
			edited := strings.Replace(string(signed), "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2007/05/xmldsig-more#"+h.name+"-rsa-MGF1", 1)
			file := resigned(t, edited, func(info []byte) []byte {
				sum := h.hash.New()
				sum.Write(info)
				value, err := key.Signer.Sign(rand.Reader, sum.Sum(nil), &rsa.PSSOptions{SaltLength: salt, Hash: h.hash})
				if err != nil {
					t.Fatal(err)
				}
				return value
			})
			s := onlySignature(t, file, xmldsig.Supplied{})
			if right := s.Verify(key.Certificate.PublicKey) == nil; len(s.Problems) > 0 || right != (salt == h.hash.Size()) {
				t.Errorf("%s, salt of %d: right %v, %v", h.name, salt, right, s.Problems)
			}
		}
	}
}

func TestCurves(t *testing.T) {
	a, err := ca.New(ca.ECDSA, now(), ca.Options{NotBefore: now().AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		private, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		h, err := a.Issue(ca.Person{Surname: "А", GivenName: "Б", IIN: "900701300108", Key: private})
		if err != nil {
			t.Fatal(err)
		}
		file, err := xmldsig.SignEnveloped(t.Context(), []byte("<a/>"), xmldsig.Key{Signer: private, Certificate: h.Certificate}, xmldsig.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := verified(t, file, xmldsig.Supplied{})
		if want := 2 * ((curve.Params().BitSize + 7) / 8); len(s.Value) != want {
			t.Errorf("%s: value of %d bytes, want %d", curve.Params().Name, len(s.Value), want)
		}
		s.Value = append([]byte{0}, s.Value...)
		if s.Verify(private.Public()) == nil {
			t.Errorf("%s: a longer value verifies", curve.Params().Name)
		}
	}
}

func TestAlgorithmReported(t *testing.T) {
	key := person(t, ca.GOST2015)
	file, err := xmldsig.SignEnveloped(t.Context(), []byte("<a/>"), key, xmldsig.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := verified(t, file, xmldsig.Supplied{})
	alg, err := s.Algorithm()
	if err != nil || alg.Scheme != certs.GOST || alg.Digest.Name != certs.Streebog512.Name || s.References[0].Digest.Name != certs.Streebog512.Name {
		t.Errorf("%v, %v", alg, err)
	}
	if !bytes.Contains(file, []byte("urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512")) {
		t.Error("the algorithm has another name")
	}
}

// A counter-signature signs another signature's value; it says nothing about
// the document, and does not spoil it.
func TestCounterSignature(t *testing.T) {
	key := person(t, ca.ECDSA)
	outer, err := xmldsig.SignEnveloped(t.Context(), []byte("<a/>"), key, xmldsig.Options{Properties: true, At: now()})
	if err != nil {
		t.Fatal(err)
	}
	base := strings.Replace(string(outer), "<ds:SignatureValue>", `<ds:SignatureValue Id="v">`, 1)
	tree, err := xmltree.Parse([]byte(base))
	if err != nil {
		t.Fatal(err)
	}
	var value []byte
	tree.Walk(func(n *xmltree.Node) bool {
		if n.Local() == "SignatureValue" {
			value, err = tree.Canonical(n, xmltree.Method{}, nil, 1<<20)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	detached, err := xmldsig.SignDetached(t.Context(), value, key, xmldsig.Options{URI: "x"})
	if err != nil {
		t.Fatal(err)
	}
	for uri, holds := range map[string]bool{"#v": true, "": false} {
		counter := resigned(t, strings.Replace(string(detached), `URI="x"`, `URI="`+uri+`"`, 1), func(info []byte) []byte {
			sum := crypto.SHA256.New()
			sum.Write(info)
			r, s, err := ecdsa.Sign(rand.Reader, key.Signer.(*ecdsa.PrivateKey), sum.Sum(nil))
			if err != nil {
				t.Fatal(err)
			}
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		})
		_, signature, _ := strings.Cut(string(counter), "\n")
		file := strings.Replace(base, "</xades:SignedProperties>", "</xades:SignedProperties><xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature>"+
			signature+"</xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties>", 1)
		d, err := xmldsig.Read([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		all := d.Signatures(context.Background(), xmldsig.Supplied{})
		if len(all) != 2 || all[0].Counter || !all[1].Counter {
			t.Fatalf("%d signatures", len(all))
		}
		if len(all[0].Problems) > 0 || all[0].Verify(key.Certificate.PublicKey) != nil {
			t.Errorf("the outer one: %v", all[0].Problems)
		}
		if holds != (len(all[1].Problems) == 0) || holds && (all[1].Verify(key.Certificate.PublicKey) != nil || len(all[1].Signed()) != 0 || all[1].References[0].Covered.Role != xmldsig.RoleValue) {
			t.Errorf("URI %q: %v", uri, all[1].Problems)
		}
	}
}

func TestContentCanonicalised(t *testing.T) {
	key := person(t, ca.ECDSA)
	canonical := "<a><!-- kept --><b></b></a>"
	signed, err := xmldsig.SignDetached(t.Context(), []byte(canonical), key, xmldsig.Options{URI: "a.xml"})
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(signed), "<ds:DigestMethod", `<ds:Transforms><ds:Transform Algorithm="`+c14n+comments+`"/></ds:Transforms><ds:DigestMethod`, 1)
	for content, holds := range map[string]bool{"<?xml version='1.0'?><a ><!-- kept --><b/></a>": true, "<a><b/></a>": false, "no XML": false} {
		s := onlySignature(t, []byte(edited), xmldsig.Supplied{Content: []byte(content)})
		if holds != (len(s.Problems) == 0) {
			t.Errorf("%q: %v", content, s.Problems)
		}
		if holds && string(s.Signed()[0].Bytes) != canonical {
			t.Errorf("signed %q", s.Signed()[0].Bytes)
		}
	}
}

func TestASiC(t *testing.T) {
	key := person(t, ca.ECDSA)
	signed, err := xmldsig.SignDetached(t.Context(), []byte("content"), key, xmldsig.Options{URI: "content.txt"})
	if err != nil {
		t.Fatal(err)
	}
	_, signature, _ := strings.Cut(string(signed), "\n")
	for container, holds := range map[string]bool{
		`<x:XAdESSignatures xmlns:x="http://uri.etsi.org/02918/v1.2.1#">` + signature + `</x:XAdESSignatures>`:        true,
		`<x:XAdESSignatures xmlns:x="http://uri.etsi.org/02918/v1.2.1#">` + signature + `<more/></x:XAdESSignatures>`: false,
		`<x>` + signature + `</x>`: false,
	} {
		s := onlySignature(t, []byte(container), xmldsig.Supplied{Content: []byte("content")})
		if holds != (len(s.Problems) == 0) {
			t.Errorf("%.30s: %v", container, s.Problems)
		}
	}
}
