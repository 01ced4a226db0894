package people

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// PowerKind is where a power of attorney is known from.
type PowerKind string

// The kinds.
const (
	PowerDocument PowerKind = "document" // a paper or a file that was shown
	PowerNotarial PowerKind = "enis"     // the notaries' information system (ЕНИС)
)

// Power is a power of attorney: the person may act for its principal.
type Power struct {
	ID string
	// Principal is who gave it, as [documents.Holder.Identity] writes it: personal data.
	Principal string
	// Name is that of the principal.
	Name                 documents.Text
	Person               string // who may act
	Kind                 PowerKind
	Number               string
	IssuedOn, ValidUntil documents.Date // the last day
	May                  Right
	EnteredBy            string // a person, or [PowerNotarial] for the notaries' system
	EnteredAt            time.Time
	EndedBy              string
	EndedAt              time.Time
}

// InForce reports whether a power of attorney counts at a moment.
func (p Power) InForce(at time.Time) bool {
	day := documents.CivilDate(at)
	return day.Within(p.IssuedOn, documents.Date{}) && p.ValidUntil.Within(day, documents.Date{}) && (p.EndedAt.IsZero() || at.Before(p.EndedAt))
}

// officials enter powers of attorney that are shown to them.
func officials() []string { return []string{"REGISTRAR", "STAFF", "OPERATOR"} }

// Attested is what the notaries' system says of a power of attorney.
type Attested struct {
	From, Until documents.Date // the last day
	May         Right
}

// PowerRequest asks for a power of attorney to be written down. Of one of the notaries'
// system the days and the right are what that system says, whatever stands here.
type PowerRequest struct {
	Principal            documents.Holder
	Person               string
	Kind                 PowerKind
	Number               string
	IssuedOn, ValidUntil documents.Date
	May                  Right
}

// EnterPower writes a power of attorney down: by the principal himself, signed in by key,
// or by an official to whom it was shown. Anybody else is a *[RefusedError]. The same one
// entered again is the one that was entered. One of the notaries' system is asked for
// there first, and not entered unless the system knows it ([ErrNoPower], [ErrNotaries], or what the system answers).
func (b *Book) EnterPower(ctx context.Context, q PowerRequest, by Session) (p Power, err error) {
	q.Principal = q.Principal.Normalise()
	q.Number = documents.NormaliseKazakh(q.Number)
	if err := q.check(b.Store.Moment()); err != nil {
		return p, err
	}
	if q.Kind == PowerNotarial {
		if q, err = b.attested(ctx, q, by); err != nil {
			return p, err
		}
	}
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := b.Store.Moment()
		if err := mayEnter(ctx, tx, q, by, now); err != nil {
			return err
		}
		if _, err := Lookup(ctx, tx, q.Person); err != nil {
			return err
		}
		p, err = q.insert(ctx, tx, by.Person.ID, now)
		return err
	})
	return p, err
}

// attested returns a request with what the notaries' system says. It is asked for nobody
// who may not enter the power.
func (b *Book) attested(ctx context.Context, q PowerRequest, by Session) (PowerRequest, error) {
	agent, err := b.agentOf(ctx, q, by)
	if err != nil {
		return q, err
	}
	if b.Notaries == nil {
		return q, ErrNotaries
	}
	a, err := b.Notaries(ctx, q.Number, q.Principal, agent.Holder())
	if err != nil {
		return q, err
	}
	q.IssuedOn, q.ValidUntil, q.May = a.From, a.Until, a.May
	return q, nil
}

// agentOf returns who may act by a power, if who enters it may.
func (b *Book) agentOf(ctx context.Context, q PowerRequest, by Session) (p Person, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	if err := mayEnter(ctx, b.Store, q, by, b.Store.Moment()); err != nil {
		return p, err
	}
	return Lookup(ctx, b.Store, q.Person)
}

// mayEnter refuses who is neither the principal, nor an official, and whoever gives
// himself a power.
func mayEnter(ctx context.Context, r store.Reader, q PowerRequest, by Session, at time.Time) error {
	if q.Person == by.Person.ID {
		return &RefusedError{DeniedPerson, Sign}
	}
	for _, role := range officials() {
		held, err := duties(ctx, r, at, `SELECT `+dutyColumns+` FROM duties WHERE person = $1 AND role = $2`, by.Person.ID, role)
		if err != nil {
			return err
		}
		if len(held) > 0 {
			return nil
		}
	}
	_, err := MayAct(by.Acting(), q.Principal, Sign, at)
	if err == nil && by.Level != ByKey {
		err = &RefusedError{DeniedRight, Sign}
	}
	return err
}

// mostNumber is the longest number of a power of attorney, in characters.
const mostNumber = 100

func (q PowerRequest) check(now time.Time) error {
	var fields []documents.FieldError
	fail := func(pointer, code, detail string) {
		fields = append(fields, documents.FieldError{Pointer: pointer, Code: code, Detail: detail})
	}
	if !slices.Contains([]PowerKind{PowerDocument, PowerNotarial}, q.Kind) {
		fail("/kind", documents.CodeUnknown, "is neither document nor enis")
	}
	switch length := utf8.RuneCountInString(q.Number); {
	case length == 0:
		fail("/number", documents.CodeRequired, "is empty")
	case length > mostNumber:
		fail("/number", documents.CodeTooLong, "has more characters than any number")
	}
	if q.Kind != PowerNotarial {
		q.checkStated(now, fail)
	}
	if err := documents.CheckHolder("/principal", q.Principal); err != nil || len(fields) > 0 {
		return joined(err, fields)
	}
	return nil
}

// checkStated tells what is wrong with what nobody but the request says of a power.
func (q PowerRequest) checkStated(now time.Time, fail func(pointer, code, detail string)) {
	if q.May != Sign && q.May != FillIn {
		fail("/may", documents.CodeUnknown, "is neither sign nor fill_in")
	}
	today := documents.CivilDate(now)
	if q.IssuedOn.IsZero() || !today.Within(q.IssuedOn, documents.Date{}) {
		fail("/issued_on", documents.CodeDate, "is no day until today")
	}
	if q.ValidUntil.IsZero() || !q.ValidUntil.Within(q.IssuedOn, documents.Date{}) {
		fail("/valid_until", documents.CodeDate, "is no day after it was issued")
	}
}

// joined adds what is wrong with other fields to what is wrong with a holder.
func joined(err error, fields []documents.FieldError) error {
	if invalid, ok := err.(*documents.InvalidError); ok {
		fields = append(fields, invalid.Fields...)
	}
	return &documents.InvalidError{Fields: fields}
}

const powerColumns = `id, principal, principal_name, person, kind, number, issued_on, valid_until, may, entered_by, entered_at, ended_by, ended_at`

func (q PowerRequest) insert(ctx context.Context, tx *store.Tx, by string, now time.Time) (Power, error) {
	p := Power{
		ID: newID(tx), Principal: q.Principal.Identity(), Person: q.Person, Kind: q.Kind, Number: q.Number,
		Name:     documents.Text{KK: q.Principal.FullName(documents.KK), RU: q.Principal.FullName(documents.RU)},
		IssuedOn: q.IssuedOn, ValidUntil: q.ValidUntil, May: q.May, EnteredBy: by, EnteredAt: now,
	}
	name, err := json.Marshal(p.Name)
	if err != nil {
		return p, failedTo("encode a power of attorney", err)
	}
	written, err := tx.Changed(ctx, `INSERT INTO powers (`+powerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', 0)
		ON CONFLICT (principal, person, kind, number) DO NOTHING`,
		p.ID, p.Principal, string(name), p.Person, string(p.Kind), p.Number, p.IssuedOn.String(), p.ValidUntil.String(), string(p.May), by, store.Micros(now))
	if err != nil {
		return p, failedTo("enter a power of attorney", err)
	}
	if !written {
		all, err := powers(ctx, tx, `principal = $1 AND person = $2 AND kind = $3 AND number = $4`, p.Principal, p.Person, string(p.Kind), p.Number)
		if err != nil || len(all) == 0 {
			return p, err
		}
		return all[0], nil
	}
	return p, registry.EnterRow(ctx, tx, store.Change{Table: powerRows, Key: p.ID, Event: store.Entered, At: now})
}

// PowersOf returns the powers of attorney that a person was given, those over among them.
func PowersOf(ctx context.Context, r store.Reader, person string) ([]Power, error) {
	return powers(ctx, r, `person = $1`, person)
}

func powers(ctx context.Context, r store.Reader, where string, args ...any) ([]Power, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+powerColumns+` FROM powers WHERE `+where+` ORDER BY entered_at, id`, args...)
	if err != nil {
		return nil, failedTo("read powers of attorney", err)
	}
	defer rows.Close()
	var all []Power
	for rows.Next() {
		p, err := scanPower(rows.Scan)
		if err != nil {
			return nil, failedTo("read powers of attorney", err)
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

func scanPower(scan func(...any) error) (Power, error) {
	var p Power
	var name, kind, may, issued, until string
	var entered, ended int64
	err := scan(&p.ID, &p.Principal, &name, &p.Person, &kind, &p.Number, &issued, &until, &may, &p.EnteredBy, &entered, &p.EndedBy, &ended)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(name), &p.Name); err != nil {
		return p, err
	}
	if p.IssuedOn, err = documents.ParseDate(issued); err != nil {
		return p, err
	}
	if p.ValidUntil, err = documents.ParseDate(until); err != nil {
		return p, err
	}
	p.Kind, p.May, p.EnteredAt, p.EndedAt = PowerKind(kind), Right(may), store.Time(entered), moment(ended)
	return p, nil
}

// EndPower ends a power of attorney now: by its principal, signed in by key, by who was
// given it, or by an official.
func (b *Book) EndPower(ctx context.Context, id string, by Session) (p Power, err error) {
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		all, err := powers(ctx, tx, `id = $1`, id)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return ErrNotFound
		}
		p = all[0]
		if err := mayEnd(ctx, tx, p, by, b.Store.Moment()); err != nil || !p.EndedAt.IsZero() {
			return err
		}
		p.EndedBy, p.EndedAt = by.Person.ID, b.Store.Moment()
		if _, err := tx.ExecContext(ctx, `UPDATE powers SET ended_by = $1, ended_at = $2 WHERE id = $3`, p.EndedBy, store.Micros(p.EndedAt), id); err != nil {
			return failedTo("end a power of attorney", err)
		}
		return registry.EnterRow(ctx, tx, store.Change{Table: powerRows, Key: id, Event: store.Ended, At: p.EndedAt})
	})
	return p, err
}

func mayEnd(ctx context.Context, r store.Reader, p Power, by Session, at time.Time) error {
	if p.Person == by.Person.ID {
		return nil
	}
	principal := documents.Holder{Natural: &by.Person.Natural}
	if bin, ok := strings.CutPrefix(p.Principal, "bin\n"); ok {
		principal = documents.Holder{Legal: &documents.LegalEntity{BIN: certs.BIN(bin)}}
	}
	if principal.Identity() != p.Principal {
		principal = documents.Holder{}
	}
	return mayEnter(ctx, r, PowerRequest{Principal: principal}, by, at)
}

// Acting adds the powers of attorney of the person to who acts, where he is known.
func (b *Book) Acting(ctx context.Context, r store.Reader, a Acting) (Acting, error) {
	p, err := identified(ctx, r, documents.Holder{Natural: &a.Natural}.Identity())
	if err == ErrNotFound {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	a.Powers, err = PowersOf(ctx, r, p.ID)
	return a, err
}
