package signing

import (
	"tamga/certs"
	"tamga/signing/cms"
)

// The levels of CMS signatures (EN 319 122-1 section 6). A level is named when
// everything that it is made of proves something under the policy and the
// anchors of the question: a timestamp that is not trusted makes no B-T.
// Signatures that are no CAdES baseline signatures are named with the reason.
const (
	LevelCAdESBB  = "CAdES-B-B"
	LevelCAdESBT  = "CAdES-B-T"
	LevelCAdESLT  = "CAdES-B-LT"
	LevelCAdESLTA = "CAdES-B-LTA"
)

// cmsLevel names the level of a CMS signature, or says why it is not CAdES
// baseline (EN 319 122-1 section 6.3, table 1).
func (c *container) cmsLevel(f *facts) string {
	si := f.signer
	why := ""
	switch {
	case si.SignedDER == nil:
		why = "no signed attributes"
	case !si.Has(cms.OIDContentType) || !si.Has(cms.OIDMessageDigest):
		why = "content-type or message-digest is missing"
	case !si.Has(cms.OIDSigningCertificateV2) && !si.Has(cms.OIDSigningCertificate):
		why = "no signing-certificate attribute"
	case !si.Has(cms.OIDSigningTime):
		why = "no signing-time attribute"
	case !c.carriesSigner(f.certificate):
		why = "the signer's certificate is not in the file"
	default:
		return [...]string{LevelCAdESBB, LevelCAdESBT, LevelCAdESLT, LevelCAdESLTA}[f.step()]
	}
	return "CMS signature, not CAdES: " + why
}

func (c *container) carriesSigner(cert *certs.Certificate) bool {
	if cert == nil {
		return false
	}
	for _, raw := range c.sd.Certificates {
		if string(raw) == string(cert.Raw) {
			return true
		}
	}
	return false
}

// step returns how many of the steps after B-B were reached: a trusted
// timestamp over the signature; all that proves signer and timestamps in the
// file; a trusted timestamp over that.
func (f *facts) step() int {
	switch {
	case !f.timestamped():
		return 0
	case !f.complete || !f.stampsComplete():
		return 1
	case !f.archived:
		return 2
	}
	return 3
}

// timestamped reports whether a trusted timestamp is over the signature itself.
func (f *facts) timestamped() bool {
	if f.covered {
		return true
	}
	for i := range f.timestamps {
		if f.timestamps[i].Kind == TimestampSignature && f.timestamps[i].Trusted() {
			return true
		}
	}
	return false
}

// stampsComplete reports whether the file carries what proves one trusted
// timestamp over the signature.
func (f *facts) stampsComplete() bool {
	for i := range f.timestamps {
		t := &f.timestamps[i]
		if t.Kind == TimestampSignature && t.Trusted() && t.complete {
			return true
		}
	}
	return f.coveredComplete
}
