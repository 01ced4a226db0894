package api

import (
	"context"
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/signing"
	"tamga/signing/receipt"
)

// checkReceipt is the content of a signed receipt of a check: what the register
// has answered, and when. Whoever holds one can show later what was known on
// that day. It names no second fact: only that one was confirmed.
type checkReceipt struct {
	Type       string      `json:"type"` // [receipt.CheckType]
	Version    int         `json:"version"`
	ID         string      `json:"id"` // 128 random bits, hexadecimal
	Service    string      `json:"service"`
	AnsweredAt time.Time   `json:"answered_at"`
	Answer     checkAnswer `json:"answer"`
}

// addReceipt adds a receipt to an answer, if one was asked for.
func (v *service) addReceipt(ctx context.Context, answer *checkAnswer, wanted bool) error {
	if !wanted {
		return nil
	}
	if v.ReceiptKey.Signer == nil {
		return badField("/receipt", "not_offered", "this service has no key to sign receipts with")
	}
	r := checkReceipt{
		Type: receipt.CheckType, Version: 1, ID: receipt.NewID(), Service: v.BaseURL,
		AnsweredAt: answer.CheckedAt, Answer: *answer,
	}
	cms, err := v.signReceipt(ctx, r, r.AnsweredAt)
	if err != nil {
		return err
	}
	answer.Receipt = &receiptAnswer{ID: r.ID, CMS: cms}
	if v.Registry.Layouts == nil || answer.publicDocument == nil {
		return nil // nothing to print, or nothing of ours
	}
	answer.Receipt.PDF, err = v.printReceipt(ctx, checkReceiptContent(r), r, r.Type+"/1", r.AnsweredAt)
	return err
}

// checkReceiptContent is what the receipt of a check prints: the three facts,
// apart.
func checkReceiptContent(r checkReceipt) pdf.Content {
	a := r.Answer
	digest := a.SHA256
	if a.UploadedFile != nil {
		digest = a.UploadedFile.SHA256
	}
	worth := effective(a)
	signature := documents.Text{KK: a.Signature.Summary.KK, RU: a.Signature.Summary.RU}
	c := pdf.Content{Layout: "verification-receipt", Number: strings.ToUpper(r.ID[:16]), Fields: map[string]documents.Text{
		"authority":       {KK: "ТАМҒА", RU: "ТАМГА"},
		"requisites":      pdf.Same(printable(r.Service)),
		"issued_on":       pdf.Same(documents.CivilDate(r.AnsweredAt).Printed()),
		"checked_at":      pdf.Same(printedTime(r.AnsweredAt)),
		"document":        {KK: a.Title.KK, RU: a.Title.RU},
		"document_number": pdf.Same(a.Number),
		"document_date":   pdf.Same(a.IssuedOn.Printed()),
		"digest":          pdf.Same(inTwo(digest)),
		"integrity":       outcomeText(a.Integrity),
		"signature_fact":  signature,
		"status_fact":     {KK: a.Status.KK, RU: a.Status.RU},
		"status_at":       pdf.Same(printedTime(a.StatusAt)),
		"conclusion":      {KK: worth.KK, RU: worth.RU},
	}}
	if a.Then != nil {
		c.Fields["then"] = documents.Text{KK: a.Then.Summary.KK, RU: a.Then.Summary.RU}
	}
	if a.Holder != nil {
		c.Fields["holder"] = a.Holder.Name
	}
	if a.Integrity != signing.CheckPassed || a.Signature.Acceptance != signing.Accepted {
		c.Fields["conclusion"] = documents.Text{
			KK: "құжаттың түпнұсқалығы расталмады", RU: "подлинность документа не подтверждена",
		}
	}
	return c
}
