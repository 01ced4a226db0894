package applications

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
	"tamga/language/words"
)

// ErrErased means that the personal content of the application was erased. The error is an
// *[ErasedError].
var ErrErased = errors.New("the application was erased")

// ErasedError is an [ErrErased] with the record of it.
type ErasedError struct {
	Application string // its id
	Number      string // empty when it was never registered
	At          time.Time
}

func (e *ErasedError) Error() string {
	return fmt.Sprintf("the personal content of the application was erased on %s", documents.PrintedMoment(e.At))
}

// Unwrap makes every ErasedError an ErrErased.
func (e *ErasedError) Unwrap() error { return ErrErased }

// Ground is why an application may be erased.
type Ground string

// The grounds.
const (
	GroundOrder     Ground = "order"     // an order names it
	GroundRetention Ground = "retention" // it was kept for as long as the rules say
)

// Reasons why an application is not erased, beside those of steps.
const (
	ReasonPending   Reason = "pending"   // it has not ended
	ReasonRetention Reason = "retention" // it is still to be kept
	ReasonKept      Reason = "kept"      // a document of it is still needed
)

// erases names the act in refusals.
const erases = "erase"

// EraseRequest asks to erase an application.
type EraseRequest struct {
	Client      string // of the requests by which its documents are erased
	Application string // its id or number
	Actor       Actor  // who signs, in a role that may
	Ground      Ground
	// Order is the order, or the act of destruction after the retention, as documents are
	// erased by; it names no applicant.
	Order documents.NewEvent
	// Signature is a CMS over [Erasing.Act]; not looked at by [Book.Erasing].
	Signature []byte
}

// Erasing is what an erasure takes away.
type Erasing struct {
	// Act is what is signed.
	Act []byte
	// Rows are how many rows of each table lose what is personal in them.
	Rows []ErasedRows
	// Documents are the numbers that are erased with the application, and Left those that
	// repeat their content, such as duplicates, and are erased each by itself.
	Documents, Left []string
}

// ErasedRows are rows of one table.
type ErasedRows struct {
	Table string `json:"table"`
	Rows  int    `json:"rows"`
}

// Erasure is the record of an application that was erased.
type Erasure struct {
	Application
	Act       []byte
	Signature []byte // CMS
	Ground    Ground
	Order     documents.NewEvent
	Person    string // who has signed: an id
	Role      string
	At        time.Time
}

// erasureKind begins every act that erases, so that nothing else that a person signs is
// one.
const erasureKind = "tamga erasure 1"

// erasureAct is what is signed. Its members stand in this order.
type erasureAct struct {
	Kind        string             `json:"kind"`
	What        language.Text      `json:"what"`
	Application erasedApplication  `json:"application"`
	Ground      Ground             `json:"ground"`
	Order       documents.NewEvent `json:"order"`
	Documents   []string           `json:"documents"`
	Who         statedPerson       `json:"who"`
}

// erasedApplication names no applicant: the act stays.
type erasedApplication struct {
	ID      string `json:"id"`
	Number  string `json:"number,omitempty"`
	Edition string `json:"edition"`
	Service string `json:"service"`
}

// same reports whether two acts are of the same request.
func (a erasureAct) same(o erasureAct) bool {
	return a.Ground == o.Ground && a.Order == o.Order && a.Who == o.Who
}

// errTried ends a transaction that has shown what it would do.
var errTried = errors.New("nothing is erased, which was only tried")

// Erasing returns what erasing would take away, and what is signed for it. Nothing is
// erased; what may not be is refused as by [Book.Erase].
func (b *Book) Erasing(ctx context.Context, req EraseRequest) (all Erasing, err error) {
	if req, err = b.askedErasure(req); err != nil {
		return all, err
	}
	err = b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err := b.erasable(ctx, tx, req)
		if err != nil {
			return err
		}
		if all, err = b.erase(ctx, tx, erasure{c, req, nil}); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return all, err
}

// Erase takes the personal content of an application that has ended away for good, with
// all that hangs on it and with the documents that it got: what its applicant has filled
// in, signed, attached, paid and been told, and who has looked. What stays is its number,
// service and route, its steps with their outcomes and times, the records of the log, and
// the signed act that erases. A document that is needed, such as a licence in force, keeps
// its application.
//
// The same request gets the same erasure, with true as the second result; any other one
// about an application that was erased is [ErrErased]. What may not be done is a
// *[RefusedError]. [store.ErrUnavailable] may mean what [registry.Registry.Erase] says.
func (b *Book) Erase(ctx context.Context, req EraseRequest) (done Erasure, replayed bool, err error) {
	if req, err = b.askedErasure(req); err != nil {
		return done, false, err
	}
	if done, replayed, err = b.erasedBefore(ctx, req); replayed || err != nil {
		return done, replayed, err
	}
	all, err := b.Erasing(ctx, req)
	if err != nil {
		return done, false, err
	}
	signed, err := b.judgeErasure(ctx, req, all.Act)
	if err != nil {
		return done, false, err
	}
	err = b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err := b.erasable(ctx, tx, req)
		if err != nil {
			return err
		}
		now, err := b.erase(ctx, tx, erasure{c, req, signed})
		if err == nil && !bytes.Equal(now.Act, signed.act) {
			err = ErrChanged
		}
		return err
	})
	if err != nil {
		return done, false, err
	}
	b.Register.Store.At("application erased")
	if err := b.Register.Store.Forget(ctx); err != nil {
		return done, false, err
	}
	done, err = b.Erasure(ctx, req.Application)
	return done, false, err
}

// erasedBefore finds the erasure that the same request has made. The disk may not have
// forgotten yet.
func (b *Book) erasedBefore(ctx context.Context, req EraseRequest) (Erasure, bool, error) {
	done, err := b.Erasure(ctx, req.Application)
	if errors.Is(err, errNotErased) {
		return done, false, nil
	}
	if err != nil {
		return done, false, err
	}
	var act erasureAct
	if err := json.Unmarshal(done.Act, &act); err != nil {
		return done, false, fmt.Errorf("failed to read an erasure: %w", err)
	}
	if !act.same(erasureAct{Ground: req.Ground, Order: req.Order, Who: req.Actor.stated()}) {
		return done, false, done.error()
	}
	return done, true, b.Register.Store.Forget(ctx)
}

func (a Actor) stated() statedPerson { return statedPerson{a.ID, a.Person, a.Role} }

// error is what an erased application is answered with.
func (e Erasure) error() error { return &ErasedError{e.ID, e.Number, e.At} }

// askedErasure looks at all of a request that needs no database.
func (b *Book) askedErasure(req EraseRequest) (EraseRequest, error) {
	req.Order = req.Order.Normalise()
	if req.Ground != GroundOrder && req.Ground != GroundRetention {
		return req, &documents.InvalidError{Fields: []documents.FieldError{{
			Pointer: "/ground", Code: documents.CodeUnknown, Detail: "is neither order nor retention",
		}}}
	}
	return req, req.Order.ValidateErasure(b.Register.Store.Moment())
}

// erasable returns the application of a request, locked, if it may be erased.
func (b *Book) erasable(ctx context.Context, tx *store.Tx, req EraseRequest) (Case, error) {
	refuse := func(r Reason, format string, args ...any) (Case, error) {
		return Case{}, &RefusedError{Reason: r, Step: erases, Detail: fmt.Sprintf(format, args...)}
	}
	a, err := locked(ctx, tx, req.Application)
	if err != nil {
		return Case{}, err
	}
	rules, err := b.Rulebook.In(ctx, tx)
	if err != nil {
		return Case{}, err
	}
	c, err := caseBy(rules, a)
	if err != nil {
		return Case{}, err
	}
	c.At = b.Register.Store.Moment()
	r := c.Rules.ErasingRules()
	switch {
	case !r.May(req.Actor.Role):
		return refuse(ReasonActor, "applications are erased by %s", r.By)
	case c.Ended == "":
		return refuse(ReasonPending, "the application has not ended: it stands at %s", c.StandsAt())
	case req.Ground == GroundRetention && c.At.Before(c.keptUntil(r)):
		return refuse(ReasonRetention, "the application is kept for %d years, until %s", r.RetentionYears, documents.CivilDate(c.keptUntil(r)))
	}
	return c, nil
}

// keptUntil is when the retention of an application that has ended is over.
func (c Case) keptUntil(r regulation.Erasing) time.Time {
	return c.Entries[len(c.Entries)-1].At.AddDate(r.RetentionYears, 0, 0)
}

// judgeErasure judges the signature of who erases: it holds, and is his.
func (b *Book) judgeErasure(ctx context.Context, req EraseRequest, act []byte) (*judged, error) {
	if req.Signature == nil {
		return nil, &RefusedError{Reason: ReasonSignature, Step: erases, Detail: "whoever erases signs it"}
	}
	a, err := b.Application(ctx, req.Application)
	if err != nil {
		return nil, err
	}
	c, err := b.Case(ctx, a)
	if err != nil {
		return nil, err
	}
	// No step offers the signature to a condition: all of it must hold.
	d := deed{c, regulation.Move{Step: &regulation.Step{}, Exit: regulation.Exit{}}, EnterRequest{Signature: req.Signature, Act: Act{Actor: req.Actor, Step: erases}}}
	return b.judgeAct(ctx, d, act)
}

// erasure is an application that is being erased; signed is nil for one that is tried.
type erasure struct {
	c      Case
	req    EraseRequest
	signed *judged
}

func (b *Book) erase(ctx context.Context, tx *store.Tx, e erasure) (all Erasing, err error) {
	if all.Documents, err = documentsOf(ctx, tx, e.c); err != nil {
		return all, err
	}
	if all.Left, err = repeatedBy(ctx, tx, all.Documents); err != nil {
		return all, err
	}
	act := erasureAct{
		Kind: erasureKind, What: words.Of("act.erasure"), Application: erasedApplication{e.c.ID, e.c.Number, e.c.Edition, e.c.Service},
		Ground: e.req.Ground, Order: e.req.Order, Documents: all.Documents, Who: e.req.Actor.stated(),
	}
	if all.Act, err = json.MarshalIndent(act, "", "  "); err != nil {
		return all, fmt.Errorf("failed to write the act: %w", err)
	}
	for _, number := range all.Documents {
		if err := b.eraseDocument(ctx, tx, e, number); err != nil {
			return all, err
		}
	}
	if err := tx.At(ctx, "documents erased"); err != nil {
		return all, err
	}
	rows, err := eraseRows(ctx, tx, e.c.ID, e.c.At)
	if err != nil {
		return all, err
	}
	for _, r := range rows {
		i := slices.IndexFunc(all.Rows, func(o ErasedRows) bool { return o.Table == r.Table })
		if i < 0 {
			i, all.Rows = len(all.Rows), append(all.Rows, ErasedRows{Table: r.Table})
		}
		all.Rows[i].Rows++
	}
	if e.signed == nil {
		return all, nil
	}
	return all, e.keep(ctx, tx, rows)
}

// keep writes the signed act down, and the records of what it has erased.
func (e erasure) keep(ctx context.Context, tx *store.Tx, rows []registry.ErasedRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO application_erasures (application, act, signature, verdict, person, role, ground, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.c.ID, string(e.signed.act), e.signed.signature, string(e.signed.verdict),
		e.req.Actor.ID, e.req.Actor.Role, string(e.req.Ground), store.Micros(e.c.At))
	if err != nil {
		return fmt.Errorf("failed to keep the act that erases: %w", err)
	}
	if err := tx.At(ctx, "rows erased"); err != nil {
		return err
	}
	if err := registry.EnterRow(ctx, tx, store.Change{Table: "application_erasures", Key: e.c.ID, Event: store.Kept, At: e.c.At}); err != nil {
		return err
	}
	return registry.EraseRows(ctx, tx, rows, registry.SignedErasure{Signature: e.signed.signature, At: e.c.At})
}

// eraseDocument erases a document of the application, by the rules of documents.
func (b *Book) eraseDocument(ctx context.Context, tx *store.Tx, e erasure, number string) error {
	refuse := func(why string) error {
		return &RefusedError{Reason: ReasonKept, Step: erases, Detail: fmt.Sprintf("document № %s is kept: %s", number, why)}
	}
	err := b.Register.EraseIn(ctx, tx, registry.EventRequest{
		Client: e.req.Client, IdempotencyKey: fmt.Sprintf("erase application %s %s", e.c.ID, number), Number: number, AnyState: true, Event: e.req.Order,
	})
	var rule *documents.RuleError
	switch {
	case errors.Is(err, registry.ErrErased):
		return nil
	case errors.Is(err, registry.ErrNotFound):
		return refuse("it is still being issued")
	case errors.As(err, &rule):
		return refuse(rule.Error())
	}
	return err
}
