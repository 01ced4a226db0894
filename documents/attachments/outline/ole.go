package outline

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// Bounds and marks of compound files ([MS-CFB]).
const (
	mostStreams = 50_000
	lastSector  = 0xfffffffa
	endOfChain  = 0xfffffffe
	noStream    = 0xffffffff
)

// ole reads the directory of a compound file, which tells what it is.
func (j *judging) ole() bool {
	j.verdict.Type = OLE
	c := compound{file: j.file}
	if !c.open() {
		return j.broken()
	}
	j.end = min(c.length(), len(j.file))
	seen := 0
	whole := c.eachEntry(func(name string, start uint32, size uint64) bool {
		j.stream(&c, name, start, size)
		seen++
		return seen < mostStreams
	})
	if !whole {
		j.found(Unread)
	}
	return true
}

// stream looks at one entry of the directory.
func (j *judging) stream(c *compound, name string, start uint32, size uint64) {
	switch name {
	case "WordDocument":
		j.verdict.Type = DOC
		if head := c.head(start, size); len(head) > 12 && head[11]&1 != 0 { // fEncrypted of the FIB
			j.found(Encrypted)
		}
	case "Workbook", "Book":
		j.verdict.Type = XLS
		j.workbook(c.head(start, size))
	case "PowerPoint Document":
		j.verdict.Type = PPT
	case "VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros":
		j.found(Macro)
	case "EncryptedPackage", "EncryptedSummary":
		j.found(Encrypted)
	case "\x01Ole10Native", "Package":
		j.found(Embedded)
	case "_signatures", "_xmlsignatures":
		j.verdict.Signed = true
	}
}

// workbook reads the records at the beginning of a workbook ([MS-XLS]): one says that
// the rest is encrypted, others that there is a sheet of macros.
func (j *judging) workbook(b []byte) {
	for len(b) >= 4 {
		kind, length := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if length > len(b)-4 {
			return
		}
		switch {
		case kind == 0x2f:
			j.found(Encrypted)
			return
		case kind == 0x85 && length > 6 && b[4+5] == 1:
			j.found(Macro)
		}
		b = b[4+length:]
	}
}

// compound is a compound file.
type compound struct {
	file   []byte
	sector int   // length of one, in bytes
	fat    []int // offsets of the sectors of the table
	first  uint32
}

func (c *compound) open() bool {
	if len(c.file) < 512 {
		return false
	}
	shift := binary.LittleEndian.Uint16(c.file[30:])
	if shift != 9 && shift != 12 {
		return false
	}
	c.sector = 1 << shift
	c.first = binary.LittleEndian.Uint32(c.file[48:])
	for i := range 109 {
		if !c.table(binary.LittleEndian.Uint32(c.file[76+4*i:])) {
			break
		}
	}
	next := binary.LittleEndian.Uint32(c.file[68:])
	for n := 0; next < lastSector && n < len(c.file)/c.sector; n++ {
		s := c.at(next)
		if s == nil {
			return false
		}
		for i := 0; i < len(s)-4; i += 4 {
			if !c.table(binary.LittleEndian.Uint32(s[i:])) {
				break
			}
		}
		next = binary.LittleEndian.Uint32(s[len(s)-4:])
	}
	return len(c.fat) > 0
}

// table adds a sector of the table, if there is one of that number.
func (c *compound) table(sector uint32) bool {
	if sector >= lastSector || c.at(sector) == nil || len(c.fat) > len(c.file)/c.sector {
		return false
	}
	c.fat = append(c.fat, (int(sector)+1)*c.sector)
	return true
}

// at returns a sector; nil if the file has none of that number.
func (c *compound) at(sector uint32) []byte {
	from := (int64(sector) + 1) * int64(c.sector)
	if from+int64(c.sector) > int64(len(c.file)) {
		return nil
	}
	return c.file[from : from+int64(c.sector)]
}

// next returns the sector after one in its chain.
func (c *compound) next(sector uint32) uint32 {
	each := uint32(c.sector / 4)
	if int64(sector/each) >= int64(len(c.fat)) {
		return endOfChain
	}
	return binary.LittleEndian.Uint32(c.file[c.fat[sector/each]+4*int(sector%each):])
}

// length is where the last sector in use ends.
func (c *compound) length() int {
	each := c.sector / 4
	for i := len(c.fat)*each - 1; i >= 0; i-- {
		if binary.LittleEndian.Uint32(c.file[c.fat[i/each]+4*(i%each):]) != noStream {
			return (i + 2) * c.sector
		}
	}
	return c.sector
}

// eachEntry calls a function with every entry of the directory until it returns false,
// and reports whether all were read.
func (c *compound) eachEntry(do func(name string, start uint32, size uint64) bool) bool {
	sector := c.first
	for range len(c.file) / c.sector {
		if sector >= lastSector {
			return true
		}
		s := c.at(sector)
		if s == nil {
			return false
		}
		for ; len(s) >= 128; s = s[128:] {
			length := int(binary.LittleEndian.Uint16(s[64:]))
			if s[66] == 0 || length < 2 || length > 64 {
				continue
			}
			units := make([]uint16, length/2-1)
			for i := range units {
				units[i] = binary.LittleEndian.Uint16(s[2*i:])
			}
			if !do(string(utf16.Decode(units)), binary.LittleEndian.Uint32(s[116:]), binary.LittleEndian.Uint64(s[120:])&0xffffffff) {
				return false
			}
		}
		sector = c.next(sector)
	}
	return false
}

// head returns the beginning of a large stream. Of one that lies among the small
// streams, which those that are asked for never do, it returns nothing.
func (c *compound) head(sector uint32, size uint64) []byte {
	const small, most = 4096, 64 << 10
	if size < small {
		return nil
	}
	var b bytes.Buffer
	for sector < lastSector && b.Len() < most {
		s := c.at(sector)
		if s == nil {
			break
		}
		b.Write(s)
		sector = c.next(sector)
	}
	return b.Bytes()
}
