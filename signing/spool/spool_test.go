package spool

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// sizes are those around the border between memory and mapping.
var sizes = []int{0, 1, InMemory - 1, InMemory, InMemory + 1, 3*InMemory + 17}

func contents(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

func TestReadGivesWhatCame(t *testing.T) {
	dir := t.TempDir()
	for _, n := range sizes {
		want := contents(n)
		f, err := (&Space{Dir: dir}).Read(bytes.NewReader(want), int64(n))
		if err != nil {
			t.Fatal(n, err)
		}
		if !bytes.Equal(f.Bytes(), want) {
			t.Errorf("%d bytes came out differently", n)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%d bytes left %v behind (%v)", n, left, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, n := range sizes[1:] {
		if _, err := (&Space{Dir: t.TempDir()}).Read(bytes.NewReader(contents(n)), int64(n-1)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("Read of %d bytes, one too many: %v", n, err)
		}
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, contents(n), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, int64(n-1)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("Open of %d bytes, one too many: %v", n, err)
		}
		f, err := Open(path, int64(n))
		if err != nil || !bytes.Equal(f.Bytes(), contents(n)) {
			t.Errorf("Open of %d bytes: %v", n, err)
		}
	}
	if _, err := Open(t.TempDir(), 1); err == nil || !strings.Contains(err.Error(), "is a folder, not a file") {
		t.Errorf("a folder was opened as a file: %v", err)
	}
}

// A reader that fails half way gives its error and leaves nothing behind.
func TestBrokenReader(t *testing.T) {
	dir := t.TempDir()
	broken := io.MultiReader(bytes.NewReader(contents(2*InMemory)), errReader{})
	if _, err := (&Space{Dir: dir}).Read(broken, 1<<30); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left %v behind", left)
	}
}

var errBroken = errors.New("broken")

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errBroken }

func TestShortenedFileIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, contents(4*InMemory), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !f.mapped {
		t.Skip("files are not mapped on this system")
	}
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	sum := 0
	err = Guard(func() error {
		for _, b := range f.Bytes() {
			sum += int(b)
		}
		return nil
	})
	if !errors.Is(err, ErrChanged) {
		t.Errorf("got %v", err)
	}
}

// A panic that is no fault of the mapping stays a panic.
func TestGuardHidesNoOtherPanic(t *testing.T) {
	f, err := (&Space{Dir: t.TempDir()}).Read(bytes.NewReader(contents(2*InMemory)), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	defer func() {
		if recover() == nil {
			t.Error("the panic is gone")
		}
	}()
	_ = Guard(func() error {
		var none []int
		_ = none[len(f.Bytes())]
		return nil
	})
}

// Two files of a megabyte and a bit fill a space of four; the third finds no
// room, takes none away, and fits once another was closed.
func TestSpaceIsShared(t *testing.T) {
	const size = step + 1 // takes two steps
	s := &Space{Dir: t.TempDir(), Most: 4 * step, Memory: 1 << 10}
	first, second := spooled(t, s, size), spooled(t, s, size)
	if _, err := s.Read(bytes.NewReader(contents(size)), size); !errors.Is(err, ErrFull) {
		t.Errorf("a third file: %v", err)
	}
	if s.Used() != 4*step {
		t.Errorf("%d bytes are taken", s.Used())
	}
	small, err := s.Read(bytes.NewReader(contents(1<<10)), size)
	if err != nil {
		t.Errorf("a file that stays in memory: %v", err)
	}
	if err := errors.Join(first.Close(), first.Close(), small.Close()); err != nil {
		t.Error(err)
	}
	third := spooled(t, s, size)
	if err := errors.Join(second.Close(), third.Close()); err != nil {
		t.Error(err)
	}
	if s.Used() != 0 {
		t.Errorf("%d bytes stay taken", s.Used())
	}
}

func spooled(t *testing.T, s *Space, size int) *File {
	t.Helper()
	f, err := s.Read(bytes.NewReader(contents(size)), int64(size))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What breaks off, or is too long, gives its room back.
func TestSpaceOfBrokenFiles(t *testing.T) {
	s := &Space{Dir: t.TempDir(), Most: 8 * step, Memory: 1 << 10}
	broken := io.MultiReader(bytes.NewReader(contents(3*step)), errReader{})
	if _, err := s.Read(broken, 1<<30); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Read(bytes.NewReader(contents(3*step)), 2*step); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if s.Used() != 0 {
		t.Errorf("%d bytes stay taken", s.Used())
	}
}

// The limits, one below and one above.
func TestSpaceLimits(t *testing.T) {
	for _, c := range []struct {
		most int64
		err  error
	}{{2*step - 1, ErrFull}, {2 * step, nil}} {
		s := &Space{Dir: t.TempDir(), Most: c.most, Memory: 1 << 10}
		if _, err := s.Read(bytes.NewReader(contents(2*step)), 2*step); !errors.Is(err, c.err) {
			t.Errorf("a file of %d bytes in %d: %v", 2*step, c.most, err)
		}
	}
	s := &Space{Dir: t.TempDir(), Memory: 100}
	for _, size := range []int{100, 101} {
		f := spooled(t, s, size)
		if f.mapped != (size > 100) {
			t.Errorf("%d bytes: mapped %t", size, f.mapped)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A disk that is nearly full is left to the database.
func TestSpaceLeavesRoom(t *testing.T) {
	dir := t.TempDir()
	free, known := freeBytes(dir)
	if !known {
		t.Skip("this system does not tell how much room there is")
	}
	s := &Space{Dir: dir, Leave: free + free/2, Memory: 1 << 10}
	if _, err := s.Read(bytes.NewReader(contents(step)), step); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	s = &Space{Dir: dir, Leave: free / 2, Memory: 1 << 10}
	if err := spooled(t, s, step).Close(); err != nil {
		t.Error(err)
	}
}

// A disk that is gone, or nearly full, has no room, and says so beforehand; what
// other files take is no such reason.
func TestSpaceWithoutDisk(t *testing.T) {
	dir := t.TempDir()
	free, known := freeBytes(dir)
	for name, c := range map[string]struct {
		space *Space
		check error
	}{
		"no folder":   {&Space{Dir: filepath.Join(dir, "none")}, ErrFull},
		"a file":      {&Space{Dir: os.Args[0]}, ErrFull},
		"nearly full": {&Space{Dir: dir, Leave: free + free/2 + 1}, ErrFull},
		"room":        {&Space{Dir: dir, Leave: 1}, nil},
		"all taken":   {&Space{Dir: dir, Most: 1}, nil},
	} {
		if name == "nearly full" && !known {
			continue
		}
		s := c.space
		s.Memory = 1 << 10
		if err := s.Check(); !errors.Is(err, c.check) {
			t.Errorf("%s: %v", name, err)
		}
		f, err := s.Read(bytes.NewReader(contents(step)), step)
		if want := name != "room"; errors.Is(err, ErrFull) != want {
			t.Errorf("%s: reading: %v", name, err)
		}
		if err == nil {
			err = f.Close()
		}
		if err != nil && !errors.Is(err, ErrFull) {
			t.Error(err)
		}
	}
}

// Files beyond Memory share what there is of Heap, give it back, and go to the disk
// without it; they are whole in any case.
func TestHeapIsShared(t *testing.T) {
	s := &Space{Dir: t.TempDir(), Memory: 64 << 10, Heap: 3 * InMemory}
	var files []*File
	open := func(size int, mapped bool) {
		t.Helper()
		want := bytes.Repeat([]byte{'x'}, size)
		f, err := s.Read(bytes.NewReader(want), 4<<20)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(f.Bytes(), want) || f.mapped != mapped {
			t.Errorf("a file of %d bytes: %d bytes, mapped %v", size, len(f.Bytes()), f.mapped)
		}
		files = append(files, f)
	}
	open(64<<10, false) // takes nothing of the heap
	open(64<<10+1, false)
	open(InMemory/4, false)
	open(InMemory/4+1, false)
	open(InMemory, false)
	open(InMemory+1, true) // too large for it, and holds nothing of it
	open(InMemory, true)   // the rest does not suffice
	open(InMemory/4, false)
	open(InMemory/4, false)
	open(64<<10+1, true)
	for _, f := range files {
		if err := errors.Join(f.Close(), f.Close()); err != nil { // twice gives back once
			t.Fatal(err)
		}
	}
	if s.heapUsed != 0 || s.Used() != 0 {
		t.Errorf("%d bytes of the heap and %d of the disk are not given back", s.heapUsed, s.Used())
	}
	for _, size := range []int{100<<10 + 1, InMemory/4 + 1} {
		if _, err := s.Read(bytes.NewReader(make([]byte, size)), int64(size-1)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%d bytes of %d: %v", size, size-1, err)
		}
	}
	broken := errors.New("broken")
	if _, err := s.Read(io.MultiReader(bytes.NewReader(make([]byte, 100<<10)), iotest.ErrReader(broken)), 4<<20); !errors.Is(err, broken) {
		t.Errorf("a reader that breaks: %v", err)
	}
	if s.heapUsed != 0 || s.Used() != 0 {
		t.Errorf("after failures %d bytes of the heap and %d of the disk are not given back", s.heapUsed, s.Used())
	}
}

// A passing file is whole wherever it lies, gives back what it took, and leaves its
// memory to the next if that is within what each may have.
func TestPassingFiles(t *testing.T) {
	s := &Space{Dir: t.TempDir(), Memory: 64 << 10, Heap: 3 * InMemory}
	for _, announced := range []int64{0, 1, 10 << 10, InMemory} {
		for _, size := range append([]int{64 << 10, 64<<10 + 1, announcedOnly, announcedOnly + 1}, sizes...) {
			want := contents(size)
			f, err := s.ReadPassing(bytes.NewReader(want), 4*InMemory, announced)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(f.Bytes(), want) {
				t.Errorf("%d bytes, announced as %d, came out differently", size, announced)
			}
			if err := errors.Join(f.Close(), f.Close()); err != nil {
				t.Fatal(err)
			}
			if kept, _ := s.buffers.Get().(*bytes.Buffer); kept != nil {
				if size > 128<<10 || kept.Len() > 0 || kept.Cap() > 80<<10 {
					t.Errorf("after %d bytes, a buffer for %d with %d in it is kept", size, kept.Cap(), kept.Len())
				}
				s.buffers.Put(kept)
			}
		}
	}
	if s.heapUsed != 0 || s.Used() != 0 {
		t.Errorf("%d bytes of the heap and %d of the disk are not given back", s.heapUsed, s.Used())
	}
	first, err := s.ReadPassing(bytes.NewReader(contents(100)), 100, 100)
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.ReadPassing(bytes.NewReader(make([]byte, 100)), 100, 100)
	if err != nil || !bytes.Equal(first.Bytes(), contents(100)) {
		t.Errorf("two at a time share their memory: %v", err)
	}
	if _, err := s.ReadPassing(iotest.ErrReader(errBroken), 100, 100); !errors.Is(err, errBroken) {
		t.Errorf("a reader that breaks: %v", err)
	}
	if _, err := s.ReadPassing(bytes.NewReader(make([]byte, 101)), 100, 100); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one byte too many: %v", err)
	}
	if err := errors.Join(first.Close(), second.Close()); err != nil {
		t.Error(err)
	}
}
