package pades

import (
	"cmp"
	"slices"
	"sort"
)

// maxObjects bounds object numbers: the implementation limit of ISO 32000-1,
// annex C.
const maxObjects = 8_388_608

type entryKind uint8

const (
	entryFree entryKind = iota
	entryInUse
	entryCompressed
)

// version is one entry of one revision's cross-reference: an object as that
// revision left it.
type version struct {
	number     uint32
	revision   int32
	kind       entryKind
	hybrid     hybridEntry
	generation uint16
	// offset is the place of an object in use; for a compressed one the number
	// of its object stream.
	offset int64
	// limit is where the object must have ended; for a compressed one its index
	// in the object stream.
	limit int64
	// origin is the index of the version that first listed the object at this
	// place: some writers list every object again in each revision.
	origin int32
}

func (v version) ref() Ref { return Ref{Number: v.number, Generation: v.generation} }

// meter bounds the work of Read. Objects reached by many ways (a parent of a
// hundred thousand widgets) are parsed anew each time, which a hostile file
// could make quadratic.
type meter struct {
	parse   int64 // bytes still to be parsed
	inflate int64 // bytes still to be decompressed
	entries int64 // cross-reference entries still to be read
}

// sortVersions orders the entries for find, and refuses a number listed twice
// in one revision, since programs differ in which they believe.
func (d *Document) sortVersions() error {
	slices.SortFunc(d.versions, func(a, b version) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.revision, b.revision))
	})
	for i := range d.versions {
		b := &d.versions[i]
		b.origin = int32(i)
		if i == 0 || d.versions[i-1].number != b.number {
			continue
		}
		a := d.versions[i-1]
		if a.kind == entryInUse && a.kind == b.kind && a.offset == b.offset && a.generation == b.generation {
			b.origin = a.origin
		}
		if a.revision == b.revision {
			return syntaxError(d.Revisions[b.revision].section, "object %d is listed twice in one revision", b.number)
		}
	}
	return nil
}

// byOffset returns the indexes of the versions in use, in the order of the file,
// and sets the limit of each: the next object or the end of its revision. Thus
// objects cannot overlap, and reading all of them takes linear time.
func (d *Document) byOffset() ([]int, error) {
	order := make([]int, 0, len(d.versions))
	for i, v := range d.versions {
		if v.kind != entryInUse {
			continue
		}
		end := d.Revisions[v.revision].End
		if v.offset <= 0 || v.offset >= end {
			return nil, syntaxError(v.offset, "object %d lies outside its revision", v.number)
		}
		d.versions[i].limit = end
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(d.versions[a].offset, d.versions[b].offset), cmp.Compare(a, b))
	})
	next := int64(len(d.file))
	for k := len(order) - 1; k >= 0; k-- {
		v := &d.versions[order[k]]
		if k+1 < len(order) {
			if after := d.versions[order[k+1]].offset; after != v.offset {
				next = after
			}
		}
		v.limit = min(v.limit, next)
	}
	return order, nil
}

// find returns the index of the version of an object that is in force in a
// revision, -1 when there is none.
func (d *Document) find(number uint32, revision int) int {
	i := sort.Search(len(d.versions), func(i int) bool {
		v := &d.versions[i]
		return v.number > number || v.number == number && int(v.revision) > revision
	}) - 1
	if i < 0 || d.versions[i].number != number {
		return -1
	}
	return i
}

// locate is find for a reference: the version must be in use and of the same
// generation, else the reference stands for null (7.3.10).
func (d *Document) locate(ref Ref, revision int) int {
	i := d.find(ref.Number, revision)
	if i < 0 || d.versions[i].kind == entryFree || d.versions[i].generation != ref.Generation {
		return -1
	}
	return i
}

// body reads the object of a version.
func (d *Document) body(i int) (Object, error) {
	v := d.versions[i]
	switch v.kind {
	case entryInUse:
		if d.scratch == nil {
			o, _, err := d.indirect(i)
			return o, err
		}
		if o, known := d.scratch.body(i); known {
			return o, nil
		}
		o, _, err := d.indirect(i)
		if err == nil && v.limit-v.offset <= maxBody && len(d.scratch.bodies) < maxBodies {
			d.scratch.bodies = append(d.scratch.bodies, body{i, o})
		}
		return o, err
	case entryCompressed:
		return d.compressed(i)
	default:
		return nil, nil
	}
}

// indirect reads the object of a version in use and the offset after its endobj.
func (d *Document) indirect(i int) (Object, int64, error) {
	v := d.versions[i]
	if err := d.spend(v.limit-v.offset, v.offset); err != nil {
		return nil, 0, err
	}
	o, end, err := d.parserAt(v).indirect(v.ref(), func(length Ref) (int64, error) {
		return d.streamLength(length, int(v.revision))
	})
	if err == nil && d.encryption != nil {
		o = d.encryption.undo(v.ref(), o)
	}
	return o, end, err
}

// parserAt returns a parser at the object of a version in use.
func (d *Document) parserAt(v version) *parser {
	return &parser{data: d.file[:v.limit], pos: int(v.offset), scratch: d.scratch}
}

func (d *Document) spend(bytes, offset int64) error {
	if d.meter == nil {
		return nil
	}
	if d.meter.parse -= bytes; d.meter.parse < 0 {
		return errTooLong(offset)
	}
	return nil
}

func errTooLong(offset int64) error {
	return limitError(offset, "objects refer to each other so often that reading them would take too long")
}

// header reads "n g obj" and compares it with what the cross-reference says.
// White space before it is allowed: common writers point to the end of line
// before an object, and no two programs read that differently.
func (p *parser) header(want *Ref) error {
	p.white()
	start := p.pos
	number, ok := p.digits(10)
	if !ok || p.space() == 0 {
		p.pos = start
		return p.fail("no object begins here")
	}
	generation, ok := p.digits(5)
	if !ok || p.space() == 0 || !p.keyword("obj") || number >= maxObjects || generation > 65535 {
		p.pos = start
		return p.fail("no object begins here")
	}
	found := Ref{Number: uint32(number), Generation: uint16(generation)}
	if *want == (Ref{}) {
		*want = found
	}
	if found != *want {
		p.pos = start
		return p.fail("the cross-reference says object %d %d, the file says %d %d",
			want.Number, want.Generation, found.Number, found.Generation)
	}
	return nil
}

// indirect reads an indirect object, which must end within the data. A nil length
// says that a stream's /Length must be direct. A zero want accepts any number.
func (p *parser) indirect(want Ref, length func(Ref) (int64, error)) (Object, int64, error) {
	if err := p.header(&want); err != nil {
		return nil, 0, err
	}
	o, err := p.object(0)
	if err != nil {
		return nil, 0, err
	}
	p.space()
	if dict, ok := o.(Dict); ok && p.keyword("stream") {
		if p.discard {
			return nil, 0, errMatters
		}
		if o, err = p.stream(dict, length); err != nil {
			return nil, 0, err
		}
		p.space()
	}
	if !p.keyword("endobj") {
		return nil, 0, p.fail("endobj expected")
	}
	return o, int64(p.pos), nil
}

// stream reads what follows the keyword stream (7.3.8).
func (p *parser) stream(dict Dict, length func(Ref) (int64, error)) (*Stream, error) {
	if !p.accept("\r\n") && !p.accept("\n") {
		return nil, p.fail("end of line expected after the keyword stream")
	}
	s := &Stream{Dict: dict, Start: int64(p.pos)}
	var size int64
	switch l := dict.Get("Length").(type) {
	case Integer:
		size = int64(l)
	case Ref:
		if length == nil {
			return nil, p.fail("the length of this stream must be direct")
		}
		var err error
		if size, err = length(l); err != nil {
			return nil, err
		}
		s.length = l
	default:
		return nil, p.fail("stream without a length")
	}
	if size < 0 || size > int64(len(p.data)-p.pos) {
		return nil, p.fail("the stream's length leaves its place")
	}
	p.pos += int(size)
	s.End = int64(p.pos)
	p.lineEnd()
	if s.padded = p.lineEnd(); !p.keyword("endstream") {
		return nil, p.fail("endstream expected where the stream's length says")
	}
	return s, nil
}

// lineEnd skips an end-of-line marker and says whether there was one.
func (p *parser) lineEnd() bool { return p.accept("\r\n") || p.accept("\n") || p.accept("\r") }

// streamLength reads the integer an indirect /Length refers to.
func (d *Document) streamLength(ref Ref, revision int) (int64, error) {
	i := d.locate(ref, revision)
	if i < 0 {
		return 0, syntaxError(-1, "the length of a stream refers to nothing")
	}
	var o Object
	var err error
	if v := d.versions[i]; v.kind == entryCompressed {
		o, err = d.compressed(i)
	} else if err = d.spend(v.limit-v.offset, v.offset); err == nil {
		o, _, err = d.parserAt(v).indirect(v.ref(), nil)
	}
	if err != nil {
		return 0, err
	}
	size, ok := o.(Integer)
	if !ok {
		return 0, syntaxError(-1, "the length of a stream is not an integer")
	}
	return int64(size), nil
}
