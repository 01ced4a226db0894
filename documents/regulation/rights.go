package regulation

import (
	"slices"

	"tamga/documents"
)

// Rights are what may happen to documents of a kind by order, and which copies may
// be made of them, besides what every document may: its record is corrected, its
// content erased.
type Rights struct {
	Kind   documents.Kind        `json:"kind"`
	Events []documents.EventKind `json:"events"`
	Seed   string                `json:"seed,omitempty"`
	Source Source                `json:"source,omitempty"`
	Note   string                `json:"note,omitempty"`
}

// checkRights refuses rights that no document of the kind can have, and results of
// services that have none.
func (e *Edition) checkRights() error {
	var seen []documents.Kind
	for _, r := range e.Rights {
		switch {
		case (r.Kind.Title() == documents.Label{}):
			return e.bad(RuleUnknown, "rights of %q, which is no kind of document", r.Kind)
		case slices.Contains(seen, r.Kind):
			return e.bad(RuleDuplicate, "the rights of %s stand twice", r.Kind)
		case !r.Source.known():
			return e.bad(RuleUnknown, "the rights of %s have the source %q", r.Kind, r.Source)
		}
		seen = append(seen, r.Kind)
		if err := e.checkEvents(r); err != nil {
			return err
		}
	}
	for _, s := range e.Services {
		if !slices.Contains(seen, s.Result) {
			return e.bad(RuleMissing, "service %s gives documents of the kind %s, whose rights are not there", s.ID, s.Result)
		}
	}
	return nil
}

func (e *Edition) checkEvents(r Rights) error {
	for i, event := range r.Events {
		switch {
		case !event.ByRight():
			return e.bad(RuleUnknown, "%q is nothing that a document has by right", event)
		case slices.Contains(r.Events[:i], event):
			return e.bad(RuleDuplicate, "%s has the right %s twice", r.Kind, event)
		case !r.Kind.Can(event):
			return e.bad(RuleValue, "no %s can be %s", r.Kind, event)
		}
	}
	has := func(event documents.EventKind) bool { return slices.Contains(r.Events, event) }
	if has(documents.EventResumed) != has(documents.EventSuspended) {
		return e.bad(RuleValue, "a %s is suspended and never resumed, or the other way round", r.Kind)
	}
	if has(documents.EventExpired) && !e.ends(r.Kind) {
		return e.bad(RuleValue, "a %s expires and has no term", r.Kind)
	}
	return nil
}

// ends reports whether documents of a kind have a term: one that stands on them, or
// that the edition gives.
func (e *Edition) ends(kind documents.Kind) bool {
	return kind == documents.KindExportCertificate || slices.ContainsFunc(e.Services, func(s Service) bool {
		return s.Result == kind && s.Validity != nil
	})
}

// kinds returns what an edition says of each kind of document.
func (e *Edition) kinds() map[documents.Kind]documents.KindRules {
	all := map[documents.Kind]documents.KindRules{}
	for _, r := range e.Rights {
		rules := documents.KindRules{Events: slices.Clone(r.Events), Correctable: slices.Clone(e.Correcting(r.Kind).Members)}
		for _, s := range e.Services {
			if s.Result != r.Kind {
				continue
			}
			for _, sub := range s.Subtypes {
				if !slices.Contains(rules.Subtypes, sub.ID) {
					rules.Subtypes = append(rules.Subtypes, sub.ID)
				}
			}
			if v := s.Validity; v != nil && s.Replaces {
				rules.ReissueTerm = period(*v)
			} else if v != nil {
				rules.Term = period(*v)
			}
		}
		all[r.Kind] = rules
	}
	return all
}

func period(t Term) documents.Period {
	return documents.Period{Years: t.Value.Years, Months: t.Value.Months, Days: t.Value.Days}
}

// kinds returns what the editions in force on a day say of the kinds of documents:
// of the one that rules the services which end with it, else of the latest.
func (l *Law) kinds(on documents.Date) map[documents.Kind]documents.KindRules {
	all := map[documents.Kind]documents.KindRules{}
	for _, e := range l.editions {
		if !e.InForce(on) {
			continue
		}
		for kind, rules := range e.kinds() {
			if ruling := l.ruling(kind, on); ruling == nil || ruling == e {
				all[kind] = rules
			}
		}
	}
	return all
}
