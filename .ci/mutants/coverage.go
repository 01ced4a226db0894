package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// tests of one package, and what they do without any mutant.
type tests struct {
	*listed
	once     sync.Once
	runner   *runner
	base     *baseline
	baseFail error
}

// baseline is a run of tests without a mutant: how long each takes and which
// blocks of the program it runs.
type baseline struct {
	key    string // of the tests and all that they are made of
	Whole  bool   // every test was run
	Tests  []timed
	Blocks map[string][]block // by import path and file; nil: not known
}

type timed struct {
	Name string
	Took time.Duration
}

// block of statements, as lines and columns.
type block struct {
	FromLine, FromCol, ToLine, ToCol int
	By                               []int // the tests that run it, by their places in the list
}

// baseline runs the tests once, or remembers an earlier run of the same.
func (t *tests) baseline() (*baseline, error) {
	t.once.Do(func() {
		t.base, t.baseFail = t.runner.measure(t.listed)
	})
	return t.base, t.baseFail
}

func (r *runner) measure(l *listed) (*baseline, error) {
	binary, err := r.compile(l, nil, "-cover", "-coverpkg="+r.counted)
	if err != nil {
		return nil, err
	}
	defer os.Remove(binary)
	key, err := fingerprint(binary, l.Dir)
	if err != nil {
		return nil, err
	}
	cached := filepath.Join(r.cache, "tests-"+key+".json")
	base := new(baseline)
	if b, err := os.ReadFile(cached); err != nil || json.Unmarshal(b, base) != nil {
		base = &baseline{Blocks: map[string][]block{}}
	}
	base.key = key
	if base.Whole {
		return base, nil
	}
	err = r.each(l, binary, base, func() error { return base.save(cached) })
	if err != nil {
		return nil, err
	}
	base.Whole = true
	return base, base.save(cached)
}

func (b *baseline) save(file string) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return write(file, text)
}

// write leaves no half a file when it is interrupted.
func write(file string, text []byte) error {
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// each runs every test alone. Where one does not pass so, as those that start
// programs, which counting disturbs, all must pass together without counting,
// and all are asked about every mutant. What an interrupted run has learned is
// not asked again.
func (r *runner) each(l *listed, binary string, base *baseline, save func() error) error {
	names, err := r.run(l, binary, 20*time.Minute, "-test.list=^(Test|Fuzz|Example)")
	if err != nil {
		return err
	}
	profile := filepath.Join(r.scratch, r.names()+".cover")
	for _, name := range strings.Fields(string(names.output)) {
		if !strings.HasPrefix(name, "Test") && !strings.HasPrefix(name, "Fuzz") && !strings.HasPrefix(name, "Example") {
			continue // what TestMain prints
		}
		if slices.ContainsFunc(base.Tests, func(t timed) bool { return t.Name == name }) {
			continue
		}
		o, err := r.run(l, binary, 20*time.Minute, "-test.run=^"+name+"$", "-test.coverprofile="+profile)
		if err != nil {
			return err
		}
		if o.noticed == "" {
			err = base.add(profile, name, o.took)
		}
		if o.noticed != "" || err != nil {
			return r.together(l, base)
		}
		if err := save(); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) together(l *listed, base *baseline) error {
	binary, err := r.compile(l, nil)
	if err != nil {
		return err
	}
	defer os.Remove(binary)
	o, err := r.run(l, binary, 20*time.Minute)
	if err == nil && o.noticed != "" {
		err = fmt.Errorf("the tests of %s fail without any change: %s\n%s", l.ImportPath, o.noticed, o.output)
	}
	*base = baseline{key: base.key, Tests: []timed{{Name: ".*", Took: o.took}}}
	return err
}

// fingerprint of the tests and of the files beside them.
func fingerprint(binary, dir string) (string, error) {
	h := sha256.New()
	add := func(file string) error {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(h, f)
		return err
	}
	if err := add(binary); err != nil {
		return "", err
	}
	err := filepath.WalkDir(dir, func(file string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(file, ".go") {
			return err
		}
		return add(file)
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

// add notes what one more test runs.
func (b *baseline) add(profile, name string, took time.Duration) error {
	text, err := os.ReadFile(profile)
	if err != nil {
		return err
	}
	known := map[string]int{}
	for file, all := range b.Blocks {
		for n, k := range all {
			known[file+":"+k.place()] = n
		}
	}
	for _, line := range strings.Split(string(text), "\n") {
		at := strings.LastIndexByte(line, ':')
		if at < 0 || strings.HasPrefix(line, "mode:") {
			continue
		}
		var k block
		var statements, count int
		if _, err := fmt.Sscanf(line[at+1:], "%d.%d,%d.%d %d %d", &k.FromLine, &k.FromCol, &k.ToLine, &k.ToCol, &statements, &count); err != nil {
			return fmt.Errorf("%s: %w", profile, err)
		}
		file := line[:at]
		n, ok := known[file+":"+k.place()]
		if !ok {
			n = len(b.Blocks[file])
			b.Blocks[file] = append(b.Blocks[file], k)
		}
		if count > 0 {
			b.Blocks[file][n].By = append(b.Blocks[file][n].By, len(b.Tests))
		}
	}
	b.Tests = append(b.Tests, timed{name, took})
	return nil
}

// reaching are the tests that run the place of a mutant, as a pattern of their
// names, empty for none, and the time that they take. What is in no block, as the
// values of a case, tables and embedded files, is run by whoever runs anything
// of its file or package; tables may also be read by tests of the package itself
// (own) that run nothing else of it.
func (b *baseline) reaching(m *mutant, own bool) (pattern string, took time.Duration) {
	if b.Blocks == nil {
		return b.Tests[0].Name, b.Tests[0].Took
	}
	inBlock, around := map[int]bool{}, map[int]bool{}
	blocks := 0
	for file, all := range b.Blocks {
		if path.Dir(file) != m.pkg || m.group == inCode && path.Base(file) != filepath.Base(m.file) {
			continue
		}
		for _, k := range all {
			mine := around
			if m.group == inCode && k.covers(m.line, m.col) {
				mine = inBlock
				blocks++
			}
			for _, test := range k.By {
				mine[test] = true
			}
		}
	}
	chosen := inBlock
	if blocks == 0 {
		chosen = around
	}
	var names []string
	for n, t := range b.Tests {
		if chosen[n] || own && m.group != inCode {
			names, took = append(names, t.Name), took+t.Took
		}
	}
	if len(names) == 0 {
		return "", 0
	}
	return "^(" + strings.Join(names, "|") + ")$", took
}

func (k block) place() string {
	return fmt.Sprintf("%d.%d,%d.%d", k.FromLine, k.FromCol, k.ToLine, k.ToCol)
}

func (k block) covers(line, col int) bool {
	after := line > k.FromLine || line == k.FromLine && col >= k.FromCol
	before := line < k.ToLine || line == k.ToLine && col < k.ToCol
	return after && before
}
