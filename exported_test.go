package tamga_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// withoutCaller are the exported functions and methods that no production code
// calls, each with the reason why it stays. What is only needed by tests belongs
// into them.
var withoutCaller = map[string]string{
	"tamga/certs/ca.ParseHolderPEM":                 "reads what MarshalHolderPEM writes for the demonstration; the program reads keys of every form through signing/pkcs12",
	"tamga/certs/gost.Algorithm.DigestSize":         "a fact of an algorithm beside the others; the vectors compare it with the hash",
	"tamga/certs/gost.Algorithm.ParameterOID":       "a fact of an algorithm beside the others; the vectors compare it with keys of others",
	"tamga/certs/gost.BySignatureOID":               "a fact of an algorithm beside the others; the vectors ask for it",
	"tamga/certs/revocation/serials.Index.Resident": "the memory that an index takes, which is held to its promise by a test of lists of a nation's size",
	"tamga/documents.Licence.Validate":              "a licence by itself, as tests and fuzzing have it; the program validates drafts",
	"tamga/documents.Refusal.Validate":              "a refusal by itself, as tests and fuzzing have it; the program validates drafts",
	"tamga/api/walk.Cast.Applicant":                 "called through the interface People by Walker",
	"tamga/api/walk.Cast.Pay":                       "called through the interface People by Walker",
	"tamga/api/walk.Cast.Set":                       "called through the interface People by Walker",
	"tamga/api/walk.Cast.Known":                     "called through the interface People by Walker",
	"tamga/api/walk.Cast.Token":                     "called through the interface People by Walker",
	"tamga/documents/gateways.Client.Person":        "called through the interface Persons by Checks",
	"tamga/documents/gateways.Client.Organisation":  "called through the interface Organisations by Checks",
	"tamga/documents/gateways.Client.Request":       "called through the interface Payments by Checks",
	"tamga/documents/gateways.Client.Status":        "called through the interface Payments by Checks",
	"tamga/documents/gateways.Client.Power":         "called through the interface Powers by the doors of people",
	"tamga/documents/messages/gateway.Client.Put":   "called through the interface Gateway by messages.Book",
	"tamga/documents/messages/gateway.Client.Told":  "called through the interface Gateway by messages.Book",
	"tamga/documents/seal.List.StatusAt":            "what a status list says; the program's own reader of it is in JavaScript and is held against this one",
	"tamga/documents/seal.OpenList":                 "reads a status list; the program's own reader of it is in JavaScript and is held against this one",
	"tamga/qr.Code.Dark":                            "one module of a code, for decoders that judge it",
	"tamga/signing/ncalayer.Hand.Does":              "what a person does at the window of NCALayer, which tests of pages say; the demonstration's persons sign",
	"tamga/signing/pades.Fill":                      "fills a prepared file that others have made, which tests of making compare with; making fills revisions of its own",
	"tamga/signing/spool.Space.Used":                "what uploads take of the disk, which tests hold to nothing in the end",
}

// calledByName are methods that are called through interfaces of the standard
// library and of the libraries that we use.
var calledByName = []string{
	"Error", "Unwrap", "Is", "As", "String", "GoString", "Format", "ServeHTTP", "RoundTrip", "Read", "Write", "Close", "Seek",
	"MarshalJSON", "UnmarshalJSON", "UnmarshalJSONFrom", "MarshalText", "UnmarshalText", "Public", "Sign", "Serialize", "ReadHashes",
	"Accept", "LogValue", "Equal",
}

// testRooms hold what tests need; nothing of the program calls them.
var testRooms = []string{"judgetest", "browsertest", "oracletest", "documents/store/storetest", "documents/registry/registrytest", "signing/signtest", "signing/interop"}

type compiledPackage struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Standard                bool
}

// TestExportedFunctionsAreCalled: a promise has a door. What is written and tested
// must be reached by a command, a route or a page, or say why not.
func TestExportedFunctionsAreCalled(t *testing.T) {
	declared, used := map[string]bool{}, map[string]bool{}
	everyPackage(t, func(p *compiledPackage, info *types.Info) {
		for _, o := range info.Uses {
			if f, ok := o.(*types.Func); ok {
				used[fullName(f)] = true
			}
		}
		room := strings.TrimPrefix(p.ImportPath, "tamga/")
		inTests := slices.ContainsFunc(testRooms, func(r string) bool { return room == r || strings.HasPrefix(room, r+"/") })
		for _, o := range info.Defs {
			f, ok := o.(*types.Func)
			if !ok || !f.Exported() || inTests || p.ImportPath == "tamga/cmd/tamga" || isPromised(f) {
				continue
			}
			declared[fullName(f)] = true
		}
	})
	if len(declared) < 200 {
		t.Fatalf("only %d exported functions were found", len(declared))
	}
	for name := range declared {
		_, excused := withoutCaller[name]
		switch {
		case !used[name] && !excused:
			t.Errorf("%s has no production caller: give it a door, take it out, or say why it stays", name)
		case used[name] && excused:
			t.Errorf("%s is called, and needs no reason any more", name)
		}
	}
	for name, reason := range withoutCaller {
		if !declared[name] || reason == "" {
			t.Errorf("%s is none of ours, or stands without a reason", name)
		}
	}
}

// isPromised reports whether a method is called by its name through an interface,
// as those of types are that nobody else can name, or is part of an interface of
// ours.
func isPromised(f *types.Func) bool {
	receiver := f.Signature().Recv()
	if receiver == nil {
		return false
	}
	t := receiver.Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := t.(*types.Named)
	return slices.Contains(calledByName, f.Name()) || types.IsInterface(t) || ok && !named.Obj().Exported()
}

// fullName names a function or a method of a type, whatever its parameters.
func fullName(f *types.Func) string {
	f = f.Origin()
	name := f.Name()
	if r := f.Signature().Recv(); r != nil {
		t := r.Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		if n, ok := t.(*types.Named); ok {
			name = n.Obj().Name() + "." + name
		}
	}
	if f.Pkg() == nil {
		return name
	}
	return f.Pkg().Path() + "." + name
}

// everyPackage checks the types of the production code of every package of ours.
func everyPackage(t *testing.T, visit func(*compiledPackage, *types.Info)) {
	t.Helper()
	out, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Standard", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ours []*compiledPackage
	exports := map[string]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p compiledPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if p.ImportPath == "tamga" || strings.HasPrefix(p.ImportPath, "tamga/") {
			ours = append(ours, &p)
		}
	}
	files := token.NewFileSet()
	from := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(exports[path])
	})
	for _, p := range ours {
		var parsed []*ast.File
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			parsed = append(parsed, f)
		}
		info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
		if _, err := (&types.Config{Importer: from}).Check(p.ImportPath, files, parsed, info); err != nil {
			t.Fatalf("%s: %v", p.ImportPath, err)
		}
		visit(p, info)
	}
}
