package pdf

import (
	"strings"
	"testing"
	"time"

	"tamga/documents"
)

// signedAt is the moment of all test documents.
var signedAt = time.Date(2026, 11, 22, 13, 41, 0, 0, time.UTC)

func checkAddress(number string) string { return "https://tamga.example/check/" + number }

func compiled(t testing.TB) *Layouts {
	t.Helper()
	l, err := Compile(Options{CheckURL: checkAddress})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// sampleLicence is a licence of usual length to a legal entity.
func sampleLicence() documents.Licence {
	return documents.Licence{
		Number:   "26000017",
		IssuedOn: documents.Date{Year: 2026, Month: 11, Day: 22},
		Holder: documents.Holder{Legal: &documents.LegalEntity{
			Name:    documents.Text{KK: "«Ұлы дала мұрасы» жауапкершілігі шектеулі серіктестігі", RU: "Товарищество с ограниченной ответственностью «Наследие Великой степи»"},
			Address: documents.Text{KK: "160000, Шымкент қаласы, Әл-Фараби ауданы, Тәуке хан даңғылы, 12-үй", RU: "160000, г. Шымкент, Аль-Фарабийский район, пр. Тауке хана, д. 12"},
			BIN:     "120741000014",
		}},
		Activity: documents.Text{
			KK: "Тарих және мәдениет ескерткіштерінде археологиялық және (немесе) ғылыми-реставрациялау жұмыстарын жүзеге асыру жөніндегі қызмет",
			RU: "Деятельность по осуществлению археологических и (или) научно-реставрационных работ на памятниках истории и культуры",
		},
		SpecialConditions: documents.Text{KK: "Жоқ", RU: "Нет"},
		Licensor: documents.Text{
			KK: "Қазақстан Республикасы Мәдениет және ақпарат министрлігінің Мәдениет комитеті",
			RU: "Комитет культуры Министерства культуры и информации Республики Казахстан",
		},
		Head:  "Сейітқали Ә. Ғ.",
		Place: documents.Text{KK: "Астана қаласы", RU: "г. Астана"},
	}
}

// naturalLicence is a licence to a person with every Kazakh letter in sight.
func naturalLicence() documents.Licence {
	d := sampleLicence()
	d.Number = "26000018"
	d.Holder = documents.Holder{Natural: &documents.NaturalPerson{
		Surname: "Әбдіғаппарұлы", GivenName: "Өмірзақ", Patronymic: "Құныскерейұлы", IIN: "850101300019",
	}}
	return d
}

// longLicence needs more than one page in each language.
func longLicence() documents.Licence {
	d := sampleLicence()
	d.Number = "26000019"
	d.Holder.Legal = &documents.LegalEntity{
		Name: documents.Text{
			KK: strings.Repeat("Қазақстан Республикасының Мәдениет және ақпарат министрлігі жанындағы Ұлттық археология және реставрация орталығының ", 4) + "филиалы",
			RU: strings.Repeat("Филиал Национального центра археологии и реставрации при Министерстве культуры и информации Республики Казахстан ", 4) + "в городе",
		},
		Address: d.Holder.Legal.Address, BIN: d.Holder.Legal.BIN,
	}
	d.SpecialConditions = documents.Text{
		KK: strings.Repeat("Жұмыстар ескерткіштің қорғау аймағында ғылыми кеңестің мақұлдауымен ғана жүргізіледі, есеп жыл сайын ұсынылады. ", 14),
		RU: strings.Repeat("Работы в охранной зоне памятника ведутся только с одобрения научного совета, отчёт представляется ежегодно. ", 14),
	}
	return d
}

// sampleRefusal is a refusal of usual length.
func sampleRefusal() documents.Refusal {
	return documents.Refusal{
		Number:    "KZ26RLR26000003",
		IssuedOn:  documents.Date{Year: 2026, Month: 11, Day: 22},
		Authority: sampleLicence().Licensor,
		Requisites: documents.Text{
			KK: "010000, Астана қаласы, Орынбор көшесі, 8, «Министрліктер үйі», 15-кіреберіс, 527-кабинет, тел.: 8 (7172) 74-05-68",
			RU: "010000, г. Астана, ул. Орынбор, 8, «Дом министерств», 15-й подъезд, кабинет 527, тел.: 8 (7172) 74-05-68",
		},
		Applicant:         sampleLicence().Holder,
		ApplicationNumber: "KZ08RLA26000041",
		ApplicationDate:   documents.Date{Year: 2026, Month: 11, Day: 3},
		Ground:            documents.GroundQualification,
		Reason: documents.Text{
			KK: "Ұсынылған құжаттар біліктілік талаптарына сәйкес келмейді: өтініш берушінің штатында археология мамандығы бойынша жоғары білімі және кемінде үш жыл жұмыс тәжірибесі бар маман жоқ; реставрациялық зертхананың жабдықталуы туралы мәліметтер ұсынылмаған.\nАталған кемшіліктер жойылғаннан кейін өтінішті жалпы негізде қайта беруге болады.",
			RU: "Представленные документы не соответствуют квалификационным требованиям: в штате заявителя нет специалиста с высшим образованием по специальности «археология» и опытом работы не менее трёх лет; сведения об оснащении реставрационной лаборатории не представлены.\nПосле устранения указанных недостатков заявление может быть подано повторно на общих основаниях.",
		},
		Position:  documents.Text{KK: "Мәдениет комитетінің төрағасы", RU: "Председатель Комитета культуры"},
		Signatory: "Ә. Ғ. Сейітқали",
	}
}

// longRefusal has a reason of three thousand words.
func longRefusal() documents.Refusal {
	d := sampleRefusal()
	d.Number = "KZ52RLR26000004"
	kk, ru := strings.Split(d.Reason.KK, "\n")[0], strings.Split(d.Reason.RU, "\n")[0]
	words := func(s string) int { return len(strings.Fields(s)) }
	d.Reason = documents.Text{
		KK: strings.TrimSpace(strings.Repeat(kk+"\n", 3000/words(kk)+1)),
		RU: strings.TrimSpace(strings.Repeat(ru+"\n", 3000/words(ru)+1)),
	}
	return d
}

// render renders a licence or a refusal.
func render(t testing.TB, l *Layouts, doc any) []byte {
	t.Helper()
	var file []byte
	var err error
	switch d := doc.(type) {
	case documents.Licence:
		file, err = l.Licence(d, Meta{SignedAt: signedAt})
	case documents.Refusal:
		file, err = l.Refusal(d, Meta{SignedAt: signedAt})
	case Content:
		file, err = l.Render(d, Meta{SignedAt: signedAt, Data: sampleData, Schema: sampleSchema})
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// samples are the documents on which the structural tests run.
func samples() map[string]any {
	all := map[string]any{
		"licence":         sampleLicence(),
		"licence-natural": naturalLicence(),
		"licence-long":    longLicence(),
		"refusal":         sampleRefusal(),
		"refusal-long":    longRefusal(),
	}
	for name, c := range kinds() {
		all[name] = c
	}
	return all
}

// sampleData is what is attached to the documents of all kinds.
var sampleData = []byte(`{"$schema":"` + sampleSchema + `","number":"26000017","kind":"licence"}`)

const sampleSchema = "https://tamga.example/schema/document-1.json"

func sampleNumber(doc any) string {
	switch d := doc.(type) {
	case documents.Licence:
		return d.Number
	case Content:
		return d.Number
	}
	return doc.(documents.Refusal).Number
}
