package documents

// Edition is what an edition of the rules has documents print, on the days of a
// part of its time.
type Edition struct {
	Name string // with the digest of its content, such as 2026-draft@91c0
	// From is the first day, and Until the day after the last; zero is open.
	From, Until Date
	Texts       map[string]Text // the sentences by their keys
	// Specimen says that the edition is not in force on these days: what is printed
	// by it says that it is a specimen.
	Specimen bool
}

// Within reports whether a day is from one on and before another; zero is open.
func (d Date) Within(from, until Date) bool {
	return (from.IsZero() || !d.before(from)) && (until.IsZero() || d.before(until))
}
