package regulation_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
)

// Every item of the seeds' flows and tables stands in the data, with its actor,
// its words, where it leads and the value as written.
func TestNothingOfTheSeedsIsLost(t *testing.T) {
	type item struct{ ID, Actor, KK, RU, Next, System string }
	type row struct {
		N                                       int
		Performer, Action, Completion, Duration string
		NextWritten                             string `json:"next_written"`
		Actor, KK, RU, Norm                     string
		DurationKK                              string `json:"duration_kk"`
		DurationRU                              string `json:"duration_ru"`
		ResultKK                                string `json:"result_kk"`
		ResultRU                                string `json:"result_ru"`
	}
	var seeds struct {
		Flows   map[string]struct{ Items []item }
		Annex2  map[string][]row
		Actions map[string]struct{ Rows []row } `json:"actions2014"`
		Systems []struct{ ID string }
		Roles   []struct{ ID string }
	}
	shared(t, "steps.json", &seeds)
	l := law(t)
	leads := regexp.MustCompile(`→ (\w+)`)
	for id, flow := range seeds.Flows {
		_, r, _ := l.Route(id)
		for _, i := range flow.Items {
			s, ok := r.Step(i.ID)
			if !ok || s.Name.KK != i.KK || s.Name.RU != i.RU || !strings.HasPrefix(i.Actor, s.Actor) {
				t.Errorf("%s: %+v, want %+v", i.ID, s, i)
				continue
			}
			for n, m := range leads.FindAllStringSubmatch(i.Next, -1) {
				to, added := id+"-"+m[1], s.Exits[n].Source.Draft()
				if s.Exits[n].To != to && !added {
					t.Errorf("%s leads to %s, want %s", i.ID, s.Exits[n].To, to)
				}
			}
			if strings.Contains(i.System, "→") && (s.Written == nil || s.Written.System != i.System) {
				t.Errorf("%s: the system as written is %+v", i.ID, s.Written)
			}
		}
	}
	for table, id := range map[string]string{"portal": "L-P", "provider": "L-U", "con": "L-C"} {
		_, r, _ := l.Route(id)
		for _, want := range seeds.Annex2[table] {
			i := slices.IndexFunc(r.Steps, func(s regulation.Step) bool { return s.Action == want.N })
			if i < 0 || r.Steps[i].Written == nil {
				t.Errorf("%s: act %d is not there", id, want.N)
				continue
			}
			w, next := r.Steps[i].Written, strings.TrimSuffix(want.NextWritten, "(empty)")
			if w.Performer != want.Performer || w.Action != want.Action || w.Norm != want.Duration || w.Next != next || w.Completion == "" {
				t.Errorf("%s: act %d is %+v, want %+v", id, want.N, w, want)
			}
		}
	}
	for id, flow := range seeds.Actions {
		_, r, _ := l.Route(id)
		for n, want := range flow.Rows {
			s := r.Steps[n]
			norm, err := calendar.ParseTerm(want.Norm)
			if err != nil || s.Actor != want.Actor || !strings.EqualFold(s.Name.KK, want.KK) || !strings.EqualFold(s.Name.RU, want.RU) || s.Norm.Term != norm ||
				s.Written.Norm != want.DurationKK || s.Written.NormRU != want.DurationRU || s.Completion.KK != want.ResultKK || s.Completion.RU != want.ResultRU {
				t.Errorf("%s %d is %+v, want %+v", id, n+1, s, want)
			}
		}
	}
	e := edition(t, l, "2012-159")
	if len(e.Systems) != len(seeds.Systems) || len(e.Roles) != len(seeds.Roles) || len(seeds.Flows) != 7 || len(seeds.Actions) != 4 {
		t.Errorf("%d systems, %d roles", len(e.Systems), len(e.Roles))
	}
}

// The terms of the actions, one from the end of the other, are those that were
// counted by hand.
func TestActionsAgainstTheCalendar(t *testing.T) {
	var data struct {
		Actions []struct {
			Flow, Filed string
			Ends        []string
		} `json:"action_fixtures"`
	}
	shared(t, "deadlines.json", &data)
	days, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Compile(days)
	if err != nil {
		t.Fatal(err)
	}
	e := edition(t, law(t), "2014-105-1613")
	for _, f := range data.Actions {
		filed, err := calendar.ParseMoment(f.Filed)
		if err != nil {
			t.Fatal(err)
		}
		end, _ := c.Registered(filed)
		n := 0
		for _, s := range route(t, e, f.Flow).Steps {
			if s.Number == 0 {
				continue
			}
			end = c.Add(end, s.Norm.Term).Due
			if got := documents.CivilTime(end).Format("2006-01-02T15:04"); got != f.Ends[n] {
				t.Errorf("%s filed %s, action %d: %s, want %s", f.Flow, f.Filed, n+1, got, f.Ends[n])
			}
			n++
		}
		if n != len(f.Ends) {
			t.Errorf("%s: %d actions, want %d", f.Flow, n, len(f.Ends))
		}
	}
}
