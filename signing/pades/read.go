package pades

import (
	"bytes"
	"errors"
	"fmt"
)

const (
	// workFactor times the length of the file (and of what it inflates to) may
	// be parsed; an honest file needs two to three passes.
	workFactor = 4
	minWork    = 4 << 20

	maxProblems   = 1000
	maxSignatures = 1000
)

// Read reads the structure of a PDF file and finds its signatures.
//
// It returns ErrNotPDF when there is no %PDF- in the first 1024 bytes,
// ErrEncrypted for an encrypted file that does not open with the empty user
// password, and a *SyntaxError when the
// cross-reference or an object stream cannot be read exactly as written, or when
// the file exceeds a bound. Everything else that is wrong is a [Problem] of the
// Document or of a Signature. A file without signatures is not an error.
func Read(file []byte) (*Document, error) { return read(file, false) }

// read is Read, which may build all objects for a test that nothing depends on
// which of them are built.
func read(file []byte, buildAll bool) (*Document, error) {
	header := bytes.Index(file[:min(1024, len(file))], []byte("%PDF-"))
	if header < 0 {
		return nil, ErrNotPDF
	}
	size := int64(len(file))
	d := &Document{file: file, scratch: newScratch(), meter: &meter{
		parse:   minWork + workFactor*size,
		inflate: inflateLimit(len(file)),
		entries: min(maxEntries, 1<<16+size/4),
	}}
	if err := d.readSections(); err != nil {
		return nil, err
	}
	if err := d.sortVersions(); err != nil {
		return nil, err
	}
	order, err := d.byOffset()
	if err != nil {
		return nil, err
	}
	if err = d.readEncryption(); err != nil {
		return nil, err
	}
	if err = d.loadObjectStreams(); err != nil {
		return nil, err
	}
	r := newReader(d)
	r.buildAll = buildAll
	r.headerAt(header)
	if d.Revisions[r.newest].Trailer.Get("AdditionalStreams") != nil {
		r.tolerate(CodeOriginal, "the file carries an original, which office programs open instead of its pages")
	}
	for i, revision := range d.Revisions {
		r.checkKeys(revision.Trailer, fmt.Sprintf("the trailer of revision %d", i))
	}
	if err = r.scan(order); err != nil {
		return nil, err
	}
	r.trailingBytes()
	r.encryptedApart()
	r.form()
	r.pages()
	r.orphans()
	r.finish()
	r.hybrids()
	if d.meter.parse < 0 {
		return nil, errTooLong(0)
	}
	d.meter, d.scratch = nil, nil
	return d, nil
}

// reader collects what Read finds.
type reader struct {
	d        *Document
	newest   int
	buildAll bool

	found   []dictionary // what looks like a signature
	widgets []fieldRef   // what may be a signature field

	fields  map[Ref]bool  // objects of the field tree
	claimed map[place]Ref // signature dictionaries, with their field
	isSig   map[Ref]bool  // memory of climb
	perms   map[int]Object
	apart   []int // versions of streams that are encrypted otherwise than all others
	padded  bool  // a padded stream was reported
	shifted bool  // white space stands before the header

	repeated bool // so was a key with the same value twice
}

// place identifies the bytes of an object, whichever revisions list it.
type place struct {
	kind          entryKind
	offset, index int64
}

// dictionary is what looks like a signature; dict is kept for the first of them,
// so that they need not be read twice.
type dictionary struct {
	version int
	nested  bool
	dict    Dict
}

type fieldRef struct {
	version int
	nested  bool
	dict    Dict
}

func newReader(d *Document) *reader {
	return &reader{
		d:       d,
		newest:  len(d.Revisions) - 1,
		fields:  map[Ref]bool{},
		claimed: map[place]Ref{},
		isSig:   map[Ref]bool{},
		perms:   map[int]Object{},
	}
}

func (r *reader) report(code, format string, args ...any) {
	r.note(Problem{Code: code, Detail: fmt.Sprintf(format, args...)})
}

// failed is report for an error, which may be but a bound of this reader.
func (r *reader) failed(code, what string, err error) {
	p := Problem{Code: code, Detail: what + err.Error()}
	if isLimit(err) {
		p.Weight = NotRead
	}
	r.note(p)
}

func (r *reader) tolerate(code, format string, args ...any) {
	r.note(Problem{Code: code, Detail: fmt.Sprintf(format, args...), Weight: Tolerated})
}

func (r *reader) note(p Problem) {
	switch n := len(r.d.Unreadable); {
	case n < maxProblems:
		r.d.Unreadable = append(r.d.Unreadable, p)
	case n == maxProblems:
		r.d.Unreadable = append(r.d.Unreadable, Problem{CodeTooMany, "there are further problems", Ambiguous})
	}
}

// headerAt reports what stands before the header. Offsets are counted from the
// first byte of the file here; white space before the header hides nothing, and
// anything else may be a file of another kind.
func (r *reader) headerAt(offset int) {
	before := bytes.TrimPrefix(r.d.file[:offset], []byte("\xEF\xBB\xBF"))
	switch {
	case offset == 0:
	case isWhite(before):
		r.shifted = true
		r.tolerate(CodeHeaderOffset, "the header %%PDF- is at offset %d, after white space", offset)
	default:
		r.report(CodeHeaderOffset, "the header %%PDF- is at offset %d", offset)
	}
}

func isLimit(err error) bool {
	var s *SyntaxError
	return errors.As(err, &s) && s.Limit
}

func (r *reader) placeOf(i int) place {
	v := r.d.versions[i]
	if v.kind != entryCompressed {
		return place{kind: v.kind, offset: v.offset}
	}
	stream := r.d.find(uint32(v.offset), int(v.revision))
	return place{kind: v.kind, offset: r.d.versions[stream].offset, index: v.limit}
}

// trailingBytes reports bytes after the last revision; white space is harmless.
func (r *reader) trailingBytes() {
	end := r.d.Revisions[r.newest].End
	if !isWhite(r.d.file[end:]) {
		r.report(CodeTrailingBytes, "%d bytes follow the last revision", int64(len(r.d.file))-end)
	}
}

func isWhite(text []byte) bool {
	for _, c := range text {
		if !isSpace(c) {
			return false
		}
	}
	return true
}
