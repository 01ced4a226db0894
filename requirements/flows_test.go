package requirements_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/regulation"
)

// R01: three services exist (licence issue and re-issue, temporary-export certificate,
// approval), each with its channels.
func TestRequirementR01(t *testing.T) {
	all := []regulation.Channel{regulation.Portal, regulation.Provider, regulation.Centre}
	for at, offered := range map[string]map[string][]regulation.Channel{
		in2013: {"LIC-ISSUE": all, "LIC-REISSUE": all, "TEC": nil, "SRA": nil},
		in2015: {"LIC-ISSUE": nil, "LIC-REISSUE": nil, "TEC": all[:2], "SRA": all[:2]},
	} {
		o := begin(t, at)
		var told struct{ Services []struct{ ID string } }
		o.get("/v1/services", &told)
		for service, channels := range offered {
			if there := slices.ContainsFunc(told.Services, func(s struct{ ID string }) bool { return s.ID == service }); there != (channels != nil) {
				t.Errorf("%s: %s is told: %v", at, service, there)
			}
			for _, c := range all {
				got := o.opens(service, c)
				switch want := slices.Contains(channels, c); {
				case want && got.status != http.StatusCreated:
					t.Errorf("%s: %s by %s: %d %s", at, service, c, got.status, got.body)
				case !want && got.code != "service_not_offered":
					t.Errorf("%s: %s by %s is not refused for what it is: %d %s", at, service, c, got.status, got.code)
				}
			}
		}
		if len(told.Services) != 2 {
			t.Errorf("%s: %d services", at, len(told.Services))
		}
	}
}

// flows are the processes and conditions of the regulations, in their order, with where
// each leads.
var flows = map[string]map[string]string{ // edition, route
	"2012-159": {
		"L-P": "p1>c1 c1>p3|p2 p2>refused p3>p4 p4>c2 c2>p6|p5 p5>refused p6>c3 c3>p8|p7 p7>refused p8>p9 p9>c4 c4>p11|p10 p10>refused p11>issued",
		"L-U": "p1>c1 c1>p3|p2 p2>refused p3>p4 p4>c2 c2>p6|p5 p5>refused p6>p7 p7>c3 c3>p9|p8 p8>refused p9>issued",
		"L-C": "p1>d1 p2>p3 p3>c1 c1>p5|p4 p4>refused p5>p6 p6>p7 p7>c2 c2>p9|p8 p8>refused p9>issued",
	},
	"2014-105-1613": {
		"T-P": "p1>c1 c1>p3|p2 p2>refused p3>c2 c2>p5|p4 p4>refused p5>p6 p6>c3 c3>p7|d1 p7>issued",
		"S-P": "p1>c1 c1>p3|p2 p2>refused p3>c2 c2>p5|p4 p4>refused p5>p6 p6>c3 c3>p7|d1 p7>issued",
		"T-U": "p1>d1 p2>p3 p3>c1 c1>p5|p4 p4>refused p5>p6 p6>c2 c2>p7|d3 p7>issued",
		"S-U": "p1>d1 p2>p3 p3>c1 c1>p5|p4 p4>refused p5>p6 p6>c2 c2>p7|d3 p7>issued",
	},
}

// R02: the flows have exactly their processes and conditions, in their order: 11 and 4
// by the portal, 9 and 3 at the provider, 9 and 2 in a centre, 7 and 3 by the portal of
// 2014, 7 and 2 at its provider. What is not numbered is ours, and is read as a draft.
func TestRequirementR02(t *testing.T) {
	o := begin(t, in2013)
	counts := map[string][2]int{"L-P": {11, 4}, "L-U": {9, 3}, "L-C": {9, 2}, "T-P": {7, 3}, "S-P": {7, 3}, "T-U": {7, 2}, "S-U": {7, 2}}
	for edition, routes := range flows {
		var told regulation.Edition
		o.get("/v1/regulation/"+edition, &told)
		for id, want := range routes {
			r, ok := told.Route(id)
			if !ok {
				t.Errorf("%s has no route %s", edition, id)
				continue
			}
			count := [2]int{}
			var got []string
			for _, s := range r.Steps {
				kind := strings.Index("pc", s.ID[len(id)+1:len(id)+2])
				switch {
				case s.Number == 0 && s.Kind != regulation.Registration && !s.Source.Draft():
					t.Errorf("%s is not of the regulation and is no draft", s.ID)
				case s.Number == 0:
					continue
				}
				count[kind]++
				got = append(got, strings.TrimPrefix(s.ID, id+"-")+">"+leads(s, id))
			}
			if strings.Join(got, " ") != want || count != counts[id] {
				t.Errorf("%s has %v, %s; want %v, %s", id, count, strings.Join(got, " "), counts[id], want)
			}
		}
	}
}

// leads says where a step leads.
func leads(s regulation.Step, route string) string {
	var to []string
	for _, x := range s.Exits {
		to = append(to, strings.TrimPrefix(x.To, route+"-")+string(x.End))
	}
	return strings.Join(to, "|")
}

// goesNoFurther asserts that an application is refused for a ground by a notice or
// refusal, that nothing may be done after that, and that no other step was done.
func (o *office) goesNoFurther(id, ground string, steps ...string) {
	o.t.Helper()
	a := o.app(id)
	var done []string
	for _, e := range o.entries(id) {
		done = append(done, e.Step)
	}
	if a.Ended != regulation.EndRefused || len(a.Next) != 0 || !slices.Equal(done, steps) {
		o.t.Errorf("it has ended %q by %v, and may go on by %v; want %v", a.Ended, done, a.Next, steps)
	}
	if len(a.Documents) == 0 {
		o.t.Fatalf("nobody is told %s", ground)
	}
	d := o.document(a.Documents[len(a.Documents)-1])
	told := ""
	switch {
	case d.Content.Notice != nil:
		told = string(d.Content.Notice.Ground)
	case d.Content.Refusal != nil:
		told = string(d.Content.Refusal.Ground)
	}
	if told != ground || d.Status.Code != documents.StatusInForce {
		o.t.Errorf("told is %q by a document that is %s, want %s", told, d.Status.Code, ground)
	}
}

// R03: a failed log-in ends with its notice, and nothing after it runs.
func TestRequirementR03(t *testing.T) {
	for _, f := range []struct {
		at, service          string
		channel              regulation.Channel
		condition, notice    string
		ground, first, after string
	}{
		{in2013, "LIC-ISSUE", regulation.Portal, "L-P-c1", "L-P-p2", "RF-AUTH", "L-P-p1", "L-P-p3"},
		{in2015, "TEC", regulation.Portal, "T-P-c1", "T-P-p2", "RF-AUTH", "T-P-p1", "T-P-p3"},
		{in2015, "SRA", regulation.Portal, "S-P-c1", "S-P-p2", "RF-AUTH", "S-P-p1", "S-P-p3"},
		{in2013, "LIC-REISSUE", regulation.Provider, "L-U-c1", "L-U-p2", "RF-AUTH-STAFF", "L-U-p1", "L-U-p3"},
	} {
		o := begin(t, f.at)
		id := o.lead(f.service, f.channel, f.condition).ID
		if got := o.enter(id, act{step: f.after, outcome: "done"}); got.code != "step_not_here" {
			t.Errorf("%s before the log-in is judged: %d %s", f.after, got.status, got.code)
		}
		o.does(id, act{step: f.condition, outcome: "fail"})
		if got := o.enter(id, act{step: f.after, outcome: "done"}); got.code != "step_not_here" {
			t.Errorf("%s after a failed log-in: %d %s", f.after, got.status, got.code)
		}
		o.does(id, act{step: f.notice, outcome: "done"})
		o.goesNoFurther(id, f.ground, f.first, f.condition, f.notice)
		if got := o.enter(id, act{step: f.after, outcome: "done"}); got.code != "application_ended" {
			t.Errorf("%s after the end: %d %s", f.after, got.status, got.code)
		}
	}
}

// R04: a request for a licence does not reach its signature before the payment is
// confirmed; without it it ends with its notice.
func TestRequirementR04(t *testing.T) {
	for _, service := range []string{"LIC-ISSUE", "LIC-REISSUE"} {
		o := begin(t, in2013)
		unpaid := o.lead(service, regulation.Portal, "L-P-p4").ID
		for _, s := range []string{"L-P-p6", "L-P-p8"} {
			if got := o.enter(unpaid, act{step: s, outcome: "done"}); got.code != "step_not_here" {
				t.Errorf("%s before the payment: %d %s", s, got.status, got.code)
			}
		}
		o.does(unpaid, act{step: "L-P-p4", outcome: "done"})
		for _, s := range []string{"L-P-p6", "L-P-p8"} {
			if got := o.enter(unpaid, act{step: s, outcome: "done"}); got.code != "step_not_here" {
				t.Errorf("%s before the payment is confirmed: %d %s", s, got.status, got.code)
			}
		}
		if got := o.enter(unpaid, act{step: "L-P-c2", outcome: "ok", role: "APPLICANT"}); got.code != "step_of_another" {
			t.Errorf("the applicant confirms his own payment: %d %s", got.status, got.code)
		}
		o.does(unpaid, act{step: "L-P-c2", outcome: "fail"}, act{step: "L-P-p5", outcome: "done"})
		o.goesNoFurther(unpaid, "RF-PAY", "L-P-p1", "L-P-c1", "L-P-p3", "L-P-p4", "L-P-c2", "L-P-p5")
		paid := o.lead(service, regulation.Portal, "L-P-c2").ID
		if a := o.does(paid, act{step: "L-P-c2", outcome: "ok"}); a.Position.Step != "L-P-p6" {
			t.Errorf("paid stands at %v", a.Position)
		}
	}
}

// R08: the provider judges the requirements and grounds; whoever does not meet them gets
// a signed reasoned refusal.
func TestRequirementR08(t *testing.T) {
	for _, c := range []regulation.Channel{regulation.Portal, regulation.Provider, regulation.Centre} {
		o := begin(t, in2013)
		id := o.lead("LIC-ISSUE", c, "L-a3").ID
		if got := o.enter(id, act{step: "L-a3", outcome: "fail", role: "REGISTRAR"}); got.code != "step_of_another" {
			t.Errorf("the registrar judges: %d %s", got.status, got.code)
		}
		o.does(id, act{step: "L-a3", outcome: "fail"})
		if got := o.enter(id, act{step: "L-a4", outcome: "signed"}); got.code != "step_not_here" {
			t.Errorf("a licence after the refusal: %d %s", got.status, got.code)
		}
		a := o.does(id, act{step: "L-a-d2", outcome: "done"})
		var steps []string
		for _, e := range o.entries(id) {
			steps = append(steps, e.Step)
		}
		o.goesNoFurther(id, "RF-QUAL", steps...)
		refusal := a.Documents[len(a.Documents)-1]
		if d := o.document(refusal); d.Kind != documents.KindRefusal || d.Content.Refusal.Reason.KK == "" {
			t.Errorf("%s is a %s", refusal, d.Kind)
		}
		if signers := o.signersOf(refusal); !slices.Equal(signers, []string{"Әбдіғали Жанар"}) {
			t.Errorf("the refusal is signed by %q", signers)
		}
	}
}

// signersOf are who has signed the file of a document that is accepted.
func (o *office) signersOf(number string) []string {
	o.t.Helper()
	file := o.ask(http.MethodGet, "/v1/documents/"+number+".pdf", o.own(), nil)
	if file.status != http.StatusOK {
		o.t.Fatalf("%s: %d %s", number, file.status, file.body)
	}
	got := o.post("/v1/verify/pdf", "", map[string][]byte{"pdf": file.body})
	var verdict struct {
		Acceptance string
		Signers    []struct {
			Identity struct {
				CommonName string `json:"common_name"`
			}
		}
	}
	must(o.t, json.Unmarshal(got.body, &verdict))
	if verdict.Acceptance != "accepted" {
		o.t.Errorf("%s is judged %.300s", number, got.body)
	}
	var all []string
	for _, s := range verdict.Signers {
		all = append(all, s.Identity.CommonName)
	}
	return all
}
