package registry

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/regulation"
)

// ruled has a register follow today's edition with changes to its JSON from some
// day on, and until then as it is shipped.
func ruled(t *testing.T, r *Registry, from documents.Date, changed func(e map[string]any)) {
	t.Helper()
	all, err := regulation.Shipped()
	must(t, err)
	raw, err := json.Marshal(all[2])
	must(t, err)
	var e map[string]any
	must(t, json.Unmarshal(raw, &e))
	e["id"], e["from"] = "next", from.String()
	changed(e)
	raw, err = json.Marshal(e)
	must(t, err)
	next, err := regulation.Parse(raw)
	must(t, err)
	all[2].Until = from
	law, err := regulation.Compile(append(all, next)...)
	must(t, err)
	r.Layouts, err = pdf.Compile(pdf.Options{CheckURL: func(string) string { return "https://tamga.example/check" }, Editions: law.Printing()})
	must(t, err)
}

// rightsOf are the rights of a kind in the JSON of an edition.
func rightsOf(e map[string]any, kind documents.Kind) map[string]any {
	rights := e["rights"].([]any)
	i := slices.IndexFunc(rights, func(v any) bool { return v.(map[string]any)["kind"] == string(kind) })
	return rights[i].(map[string]any)
}

// recordRule records an event that the law must refuse, and returns what it says.
func recordRule(t *testing.T, r *Registry, number string, e documents.NewEvent) documents.RuleError {
	t.Helper()
	_, _, err := r.Record(t.Context(), EventRequest{Client: "portal", IdempotencyKey: number + string(e.Kind) + e.EffectiveAt.String(), Number: number, AnyState: true, Event: e})
	var rule *documents.RuleError
	if !errors.As(err, &rule) {
		t.Fatalf("%s %s: %v", number, e.Kind, err)
	}
	return *rule
}

// A right is taken away, and another given, by an edition and no code; the edition of
// the day on which an event takes effect is the one that rules it.
func TestRightsAreData(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		tomorrow := documents.CivilDate(start.AddDate(0, 0, 1))
		ruled(t, r, tomorrow, func(e map[string]any) {
			rightsOf(e, documents.KindLicence)["events"] = []string{"terminated", "reissued", "expired"}
			rightsOf(e, documents.KindRefusal)["events"] = []string{}
			e["until"] = documents.CivilDate(start.AddDate(0, 0, 30)).String()
		})
		next, err := r.Layouts.Rules(tomorrow)
		must(t, err)
		licence, refusal := issue(t, r, "a", licenceDraft(1)).Number, issue(t, r, "b", refusalDraft()).Number
		toCome := suspension()
		toCome.EffectiveAt = start.Add(25 * time.Hour)
		if rule := recordRule(t, r, licence, toCome); rule.Rule != documents.RuleRight || rule.Edition != next.Name {
			t.Errorf("a suspension under tomorrow's edition: %+v", rule)
		}
		record(t, r, licence, 2, suspension()) // today's has it
		record(t, r, licence, 3, order(documents.EventResumed))
		c.advance(25 * time.Hour)
		if rule := recordRule(t, r, licence, suspension()); rule.Rule != documents.RuleRight {
			t.Errorf("a suspension: %+v", rule)
		}
		late := suspension()
		late.EffectiveAt = start.Add(time.Hour)
		record(t, r, licence, 4, late) // an order of yesterday, written down today
		if rule := recordRule(t, r, refusal, order(documents.EventTerminated)); rule.Rule != documents.RuleRight {
			t.Errorf("a refusal withdrawn: %+v", rule)
		}
		fix := order(documents.EventCorrected)
		fix.Corrects = 5
		record(t, r, licence, 5, fix) // is no right
		if _, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "copy", Draft: documents.Draft{Duplicate: &documents.Duplicate{Of: licence}}}); !isRule(err, documents.RuleRight) {
			t.Errorf("a duplicate: %v", err)
		}
		none := order(documents.EventTerminated)
		none.EffectiveAt = start.AddDate(0, 0, 40)
		if rule := recordRule(t, r, licence, none); rule.Rule != documents.RuleEdition {
			t.Errorf("a termination when no edition is in force: %+v", rule)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

func isRule(err error, rule string) bool {
	var e *documents.RuleError
	return errors.As(err, &e) && e.Rule == rule
}

// How long a licence is in force, and of which sub-types there are some, is the
// edition's: five years today, and in a changed one what that says.
func TestTermsAndSubtypesAreData(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		tomorrow := documents.CivilDate(start.AddDate(0, 0, 1))
		ruled(t, r, tomorrow, func(e map[string]any) {
			services := e["services"].([]any)
			delete(services[0].(map[string]any), "validity")
			services[0].(map[string]any)["subtypes"] = []map[string]any{{
				"id": documents.SubtypeBoth, "name": map[string]string{"kk": "екеуі", "ru": "оба", "en": "both"},
			}}
			services[1].(map[string]any)["subtypes"] = []any{}
			rightsOf(e, documents.KindLicence)["events"] = []string{"reissued", "terminated"}
		})
		annexed := func(n int, s documents.Subtype) documents.Draft {
			d := licenceDraft(n)
			d.Licence.Annex = &documents.Annex{Number: "001", Subtype: s, Ground: documents.Text{KK: "бұйрық", RU: "приказ"}}
			return d
		}
		if got := refusedBy(t, r, annexed(1, documents.SubtypeBoth)); got != "[/licence/annex/subtype edition]" {
			t.Errorf("both sub-types today: %s", got)
		}
		first := issue(t, r, "first", annexed(1, documents.SubtypeArchaeology))
		until := documents.Date{Year: 2031, Month: time.June, Day: 22}
		if got := first.Content.ValidUntil(); got != until {
			t.Errorf("the licence ends on %s", got)
		}
		given := licenceDraft(2)
		given.Licence.ValidUntil = until
		if got := refusedBy(t, r, given); got != "[/licence/valid_until not_accepted]" {
			t.Errorf("a term that a client gives: %s", got)
		}
		for moment, want := range map[time.Time]documents.Status{
			time.Date(2031, time.June, 22, 18, 59, 59, 0, time.UTC): documents.StatusInForce, time.Date(2031, time.June, 22, 19, 0, 0, 0, time.UTC): documents.StatusExpired,
		} {
			if got, err := r.StatusAt(t.Context(), first.Number, moment); err != nil || got != want {
				t.Errorf("at %s: %s, %v", moment, got, err)
			}
		}
		c.advance(24 * time.Hour)
		if got := refusedBy(t, r, annexed(3, documents.SubtypeArchaeology)); got != "[/licence/annex/subtype edition]" {
			t.Errorf("one sub-type tomorrow: %s", got)
		}
		if got := issue(t, r, "second", annexed(3, documents.SubtypeBoth)).Content.ValidUntil(); !got.IsZero() {
			t.Errorf("a licence of an edition without a term ends on %s", got)
		}
		again := reissueDraft(first.Number)
		again.Licence.Holder = first.Content.Licence.Holder
		if got := issue(t, r, "again", again).Content.ValidUntil(); got != until {
			t.Errorf("re-issued, the licence ends on %s", got)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}
