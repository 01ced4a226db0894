// Package conditions answers what the conditions of applications ask, out of what the
// register knows: who is signed in and may act, whose certificate must have signed, which
// files an application has, and what the state systems say.
//
// A newcomer starts with [Answers], whose methods are what an applications.Book is
// wired with. Nothing is decided by default: what cannot be told now leaves the
// application waiting, with the reason.
package conditions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/attachments"
	"tamga/documents/people"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Answers answers for applications. The fields are not changed after the first call;
// methods are safe for concurrent use.
type Answers struct {
	People *people.Book
	// Others answers what is asked of state systems, and the log-in of whoever this
	// register does not know; nil: nobody can tell.
	Others func(ctx context.Context, q applications.Question) (applications.Answer, error)
	// Letterhead is who writes what a program tells by itself, and where that is found;
	// zero: such a step waits.
	Letterhead documents.Letter
}

// Wire has a book of applications ask these answers.
func (a *Answers) Wire(b *applications.Book) {
	a.WireActs(b)
	b.Ask, b.Letter, b.Unsigned = a.Ask, a.Letter, false
}

// WireActs has a book of applications know whose certificates sign, and which files they
// sign, where it was not told.
func (a *Answers) WireActs(b *applications.Book) {
	if b.Signatory == nil {
		b.Signatory = a.Signatory
	}
	if b.Attached == nil {
		b.Attached = Attached
	}
}

// errNobodyTells means that no state system is set up.
var errNobodyTells = errors.New("no state system is set up, and nobody can tell")

// Ask answers one check of a condition.
func (a *Answers) Ask(ctx context.Context, q applications.Question) (applications.Answer, error) {
	switch {
	case q.Check == regulation.CheckLogin && q.Last >= 1 && q.Last <= len(q.Application.Entries) && q.Application.Entries[q.Last-1].Actor.ID != "":
		return a.login(ctx, q, q.Application.Entries[q.Last-1].Actor)
	case a.Others == nil:
		return applications.Answer{}, errNobodyTells
	}
	return a.Others(ctx, q)
}

// login answers whether the person who has done the step before is signed in, and may act
// in his role: for the applicant, or by a duty at the provider. One whose session is over
// is waited for.
func (a *Answers) login(ctx context.Context, q applications.Question, actor applications.Actor) (applications.Answer, error) {
	s, ok, err := a.People.SignedIn(ctx, actor.ID)
	if err != nil {
		return applications.Answer{}, err
	}
	if !ok {
		return applications.Answer{Undecided: "the session of the person is over: who goes on signs in again"}, nil
	}
	ground, denial, err := a.ground(ctx, q, actor, s)
	if err != nil {
		return applications.Answer{}, err
	}
	evidence, err := json.Marshal(map[string]string{"session": s.ID, "level": string(s.Level), "ground": ground, "denied": denial})
	return applications.Answer{Holds: ground != "", Evidence: evidence}, err
}

// ground is by what a person acts in a role, or why he may not.
func (a *Answers) ground(ctx context.Context, q applications.Question, actor applications.Actor, s people.Session) (ground, denial string, err error) {
	now := a.People.Store.Moment()
	if !q.Rules.Applies(actor.Role) {
		service, ok := q.Rules.Service(q.Application.Service)
		if !ok {
			return "", "", fmt.Errorf("edition %s has no service %s", q.Rules.ID, q.Application.Service)
		}
		d, holds, err := people.Holds(ctx, a.People.Store, actor.ID, actor.Role, service.ProviderID, now)
		if err != nil || !holds {
			return "", "duty", err
		}
		return "duty " + d.ID, "", nil
	}
	acting, err := a.People.Acting(ctx, a.People.Store, s.Acting())
	if err != nil {
		return "", "", err
	}
	g, err := people.MayAct(acting, q.Application.Applicant, people.FillIn, now)
	var refused *people.RefusedError
	if errors.As(err, &refused) {
		return "", string(refused.Reason), nil
	}
	return string(g), "", err
}

// Signatory is whose certificate must have signed an act: the person who is signed in;
// for an organisation as its head or with the right to sign, unless he has a power of
// attorney. Of an actor whom the register does not know it is the applicant, or whom the
// act names.
func (a *Answers) Signatory(ctx context.Context, r store.Reader, s applications.Signing) (applications.Expected, error) {
	applies := s.Rules.Applies(s.Actor.Role)
	switch {
	case s.Actor.ID == "" && applies:
		return applications.ExpectedOf(s.Application.Applicant)
	case s.Actor.ID == "":
		return applications.Expected{Name: s.Actor.Person}, nil
	}
	p, err := people.Lookup(ctx, r, s.Actor.ID)
	if err != nil {
		return applications.Expected{}, err
	}
	self, err := applications.ExpectedOf(p.Holder())
	if err != nil || !applies {
		return self, err
	}
	acting, err := a.People.Acting(ctx, r, people.Acting{Natural: p.Natural})
	if err != nil {
		return applications.Expected{}, err
	}
	if _, err := people.MayAct(acting, s.Application.Applicant, people.Sign, s.At); err == nil {
		return self, nil // himself, or by a power of attorney
	}
	party, err := applications.ExpectedOf(s.Application.Applicant)
	if err == nil && s.Application.Applicant.Legal != nil {
		party.IIN, party.Identifier = self.IIN, self.Identifier
	}
	return party, err
}

// Attached are the files of an application, as what is signed names them.
func Attached(ctx context.Context, r store.Reader, application string) ([]applications.Attachment, error) {
	files, err := attachments.Of(ctx, r, application)
	var all []applications.Attachment
	for _, f := range files {
		all = append(all, applications.Attachment{ID: f.ID, Item: f.Item, Name: f.Name, SHA256: f.SHA256})
	}
	return all, err
}

// errNoLetterhead means that nobody has told who writes what programs tell.
var errNoLetterhead = errors.New("nobody has told who writes what programs tell by themselves")

// Letter is a notice that a program tells by itself, and nobody signs.
func (a *Answers) Letter(_ context.Context, c applications.Case, issues applications.Issues) (*documents.Draft, error) {
	if (a.Letterhead == documents.Letter{}) {
		return nil, errNoLetterhead
	}
	if issues.Kind != documents.KindNotice {
		return nil, fmt.Errorf("a program writes no document of the kind %s", issues.Kind)
	}
	service, ok := c.Rules.Service(c.Service)
	if !ok {
		return nil, fmt.Errorf("edition %s has no service %s", c.Rules.ID, c.Service)
	}
	n := &documents.Notice{
		Letter: documents.Letter{Authority: a.Letterhead.Authority, Requisites: a.Letterhead.Requisites},
		Ground: documents.NoticeGround(issues.Ground), Applicant: c.Applicant, Service: documents.OnPaper(service.Name),
	}
	if last := len(c.Entries) - 1; last >= 0 {
		n.FailedCheck = failedChecks()[c.Entries[last].Data.Failed]
	}
	return &documents.Draft{Notice: n}, nil
}

// failedChecks are how a notice names the check of a signature that has failed.
func failedChecks() map[regulation.Check]documents.FailedCheck {
	return map[regulation.Check]documents.FailedCheck{
		regulation.CheckSignaturePeriod: documents.FailedPeriod, regulation.CheckSignatureRevoked: documents.FailedRevoked,
		regulation.CheckSignatureIdentity: documents.FailedIdentity,
	}
}
