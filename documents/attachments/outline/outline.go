// Package outline tells what a file is by the whole of it, and what in it may act on
// whoever opens it. Neither its name nor a string that may stand inside it counts: a
// format is followed from the first byte to the last, and what does not belong to it is
// told.
//
// [Judge] is the way in. It never unpacks what a file holds but within bounds, follows
// no reference, and does work and takes memory in proportion to the length of the
// file. A verdict is no permission: what may be taken is the business of the caller's
// data.
package outline

import (
	"bytes"
	"slices"
)

// Finding is something in a file that whoever opens it should know of.
type Finding string

// The findings.
const (
	Script     Finding = "script"     // a program in a PDF, HTML or SVG
	Launch     Finding = "launch"     // starts or sends something when it is opened: launch and submit actions, ActiveX
	Macro      Finding = "macro"      // a program of an office document
	Embedded   Finding = "embedded"   // holds another file
	External   Finding = "external"   // fetches a part from elsewhere when it is opened
	Encrypted  Finding = "encrypted"  // cannot be looked into without a password
	Archive    Finding = "archive"    // an archive within an archive, which is not looked into
	Bomb       Finding = "bomb"       // unpacks to far more than it is, or says less than it unpacks to
	Executable Finding = "executable" // is or holds a program
	Polyglot   Finding = "polyglot"   // other programs read it as a file of another kind
	Trailing   Finding = "trailing"   // has bytes that do not belong to its format
	Unread     Finding = "unread"     // cannot be followed to its end, so that nothing more is known of it
)

// Findings returns all findings.
func Findings() []Finding {
	return []Finding{Script, Launch, Macro, Embedded, External, Encrypted, Archive, Bomb, Executable, Polyglot, Trailing, Unread}
}

// The types that [Judge] tells apart, as media types.
const (
	PDF   = "application/pdf"
	PNG   = "image/png"
	JPEG  = "image/jpeg"
	GIF   = "image/gif"
	TIFF  = "image/tiff"
	WebP  = "image/webp"
	HEIC  = "image/heic"
	SVG   = "image/svg+xml"
	HTML  = "text/html"
	XML   = "application/xml"
	Text  = "text/plain"
	RTF   = "application/rtf"
	CMS   = "application/pkcs7-mime"
	ZIP   = "application/zip"
	ODT   = "application/vnd.oasis.opendocument.text"
	ODS   = "application/vnd.oasis.opendocument.spreadsheet"
	ODP   = "application/vnd.oasis.opendocument.presentation"
	DOCX  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	XLSX  = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	PPTX  = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	DOCM  = "application/vnd.ms-word.document.macroEnabled.12"
	XLSM  = "application/vnd.ms-excel.sheet.macroEnabled.12"
	PPTM  = "application/vnd.ms-powerpoint.presentation.macroEnabled.12"
	DOC   = "application/msword"
	XLS   = "application/vnd.ms-excel"
	PPT   = "application/vnd.ms-powerpoint"
	OLE   = "application/x-ole-storage" // a compound file that is none of these
	RAR   = "application/vnd.rar"
	SEVEN = "application/x-7z-compressed"
	GZIP  = "application/gzip"
	EXE   = "application/x-executable"
	// Unknown is what has none of these outlines.
	Unknown = "application/octet-stream"
)

// Verdict is what [Judge] has found.
type Verdict struct {
	Type string
	// Signed says that the file has the form of a signed one: a PDF with signature
	// fields that are filled, a CMS of signed data, XML with a signature. Whether a
	// signature holds is not asked here.
	Signed   bool
	Findings []Finding // in their order, each once
}

// judging is one file that is being judged.
type judging struct {
	file    []byte
	verdict Verdict
	// end is where the format ends. What lies behind it is judged by tail.
	end int
}

func (j *judging) found(f Finding) {
	if !slices.Contains(j.verdict.Findings, f) {
		j.verdict.Findings = append(j.verdict.Findings, f)
	}
}

// format is a kind of files: how they begin, and how they are followed to the end. A
// reader that finds another format at work than its own returns false.
type format struct {
	begins func(file []byte) bool
	read   func(j *judging) bool
}

// formats are asked in this order.
func formats() []format {
	return []format{
		{beginsWith("%PDF-"), (*judging).pdf},
		{beginsWith("\x89PNG\r\n\x1a\n"), (*judging).png},
		{beginsWith("\xff\xd8\xff"), (*judging).jpeg},
		{beginsWith("GIF87a", "GIF89a"), (*judging).gif},
		{beginsWith("II*\x00", "MM\x00*"), (*judging).tiff},
		{isWebP, (*judging).webp},
		{isBoxed, (*judging).boxes},
		{beginsWith("PK\x03\x04", "PK\x05\x06"), (*judging).zip},
		{beginsWith("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), (*judging).ole},
		{beginsWith("{\\rtf"), (*judging).rtf},
		{beginsWith("Rar!\x1a\x07"), closed(RAR)},
		{beginsWith("7z\xbc\xaf\x27\x1c"), closed(SEVEN)},
		{beginsWith("\x1f\x8b"), closed(GZIP)},
		{beginsWith("MZ", "\x7fELF", "\xcf\xfa\xed\xfe", "\xfe\xed\xfa", "\xca\xfe\xba\xbe", "#!"), (*judging).program},
		{beginsWith("\x30"), (*judging).der},
	}
}

func beginsWith(any ...string) func([]byte) bool {
	return func(file []byte) bool {
		return slices.ContainsFunc(any, func(s string) bool { return bytes.HasPrefix(file, []byte(s)) })
	}
}

// closed reads what is recognised and not looked into.
func closed(kind string) func(*judging) bool {
	return func(j *judging) bool {
		j.verdict.Type, j.end = kind, len(j.file)
		j.found(Unread)
		return true
	}
}

// Judge tells what a file is, and what in it may act on whoever opens it. It keeps
// nothing of the file.
func Judge(file []byte) Verdict {
	j := &judging{file: file}
	if !j.byFormat() && !j.text() && !j.latePDF() {
		j.verdict.Type = Unknown
		return j.sorted()
	}
	j.tail()
	j.otherReadings()
	return j.sorted()
}

func (j *judging) byFormat() bool {
	for _, f := range formats() {
		if f.begins(j.file) && f.read(j) {
			return true
		}
		j.verdict, j.end = Verdict{}, 0
	}
	return false
}

// latePDF reads a PDF with something before its header, as programs do that have old
// files to open.
func (j *judging) latePDF() bool {
	if !asPDF(j.file) || !j.pdf() {
		return false
	}
	if len(bytes.TrimLeft(bytes.TrimPrefix(j.file, []byte("\xef\xbb\xbf")), " \t\r\n\x00")) > 0 && !blank(j.file[:bytes.Index(j.file, []byte("%PDF-"))]) {
		j.found(Trailing)
	}
	return true
}

// program is something that a computer runs.
func (j *judging) program() bool {
	if bytes.HasPrefix(j.file, []byte("MZ")) && len(j.file) < 64 {
		return false // text that begins so
	}
	j.verdict.Type, j.end = EXE, len(j.file)
	j.found(Executable)
	return true
}

// tail judges what lies behind the end of the format.
func (j *judging) tail() {
	rest := j.file[min(j.end, len(j.file)):]
	if blank(rest) {
		return
	}
	if holdsZIP(j.file, j.end) || asPDF(rest) || looksHTML(rest) || runs(rest) {
		j.found(Polyglot)
		return
	}
	j.found(Trailing)
}

// blank reports whether there is nothing but padding.
func blank(b []byte) bool { return len(bytes.TrimLeft(b, "\x00 \t\r\n\x1a")) == 0 }

func runs(b []byte) bool {
	return len(b) >= 64 && (bytes.HasPrefix(b, []byte("MZ")) || bytes.HasPrefix(b, []byte("\x7fELF")))
}

// otherReadings looks for beginnings of other formats in what programs look at before
// they decide what a file is.
func (j *judging) otherReadings() {
	switch j.verdict.Type {
	case PDF, HTML, SVG, XML, Text, EXE:
		return // each is its own reading, or was asked
	}
	head := j.file[:min(len(j.file), headLength)]
	if j.verdict.Type != ZIP && !inZIP(j.verdict.Type) && asPDF(j.file) {
		j.found(Polyglot)
	}
	switch j.verdict.Type {
	case PNG, JPEG, GIF, TIFF, WebP, HEIC:
		if hasTag(head) {
			j.found(Polyglot)
		}
	}
}

// headLength is how far programs look for a header that is not at the beginning.
const headLength = 1024

// asPDF reports whether programs open a file as PDF though it may not begin so: a
// header within the first kilobyte, and a way to the objects at its end.
func asPDF(file []byte) bool {
	head, foot := file[:min(len(file), headLength)], file[max(0, len(file)-2*headLength):]
	return bytes.Contains(head, []byte("%PDF-")) && bytes.Contains(foot, []byte("startxref"))
}

func (j *judging) sorted() Verdict {
	order := Findings()
	slices.SortFunc(j.verdict.Findings, func(a, b Finding) int { return slices.Index(order, a) - slices.Index(order, b) })
	return j.verdict
}
