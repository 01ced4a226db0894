package registry

import (
	"testing"

	"tamga/documents"
	"tamga/documents/store"
)

// What stands in records is read for as long as the log is: the words never
// change.
func TestWordsOfRecords(t *testing.T) {
	for got, want := range map[string]string{
		leafAdopted: "adopted", store.Added: "added", store.Revoked: "revoked", store.Queued: "queued",
		store.Extended: "extended", store.Kept: "kept", store.Forgotten: "forgotten",
		store.Entered: "entered", store.Confirmed: "confirmed", store.Withdrawn: "withdrawn", store.Ended: "ended", subjectRule: "rule",
		subjectPhotograph: "photograph", subjectSealKey: "seal_key", subjectAddress: "address", subjectAnswer: "answer",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if leafVersion != 2 {
		t.Errorf("records of version %d", leafVersion)
	}
}

// Only what was reserved before the log covered documents has no record of its
// own, and only in a document that was adopted.
func TestAdoptedWithoutARecord(t *testing.T) {
	reserved, issued := string(documents.EventReserved), string(documents.EventIssued)
	old, listed := make([]any, 7), append(make([]any, 6), int64(3))
	for _, c := range []struct {
		adopted *storedLeaf
		event   eventRow
		want    bool
	}{
		{&storedLeaf{}, eventRow{seq: 1, kind: reserved, all: old}, true},
		{nil, eventRow{seq: 1, kind: reserved, all: old}, false},
		{&storedLeaf{}, eventRow{seq: 1, kind: reserved, all: listed}, false},
		{&storedLeaf{}, eventRow{seq: 2, kind: reserved, all: old}, false},
		{&storedLeaf{}, eventRow{seq: 1, kind: issued, all: old}, false},
	} {
		if got := (&documentRows{adopted: c.adopted}).adoptedWithout(c.event); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
}
