package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/signing"
)

// checkAnswer is the body of an answer to a check. Its three facts stand apart:
// Integrity (unchanged, and ours), Signature (with the certificate when it was
// signed), and Status (in the register, at the moment asked about).
//
// There is no document in the answer about a file that is not ours.
type checkAnswer struct {
	*publicDocument
	StatusAt     time.Time           `json:"status_at"` // of which Status is told
	SecondFact   bool                `json:"second_fact_confirmed,omitempty"`
	Integrity    signing.CheckStatus `json:"integrity"` // of the stored file, or of the file sent
	UploadedFile *checkedFile        `json:"file,omitempty"`
	Seal         *checkedSeal        `json:"seal,omitempty"` // of the QR code sent
	Signature    checkedSignature    `json:"signature"`
	CheckedAt    time.Time           `json:"checked_at"`
	Receipt      *receiptAnswer      `json:"receipt,omitempty"`
}

// checkedFile is a file that somebody has sent.
type checkedFile struct {
	SHA256 string `json:"sha256"`
	// Ours says that it is, byte for byte, a file that the register has issued.
	Ours    bool         `json:"ours"`
	Summary signing.Text `json:"summary"`
}

// checkedSignature is the verdict on the file as of the moment of signing,
// found now, beside the one found when it was issued. It names no person: who
// signed stands on the document.
type checkedSignature struct {
	Indication       signing.Indication    `json:"indication"`
	SubIndication    signing.SubIndication `json:"sub_indication,omitempty"`
	Acceptance       signing.Acceptance    `json:"acceptance"`
	Summary          signing.Text          `json:"summary"`
	SignedAt         time.Time             `json:"signed_at,omitzero"`
	RevokedSince     time.Time             `json:"revoked_since,omitzero"`
	Algorithm        string                `json:"algorithm,omitempty"`
	Level            string                `json:"level,omitempty"`
	WhenIssued       signing.Indication    `json:"indication_when_issued,omitempty"`
	CertificateValid signing.FactStatus    `json:"certificate_valid_when_signed"`
}

// checkJSON answers GET /v1/check/{number}.
func (v *service) checkJSON(c echo.Context) error {
	at, err := v.moment("/at", c.QueryParam("at"))
	if err != nil {
		return err
	}
	answer, err := v.check(c, c.Param("number"), at)
	if err != nil {
		return err
	}
	return uncached(c, answer)
}

// moment reads the moment that a check asks about: RFC 3339, or a date, which
// stands for its end in Kazakhstan; nothing stands for now.
func (v *service) moment(pointer, s string) (time.Time, error) {
	if s == "" {
		return v.now(), nil
	}
	if d, err := documents.ParseDate(s); err == nil {
		if d == documents.CivilDate(v.now()) {
			return v.now(), nil
		}
		if 2000 <= d.Year && d.Year <= 2099 {
			next := documents.DateOf(time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, time.UTC))
			return next.Midnight().Add(-time.Second), nil
		}
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil && 2000 <= t.UTC().Year() && t.UTC().Year() <= 2099 {
		return t.UTC(), nil
	}
	return time.Time{}, badField(pointer, "date", "is neither a date nor a time of RFC 3339 of this century")
}

// check looks a document up and verifies its stored file once more.
func (v *service) check(c echo.Context, typed string, at time.Time) (checkAnswer, error) {
	rec, life, err := v.lookUp(c, typed)
	if err != nil {
		return checkAnswer{}, err
	}
	return v.answerCheck(c, rec, life, at)
}

// answerCheck tells the three facts about a document.
func (v *service) answerCheck(c echo.Context, rec registry.Record, life documents.Life, at time.Time) (checkAnswer, error) {
	document, err := v.publicAt(c, rec, life, at)
	if err != nil {
		return checkAnswer{}, err
	}
	answer := checkAnswer{publicDocument: &document, StatusAt: at, CheckedAt: v.now()}
	var issued signing.Verdict
	if err := json.Unmarshal(rec.Evidence, &issued); err == nil {
		answer.Signature.WhenIssued, answer.Signature.SignedAt = issued.Indication, issued.At
	}
	file, err := v.Registry.PDF(contextOf(c), rec.Number)
	if errors.Is(err, registry.ErrTampered) {
		answer.damaged()
		v.Log.ErrorContext(contextOf(c), "stored file damaged",
			"trace_id", traceID(c), "number", rec.Number, "error", err.Error())
		return answer, nil
	}
	if err != nil {
		return checkAnswer{}, err
	}
	return answer, v.reverify(c, &answer, file)
}

// publicAt is the public side of a document, with the status of the one that it
// copies: a duplicate of a licence that was terminated is worth nothing.
func (v *service) publicAt(c echo.Context, rec registry.Record, life documents.Life, at time.Time) (publicDocument, error) {
	document := public(rec, life, at, v.now())
	if document.Kind != documents.KindDuplicate && document.Kind != documents.KindPaperCopy {
		return document, nil
	}
	original, err := v.Registry.History(contextOf(c), document.Of)
	if err != nil {
		return publicDocument{}, err
	}
	status := statusAt(original, at)
	document.Original = &status
	return document, nil
}

// damaged is the answer about a stored file that is not the one signed.
func (a *checkAnswer) damaged() {
	a.Integrity = signing.CheckFailed
	a.Signature.Indication, a.Signature.SubIndication = signing.TotalFailed, signing.HashFailure
	a.Signature.Acceptance = signing.Refused
	a.Signature.CertificateValid = signing.FactUnknown
	a.Signature.Summary = signing.Text{
		KK: "Сақталған файл қол қойылған файл емес.", RU: "Хранящийся файл не тот, что был подписан.",
		EN: "The stored file is not the one that was signed.",
	}
}

// storedCost is what judging a document of ours takes.
const storedCost = 4 * megabyte

// reverify judges the file again, as of the moment of signing. It waits for its
// memory only now: while the database hangs, nobody else is to wait for those
// who wait for it.
func (v *service) reverify(c echo.Context, a *checkAnswer, file []byte) error {
	release, err := v.budget.judging.admit(contextOf(c), storedCost, hasKey(c))
	if err != nil {
		return err
	}
	defer release()
	verdict, err := v.Verifier.VerifyPDF(contextOf(c), file, signing.Question{At: a.Signature.SignedAt})
	if err != nil {
		return err
	}
	a.Integrity = a.Signature.read(verdict)
	return nil
}

// read takes over what a verdict says, and returns whether the file is as it
// was signed.
func (s *checkedSignature) read(verdict *signing.Verdict) signing.CheckStatus {
	s.Indication, s.SubIndication, s.Acceptance = verdict.Indication, verdict.SubIndication, verdict.Acceptance
	s.Summary, s.CertificateValid = verdict.Summary, signing.FactUnknown
	integrity := signing.CheckUndetermined
	if verdict.SubIndication == signing.FormatFailure || verdict.SubIndication == signing.HashFailure ||
		verdict.SubIndication == signing.SigCryptoFailure {
		integrity = signing.CheckFailed
	}
	if len(verdict.Signers) == 0 {
		return integrity
	}
	first := verdict.Signers[0]
	s.Algorithm, s.Level, s.RevokedSince = first.Algorithm, first.Level, first.RevokedSince
	s.CertificateValid = first.Facts.ValidityPeriod
	if first.Check(signing.CheckFormat).Status == signing.CheckPassed &&
		first.Check(signing.CheckSignatureValue).Status == signing.CheckPassed {
		integrity = signing.CheckPassed
	}
	return integrity
}

// The check of a file.

// checkFile answers about a file that somebody has sent: whether it is one of
// ours, whether its signature holds, and what the register says of the
// document now. The file is not kept. Of a file that is not ours number names
// the document that it is said to be, whose public side is told; it may be
// empty.
func (v *service) checkFile(c echo.Context, file []byte, number string, at time.Time) (checkAnswer, error) {
	if err := v.countCheck(c); err != nil {
		return checkAnswer{}, err
	}
	sum := sha256.Sum256(file)
	sent := &checkedFile{SHA256: hex.EncodeToString(sum[:])}
	rec, life, err := v.Registry.ByFile(contextOf(c), sent.SHA256)
	if err == nil {
		sent.Ours, sent.Summary = true, oursSummary()
		answer, err := v.answerCheck(c, rec, life, at)
		answer.UploadedFile = sent
		return answer, err
	}
	if !errors.Is(err, registry.ErrNotFound) {
		return checkAnswer{}, err
	}
	sent.Summary = notOursSummary()
	answer := checkAnswer{StatusAt: at, CheckedAt: v.now()}
	if n, err := documents.ParseNumber(number); err == nil {
		if rec, life, err := v.issued(c, n.String); err == nil {
			document, err := v.publicAt(c, rec, life, at)
			if err != nil {
				return checkAnswer{}, err
			}
			answer.publicDocument = &document
		} else if !errors.Is(err, registry.ErrNotFound) {
			return checkAnswer{}, err
		}
	}
	answer.UploadedFile, answer.Integrity = sent, signing.CheckFailed
	release, err := v.judging(c, file)
	if err != nil {
		return checkAnswer{}, err
	}
	defer release()
	verdict, err := v.Verifier.VerifyPDF(contextOf(c), file, signing.Question{})
	if err != nil {
		return checkAnswer{}, err
	}
	answer.Signature.read(verdict)
	return answer, nil
}

func oursSummary() signing.Text {
	return signing.Text{
		KK: "Бұл — тізілім берген файл, ол өзгертілмеген.",
		RU: "Это файл, выданный реестром; он не изменён.",
		EN: "This is the file that the register has issued, unchanged.",
	}
}

func notOursSummary() signing.Text {
	return signing.Text{
		KK: "Бұл — біз берген файл емес.",
		RU: "Это не тот файл, который мы выдали.",
		EN: "This file is not the one we issued.",
	}
}
