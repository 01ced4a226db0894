package signing

import (
	"fmt"
	"strings"

	"tamga/certs"
)

// CheckName names a question of the tables.
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

	// Asked about timestamps only.
	CheckImprint CheckName = "imprint"
	CheckGenTime CheckName = "generation_time"
)

// check is one row of a table: a question, the rule behind it, and how it is
// answered from the facts.
type check struct {
	name   CheckName
	clause string
	title  string // key of its words
	ask    func(*facts, *Policy) finding
}

// finding is the answer to a check. When the check is not fulfilled and its level
// is FAIL, sub is what the verdict becomes, and a status of failed refuses what
// was asked for, where undetermined leaves it open.
type finding struct {
	status   CheckStatus
	sub      SubIndication
	detail   string
	evidence *Evidence
}

// indication is what EN 319 102-1 calls a finding that is not fulfilled.
func (found finding) indication() Indication { return indicationOf(found.sub) }

// gravity orders findings that are not fulfilled: what is known to be bad
// decides before what the policy refuses, and that before what is open.
func (found finding) gravity() int {
	switch {
	case found.status == CheckFailed && found.indication() == TotalFailed:
		return 3
	case found.status == CheckFailed:
		return 2
	case found.status == CheckUndetermined:
		return 1
	}
	return 0
}

// signerTable are the questions about a signer, in order. To add one: a line
// here, a function below, a vector in the tests.
var signerTable = []check{
	{CheckFormat, "RFC 5652 §5; EN 319 102-1 §5.2.2", "signing.check.format", askFormat},
	{CheckSignatureValue, "RFC 5652 §5.6; EN 319 102-1 §5.2.7; order № 500/НҚ ¶16", "signing.check.signature_value", askSignatureValue},
	{CheckSigningCertificate, "RFC 5035 §3; EN 319 102-1 §5.2.3", "signing.check.signing_certificate", askSigningCertificate},
	{CheckChain, "RFC 5280 §6.1; order № 500/НҚ ¶16", titleChain, askChain},
	{CheckValidityPeriod, "RFC 5280 §4.1.2.5; order № 159 ¶6(10); order № 500/НҚ ¶16", titleValidity, askValidityPeriod},
	{CheckRevocation, "RFC 5280 §6.3; order № 159 ¶6(10); order № 500/НҚ ¶16, ¶18", titleRevocation, askRevocation},
	{CheckKeyUsage, "RFC 5280 §4.2.1.3; order № 500/НҚ ¶16", "signing.check.key_usage", askKeyUsage},
	{CheckPolicy, "EN 319 102-1 §5.2.8; order № 500/НҚ ¶16", titlePolicy, askPolicy},
	{CheckTimestamp, "RFC 3161; EN 319 102-1 §5.4, §5.5", "signing.check.timestamp", askTimestamp},
	{CheckIdentity, "order № 159 ¶6(10)", "signing.check.identity", askIdentity},
	{CheckRole, "order № 500/НҚ ¶16", "signing.check.role", askRole},
}

// tokenTable are the questions about a timestamp.
var tokenTable = []check{
	{CheckFormat, "RFC 3161 §2.4.2; EN 319 102-1 §5.4", "signing.check.stamp.format", askFormat},
	{CheckImprint, "RFC 3161 §2.4.2; EN 319 102-1 §5.5.4", "signing.check.stamp.imprint", askImprint},
	{CheckSignatureValue, "RFC 5652 §5.6; RFC 3161 §2.4.2", "signing.check.stamp.signature_value", askSignatureValue},
	{CheckSigningCertificate, "RFC 3161 §2.4.2; RFC 5816; RFC 5035 §3", "signing.check.stamp.signing_certificate", askSigningCertificate},
	{CheckGenTime, "RFC 3161 §2.4.2; EN 319 102-1 §5.5.4", "signing.check.stamp.generation_time", askGenTime},
	{CheckChain, "RFC 5280 §6.1", titleChain, askChain},
	{CheckValidityPeriod, "RFC 5280 §4.1.2.5; EN 319 102-1 §5.6.2", titleValidity, askValidityPeriod},
	{CheckRevocation, "RFC 5280 §6.3; EN 319 102-1 §5.6.2", titleRevocation, askRevocation},
	{CheckKeyUsage, "RFC 3161 §2.3", "signing.check.stamp.key_usage", askTimestampingUsage},
	{CheckPolicy, "EN 319 102-1 §5.2.8", titlePolicy, askAlgorithms},
}

// Titles that both tables use.
const (
	titleChain      = "signing.check.chain"
	titleValidity   = "signing.check.validity_period"
	titleRevocation = "signing.check.revocation"
	titlePolicy     = "signing.check.policy"
)

// passed says why a check is fulfilled; detail is no format.
func passed(detail string) finding { return finding{status: CheckPassed, detail: detail} }

// failed says that a signature is bad, or that the policy refuses it; which of
// them, says the sub-indication.
func failed(sub SubIndication, format string, args ...any) finding {
	return finding{status: CheckFailed, sub: sub, detail: fmt.Sprintf(format, args...)}
}

// undetermined says what is not known, under a sub-indication of INDETERMINATE.
func undetermined(sub SubIndication, format string, args ...any) finding {
	return finding{status: CheckUndetermined, sub: sub, detail: fmt.Sprintf(format, args...)}
}

// notApplicable says why there is nothing to ask; detail is no format.
func notApplicable(detail string) finding {
	return finding{status: CheckNotApplicable, detail: detail}
}

func warning(format string, args ...any) finding {
	return finding{status: CheckWarning, detail: fmt.Sprintf(format, args...)}
}

// atLevel makes a finding that is not fulfilled what a policy says it is.
func (found finding) atLevel(level Level) finding {
	switch level {
	case LevelWarn:
		return warning("%s", found.detail)
	case LevelIgnore:
		return passed(found.detail)
	}
	return found
}

func askFormat(f *facts, _ *Policy) finding {
	switch {
	case len(f.format) > 0:
		return failed(FormatFailure, "%s", strings.TrimSuffix(strings.Join(append(f.format, f.changed), "; "), "; "))
	case f.changed != "":
		return failed(SigConstraintsFailure, "%s", f.changed)
	case len(f.unread) > 0:
		return undetermined(SigConstraintsFailure, "%s", strings.Join(f.unread, "; "))
	case f.later != "":
		return undetermined(SigConstraintsFailure, "%s", f.later)
	case len(f.tolerated) > 0:
		return warning("%s", strings.TrimSuffix(strings.Join(append(f.tolerated, f.kept), "; "), "; "))
	}
	return passed(f.kept)
}

func askSignatureValue(f *facts, _ *Policy) finding {
	switch {
	case f.digestErr != nil:
		return failed(HashFailure, "%v", f.digestErr)
	case f.bare:
		return notApplicable("a certificate on its own")
	case f.valueErr != nil:
		return failed(SigCryptoFailure, "%v", f.valueErr)
	case f.signer == nil && len(f.unread) > 0:
		return undetermined(SigConstraintsFailure, "the signature was not read")
	case f.signer == nil && f.xml == nil:
		return failed(FormatFailure, "there is no signature that could be verified")
	case f.algErr != nil:
		return undetermined(CryptoConstraintsFailure, "%v", f.algErr)
	case f.noContent != "":
		return undetermined(SignedDataNotFound, "%s", f.noContent)
	case f.certificate == nil:
		return undetermined(NoSigningCertificateFound, "without the signer's certificate the value cannot be verified")
	}
	return passed(f.algorithm.Name())
}

func askSigningCertificate(f *facts, _ *Policy) finding {
	switch {
	case f.bare:
		return notApplicable("a certificate on its own")
	case f.essErr != nil:
		return undetermined(NoSigningCertificateFound, "%v", f.essErr)
	case f.certificate == nil && f.signer == nil && f.xml == nil:
		return undetermined(NoSigningCertificateFound, "the signature could not be read, nor whom it names")
	case f.certificate == nil:
		return undetermined(NoSigningCertificateFound, "the certificate that the signer is named by is not in the file")
	case f.rival != nil:
		return undetermined(NoSigningCertificateFound,
			"no attribute says which certificate of the key signed: that of %s or that of %s", f.certificate.Subject, f.rival.Subject)
	case f.essMissing && f.token != nil:
		return undetermined(SigConstraintsFailure, "a timestamp must carry the signing-certificate attribute")
	case f.essMissing:
		// Whether that is acceptable is a question of policy, below.
		return warning("no signing-certificate attribute binds the certificate to the signature")
	}
	if missing := f.unnamedIssuers(); len(missing) > 0 {
		return warning("the signing-certificate attribute lists the path and leaves out %s", missing[0].Subject)
	}
	return passed("")
}

func askIdentity(f *facts, _ *Policy) finding {
	switch {
	case !f.question.expects():
		return notApplicable("no IIN or BIN was asked about")
	case f.certificate == nil:
		return undetermined(NoSigningCertificateFound, "no certificate")
	case f.expected == identityOfAnother:
		return notApplicable("another signer of this file is the expected person")
	case f.expected == identityAgrees:
		return passed("")
	case f.expected == identityUntold:
		return undetermined(SigConstraintsFailure, "the certificate names nobody by such an identifier, so that it cannot be told whose it is")
	}
	var which []string
	if f.question.IIN != "" && f.identity.IIN != string(f.question.IIN) {
		which = append(which, "IIN")
	}
	if f.question.BIN != "" && f.identity.BIN != string(f.question.BIN) {
		which = append(which, "BIN")
	}
	if f.identity.Match(f.question.Identifier) == certs.MatchDiffers {
		which = append(which, "identifier")
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
		return passed(string(f.question.Role))
	}
	return failed(SigConstraintsFailure, "the certificate does not name the role %s", f.question.Role)
}
