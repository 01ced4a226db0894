package signing

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/signing/cms"
	"tamga/signing/tsp"
	"tamga/signing/xmldsig"
)

// facts is all that was found out about one signer, of a document or of a
// timestamp. Gathering decides nothing but which timestamps may be believed.
type facts struct {
	question Question
	at       time.Time // the time asked about
	// poe is when the signature is proved to have existed: the best signature
	// time of EN 319 102-1 section 5.5.4. It is at or before at. stamped says
	// that a trusted timestamp proves it. notOlder is what a trusted content
	// timestamp proves: the signature was made after it.
	poe      time.Time
	stamped  bool
	notOlder time.Time

	// What is judged, besides a signature over a document.
	bare    bool       // a certificate without a signature
	counter bool       // a countersignature
	token   *tsp.Token // a timestamp
	xml     *xmldsig.Signature
	number  int // of the signer of an XML file, from one
	// withSigners and withoutSigners number those whose signatures an XML signature
	// covers, and leaves out.
	withSigners, withoutSigners []int

	// format lists what is wrong with the container or with the signer's
	// place in it. Of a PDF, later says what could not be found out about the
	// revisions after this signature, changed which changes it forbids, and
	// kept, if neither, what those revisions are.
	format               []string
	unread, tolerated    []string // what was not read, and what is odd about the file and harmless
	later, changed, kept string
	covers               Covers // of a CMS and of a PDF

	signer    *cms.SignerInfo
	algorithm certs.Algorithm
	algErr    error
	noContent string // why there is nothing to compare the digest with
	// compared are the digests of the question that the signature was held
	// against, if the question brings digests.
	compared   []ContentDigest
	digestErr  error // message digest
	valueErr   error // signature value
	imprintErr error // of a timestamp

	certificate *certs.Certificate
	ess         []essReferences
	essErr      error
	essMissing  bool
	rival       *certs.Certificate // fits as well as certificate, and is another person's

	path       certs.Path
	others     []prospect // paths that were tried besides, and do not hold
	pathErr    *certs.PathError
	mixed      bool                // production and other anchors are trusted together
	revocation []revocation.Answer // of every certificate of the path but the anchor
	complete   bool                // path and statuses are proved by what the file carries
	weighed    *finding            // what askAlgorithms found
	identity   certs.Identity
	expected   identityMatch

	timestamps []Timestamp
	archived   bool // a trusted archive timestamp covers signature and evidence
	// covered says that a trusted document timestamp is over the signature of
	// a PDF, coveredComplete that the file carries what proves one such.
	covered, coveredComplete bool
	counters                 []Signer
	level                    string
}

// uncovered notes that a signature says nothing about the content that the
// question brings, if it brings one: nobody may be told that it was signed.
func (f *facts) uncovered(why string) {
	if f.question.supplies() && f.digestErr == nil {
		f.digestErr = errors.New(why)
	}
}

// identityMatch is how the certificate's numbers compare with the expected
// ones.
type identityMatch int

const (
	identityNotAsked identityMatch = iota
	identityAgrees
	identityDiffers
	identityOfAnother // another signer of the same file is the expected person
	identityUntold    // the certificate has nothing to compare
)

// container is a SignedData being judged, with what all its signers share.
type container struct {
	v       *Verifier
	q       Question
	sd      *cms.SignedData
	content content
	bag     bag

	// around is evidence from outside the container: supplied, or a PDF's
	// security store, dated already. base is when the container is known to
	// have existed, and stamped says that a trusted timestamp proves that.
	around  *evidence
	base    time.Time
	stamped bool

	inside *evidence // of the container, once it was asked for
	joined *evidence // that and what is around it
	nested bool      // a timestamp or countersignature: nothing inside it is judged any more
}

// newContainer is a container that came with a question.
func (v *Verifier) newContainer(sd *cms.SignedData, content content, q Question) *container {
	content.ctx = v.ctx
	c := &container{
		v: v, q: q, sd: sd, content: content, bag: bag{pool: v.Trust, raw: sd.Certificates},
		base: q.At,
	}
	if c.around = v.suppliedEvidence(q, nil); c.around != nil {
		c.around.settle(&proofs{base: q.At})
		c.bag.more = c.around.certificates
	}
	return c
}

// suppliedEvidence is the material of a question and, marked as carried in the
// file, that of a document; nil when there is none.
func (v *Verifier) suppliedEvidence(q Question, inFile *Material) *evidence {
	if q.Material.empty() && (inFile == nil || inFile.empty()) {
		return nil
	}
	e := v.newEvidence()
	e.addMaterial(v.Trust, q.Material, false)
	if inFile != nil {
		e.addMaterial(v.Trust, *inFile, true)
	}
	return e
}

// evidenceOf gathers what may prove the statuses of a signer's path: inside the
// container, whose age its timestamps prove, and with that around it, which is
// dated already. Both are nil when nothing came along.
func (c *container) evidenceOf(si *cms.SignerInfo) (inside, all *evidence) {
	values := carriesValues(si)
	if c.inside == nil && (values || len(c.sd.RevocationSet) > 0 || c.around != nil) {
		c.inside = c.v.containerEvidence(c.sd)
	}
	if values {
		inside = c.inside.join(c.v.signerEvidence(si))
		return inside, inside.join(c.around)
	}
	if c.joined == nil {
		c.joined = c.inside.join(c.around)
	}
	c.joined.forget() // the timestamps of this signer may prove more
	return c.inside, c.joined
}

func carriesValues(si *cms.SignerInfo) bool {
	for _, list := range [][]cms.Attribute{si.Unsigned, si.Signed} {
		for _, a := range list {
			if a.ID.Equal(cms.OIDRevocationValues) || a.ID.Equal(cms.OIDCertificateValues) || a.ID.Equal(cms.OIDAdobeRevocation) {
				return true
			}
		}
	}
	return false
}

// carriesTimestamps reports whether there is any timestamp to be judged.
func carriesTimestamps(si *cms.SignerInfo) bool {
	for _, a := range si.Unsigned {
		if a.ID.Equal(cms.OIDSignatureTimestamp) || a.ID.Equal(cms.OIDArchiveTimestampV3) || a.ID.Equal(cms.OIDArchiveTimestampV2) || a.ID.Equal(cms.OIDArchiveTimestampV1) {
			return true
		}
	}
	return si.Has(cms.OIDContentTimestamp)
}

// gatherSigner finds out everything about one signer into f.
func (c *container) gatherSigner(si *cms.SignerInfo, f *facts) *facts {
	f.question, f.at, f.poe, f.signer, f.stamped = c.q, c.q.At, c.base, si, c.stamped
	f.gatherAttributes(c.sd, si)
	f.algorithm, f.algErr = certs.SignerInfoAlgorithm(si.Algorithm, si.Digest)
	f.ess, f.essErr = readESS(si)
	f.certificate = c.choose(f, c.bag.named(si))
	f.gatherSignature(si, &c.content)
	f.gatherESS()
	if f.token != nil && f.certificate != nil {
		f.poe = c.v.tokenKnown(f.token, f.certificate, f.poe)
	}
	inside, ev := c.evidenceOf(si)
	inside.settle(&proofs{base: c.base})
	if !c.nested && carriesTimestamps(si) {
		c.gatherTimestamps(f, si, inside, ev)
	}
	if f.certificate != nil {
		c.v.gatherCertificate(f, &c.bag, ev)
	}
	if !c.nested {
		c.gatherCounters(f, si)
		f.level = c.cmsLevel(f)
	}
	return f
}

// gatherSignature compares the digest of the content and verifies the value.
func (f *facts) gatherSignature(si *cms.SignerInfo, content *content) {
	if f.algErr != nil {
		return
	}
	var sum []byte
	if content.absent() {
		f.noContent = "the signature is detached and the signed content was not supplied"
	} else if s, ok := content.sum(f.algorithm.Digest); ok {
		sum = s
		if !content.here {
			f.compared = append(f.compared, ContentDigest{f.algorithm.Digest, sum})
		}
	} else if content.failed != nil {
		f.noContent = content.failed.Error()
	} else {
		f.noContent = "the signature is over " + f.algorithm.Digest.Name + ", and no such digest of the content was supplied"
	}
	if f.certificate != nil && f.certificate.PublicKey == nil {
		f.algErr = fmt.Errorf("%w: %w", certs.ErrAlgorithm, f.certificate.KeyError)
		return
	}
	if si.SignedDER == nil {
		f.verifyContent(si, content, sum)
		return
	}
	if sum != nil {
		want, found, err := cms.Single(si.Signed, cms.OIDMessageDigest)
		if e, bad := der.One(want); err == nil && found && (bad != nil || e.Tag != der.OctetString || !bytes.Equal(e.Body, sum)) {
			f.digestErr = errors.New("the content is not what was signed: its digest differs")
		}
	}
	if f.certificate != nil {
		f.setValue(f.algorithm.Verify(f.certificate.PublicKey, si.SignedDER, si.Signature))
	}
}

// verifyContent verifies a signature that is made over the content itself (RFC
// 5652 section 5.4). A content that could be the signed attributes of another
// signature is refused: that is how one signature is passed off as another.
func (f *facts) verifyContent(si *cms.SignerInfo, content *content, sum []byte) {
	whole, here := content.bytes()
	switch {
	case content.absent():
	case !here:
		f.noContent = "a signature without signed attributes needs the content itself, not its digest"
	case couldBeAttributes(whole):
		f.format = append(f.format, "no signed attributes, and a content that could be those of another signature")
	case f.certificate == nil:
	case f.algorithm.Scheme == certs.Ed25519:
		f.setValue(f.algorithm.Verify(f.certificate.PublicKey, whole, si.Signature))
	default:
		f.setValue(f.algorithm.VerifyDigest(f.certificate.PublicKey, sum, si.Signature))
	}
}

func (f *facts) setValue(err error) {
	if errors.Is(err, certs.ErrAlgorithm) {
		f.algErr = err
	} else {
		f.valueErr = err
	}
}

// couldBeAttributes reports whether b is a SET OF attributes with a
// message-digest among them.
func couldBeAttributes(b []byte) bool {
	if len(b) == 0 || b[0] != byte(der.SetTag) {
		return false
	}
	return bytes.Contains(b, der.OID(cms.OIDMessageDigest))
}

// proves reports whether the file carries every certificate of the path but
// the anchor, and what proves the status of each.
func (e *evidence) proves(path certs.Path, carried []bool) bool {
	for i, there := range carried {
		if !there || !e.carried[path[i].Fingerprint()] {
			return false
		}
	}
	return true
}

// matchIdentity compares what the certificate carries and what was asked: IIN and BIN
// by string equality.
func matchIdentity(id certs.Identity, q Question) identityMatch {
	told := id.Match(q.Identifier)
	switch {
	case !q.expects():
		return identityNotAsked
	case q.IIN != "" && id.IIN != string(q.IIN), q.BIN != "" && id.BIN != string(q.BIN):
		return identityDiffers
	case q.Identifier == "" || told == certs.MatchAgrees:
		return identityAgrees
	case told == certs.MatchDiffers:
		return identityDiffers
	}
	return identityUntold
}
