package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
)

// issueCommand issues a document.
type issueCommand struct {
	Data           string `required:"" placeholder:"FILE" help:"Content of the document as JSON, the same as the HTTP interface takes: {\"licence\": {...}} or {\"refusal\": {...}}; - reads standard input."`
	Key            string `required:"" placeholder:"FILE" help:"Key of the official who signs: PEM or key store (PKCS#12)."`
	PasswordFile   string `placeholder:"FILE" help:"File whose first line is the password of the key store."`
	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this request: asking again with the same one gives the same document, never a second."`
	BaseURL        string `name:"base-url" placeholder:"URL" help:"Address at which the public can check documents; it is printed on them. Default: the one that the last document of the register prints."`
	Out            string `placeholder:"FILE" help:"Where to write the signed PDF. It is in the register in any case."`
	Force          bool   `help:"Replace the output file if it exists."`
	sealFlags
	registerFlags
	rulebookFlags
	trustFlags
}

// Help is shown below the flags' list.
func (issueCommand) Help() string {
	return `The document gets its number, is signed, and is verified before it enters the register; so the certificate of the key must lead to a trust anchor (--trust) and have a fresh revocation list.

Example:
  tamga issue --data var/samples/licence.json --key var/keys/licensor.pem --trust var/trust --idempotency-key 2026-17 --out licence.pdf
  tamga issue --data licence.json --key official.p12 --password-file password.txt --idempotency-key 2026-18 --base-url https://licences.example.kz`
}

// cliClient is the name under which documents issued from the command line
// stand in the register.
const cliClient = "command-line"

// Run issues the document.
func (cmd issueCommand) Run(c *console) error {
	if cmd.Out != "" {
		if err := (output{path: cmd.Out, force: cmd.Force}).check(); err != nil {
			return err
		}
	}
	draft, err := readDraft(c, cmd.Data)
	if err != nil {
		return err
	}
	reg, err := cmd.register(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	rec, existed, err := reg.Issue(c.ctx, registry.IssueRequest{Client: cliClient, IdempotencyKey: cmd.IdempotencyKey, Draft: draft})
	if err != nil {
		return explainIssue(err)
	}
	if cmd.Out != "" {
		file, err := reg.PDF(c.ctx, rec.Number)
		if err != nil {
			return err
		}
		if err := (output{path: cmd.Out, mode: 0o644, force: cmd.Force}).write(c, file); err != nil {
			return err
		}
	}
	verb := "Issued"
	if existed {
		verb = "Issued before under this idempotency key"
	}
	p := &printer{}
	p.line("%s: %s № %s of %s", verb, rec.Kind.Title().EN, rec.Number, rec.IssuedOn().Printed())
	p.in(func() {
		p.field("SHA-256", "%s", rec.FileSHA256)
		p.field("Check", "%s", checkAddress(reg.Address.Base)(rec.Number))
		p.field("File", "%s", cmd.Out)
	})
	return p.flush(c.out)
}

// register wires a register that can issue.
func (cmd issueCommand) register(c *console) (*registry.Registry, error) {
	if cmd.Key == "" { // the signature is made elsewhere
		return cmd.registerOf(c, creation.Key{})
	}
	key, err := loadKey(c, cmd.Key, cmd.PasswordFile)
	if err != nil {
		return nil, err
	}
	return cmd.registerOf(c, key)
}

// registerOf wires a register that issues with a key.
func (cmd issueCommand) registerOf(c *console, key creation.Key) (*registry.Registry, error) {
	if cmd.BaseURL != "" {
		if err := checkBaseURL(cmd.BaseURL); err != nil {
			return nil, err
		}
	}
	found, err := cmd.load(c)
	if err != nil {
		return nil, err
	}
	verifier, err := judgeFlags{Policy: strictPolicy}.verifier(c, found)
	if err != nil {
		return nil, err
	}
	db, err := cmd.open(c.ctx, c, defaultDatabase)
	if err != nil {
		return nil, err
	}
	address, err := printedAddress(c, db, cmd.BaseURL)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	book, err := cmd.book(c, db, address.Base)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if _, err := book.Current(c.ctx); err != nil {
		return nil, errors.Join(cmd.located(err), db.Close())
	}
	sealer, err := cmd.sealer(c, filepath.Dir(cmp.Or(cmd.Database, defaultDatabase)))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &registry.Registry{
		Store: db, Rulebook: book, Key: key, Verifier: verifier, Make: makes(verifier),
		SealKey: sealer, Address: address,
	}, nil
}

// makes makes signatures, which a verifier judges before they are handed out.
func makes(v *signing.Verifier) func(context.Context, creation.Order) (creation.Made, error) {
	return func(ctx context.Context, o creation.Order) (creation.Made, error) {
		return creation.Make(ctx, creation.Services{Verifier: v}, o)
	}
}

// errNoAddress means that nobody has said what documents print.
var errNoAddress = usagef("--base-url: documents print the address at which the public can check them, and the register knows none yet")

// printedAddress returns the address that documents shall print: the one that was
// given, else the one that the register has kept. An address that only a
// demonstration may print is refused unless the register is one's.
func printedAddress(c *console, db *store.DB, given string) (registry.Address, error) {
	kept, err := (&registry.Registry{Store: db}).PrintedAddress(c.ctx)
	if err != nil {
		return kept, err
	}
	if given != "" {
		given = strings.TrimSuffix(given, "/")
		kept = registry.Address{Base: given, Demo: kept.Demo && registry.Loopback(given)}
	}
	switch {
	case kept.Base == "":
		return kept, errNoAddress
	case !kept.Demo && registry.Loopback(kept.Base):
		return kept, usagef("--base-url: %w: %s", registry.ErrLoopback, kept.Base)
	}
	return kept, nil
}

// readDraft reads the content of a document from a file.
func readDraft(c *console, path string) (documents.Draft, error) {
	b, err := c.read(path, maxDraft)
	if err != nil {
		return documents.Draft{}, err
	}
	draft, err := parseDraft(b)
	if err != nil {
		return documents.Draft{}, fmt.Errorf("%s: %w", path, err)
	}
	return draft, nil
}

// parseDraft reads one document; names that it does not know and members that
// are empty are mistakes, not comments.
func parseDraft(raw []byte) (documents.Draft, error) {
	var draft documents.Draft
	err := strictjson.Decode(raw, &draft)
	return draft, err
}

// faults names what is wrong with each field.
func faults(invalid *documents.InvalidError) string {
	lines := make([]string, len(invalid.Fields))
	for i, f := range invalid.Fields {
		lines[i] = f.Pointer + ": " + f.Detail
	}
	return strings.Join(lines, "; ")
}

// explainIssue adds what the person at the keyboard can do.
func explainIssue(err error) error {
	var invalid *documents.InvalidError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("the content is not complete: %s", faults(invalid))
	case errors.Is(err, registry.ErrNotVerified):
		return fmt.Errorf("%w; is the key's authority in --trust, with a fresh revocation list?", err)
	case errors.Is(err, store.ErrKeyReused):
		return fmt.Errorf("%w: take another --idempotency-key, or the first content", err)
	}
	return err
}

// checkAddress returns the function that makes public addresses.
func checkAddress(base string) func(string) string {
	return func(number string) string {
		return strings.TrimSuffix(base, "/") + "/check/" + url.PathEscape(number)
	}
}

func checkBaseURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.User != nil {
		return usagef("--base-url: %q is not an address like https://licences.example.kz", s)
	}
	return nil
}
