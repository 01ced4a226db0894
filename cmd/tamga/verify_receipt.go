package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/language/words"
	"tamga/signing"
	"tamga/signing/receipt"
)

// receiptFound is a receipt that a signature carries, for people and programs.
type receiptFound struct {
	Type       string    `json:"type"`
	ID         string    `json:"id"`
	Service    string    `json:"service"` // its own word: who signed it says the verdict
	AnsweredAt time.Time `json:"answered_at"`
	FileSHA256 string    `json:"file_sha256"`
	FileSize   int       `json:"file_size,omitempty"`
	AskedAt    time.Time `json:"asked_at"`
	// Number is that of the document, in the receipt of a check, and Status what
	// the document was.
	Number string `json:"number,omitempty"`
	Status string `json:"status,omitempty"`
	// AboutFile is whether it is about the file given with --about; nil when none was.
	AboutFile     *bool                 `json:"about_file,omitempty"`
	Indication    signing.Indication    `json:"indication,omitempty"`
	SubIndication signing.SubIndication `json:"sub_indication,omitempty"`
	Acceptance    signing.Acceptance    `json:"acceptance"`
	Summary       signing.Text          `json:"summary"`
}

// receipt finds the receipt in a signature; nil when there is none, which is an
// error only where one is wanted.
func (cmd verifyCommand) receipt(c *console, file []byte) (*receiptFound, error) {
	r, err := readReceipt(file)
	if errors.Is(err, receipt.ErrNotReceipt) && cmd.About == "" {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmd.File, err)
	}
	found := &receiptFound{
		Type: r.Type, ID: r.ID, Service: r.Service, AnsweredAt: r.AnsweredAt, FileSHA256: r.FileSHA256, FileSize: r.FileSize, AskedAt: r.AskedAt,
		Number: r.Number, Status: r.Status,
		Indication: r.Indication, SubIndication: r.SubIndication, Acceptance: r.Acceptance, Summary: r.Summary,
	}
	if cmd.About == "" {
		return found, nil
	}
	about, err := c.open(cmd.About, signing.MaxDocument)
	if err != nil {
		return nil, noAnswerError{err}
	}
	defer about.Close()
	same := r.About(about.Bytes())
	found.AboutFile = &same
	return found, nil
}

func readReceipt(file []byte) (receipt.Statement, error) {
	if signing.Sniff(file) != signing.FileCMS {
		return receipt.Statement{}, receipt.ErrNotReceipt
	}
	contents, err := signing.ReadCMS(file)
	if err != nil || !contents.Attached {
		return receipt.Statement{}, receipt.ErrNotReceipt
	}
	return receipt.ReadStatement(contents.Content)
}

// exit is the worst of what the signature of a receipt and the receipt come to: a
// genuine receipt of a refusal accepts nothing.
func (r *receiptFound) exit(signature *signing.Verdict) error {
	if r.AboutFile != nil && !*r.AboutFile {
		return verdictCode(exitFailed)
	}
	own, inside := verdictExit(signature), verdictExit(&signing.Verdict{Acceptance: r.Acceptance})
	if own == nil || errors.Is(inside, verdictCode(exitFailed)) {
		return inside
	}
	return own
}

// receipt prints what a receipt says.
func (p *printer) receipt(r *receiptFound, languages []string) {
	what := "a verification"
	if r.Type == receipt.CheckType {
		what = "the check of a document"
	}
	p.line("It is the receipt of %s", what)
	p.in(func() {
		p.field("Number", "%s", r.ID)
		p.field("Service", "%s (its own word: who signed it stands above)", r.Service)
		p.field("Answered on", "%s", moment(r.AnsweredAt))
		p.field("Asked about", "%s", moment(r.AskedAt))
		p.field("Document", "%s", r.Number)
		p.field("Status", "%s", r.Status)
		if r.FileSize > 0 {
			p.field("Size", "%d bytes", r.FileSize)
		}
		p.field("SHA-256", "%s", r.FileSHA256)
		switch {
		case r.AboutFile == nil:
			p.field("About", "whatever file that is: --about compares one with it")
		case *r.AboutFile:
			p.field("About", "✓ the file given")
		default:
			p.field("About", "✗ another file than the one given")
		}
		p.field("Says", "%s: %s", r.Acceptance, indication(r.Indication, r.SubIndication))
		p.summary(r.Summary, languages)
	})
	if r.AboutFile != nil && !*r.AboutFile {
		p.blank()
		p.summary(words.Of("cli.receipt_of_another"), languages)
	}
}

// judged is a verdict with the receipt that it is about, if any.
type judged struct {
	*signing.Verdict
	Receipt *receiptFound `json:"receipt,omitempty"`
}

// namedVerdict is the verdict on one of several files.
type namedVerdict struct {
	File string `json:"file"`
	judged
}

func (cmd verifyCommand) printJSON(c *console, j judged) error {
	if len(cmd.Files) > 1 {
		return json.NewEncoder(c.out).Encode(namedVerdict{cmd.File, j}) // a line for each
	}
	return printJSON(c, j)
}
