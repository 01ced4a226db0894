package signing

import (
	"slices"
	"time"

	"tamga/certs/revocation"
)

// DetailedReport is a verdict in the outline of a detailed report of ETSI EN
// 319 102-2: every signature and timestamp with the building blocks of EN 319
// 102-1 that judged it. It is derived from the verdict and judges nothing.
type DetailedReport struct {
	ValidationTime   time.Time         `json:"validation_time"`
	ValidationPolicy string            `json:"validation_policy"`
	Indication       Indication        `json:"indication,omitempty"` // "" when there is nothing to judge
	SubIndication    SubIndication     `json:"sub_indication,omitempty"`
	Signatures       []SignatureReport `json:"signatures"`
	Timestamps       []BlockReport     `json:"timestamps,omitempty"` // of the file as a whole
}

// SignatureReport is the judgement of one signature.
type SignatureReport struct {
	ID            string        `json:"id"`
	Indication    Indication    `json:"indication"`
	SubIndication SubIndication `json:"sub_indication,omitempty"`
	Blocks        []Block       `json:"building_blocks"`
	Timestamps    []BlockReport `json:"timestamps,omitempty"`
	// PastValidation says why a proof of existence decided; nil when the time
	// asked about did.
	PastValidation    *Block             `json:"past_signature_validation,omitempty"`
	ProofsOfExistence []ProofOfExistence `json:"proofs_of_existence"` // the oldest first
}

// BlockReport is the building blocks of a timestamp.
type BlockReport struct {
	ID            string        `json:"id"`
	Kind          TimestampKind `json:"kind"`
	GenTime       time.Time     `json:"production_time,omitzero"`
	Indication    Indication    `json:"indication"`
	SubIndication SubIndication `json:"sub_indication,omitempty"`
	Blocks        []Block       `json:"building_blocks"`
}

// BlockName names a building block (EN 319 102-1 section 5.2).
type BlockName string

// The building blocks.
const (
	BlockFC  BlockName = "FC"  // format checking
	BlockISC BlockName = "ISC" // identification of the signing certificate
	BlockVCI BlockName = "VCI" // validation context initialisation
	BlockXCV BlockName = "XCV" // X.509 certificate validation
	BlockRAC BlockName = "RAC" // revocation acceptance
	BlockCV  BlockName = "CV"  // cryptographic verification
	BlockSAV BlockName = "SAV" // signature acceptance
	BlockPSV BlockName = "PSV" // past signature validation
)

// BlockStatus is the conclusion of a building block.
type BlockStatus string

// The conclusions.
const (
	BlockPassed        BlockStatus = "PASSED"
	BlockFailed        BlockStatus = "FAILED"
	BlockIndeterminate BlockStatus = "INDETERMINATE"
)

// Block is one building block: the constraints that were asked, and the blocks
// inside it.
type Block struct {
	Name          BlockName     `json:"name"`
	About         string        `json:"about,omitempty"` // SHA-256 of the certificate, of XCV and RAC inside
	Indication    BlockStatus   `json:"indication"`
	SubIndication SubIndication `json:"sub_indication,omitempty"`
	Constraints   []Constraint  `json:"constraints,omitempty"`
	Blocks        []Block       `json:"building_blocks,omitempty"`
}

// Constraint is one check in a block.
type Constraint struct {
	Name   CheckName   `json:"name"`
	Status CheckStatus `json:"status"`
	Clause string      `json:"clause,omitempty"`
	Detail string      `json:"detail,omitempty"`
}

// ProofOfExistence says that the signature existed at a time.
type ProofOfExistence struct {
	Time time.Time `json:"time"`
	By   string    `json:"by"` // the ID of a timestamp, or "the time asked about"
}

// blockOf says which block a check belongs to.
func blockOf(c CheckName) BlockName {
	switch c {
	case CheckFormat:
		return BlockFC
	case CheckSigningCertificate:
		return BlockISC
	case CheckSignatureValue, CheckImprint:
		return BlockCV
	case CheckChain, CheckValidityPeriod, CheckRevocation, CheckKeyUsage:
		return BlockXCV
	}
	return BlockSAV
}

// DetailedReport returns the verdict as a detailed report.
func (v *Verdict) DetailedReport() *DetailedReport {
	r := &DetailedReport{
		ValidationTime: v.At, ValidationPolicy: v.Policy, Indication: v.Indication, SubIndication: v.SubIndication,
		Signatures: []SignatureReport{}, Timestamps: v.timestampReports("", v.Timestamps),
	}
	for i := range v.Signers {
		r.Signatures = append(r.Signatures, v.signatureReport(signatureID(i), &v.Signers[i]))
	}
	return r
}

func (v *Verdict) signatureReport(id string, s *Signer) SignatureReport {
	r := SignatureReport{
		ID: id, Indication: s.Indication, SubIndication: s.SubIndication, Blocks: v.blocks(s.Checks),
		Timestamps: v.timestampReports(id, s.Timestamps), ProofsOfExistence: []ProofOfExistence{},
	}
	if s.BestSignatureTime.IsZero() {
		return r
	}
	r.ProofsOfExistence = v.proofs(id, s)
	if s.BestSignatureTime.Before(v.At) {
		psv := Block{Name: BlockPSV, Indication: status(s.Indication), SubIndication: s.SubIndication}
		for i := range s.Checks {
			if c := &s.Checks[i]; c.Name == CheckValidityPeriod || c.Name == CheckRevocation || c.Name == CheckTimestamp {
				psv.Constraints = append(psv.Constraints, constraint(c))
			}
		}
		r.PastValidation = &psv
	}
	return r
}

func status(i Indication) BlockStatus {
	switch i {
	case TotalPassed:
		return BlockPassed
	case TotalFailed:
		return BlockFailed
	}
	return BlockIndeterminate
}

// proofs lists what proves when a signature existed. A document timestamp of a
// PDF that came after the signature stands with the file.
func (v *Verdict) proofs(id string, s *Signer) []ProofOfExistence {
	list := []ProofOfExistence{}
	for i := range s.Timestamps {
		t := &s.Timestamps[i]
		if t.Trusted() && (t.Kind == TimestampSignature || t.Kind == TimestampArchive) {
			list = append(list, ProofOfExistence{t.GenTime, timestampID(id, i)})
		}
	}
	for i := range v.Timestamps {
		if t := &v.Timestamps[i]; t.Trusted() && !t.GenTime.Before(s.BestSignatureTime) {
			list = append(list, ProofOfExistence{t.GenTime, timestampID("", i)})
		}
	}
	list = append(list, ProofOfExistence{v.At, "the time asked about"})
	sortProofs(list)
	return list
}

func (v *Verdict) timestampReports(owner string, list []Timestamp) []BlockReport {
	var out []BlockReport
	for i := range list {
		t := &list[i]
		out = append(out, BlockReport{
			ID: timestampID(owner, i), Kind: t.Kind, GenTime: t.GenTime,
			Indication: t.Indication, SubIndication: t.SubIndication, Blocks: v.blocks(t.Checks),
		})
	}
	return out
}

// blocks sorts the checks into their blocks, which stand in the order of EN
// 319 102-1 section 5.3.4.
func (v *Verdict) blocks(checks []Check) []Block {
	order := []BlockName{BlockFC, BlockISC, BlockVCI, BlockXCV, BlockCV, BlockSAV}
	var out []Block
	for _, name := range order {
		b := Block{Name: name, Indication: BlockPassed}
		if name == BlockVCI {
			b.Constraints = []Constraint{{Name: "validation_policy", Status: CheckPassed, Detail: v.Policy}}
		}
		for i := range checks {
			c := &checks[i]
			if blockOf(c.Name) != name {
				continue
			}
			b.take(c)
			if c.Name == CheckChain && c.Evidence != nil {
				b.Blocks = certificateBlocks(c.Evidence.Path, revocationOf(checks))
			}
		}
		if len(b.Constraints) > 0 {
			out = append(out, b)
		}
	}
	return out
}

// take adds a check to a block: the worst one concludes it.
func (b *Block) take(c *Check) {
	b.Constraints = append(b.Constraints, constraint(c))
	if c.SubIndication == "" {
		return
	}
	i := status(indicationOf(c.SubIndication))
	if i == BlockFailed && b.Indication != BlockFailed || b.Indication == BlockPassed {
		b.Indication, b.SubIndication = i, c.SubIndication
	}
}

func constraint(c *Check) Constraint {
	return Constraint{Name: c.Name, Status: c.Status, Clause: c.Clause, Detail: c.Detail}
}

func revocationOf(checks []Check) []LinkStatus {
	for i := range checks {
		if checks[i].Name == CheckRevocation && checks[i].Evidence != nil {
			return checks[i].Evidence.Revocation
		}
	}
	return nil
}

// certificateBlocks are the XCV of each certificate of a path with the RAC of
// what was said about it.
func certificateBlocks(path []PathStep, links []LinkStatus) []Block {
	var out []Block
	for i, step := range path {
		b := Block{Name: BlockXCV, About: step.SHA256, Indication: BlockPassed}
		if i < len(links) {
			b.Blocks = []Block{revocationBlock(step.SHA256, &links[i], i)}
			// A status that is not good concludes the certificate's block.
			b.Indication, b.SubIndication = b.Blocks[0].Indication, b.Blocks[0].SubIndication
		}
		out = append(out, b)
	}
	return out
}

// revocationBlock is about the certificate of that number of a path, the
// signer's being 0. Whether a revocation came before the signature is a question
// for past validation (EN 319 102-1 section 5.2.6.4).
func revocationBlock(about string, l *LinkStatus, number int) Block {
	b := Block{Name: BlockRAC, About: about, Indication: BlockIndeterminate, SubIndication: TryLater}
	c := Constraint{Name: CheckRevocation, Status: CheckUndetermined, Detail: string(l.Cause)}
	switch l.Status {
	case revocation.Good:
		b.Indication, b.SubIndication, c.Status = BlockPassed, "", CheckPassed
	case revocation.Revoked:
		b.SubIndication, c.Status, c.Detail = RevokedNoPOE, CheckFailed, l.Reason
		if number > 0 {
			b.SubIndication = RevokedCANoPOE
		}
	}
	b.Constraints = []Constraint{c}
	return b
}

func sortProofs(list []ProofOfExistence) {
	slices.SortStableFunc(list, func(a, b ProofOfExistence) int { return a.Time.Compare(b.Time) })
}
