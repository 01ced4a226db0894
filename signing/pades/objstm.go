package pades

// objectStream is a decoded object stream (7.5.7).
type objectStream struct {
	data []byte
	// numbers[i] is the number of object i, whose text is
	// data[offsets[i]:offsets[i+1]].
	numbers []uint32
	offsets []uint32
	extends Ref // /Extends, zero when there is none
}

// loadObjectStreams decodes every object stream that a version lies in.
//
// A compressed object must be readable in one way only, whichever revision is
// looked at: its stream must be there in its own revision, and no later revision
// may redefine the stream while the object is still in force.
func (d *Document) loadObjectStreams() error {
	d.streams = map[int]*objectStream{}
	for i, v := range d.versions {
		if v.kind != entryCompressed {
			continue
		}
		if v.offset < 0 || v.offset >= maxObjects {
			return syntaxError(-1, "object %d lies in an impossible object stream", v.number)
		}
		s := d.find(uint32(v.offset), int(v.revision))
		if s < 0 || d.versions[s].kind != entryInUse {
			return syntaxError(-1, "object %d lies in object stream %d, which is not a top-level object", v.number, v.offset)
		}
		if d.outlives(i, s) {
			return syntaxError(-1, "object stream %d is redefined while object %d is still in it", v.offset, v.number)
		}
		if s = int(d.versions[s].origin); d.streams[s] != nil {
			continue
		}
		stream, err := d.objectStream(s)
		if err != nil {
			return err
		}
		d.streams[s] = stream
	}
	return d.checkExtends()
}

// checkExtends refuses object streams that extend each other in a circle. This
// reader needs no /Extends, but others follow it.
func (d *Document) checkExtends() error {
	good := map[int]bool{}
	for s := range d.streams {
		var way []int
		for on := map[int]bool{}; s >= 0 && !good[s]; {
			if on[s] {
				return syntaxError(d.versions[s].offset, "object streams extend each other in a circle")
			}
			on[s] = true
			way = append(way, s)
			ref := d.streams[s].extends
			if s = d.locate(ref, int(d.versions[s].revision)); s >= 0 {
				if s = int(d.versions[s].origin); d.streams[s] == nil {
					break
				}
			}
		}
		for _, s := range way {
			good[s] = true
		}
	}
	return nil
}

// outlives says whether a later revision redefines stream s while the compressed
// object i is still in force.
func (d *Document) outlives(i, s int) bool {
	until := len(d.Revisions) - 1
	if i+1 < len(d.versions) && d.versions[i+1].number == d.versions[i].number {
		until = int(d.versions[i+1].revision) - 1
	}
	last := d.find(d.versions[s].number, until)
	return d.versions[last].origin != d.versions[s].origin
}

func (d *Document) objectStream(i int) (*objectStream, error) {
	v := d.versions[i]
	o, _, err := d.indirect(i)
	if err != nil {
		return nil, err
	}
	s, ok := o.(*Stream)
	if !ok || s.Dict.Name("Type") != "ObjStm" {
		return nil, syntaxError(v.offset, "object %d is not an object stream", v.number)
	}
	if key, twice := s.Dict.Duplicate(); twice {
		return nil, syntaxError(v.offset, "duplicate key /%s in an object stream", key)
	}
	count, err := s.Dict.integer("N", -1, 0, maxObjects)
	if err != nil {
		return nil, err
	}
	first, err := s.Dict.integer("First", -1, 0, maxInflated)
	if err != nil {
		return nil, err
	}
	data, err := d.opened(s)
	if err == nil {
		data, err = decode(data, s.Dict, d.meter.inflate)
	}
	if err != nil {
		return nil, atOffset(err, v.offset)
	}
	d.meter.inflate -= int64(len(data))
	d.meter.parse += workFactor * int64(len(data))
	if count < 0 || first < 0 || first > int64(len(data)) || count > first/2 {
		return nil, syntaxError(v.offset, "the head of the object stream is malformed")
	}
	stream, err := parseObjectStream(v, data, int(count), int(first))
	if err == nil {
		stream.extends, _ = s.Dict.Get("Extends").(Ref)
	}
	return stream, err
}

// parseObjectStream reads the pairs of number and offset. The offsets must grow,
// as in every real file, so that no object contains another.
func parseObjectStream(v version, data []byte, count, first int) (*objectStream, error) {
	stream := &objectStream{
		data:    data,
		numbers: make([]uint32, count),
		offsets: make([]uint32, count+1),
	}
	p := &parser{data: data[:first], compressed: true}
	for i := range count {
		p.space()
		number, ok := p.digits(7)
		if !ok || p.space() == 0 {
			return nil, syntaxError(v.offset, "the head of the object stream is malformed")
		}
		offset, ok := p.digits(8)
		offset += int64(first)
		if !ok || offset >= int64(len(data)) || i > 0 && uint32(offset) <= stream.offsets[i-1] {
			return nil, syntaxError(v.offset, "the head of the object stream is malformed")
		}
		stream.numbers[i], stream.offsets[i] = uint32(number), uint32(offset)
	}
	stream.offsets[count] = uint32(len(data))
	return stream, nil
}

// compressed reads an object of an object stream.
func (d *Document) compressed(i int) (Object, error) {
	text, err := d.compressedText(i)
	if err != nil {
		return nil, err
	}
	return d.parseCompressed(i, &parser{data: text, compressed: true, scratch: d.scratch})
}

func (d *Document) parseCompressed(i int, p *parser) (Object, error) {
	if err := d.spend(int64(len(p.data)), -1); err != nil {
		return nil, err
	}
	return d.onlyObject(i, p)
}

// onlyObject reads the object that is all of a compressed text.
func (d *Document) onlyObject(i int, p *parser) (Object, error) {
	o, err := p.object(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.pos != len(p.data) {
		return nil, p.fail("object %d has more than one object in its place", d.versions[i].number)
	}
	return o, nil
}

// compressedText returns the text of a compressed object.
func (d *Document) compressedText(i int) ([]byte, error) {
	v := d.versions[i]
	var stream *objectStream
	if s := d.find(uint32(v.offset), int(v.revision)); s >= 0 {
		stream = d.streams[int(d.versions[s].origin)]
	}
	if stream == nil {
		return nil, syntaxError(-1, "object %d is needed before its object stream is read", v.number)
	}
	if v.limit < 0 || v.limit >= int64(len(stream.numbers)) || stream.numbers[v.limit] != v.number {
		return nil, syntaxError(-1, "object %d is not where the cross-reference says in object stream %d", v.number, v.offset)
	}
	return stream.data[stream.offsets[v.limit]:stream.offsets[v.limit+1]], nil
}
