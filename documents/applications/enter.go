package applications

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store"
)

// Enter writes a step down that may be done now, in one transaction with its record in
// the log, the number that a registration gives, and the reservation of the document
// that it issues, which is brought into force afterwards: if that fails the entry
// stays, and asking again, or [registry.Registry.Recover], goes on with the document.
//
// The same client with the same key and the same request gets the entry that was
// written then, with true as the second result; with another request it is
// [store.ErrKeyReused]. Of several who do a step at the same time one does it, and the
// others are told that the application has gone on. What may not be done is a
// *[RefusedError] and uses up no key.
func (b *Book) Enter(ctx context.Context, req EnterRequest) (done Entry, replayed bool, err error) {
	q, err := askedEntry(&req)
	if err != nil {
		return Entry{}, false, err
	}
	if err := b.fillMatters(ctx); err != nil {
		return Entry{}, false, err
	}
	signed, err := b.judgeSignature(ctx, q, req)
	if err != nil {
		return Entry{}, false, err
	}
	made, err := b.signResult(ctx, q, req)
	if err != nil {
		return Entry{}, false, err
	}
	return b.enterOnce(ctx, q, entering{req: req, signed: signed, made: made})
}

// enterOnce writes an entry whose signature was judged.
func (b *Book) enterOnce(ctx context.Context, q asked, in entering) (done Entry, replayed bool, err error) {
	req := in.req
	var held registry.Reservation
	err = b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err := locked(ctx, tx, req.Application)
		if err != nil {
			return err
		}
		id, err := q.before(ctx, tx)
		if err != nil {
			return err
		}
		if replayed = id != ""; replayed {
			done = a.entry(id)
			return nil
		}
		if !req.AnyState && req.Last != len(a.Entries) {
			return ErrChanged
		}
		in.app = a
		done, held, err = b.enter(ctx, tx, q, in)
		return err
	})
	if err != nil {
		return Entry{}, false, err
	}
	b.Register.Store.At("step entered")
	switch {
	case done.Document == "", in.made != nil && !replayed:
		return done, replayed, nil
	case replayed:
		return done, true, b.Register.Resume(ctx, done.Document)
	}
	return done, false, b.Register.Finish(ctx, held)
}

// entry returns the entry of an id.
func (a Application) entry(id string) Entry {
	for _, e := range a.Entries {
		if e.ID == id {
			return e
		}
	}
	return Entry{}
}

// locked returns an application whose row is this transaction's until it ends, so that
// its entries are added one after another.
func locked(ctx context.Context, tx *store.Tx, name string) (Application, error) {
	column, key, ok := keyOf(name)
	if !ok {
		return Application{}, ErrNotFound
	}
	// Nothing is changed: the row is locked.
	if _, err := tx.ExecContext(ctx, `UPDATE applications SET route = route WHERE `+column+` = $1`, key); err != nil {
		return Application{}, fmt.Errorf("failed to lock an application: %w", err)
	}
	if err := tx.At(ctx, "application locked"); err != nil {
		return Application{}, err
	}
	return read(ctx, tx, key)
}

// entering is a step that is asked for, on the application as it is.
type entering struct {
	app    Application
	req    EnterRequest
	signed *judged
	made   *registry.Product // that its signer has signed
	// found is what a program has found out for the step that it does; nil for what
	// others do.
	found *found
}

// enter writes an entry down, with all that comes of it.
func (b *Book) enter(ctx context.Context, tx *store.Tx, q asked, in entering) (Entry, registry.Reservation, error) {
	var none registry.Reservation
	now := b.Register.Store.Moment()
	if now.Before(in.app.lastAt()) {
		return Entry{}, none, ErrClock
	}
	rules, err := b.Rulebook.In(ctx, tx)
	if err != nil {
		return Entry{}, none, err
	}
	c, m, number, err := b.numbered(ctx, tx, in, rules)
	if err != nil {
		return Entry{}, none, err
	}
	if err := b.filesReady(ctx, tx, c, m); err != nil {
		return Entry{}, none, err
	}
	if err := b.bySystem(c, m, in); err != nil {
		return Entry{}, none, err
	}
	if err := b.matterDecided(ctx, tx, deed{c, m, in.req}); err != nil {
		return Entry{}, none, err
	}
	e := in.entry(c, m)
	if e.Data.Unsigned, err = b.attest(ctx, tx, deed{c, m, in.req}, in.signed); err != nil {
		return Entry{}, none, err
	}
	if err := takePart(ctx, tx, c.ID, e.Actor, c.Rules.FourEyes); err != nil {
		return Entry{}, none, err
	}
	// The head of the log is locked last, by the records.
	if registering(m) {
		if err := register(ctx, tx, &c, number); err != nil {
			return Entry{}, none, err
		}
	}
	held, err := b.reserve(ctx, tx, documentOf{c, m, &e, in.req, in.made})
	if err != nil {
		return Entry{}, none, err
	}
	if registering(m) {
		err := registry.EnterRow(ctx, tx, store.Change{Table: applicationRows, Key: c.ID, Event: registered, At: c.At})
		if err != nil {
			return Entry{}, none, err
		}
	}
	if err := e.insert(ctx, tx, q, c.ID); err != nil {
		return Entry{}, none, err
	}
	if err := in.signed.keep(ctx, tx, c.ID, e); err != nil {
		return Entry{}, none, err
	}
	if err := c.tell(ctx, tx, m, e); err != nil {
		return Entry{}, none, err
	}
	if c.vouches(m, e) {
		if err := vouch(ctx, tx, c.ID); err != nil {
			return Entry{}, none, err
		}
	}
	return e, held, b.follow(ctx, tx, c, e)
}

// entry is what is written down of a step.
func (in entering) entry(c Case, m regulation.Move) Entry {
	e := Entry{
		Seq: len(c.Entries) + 1, Step: m.Step.ID, Outcome: m.Exit.On, Actor: in.req.Actor, Edition: c.Rules.Version(), At: c.At, To: m.To,
		Data: Data{Failed: in.req.Failed, Values: in.req.Values, PersonID: in.req.Actor.ID},
	}
	e.ID = fmt.Sprintf("%s-%d", c.ID, e.Seq)
	if m.Under != nil {
		e.Under = m.Under.ID
	}
	if m.Ends != nil {
		e.UnderOutcome = m.Ends.On
	}
	if in.found == nil {
		e.Data.Stated = stated(m)
	} else {
		e.Data.Found = in.found.answers
	}
	return e
}

// bySystem refuses a person who does the step of a system, which a program does, but for
// an official who enters what no system may be asked.
func (b *Book) bySystem(c Case, m regulation.Move, in entering) error {
	if in.found != nil || !m.Step.BySystem(c.Rules) {
		return nil
	}
	manual := c.Rules.Manual.May(m.Step, in.req.Actor.Role)
	if manual && c.waitsForHand(m.Step) || !manual && b.Ask == nil {
		return nil
	}
	return &RefusedError{ReasonSystem, in.req.Step, in.req.Outcome, "the program does this step"}
}

// judged returns the case under the rules that count now, and what the act does. A
// registration takes the edition that is in force when it happens.
func (in entering) judged(rules *rulebook.Rules, now time.Time) (Case, regulation.Move, error) {
	c, err := caseBy(rules, in.app)
	if err != nil {
		return c, regulation.Move{}, err
	}
	c.At = now
	m, err := c.May(in.req.Act)
	if err != nil {
		return c, m, err
	}
	if registering(m) {
		e, ok := rules.Law.InForce(c.Service, documents.CivilDate(now))
		if !ok {
			return c, m, fmt.Errorf("%w: service %s on %s", ErrNoEdition, c.Service, documents.CivilDate(now))
		}
		if c, err = caseUnder(e, rules, in.app); err != nil {
			return c, m, err
		}
		c.Edition, c.At = e.Version(), now
		if m, err = c.May(in.req.Act); err != nil {
			return c, m, err
		}
	}
	if err := c.written(m, in.req); err != nil {
		return c, m, err
	}
	return c, m, failsBy(m, in.req)
}

// failsBy refuses a condition of several checks that fails by none of them, and any
// other step that fails by one.
func failsBy(m regulation.Move, req EnterRequest) error {
	refuse := func(format string, args ...any) error {
		return &RefusedError{ReasonCheck, req.Step, req.Outcome, fmt.Sprintf(format, args...)}
	}
	several := len(m.Step.Checks) > 1 && m.Exit.On == regulation.OutcomeFail
	switch {
	case several && !slices.Contains(m.Step.Checks, req.Failed):
		return refuse("one of the checks %v has failed, and the entry says which", m.Step.Checks)
	case !several && req.Failed != "" && (m.Exit.On != regulation.OutcomeFail || !slices.Contains(m.Step.Checks, req.Failed)):
		return refuse("nothing fails here by %q", req.Failed)
	}
	return nil
}

// stated are the checks of a condition that no program has made: what officials decide
// is theirs.
func stated(m regulation.Move) []regulation.Check {
	return slices.DeleteFunc(slices.Clone(m.Step.Checks), func(c regulation.Check) bool { return c == regulation.CheckDecision })
}

// insert writes an entry.
func (e Entry) insert(ctx context.Context, tx *store.Tx, q asked, application string) error {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return fmt.Errorf("failed to encode the entry: %w", err)
	}
	return q.insert(ctx, tx, store.Change{Table: entryRows, Key: e.ID, Event: entered, At: e.At},
		`application, client, idempotency_key, body_sha256, `+entryColumns,
		application, q.Client, q.IdempotencyKey, q.Sum.String(),
		e.ID, e.Seq, e.Step, e.Outcome, e.Under, e.UnderOutcome, e.Actor.Role, e.Actor.Person, e.Edition, string(data), e.Document, store.Micros(e.At),
		e.To.Step, e.To.Action, string(e.To.End))
}
