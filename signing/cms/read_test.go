package cms

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

// pieces are a container that is right, to be made wrong in one place.
type pieces struct {
	kind, version, digests, encap, certificates, crls, signers, after []byte

	signer signerPieces
}

type signerPieces struct{ version, sid, digest, signed, algorithm, signature, unsigned, after []byte }

func number(n int64) []byte { return der.Int(big.NewInt(n)) }

func field(n byte, parts ...[]byte) []byte { return der.Encode(der.ContextConstructed(n), parts...) }

var (
	sha256ID  = der.Algorithm(certs.SHA256.OID)
	attribute = Attribute{ID: asnCommonName, Values: [][]byte{der.NullValue()}}
	response  = field(1, der.OID(OIDOCSPResponse), der.Sequence())
)

func good() *pieces {
	return &pieces{
		kind: der.OID(OIDSignedData), version: number(1), digests: der.Set(sha256ID),
		encap:        der.Sequence(der.OID(OIDData), field(0, der.Octets([]byte("мазмұн")))),
		certificates: field(0, der.Sequence(number(1))), crls: field(1, der.Sequence(number(2)), response),
		signer: signerPieces{
			version: number(1), sid: der.Sequence(der.Sequence(), number(7)), digest: sha256ID,
			signed: field(0, attribute.DER()), algorithm: der.Algorithm(oidECDSA384), signature: der.Octets([]byte{1}),
			unsigned: field(1, attribute.DER()),
		},
	}
}

func (s signerPieces) der() []byte {
	return der.Sequence(s.version, s.sid, s.digest, s.signed, s.algorithm, s.signature, s.unsigned, s.after)
}

func (p *pieces) der() []byte {
	signers := p.signers
	if signers == nil {
		signers = der.Set(p.signer.der())
	}
	return der.Sequence(p.kind, field(0, der.Sequence(p.version, p.digests, p.encap, p.certificates, p.crls, signers, p.after)))
}

func times(n int, b []byte) []byte { return bytes.Repeat(b, n) }

var boolean = []byte{byte(der.Boolean), 1, 0xff}

// One thing is wrong in each; what is said is what is wrong, whether or not the
// rewriting of BER has found it before. The outline that [Edit] reads says the
// same, or nothing where it does not look ("").
func TestReadSaysWhatIsWrong(t *testing.T) {
	const syntax, expected, left = "not valid DER: truncated", "not valid DER: another element was expected here", "not valid DER: bytes are left over"
	for _, test := range []struct {
		name       string
		wrong      func(*pieces)
		read, edit string
	}{
		{"nothing", func(*pieces) {}, "", ""},
		{"another kind", func(p *pieces) { p.kind = der.OID(OIDData) }, ErrNotSignedData.Error(), ErrNotSignedData.Error()},
		{"no kind", func(p *pieces) { p.kind = number(1) }, ErrNotSignedData.Error(), ErrNotSignedData.Error()},
		{"version 0", func(p *pieces) { p.version = number(0) }, "SignedData of an unknown version", "SignedData of an unknown version"},
		{"version 5", func(p *pieces) { p.version = number(5) }, "", ""},
		{"version 6", func(p *pieces) { p.version = number(6) }, "SignedData of an unknown version", "SignedData of an unknown version"},
		{"no version", func(p *pieces) { p.version = nil }, "SignedData of an unknown version", "SignedData of an unknown version"},
		{"after the signers", func(p *pieces) { p.after = der.NullValue() }, left, left},

		{"digests no set", func(p *pieces) { p.digests = sha256ID }, "digestAlgorithms: " + expected, "digestAlgorithms: " + expected},
		{"digest no algorithm", func(p *pieces) { p.digests = der.Set(number(1)) }, "digestAlgorithms: " + expected, ""},
		{"digest without identifier", func(p *pieces) { p.digests = der.Set(der.Sequence(number(1))) }, "digestAlgorithms: " + expected, ""},
		{"32 digests", func(p *pieces) { p.digests = der.Set(times(32, sha256ID)) }, "", ""},
		{"33 digests", func(p *pieces) { p.digests = der.Set(times(33, sha256ID)) }, "digestAlgorithms: too many", "digestAlgorithms: too many elements"},

		{"content no sequence", func(p *pieces) { p.encap = der.Set() }, "encapContentInfo: " + expected, "encapContentInfo: " + expected},
		{"content without type", func(p *pieces) { p.encap = der.Sequence(number(1)) }, "encapContentInfo: " + expected, ""},
		{"content no octets", func(p *pieces) { p.encap = der.Sequence(der.OID(OIDData), field(0, number(1))) }, "encapContentInfo: the content is no OCTET STRING", ""},
		{"content empty", func(p *pieces) { p.encap = der.Sequence(der.OID(OIDData), field(0)) }, "encapContentInfo: " + syntax, ""},
		{"content twice", func(p *pieces) { p.encap = der.Sequence(der.OID(OIDData), field(0, der.Octets(nil), der.Octets(nil))) }, "encapContentInfo: not valid DER: bytes follow the element", ""},
		{"after the content", func(p *pieces) { p.encap = der.Sequence(der.OID(OIDData), field(0, der.Octets(nil)), der.NullValue()) }, "encapContentInfo: " + left, ""},

		{"200 certificates", func(p *pieces) { p.certificates = field(0, times(200, der.Sequence())) }, "", ""},
		{"201 certificates", func(p *pieces) { p.certificates = field(0, times(201, der.Sequence())) }, "too many certificates", "certificates: too many elements"},
		{"cut certificate", func(p *pieces) { p.certificates = field(0, []byte{0x30, 1}) }, "certificates: " + syntax, syntax},
		{"200 of revocation", func(p *pieces) { p.crls = field(1, times(200, der.Sequence())) }, "", ""},
		{"201 of revocation", func(p *pieces) { p.crls = field(1, times(201, der.Sequence())) }, "crls: too much revocation information", "crls: too many elements"},
		{"revocation of no choice", func(p *pieces) { p.crls = field(1, number(1)) }, "crls: revocation information of an unknown choice", ""},
		{"cut revocation", func(p *pieces) { p.crls = field(1, []byte{0x30, 1}) }, "crls: " + syntax, syntax},
		{"revocation without format", func(p *pieces) { p.crls = field(1, field(1, number(1))) }, "crls: " + expected, ""},
		{"revocation of a format alone", func(p *pieces) { p.crls = field(1, field(1, der.OID(OIDOCSPResponse))) }, "crls: " + syntax, ""},

		{"signers no set", func(p *pieces) { p.signers = der.Sequence() }, "signerInfos: " + expected, "signerInfos: " + expected},
		{"100 signers", func(p *pieces) { p.signers = der.Set(times(100, p.signer.der())) }, "", ""},
		{"101 signers", func(p *pieces) { p.signers = der.Set(times(101, p.signer.der())) }, "too many signers", "signerInfos: too many elements"},
		{"second signer no sequence", func(p *pieces) { p.signers = der.Encode(der.SetTag, p.signer.der(), number(1)) }, "signer 2: " + expected, "signer 2: " + expected},
		{"signer of version 0", func(p *pieces) { p.signer.version = number(0) }, "signer 1: SignerInfo of an unknown version", ""},
		{"signer of version 2", func(p *pieces) { p.signer.version = number(2) }, "signer 1: SignerInfo of an unknown version", ""},
		{"signer of version 3", func(p *pieces) { p.signer.version = number(3) }, "", ""},
		{"signer of version 4", func(p *pieces) { p.signer.version = number(4) }, "signer 1: SignerInfo of an unknown version", ""},
		{"signer of no name", func(p *pieces) { p.signer.sid = number(1) }, "signer 1: sid: " + expected, ""},
		{"name without issuer", func(p *pieces) { p.signer.sid = der.Sequence(number(7)) }, "signer 1: sid: " + expected, ""},
		{"name without serial number", func(p *pieces) { p.signer.sid = der.Sequence(der.Sequence()) }, "signer 1: sid: " + expected, ""},
		{"serial number padded", func(p *pieces) { p.signer.sid = der.Sequence(der.Sequence(), []byte{2, 2, 0, 7}) }, "signer 1: sid: not valid DER: ", ""},
		{"after the name", func(p *pieces) { p.signer.sid = der.Sequence(der.Sequence(), number(7), number(8)) }, "signer 1: sid: " + left, ""},
		{"cut key identifier", func(p *pieces) {
			p.signer = signerPieces{version: number(3), sid: []byte{0x80, 9}}
		}, "signer 1: sid: " + syntax, syntax},
		{"signer's digest no algorithm", func(p *pieces) { p.signer.digest = number(1) }, "signer 1: digestAlgorithm: " + expected, ""},
		{"signed attributes no attributes", func(p *pieces) { p.signer.signed = field(0, number(1)) }, "signer 1: signedAttrs: " + expected, ""},
		{"64 signed attributes", func(p *pieces) { p.signer.signed = field(0, times(64, attribute.DER())) }, "", ""},
		{"65 signed attributes", func(p *pieces) { p.signer.signed = field(0, times(65, attribute.DER())) }, "signer 1: signedAttrs: too many attributes", ""},
		{"attribute without identifier", func(p *pieces) { p.signer.signed = field(0, der.Sequence(der.Set())) }, "signer 1: signedAttrs: " + expected, ""},
		{"attribute without values", func(p *pieces) { p.signer.signed = field(0, der.Sequence(der.OID(asnCommonName))) }, "signer 1: signedAttrs: " + expected, ""},
		{"after the values", func(p *pieces) {
			p.signer.signed = field(0, der.Sequence(der.OID(asnCommonName), der.Set(), der.Set()))
		}, "signer 1: signedAttrs: " + left, ""},
		{"cut value", func(p *pieces) {
			p.signer.signed = field(0, der.Sequence(der.OID(asnCommonName), der.Set([]byte{4, 1})))
		}, "signer 1: signedAttrs: " + syntax, syntax},
		{"signature no algorithm", func(p *pieces) { p.signer.algorithm = number(1) }, "signer 1: signatureAlgorithm: " + expected, ""},
		{"signature no octets", func(p *pieces) { p.signer.signature = number(1) }, "signer 1: signature: " + expected, ""},
		{"cut unsigned attributes", func(p *pieces) { p.signer.unsigned = []byte{0xa1, 1} }, "signer 1: unsignedAttrs: " + syntax, syntax},
		{"unsigned attributes no attributes", func(p *pieces) { p.signer.unsigned = field(1, number(1)) }, "signer 1: unsignedAttrs: " + expected, ""},
		{"64 unsigned attributes", func(p *pieces) { p.signer.unsigned = field(1, times(64, attribute.DER())) }, "", ""},
		{"65 unsigned attributes", func(p *pieces) { p.signer.unsigned = field(1, times(65, attribute.DER())) }, "signer 1: unsignedAttrs: too many attributes", "signer 1: unsignedAttrs: too many elements"},
		{"after the signer", func(p *pieces) { p.signer.after = boolean }, "signer 1: " + left, "signer 1: " + left},
	} {
		p := good()
		test.wrong(p)
		_, readErr := parseSignedData(p.der())
		_, editErr := Edit(p.der())
		said(t, "Read: "+test.name, readErr, test.read)
		said(t, "Edit: "+test.name, editErr, test.edit)
	}
	inside := good().der()
	for name, b := range map[string][]byte{
		"no sequence":          der.Set(),
		"no field":             der.Sequence(der.OID(OIDSignedData)),
		"after the container":  der.Sequence(inside[4:], number(1)),
		"field of no sequence": der.Sequence(der.OID(OIDSignedData), field(0, number(1))),
	} {
		if _, err := Read(b); !errors.Is(err, ErrNotSignedData) && !errors.Is(err, der.ErrSyntax) {
			t.Errorf("Read: %s: %v", name, err)
		}
		if _, err := Edit(b); !errors.Is(err, ErrNotSignedData) && !errors.Is(err, der.ErrSyntax) && name != "after the container" {
			t.Errorf("Edit: %s: %v", name, err)
		}
	}
}

func said(t *testing.T, name string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", name, err)
	case want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)):
		t.Errorf("%s: %v, want %q", name, err, want)
	}
}

// What was read is what stands there, element by element.
func TestReadKeepsEveryPart(t *testing.T) {
	p := good()
	attributeCertificate := field(2, number(3))
	foreign := field(1, der.OID(OIDData), der.NullValue())
	p.certificates = field(0, der.Sequence(number(1)), attributeCertificate)
	p.crls = field(1, der.Sequence(number(2)), foreign, response)
	p.signer.unsigned = field(1, Attribute{ID: OIDContentHints, Values: [][]byte{number(1), number(2), number(3)}}.DER(), attribute.DER())
	sd, err := Read(p.der())
	if err != nil {
		t.Fatal(err)
	}
	si := sd.Signers[0]
	parsed, err := ParseSignerInfo(p.signer.der())
	if err != nil {
		t.Fatal(err)
	}
	for name, is := range map[string]bool{
		"version":         sd.Version == 1 && si.Version == 1,
		"type":            sd.ContentType.Equal(OIDData) && sd.Attached && string(sd.Content) == "мазмұн",
		"digests":         len(sd.Digests) == 1 && sd.Digests[0].Equal(certs.SHA256.OID),
		"certificates":    same(sd.Certificates, der.Sequence(number(1))),
		"certificate set": same(sd.CertificateSet, der.Sequence(number(1)), attributeCertificate),
		"lists":           same(sd.CRLs, der.Sequence(number(2))),
		"responses":       same(sd.OCSPs, der.Sequence()),
		"revocation set":  same(sd.RevocationSet, der.Sequence(number(2)), foreign, response),
		"name":            bytes.Equal(si.Issuer, der.Sequence()) && si.Serial.Int64() == 7,
		"signed":          len(si.Signed) == 1 && bytes.Equal(si.SignedDER, der.Set(attribute.DER())) && si.Has(asnCommonName) && !si.Has(OIDContentHints),
		"signature":       bytes.Equal(si.Signature, []byte{1}) && si.Algorithm.OID.Equal(oidECDSA384),
		"fixed":           bytes.Equal(si.Fixed, slices.Concat(p.signer.version, p.signer.sid, p.signer.digest, p.signer.signed, p.signer.algorithm, p.signer.signature)),
		"unsigned":        len(si.Unsigned) == 2 && same(si.Unsigned[0].Values, number(1), number(2), number(3)) && same(si.Unsigned[1].Values, der.NullValue()),
		"alone":           bytes.Equal(parsed.Fixed, si.Fixed),
	} {
		if !is {
			t.Errorf("%s differs: %+v", name, sd)
		}
	}
	p.signer.signed, p.signer.unsigned = nil, nil
	if bare, err := ParseSignerInfo(p.signer.der()); err != nil || bare.SignedDER != nil || bare.Signed != nil || bare.Unsigned != nil {
		t.Errorf("without attributes: %+v, %v", bare, err)
	}
	if _, err := ParseSignerInfo(slices.Concat(p.signer.der(), number(1))); !errors.Is(err, der.ErrSyntax) {
		t.Errorf("bytes after a signer: %v", err)
	}
	for _, test := range []struct{ raw, list, response []byte }{
		{der.Sequence(number(2)), der.Sequence(number(2)), nil}, {response, nil, der.Sequence()}, {foreign, nil, nil},
		{[]byte{0x30}, nil, nil}, {field(1, der.OID(OIDOCSPResponse)), nil, nil},
	} {
		if list, answer := RevocationChoice(test.raw); !bytes.Equal(list, test.list) || !bytes.Equal(answer, test.response) {
			t.Errorf("%x is the list %x or the response %x", test.raw, list, answer)
		}
	}
}

func same(got [][]byte, want ...[]byte) bool { return slices.EqualFunc(got, want, bytes.Equal) }

// Whatever the two readers see differently ends the matter; a container that
// the library does not know how to read is judged on our reading.
func TestTwoReadersThatDisagree(t *testing.T) {
	c := keyCases(t)[2]
	cert := selfSigned(t, c.key, 7)
	m, err := NewMaker(c.key, cert, []*certs.Certificate{selfSigned(t, c.key, 8)}, c.opt)
	if err != nil {
		t.Fatal(err)
	}
	made := func(content []byte) []byte {
		b, err := m.Make(ToSign{Content: content, MessageDigest: m.Digest().Sum(content)})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	attached, detached := made([]byte("мазмұн")), made(nil)
	for _, test := range []struct {
		name   string
		b      []byte
		differ func(*SignedData)
		said   string
	}{
		{"nothing", attached, func(*SignedData) {}, ""},
		{"nothing, detached", detached, func(*SignedData) {}, ""},
		{"other content", attached, func(sd *SignedData) { sd.Content = []byte("басқа") }, "content"},
		{"content that only the library sees", attached, func(sd *SignedData) { sd.Content, sd.Attached = nil, false }, "content"},
		{"content that only we see", detached, func(sd *SignedData) { sd.Content, sd.Attached = []byte("x"), true }, "content"},
		{"a certificate that only the library sees", attached, func(sd *SignedData) { sd.Certificates = sd.Certificates[1:] }, "number of certificates"},
		{"another second certificate", attached, func(sd *SignedData) { sd.Certificates[1] = sd.Certificates[0] }, "certificate 2"},
		{"a signer that only we see", attached, func(sd *SignedData) { sd.Signers = append(sd.Signers, sd.Signers[0]) }, "number of signers"},
		{"a signer that the library cannot name", attached, func(sd *SignedData) { sd.Signers = append(sd.Signers, SignerInfo{SubjectKeyID: []byte{1}}) }, "number of signers"},
		{"another signature", attached, func(sd *SignedData) { sd.Signers[0].Signature = []byte{1} }, "signer 1"},
		{"another serial number", attached, func(sd *SignedData) { sd.Signers[0].Serial = big.NewInt(8) }, "signer 1"},
		{"no serial number", attached, func(sd *SignedData) { sd.Signers[0].Serial = nil }, "signer 1"},
		{"not for the library", []byte("x"), func(sd *SignedData) { sd.Content = nil }, ""},
	} {
		own, err := Read(attached)
		if len(test.b) == len(detached) {
			own, err = Read(detached)
		}
		if err != nil {
			t.Fatal(err)
		}
		own.Certificates = slices.Clone(own.Certificates)
		test.differ(own)
		err = confirm(test.b, own)
		if (err != nil) != (test.said != "") || err != nil && (!errors.Is(err, errTwoReadings) || !strings.HasSuffix(err.Error(), ": "+test.said)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.said)
		}
	}
	// No signers is something that the library says; nothing read is not.
	none, err := Edit(attached)
	if err != nil {
		t.Fatal(err)
	}
	none.Signers = nil
	if own, err := Read(attached); err != nil || !errors.Is(confirm(none.DER(), own), errTwoReadings) {
		t.Errorf("no signers, says the library: %v", err)
	}
	// The second reader is asked about what was not DER, and is believed.
	asked := 0
	second := func(normal []byte, own *SignedData) error {
		if asked++; !bytes.Equal(normal, attached) || string(own.Content) != "мазмұн" {
			t.Errorf("asked about %x", normal)
		}
		return errTwoReadings
	}
	ber := slices.Concat([]byte{0x30, 0x80}, mustInside(t, attached), []byte{0, 0})
	if _, err := read(ber, second); !errors.Is(err, errTwoReadings) || asked != 1 {
		t.Errorf("BER: %v, asked %d times", err, asked)
	}
	if sd, err := read(attached, second); err != nil || string(sd.Content) != "мазмұн" || asked != 1 {
		t.Errorf("DER: %v, asked %d times", err, asked)
	}
}

// A reader that does not know what it reads is no witness against one that does.
func TestSecondReaderIsIgnorant(t *testing.T) {
	c := keyCases(t)[2]
	m, err := NewMaker(c.key, selfSigned(t, c.key, 7), nil, c.opt)
	if err != nil {
		t.Fatal(err)
	}
	attached, err := m.Make(ToSign{Content: []byte("мазмұн"), MessageDigest: m.Digest().Sum([]byte("мазмұн"))})
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(*Draft){
		"an OCSP response":         func(d *Draft) { d.AddOCSPs(der.Sequence(der.Encode(der.Enumerated, []byte{1}))) },
		"other revocation":         func(d *Draft) { d.revocation = [][]byte{field(1, der.OID(OIDContentHints), der.NullValue())} },
		"a list it cannot read":    func(d *Draft) { d.AddCRLs(der.Sequence(der.NullValue())) },
		"a signer by key":          func(d *Draft) { d.Signers[0].sid = der.Encode(der.Context(0), []byte{1, 2, 3}) },
		"an attribute certificate": func(d *Draft) { d.certificates = append(d.certificates, field(2, der.NullValue())) },
	} {
		d, err := Edit(attached)
		if err != nil {
			t.Fatal(err)
		}
		edit(d)
		ber := slices.Concat([]byte{0x30, 0x80}, mustInside(t, d.DER()), []byte{0, 0})
		sd, err := Read(ber)
		if err != nil || string(sd.Content) != "мазмұн" || len(sd.Signers) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func mustInside(t *testing.T, b []byte) []byte {
	t.Helper()
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		t.Fatal(err)
	}
	return r.Rest()
}

// A large content's memory may be gone when its certificates are still looked
// at; a small one is not worth copying.
func TestCertificatesOutliveALargeFile(t *testing.T) {
	for size, kept := range map[int]bool{maxShared: false, maxShared + 1: true} {
		p := good()
		p.encap = der.Sequence(der.OID(OIDData), field(0, der.Octets(make([]byte, size))))
		b := p.der()
		sd, err := Read(b)
		if err != nil {
			t.Fatal(err)
		}
		want := bytes.Clone(sd.Certificates[0])
		clear(b)
		if bytes.Equal(sd.Certificates[0], want) != kept {
			t.Errorf("%d bytes: kept is %v", size, !kept)
		}
	}
}

func TestSingle(t *testing.T) {
	once := Attribute{ID: OIDContentHints, Values: [][]byte{number(1)}}
	twice := Attribute{ID: OIDContentHints, Values: [][]byte{number(1), number(2)}}
	none := Attribute{ID: OIDContentHints}
	for _, test := range []struct {
		name  string
		attrs []Attribute
		found bool
		said  string
	}{
		{"absent", []Attribute{attribute}, false, ""},
		{"there", []Attribute{attribute, once}, true, ""},
		{"more than once", []Attribute{once, attribute, once}, true, "stands more than once"},
		{"two values", []Attribute{twice}, true, "has 2 values, not one"},
		{"no value", []Attribute{none}, true, "has 0 values, not one"},
	} {
		v, found, err := Single(test.attrs, OIDContentHints)
		if found != test.found || (err == nil) != (test.said == "") || err != nil && !strings.HasSuffix(err.Error(), test.said) ||
			err == nil && found != bytes.Equal(v, number(1)) {
			t.Errorf("%s: %x, %v, %v", test.name, v, found, err)
		}
	}
}

// A signer is named by issuer and serial number or by key identifier, and by
// both halves of the former.
func TestNames(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := selfSigned(t, key, 7)
	withID, err := certs.Parse(c.Raw)
	if err != nil {
		t.Fatal(err)
	}
	withID.SubjectKeyID = c.Issuer.Raw[:4] // bytes that stand in the certificate
	for _, test := range []struct {
		name       string
		signer     SignerInfo
		c          *certs.Certificate
		named, may bool
	}{
		{"both", SignerInfo{Issuer: c.Issuer.Raw, Serial: big.NewInt(7), rawSerial: number(7)}, c, true, true},
		{"another serial number", SignerInfo{Issuer: c.Issuer.Raw, Serial: big.NewInt(8), rawSerial: number(8)}, c, false, false},
		{"another issuer", SignerInfo{Issuer: der.Sequence(), Serial: big.NewInt(7), rawSerial: number(7)}, c, false, true},
		{"key identifier", SignerInfo{SubjectKeyID: c.Issuer.Raw[:4]}, withID, true, true},
		{"another key identifier", SignerInfo{SubjectKeyID: []byte("басқа")}, withID, false, false},
		{"key identifier, the certificate has none", SignerInfo{SubjectKeyID: []byte{}}, c, false, true},
	} {
		if got := test.signer.Names(test.c); got != test.named {
			t.Errorf("%s: named is %v", test.name, got)
		}
		if got := test.signer.MayName(test.c.Raw); got != test.may {
			t.Errorf("%s: may be named is %v", test.name, got)
		}
	}
	s := SignerInfo{rawSerial: number(8)}
	for _, unreadable := range [][]byte{nil, der.Sequence(), der.Sequence(der.Sequence([]byte{0xa0, 9})), der.Sequence(der.Sequence())} {
		if !s.MayName(unreadable) {
			t.Errorf("%x cannot be told at a glance", unreadable)
		}
	}
}

// The signer's own word about the time is taken when it is readable and said
// once.
func TestClaimedTime(t *testing.T) {
	at := time.Date(2026, 6, 1, 12, 30, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		signed []Attribute
		want   time.Time
	}{
		"said":       {[]Attribute{attribute, SigningTime(at)}, at},
		"said twice": {[]Attribute{SigningTime(at), SigningTime(at)}, time.Time{}},
		"unreadable": {[]Attribute{{ID: OIDSigningTime, Values: [][]byte{number(1)}}}, time.Time{}},
		"not said":   {[]Attribute{attribute}, time.Time{}},
	} {
		si := SignerInfo{Signed: test.signed}
		if got := si.ClaimedTime(); !got.Equal(test.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The identifiers are those of the standards.
func TestIdentifiers(t *testing.T) {
	for want, oids := range map[string][]asn1.ObjectIdentifier{
		"1.2.840.113549.1.7.":      {0: nil, 1: OIDData, 2: OIDSignedData},
		"1.2.840.113549.1.9.":      {3: OIDContentType, 4: OIDMessageDigest, 5: OIDSigningTime, 6: OIDCountersignature, 52: OIDAlgorithmProtection},
		"1.2.840.113549.1.9.16.2.": {4: OIDContentHints, 12: OIDSigningCertificate, 14: OIDSignatureTimestamp, 15: OIDSignaturePolicy, 16: OIDCommitmentType, 20: OIDContentTimestamp, 23: OIDCertificateValues, 24: OIDRevocationValues, 27: OIDArchiveTimestampV1, 47: OIDSigningCertificateV2, 48: OIDArchiveTimestampV2},
		"1.3.6.1.5.5.7.16.":        {2: OIDOCSPResponse},
		"0.4.0.1733.2.":            {4: OIDArchiveTimestampV3, 5: OIDArchiveHashIndex},
		"0.4.0.19122.1.":           {4: OIDArchiveHashIndexV2, 5: OIDArchiveHashIndexV3},
		"1.2.840.113583.1.1.":      {8: OIDAdobeRevocation},
		"1.2.840.113549.1.1.":      {8: oidMGF1, 10: oidPSS},
		"1.2.840.10045.4.3.":       {3: oidECDSA384, 4: oidECDSA512},
		"1.3.101.":                 {112: oidEd25519},
	} {
		for last, oid := range oids {
			if oid != nil && oid.String() != want+strconv.Itoa(last) {
				t.Errorf("%v, want %s%d", oid, want, last)
			}
		}
	}
}
