//go:build !linux

package serials

import (
	"io"
	"os"
)

// mapping is memory on the Go heap where this package does not know how to map
// files.
type mapping struct {
	data []byte
	file bool
}

func mapFile(f *os.File, size int) (*mapping, error) {
	data := make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, err
	}
	return &mapping{data: data}, nil
}

func reserve(size int) (*mapping, error) { return &mapping{data: make([]byte, size)}, nil }

func (m *mapping) free()              { m.data = nil }
func (m *mapping) fetch(from, to int) {}
func (m *mapping) drop(from, to int)  {}
func (m *mapping) random()            {}
