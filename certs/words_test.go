package certs

import (
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"tamga/certs/der"
	"tamga/certs/gost"
)

// The words that people read of algorithms, names and their forms.
func TestWords(t *testing.T) {
	for id, want := range map[string]string{
		"1.2.840.113549.1.1.11": "RSA PKCS#1 v1.5, SHA-256", "1.2.840.113549.1.1.12": "RSA PKCS#1 v1.5, SHA-384",
		"1.2.840.113549.1.1.13": "RSA PKCS#1 v1.5, SHA-512", "1.2.840.113549.1.1.5": "RSA PKCS#1 v1.5, SHA-1",
		"1.2.840.10045.4.3.2": "ECDSA, SHA-256", "1.2.840.10045.4.3.3": "ECDSA, SHA-384", "1.2.840.10045.4.3.4": "ECDSA, SHA-512",
		"1.2.840.10045.4.1": "ECDSA, SHA-1", "1.3.101.112": "Ed25519",
		"1.2.840.10040.4.3": "DSA, SHA-1", "2.16.840.1.101.3.4.3.2": "DSA, SHA-256",
		"1.3.6.1.4.1.6801.1.2.2": "GOST 34.310 (Gamma), GOST 34.311-95",
		"1.2.398.3.10.1.1.1.2":   "GOST 34.310-2004, GOST 34.311-95",
		"1.2.398.3.10.1.1.2.3.1": "GOST 34.10-2015, GOST 34.11-2015-256",
		"1.2.398.3.10.1.1.2.3.2": "GOST 34.10-2015, GOST 34.11-2015-512",
	} {
		alg, err := ParseAlgorithm(AlgorithmIdentifier{OID: dotted(t, id)})
		if err != nil || alg.Name() != want {
			t.Errorf("%s: %q, %v; want %q", id, alg.Name(), err, want)
		}
		if _, err := ParseAlgorithm(AlgorithmIdentifier{OID: dotted(t, id), Parameters: der.Octets(nil)}); !errors.Is(err, ErrAlgorithm) {
			t.Errorf("%s with parameters: %v", id, err)
		}
		if _, err := ParseAlgorithm(AlgorithmIdentifier{OID: append(dotted(t, id), 1)}); !errors.Is(err, ErrAlgorithm) {
			t.Errorf("below %s: %v", id, err)
		}
	}
	if name := (Algorithm{Scheme: RSAPSS, Digest: SHA512}).Name(); name != "RSASSA-PSS, SHA-512" {
		t.Error(name)
	}
	for id, want := range map[string]string{
		"1.2.840.113549.1.1.1": "RSA PKCS#1 v1.5, SHA-256", "1.2.840.10045.2.1": "ECDSA, SHA-256",
		gost.A2004.KeyOID().String(): "GOST 34.310-2004, GOST 34.311-95", gost.A2015x256.KeyOID().String(): "GOST 34.10-2015, GOST 34.11-2015-256",
		gost.A2015x512.KeyOID().String(): "GOST 34.10-2015, GOST 34.11-2015-512", "1.3.6.1.4.1.6801.1.5.8": "GOST 34.310 (Gamma), GOST 34.311-95",
	} {
		var digest Digest
		for _, d := range digests {
			if strings.HasSuffix(want, ", "+d.Name) {
				digest = d
			}
		}
		alg, err := SignerInfoAlgorithm(AlgorithmIdentifier{OID: dotted(t, id)}, AlgorithmIdentifier{OID: digest.OID})
		if err != nil || alg.Name() != want {
			t.Errorf("%s: %q, %v; want %q", id, alg.Name(), err, want)
		}
	}
	for name, id := range map[string]string{"SHA-1": "1.3.14.3.2.26", "SHA-256": "2.16.840.1.101.3.4.2.1", "SHA-384": "2.16.840.1.101.3.4.2.2", "SHA-512": "2.16.840.1.101.3.4.2.3"} {
		if d, ok := DigestByName(name); !ok || d.OID.String() != id || d.hash.String() != name {
			t.Errorf("%s: %+v", name, d)
		}
	}
	forms := []string{"otherName", "rfc822Name", "dNSName", "x400Address", "directoryName", "ediPartyName",
		"uniformResourceIdentifier", "iPAddress", "registeredID", "name form 9", "name form 255"}
	for n, want := range forms {
		f := NameForm(n)
		if n == 10 {
			f = 255
		}
		if f.String() != want {
			t.Errorf("%d: %s, want %s", n, f, want)
		}
	}
	var rdns [][]byte
	for _, a := range []struct {
		id    asn1.ObjectIdentifier
		value string
	}{
		{oidCommonName, "c"}, {oidSurname, "s"}, {oidGivenName, "g"}, {oidSerialNumber, "IIN900701300108"}, {oidSerialNumber, "7"},
		{oidOrganisation, "o"}, {oidOrganisationUnit, "u"}, {oidCountry, "KZ"}, {oidLocality, "l"}, {oidProvince, "p"}, {oidUserID, "i"},
		{oidDomainComponent, "d"}, {oidBusinessCategory, "b"}, {oidEmail, "e"}, {asn1.ObjectIdentifier{1, 2, 398, 7}, "x"},
	} {
		rdns = append(rdns, der.Set(der.Sequence(der.OID(a.id), der.Text(a.value))))
	}
	want := "CN=c, SN=s, GN=g, serialNumber=IIN" + IIN("900701300108").String() +
		", serialNumber=7, O=o, OU=u, C=KZ, L=l, ST=p, UID=i, DC=d, businessCategory=b, E=e, 1.2.398.7=x"
	if got := nameOf(t, rdns...).String(); got != want || strings.Contains(got, "900701") {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func dotted(t *testing.T, s string) asn1.ObjectIdentifier {
	var oid asn1.ObjectIdentifier
	for part := range strings.SplitSeq(s, ".") {
		n := 0
		for _, c := range part {
			n = 10*n + int(c-'0')
		}
		oid = append(oid, n)
	}
	return oid
}

func TestMalformedAlgorithmIdentifiers(t *testing.T) {
	oid := der.OID(oidRSA)
	for name, raw := range map[string][]byte{
		"nothing": {}, "cut short": {0x30, 5, 6}, "no sequence": der.Octets(oid), "empty": der.Sequence(),
		"no identifier": der.Sequence(der.NullValue()), "malformed parameters": der.Sequence(oid, []byte{5, 1}),
		"two parameters": der.Sequence(oid, der.NullValue(), der.NullValue()), "something after": append(der.Sequence(oid), 0),
	} {
		if id, err := ParseAlgorithmIdentifier(raw); !errors.Is(err, der.ErrSyntax) {
			t.Errorf("%s: %+v, %v", name, id, err)
		}
	}
}

// A certificate that is malformed says in which field.
func TestMalformedFieldsAreNamed(t *testing.T) {
	null := der.NullValue()
	name := nameOf(t, der.Set(attributeOf(der.UTF8String, "A"))).Raw
	alg := der.Sequence(der.OID([]int{1, 2, 840, 10045, 4, 3, 2}))
	other := der.Sequence(der.OID([]int{1, 2, 840, 10045, 4, 3, 3}))
	utc := der.Encode(der.UTCTime, []byte("260101000000Z"))
	validity := der.Sequence(utc, utc)
	spki := der.Sequence(der.Sequence(der.OID([]int{1, 2, 398, 1})), der.Bits([]byte{1}))
	version := der.Encode(der.ContextConstructed(0), []byte{2, 1, 2})
	ext := der.Sequence(der.OID([]int{1, 2, 398, 2}), der.Octets(nil))
	exts := func(list ...[]byte) []byte { return der.Encode(der.ContextConstructed(3), der.Sequence(list...)) }
	sound := [][]byte{version, {2, 1, 1}, alg, name, validity, name, spki, exts(ext)}
	tbs := func(change map[int][]byte) []byte {
		var parts [][]byte
		for i, p := range sound {
			if c, ok := change[i]; ok {
				p = c
			}
			parts = append(parts, p)
		}
		return der.Sequence(parts...)
	}
	whole := func(parts ...[]byte) []byte { return der.Sequence(parts...) }
	sig := der.Bits([]byte{1})
	if c, err := Parse(whole(tbs(nil), alg, sig)); err != nil || c.PublicKey != nil || c.KeyError == nil {
		t.Fatalf("sound: %v", err)
	}
	value := func(id []int, b []byte) map[int][]byte {
		return map[int][]byte{7: exts(der.Sequence(der.OID(id), der.Octets(b)))}
	}
	for says, raw := range map[string][]byte{
		"outer sequence":       null,
		"tbsCertificate":       whole(null, alg, sig),
		"signatureAlgorithm":   whole(tbs(nil), null, sig),
		": signature:":         whole(tbs(nil), alg, null),
		"end:":                 whole(tbs(nil), alg, sig, null),
		"version":              whole(tbs(map[int][]byte{0: der.Encode(der.ContextConstructed(0), []byte{2, 1, 9})}), alg, sig),
		"serialNumber":         whole(tbs(map[int][]byte{1: null}), alg, sig),
		"serialNumber: not":    whole(tbs(map[int][]byte{1: {2, 2, 0, 1}}), alg, sig),
		"signature: not":       whole(tbs(map[int][]byte{2: null}), alg, sig),
		"algorithms differ":    whole(tbs(map[int][]byte{2: other}), alg, sig),
		"signature algorithm:": whole(tbs(nil), der.Sequence(null), sig),
		"algorithm: not":       whole(tbs(map[int][]byte{2: der.Sequence(null)}), alg, sig),
		"issuer":               whole(tbs(map[int][]byte{3: null}), alg, sig),
		"name":                 whole(tbs(map[int][]byte{3: der.Sequence(null)}), alg, sig),
		"validity":             whole(tbs(map[int][]byte{4: null}), alg, sig),
		"validity: ":           whole(tbs(map[int][]byte{4: der.Sequence(utc)}), alg, sig),
		"validity: not ":       whole(tbs(map[int][]byte{4: der.Sequence(utc, utc, null)}), alg, sig),
		"subject:":             whole(tbs(map[int][]byte{5: null}), alg, sig),
		"name: not":            whole(tbs(map[int][]byte{5: der.Sequence(der.Set())}), alg, sig),
		"subjectPublicKeyInfo": whole(tbs(map[int][]byte{6: null}), alg, sig),
		"PublicKeyInfo: ":      whole(tbs(map[int][]byte{6: der.Sequence(der.Sequence(), der.Bits(nil), null)}), alg, sig),
		"unique identifier":    whole(tbs(map[int][]byte{0: nil, 7: der.Encode(der.Context(1), []byte{0})}), alg, sig),
		"extensions":           whole(tbs(map[int][]byte{0: nil}), alg, sig),
		"extensions:":          whole(tbs(map[int][]byte{7: exts(null)}), alg, sig),
		"stands twice":         whole(tbs(map[int][]byte{7: exts(ext, ext)}), alg, sig),
		"end of tbs":           whole(tbs(map[int][]byte{7: null}), alg, sig),
		"keyUsage":             whole(tbs(value([]int{2, 5, 29, 15}, null)), alg, sig),
		"extKeyUsage":          whole(tbs(value([]int{2, 5, 29, 37}, null)), alg, sig),
		"subjectKeyIdentifier": whole(tbs(value([]int{2, 5, 29, 14}, null)), alg, sig),
		"authorityKeyId":       whole(tbs(value([]int{2, 5, 29, 35}, null)), alg, sig),
		"certificatePolicies":  whole(tbs(value([]int{2, 5, 29, 32}, null)), alg, sig),
		"cRLDistribution":      whole(tbs(value([]int{2, 5, 29, 31}, null)), alg, sig),
		"freshestCRL":          whole(tbs(value([]int{2, 5, 29, 46}, null)), alg, sig),
		"authorityInfoAccess":  whole(tbs(value([]int{1, 3, 6, 1, 5, 5, 7, 1, 1}, null)), alg, sig),
		"basicConstraints":     whole(tbs(value([]int{2, 5, 29, 19}, null)), alg, sig),
		"subjectAltName":       whole(tbs(value([]int{2, 5, 29, 17}, null)), alg, sig),
		"nameConstraints":      whole(tbs(value([]int{2, 5, 29, 30}, null)), alg, sig),
		"policyMappings":       whole(tbs(value([]int{2, 5, 29, 33}, null)), alg, sig),
		"policyConstraints":    whole(tbs(value([]int{2, 5, 29, 36}, null)), alg, sig),
		"inhibitAnyPolicy":     whole(tbs(value([]int{2, 5, 29, 54}, null)), alg, sig),
		"too large":            append(whole(tbs(nil), alg, sig), make([]byte, maxCertificate)...),
	} {
		if _, err := Parse(raw); !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", says, err)
		}
	}
}

// Why no path was accepted, in the words that verdicts carry.
func TestReasonWords(t *testing.T) {
	for reason, want := range map[PathReason]string{
		ReasonNoAnchors: "no_trust_anchors", ReasonNoIssuer: "issuer_not_found", ReasonAlgorithm: "algorithm_not_usable",
		ReasonSignature: "certificate_signature_wrong", ReasonNotCA: "issuer_is_no_ca", ReasonKeyUsage: "issuer_may_not_sign_certificates",
		ReasonPathLength: "path_too_long", ReasonCritical: "critical_extension_not_processed", ReasonIssuerNotYet: "issuer_not_yet_valid",
		ReasonIssuerExpired: "issuer_expired", ReasonNotYet: "certificate_not_yet_valid", ReasonExpired: "certificate_expired",
		ReasonNameConstraints: "name_not_permitted", ReasonNameForm: "name_constraint_not_processed",
		ReasonPolicyMapping: "policy_mapping_of_any_policy", ReasonPolicy: "no_acceptable_policy", ReasonNotAccepted: "path_not_accepted",
		ReasonBudgetExhausted: "path_building_budget_exhausted",
	} {
		if string(reason) != want {
			t.Errorf("%s, want %s", reason, want)
		}
	}
	c := numbered(nameOf(t, der.Set(attributeOf(der.UTF8String, "A"))), Name{}, 1)
	for want, err := range map[string]*PathError{
		"issuer_not_found":              {Reason: ReasonNoIssuer},
		"issuer_not_found: CN=A":        {Reason: ReasonNoIssuer, Certificate: c},
		"issuer_not_found: CN=A: why":   {Reason: ReasonNoIssuer, Certificate: c, Err: errors.New("why")},
		"no_acceptable_policy: because": {Reason: ReasonPolicy, Err: errors.New("because")},
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}

// Letters and numbers at their limits.
func TestASCIIAndNumbers(t *testing.T) {
	for pair, same := range map[[2]string]bool{
		{"AZaz", "azAZ"}: true, {"@", "`"}: false, {"[", "{"}: false, {"x[", "X["}: true, {"Ә", "ә"}: false,
	} {
		if equalASCII(pair[0], pair[1]) != same {
			t.Errorf("%q", pair)
		}
	}
	for b, want := range map[string]bool{
		"": false, "\x00": false, "\x01": true, "\x7f": true, "\x80": false, "\x00\x7f": false, "\x00\x80": true, "\x00\xff": true, "\x01\x00": true, "\xff\x00": false,
	} {
		if positive([]byte(b)) != want {
			t.Errorf("%x is positive: %v", b, !want)
		}
	}
}

// Production authorities are told from others by their fingerprints.
func TestMixedAnchors(t *testing.T) {
	name := nameOf(t, der.Set(attributeOf(der.UTF8String, "A")))
	national := func(n int) *Certificate {
		c := numbered(name, name, 1000+n)
		b, err := hex.DecodeString(NationalCAs()[n].SHA256)
		if err != nil || copy(c.fingerprint[:], b) != 32 {
			t.Fatal(err)
		}
		return c
	}
	other := numbered(name, name, 1)
	for _, test := range []struct {
		anchors []*Certificate
		mixed   bool
	}{
		{nil, false}, {[]*Certificate{other}, false}, {[]*Certificate{national(0)}, false}, {[]*Certificate{national(0), national(2)}, false},
		{[]*Certificate{national(0), other}, true}, {[]*Certificate{other, national(0), national(0)}, true},
		{[]*Certificate{national(0), national(0)}, false},
	} {
		p := &Pool{}
		for _, c := range test.anchors {
			p.AddAnchor(c)
		}
		if p.Mixed() != test.mixed {
			t.Errorf("%d anchors: mixed %v", len(test.anchors), p.Mixed())
		}
	}
	seen := map[string]bool{}
	for i, ca := range NationalCAs() {
		if got, ok := national(i).National(); !ok || got != ca || seen[ca.SHA256] {
			t.Errorf("%s: %+v, %v", ca.SHA256, got, ok)
		}
		seen[ca.SHA256] = true
	}
}

// Where the issuer's certificate and its responder are, by their methods; what has
// another method or another form is neither.
func TestAuthorityInfo(t *testing.T) {
	access := func(method asn1.ObjectIdentifier, place []byte) []byte { return der.Sequence(der.OID(method), place) }
	uri := func(s string) []byte { return der.Encode(der.Context(6), []byte(s)) }
	c := &Certificate{}
	err := c.readAuthorityInfo(der.Sequence(access(oidAccessOCSP, uri("a")), access(oidAccessIssuers, uri("b")),
		access(asn1.ObjectIdentifier{1, 2, 398}, uri("c")), access(oidAccessOCSP, der.Encode(der.Context(2), []byte("d"))),
		access(oidAccessIssuers, uri("e")), access(oidAccessOCSP, uri("f"))))
	if err != nil || strings.Join(c.OCSPURLs, " ") != "a f" || strings.Join(c.IssuerURLs, " ") != "b e" {
		t.Errorf("%v %v, %v", c.OCSPURLs, c.IssuerURLs, err)
	}
	for _, bad := range [][]byte{der.NullValue(), der.Sequence(der.NullValue()), der.Sequence(der.Sequence()), der.Sequence(der.Sequence(der.OID(oidAccessOCSP)))} {
		if err := c.readAuthorityInfo(bad); !errors.Is(err, der.ErrSyntax) {
			t.Errorf("%x: %v", bad, err)
		}
	}
}
