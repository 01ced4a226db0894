package documents_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"tamga/documents"
)

// Only what changed the status by order can be taken back, once, and at the
// moment at which it took effect.
func TestWhatCanBeCorrected(t *testing.T) {
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	life := func(kinds ...documents.EventKind) documents.Life {
		l := documents.Life{Kind: documents.KindLicence}
		for i, k := range append([]documents.EventKind{documents.EventReserved, documents.EventIssued}, kinds...) {
			l.Events = append(l.Events, documents.Event{Seq: i + 1, Kind: k, EffectiveAt: at(i), RecordedAt: at(i)})
		}
		return l
	}
	correction := func(seq, hour, corrects int) documents.Event {
		return documents.Event{Seq: seq, Kind: documents.EventCorrected, EffectiveAt: at(hour), RecordedAt: at(9), EventData: documents.EventData{Corrects: corrects}}
	}
	for name, c := range map[string]struct {
		life documents.Life
		e    documents.Event
		rule string
	}{
		"a suspension":        {life(documents.EventSuspended), correction(4, 2, 3), ""},
		"a resumption":        {life(documents.EventSuspended, documents.EventResumed), correction(5, 3, 4), ""},
		"a termination":       {life(documents.EventTerminated), correction(4, 2, 3), ""},
		"an expiry":           {life(documents.EventExpired), correction(4, 2, 3), ""},
		"the reservation":     {life(), correction(3, 0, 1), documents.RuleCorrection},
		"the issuing":         {life(), correction(3, 1, 2), documents.RuleCorrection},
		"a re-issue":          {life(documents.EventReissued), correction(4, 2, 3), documents.RuleCorrection},
		"a duplicate":         {life(documents.EventDuplicate), correction(4, 2, 3), documents.RuleCorrection},
		"a certified copy":    {life(documents.EventCertified), correction(4, 2, 3), documents.RuleCorrection},
		"nothing":             {life(documents.EventSuspended), correction(4, 2, 9), documents.RuleCorrection},
		"another moment":      {life(documents.EventSuspended), correction(4, 3, 3), documents.RuleCorrection},
		"what follows it":     {life(documents.EventSuspended, documents.EventResumed), correction(5, 2, 3), documents.RuleLater},
		"a correction":        {documents.Life{Kind: documents.KindLicence, Events: append(life(documents.EventSuspended).Events, correction(4, 2, 3))}, correction(5, 2, 4), documents.RuleCorrection},
		"what was taken back": {documents.Life{Kind: documents.KindLicence, Events: append(life(documents.EventSuspended).Events, correction(4, 2, 3))}, correction(5, 2, 3), documents.RuleCorrection},
	} {
		err := c.life.May(c.e, nil)
		var rule *documents.RuleError
		if c.rule == "" && err != nil || c.rule != "" && (!errors.As(err, &rule) || rule.Rule != c.rule) {
			t.Errorf("correcting %s: %v, want %q", name, err, c.rule)
		}
	}
}

// The end of a suspension is that of the last one that had begun.
func TestSuspendedUntil(t *testing.T) {
	first, second := documents.Date{Year: 2026, Month: time.July, Day: 1}, documents.Date{Year: 2026, Month: time.August, Day: 1}
	l := documents.Life{Kind: documents.KindLicence, Events: []documents.Event{
		{Seq: 1, Kind: documents.EventReserved, EffectiveAt: noon, RecordedAt: noon},
		{Seq: 2, Kind: documents.EventIssued, EffectiveAt: noon, RecordedAt: noon, EventData: documents.EventData{Until: second}},
		{Seq: 3, Kind: documents.EventSuspended, EffectiveAt: noon.Add(time.Hour), EventData: documents.EventData{Until: first}},
		{Seq: 4, Kind: documents.EventSuspended, EffectiveAt: noon.Add(3 * time.Hour), EventData: documents.EventData{Until: second}},
	}}
	for after, want := range map[time.Duration]documents.Date{
		0: {}, time.Hour - 1: {}, time.Hour: first, 3*time.Hour - 1: first, 3 * time.Hour: second, 99 * time.Hour: second,
	} {
		if got := l.Standing(noon.Add(after)).Until; got != want {
			t.Errorf("after %v: %v, want %v", after, got, want)
		}
	}
}

// An erasure is the last event: what it finds must be over, or give no right.
func TestErasure(t *testing.T) {
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	of := func(kind documents.Kind, kinds ...documents.EventKind) documents.Life {
		l := documents.Life{Kind: kind}
		for i, k := range append([]documents.EventKind{documents.EventReserved}, kinds...) {
			l.Events = append(l.Events, documents.Event{Seq: i + 1, Kind: k, EffectiveAt: at(i), RecordedAt: at(i)})
		}
		return l
	}
	erasure := func(l documents.Life) documents.Event {
		return documents.Event{Seq: len(l.Events) + 1, Kind: documents.EventErased, EffectiveAt: at(9), RecordedAt: at(9)}
	}
	for name, c := range map[string]struct {
		life documents.Life
		rule string
	}{
		"reserved":               {of(documents.KindLicence), documents.RuleStatus},
		"reserved refusal":       {of(documents.KindRefusal), documents.RuleStatus},
		"never taken":            {documents.Life{Kind: documents.KindRefusal}, documents.RuleStatus},
		"void":                   {of(documents.KindLicence, documents.EventVoid, documents.EventVoidSigned), ""},
		"void without a record":  {of(documents.KindLicence, documents.EventVoid), documents.RuleUnsigned},
		"in force":               {of(documents.KindLicence, documents.EventIssued), documents.RuleStatus},
		"suspended":              {of(documents.KindExportCertificate, documents.EventIssued, documents.EventSuspended), documents.RuleStatus},
		"terminated":             {of(documents.KindApproval, documents.EventIssued, documents.EventTerminated), ""},
		"replaced":               {of(documents.KindLicence, documents.EventIssued, documents.EventReissued), ""},
		"expired":                {of(documents.KindLicence, documents.EventIssued, documents.EventExpired), ""},
		"gives no right":         {of(documents.KindRefusal, documents.EventIssued), ""},
		"duplicate in force":     {of(documents.KindDuplicate, documents.EventIssued), ""},
		"erased already":         {of(documents.KindRefusal, documents.EventIssued, documents.EventErased), documents.RuleErased},
		"erased and terminated?": {of(documents.KindLicence, documents.EventIssued, documents.EventTerminated, documents.EventErased), documents.RuleErased},
	} {
		err := c.life.May(erasure(c.life), nil)
		var rule *documents.RuleError
		if c.rule == "" && err != nil || c.rule != "" && (!errors.As(err, &rule) || rule.Rule != c.rule) {
			t.Errorf("%s: %v, want %q", name, err, c.rule)
		}
	}
	after := of(documents.KindRefusal, documents.EventIssued, documents.EventErased)
	for _, k := range []documents.EventKind{documents.EventTerminated, documents.EventCorrected} {
		var rule *documents.RuleError
		if err := after.May(documents.Event{Seq: 4, Kind: k, EffectiveAt: at(3)}, everyRight); !errors.As(err, &rule) || rule.Rule != documents.RuleErased {
			t.Errorf("%s after the erasure: %v", k, err)
		}
	}
	if got := after.StatusAt(at(99)); got != documents.StatusInForce {
		t.Errorf("the erased refusal is %s", got)
	}
}

// What is left of a content tells which document it was, and until when.
func TestErasedContents(t *testing.T) {
	on := documents.Date{Year: 2026, Month: time.June, Day: 22}
	until := documents.Date{Year: 2027, Month: time.June, Day: 22}
	for kind, d := range everyDraft(t) {
		if d.ExportCertificate != nil {
			d.ExportCertificate.ReturnBy = until
		}
		left := d.Numbered("26000001", on).Erased()
		if left.Kind() != kind || left.Number() != "26000001" || left.IssuedOn() != on || left.About() != d.About() || left.ValidUntil() != d.ValidUntil() {
			t.Errorf("%s: %+v is left", kind, left)
		}
		if left.Owner() != (documents.Holder{}) {
			t.Errorf("%s: the owner is left", kind)
		}
		raw, err := json.Marshal(left)
		if err != nil {
			t.Fatal(err)
		}
		if got := regexp.MustCompile(`[А-Яа-яӘәІіҢңҒғҮүҰұҚқӨөҺһ]+`).FindString(string(raw)); got != "" {
			t.Errorf("%s: %q is left in %s", kind, got, raw)
		}
		var back documents.Draft
		if err := json.Unmarshal(raw, &back); err != nil || back.Kind() != kind {
			t.Errorf("%s: what is left cannot be read: %v", kind, err)
		}
	}
}

// everyDraft returns a sample of every kind.
func everyDraft(t *testing.T) map[documents.Kind]documents.Draft {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	all := map[documents.Kind]documents.Draft{
		documents.KindRefusal: {Refusal: &documents.Refusal{Applicant: documents.Holder{Natural: &documents.NaturalPerson{IIN: "850101400011"}}}},
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d documents.Draft
		if err := json.Unmarshal(raw, &d); err != nil {
			t.Fatal(err)
		}
		all[d.Kind()] = d
	}
	if len(all) != 13 {
		t.Fatalf("%d kinds have a sample", len(all))
	}
	return all
}
