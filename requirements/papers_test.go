package requirements_test

import (
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/judgetest"
)

// printed is what pdftotext reads in the file of a document, in its first half, which is
// in Kazakh, with single spaces.
func (o *office) printed(number string) string {
	o.t.Helper()
	judgetest.Need(o.t, "pdftotext")
	file := o.ask(http.MethodGet, "/v1/documents/"+number+".pdf", o.own(), nil)
	if file.status != http.StatusOK {
		o.t.Fatalf("%s: %d %s", number, file.status, file.body)
	}
	name := o.t.TempDir() + "/document.pdf"
	must(o.t, os.WriteFile(name, file.body, 0o600))
	text, err := exec.CommandContext(o.t.Context(), "pdftotext", "-layout", name, "-").Output()
	must(o.t, err)
	pages := strings.Split(strings.TrimSuffix(string(text), "\f"), "\f")
	return strings.Join(strings.Fields(strings.Join(pages[:(len(pages)+1)/2], " ")), " ")
}

// inOrder asserts that texts stand in a page one after another.
func inOrder(t *testing.T, page string, texts ...string) {
	t.Helper()
	rest := page
	for _, text := range texts {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			t.Errorf("%q does not stand where it must, in %s", text, page)
			return
		}
		rest = after
	}
}

// mixed are the words of a text that have letters of two scripts.
func mixed(text string) []string {
	return slices.DeleteFunc(strings.Fields(text), func(word string) bool {
		latin := strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
		return !latin || !strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
	})
}

// issues issues a document by itself.
func (o *office) issues(d documents.Draft) string {
	o.t.Helper()
	got := o.post("/v1/documents", "", filled(o.t, d))
	if got.status != http.StatusCreated {
		o.t.Fatalf("%d %s", got.status, got.body)
	}
	return numberOf(o.t, got)
}

func (o *office) paperCopy(of string) string {
	o.t.Helper()
	return o.issues(documents.Draft{PaperCopy: &documents.PaperCopy{Of: of, Authority: letter().Authority, Head: letter().Signatory}})
}

// last is the number of the last document of an application.
func (a application) last() string { return a.Documents[len(a.Documents)-1] }

// element is a label of a form, and the value beside it, which may stand between the
// lines of the label.
type element struct{ label, value string }

// after returns the page after an element; false when it is not there with its exact
// label.
func (e element) after(page string) (rest string, ok bool) {
	words, value := strings.Fields(page), strings.Fields(e.value)
	for start := range words {
		label, i := strings.Fields(e.label), start
		for ; i < len(words) && len(label) > 0; i++ {
			switch {
			case words[i] == label[0]:
				label = label[1:]
			case i == start || !slices.Contains(value, words[i]):
				label = append(label, "") // not here
				i = len(words)
			}
		}
		if len(label) == 0 {
			return strings.Join(words[i:], " "), true
		}
	}
	return "", false
}

// elementsInOrder asserts that elements stand in a page one after another.
func elementsInOrder(t *testing.T, page string, all ...element) {
	t.Helper()
	rest, ok := page, false
	for _, e := range all {
		if rest, ok = e.after(rest); !ok {
			t.Errorf("%q does not stand where it must, in %s", e.label, page)
			return
		}
	}
}

// licenceElements are those of the form of a licence, by annex 3, part 1.
func licenceElements() []element {
	return []element{
		{"МЕМЛЕКЕТТІК ЛИЦЕНЗИЯ", ""}, {"Лицензияның берілген күні", ""}, {"Лицензия нөмірі", ""}, {"Берілді", ""}, {"Қызмет түрі", ""},
		{"Лицензия қолданылуының айырықша жағдайлары", "—"}, {"Лицензиар", ""}, {"Басшы (уәкілетті тұлға)", ""}, {"Берілген жері", ""},
	}
}

// paperElements are those of its block that certifies on paper. The place of the seal
// and the day stand side by side.
func paperElements() []element {
	return []element{
		{"Құжатты қағаз тасымалдаушысында растаған мемлекеттік орган", letter().Authority.KK},
		{"Құжатты қағаз тасымалдаушысында растаған басшы (уәкілетті адам)", letter().Signatory},
		{"Мөр орны", ""}, {"Лицензияның расталған күні:", ""},
		{"Берілген құжат 2012 жылдың 10 шілдесіндегі ҚР «Лицензиялау туралы» Заңының 10-бабы негізінде лицензиармен расталған", ""},
	}
}

// R17: a licence prints the fourteen labelled elements of its form in their order, with
// the exact Kazakh labels, in Cyrillic letters only.
func TestRequirementR17(t *testing.T) {
	o := begin(t, in2013)
	form, block := licenceElements(), paperElements()
	licence := o.issue("LIC-ISSUE", regulation.Portal).last()
	page := o.printed(licence)
	elementsInOrder(t, page, form...)
	paper := o.printed(o.paperCopy(licence))
	elementsInOrder(t, paper, slices.Concat(form, block[:3], block[4:])...)
	elementsInOrder(t, paper, slices.Concat(form, block[:2], block[3:])...)
	if n := len(form) + len(block); n != 14 {
		t.Errorf("%d elements", n)
	}
	for _, p := range []string{page, paper} {
		words := mixed(p)
		if words = slices.DeleteFunc(words, func(w string) bool { return w == "QR-код" }); len(words) > 0 {
			t.Errorf("letters of two scripts in %q", words)
		}
	}
}

// R18: whom a licence was given to is said by the kind of holder: a legal entity by its
// full name, address and БСН, a person by the whole name and ЖСН.
func TestRequirementR18(t *testing.T) {
	o := begin(t, in2013)
	legal := documents.Holder{Legal: &documents.LegalEntity{
		Name:    documents.Text{KK: "«Мұра» жауапкершілігі шектеулі серіктестігі", RU: "Товарищество с ограниченной ответственностью «Мура»"},
		Address: documents.Text{KK: "Астана қ., Абай даңғылы, 12", RU: "г. Астана, пр. Абая, 12"}, BIN: "120741000014",
	}}
	page := o.printed(o.issue("LIC-ISSUE", regulation.Portal, legal).last())
	inOrder(t, page, "Берілді", legal.Legal.Name.KK, legal.Legal.Address.KK, "БСН 120741000014", "Қызмет түрі")
	if strings.Contains(page, "ЖСН 1") {
		t.Error("a legal entity has a ЖСН")
	}
	person := documents.Holder{Natural: &documents.NaturalPerson{
		Surname: "Сейітқали", GivenName: "Айгүл", Patronymic: "Ғалымқызы", IIN: applicantIIN,
	}}
	page = o.printed(o.issue("LIC-ISSUE", regulation.Portal, person).last())
	inOrder(t, page, "Берілді", "Сейітқали Айгүл Ғалымқызы", "ЖСН "+applicantIIN, "Қызмет түрі")
	if strings.Contains(page, "БСН 1") {
		t.Error("a person has a БСН")
	}
}

// R19: the block that certifies on paper is filled in on a certified paper copy, and the
// electronic original has nothing of it.
func TestRequirementR19(t *testing.T) {
	o := begin(t, in2013)
	licence := o.issue("LIC-ISSUE", regulation.Portal).last()
	page := o.printed(licence)
	for _, e := range paperElements() {
		if _, there := e.after(page); there {
			t.Errorf("the electronic original has %q", e.label)
		}
	}
	copied := o.paperCopy(licence)
	paper, block := o.printed(copied), paperElements()
	elementsInOrder(t, paper, block[0], block[1], block[3], element{"2013 жылғы 20 мамыр", ""}, block[4])
	if n := strings.Count(paper, "Әбдіғали Ж.С."); n != 2 {
		t.Errorf("the head is named %d times in %s", n, paper)
	}
	if d := o.document(copied); d.Content.PaperCopy.Of != licence || d.Content.PaperCopy.Copy != 1 {
		t.Errorf("the copy is copy %d of %s", d.Content.PaperCopy.Copy, d.Content.PaperCopy.Of)
	}
}

// R20: a reasoned refusal prints its number and day, the applicant, the day and number of
// the application, the reason, and the position and name of whoever signs.
func TestRequirementR20(t *testing.T) {
	o := begin(t, in2013)
	id := o.lead("LIC-ISSUE", regulation.Portal, "L-a3").ID
	a := o.does(id, act{step: "L-a3", outcome: "fail"}, act{step: "L-a-d2", outcome: "done"})
	c := written(t)
	page := o.printed(a.last())
	inOrder(t, page, "Мәдениет комитеті", "НЕГІЗДЕЛГЕН БАС ТАРТУ", "Нөмері "+a.last(), "Берілген күні: 20.05.2013", c.Applicant.Legal.Name.KK,
		"2013 жылғы 20 мамыр", "№ "+a.Number, c.Refusal.Reason.KK, "Төраға", "Әбдіғали Ж.С.")
	r := o.document(a.last()).Content.Refusal
	if r.ApplicationNumber != a.Number || r.ApplicationDate != documents.CivilDate(a.RegisteredAt) {
		t.Errorf("it is of № %q of %s", r.ApplicationNumber, r.ApplicationDate)
	}
}

// The questions and answers of annex 4, in its words.
var (
	questions = []string{
		"Электрондық мемлекеттік қызметті көрсету үдерісінің сапасына және нәтижесіне қанағаттанасыз ба?",
		"Электрондық мемлекеттік қызметті көрсету тәртібі туралы ақпараттың сапасына қанағаттанасыз ба?",
	}
	answers = []string{"1) қанағаттанған жоқпын;", "2) ішінара қанағаттанамын;", "3) қанағаттанамын."}
)

// R21: the questionnaire has two questions with three answers each, in the exact words,
// and asks no name.
func TestRequirementR21(t *testing.T) {
	o := begin(t, in2013)
	page := o.printed(o.issues(documents.Draft{Questionnaire: &documents.Questionnaire{
		Authority: letter().Authority, Quality: documents.Satisfied, Access: documents.PartlySatisfied,
	}}))
	inOrder(t, page, slices.Concat([]string{"Нысан", questions[0]}, answers, questions[1:], answers)...)
	if n := strings.Count(page, "қанағаттанасыз ба?"); n != 2 || strings.Count(page, answers[0]) != 2 || strings.Contains(page, "4) ") || !strings.Contains(page, "Сауалнама жасырын: аты-жөні мен ЖСН көрсетілмейді") {
		t.Errorf("%d questions in %s", n, page)
	}
	for quality, want := range map[int]int{1: http.StatusCreated, 3: http.StatusCreated, 4: http.StatusUnprocessableEntity, -1: http.StatusUnprocessableEntity} {
		got := o.post("/v1/documents", "", map[string]any{"questionnaire": map[string]any{"authority": letter().Authority, "quality": quality, "accessibility": 2}})
		if got.status != want || want != http.StatusCreated && !strings.Contains(string(got.body), "/questionnaire/quality") {
			t.Errorf("the answer %d: %d %s", quality, got.status, got.body)
		}
	}
}

// R28: by the portal the result is an electronic document in the cabinet; on request
// there is paper, which is the electronic original printed, sealed and signed.
func TestRequirementR28(t *testing.T) {
	for service, kind := range map[string]documents.Kind{"TEC": documents.KindExportCertificate, "SRA": documents.KindApproval} {
		o := begin(t, in2015)
		a := o.issue(service, regulation.Portal)
		last := o.entries(a.ID)[a.Last-1]
		_, s := o.step(last.Under)
		if s.Actor != "APPLICANT" || !slices.Equal(s.Systems, []string{"CAB"}) || a.Ended != regulation.EndIssued {
			t.Errorf("%s ends %q under %s, at %v", service, a.Ended, s.ID, s.Systems)
		}
		if d := o.document(a.last()); d.Kind != kind || len(o.signersOf(a.last())) != 1 {
			t.Errorf("%s gives a %s", service, d.Kind)
		}
		original, paper := o.printed(a.last()), o.printed(o.paperCopy(a.last()))
		inOrder(t, paper, "КУӘЛАНДЫРЫЛҒАН ҚАҒАЗ КӨШІРМЕ", "Әбдіғали Ж.С.", "Көшірмені куәландырған орган", "Мәдениет комитеті", "Мөр орны", "Әбдіғали Ж.С.", "14 сәуір")
		if strings.Contains(original, "Мөр орны") {
			t.Errorf("%s: the electronic original has a place for a seal", service)
		}
	}
}

// R29: an approval takes an application in free form, and its result is electronic and
// on paper; a certificate is electronic only, with paper on request.
func TestRequirementR29(t *testing.T) {
	o := begin(t, in2015)
	var told struct {
		Services []struct {
			ID             string   `json:"id"`
			Forms          []string `json:"forms"`
			PaperOnRequest bool     `json:"paper_on_request"`
		}
	}
	o.get("/v1/services", &told)
	found := 0
	for _, s := range told.Services {
		switch {
		case s.ID == "SRA" && slices.Equal(s.Forms, []string{"electronic", "paper"}) && !s.PaperOnRequest,
			s.ID == "TEC" && slices.Equal(s.Forms, []string{"electronic"}) && s.PaperOnRequest:
			found++
		default:
			t.Errorf("%s gives %v, on request paper: %v", s.ID, s.Forms, s.PaperOnRequest)
		}
	}
	for _, form := range []any{nil, map[string]any{"хат": "Ескерткіштің қасбетін қалпына келтіруге келісім беріңіз."}, map[string]any{"a": []int{1}, "b": map[string]any{}}} {
		body := map[string]any{"service": "SRA", "channel": regulation.Portal, "applicant": filled(t, written(t).Applicant)}
		if form != nil {
			body["form"] = form
		}
		if got := o.post("/v1/applications", "", body); got.status != http.StatusCreated {
			t.Errorf("a free form: %d %s", got.status, got.body)
		}
	}
	if found != 2 {
		t.Errorf("%d services", found)
	}
}
