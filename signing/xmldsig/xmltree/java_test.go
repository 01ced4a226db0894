package xmltree

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tamga/judgetest"
)

// methodsOfJava are those that Subsets.java writes.
var methodsOfJava = []Method{{}, {Version11: true}, {Exclusive: true, Comments: true}, {Exclusive: true, Prefixes: []string{"p", "#default"}}}

// javaForms asks the JDK for the canonical forms of every element of the documents,
// by each method in turn; of one that it does not read there is "-" alone.
func javaForms(t *testing.T, documents []string) []string {
	t.Helper()
	judgetest.Need(t, "javac")
	const exports = "--add-exports=java.xml.crypto/com.sun.org.apache.xml.internal.security"
	args := []string{exports + "=ALL-UNNAMED", exports + ".c14n=ALL-UNNAMED", "testdata/Subsets.java"}
	dir := t.TempDir()
	for i, document := range documents {
		path := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	cmd := exec.Command("java", args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	for i, a := range answers {
		if a == "-" {
			continue
		}
		form, err := base64.StdEncoding.DecodeString(a)
		if err != nil {
			t.Fatal(err)
		}
		answers[i] = string(form)
	}
	return answers
}

// agreesWithJava compares the canonical forms of every element of the documents.
func agreesWithJava(t *testing.T, documents []string) {
	t.Helper()
	answers := javaForms(t, documents)
	next := 0
	for i, document := range documents {
		d, err := Parse([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		d.Walk(func(n *Node) bool {
			for _, m := range methodsOfJava {
				theirs := answers[next]
				next++
				if ours, err := d.Canonical(n, m, nil, 1<<20); err != nil || string(ours) != theirs {
					t.Errorf("document %d, %s, %+v: %v\n  ours %q\ntheirs %q\nof %q", i, n.Path(), m, err, ours, theirs, document)
				}
			}
			return true
		})
	}
	if next != len(answers) {
		t.Errorf("%d of %d answers were compared", next, len(answers))
	}
	t.Logf("%d canonical forms compared", next)
}

// TestSubsetsAgainstJava compares documents of declarations, prefixes and characters
// in any order.
func TestSubsetsAgainstJava(t *testing.T) {
	var documents []string
	for seed := range uint64(150) {
		documents = append(documents, randomElement(rand.New(rand.NewPCG(seed, 2)), map[string]bool{}, 0))
	}
	agreesWithJava(t, documents)
}

// TestBasesAgainstJava compares what an element inherits of one xml:base. With more
// of them the JDK joins in another order, a name that ends with two dots it takes for
// two dots, an empty authority it drops, two dots at the end are passed over before a
// query or fragment and beyond the root, what is joined to nothing stays as it was, and
// where there is no path it fails.
func TestBasesAgainstJava(t *testing.T) {
	var documents []string
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		starts, names := []string{""}, []string{"..", ".", "", "b", "%20", "c;d", "..e", "қ"}
		if r.IntN(2) == 0 { // nothing above the root
			starts, names = []string{"http://a.example/", "//b.example/", "/", ""}, []string{".", "", "b/..", "%20", "c/d/../..", "..e", "қ"}
		}
		var bases []string
		for range 2 {
			b := segments(r, names...)
			if b = strings.TrimLeft(b, "/"); !strings.HasSuffix(b, "..") {
				b += []string{"", "/", "/?q", "?q/../r"}[r.IntN(4)] + []string{"", "", "#f"}[r.IntN(3)]
			}
			bases = append(bases, starts[r.IntN(len(starts))]+b)
		}
		if r.IntN(6) == 0 {
			bases[r.IntN(2)] = ""
		} else if joinReferences(bases[0], bases[1]) == "" {
			continue
		}
		documents = append(documents, randomBases(r, bases...))
	}
	agreesWithJava(t, documents)
}
