package documents

import (
	"cmp"
	"slices"
	"time"
)

// EventKind names something that happens to a document.
type EventKind string

// What happens to documents. Reserved, issued and void are the register's own;
// everything else is recorded by order of the authority.
const (
	EventReserved     EventKind = "reserved"           // number taken, content written
	EventIssued       EventKind = "issued"             // signed and entered
	EventEntered      EventKind = "entered"            // issued elsewhere, and entered here by two persons
	EventVoid         EventKind = "void"               // the reservation was given up
	EventSuspended    EventKind = "suspended"          // until a date, or until resumed
	EventResumed      EventKind = "resumed"            //
	EventTerminated   EventKind = "terminated"         // for good
	EventReissued     EventKind = "reissued"           // replaced by another document
	EventExpired      EventKind = "expired"            // declared past its term
	EventDuplicate    EventKind = "duplicate_issued"   // changes no status
	EventCertified    EventKind = "certified_on_paper" // changes no status
	EventAppealed     EventKind = "appealed"           // somebody has appealed; changes no status
	EventAnnulled     EventKind = "annulled"           // by a court or a body above, from its act on or from the beginning
	EventReconsider   EventKind = "reconsider"         // to be decided anew: a refusal answers nothing from then on
	EventReconsidered EventKind = "reconsidered"       // another decision was given in its place
	EventCorrected    EventKind = "corrected"          // an earlier event counts as never recorded
	EventRectified    EventKind = "rectified"          // a clerk's mistake was corrected: another file took the place of the one before; changes no status
	EventVoidSigned   EventKind = "void_signed"        // the record of a void number is signed, which it was not at once; changes no status
	EventErased       EventKind = "erased"             // the personal content is gone; changes no status, and nothing follows it
)

// Event is something that happened to a document: what, since when in law, and
// when it was written down. Events are only ever added.
type Event struct {
	Seq         int       `json:"seq"` // of the document's events, from 1
	Kind        EventKind `json:"event"`
	EffectiveAt time.Time `json:"effective_at"`
	RecordedAt  time.Time `json:"recorded_at"`
	EventData
}

// EventData is what an event says besides its times.
type EventData struct {
	OrderNumber string `json:"order_number,omitempty"`
	OrderDate   Date   `json:"order_date,omitzero"`
	Reason      Text   `json:"reason,omitzero"` // may be personal: not for the public
	Signatory   string `json:"signatory,omitempty"`
	Position    Text   `json:"position,omitzero"`
	// Until is the first day on which a suspended document is in force again;
	// zero for a suspension without an end.
	Until Date `json:"until,omitzero"`
	// DecidedBy is the court or body whose act an annulment or an order to reconsider
	// is, or that an appeal goes to; the act is OrderNumber and OrderDate.
	DecidedBy Text `json:"decided_by,omitzero"`
	// FromBeginning says that an annulled document never had force.
	FromBeginning bool  `json:"from_beginning,omitempty"`
	Paper         Paper `json:"paper,omitzero"`
	// Other is the number of the other document: the one that this one replaces
	// or is replaced by, the duplicate, the certified copy.
	Other string `json:"other,omitempty"`
	// Corrects is the Seq of the event that counts as never recorded.
	Corrects int `json:"corrects,omitempty"`
	// Detail is why a reservation was given up. Record is the act itself, signed with
	// the key of documents, a CMS with its content: that a reservation was given up, or
	// that a paper was withdrawn. It is missing while no key is fit to sign it.
	Detail string `json:"detail,omitempty"`
	Record []byte `json:"record,omitempty"`
	// Copy counts the printed copies of the document: duplicates and certified
	// copies, from 1.
	Copy int `json:"copy,omitempty"`
	// Of a mistake that was corrected: the members of the content that say something else
	// now, as JSON pointers, the SHA-256 of the file that was in force before, and who
	// proposed and who confirmed it. Reason is what was wrong.
	Members     []string `json:"members,omitempty"`
	FileSHA256  string   `json:"file_sha256,omitempty"`
	ProposedBy  string   `json:"proposed_by,omitempty"`
	ConfirmedBy string   `json:"confirmed_by,omitempty"`
}

// Paper is where the paper behind an event is kept: the digest of an attachment, or
// the number of a document of the register, or both.
type Paper struct {
	SHA256 string `json:"sha256,omitempty"` // hexadecimal
	Number string `json:"number,omitempty"`
}

// Turn is a change of status. By is the Seq of the event that brought it; zero
// if it came by itself: the end of a suspension or of the term.
type Turn struct {
	At     time.Time
	Status Status
	By     int
}

// Life is what has happened to one document, as far as the register knows.
// Questions about it take the moment that they are about.
type Life struct {
	Kind       Kind
	ValidUntil Date // the last day of the term; zero for a document without one
	Events     []Event
}

// StatusAt returns the status at a moment, by the effective times of the
// events; nothing before the first. What is recorded later with an earlier
// effective time changes the answer.
func (l Life) StatusAt(t time.Time) Status {
	var status Status
	for _, turn := range l.Turns() {
		if turn.At.After(t) {
			break
		}
		status = turn.Status
	}
	return status
}

// TurnAt returns the change that brought the status of a moment.
func (l Life) TurnAt(t time.Time) Turn {
	var at Turn
	for _, turn := range l.Turns() {
		if !turn.At.After(t) {
			at = turn
		}
	}
	return at
}

// suspension returns the last suspension that had begun by a moment: of one that
// was prolonged, the order that prolonged it.
func (l Life) suspension(t time.Time) (last Event, found bool) {
	for _, e := range l.standing() {
		if e.Kind == EventSuspended && !e.EffectiveAt.After(t) {
			last, found = e, true
		}
	}
	return last, found
}

// Turns returns all changes of status in the order of their moments, those to
// come included.
func (l Life) Turns() []Turn {
	run := l.run()
	for _, e := range l.standing() {
		run.to(e.EffectiveAt)
		run.take(e)
	}
	run.to(forever)
	return run.turns
}

// Event returns the event with this Seq.
func (l Life) Event(seq int) (Event, bool) {
	i := slices.IndexFunc(l.Events, func(e Event) bool { return e.Seq == seq })
	if i < 0 {
		return Event{}, false
	}
	return l.Events[i], true
}

// Copies returns how many copies of the document were printed: duplicates and
// certified copies.
func (l Life) Copies() int {
	n := 0
	for _, e := range l.Events {
		if e.Kind == EventDuplicate || e.Kind == EventCertified {
			n++
		}
	}
	return n
}

// VoidUnsigned reports whether the number was given up and the record of that is
// not signed yet, because no key was fit to sign it.
func (l Life) VoidUnsigned() bool {
	void := false
	for _, e := range l.Events {
		switch {
		case e.Kind == EventErased || e.Kind == EventVoidSigned || e.Kind == EventVoid && e.Record != nil:
			return false
		case e.Kind == EventVoid:
			void = true
		}
	}
	return void
}

// standing returns the events that were not corrected, in the order in which
// they take effect. Of two with the same moment the one recorded first comes
// first.
func (l Life) standing() []Event {
	corrected := map[int]bool{}
	for _, e := range l.Events {
		if e.Kind == EventCorrected {
			corrected[e.Corrects] = true
		}
	}
	all := make([]Event, 0, len(l.Events))
	for _, e := range l.Events {
		if e.Kind != EventCorrected && !corrected[e.Seq] {
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b Event) int {
		return cmp.Or(a.EffectiveAt.Compare(b.EffectiveAt), cmp.Compare(a.Seq, b.Seq))
	})
	return all
}

// forever is later than any moment of a document.
var forever = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// run goes through a life.
type run struct {
	kind   Kind
	status Status
	until  time.Time // when the suspension ends by itself; forever if it does not
	end    time.Time // of the term
	turns  []Turn
}

func (l Life) run() *run {
	r := &run{kind: l.Kind, until: forever, end: forever}
	if !l.ValidUntil.IsZero() {
		r.end = l.ValidUntil.next().Midnight()
	}
	return r
}

func (r *run) turn(at time.Time, s Status, by int) {
	if r.status != s {
		r.turns = append(r.turns, Turn{At: at, Status: s, By: by})
	}
	r.status = s
}

// to lets time pass up to a moment, and what comes by itself happen.
func (r *run) to(t time.Time) {
	if r.status == StatusSuspended && !r.until.After(t) && r.until.Before(r.end) {
		r.turn(r.until, StatusInForce, 0)
	}
	if (r.status == StatusInForce || r.status == StatusSuspended) && !r.end.After(t) && r.end != forever {
		r.turn(r.end, StatusExpired, 0)
	}
}

// ended reports whether nothing can follow a status.
func (s Status) ended() bool {
	return s == StatusVoid || s == StatusTerminated || s == StatusReissued || s == StatusExpired ||
		s == StatusAnnulled || s == StatusReconsidered
}

// take lets an event happen. What comes after the end has no effect.
func (r *run) take(e Event) {
	to, changes := transitions[e.Kind]
	if !changes || !slices.Contains(to.from, r.status) || e.Kind == EventReconsider && r.kind.GivesRight() {
		return
	}
	if e.Kind == EventSuspended {
		if r.until = forever; !e.Until.IsZero() {
			r.until = e.Until.Midnight()
		}
		if r.status == StatusSuspended {
			return // prolonged or shortened
		}
	}
	r.turn(e.EffectiveAt, to.to, e.Seq)
}

// transition is what an event does to a status.
type transition struct {
	from []Status
	to   Status // the same status if empty
}

// transitions are the whole law of statuses: from which an event may come, and
// to which it leads. It is read only.
var transitions = map[EventKind]transition{
	EventReserved:   {[]Status{""}, StatusReserved},
	EventIssued:     {[]Status{"", StatusReserved}, StatusInForce},
	EventEntered:    {[]Status{""}, StatusInForce},
	EventVoid:       {[]Status{StatusReserved}, StatusVoid},
	EventSuspended:  {[]Status{StatusInForce, StatusSuspended}, StatusSuspended},
	EventResumed:    {[]Status{StatusSuspended}, StatusInForce},
	EventTerminated: {[]Status{StatusInForce, StatusSuspended}, StatusTerminated},
	EventReissued:   {[]Status{StatusInForce}, StatusReissued},
	// A term ends by itself; declaring it changes nothing then. Old registers have
	// declarations of documents without a term.
	EventExpired: {[]Status{StatusInForce, StatusSuspended, StatusExpired}, StatusExpired},
	// An act may come when the document is without force already, and may say that it
	// never had any. One that was replaced is annulled no more: its successor is.
	EventAnnulled: {[]Status{StatusInForce, StatusSuspended, StatusReconsider, StatusTerminated, StatusExpired}, StatusAnnulled},
	// What permits something stays as it is while it is decided anew.
	EventReconsider:   {[]Status{StatusInForce, StatusSuspended, StatusTerminated, StatusExpired}, StatusReconsider},
	EventReconsidered: {[]Status{StatusReconsider}, StatusReconsidered},
}

// beside are the statuses in which events may take effect that change none. It is
// read only.
var beside = map[EventKind][]Status{
	EventDuplicate: {StatusInForce},
	EventCertified: {StatusInForce},
	// Of what is without force for good nobody is given a new file.
	EventRectified: {StatusInForce, StatusSuspended, StatusReconsider},
	// Who appeals may appeal the very order that has ended the document.
	EventAppealed: {StatusInForce, StatusSuspended, StatusReconsider, StatusTerminated, StatusReissued, StatusExpired, StatusAnnulled, StatusReconsidered},
}
