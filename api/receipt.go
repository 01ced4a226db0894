package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/pdf"
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
	if v.Registry.Layouts == nil {
		return nil, badField("/receipt_pdf", "not_offered", "this service prints no documents")
	}
	return v.printReceipt(ctx, receiptContent(r), r, receiptSchema, r.AnsweredAt)
}

// printReceipt prints a receipt and signs it, with its JSON attached.
func (v *service) printReceipt(ctx context.Context, content pdf.Content, attached any, schema string, at time.Time) ([]byte, error) {
	data, err := json.MarshalIndent(attached, "", "  ")
	if err != nil {
		return nil, err
	}
	prepared, err := v.Registry.Layouts.Prepare(content, pdf.Meta{
		SignedAt: at, Data: data, Schema: schema, CheckURL: v.BaseURL + "/", QR: v.BaseURL + "/",
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
	c := pdf.Content{Layout: "signature-receipt", Number: strings.ToUpper(r.ID[:16]), Fields: map[string]documents.Text{
		"authority":  {KK: "ТАМҒА", RU: "ТАМГА"},
		"requisites": pdf.Same(printable(r.Service)),
		"issued_on":  pdf.Same(documents.CivilDate(r.AnsweredAt).Printed()),
		"checked_at": pdf.Same(printedTime(r.AnsweredAt)),
		"asked_at":   pdf.Same(printedTime(asked.At)),
		"file":       fileText(signing.FileKind(r.Verdict.Kind), asked.FileSize),
		"digest":     pdf.Same(inTwo(asked.FileSHA256)),
		"policy":     pdf.Same(printable(r.Verdict.Policy)),
		"conclusion": {KK: r.Verdict.Summary.KK, RU: r.Verdict.Summary.RU},
	}}
	if asked.ContentSHA256 != "" {
		c.Fields["content_digest"] = pdf.Same(inTwo(asked.ContentSHA256))
	}
	if len(asked.ContentDigests) > 0 {
		c.Fields["content_digests"] = pdf.Same(contentDigests(asked))
	}
	var expected documents.Text
	if asked.IIN != "" {
		expected = documents.Text{KK: "ЖСН " + certs.IIN(asked.IIN).String(), RU: "ИИН " + certs.IIN(asked.IIN).String()}
	}
	if asked.BIN != "" {
		expected.KK = strings.TrimPrefix(expected.KK+", БСН "+asked.BIN, ", ")
		expected.RU = strings.TrimPrefix(expected.RU+", БИН "+asked.BIN, ", ")
	}
	if expected.KK != "" {
		c.Fields["expected"] = expected
	}
	c.Tables = receiptTables(r.Verdict)
	if len(r.Verdict.Signers) > 0 {
		c.Fields["signed"] = pdf.Same("1")
	}
	return c
}

// contentDigests names a content that was not sent by the digests that a
// signature was held against.
func contentDigests(asked receipt.Asked) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(asked.ContentDigests)) {
		all = append(all, name+": "+inTwo(asked.ContentDigests[name]))
	}
	return strings.Join(all, ", ")
}

func receiptTables(verdict *signing.Verdict) map[string]pdf.Table {
	signers := pdf.Table{Columns: []string{"who", "certificate", "conclusion"}}
	checks := pdf.Table{Columns: []string{"signer", "question", "answer"}}
	for i, s := range verdict.Signers {
		who, certificate := "–", "–"
		if id := s.Identity; id != nil {
			who = strings.TrimSpace(strings.Join([]string{id.CommonName, id.Patronymic}, " "))
			if id.Organisation != "" {
				who += ", " + id.Organisation
			}
		}
		if s.Certificate != nil {
			certificate = s.Certificate.Serial + ", " + s.Algorithm + ", " +
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
		signers.Rows = append(signers.Rows, []documents.Text{
			pdf.Same(printable(who)), pdf.Same(printable(certificate)),
			{KK: taken.KK + printable(conclusion), RU: taken.RU + printable(conclusion)},
		})
		for _, check := range s.Checks {
			checks.Rows = append(checks.Rows, []documents.Text{
				pdf.Same(fmt.Sprint(i + 1)), {KK: check.Title.KK, RU: check.Title.RU}, outcomeText(check.Status),
			})
		}
	}
	return map[string]pdf.Table{"signers": signers, "checks": checks}
}

// fileText says what a file is and how many bytes it has.
func fileText(kind signing.FileKind, size int) documents.Text {
	words, digits := kind.Words(), strconv.Itoa(size)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	bytes := "байт"
	if few := size % 10; 2 <= few && few <= 4 && (size%100 < 12 || 14 < size%100) {
		bytes = "байта"
	}
	return documents.Text{KK: words.KK + ", " + digits + " байт", RU: words.RU + ", " + digits + " " + bytes}
}

// acceptanceText words whether a signature is accepted.
func acceptanceText(a signing.Acceptance) documents.Text {
	switch a {
	case signing.Accepted:
		return documents.Text{KK: "қабылданды", RU: "принята"}
	case signing.Refused:
		return documents.Text{KK: "қабылданбады", RU: "не принята"}
	}
	return documents.Text{KK: "шешілмеді", RU: "не решено"}
}

// outcomeText words how a check ended.
func outcomeText(s signing.CheckStatus) documents.Text {
	switch s {
	case signing.CheckPassed:
		return documents.Text{KK: "орындалды", RU: "выполнено"}
	case signing.CheckFailed:
		return documents.Text{KK: "орындалмады", RU: "не выполнено"}
	case signing.CheckWarning:
		return documents.Text{KK: "ескертумен", RU: "с замечанием"}
	case signing.CheckNotApplicable:
		return documents.Text{KK: "сұралмады", RU: "не запрашивалось"}
	}
	return documents.Text{KK: "анықталмады", RU: "не установлено"}
}

// printable replaces what the fonts do not have: names in certificates are
// their authors' business, and the JSON beside has them as they are.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || documents.Printable(r) {
			return r
		}
		return '?'
	}, s)
}

// inTwo writes a digest in two halves, so that it can be broken.
func inTwo(digest string) string {
	half := len(digest) / 2
	return digest[:half] + " " + digest[half:]
}
