package pades

import "slices"

// readTable reads a cross-reference table and its trailer (7.5.4, 7.5.5), and
// the stream a hybrid file adds to it (7.5.8.4).
func (d *Document) readTable(p *parser, s *section) error {
	for {
		if p.white() == 0 {
			return p.fail("malformed cross-reference table")
		}
		if p.keyword("trailer") {
			break
		}
		if err := d.readSubsection(p, s); err != nil {
			return err
		}
		// The last entry's end of line was part of it.
		p.pos--
	}
	p.space()
	o, err := p.object(0)
	if err != nil {
		return err
	}
	trailer, ok := o.(Dict)
	if !ok {
		return p.fail("trailer dictionary expected")
	}
	s.trailer = trailer
	size, err := checkTrailer(trailer, s.offset)
	if err != nil {
		return err
	}
	if err = checkNumbers(s.entries, size, s.offset); err != nil {
		return err
	}
	e, ok := trailer.Lookup("XRefStm")
	if !ok {
		return nil
	}
	at, ok := e.Value.(Integer)
	if !ok || at <= 0 || int64(at) >= s.offset {
		return syntaxError(e.Start, "/XRefStm is not an offset before its section")
	}
	hybrid := &section{}
	if _, err = d.readXRefStream(hybrid, int64(at), s.offset); err != nil {
		return err
	}
	if e := hybrid.trailer.Get("Encrypt"); e != nil && !alike(e, trailer.Get("Encrypt")) {
		return syntaxError(int64(at), "the sections of the hybrid file are not encrypted alike")
	}
	return s.join(hybrid, int64(at))
}

func checkNumbers(entries []version, size, offset int64) error {
	for _, e := range entries {
		if int64(e.number) >= size {
			return syntaxError(offset, "object %d is beyond the /Size of its section", e.number)
		}
	}
	return nil
}

// readSubsection reads "first count" and the entries of exactly 20 bytes.
func (d *Document) readSubsection(p *parser, s *section) error {
	first, ok := p.digits(10)
	if !ok || p.white() == 0 {
		return p.fail("malformed cross-reference subsection")
	}
	count, ok := p.digits(10)
	if !ok || p.white() == 0 {
		return p.fail("malformed cross-reference subsection")
	}
	if first+count > maxObjects || count > int64(len(p.data)-p.pos)/20 {
		return p.fail("impossible cross-reference subsection")
	}
	if d.meter.entries -= count; d.meter.entries < 0 {
		return limitError(p.offset(), "too many cross-reference entries for a file of this length")
	}
	s.entries = slices.Grow(s.entries, int(count))
	for i := range count {
		e, ok := tableEntry(p.data[p.pos : p.pos+20])
		if !ok {
			return p.fail("malformed cross-reference entry of object %d", first+i)
		}
		e.number = uint32(first + i)
		s.entries = append(s.entries, e)
		p.pos += 20
	}
	return nil
}

// tableEntry reads "oooooooooo ggggg n" and its two bytes of end of line.
func tableEntry(line []byte) (version, bool) {
	offset, ok1 := fixedDigits(line[:10])
	generation, ok2 := fixedDigits(line[11:16])
	eol := string(line[18:20])
	if !ok1 || !ok2 || line[10] != ' ' || line[16] != ' ' ||
		eol != " \r" && eol != " \n" && eol != "\r\n" {
		return version{}, false
	}
	switch line[17] {
	case 'f': // its two numbers say nothing about an object
		return version{}, true
	case 'n':
		return version{kind: entryInUse, generation: uint16(generation), offset: offset}, generation <= 65535
	}
	return version{}, false
}

func fixedDigits(text []byte) (value int64, ok bool) {
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		value = value*10 + int64(c-'0')
	}
	return value, true
}
