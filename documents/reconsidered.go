package documents

// FieldReconsiders is where a decision names the one that it takes the place of,
// because a court or a body above has ordered that to be reconsidered.
const FieldReconsiders = "/reconsiders"

// reconsidersField returns the field of a decision that names what it decides anew;
// nil for what is no decision.
func (d *Draft) reconsidersField() *string {
	switch {
	case d.Licence != nil:
		return &d.Licence.Reconsiders
	case d.Refusal != nil:
		return &d.Refusal.Reconsiders
	case d.ExportCertificate != nil:
		return &d.ExportCertificate.Reconsiders
	case d.Approval != nil:
		return &d.Approval.Reconsiders
	case d.Notice != nil:
		return &d.Notice.Reconsiders
	}
	return nil
}

// Reconsiders returns the number of the refusal, or other decision, that this one is
// given in the place of; empty for any other document.
func (d Draft) Reconsiders() string {
	if field := d.reconsidersField(); field != nil {
		return *field
	}
	return ""
}

// checkReconsiders checks the number of what is decided anew.
func (c *checker) checkReconsiders(number string, replaces bool) {
	switch {
	case number == "":
	case replaces:
		c.fail(FieldReconsiders, CodeNotAccepted, "belongs to a decision that replaces no other licence")
	default:
		c.number(FieldReconsiders, number, KindRefusal, KindNotice, KindConclusion)
	}
}

// CheckReconsidered reports, as an *[InvalidError], what keeps the document from taking
// the place of a decision that is to be reconsidered: that one is another person's.
func (d Draft) CheckReconsidered(decided Draft) error {
	c := &checker{at: "/" + string(d.Kind())}
	if !d.Owner().same(decided.Owner()) {
		c.fail(FieldReconsiders, CodeHolder, "is a decision about another person's application")
	}
	return c.result()
}
