package main

import (
	"errors"

	"tamga/documents/applications"
	"tamga/documents/conditions"
	"tamga/documents/regulation"
	"tamga/signing/cms"
	"tamga/signing/creation"
)

// stepFlags say what was done, and in which role.
type stepFlags struct {
	As             string `required:"" placeholder:"ROLE" help:"In which role, or at which information system: APPLICANT, HEAD, PEP; tamga regulation show names them."`
	Values         string `placeholder:"FILE" help:"What the actor writes down, an object in JSON."`
	Document       string `placeholder:"FILE" help:"Content of the document that the step issues or hands up, as tamga issue takes it. What it says of the application may be left out."`
	Last           int    `default:"-1" placeholder:"N" help:"Number of the last entry that you know: if there is another by now, nothing is entered."`
	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this request: asking again with the same one gives the same entry, never a second."`
}

// request is the step, as the flags have it.
func (f stepFlags) request(c *console, name, step, outcome string) (applications.EnterRequest, error) {
	req := applications.EnterRequest{
		IdempotencyKey: f.IdempotencyKey, Application: name, Last: f.Last, AnyState: f.Last < 0,
		Act: applications.Act{Actor: applications.Actor{Role: f.As}, Step: step, Outcome: outcome},
	}
	var err error
	if req.Values, err = readForm(c, f.Values); err != nil || f.Document == "" {
		return req, err
	}
	draft, err := readDraft(c, f.Document)
	req.Document = &draft
	return req, err
}

// actorFlags say who does a step, with which key he signs it, and with which the document
// is signed that comes of it.
type actorFlags struct {
	Person               string `placeholder:"NAME" help:"Who acts. Default: the name in the certificate of the key."`
	DocumentKey          string `placeholder:"FILE" help:"Key that signs the document that the step issues, where that is not whoever does the step: PEM or key store (PKCS#12)."`
	DocumentPasswordFile string `placeholder:"FILE" help:"File whose first line is the password of that key store."`
	BaseURL              string `name:"base-url" placeholder:"URL" help:"Address at which the public can check documents. Default: the one that the last document of the register prints."`
	keyFlags
	sealFlags
	registerFlags
	rulebookFlags
	trustFlags
}

// enter signs a step where the regulation wants that, enters it, and prints the entry.
func (f actorFlags) enter(c *console, req applications.EnterRequest) error {
	key, done, err := f.actor(c)
	if err != nil {
		return err
	}
	defer done()
	if req, err = f.by(req, key); err != nil {
		return err
	}
	book, err := f.wired(c, key, req)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	e, before, err := signedEntry(c, book, key, req)
	if err != nil && e.ID == "" {
		return explainApplication(err)
	}
	return errors.Join(printEntry(c, book, req.Application, e, before), explainApplication(err))
}

// actor is the key of whoever does a step; none where the flags name none.
func (f actorFlags) actor(c *console) (key creation.Key, done func(), err error) {
	if f.Key == "" && f.Module == "" {
		return key, func() {}, nil
	}
	return f.key(c)
}

// by says who makes a request.
func (f actorFlags) by(req applications.EnterRequest, key creation.Key) (applications.EnterRequest, error) {
	req.Client = cliClient
	if req.Actor.Person = f.Person; f.Person == "" {
		if key.Signer == nil {
			return req, usagef("--person or --key says who acts")
		}
		req.Actor.Person = key.Certificate.Identity().CommonName
	}
	return req, nil
}

// signedEntry enters a step that is signed, where the regulation wants that, by the key
// of whoever does it.
func signedEntry(c *console, book *applications.Book, key creation.Key, req applications.EnterRequest) (applications.Entry, bool, error) {
	if key.Signer == nil {
		return book.Enter(c.ctx, req)
	}
	book.Unsigned = false
	if move, kase, err := intended(c, book, req); err == nil && kase.Signs(move, req.Actor.Role) {
		act, err := book.ActOf(c.ctx, req)
		if err != nil {
			return applications.Entry{}, false, err
		}
		if req.Signature, err = signedText(key, act); err != nil {
			return applications.Entry{}, false, err
		}
	} // else it is not signed, was entered before, or is refused for the same reason
	return book.Enter(c.ctx, req)
}

// signedText signs a text, which goes into the CMS.
func signedText(key creation.Key, text []byte) ([]byte, error) {
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		return nil, err
	}
	return m.Make(cms.ToSign{Content: text, MessageDigest: m.Digest().Sum(text)})
}

// wired wires the applications: with a register that can issue only where a document is
// issued.
func (f actorFlags) wired(c *console, key creation.Key, req applications.EnterRequest) (*applications.Book, error) {
	book, err := f.plain(c, key)
	if err != nil {
		return nil, err
	}
	issues, refused := issues(c, book, req)
	keyed := key.Signer != nil || f.DocumentKey != ""
	switch {
	case issues && !keyed && req.Document != nil:
		return nil, errors.Join(usagef("--document and a key go together: that of whoever acts, or --document-key"), book.Register.Store.Close())
	case !keyed || !issues && refused == nil:
		return book, nil
	}
	if err := book.Register.Store.Close(); err != nil {
		return nil, err
	}
	whole, err := f.issuing(c, key)
	if errors.Is(err, errNoAddress) && refused != nil {
		return f.plain(c, key) // which tells why it is refused
	}
	return whole, err
}

// issues reports whether a request issues a document, or hands one up, which is judged as
// one that is issued; the error is why it is refused.
func issues(c *console, book *applications.Book, req applications.EnterRequest) (bool, error) {
	move, kase, err := intended(c, book, req)
	if err != nil {
		return false, err
	}
	made := kase.Issues(move)
	up := kase.HandsUp(move).Kind != "" && req.Document != nil
	return up || made.Kind != "" && (made.Needed || req.Document != nil), nil
}

// intended is what a request does, if it may be done.
func intended(c *console, book *applications.Book, req applications.EnterRequest) (regulation.Move, applications.Case, error) {
	kase, err := applicationFlags{}.found(c, book, req.Application)
	if err != nil {
		return regulation.Move{}, kase, err
	}
	move, err := kase.May(req.Act)
	return move, kase, err
}

// plain wires applications that issue nothing, and judge what is signed where there is a
// key to sign with.
func (f actorFlags) plain(c *console, key creation.Key) (*applications.Book, error) {
	book, err := applicationFlags{Law: f.Law, Calendar: f.Calendar, registerFlags: f.registerFlags}.existing(c)
	if err != nil || key.Signer == nil {
		return book, err
	}
	found, err := f.load(c)
	if err == nil {
		book.Verifier, err = judgeFlags{Policy: strictPolicy}.verifier(c, found)
	}
	if err != nil {
		return nil, errors.Join(err, book.Register.Store.Close())
	}
	return book, nil
}

// issuing wires applications that issue documents: by a key of documents, or by that of
// whoever acts.
func (f actorFlags) issuing(c *console, key creation.Key) (*applications.Book, error) {
	if f.DocumentKey != "" {
		var err error
		if key, err = loadKey(c, f.DocumentKey, f.DocumentPasswordFile); err != nil {
			return nil, err
		}
	}
	reg, err := issueCommand{
		BaseURL: f.BaseURL, sealFlags: f.sealFlags, registerFlags: f.registerFlags, rulebookFlags: f.rulebookFlags, trustFlags: f.trustFlags,
	}.registerOf(c, key)
	if err != nil {
		return nil, err
	}
	return &applications.Book{Register: reg, Rulebook: reg.Rulebook, Attached: conditions.Attached, Unsigned: true}, nil
}

// printEntry prints an entry, and where the application stands now.
func printEntry(c *console, book *applications.Book, name string, e applications.Entry, before bool) error {
	kase, err := applicationFlags{}.found(c, book, name)
	if err != nil {
		return err
	}
	verb := "Entered"
	if before {
		verb = "Entered before under this idempotency key"
	}
	p := &printer{}
	p.line("%s: %d  %s %s", verb, e.Seq, e.Step, e.Outcome)
	p.in(func() {
		p.field("Application", "%s", kase.ID)
		p.field("Number", "%s", kase.Number)
		p.field("Document", "%s", e.Document)
		p.field("Waits", "%s", e.Data.Waits)
		p.field("Ended", "%s", string(kase.Ended))
		p.field("Stands at", "%s", kase.StandsAt())
	})
	return p.flush(c.out)
}
