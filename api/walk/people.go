package walk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
)

// People are those who act, by what they are on the walk: "APPLICANT" and the other roles
// of the rules, "COMMISSION 2" for the second member; [Stranger], who may not act for the
// applicant; and, for their keys only, [Expired] and [Revoked] of the applicant.
type People interface {
	// Token is of a session of somebody that goes on.
	Token(ctx context.Context, who string) (string, error)
	// Sign signs a text with the key of somebody (CMS).
	Sign(ctx context.Context, who string, text []byte) ([]byte, error)
	// Applicant is for whom is applied by a channel: one whom the state databases know, or
	// another whom they do not know.
	Applicant(c regulation.Channel, known bool) (h documents.Holder, who string)
	// Known is somebody as the register knows him.
	Known(who string) (documents.NaturalPerson, error)
	// Pay pays a payment that the payment gateway has opened: a sum in tenge.
	Pay(ctx context.Context, payment string, tenge int) error
	// Set tells a state system how to behave, as documents/gateways/demo has it.
	Set(ctx context.Context, system, behaviour string) error
}

// Whoever is not a role.
const (
	Stranger = "stranger"
	Expired  = "applicant-expired"
	Revoked  = "applicant-revoked"
)

// opener is the role of whoever opens an application, and does its first step.
func (t *traveller) opener() string { return t.way[0].Step.Actor }

// known reports whether the state databases are to know for whom is applied.
func (t *traveller) known() bool {
	return !slices.ContainsFunc(t.way, func(a paths.Act) bool {
		return a.Exit.On == regulation.OutcomeFail && slices.Contains(a.Step.Checks, regulation.CheckPersonKnown)
	})
}

// token is of whoever acts in a role; none where the walker's own key does. Where the
// log-in of an application is to fail, a stranger has opened it and acts on it.
func (w *Walker) token(ctx context.Context, t *traveller, who string) (string, error) {
	if w.People == nil {
		return "", nil
	}
	if who == "APPLICANT" && t.trial.as != "" {
		return w.People.Token(ctx, t.trial.as)
	}
	estranged := t.trial.as == "" && slices.ContainsFunc(t.way, func(a paths.Act) bool {
		return a.Exit.On == regulation.OutcomeFail && slices.Contains(a.Step.Checks, regulation.CheckLogin)
	})
	if estranged {
		who = Stranger
	}
	return w.People.Token(ctx, who)
}

// sign signs a request, where the step is one to sign, with the key that brings about
// what the condition after it is to find.
func (w *Walker) sign(ctx context.Context, t *traveller, n next, p *posted) error {
	req, ok := p.body.(entryRequest)
	if w.People == nil || !ok || !slices.Contains(n.Signs, req.Role) {
		return nil
	}
	who := req.Role
	if who == "APPLICANT" {
		who = cmp.Or(t.trial.as, who)
	}
	switch {
	case t.trial.signs != "" && t.done+1 < len(t.way) && t.way[t.done+1].Failed != "":
		who = t.trial.signs
	case t.done+1 < len(t.way):
		switch t.way[t.done+1].Failed {
		case regulation.CheckSignaturePeriod:
			who = Expired
		case regulation.CheckSignatureRevoked:
			who = Revoked
		case regulation.CheckSignatureIdentity:
			who = Stranger
		}
	}
	return w.signAs(ctx, t, who, p)
}

// pay pays for an application before the step that the condition of the payment follows,
// where that is to hold, or too little is to be paid.
func (w *Walker) pay(ctx context.Context, t *traveller, token string) error {
	if w.People == nil || t.done+1 == len(t.way) {
		return nil
	}
	next := t.way[t.done+1]
	if next.Exit.On != regulation.OutcomeOK && t.trial.more == 0 || !slices.Contains(next.Step.Checks, regulation.CheckPayment) {
		return nil
	}
	var bill struct {
		Payment string `json:"payment"`
		Tenge   int    `json:"tenge"`
	}
	if err := w.post(ctx, "/v1/applications/"+t.id+"/payment", posted{token: token}, &bill); err != nil {
		return err
	}
	return w.People.Pay(ctx, bill.Payment, bill.Tenge+t.trial.more)
}

// signAs asks what is signed for a request, and adds the signature to it.
func (w *Walker) signAs(ctx context.Context, t *traveller, who string, p *posted) error {
	req, ok := p.body.(entryRequest)
	if w.People == nil || !ok {
		return nil
	}
	var act struct {
		Text []byte `json:"text"`
	}
	if err := w.post(ctx, "/v1/applications/"+t.id+"/act", posted{match: p.match, token: p.token, body: req}, &act); err != nil {
		return err
	}
	var err error
	req.Signature, err = w.People.Sign(ctx, who, act.Text)
	p.body = req
	return err
}

// done looks whether a program of the service has done a step of a system, and with the
// outcome that the facts have.
func (w *Walker) done(ctx context.Context, t *traveller, a paths.Act) error {
	stored, err := w.goneOn(ctx, t)
	for _, help := range w.help(t, a) {
		if err == nil && len(stored.Entries) <= t.entered {
			if err = help(ctx); err == nil {
				stored, err = w.goneOn(ctx, t)
			}
		}
	}
	if err != nil {
		return err
	}
	if len(stored.Entries) <= t.entered {
		return fmt.Errorf("no program has done it")
	}
	e := stored.Entries[t.entered]
	if e.Step != a.Step.ID || e.Outcome != a.Exit.On || e.Failed != string(a.Failed) {
		return fmt.Errorf("a program has entered %s %s %s", e.Step, e.Outcome, e.Failed)
	}
	t.entered++
	t.failed = a.Failed
	return w.rightly(t, e)
}

// help is what lets a condition be decided that waits, one after another.
func (w *Walker) help(t *traveller, a paths.Act) (all []func(context.Context) error) {
	if slices.Contains(a.Step.Checks, regulation.CheckPersonKnown) {
		all = append(all, func(ctx context.Context) error { return w.consent(ctx, t) })
		if t.trial.consent != gives {
			return append(all, func(ctx context.Context) error { return w.byHand(ctx, t, a) })
		}
	}
	return append(all, func(ctx context.Context) error { return w.askAgain(ctx, t, a.Step.ID) })
}

// goneOn are the entries of an application, as it has gone on.
func (w *Walker) goneOn(ctx context.Context, t *traveller) (stored entries, err error) {
	token, err := w.token(ctx, t, t.opener())
	if err != nil {
		return stored, err
	}
	_, err = w.getBy(ctx, token, "/v1/applications/"+t.id+"/entries", &stored)
	return stored, err
}

// consent lets a natural person consent, by his own signature, to what a state database
// is asked about him. Of an organisation nobody asks it.
func (w *Walker) consent(ctx context.Context, t *traveller) error {
	holder, who := w.applicant(t)
	if holder.Natural == nil {
		return nil
	}
	token, err := w.People.Token(ctx, who)
	if err != nil {
		return err
	}
	path := "/v1/applications/" + t.id + "/consent"
	var asked struct {
		State string    `json:"state"`
		Text  []byte    `json:"text"`
		Until time.Time `json:"until"`
	}
	if _, err := w.getBy(ctx, token, path, &asked); err != nil || asked.State != "asked" {
		return err
	}
	switch t.trial.consent {
	case refuses:
		return w.post(ctx, path, posted{token: token, body: map[string]any{"decision": "refuse"}}, &asked)
	case lapses:
		if err := w.Wait(ctx, asked.Until); err != nil {
			return err
		}
		return w.again(ctx, t)
	}
	given := map[string]any{"decision": "give"}
	if given["signature"], err = w.People.Sign(ctx, who, asked.Text); err != nil {
		return err
	}
	return w.post(ctx, path, posted{token: token, body: given}, &asked)
}

// askAgain looks whether an application waits at a condition that could not be decided,
// with the reason, and has it asked again.
func (w *Walker) askAgain(ctx context.Context, t *traveller, step string) error {
	token, err := w.token(ctx, t, t.opener())
	if err != nil {
		return err
	}
	var a application
	if _, err := w.getBy(ctx, token, "/v1/applications/"+t.id, &a); err != nil {
		return err
	}
	if len(a.Waits) == 0 || a.Waits[0].Step != step || a.Waits[0].Reason == "" || a.Position.Step != step {
		return fmt.Errorf("no program has done it, and nothing waits there: %v", a.Waits)
	}
	t.waited = append(t.waited, step)
	if err := w.answers(ctx, t); err != nil {
		return err
	}
	return w.again(ctx, t)
}

// again has the programs try again what an application waits for.
func (w *Walker) again(ctx context.Context, t *traveller) error {
	token, err := w.token(ctx, t, t.opener())
	if err != nil {
		return err
	}
	return w.post(ctx, "/v1/applications/"+t.id+"/advance", posted{token: token}, &application{})
}
