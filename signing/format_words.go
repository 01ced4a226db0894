package signing

import (
	"strings"

	"tamga/language/words"
	"tamga/signing/pades"
)

// formatText words what is wrong with the form of a file or a signature. Of what
// has no words of its own the English text gives the detail.
func formatText(detail string) Text {
	first, _, _ := strings.Cut(detail, "; ")
	code, _, _ := strings.Cut(first, ": ")
	switch code {
	case pades.CodeTrailingBytes:
		return words.Of("signing.format.added")
	case pades.CodeByteRangeMissing, pades.CodeByteRangeNotFourIntegers, pades.CodeByteRangeBounds, pades.CodeByteRangeStart,
		pades.CodeByteRangeGap, pades.CodeByteRangeEnd, pades.CodeByteRangeRevision:
		return inBrackets(words.Of("signing.format.cover"), code)
	case pades.CodeContentsEmpty, pades.CodeContentsMissing:
		return words.Of("signing.format.empty")
	case pades.CodeContentsNotHex, pades.CodeContentsNotOneDER, pades.CodeContentsTrailing:
		return inBrackets(words.Of("signing.format.written"), code)
	case pades.CodeHybridDiffers, pades.CodeDuplicateKey, pades.CodeLengthRedefined, pades.CodeSignatureShared, pades.CodeTypeMismatch:
		return inBrackets(words.Of("signing.format.ambiguous"), code)
	}
	broken := words.Of("signing.format.broken")
	broken.EN += ": " + first
	return broken
}

// inBrackets adds a code, which is English, to the English text.
func inBrackets(t Text, code string) Text {
	t.EN += " (" + code + ")"
	return t
}
