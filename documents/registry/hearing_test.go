package registry

import (
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/regulation"
)

// hearingDraft is the notice of a hearing before a refusal, held in three days.
func hearingDraft(t testing.TB, refusal documents.Draft, at time.Time) documents.Draft {
	t.Helper()
	d := fromSamples(t, "notice_hearing")
	r, n := refusal.Refusal, d.Notice
	n.Applicant, n.ApplicationNumber, n.ApplicationDate = r.Applicant, r.ApplicationNumber, r.ApplicationDate
	n.Hearing.Refuses, n.Hearing.HeldAt = string(r.Ground), at
	return d
}

// A refusal of an application of today's draft rests on the hearing before it: one
// of the register, in force, of the same person, application and ground, that has
// been held, as many working days ago as the edition says.
func TestRefusalsRestOnTheirHearing(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		refusal := func() documents.Draft {
			d := refusalDraft()
			d.Refusal.Ground = documents.GroundDocuments
			return d
		}
		if got := refusedBy(t, r, refusal()); got != "[/refusal/hearing_number required]" {
			t.Errorf("without a hearing: %s", got)
		}
		held := start.AddDate(0, 0, 3).Add(-time.Hour) // Thursday
		other := refusal()
		other.Refusal.ApplicationNumber = "ЗТ-2"
		stranger := refusal()
		stranger.Refusal.ApplicationNumber = "ЗТ-3"
		stranger.Refusal.Applicant = licenceDraft(1).Licence.Holder
		onGround := refusal()
		onGround.Refusal.ApplicationNumber, onGround.Refusal.Ground = "ЗТ-4", documents.GroundQualification
		withdrawn := refusal()
		withdrawn.Refusal.ApplicationNumber = "ЗТ-5"
		numbers := map[string]string{"licence": issue(t, r, "licence", licenceDraft(1)).Number}
		for name, d := range map[string]documents.Draft{"good": refusal(), "other": other, "stranger": stranger, "ground": onGround, "withdrawn": withdrawn} {
			rec := issue(t, r, name, hearingDraft(t, d, held))
			numbers[name] = rec.Number
			if got := rec.Content.Notice.Hearing.ObjectionUntil.String(); got != "2026-06-24" {
				t.Errorf("objections are taken until %s", got)
			}
		}
		numbers["notice"] = issue(t, r, "notice", fromSamples(t, "notice")).Number
		record(t, r, numbers["withdrawn"], 2, order(documents.EventTerminated))
		today := documents.CivilDate(start)
		on := func(d documents.Draft, name string) documents.Draft {
			d.Refusal.HearingNumber, d.Refusal.HearingDate = numbers[name], today
			return d
		}
		c.advance(3*24*time.Hour - 2*time.Hour)
		if got := refusedBy(t, r, on(refusal(), "good")); got != "[/refusal/hearing_number date]" {
			t.Errorf("before the hearing: %s", got)
		}
		c.advance(2 * time.Hour)
		wrong := on(refusal(), "good")
		wrong.Refusal.HearingDate.Day--
		sameOther := on(stranger, "stranger")
		sameOther.Refusal.Applicant = refusal().Refusal.Applicant
		sameGround := on(onGround, "ground")
		sameGround.Refusal.Ground = documents.GroundDocuments
		for name, row := range map[string]struct {
			d    documents.Draft
			want string
		}{
			"another application": {on(refusal(), "other"), "number value"}, "another person": {sameOther, "number holder"},
			"another ground": {sameGround, "number value"}, "another date": {wrong, "date date"}, "a notice of something else": {on(refusal(), "notice"), "number number"},
			"a licence": {on(refusal(), "licence"), "number number"}, "one that was withdrawn": {on(withdrawn, "withdrawn"), "number status"},
		} {
			if got := refusedBy(t, r, row.d); got != "[/refusal/hearing_"+row.want+"]" {
				t.Errorf("on the hearing of %s: %s, want %s", name, got, row.want)
			}
		}
		early := hearingDraft(t, other, c.now().Add(time.Hour)) // a second hearing of one application
		if got := refusedBy(t, r, early); got != "[/notice/application_number taken]" {
			t.Errorf("a second hearing: %s", got)
		}
		fifth := withdrawn
		again := issue(t, r, "again", hearingDraft(t, fifth, c.now().Add(time.Hour)))
		c.advance(24 * time.Hour) // heard, one working day after the notice
		d := on(fifth, "withdrawn")
		d.Refusal.HearingNumber, d.Refusal.HearingDate = again.Number, again.IssuedOn()
		if got := refusedBy(t, r, d); got != "[/refusal/hearing_number date]" {
			t.Errorf("after one working day: %s", got)
		}
		if rec := issue(t, r, "refusal", on(refusal(), "good")); rec.Content.Refusal.HearingNumber != numbers["good"] {
			t.Errorf("%+v", rec.Content.Refusal)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// The editions of 2012 and 2014 have no hearing, and say so; nor has a refusal that
// today's draft has none before. What is demanded is the edition's of the day of the
// registration, and data.
func TestHearingByEdition(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		old := refusalDraft()
		old.Refusal.Ground = documents.GroundDocuments
		old.Refusal.ApplicationDate = documents.Date{Year: 2015, Month: time.May, Day: 20}
		held := c.now().Add(72 * time.Hour)
		if got := refusedBy(t, r, hearingDraft(t, old, held)); got != "[/notice/ground edition]" {
			t.Errorf("a hearing under the decree of 2014: %s", got)
		}
		named := old.Normalise()
		named.Refusal.HearingNumber, named.Refusal.HearingDate = "KZ82RNT26000009", documents.CivilDate(start)
		if got := refusedBy(t, r, named); got != "[/refusal/hearing_number not_accepted]" {
			t.Errorf("a refusal of 2014 that names a hearing: %s", got)
		}
		issue(t, r, "old", old)
		incomplete := hearingDraft(t, refusalDraft(), held)
		if got := refusedBy(t, r, incomplete); got != "[/notice/hearing/refuses edition]" {
			t.Errorf("a hearing before a refusal that has none: %s", got)
		}
		for name, at := range map[string]time.Time{"a Sunday": held.AddDate(0, 0, 3), "a year without a calendar": held.AddDate(9, 0, 0), "an hour ago": c.now().Add(-time.Hour)} {
			draft := refusalOf(9)
			draft.Refusal.Ground = documents.GroundDocuments
			if got := refusedBy(t, r, hearingDraft(t, draft, at)); got != "[/notice/hearing/held_at date]" {
				t.Errorf("a hearing on %s: %s", name, got)
			}
		}
		law, err := regulation.ShippedLaw()
		must(t, err)
		byName, _ := law.Specimens("2012-159", documents.CivilDate(start))
		if got := byName[len(byName)-1].Hearing; got != nil {
			t.Errorf("run by its name, the edition of 2012 has a hearing: %+v", got)
		}
		ruled(t, r, documents.Date{Year: 2026, Month: time.June, Day: 1}, func(e map[string]any) { delete(e, "hearing") })
		free := refusalOf(10)
		free.Refusal.Ground = documents.GroundDocuments
		issue(t, r, "free", free)
	})
}
