package site

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tamga/api/web"
	"tamga/language"
	"tamga/language/words"
)

// task is a part of what an applicant does before his application is sent.
type task struct {
	Title string // a key of words
	Path  string // where it is done; empty while it cannot be
	State string // a key of words
	Tone  string
	Done  bool
}

// tasks are what the applicant does on a draft, in their order.
func (v *visit) tasks(a application, files []attachment) ([]task, error) {
	s, err := v.service(a.Service.ID)
	if err != nil {
		return nil, err
	}
	var all []task
	add := func(name string, done, can bool) {
		one := task{Title: "cabinet.task_" + name, State: "cabinet.task_todo", Tone: "unclear", Done: done}
		if done {
			one.State, one.Tone = "cabinet.task_done", "good"
		}
		if can {
			one.Path = a.Path() + "/" + name
		}
		all = append(all, one)
	}
	filled := !slices.ContainsFunc(s.asksOf(a.Applicant), func(f formField) bool {
		text, _ := a.Form[f.ID].(string)
		return f.Required && text == ""
	})
	attached := !slices.ContainsFunc(s.listed(a), func(i checklistItem) bool {
		return !slices.ContainsFunc(files, func(f attachment) bool { return f.Item == i.ID })
	})
	add("form", filled, true)
	add("files", attached, true)
	paid := true
	if s.FeeTenge > 0 {
		if paid, err = v.paid(a); err != nil {
			return nil, err
		}
		add("payment", paid, filled)
	}
	add("sign", false, filled && paid)
	return all, nil
}

// bill is what is to be paid for an application.
type bill struct {
	State    string        `json:"state"`
	Tenge    int           `json:"tenge"`
	Purpose  language.Text `json:"purpose"`
	Payment  string        `json:"payment"`
	Redirect string        `json:"redirect"`
}

// Sum is the sum for people.
func (b bill) Sum() string { return thousands(b.Tenge) }

// paid reports whether an application is paid, as far as the interface has heard.
func (v *visit) paid(a application) (bool, error) {
	var answer struct {
		Payments []bill `json:"payments"`
	}
	err := v.get(a.of("/payment"), &answer)
	return slices.ContainsFunc(answer.Payments, func(b bill) bool { return b.State == "paid" }), err
}

// demoGateway begins the addresses of the demonstration's payment gateway.
const demoGateway = "/demo/gateways/pay/"

// paymentView is the page of a payment, and of the demonstration's gateway.
type paymentView struct {
	application
	Errors  []Wrong
	Bill    *bill // the last one; nil for none yet
	Fee     string
	Gateway string // where it is paid
}

func (v *visit) paymentPage() error {
	a, s, err := v.applying()
	if err != nil {
		return err
	}
	return v.showPayment(http.StatusOK, paymentView{application: a, Fee: thousands(s.FeeTenge)})
}

func (v *visit) showPayment(status int, view paymentView) error {
	var answer struct {
		Payments []bill `json:"payments"`
	}
	if err := v.get(view.of("/payment"), &answer); err != nil {
		return err
	}
	for _, b := range answer.Payments {
		view.Bill = &b
	}
	if view.Bill != nil && view.Bill.State == "open" {
		view.Gateway = v.gatewayOf(view.application, *view.Bill)
	}
	return v.show(status, "application-payment", view)
}

// gatewayOf is where a bill is paid: in the demonstration at a page that plays the gateway.
func (v *visit) gatewayOf(a application, b bill) string {
	u, err := url.Parse(b.Redirect)
	switch {
	case err != nil:
		return ""
	case v.Demo && strings.HasPrefix(u.Path, demoGateway):
		return a.Path() + "/gateway"
	case u.Scheme == "https":
		return b.Redirect
	}
	return ""
}

// askBill asks for the bill of an application, and how its payment stands.
func (v *visit) askBill() error {
	a, s, err := v.applying()
	if err != nil {
		return err
	}
	if err := v.ask(question{Method: http.MethodPost, Path: a.of("/payment")}, nil); err != nil {
		view := paymentView{application: a, Fee: thousands(s.FeeTenge)}
		if view.Errors, err = wrongs(err); err != nil {
			return err
		}
		return v.showPayment(http.StatusServiceUnavailable, view)
	}
	return v.seeOther(a.Path() + "/payment")
}

func (v *visit) gatewayPage() error {
	a, b, err := v.atGateway()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "gateway", paymentView{application: a, Bill: &b})
}

// atGateway is the open bill of an application at the demonstration's gateway.
func (v *visit) atGateway() (application, bill, error) {
	a, err := v.application()
	if err != nil {
		return a, bill{}, err
	}
	var answer struct {
		Payments []bill `json:"payments"`
	}
	err = v.get(a.of("/payment"), &answer)
	for _, b := range answer.Payments {
		if err == nil && b.State == "open" && v.gatewayOf(a, b) == a.Path()+"/gateway" {
			return a, b, nil
		}
	}
	if err == nil {
		err = errNotFound
	}
	return a, bill{}, err
}

// pay pays at the demonstration's gateway, and goes back from it.
func (v *visit) pay() error {
	a, b, err := v.atGateway()
	if errors.Is(err, errNotFound) && a.ID != "" { // sent twice: it is paid by now
		return v.seeOther(a.Path() + "/payment")
	}
	if err != nil {
		return err
	}
	var nothing []byte
	err = v.ask(question{Method: http.MethodPost, Path: "/demo/gateways/control", Body: map[string]string{"pay": b.Payment}}, &nothing)
	if err == nil {
		err = v.ask(question{Method: http.MethodPost, Path: a.of("/payment")}, nil)
	}
	if err != nil {
		return err
	}
	return v.seeOther(a.Path() + "/payment")
}

// signView is the page on which somebody sees what he signs, and signs it.
type signView struct {
	application
	Errors      []Wrong
	Move        move
	Offers      bool // the certificate is checked first, and the application is signed after it
	Fields      []input
	Attachments []attachment
	Text        string
	Facts       []fact
	Signing     web.Signing
	Once        string
}

func (v *visit) signPage() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	if m := a.own(); m == nil || !m.signedBy(applicantRole) {
		return v.seeOther(a.Path())
	}
	return v.showSign(http.StatusOK, a, nil)
}

// ready does the steps before the signature, and goes on to it.
func (v *visit) ready() error {
	a, err := v.application()
	if err == nil {
		a, err = v.toSignature(a)
	}
	if err != nil {
		found, err := wrongs(err)
		if err != nil {
			return err
		}
		return v.showApplication(http.StatusUnprocessableEntity, a, found)
	}
	return v.seeOther(a.Path() + "/sign")
}

// toSignature does what whoever applies has done when he comes to sign: he has filled the
// form in, and paid. Where he has not paid it goes no further, since the payment is checked
// next.
func (v *visit) toSignature(a application) (application, error) {
	for {
		m := a.own()
		if m == nil || m.signedBy(applicantRole) || !a.RegisteredAt.IsZero() {
			return a, nil
		}
		if slices.Contains(m.To.Checks, "payment") {
			if paid, err := v.paid(a); err != nil || !paid {
				return a, err
			}
		}
		before := a.Last
		after, err := v.enter(a, deedOf{Step: m.Step, Outcome: m.Outcome}, a.ID+"-"+m.Step)
		if err != nil {
			return a, err
		}
		if a = after; a.Last == before {
			return a, nil
		}
	}
}

func (v *visit) showSign(status int, a application, wrong []Wrong) error {
	m := a.own()
	s, err := v.service(a.Service.ID)
	if err != nil {
		return err
	}
	text, err := v.toSign(a, deedOf{Step: m.Step, Outcome: m.Outcome})
	if err != nil {
		return err
	}
	view := signView{application: a, Errors: wrong, Move: *m, Text: string(text), Once: newTrace(), Offers: slices.Contains(m.To.Checks, "signature.period")}
	if view.Attachments, err = v.attachments(a); err != nil {
		return err
	}
	view.Fields = v.filled(a, s)
	var entries struct {
		Entries []entry `json:"entries"`
	}
	if err := v.get(a.of("/entries"), &entries); err != nil {
		return err
	}
	view.Facts = facts(entries.Entries)
	view.Signing = v.signing("sign", web.SignText{
		Name: m.Name.In(v.lang), File: "tamga-" + a.ID + "-" + m.Step + ".json", Data: base64.StdEncoding.EncodeToString(text),
	})
	return v.show(status, "application-sign", view, with("sign.js"))
}

// signStep enters the signed step, and goes on: to the next signature, or to the
// application.
func (v *visit) signStep() error {
	now, err := v.application()
	if err != nil {
		return err
	}
	a := v.seen(now)
	given, err := v.form.signatures(1)
	if err != nil {
		return err
	}
	if given[0] == nil {
		if m := now.own(); m == nil || !m.signedBy(applicantRole) {
			return v.seeOther(now.Path()) // there is nothing to sign any more
		}
		return v.showSign(http.StatusUnprocessableEntity, now, []Wrong{{Field: "cms-file-0", Text: words.Of("site.sign_missing").In(v.lang)}})
	}
	after, err := v.enter(a, deedOf{Step: v.form.Get("step"), Outcome: v.form.Get("outcome"), Signature: given[0]}, v.form.Get("once"))
	if err != nil {
		return v.signRefused(now, err)
	}
	if m := after.own(); m != nil && m.signedBy(applicantRole) && after.RegisteredAt.IsZero() {
		return v.seeOther(after.Path() + "/sign")
	}
	return v.seeOther(after.Path())
}

// signRefused shows the page of the signature again, or the application where nothing is
// to be signed any more.
func (v *visit) signRefused(a application, err error) error {
	wrong := v.changedSince(err)
	if wrong == nil {
		if wrong, err = wrongs(err); err != nil {
			return err
		}
	}
	if m := a.own(); m == nil || !m.signedBy(applicantRole) {
		return v.showApplication(http.StatusConflict, a, wrong)
	}
	return v.showSign(http.StatusUnprocessableEntity, a, wrong)
}
