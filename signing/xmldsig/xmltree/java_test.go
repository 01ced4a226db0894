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
)

// TestSubsetsAgainstJava asks the JDK for the canonical forms of every element
// of documents of declarations, prefixes and characters in any order.
func TestSubsetsAgainstJava(t *testing.T) {
	if _, err := exec.LookPath("javac"); err != nil {
		t.Skip("no JDK is installed")
	}
	methods := []Method{{}, {Version11: true}, {Exclusive: true, Comments: true}, {Exclusive: true, Prefixes: []string{"p", "#default"}}}
	const exports = "--add-exports=java.xml.crypto/com.sun.org.apache.xml.internal.security"
	args := []string{exports + "=ALL-UNNAMED", exports + ".c14n=ALL-UNNAMED", "testdata/Subsets.java"}
	dir := t.TempDir()
	var documents []string
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 2))
		documents = append(documents, randomElement(r, map[string]bool{}, 0))
		path := filepath.Join(dir, fmt.Sprint(seed))
		if err := os.WriteFile(path, []byte(documents[seed]), 0o600); err != nil {
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
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	next := 0
	for seed, document := range documents {
		d, err := Parse([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		d.Walk(func(n *Node) bool {
			for _, m := range methods {
				theirs, err := base64.StdEncoding.DecodeString(answers[next])
				if err != nil {
					t.Fatal(err)
				}
				next++
				if ours, err := d.Canonical(n, m, nil, 1<<20); err != nil || string(ours) != string(theirs) {
					t.Errorf("seed %d, %s, %+v: %v\n  ours %q\ntheirs %q\nof %q", seed, n.Path(), m, err, ours, theirs, document)
				}
			}
			return !t.Failed()
		})
	}
	if next != len(answers) {
		t.Errorf("%d of %d answers were compared", next, len(answers))
	}
	t.Logf("%d canonical forms compared", next)
}
