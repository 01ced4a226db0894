package api

import (
	"context"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
	"tamga/language/words"
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
		Document: documents.OnPaper(a.Title), Number: a.Number, IssuedOn: a.IssuedOn,
		SHA256: digest, Integrity: outcomeText(a.Integrity),
		Signature: documents.OnPaper(a.Signature.Summary),
		Status:    documents.OnPaper(a.Status.Label), StatusAt: a.StatusAt,
		Conclusion: documents.OnPaper(words.Of("receipt.authentic").Put("status", worth.Label)),
	}
	if a.Then != nil {
		shown.Then = documents.OnPaper(a.Then.Summary)
	}
	if a.Holder != nil {
		shown.Holder = a.Holder.Name
	}
	if worth.Code == documents.StatusReissued { // of a licence, whatever copy of it was checked
		shown.Conclusion = documents.OnPaper(words.Of("receipt.authentic_reissued"))
	}
	if a.Integrity != signing.CheckPassed || a.Signature.Acceptance != signing.Accepted {
		shown.Conclusion = documents.OnPaper(words.Of("receipt.not_authentic"))
	}
	return shown.Content()
}
