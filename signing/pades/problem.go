package pades

import (
	"errors"
	"fmt"
)

// Errors of Read, Hole and Fill, for errors.Is. A file that breaks the syntax
// gives a *[SyntaxError].
var (
	ErrNotPDF       = errors.New("not a PDF file")
	ErrEncrypted    = errors.New("the PDF file is encrypted")
	ErrNoHole       = errors.New("no empty signature to fill")
	ErrHoleTooSmall = errors.New("the signature does not fit its place")
	ErrNotDER       = errors.New("the signature is not one DER element")
)

// SyntaxError says where and how a file breaks the PDF syntax or a bound of this
// reader.
type SyntaxError struct {
	// Offset is a byte offset in the file; -1 when the place has none, such as
	// the inside of a compressed object stream.
	Offset int64
	Detail string
	// Limit says that the file exceeds a bound of this reader or uses what it
	// does not know: nothing is known against the file.
	Limit bool
}

func (e *SyntaxError) Error() string {
	if e.Offset < 0 {
		return "pdf syntax: " + e.Detail
	}
	return fmt.Sprintf("pdf syntax at offset %d: %s", e.Offset, e.Detail)
}

// Problem is one broken rule. Code is one of the constants below and is stable;
// Detail is for people.
type Problem struct {
	Code   string
	Detail string
	Weight Weight
}

// Weight is what a problem means for the signatures of the file.
type Weight int

// The weights. The zero value is the strictest.
const (
	// Ambiguous: two programs may read two documents, or the rule is one that
	// forgeries break.
	Ambiguous Weight = iota
	// NotRead: this reader does not know what it met, or a bound of its own ended
	// the reading; nothing is known against the file.
	NotRead
	// Tolerated: a departure from the letter by which no two programs read two
	// documents.
	Tolerated
)

// worst returns the first of the problems that is heavier than a weight.
func worst(problems []Problem, than Weight) (Problem, bool) {
	for _, p := range problems {
		if p.Weight < than && p.Code != CodeLaterRevision {
			return p, true
		}
	}
	return Problem{}, false
}

// Codes of the problems of one signature.
const (
	// /ByteRange is absent or null.
	CodeByteRangeMissing = "byte-range-missing"
	// /ByteRange is not a direct array of exactly four direct integers.
	CodeByteRangeNotFourIntegers = "byte-range-not-four-integers"
	// A number of /ByteRange is negative, overflows, leaves the file, or the
	// second part does not begin after the first.
	CodeByteRangeBounds = "byte-range-bounds"
	// The first part does not begin at offset 0.
	CodeByteRangeStart = "byte-range-start"
	// The gap is not exactly this dictionary's own /Contents token.
	CodeByteRangeGap = "byte-range-gap"
	// The second part does not end where a revision ends.
	CodeByteRangeEnd = "byte-range-end"
	// The range ends with a revision older than the signature dictionary.
	CodeByteRangeRevision = "byte-range-revision"

	CodeContentsMissing = "contents-missing"
	// /Contents is not a hexadecimal string of an even number of digits
	// without white space, written directly in the dictionary.
	CodeContentsNotHex = "contents-not-hex"
	// /Contents holds nothing but zeros: nobody signed.
	CodeContentsEmpty = "contents-empty"
	// /Contents does not begin with one complete SEQUENCE in DER or BER.
	CodeContentsNotOneDER = "contents-not-one-der"
	// Something other than zeros follows the element.
	CodeContentsTrailing = "contents-trailing-nonzero"
	// The element is in BER: of indefinite length, or with a length that DER
	// writes shorter. Tolerated.
	CodeContentsBER = "contents-ber"

	// The file goes on with further revisions after the signed one. Reported
	// for every signature it is true of; the policy decides what it means.
	CodeLaterRevision = "later-revision"
	// Bytes that belong to no revision follow the signed one. Tolerated is white
	// space after a complete last line.
	CodeTrailingBytes = "trailing-bytes"

	// The dictionary is compressed into an object stream.
	CodeInObjectStream = "signature-in-object-stream"
	// The dictionary is written inside its field.
	CodeNotIndirect = "signature-not-indirect"
	// A key occurs twice in a dictionary.
	CodeDuplicateKey = "duplicate-key"
	// An entry that must be direct is a reference, or has the wrong type.
	CodeEntryInvalid = "entry-invalid"
	CodeFilter       = "filter-missing"
	// /SubFilter is none of adbe.pkcs7.detached, ETSI.CAdES.detached and
	// ETSI.RFC3161.
	CodeSubFilter = "unsupported-subfilter"
	// /Type contradicts /SubFilter or is not a signature's. Tolerated of a
	// timestamp without the type that it should have.
	CodeTypeMismatch = "type-mismatch"
	// /M is not a PDF date. Tolerated where it is one without its prefix, or with
	// another spelling of its zone.
	CodeClaimedTime = "claimed-time-invalid"
	// The DocMDP transform is malformed or given twice, or /Perms names a
	// signature without one.
	CodeDocMDP = "docmdp-invalid"
	// /Perms /DocMDP no longer names the signature it once named.
	CodePermsChanged = "perms-changed"
)

// Codes of [Document].Unreadable and [Document].Hybrid.
const (
	// The header %PDF- is not at offset 0. Tolerated is white space before it.
	CodeHeaderOffset = "header-offset"
	// An object's body breaks the syntax; it may have been a signature.
	CodeObjectUnreadable = "object-unreadable"
	// Two ends of line before endstream. Tolerated.
	CodeStreamPadding = "stream-padding"
	// A stream is encrypted otherwise than all others, and is used as more than
	// metadata or an embedded file.
	CodeEncryptedApart = "stream-encrypted-apart"
	// The object that holds a stream's length is redefined later.
	CodeLengthRedefined = "stream-length-redefined"
	// A dictionary that looks like a signature belongs to no field.
	CodeOrphanSignature = "orphan-signature"
	// The catalog's /Perms has usage rights. Tolerated.
	CodeUsageRights = "usage-rights"
	// The trailer names an original that some programs open instead of the pages.
	// Tolerated.
	CodeOriginal = "additional-streams"
	// A signature field or its widget is not reached from the AcroForm.
	CodeOrphanField = "orphan-field"
	// A field, or the way to it, could not be read.
	CodeFieldUnreadable = "field-unreadable"
	// The field tree reaches an object twice.
	CodeFieldLoop = "field-tree-loop"
	// Two fields name the same signature dictionary.
	CodeSignatureShared = "signature-shared"
	// A field's value is no dictionary, or is not there.
	CodeSignatureUnreadable = "signature-unreadable"
	// The catalog, the AcroForm or /Perms could not be read.
	CodeCatalogUnreadable = "catalog-unreadable"
	// The page tree is circular or could not be read.
	CodePageTree = "page-tree"
	// There are hybrid cross-references, and readers of tables alone see the same
	// document. Tolerated.
	CodeHybrid = "hybrid-xref"
	// Readers of tables alone see another document.
	CodeHybridDiffers = "hybrid-readings-differ"
	// More problems or signatures than this reader keeps.
	CodeTooMany = "too-many"
)
