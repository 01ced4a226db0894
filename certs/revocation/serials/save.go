package serials

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

var (
	// ErrNoIndex means that a file is no index of this list that this version
	// can use: it is damaged, of another list, of another format, or not made
	// with the key. The list is then to be indexed anew.
	ErrNoIndex = errors.New("not an index of this revocation list")
	// ErrIndirect means that an index is not kept: that of an indirect list.
	ErrIndirect = errors.New("the index of an indirect revocation list is not kept")
)

// Key is a secret of whoever keeps an index in a file. The file says what a list
// says without being signed, so that only who has the key may write one.
type Key [32]byte

// magic names the format and its version. The numbers are little-endian; the
// table follows as it is in memory, then the HMAC-SHA-256 of all before.
const magic = "tamga serials 03"

// header is what an index file begins with.
type header struct {
	Magic       [16]byte
	List        [sha256.Size]byte // digest of the list
	ListSize    uint64
	EntriesFrom uint64
	EntriesTo   uint64
	Seed        seed
	RunBits     uint32
	Critical    uint32 // bytes of critical identifiers, which follow the header
	Entries     uint64
}

// maxIdentifiers bounds the critical identifiers' room in an index file.
const maxIdentifiers = maxCritical * (maxIdentifier + 2)

// Save writes the index to a file that [File.Restore] reads with the same key. It
// replaces the file in one step, or leaves it as it was. It reads the list for
// its digest, unless that is known. [ErrIndirect] is the refusal to keep the
// index of an indirect list.
func (x *Index) Save(path string, key Key) error {
	t := x.table.Load()
	switch {
	case t == nil:
		return ErrClosed
	case t.owners != nil:
		return ErrIndirect
	}
	digest, err := t.list.sum()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails after the renaming
	err = t.write(f, digest, key)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("writing index %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

func (t *table) write(f io.Writer, digest [sha256.Size]byte, key Key) error {
	var critical []byte
	for _, id := range t.critical {
		critical = append(critical, byte(len(id)>>8), byte(len(id)))
		critical = append(critical, id...)
	}
	h := header{
		List: digest, ListSize: uint64(len(t.list.data)),
		EntriesFrom: uint64(t.list.entries.from), EntriesTo: uint64(t.list.entries.to),
		Seed: t.seed, RunBits: uint32(t.runBits), Critical: uint32(len(critical)),
		Entries: uint64(t.entries),
	}
	copy(h.Magic[:], magic)
	sum := hmac.New(sha256.New, key[:])
	w := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<20)
	if err := binary.Write(w, binary.LittleEndian, &h); err != nil {
		return err
	}
	for _, part := range [][]byte{critical, t.data} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := f.Write(sum.Sum(nil))
	return err
}

// Restore reads an index of the list from a file written by [Index.Save] with the
// key. It reads the list once for its digest, unless that is known, and does not
// look at the entries. A file that is not whole, of another list, or that nobody
// with the key wrote, is [ErrNoIndex].
func (f *File) Restore(path string, key Key) (*Index, error) {
	if f.list.mapping != nil {
		defer f.list.mapping.random()
	}
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, err
	}
	x, err := f.readIndex(in, info.Size(), key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return x, nil
}

// readIndex reads an index file of the given size into memory of its own: the
// bytes that were checked are the bytes that are used.
func (f *File) readIndex(r io.Reader, size int64, key Key) (*Index, error) {
	l := &f.list
	refuse := func(why string) (*Index, error) { return nil, fmt.Errorf("%w: %s", ErrNoIndex, why) }
	digest, err := l.sum()
	if err != nil {
		return nil, err
	}
	var h header
	sum := hmac.New(sha256.New, key[:])
	if err := binary.Read(io.TeeReader(r, sum), binary.LittleEndian, &h); err != nil {
		return refuse("cut short")
	}
	if why := h.wrong(l, digest, f.opts); why != "" {
		return refuse(why)
	}
	if size != int64(binary.Size(h))+int64(h.Critical)+int64(bucketsFor(int(h.Entries)))*bucketSize+sha256.Size {
		return refuse("not of its size")
	}
	critical := make([]byte, h.Critical)
	if _, err := io.ReadFull(r, critical); err != nil {
		return refuse("cut short")
	}
	t, err := newTable(int(h.Entries), int(h.Entries), uint(h.RunBits), h.Seed)
	if err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(r, t.data); err != nil {
		return refuse("cut short")
	}
	sum.Write(critical)
	sum.Write(t.data)
	var want [sha256.Size]byte
	if _, err := io.ReadFull(r, want[:]); err != nil || !hmac.Equal(sum.Sum(nil), want[:]) {
		return refuse("damaged")
	}
	t.list = l
	var ok bool
	if t.critical, ok = splitIdentifiers(critical); !ok {
		return refuse("damaged")
	}
	return newIndex(t), nil
}

// wrong says what does not fit, "" for nothing. What it lets through can be
// added and multiplied without overflow.
func (h *header) wrong(l *list, digest [sha256.Size]byte, opts Options) string {
	switch {
	case string(h.Magic[:]) != magic:
		return "another format"
	case h.List != digest || h.ListSize != uint64(len(l.data)) ||
		h.EntriesFrom != uint64(l.entries.from) || h.EntriesTo != uint64(l.entries.to):
		return "of another list"
	case h.RunBits > maxRunBits || h.Critical > maxIdentifiers ||
		h.Entries > uint64(l.entries.len()/minEntry) || h.Entries > uint64(opts.MaxEntries):
		return "damaged"
	}
	return ""
}

func splitIdentifiers(b []byte) ([][]byte, bool) {
	var ids [][]byte
	for len(b) > 0 {
		if len(b) < 2 {
			return nil, false
		}
		n := int(b[0])<<8 | int(b[1])
		if n == 0 || n > len(b)-2 {
			return nil, false
		}
		ids, b = append(ids, b[2:2+n]), b[2+n:]
	}
	return ids, true
}
