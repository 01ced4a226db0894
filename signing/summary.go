package signing

import (
	"unicode"
	"unicode/utf8"

	"tamga/language/words"
)

// summary says the conclusion in one sentence of each language.
func summary(v *Verdict) Text {
	if v.Passed() {
		if v.Kind == "certificate" {
			return words.Of("signing.confirmed_certificate")
		}
		if v.Kind == "timestamp" {
			return words.Of("signing.confirmed_timestamp")
		}
		return words.Of("signing.confirmed")
	}
	why := v.why()
	if v.Indication == "" {
		return sentence(why)
	}
	if v.Acceptance == Refused {
		return words.Of("signing.refused").Put("why", why)
	}
	return words.Of("signing.undecided").Put("why", why)
}

// sentence makes a text one of its own.
func sentence(t Text) Text {
	for _, s := range []*string{&t.KK, &t.RU, &t.EN} {
		first, size := utf8.DecodeRuneInString(*s)
		*s = string(unicode.ToUpper(first)) + (*s)[size:] + "."
	}
	return t
}

// why words the reason that the verdict's sub-indication stands for.
func (v *Verdict) why() Text {
	for i := range v.Reasons {
		if r := &v.Reasons[i]; r.SubIndication == v.SubIndication {
			return r.Text
		}
	}
	return reason(v.SubIndication)
}

// why words why a check is not fulfilled, more precisely than its sub-indication
// does where the question is one of ours.
func (c *Check) why() Text {
	switch {
	case c.Name == CheckIdentity && c.Status == CheckFailed:
		return words.Of("signing.why.identity")
	case c.Name == CheckIdentity && c.SubIndication == SigConstraintsFailure:
		return words.Of("signing.why.identity_untold")
	case c.Name == CheckRole && c.Status == CheckFailed:
		return words.Of("signing.why.role")
	case c.Name == CheckFormat && c.SubIndication == SigConstraintsFailure && c.Status == CheckFailed:
		return words.Of("signing.why.changed")
	}
	switch {
	case c.Name == CheckFormat && c.SubIndication == FormatFailure:
		return formatText(c.Detail)
	case c.Name == CheckImprint && c.SubIndication == SignedDataNotFound:
		return words.Of("signing.why.imprint_missing")
	case c.Name == CheckImprint && c.SubIndication == HashFailure:
		return words.Of("signing.why.imprint_other")
	}
	return reason(c.SubIndication)
}

// reason words a sub-indication for people.
func reason(s SubIndication) Text {
	if t := words.Of("signing.reason." + string(s)); t.Whole() {
		return t
	}
	return words.Of("signing.reason.unknown")
}
