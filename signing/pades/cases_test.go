package pades

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func describe(s Signature) string { return fmt.Sprintf("%+v", s) }

func codes(problems []Problem) []string {
	list := []string{}
	for _, p := range problems {
		if !slices.Contains(list, p.Code) {
			list = append(list, p.Code)
		}
	}
	slices.Sort(list)
	return list
}

// signed is the sample with a changed signature dictionary.
func signed(old, changed string) []byte {
	return sample{5: mustReplace(sample{}.objects()[5], old, changed)}.build()
}

// patched is the finished sample with a text changed in place: both have the
// same length, so every offset stays true.
func patched(old, changed string) []byte {
	if len(old) != len(changed) {
		panic("a patch changes the length")
	}
	return []byte(mustReplace(string(sample{}.build()), old, changed))
}

func mustReplace(text, old, changed string) string {
	if strings.Count(text, old) != 1 {
		panic(fmt.Sprintf("%q is there %d times", old, strings.Count(text, old)))
	}
	return strings.Replace(text, old, changed, 1)
}

// ranged is the sample with a /ByteRange made from the right one.
func ranged(change func(r [4]int64) string) []byte {
	file := sample{}.build()
	d, err := Read(file)
	if err != nil {
		panic(err)
	}
	e, _ := d.Signatures[0].Dict.Lookup("ByteRange")
	text := change(d.Signatures[0].ByteRange)
	room := int(e.End - e.Start)
	if len(text) > room {
		panic("the /ByteRange does not fit")
	}
	copy(file[e.Start:], text+strings.Repeat(" ", room-len(text)))
	return file
}

// numbers writes a /ByteRange.
func numbers(r [4]int64) string { return fmt.Sprint("[", r[0], " ", r[1], " ", r[2], " ", r[3], "]") }

// TestSignatureRules breaks each rule about one signature.
func TestSignatureRules(t *testing.T) {
	for _, c := range signatureCases() {
		t.Run(c.name, func(t *testing.T) {
			d, err := Read(c.file)
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Unreadable) > 0 {
				t.Errorf("unreadable: %v", d.Unreadable)
			}
			if len(d.Signatures) != 1 {
				t.Fatalf("%d signatures", len(d.Signatures))
			}
			s := d.Signatures[0]
			want := strings.Fields(c.want)
			slices.Sort(want)
			if got := codes(s.Problems); !slices.Equal(got, want) {
				t.Errorf("problems %v, want %v: %v", got, want, s.Problems)
			}
			if s.CoversWholeFile && strings.Contains(c.want, "byte-range") {
				t.Error("a signature with a broken range covers the file")
			}
			d.SignedBytes(s)
		})
	}
}

type signatureCase struct {
	name string
	file []byte
	want string // codes
}

func signatureCases() []signatureCase {
	return slices.Concat(rangeCases(), endCases(), contentsCases(), dictionaryCases())
}

func rangeCases() []signatureCase {
	return []signatureCase{
		{"no ByteRange", signed("/ByteRange "+rangeHole, ""), CodeByteRangeMissing},
		{"null ByteRange", signed(rangeHole, "null"), CodeByteRangeMissing},
		{"empty ByteRange", signed(rangeHole, "[]"), CodeByteRangeNotFourIntegers},
		{"three numbers", signed(rangeHole, "[0 10 20]"), CodeByteRangeNotFourIntegers},
		{"six numbers", signed(rangeHole, "[0 10 20 30 40 50]"), CodeByteRangeNotFourIntegers},
		{"not an array", signed(rangeHole, "(0 10 20 30)"), CodeByteRangeNotFourIntegers},
		{"indirect ByteRange", sample{
			5: mustReplace(sample{}.objects()[5], rangeHole, "10 0 R"), 10: "[0 10 20 30]",
		}.build(), CodeByteRangeNotFourIntegers},
		{"indirect numbers", signed(rangeHole, "[0 7 0 R 7 0 R 7 0 R]"), CodeByteRangeNotFourIntegers},
		{"float numbers", ranged(func(r [4]int64) string {
			return fmt.Sprintf("[0 %d.0 %d %d]", r[1], r[2], r[3])
		}), CodeByteRangeNotFourIntegers},
		{"nested array", ranged(func(r [4]int64) string {
			return fmt.Sprintf("[[0 %d %d %d]]", r[1], r[2], r[3])
		}), CodeByteRangeNotFourIntegers},
		{"number beyond 64 bits", signed(rangeHole, "[0 10 20 99999999999999999999]"), CodeByteRangeNotFourIntegers},
		{"all zeros", ranged(func([4]int64) string { return "[0 0 0 0]" }), CodeByteRangeGap + " " + CodeByteRangeEnd},
		{"negative start", ranged(func(r [4]int64) string {
			r[0] = -1
			return numbers(r)
		}), CodeByteRangeBounds},
		{"negative length", ranged(func(r [4]int64) string {
			r[3] = -r[3]
			return numbers(r)
		}), CodeByteRangeBounds},
		{"sum overflows", signed(rangeHole, "[0 9223372036854775807 9223372036854775807 9223372036854775807]"), CodeByteRangeBounds},
		{"beyond the file", ranged(func(r [4]int64) string {
			r[3]++
			return numbers(r)
		}), CodeByteRangeBounds},
		{"overlapping parts", ranged(func(r [4]int64) string {
			return numbers([4]int64{0, r[2], r[1], r[3]})
		}), CodeByteRangeBounds},
		{"wrong order", ranged(func(r [4]int64) string {
			return numbers([4]int64{r[2], r[3], 0, r[1]})
		}), CodeByteRangeBounds},
		{"start after the header", ranged(func(r [4]int64) string {
			return numbers([4]int64{9, r[1] - 9, r[2], r[3]})
		}), CodeByteRangeStart},
		{"gap begins before Contents", ranged(func(r [4]int64) string {
			r[1]--
			return numbers(r)
		}), CodeByteRangeGap},
		{"gap without the brackets", ranged(func(r [4]int64) string {
			return numbers([4]int64{0, r[1] + 1, r[2] - 1, r[3] + 1})
		}), CodeByteRangeGap},
		{"gap ends after Contents", ranged(func(r [4]int64) string {
			return numbers([4]int64{0, r[1], r[2] + 4, r[3] - 4})
		}), CodeByteRangeGap},
	}
}

// endCases are about where the second part ends.
func endCases() []signatureCase {
	return []signatureCase{
		{"ends inside the trailer", ranged(func(r [4]int64) string {
			r[3] -= 20
			return numbers(r)
		}), CodeByteRangeEnd},
		{"ends before the last end of line", ranged(func(r [4]int64) string {
			r[3]--
			return numbers(r)
		}), CodeTrailingBytes},
		{"white space after the end", append(sample{}.build(), " \n\n"...), CodeTrailingBytes},
		{"gap moved to another dictionary's Contents", movedGap(), CodeByteRangeGap},
		{"page replaced in a later revision", replacedPage(), CodeLaterRevision},
		{"empty later revision", emptyRevision(), CodeLaterRevision},
	}
}

// movedGap is signature wrapping: the range leaves out the /Contents of a decoy,
// and the real dictionary lies in signed bytes it could have been moved to.
func movedGap() []byte {
	decoy := "<</Decoy true/Contents " + contentsHole + ">>"
	b := sample{5: mustReplace(sample{}.objects()[5], rangeHole, strings.Replace(rangeHole, "[0", "[0 ", 1)), 10: decoy}.start()
	b.table("")
	start := strings.Index(string(b.out), "/Decoy true/Contents <") + len("/Decoy true/Contents ")
	end := start + len(contentsHole)
	hole := strings.Index(string(b.out), "[0  @")
	copy(b.out[hole:], fmt.Sprintf("[0  %-10d %-10d %-10d]", start, end, len(b.out)-end))
	return b.out
}

// replacedPage is an incremental saving attack.
func replacedPage() []byte {
	b := sample{}.start()
	b.table("")
	b.object(6, "<</Length 25>>stream\n1 0 0 rg 10 10 50 50 re f\nendstream")
	b.table("")
	return b.out
}

func emptyRevision() []byte {
	b := sample{}.start()
	b.table("")
	b.table("")
	return b.out
}

func contentsCases() []signatureCase {
	zeros := "<" + strings.Repeat("0", len(contentsHole)-2) + ">"
	return []signatureCase{
		{"no Contents", signed("/Contents "+contentsHole, "/Other "+contentsHole), CodeContentsMissing + " " + CodeByteRangeGap},
		{"null Contents", signed(contentsHole, "null"), CodeContentsMissing + " " + CodeByteRangeGap},
		{"zeros", patched(contentsHole, zeros), CodeContentsEmpty},
		{"no digits", signed("/Contents "+contentsHole, "/Contents <>/X "+contentsHole), CodeContentsEmpty + " " + CodeByteRangeGap},
		{"literal string", signed("/Contents "+contentsHole, "/Contents (0\\006)/X "+contentsHole),
			CodeContentsNotHex + " " + CodeByteRangeGap},
		{"indirect Contents", sample{
			5:  mustReplace(sample{}.objects()[5], "/Contents "+contentsHole, "/Contents 10 0 R/X "+contentsHole),
			10: contentsHole,
		}.build(), CodeContentsNotHex + " " + CodeByteRangeGap},
		{"white space in the digits", patched("<30060404", "<3006040 "), CodeContentsNotHex},
		{"odd number of digits", patched("000000>", "00000> "), CodeContentsNotHex + " " + CodeByteRangeGap},
		{"something else in the digits", patched("<30060404", "<3006x404"), CodeContentsNotHex},
		{"not a SEQUENCE", patched("<30060404", "<04060404"), CodeContentsNotOneDER},
		{"zeros first", patched("<30060404", "<00060404"), CodeContentsNotOneDER},
		{"indefinite length", patched("<30060404", "<30800404"), CodeContentsBER},
		{"indefinite length without its end", patched(contentsHole, "<3080"+strings.Repeat("040178", 6)+">"), CodeContentsNotOneDER},
		{"indefinite length of something else", patched("<30060404", "<31800404"), CodeContentsNotOneDER},
		{"something after an indefinite length", patched("<30060404746573740000000000", "<30800404746573740000000001"), CodeContentsTrailing + " " + CodeContentsBER},
		{"a length that could be shorter", patched("<30060404746573740000", "<30810604047465737400"), CodeContentsBER},
		{"length beyond the place", patched("<30060404", "<30700404"), CodeContentsNotOneDER},
		{"length of 2^31", patched("<30060404", "<3084FFFF"), CodeContentsNotOneDER},
		{"two elements", patched("<30060404746573740000", "<30020404300204040000"), CodeContentsTrailing},
		{"trailing non-zero", patched("0000>", "0001>"), CodeContentsTrailing},
	}
}

func dictionaryCases() []signatureCase {
	fieldHolding := func(v string) string { return mustReplace(sample{}.objects()[4], "5 0 R", v) }
	return []signatureCase{
		{"duplicate Contents", signed("/M(", "/Contents<00>/M("),
			CodeDuplicateKey + " " + CodeContentsEmpty + " " + CodeByteRangeGap},
		{"duplicate key by escape", signed("/Type/Sig/F", "/Type/Sig/Byte#52ange[0 1 2 3]/F"), CodeDuplicateKey},
		{"adbe.pkcs7.sha1", signed("ETSI.CAdES.detached", "adbe.pkcs7.sha1"), CodeSubFilter},
		{"adbe.x509.rsa_sha1", signed("ETSI.CAdES.detached", "adbe.x509.rsa_sha1"), CodeSubFilter},
		{"no SubFilter", signed("/SubFilter/ETSI.CAdES.detached", ""), CodeSubFilter},
		{"no Filter", signed("/Filter/Adobe.PPKLite", ""), CodeFilter},
		{"other Type", signed("/Type/Sig/F", "/Type/Annot/F"), CodeTypeMismatch},
		{"no Type", signed("/Type/Sig/F", "/F"), ""},
		{"timestamp", signed("/Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached",
			"/Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161"), ""},
		{"timestamp type with a person's format", signed("/Type/Sig/F", "/Type/DocTimeStamp/F"), CodeTypeMismatch},
		{"timestamp format with a person's type", signed("ETSI.CAdES.detached", "ETSI.RFC3161"), CodeTypeMismatch},
		{"M is not a date", signed("D:20260301120000+05'00'", "yesterday"), CodeClaimedTime},
		{"M is the 30th of February", signed("D:20260301", "D:20260230"), CodeClaimedTime},
		{"indirect Reason", signed("(Certified \\(test\\))", " 7 0 R"), CodeEntryInvalid},
		{"P is 4", signed("/P 1", "/P 4"), CodeDocMDP},
		{"P is 3", signed("/P 1", "/P 3"), ""},
		{"DocMDP twice", signed("/Reference[", "/Reference[<</TransformMethod/DocMDP>>"), CodeDocMDP},
		{"Perms without DocMDP", signed("/TransformMethod/DocMDP", "/TransformMethod/FieldMDP"), CodeDocMDP},
		{"Reference is not an array", signed("/Reference[<<", "/Reference<</X[<<"+">>]>>/Rest[<<"), CodeDocMDP},
		{"field above the widget", sample{
			4:  "<</FT/Sig/T(Outer)/Kids[10 0 R]/V 5 0 R>>",
			10: "<</Type/Annot/Subtype/Widget/Parent 4 0 R/Rect[0 0 0 0]/P 3 0 R>>",
		}.build(), ""},
		{"inherited field type", sample{
			4:  "<</FT/Sig/T(Outer)/Kids[10 0 R]>>",
			10: "<</T(Inner)/Parent 4 0 R/V 5 0 R>>",
		}.build(), ""},
		{"objects packed", packedFile(), ""},
		{"field with a stray V null kid", sample{4: fieldHolding("5 0 R/Kids[]")}.build(), ""},
	}
}

// TestFileRules breaks each rule about the file: Read gives an error, or the
// document has something unreadable.
func TestFileRules(t *testing.T) {
	for _, c := range slices.Concat(syntaxCases(), hiddenCases()) {
		t.Run(c.name, func(t *testing.T) {
			d, err := Read(c.file)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("error %v, want %q", err, c.err)
				}
				var syntax *SyntaxError
				if !errors.As(err, &syntax) && !errors.Is(err, ErrNotPDF) && !errors.Is(err, ErrEncrypted) {
					t.Errorf("untyped error %T", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Fields(c.want)
			slices.Sort(want)
			if got := codes(d.Unreadable); !slices.Equal(got, want) {
				t.Errorf("unreadable %v, want %v: %v", got, want, d.Unreadable)
			}
		})
	}
}
