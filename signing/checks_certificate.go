package signing

import (
	"cmp"
	"encoding/asn1"
	"slices"
	"strconv"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

func askChain(f *facts, p *Policy) finding {
	if f.certificate == nil {
		return undetermined(NoCertificateChainFound, "no certificate to start from")
	}
	if f.pathErr == nil {
		found := judgeAnchor(f, p)
		found.evidence = &Evidence{Path: pathSteps(f.path), OtherPaths: otherPaths(f.others)}
		for _, other := range f.others {
			found.detail += "; the path by " + strings.Join(names(other.path[1:]), ", ") + " does not hold: " + other.why.detail
		}
		return found
	}
	found := judgePathError(f.pathErr)
	for _, other := range f.pathErr.Others {
		found.detail += "; another path: " + other.Error()
	}
	return found
}

// names are those of certificates, for people.
func names(path certs.Path) []string {
	all := make([]string, len(path))
	for i, c := range path {
		all[i] = c.Subject.CommonName()
	}
	return all
}

// judgePathError says what it means that there is no path.
func judgePathError(err *certs.PathError) finding {
	switch err.Reason {
	case certs.ReasonIssuerExpired, certs.ReasonIssuerNotYet:
		return undetermined(OutOfBoundsNoPOE, "%v", err)
	case certs.ReasonNotCA, certs.ReasonKeyUsage, certs.ReasonPathLength, certs.ReasonCritical,
		certs.ReasonNameConstraints, certs.ReasonNameForm, certs.ReasonPolicyMapping, certs.ReasonPolicy:
		return undetermined(ChainConstraintsFailure, "%v", err)
	case certs.ReasonAlgorithm:
		return undetermined(CryptoConstraintsFailure, "%v", err)
	}
	return undetermined(NoCertificateChainFound, "%v", err)
}

// judgeAnchor keeps production and test authorities from being mixed silently.
func judgeAnchor(f *facts, p *Policy) finding {
	anchor := f.path.Anchor()
	said := strconv.Itoa(len(f.path)) + " certificates, anchor " + called(anchor)
	production := anchor.Describe().Production
	switch {
	case production:
		return passed(said + ", a production authority")
	case !f.mixed || p.MixedAnchors == LevelIgnore:
		return passed(said + ", no production authority")
	case p.MixedAnchors == LevelWarn:
		return warning("%s, no production authority, though such are trusted too", said)
	}
	return undetermined(ChainConstraintsFailure, "%s, no production authority, though such are trusted too", said)
}

// called is what people call the subject of a certificate, who may have no
// common name and no name at all.
func called(c *certs.Certificate) string {
	if name := c.Subject.CommonName(); name != "" {
		return name
	}
	return cmp.Or(c.Describe().Subject, "of the certificate "+serialHex(c.Serial))
}

// askValidityPeriod asks at the best signature time. A content timestamp made
// after the end proves the opposite: the signature came later.
func askValidityPeriod(f *facts, _ *Policy) finding {
	c := f.certificate
	switch {
	case c == nil:
		return undetermined(NoSigningCertificateFound, "no certificate")
	case f.poe.Before(c.NotBefore):
		return failed(NotYetValid, "valid from %s", c.NotBefore.Format(time.RFC3339))
	case f.token != nil && f.token.Info.GenTime.Before(c.NotBefore):
		return failed(NotYetValid, "valid from %s, and the timestamp claims to be older", c.NotBefore.Format(time.RFC3339))
	case f.poe.After(c.NotAfter) && (f.bare || f.notOlder.After(c.NotAfter)):
		return failed(Expired, "expired on %s", c.NotAfter.Format(time.RFC3339))
	case f.poe.After(c.NotAfter):
		return undetermined(OutOfBoundsNoPOE,
			"expired on %s, and nothing proves that the signature existed before", c.NotAfter.Format(time.RFC3339))
	case f.at.After(c.NotAfter):
		return passed(validity(c) + "; the signature is proved to have existed on " + f.poe.Format(time.RFC3339))
	}
	return passed(validity(c))
}

func validity(c *certs.Certificate) string {
	b := make([]byte, 0, 48)
	b = append(c.NotBefore.AppendFormat(b, time.RFC3339), " to "...)
	return string(c.NotAfter.AppendFormat(b, time.RFC3339))
}

func askRevocation(f *facts, p *Policy) finding {
	if f.pathErr != nil || f.certificate == nil {
		return undetermined(TryLater, "without a path there is no issuer whose list could be asked")
	}
	if len(f.revocation) == 0 {
		return notApplicable("the certificate is itself a trust anchor")
	}
	result := passed("")
	for i, a := range f.revocation {
		found := askLink(f, p, i, a)
		// That an authority was revoked explains why nothing is known below it.
		explains := result.sub == TryLater && found.sub != TryLater && severity(found.status) == severity(result.status)
		if i == 0 || worse(found, result) || explains {
			result = found
		}
	}
	result.evidence = &Evidence{Revocation: linkStatuses(f)}
	return result
}

func linkStatuses(f *facts) []LinkStatus {
	links := make([]LinkStatus, len(f.revocation))
	for i, a := range f.revocation {
		links[i] = LinkStatus{Subject: f.path[i].Describe().Subject, Status: a.Status, Cause: a.Cause, RevokedAt: a.RevokedAt}
		if !a.RevokedAt.IsZero() {
			links[i].Reason = a.Reason.String()
		}
		if a.Evidence != nil {
			links[i].Evidence = append([]*revocation.Evidence{a.Evidence}, a.More...)
		}
	}
	return links
}

// worse orders findings of the links of one path.
func worse(a, b finding) bool {
	return severity(a.status) > severity(b.status)
}

func severity(s CheckStatus) int {
	return slices.Index([]CheckStatus{CheckPassed, CheckWarning, CheckUndetermined, CheckFailed}, s)
}

// askLink judges the status of one certificate of the path; number 0 is the
// signer's.
func askLink(f *facts, p *Policy, number int, a revocation.Answer) finding {
	who := "the certificate"
	if number > 0 {
		who = "the authority " + called(f.path[number])
	}
	switch {
	case a.Status == revocation.Good && a.RevokedAt.IsZero():
		return askFreshness(f, p, who, a)
	case a.Status == revocation.Good:
		return askLaterRevocation(f, p, number, who, a)
	case a.Status == revocation.Revoked && number > 0:
		return undetermined(RevokedCANoPOE, "%s was %v", who, a)
	case a.Status == revocation.Revoked:
		return askRevoked(f, p, who, a)
	case number > 0 && a.Cause == revocation.CauseNoList && p.AuthorityWithoutList == LevelWarn:
		return warning("%s: no revocation list about it was supplied", who)
	case number > 0 && a.Cause == revocation.CauseNoList && p.AuthorityWithoutList == LevelIgnore:
		return passed(who + ": nobody was asked")
	case p.RevocationUnknown == LevelWarn && a.RevokedAt.IsZero():
		return warning("%s: %v", who, a)
	}
	return undetermined(TryLater, "%s: %v", who, a)
}

// askFreshness asks whether the information is about the time of the signature
// in the way that the policy wants.
func askFreshness(f *facts, p *Policy, who string, a revocation.Answer) finding {
	if p.RevocationFreshness == FreshIssuedAfter && f.stamped && a.Evidence != nil && a.Evidence.Newest().Before(f.poe) {
		return undetermined(TryLater, "%s: the revocation information was made on %s, before the signature was",
			who, a.Evidence.Newest().Format(time.RFC3339))
	}
	return passed(who + ": good")
}

// askLaterRevocation judges a certificate that was revoked after the signature
// is proved to have existed. For some reasons that proof is worth nothing: who
// had stolen the key could sign before the theft was noticed. A timestamp is
// known to be older by another authority's word, which does not depend on the
// key (EN 319 102-1 section 5.6.2.4).
func askLaterRevocation(f *facts, p *Policy, number int, who string, a revocation.Answer) finding {
	if f.token != nil || !p.refusesLater(a) {
		return passed(who + ": " + a.String())
	}
	sub := RevokedNoPOE
	if number > 0 {
		sub = RevokedCANoPOE
	}
	return undetermined(sub, "%s was revoked on %s; for the reason %s an earlier signature does not count either",
		who, a.RevokedAt.Format(time.RFC3339), a.Reason)
}

// askRevoked judges a signer's certificate that was revoked by the time when
// the signature is proved to have existed.
func askRevoked(f *facts, p *Policy, who string, a revocation.Answer) finding {
	switch {
	case a.Reason == revocation.NeverIssued:
		return failed(Revoked, "%s was never issued, says its authority", who)
	case f.bare:
		return failed(Revoked, "%s was %v", who, a)
	case !f.notOlder.IsZero() && !f.notOlder.Before(a.RevokedAt):
		return failed(Revoked, "%s was %v, and a content timestamp proves that it signed later", who, a)
	case f.stamped && f.token == nil && p.RevokedBeforeTimestamp == TotalFailed:
		return failed(Revoked, "%s was %v, before the signature was timestamped on %s", who, a, f.poe.Format(time.RFC3339))
	}
	return undetermined(RevokedNoPOE, "%s was %v, and nothing proves that the signature existed before", who, a)
}

func askKeyUsage(f *facts, p *Policy) finding {
	if f.certificate == nil {
		return undetermined(NoSigningCertificateFound, "no certificate")
	}
	usage := strings.Join(f.certificate.Describe().KeyUsage, ", ")
	switch {
	case usage == "" && f.certificate.HasKeyUsage:
		usage = "its key usage names nothing"
	case usage == "":
		usage = "its certificate has no key usage"
	}
	switch {
	case p.KeyUse == certs.UseLogin && f.certificate.MayLogIn():
		return passed(usage)
	case p.KeyUse == certs.UseLogin:
		return failed(ChainConstraintsFailure, "the key is not for logging in: %s", usage)
	case f.identity.KeyUse == certs.UseSigning:
		return passed(usage)
	case f.bare:
		return notApplicable("a certificate on its own: " + usage)
	case p.KeyUsageMissing != LevelFail && !f.certificate.HasKeyUsage && !f.certificate.CA && forDocuments(f.certificate):
		return warning("%s, which the policy %s lets pass", usage, p.Name).atLevel(p.KeyUsageMissing)
	case f.identity.KeyUse == certs.UseLogin:
		return failed(ChainConstraintsFailure, "the key is for logging in only: %s", usage)
	}
	return failed(ChainConstraintsFailure, "the key is not for signing: %s", usage)
}

// documentUsages are the extended key usages that do not speak against signing
// documents: any, email protection, document signing (RFC 9336), and those of
// Adobe and Microsoft for it.
var documentUsages = []string{"2.5.29.37.0", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.2.840.113583.1.1.5", "1.3.6.1.4.1.311.10.3.12"}

// forDocuments says whether the extended key usage of a certificate, if it has
// any, allows to sign documents.
func forDocuments(c *certs.Certificate) bool {
	return len(c.ExtKeyUsage) == 0 || slices.ContainsFunc(c.ExtKeyUsage, func(id asn1.ObjectIdentifier) bool {
		return slices.Contains(documentUsages, id.String())
	})
}

// askTimestampingUsage asks what RFC 3161 section 2.3 wants of an authority's
// certificate: the extended key usage is critical and names nothing but
// timestamping, which its path allows, and the key is for nothing but that.
func askTimestampingUsage(f *facts, _ *Policy) finding {
	c := f.certificate
	if c == nil {
		return undetermined(NoSigningCertificateFound, "no certificate")
	}
	if len(c.ExtKeyUsage) != 1 || !c.ExtKeyUsage[0].Equal(oidTimeStamping) {
		return undetermined(ChainConstraintsFailure, "the certificate is not for timestamping alone")
	}
	critical := slices.ContainsFunc(c.Extensions, func(e certs.Extension) bool { return e.ID.Equal(oidExtKeyUsage) && e.Critical })
	switch {
	case !critical:
		return undetermined(ChainConstraintsFailure, "the extended key usage is not critical")
	case c.HasKeyUsage && c.KeyUsage&(certs.DigitalSignature|certs.NonRepudiation) == 0:
		return undetermined(ChainConstraintsFailure, "the key usage does not allow signatures")
	case c.CA || c.KeyUsage&(certs.KeyCertSign|certs.CRLSign) != 0:
		return undetermined(ChainConstraintsFailure, "the certificate is that of a certification authority")
	case !f.path.Permits(oidTimeStamping):
		return undetermined(ChainConstraintsFailure, "an authority above it may not issue certificates for timestamping")
	}
	return passed("timeStamping, critical and alone")
}
