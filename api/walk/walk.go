// Package walk takes applications through every path of every flow of an edition, over
// the programming interface of a service that runs somewhere, as its clients would: it
// opens them, does one step after another, lets time pass where a hearing asks it, and
// looks whether what is issued is in force, genuine and found by the public check.
//
// A newcomer starts with [Walker.Walk]. What was walked is not what was asked for but
// what the service has stored: at the end every application is read again, and its
// entries are counted against the flow data that the walker has.
package walk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
)

// Walker walks. The fields are not changed after the first call.
type Walker struct {
	URL    string // of the service, without a slash at the end
	Key    string // of a client that may open applications, enter steps and read documents
	Client *http.Client
	// Edition is the flow data that is walked and counted against: that in force, as
	// the program carries it and whatever the service has.
	Edition *regulation.Edition
	Days    *calendar.Calendar
	Signer  Signer
	Now     func() time.Time // the clock of the service
	// Wait lets time pass until a moment; nil where nobody can. Ways that lead through
	// a hearing are not gone then, and are missing in the report.
	Wait func(ctx context.Context, until time.Time) error
	// People are those who do the steps of persons, each by a session and key of his own:
	// then nothing is stated, and the programs of the service do the steps of systems.
	// Nil: the walker's key does and states everything.
	People People
	// Only chooses what is walked; nil for all services by all channels.
	Only func(s *regulation.Service, c regulation.Channel) bool
	// Run names the walk in idempotency keys: another walk has another name.
	Run string
}

// Signer is who signs the documents that steps issue, as they print him.
type Signer struct {
	Authority  documents.Text `json:"authority"`
	Requisites documents.Text `json:"requisites"`
	Position   documents.Text `json:"position"`
	Name       string         `json:"name"`
}

// ErrIncomplete means that a walk has not gone every path.
var ErrIncomplete = errors.New("not every path was walked")

// traveller is an application on its way.
type traveller struct {
	service *regulation.Service
	channel regulation.Channel
	walk    *regulation.Walk
	way     []paths.Act
	nth     int // which way of the plan it is
	// matter tells what it is about from what all others are: of two that have the same the
	// later meets the earlier.
	matter  string
	done    int // acts of the way
	id      string
	decided int              // times that it was decided on the same matter
	failed  regulation.Check // of the act before
	entered int              // entries that were looked at
	waited  []string         // conditions that could not be decided, and then were
	hand    string           // the condition that an official has entered by hand
	trial   trial            // how persons and systems behave; zero on the ways of the plan
	// What was issued on the way and later documents rest on.
	conclusion, hearing documents.Draft
	until               time.Time // when the hearing is held; zero while none is to come
}

// Walk walks, and returns what was walked. When anything is missing or wrong the error
// is [ErrIncomplete], and the report says what; any other error means that the walk
// could not be made.
func (w *Walker) Walk(ctx context.Context) (Report, error) {
	r := Report{Edition: w.Edition.Version()}
	var all []*traveller
	paths.EachWalk(w.Edition, func(s *regulation.Service, c regulation.Channel, walk *regulation.Walk) {
		if w.Only != nil && !w.Only(s, c) {
			return
		}
		for n, way := range paths.Plan(walk) {
			all = append(all, &traveller{service: s, channel: c, walk: walk, way: way, nth: n})
		}
		all = append(all, w.tried(s, c, walk)...)
	})
	w.apportion(all)
	for going := slices.Clone(all); len(going) > 0; {
		for _, t := range going {
			if err := w.advance(ctx, t); err != nil {
				r.fail("%s %s, application %s%s: %v", t.service.ID, t.channel, t.id, t.trial.told(), errors.Join(err, w.answers(ctx, t)))
				t.done = len(t.way)
			}
		}
		going = slices.DeleteFunc(going, func(t *traveller) bool { return t.done == len(t.way) })
		if len(going) == 0 || w.Wait == nil {
			break
		}
		latest := slices.MaxFunc(going, func(a, b *traveller) int { return a.until.Compare(b.until) })
		if err := w.Wait(ctx, latest.until); err != nil {
			return r, err
		}
	}
	if err := w.count(ctx, all, &r); err != nil {
		return r, err
	}
	w.countDecided(all, &r)
	if !r.Whole() {
		return r, ErrIncomplete
	}
	return r, nil
}

// advance lets an application go on its way, to the end or to a hearing that is still
// to be held.
func (w *Walker) advance(ctx context.Context, t *traveller) error {
	if t.id == "" {
		if err := errors.Join(w.prepare(ctx, t), w.open(ctx, t)); err != nil {
			return err
		}
	}
	for t.done < len(t.way) {
		if w.Now().Before(t.until) {
			return nil
		}
		t.until = time.Time{}
		err := w.act(ctx, t, t.way[t.done])
		if t.ends(err) {
			t.done = len(t.way)
			return nil
		}
		if err != nil {
			return fmt.Errorf("step %s %s: %w", t.way[t.done].Step.ID, t.way[t.done].Exit.On, err)
		}
		t.done++
	}
	if t.trial.refused != "" {
		return fmt.Errorf("nothing was refused with %s", t.trial.refused)
	}
	return nil
}

// act does a step, and looks whether the service has done just that.
func (w *Walker) act(ctx context.Context, t *traveller, a paths.Act) error {
	if w.People != nil && a.Step.BySystem(w.Edition) {
		return w.done(ctx, t, a)
	}
	if err := w.vote(ctx, t, a); err != nil {
		return err
	}
	token, err := w.token(ctx, t, a.Step.Actor)
	if err != nil {
		return err
	}
	var before application
	tag, err := w.getBy(ctx, token, "/v1/applications/"+t.id, &before)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(before.Next, func(n next) bool { return n.Step == a.Step.ID && n.Outcome == a.Exit.On })
	if i < 0 {
		return fmt.Errorf("it is not among what may be done at %s%s", before.Position.Step, before.Position.End)
	}
	req := entryRequest{Step: a.Step.ID, Outcome: a.Exit.On, Role: a.Step.Actor, Failed: string(a.Failed)}
	if w.People == nil {
		req.Person = "Walker as " + a.Step.Actor
	}
	if t.grants(before.Next[i]) {
		if tag, err = w.decide(ctx, t, a, seen{before.SameMatter, tag}); err != nil {
			return fmt.Errorf("same matter: %w", err)
		}
	}
	if content := before.Next[i].content(); content.kind != "" {
		d, err := w.draft(t, a, content)
		if err != nil {
			return err
		}
		if req.Document, err = Filled(d); err != nil {
			return err
		}
	}
	p := posted{key: fmt.Sprintf("%s %d", t.id, t.done), match: tag, token: token, body: req}
	if err := errors.Join(w.pay(ctx, t, token), w.fails(ctx, t)); err != nil {
		return err
	}
	if err := w.sign(ctx, t, before.Next[i], &p); err != nil {
		return err
	}
	var after entered
	if err := w.post(ctx, "/v1/applications/"+t.id+"/entries", p, &after); err != nil {
		return err
	}
	t.entered++
	// Where programs go on by themselves, their entries tell where it stands.
	elsewhere := w.People == nil && after.Application.Position.place() != a.To
	if after.Entry.Step != a.Step.ID || after.Entry.Outcome != a.Exit.On || elsewhere {
		return fmt.Errorf("the service has entered %s %s, and the application stands at %v, not at %v",
			after.Entry.Step, after.Entry.Outcome, after.Application.Position.place(), a.To)
	}
	t.failed = a.Failed
	if after.Entry.Document != "" {
		return w.documentOf(ctx, t, after.Entry.Document)
	}
	return nil
}

// vote lets as many vote for an outcome as the edition asks before a step that is voted
// on can end so.
func (w *Walker) vote(ctx context.Context, t *traveller, a paths.Act) error {
	if a.Step.Quorum == nil || a.Exit.Votes != "" {
		return nil
	}
	for _, x := range a.Step.Exits {
		for n := w.voted(t); x.Votes == a.Exit.On && n < a.Step.Quorum.Members; n++ {
			if err := w.voteOf(ctx, t, n+1, entryRequest{Step: a.Step.ID, Outcome: x.On, Role: a.Step.Actor}); err != nil {
				return fmt.Errorf("vote %d: %w", n+1, err)
			}
		}
	}
	return nil
}

// voted is how many members have voted by acts of the way itself; without persons nobody
// of those who vote has.
func (w *Walker) voted(t *traveller) int {
	n := 0
	for ; w.People != nil && n < t.done && t.way[t.done-1-n].Exit.Votes != ""; n++ {
		continue
	}
	return n
}

// voteOf lets one member vote.
func (w *Walker) voteOf(ctx context.Context, t *traveller, member int, req entryRequest) error {
	who := fmt.Sprintf("%s %d", req.Role, member)
	token, err := w.token(ctx, t, who)
	if err != nil {
		return err
	}
	if w.People == nil {
		req.Person = fmt.Sprintf("Member %d of %s", member, req.Role)
	}
	var before application
	tag, err := w.getBy(ctx, token, "/v1/applications/"+t.id, &before)
	if err != nil {
		return err
	}
	p := posted{key: fmt.Sprintf("%s %d vote %d", t.id, t.done, member), match: tag, token: token, body: req}
	if err := w.signAs(ctx, t, who, &p); err != nil {
		return err
	}
	t.entered++
	return w.post(ctx, "/v1/applications/"+t.id+"/entries", p, &entered{})
}

// open opens an application.
func (w *Walker) open(ctx context.Context, t *traveller) error {
	c, err := w.written(t)
	if err != nil {
		return err
	}
	token, err := w.token(ctx, t, t.opener())
	if err != nil {
		return err
	}
	var a application
	key := fmt.Sprintf("%s %s %s %d", w.Run, t.service.ID, t.channel, t.nth)
	err = w.post(ctx, "/v1/applications", posted{key: key, token: token, body: openRequest{
		Service: t.service.ID, Channel: t.channel, Applicant: c.Applicant, Form: w.form(t, c),
	}}, &a)
	t.id = a.ID
	return err
}
