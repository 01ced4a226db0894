package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/people"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// doing is what somebody does to licences that were issued elsewhere: the roles in which
// a person may.
type doing func(regulation.Elsewhere) []string

func entering(e regulation.Elsewhere) []string   { return e.Enter }
func confirming(e regulation.Elsewhere) []string { return e.Confirm }
func either(e regulation.Elsewhere) []string     { return slices.Concat(e.Enter, e.Confirm) }

// eye is one of the two who put licences into the register that were issued elsewhere: a
// program, by its right, or a person, by a duty at the provider of licences in a role that
// the rules in force name. A person signs what he does.
func (v *service) eye(c echo.Context, what doing) (registry.Signed, error) {
	if secret, given := bearer(c); !given || !people.IsToken(secret) {
		client, err := v.authorise(c, store.ScopeEnterDocuments)
		return registry.Signed{By: client.ID}, err
	}
	s, err := v.signedIn(c)
	if err != nil {
		return registry.Signed{}, err
	}
	rules, err := v.Applications.Rulebook.Current(contextOf(c))
	if err != nil {
		return registry.Signed{}, err
	}
	now := v.Registry.Store.Moment()
	edition, provider, ok := rules.Law.Issuer(documents.KindLicence, documents.CivilDate(now))
	if !ok {
		return registry.Signed{}, &fault{is: errNoDuty, detail: "no edition of the rules in force issues licences"}
	}
	roles := what(edition.EntersElsewhere())
	for _, role := range roles {
		_, holds, err := people.Holds(contextOf(c), v.Registry.Store, s.Person.ID, role, provider, now)
		if err != nil {
			return registry.Signed{}, err
		}
		if holds {
			h := s.Person.Holder()
			return registry.Signed{By: clientOf(s), IIN: s.Person.Natural.IIN, Identifier: h.Identifier()}, nil
		}
	}
	return registry.Signed{}, &fault{is: errNoDuty, detail: strings.Join(roles, ", ")}
}

// signedBy is who does something, with his signature.
func signedBy(who registry.Signed, signature []byte) registry.Signed {
	who.Signature = signature
	return who
}

// textOfAct answers POST /v1/elsewhere/{id}/text: the bytes that are signed for a decision.
func (v *service) textOfAct(c echo.Context) error {
	d, err := v.readDecision(c)
	if err != nil {
		return err
	}
	a, err := v.Registry.Act(contextOf(c), c.Param("act"))
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

// importText asks for what is signed of an import: without an outcome by whoever has
// imported it, else by whoever decides.
type importText struct {
	Outcome string `json:"outcome"` // "confirmed" or "refused"
	Reason  string `json:"reason"`
}

// textOfImport answers POST /v1/elsewhere/imports/{batch}/text.
func (v *service) textOfImport(c echo.Context) error {
	var body importText
	who, err := v.eye(c, either)
	if err != nil {
		return err
	}
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	var d *registry.Decision
	if body.Outcome != "" || body.Reason != "" {
		said, err := decisionRequest{Outcome: body.Outcome, Reason: body.Reason}.decision(who)
		if err != nil {
			return err
		}
		d = &said
	}
	text, err := v.Registry.TextOfBatch(contextOf(c), c.Param("batch"), d)
	if err != nil {
		return err
	}
	return signedText(c, text)
}

// importSignature is the CMS of whoever has imported over what /text answers.
type importSignature struct {
	Signature strictjson.Bytes `json:"signature"`
}

// signImport answers POST /v1/elsewhere/imports/{batch}/signature.
func (v *service) signImport(c echo.Context) error {
	who, err := v.eye(c, entering)
	if err != nil {
		return err
	}
	var body importSignature
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	if err := v.Registry.SignImport(contextOf(c), c.Param("batch"), signedBy(who, body.Signature)); err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "import signed", "trace_id", traceID(c), "batch", c.Param("batch"), "client", who.By)
	return c.NoContent(http.StatusNoContent)
}
