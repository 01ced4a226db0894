package api

import (
	"encoding/json"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
)

// written is what a document says of its application before an official has written
// anything.
type written struct {
	kase   applications.Case
	letter documents.Letter
	issues applications.Issues
	move   regulation.Move
}

// both is a text of the form, which stands in both languages until an official translates
// it.
func (w written) both(field string) documents.Text {
	var form map[string]json.RawMessage
	var text string
	if json.Unmarshal(w.kase.Form, &form) != nil || json.Unmarshal(form[field], &text) != nil {
		return documents.Text{} // a form that a program has sent may hold anything
	}
	return documents.Text{KK: text, RU: text}
}

// draft is the document.
func (w written) draft() *documents.Draft {
	l, who := w.letter, w.kase.Applicant
	service, _ := w.kase.Rules.Service(w.kase.Service) // there when the case was made
	name := documents.OnPaper(service.Name)
	switch w.issues.Kind {
	case documents.KindLicence:
		return &documents.Draft{Licence: &documents.Licence{Holder: who, Licensor: l.Authority, Head: l.Signatory, Activity: w.activity(service)}}
	case documents.KindRefusal:
		return &documents.Draft{Refusal: &documents.Refusal{
			Authority: l.Authority, Requisites: l.Requisites, Position: l.Position, Signatory: l.Signatory, Applicant: who,
			Ground: documents.RefusalGround(w.issues.Ground),
		}}
	case documents.KindNotice:
		return &documents.Draft{Notice: w.notice(name)}
	case documents.KindAcceptance:
		return &documents.Draft{Acceptance: &documents.Acceptance{Letter: w.unsigned(), Applicant: who, Service: name}}
	case documents.KindApplicationCopy:
		return &documents.Draft{ApplicationCopy: &documents.ApplicationCopy{
			Letter: w.unsigned(), Applicant: who, Service: name, ApplicantAddress: w.both("address"), ApplicationText: w.said(),
		}}
	case documents.KindConclusion:
		return &documents.Draft{Conclusion: &documents.Conclusion{
			Letter: l, Applicant: who, Recognised: w.move.Exit.On != "no_value", Objects: []documents.Finding{{Name: w.both("objects")}},
			Members: []documents.Member{},
		}}
	case documents.KindApproval:
		return &documents.Draft{Approval: &documents.Approval{
			Letter: l, Applicant: who, ApplicantAddress: w.both("address"), Monument: w.both("monument"), Project: w.both("works"),
		}}
	case documents.KindExportCertificate:
		return &documents.Draft{ExportCertificate: &documents.ExportCertificate{
			Letter: l, Holder: who, Country: w.both("country"), Receiver: w.both("receiver"), Purpose: documents.Purpose(w.both("purpose").KK),
			Objects: []documents.Object{{Name: w.both("objects")}},
		}}
	}
	return nil
}

// unsigned is the letter of what nobody signs by name.
func (w written) unsigned() documents.Letter {
	return documents.Letter{Authority: w.letter.Authority, Requisites: w.letter.Requisites}
}

// activity is the sub-type of the service that was asked for, or its title.
func (w written) activity(s *regulation.Service) documents.Text {
	asked := w.both("subtype").KK
	for _, t := range s.Subtypes {
		if string(t.ID) == asked {
			return documents.OnPaper(t.Name)
		}
	}
	return documents.Text{}
}

// said is what the form says, a line for each field.
func (w written) said() documents.Text {
	var form map[string]json.RawMessage
	if json.Unmarshal(w.kase.Form, &form) != nil {
		return documents.Text{}
	}
	service, _ := w.kase.Rules.Service(w.kase.Service)
	var text documents.Text
	fields, _ := service.FormOf()
	for _, f := range fields {
		if value := w.both(f.ID); value.KK != "" {
			text.KK += f.Label.KK + ": " + value.KK + "\n"
			text.RU += f.Label.RU + ": " + value.RU + "\n"
		}
	}
	return text
}

func (w written) notice(service documents.Text) *documents.Notice {
	n := &documents.Notice{Letter: w.letter, Ground: documents.NoticeGround(w.issues.Ground), Applicant: w.kase.Applicant, Service: service}
	if n.Ground == documents.NoticeHearing {
		n.Hearing = &documents.PreliminaryDecision{Place: w.letter.Requisites}
		for _, later := range w.kase.Walk.Moves(w.move.To) {
			n.Hearing.Refuses = w.refuses(later, 4)
		}
	}
	return n
}

// refuses is the notice by which an application is refused on the way from a move, within
// so many steps.
func (w written) refuses(m regulation.Move, steps int) string {
	if m.Step.Notice != "" && m.Step.Notice != string(documents.NoticeHearing) {
		return m.Step.Notice
	}
	if steps == 0 {
		return ""
	}
	for _, later := range w.kase.Walk.Moves(m.To) {
		if m.Step.Kind == regulation.Condition && m.Exit.On == regulation.OutcomeOK {
			continue // the way on which it is believed
		}
		if found := w.refuses(later, steps-1); found != "" {
			return found
		}
	}
	return ""
}

// rests fills in what a document says of others of its application: the conclusion of the
// commission, and the hearing.
func (w written) rests(c echo.Context, v *service, d *documents.Draft) error {
	for _, e := range w.kase.Entries {
		if e.Document == "" || d == nil {
			continue
		}
		rec, err := v.Registry.Document(contextOf(c), e.Document)
		if err != nil {
			return err
		}
		content := rec.Content
		if k := content.Conclusion; k != nil {
			switch {
			case d.ExportCertificate != nil:
				d.ExportCertificate.ConclusionNumber, d.ExportCertificate.ConclusionDate = k.Number, k.IssuedOn
			case d.Notice != nil && d.Notice.Ground == documents.NoticeNoValue:
				d.Notice.ConclusionNumber, d.Notice.ConclusionDate = k.Number, k.IssuedOn
			}
		}
		if n := content.Notice; n != nil && n.Hearing != nil {
			w.heard(d, documents.Heard{HearingNumber: n.Number, HearingDate: n.IssuedOn})
		}
	}
	return nil
}

// heard writes down the hearing that was held before a refusal.
func (w written) heard(d *documents.Draft, h documents.Heard) {
	switch {
	case d.Refusal != nil:
		d.Refusal.Heard = h
	case d.Notice != nil && d.Notice.Ground == documents.NoticeNoValue:
		d.Notice.Heard = h
	}
}
