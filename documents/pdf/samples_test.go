package pdf

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/regulation"
)

// signedAt is the moment of all test documents.
var signedAt = time.Date(2026, 11, 22, 13, 41, 0, 0, time.UTC)

func checkAddress(number string) string { return "https://tamga.example/check/" + number }

// editions are what the shipped law has documents print.
func editions() []documents.Edition {
	law, err := regulation.ShippedLaw()
	if err != nil {
		panic(err)
	}
	return law.Printing()
}

func compiled(t testing.TB) *Layouts { return compiledWith(t, editions()) }

// compiledOn compiles the layouts with the sentences of one day for all days.
func compiledOn(t testing.TB, on documents.Date) *Layouts {
	t.Helper()
	for _, e := range editions() {
		if on.Within(e.From, e.Until) {
			e.From, e.Until = documents.Date{}, documents.Date{}
			return compiledWith(t, append([]documents.Edition{e}, editions()...)) // the first has every day
		}
	}
	t.Fatalf("no edition on %s", on)
	return nil
}

func compiledWith(t testing.TB, law []documents.Edition) *Layouts {
	t.Helper()
	l, err := Compile(Options{CheckURL: checkAddress, Editions: law})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// layoutsToday are the layouts of the day of signedAt.
func layoutsToday(t testing.TB, l *Layouts) map[string]*layout {
	t.Helper()
	e, err := l.edition(documents.CivilDate(signedAt))
	if err != nil {
		t.Fatal(err)
	}
	return e.layouts
}

// specimens are those of documents/pdf/forms, as a test there keeps them: this
// package cannot import it. Every call reads them anew.
func specimens(t testing.TB) map[string]Content {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "forms.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]Content
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func both(kk, ru string) documents.Text { return documents.Text{KK: kk, RU: ru} }

// with returns a content with other values of some fields.
func (c Content) with(more map[string]documents.Text) Content {
	c.Fields = maps.Clone(c.Fields)
	maps.Copy(c.Fields, more)
	return c
}

// naturalLicence is a licence to a person with every Kazakh letter in sight.
func naturalLicence(t testing.TB) Content {
	c := specimens(t)["licence"].with(map[string]documents.Text{
		"holder": both("Әбдіғаппарұлы Өмірзақ Құныскерейұлы, ЖСН 850101300015", "Әбдіғаппарұлы Өмірзақ Құныскерейұлы, ИИН 850101300015"),
	})
	c.Number = "26000018"
	return c
}

// longLicence needs more than one page in each language.
func longLicence(t testing.TB) Content {
	c := specimens(t)["licence"]
	holder := c.Fields["holder"]
	c = c.with(map[string]documents.Text{
		"holder": both(
			strings.Repeat("Қазақстан Республикасының Мәдениет және ақпарат министрлігі жанындағы Ұлттық археология және реставрация орталығының ", 4)+holder.KK,
			strings.Repeat("Филиал Национального центра археологии и реставрации при Министерстве культуры и информации Республики Казахстан ", 4)+holder.RU),
		"special_conditions": both(
			strings.Repeat("Жұмыстар ескерткіштің қорғау аймағында ғылыми кеңестің мақұлдауымен ғана жүргізіледі, есеп жыл сайын ұсынылады. ", 14),
			strings.Repeat("Работы в охранной зоне памятника ведутся только с одобрения научного совета, отчёт представляется ежегодно. ", 14)),
	})
	c.Number = "26000019"
	return c
}

// longRefusal has a reason of three thousand words.
func longRefusal(t testing.TB) Content {
	c := specimens(t)["refusal"]
	reason := func(s string) string {
		first, _, _ := strings.Cut(s, "\n")
		return strings.TrimSpace(strings.Repeat(first+"\n", 3000/len(strings.Fields(first))+1))
	}
	c = c.with(map[string]documents.Text{"reason": both(reason(c.Fields["reason"].KK), reason(c.Fields["reason"].RU))})
	c.Number = "KZ59RLR26000004"
	return c
}

// objects is a list of so many cultural objects, each with a number of its own.
func objects(t testing.TB, n int) Table {
	usual := specimens(t)["export-certificate"].Tables["objects"]
	many := Table{Columns: usual.Columns}
	for i := range n {
		row := append([]documents.Text{}, usual.Rows[i%len(usual.Rows)]...)
		row[len(row)-1] = Same("КП-" + strconv.Itoa(10000+i))
		many.Rows = append(many.Rows, row)
	}
	return many
}

// render renders a document with its data attached.
func render(t testing.TB, l *Layouts, c Content) []byte {
	t.Helper()
	file, err := l.Render(c, meta())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// samples are the documents on which the structural tests run.
func samples(t testing.TB) map[string]Content {
	all := specimens(t)
	all["licence-natural"], all["licence-long"], all["refusal-long"] = naturalLicence(t), longLicence(t), longRefusal(t)
	return all
}

// sampleData is what is attached to the documents.
var sampleData = []byte(`{"$schema":"` + sampleSchema + `","number":"26000017","kind":"licence"}`)

const sampleSchema = "https://tamga.example/schema/document-1.json"
