package documents

// EN is the third language of pages and messages. No document is issued in it:
// a [Text] has no English side.
const EN Lang = "en"

// Label is a short fixed text of the service itself in the three languages of
// its pages.
type Label struct {
	KK string `json:"kk"`
	RU string `json:"ru"`
	EN string `json:"en"`
}

// In returns the label in a language; in any language that is not known, the
// Kazakh one.
func (l Label) In(lang Lang) string {
	switch lang {
	case RU:
		return l.RU
	case EN:
		return l.EN
	}
	return l.KK
}

// Label returns the words by which pages name the status. An unknown status
// has none.
func (s Status) Label() Label {
	switch s {
	case StatusReserved:
		return Label{KK: "нөмір берілді, ресімделуде", RU: "номер присвоен, оформляется", EN: "number taken, being issued"}
	case StatusInForce:
		return Label{KK: "қолданыста", RU: "действует", EN: "in force"}
	case StatusVoid:
		return Label{KK: "жарамсыз", RU: "недействителен", EN: "void"}
	}
	return Label{}
}

// Title returns the name of the document in a running text; its capitals on
// the form itself are the layout's business. An unknown kind has none.
func (k Kind) Title() Label {
	switch k {
	case KindLicence:
		return Label{KK: "Мемлекеттік лицензия", RU: "Государственная лицензия", EN: "State licence"}
	case KindRefusal:
		return Label{KK: "Негізделген бас тарту", RU: "Мотивированный отказ", EN: "Reasoned refusal"}
	}
	return Label{}
}

// Label returns the words for a ground of refusal. An unknown ground has none.
func (g RefusalGround) Label() Label {
	switch g {
	case GroundQualification:
		return Label{
			KK: "біліктілік талаптарына немесе лицензия беру негіздеріне сәйкес келмеу",
			RU: "несоответствие квалификационным требованиям или основаниям для выдачи лицензии",
			EN: "the qualification requirements or the grounds for issuing are not met",
		}
	case GroundDocuments:
		return Label{
			KK: "ұсынылған құжаттарда бұзушылықтардың болуы",
			RU: "нарушения в представленных документах",
			EN: "the documents submitted do not match the standard",
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
