package tamga_test

import (
	"fmt"
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
)

// wordFamilies are the rooms of words whose keys are the values of a type: each
// constant has a phrase, and each phrase is of a constant. What is beside them is
// said of a value that is none of these.
var wordFamilies = []struct {
	room, directory, of string
	beside, without     []string
}{
	{"status", "documents", "Status", nil, nil},
	{"kind", "documents", "Kind", nil, nil},
	{"event", "documents", "EventKind", nil, nil},
	{"purpose", "documents", "Purpose", nil, nil},
	{"subtype", "documents", "Subtype", nil, nil},
	{"failed_check", "documents", "FailedCheck", nil, nil},
	{"identity_document", "documents", "DocumentKind", nil, nil},
	{"signing.file", "signing", "FileKind", nil, nil},
	{"signing.reason", "signing", "SubIndication", []string{"unknown"}, nil},
	{"receipt.acceptance", "signing", "Acceptance", nil, nil},
	{"receipt.outcome", "signing", "CheckStatus", nil, nil},
	{"state.list", "certs/revocation/fetch", "State", nil, nil},
	{"state.system", "documents/gateways", "System", nil, nil},
	{"verify.mend", "signing", "SubIndication", nil, nil},
	{"verify.covers", "signing", "Covers", nil, nil},
	{"verify.state", "signing", "CheckStatus", nil, nil},
	{"verify.role_is", "certs", "Role", nil, nil},
	{"verify.one_is", "signing", "Acceptance", nil, nil},
	{"verify.certificate_is", "signing", "Acceptance", nil, nil},
	{"regulation.channel", "documents/regulation", "Channel", nil, nil},
	{"diagram.step", "documents/regulation", "StepKind", nil, nil},
}

// Every code by which a client is told what is wrong with a field, and every rule of
// events, has words, and no others have.
func TestCodesHaveWords(t *testing.T) {
	s := readSource(t)
	fields := slices.Concat(s.named["documents Code"], s.named["documents/people Code"], s.named["api/strictjson Code"], s.named["api field"])
	for room, codes := range map[string][]string{"field": fields, "rule": s.named["documents Rule"]} {
		slices.Sort(codes)
		codes = slices.Compact(codes)
		if len(codes) < 10 {
			t.Errorf("only %d codes of %s were found", len(codes), room)
		}
		var said []string
		for key := range phrasesIn(t, "kk") {
			if name, ok := strings.CutPrefix(key, room+"."); ok {
				said = append(said, name)
			}
		}
		slices.Sort(said)
		if !slices.Equal(said, codes) {
			t.Errorf("%s has words for %q, and the codes are %q", room, said, codes)
		}
	}
}

// source is what the program's files say of words.
type source struct {
	literals map[string]string   // every string, with a place
	asked    map[string]string   // keys of words.Of
	counted  map[string]string   // keys of words.Count
	asks     map[string]string   // beginnings of keys in a call of words.Of, which a value ends
	begun    map[string]string   // what may be such a beginning
	rooms    map[string]string   // of words.Room
	values   map[string][]string // of the constants of a type, by directory and type
	named    map[string][]string // of the constants whose names begin so, and the codes of fields in the source of api
}

// Every key that the program asks for is in the files of words, and it asks for
// every key that is there.
func TestWordsAreUsed(t *testing.T) {
	s := readSource(t)
	said := phrasesIn(t, "kk")
	for key, place := range s.asked {
		if said[key] == "" {
			t.Errorf("%s: no words for %q", place, key)
		}
	}
	for key, place := range s.counted {
		for _, form := range []string{".one", ".few", ".many"} {
			if said[key+form] == "" {
				t.Errorf("%s: no words for %q", place, key+form)
			}
		}
	}
	for begins, place := range s.asks {
		if !slices.ContainsFunc(slices.Collect(mapKeys(said)), func(key string) bool { return strings.HasPrefix(key, begins) }) {
			t.Errorf("%s: no words begin with %q", place, begins)
		}
	}
	for key := range said {
		if !s.uses(key) {
			t.Errorf("nothing says %q", key)
		}
	}
	if s.uses("signing.nobody") || s.uses("page.nobody") || s.uses("status.nobody") || s.uses("unit.nobody.one") {
		t.Error("what is not in the program is said to be used")
	}
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// Every value of a type whose values are told in words has them.
func TestValuesHaveWords(t *testing.T) {
	s := readSource(t)
	said := phrasesIn(t, "kk")
	for _, f := range wordFamilies {
		values := s.values[f.directory+" "+f.of]
		if len(values) < 2 {
			t.Errorf("only %d values of %s %s were found", len(values), f.directory, f.of)
		}
		var named []string
		for key := range said {
			if name, ok := strings.CutPrefix(key, f.room+"."); ok && !slices.Contains(f.beside, name) {
				named = append(named, name)
			}
		}
		slices.Sort(named)
		slices.Sort(values)
		values = slices.DeleteFunc(values, func(v string) bool { return v == "" || slices.Contains(f.without, v) })
		if !slices.Equal(named, values) {
			t.Errorf("%s has words for %q, and %s.%s the values %q", f.room, named, f.directory, f.of, values)
		}
	}
}

// uses reports whether the program may say a key.
func (s *source) uses(key string) bool {
	if s.asked[key] != "" || s.literals[key] != "" {
		return true
	}
	room, name, _ := strings.Cut(key, ".")
	if s.rooms[room] != "" {
		if room == "offline" {
			name = "offline_" + name
		}
		return s.literals[name] != "" || s.begins(name)
	}
	if form := strings.LastIndex(key, "."); form > 0 && slices.Contains([]string{".one", ".few", ".many"}, key[form:]) {
		return s.counted[key[:form]] != "" || s.literals[key[:form]] != ""
	}
	return s.begins(key)
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

// begins reports whether a key is a beginning and a value that the program has.
func (s *source) begins(key string) bool {
	for begun := range s.begun {
		value, ok := strings.CutPrefix(key, begun)
		if !ok {
			continue
		}
		if _, err := strconv.Atoi(value); err == nil || s.literals[value] != "" {
			return true
		}
		if begun == "country." && countryCode.MatchString(value) { // data: no code names them
			return true
		}
	}
	return false
}

// readSource reads the strings of the program: those of Go, and of the templates
// and scripts of its pages. The names of layouts are names of files.
func readSource(t *testing.T) *source {
	t.Helper()
	s := &source{
		literals: map[string]string{}, asked: map[string]string{}, counted: map[string]string{}, asks: map[string]string{},
		begun: map[string]string{}, rooms: map[string]string{}, values: map[string][]string{}, named: map[string][]string{},
	}
	quoted := regexp.MustCompile(`"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)"`)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "var" || d.Name() == "jsqr"):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			s.readGo(t, path)
		case strings.HasPrefix(path, "api/web/") && (strings.HasSuffix(path, ".html") || strings.HasSuffix(path, ".js")), strings.HasPrefix(path, "documents/") && strings.HasSuffix(path, ".json"):
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range printed.FindAllStringSubmatch(string(raw), -1) {
				s.begun[m[1]] = path
			}
			for _, m := range quoted.FindAllStringSubmatch(string(raw), -1) {
				s.literals[m[1]] = path
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *source) readGo(t *testing.T, path string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.ValueSpec:
			s.constants(filepath.ToSlash(filepath.Dir(path)), n)
		case *ast.CallExpr:
			s.call(fmt.Sprint(set.Position(n.Pos())), n)
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" && filepath.Dir(path) == "api" {
				if code, ok := text(n.Value); ok {
					s.named["api field"] = append(s.named["api field"], code)
				}
			}
		case *ast.BinaryExpr:
			if left, ok := text(n.X); ok && n.Op == token.ADD && keyBegins.MatchString(left) {
				s.begun[left] = path
			}
		case *ast.BasicLit:
			if literal, ok := text(n); ok {
				s.literals[literal] = path
				// A constant that ends with a point is the beginning of keys.
				if keyBegins.MatchString(literal) {
					s.begun[literal] = path
				}
			}
		}
		return true
	})
}

// printed finds the beginning of a key in a template, which a value ends.
var printed = regexp.MustCompile(`\(print "([a-z_]+(?:\.[a-z_]+)*[._])" `)

// keyBegins is what the beginning of a key looks like that a value ends.
var keyBegins = regexp.MustCompile(`^[a-z_]+(\.[a-z_]+)*[._]$`)

// call notes what a call asks the words for, and what code badField is given.
func (s *source) call(place string, call *ast.CallExpr) {
	if of, ok := call.Fun.(*ast.Ident); ok && of.Name == "badField" {
		if code, ok := text(call.Args[1]); ok {
			s.named["api field"] = append(s.named["api field"], code)
		}
	}
	of, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 {
		return
	}
	if pkg, ok := of.X.(*ast.Ident); !ok || pkg.Name != "words" {
		return
	}
	key, ok := text(call.Args[0])
	if sum, isSum := call.Args[0].(*ast.BinaryExpr); isSum && !ok {
		if begins, ok := text(sum.X); ok {
			s.asks[begins] = place
		}
	}
	if !ok {
		return
	}
	switch of.Sel.Name {
	case "Of":
		s.asked[key] = place
	case "Count":
		s.counted[key] = place
	case "Room":
		s.rooms[key] = place
	}
}

// constants notes the values of typed constants.
func (s *source) constants(directory string, spec *ast.ValueSpec) {
	for i, v := range spec.Values {
		for _, begins := range []string{"Code", "Rule"} {
			if value, ok := text(v); ok && strings.HasPrefix(spec.Names[i].Name, begins) {
				s.named[directory+" "+begins] = append(s.named[directory+" "+begins], value)
			}
		}
	}
	of, ok := spec.Type.(*ast.Ident)
	if !ok {
		return
	}
	for _, v := range spec.Values {
		if value, ok := text(v); ok {
			s.values[directory+" "+of.Name] = append(s.values[directory+" "+of.Name], value)
		}
	}
}

// text returns the value of a string in the source.
func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(lit.Value)
	return value, err == nil
}
