package signing

import (
	"errors"
	"slices"

	"tamga/signing/pades"
)

// unreadablePDF concludes that a PDF was not read. Where that is for a limit of
// the reader, nothing is known against the file.
func (verdict *Verdict) unreadablePDF(file []byte, err error) *Verdict {
	verdict.unreadable(FilePDF, file, err)
	var limit *pades.SyntaxError
	switch {
	case errors.Is(err, pades.ErrEncrypted):
		verdict.cause = Text{KK: "файл шифрланған", RU: "файл зашифрован", EN: "the file is encrypted"}
		verdict.undecided()
	case errors.As(err, &limit) && limit.Limit:
		verdict.cause = Text{KK: "файл бағдарлама оқи алатын шектен асады", RU: "файл выходит за пределы того, что читает программа", EN: "the file is beyond what this program reads"}
		verdict.undecided()
	}
	return verdict
}

// undecided takes back a conclusion that was only that nothing was read.
func (verdict *Verdict) undecided() {
	verdict.Indication, verdict.SubIndication, verdict.Acceptance = Indeterminate, SigConstraintsFailure, Undecided
	verdict.explain()
}

// concludeUnsigned says why a file has no signature that could be judged.
func (p *pdfFile) concludeUnsigned(verdict *Verdict) {
	defer verdict.explain()
	card := len(p.doc.Unreadable) == 0 && p.card(verdict)
	if len(p.stamps) > 0 && !card {
		p.concludeStamped(verdict)
		verdict.cause = Text{KK: "файлда тек құжаттың уақыт белгісі бар, қолтаңба жоқ", RU: "в файле есть метка времени документа, но нет подписи", EN: "the file carries a document timestamp and no signature"}
	}
	for _, weight := range []pades.Weight{pades.Ambiguous, pades.NotRead} {
		i := slices.IndexFunc(p.doc.Unreadable, func(problem pades.Problem) bool { return problem.Weight == weight })
		if i < 0 {
			continue
		}
		problem := p.doc.Unreadable[i]
		verdict.Detail = "a signature could not be read: " + problem.Code + ": " + problem.Detail
		verdict.cause = Text{KK: "файлдағы қолтаңба оқылмады", RU: "подпись в файле прочитать не удалось", EN: "a signature of the file could not be read"}
		if weight == pades.NotRead {
			verdict.undecided()
		}
		return
	}
}

// concludeStamped concludes about a file that document timestamps alone are in.
// What they prove stands with them. There is no signature, which is wanted of every
// file, and nothing is wrong with one.
func (p *pdfFile) concludeStamped(verdict *Verdict) {
	verdict.Indication, verdict.SubIndication, verdict.Acceptance = Indeterminate, SigConstraintsFailure, Refused
	verdict.Detail = "the file carries a document timestamp and no signature"
	for i := range p.stamps {
		if t := &p.stamps[i]; t.broken() {
			verdict.worsen(t.Indication, t.SubIndication, Refused)
			verdict.Detail += ", and the timestamp is broken: " + t.Detail
			return
		}
	}
}

// concludeTimestamps adds the document timestamps to the verdict. A broken one
// is a part of the file that lies, and fails the file as a broken signature
// does.
func (p *pdfFile) concludeTimestamps(verdict *Verdict) {
	for _, t := range slices.Backward(p.stamps) {
		verdict.Timestamps = append(verdict.Timestamps, t.Timestamp)
		if t.broken() && len(verdict.Signers) > 0 {
			verdict.worsen(t.Indication, t.SubIndication, Refused)
			verdict.Detail = "a document timestamp is broken: " + t.Detail
			verdict.cause = Text{KK: "құжаттың уақыт белгісі бұзылған", RU: "метка времени документа нарушена", EN: "a document timestamp is broken"}
			verdict.explain()
		}
	}
	if p.unread != "" && len(verdict.Signers) > 0 && verdict.Passed() {
		verdict.worsen(Indeterminate, SigConstraintsFailure, Undecided)
		verdict.Detail = p.unread
		verdict.cause = Text{KK: "файл толық оқылмады", RU: "файл прочитан не полностью", EN: "the file was not read in full"}
		verdict.explain()
	}
}
