package regulation_test

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
)

// Data is refused when a step is unknown, unreachable or a dead end, and for
// whatever else cannot be; the error says where and by which rule.
func TestBrokenData(t *testing.T) {
	step := func(all []regulation.Edition, route, id string) *regulation.Step {
		for e := range all {
			if r, ok := all[e].Route(route); ok && r.Like == "" {
				s, ok := r.Step(id)
				if !ok {
					t.Fatalf("%s has no step %s", route, id)
				}
				return s
			}
		}
		t.Fatalf("there is no route %s", route)
		return nil
	}
	type editions = []regulation.Edition
	field := func(all editions, breaks func(*regulation.FormField)) {
		form, _ := all[0].Services[0].FormOf()
		f := form[1]
		breaks(&f)
		all[0].Services[0].Form = []regulation.FormField{f}
	}
	for name, c := range map[string]struct {
		rule, route, step string
		breaks            func(all editions)
	}{
		"a correction of who the holder is":   {regulation.RuleValue, "", "", func(a editions) { corrects(a, "/licence/holder/legal/bin") }},
		"a correction of no member":           {regulation.RuleMissing, "", "", func(a editions) { corrects(a) }},
		"a correction of what is no text":     {regulation.RuleValue, "", "", func(a editions) { corrects(a, "/licence/annex") }},
		"a correction that nobody confirms":   {regulation.RuleMissing, "", "", func(a editions) { corrects(a, "/licence/head"); a[0].Corrections[0].ConfirmedBy = nil }},
		"a correction by nobody known":        {regulation.RuleUnknown, "", "", func(a editions) { corrects(a, "/licence/head"); a[0].Corrections[0].ProposedBy = []string{"CLERK"} }},
		"a step that is not there":            {regulation.RuleUnknown, "L-P", "L-P-c2", func(a editions) { step(a, "L-P", "L-P-c2").Exits[0].To = "L-P-p66" }},
		"a step that nothing leads to":        {regulation.RuleUnreachable, "L-P", "L-P-p4", func(a editions) { step(a, "L-P", "L-P-p3").Exits[0].To = "L-P-c2" }},
		"a step that leads nowhere":           {regulation.RuleDeadEnd, "T-P", "T-P-p5", func(a editions) { step(a, "T-P", "T-P-p5").Exits = nil }},
		"steps that only lead to another":     {regulation.RuleDeadEnd, "T-aU", "T-aU4", func(a editions) { goRound(a) }},
		"a condition without one exit":        {regulation.RuleUndecided, "S-P", "S-P-c2", func(a editions) { s := step(a, "S-P", "S-P-c2"); s.Exits = s.Exits[:1] }},
		"a condition that asks nothing":       {regulation.RuleUndecided, "L-C", "L-C-c1", func(a editions) { step(a, "L-C", "L-C-c1").Checks = nil }},
		"a process that asks":                 {regulation.RuleUndecided, "L-C", "L-C-p2", func(a editions) { step(a, "L-C", "L-C-p2").Checks = []regulation.Check{"login"} }},
		"a check of no known name":            {regulation.RuleUnknown, "L-P", "L-P-c1", func(a editions) { step(a, "L-P", "L-P-c1").Checks[0] = "always true" }},
		"a field that is filled in in no way": {regulation.RuleValue, "", "", func(a editions) { field(a, func(f *regulation.FormField) { f.Kind = "file" }) }},
		"a choice of nothing":                 {regulation.RuleValue, "", "", func(a editions) { field(a, func(f *regulation.FormField) { f.Kind = regulation.FieldChosen }) }},
		"a field without help in Kazakh":      {regulation.RuleValue, "", "", func(a editions) { field(a, func(f *regulation.FormField) { f.Help.KK = "" }) }},
		"a field that stands twice": {regulation.RuleDuplicate, "", "", func(a editions) {
			field(a, func(*regulation.FormField) {})
			a[0].Services[0].Form = append(a[0].Services[0].Form, a[0].Services[0].Form...)
		}},
		"a contact without a telephone": {regulation.RuleValue, "", "", func(a editions) {
			c := *a[0].Services[0].ContactOf()
			c.Phones = nil
			a[0].Services[0].Contact = &c
		}},
		"a provider with a name of its own":  {regulation.RuleValue, "", "", func(a editions) { a[0].Services[0].ProviderID = "Комитет" }},
		"a role that acts for nobody known":  {regulation.RuleUnknown, "", "", func(a editions) { a[0].Roles[0].Acts = "himself" }},
		"an actor of no known name":          {regulation.RuleUnknown, "S-aP", "S-aP2", func(a editions) { step(a, "S-aP", "S-aP2").Actor = "CLERK" }},
		"a system of no known name":          {regulation.RuleUnknown, "L-U", "L-U-p3", func(a editions) { step(a, "L-U", "L-U-p3").Systems[0] = "EGOV" }},
		"a signer of no known name":          {regulation.RuleUnknown, "T-aU", "T-aU6", func(a editions) { step(a, "T-aU", "T-aU6").Signs[0] = "PEP" }},
		"a notice of no known name":          {regulation.RuleUnknown, "L-P", "L-P-p5", func(a editions) { step(a, "L-P", "L-P-p5").Notice = "RF-OTHER" }},
		"a refusal that tells nothing":       {regulation.RuleMissing, "L-P", "L-P-p5", func(a editions) { step(a, "L-P", "L-P-p5").Notice = "" }},
		"an outcome that stands twice":       {regulation.RuleDuplicate, "T-aP", "T-aP3", func(a editions) { step(a, "T-aP", "T-aP3").Exits[1].On = "complete" }},
		"a step that stands twice":           {regulation.RuleDuplicate, "L-P", "L-P-c1", func(a editions) { step(a, "L-P", "L-P-p2").ID = "L-P-c1" }},
		"an exit to a step and to an end":    {regulation.RuleMissing, "L-P", "L-P-p4", func(a editions) { step(a, "L-P", "L-P-p4").Exits[0].End = regulation.EndIssued }},
		"an end of no known name":            {regulation.RuleUnknown, "L-P", "L-P-p11", func(a editions) { step(a, "L-P", "L-P-p11").Exits[0].End = "lost" }},
		"a step that says nothing in Kazakh": {regulation.RuleMissing, "L-P", "L-P-p4", func(a editions) { step(a, "L-P", "L-P-p4").Name.KK = "" }},
		"a result that is no document":       {regulation.RuleUnknown, "L-P", "L-P-p11", func(a editions) { step(a, "L-P", "L-P-p11").Result = "passport" }},
		"a route that never issues":          {regulation.RuleNeverEnds, "L-P", "", func(a editions) { step(a, "L-P", "L-P-p11").Result = "" }},
		"an end as issued without the result": {regulation.RuleNeverEnds, "S-aP", "S-aP5", func(a editions) {
			s := step(a, "S-aP", "S-aP2")
			s.Exits = append(s.Exits, regulation.Exit{On: "short", To: "S-aP5"})
		}},
		"a refusal after the result": {regulation.RuleValue, "S-aP", "S-aP4", func(a editions) {
			s := step(a, "S-aP", "S-aP4")
			s.Exits = append(s.Exits, regulation.Exit{On: "declined", To: "S-aP-d2"})
		}},
		"votes without a quorum":                {regulation.RuleMissing, "T-aP", "T-aP4", func(a editions) { step(a, "T-aP", "T-aP4").Quorum = nil }},
		"a quorum without votes":                {regulation.RuleMissing, "T-aP", "T-aP5", func(a editions) { step(a, "T-aP", "T-aP5").Quorum = &regulation.Quorum{Members: 3} }},
		"a quorum of nobody":                    {regulation.RuleValue, "T-aP", "T-aP4", func(a editions) { step(a, "T-aP", "T-aP4").Quorum.Members = 0 }},
		"a vote for nothing":                    {regulation.RuleValue, "T-aP", "T-aP4", func(a editions) { step(a, "T-aP", "T-aP4").Exits[2].Votes = "maybe" }},
		"a vote that leads away":                {regulation.RuleValue, "T-aP", "T-aP4", func(a editions) { step(a, "T-aP", "T-aP4").Exits[2].To = "T-aP5" }},
		"a signature that is offered by nobody": {regulation.RuleMissing, "L-P", "L-P-p6", func(a editions) { step(a, "L-P", "L-P-p6").Signs = nil }},
		"something of no known name beside":     {regulation.RuleUnknown, "", "", func(a editions) { a[0].Beside[0].Act = "sell" }},
		"something beside that stands twice":    {regulation.RuleDuplicate, "", "", func(a editions) { a[0].Beside[1].Act = regulation.Withdraw }},
		"something beside that nobody does":     {regulation.RuleMissing, "", "", func(a editions) { a[0].Beside[0].By = nil }},
		"something beside by no known role":     {regulation.RuleUnknown, "", "", func(a editions) { a[0].Beside[0].By[0] = "CLERK" }},
		"a pause without an end":                {regulation.RuleValue, "", "", func(a editions) { b, _ := a[2].BesideOf(regulation.Pause); b.Most = calendar.Term{} }},
		"a matter by which nothing agrees":      {regulation.RuleMissing, "", "", func(a editions) { a[0].Services[0].Matter = &regulation.Matter{Of: "licence"} }},
		"a matter that stands nowhere": {regulation.RuleMissing, "", "", func(a editions) {
			a[0].Services[0].Matter.Tests[0].Parts = []regulation.MatterPart{{}}
		}},
		"a matter of another document": {regulation.RuleValue, "", "", func(a editions) {
			a[0].Services[0].Matter.Tests[0].Parts[0].Document = []string{"/approval/monument"}
		}},
		"a matter that is no pointer": {regulation.RuleValue, "", "", func(a editions) { a[0].Services[0].Matter.Tests[0].Parts[0].Form = []string{"subtype"} }},
		"a decision on no matter": {regulation.RuleMissing, "", "", func(a editions) {
			for i := range a[1].Services {
				a[1].Services[i].Matter = nil
			}
		}},
		"a decision that nothing waits for":  {regulation.RuleValue, "", "", func(a editions) { a[0].Beside[len(a[0].Beside)-1].Before = nil }},
		"a decision that waits for no known": {regulation.RuleUnknown, "", "", func(a editions) { a[0].Beside[len(a[0].Beside)-1].Before[0] = "lunch" }},
		"a pause that nobody ends":           {regulation.RuleValue, "", "", func(a editions) { a[2].Beside = a[2].Beside[:4] }},
		"nothing that is entered by hand":    {regulation.RuleMissing, "", "", func(a editions) { a[2].Manual.Checks = nil }},
		"a decision that is entered by hand": {regulation.RuleUnknown, "", "", func(a editions) { a[2].Manual.Checks[0] = regulation.CheckDecision }},
		"hands of no known role":             {regulation.RuleUnknown, "", "", func(a editions) { a[2].Manual.By[0] = "CLERK" }},
		"a norm that ends before it begins":  {regulation.RuleValue, "L-P", "L-P-p4", func(a editions) { step(a, "L-P", "L-P-p4").Norm.MaxSeconds = 1 }},
		"a beginning that is not there":      {regulation.RuleUnknown, "L-P", "L-P-x", func(a editions) { a[0].Routes[0].Begins[0] = "L-P-x" }},
		"an action that performs nothing":    {regulation.RuleUnlinked, "T-P", "", func(a editions) { r, _ := a[1].Route("T-P"); r.Links[1].Actions = []string{"T-aP2", "T-aP3"} }},
		"actions that end where the systems do not": {regulation.RuleUnlinked, "T-P", "T-P-c3", func(a editions) {
			r, _ := a[1].Route("T-P")
			r.Links[1].Actions = append(r.Links[1].Actions, "T-aP5", "T-aP6", "T-aP7")
			r.Links = r.Links[:2]
		}},
		"four eyes of no known role": {regulation.RuleUnknown, "", "", func(a editions) { a[0].FourEyes[0].Roles[0] = "CLERK" }},
		"four eyes of one":           {regulation.RuleMissing, "", "", func(a editions) { a[0].FourEyes[0].ApartFrom = nil }},
		"a role apart from itself":   {regulation.RuleValue, "", "", func(a editions) { a[0].FourEyes[0].ApartFrom[0] = "COMMISSION" }},
		"actions that are not there": {regulation.RuleUnknown, "T-P", "", func(a editions) { r, _ := a[1].Route("T-P"); r.Actions = "T-aX" }},
		"links without actions": {regulation.RuleUnknown, "T-P", "", func(a editions) {
			r, _ := a[1].Route("T-P")
			r.Actions = ""
			a[1].Services[0].Term.Value = calendar.Term{WorkingDays: 9}
		}},
		"a service of a route that is not there":     {regulation.RuleUnknown, "", "", func(a editions) { a[0].Services[0].Routes[regulation.Centre] = "L-X" }},
		"a service of a route of another channel":    {regulation.RuleUnknown, "", "", func(a editions) { a[0].Services[0].Routes[regulation.Centre] = "L-P" }},
		"a service that nobody signs":                {regulation.RuleUnknown, "", "", func(a editions) { a[0].Services[0].Signers[0] = "NOBODY" }},
		"a ground of no known name":                  {regulation.RuleUnknown, "", "", func(a editions) { a[0].Services[0].Grounds[0] = "RF-X" }},
		"a fee that is a share of a share":           {regulation.RuleValue, "", "", func(a editions) { a[0].Services[0].Fee = &regulation.Fee{PercentOf: "LIC-REISSUE", Percent: 10} }},
		"a fee of nothing":                           {regulation.RuleValue, "", "", func(a editions) { a[0].Services[0].Fee.MCIHundredths = 0 }},
		"a validity in working days":                 {regulation.RuleValue, "", "", func(a editions) { a[2].Services[0].Validity.Value = calendar.Term{WorkingDays: 5} }},
		"a checklist of a channel that is not there": {regulation.RuleUnknown, "", "", func(a editions) { a[1].Services[0].Checklist[0].Channels = []regulation.Channel{regulation.Centre} }},
		"an index of nothing":                        {regulation.RuleValue, "", "", func(a editions) { a[0].MCI[0].Tenge = 0 }},
		"an edition that ends before it begins":      {regulation.RuleValue, "", "", func(a editions) { a[0].Until = a[0].From }},
		"an edition without a day":                   {regulation.RuleMissing, "", "", func(a editions) { a[0].From = documents.Date{} }},
		"a notice that is a licence":                 {regulation.RuleUnknown, "", "", func(a editions) { a[0].Notices[0].Document = documents.KindLicence }},
		"a notice that stands twice":                 {regulation.RuleDuplicate, "", "", func(a editions) { a[0].Notices[1].ID = a[0].Notices[0].ID }},
		"a source of no known name":                  {regulation.RuleUnknown, "", "", func(a editions) { a[0].Notices[1].Source = "hearsay" }},
		"an appeal that says nothing":                {regulation.RuleMissing, "", "", func(a editions) { a[0].Appeal.Sentence.RU = "" }},
		"a hearing before nothing known":             {regulation.RuleUnknown, "", "", func(a editions) { a[2].Hearing.Before[0] = "RF-X" }},
		"a hearing that leads nowhere":               {regulation.RuleUnknown, "L-a", "L-a3-fail-h1", func(a editions) { a[2].Hearing.Steps[0].Exits[0].To = "h9" }},
		"rights of no known kind":                    {regulation.RuleUnknown, "", "", func(a editions) { a[0].Rights[0].Kind = "passport" }},
		"rights that stand twice":                    {regulation.RuleDuplicate, "", "", func(a editions) { a[0].Rights = append(a[0].Rights, a[0].Rights[1]) }},
		"a right of no known name":                   {regulation.RuleUnknown, "", "", func(a editions) { a[0].Rights[0].Events[0] = "pardoned" }},
		"a right that every document has":            {regulation.RuleUnknown, "", "", func(a editions) { a[0].Rights[0].Events[0] = documents.EventErased }},
		"a right that is the register's":             {regulation.RuleUnknown, "", "", func(a editions) { a[0].Rights[0].Events[0] = documents.EventVoid }},
		"a right that stands twice":                  {regulation.RuleDuplicate, "", "", func(a editions) { r := &a[0].Rights[0]; r.Events = append(r.Events, r.Events[0]) }},
		"a right that no document of the kind has":   {regulation.RuleValue, "", "", func(a editions) { a[0].Rights[1].Events = []documents.EventKind{documents.EventSuspended} }},
		"a right to suspend and none to resume":      {regulation.RuleValue, "", "", func(a editions) { r := &a[0].Rights[0]; r.Events = slices.Delete(r.Events, 1, 2) }},
		"an end of a term that is not there":         {regulation.RuleValue, "", "", func(a editions) { r := &a[0].Rights[0]; r.Events = append(r.Events, documents.EventExpired) }},
		"rights of a source of no known name":        {regulation.RuleUnknown, "", "", func(a editions) { a[0].Rights[0].Source = "hearsay" }},
		"a result without rights":                    {regulation.RuleMissing, "", "", func(a editions) { a[1].Rights = a[1].Rights[1:] }},
		"a hearing of which no notice tells": {regulation.RuleMissing, "", "", func(a editions) {
			a[2].Notices = slices.DeleteFunc(slices.Clone(a[2].Notices), func(n regulation.Notice) bool { return n.ID == "HEARING" })
		}},
		"a hearing after a term that is civil": {regulation.RuleValue, "", "", func(a editions) { a[2].Hearing.NoticeTerm = calendar.Term{Days: 3} }},
		"an objection after the decision":      {regulation.RuleValue, "", "", func(a editions) { a[2].Hearing.ObjectionTerm = calendar.Term{WorkingDays: 4} }},
		"a route like one that is not there":   {regulation.RuleUnknown, "", "", func(a editions) { a[2].Routes[0].Like = "1999" }},
		"words for a step that is not there":   {regulation.RuleUnknown, "", "", func(a editions) { a[2].Routes[0].Names["L-P-x"] = a[2].Title }},
	} {
		all := shipped(t)
		c.breaks(all)
		_, err := regulation.Compile(all...)
		var wrong *regulation.DataError
		if !errors.As(err, &wrong) || wrong.Rule != c.rule || wrong.Route != c.route || wrong.Step != c.step {
			t.Errorf("%s: %v, want rule %s of route %q, step %q", name, err, c.rule, c.route, c.step)
		}
	}
}

// goRound makes three actions lead to each other, and nowhere else.
func goRound(all []regulation.Edition) {
	r, _ := all[1].Route("T-aU")
	for id, to := range map[string]string{"T-aU4": "T-aU5", "T-aU5": "T-aU6", "T-aU6": "T-aU4"} {
		s, _ := r.Step(id)
		s.Exits, s.Quorum = []regulation.Exit{{On: "done", To: to}}, nil
	}
	drop(all, "T-aU", "T-aU7", "T-aU-d3")
}

// drop takes steps out of a route.
func drop(all []regulation.Edition, route string, ids ...string) {
	for e := range all {
		if r, ok := all[e].Route(route); ok && r.Like == "" {
			r.Steps = slices.DeleteFunc(r.Steps, func(s regulation.Step) bool { return slices.Contains(ids, s.ID) })
		}
	}
}

// A text in place of an edition is refused as such.
func TestParse(t *testing.T) {
	for _, text := range []string{``, `[]`, `{"id": "x", "unknown": 1}`, `{} {}`, `{"services": [{"term": {"value": "3"}}]}`, `{"from": "2026-02-30"}`} {
		if _, err := regulation.Parse([]byte(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	if b, err := os.ReadFile("testdata/library.json"); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := regulation.Parse(b); err == nil {
			began := time.Now()
			_, _ = regulation.Compile(e) // an answer, and not a panic
			if time.Since(began) > 10*time.Second {
				t.Error("compiling takes too long")
			}
		}
	})
}

// corrects has an edition let corrections of licences change members.
func corrects(all []regulation.Edition, members ...string) {
	all[0].Corrections = []regulation.Corrections{{Kind: documents.KindLicence, Members: members, ConfirmedBy: []string{"HEAD"}, Source: "proposed"}}
}
