package api

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents/registry"
	"tamga/signing"
)

// checkAnswer is the body of GET /v1/check/{number}.
type checkAnswer struct {
	publicDocument
	Integrity signing.CheckStatus `json:"integrity"` // of the stored file
	Signature checkedSignature    `json:"signature"`
	CheckedAt time.Time           `json:"checked_at"`
}

// checkedSignature is the verdict on the stored file as of the moment of
// signing, found now, beside the one found when it was issued. It names no
// person: who signed stands on the document.
type checkedSignature struct {
	Indication       signing.Indication    `json:"indication"`
	SubIndication    signing.SubIndication `json:"sub_indication,omitempty"`
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
	answer, err := v.check(c, c.Param("number"))
	if err != nil {
		return err
	}
	return uncached(c, answer)
}

// check looks a document up and verifies its stored file once more.
func (v *service) check(c echo.Context, typed string) (checkAnswer, error) {
	rec, err := v.lookUp(c, typed)
	if err != nil {
		return checkAnswer{}, err
	}
	answer := checkAnswer{publicDocument: public(rec), CheckedAt: v.now()}
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
	return answer, v.reverify(&answer, file)
}

// damaged is the answer about a stored file that is not the one signed.
func (a *checkAnswer) damaged() {
	a.Integrity = signing.CheckFailed
	a.Signature.Indication, a.Signature.SubIndication = signing.TotalFailed, signing.HashFailure
	a.Signature.CertificateValid = signing.FactUnknown
	a.Signature.Summary = signing.Text{
		KK: "Сақталған файл қол қойылған файл емес.", RU: "Хранящийся файл не тот, что был подписан.",
		EN: "The stored file is not the one that was signed.",
	}
}

// reverify judges the file again, as of the moment of signing.
func (v *service) reverify(a *checkAnswer, file []byte) error {
	verdict, err := v.Verifier.VerifyPDF(file, signing.Question{At: a.Signature.SignedAt})
	if err != nil {
		return err
	}
	a.Signature.Indication, a.Signature.SubIndication = verdict.Indication, verdict.SubIndication
	a.Signature.Summary, a.Signature.CertificateValid = verdict.Summary, signing.FactUnknown
	a.Integrity = signing.CheckUndetermined
	if verdict.SubIndication == signing.FormatFailure || verdict.SubIndication == signing.HashFailure ||
		verdict.SubIndication == signing.SigCryptoFailure {
		a.Integrity = signing.CheckFailed
	}
	if len(verdict.Signers) == 0 {
		return nil
	}
	s := verdict.Signers[0]
	a.Signature.Algorithm, a.Signature.Level, a.Signature.RevokedSince = s.Algorithm, s.Level, s.RevokedSince
	a.Signature.CertificateValid = s.Facts.ValidityPeriod
	if checkOf(s, signing.CheckFormat).Status == signing.CheckPassed &&
		checkOf(s, signing.CheckSignatureValue).Status == signing.CheckPassed {
		a.Integrity = signing.CheckPassed
	}
	return nil
}
