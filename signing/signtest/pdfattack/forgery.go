package pdfattack

import (
	"bytes"
	"fmt"
	"strings"

	"tamga/signing/pades"
)

// forgeries are universal signature forgeries: what is missing or malformed in
// the signature dictionary must not be taken for intact.
func forgeries(g Signers) []Case {
	s := approval()
	swapped := func(old, changed string) []byte { return s.edit(signature, old, changed).build(g).out }
	ranged := func(r string) []byte { return swapped(rangeHole, r) }
	// patched changes a finished file without moving anything.
	patched := func(change func(contents []byte)) []byte {
		file := s.build(g).out
		at := bytes.Index(file, []byte("/Contents <")) + len("/Contents <")
		change(file[at : at+2*Capacity])
		return file
	}
	end := func(text string) func([]byte) {
		return func(contents []byte) { copy(contents[len(contents)-len(text):], text) }
	}
	const most = "9223372036854775807"
	return []Case{
		{"usf: no ByteRange", swapped("/ByteRange "+rangeHole, ""), Problem, pades.CodeByteRangeMissing},
		{"usf: ByteRange null", ranged("null"), Problem, pades.CodeByteRangeMissing},
		{"usf: ByteRange of zeros", ranged("[0 0 0 0]"), Problem, pades.CodeByteRangeGap},
		{"usf: ByteRange negative", ranged("[0 -10 20 30]"), Problem, pades.CodeByteRangeBounds},
		{"usf: ByteRange overflows", ranged("[0 " + most + " " + most + " " + most + "]"), Problem, pades.CodeByteRangeBounds},
		{"usf: ByteRange beyond 64 bits", ranged("[0 10 20 99999999999999999999]"), Problem, pades.CodeByteRangeNotFourIntegers},
		{"usf: ByteRange of strings", ranged("[(0)(10)(20)(30)]"), Problem, pades.CodeByteRangeNotFourIntegers},
		{"usf: ByteRange of reals", ranged("[0.0 10.0 20.0 30.0]"), Problem, pades.CodeByteRangeNotFourIntegers},
		{"usf: ByteRange of five", ranged("[0 10 20 30 40]"), Problem, pades.CodeByteRangeNotFourIntegers},
		{"usf: ByteRange empty", ranged("[]"), Problem, pades.CodeByteRangeNotFourIntegers},
		{"usf: ByteRange is a string", ranged("(0 10 20 30)"), Problem, pades.CodeByteRangeNotFourIntegers},
		{"usf: ByteRange indirect", s.edit(signature, rangeHole, "30 0 R").with(fresh, "[0 10 20 30]").build(g).out,
			Problem, pades.CodeByteRangeNotFourIntegers},
		{"usf: ByteRange does not begin with the file", ranged("[9 10 20 30]"), Problem, pades.CodeByteRangeStart},
		{"usf: ByteRange overlaps itself", ranged("[0 100 50 10]"), Problem, pades.CodeByteRangeBounds},

		{"usf: a page with two contents", s.edit(firstPage, "/Contents 6 0 R", "/Contents 6 0 R/Contents 7 0 R").build(g).out,
			Unreadable, pades.CodeDuplicateKey},
		{"usf: a page with two fonts of a name", s.edit(secondPage, "/F1 8 0 R", "/F1 8 0 R/F1 9 0 R").build(g).out,
			Unreadable, pades.CodeDuplicateKey},
		{"usf: pages with two boxes", s.edit(pageTree, "/MediaBox", "/MediaBox[0 0 60 80]/MediaBox").build(g).out,
			Unreadable, pades.CodeDuplicateKey},
		{"usf: no Contents", replaced(s, g, "/Contents "+contentsHole, ""), Problem, pades.CodeContentsMissing},
		{"usf: Contents null", replaced(s, g, contentsHole, "null"), Problem, pades.CodeContentsMissing},
		{"usf: Contents empty", replaced(s, g, contentsHole, "<>"), Problem, pades.CodeContentsEmpty},
		{"usf: Contents of zeros", patched(func(c []byte) { copy(c, bytes.Repeat([]byte("0"), len(c))) }), Problem, pades.CodeContentsEmpty},
		{"usf: Contents with an odd number of digits", replaced(s, g, contentsHole, "<30000>"), Problem, pades.CodeContentsNotHex},
		{"usf: Contents not hexadecimal", patched(end("xy")), Problem, pades.CodeContentsNotHex},
		{"usf: Contents is a literal string", replaced(s, g, contentsHole, "(0\\000)"), Problem, pades.CodeContentsNotHex},
		{"usf: Contents with something after the signature", patched(end("01")), Problem, pades.CodeContentsTrailing},
		{"usf: Contents with two DER elements", patched(func(c []byte) {
			second := bytes.TrimRight(c, "0")
			copy(c[len(second)+len(second)%2:], "3003020100")
		}), Problem, pades.CodeContentsTrailing},
		{"usf: Contents is no DER", patched(func(c []byte) { copy(c, "04") }), Problem, pades.CodeContentsNotOneDER},
		{"usf: signature in an object stream", packedSignature(g), Problem, pades.CodeInObjectStream},
		{"usf: signature inside its field", s.edit(signedField, "5 0 R", replace(s[signature], rangeHole, "[0 1 2 3]")).
			with(signature, "null").build(g).out, Problem, pades.CodeNotIndirect},
		{"usf: no SubFilter", swapped("/SubFilter/ETSI.CAdES.detached", ""), Problem, pades.CodeSubFilter},
		{"usf: attached SHA-1 format", swapped("ETSI.CAdES.detached", "adbe.pkcs7.sha1"), Problem, pades.CodeSubFilter},
		{"usf: the field's value is nothing", s.edit(signedField, "5 0 R", "99 0 R").build(g).out, Unreadable, pades.CodeSignatureUnreadable},
		{"usf: a signature that no field has", s.with(fresh, sigBody("")).build(g).out, Unreadable, pades.CodeOrphanSignature},
	}
}

// replaced changes the signature dictionary so that there is nothing to seal.
func replaced(s sample, g Signers, old, changed string) []byte {
	body := replace(s[signature], rangeHole, "[0 10 20 30]")
	return s.with(signature, replace(body, old, changed)).build(g).out
}

func packedSignature(g Signers) []byte {
	s := approval()
	body := replace(s[signature], rangeHole, "[0 10 20 30]")
	body = replace(body, contentsHole, "<3006040474657374>")
	d := s.with(signature, "null").draft(g)
	delete(d.entries, signature)
	d.pack(70, "", map[int]string{signature: body})
	return d.endStream(71, "").out
}

// wrapping are signature wrapping attacks: the ByteRange covers other bytes than
// those that are read.
func wrapping(g Signers) []Case {
	s := approval()
	return []Case{
		{"swa: a second ByteRange in the dictionary", s.edit(signature, "/ByteRange", "/ByteRange[0 1 2 3]/ByteRange").build(g).out,
			Problem, pades.CodeDuplicateKey},
		{"swa: a second ByteRange by escape", s.edit(signature, "/ByteRange", "/Byte#52ange[0 1 2 3]/ByteRange").build(g).out,
			Problem, pades.CodeDuplicateKey},
		{"swa: a second Contents in the dictionary", s.edit(signature, "/Contents", "/Contents<00>/Contents").build(g).out,
			Problem, pades.CodeDuplicateKey},
		{"swa: the gap holds more than Contents", wideGap(g), Problem, pades.CodeByteRangeGap},
		{"swa: the gap is another dictionary's Contents", decoy(g), Problem, pades.CodeByteRangeGap},
		{"swa: the second half moved to the end", movedHalf(g), Problem, pades.CodeByteRangeGap},
		{"swa: the range ends inside the revision", shortRange(g), Problem, pades.CodeByteRangeEnd},
		{"swa: the range ends before its own revision", earlyRange(g), Problem, pades.CodeByteRangeRevision},
	}
}

// holed writes a file whose ByteRange is made by ranges, and signs what it
// covers.
func holed(d *draft, ranges func(start, end, size int) [4]int) []byte {
	hole := bytes.Index(d.out, []byte("[0 ##########"))
	start := hole + bytes.Index(d.out[hole:], []byte(contentsHole))
	end := start + len(contentsHole)
	r := ranges(start, end, len(d.out))
	copy(d.out[hole:], fmt.Sprintf("[%d %-10d %-10d %-10d]", r[0], r[1], r[2], r[3]))
	der := d.signers.Sign([2][]byte{d.out[r[0] : r[0]+r[1]], d.out[r[2] : r[2]+r[3]]})
	copy(d.out[start+1:], fmt.Sprintf("%x", der))
	return d.out
}

// open is the sample with a hole that is not sealed by itself.
func open() sample {
	return approval().edit(signature, rangeHole, strings.ReplaceAll(rangeHole, "@", "#"))
}

// wideGap leaves a comment after Contents out of what is signed.
func wideGap(g Signers) []byte {
	s := open().edit(signature, contentsHole+">>", contentsHole+"/Reason(What you like)>>")
	return holed(s.build(g), func(start, end, size int) [4]int {
		end += len("/Reason(What you like)")
		return [4]int{0, start, end, size - end}
	})
}

// decoy leaves out a Contents that is not the signature's.
func decoy(g Signers) []byte {
	s := open().with(fresh, "<</Contents <"+strings.Repeat("01", 100)+">>>")
	return holed(s.build(g), func(_, _, size int) [4]int {
		file := s.build(g).out
		at := bytes.Index(file, []byte("/Contents <0101")) + len("/Contents ")
		return [4]int{0, at, at + 202, size - at - 202}
	})
}

// movedHalf keeps the signed bytes, moves the second half to the end and has
// objects of its own before it.
func movedHalf(g Signers) []byte {
	d := open().build(g)
	signed := bytes.Clone(d.out)
	hole := bytes.Index(signed, []byte("[0 ##########"))
	start := hole + bytes.Index(signed[hole:], []byte(contentsHole))
	half := signed[start+len(contentsHole):]
	d.stream(firstText, "", "BT /F1 20 Tf 50 700 Td (Pay 900) Tj ET").end("/Info 19 0 R")
	at := len(d.out)
	d.out = append(d.out, half...)
	// The last cross-reference must be the attacker's.
	d.out = fmt.Appendf(d.out, "startxref\n%d\n%%%%EOF\n", d.prev)
	copy(d.out[hole:], fmt.Sprintf("[0 %-10d %-10d %-10d]", start, at, len(half)))
	der := d.signers.Sign([2][]byte{d.out[:start], half})
	copy(d.out[start+1:], fmt.Sprintf("%x", der))
	return relinked(d)
}

// relinked ends the file with a revision of its own, so that only the ByteRange
// is wrong with it.
func relinked(d *draft) []byte {
	d.out = bytes.TrimSuffix(d.out, fmt.Appendf(nil, "startxref\n%d\n%%%%EOF\n", d.prev))
	return d.end("/Info 19 0 R").out
}

func shortRange(g Signers) []byte {
	return holed(open().build(g), func(start, end, size int) [4]int { return [4]int{0, start, end, size - end - 30} })
}

// earlyRange has a signature dictionary that a later revision brings and whose
// range ends with the first.
func earlyRange(g Signers) []byte {
	s := approval()
	first := len(s.build(g).out)
	u := s.sign(fresh, "Late", strings.Replace(sigBody(""), rangeHole, strings.ReplaceAll(rangeHole, "@", "#"), 1))
	d := s.build(g)
	for n := range 100 {
		if body, ok := u[n]; ok {
			d.put(n, body)
		}
	}
	d.end("/Info 19 0 R")
	hole := bytes.Index(d.out, []byte("[0 ##########"))
	copy(d.out[hole:], fmt.Sprintf("[0 %-10d %-10d %-10d]", 100, 200, first-200))
	at := hole + bytes.Index(d.out[hole:], []byte(contentsHole))
	copy(d.out[at+1:], fmt.Sprintf("%x", d.signers.Sign([2][]byte{d.out[:100], d.out[200:first]})))
	return d.out
}
