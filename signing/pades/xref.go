package pades

import (
	"bytes"
	"errors"
	"fmt"
)

const (
	// maxSections bounds the /Prev chain. A file signed a hundred times with
	// evidence added each time has a few hundred.
	maxSections = 2000
	// maxEntries bounds the cross-reference entries of all sections together.
	// Each takes 40 bytes, and twice that while sections are joined; files of
	// a gigabyte have some hundred thousand.
	maxEntries = 2 << 20
	// startxrefWindow is how far from the end the last startxref is looked for.
	startxrefWindow = 2048
)

func syntaxError(offset int64, format string, args ...any) *SyntaxError {
	return &SyntaxError{Offset: offset, Detail: fmt.Sprintf(format, args...)}
}

// limitError is the error of a bound of this reader, or of what it does not know.
func limitError(offset int64, format string, args ...any) *SyntaxError {
	return &SyntaxError{Offset: offset, Detail: fmt.Sprintf(format, args...), Limit: true}
}

// atOffset gives an error from inside a stream the offset of its object.
func atOffset(err error, offset int64) error {
	var s *SyntaxError
	if errors.As(err, &s) && s.Offset < 0 {
		return &SyntaxError{Offset: offset, Detail: s.Detail, Limit: s.Limit}
	}
	return err
}

// section is one cross-reference section (7.5.4, 7.5.8) with what follows it.
type section struct {
	offset  int64
	trailer Dict
	entries []version
	prev    int64 // -1 when it is the oldest
	after   int64 // offset after the trailer or the stream's endobj
	tail    tail
}

// tail is the end of a section: "startxref", an offset, "%%EOF".
type tail struct {
	keyword int64 // offset of the keyword
	value   int64 // the number after it
	marker  int64 // offset after %%EOF
	end     int64 // offset after the end-of-line marker, if there is one
}

// readSections follows the /Prev chain from the last startxref and makes the
// revisions of it.
func (d *Document) readSections() error {
	last, err := d.lastTail()
	if err != nil {
		return err
	}
	var chain []*section // newest first
	limit := last.end
	for offset := last.value; offset >= 0; {
		s, err := d.readSection(offset, limit)
		if err != nil {
			return err
		}
		if len(chain) == maxSections {
			return limitError(offset, "more than %d cross-reference sections", maxSections)
		}
		if s.prev > s.offset {
			if s, err = d.mergeLinearized(s, limit); err != nil {
				return err
			}
		} else if err = s.readTail(d.file[:limit], s.offset); err != nil {
			return err
		}
		if len(chain) == 0 && s.tail.keyword != last.keyword {
			return syntaxError(last.keyword, "the last startxref does not follow the section it names")
		}
		chain = append(chain, s)
		if s.prev >= s.offset {
			return syntaxError(s.offset, "the chain of cross-reference sections is circular")
		}
		offset, limit = s.prev, s.offset
	}
	return d.addRevisions(chain)
}

func (d *Document) addRevisions(chain []*section) error {
	total := 0
	for _, s := range chain {
		total += len(s.entries)
	}
	if len(chain) == 1 {
		d.versions, chain[0].entries = chain[0].entries, nil // of revision 0
	} else {
		d.versions = make([]version, 0, total)
	}
	for i := len(chain) - 1; i >= 0; i-- {
		s := chain[i]
		if _, ok := s.trailer.Get("Root").(Ref); !ok {
			return syntaxError(s.offset, "the trailer names no catalog")
		}
		for _, e := range s.entries {
			e.revision = int32(len(d.Revisions))
			d.versions = append(d.versions, e)
		}
		s.entries = nil
		d.Revisions = append(d.Revisions, Revision{
			End: s.tail.end, Trailer: s.trailer, section: s.offset, marker: s.tail.marker, blank: d.blankAfter(s.tail.marker),
		})
	}
	return nil
}

func (d *Document) blankAfter(offset int64) int64 {
	for offset < int64(len(d.file)) && isSpace(d.file[offset]) {
		offset++
	}
	return offset
}

// mergeLinearized joins the two sections of a linearized file (annex F), the one
// case where /Prev points forward: first is at the beginning of the file, with or
// without a startxref of its own, and the one it names at the end has no
// predecessor.
func (d *Document) mergeLinearized(first *section, limit int64) (*section, error) {
	if !bytes.Contains(d.file[:min(1024, len(d.file))], []byte("/Linearized")) {
		return nil, syntaxError(first.offset, "the chain of cross-reference sections goes forward")
	}
	main, err := d.readSection(first.prev, limit)
	if err != nil {
		return nil, err
	}
	if main.prev >= 0 || main.offset < first.after {
		return nil, syntaxError(main.offset, "the sections of the linearized file do not fit each other")
	}
	if err = main.readTail(d.file[:limit], first.offset); err != nil {
		return nil, err
	}
	first.entries = append(first.entries, main.entries...)
	first.tail, first.prev = main.tail, -1
	return first, nil
}

// lastTail finds the last startxref of the file.
func (d *Document) lastTail() (tail, error) {
	from := max(0, len(d.file)-startxrefWindow)
	at := bytes.LastIndex(d.file[from:], []byte("startxref"))
	if at < 0 {
		return tail{}, syntaxError(int64(len(d.file)), "no startxref at the end of the file")
	}
	return readTail(d.file, from+at)
}

func readTail(data []byte, at int) (tail, error) {
	p := &parser{data: data, pos: at}
	t := tail{keyword: int64(at)}
	if !p.keyword("startxref") || p.white() == 0 {
		return t, p.fail("startxref expected")
	}
	value, ok := p.digits(12)
	if !ok || p.white() == 0 || !p.accept("%%EOF") {
		return t, p.fail("startxref without an offset and %%%%EOF")
	}
	t.value, t.marker = value, int64(p.pos)
	if !p.accept("\r\n") && !p.accept("\n") {
		p.accept("\r")
	}
	t.end = int64(p.pos)
	return t, nil
}

// readTail reads the tail after the section, which must name the section at
// want.
func (s *section) readTail(data []byte, want int64) error {
	p := &parser{data: data, pos: int(s.after)}
	p.space()
	var err error
	if s.tail, err = readTail(data, p.pos); err != nil {
		return err
	}
	if s.tail.value != want {
		return syntaxError(s.tail.keyword, "startxref does not name the section before it")
	}
	return nil
}

// white skips white space but no comment, since %%EOF is one.
func (p *parser) white() int {
	start := p.pos
	for p.pos < len(p.data) && isSpace(p.data[p.pos]) {
		p.pos++
	}
	return p.pos - start
}

// readSection reads the section at offset, which must end at limit at the latest.
func (d *Document) readSection(offset, limit int64) (*section, error) {
	if offset <= 0 || offset >= limit {
		return nil, syntaxError(offset, "a cross-reference section cannot be here")
	}
	s := &section{offset: offset, prev: -1}
	p := &parser{data: d.file[:limit], pos: int(offset)}
	p.white()
	var err error
	if p.keyword("xref") {
		err = d.readTable(p, s)
	} else {
		var end int64
		if end, err = d.readXRefStream(s, offset, limit); err == nil {
			p.pos = int(end)
		}
	}
	if err != nil {
		return nil, err
	}
	if e, ok := s.trailer.Lookup("Prev"); ok {
		prev, ok := e.Value.(Integer)
		if !ok || prev <= 0 || int64(prev) >= int64(len(d.file)) {
			return nil, syntaxError(e.Start, "/Prev is not an offset in the file")
		}
		s.prev = int64(prev)
	}
	s.after = int64(p.pos)
	return s, nil
}

// checkTrailer refuses what two programs could read differently.
func checkTrailer(trailer Dict, offset int64) (size int64, err error) {
	if key, found := trailer.twoValues(); found {
		return 0, syntaxError(offset, "duplicate key /%s in the trailer", key)
	}
	size, err = trailer.integer("Size", 0, 1, maxObjects)
	if err == nil && size == 0 {
		err = syntaxError(offset, "the trailer has no /Size")
	}
	return size, err
}
