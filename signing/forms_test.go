package signing_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/judgetest"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// Every kind of key signs, and openssl is of one mind with us wherever it knows
// the algorithm.
func TestEveryAlgorithm(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec := func(c elliptic.Curve) crypto.Signer {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	pki := signtest.New(t, ca.ECDSA)
	content := []byte("Мен келісемін")
	for _, test := range []struct {
		name string
		key  crypto.Signer
		pss  bool
	}{
		{"RSA PKCS#1", rsaKey, false}, {"RSA PSS", rsaKey, true}, {"Ed25519", edKey, false},
		{"P-256", ec(elliptic.P256()), false}, {"P-384", ec(elliptic.P384()), false}, {"P-521", ec(elliptic.P521()), false},
	} {
		person := signtest.Applicant()
		person.Key = test.key
		key := pki.Person(person)
		file, err := signtest.Sign(creation.CMS{Content: content, Claim: true, PSS: test.pss}, key, signtest.Now())
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		got := verify(t, pki.Verifier, file, signing.Question{})
		if !got.Passed() || got.Signers[0].Level != signing.LevelCAdESBB {
			t.Errorf("%s: %s, %s", test.name, signtest.Explain(got), got.Signers[0].Level)
		}
		if test.name == "Ed25519" {
			continue // OpenSSL 3.0 does not know RFC 8419
		}
		opensslAgrees(t, pki, test.name, file, true)
		bad := bytes.Replace(file, content, []byte("Мен келіспеймі"), 1)
		if bytes.Equal(bad, file) || len(bad) != len(file) {
			bad = bytes.Clone(file)
			bad[bytes.Index(file, content)] ^= 1
		}
		if got := verify(t, pki.Verifier, bad, signing.Question{}); got.SubIndication != signing.HashFailure {
			t.Errorf("%s, content changed: %s", test.name, signtest.Explain(got))
		}
		opensslAgrees(t, pki, test.name+", content changed", bad, false)
	}
}

// opensslAgrees asks openssl whether a CMS verifies under the root, at the time
// at which tests live.
func opensslAgrees(t *testing.T, pki *signtest.PKI, name string, file []byte, want bool) {
	t.Helper()
	t.Run(name+", openssl", func(t *testing.T) {
		judgetest.Need(t, "openssl")
		dir := t.TempDir()
		write := func(file string, b []byte) string {
			path := filepath.Join(dir, file)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		out, err := exec.Command("openssl", "cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any", "-attime", "1780315200",
			"-in", write("file.cms", file), "-CAfile", write("root.pem", ca.MarshalCertificatePEM(pki.Authority.Root())),
			"-out", filepath.Join(dir, "content")).CombinedOutput()
		if (err == nil) != want {
			t.Errorf("%s: openssl: %v: %s", name, err, out)
		}
	})
}

// A content may stay where it is: its digest says as much, and so does a
// stream of it.
func TestContentElsewhere(t *testing.T) {
	pki := signtest.New(t, ca.GOST2015)
	content := bytes.Repeat([]byte("құжат "), 100_000)
	key := pki.Person(signtest.Applicant())
	detached, attached := pki.Detached(content, key), pki.Signed(content, key)
	sha := signing.ContentDigest{Digest: certs.SHA256, Value: certs.SHA256.Sum(content)}
	right := signing.ContentDigest{Digest: certs.Streebog512, Value: certs.Streebog512.Sum(content)}
	wrong := signing.ContentDigest{Digest: certs.Streebog512, Value: certs.Streebog512.Sum(nil)}
	for _, test := range []struct {
		name    string
		file    []byte
		digests []signing.ContentDigest
		want    string
	}{
		{"its digest", detached, []signing.ContentDigest{sha, right}, "TOTAL-PASSED"},
		{"another digest only", detached, []signing.ContentDigest{sha}, "INDETERMINATE SIGNED_DATA_NOT_FOUND"},
		{"nothing", detached, nil, "INDETERMINATE SIGNED_DATA_NOT_FOUND"},
		{"digest of something else", detached, []signing.ContentDigest{wrong}, "TOTAL-FAILED HASH_FAILURE"},
		{"attached", attached, []signing.ContentDigest{right}, "TOTAL-PASSED"},
		{"attached, digest of something else", attached, []signing.ContentDigest{sha, wrong}, "TOTAL-FAILED HASH_FAILURE"},
	} {
		if got := verify(t, pki.Verifier, test.file, signing.Question{Digests: test.digests}); conclusion(got) != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, signtest.Explain(got), test.want)
		}
	}
	for name, test := range map[string]struct {
		file    []byte
		content string
		want    string
	}{
		"its content":           {detached, string(content), "TOTAL-PASSED"},
		"something else":        {detached, "басқа", "TOTAL-FAILED HASH_FAILURE"},
		"an empty content":      {detached, "", "TOTAL-FAILED HASH_FAILURE"},
		"beside the content":    {attached, string(content), "TOTAL-PASSED"},
		"against the content":   {attached, "басқа", "TOTAL-FAILED HASH_FAILURE"},
		"content, no signature": {[]byte("x"), "басқа", "TOTAL-FAILED FORMAT_FAILURE"},
	} {
		if got := verify(t, pki.Verifier, test.file, signing.Question{Content: []byte(test.content)}); conclusion(got) != test.want {
			t.Errorf("%s: %s", name, signtest.Explain(got))
		}
	}
}

// Without signed attributes a digest cannot tell a document from the signed
// attributes of another signature, so that the content itself is needed.
func TestNoSignedAttributes(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	policy, err := signing.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	policy.SigningCertificateMissing = []signing.DatedLevel{{From: "1990-01-01", Level: signing.LevelWarn}}
	pki.Verifier.Policy = policy
	f := honest(pki, pki.Person(signtest.Applicant()))
	f.detached, f.signers[0].attrs = true, nil
	file := f.bytes(t)
	for name, test := range map[string]struct {
		q    signing.Question
		want string
	}{
		"content":         {signing.Question{Content: forgedContent}, "TOTAL-PASSED"},
		"another content": {signing.Question{Content: []byte("басқа")}, "TOTAL-FAILED SIG_CRYPTO_FAILURE"},
		"digest": {signing.Question{Digests: []signing.ContentDigest{{Digest: certs.SHA256, Value: forgedSHA256}}},
			"INDETERMINATE SIGNED_DATA_NOT_FOUND"},
		"nothing": {signing.Question{}, "INDETERMINATE SIGNED_DATA_NOT_FOUND"},
	} {
		got := verify(t, pki.Verifier, file, test.q)
		if conclusion(got) != test.want || got.Signers[0].Level != "CMS signature, not CAdES: no signed attributes" {
			t.Errorf("%s: %s, %s\nwant %s", name, signtest.Explain(got), got.Signers[0].Level, test.want)
		}
	}
}

// Countersignatures are judged, told of, and counted for nothing.
func TestCountersignatures(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key, head := pki.Person(signtest.Applicant()), pki.Person(signtest.Head())
	file := pki.Signed([]byte("өтініш"), key)
	signature := signatureOf(t, file)
	counter := func(over []byte, attrs ...[]byte) []byte {
		c := head.Certificate
		attrs = append(attrs, attr(idMessageDigest, der.Octets(certs.SHA256.Sum(over))), attrESS(c))
		x := &forged{contentType: idData, content: nil, signers: []forgedSigner{{
			key: head, sid: der.Sequence(c.Issuer.Raw, der.Int(c.Serial)), digest: der.Algorithm(certs.SHA256.OID),
			algorithm: der.Sequence(der.OID(idECDSAWithSHA)), attrs: attrs,
		}}}
		sd, err := cms.Edit(x.bytes(t))
		if err != nil {
			t.Fatal(err)
		}
		return signerInfo(t, sd.DER())
	}
	for name, test := range map[string]struct {
		value []byte
		want  string
	}{
		"honest":                  {counter(signature), "TOTAL-PASSED "},
		"of another signature":    {counter([]byte("басқа")), "TOTAL-FAILED HASH_FAILURE"},
		"with a content-type":     {counter(signature, attrContentType), "TOTAL-FAILED FORMAT_FAILURE"},
		"no SignerInfo":           {der.NullValue(), "TOTAL-FAILED FORMAT_FAILURE"},
		"of a certificate absent": {counter(signature), "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
	} {
		d, err := cms.Edit(file)
		if err != nil {
			t.Fatal(err)
		}
		if name != "of a certificate absent" {
			d.AddCertificates(head.Certificate.Raw)
		}
		d.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDCountersignature, Values: [][]byte{test.value}})
		got := verify(t, pki.Verifier, d.DER(), signing.Question{IIN: "900701300108"})
		if !got.Passed() || len(got.Signers) != 1 || len(got.Signers[0].CounterSignatures) != 1 {
			t.Fatalf("%s: %s", name, signtest.Explain(got))
		}
		c := got.Signers[0].CounterSignatures[0]
		if said := string(c.Indication) + " " + string(c.SubIndication); said != test.want {
			t.Errorf("%s: %s, want %s", name, said, test.want)
		}
		if name == "honest" && c.Identity.BIN != "120741000014" {
			t.Errorf("countersigned by %+v", c.Identity)
		}
	}
}

// signerInfo takes the only SignerInfo out of a container.
func signerInfo(t testing.TB, file []byte) []byte {
	t.Helper()
	sd, err := cms.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(file, sd.Signers[0].Fixed)
	// The header in front of the contents is two to four octets long.
	for head := 2; head <= 4; head++ {
		if e, err := der.One(file[i-head:]); err == nil && bytes.HasPrefix(e.Body, sd.Signers[0].Fixed) {
			return e.Raw
		}
	}
	t.Fatal("no SignerInfo found")
	return nil
}

func issuerSerial(issuer, serial []byte) []byte {
	return der.Sequence(der.Sequence(der.Encode(der.ContextConstructed(4), issuer)), serial)
}

// What stands in the attributes must agree with what stands around them.
func TestContradictoryAttributes(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key, head := pki.Person(signtest.Applicant()), pki.Person(signtest.Head())
	c, issuing := key.Certificate, pki.Authority.Issuing()
	hash := func(c *certs.Certificate) []byte { fp := c.Fingerprint(); return der.Octets(fp[:]) }
	essV2 := func(ids ...[]byte) []byte { return attr(idSigningCertV2, der.Sequence(der.Sequence(ids...))) }
	essV1 := func(c *certs.Certificate) []byte {
		return attr(cms.OIDSigningCertificate, der.Sequence(der.Sequence(der.Sequence(der.Octets(certs.SHA1.Sum(c.Raw))))))
	}
	protection := func(digest, signature []byte) []byte {
		e, err := der.One(signature)
		if err != nil {
			t.Fatal(err)
		}
		return attr(cms.OIDAlgorithmProtection, der.Sequence(digest, der.Encode(der.ContextConstructed(1), e.Body)))
	}
	sha256, ecdsa256 := der.Algorithm(certs.SHA256.OID), der.Sequence(der.OID(idECDSAWithSHA))
	replaceESS := func(ess ...[]byte) func(*forged) {
		return func(f *forged) { f.signers[0].attrs = append(f.signers[0].attrs[:2:2], ess...) }
	}
	add := func(a []byte) func(*forged) {
		return func(f *forged) { f.signers[0].attrs = append(f.signers[0].attrs, a) }
	}
	// A certificate of the same issuer and serial number with another key.
	person := signtest.Head()
	person.Template = func(x *ca.Template) { x.Serial = c.Serial }
	twin := pki.Person(person).Certificate

	tests := []struct {
		name   string
		change func(*forged)
		want   string
	}{
		{"both versions of signing-certificate", add(essV1(c)), "TOTAL-PASSED"},
		{"version 1 alone", replaceESS(essV1(c)), "TOTAL-PASSED"},
		{"version 1 of another", add(essV1(head.Certificate)), "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
		{"issuer and serial number", replaceESS(essV2(der.Sequence(hash(c), issuerSerial(c.Issuer.Raw, der.Int(c.Serial))))), "TOTAL-PASSED"},
		{"another serial number", replaceESS(essV2(der.Sequence(hash(c), issuerSerial(c.Issuer.Raw, der.Int(head.Certificate.Serial))))), "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
		{"another issuer", replaceESS(essV2(der.Sequence(hash(c), issuerSerial(issuing.Issuer.Raw, der.Int(c.Serial))))), "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
		{"the whole path", replaceESS(essV2(der.Sequence(hash(c)), der.Sequence(hash(issuing)))), "TOTAL-PASSED"},
		{"signer second", replaceESS(essV2(der.Sequence(hash(issuing)), der.Sequence(hash(c)))), "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
		{"another authority", replaceESS(essV2(der.Sequence(hash(c)), der.Sequence(hash(head.Certificate)))), "TOTAL-PASSED"},
		{"an empty list", replaceESS(essV2()), "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
		{"an unknown digest", replaceESS(essV2(der.Sequence(der.Algorithm(idUnknownDigest), hash(c)))), "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
		{"no sequence", replaceESS(attr(idSigningCertV2, der.NullValue())), "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
		{"algorithms protected", add(protection(sha256, ecdsa256)), "TOTAL-PASSED"},
		{"another digest protected", add(protection(der.Algorithm(certs.SHA512.OID), ecdsa256)), "TOTAL-FAILED FORMAT_FAILURE"},
		{"another signature algorithm protected", add(protection(sha256, der.Sequence(der.OID(idECPublicKey)))), "TOTAL-FAILED FORMAT_FAILURE"},
		{"protection malformed", add(attr(cms.OIDAlgorithmProtection, der.NullValue())), "TOTAL-FAILED FORMAT_FAILURE"},
		{"protection twice", func(f *forged) {
			add(protection(sha256, ecdsa256))(f)
			add(protection(sha256, ecdsa256))(f)
		}, "TOTAL-FAILED FORMAT_FAILURE"},
		{"message-digest no OCTET STRING", func(f *forged) {
			f.signers[0].attrs[1] = attr(idMessageDigest, der.Text(string(forgedSHA256)))
		}, "TOTAL-FAILED HASH_FAILURE"},
		{"twin of issuer and serial number first", func(f *forged) {
			f.certificates = append([][]byte{twin.Raw}, f.certificates...)
		}, "TOTAL-PASSED"},
		{"twin without signing-certificate to tell", func(f *forged) {
			f.certificates = append([][]byte{twin.Raw}, f.certificates...)
			f.signers[0].attrs = f.signers[0].attrs[:2]
		}, "TOTAL-PASSED"}, // the key tells
		{"empty key identifier", func(f *forged) { f.signers[0].sid = der.Encode(der.Context(0)) }, "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
		{"signers the other way round", func(f *forged) {
			f.signers = append(f.signers, honest(pki, head).signers...)
			f.certificates = append(f.certificates, head.Certificate.Raw)
			slices.Reverse(f.signers)
		}, "TOTAL-PASSED"},
		{"a hundred and one signers", func(f *forged) {
			for range 100 {
				f.signers = append(f.signers, f.signers[0])
			}
		}, "TOTAL-FAILED FORMAT_FAILURE"},
		{"sixty-five attributes", func(f *forged) {
			for i := range 65 {
				f.signers[0].attrs = append(f.signers[0].attrs, attr([]int{1, 2, 398, 99, i}, der.NullValue()))
			}
		}, "TOTAL-FAILED FORMAT_FAILURE"},
		{"two hundred and one certificates", func(f *forged) {
			for range 200 {
				f.certificates = append(f.certificates, issuing.Raw)
			}
		}, "TOTAL-FAILED FORMAT_FAILURE"},
		{"certificates that cannot be read", func(f *forged) {
			f.certificates = append([][]byte{der.Sequence(der.NullValue()), der.Sequence()}, f.certificates...)
		}, "TOTAL-PASSED"},
	}
	for _, test := range tests {
		f := honest(pki, key)
		test.change(f)
		got := verify(t, pki.Verifier, f.bytes(t), signing.Question{})
		if conclusion(got) != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, signtest.Explain(got), test.want)
		}
		if got.Passed() && got.Signers[0].Identity.IIN != "900701300108" && test.name != "signers the other way round" {
			t.Errorf("%s: signed by %+v", test.name, got.Signers[0].Identity)
		}
	}
}

// What the signer says is shown.
func TestSignedAttributesAreShown(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	f := honest(pki, key)
	proof := []int{1, 2, 840, 113549, 1, 9, 16, 6, 1}
	f.signers[0].attrs = append(f.signers[0].attrs,
		attr(cms.OIDSignaturePolicy, der.Sequence(der.OID(idUnknownDigest), der.Sequence(der.Algorithm(certs.SHA256.OID), der.Octets(forgedSHA256)))),
		attr(cms.OIDCommitmentType, der.Sequence(der.OID(proof))),
		attr(cms.OIDContentHints, der.Sequence(der.Text("text/plain"), der.OID(idData))))
	got := verify(t, pki.Verifier, f.bytes(t), signing.Question{})
	want := signing.SignedAttributes{SignaturePolicy: "1.2.398.99.1", Commitments: []string{"1.2.840.113549.1.9.16.6.1"}, ContentHint: "1.2.840.113549.1.7.1"}
	if a := got.Signers[0].Attributes; !got.Passed() || a == nil || a.SignaturePolicy != want.SignaturePolicy ||
		!slices.Equal(a.Commitments, want.Commitments) || a.ContentHint != want.ContentHint {
		t.Errorf("%s: %+v", signtest.Explain(got), a)
	}
	if want := "CMS signature, not CAdES: no signing-time attribute"; got.Signers[0].Level != want {
		t.Errorf("level %q", got.Signers[0].Level)
	}
}
