package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/regulation/diagram"
	"tamga/language"
)

// editionAnswer names an edition.
type editionAnswer struct {
	ID      string         `json:"id"`
	Version string         `json:"version"`
	From    documents.Date `json:"from"`
	Until   documents.Date `json:"until,omitzero"`
	Draft   bool           `json:"draft,omitempty"`
	Title   language.Text  `json:"title"`
}

// serviceAnswer is a service under the edition that rules it.
type serviceAnswer struct {
	regulation.Service
	Edition editionAnswer `json:"edition"`
	// FeeTenge is what the service costs in the year of the day asked about; when
	// the index of that year is not entered, FeeMissing is the year.
	FeeTenge   int `json:"fee_tenge,omitempty"`
	FeeMissing int `json:"fee_missing_year,omitempty"`
	// Terms are how long it takes by each channel, in words.
	Terms map[regulation.Channel]language.Text `json:"terms"`
	// GroundTexts are the grounds of refusal in words.
	GroundTexts []regulation.Notice `json:"ground_texts"`
	// Appeal is how a refusal is appealed against.
	Appeal regulation.Appeal `json:"appeal"`
	// DraftLabel stands where the edition, or some of what it says of the service,
	// is ours.
	DraftLabel *language.Text `json:"draft_label,omitempty"`
	// SpecimenLabel stands where the edition is not in force on the day.
	SpecimenLabel *language.Text `json:"specimen_label,omitempty"`
}

// services answers GET /v1/services: those in force today, or ?on a day, or of an
// ?edition by its name.
func (v *service) services(c echo.Context) error {
	on, err := v.dayOf(c)
	if err != nil {
		return err
	}
	rules, err := v.rules(contextOf(c))
	if err != nil {
		return err
	}
	editions := rules.Law.Editions()
	if id := c.QueryParam("edition"); id != "" {
		e, ok := rules.Law.Edition(id)
		if !ok {
			return badField("/edition", "unknown", "is no edition; /v1/regulation names them")
		}
		editions = []*regulation.Edition{e}
	}
	all := []serviceAnswer{}
	for _, e := range editions {
		for i := range e.Services {
			s := &e.Services[i]
			if ruling, ok := rules.Law.InForce(s.ID, on); c.QueryParam("edition") == "" && (!ok || ruling != e) {
				continue
			}
			all = append(all, describe(e, s, on))
		}
	}
	forAnyPage(c, "no-cache")
	return c.JSON(http.StatusOK, map[string][]serviceAnswer{"services": all})
}

// dayOf is the day that is asked about.
func (v *service) dayOf(c echo.Context) (documents.Date, error) {
	text := c.QueryParam("on")
	if text == "" {
		return documents.CivilDate(v.now()), nil
	}
	on, err := documents.ParseDate(text)
	if err != nil {
		return on, badField("/on", "malformed", "is no day such as 2026-11-28")
	}
	return on, nil
}

func describe(e *regulation.Edition, s *regulation.Service, on documents.Date) serviceAnswer {
	a := serviceAnswer{Service: *s, Edition: edition(e), Appeal: e.Appeal}
	a.Checklist, a.Matter = s.ChecklistOn(on), nil // by what officials compare stands in the edition
	var source regulation.Source
	a.Form, source = s.FormOf()
	a.FormSource, a.Contact = source, s.ContactOf()
	a.GroundTexts = groundsOf(e, s)
	a.Terms = map[regulation.Channel]language.Text{}
	for channel := range s.Routes {
		a.Terms[channel] = e.TermOf(s, channel).Label()
	}
	a.FeeTenge, a.FeeMissing, _ = e.FeeOf(s, on.Year)
	if e.Draft || source.Draft() || s.Term.Source.Draft() || s.Fee != nil && s.Fee.Source.Draft() ||
		slices.ContainsFunc(a.Checklist, func(i regulation.ChecklistItem) bool { return i.Source.Draft() }) {
		label := regulation.DraftLabel()
		a.DraftLabel = &label
	}
	if !e.InForce(on) {
		label := regulation.SpecimenLabel()
		a.SpecimenLabel = &label
	}
	return a
}

// groundsOf are the notices that refuse a service by decision.
func groundsOf(e *regulation.Edition, s *regulation.Service) []regulation.Notice {
	all := []regulation.Notice{}
	for _, id := range s.Grounds {
		if n, ok := e.Notice(id); ok {
			all = append(all, *n)
		}
	}
	return all
}

func edition(e *regulation.Edition) editionAnswer {
	return editionAnswer{ID: e.ID, Version: e.Version(), From: e.From, Until: e.Until, Draft: e.Draft, Title: e.Title}
}

// editions answers GET /v1/regulation.
func (v *service) editions(c echo.Context) error {
	rules, err := v.rules(contextOf(c))
	if err != nil {
		return err
	}
	all := []editionAnswer{}
	for _, e := range rules.Law.Editions() {
		all = append(all, edition(e))
	}
	forAnyPage(c, "no-cache")
	return c.JSON(http.StatusOK, map[string][]editionAnswer{"editions": all})
}

// edition answers GET /v1/regulation/{edition}: all that it says.
func (v *service) edition(c echo.Context) error {
	rules, err := v.rules(contextOf(c))
	if err != nil {
		return err
	}
	e, ok := rules.Law.Edition(c.Param("edition"))
	if !ok {
		return errNoRoute
	}
	forAnyPage(c, "no-cache")
	return c.JSON(http.StatusOK, struct {
		Version string `json:"version"`
		*regulation.Edition
	}{e.Version(), e})
}

// diagram answers GET /v1/regulation/{edition}/{route}.svg, in a ?language or the
// preferred one.
func (v *service) diagram(c echo.Context) error {
	rules, err := v.rules(contextOf(c))
	if err != nil {
		return err
	}
	name, ok := strings.CutSuffix(c.Param("route"), ".svg")
	e, known := rules.Law.Edition(c.Param("edition"))
	if !ok || !known {
		return errNoRoute
	}
	r, ok := e.Route(name)
	if !ok {
		return errNoRoute
	}
	lang := preferred(c, language.KK)
	if chosen := language.Lang(c.QueryParam("language")); chosen != "" {
		if lang = chosen; !lang.Known() {
			return badField("/language", "unknown", "is none of kk, ru, en")
		}
	}
	localised(c, lang)
	forAnyPage(c, "no-cache")
	return c.Blob(http.StatusOK, "image/svg+xml", diagram.Draw(e, r, diagram.Options{Language: lang}))
}
