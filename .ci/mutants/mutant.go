package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// group of places that are sampled and counted together.
type group string

const (
	inCode   group = "code"
	inTables group = "tables" // variables and constants of a package
	inFiles  group = "files"  // that it embeds
)

// mutant is a change of one place of one file.
type mutant struct {
	pkg        string // its import path
	file       string // absolute
	text       []byte // of the whole file, unchanged
	start, end int    // the bytes that become instead
	instead    string
	kind       string // of change
	where      string // function, variable or member in which it is
	line, col  int
	group      group
	nth        int // which of those that read the same, from 1
}

func (m *mutant) apply() []byte {
	return []byte(string(m.text[:m.start]) + m.instead + string(m.text[m.end:]))
}

// change describes the mutant in one line that does not depend on where in
// the file it is: the lines of the place before and after, without white space
// at their ends.
func (m *mutant) change() string {
	before, after := m.lines()
	return oneLine(before) + "  =>  " + oneLine(after)
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 160 {
		s = string(r[:159]) + "…"
	}
	return s
}

// lines returns the whole lines of the place, before and after.
func (m *mutant) lines() (before, after string) {
	from := strings.LastIndexByte(string(m.text[:m.start]), '\n') + 1
	to := len(m.text)
	if i := strings.IndexByte(string(m.text[m.end:]), '\n'); i >= 0 {
		to = m.end + i
	}
	return string(m.text[from:to]), string(m.text[from:m.start]) + m.instead + string(m.text[m.end:to])
}

// diff shows the change, at most some lines of it.
func (m *mutant) diff() string {
	before, after := m.lines()
	return prefixed("-", before) + prefixed("+", after)
}

func prefixed(sign, text string) string {
	const most = 4
	var b strings.Builder
	for i, l := range strings.Split(text, "\n") {
		if i == most {
			fmt.Fprintf(&b, "      %s …\n", sign)
			break
		}
		if strings.TrimSpace(l) != "" {
			fmt.Fprintf(&b, "      %s %s\n", sign, strings.TrimSpace(l))
		}
	}
	return b.String()
}

func (m *mutant) place(root string) string {
	return fmt.Sprintf("%s:%d:%d", m.relative(root), m.line, m.col)
}

func (m *mutant) relative(root string) string {
	rel, err := filepath.Rel(root, m.file)
	if err != nil {
		return m.file
	}
	return filepath.ToSlash(rel)
}

// number tells mutants apart that read the same.
func number(all []*mutant) {
	seen := map[string]int{}
	for _, m := range all {
		key := m.file + "\x00" + m.where + "\x00" + m.change()
		seen[key]++
		m.nth = seen[key]
	}
}
