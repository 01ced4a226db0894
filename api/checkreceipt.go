package api

import (
	"context"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
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
	if v.Registry.Layouts == nil && v.Registry.Rulebook == nil || answer.publicDocument == nil {
		return nil // nothing to print, or nothing of ours
	}
	answer.Receipt.PDF, err = v.printReceipt(ctx, checkReceiptContent(r), attachment{r, r.Type + "/1"}, r.AnsweredAt)
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
	shown := forms.CheckReceipt{
		ID: r.ID, Service: r.Service, AnsweredAt: r.AnsweredAt,
		Document: documents.Text{KK: a.Title.KK, RU: a.Title.RU}, Number: a.Number, IssuedOn: a.IssuedOn,
		SHA256: digest, Integrity: outcomeText(a.Integrity),
		Signature: documents.Text{KK: a.Signature.Summary.KK, RU: a.Signature.Summary.RU},
		Status:    documents.Text{KK: a.Status.KK, RU: a.Status.RU}, StatusAt: a.StatusAt,
		Conclusion: documents.Text{
			KK: "құжаттың түпнұсқалығы расталды, " + worth.KK, RU: "подлинность документа подтверждена, " + worth.RU,
		},
	}
	if a.Then != nil {
		shown.Then = documents.Text{KK: a.Then.Summary.KK, RU: a.Then.Summary.RU}
	}
	if a.Holder != nil {
		shown.Holder = a.Holder.Name
	}
	if a.Integrity != signing.CheckPassed || a.Signature.Acceptance != signing.Accepted {
		shown.Conclusion = documents.Text{
			KK: "құжаттың түпнұсқалығы расталмады", RU: "подлинность документа не подтверждена",
		}
	}
	return shown.Content()
}
