package walk

import (
	"context"
	"encoding/json"
	"fmt"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
)

// Report is what was walked, as the stored entries tell.
type Report struct {
	Edition      string
	Applications int
	Documents    map[documents.Kind]int // that are in force, genuine and found by the check
	Waited       map[string]int         // times that conditions could not be decided at first, and went on
	Decided      int                    // times that officials have decided on the same matter
	Stated       int                    // stored steps of which a key has stated what no program has found out
	ByHand       int                    // stored steps that an official entered by hand, where a person may not be asked about
	Tried        int                    // applications on which something was tried beside the ways of the plan
	Flows        []Flow
	Failures     []string // what went otherwise than the flow data say
}

// Flow is what was walked of the flows of a service by a channel.
type Flow struct {
	Service string
	Channel regulation.Channel
	Routes  []string // of the systems, and of the actions
	// Steps have ended in some way, of all; Exits were made, of all.
	Steps, OfSteps, Exits, OfExits int
	Missing                        []regulation.WalkedExit
}

func (r *Report) fail(format string, args ...any) {
	r.Failures = append(r.Failures, fmt.Sprintf(format, args...))
}

// Whole reports whether every exit of every step was made, and nothing went wrong.
func (r Report) Whole() bool {
	for _, f := range r.Flows {
		if len(f.Missing) > 0 {
			return false
		}
	}
	return len(r.Flows) > 0 && len(r.Failures) == 0
}

// Steps returns how many steps of all flows were walked, of how many.
func (r Report) Steps() (walked, all int) {
	for _, f := range r.Flows {
		walked, all = walked+f.Steps, all+f.OfSteps
	}
	return walked, all
}

// count reads every application again, and counts its entries against the flow data.
func (w *Walker) count(ctx context.Context, all []*traveller, r *Report) error {
	r.Documents, r.Waited = map[documents.Kind]int{}, map[string]int{}
	made := map[*regulation.Walk]map[regulation.WalkedExit]bool{}
	var walks []*regulation.Walk // of the flows of the report
	for _, t := range all {
		if made[t.walk] == nil {
			made[t.walk] = map[regulation.WalkedExit]bool{}
			r.Flows, walks = append(r.Flows, flowOf(t)), append(walks, t.walk)
		}
		if t.id == "" {
			continue
		}
		r.Applications++
		if t.trial.name != "" {
			r.Tried++
		}
		for _, step := range t.waited {
			r.Waited[step]++
		}
		var stored entries
		token, err := w.token(ctx, t, t.opener())
		if err != nil {
			return err
		}
		if _, err := w.getBy(ctx, token, "/v1/applications/"+t.id+"/entries", &stored); err != nil {
			r.fail("application %s is not read by whoever has opened it: %v", t.id, err)
			continue
		}
		for _, e := range stored.Entries {
			switch {
			case len(e.Stated) == 0:
			case e.Step == t.hand:
				r.ByHand++
			default:
				r.Stated++
			}
			if w.People != nil && len(e.Stated) > 0 && e.Step != t.hand {
				r.fail("application %s: step %s was stated, and not found out", t.id, e.Step)
			}
			made[t.walk][regulation.WalkedExit{Step: e.Step, On: e.Outcome}] = true
			if e.UnderOutcome != "" {
				made[t.walk][regulation.WalkedExit{Step: e.Under, On: e.UnderOutcome}] = true
			}
			if e.Document != "" {
				w.check(ctx, e.Document, r)
			}
		}
	}
	for i, walk := range walks {
		f := &r.Flows[i]
		f.Steps, f.OfSteps = paths.Steps(walk, made[walk])
		f.Missing = paths.Missing(walk, made[walk])
		f.OfExits = len(walk.Exits())
		f.Exits = f.OfExits - len(f.Missing)
	}
	return nil
}

func flowOf(t *traveller) Flow {
	f := Flow{Service: t.service.ID, Channel: t.channel}
	for _, route := range t.walk.Routes() {
		f.Routes = append(f.Routes, route.ID)
	}
	return f
}

// check looks whether a document is in force, is found by the public, and its file is
// accepted.
func (w *Walker) check(ctx context.Context, number string, r *Report) {
	var d document
	if _, err := w.get(ctx, "/v1/documents/"+number, &d); err != nil {
		r.fail("document %s: %v", number, err)
		return
	}
	var public struct {
		Number string `json:"number"`
	}
	if _, err := w.get(ctx, "/v1/check/"+number, &public); err != nil || public.Number != number {
		r.fail("document %s is not found by the public check: %v", number, err)
	}
	_, file, err := w.ask(ctx, "GET", "/v1/documents/"+number+".pdf", posted{})
	if err != nil {
		r.fail("the file of document %s: %v", number, err)
		return
	}
	var verdict struct {
		Acceptance json.RawMessage `json:"acceptance"`
	}
	if err := w.post(ctx, "/v1/verify/pdf", posted{body: map[string][]byte{"pdf": file}}, &verdict); err != nil || string(verdict.Acceptance) != `"accepted"` {
		r.fail("the file of document %s is judged %s: %v", number, verdict.Acceptance, err)
	}
	if d.Status.Code != documents.StatusInForce {
		r.fail("document %s is %s", number, d.Status.Code)
	}
	r.Documents[d.Kind]++
}
