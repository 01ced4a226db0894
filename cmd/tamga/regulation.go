package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/regulation/diagram"
	"tamga/language"
)

// regulationCommands show the law as data, and keep the rows of operators.
type regulationCommands struct {
	List      regulationListCommand      `cmd:"" help:"List editions, services and routes."`
	Show      regulationShowCommand      `cmd:"" help:"Print a route step by step, or draw it."`
	Sentences regulationSentencesCommand `cmd:"" help:"Print what documents say because the law has it so, on a day."`
	Check     regulationCheckCommand     `cmd:"" help:"Judge an edition (JSON) as it would be at the start of the service."`
	Enter     enterCommand               `cmd:"" help:"Enter an edition, days of the calendar or an index into a register."`
	Confirm   confirmCommand             `cmd:"" help:"Confirm what another person has entered or withdrawn."`
	Withdraw  withdrawCommand            `cmd:"" help:"Take a row out, which another person confirms."`
	Rows      rowsCommand                `cmd:"" help:"List what was entered, by whom, and how it stands."`
}

// regulationFlags say which law and in which language.
type regulationFlags struct {
	Data string `placeholder:"FILE" help:"Edition (JSON) that is added to those that the program carries, or takes the place of the one of its name."`
	Lang string `default:"en" enum:"kk,ru,en" help:"Language of the answer: kk, ru or en."`
}

// compile reads the editions, and refuses those that say what cannot be.
func (f regulationFlags) compile(c *console) (*regulation.Law, error) {
	editions, err := f.editions(c)
	if err != nil {
		return nil, err
	}
	return regulation.Compile(editions...)
}

// editions reads the editions that the program carries, and the one of the file.
func (f regulationFlags) editions(c *console) ([]regulation.Edition, error) {
	editions, err := regulation.Shipped()
	if err != nil || f.Data == "" {
		return editions, err
	}
	b, err := c.read(f.Data, maxLawFile)
	if err != nil {
		return nil, err
	}
	added, err := regulation.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Data, err)
	}
	return append(editions, added), nil
}

// say chooses the language of a text.
func (f regulationFlags) say(t language.Text) string { return t.In(language.Lang(f.Lang)) }

// draft marks what is not in the seeds.
func (f regulationFlags) draft(s regulation.Source) string {
	if s.Draft() {
		return " [" + f.say(regulation.DraftLabel()) + "]"
	}
	return ""
}

// regulationListCommand lists.
type regulationListCommand struct{ regulationFlags }

// Run prints each edition with what it owns.
func (cmd regulationListCommand) Run(c *console) error {
	law, err := cmd.compile(c)
	if err != nil {
		return err
	}
	p := &printer{}
	for _, e := range law.Editions() {
		until := ""
		if !e.Until.IsZero() {
			until = e.Until.String()
		}
		mark := ""
		if e.Draft {
			mark = " [" + cmd.say(regulation.DraftLabel()) + "]"
		}
		p.line("%s  %s – %s%s", e.Version(), e.From, until, mark)
		p.in(func() {
			p.wrapped("", cmd.say(e.Title))
			for i := range e.Services {
				cmd.service(p, e, &e.Services[i])
			}
			for _, r := range e.Rights {
				cmd.rights(p, r)
			}
			for _, r := range e.Routes {
				p.wrapped(fmt.Sprintf("%-6s", r.ID), cmd.say(r.Title)+" ("+counts(r)+")"+cmd.draft(r.Source))
			}
		})
	}
	return p.flush(c.out)
}

// service prints a service in two lines.
func (cmd regulationListCommand) service(p *printer, e *regulation.Edition, s *regulation.Service) {
	p.wrapped(fmt.Sprintf("%-12s", s.ID), cmd.say(s.Name))
	var facts []string
	if term := s.Term.Value.Label(); term.Whole() {
		facts = append(facts, cmd.say(term)+cmd.draft(s.Term.Source))
	} else {
		facts = append(facts, "the sum of the actions"+cmd.draft(s.Term.Source))
	}
	for _, m := range e.MCI {
		if tenge, _, ok := e.FeeOf(s, m.Year); ok {
			facts = append(facts, fmt.Sprintf("%d: %d ₸%s", m.Year, tenge, cmd.draft(s.Fee.Source)))
		}
	}
	if s.Validity != nil {
		facts = append(facts, cmd.say(s.Validity.Value.Label())+cmd.draft(s.Validity.Source))
	}
	for _, channel := range []regulation.Channel{regulation.Portal, regulation.Provider, regulation.Centre} {
		if route, ok := s.Routes[channel]; ok {
			facts = append(facts, cmd.say(channel.Label())+" "+route)
		}
	}
	p.wrapped(strings.Repeat(" ", 12), strings.Join(facts, "; "))
}

// rights prints what may happen to documents of a kind.
func (cmd regulationListCommand) rights(p *printer, r regulation.Rights) {
	events := make([]string, len(r.Events))
	for i, e := range r.Events {
		events[i] = cmd.say(e.Label())
	}
	p.wrapped("", cmd.say(r.Kind.Title())+": "+strings.Join(events, ", ")+cmd.draft(r.Source))
}

// counts tells how many processes, conditions and actions of the regulation a
// route has.
func counts(r regulation.Route) string {
	n := map[regulation.StepKind]int{}
	for _, s := range r.Steps {
		if s.Number != 0 {
			n[s.Kind]++
		}
	}
	if r.Kind == regulation.ActionRoute {
		return strconv.Itoa(n[regulation.Action]) + " actions"
	}
	return fmt.Sprintf("%d processes, %d conditions", n[regulation.Process], n[regulation.Condition])
}

// regulationShowCommand shows a route.
type regulationShowCommand struct {
	regulationFlags
	Route   string `arg:"" help:"The route, such as L-P."`
	Edition string `placeholder:"ID" help:"The edition; without it the earliest that has the route."`
	SVG     bool   `name:"svg" help:"Draw the route instead (SVG on standard output)."`
	At      string `placeholder:"STEP" help:"Light a step of the drawing."`
}

// Help is shown below the flags' list.
func (regulationShowCommand) Help() string {
	return `Example:
  tamga regulation show L-P
  tamga regulation show T-aP --edition 2026-draft --lang kk
  tamga regulation show S-U --svg --lang ru > s-u.svg`
}

// find returns the route that was asked for.
func (cmd regulationShowCommand) find(law *regulation.Law) (*regulation.Edition, *regulation.Route, error) {
	if cmd.Edition == "" {
		e, r, ok := law.Route(cmd.Route)
		if !ok {
			return nil, nil, usagef("no edition has a route %q; tamga regulation list names them", cmd.Route)
		}
		return e, r, nil
	}
	e, ok := law.Edition(cmd.Edition)
	if !ok {
		return nil, nil, usagef("there is no edition %q; tamga regulation list names them", cmd.Edition)
	}
	r, ok := e.Route(cmd.Route)
	if !ok {
		return nil, nil, usagef("edition %s has no route %q", e.ID, cmd.Route)
	}
	return e, r, nil
}

// Run prints the route.
func (cmd regulationShowCommand) Run(c *console) error {
	law, err := cmd.compile(c)
	if err != nil {
		return err
	}
	e, r, err := cmd.find(law)
	if err != nil {
		return err
	}
	if _, known := r.Step(cmd.At); cmd.At != "" && !known {
		return usagef("route %s has no step %q", r.ID, cmd.At)
	}
	if cmd.SVG {
		_, err := c.out.Write(diagram.Draw(e, r, diagram.Options{Language: language.Lang(cmd.Lang), At: cmd.At}))
		return err
	}
	p := &printer{}
	p.line("%s  %s%s", r.ID, cmd.say(r.Title), cmd.draft(r.Source))
	p.in(func() {
		p.wrapped("", e.Version()+"; "+cmd.say(e.Title))
		if r.Seed != "" {
			p.wrapped("", r.Seed)
		}
		for _, l := range r.Links {
			before := ""
			if len(l.Before) > 0 {
				before = ", after " + strings.Join(l.Before, ", ")
			}
			p.wrapped("", l.Step+" is performed by "+strings.Join(l.Actions, ", ")+before)
		}
	})
	for i := range r.Steps {
		cmd.step(p, e, &r.Steps[i])
	}
	return p.flush(c.out)
}

// step prints a step: what it is, who acts where, what is asked, where it leads,
// and what the regulation writes where that differs.
func (cmd regulationShowCommand) step(p *printer, e *regulation.Edition, s *regulation.Step) {
	number := ""
	if s.Number != 0 {
		number = " " + strconv.Itoa(s.Number)
	}
	p.line("%s  %s%s%s", s.ID, s.Kind, number, cmd.draft(s.Source))
	p.in(func() {
		p.wrapped("", cmd.say(s.Name))
		p.field("Who", "%s", cmd.say(e.NameOf(s.Actor))+cmd.where(e, s))
		p.field("Seed", "%s", s.Seed)
		p.field("Asks", "%s", checks(s.Checks))
		p.field("Signed by", "%s", cmd.names(e, s.Signs))
		p.field("Makes", "%s", cmd.makes(e, s))
		p.field("Ends with", "%s", cmd.say(s.Completion))
		p.field("Norm", "%s", cmd.norm(s.Norm))
		for _, x := range s.Exits {
			to := x.To
			if to == "" {
				to = "end: " + string(x.End)
			}
			p.field("→ "+x.On, "%s", to+cmd.draft(x.Source))
		}
		cmd.written(p, s)
	})
}

func (cmd regulationShowCommand) where(e *regulation.Edition, s *regulation.Step) string {
	if len(s.Systems) == 0 || slices.Equal(s.Systems, []string{s.Actor}) {
		return ""
	}
	return "; " + cmd.names(e, s.Systems)
}

func (cmd regulationShowCommand) names(e *regulation.Edition, ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = cmd.say(e.NameOf(id))
	}
	return strings.Join(names, ", ")
}

func checks(all []regulation.Check) string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = string(c)
	}
	return strings.Join(names, ", ")
}

// makes says what comes of a step.
func (cmd regulationShowCommand) makes(e *regulation.Edition, s *regulation.Step) string {
	var all []string
	if n, ok := e.Notice(s.Notice); ok {
		all = append(all, n.ID+": "+cmd.say(n.Text)+cmd.draft(n.Source))
	}
	if s.Assigns != "" {
		all = append(all, strings.ReplaceAll(s.Assigns, "_", " "))
	}
	for _, kind := range slices.Compact([]documents.Kind{s.Produces, s.Result}) {
		if title := kind.Title(); kind != "" {
			all = append(all, language.Text(title).In(language.Lang(cmd.Lang)))
		}
	}
	return strings.Join(all, "; ")
}

// norm says how long a step takes.
func (cmd regulationShowCommand) norm(n *regulation.Norm) string {
	switch {
	case n == nil:
		return ""
	case n.ByService:
		return "the term of the service"
	case n.MaxSeconds > n.MinSeconds:
		return fmt.Sprintf("%d to %d seconds, measured", n.MinSeconds, n.MaxSeconds)
	case n.MaxSeconds != 0:
		return fmt.Sprintf("%d seconds, measured", n.MaxSeconds)
	}
	return cmd.say(n.Term.Label())
}

// written prints the values as the regulation writes them, beside those above.
func (cmd regulationShowCommand) written(p *printer, s *regulation.Step) {
	if w := s.Written; w != nil {
		p.line("As written:")
		p.in(func() {
			p.field("system", "%s", w.System)
			p.field("performer", "%s", w.Performer)
			p.field("action", "%s", w.Action)
			p.field("completion", "%s", w.Completion)
			p.field("norm", "%s", strings.Trim(w.Norm+" / "+w.NormRU, " /"))
			p.field("next", "%s", w.Next)
		})
	}
	p.field("Read", "%s", s.Read)
	p.field("Note", "%s", s.Note)
}

// regulationCheckCommand judges a file.
type regulationCheckCommand struct {
	File string `arg:"" help:"The edition (JSON)."`
}

// Run compiles the edition after those that the program carries.
func (cmd regulationCheckCommand) Run(c *console) error {
	law, err := regulationFlags{Data: cmd.File}.compile(c)
	if err != nil {
		return err
	}
	p := &printer{}
	for _, e := range law.Editions() {
		p.line("%s  %d services, %d routes", e.Version(), len(e.Services), len(e.Routes))
	}
	return p.flush(c.out)
}
