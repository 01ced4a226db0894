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
	"strconv"
	"strings"
	"testing"
	"unicode"

	"tamga/documents/regulation"
)

// said is a text that a person reads, with its place.
type said struct{ place, lang, text string }

// houseRules are the words that no text of ours has, each with what stands for it.
// They are those of a proof-reader of state documents, as far as a program can
// check them.
var houseRules = []struct {
	lang    string
	pattern string
	instead string
	but     []string // texts that have it for a reason
}{
	{"", `(?i)сертификат`, "тіркеу куәлігі, регистрационное свидетельство", nil},
	{"", `\p{Latin}\p{Cyrillic}|\p{Cyrillic}\p{Latin}`, "one script in a word", nil},
	{"", `  | [,;:!?]|\p{L} - \p{L}|№\d`, "no double space, none before a comma, a dash between words, a space after №", nil},
	{"", `["']`, "«»", nil},
	{"kk", `(?i)әрекеті (тоқта|қайта)`, "қолданысы", nil},
	{"kk", `(?i)сұрату|сұрау сал|сауал([^н]|$)|өтінім|(?i)чек-`, "сұраным, өтініш, тізбе", nil},
	{"kk", `(?i)тұтынушы|қызмет көрсетілуші|сертификат|лицензия иесі`, "көрсетілетін қызметті алушы, лицензиат", []string{
		// The legend of the diagrams of decree № 105-1613, as it stands there.
		"Соңғы тұтынушыға ұсынылатын электрондық құжат",
	}},
	{"kk", `(?i)қол қоюшы|қол қойған адам`, "қол қойған тұлға", nil},
	{"kk", `(?i)тасымал(дау|дағ)`, "қағаз жеткізгіш", []string{
		// The two labels of order № 159, annex 3, as the form has them.
		"Құжатты қағаз тасымалдаушысында растаған мемлекеттік орган",
		"Құжатты қағаз тасымалдаушысында растаған басшы (уәкілетті адам)",
	}},
	{"kk", `(?i)(құжат|мөр) түпнұсқа[,.;]`, "құжаттың түпнұсқалығы расталды, мөрдің шынайылығы расталды", nil},
	{"kk", `(ЖСН|БСН)(/БСН)? нөмір`, "ЖСН-і, БСН-і", nil},
	{"kk", `(?i)(болу|болмау|расталмау)(ы|і)мен байланысты`, "болуына байланысты", []string{
		// The seed's wording (order № 159 ¶6(4)), which an edition of 2012 prints.
		"Көрсетілетін қызметті алушының деректерінде бұзушылықтардың болуымен байланысты авторландырудан бас тартылды",
		"көрсетілетін қызметті алушының деректерінде бұзушылықтардың болуымен байланысты авторландырудан бас тартылды",
	}},
	{"kk", `(?i)қолжетімділік кілт|мұражай|(^| )біз( |дің|дікі)|қызметтен (сақта|қайта)|сенбе`, "қол жеткізу кілті, музей, тізілім, сайт, қабылдамаңыз", nil},
	{"kk", `\d{2}\.\d{2}\.\d{4} жыл|\} жылғы`, "a date with the name of its month", nil},
	{"ru", `(?i)\bоригинал|потребител|(^| )получател`, "подлинник, услугополучатель", nil},
	{"ru", `(?i)подписавш(ий|его|ему|им)($|[,.;:]| [^л])`, "подписавшее лицо", nil},
	{"ru", `(?i)служб`, "информационная система, сайт", []string{"Номер обращения для службы поддержки:"}},
	{"ru", `(?i)приостановлена?$|прекращена?$|возобновлена?$`, "действие приостановлено, прекращено, возобновлено", nil},
	{"ru", `(?i)(^|\P{L})(еще|отчет|объем|учет|статьей|платежн|подтвержден([ ,.]|$)|возобновлен([ ,.]|$)|трех|четырех)`, "ё", nil},
	{"ru", `(?i)не полагайтесь|свеж(ий|его|ему|их)|само собой|что-то не так`, "не принимайте, актуальный, автоматически", nil},
	{"ru", `\d{2}\.\d{2}\.\d{4} года|_date\} года`, "a date with the name of its month", nil},
}

// predicates end the Kazakh sentences of ours: a finite verb, or a word that
// stands for one.
var predicates = regexp.MustCompile(`(ды|ді|ты|ті|ңыз|ңіз|мын|мін|пын|пін|ған|ген|қан|кен|алмады|емеді|емес|еді|болады|жоқ|бар|қажет|керек|мүмкін|тиіс|қолданыста|жарамды|солай|тең|бірдей|белгісіз)$`)

// nine are the letters that Kazakh has and Russian has not.
const nine = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"

func TestHouseRules(t *testing.T) {
	all := everySaid(t)
	if len(all) < 1000 {
		t.Fatalf("only %d texts were found", len(all))
	}
	for _, s := range all {
		for _, rule := range houseRules {
			if rule.lang != "" && rule.lang != s.lang || contains(rule.but, s.text) {
				continue
			}
			if found := regexp.MustCompile(rule.pattern).FindString(plain(s.text)); found != "" {
				t.Errorf("%s: %s: %q has %q: %s", s.place, s.lang, s.text, found, rule.instead)
			}
		}
		for _, r := range s.text {
			if unicode.Is(unicode.Cyrillic, r) && !(r >= 'А' && r <= 'я' || r == 'Ё' || r == 'ё' || strings.ContainsRune(nine, r)) {
				t.Errorf("%s: %q has a letter of another language: %q", s.place, s.text, r)
			}
			if s.lang == "ru" && strings.ContainsRune("ІіҺһ", r) && !strings.ContainsAny(s.text, "ӘәҒғҚқҢңӨөҰұҮү") {
				t.Errorf("%s: %q has %q in a Russian text", s.place, s.text, r)
			}
		}
		if s.lang == "kk" && strings.HasSuffix(s.text, ".") && !finished(s) {
			t.Errorf("%s: %q: the last sentence has no predicate", s.place, s.text)
		}
	}
}

// The rules notice what they are for.
func TestHouseRulesAreTested(t *testing.T) {
	for _, c := range []struct{ lang, bad, good string }{
		{"kk", "Сертификат жарамды", "Тіркеу куәлігі жарамды"}, {"kk", "әрекеті тоқтатылды", "қолданысы тоқтатылды"},
		{"kk", "сауалды қайта беру", "сауалнаманы қайта беру"}, {"kk", "Қол қоюшылар", "Қол қойған тұлғалар"},
		{"kk", "Құжат түпнұсқа, бірақ", "Құжаттың түпнұсқалығы расталды, бірақ"}, {"kk", "ЖСН нөмірі", "ЖСН-і"},
		{"kk", "болмауымен байланысты", "болмауына байланысты"}, {"kk", "{application_date} жылғы", "{application_dated} № "},
		{"ru", "Подписавший: ", "Подписавшее лицо: "}, {"ru", "Приостановлена", "Действие приостановлено"}, {"ru", "еще не выдан", "ещё не выдан"},
		{"ru", "Связи со службой нет", "Связи с сайтом нет"}, {"ru", "от 03.11.2026 года", "от 3 ноября 2026 года"}, {"ru", "Получатель", "Услугополучатель"},
		{"ru", "oдин", "один"}, {"ru", "№5", "№ 5"},
	} {
		for text, want := range map[string]bool{c.bad: true, c.good: false} {
			found := false
			for _, rule := range houseRules {
				found = found || (rule.lang == "" || rule.lang == c.lang) && regexp.MustCompile(rule.pattern).MatchString(plain(text))
			}
			if found != want {
				t.Errorf("%q: %v, want %v", text, found, want)
			}
		}
	}
}

// plain takes out what is no text: places of fields, and names that are Latin.
func plain(s string) string {
	return strings.NewReplacer("{number}", "1", "{year}", "2026", "QR-код", "код", "PDF-", "").Replace(s)
}

// finished reports whether the last sentence of a Kazakh text ends with a
// predicate. Lists after a colon, hints below a field and contents of documents
// need none.
func finished(s said) bool {
	sentences := strings.Split(strings.TrimSuffix(s.text, "."), ". ")
	last := aside.ReplaceAllString(sentences[len(sentences)-1], "")
	return predicates.MatchString(last) || strings.Contains(last, ":") || !strings.Contains(last, " ") ||
		strings.HasSuffix(s.place, "_hint") || strings.Contains(s.place, "specimens")
}

// aside is what stands in brackets.
var aside = regexp.MustCompile(` \([^)]*\)`)

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

// everySaid collects the Kazakh and Russian texts of the program: the words of
// pages, layouts and samples, and those in the source.
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

func everySaid(t *testing.T) (all []said) {
	t.Helper()
	for _, pattern := range []string{
		"documents/pdf/layouts/*.json", "documents/pdf/forms/specimens.json", "cmd/tamga/samples/*.json",
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
	for _, lang := range []string{"kk", "ru"} {
		for key, text := range phrasesIn(t, lang) {
			all = append(all, said{"words " + key, lang, text})
		}
	}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != "." {
			return cmpSkip(err)
		}
		if d.IsDir() && path == filepath.Join("documents", "regulation") {
			return filepath.SkipDir // quotes the acts as they are worded
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
			if text, ok := member.(string); ok && (name == "kk" || name == "ru") {
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
