package outline

import (
	"bytes"
	"encoding/binary"
)

// mostPixels is above any scan: an A0 sheet at 1200 dots an inch.
const mostPixels = 4 << 30

func (j *judging) pixels(width, height uint64) {
	if width*height > mostPixels {
		j.found(Bomb)
	}
}

// png follows the chunks of a PNG (ISO/IEC 15948) to its IEND.
func (j *judging) png() bool {
	j.verdict.Type = PNG
	at := 8
	for at+12 <= len(j.file) {
		length := int(binary.BigEndian.Uint32(j.file[at:]))
		name := string(j.file[at+4 : at+8])
		if length < 0 || length > len(j.file)-at-12 {
			break
		}
		if at == 8 && name == "IHDR" && length == 13 {
			j.pixels(uint64(binary.BigEndian.Uint32(j.file[16:])), uint64(binary.BigEndian.Uint32(j.file[20:])))
		}
		at += 12 + length
		if name == "IEND" {
			j.end = at
			return true
		}
	}
	return j.broken()
}

// broken ends a format that cannot be followed to its end: the file is what it begins
// as, and nothing more is known of it.
func (j *judging) broken() bool {
	j.found(Unread)
	j.end = len(j.file)
	return true
}

// jpeg follows the segments of a JPEG (ISO/IEC 10918-1) to its end. Cameras write
// further pictures behind the first.
func (j *judging) jpeg() bool {
	j.verdict.Type = JPEG
	at := 0
	for {
		end := j.onePicture(at)
		if end < 0 {
			if at > 0 {
				j.end = at
				return true
			}
			return j.broken()
		}
		at = end
		next := at + len(j.file[at:]) - len(bytes.TrimLeft(j.file[at:], "\x00"))
		if !bytes.HasPrefix(j.file[next:], []byte("\xff\xd8\xff")) {
			j.end = at
			return true
		}
		at = next
	}
}

// onePicture returns the end of the picture that begins at an offset; -1 if it has none.
func (j *judging) onePicture(at int) int {
	for at += 2; at+2 <= len(j.file); {
		if j.file[at] != 0xff {
			return -1
		}
		marker := j.file[at+1]
		switch {
		case marker == 0xff: // a fill byte
			at++
			continue
		case marker == 0xd9:
			return at + 2
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd7:
			at += 2
			continue
		}
		if at+4 > len(j.file) {
			return -1
		}
		length := int(binary.BigEndian.Uint16(j.file[at+2:]))
		if length < 2 || at+2+length > len(j.file) {
			return -1
		}
		if marker >= 0xc0 && marker <= 0xc3 && length >= 8 {
			j.pixels(uint64(binary.BigEndian.Uint16(j.file[at+7:])), uint64(binary.BigEndian.Uint16(j.file[at+5:])))
		}
		at += 2 + length
		if marker == 0xda {
			at = j.scan(at)
		}
	}
	return -1
}

// scan returns where the next marker after the coded data at an offset stands.
func (j *judging) scan(at int) int {
	for at+1 < len(j.file) {
		i := bytes.IndexByte(j.file[at:], 0xff)
		if i < 0 || at+i+1 >= len(j.file) {
			break
		}
		at += i
		if m := j.file[at+1]; m != 0 && (m < 0xd0 || m > 0xd7) {
			return at
		}
		at += 2
	}
	return len(j.file)
}

// gif follows the blocks of a GIF to its trailer.
func (j *judging) gif() bool {
	j.verdict.Type = GIF
	if len(j.file) < 13 {
		return j.broken()
	}
	j.pixels(uint64(binary.LittleEndian.Uint16(j.file[6:])), uint64(binary.LittleEndian.Uint16(j.file[8:])))
	for at := 13 + colours(j.file[10]); at < len(j.file) && at > 0; {
		switch j.file[at] {
		case 0x3b:
			j.end = at + 1
			return true
		case 0x21:
			at = j.blocks(at + 2)
		case 0x2c:
			if at+10 > len(j.file) {
				return j.broken()
			}
			at = j.blocks(at + 11 + colours(j.file[at+9]))
		default:
			return j.broken()
		}
	}
	return j.broken()
}

// colours is the length of the table of colours that flags announce.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// blocks returns the end of the blocks of data at an offset; -1 if there is none.
func (j *judging) blocks(at int) int {
	for at < len(j.file) {
		n := int(j.file[at])
		at += 1 + n
		if n == 0 {
			return at
		}
	}
	return -1
}

func isWebP(file []byte) bool {
	return len(file) >= 16 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP"
}

func (j *judging) webp() bool {
	j.verdict.Type = WebP
	length := int64(binary.LittleEndian.Uint32(j.file[4:])) + 8
	length += length & 1
	if length > int64(len(j.file))+1 {
		return j.broken()
	}
	j.end = int(min(length, int64(len(j.file))))
	return true
}

// isBoxed says whether a file begins as an ISO base media file (ISO/IEC 14496-12) of
// pictures, as telephones write them.
func isBoxed(file []byte) bool {
	return len(file) >= 16 && string(file[4:8]) == "ftyp" && bytes.Contains([]byte("heic heix mif1 msf1 heim heis"), file[8:12])
}

// boxes follows the boxes of a file to its last.
func (j *judging) boxes() bool {
	j.verdict.Type = HEIC
	for at := int64(0); ; {
		if at == int64(len(j.file)) {
			j.end = len(j.file)
			return true
		}
		if at+8 > int64(len(j.file)) {
			j.end = int(at)
			return true
		}
		length := int64(binary.BigEndian.Uint32(j.file[at:]))
		switch {
		case length == 0:
			length = int64(len(j.file)) - at
		case length == 1 && at+16 <= int64(len(j.file)):
			length = int64(binary.BigEndian.Uint64(j.file[at+8:]))
		}
		if length < 8 || length > int64(len(j.file))-at {
			return j.broken()
		}
		at += length
	}
}
