package tamga_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"tamga/documents/regulation"
)

// said is a text that a person reads, with its place.
type said struct{ place, lang, text string }

// paper are the languages of documents: what holds of both.
const paper = "kk ru"

// houseRules are what no text of ours has, each with what stands for it, a text that
// it refuses and one that it takes. They are those of a proof-reader of state
// documents and of the glossary, as far as a program can check them.
var houseRules = []struct {
	langs, pattern, instead string
	bad, good               string
	in                      string   // beginning of the places that it is for; all when empty
	but                     []string // texts that have it for a reason
}{
	// Letters and signs.
	{langs: paper, pattern: `\p{Latin}\p{Cyrillic}|\p{Cyrillic}\p{Latin}`, instead: "one script in a word", bad: "oдин", good: "один"},
	{langs: paper, pattern: `(^|[^\p{L}\d.-])[iIaceopxyABCEHKMOPTX]($|[^\p{L}\d.-])`, instead: "Cyrillic letters alone", bad: "10 i 12", good: "10 и 12"},
	{langs: "en", pattern: `\p{Cyrillic}`, instead: "English has no Cyrillic letters", bad: "the ЭЦП", good: "the signature"},
	{langs: paper + " en", pattern: `  | [,;:!?]|№\d|\.\.\.`, instead: "one space, none before a comma, one after №, …", bad: "№5", good: "№ 5"},
	{langs: paper + " en", pattern: `\p{L} - \p{L}|--|\p{Cyrillic} – \p{Cyrillic}`, instead: "a dash between words: —", bad: "мөр - жоқ", good: "мөр — жоқ"},
	{langs: paper, pattern: `["'“”„]|(^|\P{L})’|’(\P{L}|$)`, instead: "«»", bad: "\"Ұлы дала\"", good: "«Ұлы дала»"},
	{langs: "en", pattern: `["']`, instead: "“”, ’", bad: "the provider's", good: "the provider’s", in: "words "},
	// Dates.
	{langs: paper, pattern: `\d{2}\.\d{2}\.\d{4} (жыл|год)|_(date|on|at)\} (жыл|год)`, instead: "a date with the name of its month", bad: "от 03.11.2026 года", good: "от 3 ноября 2026 года"},
	{langs: "kk", pattern: `\d{4} жыл(дың|ы) \d|\d{4} ж\. \d`, instead: "2026 жылғы 28 қараша", bad: "2026 жылдың 28 қарашасы", good: "2026 жылғы 28 қараша"},
	{langs: "kk", pattern: `жылғы \d{1,2} (қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан)( №|ындағы|індегі|ісіндегі)`, instead: "-дағы, -дегі before what is dated", bad: "2026 жылғы 28 қараша № 64 бұйрық", good: "2026 жылғы 28 қарашадағы № 64 бұйрық"},
	{langs: "ru", pattern: `\d{1,2} (января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря) \d{4}($|[^ \d}]| [^г])`, instead: "28 ноября 2026 года", bad: "от 28 ноября 2026 № 64", good: "от 28 ноября 2026 года № 64"},
	// People.
	{langs: "kk", pattern: `(^|[^і] |[^т]і )[Аа]лушы`, instead: "көрсетілетін қызметті алушы", bad: "Алушының деректері", good: "көрсетілетін қызметті алушының деректері", but: []string{
		// How steps end by decree № 105-1613.
		"алушының куәлікті алуы", "алушының алуы",
	}},
	{langs: "kk", pattern: `(?i)тұтынушы|қызмет көрсетілуші`, instead: "көрсетілетін қызметті алушы", bad: "тұтынушының құжаттары", good: "көрсетілетін қызметті алушының құжаттары", but: []string{
		// The legend of the diagrams of decree № 105-1613, as it stands there.
		"Соңғы тұтынушыға ұсынылатын электрондық құжат",
	}},
	{langs: "kk", pattern: `(?i)қызмет (көрсетуші|беруші)`, instead: "көрсетілетін қызметті беруші", bad: "қызмет берушінің басшысы", good: "көрсетілетін қызметті берушінің басшысы"},
	{langs: "ru", pattern: `(?i)(^|\P{L})(потребител|получател)`, instead: "услугополучатель", bad: "данные получателя", good: "данные услугополучателя"},
	{langs: "kk", pattern: `(?i)лицензия иесі|лицензияның иесі`, instead: "лицензиат", bad: "Лицензия иесінің БСН-і", good: "Лицензиаттың БСН-і"},
	{langs: "ru", pattern: `(?i)владел\p{L}* лицензии`, instead: "лицензиат", bad: "ИИН владельца лицензии", good: "ИИН лицензиата"},
	{langs: "kk", pattern: `(?i)уәкілетті адам`, instead: "уәкілетті тұлға", bad: "Басшы (уәкілетті адам)", good: "Басшы (уәкілетті тұлға)"},
	{langs: "kk", pattern: `(?i)қол қоюшы|қол қойған адам`, instead: "қол қойған тұлға", bad: "Қол қоюшылар", good: "Қол қойған тұлғалар"},
	{langs: "ru", pattern: `(?i)(^|\P{L})подписавш(ий|его|ему|им|ие|их)($|[,.;:]| [^л])`, instead: "подписавшее лицо", bad: "Подписавший: ", good: "Подписавшее лицо: "},
	// Work.
	{langs: "kk", pattern: `(?i)өтінім|(^|\P{L})арыз`, instead: "өтініш", bad: "өтінім тіркелді", good: "өтініш тіркелді"},
	{langs: "kk", pattern: `(?i)сұрату|сұрау сал|сауал([^н]|$)|ұсыным`, instead: "сұраным", bad: "сауалды қайта беру", good: "сауалнаманы қайта беру"},
	{langs: "kk", pattern: `(?i)іс-әрекет|(^|\P{L})әрекет`, instead: "іс-қимыл", bad: "іс-әрекеттің атауы", good: "іс-қимылдың атауы"},
	{langs: "kk", pattern: `(?i)міндеттер|менің міндет`, instead: "тапсырма", bad: "Менің міндеттерім", good: "Міндетті емес"},
	{langs: paper, pattern: `^(Срок|Мерзімі|Мерзім)$`, instead: "what the term is of: орындау мерзімі, срок исполнения, қолданылу мерзімі, срок действия", bad: "Срок", good: "Срок исполнения"},
	{langs: "kk", pattern: `(?i)тіркелген құжаттар|қосымша құжаттарды тіркеу`, instead: "қоса берілген құжаттар", bad: "тіркелген құжаттар", good: "қоса берілген құжаттар"},
	{langs: paper, pattern: `(?i)чек-`, instead: "тізбе, перечень", bad: "чек-лист", good: "перечень документов"},
	{langs: paper, pattern: `(?i)құндылығы бар|(есть|имеется) культурная ценность`, instead: "мәдени құндылық ретінде тану, признание культурной ценностью", bad: "мәдени құндылығы бар", good: "мәдени құндылық ретінде танылды"},
	{langs: "kk", pattern: `(?i)төлемақы`, instead: "төлем", bad: "Төлемақының жоқтығы", good: "Төлемнің жоқтығы"},
	{langs: paper, pattern: `МДҚ (ЖТ|ЗТ)|(ЖТ|ЗТ) МДҚ`, instead: "ЖТ МДБ, ЗТ МДБ", bad: "МДҚ ЖТ", good: "ЖТ МДБ"},
	// Access.
	{langs: "kk", pattern: `(?i)авторизация|логин жаса`, instead: "авторландыру", bad: "авторизациялау", good: "авторландыру"},
	{langs: paper, pattern: `(?i)сессия`, instead: "сеанс", bad: "сессия аяқталды", good: "сеанс аяқталды"},
	{langs: "kk", pattern: `(?i)қолжетімділік кілт`, instead: "қол жеткізу кілті", bad: "қолжетімділік кілті", good: "қол жеткізу кілті"},
	// Signatures.
	{langs: "kk", pattern: `(?i)көз жеткіз`, instead: "куәландыру", bad: "ЭЦҚ-мен көз жеткізу", good: "ЭЦҚ-мен куәландыру"},
	{langs: paper, pattern: `(?i)сертификат`, instead: "тіркеу куәлігі, регистрационное свидетельство", bad: "Сертификат жарамды", good: "Тіркеу куәлігі жарамды"},
	{langs: paper, pattern: `(?i)сенімді түбір|(^|\P{L})кор(ень|ня|нем)($|\P{L})`, instead: "негізгі куәландырушы орталық, корневой удостоверяющий центр", bad: "доверенный корень", good: "доверенный корневой удостоверяющий центр"},
	// The life of a document.
	{langs: "kk", pattern: `(?i)әрекет ету|қызмет ету мерзім|әрекеті (тоқта|қайта)`, instead: "қолданылу мерзімі, қолданысы", bad: "әрекеті тоқтатылды", good: "қолданысы тоқтатылды"},
	{langs: "kk", pattern: `^[Мм]ерзімі өт(кен|ті)`, instead: "қолданылу мерзімі өткен", bad: "мерзімі өткен", good: "қолданылу мерзімі өткен"},
	{langs: "ru", pattern: `(?i)(^|\P{L})истекла($|\P{L})`, instead: "срок действия истёк", bad: "лицензия истекла", good: "срок действия лицензии истёк"},
	{langs: "ru", pattern: `(?i)(документ|лицензия|свидетельство|согласование) (приостановлен|прекращ|возобновл)|(^|\P{L})(приостановлена?|прекращена?|возобновлена?)$`, instead: "действие приостановлено, прекращено, возобновлено", bad: "Приостановлена", good: "Действие приостановлено"},
	{langs: "kk", pattern: `(?i)қайта жаңарт`, instead: "қолданысын қайта бастау", bad: "лицензияны қайта жаңарту", good: "лицензияның қолданысын қайта бастау"},
	{langs: "kk", pattern: `(?i)лицензия\p{L}* (кері )?қайтарып`, instead: "лицензиядан айыру", bad: "лицензияны қайтарып алу", good: "лицензиядан айыру"},
	{langs: "kk", pattern: `(?i)рәсімде`, instead: "ресімдеу", bad: "қайта рәсімдеу", good: "қайта ресімдеу"},
	{langs: paper, pattern: `(?i)(^|\P{L})оригинал`, instead: "түпнұсқа, подлинник", bad: "копия с оригинала", good: "копия с подлинника"},
	{langs: "kk", pattern: `(?i)тасымал(дау|дағ)`, instead: "қағаз жеткізгіш", bad: "қағаз тасымалдаушы", good: "қағаз жеткізгіш"},
	{langs: "kk", pattern: `(?i)(құжат|мөр) түпнұсқа[,.;]`, instead: "құжаттың түпнұсқалығы расталды, мөрдің шынайылығы расталды", bad: "Құжат түпнұсқа, бірақ", good: "Құжаттың түпнұсқалығы расталды, бірақ"},
	{langs: "kk", pattern: `(?i)кері қайтару`, instead: "дәлелді бас тарту", bad: "негізделіп кері қайтару", good: "дәлелді бас тарту"},
	{langs: "kk", pattern: `(?i)үзінді($|[^ ]| [^к]|нің|ні|де)`, instead: "үзінді көшірме", bad: "Үзінді берілген күн", good: "Үзінді көшірменің берілген күні"},
	// Manner.
	{langs: "kk", pattern: `(ЖСН|БСН)(/БСН)? нөмір`, instead: "ЖСН-і, БСН-і", bad: "ЖСН нөмірі", good: "ЖСН-і"},
	{langs: "kk", pattern: `(?i)(болу|болмау|расталмау|жоқтығы?)(ы|і)?мен байланысты`, instead: "болуына байланысты", bad: "болмауымен байланысты", good: "болмауына байланысты"},
	{langs: "kk", pattern: `(?i)мұражай|(^| )біз( |дің|дікі)|қызметтен (сақта|қайта)|сенбе|мекен-жай|нөмер|айырықша`, instead: "музей, тізілім, сайт, қабылдамаңыз, мекенжай, нөмір, айрықша", bad: "мекен-жайы", good: "мекенжайы"},
	{langs: "ru", pattern: `(?i)служб`, instead: "информационная система, сайт", bad: "Связи со службой нет", good: "Связи с сайтом нет", but: []string{"Номер обращения для службы поддержки:"}},
	{langs: "ru", pattern: `(?i)(^|\P{L})(еще|ее|нее|отчет|объем|учет|учтен|статьей|платежн|подтвержден([ ,.]|$)|возобновлен([ ,.]|$)|введен([ ,.]|$)|включен([ ,.]|$)|утвержден([ ,.]|$)|истек([ ,.]|$)|прошел|причем|трех|четырех)`, instead: "ё", bad: "еще не выдан", good: "ещё не выдан"},
	{langs: "ru", pattern: `(?i)не полагайтесь|свеж(ий|его|ему|их)|само собой|что-то не так`, instead: "не принимайте, актуальный, автоматически", bad: "свежий список", good: "актуальный список"},
	{langs: "en", pattern: `(?i)\blicense|\bauthori[z]|\borgani[z]|\brecogni[z]e`, instead: "British spelling, as everywhere: licence, authorise, organisation", bad: "the license", good: "the licence"},
}

// predicates end the Kazakh sentences of ours: a finite verb, or a word that
// stands for one.
var predicates = regexp.MustCompile(`(ды|ді|ты|ті|ңыз|ңіз|мын|мін|пын|пін|ған|ген|қан|кен|алмады|емеді|емес|еді|болады|жоқ|бар|қажет|керек|мүмкін|тиіс|қолданыста|жарамды|жарамсыз|солай|тең|бірдей|белгісіз|қате|бос|үлкен|ұзақ|көп|қолжетімсіз|қайшылықты|тұр|жатыр|өзгеше|\{[a-z_]+\})$`)

// sentences are the rooms of words whose every phrase is one, with a full stop or
// without.
var sentences = regexp.MustCompile(`^words (problem|field|rule|signing\.(reason|why|format|broken)|calendar\.missing|calendar\.not_confirmed)(\.|$)`)

// nine are the letters that Kazakh has and Russian has not.
const nine = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"

func TestHouseRules(t *testing.T) {
	all := everySaid(t)
	if len(all) < 2000 {
		t.Fatalf("only %d texts were found", len(all))
	}
	for _, s := range all {
		for _, wrong := range against(s) {
			t.Errorf("%s: %s: %q %s", s.place, s.lang, s.text, wrong)
		}
	}
}

// Every rule notices what it is for, and no other text; a text that breaks one is
// refused wherever it stands.
func TestHouseRulesAreTested(t *testing.T) {
	for _, rule := range houseRules {
		lang, _, _ := strings.Cut(rule.langs, " ")
		if strings.Contains(rule.langs, "ru") && !strings.ContainsAny(rule.bad, nine) {
			lang = "ru"
		}
		if !regexp.MustCompile(rule.pattern).MatchString(plain(rule.bad)) {
			t.Errorf("%s takes %q", rule.pattern, rule.bad)
		}
		if wrong := against(said{"a test", lang, rule.good}); len(wrong) != 0 {
			t.Errorf("%q: %q", rule.good, wrong)
		}
		for _, s := range []said{{"a test", lang, rule.bad}, {"words a.key", lang, "Бірінші сөз. " + rule.bad}} {
			if s.lang != "en" && !strings.HasPrefix(rule.pattern, "^") && len(against(s)) == 0 {
				t.Errorf("%q is taken", s.text)
			}
		}
	}
	for _, c := range []struct{ place, lang, text, want string }{
		{"a test", "ru", "Одинъ ўзел", "has a letter of another language"},
		{"a test", "ru", "один і два", "has a letter of Kazakh in a Russian text"},
		{"a test", "kk", "Құжат тізілімде.", "has a sentence without a predicate: \"Құжат тізілімде\""},
		{"a test", "kk", "Құжат тізілімде. Оны тексеріңіз.", "has a sentence without a predicate: \"Құжат тізілімде\""},
		{"words problem.new", "kk", "Мұндай мекенжай", "has a sentence without a predicate: \"Мұндай мекенжай\""},
		{"a test", "kk", "Құжат тізілімде бар. Оны тексеріңіз.", ""},
		{"words problem.new", "kk", "Мұндай мекенжай жоқ", ""},
		{"words page.new_hint", "kk", "25 МБ-қа дейін.", ""},
	} {
		got := against(said{c.place, c.lang, c.text})
		if c.want == "" && len(got) != 0 || c.want != "" && !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, c.want) }) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// against says what rules a text breaks.
func against(s said) (wrong []string) {
	for _, rule := range houseRules {
		if !strings.Contains(rule.langs, s.lang) || !strings.HasPrefix(s.place, rule.in) || slices.Contains(rule.but, s.text) {
			continue
		}
		if found := regexp.MustCompile(rule.pattern).FindString(plain(s.text)); found != "" {
			wrong = append(wrong, "has "+strconv.Quote(found)+": "+rule.instead)
		}
	}
	for _, r := range s.text {
		if unicode.Is(unicode.Cyrillic, r) && !(r >= 'А' && r <= 'я' || r == 'Ё' || r == 'ё' || strings.ContainsRune(nine, r)) {
			wrong = append(wrong, "has a letter of another language: "+string(r))
		}
		if s.lang == "ru" && strings.ContainsRune("ІіҺһ", r) && !strings.ContainsAny(s.text, "ӘәҒғҚқҢңӨөҰұҮү") {
			wrong = append(wrong, "has a letter of Kazakh in a Russian text: "+string(r))
		}
	}
	if s.lang == "kk" {
		if unfinished := withoutPredicate(s); unfinished != "" {
			wrong = append(wrong, "has a sentence without a predicate: "+strconv.Quote(unfinished))
		}
	}
	return wrong
}

// plain takes out what is no text: places of fields, and names that are Latin.
func plain(s string) string {
	return strings.NewReplacer("{number}", "1", "{year}", "2026", "QR-код", "код", "PDF-", "").Replace(s)
}

// withoutPredicate returns the first sentence of a Kazakh text that has none.
// Lists after a colon, what a dash makes a predicate, hints below a field and contents
// of documents need none.
func withoutPredicate(s said) string {
	whole := sentences.MatchString(s.place)
	if strings.HasSuffix(s.place, "_hint") || strings.Contains(s.place, "specimens") || strings.Contains(s.place, "samples") || !whole && !strings.HasSuffix(s.text, ".") {
		return ""
	}
	for _, sentence := range strings.Split(strings.TrimSuffix(s.text, "."), ". ") {
		last := strings.TrimRight(aside.ReplaceAllString(sentence, ""), "?!")
		if !predicates.MatchString(last) && !strings.ContainsAny(last, ":—") && (whole || strings.Contains(last, " ")) && !abbreviated.MatchString(last) {
			return sentence
		}
	}
	return ""
}

// aside is what stands in brackets; abbreviated is what a point ended that ends no
// sentence.
var (
	aside       = regexp.MustCompile(` \([^)]*\)`)
	abbreviated = regexp.MustCompile(`(^|[ (])(ж|т|б|ст|қ|ғ|[А-ЯӘҒҚҢӨҰҮҺІ])$`)
)

// editionOfToday is the draft edition, compiled: what it takes from the editions of
// the seeds is said in its own words. Those keep the wording of the acts.
func editionOfToday(t *testing.T) (v any) {
	t.Helper()
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	e, ok := law.Edition("2026-draft")
	if !ok {
		t.Fatal("there is no draft edition")
	}
	b, err := json.Marshal(e)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// everySaid collects the texts of the program for people: the words, layouts,
// holidays and samples, what stands in templates and scripts, and in the source.
func everySaid(t *testing.T) (all []said) {
	t.Helper()
	for _, pattern := range []string{
		"documents/pdf/layouts/*.json", "documents/pdf/forms/specimens.json", "cmd/tamga/samples/*.json", "documents/testdata/*.json",
		"documents/calendar/calendar.json", "documents/regulation/common.json",
	} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("nothing at %s: %v", pattern, err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := json.Unmarshal(raw, &v); err != nil {
				t.Fatal(err)
			}
			all = saidIn(all, file, v)
		}
	}
	all = saidIn(all, "the edition of today", editionOfToday(t))
	for _, lang := range []string{"kk", "ru", "en"} {
		for key, text := range phrasesIn(t, lang) {
			all = append(all, said{"words " + key, lang, text})
		}
	}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "var") {
			return cmpSkip(err)
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			all = append(all, saidInSource(t, path)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What people read stands in the files of words: none in templates, scripts and the
// source, but what a document holds of itself.
func TestWordsStandInTheirFiles(t *testing.T) {
	cyrillic := regexp.MustCompile(`\p{Cyrillic}`)
	for _, pattern := range []string{"api/web/templates/*.html", "api/web/offline/*.html", "api/web/offline/*.js"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("nothing at %s: %v", pattern, err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if found := cyrillic.Find(raw); found != nil {
				t.Errorf("%s has words of its own", file)
			}
		}
	}
	for _, s := range everySaid(t) {
		if strings.HasSuffix(s.place, ".go") && filepath.ToSlash(s.place) != "documents/pdf/forms/specimens.go" {
			t.Errorf("%s says %q itself", s.place, s.text)
		}
	}
}

// phrasesIn reads a file of phrases.
func phrasesIn(t *testing.T, lang string) (said map[string]string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("language", "words", lang+".json"))
	if err == nil {
		err = json.Unmarshal(raw, &said)
	}
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func cmpSkip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}

func saidIn(all []said, place string, v any) []said {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if text, ok := member.(string); ok && (name == "kk" || name == "ru" || name == "en") {
				all = append(all, said{place, name, text})
			} else {
				all = saidIn(all, place+"/"+name, member)
			}
		}
	case []any:
		for _, member := range v {
			all = saidIn(all, place, member)
		}
	}
	return all
}

func saidInSource(t *testing.T, path string) (all []said) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		kv, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		key, isName := kv.Key.(*ast.Ident)
		lit, isText := kv.Value.(*ast.BasicLit)
		if !isName || !isText || lit.Kind != token.STRING || key.Name != "KK" && key.Name != "RU" {
			return true
		}
		if text, err := strconv.Unquote(lit.Value); err == nil {
			all = append(all, said{path, strings.ToLower(key.Name), text})
		}
		return true
	})
	return all
}
