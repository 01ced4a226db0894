package documents

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"tamga/certs"
	"tamga/language/words"
)

// Label returns the words by which pages and statements name an event. An
// unknown event has none.
func (k EventKind) Label() Label { return words.Of("event." + string(k)) }

// LabelUntil is Label of an event that holds until a date, which may be none.
func (k EventKind) LabelUntil(until Date) Label {
	l, end := k.Label(), until.Until()
	if end == (Label{}) {
		return l
	}
	return words.Of("event_until").Put("event", l).Put("until", end)
}

// ByOrder reports whether an event is recorded by order of the authority, with
// number, date, reason and signatory, and not by the register itself.
func (k EventKind) ByOrder() bool {
	switch k {
	case EventSuspended, EventResumed, EventTerminated, EventExpired, EventCorrected, EventAppealed, EventAnnulled, EventReconsider:
		return true
	}
	return false
}

// byOthers reports whether an event is the act of somebody else than the authority: a
// court, a body above it, or whoever appeals.
func (k EventKind) byOthers() bool {
	return k == EventAppealed || k == EventAnnulled || k == EventReconsider
}

// Withdraws reports whether an event takes back a paper that permits nothing, such as
// a wrong notice. That is an act of the authority, signed with the key of documents.
func (k Kind) Withdraws(e EventKind) bool { return e == EventTerminated && !k.GivesRight() }

// Happening names an event of a document of the kind: its withdrawal is called so
// where it is a signed act.
func (k Kind) Happening(e Event) Label {
	if k.Withdraws(e.Kind) && e.Record != nil {
		return words.Of("act.withdrawn")
	}
	return e.Kind.Label()
}

// CheckSigner reports, as an *[InvalidError], that the event names another signatory
// than the certificate that signs it.
func (e NewEvent) CheckSigner(id certs.Identity) error {
	c := &checker{}
	if !NamesPerson(e.Signatory, id) {
		c.fail("/signatory", CodeSigner, "is not the name in the certificate that signs the act")
	}
	return c.result()
}

// Furthest an event may lie from the moment at which it is recorded.
const (
	furthestBack  = 20 * 366 * 24 * time.Hour
	furthestAhead = 5 * 366 * 24 * time.Hour
)

// NewEvent is an event that is to be recorded. EffectiveAt may be zero for the
// moment of recording.
type NewEvent struct {
	Kind        EventKind `json:"event"`
	EffectiveAt time.Time `json:"effective_at,omitzero"`
	OrderNumber string    `json:"order_number"`
	OrderDate   Date      `json:"order_date"`
	Reason      Text      `json:"reason"`
	Signatory   string    `json:"signatory"`
	Position    Text      `json:"position"`
	Until       Date      `json:"until,omitzero"`
	Corrects    int       `json:"corrects,omitempty"`
	// Of what courts, bodies and those who appeal do: see [EventData].
	DecidedBy     Text  `json:"decided_by,omitzero"`
	FromBeginning bool  `json:"from_beginning,omitempty"` // EffectiveAt is left out
	Paper         Paper `json:"paper,omitzero"`
	// PaperFile is the paper itself in base64, to be compared with its digest, which it
	// gives where that is left out. It is not kept.
	PaperFile string `json:"paper_file,omitempty"`
}

// Normalise returns a copy with every text normalised as by [NormaliseKazakh].
func (e NewEvent) Normalise() NewEvent {
	e.OrderNumber = NormaliseKazakh(e.OrderNumber)
	e.Reason = e.Reason.each(normaliseLines)
	e.Signatory = NormaliseKazakh(e.Signatory)
	e.Position = e.Position.each(NormaliseKazakh)
	e.DecidedBy = e.DecidedBy.each(NormaliseKazakh)
	e.Paper.SHA256, e.Paper.Number = strings.ToLower(strings.TrimSpace(e.Paper.SHA256)), trimNumber(e.Paper.Number)
	if file, err := base64.StdEncoding.DecodeString(e.PaperFile); err == nil && len(file) > 0 && e.Paper.SHA256 == "" {
		e.Paper.SHA256 = hexSum(file)
	}
	e.EffectiveAt = e.EffectiveAt.UTC().Truncate(time.Second)
	return e
}

func hexSum(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// Validate reports every field that is missing, cannot be printed or is out of
// range at the moment of recording, as an *[InvalidError]. Whether the event
// may follow what has happened before is [Life.May].
func (e NewEvent) Validate(now time.Time) error {
	c := &checker{}
	if !e.Kind.ByOrder() {
		c.fail("/event", CodeUnknown, "is none of suspended, resumed, terminated, expired, appealed, annulled, reconsider, corrected")
	}
	return e.check(c, now)
}

// ValidateErasure is [NewEvent.Validate] for an order to erase a content, which
// takes effect when it is recorded.
func (e NewEvent) ValidateErasure(now time.Time) error {
	c := &checker{}
	if e.Kind != EventErased {
		c.fail("/event", CodeUnknown, "is not erased")
	}
	if !e.EffectiveAt.IsZero() {
		c.fail("/effective_at", CodeNotAccepted, "is the moment of recording")
	}
	return e.check(c, now)
}

func (e NewEvent) check(c *checker, now time.Time) error {
	c.text("/order_number", e.OrderNumber, rule{max: maxShortNumber})
	c.earlier("/order_date", e.OrderDate, CivilDate(now))
	c.both("/reason", e.Reason, rule{max: maxActivity, lines: true})
	c.text("/signatory", e.Signatory, rule{max: maxPerson})
	c.both("/position", e.Position, rule{max: maxPlace})
	switch at := e.EffectiveAt; {
	case at.IsZero():
	case at.Before(now.Add(-furthestBack)) || at.After(now.Add(furthestAhead)):
		c.fail("/effective_at", CodeDate, "is too far from today")
	case !CivilDate(now).before(e.OrderDate) && e.tooEarly():
		c.fail("/effective_at", CodeDate, "is before the date of the order")
	}
	if e.Kind == EventSuspended && !e.Until.IsZero() {
		c.date("/until", e.Until)
	} else if !e.Until.IsZero() {
		c.fail("/until", CodeNotAccepted, "belongs to a suspension")
	}
	switch {
	case e.Kind == EventCorrected && e.Corrects < 1:
		c.fail("/corrects", CodeRequired, "is empty")
	case e.Kind != EventCorrected && e.Corrects != 0:
		c.fail("/corrects", CodeNotAccepted, "belongs to a correction")
	case e.Kind == EventCorrected && !e.EffectiveAt.IsZero():
		c.fail("/effective_at", CodeNotAccepted, "is that of the corrected event")
	}
	e.checkByOthers(c)
	return c.result()
}

// checkByOthers checks who has decided, since when, and by which paper.
func (e NewEvent) checkByOthers(c *checker) {
	if !e.Kind.byOthers() {
		c.absent("/decided_by", e.DecidedBy == Text{}, "belongs to an appeal, an annulment or an order to reconsider")
		c.absent("/paper", e.Paper == Paper{}, "belongs to an appeal, an annulment or an order to reconsider")
		c.absent("/paper_file", e.PaperFile == "", "belongs to an appeal, an annulment or an order to reconsider")
		c.absent("/from_beginning", !e.FromBeginning, "belongs to an annulment")
		return
	}
	if e.PaperFile != "" {
		file, err := base64.StdEncoding.DecodeString(e.PaperFile)
		switch {
		case err != nil || len(file) == 0:
			c.fail("/paper_file", CodeUnknown, "is no file in base64")
		case hexSum(file) != e.Paper.SHA256:
			c.fail("/paper_file", CodeDigest, "is not the file whose digest the paper has")
		}
	}
	c.both("/decided_by", e.DecidedBy, rule{max: maxName})
	c.absent("/from_beginning", !e.FromBeginning || e.Kind == EventAnnulled, "belongs to an annulment")
	c.absent("/effective_at", !e.FromBeginning || e.EffectiveAt.IsZero(), "is the moment of issue when a document is annulled from the beginning")
	switch {
	case e.Paper == Paper{}:
		c.fail("/paper", CodeRequired, "has neither the digest of an attachment nor the number of a document")
	case e.Paper.SHA256 != "" && !isDigest(e.Paper.SHA256):
		c.fail("/paper/sha256", CodeDigest, "is not a SHA-256 in 64 small hexadecimal letters")
	}
	if e.Paper.Number != "" {
		c.number("/paper/number", e.Paper.Number)
	}
}

// absent refuses a field that is there and belongs to something else.
func (c *checker) absent(pointer string, is bool, why string) {
	if !is {
		c.fail(pointer, CodeNotAccepted, why)
	}
}

// tooEarly reports whether an event would take effect before the day of its order.
// Only the end of a term is declared after it has come.
func (e NewEvent) tooEarly() bool {
	return e.Kind != EventExpired && !e.OrderDate.IsZero() && e.EffectiveAt.Before(e.OrderDate.Midnight())
}

// Data returns what the event says besides its times.
func (e NewEvent) Data() EventData {
	return EventData{
		OrderNumber: e.OrderNumber, OrderDate: e.OrderDate, Reason: e.Reason,
		Signatory: e.Signatory, Position: e.Position, Until: e.Until, Corrects: e.Corrects,
		DecidedBy: e.DecidedBy, FromBeginning: e.FromBeginning, Paper: e.Paper,
	}
}

// Erased returns what is left of an event when the content of its document is
// erased: what the status hangs on, and the order, which is the authority's own.
// Reasons and statements may be personal, and the digest of a paper may be guessed from
// what it says.
func (d EventData) Erased() EventData {
	d.Reason, d.Detail, d.Record, d.Paper.SHA256 = Text{}, "", nil, ""
	return d
}
