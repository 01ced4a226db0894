package signing

import (
	"fmt"
	"time"
)

// SimpleReport is a verdict in the outline of a simple report of ETSI EN 319
// 102-2: one entry a signature. It is derived from the verdict and judges
// nothing.
type SimpleReport struct {
	ValidationTime       time.Time         `json:"validation_time"`
	ValidationPolicy     string            `json:"validation_policy"`
	Kind                 string            `json:"kind"`                 // as in [Verdict]
	Indication           Indication        `json:"indication,omitempty"` // "" when there is nothing to judge
	SubIndication        SubIndication     `json:"sub_indication,omitempty"`
	SignaturesCount      int               `json:"signatures_count"`
	ValidSignaturesCount int               `json:"valid_signatures_count"`
	Signatures           []SimpleSignature `json:"signatures"`
	Timestamps           []SimpleTimestamp `json:"timestamps,omitempty"` // of the file as a whole
}

// SimpleSignature is one signature of a [SimpleReport].
type SimpleSignature struct {
	ID                string            `json:"id"` // "S-1" is the first of the file
	Indication        Indication        `json:"indication"`
	SubIndication     SubIndication     `json:"sub_indication,omitempty"`
	BestSignatureTime time.Time         `json:"best_signature_time,omitzero"`
	ClaimedTime       time.Time         `json:"claimed_signing_time,omitzero"`
	SignedBy          string            `json:"signed_by,omitempty"`
	Level             string            `json:"signature_level,omitempty"`
	Scope             string            `json:"signature_scope"`
	Errors            []string          `json:"errors,omitempty"`
	Warnings          []string          `json:"warnings,omitempty"`
	Timestamps        []SimpleTimestamp `json:"timestamps,omitempty"`
}

// SimpleTimestamp is one timestamp of a [SimpleReport].
type SimpleTimestamp struct {
	ID             string        `json:"id"` // "S-1-T-2" is the second of the first signature, "T-1" the first of the file
	Kind           TimestampKind `json:"kind"`
	ProductionTime time.Time     `json:"production_time,omitzero"`
	ProducedBy     string        `json:"produced_by,omitempty"`
	Indication     Indication    `json:"indication"`
	SubIndication  SubIndication `json:"sub_indication,omitempty"`
	Error          string        `json:"error,omitempty"`
}

// SimpleReport returns the verdict as a simple report.
func (v *Verdict) SimpleReport() *SimpleReport {
	r := &SimpleReport{
		ValidationTime: v.At, ValidationPolicy: v.Policy, Kind: v.Kind, Indication: v.Indication, SubIndication: v.SubIndication,
		SignaturesCount: len(v.Signers), Signatures: []SimpleSignature{}, Timestamps: simpleTimestamps("", v.Timestamps),
	}
	for i := range v.Signers {
		s := &v.Signers[i]
		if s.Indication == TotalPassed {
			r.ValidSignaturesCount++
		}
		r.Signatures = append(r.Signatures, simpleSignature(signatureID(i), v.scope(), s))
	}
	return r
}

func signatureID(i int) string { return fmt.Sprintf("S-%d", i+1) }

func timestampID(owner string, i int) string {
	if owner != "" {
		owner += "-"
	}
	return fmt.Sprintf("%sT-%d", owner, i+1)
}

// scope says what a signature of the verdict's kind of file is over.
func (v *Verdict) scope() string {
	switch v.Kind {
	case "pdf":
		return "the revision of the document that the signature ends"
	case "certificate":
		return "the certificate"
	}
	return "the whole content"
}

func simpleSignature(id, scope string, s *Signer) SimpleSignature {
	out := SimpleSignature{
		ID: id, Indication: s.Indication, SubIndication: s.SubIndication, BestSignatureTime: s.BestSignatureTime,
		ClaimedTime: s.ClaimedTime, Level: s.Level, Scope: scope, Timestamps: simpleTimestamps(id, s.Timestamps),
	}
	if s.Identity != nil {
		out.SignedBy = s.Identity.CommonName
	}
	for i := range s.Checks {
		c := &s.Checks[i]
		switch c.Status {
		case CheckFailed, CheckUndetermined:
			out.Errors = append(out.Errors, c.Title.EN+": "+c.Detail)
		case CheckWarning:
			out.Warnings = append(out.Warnings, c.Title.EN+": "+c.Detail)
		}
	}
	return out
}

func simpleTimestamps(owner string, list []Timestamp) []SimpleTimestamp {
	var out []SimpleTimestamp
	for i := range list {
		t := &list[i]
		out = append(out, SimpleTimestamp{
			ID: timestampID(owner, i), Kind: t.Kind, ProductionTime: t.GenTime, ProducedBy: t.Authority,
			Indication: t.Indication, SubIndication: t.SubIndication, Error: t.Detail,
		})
	}
	return out
}
