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

// contents are who applies, who is fictional, and what officials write into documents,
// by kind.
type contents struct {
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

// written reads the contents.
func written() (contents, error) {
	var c contents
	if err := jsonfile.Read(drafts, &c); err != nil {
		return c, fmt.Errorf("drafts.json: %w", err)
	}
	return c, nil
}

// written are the contents, of whoever applies.
func (w *Walker) written(t *traveller) (contents, error) {
	c, err := written()
	if w.People != nil {
		c.Applicant, _ = w.applicant(t)
	}
	t.about(&c)
	return c, err
}

func (w *Walker) letter() documents.Letter {
	return documents.Letter{Authority: w.Signer.Authority, Requisites: w.Signer.Requisites, Position: w.Signer.Position, Signatory: w.Signer.Name}
}

// draft is what the official at a step writes. What it says of the application is left
// to the service.
func (w *Walker) draft(t *traveller, a paths.Act, i issued) (*documents.Draft, error) {
	c, err := w.written(t)
	if err != nil {
		return nil, err
	}
	var heard documents.Heard
	if n := t.hearing.Notice; n != nil {
		heard = documents.Heard{HearingNumber: n.Number, HearingDate: n.IssuedOn}
	}
	l := w.letter()
	switch i.kind {
	case documents.KindLicence:
		c.Licence.Holder, c.Licence.Licensor, c.Licence.Head = c.Applicant, l.Authority, l.Signatory
		return &documents.Draft{Licence: &c.Licence}, nil
	case documents.KindRefusal:
		c.Refusal.Authority, c.Refusal.Requisites, c.Refusal.Position, c.Refusal.Signatory = l.Authority, l.Requisites, l.Position, l.Signatory
		c.Refusal.Applicant, c.Refusal.Ground, c.Refusal.Heard = c.Applicant, documents.RefusalGround(i.ground), heard
		return &documents.Draft{Refusal: &c.Refusal}, nil
	case documents.KindNotice:
		return &documents.Draft{Notice: w.notice(c, step{t, a, i.ground, heard})}, nil
	case documents.KindAcceptance:
		c.Acceptance.Letter, c.Acceptance.Applicant = l, c.Applicant
		return &documents.Draft{Acceptance: &c.Acceptance}, nil
	case documents.KindApplicationCopy:
		c.ApplicationCopy.Letter, c.ApplicationCopy.Applicant = l, c.Applicant
		return &documents.Draft{ApplicationCopy: &c.ApplicationCopy}, nil
	case documents.KindConclusion:
		c.Conclusion.Letter, c.Conclusion.Applicant = l, c.Applicant
		c.Conclusion.Recognised = a.Exit.On != "no_value"
		return &documents.Draft{Conclusion: &c.Conclusion}, nil
	case documents.KindApproval:
		c.Approval.Letter, c.Approval.Applicant = l, c.Applicant
		if c.Applicant.Natural != nil {
			c.Approval.ApplicantAddress = c.ApplicationCopy.ApplicantAddress
		}
		return &documents.Draft{Approval: &c.Approval}, nil
	case documents.KindExportCertificate:
		c.ExportCertificate.Letter, c.ExportCertificate.Holder = l, c.Applicant
		c.ExportCertificate.ReturnBy = documents.CivilDate(w.Now().AddDate(0, 6, 0))
		if k := t.conclusion.Conclusion; k != nil {
			c.ExportCertificate.ConclusionNumber, c.ExportCertificate.ConclusionDate = k.Number, k.IssuedOn
		}
		return &documents.Draft{ExportCertificate: &c.ExportCertificate}, nil
	}
	return nil, fmt.Errorf("nobody has told what a document of the kind %s says", i.kind)
}

// hearingDays is how many working days after its notice a hearing is held.
const hearingDays = 4

// step is an act at which a notice is written, by a ground, after a hearing if there was
// one.
type step struct {
	of     *traveller
	act    paths.Act
	ground string
	heard  documents.Heard
}

// notice is a letter that tells where an application does not go on.
func (w *Walker) notice(c contents, s step) *documents.Notice {
	t := s.of
	n := &c.Notice
	n.Letter, n.Ground, n.Applicant = w.letter(), documents.NoticeGround(s.ground), c.Applicant
	n.Service = documents.Text{KK: t.service.Name.KK, RU: t.service.Name.RU}
	detail := n.Detail
	n.Detail = documents.Text{}
	n.FailedCheck = map[regulation.Check]documents.FailedCheck{
		regulation.CheckSignaturePeriod: documents.FailedPeriod, regulation.CheckSignatureRevoked: documents.FailedRevoked,
		regulation.CheckSignatureIdentity: documents.FailedIdentity,
	}[t.failed]
	if k := t.conclusion.Conclusion; k != nil && n.Ground == documents.NoticeNoValue {
		n.ConclusionNumber, n.ConclusionDate, n.Heard = k.Number, k.IssuedOn, s.heard
	}
	if n.Ground == documents.NoticeHearing {
		n.Detail = detail
		held := w.Days.Add(w.Now(), calendar.Term{WorkingDays: hearingDays}).Due.Add(-time.Hour)
		n.Hearing = &documents.PreliminaryDecision{Refuses: refusesAfter(t.walk, s.act.To), HeldAt: held, Place: w.Signer.Requisites}
	}
	return n
}

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
