package signing

import (
	"strings"

	"tamga/signing/pades"
)

// formatText words what is wrong with the form of a file or a signature. Of what
// has no words of its own the English text gives the detail.
func formatText(detail string) Text {
	first, _, _ := strings.Cut(detail, "; ")
	code, _, _ := strings.Cut(first, ": ")
	switch code {
	case pades.CodeTrailingBytes:
		return Text{KK: "қол қойылғаннан кейін файлға деректер қосылған", RU: "после подписания к файлу добавлены данные", EN: "data were added to the file after it was signed"}
	case pades.CodeByteRangeMissing, pades.CodeByteRangeNotFourIntegers, pades.CodeByteRangeBounds, pades.CodeByteRangeStart,
		pades.CodeByteRangeGap, pades.CodeByteRangeEnd, pades.CodeByteRangeRevision:
		return Text{KK: "қолтаңба файлды ережеге сай қамтымайды", RU: "подпись охватывает файл не по правилам", EN: "the signature does not cover the file as the rules want (" + code + ")"}
	case pades.CodeContentsEmpty, pades.CodeContentsMissing:
		return Text{KK: "қолтаңбаның орны бос", RU: "место подписи в файле пустое", EN: "the place of the signature is empty"}
	case pades.CodeContentsNotHex, pades.CodeContentsNotOneDER, pades.CodeContentsTrailing:
		return Text{KK: "қолтаңба файлға ережеге сай жазылмаған", RU: "подпись записана в файл не по правилам", EN: "the signature is not written into the file as the rules want (" + code + ")"}
	case pades.CodeHybridDiffers, pades.CodeDuplicateKey, pades.CodeLengthRedefined, pades.CodeSignatureShared, pades.CodeTypeMismatch:
		return Text{KK: "файлды әртүрлі оқуға болады", RU: "файл можно прочитать по-разному", EN: "the file can be read in more than one way (" + code + ")"}
	}
	return Text{KK: "қолтаңба өз пішімінің ережелерін бұзады", RU: "подпись нарушает правила своего формата", EN: "the signature breaks a rule of its format: " + first}
}
