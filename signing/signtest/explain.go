package signtest

import (
	"strings"

	"tamga/signing"
)

// Explain says for people what a verdict is and which checks it rests on.
func Explain(v *signing.Verdict) string {
	var b strings.Builder
	b.WriteString(string(v.Indication) + " " + string(v.SubIndication) + " " + v.Detail)
	for _, s := range v.Signers {
		for _, c := range s.Checks {
			if c.Status != signing.CheckPassed && c.Status != signing.CheckNotApplicable {
				b.WriteString("\n\t" + string(c.Name) + " " + string(c.Status) + ": " + c.Detail)
			}
		}
	}
	return b.String()
}
