package regulation

import (
	"slices"

	"tamga/documents"
)

// ParseMCI reads the index of a year as an operator enters it: JSON without unknown
// names. What it says is judged by [Compile].
func ParseMCI(b []byte) (MCI, error) {
	var m MCI
	err := decode(b, "index", &m)
	return m, err
}

// Checklist is what an application for a service holds in a time, in the place of
// what its edition says otherwise: from From until the day before Until; zero is open.
type Checklist struct {
	// Service names the service where a checklist stands by itself; inside of one it
	// is empty.
	Service string          `json:"service,omitempty"`
	From    documents.Date  `json:"from,omitzero"`
	Until   documents.Date  `json:"until,omitzero"`
	Items   []ChecklistItem `json:"items"`
}

// ParseChecklist reads a checklist as an operator enters it: JSON without unknown
// names. What it says is judged by [Compile], inside its service.
func ParseChecklist(b []byte) (Checklist, error) {
	var l Checklist
	err := decode(b, "checklist", &l)
	return l, err
}

// ChecklistOn returns what an application of a day holds: the last of the dated lists
// that has the day, else that of the edition.
func (s *Service) ChecklistOn(on documents.Date) []ChecklistItem {
	for _, l := range slices.Backward(s.Checklists) {
		if on.Within(l.From, l.Until) {
			return l.Items
		}
	}
	return s.Checklist
}

// checkLists refuses lists that say what cannot be.
func (e *Edition) checkLists(s *Service) error {
	for _, l := range append([]Checklist{{Items: s.Checklist}}, s.Checklists...) {
		if l.Service != "" || !l.From.IsZero() && !l.Until.IsZero() && !l.From.Midnight().Before(l.Until.Midnight()) {
			return e.bad(RuleValue, "service %s: a checklist from %s until %s of %q", s.ID, l.From, l.Until, l.Service)
		}
		if err := e.checkItems(s, l.Items); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(s.Checklists, func(l Checklist) bool { return len(l.Items) == 0 }) {
		return e.bad(RuleMissing, "service %s: a checklist has no items", s.ID)
	}
	return nil
}

func (e *Edition) checkItems(s *Service, items []ChecklistItem) error {
	seen := map[string]bool{}
	for _, item := range items {
		if item.ID == "" || !item.Name.Whole() || item.Holder != "" && item.Holder != "legal" && item.Holder != "natural" || !item.Source.known() {
			return e.bad(RuleValue, "service %s: item %q of the checklist", s.ID, item.ID)
		}
		if seen[item.ID] {
			return e.bad(RuleDuplicate, "service %s: item %s of the checklist stands twice", s.ID, item.ID)
		}
		seen[item.ID] = true
		for _, c := range item.Channels {
			if _, ok := s.Routes[c]; !ok {
				return e.bad(RuleUnknown, "service %s: item %s is of the channel %q", s.ID, item.ID, c)
			}
		}
	}
	return nil
}
