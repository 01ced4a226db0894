package applications

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tamga/documents/regulation"
	"tamga/documents/store"
)

// takePart writes down on which sides of the rules' four eyes a person acts. The table
// has no room for the other side: the database refuses what was overlooked before.
func takePart(ctx context.Context, tx *store.Tx, application string, a Actor, rules []regulation.Apart) error {
	for _, apart := range rules {
		side := sideOf(apart, a.Role)
		if side == "" {
			continue
		}
		ours, err := tx.Changed(ctx, `INSERT INTO application_parts (application, apart, person, side) VALUES ($1, $2, $3, $4)
			ON CONFLICT (application, apart, person) DO UPDATE SET side = application_parts.side WHERE application_parts.side = excluded.side`,
			application, nameOf(apart), keyOfPerson(a), side)
		if err != nil {
			return fmt.Errorf("failed to write down who takes which part: %w", err)
		}
		if !ours {
			return &RefusedError{Reason: ReasonFourEyes, Detail: "the person has acted on the other side of " + nameOf(apart)}
		}
	}
	return nil
}

// keyOfPerson is what a person is told from others by.
func keyOfPerson(a Actor) string {
	if a.ID != "" {
		return "id:" + a.ID
	}
	return "name:" + a.Person
}

// nameOf names two sides that are apart.
func nameOf(a regulation.Apart) string {
	return strings.Join(a.Roles, "+") + " / " + strings.Join(a.ApartFrom, "+")
}

// sideOf is the side on which a role stands; empty for neither.
func sideOf(a regulation.Apart, role string) string {
	switch {
	case slices.Contains(a.Roles, role):
		return strings.Join(a.Roles, "+")
	case slices.Contains(a.ApartFrom, role):
		return strings.Join(a.ApartFrom, "+")
	}
	return ""
}

// voted refuses a second vote of one person, and the end of a step that is voted on
// without the quorum or against most of the votes.
func (c Case) voted(m regulation.Move, a Actor) (detail string) {
	if m.Step.Quorum == nil {
		return ""
	}
	votes, all := map[string]int{}, 0
	for _, e := range c.here() {
		x, ok := m.Step.Exit(e.Outcome)
		if e.Step != m.Step.ID || !ok || x.Votes == "" {
			continue
		}
		if m.Exit.Votes != "" && e.Actor.same(a) {
			return fmt.Sprintf("the person has voted in entry %d", e.Seq)
		}
		votes[x.Votes]++
		all++
	}
	switch {
	case m.Exit.Votes != "":
		return ""
	case all < m.Step.Quorum.Members:
		return fmt.Sprintf("%d have voted, and %d must", all, m.Step.Quorum.Members)
	case 2*votes[m.Exit.On] <= all:
		return fmt.Sprintf("%d of %d have voted so, which is not most of them", votes[m.Exit.On], all)
	}
	return ""
}

// here are the entries that have kept the application where it stands, since it came
// there.
func (c Case) here() []Entry {
	i := len(c.Entries)
	for i > 1 && c.Entries[i-2].To == c.Place() {
		i--
	}
	return c.Entries[min(i, len(c.Entries)):]
}

// from is the place from which the application came to where it stands.
func (c Case) from() regulation.Place {
	if arrived := len(c.Entries) - len(c.here()) - 1; arrived > 0 {
		return c.Entries[arrived-1].To
	}
	return regulation.Place{}
}
