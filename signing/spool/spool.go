// Package spool holds files that may be too large for the heap: what a
// stranger uploads, or a document of hundreds of megabytes on disk. Small ones
// stay in memory; larger ones are mapped, read only, so that judging one costs
// no more heap than its structure.
package spool

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
)

// InMemory is the size, in bytes, up to which a file stays in memory: a file of a
// megabyte does in base64 too.
const InMemory = 2 << 20

var (
	// ErrTooLarge means that a file is longer than the caller's limit.
	ErrTooLarge = errors.New("file is too large")
	// ErrChanged means that a file became shorter while it was being read.
	ErrChanged = errors.New("the file was changed while it was read")
)

// File is a file whose bytes can be had as a slice. Close it when nothing
// refers to its bytes any more.
type File struct {
	data    []byte
	mapped  bool
	release func() // gives the room back that was taken; nil when none was
}

// Of makes a File of bytes that are in memory already.
func Of(data []byte) *File { return &File{data: data} }

// OfUntil is Of for bytes that are used for something else once the File is closed.
func OfUntil(data []byte, closed func()) *File { return &File{data: data, release: closed} }

// Open takes a file that lies on disk. The error is ErrTooLarge beyond limit
// bytes, and any of package os.
func Open(path string, limit int64) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder, not a file", path)
	case !info.Mode().IsRegular():
		return new(Space).Read(f, limit) // a pipe has no length
	case info.Size() > limit:
		return nil, tooLarge(limit)
	}
	return fileOf(f, info.Size())
}

func tooLarge(limit int64) error { return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit) }

func fileOf(f *os.File, size int64) (*File, error) {
	if size > InMemory {
		return mapFile(f, int(size))
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, size))
	return &File{data: data}, err
}

// Bytes returns the contents, to be read only and only until Close.
func (f *File) Bytes() []byte { return f.data }

// Guard runs fn, which reads the bytes of files. If another program shortens
// one of them meanwhile, fn is left and the error is ErrChanged.
func Guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			if fault, ok := r.(interface {
				runtime.Error
				Addr() uintptr
			}); !ok || fault == nil {
				panic(r)
			}
			err = ErrChanged
		}
	}()
	return fn()
}
