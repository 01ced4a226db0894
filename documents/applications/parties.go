package applications

import (
	"context"
	"fmt"

	"tamga/documents/store"
)

// ofParty writes down whose an application is. It follows from the applicant.
func ofParty(ctx context.Context, tx *store.Tx, a Application) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO application_applicants (application, party) VALUES ($1, $2) ON CONFLICT (application) DO NOTHING`,
		a.ID, a.Applicant.Identity())
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
				if err := ofParty(ctx, tx, a); err != nil {
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
