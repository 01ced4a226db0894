package regulation

import (
	"slices"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/language"
)

// Route is how an application walks: through information systems, or through the
// hands of the staff. One application walks both: Actions names the route of
// actions by which some steps of a system's route are performed, and Links says
// which.
type Route struct {
	ID      string        `json:"id"`
	Kind    RouteKind     `json:"kind"`
	Channel Channel       `json:"channel,omitempty"`
	Title   language.Text `json:"title"`
	Seed    string        `json:"seed,omitempty"`
	Source  Source        `json:"source,omitempty"`
	Begins  []string      `json:"begins"` // the steps at which it may begin
	Actions string        `json:"actions,omitempty"`
	Links   []Link        `json:"links,omitempty"`
	Steps   []Step        `json:"steps"`

	// Like takes the route from another edition; Title and Names say it and some of
	// its steps in the words of this one.
	Like  string                   `json:"like,omitempty"`
	Names map[string]language.Text `json:"names,omitempty"`
}

// RouteKind tells routes apart.
type RouteKind string

// The kinds of routes.
const (
	SystemRoute RouteKind = "system" // of information systems: processes and conditions
	ActionRoute RouteKind = "action" // of the staff
)

// Link says by which actions a step of a system's route is performed, and which
// come before it when the step before is done.
type Link struct {
	Step    string   `json:"step"`
	Before  []string `json:"before,omitempty"`
	Actions []string `json:"actions"`
}

// Step is one of the regulation's processes, conditions or actions.
type Step struct {
	ID   string   `json:"id"`
	Item int      `json:"item,omitempty"` // of the paragraph
	Kind StepKind `json:"kind"`
	// Number is that of the regulation, of processes and conditions each; steps
	// of our own have none.
	Number  int           `json:"n,omitempty"`
	Actor   string        `json:"actor"` // a role or a system
	Systems []string      `json:"systems,omitempty"`
	Name    language.Text `json:"name"`
	Seed    string        `json:"seed,omitempty"`
	Source  Source        `json:"source,omitempty"`
	Action  int           `json:"action,omitempty"` // in the table of annex 2 of order № 159

	// Checks are what a condition asks, each by the name of the real thing; each
	// alone makes it fail.
	Checks  []Check `json:"checks,omitempty"`
	Notice  string  `json:"notice,omitempty"`  // that the step makes
	Assigns string  `json:"assigns,omitempty"` // "application_number"
	// Signs are the roles of which one signs here: whoever acts in one of them signs what
	// is entered, and all others enter it as they are signed in.
	Signs []string `json:"signs,omitempty"`
	// Offers says that the signature is judged by a condition that comes later: it is
	// kept whatever that will say of its certificate.
	Offers   bool           `json:"offers,omitempty"`
	Quorum   *Quorum        `json:"quorum,omitempty"`   // of those who vote here
	Produces documents.Kind `json:"produces,omitempty"` // a document on the way
	// Result is that of the service: it is issued here, and refused is nothing after it.
	Result documents.Kind `json:"result,omitempty"`

	Completion language.Text `json:"completion,omitzero"` // the form in which the step ends
	Norm       *Norm         `json:"norm,omitempty"`
	Written    *Written      `json:"written,omitempty"`
	Read       string        `json:"read,omitempty"` // how what is written was read, where it differs
	Note       string        `json:"note,omitempty"`
	Exits      []Exit        `json:"exits"`
}

// StepKind tells steps apart.
type StepKind string

// The kinds of steps.
const (
	Registration StepKind = "registration" // at a portal, of those not registered yet
	Process      StepKind = "process"
	Condition    StepKind = "condition"
	Action       StepKind = "action"
)

// Check names the real thing that a condition asks.
type Check string

// The checks.
const (
	CheckLogin             Check = "login"
	CheckPayment           Check = "payment"
	CheckPersonKnown       Check = "person known"
	CheckSignaturePeriod   Check = "signature.period"
	CheckSignatureRevoked  Check = "signature.revoked"
	CheckSignatureIdentity Check = "signature.identity"
	CheckDecision          Check = "decision" // of the official who acts
)

// checks is read only.
var checks = []Check{CheckLogin, CheckPayment, CheckPersonKnown, CheckSignaturePeriod, CheckSignatureRevoked, CheckSignatureIdentity, CheckDecision}

func (c Check) known() bool {
	return slices.Contains(checks, c)
}

// Norm is how long a step takes: a term that binds, the term of the service, or
// seconds that are measured and never refuse anything.
type Norm struct {
	Term       calendar.Term `json:"term,omitzero"`
	ByService  bool          `json:"by_service,omitempty"`
	MinSeconds int           `json:"min_seconds,omitempty"`
	MaxSeconds int           `json:"max_seconds,omitempty"`
}

// Written is a step as the regulation writes it, typing errors and all. Norm and
// Next are those of the tables of annex 2, System that of the reading.
type Written struct {
	System     string `json:"system,omitempty"`
	Performer  string `json:"performer,omitempty"`
	Action     string `json:"action,omitempty"`
	Completion string `json:"completion,omitempty"`
	Norm       string `json:"norm,omitempty"`
	NormRU     string `json:"norm_ru,omitempty"`
	Next       string `json:"next,omitempty"`
}

// Exit is where a step leads when it ends in a way: to another step, or to an
// end.
type Exit struct {
	On  string `json:"on"` // "done", "ok", "fail", "recognised"
	To  string `json:"to,omitempty"`
	End End    `json:"end,omitempty"`
	// Votes is the outcome of the same step that is voted for: the application stays
	// where it is.
	Votes  string `json:"votes,omitempty"`
	Source Source `json:"source,omitempty"`
}

// Quorum is how many of those who do a step together vote, before it ends as most of
// them have voted.
type Quorum struct {
	Members int    `json:"members"`
	Source  Source `json:"source,omitempty"`
	Note    string `json:"note,omitempty"`
}

// End is how a route ends.
type End string

// The ends.
const (
	EndIssued    End = "issued"
	EndRefused   End = "refused"
	EndWithdrawn End = "withdrawn" // by the applicant; no route leads there
)

// The outcomes of conditions.
const (
	OutcomeOK   = "ok"
	OutcomeFail = "fail"
)

// Step returns a step by its name.
func (r *Route) Step(id string) (*Step, bool) {
	for i := range r.Steps {
		if r.Steps[i].ID == id {
			return &r.Steps[i], true
		}
	}
	return nil, false
}

// Exit returns the exit of an outcome.
func (s *Step) Exit(on string) (Exit, bool) {
	for _, e := range s.Exits {
		if e.On == on {
			return e, true
		}
	}
	return Exit{}, false
}

// ends reports whether the step ends the route in a way.
func (s *Step) ends(end End) bool {
	return slices.ContainsFunc(s.Exits, func(e Exit) bool { return e.End == end })
}
