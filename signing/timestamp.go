package signing

import (
	"bytes"
	"context"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/certs"
	"tamga/signing/armour"
	"tamga/signing/cms"
	"tamga/signing/pades"
	"tamga/signing/tsp"
)

// TimestampKind is what a timestamp is about.
type TimestampKind string

// The kinds of timestamps (EN 319 122-1 sections 5.2.8, 5.3 and 5.5, EN 319
// 142-1 section 5.4.3).
const (
	TimestampContent   TimestampKind = "content"    // the content existed: the signature is not older
	TimestampSignature TimestampKind = "signature"  // the signature existed
	TimestampArchive   TimestampKind = "archive"    // ats-hash-index-v3, or an older one, and what it lists existed
	TimestampArchiveV1 TimestampKind = "archive_v1" // reported, not evaluated
	TimestampArchiveV2 TimestampKind = "archive_v2" // reported, not evaluated
	TimestampDocument  TimestampKind = "document"   // a PDF up to it existed
	TimestampToken     TimestampKind = "token"      // one on its own
)

// Timestamp is the verdict on one timestamp token. One that did not pass
// proves nothing, whatever it says.
type Timestamp struct {
	Kind          TimestampKind    `json:"kind"`
	Indication    Indication       `json:"indication"`
	SubIndication SubIndication    `json:"sub_indication,omitempty"`
	GenTime       time.Time        `json:"gen_time,omitzero"`
	Accuracy      string           `json:"accuracy,omitempty"` // such as "1s"; "" when the authority says nothing
	Authority     string           `json:"authority,omitempty"`
	Serial        string           `json:"serial,omitempty"` // hexadecimal, may be negative
	Policy        string           `json:"policy,omitempty"`
	Digest        string           `json:"digest,omitempty"` // of the imprint
	Algorithm     string           `json:"algorithm,omitempty"`
	KnownSince    time.Time        `json:"known_since,omitzero"` // when the token itself is proved to have existed
	Detail        string           `json:"detail,omitempty"`
	Certificate   *CertificateInfo `json:"certificate,omitempty"`
	Checks        []Check          `json:"checks"`

	complete bool // the file carries all that proves it
}

// Trusted reports whether the timestamp proves anything.
func (t *Timestamp) Trusted() bool { return t.Indication == TotalPassed }

// broken reports whether the token is known to be bad, and not merely without
// proof.
func (t *Timestamp) broken() bool { return t.Indication == TotalFailed }

// contradicts reports whether nothing is wrong with a token but its time.
func (t *Timestamp) contradicts() bool {
	for i := range t.Checks {
		if c := &t.Checks[i]; c.SubIndication != "" && c.Name != CheckGenTime {
			return false
		}
	}
	return t.SubIndication == TimestampOrderFailure
}

// clockSkew is how far the clocks of authorities may be from ours.
const clockSkew = time.Minute

// token is a timestamp token in its place.
type token struct {
	kind    TimestampKind
	raw     []byte
	key     objectKey
	parsed  *tsp.Token
	err     error
	imprint func(*tsp.Token) error // compares what was stamped

	problems []pades.Problem // of its place in a PDF
	after    facts           // what was found of the revisions after it, where no signature asks
}

func newToken(kind TimestampKind, raw []byte, key objectKey, imprint func(*tsp.Token) error) *token {
	t := &token{kind: kind, raw: raw, key: key, imprint: imprint}
	t.parsed, t.err = tsp.ParseToken(raw)
	return t
}

func (t *token) genTime() time.Time {
	if t.parsed == nil {
		return time.Time{}
	}
	return t.parsed.Info.GenTime
}

var oidTimeStamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
var oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}

// judgeToken judges a token that is known to have existed at a time. It is the
// same judgement that a signature meets, under a table of its own; q.At stays
// the time asked about.
func (v *Verifier) judgeToken(t *token, known time.Time, q Question, around *evidence) Timestamp {
	out := Timestamp{Kind: t.kind, KnownSince: known, Checks: []Check{}}
	if t.err != nil {
		f := &facts{}
		f.weigh(t.problems)
		out.Indication, out.SubIndication = TotalFailed, FormatFailure
		out.Detail = strings.Join(append(f.format, t.err.Error()), "; ")
		return out
	}
	info := &t.parsed.Info
	out.GenTime, out.Serial, out.Policy = info.GenTime, serialHex(info.Serial), info.Policy.String()
	if info.Accuracy.Present {
		out.Accuracy = info.Accuracy.Error.String()
	}
	out.Digest = info.Imprint.Algorithm.OID.String()
	if d, ok := info.Imprint.Digest(); ok {
		out.Digest = d.Name
	}
	f := v.gatherToken(t, known, q, around)
	out.KnownSince = f.poe
	out.Checks, out.Indication, out.SubIndication, out.Detail = v.ask(tokenTable, f)
	if f.algErr == nil {
		out.Algorithm = f.algorithm.Name()
	}
	if f.certificate != nil {
		out.Authority = called(f.certificate)
		out.Certificate = DescribeCertificate(f.certificate)
	}
	out.complete = f.complete
	return out
}

// tokenKnown is when a token is known to have existed: since when that is proved, or
// since the key that signed it was destroyed, unless it claims to be younger.
func (v *Verifier) tokenKnown(t *tsp.Token, signer *certs.Certificate, known time.Time) time.Time {
	if v.Retired == nil {
		return known
	}
	end := v.Retired.KeyDestroyed(signer, oidTimeStamping, v.Trust.BySubject(signer.Issuer))
	if end.IsZero() || t.Info.GenTime.After(end) {
		return known
	}
	return earlier(known, end)
}

// gatherToken gathers the facts about a token's signer.
func (v *Verifier) gatherToken(t *token, known time.Time, q Question, around *evidence) *facts {
	sd := t.parsed.SignedData
	c := &container{
		v: v, q: Question{At: q.At}, sd: sd,
		content: content{here: true, parts: [][]byte{sd.Content}},
		bag:     bag{pool: v.Trust, raw: sd.Certificates},
		around:  around, base: known, nested: true,
	}
	if around != nil {
		c.bag.more = around.certificates
	}
	f := c.gatherSigner(t.parsed.Signer(), &facts{token: t.parsed})
	f.imprintErr = t.imprint(t.parsed)
	f.weigh(t.problems)
	f.changed, f.later, f.kept = t.after.changed, t.after.later, t.after.kept
	f.tolerated = append(f.tolerated, t.after.tolerated...)
	if critical := slices.ContainsFunc(t.parsed.Info.Extensions, func(e certs.Extension) bool { return e.Critical }); critical {
		f.format = append(f.format, "an unknown critical extension in the TSTInfo")
	}
	return f
}

// imprintOf compares an imprint with bytes.
func imprintOf(parts ...[]byte) func(*tsp.Token) error {
	return func(t *tsp.Token) error { return t.Info.Imprint.Check(parts...) }
}

// imprintOfContent compares an imprint with a content that may be known by
// digests only.
func imprintOfContent(c *content) func(*tsp.Token) error {
	return func(t *tsp.Token) error {
		d, ok := t.Info.Imprint.Digest()
		if !ok {
			return fmt.Errorf("%w: %v", tsp.ErrImprintAlgorithm, t.Info.Imprint.Algorithm.OID)
		}
		sum, ok := c.sum(d)
		if c.failed != nil {
			return fmt.Errorf("%w: %w", errContentUnknown, c.failed)
		}
		if !ok {
			return errContentUnknown
		}
		if !bytes.Equal(sum, t.Info.Imprint.Hash) {
			return tsp.ErrImprint
		}
		return nil
	}
}

var errContentUnknown = errors.New("the content was not supplied, nor its digest")

// gatherTimestamps judges the timestamps of a signer, the newest archive
// timestamp first: each that is trusted proves when older ones and the
// evidence around them existed (EN 319 102-1 sections 5.5 and 5.6).
func (c *container) gatherTimestamps(f *facts, si *cms.SignerInfo, inside, ev *evidence) {
	tokens, archives := c.tokensOf(si)
	p := &proofs{base: c.base}
	slices.SortStableFunc(archives, func(a, b *token) int { return b.genTime().Compare(a.genTime()) })
	for _, t := range archives {
		if c.v.over() {
			break
		}
		ts := c.v.judgeToken(t, p.known(t.key), c.q, ev)
		f.timestamps = append(f.timestamps, ts)
		if ts.Trusted() {
			f.archived = true
			c.cover(t, si, p, ts.GenTime)
			inside.settle(p)
		}
	}
	f.poe = p.known(signatureKey(si))
	f.stamped = c.stamped || f.archived // which cover the signature too
	for _, t := range tokens {
		if c.v.over() {
			break
		}
		known := p.known(t.key)
		if t.kind == TimestampContent {
			known = f.poe
		}
		ts := c.v.judgeToken(t, known, c.q, ev)
		f.timestamps = append(f.timestamps, ts)
		if t.kind == TimestampContent && ts.contradicts() {
			f.notOlder = ts.GenTime // younger than what proves the signature
		}
		if !ts.Trusted() {
			continue
		}
		switch t.kind {
		case TimestampSignature:
			f.stamped = true
			f.poe = earlier(f.poe, ts.GenTime)
			p.add(signatureKey(si), ts.GenTime)
		case TimestampContent:
			if ts.GenTime.After(f.notOlder) {
				f.notOlder = ts.GenTime
			}
		}
	}
	inside.settle(p)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// tokensOf finds the timestamps among the attributes of a signer.
func (c *container) tokensOf(si *cms.SignerInfo) (tokens, archives []*token) {
	for _, a := range si.Unsigned {
		for _, value := range a.Values {
			key := unsignedKey(a, value)
			switch {
			case a.ID.Equal(cms.OIDSignatureTimestamp):
				if take(&c.v.left.tokens) {
					tokens = append(tokens, newToken(TimestampSignature, value, key, imprintOf(si.Signature)))
				}
			case a.ID.Equal(cms.OIDArchiveTimestampV3):
				if take(&c.v.left.tokens) {
					archives = append(archives, newToken(TimestampArchive, value, key, c.imprintOfArchive(si)))
				}
			case a.ID.Equal(cms.OIDArchiveTimestampV2), a.ID.Equal(cms.OIDArchiveTimestampV1):
				kind := TimestampArchiveV2
				if a.ID.Equal(cms.OIDArchiveTimestampV1) {
					kind = TimestampArchiveV1
				}
				if take(&c.v.left.tokens) {
					archives = append(archives, newToken(kind, value, key, notEvaluated))
				}
			}
		}
	}
	for _, a := range si.Signed {
		if !a.ID.Equal(cms.OIDContentTimestamp) {
			continue
		}
		for _, value := range a.Values {
			if take(&c.v.left.tokens) {
				tokens = append(tokens, newToken(TimestampContent, value, keyOf(value), imprintOfContent(&c.content)))
			}
		}
	}
	return tokens, archives
}

// errNotEvaluated means that an archive timestamp is of a form that is not judged:
// nothing is known against it, and it proves nothing.
var errNotEvaluated = errors.New("archive timestamps of this form are not evaluated")

func notEvaluated(*tsp.Token) error { return errNotEvaluated }

// VerifyTimestamp judges a timestamp token on its own: that it is about the
// given bytes, that an authority signed it which has a path to a trust anchor
// and was not revoked, and that its certificate is for nothing else (RFC 3161).
// The token is taken to exist since q.At. Numbers and roles of the question are
// not asked, and its Material is used; a Content beside the given bytes fails.
//
// The verdict is of kind "timestamp", with no signers and one timestamp. The
// errors are those of [Verifier.VerifyCMS].
func (v *Verifier) VerifyTimestamp(ctx context.Context, token, imprinted []byte, q Question) (*Verdict, error) {
	return v.verifyTimestamp(ctx, token, imprintOf(imprinted), q)
}

// VerifyTimestampDigest is [Verifier.VerifyTimestamp] for bytes that are
// represented by their digests. A token over a digest that is not among them
// is INDETERMINATE, SIGNED_DATA_NOT_FOUND.
func (v *Verifier) VerifyTimestampDigest(ctx context.Context, token []byte, imprinted []ContentDigest, q Question) (*Verdict, error) {
	if err := twice(imprinted); err != nil {
		return nil, err
	}
	return v.verifyTimestamp(ctx, token, imprintOfContent(&content{known: imprinted}), q)
}

func (v *Verifier) verifyTimestamp(ctx context.Context, raw []byte, imprint func(*tsp.Token) error, q Question) (*Verdict, error) {
	if len(raw) > MaxSize {
		return nil, ErrTooLarge
	}
	v, q, err := v.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	verdict := v.newVerdict("timestamp", q)
	binary, err := armour.Open(raw)
	if err != nil {
		return verdict.unreadable(FileTimestamp, raw, err), nil
	}
	ev := v.suppliedEvidence(q, nil)
	ev.settle(&proofs{base: q.At})
	ts := v.judgeToken(newToken(TimestampToken, binary, keyOf(binary), imprint), q.At, q, ev)
	verdict.Timestamps = []Timestamp{ts}
	verdict.Indication, verdict.SubIndication, verdict.Detail = ts.Indication, ts.SubIndication, ts.Detail
	verdict.Acceptance = acceptance(ts.Checks)
	if ts.broken() {
		verdict.Acceptance = Refused // also where nothing could be asked
	}
	if q.supplies() {
		verdict.worsen(TotalFailed, HashFailure, Refused)
		verdict.Detail = "a timestamp is about what it was asked about, and another content was supplied"
	}
	verdict.explain()
	return v.finish(verdict)
}
