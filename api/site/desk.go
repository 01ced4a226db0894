package site

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"tamga/language"
	"tamga/language/words"
)

func (s *Site) deskRoutes() map[string]page {
	const one = "/desk/applications/{application}"
	return map[string]page{
		"GET /desk":                       inside((*visit).deskPage),
		"GET " + one:                      inside((*visit).caseOnDesk),
		"GET " + one + "/diagram.svg":     inside((*visit).applicationDiagram),
		"GET " + one + "/files/{file}":    inside((*visit).fileOnDesk),
		"GET " + one + "/view/{file}":     inside((*visit).viewOnDesk),
		"GET " + one + "/copy.pdf":        inside((*visit).copyOnDesk),
		"GET " + one + "/documents/{doc}": inside((*visit).resultFile),
		"POST " + one + "/try":            inside((*visit).tryOnDesk),
		"GET " + one + "/act":             inside((*visit).actPage),
		"POST " + one + "/act":            inside((*visit).act),
		"POST " + one + "/preview":        inside((*visit).previewOnDesk),
		"GET " + one + "/result":          inside((*visit).resultToSign),
	}
}

// duty is something that somebody has to do, as GET /v1/tasks says it.
type duty struct {
	Application string `json:"application"`
	Number      string `json:"number"`
	Service     named  `json:"service"`
	Step        named  `json:"step"`
	Role        named  `json:"role"`
	Handed      bool   `json:"handed_to_you"`
	Since       moment `json:"since"`
	DueAt       moment `json:"due_at"`
	PausedUntil moment `json:"paused_until"`
	State       string `json:"state"`
}

// Path is the page of the application on the desk.
func (d duty) Path() string { return "/desk/applications/" + url.PathEscape(d.Called()) }

// Called is how the application is called.
func (d duty) Called() string {
	if d.Number != "" {
		return d.Number
	}
	return d.Application
}

// Tone is the colour of how urgent it is.
func (d duty) Tone() string {
	return map[string]string{"overdue": "bad", "soon": "unclear", "paused": "neutral"}[d.State]
}

// filter is a link that narrows the queue.
type filter struct {
	Name    string
	Path    string
	Current bool
}

// deskView is the queue of whoever is signed in.
type deskView struct {
	Tasks    []duty
	Roles    []filter
	Services []filter
	More     string
	Late     int // of the tasks that are shown
	Official bool
}

// queueQuery are the parameters that narrow the queue. It is read only.
var queueQuery = []string{"role", "service", "after"}

func (v *visit) deskPage() error {
	view := deskView{Official: v.who.official()}
	if !view.Official {
		return v.show(http.StatusOK, "desk", view, broad)
	}
	chosen := url.Values{}
	for _, name := range queueQuery {
		if value := v.r.URL.Query().Get(name); value != "" {
			chosen.Set(name, value)
		}
	}
	var answer struct {
		Tasks []duty `json:"tasks"`
		Next  string `json:"next"`
	}
	path := "/v1/tasks"
	if len(chosen) > 0 {
		path += "?" + chosen.Encode()
	}
	if err := v.get(path, &answer); err != nil {
		return err
	}
	view.Tasks = answer.Tasks
	for _, t := range view.Tasks {
		if t.State == "overdue" {
			view.Late++
		}
	}
	if u, err := url.Parse(answer.Next); err == nil && answer.Next != "" {
		next := url.Values{"after": {u.Query().Get("after")}}
		for _, name := range []string{"role", "service"} {
			if chosen.Has(name) {
				next.Set(name, chosen.Get(name))
			}
		}
		view.More = "/desk?" + next.Encode()
	}
	if err := v.filters(&view, chosen); err != nil {
		return err
	}
	return v.show(http.StatusOK, "desk", view, broad)
}

// filters are the links by which the queue is narrowed: to a role of whoever looks, and to
// a service.
func (v *visit) filters(view *deskView, chosen url.Values) error {
	services, err := v.services()
	if err != nil {
		return err
	}
	link := func(name, value string) (string, bool) {
		with := url.Values{}
		for _, other := range []string{"role", "service"} {
			if other != name && chosen.Has(other) {
				with.Set(other, chosen.Get(other))
			}
		}
		if value != "" {
			with.Set(name, value)
		}
		if len(with) == 0 {
			return "/desk", chosen.Get(name) == value
		}
		return "/desk?" + with.Encode(), chosen.Get(name) == value
	}
	add := func(to *[]filter, parameter, value, name string) {
		f := filter{Name: name}
		f.Path, f.Current = link(parameter, value)
		*to = append(*to, f)
	}
	add(&view.Roles, "role", "", "")
	for _, d := range v.who.Duties {
		if name := d.RoleName.In(v.lang); name != "" && !slices.ContainsFunc(view.Roles, func(f filter) bool { return f.Name == name }) {
			add(&view.Roles, "role", d.Role, name)
		}
	}
	add(&view.Services, "service", "", "")
	for _, s := range services {
		add(&view.Services, "service", s.ID, s.Name.In(v.lang))
	}
	return nil
}

// ownMove is a move, and whether whoever looks may make it.
type ownMove struct {
	move
	Yours  bool     `json:"yours"`
	Role   string   `json:"role"`
	Sign   bool     `json:"sign"`
	Votes  bool     `json:"votes"`
	Checks []string `json:"checks"`
	Barred string   `json:"barred"`
	Reason string   `json:"reason"`
	Act    string   `json:"-"` // the page on which it is done
}

// Fails are the checks of which one must be named, by which a condition of several fails.
func (m ownMove) Fails() (all []choice) {
	if m.Outcome != "fail" || len(m.Checks) < 2 {
		return nil
	}
	for _, check := range m.Checks {
		all = append(all, choice{check, checkName(check)})
	}
	return all
}

// checkName is a check of a signature in words; others have the name that the rules have.
func checkName(check string) language.Text {
	for _, f := range threeFacts {
		if f.check == check {
			return words.Of("cabinet.fact_" + f.key)
		}
	}
	return same(check)
}

// Query names the move in the address of its page.
func (m ownMove) Query() string {
	return url.Values{"step": {m.Step}, "outcome": {m.Outcome}}.Encode()
}

// verdictOn is what was found of the signature of an entry.
type verdictOn struct {
	Seq     int    `json:"seq"`
	At      moment `json:"at"`
	Verdict struct {
		Acceptance string        `json:"acceptance"`
		Summary    language.Text `json:"summary"`
		Signers    []struct {
			Facts struct {
				Period   string `json:"validity_period"`
				Revoked  string `json:"not_revoked"`
				Identity string `json:"identity_match"`
			} `json:"facts"`
			Identity struct {
				Name         string `json:"common_name"`
				Organisation string `json:"organisation"`
			} `json:"identity"`
		} `json:"signers"`
	} `json:"verdict"`
}

// Tone is the colour of the verdict.
func (s verdictOn) Tone() string {
	return map[string]string{"accepted": "good", "refused": "bad"}[s.Verdict.Acceptance]
}

// Step is the entry that was signed.
func (c caseView) Step(seq int) entry {
	if i := slices.IndexFunc(c.Entries, func(e entry) bool { return e.Seq == seq }); i >= 0 {
		return c.Entries[i]
	}
	return entry{}
}

// listedItem is a document of the edition's list, with the files that were attached.
type listedItem struct {
	checklistItem
	Files []attachment
}

// caseView is an application on the desk.
type caseView struct {
	application
	Errors    []Wrong
	Moves     []ownMove
	Barred    []ownMove // that others make, or that whoever looks may not
	Entries   []entry
	Items     []listedItem
	Others    []attachment // of no item
	Filled    []input
	Facts     []fact
	WaitsFor  []waitFor
	Documents []issued
	Signed    []verdictOn
	Copy      bool
}

// Path is the page of the application on the desk.
func (c caseView) Path() string { return deskPath(c.application) }

// deskPath is the page of an application on the desk.
func deskPath(a application) string { return "/desk/applications/" + url.PathEscape(a.Called()) }

// Viewed reports whether a file can be looked at in its place.
func (f attachment) Viewed() bool { return slices.Contains(viewed, f.Type) }

func (v *visit) caseOnDesk() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	return v.showCase(http.StatusOK, a, nil)
}

func (v *visit) showCase(status int, a application, wrong []Wrong) error {
	view := caseView{application: a, Errors: wrong, WaitsFor: a.waitsFor()}
	moves, err := v.movesOf(a)
	if err != nil {
		return err
	}
	for _, m := range moves {
		if m.Yours {
			view.Moves = append(view.Moves, m)
		} else {
			view.Barred = append(view.Barred, m)
		}
	}
	var entries struct {
		Entries []entry `json:"entries"`
	}
	var documents struct {
		Documents []issued `json:"documents"`
	}
	var signed struct {
		Signatures []verdictOn `json:"signatures"`
	}
	err = errors.Join(v.get(a.of("/entries"), &entries), v.get(a.of("/documents"), &documents), v.get(a.of("/signatures"), &signed))
	if err != nil {
		return err
	}
	view.Signed = signed.Signatures
	view.Entries, view.Documents, view.Facts = entries.Entries, documents.Documents, facts(entries.Entries)
	view.Copy = slices.ContainsFunc(view.Documents, func(d issued) bool { return d.Kind == "application_copy" })
	s, err := v.service(a.Service.ID)
	if err != nil && !errors.Is(err, errNotFound) {
		return err
	}
	view.Filled = v.filled(a, s)
	if err := v.filesOf(&view, s); err != nil {
		return err
	}
	return v.show(status, "desk-application", view, broad)
}

// movesOf is what may be done on an application now, and by whom.
func (v *visit) movesOf(a application) ([]ownMove, error) {
	var answer struct {
		Moves []ownMove `json:"moves"`
	}
	err := v.get(a.of("/moves"), &answer)
	for i := range answer.Moves {
		answer.Moves[i].Act = deskPath(a) + "/act?" + answer.Moves[i].Query()
	}
	return answer.Moves, err
}

// filesOf sorts the files of an application under the list of its edition.
func (v *visit) filesOf(view *caseView, s offered) error {
	files, err := v.attachments(view.application)
	if err != nil {
		return err
	}
	for _, item := range s.Checklist {
		if item.ID != itself && item.asked(view.Channel, view.Applicant.kind()) {
			view.Items = append(view.Items, listedItem{checklistItem: item})
		}
	}
	for _, f := range files {
		if i := slices.IndexFunc(view.Items, func(i listedItem) bool { return i.ID == f.Item }); i >= 0 {
			view.Items[i].Files = append(view.Items[i].Files, f)
		} else {
			view.Others = append(view.Others, f)
		}
	}
	return nil
}

// tryOnDesk has the systems ask again now what an application waits for.
func (v *visit) tryOnDesk() error {
	a, err := v.application()
	if err == nil {
		err = v.ask(question{Method: http.MethodPost, Path: a.of("/advance")}, nil)
	}
	if err != nil {
		return err
	}
	return v.seeOther(deskPath(a))
}

func (v *visit) copyOnDesk() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	return v.pass(question{Path: a.of("/copy.pdf")})
}
