package applications

import (
	"context"
	"errors"
	"fmt"

	"tamga/documents/regulation"
	"tamga/documents/store"
)

// advancing is the client of what the program enters by itself.
const advancing = "advance"

// mostSteps is more than the systems do of any route one after another.
const mostSteps = 100

// Advance does the steps of systems that may be done on an application, by its id or
// number, and returns their entries. It stops where a person goes on, at the end, while
// the application is paused, and before a condition that cannot be decided: that waits,
// and is tried again by [Book.Retry].
func (b *Book) Advance(ctx context.Context, application string) ([]Entry, error) {
	done, _, err := b.goOn(ctx, application)
	return done, err
}

// goOn is Advance, with what the application waits for in the end.
func (b *Book) goOn(ctx context.Context, application string) (done []Entry, waits []Wait, err error) {
	for range mostSteps {
		a, err := b.Application(ctx, application)
		if err != nil {
			return done, nil, err
		}
		c, err := b.Case(ctx, a)
		if err != nil {
			return done, nil, err
		}
		moves := c.Walk.Moves(c.Place())
		if len(moves) == 0 || !moves[0].Step.BySystem(c.Rules) || !c.Paused().IsZero() {
			return done, nil, nil
		}
		e, waits, err := b.advance(ctx, c, moves)
		switch {
		case errors.Is(err, ErrChanged) || errors.Is(err, store.ErrKeyReused):
			continue // another has gone on meanwhile
		case err != nil || len(waits) > 0:
			return done, waits, err
		}
		done = append(done, e)
	}
	return done, nil, fmt.Errorf("application %s: the systems do not come to an end", application)
}

// advance does one step of a system, or writes down that it waits.
func (b *Book) advance(ctx context.Context, c Case, moves []regulation.Move) (e Entry, waits []Wait, err error) {
	step := moves[0].Step
	d := decided{outcome: moves[0].Exit.On, system: step.Actor, found: &found{}}
	if step.Kind == regulation.Condition {
		if d, err = b.decide(ctx, asking{c, step}); err != nil {
			return e, nil, err
		}
	}
	if len(d.waits) > 0 {
		return e, d.waits, b.wait(ctx, c, d.waits)
	}
	req := EnterRequest{
		Client: advancing, IdempotencyKey: fmt.Sprintf("%s-%d", c.ID, len(c.Entries)+1), Application: c.ID, Last: len(c.Entries),
		Act:    Act{Actor: Actor{Role: d.system, Person: d.system}, Step: step.ID, Outcome: d.outcome},
		Failed: d.failed,
	}
	e, err = b.enterFound(ctx, c, moves, entering{req: req, found: d.found})
	if err == nil || goesOnElsewhere(err) || ctx.Err() != nil {
		return e, nil, err
	}
	waits, unkept := b.stepWait(ctx, c, Wait{Step: step.ID, Reason: store.Reason(err)})
	if unkept != nil {
		return e, nil, errors.Join(err, unkept)
	}
	return e, waits, nil
}

// enterFound enters a step of a system, with the notice that it issues.
func (b *Book) enterFound(ctx context.Context, c Case, moves []regulation.Move, in entering) (Entry, error) {
	if err := b.write(ctx, c, moves, &in.req); err != nil {
		return Entry{}, err
	}
	q, err := askedEntry(&in.req)
	if err != nil {
		return Entry{}, err
	}
	e, _, err := b.enterOnce(ctx, q, in)
	return e, err
}

// write adds the notice that a step of a system issues, where the program makes it.
func (b *Book) write(ctx context.Context, c Case, moves []regulation.Move, req *EnterRequest) error {
	for _, m := range moves {
		if m.Exit.On != req.Outcome {
			continue
		}
		issues := c.Issues(m)
		if b.Letter == nil || issues.Kind == "" {
			return nil
		}
		var err error
		req.Document, err = b.Letter(ctx, c, issues)
		if err != nil {
			return fmt.Errorf("failed to write the %s: %w", issues.Kind, err)
		}
	}
	return nil
}
