package creation_test

import (
	"errors"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// A revision of ours is read back before it is judged. Each case has the reader
// see one thing that was not asked for, and names what it finds.
func TestSignatureReadBackElsewhere(t *testing.T) {
	key := signtest.New(t, ca.ECDSA).Person(signtest.Head())
	doc, err := pades.Read(mustSign(t, signtest.OnePage(1000, "/Lang(kk)"), key, creation.PDF{Certify: 2}))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		edit func(*pades.Signature)
		said string // empty: it is ours
	}{
		{"as made", func(*pades.Signature) {}, ""},
		{"not there", func(s *pades.Signature) { s.ID = pades.Ref{} }, "the signature is not found again"},
		{"not of the whole file", func(s *pades.Signature) { s.CoversWholeFile = false }, "other bytes are covered than were digested"},
		{"with a problem", func(s *pades.Signature) { s.Problems = []pades.Problem{{}} }, "other bytes are covered than were digested"},
		{"of fewer bytes", func(s *pades.Signature) { s.ByteRange[1]-- }, "other bytes are covered than were digested"},
		{"of fewer bytes at the end", func(s *pades.Signature) { s.ByteRange[3]-- }, "other bytes are covered than were digested"},
		{"not certified", func(s *pades.Signature) { s.Certification = false }, "certified for 2, not 2"},
		{"certified for more", func(s *pades.Signature) { s.DocMDP = 3 }, "certified for 3, not 2"},
	} {
		err := creation.CheckPlace(doc, 2, test.edit)
		if (err == nil) != (test.said == "") || err != nil && (!errors.Is(err, creation.ErrOutput) || !strings.Contains(err.Error(), test.said)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.said)
		}
	}
}
