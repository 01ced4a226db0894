package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/language"
	"tamga/language/words"
	"tamga/signing"
)

// checkedFile is a file that somebody has sent.
type checkedFile struct {
	SHA256 string `json:"sha256"`
	// Kind is what the file holds, told by its contents.
	Kind signing.FileKind `json:"kind"`
	// Ours says that it is, byte for byte, a file that the register has issued.
	Ours bool `json:"ours"`
	// Added is how many bytes follow a file that the register has issued, when
	// the file begins with one.
	Added int `json:"added_bytes,omitempty"`
	// Corrected says of a file of ours that a clerk's mistake in it was corrected, and that
	// another file took its place.
	Corrected *correctedFile `json:"corrected,omitempty"`
	// Attached counts the signatures that are attached to a document card, a PDF whose
	// visible pages nobody signed.
	Attached *attachedSignatures `json:"attached_signatures,omitempty"`
	Summary  signing.Text        `json:"summary"`
}

// attachedSignatures are those of a document card. Their names are the sender's, and
// may be of persons.
type attachedSignatures struct {
	Total     int `json:"total"`
	Confirmed int `json:"confirmed"`
	Refused   int `json:"refused"` // what is neither could not be told
}

// checkFile answers about a file that somebody has sent: what it is, whether it
// is one of ours, whether its signature holds, and what the register says of the
// document now. The file is not kept. Of a file that is not ours number names
// the document that it is said to be, whose public side is told; it may be
// empty.
func (v *service) checkFile(c echo.Context, file []byte, number string, at time.Time) (checkAnswer, error) {
	if err := v.countCheck(c); err != nil {
		return checkAnswer{}, err
	}
	sum := sha256.Sum256(file)
	sent := &checkedFile{SHA256: hex.EncodeToString(sum[:]), Kind: signing.Sniff(file)}
	from, err := v.Registry.Origin(contextOf(c), file)
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		return checkAnswer{}, err
	}
	if err == nil && from.Added == 0 {
		sent.Ours, sent.Summary = true, oursSummary()
		answer, err := v.answerCheck(c, from.Record, from.Life, at)
		answer.UploadedFile = sent
		if err == nil && from.Corrected != nil {
			err = v.judgeCorrected(c, &answer, file, from)
		}
		return answer, err
	}
	sent.Added = from.Added
	answer, err := v.saidToBe(c, from, number, at)
	if err != nil {
		return checkAnswer{}, err
	}
	answer.UploadedFile = sent
	return answer, v.judgeSent(c, &answer, file)
}

// judgeCorrected says of a file of ours in whose place there is another that it is genuine
// and no longer counts, what was wrong with it, and which file does.
func (v *service) judgeCorrected(c echo.Context, a *checkAnswer, file []byte, from registry.Origin) error {
	sent := a.UploadedFile
	sent.Corrected, sent.Summary = a.corrected(from, "check.corrected")
	release, err := v.judging(c, file)
	if err != nil {
		return err
	}
	defer release()
	verdict, err := v.Verifier.VerifyPDF(contextOf(c), file, signing.Question{At: from.SignedAt})
	if err != nil {
		return err
	}
	a.Signature = checkedSignature{By: byRegister, SignedAt: from.SignedAt}
	a.Signature.read(verdict)
	a.Integrity = registry.Integrity(verdict)
	return nil
}

// corrected tells of a file that was corrected, in the words of a key, and puts that in the
// place of the status of a document in force.
func (a *checkAnswer) corrected(from registry.Origin, key string) (*correctedFile, signing.Text) {
	e := from.Corrected
	if a.Status.Code == documents.StatusInForce {
		a.Status = publicStatus{Code: documents.StatusCorrected, Label: documents.StatusCorrected.Label(), Since: e.RecordedAt}
	}
	on := documents.CivilDate(e.RecordedAt)
	return &correctedFile{On: on, What: e.Reason, SHA256: from.Record.FileSHA256},
		words.Of(key).Put("on", on.On()).Put("what", language.Text{KK: e.Reason.KK, RU: e.Reason.RU, EN: e.Reason.KK}) // no document is in English
}

// saidToBe is the answer about the document that a file begins with, or is said
// to be; without one it tells of none.
func (v *service) saidToBe(c echo.Context, from registry.Origin, number string, at time.Time) (checkAnswer, error) {
	if from.Added == 0 {
		n, err := documents.ParseNumber(number)
		if err != nil {
			return v.nothing(), nil
		}
		from.Record, from.Life, err = v.issued(c, n.String)
		if errors.Is(err, registry.ErrNotFound) {
			return v.nothing(), nil
		}
		if err != nil {
			return checkAnswer{}, err
		}
	}
	answer, err := v.answerCheck(c, from.Record, from.Life, at)
	answer.Signature = checkedSignature{} // of the stored file
	return answer, err
}

// nothing is an answer without a document.
func (v *service) nothing() checkAnswer {
	now := v.now()
	return checkAnswer{StatusAt: now, CheckedAt: now}
}

// judgeSent says of a file that is not ours what it is and whose its signature.
func (v *service) judgeSent(c echo.Context, a *checkAnswer, file []byte) error {
	sent := a.UploadedFile
	a.Integrity, a.Signature.CertificateValid = signing.CheckFailed, signing.FactUnknown
	a.Signature.Summary, sent.Summary = unsignedText(), notOursSummary(sent)
	switch sent.Kind {
	case signing.FilePDF, signing.FileCMS, signing.FileXML:
	default:
		return nil // it can carry no signature
	}
	release, err := v.judging(c, file)
	if err != nil {
		return err
	}
	defer release()
	verdict, err := v.Verifier.Verify(contextOf(c), file, signing.Question{})
	if err != nil {
		return err
	}
	if verdict.Unsigned() {
		sent.Summary = unsignedFileSummary(sent)
		return nil
	}
	if len(verdict.Card) > 0 && sent.Added == 0 {
		sent.readCard(verdict)
	}
	a.Signature.read(verdict)
	a.Signature.By = v.signerOf(verdict, sent)
	if sent.Added > 0 {
		a.Integrity = registry.Integrity(verdict)
	}
	return nil
}

// readCard says that a file is a document card.
func (f *checkedFile) readCard(verdict *signing.Verdict) {
	f.Attached = &attachedSignatures{Total: len(verdict.Card)}
	for _, c := range verdict.Card {
		switch c.Verdict.Acceptance {
		case signing.Accepted:
			f.Attached.Confirmed++
		case signing.Refused:
			f.Attached.Refused++
		}
	}
	total, confirmed := f.Attached.Total, f.Attached.Confirmed
	f.Summary = words.Of("check.card").Put("total", language.Same(strconv.Itoa(total))).Put("confirmed", language.Same(strconv.Itoa(confirmed)))
}

// signerOf tells whose the first signature of a file is. What cannot be read has
// no signer.
func (v *service) signerOf(verdict *signing.Verdict, sent *checkedFile) signer {
	if len(verdict.Signers) == 0 {
		return ""
	}
	own := v.Registry.Key.Certificate
	signed := verdict.Signers[0].Certificate
	if sent.Added > 0 || own != nil && signed != nil && signing.DescribeCertificate(own).SHA256 == signed.SHA256 {
		return byRegister
	}
	return byStranger
}

func oursSummary() signing.Text {
	return words.Of("check.ours")
}

func unsignedText() signing.Text {
	return words.Of("check.no_signature")
}

// notOursSummary says what a file is that the register has not issued.
func notOursSummary(sent *checkedFile) signing.Text {
	if sent.Added > 0 {
		return words.Of("check.added")
	}
	if of := words.Of("check.other." + string(sent.Kind)); of.Whole() {
		return of
	}
	return words.Of("check.other")
}

// unsignedFileSummary says of a file that could carry a signature that it carries
// none.
func unsignedFileSummary(sent *checkedFile) signing.Text {
	if sent.Kind == signing.FilePDF {
		return words.Of("check.unsigned_pdf")
	}
	return notOursSummary(sent)
}
