package signing

import (
	"crypto/rsa"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// CheckName names a question of the table.
type CheckName string

// The questions, in the order in which they are asked.
const (
	CheckFormat             CheckName = "format"
	CheckSignatureValue     CheckName = "signature_value"
	CheckSigningCertificate CheckName = "signing_certificate"
	CheckChain              CheckName = "chain"
	CheckValidityPeriod     CheckName = "validity_period"
	CheckRevocation         CheckName = "revocation"
	CheckKeyUsage           CheckName = "key_usage"
	CheckPolicy             CheckName = "policy"
	CheckTimestamp          CheckName = "timestamp"
	CheckIdentity           CheckName = "identity"
	CheckRole               CheckName = "role"
)

// check is one row of the table: a question, the rule behind it, and how it is
// answered from the facts.
type check struct {
	name   CheckName
	clause string
	title  Text
	ask    func(*facts, *Policy) finding
}

// finding is the answer to a check. Indication and sub are what the verdict
// becomes when the check is not fulfilled and its level is FAIL.
type finding struct {
	status     CheckStatus
	indication Indication
	sub        SubIndication
	detail     string
	evidence   *Evidence
}

// checkTable returns the questions in order. To add one: a line here, a
// function below, a vector in the tests.
func checkTable() []check {
	return []check{
		{CheckFormat, "RFC 5652 §5; EN 319 102-1 §5.2.2", Text{
			"Құжат пен қолтаңба пішімі", "Формат документа и подписи", "Format of the file and of the signature"}, askFormat},
		{CheckSignatureValue, "RFC 5652 §5.6; EN 319 102-1 §5.2.7; order № 500/НҚ ¶16", Text{
			"Қолтаңба мәні", "Значение подписи", "Signature value"}, askSignatureValue},
		{CheckSigningCertificate, "RFC 5035 §3; EN 319 102-1 §5.2.3", Text{
			"Қол қоюшының сертификаты", "Сертификат подписавшего", "Signing certificate"}, askSigningCertificate},
		{CheckChain, "RFC 5280 §6.1; order № 500/НҚ ¶16", Text{
			"Сенімді түбірге дейінгі тізбек", "Цепочка до доверенного корня", "Path to a trust anchor"}, askChain},
		{CheckValidityPeriod, "RFC 5280 §4.1.2.5; order № 159 ¶6(10); order № 500/НҚ ¶16", Text{
			"Сертификаттың қолданылу мерзімі", "Срок действия сертификата", "Validity period of the certificate"}, askValidityPeriod},
		{CheckRevocation, "RFC 5280 §6.3; order № 159 ¶6(10); order № 500/НҚ ¶16, ¶18", Text{
			"Қайтарып алынған (күші жойылған) сертификаттар тізімі", "Список отозванных (аннулированных) сертификатов", "List of revoked certificates"}, askRevocation},
		{CheckKeyUsage, "RFC 5280 §4.2.1.3; order № 500/НҚ ¶16", Text{
			"Кілттің қол қоюға арналуы", "Назначение ключа для подписи", "Key is for signing"}, askKeyUsage},
		{CheckPolicy, "EN 319 102-1 §5.2.8; order № 500/НҚ ¶16", Text{
			"Алгоритмдер мен сертификат саясаты", "Алгоритмы и политика сертификата", "Algorithms and certificate policy"}, askPolicy},
		{CheckTimestamp, "RFC 3161; EN 319 102-1 §5.4", Text{
			"Уақыт белгісі", "Метка времени", "Timestamp"}, askTimestamp},
		{CheckIdentity, "order № 159 ¶6(10)", Text{
			"ЖСН/БСН сәйкестігі", "Соответствие ИИН/БИН", "IIN/BIN match"}, askIdentity},
		{CheckRole, "order № 500/НҚ ¶16", Text{
			"Қол қоюшының өкілеттігі", "Полномочие подписавшего", "Role of the signer"}, askRole},
	}
}

func passed(format string, args ...any) finding {
	return finding{status: CheckPassed, detail: fmt.Sprintf(format, args...)}
}

func failed(sub SubIndication, format string, args ...any) finding {
	return finding{status: CheckFailed, indication: TotalFailed, sub: sub, detail: fmt.Sprintf(format, args...)}
}

func undetermined(sub SubIndication, format string, args ...any) finding {
	return finding{status: CheckUndetermined, indication: Indeterminate, sub: sub, detail: fmt.Sprintf(format, args...)}
}

func notApplicable(format string, args ...any) finding {
	return finding{status: CheckNotApplicable, detail: fmt.Sprintf(format, args...)}
}

func warning(format string, args ...any) finding {
	return finding{status: CheckWarning, detail: fmt.Sprintf(format, args...)}
}

func askFormat(f *facts, _ *Policy) finding {
	switch {
	case len(f.format) > 0:
		return failed(FormatFailure, "%s", strings.Join(f.format, "; "))
	case f.later != "":
		// What was added may be harmless; this verifier does not compare
		// revisions, so it cannot tell.
		return undetermined(SigConstraintsFailure, "%s", f.later)
	}
	return passed("")
}

func askSignatureValue(f *facts, _ *Policy) finding {
	switch {
	case f.bare:
		return notApplicable("a certificate on its own")
	case f.digestErr != nil:
		return failed(HashFailure, "%v", f.digestErr)
	case f.valueErr != nil:
		return failed(SigCryptoFailure, "%v", f.valueErr)
	case f.noContent:
		return undetermined(SignedDataNotFound, "the signature is detached and the signed content was not supplied")
	case f.algErr != nil:
		return undetermined(CryptoConstraintsFailure, "%v", f.algErr)
	case f.certificate == nil:
		return undetermined(NoSigningCertificateFound, "without the signer's certificate the value cannot be verified")
	case f.signer.SignedDER == nil:
		return undetermined(FormatFailure, "nothing to verify without signed attributes")
	}
	return passed("%s", f.algorithm.Name())
}

func askSigningCertificate(f *facts, _ *Policy) finding {
	switch {
	case f.bare:
		return notApplicable("a certificate on its own")
	case f.certificate == nil:
		return undetermined(NoSigningCertificateFound, "the certificate that the signer is named by is not in the file")
	case f.essErr != nil:
		return undetermined(NoSigningCertificateFound, "%v", f.essErr)
	case f.essMissing:
		// Whether that is acceptable is a question of policy, below.
		return warning("no signing-certificate attribute binds the certificate to the signature")
	}
	return passed("")
}

func askChain(f *facts, p *Policy) finding {
	if f.certificate == nil {
		return undetermined(NoCertificateChainFound, "no certificate to start from")
	}
	if f.pathErr == nil {
		found := judgeAnchor(f, p)
		found.evidence = &Evidence{Path: pathSteps(f.path)}
		return found
	}
	switch f.pathErr.Reason {
	case certs.ReasonIssuerExpired, certs.ReasonIssuerNotYet:
		return undetermined(OutOfBoundsNoPOE, "%v", f.pathErr)
	case certs.ReasonNotCA, certs.ReasonKeyUsage, certs.ReasonPathLength, certs.ReasonCritical,
		certs.ReasonNameConstraints, certs.ReasonNameForm, certs.ReasonPolicyMapping, certs.ReasonPolicy:
		return undetermined(ChainConstraintsFailure, "%v", f.pathErr)
	case certs.ReasonAlgorithm:
		return undetermined(CryptoConstraintsFailure, "%v", f.pathErr)
	}
	return undetermined(NoCertificateChainFound, "%v", f.pathErr)
}

// judgeAnchor keeps production and test authorities from being mixed silently.
func judgeAnchor(f *facts, p *Policy) finding {
	anchor := f.path.Anchor()
	said := fmt.Sprintf("%d certificates, anchor %s", len(f.path), anchor.Subject.CommonName())
	_, production := anchor.National()
	switch {
	case production:
		return passed("%s, a production authority", said)
	case !f.mixed || p.MixedAnchors == LevelIgnore:
		return passed("%s, no production authority", said)
	case p.MixedAnchors == LevelWarn:
		return warning("%s, no production authority, though such are trusted too", said)
	}
	return undetermined(ChainConstraintsFailure, "%s, no production authority, though such are trusted too", said)
}

func pathSteps(path certs.Path) []PathStep {
	steps := make([]PathStep, len(path))
	for i, c := range path {
		fp := c.Fingerprint()
		name := c.Algorithm.OID.String()
		if alg, err := certs.ParseAlgorithm(c.Algorithm); err == nil {
			name = alg.Name()
		}
		steps[i] = PathStep{
			Subject: c.Subject.String(), SHA256: hex.EncodeToString(fp[:]), Algorithm: name,
			NotBefore: c.NotBefore, NotAfter: c.NotAfter, Anchor: i == len(path)-1,
		}
	}
	return steps
}

func askValidityPeriod(f *facts, _ *Policy) finding {
	c := f.certificate
	switch {
	case c == nil:
		return undetermined(NoSigningCertificateFound, "no certificate")
	case f.at.Before(c.NotBefore):
		return failed(NotYetValid, "valid from %s", c.NotBefore.Format(time.RFC3339))
	case f.at.After(c.NotAfter) && f.bare:
		return failed(Expired, "expired on %s", c.NotAfter.Format(time.RFC3339))
	case f.at.After(c.NotAfter):
		return undetermined(OutOfBoundsNoPOE,
			"expired on %s, and nothing proves that the signature existed before", c.NotAfter.Format(time.RFC3339))
	}
	return passed("%s to %s", c.NotBefore.Format(time.RFC3339), c.NotAfter.Format(time.RFC3339))
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
		if found := askLink(f, p, i, a); i == 0 || worse(found, result) {
			result = found
		}
	}
	result.evidence = &Evidence{Revocation: linkStatuses(f)}
	return result
}

func linkStatuses(f *facts) []LinkStatus {
	links := make([]LinkStatus, len(f.revocation))
	for i, a := range f.revocation {
		links[i] = LinkStatus{Subject: f.path[i].Subject.String(), Status: a.Status, Cause: a.Cause, RevokedAt: a.RevokedAt}
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
	order := map[CheckStatus]int{CheckPassed: 0, CheckWarning: 1, CheckUndetermined: 2, CheckFailed: 3}
	return order[a.status] > order[b.status]
}

// askLink judges the status of one certificate of the path; number 0 is the
// signer's.
func askLink(f *facts, p *Policy, number int, a revocation.Answer) finding {
	who := "the certificate"
	if number > 0 {
		who = "the authority " + f.path[number].Subject.CommonName()
	}
	switch {
	case a.Status == revocation.Good:
		return passed("%s: %v", who, a)
	case a.Status == revocation.Revoked && number > 0:
		return undetermined(RevokedCANoPOE, "%s was %v", who, a)
	case a.Status == revocation.Revoked && f.bare:
		return failed(Revoked, "%s was %v", who, a)
	case a.Status == revocation.Revoked:
		return undetermined(RevokedNoPOE, "%s was %v, and nothing proves that the signature existed before", who, a)
	case number > 0 && a.Cause == revocation.CauseNoList && p.AuthorityWithoutList == LevelWarn:
		return warning("%s: no revocation list about it was supplied", who)
	case number > 0 && a.Cause == revocation.CauseNoList && p.AuthorityWithoutList == LevelIgnore:
		return passed("%s: nobody was asked", who)
	case p.RevocationUnknown == LevelWarn:
		return warning("%s: %v", who, a)
	}
	return undetermined(TryLater, "%s: %v", who, a)
}

func askKeyUsage(f *facts, _ *Policy) finding {
	if f.certificate == nil {
		return undetermined(NoSigningCertificateFound, "no certificate")
	}
	usage := strings.Join(f.certificate.KeyUsage.Names(), ", ")
	switch {
	case f.identity.KeyUse == certs.UseSigning:
		return passed("%s", usage)
	case f.bare:
		return notApplicable("a certificate on its own: %s", usage)
	case f.identity.KeyUse == certs.UseLogin:
		return failed(ChainConstraintsFailure, "the key is for logging in only: %s", usage)
	}
	return failed(ChainConstraintsFailure, "the key is not for signing: %s", usage)
}

func askPolicy(f *facts, p *Policy) finding {
	if f.certificate == nil {
		return undetermined(NoSigningCertificateFound, "no certificate")
	}
	for _, role := range p.RefusedRoles {
		if f.identity.HasRole(role) {
			return failed(ChainConstraintsFailure, "certificates of the role %s are not accepted here", role)
		}
	}
	if f.essMissing && p.missingSigningCertificate(f.at) == LevelFail {
		return undetermined(SigConstraintsFailure, "a signature received now must carry the signing-certificate attribute")
	}
	if f.algErr == nil && !f.bare && !p.digestAllowed(f.algorithm.Digest.Name, f.at) {
		return undetermined(CryptoConstraintsFailure, "%s was no longer to be relied on", f.algorithm.Digest.Name)
	}
	for _, c := range f.path[:max(len(f.path)-1, 0)] {
		if alg, err := certs.ParseAlgorithm(c.Algorithm); err == nil && !p.digestAllowed(alg.Digest.Name, f.at) {
			return undetermined(CryptoConstraintsFailure, "a certificate of the path is signed over %s", alg.Digest.Name)
		}
	}
	for _, c := range append(certs.Path{f.certificate}, f.path...) {
		if k, ok := c.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() < p.MinimumRSABits {
			return undetermined(CryptoConstraintsFailure, "an RSA key of %d bits", k.N.BitLen())
		}
	}
	if p.certificatePolicyAllowed(f.certificate) || p.CertificatePolicyMissing == LevelIgnore {
		return passed("")
	}
	if p.CertificatePolicyMissing == LevelWarn {
		return warning("the certificate carries none of the national certificate policies")
	}
	return undetermined(ChainConstraintsFailure, "the certificate carries none of the national certificate policies")
}

func askTimestamp(f *facts, _ *Policy) finding {
	if f.timestamps == 0 {
		return notApplicable("none; the time of receipt counts")
	}
	return warning("%d present, not evaluated and relied on for nothing; the time of receipt counts", f.timestamps)
}

func askIdentity(f *facts, _ *Policy) finding {
	switch {
	case f.question.IIN == "" && f.question.BIN == "":
		return notApplicable("no IIN or BIN was asked about")
	case f.certificate == nil:
		return undetermined(NoSigningCertificateFound, "no certificate")
	case f.expected == identityOfAnother:
		return notApplicable("another signer of this file is the expected person")
	case f.expected == identityAgrees:
		return passed("")
	}
	var which []string
	if f.question.IIN != "" && f.identity.IIN != string(f.question.IIN) {
		which = append(which, "IIN")
	}
	if f.question.BIN != "" && f.identity.BIN != string(f.question.BIN) {
		which = append(which, "BIN")
	}
	return failed(SigConstraintsFailure, "%s of the request and of the certificate differ", strings.Join(which, " and "))
}

func askRole(f *facts, _ *Policy) finding {
	switch {
	case f.question.Role == "":
		return notApplicable("no role was asked about")
	case f.certificate == nil:
		return undetermined(NoSigningCertificateFound, "no certificate")
	case f.identity.HasRole(f.question.Role):
		return passed("%s", f.question.Role)
	}
	return failed(SigConstraintsFailure, "the certificate does not name the role %s", f.question.Role)
}
