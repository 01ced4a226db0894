package documents

import (
	"fmt"
	"slices"
	"time"
)

// The rules an event may break.
const (
	RuleUnknown    = "unknown_event" // there is no such event, or only the register records it
	RuleKind       = "kind"          // documents of this kind have no such event
	RuleStatus     = "status"        // not from the status at the moment of effect
	RuleBefore     = "before_issue"  // takes effect before the document was issued
	RuleLater      = "later_event"   // an event that takes effect later could not have followed
	RuleUntil      = "until"         // the suspension ends before it begins
	RuleCorrection = "correction"    // there is no such event to be corrected, or it cannot be
	RulePending    = "pending"       // another document that replaces this one is being issued
	RuleErased     = "erased"        // the content was erased, and nothing follows that
	RuleOrder      = "order"         // an order that is to take effect stands against it
	RuleTerm       = "term"          // the document has no term, or its term has not ended
)

// RuleError says which rule forbids an event.
type RuleError struct {
	Rule   string    // one of the Rule constants
	Event  EventKind // that was refused
	Status Status    // of the document when the event would have taken effect
	Seq    int       // of the other event concerned, if there is one
}

func (e *RuleError) Error() string {
	text := fmt.Sprintf("a document cannot be %s: rule %s, status %q", e.Event, e.Rule, e.Status)
	if e.Seq != 0 {
		text += fmt.Sprintf(", event %d", e.Seq)
	}
	return text
}

// The events by order that documents may have besides those that every document
// has, and what copies of them may be made. They are read only.
var (
	eventsOfRights = []EventKind{EventSuspended, EventResumed, EventTerminated, EventExpired, EventCertified}
	// eventsOf is the law of who may have what; a wrong paper of any authority can
	// be withdrawn.
	eventsOf = map[Kind][]EventKind{
		KindLicence:           append([]EventKind{EventReissued, EventDuplicate}, eventsOfRights...),
		KindExportCertificate: eventsOfRights,
		KindApproval:          eventsOfRights,
		KindRefusal:           {EventTerminated},
		KindApplicationCopy:   {EventTerminated},
		KindAcceptance:        {EventTerminated},
		KindNotice:            {EventTerminated},
		KindConclusion:        {EventTerminated},
		KindDuplicate:         {EventTerminated},
		KindPaperCopy:         {EventTerminated},
	}
	// eventsOfAll are had by every document.
	eventsOfAll = []EventKind{EventCorrected, EventErased}
	// recorded are all events that can be added to a life.
	recorded = []EventKind{
		EventSuspended, EventResumed, EventTerminated, EventReissued, EventExpired, EventDuplicate, EventCertified,
		EventCorrected, EventErased,
	}
)

// has reports whether documents of a kind have an event.
func (k Kind) has(e EventKind) bool {
	return k.known() && (slices.Contains(eventsOfAll, e) || slices.Contains(eventsOf[k], e))
}

func (k Kind) known() bool { return k == KindLicence || k.letters() != "" }

// May reports, as a *[RuleError], why an event may not be added to the life.
// Its Seq must be the next one. Its effective time may be in the past, down to
// the moment of issue, or to come. Termination may come before events that take
// effect later, which have no effect then, and replacement before those that are
// no suspension or termination; any other event must leave those that follow it
// possible.
func (l Life) May(e Event) error {
	refuse := func(rule string, status Status, seq int) error {
		return &RuleError{Rule: rule, Event: e.Kind, Status: status, Seq: seq}
	}
	if !slices.Contains(recorded, e.Kind) {
		return refuse(RuleUnknown, "", 0)
	}
	if !l.Kind.has(e.Kind) {
		return refuse(RuleKind, "", 0)
	}
	if l.erased() {
		return refuse(RuleErased, l.StatusAt(e.EffectiveAt), 0)
	}
	switch e.Kind {
	case EventCorrected:
		return l.mayCorrect(e)
	case EventErased:
		return l.mayErase(e)
	}
	issued, ok := l.issued()
	if !ok || e.EffectiveAt.Before(issued) {
		return refuse(RuleBefore, l.StatusAt(e.EffectiveAt), 0)
	}
	if e.Kind == EventSuspended && !e.Until.IsZero() && !e.Until.Midnight().After(e.EffectiveAt) {
		return refuse(RuleUntil, l.StatusAt(e.EffectiveAt), 0)
	}
	status := l.StatusAt(e.EffectiveAt)
	if e.Kind == EventExpired && !l.termEnded(e.EffectiveAt) {
		return refuse(RuleTerm, status, 0)
	}
	if !slices.Contains(mayFrom(e.Kind), status) {
		return refuse(RuleStatus, status, 0)
	}
	if seq, found := l.ordered(e.EffectiveAt); found && e.Kind == EventReissued {
		return refuse(RuleOrder, status, seq)
	}
	if seq, found := l.disturbed(e); found {
		return refuse(RuleLater, status, seq)
	}
	return nil
}

// termEnded reports whether the term of the document has ended at a moment;
// never of one without a term.
func (l Life) termEnded(t time.Time) bool {
	return !l.ValidUntil.IsZero() && !t.Before(l.ValidUntil.next().Midnight())
}

// ordered looks for a suspension or termination that is to take effect after a
// moment: replacing the document would take it out of the order's reach.
func (l Life) ordered(t time.Time) (seq int, found bool) {
	for _, e := range l.standing() {
		if e.EffectiveAt.After(t) && (e.Kind == EventSuspended || e.Kind == EventTerminated) {
			return e.Seq, true
		}
	}
	return 0, false
}

// mayFrom returns the statuses in which an event may take effect.
func mayFrom(k EventKind) []Status {
	if t, ok := transitions[k]; ok {
		return t.from
	}
	return []Status{StatusInForce} // copies
}

func (l Life) issued() (time.Time, bool) {
	for _, e := range l.Events {
		if e.Kind == EventIssued {
			return e.EffectiveAt, true
		}
	}
	return time.Time{}, false
}

// disturbed looks for an event that fits the life as it is, and would not with
// a new event.
func (l Life) disturbed(added Event) (seq int, found bool) {
	before := l.impossible()
	l.Events = append(slices.Clone(l.Events), added)
	after := l.impossible()
	for _, e := range l.Events {
		if after[e.Seq] && !before[e.Seq] {
			return e.Seq, true
		}
	}
	return 0, false
}

// mayCorrect reports whether an event can be taken back: one that changed the
// status by order, once, so that what follows stays possible.
func (l Life) mayCorrect(e Event) error {
	target, ok := l.Event(e.Corrects)
	refused := &RuleError{Rule: RuleCorrection, Event: e.Kind, Status: l.StatusAt(e.EffectiveAt), Seq: e.Corrects}
	correctable := []EventKind{EventSuspended, EventResumed, EventTerminated, EventExpired}
	if !ok || !slices.Contains(correctable, target.Kind) || !e.EffectiveAt.Equal(target.EffectiveAt) {
		return refused
	}
	for _, other := range l.Events {
		if other.Kind == EventCorrected && other.Corrects == e.Corrects {
			return refused
		}
	}
	if seq, found := l.disturbed(e); found {
		refused.Rule, refused.Seq = RuleLater, seq
		return refused
	}
	return nil
}

// mayErase reports whether the content may go: nobody may need it to exercise a
// right, and the number must be given for good.
func (l Life) mayErase(e Event) error {
	status := l.StatusAt(e.EffectiveAt)
	if status == "" || status == StatusReserved || l.Kind.GivesRight() && !status.ended() {
		return &RuleError{Rule: RuleStatus, Event: e.Kind, Status: status}
	}
	return nil
}

func (l Life) erased() bool {
	return slices.ContainsFunc(l.Events, func(e Event) bool { return e.Kind == EventErased })
}

// impossible returns the events that do not fit the status they find, other
// than what comes after the end.
func (l Life) impossible() map[int]bool {
	all := map[int]bool{}
	run := l.run()
	for _, e := range l.standing() {
		if e.Kind == EventErased {
			continue // fits whatever it finds
		}
		run.to(e.EffectiveAt)
		if !slices.Contains(mayFrom(e.Kind), run.status) && !run.status.ended() {
			all[e.Seq] = true
		}
		run.take(e)
	}
	return all
}
