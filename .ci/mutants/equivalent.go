package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// claim says why a change of the code cannot be noticed: the program does the
// same with it. It names the place by its text, so that it survives moves.
type claim struct {
	File   string `json:"file"`
	Where  string `json:"where"`
	Change string `json:"change"`
	Nth    int    `json:"nth,omitempty"` // from 1; of those that read the same
	Reason string `json:"reason"`
}

func (c claim) key() claim {
	c.Reason, c.Nth = "", max(c.Nth, 1)
	return c
}

func (m *mutant) claim(root string) claim {
	return claim{File: m.relative(root), Where: m.where, Change: m.change(), Nth: m.nth}
}

// claims are read from a file with a JSON object a line.
func claims(path string) (map[claim]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all := map[claim]string{}
	lines := bufio.NewScanner(bytes.NewReader(b))
	for n := 1; lines.Scan(); n++ {
		var c claim
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if c.Reason == "" {
			return nil, fmt.Errorf("%s:%d: no reason", path, n)
		}
		if _, twice := all[c.key()]; twice {
			return nil, fmt.Errorf("%s:%d: said twice", path, n)
		}
		all[c.key()] = c.Reason
	}
	return all, lines.Err()
}
