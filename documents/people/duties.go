package people

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Administrator is the role that gives and ends duties. It is no role of the regulation:
// whoever has it does nothing on an application by it.
const Administrator = "ADMINISTRATOR"

// Duty is a role that a person has at a provider for a time, or at none in particular,
// as the operators of service centres have theirs.
type Duty struct {
	ID       string
	Person   string
	Role     string
	Provider string // empty for roles that serve all providers
	From     time.Time
	Until    time.Time // zero is open
	// DeputyOf is the person in whose place this one acts (міндетін атқарушы, исполняющий
	// обязанности), by the Order.
	DeputyOf string
	Order    Order
	// Position is what documents print of the office; of a deputy with «м.а.» and «и.о.».
	Position documents.Text

	GivenBy string // an administrator; empty for a command on the machine
	GivenAt time.Time
	EndedBy string
	EndedAt time.Time // zero while it was not ended before its time
}

// Order is an act of the provider.
type Order struct {
	Number string
	Date   documents.Date
}

// Rule is why a duty is not given or ended.
type Rule string

// The rules.
const (
	RuleOwn      Rule = "own"      // nobody gives or ends duties of his own
	RuleRole     Rule = "role"     // the regulation has no such role for people in service
	RuleProvider Rule = "provider" // there is no such provider, or the role serves all, or none was named
	RuleTime     Rule = "time"     // it begins in the past, or ends before it begins
	RuleHeld     Rule = "held"     // the person has it then
	RuleDeputy   Rule = "deputy"   // what a deputy's duty needs is missing or wrong
	RuleOver     Rule = "over"     // it has ended
)

// DutyError says why a duty is not given or ended.
type DutyError struct {
	Rule   Rule
	Detail string // English; names no person
}

func (e *DutyError) Error() string { return fmt.Sprintf("%s (%s)", e.Detail, e.Rule) }

const dutyColumns = `id, person, role, provider, valid_from, valid_until, deputy_of, order_number, order_date, position,
	given_by, given_at, ended_by, ended_at`

func scanDuty(scan func(...any) error) (Duty, error) {
	var d Duty
	var from, until, givenAt, endedAt int64
	var date, position string
	err := scan(&d.ID, &d.Person, &d.Role, &d.Provider, &from, &until, &d.DeputyOf, &d.Order.Number, &date, &position, &d.GivenBy, &givenAt, &d.EndedBy, &endedAt)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return d, ErrNotFound
	case err != nil:
		return d, failedTo("read a duty", err)
	}
	d.From, d.Until, d.GivenAt, d.EndedAt = store.Time(from), moment(until), store.Time(givenAt), moment(endedAt)
	if date != "" {
		if d.Order.Date, err = documents.ParseDate(date); err != nil {
			return d, failedTo("read duty "+d.ID, err)
		}
	}
	if position != "" {
		if err := json.Unmarshal([]byte(position), &d.Position); err != nil {
			return d, failedTo("read duty "+d.ID, err)
		}
	}
	return d, nil
}

// moment is a time that may be open.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return store.Time(us)
}

// micros is the reverse of moment.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return store.Micros(t)
}

// HeldAt reports whether the duty is had at a moment.
func (d Duty) HeldAt(at time.Time) bool {
	return !at.Before(d.From) && (d.Until.IsZero() || at.Before(d.Until)) && (d.EndedAt.IsZero() || at.Before(d.EndedAt))
}

// Duties returns the duties that a person has at a moment; of every moment when it is
// zero.
func Duties(ctx context.Context, r store.Reader, person string, at time.Time) ([]Duty, error) {
	return duties(ctx, r, at, `SELECT `+dutyColumns+` FROM duties WHERE person = $1 ORDER BY given_at, id`, person)
}

func duties(ctx context.Context, r store.Reader, at time.Time, query string, args ...any) ([]Duty, error) {
	rows, err := r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, failedTo("read the duties", err)
	}
	defer rows.Close()
	var all []Duty
	for rows.Next() {
		d, err := scanDuty(rows.Scan)
		if err != nil {
			return nil, err
		}
		if at.IsZero() || d.HeldAt(at) {
			all = append(all, d)
		}
	}
	return all, rows.Err()
}

// Holds returns the duty by which a person has a role at a provider at a moment, and
// whether he does. A duty without a provider holds at all.
func Holds(ctx context.Context, r store.Reader, person, role, provider string, at time.Time) (Duty, bool, error) {
	all, err := duties(ctx, r, at, `SELECT `+dutyColumns+` FROM duties
		WHERE person = $1 AND role = $2 AND (provider = $3 OR provider = '') ORDER BY given_at, id`, person, role, provider)
	if err != nil || len(all) == 0 {
		return Duty{}, false, err
	}
	return all[0], true, nil
}

// administers refuses whoever does not administer people at a moment.
func administers(ctx context.Context, r store.Reader, person string, at time.Time) error {
	_, ok, err := Holds(ctx, r, person, Administrator, "", at)
	if err == nil && !ok {
		err = ErrNotAdministrator
	}
	return err
}

// DutyRequest asks for a duty to be given.
type DutyRequest struct {
	Person, Role, Provider string
	From                   time.Time // now when zero
	Until                  time.Time // open when zero
	DeputyOf               string
	Order                  Order
	Position               documents.Text
	By                     string // the administrator who gives it
}

// GiveDuty gives a duty, by the word of an administrator and never his own. What speaks
// against it is a *[DutyError].
func (b *Book) GiveDuty(ctx context.Context, q DutyRequest) (d Duty, err error) {
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := b.Store.Moment()
		if err := tx.HoldRules(ctx); err != nil {
			return err
		}
		if err := administers(ctx, tx, q.By, now); err != nil {
			return err
		}
		if q.By == q.Person {
			return &DutyError{RuleOwn, "nobody gives himself a duty"}
		}
		if err := b.serves(ctx, tx, q); err != nil {
			return err
		}
		d, err = give(ctx, tx, q, now)
		return err
	})
	return d, err
}

// serves refuses a role that nobody is in service by, and a provider that is not there.
func (b *Book) serves(ctx context.Context, tx *store.Tx, q DutyRequest) error {
	if q.Role == Administrator {
		return forAll(q)
	}
	rules, err := b.Rulebook.In(ctx, tx)
	if err != nil {
		return err
	}
	known, provides := false, false
	for _, e := range rules.Law.Editions() {
		role, ok := e.Role(q.Role)
		if ok && role.Acts == regulation.ForCentre {
			return forAll(q)
		}
		known = known || ok && role.Acts == ""
		for _, s := range e.Services {
			provides = provides || q.Provider != "" && s.ProviderID == q.Provider
		}
	}
	switch {
	case !known:
		return &DutyError{RuleRole, "the regulation has no such role of people in service"}
	case !provides:
		return &DutyError{RuleProvider, "no service has such a provider"}
	}
	return nil
}

func forAll(q DutyRequest) error {
	if q.Provider != "" {
		return &DutyError{RuleProvider, "the role serves all providers, and names none"}
	}
	return nil
}

// clocksDiffer is how far a beginning may lie back that means now.
const clocksDiffer = time.Minute

// give writes a duty down that may be given.
func give(ctx context.Context, tx *store.Tx, q DutyRequest, now time.Time) (Duty, error) {
	if _, err := Lookup(ctx, tx, q.Person); err != nil {
		return Duty{}, err
	}
	d := Duty{
		ID: newID(tx), Person: q.Person, Role: q.Role, Provider: q.Provider, From: q.From, Until: q.Until, DeputyOf: q.DeputyOf,
		Order: Order{documents.NormaliseKazakh(q.Order.Number), q.Order.Date}, GivenBy: q.By, GivenAt: now,
		Position: documents.Text{KK: documents.NormaliseKazakh(q.Position.KK), RU: documents.NormaliseKazakh(q.Position.RU)},
	}
	if late := now.Sub(d.From); d.From.IsZero() || late > 0 && late < clocksDiffer {
		d.From = now
	}
	d.From = d.From.UTC().Truncate(time.Microsecond)
	if !d.Until.IsZero() {
		d.Until = d.Until.UTC().Truncate(time.Microsecond)
	}
	if d.From.Before(now) || !d.Until.IsZero() && !d.Until.After(d.From) {
		return d, &DutyError{RuleTime, "a duty begins now or later, and ends after that"}
	}
	for _, check := range []func(context.Context, store.Reader) error{d.free, d.deputises} {
		if err := check(ctx, tx); err != nil {
			return d, err
		}
	}
	return d, d.insert(ctx, tx)
}

// free refuses a duty that the person has at some time of it.
func (d Duty) free(ctx context.Context, r store.Reader) error {
	all, err := duties(ctx, r, time.Time{}, `SELECT `+dutyColumns+` FROM duties WHERE person = $1 AND role = $2 AND provider = $3`, d.Person, d.Role, d.Provider)
	if err != nil {
		return err
	}
	for _, o := range all {
		until := o.Until
		if !o.EndedAt.IsZero() && (until.IsZero() || o.EndedAt.Before(until)) {
			until = o.EndedAt
		}
		if (until.IsZero() || d.From.Before(until)) && (d.Until.IsZero() || o.From.Before(d.Until)) {
			return &DutyError{RuleHeld, "the person has this duty at that time"}
		}
	}
	return nil
}

// deputises refuses a deputy without an order, an end or an office that says so, and one
// of somebody who has no such duty of his own.
func (d Duty) deputises(ctx context.Context, r store.Reader) error {
	refuse := func(detail string) error { return &DutyError{RuleDeputy, detail} }
	if (d.Order.Number == "") != d.Order.Date.IsZero() {
		return refuse("an order has a number and a date")
	}
	if d.Position != (documents.Text{}) && (d.Position.KK == "" || d.Position.RU == "") {
		return refuse("an office is printed in both languages")
	}
	if d.DeputyOf == "" {
		return nil
	}
	own, ok, err := Holds(ctx, r, d.DeputyOf, d.Role, d.Provider, d.From)
	switch {
	case err != nil:
		return err
	case d.DeputyOf == d.Person, !ok, own.DeputyOf != "", own.Provider != d.Provider:
		return refuse("a deputy acts in the place of another who has the duty himself")
	case d.Order.Number == "" || d.Until.IsZero():
		return refuse("a deputy is one by an order, and until a day")
	case !isActing(d.Position):
		return refuse("the office of a deputy ends in «м.а.» in Kazakh and begins with «и.о.» in Russian")
	}
	return nil
}

// isActing reports whether an office says in both languages that somebody acts in it.
func isActing(p documents.Text) bool {
	kk, ru := strings.ToLower(p.KK), strings.ToLower(p.RU)
	return strings.HasSuffix(kk, " м.а.") && strings.HasPrefix(ru, "и.о. ")
}

func (d Duty) insert(ctx context.Context, tx *store.Tx) error {
	var position, date string
	if d.Position != (documents.Text{}) {
		raw, err := json.Marshal(d.Position)
		if err != nil {
			return failedTo("encode an office", err)
		}
		position = string(raw)
	}
	if !d.Order.Date.IsZero() {
		date = d.Order.Date.String()
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO duties (`+dutyColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', 0)`,
		d.ID, d.Person, d.Role, d.Provider, store.Micros(d.From), micros(d.Until), d.DeputyOf, d.Order.Number, date, position, d.GivenBy, store.Micros(d.GivenAt))
	if err != nil {
		return failedTo("give a duty", err)
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: dutyRows, Key: d.ID, Event: given, At: d.GivenAt})
}

// EndDuty ends a duty now, by the word of an administrator and never his own; one that
// has not begun never does.
func (b *Book) EndDuty(ctx context.Context, id, by string) (d Duty, err error) {
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := b.Store.Moment()
		if err := tx.HoldRules(ctx); err != nil {
			return err
		}
		if err := administers(ctx, tx, by, now); err != nil {
			return err
		}
		if d, err = scanDuty(tx.QueryRowContext(ctx, `SELECT `+dutyColumns+` FROM duties WHERE id = $1`, id).Scan); err != nil {
			return err
		}
		switch {
		case d.Person == by:
			return &DutyError{RuleOwn, "nobody ends a duty of his own"}
		case !d.EndedAt.IsZero() || !d.Until.IsZero() && !now.Before(d.Until):
			return &DutyError{RuleOver, "the duty has ended"}
		}
		d.EndedBy, d.EndedAt = by, now
		if _, err := tx.ExecContext(ctx, `UPDATE duties SET ended_by = $1, ended_at = $2 WHERE id = $3`, by, store.Micros(now), id); err != nil {
			return failedTo("end a duty", err)
		}
		return registry.EnterRow(ctx, tx, store.Change{Table: dutyRows, Key: id, Event: store.Ended, At: now})
	})
	return d, err
}

// firstAdministrators is how many are appointed on the machine: one gives the duties of
// the other.
const firstAdministrators = 2

// Appoint makes a person an administrator by the word of whoever runs the machine, while
// there are fewer than two; then it is [ErrEnoughAdministrators].
func (b *Book) Appoint(ctx context.Context, natural documents.NaturalPerson) (p Person, d Duty, err error) {
	if natural, err = checked(natural); err != nil {
		return p, d, err
	}
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := b.Store.Moment()
		if err := tx.HoldRules(ctx); err != nil {
			return err
		}
		there, err := duties(ctx, tx, now, `SELECT `+dutyColumns+` FROM duties WHERE role = $1`, Administrator)
		if err != nil {
			return err
		}
		if len(there) >= firstAdministrators {
			return ErrEnoughAdministrators
		}
		if p, _, err = add(ctx, tx, addition{natural, "", now}); err != nil {
			return err
		}
		d, err = give(ctx, tx, DutyRequest{Person: p.ID, Role: Administrator}, now)
		return err
	})
	return p, d, err
}

// Holder is somebody with the duty by which he acts.
type Holder struct {
	Person Person
	Duty   Duty
}

// InRole returns who has a role at a provider at a moment, in the order in which it was
// given to them. A duty without a provider holds at all.
func InRole(ctx context.Context, r store.Reader, role, provider string, at time.Time) (list []Holder, err error) {
	all, err := duties(ctx, r, at, `SELECT `+dutyColumns+` FROM duties
		WHERE role = $1 AND (provider = $2 OR provider = '') ORDER BY given_at, id`, role, provider)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		p, err := Lookup(ctx, r, d.Person)
		if err != nil {
			return nil, err
		}
		list = append(list, Holder{p, d})
	}
	return list, nil
}
