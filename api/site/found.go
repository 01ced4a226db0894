package site

import (
	"tamga/language"
	"tamga/language/words"
)

// foundSignature is what was found of a signature that was refused.
type foundSignature struct {
	Facts struct {
		ValidityPeriod string `json:"validity_period"`
		NotRevoked     string `json:"not_revoked"`
		IdentityMatch  string `json:"identity_match"`
	} `json:"facts"`
	Decided string `json:"decided_by"`
}

// said are the lines for what each fact can be, with what to do. They are read only.
var said = map[string]map[string]string{
	"period":   {"established": "site.found_period_good", "refuted": "site.found_period_bad", "unknown": "site.found_period_open"},
	"revoked":  {"established": "site.found_revoked_good", "refuted": "site.found_revoked_bad", "unknown": "site.found_revoked_open"},
	"identity": {"established": "site.found_identity_good", "refuted": "site.found_identity_bad", "unknown": "site.found_identity_open"},
}

// decided are the lines for what is no fact of the three and decides all the same.
var decided = map[string]string{
	"key_usage": "site.found_login_key", "chain": "site.found_untrusted", "signature_value": "site.found_other_text", "format": "site.found_other_text",
}

// lines say what was found, each fact in a line of its own; none where nothing was.
func (f *foundSignature) lines(lang language.Lang) []Wrong {
	if f == nil {
		return nil
	}
	var all []Wrong
	say := func(key string) {
		if key != "" {
			all = append(all, Wrong{Text: words.Of(key).In(lang)})
		}
	}
	say(decided[f.Decided])
	say(said["period"][f.Facts.ValidityPeriod])
	say(said["revoked"][f.Facts.NotRevoked])
	say(said["identity"][f.Facts.IdentityMatch])
	return all
}
