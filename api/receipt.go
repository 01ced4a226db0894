package api

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
	"tamga/language/words"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/receipt"
)

// receiptSchema names the JSON that a receipt carries.
const receiptSchema = receipt.Type + "/1"

// signReceipt signs a receipt of any type.
func (v *service) signReceipt(ctx context.Context, content any, at time.Time) ([]byte, error) {
	return receipt.Sign(ctx, v.making(), content, v.ReceiptKey, at)
}

// receiptPDF prints the receipt of a verification. What is printed is for
// people, and names no more of the numbers than their ends; the JSON beside it
// has them.
func (v *service) receiptPDF(ctx context.Context, r receipt.Receipt) ([]byte, error) {
	return v.printReceipt(ctx, receiptContent(r), attachment{r, receiptSchema}, r.AnsweredAt)
}

// attachment is what a receipt carries for machines, and the schema of its JSON.
type attachment struct {
	content any
	schema  string
}

// printReceipt prints a receipt and signs it, with its JSON attached.
func (v *service) printReceipt(ctx context.Context, content pdf.Content, with attachment, at time.Time) ([]byte, error) {
	rules, err := v.rules(ctx)
	if err != nil {
		return nil, err
	}
	if rules.Layouts == nil {
		return nil, badField("/receipt_pdf", "not_offered", "this service prints no documents")
	}
	data, err := json.MarshalIndent(with.content, "", "  ")
	if err != nil {
		return nil, err
	}
	prepared, err := rules.Layouts.Prepare(content, pdf.Meta{
		SignedAt: at, Data: data, Schema: with.schema, CheckURL: v.BaseURL + "/", QR: v.BaseURL + "/",
	})
	if err != nil {
		return nil, err
	}
	made, err := creation.Make(ctx, v.making(), creation.Order{Form: creation.Prepared(prepared), Key: v.ReceiptKey, Time: at})
	return made.File, err
}

// receiptContent is what a receipt prints.
func receiptContent(r receipt.Receipt) pdf.Content {
	asked := r.Asked
	shown := forms.SignatureReceipt{
		ID: r.ID, Service: r.Service, AnsweredAt: r.AnsweredAt, AskedAt: asked.At,
		File:       fileText(signing.FileKind(r.Verdict.Kind), asked.FileSize),
		FileSHA256: asked.FileSHA256, ContentSHA256: asked.ContentSHA256, ContentDigests: asked.ContentDigests,
		BIN: asked.BIN, Policy: r.Verdict.Policy,
		Conclusion: documents.OnPaper(r.Verdict.Summary),
	}
	if asked.IIN != "" {
		shown.IIN = certs.IIN(asked.IIN).String()
	}
	shown.Identifier = certs.Identifier(asked.Identifier).String()
	for i := range r.Verdict.Signers {
		shown.Signers = append(shown.Signers, receiptSigner(&r.Verdict.Signers[i]))
	}
	return shown.Content()
}

func receiptSigner(s *signing.Signer) forms.ReceiptSigner {
	var shown forms.ReceiptSigner
	if id := s.Identity; id != nil {
		shown.Name = strings.TrimSpace(strings.Join([]string{id.CommonName, id.Patronymic}, " "))
		if id.Organisation != "" {
			shown.Name += ", " + id.Organisation
		}
	}
	if s.Certificate != nil {
		shown.Certificate = s.Certificate.Serial + ", " + s.Algorithm + ", " +
			documents.CivilDate(s.Certificate.NotBefore).Printed() + " – " + documents.CivilDate(s.Certificate.NotAfter).Printed()
	}
	conclusion := " (" + string(s.Indication)
	if s.SubIndication != "" {
		conclusion += ", " + string(s.SubIndication)
	}
	conclusion += ")"
	if s.Level != "" {
		conclusion += ", " + s.Level
	}
	taken := acceptanceText(s.Acceptance)
	shown.Conclusion = documents.Text{KK: taken.KK + conclusion, RU: taken.RU + conclusion}
	for _, check := range s.Checks {
		shown.Checks = append(shown.Checks, forms.ReceiptCheck{
			Question: documents.OnPaper(check.Title), Answer: outcomeText(check.Status),
		})
	}
	return shown
}

// fileText says what a file is and how many bytes it has.
func fileText(kind signing.FileKind, size int) documents.Text {
	return documents.OnPaper(words.Of("receipt.file").Put("file", kind.Words()).Put("size", words.Count("unit.byte", size)))
}

// acceptanceText words whether a signature is accepted.
func acceptanceText(a signing.Acceptance) documents.Text {
	if t := words.Of("receipt.acceptance." + string(a)); t.Whole() {
		return documents.OnPaper(t)
	}
	return documents.OnPaper(words.Of("receipt.acceptance.undecided"))
}

// outcomeText words how a check ended.
func outcomeText(s signing.CheckStatus) documents.Text {
	if t := words.Of("receipt.outcome." + string(s)); t.Whole() {
		return documents.OnPaper(t)
	}
	return documents.OnPaper(words.Of("receipt.outcome.undetermined"))
}
