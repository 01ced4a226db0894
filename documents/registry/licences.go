package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/store"
)

// Licences finds the licences of organisations for the public. Those of natural persons
// are in no list.
type Licences struct {
	Registry *Registry

	entered atomic.Bool // what older programs have issued is found, too
}

// LicencesQuery says which licences are wanted; what is empty asks nothing.
type LicencesQuery struct {
	BIN        certs.BIN
	Name       string // a part of it, in Kazakh or Russian, whatever its letter case
	Activity   string // the same
	Region     documents.Region
	Status     documents.Status // in law, now
	IssuedFrom documents.Date   // these days included
	IssuedTo   documents.Date
	After      string // the number after which the page begins
	Limit      int    // of licences on the page
}

// Listed is a licence with its life.
type Listed struct {
	Record Record
	Life   documents.Life
}

// mostLookedAt is how many licences one question looks at, of which a status may leave few.
const mostLookedAt = 200

// Find returns the licences of organisations, those issued last first, and the number
// after which the next page begins; empty at the end. A page may be short, or empty, and
// not the last. A number to begin after that is in no list is [ErrNotFound].
func (l *Licences) Find(ctx context.Context, q LicencesQuery) (page []Listed, next string, err error) {
	if err := l.enterOlder(ctx); err != nil {
		return nil, "", err
	}
	ctx, end := l.Registry.Store.Bounded(ctx)
	defer end(&err)
	numbers, err := l.candidates(ctx, q)
	if err != nil {
		return nil, "", err
	}
	for i, number := range numbers {
		found, ok, err := l.listed(ctx, number, q)
		if err != nil {
			return nil, "", err
		}
		if ok {
			page = append(page, found)
		}
		if len(page) == q.Limit && i+1 < len(numbers) || i+1 == mostLookedAt {
			return page, number, nil
		}
	}
	return page, "", nil
}

// candidates are the numbers of the licences that the index knows for a question.
func (l *Licences) candidates(ctx context.Context, q LicencesQuery) ([]string, error) {
	query, args := []string{"1 = 1"}, []any{}
	put := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		query = append(query, condition)
	}
	if q.After != "" {
		var on string
		err := l.Registry.Store.QueryRowContext(ctx, `SELECT issued_on FROM organisation_licences WHERE number = $1`, q.After).Scan(&on)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, ErrNotFound
		}
		if err != nil {
			return nil, fmt.Errorf("failed to look for licences: %w", err)
		}
		put("(issued_on, number) < (?, ?)", on, q.After)
	}
	for _, c := range []struct{ column, value string }{{"bin = ?", string(q.BIN)}, {"region = ?", string(q.Region)}} {
		if c.value != "" {
			put(c.column, c.value)
		}
	}
	for _, c := range []struct{ column, part string }{{"name", q.Name}, {"activity", q.Activity}} {
		if c.part != "" {
			put(c.column+` LIKE ? ESCAPE '\'`, "%"+escaped.Replace(folded(c.part))+"%")
		}
	}
	if !q.IssuedFrom.IsZero() {
		put("issued_on >= ?", q.IssuedFrom.String())
	}
	if !q.IssuedTo.IsZero() {
		put("issued_on <= ?", q.IssuedTo.String())
	}
	args = append(args, l.looksAt(q))
	rows, err := l.Registry.Store.QueryContext(ctx, `SELECT number FROM organisation_licences WHERE `+strings.Join(query, " AND ")+
		fmt.Sprintf(` ORDER BY issued_on DESC, number DESC LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("failed to look for licences: %w", err)
	}
	defer rows.Close()
	var numbers []string
	for rows.Next() {
		var number string
		if err := rows.Scan(&number); err != nil {
			return nil, fmt.Errorf("failed to look for licences: %w", err)
		}
		numbers = append(numbers, number)
	}
	return numbers, rows.Err()
}

// looksAt is how many licences a question looks at: one more than its page, and more where
// they must be read to tell which are wanted.
func (l *Licences) looksAt(q LicencesQuery) int {
	if q.Status == "" {
		return min(q.Limit+1, mostLookedAt)
	}
	return mostLookedAt
}

// escaped takes their meaning from the signs of a pattern.
var escaped = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// listed reads a licence that the index has found, and says whether it is one that the
// question wants: the document is asked, whatever the index says.
func (l *Licences) listed(ctx context.Context, number string, q LicencesQuery) (Listed, bool, error) {
	rec, err := l.Registry.anyDocument(ctx, number)
	if errors.Is(err, ErrNotFound) {
		return Listed{}, false, nil
	}
	if err != nil {
		return Listed{}, false, err
	}
	row, ok := licenceRowOf(number, rec.Content)
	if !ok || rec.Status != documents.StatusInForce || !rec.ErasedAt.IsZero() || !row.wanted(q) {
		return Listed{}, false, nil
	}
	life, err := history(ctx, l.Registry.Store, rec)
	if err != nil {
		return Listed{}, false, err
	}
	if q.Status != "" && life.Standing(l.Registry.now()).Status != q.Status {
		return Listed{}, false, nil
	}
	return Listed{rec, life}, true, nil
}

// licenceRow is what the index has of a licence.
type licenceRow struct{ number, bin, name, activity, region, issuedOn string }

// licenceRowOf is the row of a licence of an organisation; false for whatever else a
// document is, and for natural persons.
func licenceRowOf(number string, d documents.Draft) (licenceRow, bool) {
	if d.Licence == nil || d.Licence.Holder.Legal == nil || d.Licence.Holder.Natural != nil {
		return licenceRow{}, false
	}
	holder := d.Licence.Holder.Legal
	return licenceRow{
		number, string(holder.BIN), folded(holder.Name.KK + "\n" + holder.Name.RU), folded(d.Licence.Activity.KK + "\n" + d.Licence.Activity.RU),
		string(documents.RegionOf(holder.Address)), d.Licence.IssuedOn.String(),
	}, true
}

func (r licenceRow) wanted(q LicencesQuery) bool {
	return (q.BIN == "" || r.bin == string(q.BIN)) && (q.Region == "" || r.region == string(q.Region)) &&
		strings.Contains(r.name, folded(q.Name)) && strings.Contains(r.activity, folded(q.Activity)) &&
		(q.IssuedFrom.IsZero() || r.issuedOn >= q.IssuedFrom.String()) && (q.IssuedTo.IsZero() || r.issuedOn <= q.IssuedTo.String())
}

// folded is a text by which names are compared: small letters, and one space for several.
func folded(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// indexLicence writes down where a licence is found, in place of what was written before;
// of what is no licence of an organisation nothing.
func indexLicence(ctx context.Context, tx *store.Tx, number string, d documents.Draft) error {
	if d.Licence == nil {
		return nil
	}
	row, listed := licenceRowOf(number, d)
	if !listed {
		return unlistLicence(ctx, tx, number)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO organisation_licences (number, bin, name, activity, region, issued_on) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (number) DO UPDATE SET bin = excluded.bin, name = excluded.name, activity = excluded.activity, region = excluded.region,
			issued_on = excluded.issued_on`,
		row.number, row.bin, row.name, row.activity, row.region, row.issuedOn)
	if err != nil {
		return fmt.Errorf("failed to write down where the licence is found: %w", err)
	}
	return nil
}

// unlistLicence takes a document out of the index.
func unlistLicence(ctx context.Context, tx *store.Tx, number string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM organisation_licences WHERE number = $1`, number); err != nil {
		return fmt.Errorf("failed to take the licence out of the list: %w", err)
	}
	return nil
}

// licencesAtOnce is how many older licences one transaction enters.
const licencesAtOnce = 500

// enterOlder writes down the licences that older programs have issued, once in the life of
// a program.
func (l *Licences) enterOlder(ctx context.Context) error {
	if l.entered.Load() {
		return nil
	}
	for after := ""; ; {
		var last string
		err := l.Registry.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
			found, err := unlisted(ctx, tx, after)
			if err != nil {
				return err
			}
			for _, rec := range found {
				if err := indexLicence(ctx, tx, rec.Number, rec.Content); err != nil {
					return err
				}
			}
			last = ""
			if len(found) == licencesAtOnce {
				last = found[len(found)-1].Number
			}
			return nil
		})
		if err != nil {
			return err
		}
		if last == "" {
			l.entered.Store(true)
			return nil
		}
		after = last
	}
}

// unlisted are licences without a row, in the order of their numbers after one.
func unlisted(ctx context.Context, r store.Reader, after string) ([]Record, error) {
	rows, err := r.QueryContext(ctx, selectRecord+`
		WHERE kind = 'licence' AND status = 'in_force' AND erased_at = 0 AND number > $1
			AND NOT EXISTS (SELECT 1 FROM organisation_licences o WHERE o.number = documents.number)
		ORDER BY number LIMIT $2`, after, licencesAtOnce)
	if err != nil {
		return nil, fmt.Errorf("failed to look for licences that are in no list: %w", err)
	}
	defer rows.Close()
	var all []Record
	for rows.Next() {
		rec, err := scanRecord(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, rec)
	}
	return all, rows.Err()
}
