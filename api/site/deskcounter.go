package site

import (
	"net/http"
	"strings"
)

func (s *Site) counterRoutes() map[string]page {
	return map[string]page{
		"GET /desk/new":                      inside((*visit).counterPage),
		"GET /desk/new/{service}/{channel}":  inside((*visit).enterForPage),
		"POST /desk/new/{service}/{channel}": inside((*visit).enterFor),
	}
}

// counterPage lists the services that are applied for at a counter.
func (v *visit) counterPage() error {
	if !v.who.official() {
		return v.seeOther("/desk")
	}
	all, err := v.services()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "desk-new", struct{ Services []offered }{all})
}

// Counter reports whether a service is applied for by a channel at a counter.
func (s offered) Counter(channel string) bool { return channel != "portal" && s.Routes[channel] != "" }

// enterForView is the page on which an application is opened for whoever stands at the
// counter.
type enterForView struct {
	Errors  []Wrong
	Service offered
	Channel string
	Kind    string // of the applicant: "natural" or "legal"
	Typed   map[string]string
	Once    string
}

// counterFields are who applies, by the kind of the applicant. It is read only.
var counterFields = map[string][]string{
	"natural": {"surname", "given_name", "patronymic", "iin"},
	"legal":   {"name_kk", "name_ru", "address_kk", "address_ru", "bin"},
}

// inHolder is where a field stands in the applicant.
func inHolder(field string) string {
	return strings.NewReplacer("_kk", "/kk", "_ru", "/ru").Replace(field)
}

// Fields are those that are asked of an applicant of a kind.
func (e enterForView) Fields(kind string) (all []typedField) {
	for _, name := range counterFields[kind] {
		pointer := "/applicant/" + kind + "/" + inHolder(name)
		f := typedField{Name: pointer, Label: "desk.a_" + name, Value: e.Typed[pointer], Optional: name == "patronymic"}
		for _, w := range e.Errors {
			f.Wrong = f.Wrong || w.Field == f.ID()
		}
		all = append(all, f)
	}
	return all
}

// atCounter is the service and channel of the address.
func (v *visit) atCounter() (enterForView, error) {
	view := enterForView{Channel: v.r.PathValue("channel"), Kind: "natural", Typed: map[string]string{}, Once: newTrace()}
	var err error
	if view.Service, err = v.service(v.r.PathValue("service")); err == nil && !view.Service.Counter(view.Channel) {
		err = errNotFound
	}
	return view, err
}

func (v *visit) enterForPage() error {
	view, err := v.atCounter()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "desk-enter", view)
}

// enterFor opens an application for whoever stands at the counter; the official does the
// steps before its registration on the desk.
func (v *visit) enterFor() error {
	view, err := v.atCounter()
	if err != nil {
		return err
	}
	if v.form.Get("kind") == "legal" {
		view.Kind = "legal"
	}
	who := map[string]any{}
	for kind, names := range counterFields {
		for _, name := range names {
			pointer := "/applicant/" + kind + "/" + inHolder(name)
			view.Typed[pointer] = strings.TrimSpace(v.form.Get(pointer))
			if kind == view.Kind && view.Typed[pointer] != "" {
				put(who, inHolder(name), view.Typed[pointer])
			}
		}
	}
	body := map[string]any{"service": view.Service.ID, "channel": view.Channel, "applicant": map[string]any{view.Kind: who}}
	var a application
	if err := v.ask(question{Method: http.MethodPost, Path: "/v1/applications", Body: body, Key: v.form.Get("once")}, &a); err != nil {
		if view.Errors, err = wrongs(err); err != nil {
			return err
		}
		return v.show(http.StatusUnprocessableEntity, "desk-enter", view)
	}
	return v.seeOther(deskPath(a))
}

// AtCounter reports whether officials fill the application in for whoever applies, and it
// is not registered yet.
func (c caseView) AtCounter() bool {
	return c.Channel != "portal" && c.RegisteredAt.IsZero() && c.Ended == ""
}

// Cabinet begins the addresses on which an application is filled in.
func (c caseView) Cabinet() string { return c.application.Path() }
