package applications

import (
	"context"
	"fmt"
	"slices"

	"tamga/documents/regulation"
	"tamga/documents/store"
)

// ofParty writes down whose an application is, and whether somebody answers for it who
// may act for the party. Whose it is follows from the applicant.
func ofParty(ctx context.Context, tx *store.Tx, a Application, vouched bool) error {
	answered := 0
	if vouched {
		answered = 1
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO application_applicants (application, party, vouched) VALUES ($1, $2, $3) ON CONFLICT (application) DO NOTHING`,
		a.ID, a.Applicant.Identity(), answered)
	if err != nil {
		return fmt.Errorf("failed to write down whose the application is: %w", err)
	}
	return nil
}

// partiesAtOnce is how many older applications one transaction enters.
const partiesAtOnce = 500

// nameParties writes down whose the applications are that an older program has opened,
// once in the life of a program.
func (b *Book) nameParties(ctx context.Context) error {
	if b.named.Load() {
		return nil
	}
	for {
		var found []Application
		err := b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			if found, err = unnamed(ctx, tx); err != nil {
				return err
			}
			for _, a := range found {
				if err := ofParty(ctx, tx, a, true); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(found) < partiesAtOnce {
			b.named.Store(true)
			return nil
		}
	}
}

// unnamed are applications of which it is not written down whose they are.
func unnamed(ctx context.Context, r store.Reader) ([]Application, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+applicationColumns+` FROM applications a
		WHERE NOT EXISTS (SELECT 1 FROM application_applicants p WHERE p.application = a.id)
		AND NOT EXISTS (SELECT 1 FROM application_erasures x WHERE x.application = a.id) ORDER BY a.id LIMIT $1`, partiesAtOnce)
	if err != nil {
		return nil, fmt.Errorf("failed to look for applications without a party: %w", err)
	}
	defer rows.Close()
	var all []Application
	for rows.Next() {
		a, err := scanApplication(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

// vouches reports whether an entry is one that somebody answers for: the log-in was found
// to be of whom may act for the party, or an official has done a step of his own. What
// comes before the log-in is judged says nothing yet.
func (c Case) vouches(m regulation.Move, e Entry) bool {
	asksLogin := func(s *regulation.Step) bool { return slices.Contains(s.Checks, regulation.CheckLogin) }
	if asksLogin(m.Step) {
		return m.Exit.On == regulation.OutcomeOK
	}
	_, role := c.Rules.Role(e.Actor.Role)
	return role && !c.Rules.Applies(e.Actor.Role) && m.Step.Kind != regulation.Registration &&
		!slices.ContainsFunc(c.Walk.Moves(m.To), func(next regulation.Move) bool { return asksLogin(next.Step) })
}

// Draft reports whether an application is still what whoever has opened it has filled in:
// nobody has signed it, and no log-in was accepted.
func (c Case) Draft() bool {
	return !c.signed() && !slices.ContainsFunc(c.Entries, func(e Entry) bool {
		return slices.ContainsFunc([]string{e.Step, e.Under}, func(id string) bool {
			s, ok := c.Walk.Step(id)
			on := e.Outcome
			if id == e.Under {
				on = e.UnderOutcome
			}
			return ok && slices.Contains(s.Checks, regulation.CheckLogin) && on == regulation.OutcomeOK
		})
	})
}

// vouch writes down that somebody answers for an application.
func vouch(ctx context.Context, tx *store.Tx, application string) error {
	return tx.Later(ctx, store.Statement{
		Query: `UPDATE application_applicants SET vouched = 1 WHERE application = $1 AND vouched = 0`, Args: []any{application},
		Doing: "failed to write down that somebody answers for the application",
	})
}

// vouchedFor reports whether somebody answers for an application who may act for its
// party. One that is older than the question is answered for.
func vouchedFor(ctx context.Context, r store.Reader, application string) (bool, error) {
	never, err := textsOf(ctx, r, `SELECT application FROM application_applicants WHERE application = $1 AND vouched = 0`, application)
	if err != nil {
		return false, fmt.Errorf("failed to read who answers for an application: %w", err)
	}
	return len(never) == 0, nil
}

// Vouched reports whether somebody answers for an application, by its id, who may act for
// its party: he has opened it, or his log-in was found to hold, or an official has
// entered something on it. Until then it is no concern of the party.
func (b *Book) Vouched(ctx context.Context, application string) (_ bool, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	return vouchedFor(ctx, b.Register.Store, application)
}
