package site

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tamga/language"
)

func (s *Site) serviceRoutes() map[string]page {
	return map[string]page{
		"GET /services":           (*visit).servicesPage,
		"GET /services/{service}": (*visit).servicePage,
	}
}

// offered is a service as GET /v1/services says it.
type offered struct {
	ID             string            `json:"id"`
	Name           language.Text     `json:"name"`
	Provider       language.Text     `json:"provider"`
	Routes         map[string]string `json:"routes"`
	Result         string            `json:"result"`
	PaperOnRequest bool              `json:"paper_on_request"`
	Forms          []string          `json:"forms"`
	Subtypes       []choice          `json:"subtypes"`
	Checklist      []checklistItem   `json:"checklist"`
	Form           []formField       `json:"form"`
	Contact        *struct {
		Address    language.Text   `json:"address"`
		Phones     []string        `json:"phones"`
		Complaints language.Text   `json:"complaints"`
		Needs      []language.Text `json:"needs"`
		Seed       string          `json:"seed"`
	} `json:"contact"`
	Terms       map[string]language.Text `json:"terms"`
	FeeTenge    int                      `json:"fee_tenge"`
	FeeMissing  int                      `json:"fee_missing_year"`
	GroundTexts []struct {
		ID   string        `json:"id"`
		Text language.Text `json:"text"`
		Law  language.Text `json:"law"`
	} `json:"ground_texts"`
	Appeal struct {
		Sentence language.Text `json:"sentence"`
	} `json:"appeal"`
	Edition struct {
		ID    string        `json:"id"`
		Title language.Text `json:"title"`
		From  string        `json:"from"`
	} `json:"edition"`
	DraftLabel *language.Text `json:"draft_label"`
	Replaces   bool           `json:"replaces"`
}

// checklistItem is a document of an application.
type checklistItem struct {
	ID       string        `json:"id"`
	Name     language.Text `json:"name"`
	Holder   string        `json:"holder"`
	Channels []string      `json:"channels"`
}

// asked reports whether the document is asked for by a channel, of a holder of a kind;
// empty for any.
func (i checklistItem) asked(channel, holder string) bool {
	return (len(i.Channels) == 0 || slices.Contains(i.Channels, channel)) && (i.Holder == "" || holder == "" || i.Holder == holder)
}

// choice is a value with its name.
type choice struct {
	ID   string        `json:"id"`
	Name language.Text `json:"name"`
}

// formField is a field of the form of a service.
type formField struct {
	ID       string        `json:"id"`
	Kind     string        `json:"kind"`
	Label    language.Text `json:"label"`
	Help     language.Text `json:"help"`
	Required bool          `json:"required"`
	Holder   string        `json:"holder"`
	Choices  []choice      `json:"choices"`
	Most     int           `json:"most"`
}

// services are the services in force today.
func (v *visit) services() ([]offered, error) {
	var answer struct {
		Services []offered `json:"services"`
	}
	err := v.get("/v1/services", &answer)
	return answer.Services, err
}

// service is the service of a name.
func (v *visit) service(id string) (offered, error) {
	all, err := v.services()
	if err != nil {
		return offered{}, err
	}
	if n := slices.IndexFunc(all, func(s offered) bool { return s.ID == id }); n >= 0 {
		return all[n], nil
	}
	return offered{}, errNotFound
}

func (v *visit) servicesPage() error {
	if err := v.known(); err != nil {
		return err
	}
	all, err := v.services()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "services", struct{ Services []offered }{all})
}

// route is how a service is asked for by a channel.
type route struct {
	Channel string // a key of words
	Term    language.Text
	Diagram string // the address of its picture
}

// serviceView is the page of a service.
type serviceView struct {
	offered
	Ways  []route
	Fee   string
	Apply string // where one applies; empty where nobody can through the portal
}

func (v *visit) servicePage() error {
	if err := v.known(); err != nil {
		return err
	}
	s, err := v.service(v.r.PathValue("service"))
	if err != nil {
		return err
	}
	view := serviceView{offered: s, Fee: thousands(s.FeeTenge)}
	for _, channel := range []string{"portal", "provider", "centre"} {
		if id := s.Routes[channel]; id != "" {
			view.Ways = append(view.Ways, route{
				"regulation.channel." + channel, s.Terms[channel],
				"/v1/regulation/" + url.PathEscape(s.Edition.ID) + "/" + url.PathEscape(id) + ".svg?language=" + string(v.lang),
			})
		}
	}
	if s.Routes["portal"] != "" {
		view.Apply = "/cabinet/apply/" + s.ID
	}
	return v.show(http.StatusOK, "service", view)
}

// thousands writes a number with spaces between its thousands; nothing for zero.
func thousands(n int) string {
	if n == 0 {
		return ""
	}
	digits := strconv.Itoa(n)
	var groups []string
	for len(digits) > 3 {
		groups = append([]string{digits[len(digits)-3:]}, groups...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, groups...), "\u00a0")
}
