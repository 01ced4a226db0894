package forms

import (
	"regexp"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/pdf"
)

// Of whoever has no ЖСН or БСН no sheet says one, in no language; and it says what
// they have where it would have said that.
func TestForeignersOnPaper(t *testing.T) {
	person := documents.Holder{Natural: &documents.NaturalPerson{
		Surname: "Ñandú", GivenName: "Łukasz", Document: &documents.IdentityDocument{Kind: documents.Passport, Number: "C01X00T47", Country: "DE"},
	}}
	company := documents.Holder{Legal: &documents.LegalEntity{
		Name: pdf.Same("Grabungen GmbH"), Address: pdf.Same("Berlin"), Registration: &documents.Registration{Number: "HRB 86891", Country: "DE"},
	}}
	ours := regexp.MustCompile("ЖСН|БСН|ИИН|БИН")
	drafts, _ := specimenDrafts()
	layouts := compiled(t)
	for _, holder := range []documents.Holder{person, company} {
		seen := map[documents.Kind]bool{}
		for name, d := range drafts {
			switch {
			case d.Licence != nil:
				d.Licence.Holder = holder
			case d.Refusal != nil:
				d.Refusal.Applicant = holder
			case d.ExportCertificate != nil:
				d.ExportCertificate.Holder = holder
			case d.Approval != nil:
				d.Approval.Applicant = holder
			case d.ApplicationCopy != nil:
				d.ApplicationCopy.Applicant = holder
				d.ApplicationCopy.ApplicationText = pdf.Same("—") // the applicant's own words
			case d.Acceptance != nil:
				d.Acceptance.Applicant = holder
			case d.Notice != nil:
				d.Notice.Applicant = holder
				if d.Notice.Ground == documents.NoticeSignature {
					d.Notice.FailedCheck = documents.FailedIdentity
				}
			case d.Conclusion != nil:
				d.Conclusion.Applicant = holder
			default:
				continue
			}
			seen[d.Kind()] = true
			c := Of(d, nil)
			for field, text := range c.Fields {
				if says := ours.FindString(text.KK + text.RU); says != "" && field != "requisites" {
					t.Errorf("%s: %s says %s: %+v", name, field, says, text)
				}
			}
			c.Photographs = nil
			if _, err := layouts.Prepare(c, pdf.Meta{SignedAt: specimenMoment()}); err != nil {
				t.Errorf("%s cannot be printed: %v", name, err)
			}
			if holds := c.Fields["holder"].KK; (d.Licence != nil || d.ExportCertificate != nil) && !strings.HasSuffix(holds, "(Германия)") {
				t.Errorf("%s is given to %q", name, holds)
			}
		}
		if len(seen) != 8 {
			t.Errorf("seen %v", seen)
		}
	}
}
