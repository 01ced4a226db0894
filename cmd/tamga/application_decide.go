package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// applicationDecideCommand lists what may be decided, or decides.
type applicationDecideCommand struct {
	Name     string   `arg:"" name:"application" help:"Id or number of the application."`
	Outcome  string   `arg:"" optional:"" help:"What is decided, as the list has it: ok, fail, complete, vote_recognised, return. Without it the list is printed."`
	As       string   `required:"" placeholder:"ROLE" help:"In which role: EXECUTOR, COMMISSION, HEAD; tamga regulation show names them."`
	Reason   []string `sep:"," placeholder:"ID" help:"Ground of the edition, such as RF-DOCS; may be given several times. A refusal has the one of its step without it."`
	KK       string   `name:"kk" placeholder:"TEXT" help:"Why, in Kazakh, in your own words."`
	RU       string   `name:"ru" placeholder:"TEXT" help:"Why, in Russian."`
	Document string   `placeholder:"FILE" help:"Content of the document that the decision issues or hands up, as tamga issue takes it. A refusal without ground and reason takes those of the flags; what it says of the application may be left out."`
	Last     int      `default:"-1" placeholder:"N" help:"Number of the last entry that you know: if there is another by now, nothing is entered."`
	Lang     string   `default:"en" enum:"kk,ru,en" help:"Language of the list: kk, ru or en."`
	// IdempotencyKey is needed to decide, and not for the list.
	IdempotencyKey string `placeholder:"TEXT" help:"Your own name for this request: asking again with the same one gives the same entry, never a second. Needed to decide."`
	actorFlags
}

// Help is shown below the flags' list.
func (applicationDecideCommand) Help() string {
	return `Without an outcome the command lists what the role may decide where the application stands: each outcome, where it leads, what it issues or hands up, and which grounds the edition has. With one it enters the decision, signed by the key of whoever decides where the regulation wants that; the reasons stand in the act that is signed.

The command works on the register itself, as all of tamga application does.

Example:
  tamga application decide KZ65RLA26000001 --as EXECUTOR
  tamga application decide KZ65RLA26000001 fail --as EXECUTOR --reason RF-QUAL --kk "Маман жоқ." --ru "Нет специалиста." --key executor.p12 --password-file password --trust var/trust --idempotency-key d-1`
}

// Run lists, or decides.
func (cmd applicationDecideCommand) Run(c *console) error {
	book, err := applicationFlags{Law: cmd.Law, Calendar: cmd.Calendar, registerFlags: cmd.registerFlags}.existing(c)
	if err != nil {
		return err
	}
	kase, err := applicationFlags{}.found(c, book, cmd.Name)
	if closed := book.Register.Store.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	moves := decisions(kase, cmd.As)
	if cmd.Outcome == "" {
		return cmd.list(c, kase, moves)
	}
	if cmd.IdempotencyKey == "" {
		return usagef("--idempotency-key names the decision")
	}
	if err := cmd.grounds(kase); err != nil {
		return err
	}
	m, before, err := cmd.chosen(kase, moves)
	if err != nil {
		return err
	}
	err = cmd.decide(c, kase, m)
	if errors.Is(err, store.ErrKeyReused) && before != nil {
		return cmd.decide(c, kase, *before) // it was decided before, at a step that has passed
	}
	return err
}

// decide enters the decision.
func (cmd applicationDecideCommand) decide(c *console, kase applications.Case, m regulation.Move) error {
	req, err := cmd.request(c, kase, m)
	if err != nil {
		return err
	}
	return cmd.enter(c, req)
}

// decisions are the moves that a role may make where an application stands, and those
// beside them.
func decisions(kase applications.Case, role string) []regulation.Move {
	var all []regulation.Move
	for _, m := range kase.Walk.Moves(kase.Place()) {
		if m.Step.By(kase.Rules, role) && !m.Step.BySystem(kase.Rules) {
			all = append(all, m)
		}
	}
	for _, b := range kase.Rules.Beside {
		if b.Act != regulation.Return {
			continue
		}
		back := applications.Act{Actor: applications.Actor{Role: role}, Step: string(b.Act), Outcome: "done"}
		if m, err := kase.May(back); err == nil {
			all = append(all, m)
		}
	}
	return all
}

// list prints what may be decided.
func (cmd applicationDecideCommand) list(c *console, kase applications.Case, moves []regulation.Move) error {
	say := applicationShowCommand{applicationFlags: applicationFlags{Lang: cmd.Lang}}
	p := &printer{}
	p.line("Stands at %s", say.place(kase, kase.Place()))
	if len(moves) == 0 {
		p.line("There is nothing to decide in the role %s.", cmd.As)
	}
	for _, m := range moves {
		p.line("%s", outcomeOf(m))
		p.in(func() { cmd.describe(p, kase, m) })
	}
	if service, ok := kase.Rules.Service(kase.Service); ok && len(moves) > 0 {
		for _, id := range service.Grounds {
			notice, _ := kase.Rules.Notice(id) // there by the compilation
			p.field("Ground", "%s: %s", id, say.say(notice.Text))
		}
	}
	return p.flush(c.out)
}

// outcomeOf is how a decision is named.
func outcomeOf(m regulation.Move) string {
	if m.Step.ID == string(regulation.Return) {
		return m.Step.ID
	}
	return m.Exit.On
}

// describe prints what a decision does.
func (cmd applicationDecideCommand) describe(p *printer, kase applications.Case, m regulation.Move) {
	to := m.To.Name()
	if m.To.End != "" {
		to = "the end: " + string(m.To.End)
	}
	p.field("Leads to", "%s", to)
	if made := kase.Issues(m); made.Kind != "" {
		p.field("Issues", "%s", strings.TrimSpace(string(made.Kind)+" "+made.Ground))
	}
	if up := kase.HandsUp(m); up.Kind != "" {
		p.field("Hands up", "%s", strings.TrimSpace(string(up.Kind)+" "+up.Ground))
	}
	if kase.Signs(m, cmd.As) {
		p.field("Signed by", "%s", cmd.As)
	}
}

// grounds refuses reasons that the edition does not have.
func (cmd applicationDecideCommand) grounds(kase applications.Case) error {
	service, ok := kase.Rules.Service(kase.Service)
	if !ok {
		return fmt.Errorf("edition %s has no service %s", kase.Rules.ID, kase.Service)
	}
	for _, id := range cmd.Reason {
		if !slices.Contains(service.Grounds, id) {
			return usagef("--reason: service %s has no ground %q, and these: %s", service.ID, id, strings.Join(service.Grounds, ", "))
		}
	}
	return nil
}

// request is the entry of the decision.
func (cmd applicationDecideCommand) request(c *console, kase applications.Case, m regulation.Move) (applications.EnterRequest, error) {
	req := applications.EnterRequest{
		IdempotencyKey: cmd.IdempotencyKey, Application: cmd.Name, Last: cmd.Last, AnyState: cmd.Last < 0,
		Act: applications.Act{Actor: applications.Actor{Role: cmd.As}, Step: m.Step.ID, Outcome: m.Exit.On},
	}
	var err error
	if req.Values, err = cmd.written(m); err != nil || cmd.Document == "" {
		return req, err
	}
	draft, err := readDraft(c, cmd.Document)
	if err == nil {
		err = cmd.refuses(kase, m, &draft)
	}
	req.Document = &draft
	return req, err
}

// chosen is the move that an outcome names, and the one that the role has made so before,
// for a request that was made then.
func (cmd applicationDecideCommand) chosen(kase applications.Case, moves []regulation.Move) (m regulation.Move, before *regulation.Move, err error) {
	for _, e := range kase.Entries {
		step, ok := kase.Walk.Step(e.Step)
		if beside, is := kase.Rules.BesideOf(regulation.BesideAct(e.Step)); is {
			step, ok = &regulation.Step{ID: e.Step, Name: beside.Name, Actor: e.Actor.Role}, true
		}
		if !ok || e.Actor.Role != cmd.As {
			continue
		}
		exit, _ := step.Exit(e.Outcome)
		exit.On = e.Outcome
		made := regulation.Move{Step: step, Exit: exit, To: e.To}
		if outcomeOf(made) == cmd.Outcome {
			before = &made
		}
	}
	var may []string
	for _, m := range moves {
		if outcomeOf(m) == cmd.Outcome {
			return m, before, nil
		}
		may = append(may, outcomeOf(m))
	}
	switch {
	case before != nil:
		return *before, nil, nil
	case len(may) == 0:
		return m, nil, fmt.Errorf("there is nothing to decide in the role %s: the application stands at %s", cmd.As, cmd.stands(kase))
	}
	return m, nil, fmt.Errorf("%q cannot be decided in the role %s, and this can: %s", cmd.Outcome, cmd.As, strings.Join(may, ", "))
}

// stands says where an application stands.
func (applicationDecideCommand) stands(kase applications.Case) string {
	if kase.Ended != "" {
		return "the end: " + string(kase.Ended)
	}
	return kase.StandsAt()
}

// written is what the entry says of the reasons.
func (cmd applicationDecideCommand) written(m regulation.Move) (json.RawMessage, error) {
	said := map[string]any{}
	if len(cmd.Reason) > 0 {
		said["grounds"] = cmd.Reason
	}
	text := documents.Text{KK: cmd.KK, RU: cmd.RU}
	switch {
	case text == documents.Text{}:
	case outcomeOf(m) == string(regulation.Return):
		said["reason"] = strings.TrimSpace(cmd.KK + " " + cmd.RU)
	default:
		said["text"] = text
	}
	if len(said) == 0 {
		return nil, nil
	}
	return json.Marshal(said)
}

// refuses gives a refusal the ground of its step and the reason of the flags, where it
// leaves them open, and refuses other grounds.
func (cmd applicationDecideCommand) refuses(kase applications.Case, m regulation.Move, d *documents.Draft) error {
	ground := kase.Issues(m).Ground
	if up := kase.HandsUp(m); up.Ground != "" {
		ground = up.Ground
	}
	if d.Refusal == nil || ground == "" {
		return nil
	}
	if len(cmd.Reason) > 0 && !slices.Contains(cmd.Reason, ground) {
		return usagef("--reason: %s %s refuses by %s", m.Step.ID, m.Exit.On, ground)
	}
	if d.Refusal.Ground == "" {
		d.Refusal.Ground = documents.RefusalGround(ground)
	}
	if (d.Refusal.Reason == documents.Text{}) {
		d.Refusal.Reason = documents.Text{KK: cmd.KK, RU: cmd.RU}
	}
	return nil
}
