package regulation

import (
	"slices"
	"strings"

	"tamga/documents"
)

// The placeholders in the steps of a hearing.
const (
	placeGrant  = "$grant"
	placeRefuse = "$refuse"
	placeSigner = "$signer"
)

// hear puts the hearing before every refusal that the edition has it for, on the
// routes of actions.
func (e *Edition) hear() error {
	h := e.Hearing
	if h == nil {
		return nil
	}
	if len(h.Steps) == 0 || len(h.Before) == 0 || !h.Sentence.Whole() || !h.Source.known() {
		return e.bad(RuleMissing, "the hearing has no steps, stands before nothing, or says nothing")
	}
	for _, id := range h.Before {
		if _, ok := e.Notice(id); !ok {
			return e.bad(RuleUnknown, "the hearing stands before %q, which is no notice", id)
		}
	}
	if h.NoticeTerm.WorkingDays == 0 || h.ObjectionTerm.WorkingDays == 0 || h.ObjectionTerm.WorkingDays > h.NoticeTerm.WorkingDays {
		return e.bad(RuleValue, "the terms of the hearing are not in working days, or the objection comes after the decision")
	}
	if n, ok := e.Notice(string(documents.NoticeHearing)); !ok || n.Document != documents.KindNotice {
		return e.bad(RuleMissing, "there is a hearing, and no notice %s of it", documents.NoticeHearing)
	}
	for i := range e.Routes {
		if r := &e.Routes[i]; r.Kind == ActionRoute {
			r.hear(h)
		}
	}
	return nil
}

// hear puts a hearing between each step and the refusals that it leads to.
func (r *Route) hear(h *Hearing) {
	for i := range slices.Clone(r.Steps) {
		s := r.Steps[i]
		for j, x := range s.Exits {
			refusal, ok := r.Step(x.To)
			if !ok || !refusal.ends(EndRefused) || !slices.Contains(h.Before, refusal.Notice) {
				continue
			}
			prefix := s.ID + "-" + x.On + "-"
			added := h.between(prefix, *refusal, s.grants(r))
			s.Exits = slices.Clone(s.Exits)
			s.Exits[j].To = prefix + h.Steps[0].ID
			r.Steps[i] = s
			r.Steps = append(r.Steps, added...)
		}
	}
}

// grants is where a step leads when nothing is refused: the first of its exits
// that leads to no refusal. A step whose document the decision rests on is done again,
// since nothing is granted against what the document says.
func (s *Step) grants(r *Route) string {
	if s.Produces != "" {
		return s.ID
	}
	for _, x := range s.Exits {
		if to, ok := r.Step(x.To); ok && !to.ends(EndRefused) {
			return x.To
		}
	}
	return ""
}

// between returns the steps of a hearing before one refusal.
func (h *Hearing) between(prefix string, refusal Step, grant string) []Step {
	steps := slices.Clone(h.Steps)
	for i := range steps {
		s := &steps[i]
		s.ID = prefix + s.ID
		s.Systems = refusal.Systems
		if s.Actor == placeSigner {
			s.Actor = refusal.Actor
		}
		s.Signs = slices.Clone(s.Signs)
		for j := range s.Signs {
			if s.Signs[j] == placeSigner {
				s.Signs[j] = refusal.Actor
			}
		}
		s.Exits = slices.Clone(s.Exits)
		for j := range s.Exits {
			switch to := s.Exits[j].To; {
			case to == placeGrant:
				s.Exits[j].To = grant
			case to == placeRefuse:
				s.Exits[j].To = refusal.ID
			case to != "" && !strings.HasPrefix(to, "$"):
				s.Exits[j].To = prefix + to
			}
		}
	}
	return steps
}

// hearing returns when applicants are heard before a refusal by the law of a day; nil
// for never.
func (l *Law) hearing(on documents.Date) *documents.HearingRules {
	for _, e := range slices.Backward(l.editions) {
		if h := e.Hearing; h != nil && e.InForce(on) {
			return &documents.HearingRules{
				Before: slices.Clone(h.Before), NoticeDays: h.NoticeTerm.WorkingDays, ObjectionDays: h.ObjectionTerm.WorkingDays,
			}
		}
	}
	return nil
}
