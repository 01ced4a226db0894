package outline

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"path"
	"slices"
	"strings"
)

// Bounds of archives.
const (
	mostEntries  = 20_000
	mostUnpacked = 1 << 30  // bytes that an archive may say that it unpacks to
	mostChecked  = 64 << 20 // bytes that are unpacked to see that it says the truth
	smallEnough  = 32 << 20 // bytes at which a high ratio says nothing yet
	highestRatio = 200      // of what is packed; documents of repeated XML reach 100
)

// entry is a file in an archive, as its directory says.
type entry struct {
	name             string
	flags, method    uint16
	packed, unpacked uint64
	header, end      uint64 // of its local part; end is set when that is read
	data             uint64 // where its packed bytes begin
}

// zip reads the directory of an archive (PKWARE APPNOTE 6.3), holds every entry against
// its local header, and sees that they fill the file.
func (j *judging) zip() bool {
	j.verdict.Type = ZIP
	d, ok := zipDirectory(j.file)
	if !ok {
		return j.broken()
	}
	j.end = d.end
	if !j.entries(&d) {
		return j.broken()
	}
	j.contiguous(d)
	j.unpacked(d.entries)
	j.named(d.entries)
	j.office(d.entries)
	return true
}

// directory is the list of an archive's entries.
type directory struct {
	from, size, count uint64 // of the list
	end               int    // behind the record that ends the archive
	entries           []entry
}

const (
	endRecord   = "PK\x05\x06"
	endRecord64 = "PK\x06\x06"
	locator64   = "PK\x06\x07"
	listed      = "PK\x01\x02"
	local       = "PK\x03\x04"
)

// zipDirectory finds the record that ends an archive: the last one whose comment fits.
func zipDirectory(file []byte) (directory, bool) {
	const longest = 22 + 65535
	for at := len(file) - 22; at >= 0 && at >= len(file)-longest-headLength; at-- {
		if file[at] != 'P' || string(file[at:at+4]) != endRecord {
			continue
		}
		r := file[at:]
		end := at + 22 + int(binary.LittleEndian.Uint16(r[20:]))
		if end > len(file) {
			continue
		}
		d := directory{
			from: uint64(binary.LittleEndian.Uint32(r[16:])), size: uint64(binary.LittleEndian.Uint32(r[12:])),
			count: uint64(binary.LittleEndian.Uint16(r[10:])), end: end,
		}
		if at >= 20 && string(file[at-20:at-16]) == locator64 {
			d = d.large(file, binary.LittleEndian.Uint64(file[at-12:]))
		}
		if d.from <= uint64(at) && d.size <= uint64(at)-d.from {
			return d, true
		}
	}
	return directory{}, false
}

// large reads the record of an archive of more than 65535 entries or 4 GiB.
func (d directory) large(file []byte, at uint64) directory {
	if at > uint64(len(file)) || uint64(len(file))-at < 56 || string(file[at:at+4]) != endRecord64 {
		return d
	}
	r := file[at:]
	d.count, d.size, d.from = binary.LittleEndian.Uint64(r[32:]), binary.LittleEndian.Uint64(r[40:]), binary.LittleEndian.Uint64(r[48:])
	return d
}

// entries reads the list, and where the local part of each entry lies.
func (j *judging) entries(d *directory) bool {
	list := j.file[d.from : d.from+d.size]
	for len(list) >= 46 && string(list[:4]) == listed {
		if len(d.entries) == mostEntries {
			j.found(Bomb)
			return false
		}
		le := binary.LittleEndian
		name, extra, comment := int(le.Uint16(list[28:])), int(le.Uint16(list[30:])), int(le.Uint16(list[32:]))
		if 46+name+extra+comment > len(list) {
			return false
		}
		e := entry{
			name: string(list[46 : 46+name]), flags: le.Uint16(list[8:]), method: le.Uint16(list[10:]),
			packed: uint64(le.Uint32(list[20:])), unpacked: uint64(le.Uint32(list[24:])), header: uint64(le.Uint32(list[42:])),
		}
		e.large(list[46+name : 46+name+extra])
		if !j.local(&e) {
			return false
		}
		d.entries = append(d.entries, e)
		list = list[46+name+extra+comment:]
	}
	return uint64(len(d.entries)) == d.count
}

// large takes what does not fit into 32 bits from the extra field for it.
func (e *entry) large(extra []byte) {
	for len(extra) >= 4 {
		kind, length := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if length > len(extra)-4 {
			return
		}
		field := extra[4 : 4+length]
		extra = extra[4+length:]
		if kind != 1 {
			continue
		}
		for _, v := range []*uint64{&e.unpacked, &e.packed, &e.header} {
			if *v == 0xffffffff && len(field) >= 8 {
				*v, field = binary.LittleEndian.Uint64(field), field[8:]
			}
		}
	}
}

// local holds an entry against its local header: two names of one entry are read by two
// programs in two ways.
func (j *judging) local(e *entry) bool {
	size := uint64(len(j.file))
	if e.header > size || size-e.header < 30 || string(j.file[e.header:e.header+4]) != local {
		return false
	}
	h := j.file[e.header:]
	name, extra := uint64(binary.LittleEndian.Uint16(h[26:])), uint64(binary.LittleEndian.Uint16(h[28:]))
	e.data = e.header + 30 + name + extra
	if e.data > size || e.packed > size-e.data {
		return false
	}
	e.end = e.data + e.packed
	if string(h[30:30+name]) != e.name {
		j.found(Polyglot)
	}
	return true
}

// contiguous sees that the entries lie one behind the other from the first byte to the
// list. A gap may hold the sizes that follow an entry's data.
func (j *judging) contiguous(d directory) {
	order := slices.Clone(d.entries)
	slices.SortFunc(order, func(a, b entry) int {
		switch {
		case a.header < b.header:
			return -1
		case a.header > b.header:
			return 1
		}
		return 0
	})
	var at uint64
	follows := false // sizes, behind the entry before
	gap := func(to uint64) {
		switch {
		case to < at:
			j.found(Bomb) // two entries share their bytes
		case at == 0 && to > 0:
			j.found(Polyglot) // another file comes first
		case to-at > 24 || to-at > 0 && !follows:
			if !blank(j.file[at:to]) {
				j.found(Trailing)
			}
		}
	}
	for _, e := range order {
		gap(e.header)
		at, follows = e.end, e.flags&8 != 0
	}
	if len(order) > 0 {
		gap(min(d.from, uint64(len(j.file))))
	}
}

// unpacked sees that the archive says what it unpacks to, the smallest entries first.
func (j *judging) unpacked(all []entry) {
	var packed, unpacked uint64
	for _, e := range all {
		packed += e.packed
		unpacked += min(e.unpacked, mostUnpacked+1)
		if e.flags&1 != 0 || e.method == 99 {
			j.found(Encrypted)
		}
	}
	if unpacked > mostUnpacked || unpacked > smallEnough && unpacked/max(packed, 1) > highestRatio {
		j.found(Bomb)
		return
	}
	order := slices.Clone(all)
	slices.SortFunc(order, func(a, b entry) int { return int(int64(a.unpacked) - int64(b.unpacked)) })
	left := int64(mostChecked)
	for _, e := range order {
		if e.method == 0 && e.flags&1 == 0 && e.packed != e.unpacked {
			j.found(Bomb)
		}
		if e.method != 8 || e.flags&1 != 0 {
			continue
		}
		if left -= int64(e.unpacked); left < 0 {
			j.found(Unread)
			return
		}
		n, err := io.Copy(io.Discard, io.LimitReader(flate.NewReader(bytes.NewReader(j.file[e.data:e.end])), int64(e.unpacked)+1))
		if n > int64(e.unpacked) {
			j.found(Bomb)
			return
		}
		if err != nil {
			j.found(Unread)
		}
	}
}

// Endings of names, without the point.
const (
	programs = " exe dll scr com bat cmd msi msp cpl ps1 vbs vbe js jse wsf wsh hta lnk jar apk class sh "
	archives = " zip rar 7z gz bz2 xz tar tgz cab iso img arj lzh z "
)

// named looks at the names of entries.
func (j *judging) named(all []entry) {
	for _, e := range all {
		ending := strings.TrimPrefix(strings.ToLower(path.Ext(e.name)), ".")
		switch {
		case ending == "":
		case strings.Contains(programs, " "+ending+" "):
			j.found(Executable)
		case strings.Contains(archives, " "+ending+" "):
			j.found(Archive)
		}
	}
}

// holdsZIP reports whether the file can be opened as an archive that ends behind an
// offset.
func holdsZIP(file []byte, from int) bool {
	for at := len(file) - 22; at >= max(from, 0); at-- {
		if file[at] == 'P' && string(file[at:at+4]) == endRecord && binary.LittleEndian.Uint16(file[at+10:]) > 0 {
			return true
		}
	}
	return false
}

// longestPart is how much of a part of an office document is read, and mostParts how
// many of them.
const (
	longestPart = 1 << 20
	mostParts   = 200
)

// part unpacks the beginning of an entry.
func (j *judging) part(e entry) []byte {
	raw := j.file[e.data:e.end]
	switch e.method {
	case 0:
		return raw[:min(len(raw), longestPart)]
	case 8:
		b, _ := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw)), longestPart)) // what there is
		return b
	}
	return nil
}
