package web

import (
	"strings"

	"tamga/language/words"
)

// Start is the first page of the service. Examples are numbers of documents
// to try the check with.
type Start struct {
	Examples []string
}

// Start writes the first page.
func (p *Pages) Start(f Frame, v Start) ([]byte, error) { return p.render("start", f, v) }

// Form is the page that asks for the number of a document. Wrong says that
// the number just sent cannot be one; it is not shown again, since people type
// other numbers there too.
//
// File is the key of what is wrong with the file just sent, if anything is.
type Form struct {
	Wrong bool
	File  string
}

// Form writes the page that asks for a number.
func (p *Pages) Form(f Frame, v Form) ([]byte, error) { return p.render("form", f, v) }

// Tone is the colour of a statement; its icon and words say the same.
type Tone string

// The tones. Info is for what is true and no good news: an authentic refusal
// must not look like a permission.
const (
	Good    Tone = "good"
	Info    Tone = "info"
	Bad     Tone = "bad"
	Unclear Tone = "unclear"
	// Paused, Replaced and Past are for documents that were in force: suspended,
	// re-issued, and expired.
	Paused   Tone = "paused"
	Replaced Tone = "replaced"
	Past     Tone = "past"
)

// Banner is the answer in one line. Title and Note are keys of words.
type Banner struct {
	Tone  Tone
	Title string
	Note  string
	// Reason is why the answer is not good, already in words.
	Reason string
	// At is a date or moment printed after the note, Link the number of a
	// document to go on to; both may be empty.
	At   string
	Link string
}

// CheckRow is one of the three checks under the banner. Title and State are
// keys of words, and so is Note unless it is empty; At is a moment
// printed after the note.
type CheckRow struct {
	Tone  Tone
	Title string
	State string
	Note  string
	At    string
}

// Fact is a row of the list of facts. Label is a key of words; Lang is
// the language of the value if it is not the page's.
type Fact struct {
	Label string
	Value string
	Lang  string
	Code  bool   // a hash or a number, to be set in a fixed width
	Latin string // the value in Latin letters, where the page's readers may read no others
}

// Result is what the register says about one document.
type Result struct {
	Title     string // the document's name, in words; empty if it is not known
	Number    string // empty if it is not known
	Banner    Banner
	Checks    []CheckRow
	Facts     []Fact
	History   []Happening
	Day       string // the day asked about, 2006-01-02; empty for today
	Then      string // what it was at the moment asked about, in words; empty for none
	Today     string // 2006-01-02: the last day that can be asked about
	DayWrong  string // key of what is wrong with the day asked about; empty if nothing is
	Confirmed bool   // whoever asks knows a second fact
	CheckedAt string
	Withheld  bool // some content is not shown to the public
	Download  bool // the file can be fetched
	Receipt   bool // a signed receipt of this answer can be had
}

// Happening is a row of the history. Effective and Recorded are moments in
// words; Recorded is empty for what happened by itself.
type Happening struct {
	What      string // in words
	Effective string
	Recorded  string
	Order     string
	Link      string // number of another document; may be empty
	By        string // the court or body whose act it is
	Paper     string // the word that says whether the register holds the paper of that act
}

// Result writes the answer about a document.
func (p *Pages) Result(f Frame, v Result) ([]byte, error) { return p.render("result", f, v) }

// Absent writes the one neutral answer: no such document, or numbers that do
// not belong together. It is the same for every question.
func (p *Pages) Absent(f Frame) ([]byte, error) { return p.render("absent", f, nil) }

// Message is a page that says one thing, such as an error.
type Message struct {
	Title  string // already in the page's language
	Detail string
	Trace  string // what to tell the support
	Retry  string // when to try again; empty when that would not help
	Back   string // the path of the page that it happened on; empty for none
}

// Message writes such a page.
func (p *Pages) Message(f Frame, v Message) ([]byte, error) { return p.render("message", f, v) }

// TryAgain says after how many seconds something may be tried again, rounded up to
// minutes or hours.
func TryAgain(seconds int) Label {
	const minute, hour = 60, 3600
	unit, n := "unit.minute", max(1, (seconds+minute-1)/minute)
	if seconds > hour {
		unit, n = "unit.hour", (seconds+hour-1)/hour
	}
	return words.Of("verify.retry").Put("time", words.Count(unit, n))
}

// PublicPlaces are where whoever is not signed in may go.
func PublicPlaces(path string) []Place {
	all := []Place{
		{Path: "/check", Title: "page.nav_check"}, {Path: "/verify", Title: "page.nav_verify"}, {Path: "/licences", Title: "page.nav_licences"},
		{Path: "/services", Title: "site.nav_services"}, {Path: "/sign-in", Title: "site.sign_in"},
	}
	for i := range all {
		all[i].Current = path == all[i].Path || strings.HasPrefix(path, all[i].Path+"/")
	}
	return all
}
