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

// naturalLicence is a licence to a person with every Kazakh letter in sight.
func naturalLicence() documents.Licence {
	d := specimenLicence()
	d.Number = "26000018"
	d.Holder = documents.Holder{Natural: &documents.NaturalPerson{
		Surname: "Әбдіғаппарұлы", GivenName: "Өмірзақ", Patronymic: "Құныскерейұлы", IIN: "850101300019",
	}}
	return d
}

// longLicence needs more than one page in each language.
func longLicence() documents.Licence {
	d := specimenLicence()
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

// longRefusal has a reason of three thousand words.
func longRefusal() documents.Refusal {
	d := specimenRefusal()
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
		"licence":         specimenLicence(),
		"licence-natural": naturalLicence(),
		"licence-long":    longLicence(),
		"refusal":         specimenRefusal(),
		"refusal-long":    longRefusal(),
	}
	for name, c := range Specimens() {
		if all[name] == nil {
			all[name] = c
		}
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
