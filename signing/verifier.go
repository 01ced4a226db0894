package signing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/signing/armour"
	"tamga/signing/cms"
	"tamga/signing/tsp"
)

// Verifier judges signatures. Trust and Revocation may be nil or empty: then
// nothing passes. A verifier may be used by many goroutines as long as its
// pool is not added to.
type Verifier struct {
	// Trust holds the anchors of signers and of timestamp authorities alike.
	Trust      *certs.Pool
	Revocation *revocation.Lists
	// Ask asks an authority's responder for the status of a certificate at a
	// time, within its own limit of time; nil when there is nobody to ask. The
	// issuer is the certificate's issuer on a verified path.
	Ask func(ctx context.Context, c, issuer *certs.Certificate, at time.Time) revocation.Answer
	// Retired are the authorities that the operator declares to have ended, with their
	// last lists; nil for none.
	Retired *revocation.Retired
	Policy  Policy           // [DefaultPolicy], unless there is a reason
	Now     func() time.Time // time.Now when nil

	ctx  context.Context // of one verification, like what is left of its allowance
	left *allowance
}

// Question is what is asked about a file. The zero value asks about an
// attached signature received now.
type Question struct {
	// Content is what a detached signature was made over; nil when the
	// signature carries its content. When both are there, they must agree.
	Content []byte
	// Digests stand for a Content that stays where it is: a signature over a
	// digest that is not among them is INDETERMINATE, SIGNED_DATA_NOT_FOUND.
	// They are not looked at when there is a Content. What comes either way
	// must be covered by every signature of the file: one that says nothing
	// about it is TOTAL-FAILED, HASH_FAILURE, whatever else it is over.
	Digests []ContentDigest
	// Material is evidence beside the file: certificates that may be missing
	// in it, revocation lists and responses. It is authenticated like any
	// other, and trusted in nothing.
	Material Material
	// IIN and BIN are the applicant's numbers from the request, and Role what
	// the certificate must say of the signer; empty ones are not asked.
	IIN  certs.IIN
	BIN  certs.BIN
	Role certs.Role
	// Identifier is what an applicant without such a number has; a certificate that
	// says nothing of its kind does not tell whether it is the applicant's.
	Identifier certs.Identifier
	// At is the moment of receipt, taken as the latest at which the signature
	// can have been made; now when zero. A trusted timestamp moves that to its
	// own time. The signing time that the signer claims counts for nothing.
	At time.Time
}

// ErrDigestTwice means that a question brings two digests of its content by one
// algorithm: whichever is looked at, the other one would be passed over.
var ErrDigestTwice = errors.New("a digest of the content stands twice")

// expects reports whether the question says whose the signature must be.
func (q *Question) expects() bool { return q.IIN != "" || q.BIN != "" || q.Identifier != "" }

// supplies reports whether the question brings a content to be signed.
func (q *Question) supplies() bool { return q.Content != nil || len(q.Digests) > 0 }

// digest returns the digest of an algorithm that the question brings.
func (q *Question) digest(d certs.Digest) ([]byte, bool) {
	for _, k := range q.Digests {
		if k.Digest.Name == d.Name {
			return k.Value, true
		}
	}
	return nil, false
}

// prepare fills in the defaults of verifier and question.
func (v *Verifier) prepare(ctx context.Context, q Question) (*Verifier, Question, error) {
	w := *v
	w.ctx, w.left = ctx, newAllowance()
	if w.Trust == nil {
		w.Trust = &certs.Pool{}
	}
	if w.Revocation == nil {
		w.Revocation = &revocation.Lists{}
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	if w.Policy.Name == "" {
		p, err := DefaultPolicy()
		if err != nil {
			return nil, q, err
		}
		w.Policy = p
	}
	if q.At.IsZero() {
		q.At = w.Now()
	}
	q.At = q.At.UTC()
	if q.Content != nil {
		q.Digests = nil
	}
	if err := twice(q.Digests); err != nil {
		return nil, q, err
	}
	return &w, q, nil
}

// twice says which digest stands twice in a question.
func twice(digests []ContentDigest) error {
	for i, d := range digests {
		if first, _ := (&Question{Digests: digests[:i]}).digest(d.Digest); first != nil {
			return fmt.Errorf("%w: %s", ErrDigestTwice, d.Digest.Name)
		}
	}
	return nil
}

// VerifyCMS judges a CMS signature, attached or detached, that came as DER,
// BER, PEM or bare base64. The only errors are [ErrTooLarge], that of a context
// which ended, and an unreadable policy; bytes that are no signature are a
// verdict, FORMAT_FAILURE.
func (v *Verifier) VerifyCMS(ctx context.Context, file []byte, q Question) (*Verdict, error) {
	if len(file) > MaxSize || len(q.Content) > MaxDocument {
		return nil, ErrTooLarge
	}
	v, q, err := v.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	verdict := v.newVerdict("cms", q)
	sd, err := readCMS(file)
	if errors.Is(err, der.ErrTooManyElements) {
		return nil, fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	if err != nil {
		return verdict.unreadable(FileCMS, file, err), nil
	}
	v.judgeSigners(verdict, v.gatherCMS(sd, q))
	return v.finish(verdict)
}

// contentDigests returns every digest of the content that the signers of a
// container, their content timestamps and archive timestamps are made over.
func contentDigests(sd *cms.SignedData) []certs.Digest {
	var all []certs.Digest
	add := func(id certs.AlgorithmIdentifier) {
		d, ok := certs.DigestByOID(id.OID)
		if ok && !slices.ContainsFunc(all, func(have certs.Digest) bool { return have.Name == d.Name }) {
			all = append(all, d)
		}
	}
	for _, si := range sd.Signers {
		add(si.Digest)
		for _, list := range [][]cms.Attribute{si.Signed, si.Unsigned} {
			for _, a := range list {
				if !a.ID.Equal(cms.OIDContentTimestamp) && !a.ID.Equal(cms.OIDArchiveTimestampV3) {
					continue
				}
				for _, value := range a.Values {
					if t, err := tsp.ParseToken(value); err == nil {
						add(t.Info.Imprint.Algorithm)
					}
				}
			}
		}
	}
	return all
}

// gatherCMS gathers the facts of every signer of a container.
func (v *Verifier) gatherCMS(sd *cms.SignedData, q Question) []*facts {
	supplied := contentOf(q)
	signed := supplied
	if sd.Attached {
		signed = content{here: true, parts: [][]byte{sd.Content}}
	}
	c := v.newContainer(sd, signed, q)
	differs := sd.Attached && !supplied.agrees(sd.Content, &c.content)
	all := make([]*facts, len(sd.Signers))
	for _, i := range archivedFirst(sd.Signers) {
		if v.over() {
			break
		}
		f := c.gatherSigner(&sd.Signers[i], &facts{covers: q.over(sd.Attached)})
		if sd.Attached {
			f.compared = supplied.known
		}
		if differs {
			f.digestErr = errors.New("the content supplied is not the content that the signature carries")
		}
		all[i] = f
	}
	return slices.DeleteFunc(all, func(f *facts) bool { return f == nil })
}

// archivedFirst numbers the signers: those with archive timestamps before the
// others, the oldest first, since these prove the evidence that all of them share.
func archivedFirst(signers []cms.SignerInfo) []int {
	order, since := make([]int, len(signers)), make([]time.Time, len(signers))
	for i := range signers {
		order[i] = i
		if len(signers) > 1 {
			since[i] = oldestArchive(&signers[i])
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if none := since[a].IsZero(); none != since[b].IsZero() {
			if none {
				return 1
			}
			return -1
		}
		return since[a].Compare(since[b])
	})
	return order
}

// oldestArchive is what the oldest archive timestamp of a signer says, believed in
// nothing; zero when none can be read.
func oldestArchive(si *cms.SignerInfo) (oldest time.Time) {
	for _, a := range si.Unsigned {
		if !a.ID.Equal(cms.OIDArchiveTimestampV3) {
			continue
		}
		for _, value := range a.Values {
			if t, err := tsp.ParseToken(value); err == nil && (oldest.IsZero() || t.Info.GenTime.Before(oldest)) {
				oldest = t.Info.GenTime
			}
		}
	}
	return oldest
}

// agrees compares what was supplied, if anything, with the content that a
// signature carries.
func (c *content) agrees(carried []byte, with *content) bool {
	if whole, here := c.bytes(); here {
		return string(whole) == string(carried)
	}
	for _, k := range c.known {
		if sum, ok := with.sum(k.Digest); !ok || string(sum) != string(k.Value) {
			return false
		}
	}
	return true
}

// VerifyCertificate judges a certificate on its own: is there a path, is it
// valid at q.At, was it revoked, is it the expected person's. Role and numbers
// of the question mean the same as for a signature.
func (v *Verifier) VerifyCertificate(ctx context.Context, file []byte, q Question) (*Verdict, error) {
	if len(file) > MaxSize {
		return nil, ErrTooLarge
	}
	v, q, err := v.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	verdict := v.newVerdict("certificate", q)
	raw, err := armour.Open(file)
	if err != nil {
		return verdict.unreadable(FileCertificate, file, err), nil
	}
	c, err := v.Trust.Parse(raw)
	if err != nil {
		return verdict.unreadable(FileCertificate, file, err), nil
	}
	f := &facts{question: q, at: q.At, poe: q.At, certificate: c, bare: true}
	ev := v.suppliedEvidence(q, nil)
	ev.settle(&proofs{base: q.At})
	f.uncovered("a certificate on its own covers no content, and one was supplied")
	v.gatherCertificate(f, &bag{pool: v.Trust}, ev)
	v.judgeSigners(verdict, []*facts{f})
	return v.finish(verdict)
}

// readCMS takes a container apart, whatever its armour.
func readCMS(file []byte) (*cms.SignedData, error) {
	ber, err := armour.Open(file)
	if err != nil {
		return nil, err
	}
	return cms.Read(ber)
}
