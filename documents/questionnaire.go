package documents

// Questionnaire is the form of order № 159, annex 4: two questions with three
// answers each. It is anonymous: nothing in it tells who answered.
type Questionnaire struct {
	Number    string `json:"number,omitempty"`
	IssuedOn  Date   `json:"issued_on"` // when it was filled in
	Authority Text   `json:"authority"`
	Quality   Answer `json:"quality,omitempty"`       // question 1, «сапа»
	Access    Answer `json:"accessibility,omitempty"` // question 2, «қолжетімділік»
}

// Answer is an answer to a question of the questionnaire, rising with
// satisfaction. Zero is no answer: a form to be filled in by hand.
type Answer int

// The answers.
const (
	NotSatisfied    Answer = 1
	PartlySatisfied Answer = 2
	Satisfied       Answer = 3
)

func (q *Questionnaire) kind() Kind             { return KindQuestionnaire }
func (q *Questionnaire) head() (*string, *Date) { return &q.Number, &q.IssuedOn }
func (q *Questionnaire) normalise()             { q.Authority = q.Authority.each(NormaliseKazakh) }

func (q *Questionnaire) check(c *checker) {
	c.both("/authority", q.Authority, rule{max: maxName})
	blank := q.Quality == 0 && q.Access == 0
	for _, a := range []struct {
		pointer string
		answer  Answer
	}{{"/quality", q.Quality}, {"/accessibility", q.Access}} {
		if !blank && (a.answer < NotSatisfied || a.answer > Satisfied) {
			c.fail(a.pointer, CodeUnknown, "is none of the answers 1, 2 and 3")
		}
	}
}

// Summary counts the answers of a year. The form is ours.
type Summary struct {
	Number   string `json:"number,omitempty"`
	IssuedOn Date   `json:"issued_on"`
	Letter
	Year    int     `json:"year"`
	Service Text    `json:"service"`
	Quality Answers `json:"quality"`
	Access  Answers `json:"accessibility"`
}

// Answers counts the answers to one question.
type Answers struct {
	NotSatisfied    int `json:"not_satisfied"`
	PartlySatisfied int `json:"partly_satisfied"`
	Satisfied       int `json:"satisfied"`
}

// Total returns how many have answered.
func (a Answers) Total() int { return a.NotSatisfied + a.PartlySatisfied + a.Satisfied }

func (s *Summary) kind() Kind             { return KindSummary }
func (s *Summary) head() (*string, *Date) { return &s.Number, &s.IssuedOn }

func (s *Summary) normalise() {
	s.Letter.normalise()
	s.Service = s.Service.each(NormaliseKazakh)
}

func (s *Summary) check(c *checker) {
	const most = 100_000_000
	c.letter(s.Letter, false)
	c.both("/service", s.Service, rule{max: maxName})
	if s.Year < firstYear || s.Year > lastYear || (!s.IssuedOn.IsZero() && s.Year > s.IssuedOn.Year) {
		c.fail("/year", CodeDate, "is no year that has questionnaires")
	}
	for _, q := range []struct {
		pointer string
		answers Answers
	}{{"/quality", s.Quality}, {"/accessibility", s.Access}} {
		for _, n := range []struct {
			pointer string
			count   int
		}{
			{"/not_satisfied", q.answers.NotSatisfied},
			{"/partly_satisfied", q.answers.PartlySatisfied},
			{"/satisfied", q.answers.Satisfied},
		} {
			if n.count < 0 || n.count > most {
				c.fail(q.pointer+n.pointer, CodeRange, "is no number of answers")
			}
		}
	}
	if s.Quality.Total() != s.Access.Total() {
		c.fail("/accessibility", CodeRange, "does not have as many answers as the other question")
	}
}
