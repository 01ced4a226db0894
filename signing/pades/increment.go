package pades

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// Errors of the functions that add a revision, for errors.Is.
var (
	// ErrUnsound means that the file breaks a rule of this package, so that a
	// further revision could not be told from the damage.
	ErrUnsound = errors.New("the PDF file is not sound enough for a further revision")
	// ErrField means that the field asked for is taken, is no signature field,
	// or cannot be named so.
	ErrField = errors.New("not usable as a signature field")
	// ErrNotFirst means that a certification was asked for in a file that has
	// signatures.
	ErrNotFirst = errors.New("only the first signature can be a certification")
	// ErrRevision means that what was asked for cannot be written.
	ErrRevision = errors.New("malformed request for a revision")
)

// increment is a new revision in the making (7.5.6). The bytes of the file come
// first in out and are never touched. Every rewritten object keeps its number,
// as signatures are compared with later revisions by object number.
type increment struct {
	doc     *Document
	newest  int
	out     []byte
	size    int64 // next free object number
	written []version

	root    Ref
	catalog Dict
	changed bool // the catalog is to be written
}

// extend begins a revision after the newest one. spare is how many bytes the
// revision will take, about.
func (d *Document) extend(spare int) (*increment, error) {
	if err := d.Sound(); err != nil {
		return nil, err
	}
	if d.encryption != nil {
		if err := d.encryption.writes(); err != nil {
			return nil, err
		}
	}
	u := &increment{doc: d, newest: len(d.Revisions) - 1}
	for _, r := range d.Revisions {
		if size, ok := r.Trailer.Get("Size").(Integer); ok {
			u.size = max(u.size, int64(size))
		}
	}
	if n := len(d.versions); n > 0 {
		u.size = max(u.size, int64(d.versions[n-1].number)+1)
	}
	catalog, err := d.Catalog(u.newest)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	u.root, _ = d.Revisions[u.newest].Trailer.Get("Root").(Ref)
	u.catalog = u.spelled(catalog)
	// Appending is told to copy, and does not clear first what it copies to.
	u.out = append(d.file[:len(d.file):len(d.file)], make([]byte, spare+4096)...)[:len(d.file)]
	if last := d.file[len(d.file)-1]; last != '\n' && last != '\r' {
		u.out = append(u.out, '\n')
	}
	return u, nil
}

// Sound says whether a further revision may be added, or gives the reason why
// not, an ErrUnsound: nothing may be Unreadable, both readings of a Hybrid file must
// be one, and no signature may have another problem than that revisions follow it,
// but what is [Tolerated].
func (d *Document) Sound() error {
	for _, problems := range [][]Problem{d.Unreadable, d.Hybrid} {
		if p, found := worst(problems, Tolerated); found {
			return fmt.Errorf("%w: %s: %s", ErrUnsound, p.Code, p.Detail)
		}
	}
	for _, s := range d.Signatures {
		if p, found := worst(s.Problems, Tolerated); found {
			return fmt.Errorf("%w: signature %s: %s: %s", ErrUnsound, s.ID, p.Code, p.Detail)
		}
	}
	return nil
}

// next takes a number that no revision has used.
func (u *increment) next() Ref {
	ref := Ref{Number: uint32(u.size)}
	u.size++
	return ref
}

// add writes a new object.
func (u *increment) add(o Object) Ref {
	ref := u.next()
	u.write(ref, o)
	return ref
}

// write writes an object of this revision: a fresh number, or a new version of
// an old object.
func (u *increment) write(ref Ref, o Object) {
	u.begin(ref)
	u.out = appendObject(u.out, u.sealed(ref, o))
	u.out = append(u.out, "\nendobj\n"...)
}

// sealed encrypts an object where the file is encrypted.
func (u *increment) sealed(ref Ref, o Object) Object {
	if u.doc.encryption == nil {
		return o
	}
	return u.doc.encryption.seal(ref, o)
}

func (u *increment) begin(ref Ref) {
	u.written = append(u.written, version{number: ref.Number, generation: ref.Generation, offset: int64(len(u.out))})
	u.out = fmt.Appendf(u.out, "%d %d obj\n", ref.Number, ref.Generation)
}

// has says whether this revision has written the object already.
func (u *increment) has(ref Ref) bool {
	return slices.ContainsFunc(u.written, func(v version) bool { return v.ref() == ref })
}

// setCatalog changes an entry of the catalog, which is written at the end.
func (u *increment) setCatalog(key Name, value Object) {
	u.catalog = u.catalog.with(key, value)
	u.changed = true
}

// finish writes what ends a revision and returns the offset of its
// cross-reference section.
func (u *increment) finish() error {
	if u.changed {
		u.write(u.root, u.catalog)
	}
	if u.size > maxObjects {
		return fmt.Errorf("%w: more objects than a PDF file can have", ErrRevision)
	}
	section := u.doc.Revisions[u.newest].section
	trailer := u.trailer(section)
	start := len(u.out)
	p := &parser{data: u.doc.file, pos: int(section)}
	if p.white(); p.keyword("xref") {
		u.table(trailer)
	} else {
		u.stream(trailer)
	}
	u.out = fmt.Appendf(u.out, "startxref\n%d\n%%%%EOF\n", start)
	return nil
}

// trailer repeats the entries of the last trailer, as 7.5.6 requires, with the
// changing half of the file identifier renewed (14.4).
func (u *increment) trailer(prev int64) Dict {
	old := u.doc.Revisions[u.newest].Trailer
	trailer := Dict{}
	for _, e := range u.spelled(old) {
		switch e.Key {
		case "Size", "Prev", "XRefStm", "ID",
			"Type", "W", "Index", "Length", "Filter", "DecodeParms", "DL", "F", "FFilter", "FDecodeParms":
		default:
			trailer = append(trailer, e)
		}
	}
	id, _ := u.doc.Resolve(u.newest, old.Get("ID"))
	if halves, ok := id.(Array); ok && len(halves) == 2 {
		h := sha256.New()
		h.Write(appendObject(nil, halves))
		binary.Write(h, binary.BigEndian, int64(len(u.out)))
		added := u.out[len(u.doc.file):]
		h.Write(added[:min(len(added), 1024)])
		trailer = append(trailer, Entry{Key: "ID", Value: Array{halves[0], String{Value: h.Sum(nil)[:16], plain: true}}})
	}
	return append(trailer, Entry{Key: "Prev", Value: Integer(prev)})
}

// subsections orders the written objects and calls each run of numbers.
func (u *increment) subsections(each func(run []version)) {
	slices.SortFunc(u.written, func(a, b version) int { return cmp.Compare(a.number, b.number) })
	for rest := u.written; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].number == rest[0].number+uint32(n) {
			n++
		}
		each(rest[:n])
		rest = rest[n:]
	}
}

// table writes a cross-reference table (7.5.4).
func (u *increment) table(trailer Dict) {
	u.out = append(u.out, "xref\n"...)
	u.subsections(func(run []version) {
		u.out = fmt.Appendf(u.out, "%d %d\n", run[0].number, len(run))
		for _, v := range run {
			u.out = fmt.Appendf(u.out, "%010d %05d n \n", v.offset, v.generation)
		}
	})
	u.out = append(u.out, "trailer\n"...)
	u.out = appendObject(u.out, append(Dict{{Key: "Size", Value: Integer(u.size)}}, trailer...))
	u.out = append(u.out, '\n')
}

// stream writes a cross-reference stream (7.5.8), which lists itself.
func (u *increment) stream(trailer Dict) {
	ref := u.next()
	start := int64(len(u.out))
	u.written = append(u.written, version{number: ref.Number, offset: start})
	width := 4
	if start > 1<<32-1 {
		width = 8
	}
	index, rows := Array{}, []byte{}
	u.subsections(func(run []version) {
		index = append(index, Integer(run[0].number), Integer(len(run)))
		for _, v := range run {
			var place [8]byte
			binary.BigEndian.PutUint64(place[:], uint64(v.offset))
			rows = append(rows, 1)
			rows = append(rows, place[8-width:]...)
			rows = binary.BigEndian.AppendUint16(rows, v.generation)
		}
	})
	dict := append(Dict{
		{Key: "Type", Value: Name("XRef")},
		{Key: "Size", Value: Integer(u.size)},
		{Key: "W", Value: Array{Integer(1), Integer(width), Integer(2)}},
		{Key: "Index", Value: index},
	}, trailer...)
	u.out = fmt.Appendf(u.out, "%d 0 obj\n", ref.Number)
	u.out = appendStream(u.out, dict, rows)
	u.out = append(u.out, "\nendobj\n"...)
}

// Prepared is a file with a new, empty signature at its end, whose /ByteRange
// is final.
type Prepared struct {
	file       []byte
	start, end int // of the token of /Contents
}

// SignedBytes returns the two parts of the file that are to be digested, in
// order.
func (p *Prepared) SignedBytes() [2][]byte {
	return [2][]byte{p.file[:p.start], p.file[p.end:]}
}

// Room returns how many bytes of DER fit.
func (p *Prepared) Room() int { return (p.end - p.start - 2) / 2 }

// Fill puts content, one DER element, into its place and returns the file, which
// is not copied. Filling again replaces the content. The error is ErrNotDER or
// ErrHoleTooSmall, as of [Fill].
func (p *Prepared) Fill(content []byte) ([]byte, error) {
	if derSize(content) != len(content) {
		return nil, ErrNotDER
	}
	if len(content) > p.Room() {
		return nil, fmt.Errorf("%w: %d bytes in a place for %d", ErrHoleTooSmall, len(content), p.Room())
	}
	place := p.file[p.start+1 : p.end-1]
	n := hex.Encode(place, content)
	copy(place[n:], bytes.Repeat([]byte{'0'}, len(place)-n))
	return p.file, nil
}

// OpenHole returns the empty signature that [Hole] would find in a prepared file
// together with the file as something to fill in place. What the caller changes
// outside of the hole before digesting must keep every length.
func OpenHole(file []byte) (*Prepared, *Document, error) {
	d, s, err := findHole(file)
	if err != nil {
		return nil, nil, err
	}
	return &Prepared{file: file, start: int(s.ContentsStart), end: int(s.ContentsEnd)}, d, nil
}
