package documents

import "strings"

// Draft is a document that has no number yet: exactly one of its fields is
// set. What the register stores of a document is the same with a number, a
// date and what else the register gives.
//
// A field that is added here is left out of the JSON when it is empty: the
// register compares requests by their JSON, for ever.
type Draft struct {
	Licence           *Licence           `json:"licence,omitempty"`
	Refusal           *Refusal           `json:"refusal,omitempty"`
	ExportCertificate *ExportCertificate `json:"export_certificate,omitempty"`
	Approval          *Approval          `json:"approval,omitempty"`
	ApplicationCopy   *ApplicationCopy   `json:"application_copy,omitempty"`
	Acceptance        *Acceptance        `json:"acceptance,omitempty"`
	Notice            *Notice            `json:"notice,omitempty"`
	Conclusion        *Conclusion        `json:"conclusion,omitempty"`
	Questionnaire     *Questionnaire     `json:"questionnaire,omitempty"`
	Summary           *Summary           `json:"questionnaire_summary,omitempty"`
	Duplicate         *Duplicate         `json:"duplicate,omitempty"`
	PaperCopy         *PaperCopy         `json:"paper_copy,omitempty"`
	History           *History           `json:"history,omitempty"`
}

// body is the content of one document. Normalise works in place, on a copy;
// head gives what the register fills in.
type body interface {
	kind() Kind
	head() (number *string, issuedOn *Date)
	normalise()
	check(c *checker)
}

// bodies returns the contents that are set: one, if the draft is good.
func (d *Draft) bodies() []body {
	var all []body
	add := func(set bool, b body) {
		if set {
			all = append(all, b)
		}
	}
	add(d.Licence != nil, d.Licence)
	add(d.Refusal != nil, d.Refusal)
	add(d.ExportCertificate != nil, d.ExportCertificate)
	add(d.Approval != nil, d.Approval)
	add(d.ApplicationCopy != nil, d.ApplicationCopy)
	add(d.Acceptance != nil, d.Acceptance)
	add(d.Notice != nil, d.Notice)
	add(d.Conclusion != nil, d.Conclusion)
	add(d.Questionnaire != nil, d.Questionnaire)
	add(d.Summary != nil, d.Summary)
	add(d.Duplicate != nil, d.Duplicate)
	add(d.PaperCopy != nil, d.PaperCopy)
	add(d.History != nil, d.History)
	return all
}

// body returns the one content that is set, or nil.
func (d *Draft) body() body {
	if all := d.bodies(); len(all) == 1 {
		return all[0]
	}
	return nil
}

// clone copies the contents, so that the copy may be changed. Lists in them are
// shared.
func (d Draft) clone() Draft {
	clone(&d.Licence)
	clone(&d.Refusal)
	clone(&d.ExportCertificate)
	clone(&d.Approval)
	clone(&d.ApplicationCopy)
	clone(&d.Acceptance)
	clone(&d.Notice)
	clone(&d.Conclusion)
	clone(&d.Questionnaire)
	clone(&d.Summary)
	clone(&d.Duplicate)
	clone(&d.PaperCopy)
	clone(&d.History)
	return d
}

func clone[T any](p **T) {
	if *p != nil {
		c := **p
		*p = &c
	}
}

// Kind returns which document this is; nothing for a draft that is none or
// several.
func (d Draft) Kind() Kind {
	if b := d.body(); b != nil {
		return b.kind()
	}
	return ""
}

// Number returns the number, empty until the register gives one.
func (d Draft) Number() string {
	if b := d.body(); b != nil {
		number, _ := b.head()
		return *number
	}
	return ""
}

// IssuedOn returns the date printed on the document.
func (d Draft) IssuedOn() Date {
	if b := d.body(); b != nil {
		_, on := b.head()
		return *on
	}
	return Date{}
}

// Numbered returns a copy with this number and date of issue.
func (d Draft) Numbered(number string, issuedOn Date) Draft {
	d = d.clone()
	if b := d.body(); b != nil {
		n, on := b.head()
		*n, *on = number, issuedOn
	}
	return d
}

// Normalise returns a copy of the draft with every text normalised as by
// [NormaliseKazakh]; long texts keep their line breaks. The draft itself is
// not changed.
func (d Draft) Normalise() Draft {
	d = d.clone()
	for _, b := range d.bodies() {
		number, _ := b.head()
		*number = strings.TrimSpace(*number)
		b.normalise()
	}
	if field := d.reconsidersField(); field != nil {
		*field = trimNumber(*field)
	}
	return d
}

// Owner returns whom the document is issued to or refused to; nobody for a
// questionnaire, its summary and a statement of history.
func (d Draft) Owner() Holder {
	switch {
	case d.Licence != nil:
		return d.Licence.Holder
	case d.Refusal != nil:
		return d.Refusal.Applicant
	case d.ExportCertificate != nil:
		return d.ExportCertificate.Holder
	case d.Approval != nil:
		return d.Approval.Applicant
	case d.ApplicationCopy != nil:
		return d.ApplicationCopy.Applicant
	case d.Acceptance != nil:
		return d.Acceptance.Applicant
	case d.Notice != nil:
		return d.Notice.Applicant
	case d.Conclusion != nil:
		return d.Conclusion.Applicant
	case d.Duplicate != nil && d.Duplicate.Licence != nil:
		return d.Duplicate.Licence.Holder
	case d.PaperCopy != nil:
		return d.PaperCopy.Original().Owner()
	}
	return Holder{}
}

// About returns the number of another document that this one replaces, copies
// or tells of, or nothing.
func (d Draft) About() string {
	switch {
	case d.Licence != nil:
		return d.Licence.Replaces
	case d.Duplicate != nil:
		return d.Duplicate.Of
	case d.PaperCopy != nil:
		return d.PaperCopy.Of
	case d.History != nil:
		return d.History.Of
	}
	return ""
}

// ValidUntil returns the last day on which the document is in force; zero for
// one without a term.
func (d Draft) ValidUntil() Date {
	switch {
	case d.ExportCertificate != nil:
		return d.ExportCertificate.ReturnBy
	case d.Licence != nil:
		return d.Licence.ValidUntil
	}
	return Date{}
}
