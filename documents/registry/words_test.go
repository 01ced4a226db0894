package registry

import "testing"

// What stands in records is read for as long as the log is: the words never
// change.
func TestWordsOfRecords(t *testing.T) {
	for got, want := range map[string]string{
		leafAdopted: "adopted", leafAdded: "added", leafRevoked: "revoked", leafQueued: "queued",
		leafExtended: "extended", leafKept: "kept", leafForgotten: "forgotten",
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
