package main

import (
	"errors"
	"fmt"
	"time"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/people"
	"tamga/documents/store"
	"tamga/signing/creation"
)

// peopleCommands keep the people of a register and their duties.
type peopleCommands struct {
	Appoint peopleAppointCommand `cmd:"" help:"Make a person one of the first two administrators."`
	List    peopleListCommand    `cmd:"" help:"List the people of a register with their duties."`
	Add     peopleAddCommand     `cmd:"" help:"Make a person known, as an administrator."`
	Give    peopleGiveCommand    `cmd:"" help:"Give a person a duty, as an administrator."`
	End     peopleEndCommand     `cmd:"" help:"End a duty, as an administrator."`
}

// readPerson reads a natural person.
func readPerson(c *console, path string) (documents.NaturalPerson, error) {
	var natural documents.NaturalPerson
	raw, err := c.read(path, maxDraft)
	if err != nil {
		return natural, err
	}
	if err := strictjson.Decode(raw, &natural); err != nil {
		return natural, fmt.Errorf("%s: %w", path, err)
	}
	return natural, nil
}

// explainPeople adds what the person at the keyboard can do.
func explainPeople(err error) error {
	var invalid *documents.InvalidError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("not complete: %s", faults(invalid))
	case errors.Is(err, people.ErrEnoughAdministrators):
		return fmt.Errorf("%w: sign as one of them with tamga people give", err)
	}
	return err
}

// peopleAppointCommand appoints.
type peopleAppointCommand struct {
	Person string `arg:"" placeholder:"FILE" help:"The person as JSON: surname, given_name, patronymic and iin; - reads standard input."`
	registerFlags
}

// Help is shown below the flags' list.
func (peopleAppointCommand) Help() string {
	return `Only while there are fewer than two administrators: all further duties are given by one of them, and never his own.

Example:
  echo '{"surname": "Сейітқали", "given_name": "Әсем", "iin": "781300399975"}' | tamga people appoint -`
}

// Run appoints, and prints the ids.
func (cmd peopleAppointCommand) Run(c *console) error {
	natural, err := readPerson(c, cmd.Person)
	if err != nil {
		return err
	}
	db, err := cmd.open(c.ctx, c, defaultDatabase)
	if err != nil {
		return err
	}
	defer db.Close()
	p, d, err := (&people.Book{Store: db}).Appoint(c.ctx, natural)
	if err != nil {
		return explainPeople(err)
	}
	_, err = fmt.Fprintf(c.out, "Appointed: person %s, duty %s\n", p.ID, d.ID)
	return err
}

// peopleListCommand lists.
type peopleListCommand struct {
	All bool `help:"Duties that are over or to come, too."`
	registerFlags
}

// Run prints each person with his duties. Numbers are not printed.
func (cmd peopleListCommand) Run(c *console) error {
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	const batch = 200
	p := &printer{}
	for after := ""; ; {
		list, err := people.Persons(c.ctx, db, after, batch)
		if err != nil {
			return err
		}
		for _, person := range list {
			after = person.ID
			if err := cmd.person(c, p, db, person); err != nil {
				return err
			}
		}
		if len(list) < batch {
			break
		}
	}
	return p.flush(c.out)
}

func (cmd peopleListCommand) person(c *console, p *printer, db *store.DB, person people.Person) error {
	at := db.Moment()
	if cmd.All {
		at = time.Time{}
	}
	duties, err := people.Duties(c.ctx, db, person.ID, at)
	if err != nil {
		return err
	}
	p.line("%s  %s", person.ID, person.Name())
	p.in(func() {
		for _, d := range duties {
			p.line("%s", dutyLine(d))
		}
	})
	return nil
}

// dutyLine says a duty on one line.
func dutyLine(d people.Duty) string {
	text := d.ID + "  " + d.Role
	if d.Provider != "" {
		text += " at " + d.Provider
	}
	text += " from " + documents.PrintedMoment(d.From)
	if !d.Until.IsZero() {
		text += " until " + documents.PrintedMoment(d.Until)
	}
	if d.DeputyOf != "" {
		text += ", deputy of " + d.DeputyOf
	}
	if d.Order.Number != "" {
		text += fmt.Sprintf(", order № %s of %s", d.Order.Number, d.Order.Date)
	}
	if !d.EndedAt.IsZero() {
		text += ", ended " + documents.PrintedMoment(d.EndedAt)
	}
	return text
}

// administratorFlags say who acts as an administrator: whoever has the key.
type administratorFlags struct {
	Key          string `required:"" placeholder:"FILE" help:"Key of the administrator: PEM or key store (PKCS#12). He signs a challenge with it, as over HTTP."`
	PasswordFile string `placeholder:"FILE" help:"File whose first line is the password of the key store."`
	Law          string `placeholder:"FILE" help:"Edition of the rules (JSON) that is added to those that the program carries, or takes the place of the one of its name."`
	registerFlags
	trustFlags
}

// commandLine is the address in challenges that are given and answered here.
const commandLine = "tamga on the command line"

// as does something as the administrator whose key it is.
func (f administratorFlags) as(c *console, do func(b *people.Book, by string) error) error {
	key, err := loadKey(c, f.Key, f.PasswordFile)
	if err != nil {
		return err
	}
	found, err := f.load(c)
	if err != nil {
		return err
	}
	verifier, err := judgeFlags{Policy: strictPolicy}.verifier(c, found)
	if err != nil {
		return err
	}
	db, err := f.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	applied, err := applicationFlags{Law: f.Law}.book(c, db)
	if err != nil {
		return err
	}
	b := &people.Book{Store: db, Rulebook: applied.Rulebook, Verifier: verifier, Address: commandLine}
	session, err := signedIn(c, b, key)
	if err != nil {
		return err
	}
	return errors.Join(explainPeople(do(b, session.Person.ID)), b.SignOut(c.ctx, session.ID))
}

// signedIn signs in by a key, whose holder registers by it the first time.
func signedIn(c *console, b *people.Book, key creation.Key) (people.Session, error) {
	proof, err := answered(c, b, people.ForSignIn, key)
	if err != nil {
		return people.Session{}, err
	}
	session, _, err := b.SignInByKey(c.ctx, proof)
	if !errors.Is(err, people.ErrNotRegistered) {
		return session, err
	}
	if proof, err = answered(c, b, people.ForRegistration, key); err != nil {
		return session, err
	}
	if _, err := b.Register(c.ctx, people.Enrolment{Proof: proof}); err != nil {
		return session, err
	}
	if proof, err = answered(c, b, people.ForSignIn, key); err != nil {
		return session, err
	}
	session, _, err = b.SignInByKey(c.ctx, proof)
	return session, err
}

// answered signs a new challenge.
func answered(c *console, b *people.Book, purpose people.Purpose, key creation.Key) (people.Proof, error) {
	challenge, err := b.Challenge(c.ctx, purpose)
	if err != nil {
		return people.Proof{}, err
	}
	signed, err := signedText(key, challenge.Text)
	return people.Proof{Challenge: challenge.ID, CMS: signed}, err
}

// peopleAddCommand makes somebody known.
type peopleAddCommand struct {
	Person string `arg:"" placeholder:"FILE" help:"The person as JSON: surname, given_name, patronymic and iin; - reads standard input."`
	administratorFlags
}

// Run adds the person and prints the id.
func (cmd peopleAddCommand) Run(c *console) error {
	natural, err := readPerson(c, cmd.Person)
	if err != nil {
		return err
	}
	return cmd.as(c, func(b *people.Book, by string) error {
		p, added, err := b.Add(c.ctx, natural, by)
		if err != nil {
			return err
		}
		verb := "Added"
		if !added {
			verb = "Known before"
		}
		_, err = fmt.Fprintf(c.out, "%s: person %s\n", verb, p.ID)
		return err
	})
}
