package main

import (
	"bytes"
	"cmp"
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
)

// listed is what `go list` says about a package.
type listed struct {
	ImportPath, Dir, Export            string
	GoFiles, TestGoFiles, XTestGoFiles []string
	EmbedFiles                         []string
	Imports, TestImports, XTestImports []string
	Module                             *struct{ Main bool }
}

func (p *listed) tested() bool { return len(p.TestGoFiles)+len(p.XTestGoFiles) > 0 }

// program is a module at a folder: its own packages, and compiled export data
// of everything that they import.
type program struct {
	root   string
	own    map[string]*listed
	export map[string]string
}

func load(root string) (*program, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,TestGoFiles,XTestGoFiles,EmbedFiles,Imports,TestImports,XTestImports,Module", "./...")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	p := &program{root: root, own: map[string]*listed{}, export: map[string]string{}}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		l := new(listed)
		if err := d.Decode(l); errors.Is(err, io.EOF) {
			return p, nil
		} else if err != nil {
			return nil, err
		}
		p.export[l.ImportPath] = l.Export
		if l.Module != nil && l.Module.Main {
			p.own[l.ImportPath] = l
		}
	}
}

// byFolder returns the package in a folder of the module: "./signing".
func (p *program) byFolder(folder string) (*listed, error) {
	dir := filepath.Join(p.root, folder)
	for _, l := range p.own {
		if l.Dir == dir {
			return l, nil
		}
	}
	return nil, fmt.Errorf("there is no package in %s", folder)
}

// tests returns the packages whose tests can reach a package: its own first,
// then those that import it, the ones with little else before the ones with
// much.
func (p *program) tests(path string) []*listed {
	var all []*listed
	size := map[string]int{}
	for _, l := range p.own {
		reached := p.reached(l)
		if l.tested() && (l.ImportPath == path || reached[path]) {
			all = append(all, l)
			size[l.ImportPath] = len(reached)
		}
	}
	size[path] = -1
	slices.SortFunc(all, func(a, b *listed) int {
		return cmp.Or(size[a.ImportPath]-size[b.ImportPath], strings.Compare(a.ImportPath, b.ImportPath))
	})
	return all
}

// reached are our packages that the tests of a package are linked with.
func (p *program) reached(l *listed) map[string]bool {
	seen := map[string]bool{}
	next := slices.Concat(l.Imports, l.TestImports, l.XTestImports)
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		if q := p.own[at]; q != nil && !seen[at] {
			seen[at] = true
			next = append(next, q.Imports...)
		}
	}
	return seen
}

// source is a file of a package, and what its names mean.
type source struct {
	path string // absolute
	text []byte
	tree *ast.File
}

// code is a package with types: enough to make changes that compile, and to
// tell those that do not.
type code struct {
	*listed
	fset     *token.FileSet
	files    []*source
	info     *types.Info
	types    *types.Package
	importer types.Importer
}

func (p *program) read(l *listed) (*code, error) {
	c := &code{listed: l, fset: token.NewFileSet()}
	c.importer = importer.ForCompiler(c.fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(p.export[path])
	})
	for _, name := range l.GoFiles {
		s := &source{path: filepath.Join(l.Dir, name)}
		var err error
		if s.text, err = os.ReadFile(s.path); err != nil {
			return nil, err
		}
		if s.tree, err = parser.ParseFile(c.fset, s.path, s.text, parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		c.files = append(c.files, s)
	}
	c.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	var err error
	c.types, err = c.check(nil, nil, c.info)
	return c, err
}

// compiles reports whether the package still does with a mutant in it.
func (c *code) compiles(m *mutant) bool {
	if m.group == inFiles {
		return true
	}
	_, err := c.check(m, m.apply(), nil)
	return err == nil
}

func (c *code) check(m *mutant, changed []byte, info *types.Info) (*types.Package, error) {
	var trees []*ast.File
	for _, s := range c.files {
		tree := s.tree
		if m != nil && m.file == s.path {
			var err error
			if tree, err = parser.ParseFile(c.fset, s.path, changed, parser.SkipObjectResolution); err != nil {
				return nil, err
			}
		}
		trees = append(trees, tree)
	}
	conf := types.Config{Importer: c.importer}
	return conf.Check(c.ImportPath, c.fset, trees, info)
}
