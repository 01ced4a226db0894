package forms

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/language"
	"tamga/language/words"
)

// Receipts have no number in the register: of their random name, in hexadecimal,
// they print as much as fits.
const receiptNumber = 16

// issuer is whose name stands above a receipt: the program's, not an authority's.
func issuer() documents.Text { return documents.OnPaper(words.Of("paper.issuer")) }

// SignatureReceipt is what the receipt of a verification of signatures says. What
// the fonts do not have of it is printed as a question mark: names in certificates
// are their authors' business, and the JSON beside has them as they are.
type SignatureReceipt struct {
	ID             string // at least 16 hexadecimal letters
	Service        string // address of the service
	AnsweredAt     time.Time
	AskedAt        time.Time // the moment that the question is about
	File           documents.Text
	FileSHA256     string            // hexadecimal
	ContentSHA256  string            // of a content sent beside the signature; may be empty
	ContentDigests map[string]string // by algorithm, of a content that was not sent; may be empty
	IIN, BIN       string            // of the expected signer, as they may be shown; may be empty
	Identifier     string            // of EN 319 412-1, likewise
	Policy         string
	Conclusion     documents.Text
	Signers        []ReceiptSigner
}

// ReceiptSigner is one signer of a receipt, with how the questions were answered.
type ReceiptSigner struct {
	Name, Certificate string // "" when not known
	Conclusion        documents.Text
	Checks            []ReceiptCheck
}

// ReceiptCheck is one question about a signature and its answer.
type ReceiptCheck struct{ Question, Answer documents.Text }

// Content returns what the receipt prints.
func (r SignatureReceipt) Content() pdf.Content {
	c := receipt("signature-receipt", r.ID, r.Service, r.AnsweredAt)
	c.Fields["asked_at"] = pdf.Same(documents.PrintedMoment(r.AskedAt))
	c.Fields["file"] = r.File
	c.Fields["digest"] = pdf.Same(inTwo(r.FileSHA256))
	c.Fields["content_digest"] = pdf.Same(inTwo(r.ContentSHA256))
	c.Fields["content_digests"] = pdf.Same(contentDigests(r.ContentDigests))
	c.Fields["expected"] = expected(r.IIN, r.BIN, printable(r.Identifier))
	c.Fields["policy"] = pdf.Same(printable(r.Policy))
	c.Fields["conclusion"] = r.Conclusion
	if len(r.Signers) > 0 {
		c.Fields["signed"] = pdf.Same("1")
	}
	signers := pdf.Table{Columns: []string{"who", "certificate", "conclusion"}}
	checks := pdf.Table{Columns: []string{"signer", "question", "answer"}}
	for i, s := range r.Signers {
		signers.Rows = append(signers.Rows, []documents.Text{
			orDash(pdf.Same(printable(s.Name))), orDash(pdf.Same(printable(s.Certificate))),
			{KK: printable(s.Conclusion.KK), RU: printable(s.Conclusion.RU)},
		})
		for _, check := range s.Checks {
			checks.Rows = append(checks.Rows, []documents.Text{pdf.Same(strconv.Itoa(i + 1)), check.Question, check.Answer})
		}
	}
	c.Tables = map[string]pdf.Table{"signers": signers, "checks": checks}
	return c
}

// CheckReceipt is what the receipt of a check of a document says: the three
// facts, apart.
type CheckReceipt struct {
	ID         string // at least 16 hexadecimal letters
	Service    string // address of the service
	AnsweredAt time.Time
	Document   documents.Text
	Number     string
	IssuedOn   documents.Date
	Holder     documents.Text // as the public may see it; may be empty
	SHA256     string         // of the file that was checked, hexadecimal
	Integrity  documents.Text
	Signature  documents.Text
	Status     documents.Text
	StatusAt   time.Time
	Then       documents.Text // the status of a chosen day; may be empty
	Conclusion documents.Text
}

// Content returns what the receipt prints.
func (r CheckReceipt) Content() pdf.Content {
	c := receipt("verification-receipt", r.ID, r.Service, r.AnsweredAt)
	c.Fields["document"], c.Fields["document_number"] = r.Document, pdf.Same(r.Number)
	c.Fields["document_date"], c.Fields["holder"] = printed(r.IssuedOn), r.Holder
	c.Fields["digest"] = pdf.Same(inTwo(r.SHA256))
	c.Fields["integrity"], c.Fields["signature_fact"] = r.Integrity, r.Signature
	c.Fields["status_fact"], c.Fields["status_at"] = r.Status, pdf.Same(documents.PrintedMoment(r.StatusAt))
	c.Fields["then"], c.Fields["conclusion"] = r.Then, r.Conclusion
	return c
}

// receipt begins the sheet of a receipt.
func receipt(layout, id, service string, answeredAt time.Time) pdf.Content {
	return pdf.Content{Layout: layout, Number: strings.ToUpper(id[:receiptNumber]), Fields: fields{
		"authority":  issuer(),
		"requisites": pdf.Same(printable(service)),
		"issued_on":  printed(documents.CivilDate(answeredAt)),
		"checked_at": pdf.Same(documents.PrintedMoment(answeredAt)),
	}}
}

// contentDigests names a content that was not sent by the digests that a
// signature was held against.
func contentDigests(digests map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		all = append(all, name+": "+inTwo(digests[name]))
	}
	return strings.Join(all, ", ")
}

// expected is whose signature was asked for. An identifier is a code, the same in every
// language.
func expected(iin, bin, identifier string) documents.Text {
	asked := ""
	switch {
	case iin != "" && bin != "":
		asked = "paper.expected_both"
	case iin != "":
		asked = "paper.expected_iin"
	case bin != "":
		asked = "paper.expected_bin"
	}
	said := documents.OnPaper(words.Of(asked).Put("iin", language.Same(iin)).Put("bin", language.Same(bin)))
	switch {
	case identifier == "":
		return said
	case asked == "":
		return pdf.Same(identifier)
	}
	return documents.Text{KK: said.KK + ", " + identifier, RU: said.RU + ", " + identifier}
}

// printable replaces what the fonts do not have.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if documents.Printable(r) {
			return r
		}
		return '?'
	}, s)
}

// inTwo writes a digest in two halves, so that it can be broken.
func inTwo(digest string) string {
	if digest == "" {
		return ""
	}
	half := len(digest) / 2
	return digest[:half] + " " + digest[half:]
}
