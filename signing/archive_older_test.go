package signing_test

import (
	"encoding/asn1"
	"slices"
	"testing"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// olderIndex is an ats-hash-index of TS 101 733 V2.2.1 section 6.4.2 or of EN
// 319 122-1 V1.0.0, as their makers write it.
type olderIndex struct {
	form     asn1.ObjectIdentifier
	digest   certs.Digest
	explicit bool // the algorithm stands although it is the default
	// change spoils the index before it is stamped, imprint what is stamped.
	change  func(index []byte) []byte
	imprint func(parts [][]byte) [][]byte
}

// archive adds an archive timestamp with the index to the only signer.
func (x olderIndex) archive(t testing.TB, file, content []byte, stamp func(tsp.Imprint) ([]byte, error)) []byte {
	t.Helper()
	sd, err := cms.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := cms.Edit(file)
	if err != nil {
		t.Fatal(err)
	}
	var attributes [][]byte
	for _, a := range sd.Signers[0].Unsigned {
		attributes = append(attributes, der.Sequence(der.OID(a.ID), der.Set(a.Values...)))
	}
	list := func(elements [][]byte) []byte {
		hashes := make([][]byte, len(elements))
		for i, e := range elements {
			hashes[i] = der.Octets(x.digest.Sum(e))
		}
		return der.Sequence(hashes...)
	}
	var algorithm []byte
	if x.explicit || x.digest.Name != "SHA-256" {
		algorithm = der.Sequence(der.OID(x.digest.OID))
	}
	index := der.Sequence(algorithm, list(sd.CertificateSet), list(sd.RevocationSet), list(attributes))
	if x.change != nil {
		index = x.change(index)
	}
	parts, err := d.ArchiveInput(0, x.digest.Sum(content), index)
	if err != nil {
		t.Fatal(err)
	}
	if x.imprint != nil {
		parts = x.imprint(parts)
	}
	token, err := stamp(tsp.NewImprint(x.digest, parts...))
	if err != nil {
		t.Fatal(err)
	}
	stamped, err := cms.Edit(token)
	if err != nil {
		t.Fatal(err)
	}
	stamped.Signers[0].AddUnsigned(cms.Attribute{ID: x.form, Values: [][]byte{index}})
	d.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDArchiveTimestampV3, Values: [][]byte{stamped.DER()}})
	return d.DER()
}

// olderWorld is [archiveWorld] before its archive timestamp, with the evidence
// that the level LT has.
func olderWorld(t *testing.T) *archiveWorld {
	t.Helper()
	w := newArchiveWorld(t)
	w.file = w.pki.Timestamped([]byte("өтініш"), w.key, w.first)
	w.file = w.extend(t, creation.BaselineLT, 3)
	return w
}

// Archive timestamps with an index of an older form prove what those of today do:
// years later, when the first authority has expired, they carry the signature.
func TestArchiveWithOlderIndex(t *testing.T) {
	for name, x := range map[string]olderIndex{
		"version 1":           {form: cms.OIDArchiveHashIndex, digest: certs.SHA256},
		"version 1, explicit": {form: cms.OIDArchiveHashIndex, digest: certs.SHA256, explicit: true},
		"version 1, SHA-512":  {form: cms.OIDArchiveHashIndex, digest: certs.SHA512},
		"version 2":           {form: cms.OIDArchiveHashIndexV2, digest: certs.SHA256},
	} {
		w := olderWorld(t)
		file := x.archive(t, w.file, []byte("өтініш"), stamperAt(t, w.second, 3))
		publish(t, w.pki, 100, 29)
		got := verify(t, w.pki.Verifier, file, signing.Question{At: day(100)})
		s := got.Signers[0]
		if !got.Passed() || !find(s, signing.TimestampArchive).Trusted() || !s.BestSignatureTime.Equal(day(0)) ||
			!find(s, signing.TimestampSignature).KnownSince.Equal(day(3)) {
			t.Errorf("%s: %s: %+v", name, signtest.Explain(got), find(s, signing.TimestampArchive))
		}
		// Without the archive the expired authority proves nothing.
		if got := verify(t, w.pki.Verifier, w.file, signing.Question{At: day(100)}); find(got.Signers[0], signing.TimestampSignature).Trusted() {
			t.Errorf("%s: the archive is not needed", name)
		}
	}
}

// What cannot be judged of such a timestamp is not evaluated, and nobody is told
// that its digest is wrong; what is not evaluated proves nothing. What is wrong is
// called by its name.
func TestOlderIndexThatProvesNothing(t *testing.T) {
	v1 := olderIndex{form: cms.OIDArchiveHashIndex, digest: certs.SHA256}
	with := func(change func(x *olderIndex)) olderIndex {
		x := v1
		change(&x)
		return x
	}
	for name, c := range map[string]struct {
		index olderIndex
		want  string
	}{
		"an attribute that grew":    {with(func(x *olderIndex) { x.change = another }), "INDETERMINATE SIG_CONSTRAINTS_FAILURE"},
		"an index of the future":    {with(func(x *olderIndex) { x.form = asn1.ObjectIdentifier{0, 4, 0, 19122, 1, 99} }), "INDETERMINATE SIG_CONSTRAINTS_FAILURE"},
		"an unknown digest":         {with(func(x *olderIndex) { x.change = renamed }), "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"},
		"a malformed index":         {with(func(x *olderIndex) { x.change = func([]byte) []byte { return der.NullValue() } }), "TOTAL-FAILED FORMAT_FAILURE"},
		"over something else":       {with(func(x *olderIndex) { x.imprint = func(p [][]byte) [][]byte { return p[1:] } }), "TOTAL-FAILED HASH_FAILURE"},
		"an index of another sort":  {with(func(x *olderIndex) { x.form = cms.OIDArchiveHashIndexV3; x.explicit = true }), "TOTAL-FAILED HASH_FAILURE"},
		"an index without its list": {with(func(x *olderIndex) { x.change = func(index []byte) []byte { return der.Sequence(der.Sequence()) } }), "TOTAL-FAILED FORMAT_FAILURE"},
	} {
		w := olderWorld(t)
		file := c.index.archive(t, w.file, []byte("өтініш"), stamperAt(t, w.second, 3))
		publish(t, w.pki, 100, 29)
		got := verify(t, w.pki.Verifier, file, signing.Question{At: day(100)})
		s := got.Signers[0]
		ts := find(s, signing.TimestampArchive)
		if concluded := string(ts.Indication) + " " + string(ts.SubIndication); concluded != c.want || ts.Trusted() {
			t.Errorf("%s: %s %s, want %s", name, concluded, ts.Detail, c.want)
		}
		if s.BestSignatureTime.Equal(day(0)) || s.Level == signing.LevelCAdESLTA {
			t.Errorf("%s: it proves something: %v, %s", name, s.BestSignatureTime, s.Level)
		}
	}
}

// renamed gives an index an algorithm that nobody knows.
func renamed(index []byte) []byte {
	r, err := der.Inside(index, der.SequenceTag)
	if err != nil {
		return nil
	}
	return der.Sequence(slices.Concat(der.Algorithm(idUnknownDigest), r.Rest()))
}

// another lists one attribute more in an index, as it was before it grew.
func another(index []byte) []byte {
	r, err := der.Inside(index, der.SequenceTag)
	if err != nil {
		return nil
	}
	var lists [][]byte
	for !r.Empty() {
		e, err := r.Next()
		if err != nil {
			return nil
		}
		lists = append(lists, e.Raw)
		if r.Empty() {
			lists[len(lists)-1] = der.Sequence(e.Body, der.Octets(certs.SHA256.Sum([]byte("attribute"))))
		}
	}
	return der.Sequence(lists...)
}

// Archive timestamps of the first two versions are told of, not evaluated, and
// prove nothing.
func TestArchiveTimestampsNotEvaluated(t *testing.T) {
	w := newArchiveWorld(t)
	base := w.pki.Timestamped([]byte("өтініш"), w.key, w.first)
	for kind, id := range map[signing.TimestampKind]asn1.ObjectIdentifier{
		signing.TimestampArchiveV1: cms.OIDArchiveTimestampV1, signing.TimestampArchiveV2: cms.OIDArchiveTimestampV2,
	} {
		file := withUnsigned(t, base, id, tokenAt(t, w.second, day(3), signatureOf(t, base)))
		publish(t, w.pki, 100, 29)
		got := verify(t, w.pki.Verifier, file, signing.Question{At: day(100)})
		ts := find(got.Signers[0], kind)
		if ts.Indication != signing.Indeterminate || ts.SubIndication != signing.SigConstraintsFailure || ts.Detail != "archive timestamps of this form are not evaluated" {
			t.Errorf("%s: %s %s %s", kind, ts.Indication, ts.SubIndication, ts.Detail)
		}
		if !got.Signers[0].BestSignatureTime.Equal(day(100)) {
			t.Errorf("%s proves something: %v", kind, got.Signers[0].BestSignatureTime)
		}
	}
}
