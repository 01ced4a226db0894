package documents

import (
	"tamga/language/words"
)

// Kind tells the documents apart.
type Kind string

// The documents that can be issued. Each is also the name of its field in the
// JSON of a [Draft].
const (
	KindLicence           Kind = "licence"               // order № 159, annex 3, part 1
	KindRefusal           Kind = "refusal"               // order № 159, annex 3, part 2
	KindExportCertificate Kind = "export_certificate"    // decree № 105-1613, service 1; the form is ours
	KindApproval          Kind = "approval"              // decree № 105-1613, service 2; the form is ours
	KindApplicationCopy   Kind = "application_copy"      // action 1 at the counter
	KindAcceptance        Kind = "acceptance"            // action 1 through the portal
	KindNotice            Kind = "notice"                // of a refused or impossible step
	KindConclusion        Kind = "conclusion"            // of the expert commission, service 1, action 4
	KindQuestionnaire     Kind = "questionnaire"         // order № 159, annex 4
	KindSummary           Kind = "questionnaire_summary" // of a year's questionnaires; the form is ours
	KindDuplicate         Kind = "duplicate"             // of a licence
	KindPaperCopy         Kind = "paper_copy"            // order № 159, annex 3, part 1, rows 11 to 15
	KindHistory           Kind = "history"               // statement of a document's history; the form is ours
)

// KindApplication is what an applicant sends. It has numbers, and is not
// issued.
const KindApplication Kind = "application"

// series are the three letters in the numbers of each kind but the licence,
// whose numbers have none. The form of the numbers is that of the state's own
// permits (KZ08LAA00032358); all letters here are our own, «жоба» until the
// state gives others, and begin with R, which no series of the state does.
// It is read only.
var series = []struct {
	kind    Kind
	letters string
}{
	{KindApplication, "RLA"},
	{KindRefusal, "RLR"},
	{KindExportCertificate, "RTC"},
	{KindApproval, "RSA"},
	{KindApplicationCopy, "RIN"},
	{KindAcceptance, "RAC"},
	{KindNotice, "RNT"},
	{KindConclusion, "RCC"},
	{KindQuestionnaire, "RQU"},
	{KindSummary, "RQS"},
	{KindDuplicate, "RLD"},
	{KindPaperCopy, "RPC"},
	{KindHistory, "RHS"},
	{SeriesElsewhere, "RLE"},
}

// letters returns the series of a kind, or nothing.
func (k Kind) letters() string {
	for _, s := range series {
		if s.kind == k {
			return s.letters
		}
	}
	return ""
}

// GivesRight reports whether the document permits its holder something, so that
// it can be suspended.
func (k Kind) GivesRight() bool {
	return k == KindLicence || k == KindExportCertificate || k == KindApproval
}

// IsCopy reports whether the document repeats another one, so that it is worth
// what that one is worth.
func (k Kind) IsCopy() bool { return k == KindDuplicate || k == KindPaperCopy }

// Title returns the name of the document in a running text; its capitals on
// the form itself are the layout's business. An unknown kind has none.
func (k Kind) Title() Label { return words.Of("kind." + string(k)) }
