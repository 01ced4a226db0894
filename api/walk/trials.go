package walk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
)

// trial is how persons and systems behave on one way beside those of the plan. What is
// empty is as on the others.
type trial struct {
	name string
	// The application for which it is made: of a service by a channel, on a way on which
	// the condition that asks the check fails, or passes.
	service string
	channel regulation.Channel
	check   regulation.Check
	failed  regulation.Check // of several in a condition
	outcome string
	// company applies, and not the person; as is who acts for whoever applies, and signs
	// with the key of signs.
	company   bool
	as, signs string
	power     power            // that who acts is given
	consent   consenting       // of the person
	more      int              // tenge that are paid more than is due; fewer below zero
	outage    outage           // while the condition is asked at first
	ground    string           // by which the log-in is to hold
	denied    string           // for which it is to fail
	refused   string           // code with which the first signature is refused, and the way ends
	awaits    regulation.Check // what is to be waited for
}

// told is the name of a trial behind its application.
func (x trial) told() string {
	if x.name == "" {
		return ""
	}
	return " (" + x.name + ")"
}

// consenting is what a person does who is asked for his consent.
type consenting string

const (
	gives   consenting = ""
	refuses consenting = "refused"
	lapses  consenting = "lapsed" // does not answer in time
)

// power is a power of attorney.
type power struct {
	kind, number, may string
	ended             bool
}

// outage is a system that behaves otherwise for a while.
type outage struct{ system, behaviour string }

// trials are what is tried beside the ways of the plan: consent, payments, powers of
// attorney, the people of an organisation, and state systems that are away.
func trials() []trial {
	tec, sra, lic := "TEC", "SRA", "LIC-ISSUE"
	const known, paid, login = regulation.CheckPersonKnown, regulation.CheckPayment, regulation.CheckLogin
	const ok, fail = regulation.OutcomeOK, regulation.OutcomeFail
	portal, provider, centre := regulation.Portal, regulation.Provider, regulation.Centre
	return []trial{
		{name: "consent is refused, and what is shown is entered by hand", service: tec, channel: provider, check: known, outcome: ok, consent: refuses},
		{name: "consent is refused, and nothing can be shown", service: sra, channel: provider, check: known, outcome: fail, consent: refuses},
		{name: "consent lapses, and what is shown is entered by hand", service: sra, channel: provider, check: known, outcome: ok, consent: lapses},
		{name: "too little is paid", service: lic, channel: portal, check: paid, outcome: fail, more: -1},
		{name: "too much is paid", service: lic, channel: portal, check: paid, outcome: ok, more: 1},
		{name: "by a power of attorney on paper", service: sra, channel: portal, check: login, outcome: ok, as: "representative", power: power{"document", "paper", "sign", false}, ground: "power"},
		{name: "by a power of attorney of the notaries", service: sra, channel: portal, check: login, outcome: ok, company: true, as: "applicant", power: power{"enis", "DEMO-1", "sign", false}, ground: "power"},
		{name: "by a power of attorney that was ended", service: sra, channel: portal, check: login, outcome: fail, company: true, as: "representative", power: power{"document", "ended", "sign", true}, denied: "power_over"},
		{name: "by a power of attorney to fill in, who signs", service: tec, channel: portal, check: login, outcome: ok, company: true, as: "stranger", power: power{"document", "fill", "fill_in", false}, ground: "power", refused: "may_not_act"},
		{name: "by the head of an organisation", service: sra, channel: portal, check: login, outcome: ok, company: true, as: "company-head", ground: "head"},
		{name: "by an employee with the right to sign", service: sra, channel: portal, check: login, outcome: ok, company: true, as: "company-signer", ground: "right_to_sign"},
		{name: "by another employee, who signs", service: sra, channel: portal, check: login, outcome: ok, company: true, as: "company-employee", ground: "employee", refused: "may_not_act"},
		{name: "with the key of another employee", service: sra, channel: portal, check: regulation.CheckSignatureIdentity, failed: regulation.CheckSignatureIdentity, outcome: fail, company: true, as: "company-head", signs: "company-employee"},
		{name: "by the head of another organisation", service: sra, channel: portal, check: login, outcome: fail, company: true, as: "head", denied: "organisation"},
		{name: "the gateway of payments has no data", service: lic, channel: portal, check: paid, outcome: ok, outage: outage{"PSHEP", "no_data"}, awaits: paid},
		{name: "the database of persons fails", service: lic, channel: provider, check: known, outcome: ok, outage: outage{"GBDFL", "fail"}, awaits: known},
		{name: "the database of organisations hangs", service: lic, channel: centre, check: known, outcome: ok, outage: outage{"GBDUL", "hang"}, awaits: known},
	}
}

// tried are the applications of the trials that are made of a walk.
func (w *Walker) tried(s *regulation.Service, c regulation.Channel, walk *regulation.Walk) (all []*traveller) {
	if w.People == nil {
		return nil
	}
	plan := paths.Plan(walk)
	for n, x := range trials() {
		if x.service != s.ID || x.channel != c || x.consent == lapses && w.Wait == nil {
			continue
		}
		all = append(all, &traveller{service: s, channel: c, walk: walk, way: x.way(plan), nth: len(plan) + n, trial: x})
	}
	return all
}

// way is the first way of a plan on which the condition of a trial ends as it is to, and
// which comes to an end without a hearing where there is one.
func (x trial) way(plan [][]paths.Act) []paths.Act {
	fits := func(way []paths.Act) bool {
		return slices.ContainsFunc(way, func(a paths.Act) bool {
			return slices.Contains(a.Step.Checks, x.check) && a.Exit.On == x.outcome && a.Failed == x.failed
		})
	}
	var found []paths.Act
	for _, way := range plan {
		if fits(way) && (found == nil || !heard(way) && heard(found)) {
			found = way
		}
	}
	return found
}

// heard reports whether a way leads through a hearing.
func heard(way []paths.Act) bool {
	return slices.ContainsFunc(way, func(a paths.Act) bool { return a.Step.Notice == string(documents.NoticeHearing) })
}

// applicant is for whom is applied, and the member who is asked for his consent.
func (w *Walker) applicant(t *traveller) (documents.Holder, string) {
	if t.trial.company {
		return w.People.Applicant(regulation.Centre, true)
	}
	return w.People.Applicant(t.channel, t.known())
}

// prepare gives whoever acts the power of attorney of a trial, before it begins.
func (w *Walker) prepare(ctx context.Context, t *traveller) error {
	p := t.trial.power
	if p.kind == "" {
		return nil
	}
	party, principal := w.applicant(t)
	agent, err := w.People.Known(t.trial.as)
	if err != nil {
		return err
	}
	if _, err := w.People.Token(ctx, t.trial.as); err != nil { // who has an account can be given one
		return err
	}
	token, err := w.People.Token(ctx, principal)
	if err != nil {
		return err
	}
	today := documents.CivilDate(w.Now())
	body := map[string]any{"kind": p.kind, "number": p.number, "representative": map[string]any{"iin": agent.IIN}}
	if p.kind == "document" { // of the others the notaries say it
		body["number"] = p.number + " " + w.Run
		body["issued_on"], body["valid_until"], body["may"] = today, documents.CivilDate(w.Now().AddDate(0, 1, 0)), p.may
	}
	if body["principal"], err = Filled(party); err != nil {
		return err
	}
	var given struct {
		ID  string `json:"id"`
		May string `json:"may"`
	}
	if err := w.post(ctx, "/v1/powers", posted{token: token, body: body}, &given); err != nil {
		return err
	}
	if given.May != p.may {
		return fmt.Errorf("the power of attorney lets him %q", given.May)
	}
	if !p.ended {
		return nil
	}
	return w.post(ctx, "/v1/powers/"+given.ID+"/end", posted{token: token}, &given)
}

// fails lets a system fail before a step after which it is asked.
func (w *Walker) fails(ctx context.Context, t *traveller) error {
	if t.trial.awaits == "" || t.done+1 >= len(t.way) || !slices.Contains(t.way[t.done+1].Step.Checks, t.trial.awaits) {
		return nil
	}
	return w.People.Set(ctx, t.trial.outage.system, t.trial.outage.behaviour)
}

// answers lets it answer again.
func (w *Walker) answers(ctx context.Context, t *traveller) error {
	if t.trial.awaits == "" {
		return nil
	}
	return w.People.Set(ctx, t.trial.outage.system, "answer")
}

// rightly holds what a program has found against what its application is about: the
// ground of the log-in, the consent by which a person is asked about, and that it has
// waited for what could not be told.
func (w *Walker) rightly(t *traveller, e entry) error {
	holder, _ := w.applicant(t)
	for _, f := range e.Found {
		switch {
		case f.Check == t.trial.awaits && !slices.Contains(t.waited, e.Step):
			return errors.New("nothing has waited")
		case w.Edition.Consent.Needed(f.Check) && holder.Natural != nil && (f.Evidence.Consent == nil || t.trial.consent != gives):
			return errors.New("it was found out without consent")
		case f.Check != regulation.CheckLogin:
		case t.trial.ground != "" && f.Evidence.Ground != t.trial.ground, t.trial.denied != "" && f.Evidence.Denied != t.trial.denied:
			return fmt.Errorf("the log-in rests on %q, and is denied for %q", f.Evidence.Ground, f.Evidence.Denied)
		}
	}
	return nil
}

// ends reports whether an answer is the refusal that a trial is about, with which it ends.
func (t *traveller) ends(err error) bool {
	var refused *RefusedError
	return t.trial.refused != "" && errors.As(err, &refused) && refused.Code == t.trial.refused
}

// byHand lets a member of staff enter, under his signature, what a state system was not
// asked, because the person has refused consent or has not answered in time.
func (w *Walker) byHand(ctx context.Context, t *traveller, a paths.Act) error {
	token, err := w.People.Token(ctx, t.opener())
	if err != nil {
		return err
	}
	var before application
	tag, err := w.getBy(ctx, token, "/v1/applications/"+t.id, &before)
	if err != nil {
		return err
	}
	if len(before.Waits) != 1 || !before.Waits[0].ByHand || before.Position.Step != a.Step.ID {
		return fmt.Errorf("nobody is to enter it by hand: %v", before.Waits)
	}
	t.waited, t.hand = append(t.waited, a.Step.ID), a.Step.ID
	p := posted{key: fmt.Sprintf("%s %d", t.id, t.done), match: tag, token: token, body: entryRequest{Step: a.Step.ID, Outcome: a.Exit.On, Role: t.opener()}}
	if err := w.signAs(ctx, t, t.opener(), &p); err != nil {
		return err
	}
	return w.post(ctx, "/v1/applications/"+t.id+"/entries", p, &entered{})
}
