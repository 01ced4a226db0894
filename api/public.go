package api

import (
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/language/words"
)

// publicDocument is all that anyone may see of a document that was issued. It
// holds no IIN, no address, nothing about the applicant of a refusal and not
// its reason (regulation, D.3). Numbers run in sequence, so whatever stands
// here can be collected for all documents.
type publicDocument struct {
	Number     string           `json:"number"`
	Kind       documents.Kind   `json:"kind"`
	Title      documents.Label  `json:"title"`
	Status     publicStatus     `json:"status"`
	IssuedOn   documents.Date   `json:"issued_on"`
	Authority  documents.Text   `json:"authority"` // the licensor of a licence
	Holder     *publicHolder    `json:"holder,omitempty"`
	Activity   *documents.Text  `json:"activity,omitempty"` // of a licence
	Purpose    *documents.Label `json:"purpose,omitempty"`  // of an export certificate
	Monument   *documents.Text  `json:"monument,omitempty"` // of an approval
	Subtype    *documents.Label `json:"subtype,omitempty"`
	Conditions *documents.Text  `json:"special_conditions,omitempty"`
	ValidUntil documents.Date   `json:"valid_until,omitzero"` // the last day
	FirstOn    documents.Date   `json:"first_issued_on,omitzero"`
	Replaces   string           `json:"replaces,omitempty"`
	Of         string           `json:"of,omitempty"`        // the document that this one copies or tells of
	Original   *publicStatus    `json:"of_status,omitempty"` // of the document that this one copies
	Signatory  publicSignatory  `json:"signatory"`           // as on the document
	SHA256     string           `json:"sha256"`              // of the signed PDF
	Edition    string           `json:"edition,omitempty"`   // of the rules, by which it was printed
	// Elsewhere is where a licence was issued that this service has not issued; Number
	// is that of the register then.
	Elsewhere *publicElsewhere `json:"elsewhere,omitempty"`
	// ReplacedElsewhere is where the licence that this one replaces was issued.
	ReplacedElsewhere *publicElsewhere `json:"replaced_elsewhere,omitempty"`
	// SameNumber are licences of other sources that have the number of this one.
	SameNumber []namesake    `json:"same_number,omitempty"`
	History    []publicEvent `json:"history"`
}

// publicHolder is an organisation with its number, which stands in a public
// register, or a person's surname and initials. Of a person's number two
// digits are told, and only to whoever knows a second fact.
type publicHolder struct {
	Name           documents.Text          `json:"name"`
	BIN            certs.BIN               `json:"bin,omitempty"`
	Registration   *documents.Registration `json:"registration,omitempty"` // of an organisation of another country
	MaskedIIN      string                  `json:"iin_masked,omitempty"`
	MaskedDocument string                  `json:"identity_document_masked,omitempty"`
}

type publicSignatory struct {
	Name     string         `json:"name"`
	Position documents.Text `json:"position"`
}

// public returns what anyone may see of a document, with its status and what has
// happened until now.
func public(rec registry.Record, life documents.Life, now time.Time) publicDocument {
	p := publicDocument{
		Number: rec.Number, Kind: rec.Kind, Title: rec.Kind.Title(), Status: publicStatusOf(life.Standing(now)),
		IssuedOn: rec.IssuedOn(), ValidUntil: rec.Content.ValidUntil(), SHA256: rec.FileSHA256,
		Edition: rec.Edition, History: publicHistory(life, now),
	}
	p.describe(rec.Content)
	if rec.Kind != documents.KindLicence {
		p.Of = rec.Content.About()
	}
	return p
}

// describe adds what the kinds say each in their own way. Where a person was
// refused, or only asked, the person is not shown.
func (p *publicDocument) describe(d documents.Draft) {
	switch {
	case d.Licence != nil:
		p.licence(d.Licence)
	case d.Duplicate != nil && d.Duplicate.Licence != nil:
		p.licence(d.Duplicate.Licence)
	case d.PaperCopy != nil:
		p.describe(d.PaperCopy.Original())
		p.Authority, p.Signatory.Name = d.PaperCopy.Authority, d.PaperCopy.Head
	case d.ExportCertificate != nil:
		e := d.ExportCertificate
		p.letter(e.Letter)
		purpose := e.Purpose.Label()
		p.Holder, p.Purpose, p.ValidUntil = publicHolderOf(e.Holder), &purpose, e.ReturnBy
	case d.Approval != nil:
		a := d.Approval
		p.letter(a.Letter)
		p.Holder, p.Monument = publicHolderOf(a.Applicant), &a.Monument
	case d.Refusal != nil:
		r := d.Refusal
		p.letter(documents.Letter{Authority: r.Authority, Position: r.Position, Signatory: r.Signatory})
	case d.ApplicationCopy != nil:
		p.letter(d.ApplicationCopy.Letter)
	case d.Acceptance != nil:
		p.letter(d.Acceptance.Letter)
	case d.Notice != nil:
		p.letter(d.Notice.Letter)
	case d.Conclusion != nil:
		p.letter(d.Conclusion.Letter)
	case d.Questionnaire != nil:
		p.Authority = d.Questionnaire.Authority
	case d.Summary != nil:
		p.letter(d.Summary.Letter)
	case d.History != nil:
		p.letter(d.History.Letter)
	}
}

func (p *publicDocument) letter(l documents.Letter) {
	p.Authority, p.Signatory = l.Authority, publicSignatory{l.Signatory, l.Position}
}

func (p *publicDocument) licence(l *documents.Licence) {
	p.Authority, p.Activity, p.Holder = l.Licensor, &l.Activity, publicHolderOf(l.Holder)
	p.FirstOn, p.Replaces, p.ValidUntil = l.FirstIssuedOn, l.Replaces, l.ValidUntil
	p.Elsewhere, p.ReplacedElsewhere = publicElsewhereOf(l.Elsewhere), publicElsewhereOf(l.ReplacedElsewhere)
	if l.SpecialConditions != (documents.Text{}) {
		p.Conditions = &l.SpecialConditions
	}
	if l.Annex != nil {
		subtype := l.Annex.Subtype.Label()
		p.Subtype = &subtype
	}
	// The wording of the form (order № 159, annex 3, part 1).
	p.Signatory = publicSignatory{l.Head, documents.OnPaper(words.Of("paper.head"))}
}

func publicHolderOf(h documents.Holder) *publicHolder {
	p := &publicHolder{Name: documents.Text{KK: h.PublicName(documents.KK), RU: h.PublicName(documents.RU)}}
	if h.Legal != nil {
		p.BIN, p.Registration = h.Legal.BIN, h.Legal.Registration
	}
	return p
}

// masked adds the number of a person, of which all but the last two characters are
// hidden.
func (p *publicHolder) masked(h documents.Holder) {
	switch {
	case h.Natural == nil:
	case h.Natural.Document != nil:
		p.MaskedDocument = h.Natural.Document.Number.String()
	default:
		p.MaskedIIN = certs.MaskedIIN(string(h.Natural.IIN))
	}
}
