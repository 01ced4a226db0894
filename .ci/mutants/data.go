package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// prose are members that explain and decide nothing.
var prose = []string{"comment", "why"}

// embedded lists the changes of the JSON files that a package carries: every
// value changed, every element and member removed.
func (l *listed) embedded() ([]*mutant, error) {
	var all []*mutant
	for _, name := range l.EmbedFiles {
		if !strings.HasSuffix(name, ".json") {
			continue
		}
		path := filepath.Join(l.Dir, name)
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		r := &jsonReader{d: json.NewDecoder(bytes.NewReader(text)), pkg: l.ImportPath, file: path, text: text}
		if err := r.value(""); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, r.out...)
	}
	number(all)
	return all, nil
}

type jsonReader struct {
	d    *json.Decoder
	pkg  string
	file string
	text []byte
	out  []*mutant
}

func (r *jsonReader) replace(kind, pointer string, start, end int, instead string) {
	line := 1 + bytes.Count(r.text[:start], []byte("\n"))
	col := start - bytes.LastIndexByte(r.text[:start], '\n')
	r.out = append(r.out, &mutant{pkg: r.pkg, file: r.file, text: r.text, start: start, end: end, instead: instead,
		kind: kind, where: pointer, line: line, col: col, group: inFiles})
}

// next is where the next token begins.
func (r *jsonReader) next() int {
	at := int(r.d.InputOffset())
	for at < len(r.text) && strings.IndexByte(" \t\r\n,:", r.text[at]) >= 0 {
		at++
	}
	return at
}

func (r *jsonReader) value(pointer string) error {
	start := r.next()
	t, err := r.d.Token()
	if err != nil {
		return err
	}
	end := int(r.d.InputOffset())
	switch t := t.(type) {
	case json.Delim:
		return r.inside(pointer, t)
	case string:
		b, err := json.Marshal(otherWord(t))
		if err != nil {
			return err
		}
		r.replace("word", pointer, start, end, string(b))
	case float64:
		for _, by := range []float64{1, -1} {
			r.replace("number", pointer, start, end, strconv.FormatFloat(t+by, 'g', -1, 64))
		}
	case bool:
		r.replace("boolean", pointer, start, end, strconv.FormatBool(!t))
	}
	return nil
}

func (r *jsonReader) inside(pointer string, open json.Delim) error {
	type span struct {
		pointer    string
		start, end int
	}
	var all []span
	for i := 0; r.d.More(); i++ {
		s := span{pointer: pointer + "/" + strconv.Itoa(i), start: r.next()}
		skipped := false
		if open == '{' {
			name, err := r.d.Token()
			if err != nil {
				return err
			}
			s.pointer = pointer + "/" + name.(string)
			skipped = slices.Contains(prose, name.(string))
		}
		made := len(r.out)
		if err := r.value(s.pointer); err != nil {
			return err
		}
		if skipped {
			r.out = r.out[:made]
		}
		s.end = int(r.d.InputOffset())
		all = append(all, s)
	}
	if _, err := r.d.Token(); err != nil {
		return err
	}
	for i, s := range all {
		if slices.Contains(prose, s.pointer[strings.LastIndexByte(s.pointer, '/')+1:]) {
			continue
		}
		switch {
		case i+1 < len(all):
			r.replace("element", s.pointer, s.start, all[i+1].start, "")
		case i > 0:
			r.replace("element", s.pointer, all[i-1].end, s.end, "")
		default:
			r.replace("element", s.pointer, s.start, s.end, "")
		}
	}
	return nil
}
