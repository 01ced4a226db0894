package documents

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"unicode"
)

// Codes of what a document says of another one that the register holds, and that is
// not so.
const (
	CodeHolder   = "holder"   // the other document is another person's
	CodeStatus   = "status"   // the other document is not in force
	CodeValue    = "value"    // the other document does not say what this one rests on
	CodeActivity = "activity" // the other licence is of another activity
	CodeLicensor = "licensor" // the other licence was given by another licensor
	CodeTaken    = "taken"    // another document of the register has it already
)

// Ground is another document that one rests on: its number, and where that stands
// in the content.
type Ground struct{ Number, Field string }

// FieldHearing is where a decision names the notice of its hearing.
const FieldHearing = "/hearing_number"

// RestsOn returns the conclusion, the notice of a hearing and the decision to be
// reconsidered that the document rests on; none for one that rests on none.
func (d Draft) RestsOn() []Ground {
	var all []Ground
	add := func(number, field string) {
		if number != "" {
			all = append(all, Ground{number, field})
		}
	}
	if d.ExportCertificate != nil {
		add(d.ExportCertificate.ConclusionNumber, "/conclusion_number")
	}
	if d.Notice != nil {
		add(d.Notice.ConclusionNumber, "/conclusion_number")
	}
	if what, ok := d.decision(); ok {
		add(what.HearingNumber, FieldHearing)
	}
	add(d.Reconsiders(), FieldReconsiders)
	return all
}

// CheckConclusion reports, as an *[InvalidError], what keeps the document from
// resting on a conclusion: it is about another person, of another date, or finds the
// opposite (decree № 105-1613, service 1, action 4).
func (d Draft) CheckConclusion(k Conclusion) error {
	c := &checker{at: "/" + string(d.Kind())}
	var owner Holder
	var dated Date
	needed := d.ExportCertificate != nil
	if needed {
		owner, dated = d.ExportCertificate.Holder, d.ExportCertificate.ConclusionDate
	} else if d.Notice != nil {
		owner, dated = d.Notice.Applicant, d.Notice.ConclusionDate
	}
	if !owner.same(k.Applicant) {
		c.fail("/conclusion_number", CodeHolder, "is a conclusion about another person's application")
	}
	if dated != k.IssuedOn {
		c.fail("/conclusion_date", CodeDate, "is not the date of the conclusion")
	}
	if k.Recognised != needed {
		c.fail("/conclusion_number", CodeValue, "is a conclusion that finds the opposite of cultural value")
	}
	return c.result()
}

// same reports whether two holders are one person, by the number that stays when
// names and addresses change. Holders without a number are nobody's equals.
func (h Holder) same(other Holder) bool {
	key := h.key()
	return key != "" && key == other.key()
}

func (g ReissueGround) known() bool {
	return slices.Contains([]ReissueGround{ReissueReorganisation, ReissueActivity, ReissueLicensor, ReissueIdentification}, g)
}

// followed reports whether the ground of a re-issue is that its holder is known by
// another number than before, or that it is another holder.
func (l Licence) followed(old Holder) bool {
	switch legal := l.Holder.Legal != nil && old.Legal != nil; l.ReissueGround {
	case ReissueReorganisation:
		return legal
	case ReissueIdentification:
		natural := l.Holder.Natural != nil && old.Natural != nil
		return (legal || natural) && old.Foreign()
	}
	return false
}

// CheckReplaced reports, as an *[InvalidError], what keeps a licence from taking the
// place of another: a holder, an activity or a licensor that is not the other's,
// unless the ground of the re-issue is that very change. Whether it is in force then
// is [Life.May].
func (l Licence) CheckReplaced(old Licence) error {
	c := &checker{at: "/" + string(KindLicence)}
	if !l.Holder.same(old.Holder) && !l.followed(old.Holder) {
		c.fail("/replaces", CodeHolder, "is the licence of another holder")
	}
	if l.ReissueGround != ReissueActivity && !l.Activity.says(old.Activity) {
		c.fail("/replaces", CodeActivity, "is a licence of another activity")
	}
	if l.ReissueGround != ReissueLicensor && !l.Licensor.says(old.Licensor) {
		c.fail("/replaces", CodeLicensor, "is a licence of another licensor")
	}
	return c.result()
}

// says reports whether two texts are one to a reader in both languages, whatever
// their capitals, quotation marks and spaces.
func (t Text) says(other Text) bool {
	one := func(a, b string) bool {
		between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
		return slices.Equal(foldedWords(a, between), foldedWords(b, between))
	}
	return one(t.KK, other.KK) && one(t.RU, other.RU)
}

// Takes returns a key for what one document of the register may have, and where it
// stands in the content: the answer to an application, which a refusal, an approval
// or a notice of a decision gives, its hearing, and the incoming number of a paper. Numbers of
// applications and papers are those of a year. It is nothing for other documents.
func (d Draft) Takes() (key, field string) {
	answer := func(a Application) (string, string) {
		return takenKey("answer", a.ApplicationNumber, a.ApplicationDate.Year), "/application_number"
	}
	switch {
	case d.Refusal != nil:
		return answer(Application{d.Refusal.ApplicationNumber, d.Refusal.ApplicationDate})
	case d.Approval != nil:
		return answer(d.Approval.Application)
	case d.Notice != nil && d.Notice.Ground.decides() && d.Notice.ApplicationNumber != "":
		return answer(Application{d.Notice.ApplicationNumber, d.Notice.ApplicationDate})
	case d.Notice != nil && d.Notice.Ground == NoticeHearing:
		return takenKey("hearing", d.Notice.ApplicationNumber, d.Notice.ApplicationDate.Year), "/application_number"
	case d.ApplicationCopy != nil:
		c := d.ApplicationCopy
		return takenKey("incoming", c.IncomingNumber, c.IncomingDate.Year), "/incoming_number"
	}
	return "", ""
}

// takenKey tells nothing of the number itself: it stays when a content is erased.
// Spaces, small letters and Cyrillic letters that look Latin make no other number.
func takenKey(what, number string, year int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", what, year, plainNumber(number)))
	return what + " " + hex.EncodeToString(sum[:])
}
