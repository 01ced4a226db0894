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

// baseline is a run of tests without a mutant: how long it takes and which
// blocks of the program it runs.
type baseline struct {
	Took   time.Duration
	Blocks map[string][]block // by import path and file; nil: not known
}

// block of statements, as lines and columns.
type block struct {
	FromLine, FromCol, ToLine, ToCol int
	Run                              bool
}

// baseline runs the tests once, or remembers an earlier run of the same.
func (t *tests) baseline() (*baseline, error) {
	t.once.Do(func() {
		t.base, t.baseFail = t.runner.measure(t.listed)
	})
	return t.base, t.baseFail
}

func (r *runner) measure(l *listed) (*baseline, error) {
	binary, err := r.compile(l, nil, "-cover", "-coverpkg=./...")
	if err != nil {
		return nil, err
	}
	defer os.Remove(binary)
	key, err := fingerprint(binary, l.Dir)
	if err != nil {
		return nil, err
	}
	cached := filepath.Join(r.cache, key+".json")
	if b, err := os.ReadFile(cached); err == nil {
		base := new(baseline)
		if json.Unmarshal(b, base) == nil {
			return base, nil
		}
	}
	profile := filepath.Join(r.scratch, r.names()+".cover")
	o, err := r.run(l, binary, 20*time.Minute, "-test.coverprofile="+profile)
	if err != nil {
		return nil, err
	}
	base := &baseline{Took: o.took}
	if o.noticed != "" { // some tests start programs, which counting disturbs
		err = r.withoutCounting(l)
	} else {
		base.Blocks, err = readProfile(profile)
	}
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(base)
	if err != nil {
		return nil, err
	}
	return base, os.WriteFile(cached, b, 0o600)
}

// withoutCounting makes sure that tests pass when nothing is changed.
func (r *runner) withoutCounting(l *listed) error {
	binary, err := r.compile(l, nil)
	if err != nil {
		return err
	}
	defer os.Remove(binary)
	o, err := r.run(l, binary, 20*time.Minute)
	if err == nil && o.noticed != "" {
		err = fmt.Errorf("the tests of %s fail without any change: %s\n%s", l.ImportPath, o.noticed, o.output)
	}
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

func readProfile(name string) (map[string][]block, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	all := map[string][]block{}
	for _, line := range strings.Split(string(b), "\n") {
		at := strings.LastIndexByte(line, ':')
		if at < 0 || strings.HasPrefix(line, "mode:") {
			continue
		}
		var k block
		var statements, count int
		if _, err := fmt.Sscanf(line[at+1:], "%d.%d,%d.%d %d %d", &k.FromLine, &k.FromCol, &k.ToLine, &k.ToCol, &statements, &count); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		k.Run = count > 0
		all[line[:at]] = append(all[line[:at]], k)
	}
	return all, nil
}

// reaches reports whether the tests run the place of a mutant. What is in no
// block, as the values of a case, tables and embedded files, counts as reached
// when anything of its file or package is.
func (b *baseline) reaches(m *mutant) bool {
	if b.Blocks == nil {
		return true
	}
	inBlock, anything := false, false
	for file, blocks := range b.Blocks {
		if path.Dir(file) != m.pkg || m.group == inCode && path.Base(file) != filepath.Base(m.file) {
			continue
		}
		for _, k := range blocks {
			anything = anything || k.Run
			if m.group != inCode || !k.covers(m.line, m.col) {
				continue
			}
			if k.Run {
				return true
			}
			inBlock = true
		}
	}
	return anything && !inBlock
}

func (k block) covers(line, col int) bool {
	after := line > k.FromLine || line == k.FromLine && col >= k.FromCol
	before := line < k.ToLine || line == k.ToLine && col < k.ToCol
	return after && before
}
