package forms

import (
	"strconv"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/language"
	"tamga/language/words"
)

func licence(d *documents.Licence) pdf.Content {
	in := fields{
		"issued_on":          printed(d.IssuedOn),
		"holder":             requisites(d.Holder),
		"activity":           d.Activity,
		"special_conditions": orDash(d.SpecialConditions),
		"licensor":           d.Licensor,
		"head":               orDash(pdf.Same(d.Head)), // an old licence of another service may say neither
		"place":              orDash(d.Place),
		"first_issued_on":    printed(d.FirstIssuedOn),
		"replaces":           replaced(d),
	}
	if d.Holder.Foreign() {
		in["foreign"] = pdf.Same("1")
	}
	if from := d.Elsewhere; from != nil {
		in["elsewhere"] = enteredFrom(d, from.Name)
	}
	if until := d.ValidUntil; !until.IsZero() {
		in["valid_until"] = lasting(until)
	}
	if a := d.Annex; a != nil {
		in["annex_number"], in["annex_issued_on"] = pdf.Same(a.Number), printed(d.IssuedOn)
		in["subtype"], in["annex_ground"] = documents.OnPaper(a.Subtype.Label()), a.Ground
		in["holder_name"], in["holder_address"] = named(d.Holder), a.HolderAddress
	}
	return pdf.Content{Layout: layoutLicence, Number: d.Number, Fields: in}
}

// named is the name of a holder with its number, without an address.
func named(h documents.Holder) documents.Text {
	if h.Legal != nil {
		legal := *h.Legal
		legal.Address = documents.Text{}
		h.Legal = &legal
	}
	return requisites(h)
}

// enteredFrom says of what repeats a licence that was issued elsewhere who has issued the
// licence and when, and that it was entered from a source.
func enteredFrom(d *documents.Licence, source documents.Text) documents.Text {
	text := func(t documents.Text) language.Text { return language.Text{KK: t.KK, RU: t.RU, EN: t.KK} } // no document is in English
	return documents.OnPaper(words.Of("paper.elsewhere").Put("number", language.Same(d.Number)).Put("on", d.IssuedOn.On()).
		Put("licensor", text(d.Licensor)).Put("source", text(source)))
}

// duplicate is the licence itself, and says that it is a duplicate.
func duplicate(d *documents.Duplicate) pdf.Content {
	if d.Licence == nil {
		return pdf.Content{}
	}
	s := licence(d.Licence)
	s.Fields["duplicate"] = documents.OnPaper(words.Of("paper.duplicate").Put("number", language.Same(d.Number)).Put("on", d.IssuedOn.On()))
	return s
}

// paperCopy is the original with the rows that certify a print of it.
func paperCopy(d *documents.PaperCopy, pictures map[string][]byte) pdf.Content {
	s := Of(d.Original(), pictures)
	if s.Fields == nil {
		return s
	}
	s.Fields["paper_number"], s.Fields["paper_authority"] = pdf.Same(d.Number), d.Authority
	s.Fields["paper_head"] = pdf.Same(d.Head)
	if d.Copy > 0 { // the first copies were not counted
		s.Fields["paper_copy"] = pdf.Same(strconv.Itoa(d.Copy))
	}
	s.Fields["paper_date"] = documents.OnPaper(d.IssuedOn.Written())
	return s
}

func certificate(d *documents.ExportCertificate, pictures map[string][]byte) pdf.Content {
	s := letter(layoutCertificate, d.Number, d.IssuedOn, d.Letter)
	s.Fields["holder"] = requisites(d.Holder)
	s.Fields["purpose"], s.Fields["country"] = documents.OnPaper(d.Purpose.Label()), d.Country
	s.Fields["receiver"], s.Fields["place"] = d.Receiver, d.Place
	s.Fields["conclusion_number"], s.Fields["conclusion_date"] = pdf.Same(d.ConclusionNumber), printed(d.ConclusionDate)
	s.Fields["conclusion_dated"] = documents.OnPaper(d.ConclusionDate.Dated())
	s.Fields["return_by"] = printed(d.ReturnBy)
	list := pdf.Table{Columns: []string{"name", "author", "date", "material", "size", "inventory"}}
	for _, o := range d.Objects {
		list.Rows = append(list.Rows, []documents.Text{
			o.Name, orDash(o.Author), o.Date, joined(o.Material, o.Technique), o.Size, orDash(pdf.Same(o.Inventory)),
		})
	}
	s.Tables = map[string]pdf.Table{"objects": list}
	for _, p := range d.Photographs {
		s.Photographs = append(s.Photographs, pdf.Photograph{Data: pictures[p.SHA256], Caption: p.Caption, Alt: p.Alt})
	}
	return s
}

// replaced is the licence in whose place one was given: its own number, with its source
// where that is another service.
func replaced(d *documents.Licence) documents.Text {
	if from := d.ReplacedElsewhere; from != nil {
		return from.Cited()
	}
	return pdf.Same(d.Replaces)
}
