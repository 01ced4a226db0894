package regulation_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
)

func law(t *testing.T, more ...regulation.Edition) *regulation.Law {
	t.Helper()
	l, err := regulation.Compile(append(shipped(t), more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// shipped returns fresh copies, which tests may change.
func shipped(t *testing.T) []regulation.Edition {
	t.Helper()
	all, err := regulation.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func edition(t *testing.T, l *regulation.Law, id string) *regulation.Edition {
	t.Helper()
	e, ok := l.Edition(id)
	if !ok {
		t.Fatalf("there is no edition %s", id)
	}
	return e
}

func route(t *testing.T, e *regulation.Edition, id string) *regulation.Route {
	t.Helper()
	r, ok := e.Route(id)
	if !ok {
		t.Fatalf("edition %s has no route %s", e.ID, id)
	}
	return r
}

func date(t *testing.T, text string) documents.Date {
	t.Helper()
	d, err := documents.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func shared(t *testing.T, name string, into any) {
	t.Helper()
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = "../../../shared"
	}
	b, err := os.ReadFile(filepath.Join(dir, "regulation", name))
	if err != nil {
		t.Skip("the regulation's data is missing: set TAMGA_TESTDATA to the folder that holds regulation/")
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// The flows have the processes, conditions and actions of the regulations, and
// what is ours is not counted among them.
func TestFlowsAreWhole(t *testing.T) {
	l := law(t)
	all := 0
	for id, want := range map[string][4]int{ // registrations, processes, conditions, actions
		"L-P": {1, 11, 4, 0}, "L-U": {0, 9, 3, 0}, "L-C": {0, 9, 2, 0}, "T-P": {1, 7, 3, 0}, "T-U": {0, 7, 2, 0}, "S-P": {1, 7, 3, 0}, "S-U": {0, 7, 2, 0},
		"T-aU": {0, 0, 0, 7}, "T-aP": {0, 0, 0, 7}, "S-aU": {0, 0, 0, 5}, "S-aP": {0, 0, 0, 5},
	} {
		_, r, ok := l.Route(id)
		if !ok {
			t.Errorf("there is no %s", id)
			continue
		}
		var got [4]int
		for _, s := range r.Steps {
			if s.Source.Draft() {
				if s.Number != 0 {
					t.Errorf("%s is ours and has a number", s.ID)
				}
				continue
			}
			got[slices.Index([]regulation.StepKind{regulation.Registration, regulation.Process, regulation.Condition, regulation.Action}, s.Kind)]++
		}
		if got != want {
			t.Errorf("%s has %v, want %v", id, got, want)
		}
		all += got[0] + got[1] + got[2]
	}
	if all != 79 {
		t.Errorf("%d processes, conditions and registrations", all)
	}
}

// Every condition asks the real thing by its name, and each way of each is told.
func TestConditions(t *testing.T) {
	l := law(t)
	for id, want := range map[string][]regulation.Check{
		"L-P-c1": {"login"}, "L-P-c2": {"payment"}, "L-P-c3": {"signature.period", "signature.revoked", "signature.identity"}, "L-P-c4": {"decision"},
		"L-U-c1": {"login"}, "L-U-c2": {"person known"}, "L-U-c3": {"decision"}, "L-C-c1": {"person known"}, "L-C-c2": {"decision"}, "L-C-d1": {"login"},
		"T-P-c1": {"login"}, "T-P-c2": {"signature.period", "signature.revoked", "signature.identity"}, "T-P-c3": {"decision"}, "T-U-c1": {"person known"}, "T-U-c2": {"decision"}, "T-U-d1": {"login"},
		"S-P-c1": {"login"}, "S-P-c2": {"signature.period", "signature.revoked", "signature.identity"}, "S-P-c3": {"decision"}, "S-U-c1": {"person known"}, "S-U-c2": {"decision"}, "S-U-d1": {"login"},
	} {
		_, r, _ := l.Route(id[:3])
		if s, ok := r.Step(id); !ok || s.Kind != regulation.Condition || !slices.Equal(s.Checks, want) {
			t.Errorf("%s asks %v, want %v", id, s.Checks, want)
		}
	}
	// A signature is offered to the check of the certificate, the request is signed after
	// it, and a number is given after that.
	for _, id := range []string{"L-P", "T-P", "S-P"} {
		_, r, _ := l.Route(id)
		at := func(f func(regulation.Step) bool) int { return slices.IndexFunc(r.Steps, f) }
		checked := at(func(s regulation.Step) bool { return slices.Contains(s.Checks, regulation.CheckSignatureRevoked) })
		offered := at(func(s regulation.Step) bool { return s.Offers && s.SignedBy("APPLICANT") })
		signed := at(func(s regulation.Step) bool { return !s.Offers && s.SignedBy("APPLICANT") })
		number := at(func(s regulation.Step) bool { return s.Assigns == "application_number" })
		if offered < 0 || checked < offered || checked > signed || signed > number {
			t.Errorf("%s: offered at %d, checked at %d, signed at %d, registered at %d", id, offered, checked, signed, number)
		}
	}
}

// walk follows every way of a route and returns the notices of the refusals that
// it ends with, and how many ways end with the result.
func walk(t *testing.T, r *regulation.Route) (notices []string, issued int) {
	t.Helper()
	seen := map[string]bool{}
	var follow func(id string)
	follow = func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		s, ok := r.Step(id)
		if !ok {
			t.Fatalf("%s: step %s is not there", r.ID, id)
		}
		for _, x := range s.Exits {
			switch x.End {
			case regulation.EndRefused:
				notices = append(notices, s.Notice)
			case regulation.EndIssued:
				issued++
			default:
				follow(x.To)
			}
		}
	}
	for _, id := range r.Begins {
		follow(id)
	}
	if len(seen) != len(r.Steps) {
		t.Errorf("%s: %d of %d steps are walked", r.ID, len(seen), len(r.Steps))
	}
	slices.Sort(notices)
	return notices, issued
}

func TestEveryWayEnds(t *testing.T) {
	for _, e := range law(t).Editions() {
		for i := range e.Routes {
			r := &e.Routes[i]
			got, issued := walk(t, r)
			want := map[string]string{
				"L-P": "RF-AUTH RF-PAY RF-QUAL RF-SIG", "L-U": "RF-AUTH-STAFF RF-NODATA RF-QUAL", "L-C": "RF-AUTH-STAFF RF-DOCS RF-NODATA", "L-a": "RF-INCOMPLETE RF-QUAL",
				"T-P": "RF-AUTH RF-DOCS RF-SIG", "S-P": "RF-AUTH RF-DOCS RF-SIG", "T-U": "RF-AUTH-STAFF RF-DOCS RF-NODATA", "S-U": "RF-AUTH-STAFF RF-DOCS RF-NODATA",
				"T-aU": "RF-DOCS RF-INCOMPLETE RF-NOVALUE", "T-aP": "RF-DOCS RF-INCOMPLETE RF-NOVALUE", "S-aU": "RF-DOCS RF-INCOMPLETE", "S-aP": "RF-DOCS RF-INCOMPLETE",
			}[r.ID]
			if strings.Join(got, " ") != want || issued != 1 {
				t.Errorf("%s %s ends with %v and %d results, want %s", e.ID, r.ID, got, issued, want)
			}
		}
	}
}

func TestInForce(t *testing.T) {
	l := law(t)
	for _, c := range []struct{ service, on, want string }{
		{"LIC-ISSUE", "2012-11-18", ""}, {"LIC-ISSUE", "2012-11-19", "2012-159"}, {"LIC-ISSUE", "2014-03-28", "2012-159"}, {"LIC-ISSUE", "2014-03-29", ""},
		{"TEC", "2014-11-07", ""}, {"TEC", "2014-11-08", "2014-105-1613"}, {"SRA", "2015-12-03", "2014-105-1613"}, {"SRA", "2015-12-04", ""},
		{"LIC-ISSUE", "2025-12-31", ""}, {"LIC-ISSUE", "2026-01-01", "2026-draft"}, {"TEC", "2026-11-28", "2026-draft"}, {"SRA", "2040-01-01", "2026-draft"}, {"OTHER", "2026-11-28", ""},
	} {
		got := ""
		if e, ok := l.InForce(c.service, date(t, c.on)); ok {
			got = e.ID
		}
		if got != c.want {
			t.Errorf("%s on %s is ruled by %q, want %q", c.service, c.on, got, c.want)
		}
	}
}

func TestServices(t *testing.T) {
	l := law(t)
	for _, c := range []struct {
		edition, service, term, validity string
		subtypes, year, fee, missing     int
	}{
		{"2012-159", "LIC-ISSUE", "15 WD", "", 3, 2012, 16180, 0},
		{"2012-159", "LIC-ISSUE", "15 WD", "", 3, 2013, 17310, 0},
		{"2012-159", "LIC-ISSUE", "15 WD", "", 3, 2014, 18520, 0},
		{"2012-159", "LIC-ISSUE", "15 WD", "", 3, 2015, 0, 2015},
		{"2012-159", "LIC-REISSUE", "10 WD", "", 3, 2013, 1731, 0},
		{"2014-105-1613", "TEC", "", "", 0, 2014, 0, 0},
		{"2026-draft", "LIC-ISSUE", "5 WD", "P5Y", 2, 2025, 39320, 0},
		{"2026-draft", "LIC-REISSUE", "3 WD", "", 2, 2025, 3932, 0},
		{"2026-draft", "LIC-REISSUE", "3 WD", "", 2, 2027, 0, 2027},
		{"2026-draft", "SRA", "", "", 0, 2026, 0, 0},
	} {
		e := edition(t, l, c.edition)
		s, ok := e.Service(c.service)
		if !ok {
			t.Errorf("%s has no %s", c.edition, c.service)
			continue
		}
		validity := ""
		if s.Validity != nil {
			validity = s.Validity.Value.String()
		}
		fee, missing, known := e.FeeOf(s, c.year)
		if s.Term.Value.String() != c.term || validity != c.validity || len(s.Subtypes) != c.subtypes || fee != c.fee || missing != c.missing || known != (c.fee != 0) {
			t.Errorf("%s %s: term %s, validity %q, %d sub-types, fee of %d: %d, missing %d", c.edition, c.service, s.Term.Value, validity, len(s.Subtypes), c.year, fee, missing)
		}
	}
	// At most four indexes for re-issue, where its share is more.
	e := edition(t, l, "2012-159")
	dear, _ := e.Service("LIC-REISSUE")
	changed := *dear
	share := *dear.Fee
	share.Percent = 100
	changed.Fee = &share
	if fee, _, _ := e.FeeOf(&changed, 2013); fee != 4*1731 {
		t.Errorf("the fee is %d", fee)
	}
}

// Documents of 2026 cite no repealed law, those of 2013 their own.
func TestSentences(t *testing.T) {
	l := law(t)
	for _, c := range []struct{ edition, key, on, want string }{
		{"2012-159", "licence.certification", "2013-05-20", "2012 жылдың 10 шілдесіндегі ҚР «Лицензиялау туралы» Заңының 10-бабы"},
		{"2012-159", "licence.activity", "2013-05-20", "«Лицензиялау туралы»"},
		{"2026-draft", "licence.activity", "2026-05-20", "«Рұқсаттар және хабарламалар туралы»"},
		{"2026-draft", "licence.conditions", "2026-05-20", "36-бабына"},
		// What the form of order № 159 words oddly stays there and goes no further.
		{"2012-159", "licence.holder", "2013-05-20", "мекен-жайы"},
		{"2026-draft", "licence.holder", "2026-05-20", "мекенжайы"},
		{"2012-159", "licence.conditions.label", "2013-05-20", "айырықша жағдайлары"},
		{"2026-draft", "licence.conditions.label", "2026-05-20", "айрықша шарттары"},
		{"2012-159", "licence.head", "2013-05-20", "уәкілетті адамның"},
		{"2026-draft", "licence.head", "2026-05-20", "уәкілетті тұлғаның"},
		{"2012-159", "licence.paper.authority", "2013-05-20", "қағаз тасымалдаушысында растаған"},
		{"2026-draft", "licence.paper.authority", "2026-05-20", "Қағаз көшірмені куәландырған"},
		{"2012-159", "licence.paper.head", "2013-05-20", "қағаз тасымалдаушысында растаған"},
		{"2026-draft", "licence.paper.head", "2026-05-20", "Қағаз көшірмені куәландырған"},
		{"2012-159", "licence.paper.date", "2013-05-20", "расталған күні"},
		{"2026-draft", "licence.paper.date", "2026-05-20", "куәландырылған күні"},
		{"2012-159", "refusal.number", "2013-05-20", "Нөмері"},
		{"2026-draft", "refusal.number", "2026-05-20", "Нөмірі:"},
		{"2026-draft", "equivalence", "2026-07-10", "№ 370-II"},
		{"2026-draft", "equivalence", "2026-07-11", "Цифрлық кодексіне"},
		{"2014-105-1613", "equivalence", "2014-12-01", "№ 370-II"},
	} {
		s, ok := edition(t, l, c.edition).Sentence(c.key, date(t, c.on))
		if !ok || !strings.Contains(s.Text.KK, c.want) {
			t.Errorf("%s of %s on %s: %q, want %q", c.key, c.edition, c.on, s.Text.KK, c.want)
		}
	}
	e := edition(t, l, "2026-draft")
	for _, s := range e.Sentences {
		if strings.Contains(s.Text.KK, "Лицензиялау туралы") || strings.Contains(s.Text.RU, "О лицензировании") {
			t.Errorf("the draft edition of today cites the licensing law: %s", s.Key)
		}
	}
	if _, ok := e.Sentence("nothing", date(t, "2026-05-20")); ok {
		t.Error("an unknown sentence is told")
	}
	if !e.Appeal.Source.Draft() || e.Appeal.Term.String() != "P3M" {
		t.Errorf("appeal: %+v", e.Appeal)
	}
}

// The draft edition of today hears the applicant before a refusal by decision;
// 2012 and 2014 do not.
func TestHearing(t *testing.T) {
	l := law(t)
	for _, e := range l.Editions() {
		for _, r := range e.Routes {
			for _, s := range r.Steps {
				if heard := strings.HasSuffix(s.ID, "-h1"); heard && (e.ID != "2026-draft" || r.Kind != regulation.ActionRoute) {
					t.Errorf("%s %s hears at %s", e.ID, r.ID, s.ID)
				}
			}
		}
	}
	r := route(t, edition(t, l, "2026-draft"), "T-aP")
	for _, c := range []struct{ step, on, to string }{
		{"T-aP3", "complete", "T-aP4"}, {"T-aP3", "incomplete", "T-aP-d1"}, {"T-aP3", "fail", "T-aP3-fail-h1"}, {"T-aP3-fail-h1", "done", "T-aP3-fail-h2"}, {"T-aP3-fail-h2", "done", "T-aP3-fail-h3"},
		{"T-aP3-fail-h3", "objection", "T-aP3-fail-hc"}, {"T-aP3-fail-h3", "record", "T-aP3-fail-hc"}, {"T-aP3-fail-h3", "absent", "T-aP3-fail-hc"},
		{"T-aP3-fail-hc", "ok", "T-aP4"}, {"T-aP3-fail-hc", "fail", "T-aP-d2"}, {"T-aP4", "no_value", "T-aP4-no_value-h1"}, {"T-aP4-no_value-hc", "ok", "T-aP4"}, {"T-aP4-no_value-hc", "fail", "T-aP-d3"},
	} {
		s, ok := r.Step(c.step)
		if !ok {
			t.Errorf("%s is not there", c.step)
			continue
		}
		if x, _ := s.Exit(c.on); x.To != c.to {
			t.Errorf("%s leads by %s to %q, want %q", c.step, c.on, x.To, c.to)
		}
	}
	licence := route(t, edition(t, l, "2026-draft"), "L-a")
	if s, ok := licence.Step("L-a3-fail-hc"); !ok || s.Actor != "AUTH_SIGNER" {
		t.Errorf("who signs the refusal does not decide after the hearing: %+v", s)
	}
}

// Kazakh and Russian texts have Cyrillic letters only, and nothing is missing.
func TestTextsAreCyrillic(t *testing.T) {
	mixed := regexp.MustCompile(`\p{Cyrillic}[A-Za-z]|[A-Za-z]\p{Cyrillic}`)
	for _, e := range law(t).Editions() {
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mixed.FindAllString(string(b), -1) {
			t.Errorf("edition %s mixes letters in %q", e.ID, m)
		}
	}
}

// A new service and a changed edition are data: no code is added for them.
func TestAddedAsData(t *testing.T) {
	b, err := os.ReadFile("testdata/library.json")
	if err != nil {
		t.Fatal(err)
	}
	added, err := regulation.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	changed := shipped(t)[2]
	changed.ID, changed.From = "2027-changed", date(t, "2027-01-01")
	changed.Services[0].Term.Value = calendar.Term{WorkingDays: 4}
	changed.MCI = append(changed.MCI, regulation.MCI{Year: 2027, Tenge: 4500})
	l := law(t, added, changed)

	e, ok := l.InForce("LIBRARY", date(t, "2030-01-01"))
	if !ok {
		t.Fatal("the new service is not ruled")
	}
	s, _ := e.Service("LIBRARY")
	if fee, _, ok := e.FeeOf(s, 2030); fee != 2501 || !ok {
		t.Errorf("the fee is %d", fee)
	}
	if notices, issued := walk(t, route(t, e, s.Routes[regulation.Portal])); !slices.Equal(notices, []string{"RF-AUTH", "RF-BOOK"}) || issued != 1 {
		t.Errorf("the new route ends with %v and %d results", notices, issued)
	}
	for on, want := range map[string]string{"2026-12-31": "5 WD", "2027-01-01": "4 WD"} {
		e, _ := l.InForce("LIC-ISSUE", date(t, on))
		if s, _ := e.Service("LIC-ISSUE"); s.Term.Value.String() != want {
			t.Errorf("on %s the term is %s, want %s", on, s.Term.Value, want)
		}
	}
	before, after := edition(t, law(t), "2026-draft"), edition(t, l, "2027-changed")
	if strings.TrimPrefix(before.Version(), "2026-draft") == strings.TrimPrefix(after.Version(), "2027-changed") {
		t.Error("two contents have one version")
	}
	if again := edition(t, law(t), "2026-draft"); again.Version() != before.Version() {
		t.Error("one content has two versions")
	}
}
