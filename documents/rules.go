package documents

import (
	"fmt"
	"slices"
	"time"

	"tamga/language/words"
)

// The rules an event may break.
const (
	RuleUnknown    = "unknown_event" // there is no such event, or only the register records it
	RuleKind       = "kind"          // documents of this kind cannot have such an event
	RuleRight      = "right"         // the edition of the rules gives documents of this kind no such right
	RuleEdition    = "edition"       // no edition of the rules is in force when it takes effect
	RuleStatus     = "status"        // not from the status at the moment of effect
	RuleBefore     = "before_issue"  // takes effect before the document was issued
	RuleLater      = "later_event"   // an event that takes effect later could not have followed
	RuleUntil      = "until"         // the suspension ends before it begins
	RuleCorrection = "correction"    // there is no such event to be corrected, or it cannot be
	RulePending    = "pending"       // another document that replaces this one is being issued
	RuleUnsigned   = "unsigned"      // the number is void, and the record of that is not signed yet
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
	// Edition is that of the rules, where they are what forbids the event.
	Edition string
}

func (e *RuleError) Error() string {
	text := fmt.Sprintf("%s (event %s, rule %s", words.Of("rule."+e.Rule).EN, e.Event, e.Rule)
	if e.Status != "" {
		text += ", status " + string(e.Status)
	}
	if e.Seq != 0 {
		text += fmt.Sprintf(", event %d", e.Seq)
	}
	if e.Edition != "" {
		text += ", edition " + e.Edition
	}
	return text + ")"
}

// Every document may have its record and a clerk's mistake corrected, and its content erased, and a decision
// that is to be reconsidered may find its successor: that is the register's own. What else may happen to it is a right, and the law's: see
// [KindRules]. They are read only.
var (
	eventsOfAll = []EventKind{EventCorrected, EventRectified, EventErased, EventReconsidered}
	// recorded are all events that can be added to a life.
	recorded = []EventKind{
		EventSuspended, EventResumed, EventTerminated, EventReissued, EventExpired, EventDuplicate, EventCertified,
		EventAppealed, EventAnnulled, EventReconsider, EventReconsidered, EventCorrected, EventRectified, EventErased,
	}
)

// Can reports whether a right can be had by documents of a kind at all, whatever
// an edition says: what permits nothing cannot be suspended, only a licence is
// printed again, and a term ends only where there is one.
func (k Kind) Can(right EventKind) bool {
	switch right {
	case EventSuspended, EventResumed:
		return k.GivesRight()
	case EventTerminated, EventAppealed, EventAnnulled:
		return k.known() && k != KindApplication
	case EventReconsider:
		return k.GivesRight() || k == KindRefusal || k == KindNotice || k == KindConclusion
	case EventReissued, EventDuplicate:
		return k == KindLicence
	case EventExpired:
		return k == KindLicence || k == KindExportCertificate
	case EventCertified:
		return slices.Contains(certifiable, k)
	case EventRectified: // a copy or a statement of it is made anew
		return new(Draft).of(k).corrections() != nil
	}
	return false
}

func (k Kind) known() bool { return k == KindLicence || k.letters() != "" }

// ByRight reports whether an event is one that a document has by right, of the law
// that is in force when the event takes effect.
func (e EventKind) ByRight() bool {
	return slices.Contains(recorded, e) && !slices.Contains(eventsOfAll, e)
}

// May reports, as a *[RuleError], why an event may not be added to the life under
// the rights of an edition: that of the day on which the event takes effect. An
// order is judged by the law of its own time, whether it is written down late or
// is to come.
// Its Seq must be the next one. Its effective time may be in the past, down to
// the moment of issue, or to come. Termination may come before events that take
// effect later, which have no effect then, and replacement before those that are
// no suspension or termination; any other event must leave those that follow it
// possible.
func (l Life) May(e Event, rights []EventKind) error {
	refuse := func(rule string, status Status, seq int) error {
		return &RuleError{Rule: rule, Event: e.Kind, Status: status, Seq: seq}
	}
	if !slices.Contains(recorded, e.Kind) {
		return refuse(RuleUnknown, "", 0)
	}
	switch ofAll := slices.Contains(eventsOfAll, e.Kind); {
	case !l.Kind.known() || !ofAll && !l.Kind.Can(e.Kind) || e.Kind == EventRectified && !l.Kind.Can(e.Kind):
		return refuse(RuleKind, "", 0)
	case !ofAll && !slices.Contains(rights, e.Kind):
		return refuse(RuleRight, "", 0)
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
	issued, ok := l.IssuedAt()
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
		if e.EffectiveAt.After(t) && (e.Kind == EventSuspended || e.Kind == EventTerminated || e.Kind == EventAnnulled) {
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
	return beside[k]
}

// IssuedAt returns the moment since which the document has, or had, force; false for a
// number that was never issued.
func (l Life) IssuedAt() (time.Time, bool) {
	for _, e := range l.Events {
		if e.Kind == EventIssued || e.Kind == EventEntered {
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
	correctable := []EventKind{
		EventSuspended, EventResumed, EventTerminated, EventExpired, EventAppealed, EventAnnulled, EventReconsider,
	}
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
	if l.VoidUnsigned() {
		return &RuleError{Rule: RuleUnsigned, Event: e.Kind, Status: status}
	}
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
