package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/messages"
	"tamga/documents/people"
	"tamga/documents/store"
	"tamga/language"
)

// fillGateways takes the bills and consents of the register where none were given.
func (v *service) fillGateways() {
	if v.Bills == nil {
		v.Bills = &gateways.Bills{Store: v.Registry.Store}
	}
	if v.Consents == nil {
		v.Consents = &gateways.Consents{Store: v.Registry.Store, Verifier: v.Verifier}
	}
	if v.Consents.SendCode == nil {
		v.Consents.SendCode = v.sendCode
	}
}

// sendCode sends a code by the messages of the application.
func (v *service) sendCode(ctx context.Context, tx *store.Tx, c gateways.Code) error {
	err := v.Messages.SendCode(ctx, tx, c.Application, c.Text, c.Until)
	if errors.Is(err, messages.ErrUnreached) {
		return fmt.Errorf("%w: %w", gateways.ErrNoCode, err)
	}
	return err
}

// accountView is a bill and how its payment stands, for whom the application concerns.
type accountView struct {
	Round         int                `json:"round"`
	State         gateways.Standing  `json:"state"`
	Tenge         int                `json:"tenge"` // what is due
	Purpose       language.Text      `json:"purpose"`
	Payment       string             `json:"payment,omitempty"`  // that the payment gateway gave it
	Redirect      string             `json:"redirect,omitempty"` // where it is paid, while it is open
	AskedAt       time.Time          `json:"asked_at"`
	Double        bool               `json:"paid_twice,omitempty"`
	Confirmations []confirmationView `json:"confirmations"`
}

type confirmationView struct {
	State   gateways.PaymentState `json:"state"`
	Tenge   int                   `json:"tenge"`
	Receipt string                `json:"receipt,omitempty"`
	PaidAt  time.Time             `json:"paid_at,omitzero"`
	At      time.Time             `json:"at"`
}

func accountViewOf(c applications.Case, a gateways.Account) accountView {
	view := accountView{
		Round: a.Round, State: a.Standing(), Tenge: a.Tenge, Payment: a.Payment, AskedAt: a.AskedAt, Double: a.Double(),
		Confirmations: []confirmationView{},
	}
	if s, ok := c.Rules.Service(a.Purpose); ok {
		view.Purpose = s.Name
	}
	if view.State == gateways.StandsOpen {
		view.Redirect = a.Redirect
	}
	for _, said := range a.Confirmations {
		view.Confirmations = append(view.Confirmations, confirmationView{said.State, said.Tenge, said.Receipt, said.PaidAt, said.At})
	}
	return view
}

// pay answers POST /v1/applications/{application}/payment: the bill of the application,
// which is asked for at the payment gateway unless it was before; of one that is open the
// gateway is asked whether it was paid meanwhile.
func (v *service) pay(c echo.Context) error {
	a, who, err := v.asked(c)
	if err == nil {
		err = v.visited(c, a, who, "payment")
	}
	if err != nil {
		return err
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return err
	}
	account, err := v.Bills.Request(contextOf(c), gateways.BillRequest{Application: a.ID, Service: a.Service, Rules: kase.Rules, Client: who.client})
	if err != nil {
		return err
	}
	if account.Standing() == gateways.StandsOpen {
		seen, err := v.Bills.Look(contextOf(c), account)
		var undecided *gateways.UndecidedError
		if err != nil && !errors.As(err, &undecided) {
			return err
		}
		if err == nil {
			account = seen
		}
	}
	v.Log.InfoContext(contextOf(c), "payment asked for", "trace_id", traceID(c), "application", a.ID, "bill", account.ID, "state", account.Standing(), "client", who.client)
	return personal(c, http.StatusOK, accountViewOf(kase, account))
}

// payments answers GET /v1/applications/{application}/payment: its bills, in their order.
func (v *service) payments(c echo.Context) error {
	a, err := v.shown(c, "payment")
	if err != nil {
		return err
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return err
	}
	all, err := v.Bills.Of(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	answer := struct {
		Payments []accountView `json:"payments"`
	}{[]accountView{}}
	for _, one := range all {
		answer.Payments = append(answer.Payments, accountViewOf(kase, one))
	}
	return personal(c, http.StatusOK, answer)
}

// consentView is how a consent stands.
type consentView struct {
	State     gateways.ConsentState `json:"state"`
	Text      []byte                `json:"text"` // what is signed, in base64
	AskedAt   time.Time             `json:"asked_at"`
	Until     time.Time             `json:"until"` // after it, it has lapsed
	DecidedAt time.Time             `json:"decided_at,omitzero"`
	How       string                `json:"how,omitempty"`
}

func consentViewOf(c gateways.Consent) consentView {
	return consentView{c.State, c.Text, c.AskedAt, c.Until, c.DecidedAt, c.How}
}

// consent answers GET /v1/applications/{application}/consent.
func (v *service) consent(c echo.Context) error {
	a, err := v.shown(c, "consent")
	if err != nil {
		return err
	}
	consent, err := v.Consents.Of(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, consentViewOf(consent))
}

// consentRequest says what a person decides.
type consentRequest struct {
	Decision  string           `json:"decision"`  // "give", "refuse", or "send_code"
	Signature strictjson.Bytes `json:"signature"` // CMS over the text, to give it
	Code      string           `json:"code"`      // or the code that was sent
}

// decideConsent answers POST /v1/applications/{application}/consent.
func (v *service) decideConsent(c echo.Context) error {
	if _, err := v.asker(c, store.ScopeApply); err != nil {
		return err
	}
	var body consentRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	a, who, err := v.asked(c)
	if err != nil {
		return err
	}
	// A signature tells by itself who has made it. What else is decided here is decided
	// by nobody who merely serves the application.
	if who.isPerson() && len(body.Signature) == 0 {
		if _, err := people.MayAct(who.acting, a.Applicant, people.Sign, v.Registry.Store.Moment()); err != nil {
			return err
		}
	}
	consent, err := v.consented(c, body, gateways.Decision{
		Application: a.ID, Applicant: a.Applicant, Client: who.client, Signature: body.Signature, Code: body.Code,
	})
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "consent", "trace_id", traceID(c), "application", a.ID, "asked", body.Decision, "state", consent.State, "client", who.client)
	v.goOnWith(c, a.ID)
	return personal(c, http.StatusOK, consentViewOf(consent))
}

// goOnWith lets the systems go on with an application that may have waited for what was
// just told. That they cannot now decides nothing: it is tried again.
func (v *service) goOnWith(c echo.Context, application string) {
	if v.Applications.Ask == nil {
		return
	}
	if _, err := v.Applications.Advance(contextOf(c), application); err != nil {
		v.Log.ErrorContext(contextOf(c), "an application does not go on", "trace_id", traceID(c), "application", application, "error", err)
	}
}

func (v *service) consented(c echo.Context, body consentRequest, d gateways.Decision) (gateways.Consent, error) {
	said := len(body.Signature) > 0 || body.Code != ""
	switch {
	case body.Decision == "give" && !said:
		return gateways.Consent{}, badField("/signature", "required", "is missing: consent is given by a signature, or by a code")
	case body.Decision == "give" && len(body.Signature) > 0 && body.Code != "":
		return gateways.Consent{}, badField("/code", "duplicate", "stands beside a signature: one of the two")
	case body.Decision != "give" && said:
		return gateways.Consent{}, badField("/decision", "unknown", "takes neither a signature nor a code")
	case body.Decision == "give":
		return v.Consents.Give(contextOf(c), d)
	case body.Decision == "refuse":
		return v.Consents.Refuse(contextOf(c), d)
	case body.Decision == "send_code":
		return v.Consents.Send(contextOf(c), d.Application)
	}
	return gateways.Consent{}, badField("/decision", "unknown", "is give, refuse or send_code")
}
