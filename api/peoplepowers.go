package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/gateways"
	"tamga/documents/people"
)

// meView is who is signed in, what he has to do, and for whom he may act.
type meView struct {
	Session sessionView  `json:"session"`
	Duties  []dutyView   `json:"duties"` // those that he has now
	ActsFor []actingView `json:"acts_for"`
}

// actingView is a party for whom somebody may act, and by what.
type actingView struct {
	Name       documents.Text  `json:"name,omitzero"` // absent of the organisation of a certificate
	BIN        certs.BIN       `json:"bin,omitempty"`
	Ground     people.Ground   `json:"ground"`
	May        []people.Right  `json:"may"`
	Power      string          `json:"power,omitempty"`
	ValidUntil *documents.Date `json:"valid_until,omitempty"`
}

// me answers GET /v1/me.
func (v *service) me(c echo.Context) error {
	s, err := v.signedIn(c)
	if err != nil {
		return err
	}
	now := v.Registry.Store.Moment()
	held, err := people.Duties(contextOf(c), v.Registry.Store, s.Person.ID, now)
	if err != nil {
		return err
	}
	acting, err := v.People.Acting(contextOf(c), v.Registry.Store, s.Acting())
	if err != nil {
		return err
	}
	duties, err := v.namedDuties(c, held)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, meView{viewOfSession(s), duties, actsFor(s, acting, now)})
}

// namedDuties are duties with the names that the rules in force have for their roles.
func (v *service) namedDuties(c echo.Context, held []people.Duty) ([]dutyView, error) {
	views := viewsOfDuties(held)
	rules, err := v.rules(contextOf(c))
	if err != nil {
		return nil, err
	}
	today := documents.CivilDate(v.now())
	for i := range views {
		for _, e := range rules.Law.Editions() {
			if e.InForce(today) {
				views[i].RoleName = e.NameOf(views[i].Role)
			}
		}
	}
	return views, nil
}

// actsFor are the parties for whom somebody may act at a moment.
func actsFor(s people.Session, acting people.Acting, at time.Time) []actingView {
	own := s.Person.Holder()
	all := []actingView{{Name: documents.Text{KK: own.FullName(documents.KK), RU: own.FullName(documents.RU)}, Ground: people.GroundSelf, May: []people.Right{people.FillIn, people.Sign}}}
	if s.BIN != "" {
		organisation := documents.Holder{Legal: &documents.LegalEntity{BIN: s.BIN}}
		view := actingView{BIN: s.BIN}
		for _, right := range []people.Right{people.FillIn, people.Sign} {
			if ground, err := people.MayAct(s.Acting(), organisation, right, at); err == nil {
				view.Ground, view.May = ground, append(view.May, right)
			}
		}
		if len(view.May) > 0 {
			all = append(all, view)
		}
	}
	for _, p := range acting.Powers {
		if !p.InForce(at) {
			continue
		}
		view := actingView{Name: p.Name, Ground: people.GroundPower, May: []people.Right{people.FillIn}, Power: p.ID, ValidUntil: &p.ValidUntil}
		if p.May == people.Sign {
			view.May = append(view.May, people.Sign)
		}
		all = append(all, view)
	}
	return all
}

// powerRequest enters a power of attorney.
type powerRequest struct {
	Principal  documents.Holder        `json:"principal"`
	Natural    documents.NaturalPerson `json:"representative"` // who may act; known here, by the number
	Kind       people.PowerKind        `json:"kind"`
	Number     string                  `json:"number"`
	IssuedOn   documents.Date          `json:"issued_on"`
	ValidUntil documents.Date          `json:"valid_until"`
	May        people.Right            `json:"may"`
}

// powerView is a power of attorney.
type powerView struct {
	ID         string           `json:"id"`
	Principal  documents.Text   `json:"principal"`
	Person     string           `json:"person"`
	Kind       people.PowerKind `json:"kind"`
	Number     string           `json:"number"`
	IssuedOn   documents.Date   `json:"issued_on"`
	ValidUntil documents.Date   `json:"valid_until"`
	May        people.Right     `json:"may"`
	EnteredBy  string           `json:"entered_by"`
	EnteredAt  time.Time        `json:"entered_at"`
	EndedBy    string           `json:"ended_by,omitempty"`
	EndedAt    time.Time        `json:"ended_at,omitzero"`
}

func viewOfPower(p people.Power) powerView {
	return powerView{
		ID: p.ID, Principal: p.Name, Person: p.Person, Kind: p.Kind, Number: p.Number, IssuedOn: p.IssuedOn, ValidUntil: p.ValidUntil,
		May: p.May, EnteredBy: p.EnteredBy, EnteredAt: p.EnteredAt, EndedBy: p.EndedBy, EndedAt: p.EndedAt,
	}
}

// enterPower answers POST /v1/powers: the principal, or an official to whom the paper was
// shown, writes a power of attorney down.
func (v *service) enterPower(c echo.Context) error {
	s, err := v.signedInByKey(c)
	if err != nil {
		return err
	}
	var body powerRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	who, err := people.Known(contextOf(c), v.Registry.Store, body.Natural)
	if errors.Is(err, people.ErrNotFound) {
		return badField("/representative", "unknown", "nobody of this number has registered")
	}
	if err != nil {
		return err
	}
	p, err := v.People.EnterPower(contextOf(c), people.PowerRequest{
		Principal: body.Principal, Person: who.ID, Kind: body.Kind, Number: body.Number,
		IssuedOn: body.IssuedOn, ValidUntil: body.ValidUntil, May: body.May,
	}, s)
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "power of attorney entered", "trace_id", traceID(c), "power", p.ID, "person", p.Person, "by", s.Person.ID)
	return personal(c, http.StatusCreated, viewOfPower(p))
}

// attested asks the notaries' system about a power of attorney: by a new message each
// time, because what it knows changes.
func (v *service) attested(ctx context.Context, number string, principal, agent documents.Holder) (a people.Attested, err error) {
	now := v.Registry.Store.Moment()
	id := gateways.MessageID(string(gateways.SystemNotaries), number, principal.Identity(), agent.Identity(), now.Format(time.RFC3339Nano))
	p, err := v.Notaries.Power(ctx, id, number, principal, agent)
	switch {
	case errors.Is(err, gateways.ErrNoData) || err == nil && !p.InForce(documents.CivilDate(now)):
		return a, people.ErrNoPower
	case err != nil:
		return a, err
	}
	return people.Attested{From: p.From, Until: p.Until, May: people.Right(p.May)}, nil
}

// endPower answers POST /v1/powers/{power}/end.
func (v *service) endPower(c echo.Context) error {
	s, err := v.signedInByKey(c)
	if err != nil {
		return err
	}
	p, err := v.People.EndPower(contextOf(c), c.Param("power"), s)
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "power of attorney ended", "trace_id", traceID(c), "power", p.ID, "person", p.Person, "by", s.Person.ID)
	return personal(c, http.StatusOK, viewOfPower(p))
}
