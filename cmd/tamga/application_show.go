package main

import (
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
	"tamga/documents/regulation/diagram"
	"tamga/language"
)

// applicationShowCommand shows an application.
type applicationShowCommand struct {
	Name string `arg:"" name:"application" help:"Id or number of the application."`
	At   string `placeholder:"MOMENT" help:"Tell where it stood then (2026-11-24T09:00 in civil time, or RFC 3339), instead of what is due now."`
	applicationFlags
}

// Help is shown below the flags' list.
func (applicationShowCommand) Help() string {
	return `What is due says how it was counted, day by day; a year whose calendar is not entered is told and stops nothing. What a condition asks, such as a log-in or a payment, was stated by whoever entered its outcome: the entries say so.

Example:
  tamga application show KZ65RLA26000001
  tamga application show 5f0c1d2e3a4b5c6d --at 2026-11-24T09:00`
}

// Run prints the application.
func (cmd applicationShowCommand) Run(c *console) error {
	at, err := momentFlag(cmd.At)
	if err != nil {
		return err
	}
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	kase, err := cmd.found(c, book, cmd.Name)
	if err != nil {
		return err
	}
	p := &printer{}
	cmd.head(p, kase)
	if !at.IsZero() {
		p.field("Stood at", "%s", cmd.place(kase, kase.Position(at)))
		return p.flush(c.out)
	}
	p.field("Stands at", "%s", cmd.place(kase, kase.Place()))
	cmd.moves(p, kase)
	cmd.due(p, kase)
	twins, err := book.Twins(c.ctx, kase)
	if err != nil {
		return err
	}
	cmd.twins(p, twins)
	for _, e := range kase.Entries {
		cmd.entry(p, kase, e)
	}
	return p.flush(c.out)
}

// momentFlag reads a moment, or the zero time where none is named.
func momentFlag(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := calendar.ParseMoment(text)
	if err != nil {
		return at, usageError{err}
	}
	return at, nil
}

// head prints what an application is. The number of a person stands in no answer.
func (cmd applicationShowCommand) head(p *printer, c applications.Case) {
	title := "Application " + c.ID
	if c.Number != "" {
		title = "Application № " + c.Number + " (" + c.ID + ")"
	}
	p.line("%s", title)
	route := c.Walk.Routes()[0]
	service, _ := c.Rules.Service(c.Service)
	p.field("Service", "%s: %s", service.ID, cmd.say(service.Name))
	p.field("Route", "%s: %s", route.ID, cmd.say(route.Title))
	p.field("Edition", "%s", c.Edition)
	if now := c.Rules.Version(); now != c.Edition {
		p.field("Judged by", "%s, as its data is now", now)
	}
	p.field("Applicant", "%s", c.Applicant.FullName(documentLang(cmd.Lang)))
	p.field("Opened", "%s", documents.PrintedMoment(c.OpenedAt))
	p.field("Registered", "%s", documents.PrintedMoment(c.RegisteredAt))
}

// documentLang is the language of a document's page that is nearest to a language.
func documentLang(lang string) documents.Lang {
	if lang == string(documents.KK) {
		return documents.KK
	}
	return documents.RU
}

// place says a place in words.
func (cmd applicationShowCommand) place(c applications.Case, p regulation.Place) string {
	switch {
	case p.End != "":
		return "the end: " + string(p.End)
	case p == (regulation.Place{}):
		return "the beginning"
	}
	step, ok := c.Walk.Step(p.Name())
	if !ok {
		return p.Name()
	}
	text := step.ID + ": " + cmd.say(step.Name) + " (" + cmd.say(c.Rules.NameOf(step.Actor)) + ")"
	if p.Action != "" {
		text += ", which performs " + p.Step
	}
	return text
}

// moves prints what may be done now, and by whom.
func (cmd applicationShowCommand) moves(p *printer, c applications.Case) {
	for _, m := range c.Walk.Moves(c.Place()) {
		to := m.To.Name()
		if m.To.End != "" {
			to = "the end: " + string(m.To.End)
		}
		text := m.Step.Actor + " " + m.Step.ID + " " + m.Exit.On + " → " + to
		if issues := c.Issues(m); issues.Kind != "" {
			text += "; issues " + strings.TrimSpace(string(issues.Kind)+" "+issues.Ground)
			if !issues.Needed {
				text += ", or none"
			}
		}
		p.field("May", "%s", text)
	}
}

// due prints what is due, and how it was counted.
func (cmd applicationShowCommand) due(p *printer, c applications.Case) {
	for _, d := range c.Due() {
		p.field("Due", "%s", cmd.say(dueBy(d)))
		p.in(func() {
			for _, n := range d.Counts {
				for _, line := range n.Explain() {
					p.wrapped("", cmd.say(line))
				}
			}
		})
	}
}

// dueBy says what is due until when.
func dueBy(d applications.Due) language.Text {
	what := string(d.Of)
	if d.Step != "" {
		what += " " + d.Step
	}
	at, missing := d.Ends()
	if missing != 0 {
		year := calendar.MissingYear(missing)
		return language.Text{KK: what + ": " + year.KK, RU: what + ": " + year.RU, EN: what + ": " + year.EN}
	}
	return language.Same(what + ": " + documents.PrintedTime(at))
}

// entry prints an entry.
func (cmd applicationShowCommand) entry(p *printer, c applications.Case, e applications.Entry) {
	under := ""
	if e.Under != "" {
		under = strings.TrimSpace(", " + e.Under + " " + e.UnderOutcome)
	}
	p.line("%d  %s  %s %s%s", e.Seq, documents.PrintedTime(e.At), e.Step, e.Outcome, under)
	p.in(func() {
		p.wrapped("", e.Actor.Role+": "+e.Actor.Person)
		if step, ok := c.Walk.Step(e.Step); ok {
			p.wrapped("", cmd.say(step.Name))
		}
		p.field("Stated", "%s", checks(e.Data.Stated))
		if e.Data.Unsigned {
			p.field("Unsigned", "the step is one to sign, and nobody did")
		}
		p.field("Failed by", "%s", string(e.Data.Failed))
		p.field("Document", "%s", e.Document)
		p.field("Waits", "%s", e.Data.Waits)
		if took, norm := c.Took(e); norm != nil {
			p.field("Took", "%s; norm: %s", took.Round(time.Second), regulationShowCommand{regulationFlags: regulationFlags{Lang: cmd.Lang}}.norm(norm))
		}
	})
}

// applicationDiagramCommand draws.
type applicationDiagramCommand struct {
	Name    string `arg:"" name:"application" help:"Id or number of the application."`
	Actions bool   `help:"Draw the actions of the staff by which the route is performed, instead of the route of the information systems."`
	At      string `placeholder:"MOMENT" help:"Light where it stood then (2026-11-24T09:00 in civil time, or RFC 3339), not where it stands now."`
	Out     string `default:"-" placeholder:"FILE" help:"Where to write the drawing, SVG (default: standard output)."`
	Force   bool   `help:"Replace that file if it exists."`
	applicationFlags
}

// Help is shown below the flags' list.
func (applicationDiagramCommand) Help() string {
	return `The symbols are those of the legends of the regulations. Steps that were passed are green, the one at which the application stands is lit.

Example:
  tamga application diagram KZ65RLA26000001 --lang ru --out route.svg`
}

// Run draws the route.
func (cmd applicationDiagramCommand) Run(c *console) error {
	at, err := momentFlag(cmd.At)
	if err != nil {
		return err
	}
	if at.IsZero() {
		at = c.now()
	}
	target := output{path: cmd.Out, mode: 0o644, force: cmd.Force}
	if err := target.check(); err != nil {
		return err
	}
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	kase, err := cmd.found(c, book, cmd.Name)
	if err != nil {
		return err
	}
	routes := kase.Walk.Routes()
	if cmd.Actions && len(routes) == 1 {
		return usagef("route %s is performed by no actions", routes[0].ID)
	}
	opt := diagram.Options{Language: language.Lang(cmd.Lang), At: kase.Position(at).Step, Made: kase.Made(at)}
	route := routes[0]
	if cmd.Actions {
		route, opt.At = routes[1], kase.Position(at).Action
	}
	return target.write(c, diagram.Draw(kase.Rules, route, opt))
}
