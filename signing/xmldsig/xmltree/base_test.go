package xmltree

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRemoveDotSegments has the rows of Canonical XML 1.1 appendix A.
func TestRemoveDotSegments(t *testing.T) {
	for in, want := range map[string]string{
		"no/.././/pseudo-netpath/seg/file.ext": "pseudo-netpath/seg/file.ext", "no/..//.///pseudo-netpath/seg/file.ext": "pseudo-netpath/seg/file.ext",
		"yes/no//..//.///pseudo-netpath/seg/file.ext": "yes/pseudo-netpath/seg/file.ext",
		"no/../yes": "yes", "no/../yes/": "yes/", "no/../yes/no/..": "yes/", "../../no/../..": "../../../", "no/../..": "../",
		"no/..": "", "no/../": "", "/a/b/c/./../../g": "/a/g", "mid/content=5/../6": "mid/6", "../../..": "../../../", "no/../../": "../",
		"..yes/..no/..no/..no/../../../..yes": "..yes/..yes", "..yes/..no/..no/..no/../../../..yes/": "..yes/..yes/",
		"../..": "../../", "../../../": "../../../", ".": "", "./": "", "./.": "", "//no/..": "/", "../../no/..": "../../", "../../no/../": "../../",
		"yes/no/../": "yes/", "yes/no/no/../..": "yes/", "yes/no/no/no/../../..": "yes/", "yes/no/../yes/no/no/../..": "yes/yes/",
		"yes/no/no/no/../../../yes": "yes/yes", "yes/no/no/no/../../../yes/": "yes/yes/", "/no/../": "/", "/yes/no/../": "/yes/",
		"/yes/no/no/../..": "/yes/", "/yes/no/no/no/../../..": "/yes/", "../../..no/..": "../../", "../../..no/../": "../../",
		"..yes/..no/../": "..yes/", "..yes/..no/..no/../..": "..yes/", "..yes/...no/..no/..no/../../..": "..yes/",
		"..yes/..no/../..yes/..no/..no/../..": "..yes/..yes/", "/..no/../": "/", "/..yes/..no/../": "/..yes/", "/..yes/..no/..no/../..": "/..yes/",
		"/..yes/..no/..no/..no/../../..": "/..yes/", "/": "/", "/.": "/", "/./": "/", "/./.": "/", "/././": "/", "/..": "/", "/../..": "/",
		"/../../..": "/", "//..": "/", "//..//..": "/", "//..//..//..": "/", "/./..": "/", "/./.././..": "/", "/./.././.././..": "/",
		"..": "../", "../": "../",
	} {
		if got := withoutDots(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestJoinReferences has the examples of Canonical XML 1.1 section 2.4 and 3.8 and of
// RFC 3986 section 5.4, whose fragments are dropped.
func TestJoinReferences(t *testing.T) {
	const rfc = "http://a/b/c/d;p?q"
	for _, c := range [][3]string{
		{"abc/", "../", ""}, {"../", "../", "../../"}, {"..", "..", "../../"}, {"..", "x", "../x"}, {"..", "../x", "../../x"},
		{"bar/", "foo", "bar/foo"}, {"something/else", "bar/foo", "something/bar/foo"},
		{"something/else", "urn:x", "urn:x"}, {"a/", "#fragment", "a/"}, {"a/#b", "c", "a/c"}, {"..", "", "../"}, {"a/..", "?q", "a/../?q"},
		{"", "x", "x"}, {"", "", ""}, {"http://a", "b", "http://a/b"}, {"file:///a/b", "c", "file:///a/c"}, {"a:b", "c", "a:c"},
		{rfc, "g:h", "g:h"}, {rfc, "g", "http://a/b/c/g"}, {rfc, "./g", "http://a/b/c/g"}, {rfc, "g/", "http://a/b/c/g/"}, {rfc, "/g", "http://a/g"},
		{rfc, "//g", "http://g"}, {rfc, "?y", "http://a/b/c/d;p?y"}, {rfc, "g?y", "http://a/b/c/g?y"}, {rfc, "#s", rfc}, {rfc, "g#s", "http://a/b/c/g"},
		{rfc, ";x", "http://a/b/c/;x"}, {rfc, "", rfc}, {rfc, ".", "http://a/b/c/"}, {rfc, "..", "http://a/b/"}, {rfc, "../..", "http://a/"},
		{rfc, "../../../g", "http://a/g"}, {rfc, "/./g", "http://a/g"}, {rfc, "g..", "http://a/b/c/g.."}, {rfc, "./g/.", "http://a/b/c/g/"},
		{rfc, "g;x=1/../y", "http://a/b/c/y"}, {rfc, "g?y/../x", "http://a/b/c/g?y/../x"}, {rfc, "http:g", "http:g"},
	} {
		if got := joinReferences(c[0], c[1]); got != c[2] {
			t.Errorf("%q and %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// TestBaseOfAnApex has what an element inherits when those around it are left out.
func TestBaseOfAnApex(t *testing.T) {
	const spec = `<doc xmlns="http://www.ietf.org" xmlns:w3c="http://www.w3.org" xml:base="something/else"><e1><e2 xmlns="" xml:id="abc" xml:base="bar/" xml:space="preserve"><e id="E3" xml:base="foo"/></e2></e1></doc>`
	for in, want := range map[string]string{
		spec: `<e xmlns:w3c="http://www.w3.org" id="E3" xml:base="something/bar/foo" xml:space="preserve"></e>`, // section 3.8
		`<a><b xml:base=".."><c xml:base=".."><e xml:base="x"/></c></b></a>`:                       `<e xml:base="../../x"></e>`, // section 2.4
		`<a xml:base="a/b"><e/></a>`:                                                               `<e xml:base="a/b"></e>`,
		`<a xml:base="a/../b"><b><e c="d"/></b></a>`:                                               `<e c="d" xml:base="a/../b"></e>`, // nothing is joined
		`<a xml:base=""><e/></a>`:                                                                  `<e></e>`,
		`<a xml:base="abc/"><e xml:base="../"/></a>`:                                               `<e></e>`,
		`<a><e xml:base=""/></a>`:                                                                  `<e xml:base=""></e>`, // nothing is left out
		`<a><e xml:base="a/../#b"/></a>`:                                                           `<e xml:base="a/../#b"></e>`,
		`<a xml:base="http://a.example/"><e xml:base="?b"/></a>`:                                   `<e xml:base="http://a.example/?b"></e>`,
		`<a xml:base="&#1179;/"><e xml:base="&amp; &lt;"/></a>`:                                    `<e xml:base="қ/&amp; &lt;"></e>`,
		`<a xml:id="i" xml:lang="kk" xml:o="o"><b xml:lang="ru" xml:space="preserve"><e/></b></a>`: `<e xml:lang="ru" xml:space="preserve"></e>`,
	} {
		d, err := Parse([]byte(in))
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		got, err := d.Canonical(element(t, d, "e"), Method{Version11: true}, nil, 1<<20)
		if err != nil || string(got) != want {
			t.Errorf("%s: %v\n got %s\nwant %s", in, err, got, want)
		}
	}
}

// The work of joining is bounded.
func TestJoinsAreBounded(t *testing.T) {
	const values = 16
	for length, want := range map[int]error{maxJoin / values / values: nil, maxJoin/values/values + 1: ErrLimit} {
		value := ` xml:base="` + strings.Repeat("a", length) + `"`
		file := strings.Repeat("<a"+value+">", values-1) + "<a" + value + "><e/></a>" + strings.Repeat("</a>", values-1)
		d, err := Parse([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Canonical(element(t, d, "e"), Method{Version11: true}, nil, 1<<20); !errors.Is(err, want) {
			t.Errorf("%d: %v", length, err)
		}
	}
}

// randomBases is a document of elements in one another with attributes of xml, each
// with an identifier, and the values of xml:base.
func randomBases(r *rand.Rand, bases ...string) string {
	open, closing := "", ""
	for i, b := range bases {
		open += fmt.Sprintf(`<e Id="i%d"`, i)
		for _, a := range []string{`xml:lang="kk"`, `xml:space="preserve"`, fmt.Sprintf(`xml:id="x%d"`, i)} {
			if r.IntN(4) == 0 {
				open += " " + a
			}
		}
		if b != "" {
			open += ` xml:base="` + b + `"`
		}
		open, closing = open+">", "</e>"+closing
	}
	return open + closing
}

// segments are those of a path in any order.
func segments(r *rand.Rand, of ...string) string {
	all := []string{"a"}
	for range r.IntN(6) {
		all = append(all, of[r.IntN(len(of))])
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return strings.Join(all, "/")
}
