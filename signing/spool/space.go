package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// ErrFull means that there is no room for a file now: those of other requests
// take it, or the disk is full or gone.
var ErrFull = errors.New("there is no room for the file now")

// Space is where files are spooled, and how much of it all of them together may
// take. The zero value is the system's folder for temporary files, without any
// bound. It may be used by many goroutines; its fields are not changed once it
// is in use.
type Space struct {
	Dir    string // the system's folder for temporary files when empty
	Most   int64  // bytes of all files at a time; 0 means no bound
	Leave  int64  // bytes that stay free on the disk, for others
	Memory int64  // bytes up to which a file stays in memory; [InMemory] when 0
	// Heap is how many bytes the files beyond Memory may take in memory together.
	// Each that is no longer than [InMemory] takes its part while there is room,
	// and goes to the disk when there is none: nobody waits for it.
	Heap int64

	mu       sync.Mutex
	used     int64
	heapUsed int64
	buffers  sync.Pool // *bytes.Buffer of [Space.ReadPassing], each within Memory
}

// step is how much is asked for at a time: a file that is announced and never
// sent takes nothing from those that come.
const step = 1 << 20

// Read takes what r gives, at most limit bytes of it. What does not fit in
// memory goes to a file that has no name, and so is gone with the program
// whatever happens. Errors are [ErrTooLarge], [ErrFull], and those of r.
func (s *Space) Read(r io.Reader, limit int64) (*File, error) { return s.ReadAbout(r, limit, 0) }

// announcedOnly is how many bytes a file must have sent before memory is set aside
// for those that it only announces.
const announcedOnly = 16 << 10

// ReadAbout is Read for a file that is announced to have so many bytes: memory for
// it is set aside at once. Nothing else depends on the announcement, and 0 is none.
func (s *Space) ReadAbout(r io.Reader, limit, announced int64) (*File, error) {
	return s.read(&bytes.Buffer{}, r, limit, announced)
}

// ReadPassing is ReadAbout for a file of which nothing is kept once it is closed: the
// memory of a small one is used for the next.
func (s *Space) ReadPassing(r io.Reader, limit, announced int64) (*File, error) {
	head, _ := s.buffers.Get().(*bytes.Buffer)
	if head == nil {
		head = &bytes.Buffer{}
	}
	f, err := s.read(head, r, limit, announced)
	if err != nil {
		return nil, err
	}
	giveBack := f.release
	f.release = func() {
		giveBack()
		// A larger one was a part of Heap, which has it no more.
		if int64(head.Cap()) <= s.memory()*5/4 {
			head.Reset()
			s.buffers.Put(head)
		}
	}
	return f, nil
}

func (s *Space) memory() int64 {
	if s.Memory == 0 {
		return InMemory
	}
	return s.Memory
}

// read reads a file into head first.
func (s *Space) read(head *bytes.Buffer, r io.Reader, limit, announced int64) (*File, error) {
	memory := s.memory()
	var held int64
	giveBack := func() { s.giveHeap(held) }
	for _, size := range s.sizes(memory, announced) {
		size = min(size, limit)
		if size < int64(head.Len()) {
			continue
		}
		if size > memory {
			if !s.takeHeap(size - held) {
				break
			}
			held = size
		}
		head.Grow(int(size) + 1 + bytes.MinRead - head.Len())
		if _, err := io.Copy(head, io.LimitReader(r, size+1-int64(head.Len()))); err != nil {
			giveBack()
			return nil, err
		}
		if int64(head.Len()) <= size {
			return &File{data: head.Bytes(), release: giveBack}, nil
		}
	}
	defer giveBack()
	if int64(head.Len()) > limit {
		return nil, tooLarge(limit)
	}
	return s.onDisk(head, r, limit)
}

// sizes are the steps in which memory is set aside for a file, each of which has to
// be filled before the next: what is announced at once, if it may stay in memory.
func (s *Space) sizes(memory, announced int64) []int64 {
	first := min(announcedOnly, memory)
	switch {
	case announced > 0 && announced <= first:
		return []int64{announced, memory, InMemory / 4, InMemory}
	case announced > first && announced <= InMemory:
		return []int64{first, announced, max(memory, announced), InMemory}
	}
	return []int64{first, memory, InMemory / 4, InMemory}
}

// takeHeap takes room in memory, if there is any.
func (s *Space) takeHeap(n int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heapUsed+n > s.Heap {
		return false
	}
	s.heapUsed += n
	return true
}

func (s *Space) giveHeap(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heapUsed -= n
}

// onDisk writes what was read and what is to come to a file, and maps it.
func (s *Space) onDisk(head *bytes.Buffer, r io.Reader, limit int64) (*File, error) {
	n := int64(head.Len())
	f, err := s.create()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w := &writer{space: s, file: f}
	size, err := io.Copy(w, io.MultiReader(head, io.LimitReader(r, limit-n+1)))
	if err == nil && size > limit {
		err = tooLarge(limit)
	}
	if err != nil {
		w.giveBack()
		return nil, err
	}
	mapped, err := mapFile(f, int(size))
	if err != nil {
		w.giveBack()
		return nil, full(err)
	}
	mapped.release = w.giveBack
	return mapped, nil
}

// Used returns how many bytes of the space are taken.
func (s *Space) Used() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

func (s *Space) create() (*os.File, error) {
	f, err := os.CreateTemp(s.Dir, "tamga-*")
	if err != nil {
		return nil, full(err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, full(errors.Join(err, f.Close()))
	}
	return f, nil
}

// Check says why no file could be spooled even if there were no others; nil when
// one could. The error is [ErrFull].
func (s *Space) Check() error {
	f, err := s.create()
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), s.leaves(step))
}

// take reserves bytes, or says that there is no room for them.
func (s *Space) take(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Most > 0 && s.used+n > s.Most {
		return fmt.Errorf("%w: %d bytes are taken", ErrFull, s.used)
	}
	if err := s.leaves(n); err != nil {
		return err
	}
	s.used += n
	return nil
}

// leaves says that the disk would have too little left after n more bytes.
func (s *Space) leaves(n int64) error {
	if s.Leave == 0 {
		return nil
	}
	dir := s.Dir
	if dir == "" {
		dir = os.TempDir()
	}
	if free, known := freeBytes(dir); known && free-n < s.Leave {
		return fmt.Errorf("%w: %d bytes are free on the disk, of which %d stay free", ErrFull, free, s.Leave)
	}
	return nil
}

// full tells what is wrong with the disk from what is wrong with who sends.
func full(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrFull, err)
}

// writer writes a file into room that it takes step by step.
type writer struct {
	space         *Space
	file          *os.File
	taken, filled int64
}

func (w *writer) Write(b []byte) (int, error) {
	for w.filled+int64(len(b)) > w.taken {
		if err := w.space.take(step); err != nil {
			return 0, err
		}
		w.taken += step
	}
	n, err := w.file.Write(b)
	w.filled += int64(n)
	return n, full(err)
}

func (w *writer) giveBack() {
	w.space.mu.Lock()
	defer w.space.mu.Unlock()
	w.space.used -= w.taken
	w.taken = 0
}
