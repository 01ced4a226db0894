package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// site is a node of a file with what is around it.
type site struct {
	code  *code
	src   *source
	where string
	node  ast.Node
	above []ast.Node // from the file down
	group group
	out   *[]*mutant
}

// kinds of changes, each over the nodes that it knows.
var kinds = []func(*site){
	(*site).logic, (*site).comparison, (*site).arithmetic, (*site).condition, (*site).not,
	(*site).statement, (*site).clause, (*site).boolean, (*site).result, (*site).literal,
	(*site).element, (*site).call, (*site).sibling,
}

// mutants lists every change of a package, in the order of its files.
func (c *code) mutants() []*mutant {
	var all []*mutant
	for _, src := range c.files {
		for _, d := range src.tree.Decls {
			for _, part := range parts(d) {
				s := &site{code: c, src: src, where: part.name, group: part.group, out: &all}
				ast.PreorderStack(part.node, nil, func(n ast.Node, above []ast.Node) bool {
					s.node, s.above = n, above
					if s.uninteresting() {
						return false
					}
					for _, k := range kinds {
						k(s)
					}
					return true
				})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *mutant) int {
		if a.file != b.file {
			return strings.Compare(a.file, b.file)
		}
		return a.start - b.start
	})
	number(all)
	return all
}

type part struct {
	name  string
	node  ast.Node
	group group
}

// parts splits a declaration into functions, variables and constants; types
// have nothing to change.
func parts(d ast.Decl) []part {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Body == nil {
			return nil
		}
		name := d.Name.Name
		if d.Recv != nil {
			name = types.ExprString(d.Recv.List[0].Type) + "." + name
		}
		return []part{{name, d.Body, inCode}}
	case *ast.GenDecl:
		var all []part
		for _, spec := range d.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok {
				all = append(all, part{v.Names[0].Name, v, inTables})
			}
		}
		return all
	}
	return nil
}

// uninteresting places decide nothing: texts of errors and of the log, sizes
// that only reserve memory.
func (s *site) uninteresting() bool {
	call, ok := s.node.(*ast.CallExpr)
	if !ok {
		return false
	}
	name := types.ExprString(call.Fun)
	for _, prefix := range []string{"fmt.Errorf", "errors.New", "panic", "slog.", "make", "slices.Grow", "regexp.MustCompile"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	for _, suffix := range []string{".Lock", ".Unlock", ".RLock", ".RUnlock", ".Grow", ".Debug", ".Info", ".Warn"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// replace adds a mutant.
func (s *site) replace(kind string, from, to token.Pos, instead string) {
	file := s.code.fset.File(from)
	at := s.code.fset.Position(from)
	*s.out = append(*s.out, &mutant{
		pkg: s.code.ImportPath, file: s.src.path, text: s.src.text, start: file.Offset(from), end: file.Offset(to), instead: instead,
		kind: kind, where: s.where, line: at.Line, col: at.Column, group: s.group,
	})
}

func (s *site) text(n ast.Node) string {
	file := s.code.fset.File(n.Pos())
	return string(s.src.text[file.Offset(n.Pos()):file.Offset(n.End())])
}

func (s *site) parent() ast.Node {
	if len(s.above) == 0 {
		return nil
	}
	return s.above[len(s.above)-1]
}

var swapped = map[token.Token]token.Token{
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL,
	token.SHL: token.SHR, token.SHR: token.SHL, token.AND: token.OR, token.OR: token.AND, token.AND_NOT: token.AND,
	token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN, token.OR_ASSIGN: token.AND_ASSIGN, token.AND_ASSIGN: token.OR_ASSIGN,
	token.INC: token.DEC, token.DEC: token.INC,
}

func (s *site) operator(kind string, b *ast.BinaryExpr, op token.Token) {
	s.replace(kind, b.OpPos, b.OpPos+token.Pos(len(b.Op.String())), op.String())
}

// logic: && for ||, and each side alone.
func (s *site) logic() {
	b, ok := s.node.(*ast.BinaryExpr)
	if !ok || b.Op != token.LAND && b.Op != token.LOR {
		return
	}
	other := token.LAND
	if b.Op == token.LAND {
		other = token.LOR
	}
	s.operator("logic", b, other)
	s.replace("operand", b.Pos(), b.End(), s.text(b.X))
	s.replace("operand", b.Pos(), b.End(), s.text(b.Y))
}

// comparison: a boundary moved, equality turned round. An error compared with
// nil is left to [site.condition].
func (s *site) comparison() {
	b, ok := s.node.(*ast.BinaryExpr)
	if !ok || b.Op.Precedence() != token.EQL.Precedence() || s.isError(b.X) {
		return
	}
	s.operator("comparison", b, swapped[b.Op])
}

func (s *site) isError(e ast.Expr) bool {
	t := s.code.info.TypeOf(e)
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

func (s *site) arithmetic() {
	switch n := s.node.(type) {
	case *ast.BinaryExpr:
		if n.Op.Precedence() > token.EQL.Precedence() && s.numeric(n.X) {
			s.operator("arithmetic", n, swapped[n.Op])
		}
	case *ast.AssignStmt:
		if op, ok := swapped[n.Tok]; ok && s.numeric(n.Lhs[0]) {
			s.replace("arithmetic", n.TokPos, n.TokPos+token.Pos(len(n.Tok.String())), op.String())
		}
	case *ast.IncDecStmt:
		if _, loop := s.parent().(*ast.ForStmt); !loop { // the other way it never ends
			s.replace("arithmetic", n.TokPos, n.TokPos+2, swapped[n.Tok].String())
		}
	}
}

func (s *site) numeric(e ast.Expr) bool {
	t := s.code.info.TypeOf(e)
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsNumeric != 0
}

// condition: never and always true; an error that is not looked at.
func (s *site) condition() {
	n, ok := s.node.(*ast.IfStmt)
	if !ok {
		return
	}
	s.replace("never", n.Cond.Pos(), n.Cond.End(), "false && ("+s.text(n.Cond)+")")
	if b, ok := n.Cond.(*ast.BinaryExpr); ok && s.isError(b.X) {
		return
	}
	s.replace("always", n.Cond.Pos(), n.Cond.End(), "true || ("+s.text(n.Cond)+")")
}

func (s *site) not() {
	if n, ok := s.node.(*ast.UnaryExpr); ok && n.Op == token.NOT {
		s.replace("not", n.Pos(), n.End(), s.text(n.X))
	}
}
