package applications

import (
	"context"
	"fmt"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// HandsUp returns the document whose content a move hands up to whoever signs it at the
// next step; the result of the service must be. The zero value is none: the next step
// issues nothing that a person signs, or the same role does it.
func (c Case) HandsUp(m regulation.Move) Issues {
	if c.Issues(m).Kind != "" || m.Exit.Votes != "" || m.Step.Kind == regulation.Condition || m.Step.BySystem(c.Rules) {
		return Issues{}
	}
	if _, beside := c.Rules.BesideOf(regulation.BesideAct(m.Step.ID)); beside {
		return Issues{}
	}
	for _, next := range c.Walk.Moves(m.To) {
		issues := c.Issues(next)
		if issues.Needed && next.Step.Actor != m.Step.Actor && next.Step.SignedBy(next.Step.Actor) && m.Step.SignedBy(m.Step.Actor) {
			issues.Needed = next.Step.Result != ""
			return issues
		}
	}
	return Issues{}
}

// handUp keeps the content of a document in the entry. It has no number; what can be
// refused of it already is.
func (b *Book) handUp(ctx context.Context, tx *store.Tx, d documentOf) error {
	if d.req.Document == nil {
		return nil
	}
	draft := d.c.completed(*d.req.Document)
	if err := draft.CheckApplication(d.c.applied(), d.c.Applicant); err != nil {
		return err
	}
	if err := b.Register.Judge(ctx, tx, draft); err != nil {
		return err
	}
	d.e.Data.Draft = &draft
	return nil
}

// handsOut refuses to end an application as issued while its result is not in force.
func (b *Book) handsOut(ctx context.Context, d deed) error {
	number := d.c.issued()
	if d.m.Exit.End != regulation.EndIssued || d.m.Step.Result != "" || number == "" {
		return nil
	}
	_, life, err := b.Register.DocumentAndLife(ctx, number)
	if err != nil {
		return fmt.Errorf("failed to read the result: %w", err)
	}
	if status := life.StatusAt(d.c.At); status != documents.StatusInForce {
		return &RefusedError{ReasonResult, d.req.Step, d.req.Outcome, fmt.Sprintf("document %s is %s", number, status)}
	}
	return nil
}

// Drafted is the content of the document that a move signs, where it was handed up for
// it; nil where it was not.
func (c Case) Drafted(m regulation.Move) *documents.Draft {
	arrived := len(c.Entries) - len(c.here()) - 1
	if arrived < 0 {
		return nil
	}
	if d := c.Entries[arrived].Data.Draft; d != nil && d.Kind() == c.Issues(m).Kind {
		return d
	}
	return nil
}

// signs returns the document that a move signs: the one that was handed up, if there is
// one, which may stand in the request again and not be changed.
func (c Case) signs(m regulation.Move, given *documents.Draft) (d *documents.Draft, reason string) {
	up := c.Drafted(m)
	switch {
	case up == nil:
		return given, ""
	case given == nil:
		return up, ""
	}
	if !sameContent(c.completed(*given), *up) {
		return nil, "it signs what was handed up, and not another document"
	}
	return up, ""
}

func sameContent(a, b documents.Draft) bool {
	one, err := store.SumOf(a)
	other, err2 := store.SumOf(b)
	return err == nil && err2 == nil && one == other
}
