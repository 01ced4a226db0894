package documents

import "tamga/language"

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
	// StatusNotIssued is told of the time before a document was issued; no
	// document has it in the register.
	StatusNotIssued Status = "not_issued"
)

// Label returns the words by which pages name the status. An unknown status
// has none.
func (s Status) Label() Label { return statuses[s] }

// statuses is read only.
var statuses = map[Status]Label{
	StatusReserved:   {KK: "нөмір берілді, ресімделуде", RU: "номер присвоен, оформляется", EN: "number taken, being issued"},
	StatusInForce:    {KK: "қолданыста", RU: "действует", EN: "in force"},
	StatusVoid:       {KK: "нөмірдің күші жойылған", RU: "номер аннулирован", EN: "void"},
	StatusSuspended:  {KK: "қолданысы тоқтатыла тұрған", RU: "действие приостановлено", EN: "suspended"},
	StatusTerminated: {KK: "қолданысы тоқтатылған", RU: "действие прекращено", EN: "terminated"},
	StatusReissued:   {KK: "қайта ресімделген", RU: "переоформлена", EN: "re-issued"},
	StatusExpired:    {KK: "қолданылу мерзімі өткен", RU: "срок действия истёк", EN: "expired"},
	StatusNotIssued:  {KK: "құжат әлі берілмеген", RU: "документ ещё не выдан", EN: "not yet issued"},
}

// Label returns the words for a sub-type of the activity, as the annex prints
// them. An unknown one has none.
func (s Subtype) Label() Label { return subtypes[s] }

// subtypes is read only.
var subtypes = map[Subtype]Label{
	SubtypeArchaeology: {
		KK: "Археологиялық жұмыстарды жүзеге асыру",
		RU: "Осуществление археологических работ",
		EN: "Archaeological work",
	},
	SubtypeRestoration: {
		KK: "Ғылыми-реставрациялау жұмыстарын жүзеге асыру",
		RU: "Осуществление научно-реставрационных работ",
		EN: "Scientific restoration work",
	},
	SubtypeBoth: {
		KK: "Археологиялық және ғылыми-реставрациялау жұмыстарын жүзеге асыру",
		RU: "Осуществление археологических и научно-реставрационных работ",
		EN: "Archaeological and scientific restoration work",
	},
}

// Label returns the words for a ground of refusal. An unknown ground has none.
func (g RefusalGround) Label() Label {
	switch g {
	case GroundQualification:
		return Label{
			KK: "біліктілік талаптарына немесе лицензия беру негіздеріне сәйкес келмеуі",
			RU: "несоответствие квалификационным требованиям или основаниям для выдачи лицензии",
			EN: "the qualification requirements or the grounds for issuing are not met",
		}
	case GroundDocuments:
		return Label{
			KK: "ұсынылған құжаттарда бұзушылықтардың болуы",
			RU: "нарушения в представленных документах",
			EN: "the documents submitted contain violations",
		}
	case GroundIncomplete:
		return Label{
			KK: "құжаттар топтамасының толық болмауы",
			RU: "неполный пакет документов",
			EN: "the package of documents is incomplete",
		}
	}
	return Label{}
}
