package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tamga/certs/revocation"
	"tamga/signing"
)

// verdict prints the whole answer of a verification.
func (p *printer) verdict(name string, v *signing.Verdict, languages []string) {
	if name == "-" {
		name = "standard input"
	}
	p.line("%s: %s", name, fileInWords(v))
	p.field("Asked about", "%s (policy %s, profile %s)", moment(v.At), v.Policy, v.Profile)
	p.field("Detail", "%s", v.Detail)
	for i := range v.Signers {
		p.blank()
		p.signer(v, i)
	}
	for _, c := range v.Card {
		p.blank()
		p.cardSignature(c)
	}
	if len(v.Timestamps) > 0 {
		p.blank()
		p.timestamps("Timestamps over the whole file", v.Timestamps)
	}
	p.blank()
	p.conclusion(v, languages)
}

// cardSignature prints one signature that is attached to a document card.
func (p *printer) cardSignature(c signing.CardSignature) {
	p.line("Attached signature %q", c.Name)
	p.in(func() {
		switch {
		case c.Over != "":
			p.field("Over", "the attachment %q", c.Over)
		default:
			p.field("Over", "none of the attachments")
		}
		p.field("Detail", "%s", c.Verdict.Detail)
		for i := range c.Verdict.Signers {
			p.signer(c.Verdict, i)
		}
	})
}

func fileInWords(v *signing.Verdict) string {
	switch {
	case v.Kind == "certificate", v.Kind == "timestamp", v.Indication == "":
		return signing.FileKind(v.Kind).Words().EN
	case len(v.Card) > 0:
		return "a document card: a PDF file with signatures over an attached original, and none over its pages"
	case len(v.Timestamps) > 0 && len(v.Signers) == 0:
		return "a PDF file with a document timestamp and no signature"
	case v.Unsigned() && v.Kind == "cms":
		return "a CMS container without a signature"
	case v.Unsigned():
		return signing.FileKind(v.Kind).Words().EN + " without a signature"
	case len(v.Signers) == 0:
		return map[string]string{"cms": "no readable CMS signature", "pdf": "a PDF file without a readable signature", "xml": "an XML file without a readable signature"}[v.Kind]
	}
	what := map[string]string{"cms": "a CMS signature", "pdf": "a signed PDF file", "xml": "a signed XML file"}[v.Kind]
	if len(v.Signers) == 1 {
		return what + " of one signer"
	}
	return fmt.Sprintf("%s of %d signers", what, len(v.Signers))
}

// signer prints who signed, the checks, the three facts and the conclusion.
func (p *printer) signer(v *signing.Verdict, i int) {
	s := v.Signers[i]
	switch {
	case v.Kind == "certificate":
		p.line("Certificate of")
	case len(v.Signers) == 1:
		p.line("Signed by")
	default:
		p.line("Signer %d of %d", i+1, len(v.Signers))
	}
	p.in(func() {
		if s.Identity == nil {
			p.line("unknown: the signer's certificate is not there")
		} else {
			p.identity(*s.Identity)
		}
		p.certificateInfo(s.Certificate, v.At)
		p.field("Signature", "%s", s.Algorithm)
		p.field("Level", "%s", s.Level)
		if !s.ClaimedTime.IsZero() {
			p.field("Claims", "to have signed on %s: the signer's word, relied on for nothing", moment(s.ClaimedTime))
		}
		if !s.BestSignatureTime.IsZero() && s.BestSignatureTime.Before(v.At) {
			p.field("Existed", "on %s: a trusted timestamp proves it", moment(s.BestSignatureTime))
		}
		if !s.RevokedSince.IsZero() {
			p.field("Revoked since", "%s: after the signature is known to have existed, when it was still good", moment(s.RevokedSince))
		}
		if !s.ExpiredSince.IsZero() {
			p.field("Expired", "%s: after the signature is known to have existed", moment(s.ExpiredSince))
		}
		for _, e := range s.Signed {
			p.field("Signs", "%s %s%s", e.Role, e.Path, others(e))
		}
		for _, part := range s.Unsigned {
			p.field("Not signed", "%s: %s", part.Path, part.What)
		}
	})
	p.timestamps("Timestamps", s.Timestamps)
	if len(s.CounterSignatures) > 0 {
		p.line("Countersignatures, counted for nothing")
		p.in(func() {
			for _, counter := range s.CounterSignatures {
				p.line("%s", indication(counter.Indication, counter.SubIndication))
			}
		})
	}
	p.line("Checks")
	p.in(func() {
		for _, check := range s.Checks {
			p.check(check)
		}
	})
	p.line("The three facts of the regulation (order № 159, ¶6(10))")
	p.in(func() {
		p.fact(s.Facts.ValidityPeriod, "the certificate is inside its validity period")
		p.fact(s.Facts.NotRevoked, "it is not in the list of revoked certificates")
		p.fact(s.Facts.IdentityMatch, "ИИН/БИН of the request and of the certificate agree")
		if lacking(s.Facts) {
			p.wrapped("", "Each that is not established is by itself the ground of the refusal RF-SIG.")
		}
	})
	p.field("Conclusion", "%s", indication(s.Indication, s.SubIndication))
	p.field("Acceptance", "%s", s.Acceptance)
	for _, check := range s.Checks {
		if check.Status == signing.CheckFailed || check.Status == signing.CheckUndetermined {
			p.wrapped("  because ", check.Title.EN+": "+check.Detail)
		}
	}
}

// timestamps prints what timestamps say and whether they are to be believed.
func (p *printer) timestamps(title string, all []signing.Timestamp) {
	if len(all) == 0 {
		return
	}
	p.line("%s", title)
	p.in(func() {
		for _, t := range all {
			name := string(t.Kind)
			if !t.GenTime.IsZero() {
				name += ", " + moment(t.GenTime)
			}
			p.line("%s: %s", name, indication(t.Indication, t.SubIndication))
			p.in(func() {
				p.field("By", "%s", t.Authority)
				p.field("Detail", "%s", t.Detail)
			})
		}
	})
}

func (p *printer) certificateInfo(info *signing.CertificateInfo, at time.Time) {
	if info == nil {
		return
	}
	p.field("Issued by", "%s", info.Issuer)
	p.field("Valid", "%s", period(info.NotBefore, info.NotAfter, at))
	p.field("Key", "%s", info.Key)
	p.field("Serial", "%s", info.Serial)
	p.field("SHA-256", "%s", info.SHA256)
}

// check prints one row: how it ended, the question, the answer, the rule.
func (p *printer) check(check signing.Check) {
	p.line("%s %s", checkMark(check.Status), check.Title.EN)
	p.in(func() {
		if check.Detail != "" {
			p.wrapped("", check.Detail)
		}
		if check.Evidence != nil {
			p.evidence(*check.Evidence)
		}
		p.wrapped("rule: ", check.Clause)
	})
}

// evidence prints what an answer rests on: in short the lists, in full also
// every step of the path and every digest.
func (p *printer) evidence(e signing.Evidence) {
	for i, step := range e.Path {
		if !p.explain {
			break
		}
		role := "issued by"
		switch {
		case i == 0:
			role = "certificate"
		case step.Anchor:
			role = "anchor"
		}
		p.wrapped(fmt.Sprintf("%d. ", i+1), fmt.Sprintf("%s: %s", role, step.Subject))
		p.in(func() {
			p.field("Valid", "%s to %s", moment(step.NotBefore), moment(step.NotAfter))
			p.field("Signed with", "%s", step.Algorithm)
			p.field("SHA-256", "%s", step.SHA256)
		})
	}
	for _, link := range e.Revocation {
		if p.explain {
			p.wrapped("", fmt.Sprintf("%s: %s%s", link.Subject, link.Status, because(link)))
		}
		for _, source := range link.Evidence {
			p.revocationEvidence(source)
		}
	}
}

func because(link signing.LinkStatus) string {
	switch {
	case link.Cause != "":
		return ", " + string(link.Cause)
	case !link.RevokedAt.IsZero():
		return ", revoked on " + moment(link.RevokedAt) + ", " + link.Reason
	}
	return ""
}

// revocationEvidence prints one list or response, and the delta that brings it
// up to date.
func (p *printer) revocationEvidence(e *revocation.Evidence) {
	for ; e != nil; e = e.Delta {
		text := e.Kind
		if e.Number != "" {
			text += " № " + e.Number
		}
		if !e.ThisUpdate.IsZero() {
			text += " of " + moment(e.ThisUpdate)
		}
		if !e.NextUpdate.IsZero() {
			text += ", good until " + moment(e.NextUpdate)
		}
		p.wrapped("evidence: ", text)
		if p.explain {
			p.in(func() {
				p.field("Issuer", "%s", e.Issuer)
				p.field("From", "%s", e.Source)
				p.field("SHA-256", "%s", e.SHA256)
			})
		}
	}
}

func checkMark(s signing.CheckStatus) string {
	switch s {
	case signing.CheckPassed:
		return "✓"
	case signing.CheckFailed:
		return "✗"
	case signing.CheckUndetermined:
		return "?"
	case signing.CheckWarning:
		return "!"
	}
	return "–"
}

func (p *printer) fact(status signing.FactStatus, what string) {
	mark, word := "–", "nobody asked"
	switch status {
	case signing.FactEstablished:
		mark, word = "✓", "established"
	case signing.FactRefuted:
		mark, word = "✗", "refuted"
	case signing.FactUnknown:
		mark, word = "?", "not known"
	}
	p.line("%s %s: %s", mark, what, word)
}

// lacking reports whether any of the facts stands in the way.
func lacking(f signing.Facts) bool {
	for _, fact := range []signing.FactStatus{f.ValidityPeriod, f.NotRevoked, f.IdentityMatch} {
		if fact == signing.FactRefuted || fact == signing.FactUnknown {
			return true
		}
	}
	return false
}

func indication(i signing.Indication, sub signing.SubIndication) string {
	if i == "" {
		return "No signature"
	}
	if sub == "" {
		return string(i)
	}
	return string(i) + ", " + string(sub)
}

// conclusion prints the verdict on the file as a whole.
func (p *printer) conclusion(v *signing.Verdict, languages []string) {
	p.line("%s", indication(v.Indication, v.SubIndication))
	p.in(func() {
		p.field("Acceptance", "%s", v.Acceptance)
		p.summary(v.Summary, languages)
	})
}

// others says which other signatures are part of what an XML signature covers.
func others(e signing.SignedElement) string {
	said := ""
	for _, list := range []struct {
		word    string
		signers []int
	}{{"with", e.WithSigners}, {"without", e.WithoutSigners}} {
		if len(list.signers) == 0 {
			continue
		}
		numbers := make([]string, len(list.signers))
		for i, n := range list.signers {
			numbers[i] = strconv.Itoa(n)
		}
		said += fmt.Sprintf(", %s the signature of signer %s", list.word, strings.Join(numbers, ", "))
	}
	return said
}

// summary prints a text in the languages asked for.
func (p *printer) summary(t signing.Text, languages []string) {
	texts := map[string]string{"kk": t.KK, "ru": t.RU, "en": t.EN}
	for _, lang := range languages {
		p.wrapped(lang+"  ", texts[lang])
	}
}
