package documents

// ComingEvent is what happens to a document by itself on a day.
type ComingEvent string

// What happens by itself.
const (
	TermEnds       ComingEvent = "document_ends"   // the day is the last one of its term
	SuspensionEnds ComingEvent = "suspension_ends" // the day is the first one in force again
)

// Coming is a day of a document on which something happens by itself.
type Coming struct {
	Event ComingEvent
	Day   Date
}

// Coming returns the days on which something happens to the document by itself, past or
// to come, as far as what is recorded of it says; one that was terminated before has no
// end of a term.
func (l Life) Coming() (all []Coming) {
	for _, turn := range l.Turns() {
		switch {
		case turn.By != 0:
		case turn.Status == StatusExpired:
			all = append(all, Coming{TermEnds, l.ValidUntil})
		case turn.Status == StatusInForce:
			all = append(all, Coming{SuspensionEnds, CivilDate(turn.At)})
		}
	}
	return all
}
