package walk

import (
	"context"
	_ "embed" // drafts.json
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
	"tamga/jsonfile"
)

//go:embed drafts.json
var drafts []byte

// Contents are who applies, who is fictional, and what officials write into documents,
// by kind.
type Contents struct {
	Applicant         documents.Holder            `json:"applicant"`
	Licence           documents.Licence           `json:"licence"`
	Refusal           documents.Refusal           `json:"refusal"`
	Notice            documents.Notice            `json:"notice"`
	Acceptance        documents.Acceptance        `json:"acceptance"`
	ApplicationCopy   documents.ApplicationCopy   `json:"application_copy"`
	Conclusion        documents.Conclusion        `json:"conclusion"`
	Approval          documents.Approval          `json:"approval"`
	ExportCertificate documents.ExportCertificate `json:"export_certificate"`
}

// issued is a document that a step issues: its kind and, of a refusal or notice, what
// it tells.
type issued struct {
	kind   documents.Kind
	ground string
}

// content is the document whose content comes with a step.
func (n next) content() issued {
	switch {
	case n.HandsUp != "" && n.Needed:
		return issued{kind: documents.Kind(n.HandsUp)}
	case n.Drafted:
		return issued{}
	}
	return issued{documents.Kind(n.Issues), n.Ground}
}

// Written reads the contents of every walk.
func Written() (Contents, error) {
	var c Contents
	if err := jsonfile.Read(drafts, &c); err != nil {
		return c, fmt.Errorf("drafts.json: %w", err)
	}
	return c, nil
}

// written are the contents, of whoever applies.
func (w *Walker) written(t *traveller) (Contents, error) {
	c, err := Written()
	if w.People != nil {
		c.Applicant, _ = w.applicant(t)
	}
	t.about(&c)
	return c, err
}

func (w *Walker) letter() documents.Letter {
	return documents.Letter{Authority: w.Signer.Authority, Requisites: w.Signer.Requisites, Position: w.Signer.Position, Signatory: w.Signer.Name}
}

// Writing is what is written beside the contents: by whom, and of what the application
// has come to.
type Writing struct {
	Kind       documents.Kind
	Ground     string           // of a refusal or notice
	Letter     documents.Letter // who writes
	Service    documents.Text   // of which a notice tells
	Recognised bool             // by a conclusion
	ReturnBy   documents.Date   // of what is exported
	Conclusion *documents.Conclusion
	Heard      documents.Heard
	Failed     regulation.Check // by which the signature of a request has failed
	Hearing    *documents.PreliminaryDecision
}

// Draft is what an official writes. What it says of the application is left to the
// service. A kind of which nobody has told what it says is an error.
func (c Contents) Draft(of Writing) (*documents.Draft, error) {
	l := of.Letter
	switch of.Kind {
	case documents.KindLicence:
		c.Licence.Holder, c.Licence.Licensor, c.Licence.Head = c.Applicant, l.Authority, l.Signatory
		return &documents.Draft{Licence: &c.Licence}, nil
	case documents.KindRefusal:
		c.Refusal.Authority, c.Refusal.Requisites, c.Refusal.Position, c.Refusal.Signatory = l.Authority, l.Requisites, l.Position, l.Signatory
		c.Refusal.Applicant, c.Refusal.Ground, c.Refusal.Heard = c.Applicant, documents.RefusalGround(of.Ground), of.Heard
		return &documents.Draft{Refusal: &c.Refusal}, nil
	case documents.KindNotice:
		return &documents.Draft{Notice: c.notice(of)}, nil
	case documents.KindAcceptance:
		c.Acceptance.Letter, c.Acceptance.Applicant = l, c.Applicant
		return &documents.Draft{Acceptance: &c.Acceptance}, nil
	case documents.KindApplicationCopy:
		c.ApplicationCopy.Letter, c.ApplicationCopy.Applicant = l, c.Applicant
		return &documents.Draft{ApplicationCopy: &c.ApplicationCopy}, nil
	case documents.KindConclusion:
		c.Conclusion.Letter, c.Conclusion.Applicant, c.Conclusion.Recognised = l, c.Applicant, of.Recognised
		return &documents.Draft{Conclusion: &c.Conclusion}, nil
	case documents.KindApproval:
		c.Approval.Letter, c.Approval.Applicant = l, c.Applicant
		if c.Applicant.Natural != nil {
			c.Approval.ApplicantAddress = c.ApplicationCopy.ApplicantAddress
		}
		return &documents.Draft{Approval: &c.Approval}, nil
	case documents.KindExportCertificate:
		c.ExportCertificate.Letter, c.ExportCertificate.Holder, c.ExportCertificate.ReturnBy = l, c.Applicant, of.ReturnBy
		if k := of.Conclusion; k != nil {
			c.ExportCertificate.ConclusionNumber, c.ExportCertificate.ConclusionDate = k.Number, k.IssuedOn
		}
		return &documents.Draft{ExportCertificate: &c.ExportCertificate}, nil
	}
	return nil, fmt.Errorf("nobody has told what a document of the kind %s says", of.Kind)
}

// notice is a letter that tells where an application does not go on.
func (c Contents) notice(of Writing) *documents.Notice {
	n := &c.Notice
	n.Letter, n.Ground, n.Applicant, n.Service = of.Letter, documents.NoticeGround(of.Ground), c.Applicant, of.Service
	detail := n.Detail
	n.Detail = documents.Text{}
	n.FailedCheck = map[regulation.Check]documents.FailedCheck{
		regulation.CheckSignaturePeriod: documents.FailedPeriod, regulation.CheckSignatureRevoked: documents.FailedRevoked,
		regulation.CheckSignatureIdentity: documents.FailedIdentity,
	}[of.Failed]
	if k := of.Conclusion; k != nil && n.Ground == documents.NoticeNoValue {
		n.ConclusionNumber, n.ConclusionDate, n.Heard = k.Number, k.IssuedOn, of.Heard
	}
	if of.Hearing != nil {
		n.Detail, n.Hearing = detail, of.Hearing
	}
	return n
}

// returnMonths is in how many months what is exported comes back.
const returnMonths = 6

// draft is what the official at a step writes.
func (w *Walker) draft(t *traveller, a paths.Act, i issued) (*documents.Draft, error) {
	c, err := w.written(t)
	if err != nil {
		return nil, err
	}
	of := Writing{
		Kind: i.kind, Ground: i.ground, Letter: w.letter(), Service: documents.Text{KK: t.service.Name.KK, RU: t.service.Name.RU},
		Recognised: a.Exit.On != "no_value", ReturnBy: documents.CivilDate(w.Now().AddDate(0, returnMonths, 0)),
		Conclusion: t.conclusion.Conclusion, Failed: t.failed,
	}
	if n := t.hearing.Notice; n != nil {
		of.Heard = documents.Heard{HearingNumber: n.Number, HearingDate: n.IssuedOn}
	}
	if i.kind == documents.KindNotice && documents.NoticeGround(i.ground) == documents.NoticeHearing {
		held := w.Days.Add(w.Now(), calendar.Term{WorkingDays: hearingDays}).Due.Add(-time.Hour)
		of.Hearing = &documents.PreliminaryDecision{Refuses: refusesAfter(t.walk, a.To), HeldAt: held, Place: w.Signer.Requisites}
	}
	return c.Draft(of)
}

// hearingDays is how many working days after its notice a hearing is held.
const hearingDays = 4

// refusesAfter is the notice by which an application is refused that is not believed
// after a hearing.
func refusesAfter(walk *regulation.Walk, at regulation.Place) string {
	way := paths.Nearest(walk, at, func(m regulation.Move) bool {
		return m.Exit.On != regulation.OutcomeOK || m.Step.Kind != regulation.Condition
	})
	if len(way) == 0 {
		return ""
	}
	return way[len(way)-1].Step.Notice
}

// documentOf reads a document that was issued on the way, on which later ones may rest.
func (w *Walker) documentOf(ctx context.Context, t *traveller, number string) error {
	var d document
	if _, err := w.get(ctx, "/v1/documents/"+number, &d); err != nil {
		return err
	}
	if d.Content.Conclusion != nil {
		t.conclusion = d.Content
	}
	if n := d.Content.Notice; n != nil && n.Hearing != nil {
		t.hearing, t.until = d.Content, n.Hearing.HeldAt
	}
	return nil
}
