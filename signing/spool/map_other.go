//go:build !linux

package spool

import (
	"io"
	"os"
)

// mapFile reads the file where this package does not know how to map it.
func mapFile(f *os.File, size int) (*File, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	data := make([]byte, size)
	_, err := io.ReadFull(f, data)
	return &File{data: data}, err
}

// Close lets the memory go.
func (f *File) Close() error {
	if f.data != nil && f.release != nil {
		f.release()
	}
	f.data = nil
	return nil
}
