package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// statement: removed.
func (s *site) statement() {
	var list []ast.Stmt
	switch n := s.node.(type) {
	case *ast.BlockStmt:
		list = n.List
	case *ast.CaseClause:
		list = n.Body
	case *ast.CommClause:
		list = n.Body
	}
	for _, one := range list {
		switch one := one.(type) {
		case *ast.ExprStmt:
			outer := s.node
			s.node = one.X
			skip := s.uninteresting()
			s.node = outer
			if skip {
				continue
			}
		case *ast.AssignStmt:
			if one.Tok == token.DEFINE {
				continue
			}
		case *ast.ReturnStmt:
			if len(one.Results) > 0 {
				continue
			}
		case *ast.IncDecStmt, *ast.BranchStmt:
		default:
			continue
		}
		s.replace("statement", one.Pos(), one.End(), "")
	}
}

// clause: dropped, or one of its values.
func (s *site) clause() {
	n, ok := s.node.(*ast.CaseClause)
	if !ok {
		return
	}
	s.replace("clause", n.Pos(), n.End(), "")
	if len(n.List) > 1 {
		s.eachRemoved("case value", n.List, n.Colon)
	}
}

// eachRemoved removes one expression of a list with its comma.
func (s *site) eachRemoved(kind string, list []ast.Expr, end token.Pos) {
	for i, e := range list {
		switch {
		case i+1 < len(list):
			s.replace(kind, e.Pos(), list[i+1].Pos(), "")
		case i > 0:
			s.replace(kind, list[i-1].End(), e.End(), "")
		default:
			s.replace(kind, e.Pos(), end, "")
		}
	}
}

func (s *site) boolean() {
	n, ok := s.node.(*ast.Ident)
	if !ok {
		return
	}
	switch s.code.info.Uses[n] {
	case types.Universe.Lookup("true"):
		s.replace("boolean", n.Pos(), n.End(), "false")
	case types.Universe.Lookup("false"):
		s.replace("boolean", n.Pos(), n.End(), "true")
	}
}

// result: an error becomes nil, a truth either, anything else its zero value.
func (s *site) result() {
	n, ok := s.node.(*ast.ReturnStmt)
	if !ok {
		return
	}
	for _, e := range n.Results {
		tv := s.code.info.Types[e]
		if tv.Type == nil || tv.IsNil() || tv.Value != nil || len(n.Results) == 1 && isTuple(tv.Type) {
			continue
		}
		for _, zero := range zeros(tv.Type) {
			s.replace("result", e.Pos(), e.End(), zero)
		}
	}
}

func isTuple(t types.Type) bool {
	_, ok := t.(*types.Tuple)
	return ok
}

func zeros(t types.Type) []string {
	switch u := t.Underlying().(type) {
	case *types.Interface, *types.Pointer, *types.Slice, *types.Map, *types.Signature:
		return []string{"nil"}
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return []string{"false", "true"}
		case u.Info()&types.IsString != 0:
			return []string{`""`}
		case u.Info()&types.IsNumeric != 0:
			return []string{"0"}
		}
	}
	return nil
}

// literal: a number one more and one less, a character the next, a word
// another word. Texts, which have spaces, decide nothing.
func (s *site) literal() {
	n, ok := s.node.(*ast.BasicLit)
	if !ok {
		return
	}
	if s.isArc(n) {
		return
	}
	switch n.Kind {
	case token.INT:
		v, err := strconv.ParseInt(n.Value, 0, 64)
		if err != nil {
			return
		}
		s.replace("number", n.Pos(), n.End(), strconv.FormatInt(v+1, 10))
		if v > 0 {
			s.replace("number", n.Pos(), n.End(), strconv.FormatInt(v-1, 10))
		}
	case token.CHAR:
		if r, _, _, err := strconv.UnquoteChar(n.Value[1:], '\''); err == nil {
			s.replace("character", n.Pos(), n.End(), strconv.QuoteRune(r+1))
		}
	case token.STRING:
		v, err := strconv.Unquote(n.Value)
		if err != nil || v == "" || strings.ContainsAny(v, " \n%") {
			return
		}
		s.replace("word", n.Pos(), n.End(), strconv.Quote(otherWord(v)))
	}
}

// isArc reports whether a number is in an object identifier, but not its last.
func (s *site) isArc(n ast.Expr) bool {
	list, ok := s.parent().(*ast.CompositeLit)
	return ok && s.isOID(list) && list.Elts[len(list.Elts)-1] != n
}

func (s *site) isOID(n *ast.CompositeLit) bool {
	t := s.code.info.TypeOf(n)
	return t != nil && t.String() == "encoding/asn1.ObjectIdentifier"
}

// otherWord differs in its last letter or figure, so that an identifier or a
// number stays one.
func otherWord(v string) string {
	if v == "" {
		return "x"
	}
	last := v[len(v)-1]
	switch {
	case last >= '0' && last < '9', last >= 'a' && last < 'z', last >= 'A' && last < 'Z':
		return v[:len(v)-1] + string(last+1)
	case last == '9':
		return v[:len(v)-1] + "8"
	}
	return v + "x"
}

// element of a literal list, table or structure: removed.
func (s *site) element() {
	if n, ok := s.node.(*ast.CompositeLit); ok && !s.isOID(n) {
		s.eachRemoved("element", n.Elts, n.Rbrace)
	}
}

// call: nothing appended; the other of two that are easily confused.
func (s *site) call() {
	n, ok := s.node.(*ast.CallExpr)
	if !ok {
		return
	}
	switch f := n.Fun.(type) {
	case *ast.Ident:
		switch f.Name {
		case "append":
			s.replace("append", n.Pos(), n.End(), s.text(n.Args[0]))
		case "min":
			s.replace("call", f.Pos(), f.End(), "max")
		case "max":
			s.replace("call", f.Pos(), f.End(), "min")
		}
	case *ast.SelectorExpr:
		if len(n.Args) != 1 || !isTime(s.code.info.TypeOf(n.Args[0])) {
			return
		}
		switch f.Sel.Name { // a boundary moved, and the other direction
		case "After":
			s.replace("time", n.Pos(), n.End(), "!"+s.text(f.X)+".Before("+s.text(n.Args[0])+")")
			s.replace("time", f.Sel.Pos(), f.Sel.End(), "Before")
		case "Before":
			s.replace("time", n.Pos(), n.End(), "!"+s.text(f.X)+".After("+s.text(n.Args[0])+")")
			s.replace("time", f.Sel.Pos(), f.Sel.End(), "After")
		}
	}
}

func isTime(t types.Type) bool { return t != nil && t.String() == "time.Time" }

// sibling: another constant of the same type for the one that is named.
func (s *site) sibling() {
	n, ok := s.node.(*ast.Ident)
	if !ok {
		return
	}
	used, ok := s.code.info.Uses[n].(*types.Const)
	if !ok || used.Pkg() == nil || used.Parent() != used.Pkg().Scope() {
		return
	}
	named, ok := used.Type().(*types.Named)
	if !ok || named.Obj().Pkg() == nil || !strings.HasPrefix(named.Obj().Pkg().Path(), s.code.module()) {
		return
	}
	if other := siblingOf(used, s.code.types); other != "" {
		s.replace("constant", n.Pos(), n.End(), other)
	}
}

// module is the first part of the import path, which all of ours share.
func (c *code) module() string { return strings.SplitN(c.ImportPath, "/", 2)[0] }

// siblingOf returns the next constant of the type by name, and after the last
// the first; only exported ones of another package can be named.
func siblingOf(used *types.Const, from *types.Package) string {
	first := ""
	passed := false
	scope := used.Pkg().Scope()
	for _, name := range scope.Names() {
		c, ok := scope.Lookup(name).(*types.Const)
		if !ok || !types.Identical(c.Type(), used.Type()) || used.Pkg() != from && !c.Exported() {
			continue
		}
		switch {
		case name == used.Name():
			passed = true
		case passed:
			return name
		case first == "":
			first = name
		}
	}
	return first
}
