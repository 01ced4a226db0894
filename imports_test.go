package tamga_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the picture of ARCHITECTURE.md: which of our packages each of
// our packages may import. A package that is not here does not belong here.
var mayImport = map[string][]string{
	"certs/gost":                      {},
	"certs/der":                       {},
	"certs":                           {"certs/der", "certs/gost", "jsonfile"},
	"certs/revocation":                {"certs", "certs/der", "certs/revocation/serials", "jsonfile"},
	"certs/revocation/serials":        {"certs/der"},
	"certs/exchange":                  {},
	"certs/revocation/ocsp":           {"certs", "certs/der", "certs/exchange", "certs/revocation"},
	"certs/revocation/fetch":          {"certs", "certs/revocation", "certs/revocation/serials", "jsonfile"},
	"certs/ca":                        {"certs", "certs/der", "certs/gost", "certs/revocation"},
	"signing/pades":                   {"certs/der"},
	"signing/pades/changes":           {"signing/pades"},
	"signing/pkcs12":                  {"certs", "certs/der", "certs/gost"},
	"signing/pkcs11":                  {"certs", "certs/der"},
	"signing/armour":                  {},
	"signing/cms":                     {"certs", "certs/der"},
	"signing/xmldsig/xmltree":         {},
	"signing/xmldsig":                 {"certs", "certs/der", "signing/xmldsig/xmltree"},
	"signing/signtest/pdfattack":      {"signing/pades"},
	"signing/signtest/pdfgrammar":     {"signing/signtest/pdfattack"},
	"signing/signtest/xmlattack":      {"certs", "certs/der", "signing/xmldsig"},
	"signing/tsp":                     {"certs", "certs/der", "signing/cms"},
	"signing/tsa":                     {"certs", "certs/exchange", "signing/cms", "signing/tsp"},
	"signing":                         {"certs", "certs/der", "certs/gost", "certs/revocation", "signing/armour", "signing/cms", "signing/pades", "signing/pades/changes", "signing/tsp", "signing/xmldsig", "signing/xmldsig/xmltree", "certs/revocation/ocsp", "language", "language/words", "jsonfile"},
	"signing/creation/appearance":     {"certs", "fonts", "language", "language/words", "qr", "signing/pades"},
	"signing/creation":                {"certs", "certs/der", "certs/revocation", "certs/revocation/ocsp", "signing", "signing/armour", "signing/cms", "signing/creation/appearance", "signing/pades", "signing/pades/changes", "signing/tsp", "signing/xmldsig"},
	"signing/signtest":                {"certs", "certs/ca", "certs/revocation", "certs/revocation/ocsp", "signing", "signing/cms", "signing/creation", "signing/pades", "signing/tsa", "signing/tsp"},
	"signing/signtest/orders":         {"certs", "certs/ca", "certs/der", "certs/revocation", "certs/revocation/ocsp", "signing", "signing/cms", "signing/signtest", "signing/tsa", "signing/tsp"},
	"signing/interop":                 {},
	"signing/spool":                   {},
	"signing/receipt":                 {"signing", "signing/creation"},
	"documents":                       {"certs", "language", "language/words"},
	"qr":                              {},
	"fonts":                           {},
	"jsonfile":                        {},
	"documents/calendar":              {"documents", "language", "language/words", "jsonfile"},
	"documents/regulation":            {"documents", "documents/calendar", "language", "language/words", "jsonfile"},
	"documents/rulebook":              {"documents", "documents/calendar", "documents/pdf", "documents/pdf/forms", "documents/regulation", "documents/store"},
	"documents/regulation/diagram":    {"documents/regulation", "language", "language/words"},
	"documents/regulation/paths":      {"documents/regulation"},
	"documents/pdf":                   {"documents", "fonts", "language/words", "qr", "jsonfile"},
	"documents/pdf/forms":             {"documents", "documents/pdf", "language", "language/words", "jsonfile"},
	"documents/seal":                  {"documents"},
	"documents/attachments":           {"documents", "documents/attachments/outline", "documents/registry", "documents/regulation", "documents/store"},
	"documents/attachments/clamd":     {},
	"documents/attachments/outline":   {"certs/der", "signing/pades"},
	"documents/conditions":            {"documents", "documents/applications", "documents/attachments", "documents/people", "documents/regulation", "documents/store"},
	"documents/applications":          {"certs", "documents", "documents/attachments", "documents/calendar", "documents/messages", "documents/registry", "documents/regulation", "documents/rulebook", "documents/store", "language", "language/words", "signing"},
	"documents/signings":              {"documents/store"},
	"documents/messages":              {"documents", "documents/registry", "documents/regulation", "documents/store", "language", "language/words"},
	"documents/messages/gateway":      {"documents/messages"},
	"documents/messages/demo":         {"documents/messages"},
	"documents/questionnaire":         {"documents", "documents/registry", "documents/store"},
	"documents/gateways":              {"certs", "certs/exchange", "documents", "documents/gateways/message", "documents/messages", "documents/registry", "documents/regulation", "documents/store", "language", "signing", "signing/creation"},
	"documents/gateways/demo":         {"certs", "documents/gateways", "documents/gateways/message", "signing", "signing/creation"},
	"documents/gateways/inbox":        {"certs", "documents", "documents/applications", "documents/gateways", "documents/gateways/message", "documents/registry", "documents/regulation", "documents/store", "jsonfile", "signing"},
	"documents/gateways/message":      {"jsonfile", "signing/xmldsig/xmltree"},
	"documents/people":                {"certs", "documents", "documents/registry", "documents/regulation", "documents/rulebook", "documents/store", "jsonfile", "signing"},
	"documents/people/cast":           {"certs", "certs/ca", "documents", "documents/people", "documents/regulation", "jsonfile"},
	"documents/registry":              {"certs", "documents", "documents/calendar", "documents/pdf", "documents/pdf/forms", "documents/regulation", "documents/rulebook", "documents/seal", "documents/store", "jsonfile", "signing", "signing/creation"},
	"documents/store":                 {},
	"documents/store/storetest":       {"documents/store"},
	"documents/registry/registrytest": {"certs", "certs/ca", "certs/revocation", "documents/calendar", "documents/pdf", "documents/registry", "documents/regulation", "signing", "signing/creation"},
	"language":                        {},
	"language/words":                  {"language", "jsonfile"},
	"oracletest":                      {},
	"judgetest":                       {},
	"browsertest":                     {"judgetest"},
	"api/web":                         {"language", "language/words"},
	"api/strictjson":                  {"signing/armour"},
	"signing/ncalayer":                {"certs", "signing/cms", "signing/creation"},
	"api/site":                        {"api/web", "language", "language/words", "qr"},
	"api":                             {"api/site", "api/strictjson", "api/web", "certs", "certs/revocation/fetch", "documents", "documents/applications", "documents/attachments", "documents/attachments/outline", "documents/calendar", "documents/conditions", "documents/gateways", "documents/gateways/inbox", "documents/gateways/message", "documents/messages", "documents/pdf", "documents/pdf/forms", "documents/people", "documents/questionnaire", "documents/registry", "documents/regulation", "documents/regulation/diagram", "documents/rulebook", "documents/seal", "documents/signings", "documents/store", "language", "language/words", "signing", "signing/armour", "signing/creation", "signing/creation/appearance", "signing/pades", "signing/receipt", "signing/spool", "signing/tsp"},
	"api/walk":                        {"documents", "documents/calendar", "documents/people/cast", "documents/regulation", "documents/regulation/paths", "jsonfile"},
	"requirements":                    {},
	"cmd/tamga":                       nil, // wires everything
}

// owner says which one package may import an outside library, by the prefix
// of the library's import path.
var owner = map[string]string{
	"github.com/alecthomas/kong":         "cmd/tamga",
	"github.com/labstack/echo/v4":        "api",
	"github.com/segmentio/asm":           "signing/armour",
	"github.com/go-json-experiment/json": "api/strictjson",
	"github.com/jackc/pgx/v5":            "documents/store",
	"modernc.org/sqlite":                 "documents/store",
	"github.com/pressly/goose/v3":        "documents/store",
	"golang.org/x/crypto":                "documents/people",
	"golang.org/x/mod":                   "documents/registry",
	"golang.org/x/sync":                  "api",
	"github.com/jung-kurt/gofpdf":        "documents/pdf",
	"github.com/makiuchi-d/gozxing":      "qr", // tests
	"golang.org/x/text":                  "documents",
	"github.com/coder/websocket":         "signing/ncalayer",
	"github.com/chromedp/chromedp":       "browsertest",
	"github.com/chromedp/cdproto":        "browsertest",
	"go.mozilla.org/pkcs7":               "signing/cms",
	"github.com/digitorus/pdfsign":       "signing/creation",
	"github.com/digitorus/pdf":           "signing/creation",
	"github.com/miekg/pkcs11":            "signing/pkcs11", // with its build tag
	"github.com/rogpeppe/go-internal":    "cmd/tamga",      // tests
}

// pure packages read no clock, no file, no network, no database.
var pure = []string{"api/strictjson", "certs", "certs/der", "certs/gost", "documents", "documents/calendar", "documents/gateways/message", "documents/pdf/forms", "documents/regulation", "documents/regulation/diagram", "documents/regulation/paths", "documents/seal", "jsonfile", "language", "language/words", "signing/armour", "signing/xmldsig/xmltree"}

var impure = []string{"os", "net", "net/http", "database/sql", "io/ioutil", "os/exec", "log", "log/slog", "syscall"}

type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
	GoFiles                            []string
	Doc                                string
}

func packages(t *testing.T) []goPackage {
	out, err := exec.Command("go", "list", "-tags=pkcs11", "-json=ImportPath,Imports,TestImports,XTestImports,GoFiles,Doc", "./...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportsFollowThePicture(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "tamga"), "/")
		if name == "" {
			continue // this test
		}
		allowed, known := mayImport[name]
		if !known {
			t.Errorf("%s is not in the picture: add it to ARCHITECTURE.md and to this test, or put it elsewhere", name)
			continue
		}
		if p.Doc == "" {
			t.Errorf("%s has no package documentation", name)
		}
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, "tamga/")
			if isOurs && name != "cmd/tamga" && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which the picture does not allow", name, ours)
			}
			if slices.Contains(pure, name) && slices.Contains(impure, imported) {
				t.Errorf("%s imports %s and should be pure", name, imported)
			}
			if name == "certs/gost" && strings.Contains(imported, ".") {
				t.Errorf("certs/gost imports %s and should need the standard library only", imported)
			}
		}
	}
}

func TestOnePackagePerOutsideLibrary(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "tamga"), "/")
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			first, _, _ := strings.Cut(imported, "/")
			if !strings.Contains(first, ".") {
				continue // standard library or ours
			}
			library, ok := libraryOf(imported)
			if !ok {
				t.Errorf("%s imports %s, which has no owner in this test", name, imported)
				continue
			}
			if owner[library] != name {
				t.Errorf("%s imports %s, which belongs to %s alone", name, imported, owner[library])
			}
		}
	}
}

func libraryOf(imported string) (string, bool) {
	for library := range owner {
		if imported == library || strings.HasPrefix(imported, library+"/") {
			return library, true
		}
	}
	return "", false
}

// An owner in the table that imports nothing of its library is a line that
// nobody needs any more.
func TestEveryOwnerUsesItsLibrary(t *testing.T) {
	used := map[string]bool{}
	for _, p := range packages(t) {
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if library, ok := libraryOf(imported); ok {
				used[library] = true
			}
		}
	}
	for library := range owner {
		if !used[library] {
			t.Errorf("nothing imports %s", library)
		}
	}
}

// Some libraries stay behind one file, not only one package.
func TestLibrariesInOneFile(t *testing.T) {
	for library, file := range map[string]string{
		"go.mozilla.org/pkcs7":         "signing/cms/pkcs7.go",
		"github.com/digitorus/pdfsign": "signing/creation/pdfsign.go",
	} {
		out, err := exec.Command("grep", "-rlE", "--include=*.go", "--exclude=*_test.go", `"`+library+`[/"]`, "signing").Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Fields(string(out)); !slices.Equal(got, []string{file}) {
			t.Errorf("%s is imported by %v", library, got)
		}
	}
}
