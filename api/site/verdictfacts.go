package site

import (
	"maps"
	"slices"
	"strings"
	"time"

	"tamga/language"
	"tamga/language/words"
)

// whoIs lists who somebody is and in which capacity he signs. Of a person's number the
// last two digits are shown.
func (v *visit) whoIs(id *identity) []factLine {
	var roles []string
	for _, r := range id.Roles {
		if said := words.Of("verify.role_is." + r).In(v.lang); said != "" {
			roles = append(roles, said)
		}
	}
	return filled([]factLine{
		{"verify.organisation", v.readable(id.Organisation), false}, {"verify.bin", id.BIN, false},
		{"verify.role", strings.Join(roles, ", "), false}, {"verify.iin", masked(id.IIN), false},
		{"verify.identifier", strings.Join(maskedAll(id.Identifiers), ", "), false},
	})
}

// readable is a name as it stands and, on the English page, in Latin letters beside it.
func (v *visit) readable(name string) string {
	if latin := language.Latin(name); v.lang == language.EN && latin != name {
		return name + " (" + latin + ")"
	}
	return name
}

// masked hides all of a person's number but its last two characters.
func masked(number string) string {
	const shown = 2
	runes := []rune(number)
	if len(runes) <= shown {
		return ""
	}
	return strings.Repeat("•", len(runes)-shown) + string(runes[len(runes)-shown:])
}

func maskedAll(numbers []string) []string {
	var all []string
	for _, n := range numbers {
		all = append(all, masked(n))
	}
	return all
}

// time says when a signature was made, and what proves it.
func (v *visit) time(s signer, unproved bool) string {
	for _, t := range s.Timestamps {
		if !unproved && t.Indication == "TOTAL-PASSED" && t.GenTime.Truncate(time.Second).Equal(s.BestSignatureTime.Truncate(time.Second)) {
			return words.Of("verify.time_proved").Put("at", same(printed(t.GenTime))).Put("authority", same(t.Authority)).In(v.lang)
		}
	}
	if s.ClaimedTime.IsZero() {
		return v.said("time_none")
	}
	return words.Of("verify.time_claimed").Put("at", same(printed(s.ClaimedTime))).In(v.lang)
}

// covers says what a signature is over, and what of the file it is not.
func (v *visit) covers(s signer) (covered, not []string) {
	if s.Covers != "" {
		covered = append(covered, words.Of("verify.covers."+s.Covers).In(v.lang))
	}
	for _, e := range s.Signed {
		switch e.Role {
		case "document":
			covered = append(covered, v.said("covers_document"))
		case "content":
			covered = append(covered, words.Of("verify.covers.supplied").In(v.lang))
		case "signed-properties", "key-info", "wsse-token", "wsse-timestamp", "signature-value":
		default:
			covered = append(covered, v.said("covers_element")+": "+e.Path)
		}
	}
	for _, e := range s.Unsigned {
		not = append(not, e.Path)
	}
	return covered, not
}

func (v *visit) checks(checks []check) []checkView {
	var all []checkView
	for _, c := range checks {
		all = append(all, checkView{tones[c.Status], c.Title.In(v.lang), words.Of("verify.state." + c.Status).In(v.lang), c.Clause, c.Detail})
	}
	return all
}

func (v *visit) stamps(stamps []timestamp) []stampView {
	states := map[string]string{"TOTAL-PASSED": "passed", "TOTAL-FAILED": "failed"}
	var all []stampView
	for _, t := range stamps {
		state := states[t.Indication]
		if state == "" {
			state = "undetermined"
		}
		all = append(all, stampView{
			tones[t.Indication], words.Of("verify.state." + state).In(v.lang), printed(t.GenTime), t.Authority, t.Algorithm, t.Detail, v.checks(t.Checks),
		})
	}
	return all
}

// expertFacts are those of the verification as a whole.
func (v *visit) expertFacts(d verdict, inspected inspection, u upload) []factLine {
	all := []factLine{{"verify.file_name", u.file.Filename, false}, {"verify.file_kind", words.Of("signing.file." + d.Kind).In(v.lang), false}}
	all = append(all, conclusion(d.Indication, d.SubIndication)...)
	for _, name := range slices.Sorted(maps.Keys(d.ContentDigests)) {
		all = append(all, factLine{"verify.digest_of", name + ": " + d.ContentDigests[name], true})
	}
	if inspected.Identity != nil {
		all = append(all, factLine{"verify.policies", strings.Join(inspected.Identity.Policies, ", "), false})
	}
	return filled(append(all,
		factLine{"verify.urls_crl", strings.Join(inspected.URLs.CRL, " "), true}, factLine{"verify.urls_ocsp", strings.Join(inspected.URLs.OCSP, " "), true},
		factLine{"verify.policy", strings.TrimSpace(d.Policy + ", " + d.Profile), false}, factLine{"verify.asked_at", printed(d.At), false},
	))
}

func conclusion(indication, sub string) []factLine {
	return []factLine{{"verify.conclusion", strings.TrimSpace(indication + " " + sub), true}}
}

func (c *certificate) facts() []factLine {
	if c == nil {
		return nil
	}
	return []factLine{
		{"verify.subject", c.Subject, false}, {"verify.issuer", c.Issuer, false}, {"verify.serial", c.Serial, true},
		{"verify.period", printedDay(c.NotBefore) + " – " + printedDay(c.NotAfter), false}, {"verify.key", c.Key, false},
		{"verify.key_usage", strings.Join(c.KeyUsage, ", "), false}, {"verify.sha256", c.SHA256, true},
	}
}

// filled leaves out what has no value.
func filled(facts []factLine) []factLine {
	return slices.DeleteFunc(facts, func(f factLine) bool { return f.Value == "" })
}
