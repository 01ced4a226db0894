package documents

import "time"

// Duplicate is a second copy of a licence whose holder has lost the first. It
// is a document with a number of its own in the register; on the sheet it is
// the licence, with the licence's number, and says that it is a duplicate.
type Duplicate struct {
	Number   string `json:"number,omitempty"`
	IssuedOn Date   `json:"issued_on"`
	Of       string `json:"of"`     // number of the licence
	Reason   Text   `json:"reason"` // why; may be empty
	// Licence is the content of the licence, given by the register.
	Licence *Licence `json:"licence,omitempty"`
}

func (d *Duplicate) kind() Kind             { return KindDuplicate }
func (d *Duplicate) head() (*string, *Date) { return &d.Number, &d.IssuedOn }

func (d *Duplicate) normalise() {
	d.Of = trimNumber(d.Of)
	d.Reason = d.Reason.each(normaliseLines)
}

func (d *Duplicate) check(c *checker) {
	c.number("/of", d.Of, KindLicence)
	c.both("/reason", d.Reason, rule{max: maxReason, lines: true, optional: d.Reason == Text{}})
	c.given("/licence", d.Licence != nil)
}

// PaperCopy is an electronic document printed, with the rows that certify the
// print (order № 159, annex 3, part 1, rows 11 to 15; decree № 105-1613, service 1
// and service 2, paragraphs 2 and 3). It has a number of its own in the register; on
// the sheet it is the original.
type PaperCopy struct {
	Number    string `json:"number,omitempty"`
	IssuedOn  Date   `json:"issued_on"` // row 14
	Of        string `json:"of"`        // number of the original
	Authority Text   `json:"authority"` // row 11
	Head      string `json:"head"`      // row 12
	// Copy is which of the paper copies of its original it is, from one, given by
	// the register.
	Copy int `json:"copy,omitempty"`
	// The content of the original, given by the register: one of these.
	Licence           *Licence           `json:"licence,omitempty"`
	ExportCertificate *ExportCertificate `json:"export_certificate,omitempty"`
	Approval          *Approval          `json:"approval,omitempty"`
}

func (p *PaperCopy) kind() Kind             { return KindPaperCopy }
func (p *PaperCopy) head() (*string, *Date) { return &p.Number, &p.IssuedOn }

func (p *PaperCopy) normalise() {
	p.Of = trimNumber(p.Of)
	p.Authority = p.Authority.each(NormaliseKazakh)
	p.Head = NormaliseKazakh(p.Head)
}

// Original returns the content that the copy repeats; nothing before the register
// has given it.
func (p *PaperCopy) Original() Draft {
	return Draft{Licence: p.Licence, ExportCertificate: p.ExportCertificate, Approval: p.Approval}
}

// certifiable are the kinds of which paper copies are certified. It is read only.
var certifiable = []Kind{KindLicence, KindExportCertificate, KindApproval}

func (p *PaperCopy) check(c *checker) {
	c.number("/of", p.Of, certifiable...)
	c.both("/authority", p.Authority, rule{max: maxName})
	c.text("/head", p.Head, rule{max: maxPerson})
	original := p.Original()
	n := len(original.bodies())
	if n > 1 {
		c.fail("/licence", CodeExactlyOne, "a copy has one original")
	}
	c.given("/licence", n > 0)
	c.given("/copy", p.Copy != 0)
}

// History is the statement of what has happened to a document: who asks for it
// gives the number, the register gives the rest. The form is ours.
type History struct {
	Number   string `json:"number,omitempty"`
	IssuedOn Date   `json:"issued_on"`
	Letter
	Of string `json:"of"` // number of the document
	// Told is what the register knows, given by the register.
	Told *Told `json:"told,omitempty"`
}

// Told is what a statement of history says.
type Told struct {
	Kind   Kind      `json:"kind"`
	Holder Text      `json:"holder"` // as the public may see it
	Status Status    `json:"status"`
	At     time.Time `json:"at"` // of the status, and of the statement
	Events []Event   `json:"events"`
	Copies int       `json:"-"` // certified on paper so far
}

func (h *History) kind() Kind             { return KindHistory }
func (h *History) head() (*string, *Date) { return &h.Number, &h.IssuedOn }

func (h *History) normalise() {
	h.Letter.normalise()
	h.Of = trimNumber(h.Of)
}

func (h *History) check(c *checker) {
	c.letter(h.Letter, false)
	c.number("/of", h.Of)
	c.given("/told", h.Told != nil)
}

// Completed returns a copy with what the register gives to a document that
// copies or tells of another: the original's content, or what has happened to
// it. Of a licence that replaces another, that is the date of first issue and the
// last day of its term. The copy of anything else is the same.
func (d Draft) Completed(original Draft, told Told) Draft {
	d = d.clone()
	switch {
	case d.Licence != nil && d.Licence.Replaces != "" && original.Licence != nil:
		if d.Licence.FirstIssuedOn = original.Licence.FirstIssuedOn; d.Licence.FirstIssuedOn.IsZero() {
			d.Licence.FirstIssuedOn = original.Licence.IssuedOn
		}
		d.Licence.ValidUntil, d.Licence.ReplacedElsewhere = original.Licence.ValidUntil, original.Licence.Elsewhere
	case d.Duplicate != nil:
		d.Duplicate.Licence = original.Licence
	case d.PaperCopy != nil:
		p := d.PaperCopy
		p.Copy = told.Copies + 1
		p.Licence, p.ExportCertificate, p.Approval = original.Licence, original.ExportCertificate, original.Approval
	case d.History != nil:
		d.History.Told = &told
	}
	return d
}

// Erased returns what is left of a content when it is erased: which document it
// was, its number and date, the document that it was about, and the last day of
// its term, without which an old status could not be told.
func (d Draft) Erased() Draft {
	var kept Draft
	switch {
	case d.Licence != nil:
		kept.Licence = &Licence{Replaces: d.Licence.Replaces, ValidUntil: d.Licence.ValidUntil, Elsewhere: d.Licence.Elsewhere, ReplacedElsewhere: d.Licence.ReplacedElsewhere}
	case d.Refusal != nil:
		kept.Refusal = &Refusal{}
	case d.ExportCertificate != nil:
		kept.ExportCertificate = &ExportCertificate{ReturnBy: d.ExportCertificate.ReturnBy}
	case d.Approval != nil:
		kept.Approval = &Approval{}
	case d.ApplicationCopy != nil:
		kept.ApplicationCopy = &ApplicationCopy{}
	case d.Acceptance != nil:
		kept.Acceptance = &Acceptance{}
	case d.Notice != nil:
		kept.Notice = &Notice{}
	case d.Conclusion != nil:
		kept.Conclusion = &Conclusion{}
	case d.Questionnaire != nil:
		kept.Questionnaire = &Questionnaire{}
	case d.Summary != nil:
		kept.Summary = &Summary{}
	case d.Duplicate != nil:
		kept.Duplicate = &Duplicate{Of: d.Duplicate.Of}
	case d.PaperCopy != nil:
		kept.PaperCopy = &PaperCopy{Of: d.PaperCopy.Of}
	case d.History != nil:
		kept.History = &History{Of: d.History.Of}
	}
	return kept.Numbered(d.Number(), d.IssuedOn())
}
