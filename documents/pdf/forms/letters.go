package forms

import (
	"strings"

	"tamga/documents"
	"tamga/documents/pdf"
)

// letter begins the sheet of a letter.
func letter(layout, number string, issuedOn documents.Date, l documents.Letter) pdf.Content {
	return pdf.Content{Layout: layout, Number: number, Fields: fields{
		"authority":  l.Authority,
		"requisites": l.Requisites,
		"issued_on":  printed(issuedOn),
		"position":   l.Position,
		"signatory":  pdf.Same(l.Signatory),
	}}
}

func application(in fields, a documents.Application) {
	in["application_number"], in["application_date"] = pdf.Same(a.ApplicationNumber), printed(a.ApplicationDate)
	in["application_dated"] = documents.OnPaper(a.ApplicationDate.Dated())
}

func refusal(d *documents.Refusal) pdf.Content {
	s := letter("refusal", d.Number, d.IssuedOn, documents.Letter{
		Authority: d.Authority, Requisites: d.Requisites, Position: d.Position, Signatory: d.Signatory,
	})
	s.Fields["applicant"], s.Fields["reason"] = fullName(d.Applicant), d.Reason
	application(s.Fields, documents.Application{
		ApplicationNumber: d.ApplicationNumber, ApplicationDate: d.ApplicationDate,
	})
	heard(s.Fields, d.Heard)
	return s
}

func approval(d *documents.Approval) pdf.Content {
	s := letter(layoutApproval, d.Number, d.IssuedOn, d.Letter)
	s.Fields["applicant"], s.Fields["applicant_address"] = fullName(d.Applicant), d.ApplicantAddress
	application(s.Fields, d.Application)
	s.Fields["monument"], s.Fields["monument_address"] = d.Monument, d.MonumentAddress
	s.Fields["project"], s.Fields["project_number"] = d.Project, pdf.Same(d.ProjectNumber)
	s.Fields["conditions"] = d.Conditions
	return s
}

func applicationCopy(d *documents.ApplicationCopy) pdf.Content {
	s := letter("application-copy", d.Number, d.IssuedOn, d.Letter)
	s.Fields["applicant"], s.Fields["service"] = named(d.Applicant), d.Service
	s.Fields["applicant_address"] = orDash(d.ApplicantAddress)
	if f := d.Signature; f != nil {
		s.Fields["signed_by"], s.Fields["signed_at"] = pdf.Same(f.Signatory), pdf.Same(documents.PrintedMoment(f.SignedAt))
		s.Fields["certificate"] = pdf.Same(f.Certificate + ", " + f.ValidFrom.Printed() + " – " + f.ValidUntil.Printed())
		s.Fields["checked_at"] = pdf.Same(documents.PrintedMoment(f.CheckedAt))
	}
	s.Fields["application_text"], s.Fields["attachments"] = d.ApplicationText, d.Attachments
	s.Fields["application_date"] = printed(d.ApplicationDate)
	s.Fields["incoming_number"], s.Fields["incoming_date"] = pdf.Same(d.IncomingNumber), printed(d.IncomingDate)
	if !d.IncomingAt.IsZero() {
		s.Fields["incoming_time"] = pdf.Same(documents.PrintedHour(d.IncomingAt))
	}
	s.Fields["registrar"] = pdf.Same(d.Registrar)
	return s
}

func acceptance(d *documents.Acceptance) pdf.Content {
	s := letter("acceptance", d.Number, d.IssuedOn, d.Letter)
	s.Fields["applicant"], s.Fields["service"] = fullName(d.Applicant), d.Service
	application(s.Fields, d.Application)
	s.Fields["received_at"], s.Fields["result_date"] = pdf.Same(documents.PrintedTime(d.ReceivedAt)), printed(d.ResultDate)
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
	documents.NoticeHearing:       "notice-hearing",
}

func notice(d *documents.Notice) pdf.Content {
	s := letter(noticeLayouts[d.Ground], d.Number, d.IssuedOn, d.Letter)
	s.Fields["applicant"] = fullName(d.Applicant)
	if d.Ground != documents.NoticeStaff { // a member of staff asks for no service
		s.Fields["service"] = d.Service
	}
	application(s.Fields, documents.Application{
		ApplicationNumber: d.ApplicationNumber, ApplicationDate: d.ApplicationDate,
	})
	s.Fields["detail"], s.Fields["failed_check"] = d.Detail, documents.OnPaper(d.FailedCheck.LabelOf(d.Applicant))
	s.Fields["conclusion_number"], s.Fields["conclusion_date"] = pdf.Same(d.ConclusionNumber), printed(d.ConclusionDate)
	if d.Ground == documents.NoticeNoData {
		s.Fields["identified_by"] = documents.OnPaper(d.Applicant.IdentifiedBy())
	}
	s.Fields["conclusion_dated"] = documents.OnPaper(d.ConclusionDate.Dated())
	heard(s.Fields, d.Heard)
	if h := d.Hearing; h != nil {
		s.Fields["held_at"], s.Fields["place"] = pdf.Same(documents.PrintedTime(h.HeldAt)), h.Place
		s.Fields["objection_until"] = lasting(h.ObjectionUntil)
	}
	return s
}

// heard names the notice of the hearing before a decision.
func heard(in fields, h documents.Heard) {
	in["hearing_number"], in["hearing_dated"] = pdf.Same(h.HearingNumber), documents.OnPaper(h.HearingDate.Dated())
}

// genitive returns whose something is, «музейінің», of a Kazakh name that ends in
// a possessive, as nearly all names of organisations and families do; nothing of
// another, whose ending cannot be told for sure.
func genitive(name string) string {
	switch {
	case strings.HasSuffix(name, "ы"):
		return name + "ның"
	case strings.HasSuffix(name, "і"):
		return name + "нің"
	}
	return ""
}

func conclusion(d *documents.Conclusion) pdf.Content {
	s := letter("conclusion", d.Number, d.IssuedOn, d.Letter)
	s.Fields["applicant"], s.Fields["place"], s.Fields["grounds"] = fullName(d.Applicant), d.Place, d.Grounds
	application(s.Fields, d.Application)
	if kk := genitive(s.Fields["applicant"].KK); kk != "" {
		s.Fields["applicant_of"] = documents.Text{KK: kk, RU: s.Fields["applicant"].RU}
	}
	if d.Recognised {
		s.Fields["recognised"] = pdf.Same("1")
	}
	objects := pdf.Table{Columns: []string{"name", "date", "inventory", "finding"}}
	for _, o := range d.Objects {
		objects.Rows = append(objects.Rows, []documents.Text{o.Name, o.Date, orDash(pdf.Same(o.Inventory)), o.Finding})
	}
	members := pdf.Table{Columns: []string{"role", "name", "position", "signed"}}
	for _, m := range d.Members {
		members.Rows = append(members.Rows, []documents.Text{m.Role, pdf.Same(m.Name), m.Position, {}})
	}
	s.Tables = map[string]pdf.Table{"objects": objects, "members": members}
	return s
}
