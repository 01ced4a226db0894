package documents

import (
	"encoding/hex"
	"slices"
	"strconv"

	"tamga/language/words"
)

// ExportCertificate is the content of the certificate for the right of
// temporary export (decree № 105-1613, service 1). Its form is annex 1 of a
// Standard whose text was not found: the rows here are ours.
type ExportCertificate struct {
	Number   string `json:"number,omitempty"`
	IssuedOn Date   `json:"issued_on"`
	Letter
	Holder           Holder       `json:"holder"`
	Purpose          Purpose      `json:"purpose"`
	Country          Text         `json:"country"`  // of destination
	Receiver         Text         `json:"receiver"` // may be empty
	ConclusionNumber string       `json:"conclusion_number"`
	ConclusionDate   Date         `json:"conclusion_date"`
	ReturnBy         Date         `json:"return_by"` // the last day; the certificate ends with it
	Place            Text         `json:"place"`
	Objects          []Object     `json:"objects"`
	Photographs      []Photograph `json:"photographs,omitempty"`
	// Reconsiders is the number of the decision that this one is given in the place of,
	// when that was to be reconsidered.
	Reconsiders string `json:"reconsiders,omitempty"`
	// Corrections are the clerk's mistakes that were corrected in it; given by the register.
	Corrections []Correction `json:"corrections,omitempty"`
}

// Object is a cultural object in a list. Author and Inventory may be empty.
type Object struct {
	Name      Text   `json:"name"`
	Author    Text   `json:"author"`
	Date      Text   `json:"date"` // of its making, such as «XIX ғ.»
	Material  Text   `json:"material"`
	Technique Text   `json:"technique"`
	Size      Text   `json:"size"`
	Inventory string `json:"inventory"`
}

// Photograph names a picture by its contents; whoever issues the document has
// given the picture to the register before.
type Photograph struct {
	SHA256  string `json:"sha256"` // of the file, hexadecimal
	Caption Text   `json:"caption"`
	Alt     Text   `json:"alt"` // for those who do not see it; the caption when left out
}

// Purpose is what cultural objects may be taken out of the country for.
type Purpose string

// The purposes of the rules of 30 May 2007 № 440, paragraph 2.
const (
	PurposeExhibition   Purpose = "exhibition"
	PurposeTouring      Purpose = "touring"
	PurposeRestoration  Purpose = "restoration"
	PurposeResearch     Purpose = "research"
	PurposePresentation Purpose = "presentation"
	PurposeEvent        Purpose = "international_event"
	PurposeOwnWorks     Purpose = "own_works" // by their author
)

// Label returns the words for a purpose. An unknown purpose has none.
func (p Purpose) Label() Label { return words.Of("purpose." + string(p)) }

// Longest lists, and texts in their cells.
const (
	maxObjects     = 5000
	maxPhotographs = 60
	maxCell        = 500
	maxShortNumber = 60
)

func (e *ExportCertificate) kind() Kind             { return KindExportCertificate }
func (e *ExportCertificate) head() (*string, *Date) { return &e.Number, &e.IssuedOn }

func (e *ExportCertificate) normalise() {
	e.Letter.normalise()
	e.Holder = e.Holder.normalise()
	e.Country = e.Country.each(NormaliseKazakh)
	e.Receiver = e.Receiver.each(NormaliseKazakh)
	e.ConclusionNumber = trimNumber(e.ConclusionNumber)
	e.Place = e.Place.each(NormaliseKazakh)
	e.Objects = slices.Clone(e.Objects)
	for i := range e.Objects {
		o := &e.Objects[i]
		for _, t := range []*Text{&o.Name, &o.Author, &o.Date, &o.Material, &o.Technique, &o.Size} {
			*t = t.each(NormaliseKazakh)
		}
		o.Inventory = NormaliseKazakh(o.Inventory)
	}
	e.Photographs = slices.Clone(e.Photographs)
	for i := range e.Photographs {
		p := &e.Photographs[i]
		p.Caption, p.Alt = p.Caption.each(NormaliseKazakh), p.Alt.each(NormaliseKazakh)
		if p.Alt == (Text{}) {
			p.Alt = p.Caption
		}
	}
}

func (e *ExportCertificate) check(c *checker) {
	c.checkCorrections(e.Corrections)
	c.letter(e.Letter, true)
	c.holder("/holder", e.Holder)
	c.checkReconsiders(e.Reconsiders, false)
	if (e.Purpose.Label() == Label{}) {
		c.fail("/purpose", CodeUnknown, "is none of the purposes of the rules of export")
	}
	c.both("/country", e.Country, rule{max: maxPerson})
	c.both("/receiver", e.Receiver, rule{max: maxName, optional: e.Receiver == Text{}})
	c.number("/conclusion_number", e.ConclusionNumber, KindConclusion)
	c.earlier("/conclusion_date", e.ConclusionDate, e.IssuedOn)
	c.later("/return_by", e.ReturnBy, e.IssuedOn.next())
	c.both("/place", e.Place, rule{max: maxPlace})
	c.list("/objects", len(e.Objects), maxObjects, true)
	for i, o := range e.Objects[:min(len(e.Objects), maxObjects)] {
		at := "/objects/" + strconv.Itoa(i)
		c.both(at+"/name", o.Name, rule{max: maxCell})
		c.both(at+"/author", o.Author, rule{max: maxCell, optional: o.Author == Text{}})
		c.both(at+"/date", o.Date, rule{max: maxCell})
		c.both(at+"/material", o.Material, rule{max: maxCell})
		c.both(at+"/technique", o.Technique, rule{max: maxCell})
		c.both(at+"/size", o.Size, rule{max: maxCell})
		c.text(at+"/inventory", o.Inventory, rule{max: maxNumberText, optional: true})
	}
	c.list("/photographs", len(e.Photographs), maxPhotographs, false)
	for i, p := range e.Photographs[:min(len(e.Photographs), maxPhotographs)] {
		at := "/photographs/" + strconv.Itoa(i)
		if !isDigest(p.SHA256) {
			c.fail(at+"/sha256", CodeDigest, "is not a SHA-256 in 64 small hexadecimal letters")
		}
		c.both(at+"/caption", p.Caption, rule{max: maxCell})
		c.both(at+"/alt", p.Alt, rule{max: maxCell})
	}
}

// isDigest reports whether a text is a SHA-256 in 64 small hexadecimal letters.
func isDigest(s string) bool {
	sum, err := hex.DecodeString(s)
	return err == nil && len(sum) == 32 && hex.EncodeToString(sum) == s
}

// next returns the day after, and nothing for a date never set.
func (d Date) next() Date {
	if d.IsZero() {
		return d
	}
	return DateOf(d.midnight().AddDate(0, 0, 1))
}
