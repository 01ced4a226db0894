// Command mutants changes the program at one place, runs the tests that reach
// the place, and says whether one of them notices; for a sample of all places
// that a seed makes reproducible. No file of the tree is touched.
//
//	go run ./.ci/mutants -seed 3 -n 40 ./signing ./signing/cms
//
// It fails when less than 95 of 100 changes of a package are noticed, when a
// change of shipped data is not, when more than 5 of 100 are called equivalent
// in equivalent.jsonl, and when that list claims what is not so.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	var o options
	flag.Uint64Var(&o.seed, "seed", 1, "which sample")
	code := flag.Int("n", 25, "changes of code in each package; -1: all")
	tables := flag.Int("tables", 20, "changes of its variables and constants; -1: all")
	files := flag.Int("files", -1, "changes of the files that it embeds; -1: all")
	flag.IntVar(&o.workers, "j", 2, "how many at a time")
	flag.BoolVar(&o.list, "list", false, "only list the sample")
	flag.BoolVar(&o.verbose, "v", false, "say of each change which test noticed")
	flag.BoolVar(&o.own, "own", false, "ask only the tests of the package itself, for a quick look")
	flag.StringVar(&o.only, "only", "", "only changes whose place or text matches this regular expression")
	flag.StringVar(&o.claims, "equivalent", "", "file of changes that are equivalent; empty: equivalent.jsonl beside this program")
	flag.Parse()
	o.most = map[group]int{inCode: *code, inTables: *tables, inFiles: *files}
	root, err := os.Getwd()
	if err != nil {
		fail(err)
	}
	o.root, o.folders = root, flag.Args()
	if o.claims == "" {
		o.claims = filepath.Join(root, ".ci", "mutants", "equivalent.jsonl")
	}
	ok, err := survey(o, os.Stdout)
	if err != nil {
		fail(err)
	}
	if !ok {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "mutants:", err)
	os.Exit(2)
}
