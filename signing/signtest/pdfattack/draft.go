package pdfattack

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// draft writes a PDF file revision by revision, right or wrong as it is told.
type draft struct {
	signers Signers
	out     []byte
	entries map[int]entry // of the revision being written
	size    int
	said    int    // a size that is not the right one, 0 for the right one
	eol     string // of the entries of tables
	prev    int
	root    int
	id      string
}

type entry struct {
	kind          byte // n, f, or c for compressed
	offset, index int
}

const rangeHole = "[0 @@@@@@@@@@ @@@@@@@@@@ @@@@@@@@@@]"

var contentsHole = "<" + strings.Repeat("00", Capacity) + ">"

func newDraft(s Signers) *draft {
	return &draft{
		signers: s, out: []byte("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"), root: 1, size: 1, eol: " \n",
		entries: map[int]entry{0: {kind: 'f'}}, id: "[<31><31>]",
	}
}

func (d *draft) put(n int, body string) *draft {
	d.list(n, entry{kind: 'n', offset: len(d.out)})
	d.out = fmt.Appendf(d.out, "%d 0 obj\n%s\nendobj\n", n, body)
	return d
}

func (d *draft) list(n int, e entry) {
	d.entries[n] = e
	d.size = max(d.size, n+1)
}

func (d *draft) stream(n int, dict, data string) *draft {
	return d.put(n, streamBody(dict, data))
}

func streamBody(dict, data string) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", dict, len(data), data)
}

// pack writes objects into object stream n, in the order of their numbers.
func (d *draft) pack(n int, dict string, objects map[int]string) *draft {
	var head, text strings.Builder
	for i, number := range slices.Sorted(maps.Keys(objects)) {
		fmt.Fprintf(&head, "%d %d ", number, text.Len())
		text.WriteString(objects[number] + " ")
		d.list(number, entry{kind: 'c', offset: n, index: i})
	}
	data := deflate(head.String() + text.String())
	return d.put(n, streamBody(fmt.Sprintf("/Type/ObjStm/N %d/First %d/Filter/FlateDecode%s", len(objects), head.Len(), dict), data))
}

func deflate(data string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write([]byte(data)) // a bytes.Buffer takes everything
	w.Close()
	return out.String()
}

func (d *draft) trailer(more string) string {
	size := d.size
	if d.said != 0 {
		size = d.said
	}
	t := fmt.Sprintf("/Size %d/Root %d 0 R/ID%s%s", size, d.root, d.id, more)
	if d.prev > 0 {
		t += fmt.Sprintf("/Prev %d", d.prev)
	}
	return t
}

// end closes the revision with a table.
func (d *draft) end(more string) *draft {
	if len(d.entries) == 0 {
		d.entries[0] = entry{kind: 'f'} // a table has one entry at least
	}
	start := len(d.out)
	d.out = append(d.out, "xref\n"...)
	for numbers := slices.Sorted(maps.Keys(d.entries)); len(numbers) > 0; {
		n := 1
		for n < len(numbers) && numbers[n] == numbers[0]+n {
			n++
		}
		d.out = fmt.Appendf(d.out, "%d %d\n", numbers[0], n)
		for _, number := range numbers[:n] {
			e := d.entries[number]
			generation := 0
			if e.kind == 'f' {
				generation = 65535
			}
			d.out = fmt.Appendf(d.out, "%010d %05d %c%s", e.offset, generation, e.kind, d.eol)
		}
		numbers = numbers[n:]
	}
	d.out = fmt.Appendf(d.out, "trailer\n<<%s>>\n", d.trailer(more))
	return d.close(start)
}

// endStream closes the revision with cross-reference stream n.
func (d *draft) endStream(n int, more string) *draft {
	start := len(d.out)
	d.list(n, entry{kind: 'n', offset: start})
	rows, index := rowsOf(d.entries)
	data := deflate(string(rows))
	d.out = fmt.Appendf(d.out, "%d 0 obj\n%s\nendobj\n", n, streamBody(fmt.Sprintf(
		"/Type/XRef/W[1 4 2]/Index[%s]/Filter/FlateDecode%s", index, d.trailer(more)), data))
	return d.close(start)
}

// Hybrid is what the stream of a hybrid cross-reference (7.5.8.4) has besides the
// table.
type Hybrid struct {
	Stream, Packed int // the numbers of that stream, and of an object stream for Hidden
	// Hidden are objects that are free in the table.
	Hidden map[int]string
	// Moved are objects that the stream has elsewhere, with another body.
	Moved map[int]string

	more string // is added to the stream's dictionary
}

// hybridStream writes the stream of a hybrid revision whose table follows, and returns
// where it is.
func (d *draft) hybridStream(h Hybrid) int {
	if len(h.Hidden) > 0 {
		d.pack(h.Packed, "", h.Hidden)
	}
	entries := maps.Clone(d.entries)
	for n := range h.Hidden {
		d.entries[n] = entry{kind: 'f'}
	}
	for _, n := range slices.Sorted(maps.Keys(h.Moved)) {
		entries[n] = entry{kind: 'n', offset: len(d.out)}
		d.out = fmt.Appendf(d.out, "%d 0 obj\n%s\nendobj\n", n, h.Moved[n])
	}
	at := len(d.out)
	entries[h.Stream] = entry{kind: 'n', offset: at}
	d.size = max(d.size, h.Stream+1)
	rows, index := rowsOf(entries)
	body := streamBody(fmt.Sprintf("/Type/XRef/W[1 4 2]/Size %d/Index[%s]%s/Filter/FlateDecode", d.size, index, h.more), deflate(string(rows)))
	d.out = fmt.Appendf(d.out, "%d 0 obj\n%s\nendobj\n", h.Stream, body)
	return at
}

func rowsOf(entries map[int]entry) (rows []byte, index string) {
	for _, n := range slices.Sorted(maps.Keys(entries)) {
		e := entries[n]
		row := make([]byte, 7)
		row[0] = map[byte]byte{'f': 0, 'n': 1, 'c': 2}[e.kind]
		binary.BigEndian.PutUint32(row[1:], uint32(e.offset))
		binary.BigEndian.PutUint16(row[5:], uint16(e.index))
		rows = append(rows, row...)
		index += fmt.Sprintf("%d 1 ", n)
	}
	return rows, index
}

func (d *draft) close(start int) *draft {
	d.out = fmt.Appendf(d.out, "startxref\n%d\n%%%%EOF\n", start)
	d.prev, d.entries, d.said = start, map[int]entry{}, 0
	d.seal()
	return d
}

// seal fills every hole left open: first the ByteRange, then the signature over
// what it covers.
func (d *draft) seal() {
	for {
		hole := bytes.LastIndex(d.out, []byte(rangeHole))
		if hole < 0 {
			return
		}
		start := hole + bytes.Index(d.out[hole:], []byte(contentsHole))
		end := start + len(contentsHole)
		copy(d.out[hole:], fmt.Sprintf("[0 %-10d %-10d %-10d]", start, end, len(d.out)-end))
		sign := d.signers.Sign
		if bytes.LastIndex(d.out[:start], []byte("/ETSI.RFC3161")) > bytes.LastIndex(d.out[:start], []byte(" obj\n")) {
			sign = d.signers.Stamp
		}
		hex.Encode(d.out[start+1:], sign([2][]byte{d.out[:start], d.out[end:]}))
	}
}
