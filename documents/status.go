package documents

import (
	"tamga/language"
	"tamga/language/words"
)

// Label is a short fixed text of the service itself in the three languages of
// its pages. No document is issued in the third: a [Text] has no English side.
type Label = language.Text

// Status is where a document is in its life at a moment.
type Status string

const (
	// StatusReserved is a number taken and a content written, not yet signed.
	StatusReserved Status = "reserved"
	// StatusInForce is signed and entered in the register: қолданыста.
	StatusInForce Status = "in_force"
	// StatusVoid is a reservation that was given up; its number is not used
	// again.
	StatusVoid Status = "void"
	// StatusSuspended is without force for a time: қолданысы тоқтатыла тұрған.
	StatusSuspended Status = "suspended"
	// StatusTerminated is without force for good: қолданысы тоқтатылған.
	StatusTerminated Status = "terminated"
	// StatusReissued is replaced by another document: қайта ресімделген.
	StatusReissued Status = "reissued"
	// StatusExpired is past its term: қолданылу мерзімі өткен.
	StatusExpired Status = "expired"
	// StatusAnnulled is without force by the act of a court or a body above: күші жойылған.
	StatusAnnulled Status = "annulled"
	// StatusReconsider is of a refusal, or another paper that permits nothing, which is
	// to be decided anew: қайта қаралуға жіберілген.
	StatusReconsider Status = "reconsider"
	// StatusReconsidered is of a decision in whose place another one was given.
	StatusReconsidered Status = "reconsidered"
	// StatusCorrected is of a file, never of a document: a clerk's mistake in it was
	// corrected, and another file of the same document took its place.
	StatusCorrected Status = "corrected"
	// StatusNotIssued is told of the time before a document was issued; no
	// document has it in the register.
	StatusNotIssued Status = "not_issued"
)

// Label returns the words by which pages name the status. An unknown status
// has none.
func (s Status) Label() Label { return words.Of("status." + string(s)) }

// Label returns the words for a sub-type of the activity, as the annex prints
// them. An unknown one has none.
func (s Subtype) Label() Label { return words.Of("subtype." + string(s)) }
