package applications

import (
	"context"
	"slices"

	"tamga/documents/attachments"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// AttachmentTerms tells what files an application takes, by its id or number, and locks
// it for the transaction: see [attachments.Book]. It takes none once it is signed,
// registered or ended: what was signed is what stands.
func (b *Book) AttachmentTerms(ctx context.Context, tx *store.Tx, name string) (attachments.Terms, error) {
	a, err := locked(ctx, tx, name)
	if err != nil {
		return attachments.Terms{}, err
	}
	rules, err := b.Rulebook.In(ctx, tx)
	if err != nil {
		return attachments.Terms{}, err
	}
	c, err := caseBy(rules, a)
	if err != nil {
		return attachments.Terms{}, err
	}
	return c.attachmentTerms(), nil
}

func (c Case) attachmentTerms() attachments.Terms {
	t := attachments.Terms{Application: c.ID, Closed: c.Number != "" || c.Ended != "" || c.signed(), Rules: c.Rules.AttachmentRules()}
	if s, ok := c.Rules.Service(c.Service); ok {
		for _, item := range s.Checklist {
			t.Items = append(t.Items, item.ID)
		}
		for _, list := range s.Checklists {
			for _, item := range list.Items {
				t.Items = append(t.Items, item.ID)
			}
		}
	}
	return t
}

// filesReady refuses to sign or register an application with a file that a scanner
// refuses, or with one that none has looked at where that is not taken.
func (b *Book) filesReady(ctx context.Context, tx *store.Tx, c Case, m regulation.Move) error {
	signs := len(m.Step.Signs) > 0 && !m.Step.Offers && m.Exit.End != regulation.EndWithdrawn
	if !registering(m) && !signs || c.attachmentTerms().Closed {
		return nil
	}
	rules := c.Rules.AttachmentRules()
	rules.Unscanned = rules.Unscanned && !b.ScanRequired
	return attachments.Ready(ctx, tx, c.ID, rules)
}

// signed reports whether somebody has signed the application: a step was done at which
// the one who does it signs. A signature that is only offered to a condition signs
// nothing yet.
func (c Case) signed() bool {
	return slices.ContainsFunc(c.Entries, func(e Entry) bool {
		for _, id := range []string{e.Step, e.Under} {
			if s, ok := c.Walk.Step(id); ok && s.Kind != regulation.Condition && !s.Offers && s.SignedBy(e.Actor.Role) {
				return true
			}
		}
		return false
	})
}
