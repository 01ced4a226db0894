package registry

import (
	"fmt"

	"tamga/documents"
)

// sheetOf says what is printed of a content: the values of the fields that its
// layout declares. pictures are the photographs that it names.
func sheetOf(content documents.Draft, pictures map[string][]byte) sheet {
	switch {
	case content.Licence != nil:
		return licenceSheet(content.Licence)
	case content.Refusal != nil:
		return refusalSheet(content.Refusal)
	case content.ExportCertificate != nil:
		return certificateSheet(content.ExportCertificate, pictures)
	case content.Approval != nil:
		return approvalSheet(content.Approval)
	case content.ApplicationCopy != nil:
		return applicationCopySheet(content.ApplicationCopy)
	case content.Acceptance != nil:
		return acceptanceSheet(content.Acceptance)
	case content.Notice != nil:
		return noticeSheet(content.Notice)
	case content.Conclusion != nil:
		return conclusionSheet(content.Conclusion)
	case content.Questionnaire != nil:
		return questionnaireSheet(content.Questionnaire)
	case content.Summary != nil:
		return summarySheet(content.Summary)
	case content.Duplicate != nil:
		return duplicateSheet(content.Duplicate)
	case content.PaperCopy != nil:
		return paperCopySheet(content.PaperCopy, pictures)
	case content.History != nil:
		return historySheet(content.History)
	}
	return sheet{}
}

// layoutOf names the layout of a draft, before it has a number.
func layoutOf(draft documents.Draft) string {
	switch {
	case draft.Duplicate != nil:
		return layoutLicence
	case draft.PaperCopy != nil:
		if n, err := documents.ParseNumber(draft.PaperCopy.Of); err == nil && n.Kind == documents.KindExportCertificate {
			return layoutCertificate
		}
		return layoutLicence
	}
	return sheetOf(draft, nil).Layout
}

// The layouts that more than one kind is printed with.
const (
	layoutLicence     = "licence"
	layoutCertificate = "export-certificate"
)

type fields = map[string]documents.Text

// both is a text that is the same in both languages.
func both(s string) documents.Text { return documents.Text{KK: s, RU: s} }

func printed(d documents.Date) documents.Text {
	if d.IsZero() {
		return documents.Text{}
	}
	return both(d.Printed())
}

func words(l documents.Label) documents.Text { return documents.Text{KK: l.KK, RU: l.RU} }

func fullName(h documents.Holder) documents.Text {
	return documents.Text{KK: h.FullName(documents.KK), RU: h.FullName(documents.RU)}
}

func requisites(h documents.Holder) documents.Text {
	return documents.Text{KK: h.Requisites(documents.KK), RU: h.Requisites(documents.RU)}
}

// letterSheet begins the sheet of a letter.
func letterSheet(layout, number string, issuedOn documents.Date, l documents.Letter) sheet {
	return sheet{Layout: layout, Number: number, Fields: fields{
		"authority":  l.Authority,
		"requisites": l.Requisites,
		"issued_on":  printed(issuedOn),
		"position":   l.Position,
		"signatory":  both(l.Signatory),
	}}
}

func application(in fields, a documents.Application) {
	in["application_number"], in["application_date"] = both(a.ApplicationNumber), printed(a.ApplicationDate)
}

func licenceSheet(d *documents.Licence) sheet {
	in := fields{
		"issued_on":          printed(d.IssuedOn),
		"holder":             requisites(d.Holder),
		"activity":           d.Activity,
		"special_conditions": d.SpecialConditions,
		"licensor":           d.Licensor,
		"head":               both(d.Head),
		"place":              d.Place,
		"first_issued_on":    printed(d.FirstIssuedOn),
		"replaces":           both(d.Replaces),
	}
	if a := d.Annex; a != nil {
		in["annex_number"], in["annex_issued_on"] = both(a.Number), printed(d.IssuedOn)
		in["subtype"], in["annex_ground"] = words(a.Subtype.Label()), a.Ground
		in["holder_address"] = a.HolderAddress
	}
	return sheet{Layout: layoutLicence, Number: d.Number, Fields: in}
}

// duplicateSheet is the licence itself, and says that it is a duplicate.
func duplicateSheet(d *documents.Duplicate) sheet {
	if d.Licence == nil {
		return sheet{}
	}
	s := licenceSheet(d.Licence)
	on := d.IssuedOn.Printed()
	s.Fields["duplicate"] = documents.Text{KK: "№ " + d.Number + ", " + on + " берілді", RU: "№ " + d.Number + ", выдан " + on}
	return s
}

// paperCopySheet is the original with the rows that certify a print of it.
func paperCopySheet(d *documents.PaperCopy, pictures map[string][]byte) sheet {
	var s sheet
	switch {
	case d.Licence != nil:
		s = licenceSheet(d.Licence)
	case d.ExportCertificate != nil:
		s = certificateSheet(d.ExportCertificate, pictures)
	default:
		return sheet{}
	}
	s.Fields["paper_authority"] = d.Authority
	s.Fields["paper_head"] = both(d.Head)
	s.Fields["paper_date"] = longDate(d.IssuedOn)
	return s
}

// longDate writes a date with the name of its month.
func longDate(d documents.Date) documents.Text {
	if d.IsZero() || d.Month < 1 || d.Month > 12 {
		return documents.Text{}
	}
	kk := [...]string{
		"қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
		"шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан",
	}
	ru := [...]string{
		"января", "февраля", "марта", "апреля", "мая", "июня",
		"июля", "августа", "сентября", "октября", "ноября", "декабря",
	}
	return documents.Text{
		KK: fmt.Sprintf("%d жылғы %d %s", d.Year, d.Day, kk[d.Month-1]),
		RU: fmt.Sprintf("%d %s %d года", d.Day, ru[d.Month-1], d.Year),
	}
}

func refusalSheet(d *documents.Refusal) sheet {
	s := letterSheet("refusal", d.Number, d.IssuedOn, documents.Letter{
		Authority: d.Authority, Requisites: d.Requisites, Position: d.Position, Signatory: d.Signatory,
	})
	s.Fields["applicant"], s.Fields["reason"] = fullName(d.Applicant), d.Reason
	application(s.Fields, documents.Application{
		ApplicationNumber: d.ApplicationNumber, ApplicationDate: d.ApplicationDate,
	})
	return s
}

func certificateSheet(d *documents.ExportCertificate, pictures map[string][]byte) sheet {
	s := letterSheet(layoutCertificate, d.Number, d.IssuedOn, d.Letter)
	s.Fields["holder"] = requisites(d.Holder)
	s.Fields["purpose"], s.Fields["country"] = words(d.Purpose.Label()), d.Country
	s.Fields["receiver"], s.Fields["place"] = d.Receiver, d.Place
	s.Fields["conclusion_number"], s.Fields["conclusion_date"] = both(d.ConclusionNumber), printed(d.ConclusionDate)
	s.Fields["return_by"] = printed(d.ReturnBy)
	list := table{Columns: []string{"name", "author", "date", "material", "size", "inventory"}}
	for _, o := range d.Objects {
		list.Rows = append(list.Rows, []documents.Text{
			o.Name, orDash(o.Author), o.Date, joined(o.Material, o.Technique), o.Size, orDash(both(o.Inventory)),
		})
	}
	s.Tables = map[string]table{"objects": list}
	for _, p := range d.Photographs {
		s.Photographs = append(s.Photographs, photograph{Data: pictures[p.SHA256], Caption: p.Caption, Alt: p.Alt})
	}
	return s
}

// orDash fills a cell that may be empty.
func orDash(t documents.Text) documents.Text {
	if t == (documents.Text{}) {
		return both("—")
	}
	return t
}

func joined(a, b documents.Text) documents.Text {
	return documents.Text{KK: a.KK + "; " + b.KK, RU: a.RU + "; " + b.RU}
}

func approvalSheet(d *documents.Approval) sheet {
	s := letterSheet("approval", d.Number, d.IssuedOn, d.Letter)
	s.Fields["applicant"], s.Fields["applicant_address"] = fullName(d.Applicant), d.ApplicantAddress
	application(s.Fields, d.Application)
	s.Fields["monument"], s.Fields["monument_address"] = d.Monument, d.MonumentAddress
	s.Fields["project"], s.Fields["project_number"] = d.Project, both(d.ProjectNumber)
	s.Fields["conditions"] = d.Conditions
	return s
}

func applicationCopySheet(d *documents.ApplicationCopy) sheet {
	s := letterSheet("application-copy", d.Number, d.IssuedOn, d.Letter)
	s.Fields["applicant"], s.Fields["service"] = requisites(d.Applicant), d.Service
	s.Fields["application_text"], s.Fields["attachments"] = d.ApplicationText, d.Attachments
	s.Fields["application_date"] = printed(d.ApplicationDate)
	s.Fields["incoming_number"], s.Fields["incoming_date"] = both(d.IncomingNumber), printed(d.IncomingDate)
	s.Fields["registrar"] = both(d.Registrar)
	return s
}

func acceptanceSheet(d *documents.Acceptance) sheet {
	s := letterSheet("acceptance", d.Number, d.IssuedOn, d.Letter)
	s.Fields["applicant"], s.Fields["service"] = fullName(d.Applicant), d.Service
	application(s.Fields, d.Application)
	s.Fields["received_at"], s.Fields["result_date"] = both(documents.PrintedTime(d.ReceivedAt)), printed(d.ResultDate)
	return s
}

// noticeLayouts names the layout of each ground. It is read only.
var noticeLayouts = map[documents.NoticeGround]string{
	documents.NoticeAuthorisation: "notice-auth",
	documents.NoticeStaff:         "notice-auth-staff",
	documents.NoticePayment:       "notice-payment",
	documents.NoticeSignature:     "notice-signature",
	documents.NoticeNoData:        "notice-no-data",
	documents.NoticeIncomplete:    "notice-incomplete",
	documents.NoticeNoValue:       "notice-no-value",
}

func noticeSheet(d *documents.Notice) sheet {
	s := letterSheet(noticeLayouts[d.Ground], d.Number, d.IssuedOn, d.Letter)
	s.Fields["applicant"], s.Fields["service"] = fullName(d.Applicant), d.Service
	application(s.Fields, documents.Application{
		ApplicationNumber: d.ApplicationNumber, ApplicationDate: d.ApplicationDate,
	})
	s.Fields["detail"], s.Fields["failed_check"] = d.Detail, words(d.FailedCheck.Label())
	s.Fields["conclusion_number"], s.Fields["conclusion_date"] = both(d.ConclusionNumber), printed(d.ConclusionDate)
	return s
}

func conclusionSheet(d *documents.Conclusion) sheet {
	s := letterSheet("conclusion", d.Number, d.IssuedOn, d.Letter)
	s.Fields["applicant"], s.Fields["place"], s.Fields["grounds"] = fullName(d.Applicant), d.Place, d.Grounds
	application(s.Fields, d.Application)
	if d.Recognised {
		s.Fields["recognised"] = both("1")
	}
	objects := table{Columns: []string{"name", "date", "inventory", "finding"}}
	for _, o := range d.Objects {
		objects.Rows = append(objects.Rows, []documents.Text{o.Name, o.Date, orDash(both(o.Inventory)), o.Finding})
	}
	members := table{Columns: []string{"role", "name", "position"}}
	for _, m := range d.Members {
		members.Rows = append(members.Rows, []documents.Text{m.Role, both(m.Name), m.Position})
	}
	s.Tables = map[string]table{"objects": objects, "members": members}
	return s
}
