package regulation

import (
	"slices"

	"tamga/language"
)

// Questionnaire is what those are asked who have got a service: an anonymous form.
type Questionnaire struct {
	Title language.Text `json:"title"`
	// Services are those about which it asks.
	Services []string `json:"services"`
	// Questions are two, each with three answers that rise with satisfaction: the
	// first is of quality, the second of accessibility.
	Questions []Question `json:"questions"`
	Seed      string     `json:"seed,omitempty"`
	Source    Source     `json:"source,omitempty"`
}

// Question is a question with its answers, from 1 on.
type Question struct {
	Text    language.Text   `json:"text"`
	Answers []language.Text `json:"answers"`
}

// Asks reports whether the questionnaire is about a service.
func (q *Questionnaire) Asks(service string) bool {
	return q != nil && slices.Contains(q.Services, service)
}

func (e *Edition) checkQuestionnaire() error {
	q := e.Questionnaire
	if q == nil {
		return nil
	}
	if !q.Title.Whole() || len(q.Questions) != 2 || len(q.Services) == 0 || !q.Source.known() {
		return e.bad(RuleValue, "a questionnaire has a title, services and two questions")
	}
	for _, s := range q.Services {
		if _, ok := e.Service(s); !ok {
			return e.bad(RuleUnknown, "the questionnaire asks about the service %q", s)
		}
	}
	for i, question := range q.Questions {
		whole := question.Text.Whole() && !slices.ContainsFunc(question.Answers, func(t language.Text) bool { return !t.Whole() })
		if !whole || len(question.Answers) != 3 {
			return e.bad(RuleValue, "question %d has no text, or not three answers", i+1)
		}
	}
	return nil
}
