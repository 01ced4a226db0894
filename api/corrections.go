package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/people"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// correctionRoutes are those of clerk's mistakes that are corrected by two.
func (v *service) correctionRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	const all, one = "/v1/documents/:number/corrections", "/v1/documents/:number/corrections/:act"
	e.POST(all, v.proposeCorrection)
	get(all, v.waitingCorrections)
	e.POST(all+"/text", v.textOfCorrection)
	get(one, v.correction)
	get(one+"/text", v.textOfConfirmation)
	e.POST(one+"/text", v.textOfCorrectionDecision)
	e.POST(one+"/decision", v.decideCorrection)
}

// correctionRequest proposes a correction.
type correctionRequest struct {
	documents.NewCorrection
	// Signature is the CMS of whoever proposes it over what …/corrections/text answers.
	Signature strictjson.Bytes `json:"signature"`
}

// corrector returns who asks about the corrections of a document, and its number: a
// program by its right, or a person by a duty at the provider of such documents in a role
// that the rules in force name. A person signs what he does.
func (v *service) corrector(c echo.Context, confirms bool) (who registry.Signed, number string, err error) {
	n, bad := documents.ParseNumber(c.Param("number"))
	if secret, given := bearer(c); !given || !people.IsToken(secret) {
		client, err := v.authorise(c, store.ScopeCorrect)
		return registry.Signed{By: client.ID}, n.String, cmp.Or(err, bad)
	}
	s, err := v.signedIn(c)
	if err = cmp.Or(err, bad); err != nil {
		return who, "", err
	}
	rules, err := v.Applications.Rulebook.Current(contextOf(c))
	if err != nil {
		return who, "", err
	}
	now := v.Registry.Store.Moment()
	edition, provider, ok := rules.Law.Issuer(n.Kind, documents.CivilDate(now))
	if !ok {
		return who, "", &fault{is: errNoDuty, detail: "no service ends in documents of this kind"}
	}
	rule := edition.Correcting(n.Kind)
	roles := rule.ConfirmedBy
	if !confirms {
		roles = slices.Concat(rule.ProposedBy, roles)
	}
	for _, role := range roles {
		_, holds, err := people.Holds(contextOf(c), v.Registry.Store, s.Person.ID, role, provider, now)
		if err != nil {
			return who, "", err
		}
		if holds {
			h := s.Person.Holder()
			return registry.Signed{By: clientOf(s), IIN: s.Person.Natural.IIN, Identifier: h.Identifier()}, n.String, nil
		}
	}
	return who, "", &fault{is: errNoDuty, detail: strings.Join(roles, ", ")}
}

// proposeCorrection answers POST /v1/documents/{number}/corrections: the act that waits
// for another person.
func (v *service) proposeCorrection(c echo.Context) error {
	who, number, err := v.corrector(c, false)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	var body correctionRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	a, replayed, err := v.Registry.ProposeCorrection(contextOf(c), registry.CorrectionRequest{
		Signed: signedBy(who, body.Signature), IdempotencyKey: key, Number: number, NewCorrection: body.NewCorrection,
	})
	if err != nil {
		return notAllowed(err)
	}
	v.Log.InfoContext(contextOf(c), "correction proposed", "trace_id", traceID(c), "number", number, "act", a.ID, "client", who.By, "replayed", replayed)
	h := c.Response().Header()
	h.Set("Location", v.BaseURL+"/v1/documents/"+number+"/corrections/"+a.ID)
	if replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	return personal(c, http.StatusCreated, a)
}

// textOfCorrection answers POST …/corrections/text: the bytes that are signed by whoever
// proposes it.
func (v *service) textOfCorrection(c echo.Context) error {
	_, number, err := v.corrector(c, false)
	if err != nil {
		return err
	}
	var body documents.NewCorrection
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	text, err := v.Registry.TextOfCorrection(contextOf(c), number, body)
	if err != nil {
		return notAllowed(err)
	}
	return signedText(c, text)
}

// waitingCorrections answers GET /v1/documents/{number}/corrections: what waits.
func (v *service) waitingCorrections(c echo.Context) error {
	_, number, err := v.corrector(c, false)
	if err != nil {
		return err
	}
	acts, err := v.Registry.Corrections(contextOf(c), number, "", registry.MostListed)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, struct {
		Acts []registry.Act `json:"acts"`
	}{append([]registry.Act{}, acts...)})
}

// correctionOf reads the act of a request, if it is of its document.
func (v *service) correctionOf(c echo.Context, number string) (registry.Act, error) {
	a, err := v.Registry.Correction(contextOf(c), c.Param("act"))
	if err == nil && a.Batch != number {
		err = registry.ErrNoAct
	}
	return a, err
}

// correction answers GET /v1/documents/{number}/corrections/{id}.
func (v *service) correction(c echo.Context) error {
	_, number, err := v.corrector(c, false)
	if err != nil {
		return err
	}
	a, err := v.correctionOf(c, number)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, a)
}

// textOfConfirmation answers GET …/corrections/{id}/text: the bytes that are signed by
// whoever confirms it.
func (v *service) textOfConfirmation(c echo.Context) error {
	_, number, err := v.corrector(c, true)
	if err != nil {
		return err
	}
	a, err := v.correctionOf(c, number)
	if err == nil && a.Outcome != "" {
		err = store.ErrNotWaiting
	}
	if err != nil {
		return err
	}
	text, err := v.Registry.TextOfDecision(a)
	if err != nil {
		return err
	}
	return signedText(c, text)
}

// textOfCorrectionDecision answers POST …/corrections/{id}/text: the bytes that are signed
// for a decision, also for a refusal.
func (v *service) textOfCorrectionDecision(c echo.Context) error {
	who, number, err := v.corrector(c, true)
	if err != nil {
		return err
	}
	d, err := v.decisionOf(c, who)
	if err != nil {
		return err
	}
	a, err := v.correctionOf(c, number)
	if err == nil && a.Outcome != "" {
		err = store.ErrNotWaiting
	}
	if err != nil {
		return err
	}
	text, err := v.Registry.TextOfDecision(a)
	if d.Refuse {
		text, err = v.Registry.TextOfRefusal(a, d.Reason)
	}
	if err != nil {
		return err
	}
	return signedText(c, text)
}

// decideCorrection answers POST …/corrections/{id}/decision, by another than who has
// proposed it. When it is confirmed the document has its new file.
func (v *service) decideCorrection(c echo.Context) error {
	who, number, err := v.corrector(c, true)
	if err != nil {
		return err
	}
	d, err := v.decisionOf(c, who)
	if err != nil {
		return err
	}
	if _, err := v.correctionOf(c, number); err != nil {
		return err
	}
	d.Act = c.Param("act")
	a, err := v.Registry.DecideCorrection(contextOf(c), d)
	if err != nil {
		return notAllowed(err)
	}
	v.Log.InfoContext(contextOf(c), "correction decided", "trace_id", traceID(c), "number", number, "act", a.ID, "outcome", a.Outcome, "client", who.By)
	return personal(c, http.StatusOK, a)
}

// The public side of a correction.

// correctedFile says of a file of ours that another one has taken its place.
type correctedFile struct {
	On documents.Date `json:"on"`
	// What was wrong, which is told to whoever holds the file.
	What   documents.Text `json:"what"`
	SHA256 string         `json:"sha256"` // of today's file
}
