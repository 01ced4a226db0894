package site

import (
	"errors"
	"net/http"
	"time"

	"tamga/language"
	"tamga/language/words"
)

func (s *Site) stateRoutes() map[string]page {
	return map[string]page{"GET /state": (*visit).statePage}
}

// stateView is how this service stands and what it asks outside.
type stateView struct {
	Tone, Title string
	At          string
	Acts        []stateRow
	Lists       []stateRow
	Gateways    []stateRow
	Authorities []stateRow
}

// stateRow is one of them: its name, how it stands and since when.
type stateRow struct {
	Tone, Name, State string
	Lines             []factLine
}

// listStates are the revocation lists that the service looks for again and again, those
// that answer, and the authorities.
type listStates struct {
	Lists []struct {
		Name        string    `json:"name"`
		Delta       bool      `json:"delta"`
		State       string    `json:"state"`
		LastSuccess time.Time `json:"last_success"`
		NextTry     time.Time `json:"next_try"`
		Problem     string    `json:"problem"`
		AgeSeconds  int       `json:"age_seconds"`
		List        *struct {
			NextUpdate time.Time `json:"next_update"`
		} `json:"list"`
	} `json:"lists"`
	InUse []struct {
		Issuer     string    `json:"issuer"`
		Delta      bool      `json:"delta"`
		ThisUpdate time.Time `json:"this_update"`
		NextUpdate time.Time `json:"next_update"`
	} `json:"in_use"`
	Authorities []struct {
		Name     string    `json:"name"`
		Root     bool      `json:"root"`
		NotAfter time.Time `json:"not_after"`
	} `json:"authorities"`
	Retired []struct {
		Name  string    `json:"name"`
		Ended time.Time `json:"ended"`
	} `json:"retired"`
}

type gatewayStates struct {
	Gateways []struct {
		System string    `json:"system"`
		State  string    `json:"state"`
		Since  time.Time `json:"since"`
		Reason string    `json:"reason"`
	} `json:"gateways"`
}

func (v *visit) statePage() error {
	if err := v.known(); err != nil {
		return err
	}
	var lists listStates
	var gates gatewayStates
	if err := v.get("/v1/revocation", &lists); err != nil {
		return err
	}
	if err := v.get("/v1/gateways", &gates); err != nil {
		return err
	}
	acts, err := v.acts()
	if err != nil {
		return err
	}
	now := v.Now()
	view := stateView{
		Acts: acts, Lists: append(v.looked(lists), v.inUse(lists, now)...), Gateways: v.gatewayRows(gates), Authorities: v.authorities(lists, now),
		Tone: "good", Title: v.stateSays("all_well"), At: printed(now),
	}
	for _, rows := range [][]stateRow{view.Acts, view.Lists, view.Gateways} {
		for _, row := range rows {
			if row.Tone == "bad" || row.Tone == "unclear" {
				view.Tone, view.Title = "unclear", v.stateSays("not_all")
			}
		}
	}
	return v.show(http.StatusOK, "state", view)
}

func (v *visit) stateSays(key string) string { return words.Of("state." + key).In(v.lang) }

// acts are what the service can do now: why it cannot is for its operators.
func (v *visit) acts() ([]stateRow, error) {
	var rows []stateRow
	for _, act := range []string{"verify", "issue", "stamp"} {
		row := stateRow{Tone: "good", Name: words.Of("state.act." + act).In(v.lang), State: v.stateSays("works")}
		err := v.get("/readyz/"+act, nil)
		var p *Problem
		if errors.As(err, &p) && p.Status == http.StatusServiceUnavailable {
			row.Tone, row.State = "bad", v.stateSays("works_not")
		} else if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// listTones are the colours of the states of lists, and of gateways. It is read only.
var listTones = map[string]string{
	"fresh": "good", "stale": "unclear", "expired": "bad", "never": "bad",
	"answers": "good", "unasked": "neutral", "refuses": "bad", "away": "bad",
}

// ofDelta says that a list holds changes alone.
func (v *visit) ofDelta(delta bool) string {
	if delta {
		return v.stateSays("delta")
	}
	return ""
}

// looked are the lists that the service looks for.
func (v *visit) looked(s listStates) []stateRow {
	var rows []stateRow
	for _, l := range s.Lists {
		row := stateRow{Tone: listTones[l.State], Name: l.Name, State: words.Of("state.list." + l.State).In(v.lang)}
		lines := []factLine{{"state.kind", v.ofDelta(l.Delta), false}, {"state.last_success", printed(l.LastSuccess), false}}
		if l.List != nil {
			lines = append(lines, factLine{"state.age", v.age(time.Duration(l.AgeSeconds) * time.Second), false}, factLine{"state.next_update", printed(l.List.NextUpdate), false})
		}
		if row.Tone != "good" {
			lines = append(lines, factLine{"state.next_try", printed(l.NextTry), false}, factLine{"state.problem", l.Problem, true})
		}
		row.Lines = filled(lines)
		rows = append(rows, row)
	}
	return rows
}

// inUse are the lists that answer where none are looked for.
func (v *visit) inUse(s listStates, now time.Time) []stateRow {
	if len(s.Lists) > 0 {
		return nil
	}
	var rows []stateRow
	for _, l := range s.InUse {
		state := "fresh"
		if !l.NextUpdate.IsZero() && now.After(l.NextUpdate) {
			state = "expired"
		}
		rows = append(rows, stateRow{
			Tone: listTones[state], Name: l.Issuer, State: words.Of("state.list." + state).In(v.lang),
			Lines: filled([]factLine{{"state.kind", v.ofDelta(l.Delta), false}, {"state.age", v.age(now.Sub(l.ThisUpdate)), false}, {"state.next_update", printed(l.NextUpdate), false}}),
		})
	}
	return rows
}

func (v *visit) gatewayRows(s gatewayStates) []stateRow {
	var rows []stateRow
	for _, g := range s.Gateways {
		rows = append(rows, stateRow{
			Tone: listTones[g.State], Name: words.Of("state.system." + g.System).In(v.lang), State: words.Of("state.gateway." + g.State).In(v.lang),
			Lines: filled([]factLine{{"state.since", printed(g.Since), false}, {"state.problem", g.Reason, true}}),
		})
	}
	return rows
}

// authorities are those that are trusted here, and those that have ended.
func (v *visit) authorities(s listStates, now time.Time) []stateRow {
	ended := map[string]time.Time{}
	for _, r := range s.Retired {
		ended[r.Name] = r.Ended
	}
	var rows []stateRow
	for _, a := range s.Authorities {
		row := stateRow{Tone: "good", Name: a.Name, State: v.stateSays("trusted"), Lines: []factLine{{"state.valid_until", printedDay(a.NotAfter), false}}}
		if at, over := ended[a.Name]; over {
			row.Tone, row.State = "past", v.stateSays("ended")
			row.Lines = append(row.Lines, factLine{"state.since", printed(at), false})
		} else if now.After(a.NotAfter) {
			row.Tone, row.State = "past", v.stateSays("over")
		}
		if a.Root {
			row.Lines = append(row.Lines, factLine{"state.kind", v.stateSays("root"), false})
		}
		rows = append(rows, row)
	}
	return rows
}

// age says how old something is, in the largest unit that it fills.
func (v *visit) age(d time.Duration) string {
	const day = 24 * time.Hour
	d = max(d, 0)
	said := func(unit string, n time.Duration) language.Text { return words.Count(unit, int(n)) }
	switch {
	case d >= day:
		return said("unit.day", d/day).In(v.lang)
	case d >= time.Hour:
		return said("unit.hour", d/time.Hour).In(v.lang)
	}
	return said("unit.minute", d/time.Minute).In(v.lang)
}
