package requirements_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/regulation"
)

// fileAt lets an application come to its registration at a moment.
func (o *office) fileAt(service string, c regulation.Channel, registers, at string) string {
	o.t.Helper()
	filed := civil(o.t, at)
	o.clock.Set(filed.Add(-time.Hour))
	app := o.open(service, c)
	way := o.way(service, c, app.Position, func(p regulation.Place) bool { return p.Name() == registers })
	for n, m := range way {
		if n == len(way)-1 {
			o.clock.Set(filed.Add(-time.Second))
		}
		o.does(app.ID, act{step: m.Step.ID, outcome: m.Exit.On})
	}
	return app.ID
}

// due says until when something of an application must be done; nothing where it has
// no term. A time without how it was counted is an error.
func (o *office) due(id, of string) string {
	o.t.Helper()
	for _, d := range o.app(id).Due {
		if d.Of == of {
			if len(d.Explanation) < 2 {
				o.t.Errorf("%s %s does not say how it was counted: %s", of, d.Step, d.Explanation)
			}
			return documents.CivilTime(d.At).Format("2006-01-02T15:04")
		}
	}
	return "nothing"
}

// R10: a licence is decided in 15 working days, a re-issue in 10; the day of the
// registration does not count.
func TestRequirementR10(t *testing.T) {
	channels := []regulation.Channel{regulation.Portal, regulation.Provider, regulation.Centre}
	offices := []*office{begin(t, "2012-11-20T10:00"), begin(t, "2012-11-20T10:00")} // each on a clock of its own
	for n, f := range [][3]string{                                                   // filed, issued by, re-issued by
		{"2012-11-23T11:00", "2012-12-19T18:30", "2012-12-10T18:30"},
		{"2012-12-07T16:00", "2013-01-03T18:30", "2012-12-25T18:30"},
		{"2013-03-14T10:00", "2013-04-09T18:30", "2013-04-02T18:30"},
		{"2013-03-14T18:30", "2013-04-10T18:30", "2013-04-03T18:30"},
		{"2013-03-16T12:00", "2013-04-11T18:30", "2013-04-04T18:30"},
		{"2013-09-30T13:30", "2013-10-22T18:30", "2013-10-12T18:30"},
		{"2013-12-16T12:00", "2014-01-13T18:30", "2013-12-31T18:30"},
	} {
		for i, service := range []string{"LIC-ISSUE", "LIC-REISSUE"} {
			o, c := offices[i], channels[n%len(channels)]
			id := o.fileAt(service, c, "L-a1", f[0])
			if got := o.due(id, "service"); got != "nothing" {
				t.Errorf("%s filed %s is due before it is registered: %s", service, f[0], got)
			}
			o.does(id, act{step: "L-a1", outcome: "done"})
			if got := o.due(id, "service"); got != f[1+i] {
				t.Errorf("%s by %s filed %s is due %s, want %s", service, c, f[0], got, f[1+i])
			}
		}
	}
}

// norms are those of the tables of annex 2, in seconds, by route and act.
var norms = map[string]string{
	"L-P": "1:10-15 2:20-20 3:90-90 4:90-90 5:10-15 6:10-15 7:10-15 8:90-90 9:service 10:10-15 11:service",
	"L-U": "1:10-15 2:10-10 3:90-90 4:90-90 5:90-90 6:10-15 7:90-90 8:none 9:service",
	"L-C": "1:30-60 2:30-30 3:90-90 4:90-90 5:30-60 6:60-60 7:60-60 8:30-60 9:service",
}

// R14: every step has who does it, the form in which it ends, its norm and what comes
// next, as annex 2 has them; norms in seconds refuse nothing.
func TestRequirementR14(t *testing.T) {
	o := begin(t, in2013)
	var e regulation.Edition
	o.get("/v1/regulation/2012-159", &e)
	registers, refuses := "Өтінімге нөмір берумен сауал салуды тіркеу", "бас тарту туралы хабарламаны қалыптастыру"
	for route, want := range norms {
		r, _ := e.Route(route)
		var got []string
		for _, s := range r.Steps {
			if s.Action == 0 {
				continue
			}
			norm := "none"
			switch n := s.Norm; {
			case n != nil && n.ByService:
				norm = "service"
			case n != nil:
				norm = fmt.Sprintf("%d-%d", n.MinSeconds, n.MaxSeconds)
			}
			got = append(got, fmt.Sprintf("%d:%s", s.Action, norm))
			w := s.Written
			if w == nil || w.Performer == "" || w.Action == "" || w.Completion == "" || w.Norm == "" || s.Actor == "" || len(s.Exits) == 0 {
				t.Errorf("%s: act %d is written %+v", s.ID, s.Action, w)
				continue
			}
			if s.Assigns != "" && route != "L-C" && w.Completion != registers {
				t.Errorf("%s registers, and ends in the form %q", s.ID, w.Completion)
			}
			if ends := s.Exits[0].End == regulation.EndRefused; ends && route != "L-C" && !strings.Contains(w.Completion, refuses) || ends && strings.Trim(w.Next, "–-") != "" {
				t.Errorf("%s refuses, and ends in the form %q, next %q", s.ID, w.Completion, w.Next)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s has the norms %s, want %s", route, strings.Join(got, " "), want)
		}
	}
	for _, c := range []regulation.Channel{regulation.Portal, regulation.Provider, regulation.Centre} {
		o := begin(t, in2013)
		app := o.open("LIC-ISSUE", c)
		for _, m := range o.way("LIC-ISSUE", c, app.Position, func(p regulation.Place) bool { return p.Name() == "L-a1" }) {
			o.clock.Set(o.clock.Now().Add(26 * time.Hour))
			o.does(app.ID, act{step: m.Step.ID, outcome: m.Exit.On})
		}
		entries := o.entries(app.ID)
		for _, e := range entries {
			_, s := o.step(e.Step)
			if e.TookSeconds < 26*60*60 || e.Role != s.Actor || s.Norm != nil && (e.Norm == nil || *e.Norm != *s.Norm) {
				t.Errorf("%s by %s took %v of %+v", e.Step, e.Role, e.TookSeconds, e.Norm)
			}
		}
		if len(entries) < 6 {
			t.Errorf("%s: %d entries", c, len(entries))
		}
	}
}

// R15: typing errors of the tables are corrected in the data, and stay as they were
// written beside it.
func TestRequirementR15(t *testing.T) {
	o := begin(t, in2013)
	var e regulation.Edition
	o.get("/v1/regulation/2012-159", &e)
	r, _ := e.Route("L-U")
	for _, want := range []struct {
		act           int
		written       string
		leads, onward string // to the step, and from a condition after it
	}{
		{1, "1 – логині мен паролінің дұрыстығын тексеру", "L-U-c1", "L-U-p3 L-U-p2"},
		{3, "3", "L-U-p4", ""},
		{4, "4 – бұзушылықтар болғанда; 5 – авторландыру табысты өткенде", "L-U-c2", "L-U-p6 L-U-p5"},
	} {
		i := slices.IndexFunc(r.Steps, func(s regulation.Step) bool { return s.Action == want.act })
		s := r.Steps[i]
		if s.Written.Next != want.written || !strings.HasPrefix(s.Read, "typo") || s.Exits[0].To != want.leads {
			t.Errorf("act %d is written %q, is read %q and leads to %s", want.act, s.Written.Next, s.Read, s.Exits[0].To)
		}
		if after, _ := r.Step(want.leads); want.onward != "" && after.Exits[0].To+" "+after.Exits[1].To != want.onward {
			t.Errorf("%s leads to %v, want %s", want.leads, after.Exits, want.onward)
		}
	}
	// The acts that are written with "–" in the place of a number go on.
	for act, to := range map[string]string{"L-P-p8": "L-P-p9", "L-U-p6": "L-U-p7", "L-C-p5": "L-C-p6", "L-C-p6": "L-C-p7"} {
		_, s := o.step(act)
		if s.Exits[0].To != to || s.Written.Next != "-" {
			t.Errorf("%s leads to %s, written %q", act, s.Exits[0].To, s.Written.Next)
		}
	}
}

// registers lets an application come to the registration at a counter, or by the portal,
// and registers it; the answer is the document that this issues.
func (o *office) registers(service string, c regulation.Channel, step, filed string) (string, document) {
	o.t.Helper()
	id := o.fileAt(service, c, step, filed)
	if got := o.due(id, "step"); got != documents.CivilTime(civil(o.t, filed).Add(15*time.Minute)).Format("2006-01-02T15:04") {
		o.t.Errorf("%s is due %s", step, got)
	}
	a := o.does(id, act{step: step, outcome: "done"})
	return id, o.document(a.Documents[len(a.Documents)-1])
}

// R22: at the counter the applicant gets a copy of the application with the stamp of its
// number and day, within 15 minutes, on the day of the receipt.
func TestRequirementR22(t *testing.T) {
	for service, step := range map[string]string{"TEC": "T-aU1", "SRA": "S-aU1"} {
		o := begin(t, in2015)
		id, d := o.registers(service, regulation.Provider, step, "2015-04-14T11:00")
		a, on := o.app(id), documents.CivilDate(civil(t, "2015-04-14T11:00"))
		k := d.Content.ApplicationCopy
		if k == nil || d.Status.Code != documents.StatusInForce {
			t.Fatalf("%s: the applicant gets a %s", step, d.Kind)
		}
		if k.IncomingNumber != a.Number || k.IncomingDate != on || a.Number == "" || k.IssuedOn != on ||
			documents.PrintedTime(k.IncomingAt) != "14.04.2015 11:00" {
			t.Errorf("the stamp is № %q of %s, %s, the application № %q; issued on %s", k.IncomingNumber, k.IncomingDate, k.IncomingAt, a.Number, k.IssuedOn)
		}
		// Just before closing the quarter of an hour ends with the day.
		late := begin(t, in2015)
		if got := late.due(late.fileAt(service, regulation.Provider, step, "2015-04-14T18:25"), "step"); got != "2015-04-14T18:30" {
			t.Errorf("%s filed at 18:25 is due %s", step, got)
		}
	}
}

// R23: at the portal the applicant is told within 15 minutes that the request was
// accepted, and when the result is there.
func TestRequirementR23(t *testing.T) {
	for service, f := range map[string][2]string{"TEC": {"T-aP1", "2015-04-20"}, "SRA": {"S-aP1", "2015-04-24"}} {
		o := begin(t, in2015)
		id, d := o.registers(service, regulation.Portal, f[0], "2015-04-14T11:00")
		k := d.Content.Acceptance
		if k == nil || d.Status.Code != documents.StatusInForce {
			t.Fatalf("%s: the applicant gets a %s", f[0], d.Kind)
		}
		if until := o.due(id, "service")[:10]; k.ResultDate.String() != until || until != f[1] {
			t.Errorf("%s promises the result on %s, and it is due %s, want %s", f[0], k.ResultDate, until, f[1])
		}
		if a := o.app(id); k.ApplicationNumber != a.Number {
			t.Errorf("the acceptance is of № %q, not %q", k.ApplicationNumber, a.Number)
		}
	}
}

// goes lets an application go through its numbered actions, each done when it is due at
// the latest, and compares what is due; no action can begin before the one before has
// ended.
func (o *office) goes(service string, c regulation.Channel, filed string, ends ...string) {
	o.t.Helper()
	prefix := map[string]string{"TEC portal": "T-aP", "TEC provider": "T-aU", "SRA portal": "S-aP", "SRA provider": "S-aU"}[service+" "+string(c)]
	id := o.fileAt(service, c, prefix+"1", filed)
	for n, end := range ends {
		step := fmt.Sprint(prefix, n+1)
		for later := n + 1; later < len(ends); later++ {
			s := fmt.Sprint(prefix, later+1)
			_, of := o.step(s)
			if got := o.enter(id, act{step: s, outcome: of.Exits[0].On}); got.code != "step_not_here" {
				o.t.Errorf("%s before %s has ended: %d %s", s, step, got.status, got.code)
			}
		}
		if got := o.due(id, "step"); got != end {
			o.t.Errorf("%s filed %s: %s is due %s, want %s", service, filed, step, got, end)
		}
		o.clock.Set(civil(o.t, end).Add(-time.Second))
		_, s := o.step(step)
		o.does(id, act{step: step, outcome: s.Exits[0].On})
	}
	if a := o.app(id); a.Ended != regulation.EndIssued {
		o.t.Errorf("%s has ended %q", service, a.Ended)
	}
}

// R24: the certificate at the counter takes 15 minutes, the same day, and 1, 5, 1, 1 and
// 1 working days, one action after another.
func TestRequirementR24(t *testing.T) {
	begin(t, "2014-11-20T10:00").goes("TEC", regulation.Provider, "2014-11-24T09:00",
		"2014-11-24T09:15", "2014-11-24T18:30", "2014-11-25T18:30", "2014-12-03T18:30", "2014-12-04T18:30", "2014-12-05T18:30", "2014-12-08T18:30")
}

// R25: the certificate by the portal takes 15 minutes, 3 hours, 1 hour, 3 working days,
// and 30, 15 and 15 minutes.
func TestRequirementR25(t *testing.T) {
	begin(t, "2014-11-20T10:00").goes("TEC", regulation.Portal, "2014-11-24T09:00",
		"2014-11-24T09:15", "2014-11-24T12:15", "2014-11-24T14:45", "2014-11-27T18:30", "2014-11-28T09:30", "2014-11-28T09:45", "2014-11-28T10:00")
}

// R26: the approval takes 15 minutes, the same day, and 12, 1 and 1 working days at the
// counter; 15 minutes, 3 hours, 7 working days, and 15 and 15 minutes by the portal.
func TestRequirementR26(t *testing.T) {
	begin(t, "2014-11-20T10:00").goes("SRA", regulation.Provider, "2014-11-24T09:00",
		"2014-11-24T09:15", "2014-11-24T18:30", "2014-12-11T18:30", "2014-12-12T18:30", "2014-12-15T18:30")
	begin(t, "2014-11-20T10:00").goes("SRA", regulation.Portal, "2014-11-24T09:00",
		"2014-11-24T09:15", "2014-11-24T12:15", "2014-12-04T18:30", "2014-12-05T09:15", "2014-12-05T09:30")
	begin(t, "2014-12-10T10:00").goes("SRA", regulation.Provider, "2014-12-12T16:40",
		"2014-12-12T16:55", "2014-12-12T18:30", "2015-01-05T18:30", "2015-01-06T18:30", "2015-01-08T18:30")
}
