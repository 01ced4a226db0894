package documents

import "time"

// applied returns where a document says to which application it belongs: its number and
// its date; nil for one that does not say it.
func (d *Draft) applied() (number *string, date *Date) {
	switch {
	case d.Refusal != nil:
		return &d.Refusal.ApplicationNumber, &d.Refusal.ApplicationDate
	case d.Approval != nil:
		return &d.Approval.ApplicationNumber, &d.Approval.ApplicationDate
	case d.Acceptance != nil:
		return &d.Acceptance.ApplicationNumber, &d.Acceptance.ApplicationDate
	case d.Notice != nil:
		return &d.Notice.ApplicationNumber, &d.Notice.ApplicationDate
	case d.Conclusion != nil:
		return &d.Conclusion.ApplicationNumber, &d.Conclusion.ApplicationDate
	case d.ApplicationCopy != nil:
		return &d.ApplicationCopy.IncomingNumber, &d.ApplicationCopy.IncomingDate
	}
	return nil, nil
}

// ForApplication returns a copy that says to which application it belongs, where the
// draft leaves that open. The number of an application that the register has given it
// is the incoming number of its stamped copy.
func (d Draft) ForApplication(a Application) Draft {
	d = d.clone()
	number, date := d.applied()
	if number != nil && *number == "" && date.IsZero() {
		*number, *date = a.ApplicationNumber, a.ApplicationDate
	}
	if c := d.ApplicationCopy; c != nil && c.ApplicationDate.IsZero() {
		c.ApplicationDate = a.ApplicationDate
	}
	return d
}

// CheckApplication reports, as an *[InvalidError], what keeps the document from
// belonging to an application: it names another one, or another person. An application
// that is not registered yet has neither number nor date.
func (d Draft) CheckApplication(a Application, applicant Holder) error {
	c := &checker{at: "/" + string(d.Kind())}
	name, stamp := "application", d.ApplicationCopy != nil
	if stamp {
		name = "incoming"
	}
	if number, date := d.applied(); number != nil {
		if *number != a.ApplicationNumber {
			c.fail("/"+name+"_number", CodeValue, "is not the number of the application")
		}
		if *date != a.ApplicationDate {
			c.fail("/"+name+"_date", CodeDate, "is not the date of the application")
		}
	}
	// A failed login of staff is told to the member of staff.
	if d.Notice != nil && d.Notice.Ground == NoticeStaff {
		return c.result()
	}
	if owner := "/applicant"; !d.Owner().same(applicant) {
		if d.Licence != nil || d.ExportCertificate != nil {
			owner = "/holder"
		}
		c.fail(owner, CodeHolder, "is not the applicant")
	}
	return c.result()
}

// CheckRegistered reports, as an *[InvalidError], that the stamp of the document tells
// another moment than that of the registration.
func (d Draft) CheckRegistered(at time.Time) error {
	c := &checker{at: "/" + string(d.Kind())}
	if k := d.ApplicationCopy; k != nil && !k.IncomingAt.IsZero() && !k.IncomingAt.Equal(at.Truncate(time.Second)) {
		c.fail("/incoming_at", CodeValue, "is not the moment of the registration")
	}
	return c.result()
}

// CheckHolder reports, as an *[InvalidError] whose pointers begin with a name, what is
// missing of a person or an organisation, or cannot be printed.
func CheckHolder(at string, h Holder) error {
	c := &checker{}
	c.holder(at, h)
	return c.result()
}

// Normalise returns a holder whose texts are normalised as by [NormaliseKazakh].
func (h Holder) Normalise() Holder { return h.normalise() }
