//go:build interop

package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/oracletest"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/signtest/pdfattack"
	"tamga/signing/signtest/pdfgrammar"
	"tamga/signing/tsp"
)

// TestOraclePictures draws signed files and revisions after them, and shows both
// as Poppler, MuPDF and PDFium do wherever our verdict lets the revisions pass. It
// fails where anything becomes different outside the widgets and comments that a
// revision may touch, in any viewer, and keeps the pair below var/oracles or
// TAMGA_ORACLE_FILES. Refusals of plain revisions are logged, as they may be wrong.
func TestOraclePictures(t *testing.T) {
	o := newPictureOracle(t)
	queue, workers := make(chan drawn, 64), sync.WaitGroup{}
	for range runtime.GOMAXPROCS(0) {
		seen := viewers(t)
		workers.Go(func() {
			for d := range queue {
				o.look(seen, d)
			}
		})
	}
	for _, c := range pdfattack.Cases(o.signers) {
		if c.Where == pdfattack.Change || c.Where == pdfattack.Tolerated {
			o.judge(queue, drawn{name: c.Name, pair: attacked(c)})
		}
	}
	for c := range oracletest.Cases(t, oracletest.Pictures) {
		o.judge(queue, drawn{name: c.String(), number: c.Number, pair: pdfgrammar.Generate(c.Rand, o.signers)})
	}
	close(queue)
	workers.Wait()
	o.conclude()
}

// attacked is a case of the attack set: nothing in it may look different.
func attacked(c pdfattack.Case) pdfgrammar.Pair {
	first := bytes.Index(c.File, []byte("%%EOF\n")) + len("%%EOF\n")
	return pdfgrammar.Pair{File: c.File, Views: []pdfgrammar.View{{Length: first}}, Story: []string{c.Name}}
}

// drawn is a pair with its verdict.
type drawn struct {
	name    string
	number  uint64
	pair    pdfgrammar.Pair
	verdict *signing.Verdict
}

// permitted says whether a signature holds, whatever became of the file after it.
func (d drawn) permitted(signer int) bool {
	return signer < len(d.verdict.Signers) && d.verdict.Signers[signer].Indication == signing.TotalPassed
}

// anyPermitted says whether any signature holds.
func (d drawn) anyPermitted() bool {
	return slices.ContainsFunc(d.verdict.Signers, func(s signing.Signer) bool { return s.Indication == signing.TotalPassed })
}

// pictureOracle judges pairs, looks at them, and counts.
type pictureOracle struct {
	t        *testing.T
	verifier *signing.Verifier
	signers  pdfattack.Signers
	files    string

	lock  sync.Mutex
	count map[string]int
	found int
}

func newPictureOracle(t *testing.T) *pictureOracle {
	p := signtest.New(t, ca.ECDSA)
	key, stamp := p.Person(signtest.Head()), p.TSA().Stamper()
	files, err := filepath.Abs(filepath.Join(root, "var", "oracles"))
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("TAMGA_ORACLE_FILES"); dir != "" {
		files = dir
	}
	return &pictureOracle{t: t, verifier: p.Verifier, files: files, count: map[string]int{}, signers: pdfattack.Signers{
		Sign: func(parts [2][]byte) []byte {
			return must(signtest.Sign(creation.CMS{Content: bytes.Join(parts[:], nil), Detached: true}, key, signtest.Now()))
		},
		Stamp: func(parts [2][]byte) []byte { return must(stamp(tsp.NewImprint(certs.SHA256, parts[0], parts[1]))) },
	}}
}

func (o *pictureOracle) tally(what string) {
	o.lock.Lock()
	o.count[what]++
	o.lock.Unlock()
}

// judge asks for our verdict, and passes on what is to be looked at: what is
// permitted, and the plain ones that are refused.
func (o *pictureOracle) judge(queue chan<- drawn, d drawn) {
	var err error
	if d.verdict, err = o.verifier.VerifyPDF(context.Background(), d.pair.File, signing.Question{}); err != nil {
		o.t.Fatalf("%s: %v", d.name, err)
	}
	switch {
	case d.verdict.Passed() && len(d.verdict.Signers) < len(d.pair.Views):
		o.t.Errorf("%s: passes with %d of %d signatures", d.name, len(d.verdict.Signers), len(d.pair.Views))
	case d.anyPermitted():
		o.tally("permitted")
		queue <- d
	case d.pair.Plain:
		queue <- d
	default:
		o.tally("refused")
		if d.number%4 == 0 {
			queue <- d // for what is free
		}
	}
}

// look shows a pair as each person saw it who signed, and as it is now.
func (o *pictureOracle) look(seen []viewer, d drawn) {
	dir := o.t.TempDir()
	defer os.RemoveAll(dir)
	after := filepath.Join(dir, "after.pdf")
	save(o.t, after, d.pair.File)
	o.unpainted(seen, d, after)
	for signer, view := range d.pair.Views {
		if !d.permitted(signer) && !d.pair.Plain {
			continue
		}
		before := filepath.Join(dir, "before.pdf")
		save(o.t, before, d.pair.File[:view.Length])
		different := o.compare(seen, before, after, view.Free)
		switch {
		case d.permitted(signer) && len(different) > 0:
			o.keep(d, signer, dir, different)
		case !d.permitted(signer) && len(different) == 0:
			o.tally("plain, and refused")
			o.t.Logf("refused, perhaps wrongly: %s: %s: %s", d.name, strings.Join(d.pair.Story, "; "), reason(d.verdict, signer))
		}
	}
}

// compare says in which viewers two files look different, and how.
func (o *pictureOracle) compare(seen []viewer, before, after string, free []pdfgrammar.Area) (different []string) {
	for _, v := range seen {
		was, err := v.show(before)
		if errors.Is(err, errNotShown) {
			o.tally("signed file not shown by " + v.name)
			continue
		}
		is, errAfter := v.show(after)
		if err != nil || errAfter != nil && !errors.Is(errAfter, errNotShown) {
			o.t.Errorf("%s: %v, %v", v.name, err, errAfter)
			continue
		}
		if what := difference(was, is, free); what != "" {
			different = append(different, v.name+" "+what)
		}
	}
	return different
}

// reason is why a signature does not pass.
func reason(v *signing.Verdict, signer int) string {
	if signer >= len(v.Signers) {
		return v.Detail
	}
	for _, c := range v.Signers[signer].Checks {
		if c.Status == signing.CheckFailed || c.Status == signing.CheckUndetermined {
			return string(c.Name) + ": " + c.Detail
		}
	}
	return v.Detail
}

// keep complains of a revision that is permitted by a signature and looks different.
func (o *pictureOracle) keep(d drawn, signer int, dir string, different []string) {
	o.complain(d, dir, fmt.Sprintf("permitted by signature %d, and looks different in %s; free: %v",
		signer+1, strings.Join(different, ", "), d.pair.Views[signer].Free))
}

// complain fails the test and puts the pair where it can be looked at.
func (o *pictureOracle) complain(d drawn, dir, complaint string) {
	story := strings.Join(d.pair.Story, "; ")
	o.t.Errorf("%s: %s: %s", d.name, complaint, story)
	o.lock.Lock()
	defer o.lock.Unlock()
	o.count["different"]++
	if o.found++; o.found > 200 {
		return
	}
	to := filepath.Join(o.files, fmt.Sprintf("%03d-%d", o.found, d.number))
	if err := errors.Join(os.RemoveAll(to), os.MkdirAll(to, 0o755)); err != nil {
		o.t.Error(err)
		return
	}
	for _, name := range must(filepath.Glob(filepath.Join(dir, "*.pdf"))) {
		save(o.t, filepath.Join(to, filepath.Base(name)), must(os.ReadFile(name)))
	}
	save(o.t, filepath.Join(to, "verdict.json"), must(json.MarshalIndent(d.verdict, "", "  ")))
	save(o.t, filepath.Join(to, "story.txt"), fmt.Appendf(nil, "%s\n%s\n%s\n", d.name, story, complaint))
}

// conclude logs what was seen. An oracle to whom nothing was permitted has asked
// nothing.
func (o *pictureOracle) conclude() {
	for _, what := range slices.Sorted(maps.Keys(o.count)) {
		o.t.Logf("%s: %d", what, o.count[what])
	}
	if o.count["permitted"] == 0 {
		o.t.Error("no revision was permitted: nothing was looked at")
	}
}
