// Package forms says what each document prints: from the content of a document,
// a value of package documents, it gives the values that its layout is filled
// with. The register, the receipts, the specimens, the benchmarks and the outside
// judges all print through it, so that a form is filled in in one place.
//
// A newcomer calls [Of] and gives the result to [pdf.Layouts.Prepare]. It reads no
// clock, file, network or database.
package forms

import (
	"strings"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/language"
	"tamga/language/words"
)

// Of returns what is printed of a numbered content. pictures are the photographs
// that it names, by the SHA-256 of their files in hexadecimal. A draft that is no
// document, or several, prints nothing: its layout has no name.
func Of(content documents.Draft, pictures map[string][]byte) pdf.Content {
	in := of(content, pictures)
	if said := corrected(content.Corrections()); said != (documents.Text{}) && in.Fields != nil {
		in.Fields["corrected"] = said
	}
	return in
}

// corrected says on a line each when which mistake was corrected.
func corrected(all []documents.Correction) documents.Text {
	var kk, ru []string
	for _, c := range all {
		t := words.Of("paper.corrected").Put("on", c.On.On()).Put("what", language.Text{KK: c.What.KK, RU: c.What.RU, EN: c.What.KK})
		kk, ru = append(kk, t.KK), append(ru, t.RU)
	}
	return documents.Text{KK: strings.Join(kk, "\n"), RU: strings.Join(ru, "\n")}
}

// of is Of without what every document may say.
func of(content documents.Draft, pictures map[string][]byte) pdf.Content {
	switch {
	case content.Licence != nil:
		return licence(content.Licence)
	case content.Refusal != nil:
		return refusal(content.Refusal)
	case content.ExportCertificate != nil:
		return certificate(content.ExportCertificate, pictures)
	case content.Approval != nil:
		return approval(content.Approval)
	case content.ApplicationCopy != nil:
		return applicationCopy(content.ApplicationCopy)
	case content.Acceptance != nil:
		return acceptance(content.Acceptance)
	case content.Notice != nil:
		return notice(content.Notice)
	case content.Conclusion != nil:
		return conclusion(content.Conclusion)
	case content.Questionnaire != nil:
		return questionnaire(content.Questionnaire)
	case content.Summary != nil:
		return summary(content.Summary)
	case content.Duplicate != nil:
		return duplicate(content.Duplicate)
	case content.PaperCopy != nil:
		return paperCopy(content.PaperCopy, pictures)
	case content.History != nil:
		return history(content.History)
	}
	return pdf.Content{}
}

// Layout names the layout of a draft, before it has a number; nothing for a
// draft that is no document.
func Layout(draft documents.Draft) string {
	switch {
	case draft.Duplicate != nil:
		return layoutLicence
	case draft.PaperCopy != nil:
		n, _ := documents.ParseNumber(draft.PaperCopy.Of)
		switch n.Kind {
		case documents.KindExportCertificate:
			return layoutCertificate
		case documents.KindApproval:
			return layoutApproval
		}
		return layoutLicence
	}
	return Of(draft, nil).Layout
}

// The layouts that more than one kind is printed with.
const (
	layoutLicence     = "licence"
	layoutCertificate = "export-certificate"
	layoutApproval    = "approval"
)

type fields = map[string]documents.Text

func printed(d documents.Date) documents.Text {
	if d.IsZero() {
		return documents.Text{}
	}
	return pdf.Same(d.Printed())
}

func fullName(h documents.Holder) documents.Text {
	return documents.Text{KK: h.FullName(documents.KK), RU: h.FullName(documents.RU)}
}

func requisites(h documents.Holder) documents.Text {
	return documents.Text{KK: h.Requisites(documents.KK), RU: h.Requisites(documents.RU)}
}

// lasting is the last day of a term: «2031 жылғы 22 қарашаға дейін», «22 ноября 2031
// года»; the layouts say that the day is within.
func lasting(last documents.Date) documents.Text {
	return documents.Text{KK: last.Until().KK, RU: last.Written().RU}
}

// orDash fills a cell that may be empty.
func orDash(t documents.Text) documents.Text {
	if t == (documents.Text{}) {
		return pdf.Same("—")
	}
	return t
}

func joined(a, b documents.Text) documents.Text {
	return documents.Text{KK: a.KK + "; " + b.KK, RU: a.RU + "; " + b.RU}
}
