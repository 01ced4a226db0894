package xmltree

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tamga/judgetest"
)

// xmllint asks libxml2: its canonical form, or false if it refuses the file.
func xmllint(t testing.TB, file, form string) ([]byte, bool) {
	path := filepath.Join(t.TempDir(), "a.xml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("xmllint", "--nonet", form, path).Output()
	return out, err == nil
}

func needXmllint(t testing.TB) {
	judgetest.Need(t, "xmllint")
}

var forms = map[string]Method{
	"--c14n":     {Comments: true},
	"--c14n11":   {Comments: true, Version11: true},
	"--exc-c14n": {Comments: true, Exclusive: true},
}

func agree(t *testing.T, name, file string) {
	t.Helper()
	d, err := Parse([]byte(file))
	for form, method := range forms {
		theirs, accepted := xmllint(t, file, form)
		if accepted != (err == nil) {
			t.Errorf("%s: we say %v, xmllint accepts: %v\n%q", name, err, accepted, file)
			continue
		}
		if err != nil {
			continue
		}
		ours, err := d.Canonical(nil, method, nil, 1<<22)
		if err != nil || !bytes.Equal(ours, theirs) {
			t.Errorf("%s %s: %v\n  ours %q\ntheirs %q\nof %q", name, form, err, ours, theirs, file)
		}
	}
}

func TestCanonicalAgainstXmllint(t *testing.T) {
	needXmllint(t)
	for _, c := range wellFormed {
		agree(t, c.name, c.in)
	}
	agree(t, "nested", nested)
}

// xmllintIsLaxer are the malformed cases that xmllint lets pass, and why.
var xmllintIsLaxer = map[string]string{
	"attribute twice by namespace": "namespace errors do not make it fail",
	"version 1.1":                  "it reads 1.1 as 1.0",
	"element prefix unknown":       "namespace errors do not make it fail",
	"attribute prefix unknown":     "namespace errors do not make it fail",
	"prefix out of scope":          "namespace errors do not make it fail",
	"prefix undeclared":            "namespace errors do not make it fail",
	"xml rebound":                  "namespace errors do not make it fail",
	"something bound to xml":       "namespace errors do not make it fail",
	"xmlns bound":                  "namespace errors do not make it fail",
	"bound to xmlns":               "namespace errors do not make it fail",
	"element in xmlns":             "namespace errors do not make it fail",
	"two colons":                   "namespace errors do not make it fail",
	"empty prefix":                 "namespace errors do not make it fail",
	"empty local name":             "namespace errors do not make it fail",
	"instruction with colon":       "namespace errors do not make it fail",
}

func TestMalformedAgainstXmllint(t *testing.T) {
	needXmllint(t)
	for _, c := range malformed {
		_, laxer := xmllintIsLaxer[c.name]
		if _, accepted := xmllint(t, c.in, "--c14n"); accepted != laxer {
			t.Errorf("%s: xmllint accepts: %v, expected %v", c.name, accepted, laxer)
		}
	}
}

// TestRandomAgainstXmllint makes documents of declarations, prefixes and
// characters in any order and compares the canonical forms.
func TestRandomAgainstXmllint(t *testing.T) {
	needXmllint(t)
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		agree(t, fmt.Sprintf("seed %d", seed), randomElement(r, map[string]bool{}, 0))
	}
}

func randomElement(r *rand.Rand, bound map[string]bool, depth int) string {
	inner := map[string]bool{}
	for p := range bound {
		inner[p] = true
	}
	var attributes []string
	for _, p := range []string{"p", "q", "r"} {
		if r.IntN(3) == 0 {
			attributes = append(attributes, fmt.Sprintf(`xmlns:%s="urn:%d"`, p, r.IntN(3)))
			inner[p] = true
		}
	}
	if r.IntN(3) == 0 {
		attributes = append(attributes, []string{`xmlns=""`, `xmlns="urn:0"`, `xmlns='urn:1'`}[r.IntN(3)])
	}
	name := "e" + string(rune('a'+r.IntN(3)))
	for _, p := range []string{"p", "q", "r"} {
		if !inner[p] {
			continue
		}
		if r.IntN(4) == 0 {
			name = p + ":" + name
			break
		}
		if r.IntN(2) == 0 {
			attributes = append(attributes, fmt.Sprintf(`%s:%s="%s"`, p, p, randomText(r, "&quot;")))
		}
	}
	if r.IntN(4) == 0 {
		attributes = append(attributes, `xml:lang="kk"`, `b="`+randomText(r, "'")+`"`)
	}
	r.Shuffle(len(attributes), func(i, j int) { attributes[i], attributes[j] = attributes[j], attributes[i] })
	var b strings.Builder
	b.WriteString("<" + name)
	for _, a := range attributes {
		b.WriteString([]string{" ", "\n", "\t "}[r.IntN(3)] + a)
	}
	if r.IntN(6) == 0 {
		return b.String() + "/>"
	}
	b.WriteString(">")
	for range r.IntN(4) {
		switch {
		case depth < 5 && r.IntN(3) > 0:
			b.WriteString(randomElement(r, inner, depth+1))
		case r.IntN(4) == 0:
			b.WriteString("<!--" + randomText(r, "<") + "--><?t " + randomText(r, "&") + "?>")
		default:
			b.WriteString(randomText(r, "<![CDATA[<]]>"))
		}
	}
	return b.String() + "</" + name + ">"
}

func randomText(r *rand.Rand, special string) string {
	pieces := []string{"a", "ғ", "&amp;", "&#13;", "&#x9;", "&#10;", "\r\n", "\n", "\t", ">", special, " ", "\U0001F600"}
	var b strings.Builder
	for range r.IntN(5) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}
