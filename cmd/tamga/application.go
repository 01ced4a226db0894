package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/conditions"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store"
	"tamga/language"
)

// applicationCommands let applications walk the routes of the regulation.
type applicationCommands struct {
	New      applicationNewCommand      `cmd:"" help:"Open an application for a service."`
	Enter    applicationEnterCommand    `cmd:"" help:"Write down that a step of an application was done."`
	Sign     applicationSignCommand     `cmd:"" help:"Sign a step of an application, and write down that it was done."`
	Decide   applicationDecideCommand   `cmd:"" help:"List what may be decided on an application in a role, or decide it."`
	Pay      applicationPayCommand      `cmd:"" help:"Ask for the bill of an application, and tell how its payment stands."`
	Result   applicationResultCommands  `cmd:"" help:"Show, prepare, sign or download the result of an application."`
	Withdraw applicationWithdrawCommand `cmd:"" help:"Withdraw an application, signed by its applicant."`

	SameMatter applicationSameMatterCommand `cmd:"" help:"Decide on what else the same party has about the same matter."`

	Attach   applicationAttachCommand   `cmd:"" help:"Attach a file to an application."`
	Files    applicationFilesCommand    `cmd:"" help:"List the files of an application, or take one out."`
	Copy     applicationCopyCommand     `cmd:"" help:"Show the copy of an application with the stamp of its registration."`
	Show     applicationShowCommand     `cmd:"" help:"Show where an application stands, what was done, and what is due."`
	List     applicationListCommand     `cmd:"" help:"List applications, with where they stand."`
	Tasks    applicationTasksCommand    `cmd:"" help:"List what is to be done in a role, overdue first."`
	Messages applicationMessagesCommand `cmd:"" help:"Show what an applicant was told, and whether it has arrived."`
	Contact  applicationContactCommand  `cmd:"" help:"Say where an applicant is reached."`
	Diagram  applicationDiagramCommand  `cmd:"" help:"Draw the route of an application, with the step at which it stands lit (SVG)."`
}

// applicationFlags say which applications, by which rules, and in which language.
type applicationFlags struct {
	Law      string `placeholder:"FILE" help:"Edition of the rules (JSON) that is added to those that the program carries, or takes the place of the one of its name."`
	Calendar string `placeholder:"FILE" help:"Days, hours and years (JSON) that are added to the calendar that the program carries."`
	Lang     string `default:"en" enum:"kk,ru,en" help:"Language of the answer: kk, ru or en."`
	registerFlags
}

// say chooses the language of a text.
func (f applicationFlags) say(t language.Text) string { return t.In(language.Lang(f.Lang)) }

// book wires the applications of a register that issues nothing: what the program
// carries, what the flags name, and the rows of the operators.
func (f applicationFlags) book(c *console, db *store.DB) (*applications.Book, error) {
	days, err := calendarFlags{Data: f.Calendar}.data(c)
	if err != nil {
		return nil, err
	}
	editions, err := regulationFlags{Data: f.Law}.editions(c)
	if err != nil {
		return nil, err
	}
	rules := &rulebook.Book{Store: db, Carried: rulebook.Carried{Calendar: days, Editions: editions}}
	return &applications.Book{Register: &registry.Registry{Store: db, Rulebook: rules}, Rulebook: rules, Attached: conditions.Attached, Unsigned: true}, nil
}

// existing wires the applications of a register that is there.
func (f applicationFlags) existing(c *console) (*applications.Book, error) {
	db, err := f.openExisting(c)
	if err != nil {
		return nil, err
	}
	b, err := f.book(c, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

// found returns an application with its rules.
func (f applicationFlags) found(c *console, book *applications.Book, name string) (applications.Case, error) {
	a, err := book.Application(c.ctx, name)
	if err != nil {
		return applications.Case{}, fmt.Errorf("%s: %w", name, err)
	}
	return book.Case(c.ctx, a)
}

// maxForm is above what an application takes, so that its error is the one people see.
const maxForm = 1 << 20

// readForm reads an object in JSON, or nothing where no file is named.
func readForm(c *console, path string) (json.RawMessage, error) {
	if path == "" {
		return nil, nil
	}
	return c.read(path, maxForm)
}

// applicationNewCommand opens an application.
type applicationNewCommand struct {
	Service        string `required:"" placeholder:"ID" help:"The service, such as TEC; tamga regulation list names them."`
	Channel        string `required:"" placeholder:"NAME" help:"How it is asked for: portal, provider or centre."`
	Applicant      string `required:"" placeholder:"FILE" help:"Who applies, as JSON: {\"legal\": {...}} or {\"natural\": {...}}, with the members that documents have; - reads standard input."`
	Form           string `placeholder:"FILE" help:"What was filled in, an object in JSON."`
	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this request: asking again with the same one gives the same application, never a second."`
	applicationFlags
}

// Help is shown below the flags' list.
func (applicationNewCommand) Help() string {
	return `The application stands at the beginning of the route of its service and channel, under the edition of the rules in force today. Its number is given by the registration; until then its id names it, which this command prints.

Example:
  tamga application new --service TEC --channel portal --applicant museum.json --idempotency-key 2026-17`
}

// Run opens the application and prints its id.
func (cmd applicationNewCommand) Run(c *console) error {
	channel := regulation.Channel(cmd.Channel)
	if !channel.Label().Whole() {
		return usagef("--channel: %q is none of portal, provider, centre", cmd.Channel)
	}
	raw, err := c.read(cmd.Applicant, maxDraft)
	if err != nil {
		return err
	}
	var applicant documents.Holder
	if err := strictjson.Decode(raw, &applicant); err != nil {
		return fmt.Errorf("%s: %w", cmd.Applicant, err)
	}
	form, err := readForm(c, cmd.Form)
	if err != nil {
		return err
	}
	db, err := cmd.open(c.ctx, c, defaultDatabase)
	if err != nil {
		return err
	}
	defer db.Close()
	book, err := cmd.book(c, db)
	if err != nil {
		return err
	}
	a, before, err := book.Open(c.ctx, applications.OpenRequest{
		Client: cliClient, IdempotencyKey: cmd.IdempotencyKey, Service: cmd.Service, Channel: channel, Applicant: applicant, Form: form,
	})
	if err != nil {
		return explainApplication(err)
	}
	verb := "Opened"
	if before {
		verb = "Opened before under this idempotency key"
	}
	_, err = fmt.Fprintf(c.out, "%s: application %s\n", verb, a.ID)
	return err
}

// explainApplication adds what the person at the keyboard can do.
func explainApplication(err error) error {
	var invalid *documents.InvalidError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("not complete: %s", faults(invalid))
	case errors.Is(err, store.ErrKeyReused):
		return fmt.Errorf("%w: take another --idempotency-key, or ask for the first again", err)
	}
	return explainIssue(err)
}

// applicationListCommand lists.
type applicationListCommand struct {
	Going bool   `help:"Only those that have not ended."`
	After string `placeholder:"ID" help:"Begin after this application."`
	applicationFlags
}

// Help is shown below the flags' list.
func (applicationListCommand) Help() string {
	return `At most 200, in the order in which they were opened.

Example:
  tamga application list --going`
}

// Run prints a line for each application.
func (cmd applicationListCommand) Run(c *console) error {
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	list, err := book.List(c.ctx, applications.Chosen{Going: cmd.Going, After: cmd.After, Limit: 200})
	if err != nil {
		return err
	}
	p := &printer{}
	if len(list) == 0 {
		p.line("There are no applications.")
	}
	for _, a := range list {
		number := a.Number
		if number == "" {
			number = "not registered"
		}
		p.line("%s  %s  %s %s  %s", a.ID, number, a.Service, a.Route, cmd.stands(c, book, a))
	}
	return p.flush(c.out)
}

// stands says where an application of a list stands, and until when it must go on.
func (cmd applicationListCommand) stands(c *console, book *applications.Book, a applications.Application) string {
	if a.Ended != "" {
		return string(a.Ended)
	}
	kase, err := book.Case(c.ctx, a)
	if err != nil {
		return err.Error()
	}
	text := kase.StandsAt()
	for _, due := range kase.Due() {
		text += "; " + cmd.say(dueBy(due))
	}
	return text
}
