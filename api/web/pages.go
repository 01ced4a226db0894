package web

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
type Form struct {
	Wrong bool
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
)

// Banner is the answer in one line. Title and Note are keys of words.json.
type Banner struct {
	Tone  Tone
	Title string
	Note  string
	// Reason is why the answer is not good, already in words.
	Reason string
}

// CheckRow is one of the three checks under the banner. Title and State are
// keys of words.json, and so is Note unless it is empty; At is a moment
// printed after the note.
type CheckRow struct {
	Tone  Tone
	Title string
	State string
	Note  string
	At    string
}

// Fact is a row of the list of facts. Label is a key of words.json; Lang is
// the language of the value if it is not the page's.
type Fact struct {
	Label string
	Value string
	Lang  string
	Code  bool // a hash or a number, to be set in a fixed width
}

// Result is what the register says about one document.
type Result struct {
	Kind      string // key of the document's name
	Number    string
	Banner    Banner
	Checks    []CheckRow
	Facts     []Fact
	CheckedAt string
	OwnerKey  string // key of the label that asks for the owner's number
	Withheld  bool   // some content is not shown to the public
	Download  bool   // the file can be fetched
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
}

// Message writes such a page.
func (p *Pages) Message(f Frame, v Message) ([]byte, error) { return p.render("message", f, v) }
