package pades

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"tamga/certs/der"
)

// signature completes s from its dictionary and keeps it.
func (r *reader) signature(s Signature) {
	s.Type = string(s.Dict.Name("Type"))
	s.Filter = string(s.Dict.Name("Filter"))
	s.SubFilter = string(s.Dict.Name("SubFilter"))
	s.checkKeys(s.Dict, "the signature dictionary")
	s.checkKind()
	s.checkTexts()
	s.readContents()
	r.d.checkRange(&s)
	r.readDocMDP(&s)
	r.checkCertification(&s)
	r.d.Signatures = append(r.d.Signatures, s)
}

// checkKeys reports keys that a dictionary of the signature has twice. What says
// which bytes are signed must stand there once.
func (s *Signature) checkKeys(dict Dict, where string) {
	key, twice := dict.Duplicate()
	if !twice {
		return
	}
	once := func(e Entry) bool {
		last, _ := dict.Lookup(e.Key)
		return (e.Key == "Contents" || e.Key == "ByteRange") && last.Start != e.Start
	}
	other, differ := dict.twoValues()
	if i := slices.IndexFunc(dict, once); i >= 0 {
		other, differ = dict[i].Key, true
	}
	if differ {
		s.report(CodeDuplicateKey, fmt.Sprintf("/%s in %s", other, where))
		return
	}
	s.tolerate(CodeDuplicateKey, fmt.Sprintf("/%s in %s, twice with the same value", key, where))
}

// finish puts the signatures in the order of the file.
func (r *reader) finish() {
	slices.SortStableFunc(r.d.Signatures, func(a, b Signature) int {
		return cmp.Compare(a.ContentsStart, b.ContentsStart)
	})
}

// checkKind reads what the dictionary says it is.
func (s *Signature) checkKind() {
	if s.Filter == "" {
		s.report(CodeFilter, "/Filter is not a direct name")
	}
	switch s.SubFilter {
	case "adbe.pkcs7.detached", "ETSI.CAdES.detached", "ETSI.RFC3161":
	default:
		s.Problems = append(s.Problems, Problem{CodeSubFilter, fmt.Sprintf("signatures of /SubFilter %q are not read here", s.SubFilter), NotRead})
	}
	if s.Type == "DocTimeStamp" || s.SubFilter == "ETSI.RFC3161" {
		s.Kind = KindTimestamp
	}
	_, typed := s.Dict.Lookup("Type")
	switch {
	case s.SubFilter == "ETSI.RFC3161" && (s.Type == "Sig" || !typed):
		s.tolerate(CodeTypeMismatch, "/Type of a document timestamp is not DocTimeStamp")
	case s.Kind == KindTimestamp && (s.Type != "DocTimeStamp" || s.SubFilter != "ETSI.RFC3161"):
		s.report(CodeTypeMismatch, fmt.Sprintf("/Type %q with /SubFilter %q", s.Type, s.SubFilter))
	case typed && s.Type != "Sig" && s.Type != "DocTimeStamp":
		s.report(CodeTypeMismatch, fmt.Sprintf("/Type is %q", s.Type))
	}
}

// checkTexts reads the entries that people see. Nothing in them is proved.
func (s *Signature) checkTexts() {
	for _, t := range []struct {
		key  Name
		into *string
	}{
		{"Name", &s.Name}, {"Reason", &s.Reason}, {"Location", &s.Location}, {"ContactInfo", &s.ContactInfo},
	} {
		if text, ok := s.text(t.key); ok {
			*t.into = text.Text()
		}
	}
	m, ok := s.text("M")
	if !ok {
		return
	}
	if s.ClaimedTime, ok = parseDate(m.Text()); ok {
		return
	}
	if s.ClaimedTime, ok = looseDate(m.Text()); ok {
		s.tolerate(CodeClaimedTime, "/M is a date that is not spelled as 7.9.4 asks for")
		return
	}
	s.report(CodeClaimedTime, "/M is not a PDF date")
}

func (s *Signature) text(key Name) (String, bool) {
	o := s.Dict.Get(key)
	text, ok := o.(String)
	if o != nil && (!ok || text.Malformed) {
		s.report(CodeEntryInvalid, fmt.Sprintf("/%s is not a direct string", key))
	}
	return text, ok
}

// readContents takes the one element out of /Contents.
func (s *Signature) readContents() {
	e, ok := s.Dict.Lookup("Contents")
	if !ok || e.Value == nil {
		s.report(CodeContentsMissing, "the dictionary has no /Contents")
		return
	}
	s.ContentsStart, s.ContentsEnd = e.Start, e.End
	text, _ := e.Value.(String)
	if !text.plain {
		s.report(CodeContentsNotHex, "/Contents is not a plain hexadecimal string")
		return
	}
	if s.Has(CodeSubFilter) {
		return // of a format that is not known
	}
	padded := text.Value
	rest := padded
	for len(rest) > 0 && rest[0] == 0 {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		s.report(CodeContentsEmpty, "/Contents is all zeros")
		return
	}
	size := derSize(padded)
	if size < 0 {
		if size = s.berSize(padded); size < 0 {
			return
		}
	}
	s.Contents = padded[:size]
	for _, b := range padded[size:] {
		if b != 0 {
			s.report(CodeContentsTrailing, "something other than zeros follows the element in /Contents")
			return
		}
	}
}

// berSize is derSize for BER, as streaming generators write it: the element's end
// is found by walking it. Every reader of BER finds the same one.
func (s *Signature) berSize(padded []byte) int {
	size, err := der.LengthBER(padded)
	switch {
	case padded[0] != 0x30:
		err = errors.New("it is no SEQUENCE")
	case errors.Is(err, der.ErrTooManyElements):
		s.Problems = append(s.Problems, Problem{CodeContentsNotOneDER, "the element in /Contents is not read: " + err.Error(), NotRead})
		return -1
	}
	if err != nil {
		s.report(CodeContentsNotOneDER, fmt.Sprintf("/Contents does not begin with a complete SEQUENCE in DER or BER: %v", err))
		return -1
	}
	s.tolerate(CodeContentsBER, "the CMS in /Contents is in BER, not in DER as EN 319 142-1 section 6.3 asks for")
	return size
}

// derSize returns the length of the DER SEQUENCE (X.690, 8.1.3 and 10.1) that
// data begins with, -1 when there is no complete one.
func derSize(data []byte) int {
	if len(data) < 2 || data[0] != 0x30 {
		return -1
	}
	head, size := 2, int(data[1])
	if size >= 0x80 {
		octets := size & 0x7f
		if octets == 0 || octets > 4 || len(data) < 2+octets || data[2] == 0 {
			return -1
		}
		size = 0
		for _, b := range data[2 : 2+octets] {
			size = size<<8 | int(b)
		}
		if size < 0x80 {
			return -1
		}
		head += octets
	}
	if size > len(data)-head {
		return -1
	}
	return head + size
}

// checkRange applies the rules of /ByteRange: four integers, from the first byte
// of the file, leaving out exactly this dictionary's own /Contents, to the end of
// a revision. Every one of them stops a published forgery.
func (d *Document) checkRange(s *Signature) {
	e, ok := s.Dict.Lookup("ByteRange")
	if !ok || e.Value == nil {
		s.report(CodeByteRangeMissing, "the dictionary has no /ByteRange")
		return
	}
	list, _ := e.Value.(Array)
	if len(list) != 4 {
		s.report(CodeByteRangeNotFourIntegers, "/ByteRange is not a direct array of four integers")
		return
	}
	for i, o := range list {
		n, ok := o.(Integer)
		if !ok {
			s.report(CodeByteRangeNotFourIntegers, "/ByteRange is not a direct array of four integers")
			return
		}
		s.ByteRange[i] = int64(n)
	}
	b := s.ByteRange
	problems := len(s.Problems)
	if !inOrder(b, int64(len(d.file))) {
		s.report(CodeByteRangeBounds, fmt.Sprintf("/ByteRange %d leaves the file or its order", b))
		return
	}
	if b[0] != 0 {
		s.report(CodeByteRangeStart, fmt.Sprintf("/ByteRange begins at %d", b[0]))
	}
	if s.ContentsEnd == 0 || b[0]+b[1] != s.ContentsStart || b[2] != s.ContentsEnd {
		s.report(CodeByteRangeGap, fmt.Sprintf("/ByteRange leaves out %d to %d, /Contents is %d to %d",
			b[0]+b[1], b[2], s.ContentsStart, s.ContentsEnd))
	}
	s.Revision = d.revisionEnding(b[2] + b[3])
	if s.Revision < 0 {
		s.report(CodeByteRangeEnd, fmt.Sprintf("no revision ends at %d", b[2]+b[3]))
	} else if s.Revision < s.DictRevision {
		s.report(CodeByteRangeRevision, fmt.Sprintf("/ByteRange ends with revision %d, the dictionary is of revision %d",
			s.Revision, s.DictRevision))
	}
	whole := b[2]+b[3] == int64(len(d.file))
	s.CoversWholeFile = whole && len(s.Problems) == problems
	if s.Revision >= 0 && s.Revision < len(d.Revisions)-1 {
		s.report(CodeLaterRevision, fmt.Sprintf("the file goes on after revision %d, which the signature covers", s.Revision))
	} else if s.Revision >= 0 && !whole {
		d.checkTrailing(s, b[2]+b[3])
	}
}

// checkTrailing reports what follows the last revision and is not signed. White
// space that was added to a finished file means nothing; a range that lacks the
// end of its own last line is one that was computed wrong.
func (d *Document) checkTrailing(s *Signature, end int64) {
	rest := d.file[end:]
	detail := fmt.Sprintf("%d bytes follow the signed ones", len(rest))
	if last := d.Revisions[s.Revision]; last.blank == int64(len(d.file)) && (end == last.End && end > last.marker || string(rest) == "\r\n") {
		s.tolerate(CodeTrailingBytes, detail+", all of them white space")
		return
	}
	s.report(CodeTrailingBytes, detail)
}

// inOrder says whether the two parts lie within size bytes, the second after the
// first. It computes nothing that could overflow.
func inOrder(b [4]int64, size int64) bool {
	return b[0] >= 0 && b[1] >= 0 && b[2] >= 0 && b[3] >= 0 &&
		b[0] <= size && b[1] <= size-b[0] && b[2] <= size && b[3] <= size-b[2] &&
		b[2] >= b[0]+b[1]
}

// revisionEnding returns the revision that ends at an offset: after its %%EOF,
// with or without white space after it.
func (d *Document) revisionEnding(offset int64) int {
	for i, r := range slices.Backward(d.Revisions) {
		if offset >= r.marker && offset <= r.blank {
			return i
		}
	}
	return -1
}
