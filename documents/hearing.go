package documents

import (
	"slices"
	"time"
)

// HearingRules are when an edition has the applicant heard before a refusal.
type HearingRules struct {
	Before []string // the grounds of refusal that a hearing comes before, such as RF-QUAL
	// NoticeDays are the working days between the notice and the decision, and
	// ObjectionDays those within which the applicant may object.
	NoticeDays, ObjectionDays int
}

// PreliminaryDecision is what a notice of a hearing says: that the service is to be
// refused, and when and where the applicant is heard before that. The reasons are
// the detail of the notice.
type PreliminaryDecision struct {
	Refuses string    `json:"refuses"` // the ground, such as RF-QUAL
	HeldAt  time.Time `json:"held_at"`
	Place   Text      `json:"place"`
	// ObjectionUntil is the last day for an objection, given by the register as the
	// edition of the rules says.
	ObjectionUntil Date `json:"objection_until,omitzero"`
}

// Heard is what a decision says of the hearing before it: the notice of the hearing.
type Heard struct {
	HearingNumber string `json:"hearing_number,omitempty"`
	HearingDate   Date   `json:"hearing_date,omitzero"`
}

func (p *PreliminaryDecision) normalise() *PreliminaryDecision {
	if p == nil {
		return nil
	}
	n := *p
	n.Place = n.Place.each(NormaliseKazakh)
	n.HeldAt = n.HeldAt.UTC().Truncate(time.Second)
	return &n
}

func (h *Heard) normalise() { h.HearingNumber = trimNumber(h.HearingNumber) }

// preliminary checks the notice of a hearing.
func (c *checker) preliminary(n *Notice) {
	p := n.Hearing
	switch {
	case n.Ground == NoticeHearing && p == nil:
		c.fail("/hearing", CodeRequired, "is missing")
	case n.Ground != NoticeHearing && p != nil:
		c.fail("/hearing", CodeNotAccepted, "belongs to the notice of a hearing only")
	}
	if p == nil {
		return
	}
	if !slices.Contains(refusalGrounds, RefusalGround(p.Refuses)) && NoticeGround(p.Refuses) != NoticeNoValue {
		c.fail("/hearing/refuses", CodeUnknown, "is no ground of a decision")
	}
	if p.HeldAt.IsZero() {
		c.fail("/hearing/held_at", CodeRequired, "is empty")
	} else {
		c.later("/hearing/held_at", CivilDate(p.HeldAt), n.IssuedOn)
	}
	c.both("/hearing/place", p.Place, rule{max: maxAddress})
	c.given("/hearing/objection_until", !p.ObjectionUntil.IsZero())
	if n.ApplicationNumber == "" {
		c.fail("/application_number", CodeRequired, "is empty")
	}
	if (n.Detail == Text{}) {
		c.fail("/detail", CodeRequired, "is empty: the reasons of the preliminary decision")
	}
}

// heard checks what a decision says of the hearing before it.
func (c *checker) heard(h Heard, issuedOn Date) {
	if h == (Heard{}) {
		return
	}
	c.number(FieldHearing, h.HearingNumber, KindNotice)
	c.earlier("/hearing_date", h.HearingDate, issuedOn)
}

// decision is what a refusal, or a notice, decides about an application.
type decision struct {
	ground    string
	applicant Holder
	Application
	Heard
}

func (d Draft) decision() (decision, bool) {
	switch {
	case d.Refusal != nil:
		r := d.Refusal
		return decision{string(r.Ground), r.Applicant, Application{r.ApplicationNumber, r.ApplicationDate}, r.Heard}, true
	case d.Notice != nil:
		n := d.Notice
		return decision{string(n.Ground), n.Applicant, Application{n.ApplicationNumber, n.ApplicationDate}, n.Heard}, true
	}
	return decision{}, false
}

// Decides returns the day of the application that the document decides about, whose
// edition rules whether the applicant is heard before; false for a document that is
// no refusal and no notice. The day is zero where the application was not registered.
func (d Draft) Decides() (registered Date, decides bool) {
	what, ok := d.decision()
	return what.ApplicationDate, ok
}

// CheckHearing reports, as an *[InvalidError], a decision without the hearing that
// the edition of its application has before it, and the notice of a hearing, or a
// hearing named, where that edition has none.
func (d Draft) CheckHearing(e Edition) error {
	what, ok := d.decision()
	if !ok {
		return nil
	}
	c := &checker{at: "/" + string(d.Kind())}
	heard := func(ground string) bool { return e.Hearing != nil && slices.Contains(e.Hearing.Before, ground) }
	if d.Notice != nil && d.Notice.Ground == NoticeHearing {
		switch {
		case e.Hearing == nil:
			c.fail("/ground", CodeEdition, "the edition "+e.Name+" has no hearing before a refusal")
		case !heard(d.Notice.Hearing.Refuses):
			c.fail("/hearing/refuses", CodeEdition, "the edition "+e.Name+" has no hearing before a refusal on this ground")
		}
		return c.result()
	}
	switch demanded := heard(what.ground); {
	case demanded && what.HearingNumber == "":
		c.fail(FieldHearing, CodeRequired, "the edition "+e.Name+" has the applicant heard before a refusal on this ground")
	case !demanded && what.HearingNumber != "":
		c.fail(FieldHearing, CodeNotAccepted, "the edition "+e.Name+" has no hearing before a refusal on this ground")
	}
	return c.result()
}

// CheckHeard reports, as an *[InvalidError], what keeps a decision from resting on
// the notice of a hearing: it is another person's, about another application, on
// another ground, of another date, or the hearing is still to come.
func (d Draft) CheckHeard(n Notice, now time.Time) error {
	c := &checker{at: "/" + string(d.Kind())}
	what, ok := d.decision()
	if !ok || n.Hearing == nil {
		c.fail(FieldHearing, CodeNumber, "is not the number of the notice of a hearing")
		return c.result()
	}
	if !what.applicant.same(n.Applicant) {
		c.fail(FieldHearing, CodeHolder, "is the hearing of another person")
	}
	about := func(a Application) string {
		return takenKey("answer", a.ApplicationNumber, a.ApplicationDate.Year) + a.ApplicationDate.String()
	}
	if about(what.Application) != about(Application{n.ApplicationNumber, n.ApplicationDate}) {
		c.fail(FieldHearing, CodeValue, "is a hearing about another application")
	}
	if what.ground != n.Hearing.Refuses {
		c.fail(FieldHearing, CodeValue, "is a hearing before a refusal on another ground")
	}
	if what.HearingDate != n.IssuedOn {
		c.fail("/hearing_date", CodeDate, "is not the date of the notice of the hearing")
	}
	if now.Before(n.Hearing.HeldAt) {
		c.fail(FieldHearing, CodeDate, "is a hearing that is still to come")
	}
	return c.result()
}

// ObjectionUntil returns a copy of the notice of a hearing with the last day for an
// objection; any other draft is the same.
func (d Draft) ObjectionUntil(last Date) Draft {
	if d.Notice == nil || d.Notice.Hearing == nil {
		return d
	}
	d = d.clone()
	p := *d.Notice.Hearing
	p.ObjectionUntil = last
	d.Notice.Hearing = &p
	return d
}
