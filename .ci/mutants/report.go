package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
)

// report prints what became of the mutants.
type report struct {
	mu      sync.Mutex
	out     io.Writer
	root    string
	claims  map[claim]string
	used    map[claim]bool // claims whose place exists
	files   map[string]bool
	verbose bool
	rows    []row
	wrong   []string // claims that are not so
}

// row counts one package.
type row struct {
	name                          string
	group                         group
	tried, noticed, same, survive int
}

func (r row) share() float64 {
	if r.noticed+r.survive == 0 {
		return 100
	}
	return 100 * float64(r.noticed) / float64(r.noticed+r.survive)
}

// enough is 95 of 100, and of embedded files everything.
func (r row) enough() bool {
	if r.group == inFiles {
		return r.survive == 0
	}
	return r.share() >= 95
}

func (r *report) reason(m *mutant) string { return r.claims[m.claim(r.root).key()] }

// exists takes note of a place that a claim may speak of.
func (r *report) exists(m *mutant) {
	if r.files == nil {
		r.files = map[string]bool{}
	}
	r.files[m.relative(r.root)] = true
	r.used[m.claim(r.root).key()] = true
}

func (r *report) list(s *sampled) {
	for _, m := range s.drawn {
		fmt.Fprintf(r.out, "%s %s [%s]\n%s", m.place(r.root), m.where, m.kind, m.diff())
	}
	fmt.Fprintf(r.out, "%s: %d\n", s.name, len(s.drawn))
}

// progress prints a survivor as soon as it is one.
func (r *report) progress(v verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	reason := r.reason(v.mutant)
	switch {
	case v.noticed == "" && reason == "":
		fmt.Fprintf(r.out, "SURVIVED %s %s [%s], %s\n%s", v.place(r.root), v.where, v.kind, reached(v.reached), v.diff())
		c := v.claim(r.root)
		if c.Nth == 1 {
			c.Nth = 0
		}
		fmt.Fprintf(r.out, "      claim: %s\n", line(c))
	case r.verbose && v.noticed == "":
		fmt.Fprintf(r.out, "equivalent %s: %s\n", v.place(r.root), reason)
	case r.verbose:
		fmt.Fprintf(r.out, "noticed %s [%s] by %s\n%s", v.place(r.root), v.kind, v.noticed, v.diff())
	}
}

func line(c claim) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

func reached(n int) string {
	if n == 0 {
		return "no test runs it"
	}
	return fmt.Sprintf("tests of %d packages run it", n)
}

func (r *report) sampled(s *sampled) {
	w := row{name: s.name, group: s.group, tried: len(s.judged)}
	for _, v := range s.judged {
		reason := r.reason(v.mutant)
		switch {
		case v.noticed != "" && reason != "":
			r.wrong = append(r.wrong, fmt.Sprintf("%s is called equivalent, but %s notices it", v.place(r.root), v.noticed))
			w.noticed++
		case v.noticed != "":
			w.noticed++
		case reason != "":
			w.same++
		default:
			w.survive++
		}
	}
	r.rows = append(r.rows, w)
}

// end prints the table and reports whether everything is as it should be.
func (r *report) end(o options) bool {
	for c, reason := range r.claims {
		if r.files[c.File] && !r.used[c] {
			r.wrong = append(r.wrong, fmt.Sprintf("no such place any more: %s %s: %s (%s)", c.File, c.Where, c.Change, reason))
		}
	}
	if o.list {
		return len(r.wrong) == 0
	}
	fmt.Fprintf(r.out, "\nseed %d\n%-32s %6s %8s %11s %9s %7s\n", o.seed, "package", "tried", "noticed", "equivalent", "survived", "share")
	ok, tried, same := true, 0, 0
	for _, w := range r.rows {
		mark := ""
		if !w.enough() {
			ok, mark = false, "  too few"
		}
		fmt.Fprintf(r.out, "%-32s %6d %8d %11d %9d %6.1f%%%s\n", w.name, w.tried, w.noticed, w.same, w.survive, w.share(), mark)
		tried, same = tried+w.tried, same+w.same
	}
	if tried > 0 && 20*same >= tried {
		r.wrong = append(r.wrong, fmt.Sprintf("%d of %d are called equivalent: too many", same, tried))
	}
	for _, w := range r.wrong {
		fmt.Fprintln(r.out, "WRONG", w)
	}
	return ok && len(r.wrong) == 0
}
