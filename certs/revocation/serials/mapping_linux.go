package serials

import (
	"os"
	"runtime"
	"syscall"
)

// minMapping is the size from which memory is taken outside the Go heap: where
// the garbage collector neither looks at it nor waits for twice as much.
const minMapping = 1 << 18

const (
	populateRead = 22 // MADV_POPULATE_READ of Linux 5.14, not in package syscall
	hugePage     = 14 // MADV_HUGEPAGE
)

// mapping is memory that is given back when the garbage collector finds that
// nobody can reach it any more. Whoever uses data must keep the mapping alive
// as long.
type mapping struct {
	data    []byte
	file    bool // the pages belong to a file and can be dropped and read again
	cleanup runtime.Cleanup
}

// mapFile maps the whole of a file for reading.
func mapFile(f *os.File, size int) (*mapping, error) {
	data, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return owned(data, true), nil
}

// reserve takes zeroed memory, of which only what is touched counts.
func reserve(size int) (*mapping, error) {
	if size < minMapping {
		return &mapping{data: make([]byte, size)}, nil
	}
	const flags = syscall.MAP_ANON | syscall.MAP_PRIVATE | syscall.MAP_NORESERVE
	data, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, flags)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	// A refusal costs some speed and nothing else.
	_ = syscall.Madvise(data, hugePage)
	return owned(data, false), nil
}

func owned(data []byte, file bool) *mapping {
	m := &mapping{data: data, file: file}
	m.cleanup = runtime.AddCleanup(m, unmap, data)
	return m
}

func unmap(data []byte) { _ = syscall.Munmap(data) }

// free gives the memory back at once: nobody may use data any more.
func (m *mapping) free() {
	if len(m.data) < minMapping && !m.file {
		return
	}
	m.cleanup.Stop()
	unmap(m.data)
	m.data = nil
}

// advise tells the kernel about data[from:to], both rounded outwards to pages.
// Advice may be refused; the bytes are the same.
func (m *mapping) advise(from, to, advice int) {
	if !m.file {
		return
	}
	page := os.Getpagesize()
	from = from / page * page
	to = min((to+page-1)/page*page, len(m.data))
	if from < to {
		_ = syscall.Madvise(m.data[from:to], advice)
	}
}

// fetch brings data[from:to] into reach, drop lets it go again: what a pass
// over a mapped file is done with shall not count as this process's memory.
func (m *mapping) fetch(from, to int) { m.advise(from, to, populateRead) }
func (m *mapping) drop(from, to int)  { m.advise(from, to, syscall.MADV_DONTNEED) }

// random says that from now on single pages are wanted, no neighbours.
func (m *mapping) random() { m.advise(0, len(m.data), syscall.MADV_RANDOM) }
