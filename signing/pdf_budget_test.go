package signing_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/pades"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// stampedOver adds a document timestamp whose token stamp makes over the bytes,
// whatever it is worth.
func stampedOver(t *testing.T, file []byte, stamp func(parts [2][]byte) []byte) []byte {
	t.Helper()
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := doc.PrepareTimestamp(4096)
	if err != nil {
		t.Fatal(err)
	}
	out, err := prepared.Fill(stamp(prepared.SignedBytes()))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Of many document timestamps none is passed over: the oldest may be the broken
// one, or the only good one among those that anybody can add.
func TestManyDocumentTimestamps(t *testing.T) {
	pki, stranger := signtest.New(t, ca.ECDSA), signtest.New(t, ca.ECDSA)
	by := func(p *signtest.PKI) func([2][]byte) []byte {
		stamp := p.TSA().Stamper()
		return func(parts [2][]byte) []byte {
			token, err := stamp(tsp.NewImprint(certs.SHA256, parts[0], parts[1]))
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
	}
	good, junk := by(pki), by(stranger)
	broken := func([2][]byte) []byte { return good([2][]byte{[]byte("another file")}) }
	for _, c := range []struct {
		name          string
		oldest, later func([2][]byte) []byte
		want          signing.SubIndication
		level         string
	}{
		{"the oldest broken", broken, good, signing.HashFailure, ""},
		{"the oldest broken, under junk", broken, junk, signing.HashFailure, ""},
		{"the only good one under junk", good, junk, "", signing.LevelBT},
		{"all good", good, good, "", signing.LevelBT},
	} {
		file := stampedOver(t, signedPDF(t, pki.Person(signtest.Head())), c.oldest)
		for range 70 {
			file = stampedOver(t, file, c.later)
		}
		got := verifyPDF(t, pki.Verifier, file)
		if got.Passed() != (c.want == "") || got.SubIndication != c.want || len(got.Timestamps) != 71 {
			t.Errorf("%s: %s, %d timestamps", c.name, signtest.Explain(got), len(got.Timestamps))
		}
		if c.level != "" && !strings.HasPrefix(got.Signers[0].Level, c.level) {
			t.Errorf("%s: level %s", c.name, got.Signers[0].Level)
		}
	}
}

// A bound that is spent leaves something unsaid, and then nothing passes.
func TestSpentPDFBudget(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	stamp := pki.TSA().Stamper()
	file := signedPDF(t, pki.Person(signtest.Head()))
	for _, digest := range []certs.Digest{certs.SHA512, certs.SHA256} {
		file = stampedOver(t, file, func(parts [2][]byte) []byte {
			token, err := stamp(tsp.NewImprint(digest, parts[0], parts[1]))
			if err != nil {
				t.Fatal(err)
			}
			return token
		})
	}
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	// The newest timestamp is digested first, and with it all beginnings by
	// SHA-256; the older one all for itself, by SHA-512; of the signature only
	// what follows its gap is left.
	var begin, end [3]int64
	for i, s := range doc.Signatures {
		parts := doc.SignedBytes(s)
		begin[i], end[i] = int64(len(parts[0])), int64(len(parts[1]))
	}
	stamps := begin[2] + end[2] + begin[1] + end[1]
	need := stamps + end[0]
	for _, c := range []struct {
		limit int64
		want  signing.Indication
		why   string
	}{
		{need, signing.TotalPassed, ""},
		{need - 1, signing.Indeterminate, "too many different ranges"},
		{stamps - 1, signing.Indeterminate, "too many to judge all of them"},
		{0, signing.Indeterminate, "too many different ranges"},
	} {
		got, err := signing.VerifyPDFWithin(pki.Verifier, file, c.limit)
		if err != nil {
			t.Fatal(err)
		}
		why := got.Detail
		for _, check := range got.Signers[0].Checks {
			if check.Status == signing.CheckUndetermined {
				why += "; " + check.Detail
			}
		}
		if got.Indication != c.want || len(got.Timestamps) != 2 || !strings.Contains(why, c.why) {
			t.Errorf("within %d of %d bytes: %s, %d timestamps: %s", c.limit, need, signtest.Explain(got), len(got.Timestamps), why)
		}
	}
}

// Evidence that a later security store leaves out still speaks, however many
// stores follow; what cannot be read for its amount keeps the file from passing.
func TestManySecurityStores(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	file := signedPDF(t, key)
	for _, c := range []struct {
		names int
		want  bool
	}{{1 << 16, true}, {1<<16 + 1, false}} {
		store := "<</Certs[" + strings.Repeat("90 0 R ", c.names) + "]>>"
		got := verifyPDF(t, pki.Verifier, withStore(t, file, map[int]string{90: "<</Length 1>>stream\nx\nendstream", 91: store}))
		if got.Passed() != c.want || c.want == strings.Contains(got.Detail, "hold more than is read") {
			t.Errorf("%d names: %s", c.names, signtest.Explain(got))
		}
	}
	// A list that only the oldest store has knows of a revocation.
	pki.Authority.Revoke(key.Certificate.Serial, signtest.Now().AddDate(0, 0, -2), revocation.KeyCompromise)
	list, err := pki.Authority.CRL(signtest.Now().Add(-30*time.Minute), signtest.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if file, err = signtest.AddDSS(file, pades.DSS{CRLs: [][]byte{list}}); err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		file = withStore(t, file, map[int]string{91: fmt.Sprintf("<</CRLs[]/Type/DSS%%%d\n>>", i)})
	}
	got := verifyPDF(t, pki.Verifier, file)
	if got.Passed() || got.SubIndication != signing.RevokedNoPOE {
		t.Errorf("with a revocation in the oldest store: %s", signtest.Explain(got))
	}
}

// withStore names object 91 as the security store in a revision of its own.
func withStore(t *testing.T, file []byte, objects map[int]string) []byte {
	t.Helper()
	objects[1] = "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /SigFlags 3 >> /Perms << /DocMDP 5 0 R >> /DSS 91 0 R >>"
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	tail := file[bytes.LastIndex(file, []byte("startxref\n"))+len("startxref\n"):]
	out := bytes.Clone(file)
	var table strings.Builder
	for _, n := range slices.Sorted(maps.Keys(objects)) {
		fmt.Fprintf(&table, "%d 1\n%010d 00000 n \n", n, len(out))
		out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", n, objects[n])
	}
	size, _ := doc.Revisions[len(doc.Revisions)-1].Trailer.Get("Size").(pades.Integer)
	return fmt.Appendf(out, "xref\n%strailer\n<</Size %d/Root 1 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n",
		table.String(), max(int(size), 92), tail[:bytes.IndexByte(tail, '\n')], len(out))
}
