package pdf

import (
	"encoding/binary"
	"hash/adler32"
	"math/bits"
	"slices"
)

// packer compresses the small streams of a document (RFC 1950, RFC 1951). For a
// few kilobytes the standard library spends most of its time on making Huffman
// codes; this one uses the fixed codes of RFC 1951, 3.2.6, and finds repetitions
// by one look into a table. It is several times faster and loses about a tenth.
// The same data gives the same bytes.
type packer struct {
	table [1 << tableBits]int32 // where four bytes were last seen, plus base
	base  int32
	out   []byte // room, and
	at    int    // where in it the next bits go
	acc   uint64 // bits not yet written, the first one lowest
	n     uint
}

const (
	tableBits   = 11
	maxMatch    = 258
	maxDistance = 32 << 10
)

// pack appends the compressed data to dst. What it returns is dst, grown.
func (p *packer) pack(dst, data []byte) []byte {
	if p.base > 1<<30 {
		clear(p.table[:])
		p.base = 0
	}
	p.base += maxDistance + 1 // what earlier calls left in the table is too far away
	dst = append(dst, 0x78, 0x01)
	start := len(dst)
	dst = slices.Grow(dst, len(data)+len(data)/8+slack) // 9 bits a byte at worst
	p.out, p.at, p.acc, p.n = dst[:cap(dst)], start, 0, 0
	p.put(0b011, 3) // the last block, fixed codes
	p.block(data)
	p.put(0, 7) // end of the block
	p.base += int32(len(data))
	binary.LittleEndian.PutUint64(p.out[p.at:], p.acc)
	end := p.at + int(p.n+7)/8
	p.out = nil
	return binary.BigEndian.AppendUint32(dst[:end], adler32.Checksum(data))
}

// slack is more than what begins and ends a stream takes.
const slack = 32

func (p *packer) block(data []byte) {
	i, end := 0, len(data)-4
	for i <= end {
		four := binary.LittleEndian.Uint32(data[i:])
		slot := &p.table[four*0x9E3779B1>>(32-tableBits)]
		at := int(*slot - p.base)
		*slot = int32(i) + p.base
		if at < 0 || i-at > maxDistance || binary.LittleEndian.Uint32(data[at:]) != four {
			p.literal(data[i])
			i++
			continue
		}
		length := 4
		for i+length < len(data) && length < maxMatch && data[at+length] == data[i+length] {
			length++
		}
		p.match(length, i-at)
		i += length
		if i <= end { // the end of a repetition often begins the next
			four = binary.LittleEndian.Uint32(data[i-1:])
			p.table[four*0x9E3779B1>>(32-tableBits)] = int32(i-1) + p.base
		}
	}
	for ; i < len(data); i++ {
		p.literal(data[i])
	}
}

// put writes up to 32 bits. There is room: pack has seen to it.
func (p *packer) put(value uint32, n uint) {
	p.acc |= uint64(value) << p.n
	p.n += n
	if p.n >= 32 {
		binary.LittleEndian.PutUint32(p.out[p.at:], uint32(p.acc))
		p.at += 4
		p.acc >>= 32
		p.n -= 32
	}
}

// literal writes one byte.
func (p *packer) literal(c byte) {
	l := literals[c]
	p.put(uint32(l>>4), uint(l&15))
}

// literals are the codes of the bytes, 8 bits from 00110000 and from 144 on 9
// bits from 110010000, the first bit lowest, shifted by four; and their lengths
// in the lowest four bits. Read only.
var literals = func() (all [256]uint16) {
	for c := range all {
		if c < 144 {
			all[c] = uint16(bits.Reverse8(uint8(0x30+c)))<<4 | 8
		} else {
			all[c] = bits.Reverse16(uint16(0x190+c-144))>>7<<4 | 9
		}
	}
	return all
}()

// match writes a repetition: a code for the length, one of 5 bits for the
// distance, each with its extra bits (RFC 1951, 3.2.5).
func (p *packer) match(length, distance int) {
	code, extra, low := 285, uint(0), 0
	if length < maxMatch {
		code, extra, low = split(length-3, 2)
		code += 257
	}
	if code < 280 {
		p.put(uint32(bits.Reverse8(uint8(code-256)))>>1, 7)
	} else {
		p.put(uint32(bits.Reverse8(uint8(0xC0+code-280))), 8)
	}
	p.put(uint32(low), extra)
	code, extra, low = split(distance-1, 1)
	p.put(uint32(bits.Reverse8(uint8(code)))>>3, 5)
	p.put(uint32(low), extra)
}

// split returns the code of a value, the number of its extra bits and those:
// codes come in groups of 2^group, each group with one extra bit more than the
// one before.
func split(v int, group uint) (code int, extra uint, low int) {
	if v < 2<<group {
		return v, 0, 0
	}
	extra = uint(bits.Len(uint(v))) - 1 - group
	return int(extra)<<group + v>>extra, extra, v & (1<<extra - 1)
}
