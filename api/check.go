package api

import (
	"context"
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/language/words"
	"tamga/signing"
)

// checkAnswer is the body of an answer to a check. Its three facts stand apart:
// Integrity (unchanged, and ours), Signature (with the certificate when it was
// signed), and Status (in the register, now). What the document was at an earlier
// moment is told beside the status of now, never instead of it.
//
// There is no document in the answer about a file that is not ours.
type checkAnswer struct {
	*publicDocument
	StatusAt     time.Time           `json:"status_at"`      // of which Status is told: now
	Then         *earlier            `json:"then,omitempty"` // at the moment asked about
	SecondFact   bool                `json:"second_fact_confirmed,omitempty"`
	Integrity    signing.CheckStatus `json:"integrity"` // of the stored file, or of the file sent
	UploadedFile *checkedFile        `json:"file,omitempty"`
	Seal         *checkedSeal        `json:"seal,omitempty"` // of the QR code sent
	Signature    checkedSignature    `json:"signature"`
	CheckedAt    time.Time           `json:"checked_at"`
	Receipt      *receiptAnswer      `json:"receipt,omitempty"`
}

// earlier is what a document was at an earlier moment.
type earlier struct {
	At       time.Time     `json:"at"`
	Status   publicStatus  `json:"status"`
	Original *publicStatus `json:"of_status,omitempty"` // of the document that this one copies
	// Summary says it in words, with what the document is now.
	Summary documents.Label `json:"summary"`
}

// checkedSignature is the verdict on the file as of the moment of signing,
// found now, beside the one found when it was issued. It names no person: who
// signed stands on the document. Of a file without any signature there is no
// indication.
type checkedSignature struct {
	Indication    signing.Indication    `json:"indication,omitempty"`
	SubIndication signing.SubIndication `json:"sub_indication,omitempty"`
	Acceptance    signing.Acceptance    `json:"acceptance,omitempty"`
	Summary       signing.Text          `json:"summary"`
	// By says whose signature it is: the register's or a stranger's.
	By               signer             `json:"by,omitempty"`
	SignedAt         time.Time          `json:"signed_at,omitzero"`
	RevokedSince     time.Time          `json:"revoked_since,omitzero"`
	Algorithm        string             `json:"algorithm,omitempty"`
	Level            string             `json:"level,omitempty"`
	WhenIssued       signing.Indication `json:"indication_when_issued,omitempty"`
	CertificateValid signing.FactStatus `json:"certificate_valid_when_signed"`
}

// signer says whose a signature is.
type signer string

const (
	byRegister signer = "register"
	byStranger signer = "stranger"
)

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

// moment reads the moment that a check asks about; the zero time stands for now.
func (v *service) moment(pointer, s string) (time.Time, error) {
	at, err := documents.ParseMoment(s, v.now())
	switch {
	case errors.Is(err, documents.ErrMomentToCome):
		return at, badField(pointer, "to_come", "is "+err.Error())
	case err != nil:
		return at, badField(pointer, "date", "is "+err.Error())
	}
	return at, nil
}

// check looks a document up and verifies its stored file once more.
func (v *service) check(c echo.Context, typed string, at time.Time) (checkAnswer, error) {
	rec, life, err := v.lookUp(c, typed)
	if err != nil {
		return checkAnswer{}, err
	}
	return v.answerCheck(c, rec, life, at)
}

// storedCost is what judging a document of ours takes.
const storedCost = 4 * megabyte

// answerCheck words the three facts about a document.
func (v *service) answerCheck(c echo.Context, rec registry.Record, life documents.Life, at time.Time) (checkAnswer, error) {
	found, err := v.Registry.CheckFound(contextOf(c), rec, life, registry.CheckQuestion{
		At: at,
		Admit: func(ctx context.Context) (func(), error) {
			return v.budget.judging.admit(ctx, storedCost, hasKey(c))
		},
	})
	if err != nil {
		return checkAnswer{}, err
	}
	now := found.Now.Truncate(time.Second)
	answer := checkAnswer{StatusAt: now, CheckedAt: now, Integrity: found.Integrity}
	answer.tell(found)
	if err := v.holds(c, answer.History); err != nil {
		return checkAnswer{}, err
	}
	if answer.SameNumber, err = v.namesakes(c, rec); err != nil {
		return checkAnswer{}, err
	}
	if answer.isElsewhere() {
		answer.Signature.Summary, answer.Signature.CertificateValid = answer.Elsewhere.Note, signing.FactNotAsked
		return answer, nil
	}
	answer.Signature.SignedAt, answer.Signature.WhenIssued = found.SignedAt, found.WhenIssued
	if found.Verdict == nil {
		answer.Signature.damaged()
		v.Log.ErrorContext(contextOf(c), "stored file damaged", "trace_id", traceID(c), "number", rec.Number)
		return answer, nil
	}
	answer.Signature.read(found.Verdict)
	answer.Signature.By = byRegister
	return answer, nil
}

// tell adds the public side of a document, and what it was when asked about an
// earlier moment.
func (a *checkAnswer) tell(found registry.Checked) {
	document := public(found.Record, found.Life, found.Now)
	a.publicDocument = &document
	if found.Original != nil {
		status := publicStatusOf(found.Original.Standing(found.Now))
		document.Original = &status
	}
	if found.At.IsZero() {
		return
	}
	then, now := found.Standing(found.At), found.Standing(found.Now)
	a.Then = &earlier{
		At: found.At, Status: publicStatusOf(found.Own(found.At)),
		Summary: documents.Since(found.At, then.Status, now.Status),
	}
	if found.Original != nil {
		status := publicStatusOf(found.Original.Standing(found.At))
		a.Then.Original = &status
	}
}

// publicAt is the public side of a document now, with the status of the one that
// it copies.
func (v *service) publicAt(c echo.Context, rec registry.Record, life documents.Life) (publicDocument, error) {
	document := public(rec, life, v.now())
	if err := v.holds(c, document.History); err != nil {
		return document, err
	}
	var err error
	document.Original, err = v.originalOf(c, rec)
	return document, err
}

// originalOf returns the status of the document that this one copies now; nil if it
// copies none.
func (v *service) originalOf(c echo.Context, rec registry.Record) (*publicStatus, error) {
	if !rec.Kind.IsCopy() {
		return nil, nil
	}
	original, err := v.Registry.History(contextOf(c), rec.Content.About())
	if err != nil {
		return nil, err
	}
	status := publicStatusOf(original.Standing(v.now()))
	return &status, nil
}

// damaged is the answer about a stored file that is not the one signed.
func (s *checkedSignature) damaged() {
	s.Indication, s.SubIndication = signing.TotalFailed, signing.HashFailure
	s.Acceptance, s.CertificateValid = signing.Refused, signing.FactUnknown
	s.Summary = words.Of("check.damaged")
}

// read takes over what a verdict says.
func (s *checkedSignature) read(verdict *signing.Verdict) {
	s.Indication, s.SubIndication, s.Acceptance = verdict.Indication, verdict.SubIndication, verdict.Acceptance
	s.Summary, s.CertificateValid = verdict.Summary, signing.FactUnknown
	if len(verdict.Signers) == 0 {
		return
	}
	first := verdict.Signers[0]
	s.Algorithm, s.Level, s.RevokedSince = first.Algorithm, first.Level, first.RevokedSince
	s.CertificateValid = first.Facts.ValidityPeriod
}
