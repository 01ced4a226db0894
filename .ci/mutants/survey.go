package main

import (
	"errors"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

type options struct {
	root, claims  string
	folders       []string
	seed          uint64
	most          map[group]int // -1: all
	workers       int
	list, verbose bool
	own           bool
	only          string
}

// sampled is what is tried in one package.
type sampled struct {
	name   string // "signing", "signing, tables"
	group  group
	tests  []*tests
	drawn  []*mutant // shuffled; the first ones that compile are tried
	most   int
	judged []verdict
}

// survey tries a sample of each package and prints what became of it; it
// returns whether enough was noticed.
func survey(o options, out io.Writer) (bool, error) {
	p, err := load(o.root)
	if err != nil {
		return false, err
	}
	known, err := claims(o.claims)
	if err != nil {
		return false, err
	}
	scratch, err := os.MkdirTemp("", "survey")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(scratch)
	r := &runner{program: p, scratch: scratch, cache: filepath.Join(o.root, "var", "mutants"), names: counter()}
	if err := os.MkdirAll(r.cache, 0o700); err != nil {
		return false, err
	}
	rep := &report{out: out, root: o.root, claims: known, verbose: o.verbose, used: map[claim]bool{}}
	for _, folder := range o.folders {
		l, err := p.byFolder(folder)
		if err != nil {
			return false, err
		}
		r.counted = strings.TrimPrefix(r.counted+","+l.ImportPath, ",")
	}
	all := map[string]*tests{}
	for _, folder := range o.folders {
		samples, err := r.sample(o, folder, all, rep)
		if err != nil {
			return false, err
		}
		for _, s := range samples {
			if o.list {
				rep.list(s)
				continue
			}
			if err := r.try(s, o.workers, rep); err != nil {
				return false, err
			}
			rep.sampled(s)
		}
	}
	return rep.end(o), nil
}

func counter() func() string {
	var n atomic.Int64
	return func() string { return strconv.FormatInt(n.Add(1), 10) }
}

// sample draws from one package: code, and what of its data is shipped.
func (r *runner) sample(o options, folder string, all map[string]*tests, rep *report) ([]*sampled, error) {
	l, err := r.byFolder(folder)
	if err != nil {
		return nil, err
	}
	c, err := r.read(l)
	if err != nil {
		return nil, err
	}
	embedded, err := l.embedded()
	if err != nil {
		return nil, err
	}
	var only *regexp.Regexp
	if only, err = regexp.Compile(o.only); err != nil {
		return nil, err
	}
	name := filepath.ToSlash(filepath.Clean(folder))
	var reach []*tests
	for i, l := range r.tests(l.ImportPath) {
		if i > 0 && o.own {
			break
		}
		if all[l.ImportPath] == nil {
			all[l.ImportPath] = &tests{listed: l, runner: r}
		}
		reach = append(reach, all[l.ImportPath])
	}
	var samples []*sampled
	for _, g := range []group{inCode, inTables, inFiles} {
		s := &sampled{name: name + ", " + string(g), group: g, most: o.most[g], tests: reach}
		for _, m := range append(c.mutants(), embedded...) {
			rep.exists(m)
			if m.group == g && only.MatchString(m.place(o.root)+" "+m.change()) {
				s.drawn = append(s.drawn, m)
			}
		}
		if s.draw(o.seed, c); len(s.drawn) > 0 {
			samples = append(samples, s)
		}
	}
	return samples, nil
}

// draw shuffles and keeps the first that compile; of all, the order.
func (s *sampled) draw(seed uint64, c *code) {
	if s.most >= 0 {
		h := fnv.New64a()
		h.Write([]byte(s.name))
		rand.New(rand.NewPCG(seed, h.Sum64())).Shuffle(len(s.drawn), func(i, j int) { s.drawn[i], s.drawn[j] = s.drawn[j], s.drawn[i] })
	}
	kept := s.drawn[:0]
	for _, m := range s.drawn {
		if s.most >= 0 && len(kept) == s.most {
			break
		}
		if c.compiles(m) {
			kept = append(kept, m)
		}
	}
	s.drawn = kept
}

// try judges the sample, several at a time; the order of verdicts is that of
// the sample.
func (r *runner) try(s *sampled, workers int, rep *report) error {
	type answer struct {
		verdict
		err error
	}
	answers := make([]answer, len(s.drawn))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(s.drawn); i = int(next.Add(1)) - 1 {
				v, err := r.judge(s.drawn[i], s.tests)
				answers[i] = answer{v, err}
				if err == nil {
					rep.progress(v)
				}
			}
		})
	}
	wg.Wait()
	for _, a := range answers {
		switch {
		case errors.Is(a.err, errNotCompiled): // only its tests do not
		case a.err != nil:
			return a.err
		default:
			s.judged = append(s.judged, a.verdict)
		}
	}
	return nil
}
