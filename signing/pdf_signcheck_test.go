package signing_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// A signature of ours is read back before it leaves. Each case has the reader
// see one thing that was not asked for, and names what it finds.
func TestSignatureReadBackAsAnother(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key, other := pki.Person(signtest.Head()), pki.Person(signtest.Applicant())
	opt := signing.PDFOptions{Certify: 2, Time: signtest.Now()}
	doc, err := pades.Read(mustSign(t, onePage(1000, "/Lang(kk)"), key, opt))
	if err != nil {
		t.Fatal(err)
	}
	maker := func(key signing.Key) *cms.Maker {
		m, err := cms.NewMaker(key.Signer, key.Certificate, nil, cms.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	parts := doc.SignedBytes(doc.Signatures[0])
	digest := maker(key).Digest().Sum(slices.Concat(parts[0], parts[1]))
	container := func(key signing.Key, in cms.ToSign) func(*pades.Signature) {
		if in.MessageDigest == nil {
			in.MessageDigest = digest
		}
		return func(s *pades.Signature) {
			var err error
			if s.Contents, err = maker(key).Make(in); err != nil {
				t.Fatal(err)
			}
		}
	}
	edited := func(edit func([]byte) []byte) func(*pades.Signature) {
		return func(s *pades.Signature) { s.Contents = edit(bytes.Clone(s.Contents)) }
	}
	twoSigners := edited(func(b []byte) []byte {
		d, err := cms.Edit(b)
		if err != nil {
			t.Fatal(err)
		}
		info, err := maker(other).MakeSigner(cms.ToSign{MessageDigest: digest})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.AddSigner(maker(other), info); err != nil {
			t.Fatal(err)
		}
		return d.DER()
	})
	for _, test := range []struct {
		name string
		edit func(*pades.Signature)
		said string // empty: it is ours
	}{
		{"as made", func(*pades.Signature) {}, ""},
		{"as made, by the same key again", container(key, cms.ToSign{}), ""},
		{"not there", func(s *pades.Signature) { s.ID = pades.Ref{} }, "the signature is not found again"},
		{"not of the whole file", func(s *pades.Signature) { s.CoversWholeFile = false }, "other bytes are covered than were digested"},
		{"with a problem", func(s *pades.Signature) { s.Problems = []pades.Problem{{}} }, "other bytes are covered than were digested"},
		{"of fewer bytes", func(s *pades.Signature) { s.ByteRange[1]-- }, "other bytes are covered than were digested"},
		{"of fewer bytes at the end", func(s *pades.Signature) { s.ByteRange[3]-- }, "other bytes are covered than were digested"},
		{"not certified", func(s *pades.Signature) { s.Certification = false }, "certified for 2, not 2"},
		{"certified for more", func(s *pades.Signature) { s.DocMDP = 3 }, "certified for 3, not 2"},
		{"of another kind", func(s *pades.Signature) { s.SubFilter = "adbe.pkcs7.detached" }, "not a PAdES baseline signature"},
		{"without time", func(s *pades.Signature) { s.ClaimedTime = time.Time{} }, "not a PAdES baseline signature"},
		{"with a signing-time", container(key, cms.ToSign{Attributes: []cms.Attribute{cms.SigningTime(signtest.Now())}}), "not a PAdES baseline signature"},
		{"by another", container(other, cms.ToSign{}), "the CMS is about other bytes or by another signer"},
		{"about other bytes", container(key, cms.ToSign{MessageDigest: maker(key).Digest().Sum(nil)}), "the CMS is about other bytes or by another signer"},
		{"of another value", edited(func(b []byte) []byte { b[len(b)-1] ^= 1; return b }), "signature value does not verify"},
		{"attached", container(key, cms.ToSign{Content: []byte("x")}), "the CMS is not detached with one signer"},
		{"of another type", container(key, cms.ToSign{Type: cms.OIDSignedData}), "the CMS is not detached with one signer"},
		{"without certificates", container(key, cms.ToSign{OmitCertificates: true}), "another element was expected here"},
		{"by two", twoSigners, "bytes are left over"},
		{"with a list", edited(func(b []byte) []byte {
			d, err := cms.Edit(b)
			if err != nil {
				t.Fatal(err)
			}
			d.AddCRLs(der.Sequence())
			return d.DER()
		}), "the CMS is not detached with one signer"},
		{"no CMS", func(s *pades.Signature) { s.Contents = der.NullValue() }, "another element was expected here"},
		{"another CMS", func(s *pades.Signature) { s.Contents = der.Sequence(der.OID(cms.OIDData)) }, "not a CMS SignedData"},
	} {
		err := signing.CheckSignature(doc, key.Certificate, opt, digest, test.edit)
		if (err == nil) != (test.said == "") || err != nil && (!errors.Is(err, signing.ErrOutput) || !strings.Contains(err.Error(), test.said)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.said)
		}
	}
	if err := signing.CheckSignature(doc, other.Certificate, opt, digest, func(*pades.Signature) {}); !errors.Is(err, signing.ErrOutput) {
		t.Errorf("asked about another certificate: %v", err)
	}
}
