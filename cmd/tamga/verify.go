package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/certs"
	"tamga/signing"
	"tamga/signing/armour"
	"tamga/signing/receipt"
	"tamga/signing/spool"
)

// verifyCommand judges a file.
type verifyCommand struct {
	Files      []string `arg:"" name:"file" help:"PDF, CMS (DER, BER, PEM or base64), XML, certificate, timestamp or receipt, told apart by content; - reads standard input. Of several, each is judged on its own."`
	Content    string   `placeholder:"FILE" help:"The signed document, for a detached signature; what a timestamp is over."`
	About      string   `placeholder:"FILE" help:"The file that a receipt of a verification must be about."`
	Digest     []string `sep:"none" placeholder:"NAME:HEX" help:"Digest of the signed document, instead of the document itself, such as SHA-256:9f86…. May be given several times."`
	Beside     []string `name:"evidence" sep:"none" placeholder:"FILE" help:"Certificate, revocation list or OCSP response that the file may lack, as evidence and not as trust. May be given several times."`
	IIN        string   `name:"iin" placeholder:"NUMBER" help:"IIN of the expected signer, 12 digits: another person's signature fails."`
	BIN        string   `name:"bin" placeholder:"NUMBER" help:"BIN of the expected organisation, 12 digits."`
	Identifier string   `placeholder:"TEXT" help:"What stands in the place of IIN and BIN in a certificate of another country, by EN 319 412-1, such as PASDE-C01X00T47 (a passport) or NTRDE-HRB86891 (an entry in a register of trade)."`
	Role       string   `help:"What the certificate must say of the signer, for example first_head, right_to_sign or employee."`
	At         string   `placeholder:"TIME" help:"Moment at which the file was received, as 2026-07-20T09:08:06Z, 2026-07-20T14:08:06+05:00 or 2026-07-20, which means 00:00 UTC (05:00 in Astana) of that day. Default: now."`
	JSON       bool     `name:"json" help:"Print the verdict as JSON instead of text."`
	Lang       []string `enum:"kk,ru,en" default:"kk,ru,en" help:"Languages of the summary: kk, ru, en (default: all)."`
	Report     string   `enum:"verdict,simple,detailed" default:"verdict" help:"Print as JSON: the verdict, or a simple or detailed report in the outline of ETSI EN 319 102-2."`
	Explain    bool     `help:"Print all evidence: every certificate of the path, every list or response with its digest."`
	judgeFlags
	trustFlags

	File string `kong:"-"` // the one at work
}

// Help is shown below the flags' list.
func (verifyCommand) Help() string {
	return `Says who signed, whether the signature is good, and why not, check by check. What the signer claims about the time counts for nothing: without --at the question is about now, and with --at about the moment at which you know that you had the file.

Examples:
  tamga verify application.cms --iin 900701300108
  tamga verify signature.p7s --content application.pdf
  tamga verify licence.pdf --trust var/trust
  tamga verify person.cer --at 2026-07-20 --json
  tamga verify application.cms --explain --ocsp
  tamga verify draft.pdf.tst --content draft.pdf
  tamga verify receipt.cms --about application.cms

Exit codes: 0 accepted, 1 refused (the signature is bad, or the policy says no), 2 undecided (for example no fresh revocation list), 64 wrong command line, 70 no answer (for example no such file).`
}

// Run prints the verdict and ends with its exit code.
func (cmd verifyCommand) Run(c *console) error {
	question, err := cmd.question(c)
	if err != nil {
		return err
	}
	if cmd.Content != "" {
		content, err := c.open(cmd.Content, signing.MaxDocument)
		if err != nil {
			return noAnswerError{err}
		}
		defer content.Close()
		if question.Content = content.Bytes(); question.Content == nil {
			question.Content = []byte{} // an empty content is a content
		}
	}
	found, err := cmd.load(c)
	if err != nil {
		return noAnswerError{err}
	}
	verifier, err := cmd.verifier(c, found)
	if err != nil {
		return usagef("%w", err)
	}
	return c.each(cmd.Files, func(file string) error {
		cmd.File = file
		return cmd.judge(c, verifier, question)
	})
}

// judge judges one file.
func (cmd verifyCommand) judge(c *console, verifier *signing.Verifier, question signing.Question) error {
	file, err := c.open(cmd.File, signing.MaxDocument)
	if err != nil {
		return noAnswerError{err}
	}
	defer file.Close()
	var j judged
	err = spool.Guard(func() error {
		if j.Verdict, err = cmd.verdict(c, verifier, file.Bytes(), question); err != nil {
			return err
		}
		j.Receipt, err = cmd.receipt(c, file.Bytes())
		return err
	})
	var usage usageError
	switch {
	case errors.Is(err, signing.ErrDigestTwice):
		return usagef("--digest: %w", err)
	case errors.Is(err, receipt.ErrNotReceipt), errors.As(err, &usage):
		return err
	case err != nil:
		return noAnswerError{err}
	}
	if err := cmd.print(c, j); err != nil {
		return noAnswerError{err}
	}
	if j.Receipt != nil {
		return j.Receipt.exit(j.Verdict)
	}
	return verdictExit(j.Verdict)
}

func (cmd verifyCommand) print(c *console, j judged) error {
	switch {
	case cmd.Report == "simple":
		return printJSON(c, j.SimpleReport())
	case cmd.Report == "detailed":
		return printJSON(c, j.DetailedReport())
	case cmd.JSON:
		return cmd.printJSON(c, j)
	}
	p := &printer{explain: cmd.Explain}
	p.verdict(cmd.File, j.Verdict, cmd.Lang)
	if j.Receipt != nil {
		p.receipt(j.Receipt, cmd.Lang)
	}
	if cmd.File != cmd.Files[len(cmd.Files)-1] {
		p.blank()
	}
	return p.flush(c.out)
}

func printJSON(c *console, v any) error {
	enc := json.NewEncoder(c.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// verdictExit translates the acceptance; what is accepted is no error.
func verdictExit(v *signing.Verdict) error {
	switch v.Acceptance {
	case signing.Accepted:
		return nil
	case signing.Refused:
		return verdictCode(exitFailed)
	}
	return verdictCode(exitIndeterminate)
}

// question turns the flags into what is asked.
func (cmd verifyCommand) question(c *console) (signing.Question, error) {
	q := signing.Question{At: c.now()}
	var err error
	if slices.Contains(cmd.Files, "-") && (cmd.Content == "-" || len(cmd.Files) > 1) {
		return q, usagef("standard input is one file, and no other comes beside it")
	}
	if cmd.IIN != "" {
		if q.IIN, err = certs.ParseIIN(cmd.IIN); err != nil {
			return q, usagef("--iin: %w", err)
		}
	}
	if cmd.BIN != "" {
		if q.BIN, err = certs.ParseBIN(cmd.BIN); err != nil {
			return q, usagef("--bin: %w", err)
		}
	}
	if cmd.Identifier != "" {
		if q.Identifier, err = certs.ParseIdentifier(cmd.Identifier); err != nil {
			return q, usagef("--identifier: %w", err)
		}
	}
	if q.Role, err = parseRole(cmd.Role); err != nil {
		return q, err
	}
	for _, text := range cmd.Digest {
		d, err := parseDigest(text)
		if err != nil {
			return q, usagef("--digest: %w", err)
		}
		q.Digests = append(q.Digests, d)
	}
	if len(cmd.Digest) > 0 && cmd.Content != "" {
		return q, usagef("--content and --digest say the same twice")
	}
	if q.Material, err = cmd.evidence(c); err != nil {
		return q, err
	}
	if cmd.At != "" {
		if q.At, err = parseTime(cmd.At); err != nil {
			return q, usagef("--at: %w", err)
		}
	}
	return q, nil
}

// parseDigest reads NAME:HEX.
func parseDigest(text string) (signing.ContentDigest, error) {
	name, value, _ := strings.Cut(text, ":")
	d, ok := certs.DigestByName(name)
	if !ok {
		return signing.ContentDigest{}, fmt.Errorf("there is no digest %q; there are %s", name, strings.Join(certs.DigestNames(), ", "))
	}
	sum, err := hex.DecodeString(value)
	if err != nil || len(sum) != d.New().Size() {
		return signing.ContentDigest{}, fmt.Errorf("not a digest of %s in hexadecimal", d.Name)
	}
	return signing.ContentDigest{Digest: d, Value: sum}, nil
}

// evidence reads what lies beside the file.
func (cmd verifyCommand) evidence(c *console) (signing.Material, error) {
	var m signing.Material
	for _, path := range cmd.Beside {
		b, err := c.read(path, maxTrustFile)
		if err != nil {
			return m, noAnswerError{err}
		}
		raw, err := armour.Open(b)
		if err != nil {
			return m, noAnswerError{fmt.Errorf("%s: %w", path, err)}
		}
		add := m.AddOCSP
		switch signing.Sniff(b) {
		case signing.FileCertificate:
			add = m.AddCertificate
		case signing.FileCRL:
			add = m.AddCRL
		}
		if err := add(raw); err != nil {
			return m, noAnswerError{fmt.Errorf("%s: neither a certificate nor a revocation list nor an OCSP response: %w", path, err)}
		}
	}
	return m, nil
}

func parseRole(s string) (certs.Role, error) {
	if s == "" || slices.Contains(certs.Roles(), certs.Role(s)) {
		return certs.Role(s), nil
	}
	names := make([]string, len(certs.Roles()))
	for i, r := range certs.Roles() {
		names[i] = string(r)
	}
	return "", usagef("unknown role %q; the roles are %s", s, strings.Join(names, ", "))
}

// parseTime reads a moment; a bare date is its beginning in UTC.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && !t.IsZero() { // which would mean now
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a date like 2026-07-20 nor a time like 2026-07-20T09:08:06Z", s)
}
