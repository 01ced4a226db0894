package documents

import (
	"regexp"
	"strings"
	"time"
)

// SignatureFacts is what was found of the signature of an application before it was
// registered. Registered is only what passed: a value that fits, a certificate within
// its term and not revoked, of the applicant (order № 159, paragraph 6; decree
// № 105-1613, action 1 through the portal).
type SignatureFacts struct {
	Signatory   string    `json:"signatory"`   // as the certificate names the person
	Certificate string    `json:"certificate"` // its serial number, hexadecimal
	ValidFrom   Date      `json:"valid_from"`
	ValidUntil  Date      `json:"valid_until"`
	SignedAt    time.Time `json:"signed_at"`
	CheckedAt   time.Time `json:"checked_at"`
}

// normalise returns the facts as they are kept.
func (f *SignatureFacts) normalise() *SignatureFacts {
	if f == nil {
		return nil
	}
	out := *f
	out.Signatory = NormaliseKazakh(f.Signatory)
	out.Certificate = strings.ToUpper(strings.TrimSpace(f.Certificate))
	out.SignedAt, out.CheckedAt = f.SignedAt.UTC().Truncate(time.Second), f.CheckedAt.UTC().Truncate(time.Second)
	return &out
}

// reSerial is a serial number of a certificate: at most 20 bytes (RFC 5280,
// 4.1.2.2).
var reSerial = regexp.MustCompile(`^([0-9A-F]{2}){1,20}$`)

func (f *SignatureFacts) check(c *checker, registered Date) {
	c.text("/signature/signatory", f.Signatory, rule{max: maxPerson})
	switch {
	case f.Certificate == "":
		c.fail("/signature/certificate", CodeRequired, "is empty")
	case !reSerial.MatchString(f.Certificate):
		c.fail("/signature/certificate", CodeNumber, "is no serial number of a certificate in hexadecimal")
	}
	c.earlier("/signature/valid_from", f.ValidFrom, f.ValidUntil)
	c.date("/signature/valid_until", f.ValidUntil)
	signed, checked := CivilDate(f.SignedAt), CivilDate(f.CheckedAt)
	if f.SignedAt.IsZero() || signed.before(f.ValidFrom) || f.ValidUntil.before(signed) {
		c.fail("/signature/signed_at", CodeDate, "is not within the term of the certificate")
	}
	if f.CheckedAt.Before(f.SignedAt) || registered.before(checked) {
		c.fail("/signature/checked_at", CodeDate, "is before the signature, or after the registration")
	}
}
