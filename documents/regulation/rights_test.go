package regulation_test

import (
	"slices"
	"testing"

	"tamga/documents"
	"tamga/documents/regulation"
)

// Rights, terms and sub-types are what the edition of a day says: five years and two
// sub-types in today's draft, no term and three before.
func TestKindsByEdition(t *testing.T) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	on := func(day string) map[documents.Kind]documents.KindRules {
		d, err := documents.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range law.Printing() {
			if d.Within(part.From, part.Until) {
				return part.Kinds
			}
		}
		return nil
	}
	old, decree, today := on("2013-05-01"), on("2015-05-01"), on("2026-11-28")
	both := documents.SubtypeBoth
	if l := old[documents.KindLicence]; !slices.Contains(l.Subtypes, both) || l.Term != (documents.Period{}) || slices.Contains(l.Events, documents.EventExpired) {
		t.Errorf("2012: %+v", l)
	}
	if l := today[documents.KindLicence]; slices.Contains(l.Subtypes, both) || len(l.Subtypes) != 2 || l.Term != (documents.Period{Years: 5}) ||
		l.ReissueTerm != (documents.Period{}) || !slices.Contains(l.Events, documents.EventExpired) {
		t.Errorf("today: %+v", l)
	}
	if _, known := decree[documents.KindLicence]; known || len(on("2018-05-01")) != 0 {
		t.Error("a licence has rights where no edition knows one")
	}
	if c := decree[documents.KindExportCertificate]; !slices.Contains(c.Events, documents.EventCertified) || slices.Contains(c.Events, documents.EventReissued) {
		t.Errorf("2014: %+v", c)
	}
	name := "/licence/holder/legal/name/*"
	if !slices.Contains(old[documents.KindLicence].Correctable, name) || !slices.Contains(today[documents.KindLicence].Correctable, name) ||
		len(today[documents.KindDuplicate].Correctable) != 0 {
		t.Errorf("correctable: %+v", today[documents.KindLicence].Correctable)
	}
	for _, kind := range []documents.Kind{documents.KindQuestionnaire, documents.KindSummary, documents.KindHistory} {
		if rules := today[kind]; len(rules.Events) != 0 {
			t.Errorf("%s: %+v", kind, rules)
		}
	}
	named, _ := law.Specimens("2012-159", documents.Date{Year: 2026, Month: 11, Day: 28})
	last := named[len(named)-1]
	if !last.Specimen || last.Kinds[documents.KindLicence].Term != (documents.Period{}) || len(last.Kinds[documents.KindApproval].Events) == 0 {
		t.Errorf("run by its name: %+v", last.Kinds)
	}
}

// A right is changed, and a term given, by data alone.
func TestRightsChangedAsData(t *testing.T) {
	all := shipped(t)
	next := all[2]
	next.ID, next.From, next.Rights = "2031-test", documents.Date{Year: 2031, Month: 1, Day: 1}, slices.Clone(next.Rights)
	next.Rights[0].Events = []documents.EventKind{documents.EventTerminated}
	next.Services = slices.Clone(next.Services)
	next.Services[0].Validity, next.Services[1].Validity = nil, next.Services[0].Validity
	law, err := regulation.Compile(append(all, next)...)
	if err != nil {
		t.Fatal(err)
	}
	parts := law.Printing()
	got := parts[len(parts)-1].Kinds[documents.KindLicence]
	if len(got.Events) != 1 || got.Term != (documents.Period{}) || got.ReissueTerm != (documents.Period{Years: 5}) {
		t.Errorf("%+v", got)
	}
}

// Every service names its provider by the name that duties have, the same in all
// editions; who applies and who works at a service centre act for no provider.
func TestProvidersOfDuties(t *testing.T) {
	want := map[string]string{
		"LIC-ISSUE": "culture-committee", "LIC-REISSUE": "culture-committee", "TEC": "culture-department", "SRA": "culture-department",
	}
	all, err := regulation.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		for _, s := range e.Services {
			if s.ProviderID != want[s.ID] {
				t.Errorf("%s of %s is given by %q", s.ID, e.ID, s.ProviderID)
			}
		}
		for _, r := range e.Roles {
			if acts := map[string]string{"APPLICANT": regulation.ForApplicant, "OPERATOR": regulation.ForCentre}[r.ID]; r.Acts != acts {
				t.Errorf("%s of %s acts for %q", r.ID, e.ID, r.Acts)
			}
		}
	}
}
