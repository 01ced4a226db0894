package api

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
)

// specimenGroups are the parts of the page of specimens, in the order in which
// a service meets the documents. What is in none stands in the last.
var specimenGroups = []struct {
	title string // key of the words
	names []string
}{
	{"layouts_permits", []string{
		"licence", "licence-archaeology", "licence-restoration", "licence-both", "licence-reissued", "licence-foreigner", "licence-duplicate",
		"licence-duplicate-elsewhere",
		"licence-paper", "refusal", "export-certificate", "export-certificate-paper", "approval", "approval-paper",
	}},
	{"layouts_course", []string{"application-copy", "acceptance", "conclusion", "conclusion-no-value"}},
	{"layouts_notices", []string{
		"notice-auth", "notice-auth-staff", "notice-signature", "notice-payment", "notice-no-data", "notice-incomplete", "notice-no-value", "notice-hearing",
	}},
	{"layouts_other", []string{"verification-receipt", "signature-receipt", "history", "questionnaire", "questionnaire-summary"}},
}

// gallery shows how the documents look. Only the demonstration has it:
// specimens must not go about in the name of an office.
type gallery struct {
	layouts   *pdf.Layouts
	specimens map[string]pdf.Content
}

// galleries keeps the gallery of the layouts that were shown last: specimens take
// long to draw.
type galleries struct {
	lock sync.Mutex
	last *gallery
}

// of returns the gallery of layouts.
func (all *galleries) of(layouts *pdf.Layouts) *gallery {
	all.lock.Lock()
	defer all.lock.Unlock()
	if all.last == nil || all.last.layouts != layouts {
		all.last = &gallery{layouts, forms.SpecimensOf(layouts)}
	}
	return all.last
}

// layoutRoutes adds the gallery to the demonstration.
func (v *service) layoutRoutes(get func(string, echo.HandlerFunc)) {
	if !v.Demo || v.Registry.Layouts == nil && v.Registry.Rulebook == nil {
		return
	}
	all := &galleries{}
	with := func(show func(echo.Context, *gallery) error) echo.HandlerFunc {
		return func(c echo.Context) error {
			rules, err := v.rules(contextOf(c))
			if err != nil {
				return err
			}
			if rules.Layouts == nil {
				return errNoRoute
			}
			return show(c, all.of(rules.Layouts))
		}
	}
	get("/layouts", with(v.layoutsPage))
	get("/layouts/:name", with(v.specimen))
}

// layoutsPage answers GET /layouts.
func (v *service) layoutsPage(c echo.Context, g *gallery) error {
	frame := v.frame(c)
	frame.Path = "/layouts"
	body, err := v.pages.Layouts(frame, web.Layouts{Groups: g.groups(), Layouts: g.versions(documents.CivilDate(v.now()))})
	return v.page(c, http.StatusOK, body, err)
}

// specimen answers GET /layouts/{name}.pdf: printed anew, unsigned.
func (v *service) specimen(c echo.Context, g *gallery) error {
	name, ok := strings.CutSuffix(c.Param("name"), ".pdf")
	content, known := g.specimens[name]
	if !ok || !known {
		return errNoRoute
	}
	file, err := g.layouts.Render(content, pdf.Meta{SignedAt: v.now()})
	if err != nil {
		return fmt.Errorf("specimen %s: %w", name, err)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return sendPDF(c, "inline", name, file)
}

func (g *gallery) groups() []web.SpecimenGroup {
	specimens := g.specimens
	item := func(name, words string) web.Specimen {
		return web.Specimen{Name: name, Words: words, Layout: specimens[name].Layout}
	}
	var all []web.SpecimenGroup
	rest := maps.Clone(specimens)
	for _, group := range specimenGroups {
		shown := web.SpecimenGroup{Title: group.title}
		for _, name := range group.names {
			shown.Specimens = append(shown.Specimens, item(name, "specimen_"+name))
			delete(rest, name)
		}
		all = append(all, shown)
	}
	last := &all[len(all)-1]
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		last.Specimens = append(last.Specimens, item(name, ""))
	}
	return all
}

// versions are the layouts as they are on a day.
func (g *gallery) versions(on documents.Date) (all []web.Layout) {
	for _, name := range g.layouts.Names() {
		info, err := g.layouts.Info(name, on)
		if err != nil {
			info.Name = name // it cannot be printed now
		}
		all = append(all, web.Layout{Name: info.Name, Version: info.Version, Digest: info.Digest})
	}
	return all
}
