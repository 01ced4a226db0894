package cast

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tamga/documents/people"
	"tamga/documents/regulation"
)

// Seed makes the members known to a register and gives them their duties, by the first of
// its two administrators, whom it appoints. Whoever has a duty keeps it, so that it may be
// called again. A register that others administer is [people.ErrEnoughAdministrators].
func Seed(ctx context.Context, b *people.Book) error {
	all := Members(b.Store.Moment())
	by := ""
	for _, m := range administrators(all) {
		p, err := administrator(ctx, b, m)
		if err != nil {
			return fmt.Errorf("failed to appoint %s: %w", m.Name, err)
		}
		if by == "" {
			by = p.ID
		}
	}
	rules, err := b.Rulebook.Current(ctx)
	if err != nil {
		return err
	}
	offices, err := positions()
	if err != nil {
		return err
	}
	for _, m := range all {
		p, _, err := b.Add(ctx, m.Natural(), by)
		if err != nil {
			return fmt.Errorf("failed to make %s known: %w", m.Name, err)
		}
		for _, d := range duties(rules.Law, m) {
			d.Person, d.Position, d.By = p.ID, offices[m.Name], by
			if err := give(ctx, b, d); err != nil {
				return fmt.Errorf("failed to give %s the duty %s: %w", m.Name, d.Role, err)
			}
		}
	}
	return nil
}

// administrator is a member who administers people, from now on if he did not.
func administrator(ctx context.Context, b *people.Book, m Member) (people.Person, error) {
	p, err := people.Known(ctx, b.Store, m.Natural())
	if err == nil {
		_, ok, err := people.Holds(ctx, b.Store, p.ID, people.Administrator, "", b.Store.Moment())
		if err != nil || ok {
			return p, err
		}
	}
	if err != nil && !errors.Is(err, people.ErrNotFound) {
		return p, err
	}
	p, _, err = b.Appoint(ctx, m.Natural())
	return p, err
}

// duties are those of a member, without whose they are.
func duties(law *regulation.Law, m Member) []people.DutyRequest {
	var all []people.DutyRequest
	for _, e := range law.Editions() {
		for _, id := range m.Roles {
			role, ok := e.Role(id)
			if !ok {
				continue
			}
			for _, s := range e.Services {
				d := people.DutyRequest{Role: id, Provider: s.ProviderID}
				if role.Acts == regulation.ForCentre {
					d.Provider = ""
				}
				if !slices.Contains(all, d) {
					all = append(all, d)
				}
			}
		}
	}
	return all
}

// give gives a duty that the person has not yet.
func give(ctx context.Context, b *people.Book, d people.DutyRequest) error {
	_, ok, err := people.Holds(ctx, b.Store, d.Person, d.Role, d.Provider, b.Store.Moment())
	if err != nil || ok {
		return err
	}
	_, err = b.GiveDuty(ctx, d)
	return err
}
