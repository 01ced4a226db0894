package signtest

import (
	"testing"

	"tamga/certs"
	"tamga/signing/cms"
	"tamga/signing/tsp"
)

// StampedOver adds a signature timestamp by a digest of any algorithm to the first
// signer of a CMS.
func StampedOver(t testing.TB, file []byte, digest certs.Digest, stamp func(tsp.Imprint) ([]byte, error)) []byte {
	t.Helper()
	sd, draft := edit(t, file)
	token, err := stamp(tsp.NewImprint(digest, sd.Signers[0].Signature))
	if err != nil {
		t.Fatal(err)
	}
	draft.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDSignatureTimestamp, Values: [][]byte{token}})
	return draft.DER()
}

// ArchivedOver adds an archive timestamp by a digest of any algorithm to the first
// signer of a CMS, whatever it is over; content is that of a detached one.
func ArchivedOver(t testing.TB, file []byte, digest certs.Digest, stamp func(tsp.Imprint) ([]byte, error), content ...byte) []byte {
	t.Helper()
	sd, draft := edit(t, file)
	if sd.Attached {
		content = sd.Content
	}
	index, err := draft.HashIndex(0, digest)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := draft.ArchiveInput(0, digest.Sum(content), index)
	if err != nil {
		t.Fatal(err)
	}
	token, err := stamp(tsp.NewImprint(digest, parts...))
	if err != nil {
		t.Fatal(err)
	}
	if err := draft.AddArchiveTimestamp(0, token, index); err != nil {
		t.Fatal(err)
	}
	return draft.DER()
}

func edit(t testing.TB, file []byte) (*cms.SignedData, *cms.Draft) {
	t.Helper()
	sd, err := cms.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	draft, err := cms.Edit(file)
	if err != nil {
		t.Fatal(err)
	}
	return sd, draft
}
