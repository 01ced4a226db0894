package xmltree

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

// counted counts what was built.
func counted(d *Document) counts {
	var c counts
	var visit func(n *Node, depth int)
	visit = func(n *Node, depth int) {
		c.nodes++
		c.attributes += len(n.attributes) + len(n.namespaces)
		if n.kind == Element {
			c.deepest = max(c.deepest, depth)
		}
		for _, child := range n.children {
			visit(child, depth+1)
		}
	}
	for _, n := range d.nodes {
		visit(n, 1)
	}
	return c
}

// sameCounts compares what was counted before with what was built then.
func sameCounts(t *testing.T, file []byte, d *Document) {
	t.Helper()
	if got, want := count(string(file)), counted(d); got != want {
		t.Errorf("counted %+v, built %+v of\n%q", got, want, file)
	}
}

func TestCountsAreExact(t *testing.T) {
	for _, c := range wellFormed {
		if c.inclusive == "" {
			continue // the odd one out
		}
		d, err := Parse([]byte(c.in))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		sameCounts(t, []byte(c.in), d)
	}
	for _, file := range []string{
		`<a b='>' c="='=/>">x<![CDATA[<b/>]]>y<!-- <c/> -->z<?p <d/>?></a>`, `<a><![CDATA[]]></a>`, `<a>]]<![CDATA[]]]]></a>`,
		`<a/><!---->`, "<?xml version='1.0'?>\n<a\n>\n<b />\n</a\n>\n<?p?>", `<a>&#x3c;b/&#62;</a>`, `<a xmlns="u" xmlns:b="v" b:c="d"><b:e/></a>`,
	} {
		d, err := Parse([]byte(file))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		sameCounts(t, []byte(file), d)
	}
}

// The limits, one below and one above; what is beyond them is refused before
// anything is built.
func TestLimitsBeforeTheTree(t *testing.T) {
	for _, c := range []struct {
		name  string
		file  func(n int) string
		limit int
	}{
		{"elements", func(n int) string { return "<a>" + strings.Repeat("<a/>", n-1) + "</a>" }, MaxNodes},
		{"texts", func(n int) string {
			return "<a>" + strings.Repeat("x<!---->", (n-1)/2) + strings.Repeat("<b/>", (n-1)%2) + "</a>"
		}, MaxNodes},
		{"attributes", func(n int) string {
			return "<a>" + strings.Repeat(`<a b="" c=""/>`, n/2) + strings.Repeat(`<a b=""/>`, n%2) + "</a>"
		}, MaxAttributes},
		{"namespaces", func(n int) string {
			return "<a>" + strings.Repeat(`<a xmlns:b="u" xmlns:c="v"/>`, n/2) + strings.Repeat(`<a xmlns="w"/>`, n%2) + "</a>"
		}, MaxAttributes},
		{"depth", func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }, MaxDepth},
	} {
		if _, err := Parse([]byte(c.file(c.limit))); err != nil {
			t.Errorf("%s: %d: %v", c.name, c.limit, err)
		}
		file := []byte(c.file(c.limit + 1))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse(file)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrLimit) {
			t.Errorf("%s: %d: %v", c.name, c.limit+1, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(len(file))+64<<10 {
			t.Errorf("%s: %d bytes were allocated for a file of %d", c.name, used, len(file))
		}
	}
}
