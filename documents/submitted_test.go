package documents

import (
	"errors"
	"testing"
	"time"
)

// A document takes the number and the date of its application where it leaves them
// open, and belongs to no other application and no other person.
func TestForApplication(t *testing.T) {
	own := Holder{Natural: &NaturalPerson{Surname: "Сейітқали", GivenName: "Айгүл", IIN: "850101400011"}}
	other := Holder{Legal: &LegalEntity{BIN: "120741000014"}}
	a := Application{"KZ65RLA26000001", Date{2026, time.May, 20}}
	drafts := map[Kind]Draft{
		KindRefusal:           {Refusal: &Refusal{Applicant: own}},
		KindApproval:          {Approval: &Approval{Applicant: own}},
		KindAcceptance:        {Acceptance: &Acceptance{Applicant: own}},
		KindNotice:            {Notice: &Notice{Applicant: own, Ground: NoticeNoData}},
		KindConclusion:        {Conclusion: &Conclusion{Applicant: own}},
		KindApplicationCopy:   {ApplicationCopy: &ApplicationCopy{Applicant: own}},
		KindLicence:           {Licence: &Licence{Holder: own}},
		KindExportCertificate: {ExportCertificate: &ExportCertificate{Holder: own}},
	}
	for kind, open := range drafts {
		d := open.ForApplication(a)
		if err := d.CheckApplication(a, own); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		var invalid *InvalidError
		if err := d.CheckApplication(a, other); !errors.As(err, &invalid) || invalid.Fields[0].Code != CodeHolder {
			t.Errorf("%s of another person: %v", kind, err)
		}
		if number, _ := d.applied(); number == nil {
			continue // it does not name the application
		}
		if err := d.CheckApplication(Application{"KZ38RLA26000002", a.ApplicationDate}, own); !errors.As(err, &invalid) || invalid.Fields[0].Code != CodeValue {
			t.Errorf("%s of another application: %v", kind, err)
		}
		if err := d.CheckApplication(Application{a.ApplicationNumber, Date{2026, time.May, 21}}, own); !errors.As(err, &invalid) || invalid.Fields[0].Code != CodeDate {
			t.Errorf("%s of another day: %v", kind, err)
		}
		if err := open.CheckApplication(Application{}, own); err != nil {
			t.Errorf("%s before the registration: %v", kind, err)
		}
		if number, _ := open.applied(); *number != "" {
			t.Errorf("%s: the draft itself was changed", kind)
		}
	}
	at := time.Date(2026, time.May, 20, 4, 12, 7, 900, time.UTC)
	for moment, right := range map[time.Time]bool{{}: true, at.Truncate(time.Second): true, at.Add(-time.Second).Truncate(time.Second): false, at.Add(time.Second).Truncate(time.Second): false} {
		err := Draft{ApplicationCopy: &ApplicationCopy{Applicant: own, IncomingAt: moment}}.CheckRegistered(at)
		var invalid *InvalidError
		if right && err != nil || !right && (!errors.As(err, &invalid) || invalid.Fields[0].Pointer != "/application_copy/incoming_at") {
			t.Errorf("stamped at %s: %v", moment, err)
		}
	}
	staff := Draft{Notice: &Notice{Applicant: other, Ground: NoticeStaff}}
	if err := staff.CheckApplication(Application{}, own); err != nil {
		t.Errorf("a failed login of staff is told to the member of staff: %v", err)
	}
}
