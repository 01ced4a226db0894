package api

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/people"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
)

// stepRequest names a step that somebody wants to do.
type stepRequest struct {
	Step    string `json:"step"`
	Outcome string `json:"outcome"`
	Role    string `json:"role"`
}

// draftView is what the document of a step says as far as the service knows it.
type draftView struct {
	Kind   documents.Kind `json:"kind"` // empty where the step has no document
	Ground string         `json:"ground,omitempty"`
	// Law is the ground as the edition has it.
	Law    *language.Text `json:"law,omitempty"`
	Needed bool           `json:"needed"` // the step is not done without it
	// Fixed: it was handed up, and this step signs it as it is.
	Fixed    bool             `json:"fixed,omitempty"`
	Document *documents.Draft `json:"document,omitempty"`
	Signers  []draftSigner    `json:"signers"`
}

// draftSigner is somebody who may be printed as who signs the document.
type draftSigner struct {
	Name     string         `json:"name"`
	Position documents.Text `json:"position"`
	// By is "person", whose own key signs, or "service" for the key of documents.
	By string `json:"by"`
}

// draftFor answers POST /v1/applications/{application}/draft: what stands in the document
// of a step before an official has written anything.
func (v *service) draftFor(c echo.Context) error {
	who, err := v.asker(c, store.ScopeEnter)
	if err != nil {
		return err
	}
	var body stepRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	a, err := v.askedBy(c, who)
	if err != nil {
		return err
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return err
	}
	kase.At = v.Registry.Store.Moment()
	actor, err := v.actor(who, kase, entryRequest{Step: body.Step, Outcome: body.Outcome, Role: body.Role})
	if err != nil {
		return err
	}
	m, err := kase.May(applications.Act{Actor: actor, Step: body.Step, Outcome: body.Outcome})
	if err != nil {
		return notAllowed(err)
	}
	view, err := v.draftOf(c, kase, m)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, view)
}

// draftOf is the document of a move, as far as it is known.
func (v *service) draftOf(c echo.Context, kase applications.Case, m regulation.Move) (draftView, error) {
	view := draftView{Signers: []draftSigner{}}
	issues := kase.HandsUp(m)
	up := issues.Kind != ""
	if !up {
		issues = kase.Issues(m)
	}
	if issues.Kind == "" {
		return view, nil
	}
	view.Kind, view.Ground, view.Needed = issues.Kind, issues.Ground, issues.Needed
	if n, ok := kase.Rules.Notice(issues.Ground); ok {
		view.Law = &n.Text
	}
	if view.Document = kase.Drafted(m); view.Document != nil {
		view.Fixed, view.Needed = true, false
		return view, nil
	}
	var err error
	if view.Signers, err = v.signersOf(c, kase, m, up); err != nil {
		return view, err
	}
	l := documents.Letter{Authority: v.Letterhead.Authority, Requisites: v.Letterhead.Requisites}
	if len(view.Signers) > 0 {
		l.Signatory, l.Position = view.Signers[0].Name, view.Signers[0].Position
	}
	w := written{kase, l, issues, m}
	view.Document = w.draft()
	return view, w.rests(c, v, view.Document)
}

// signersOf are those who may sign the document of a move: of one that is handed up,
// whoever has the role of the next step, by his own key, and the key of documents at any
// rate.
func (v *service) signersOf(c echo.Context, kase applications.Case, m regulation.Move, up bool) ([]draftSigner, error) {
	all := []draftSigner{}
	if kind := kase.Issues(m).Kind; !up && (kind == documents.KindAcceptance || kind == documents.KindApplicationCopy) {
		return all, nil // nobody is printed
	}
	service, _ := kase.Rules.Service(kase.Service)
	known := map[string]documents.Text{}
	roles := []string{m.Step.Actor}
	if up {
		roles = nil
		for _, next := range kase.Walk.Moves(m.To) {
			if !slices.Contains(roles, next.Step.Actor) {
				roles = append(roles, next.Step.Actor)
			}
		}
	}
	for _, role := range roles {
		holders, err := people.InRole(contextOf(c), v.Registry.Store, role, service.ProviderID, v.Registry.Store.Moment())
		if err != nil {
			return nil, err
		}
		for _, h := range holders {
			name := printedName(h.Person.Natural)
			known[name] = h.Duty.Position
			if up {
				all = append(all, draftSigner{name, h.Duty.Position, "person"})
			}
		}
	}
	if key := v.Registry.Key.Certificate; key != nil {
		id := key.Identity()
		given, patronymic, _ := strings.Cut(strings.TrimSpace(id.GivenName+" "+id.Patronymic), " ")
		name := printedName(documents.NaturalPerson{Surname: id.Surname, GivenName: given, Patronymic: patronymic})
		all = append(all, draftSigner{name, known[name], "service"})
	}
	return all, nil
}

// printedName is the surname with initials, as documents print who signs them.
func printedName(p documents.NaturalPerson) string {
	name := titled(p.Surname)
	for _, part := range []string{p.GivenName, p.Patronymic} {
		if r, size := utf8.DecodeRuneInString(part); size > 0 {
			name += " " + string(unicode.ToUpper(r)) + "."
		}
	}
	return name
}

// titled is a name with capital letters at the beginnings of its parts only.
func titled(name string) string {
	begin := true
	return strings.Map(func(r rune) rune {
		first := begin
		begin = r == '-' || r == ' '
		if first {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, name)
}

// previewRequest asks for the document of a step to be looked at.
type previewRequest struct {
	stepRequest
	Document *documents.Draft `json:"document"`
}

// previewFor answers POST /v1/applications/{application}/preview with a PDF: of the
// document that comes with the request, or of what was handed up for the step.
func (v *service) previewFor(c echo.Context) error {
	who, err := v.asker(c, store.ScopeEnter)
	if err != nil {
		return err
	}
	var body previewRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	entry := entryRequest{Step: body.Step, Outcome: body.Outcome, Role: body.Role, Document: body.Document}
	req, err := v.requested(c, asking{who, states{any: true}, entry})
	if err != nil {
		return err
	}
	file, err := v.Applications.Preview(contextOf(c), req)
	if err != nil {
		return notAllowed(err)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return sendPDF(c, "inline", "preview", file)
}
