package signing

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/signing/cms"
	"tamga/signing/pades"
	"tamga/signing/tsp"
)

// CMSOptions says what kind of CMS to make.
type CMSOptions struct {
	Detached bool
	// Time is the moment of signing: the key is checked against it and, when
	// Claim is set, it is written as the signing-time attribute.
	Time  time.Time
	Claim bool
	// PSS makes an RSA key sign by RSASSA-PSS.
	PSS bool
	// Timestamping makes it a B-T signature; nil asks no authority.
	Timestamping *Timestamping
}

// Timestamping is who stamps a signature, and what happens when nobody can.
type Timestamping struct {
	// Stamp returns a token about the imprint, which it has checked to be
	// worth something: tsa.Client does.
	Stamp func(tsp.Imprint) (token []byte, err error)
	// Digest is that of the imprint; the zero value takes the signature's own.
	Digest certs.Digest
	// Required makes the signature fail when no token can be had. Otherwise it
	// is handed out at level B-B, and said to be pending: [Extend] adds the
	// timestamp when the authority is back.
	Required bool
}

// Signed is a signature that was made.
type Signed struct {
	CMS []byte // DER
	// Pending is why the signature lacks the timestamp that was asked for; nil
	// when it lacks nothing.
	Pending error
}

// ErrTimestamp is wrapped by errors about timestamps that could not be had.
var ErrTimestamp = errors.New("no timestamp")

// SignCMS is [MakeCMS] for whoever has no use for a signature that lacks its
// timestamp: it is refused, required or not.
func SignCMS(content []byte, key Key, opt CMSOptions) ([]byte, error) {
	s, err := MakeCMS(content, key, opt)
	if err = cmp.Or(err, s.Pending); err != nil {
		return nil, err
	}
	return s.CMS, nil
}

// MakeCMS signs content with content-type, message-digest and
// signing-certificate-v2. With the signing time claimed that is CAdES baseline
// B-B (EN 319 122-1), and B-T with a timestamp. RSA keys and ECDSA keys up to
// 256 bits sign SHA-256, longer ones SHA-384 and SHA-512, Ed25519 keys SHA-512,
// GOST keys the digest of their family.
func MakeCMS(content []byte, key Key, opt CMSOptions) (Signed, error) {
	m, err := key.maker(opt.Time, cms.Options{PSS: opt.PSS})
	if err != nil {
		return Signed{}, err
	}
	in := toSign(m.Digest().Sum(content), opt)
	if !opt.Detached {
		in.Content = content
		if content == nil {
			in.Content = []byte{}
		}
	}
	return Signed{}.make(m, in, opt)
}

// MakeCMSOfDigest is [MakeCMS] for content that stays where it is: given its
// digest, by [Key.Digest], the signature is detached in any case.
func MakeCMSOfDigest(digest []byte, key Key, opt CMSOptions) (Signed, error) {
	m, err := key.maker(opt.Time, cms.Options{PSS: opt.PSS})
	if err != nil {
		return Signed{}, err
	}
	if want := m.Digest(); len(digest) != want.New().Size() {
		return Signed{}, fmt.Errorf("%w: %d bytes are no %s", ErrDigestLength, len(digest), want.Name)
	}
	return Signed{}.make(m, toSign(digest, opt), opt)
}

// ErrDigestLength means that a digest is not of the key's algorithm.
var ErrDigestLength = errors.New("digest of the wrong length")

func (s Signed) make(m *cms.Maker, in cms.ToSign, opt CMSOptions) (Signed, error) {
	in.Unsigned = opt.Timestamping.attribute(m.Digest(), &s.Pending)
	var err error
	s.CMS, err = m.Make(in)
	return s, err
}

func toSign(digest []byte, opt CMSOptions) cms.ToSign {
	in := cms.ToSign{MessageDigest: digest}
	if opt.Claim {
		in.Attributes = []cms.Attribute{cms.SigningTime(opt.Time)}
	}
	return in
}

// AddSigner adds a signature to a CMS that has others, over the same content:
// what the CMS is, attached or detached, it stays. Attached content is taken from the file, and content must be nil; that of a
// detached CMS must be given. Nothing of the other signatures changes, the new
// signer stands where DER wants it, and the certificates are merged. Whether
// the others are right is not asked.
func AddSigner(file, content []byte, key Key, opt CMSOptions) (Signed, error) {
	m, err := key.maker(opt.Time, cms.Options{PSS: opt.PSS})
	if err != nil {
		return Signed{}, err
	}
	sd, draft, err := edit(file)
	if err != nil {
		return Signed{}, fmt.Errorf("add signer: %w", err)
	}
	if content, err = signedContent(sd, content); err != nil {
		return Signed{}, fmt.Errorf("add signer: %w", err)
	}
	in, signed := toSign(m.Digest().Sum(content), opt), Signed{}
	in.Type = sd.ContentType
	in.Unsigned = opt.Timestamping.attribute(m.Digest(), &signed.Pending)
	info, err := m.MakeSigner(in)
	if err != nil {
		return Signed{}, err
	}
	if err := draft.AddSigner(m, info); err != nil {
		return Signed{}, fmt.Errorf("add signer: %w", err)
	}
	if signed.CMS, err = checked(draft); err != nil {
		return Signed{}, fmt.Errorf("add signer: %w", err)
	}
	return signed, nil
}

// Errors about the content of an existing CMS.
var (
	// ErrContentMissing means that a detached CMS came without its content.
	ErrContentMissing = errors.New("the content of the detached signature is missing")
	// ErrContentTwice means that content came for a CMS or PDF that has its own.
	ErrContentTwice = errors.New("the signature carries its content: none may be given")
)

// signedContent returns what the signatures of a container are over.
func signedContent(sd *cms.SignedData, given []byte) ([]byte, error) {
	switch {
	case sd.Attached && given != nil:
		return nil, ErrContentTwice
	case sd.Attached:
		return sd.Content, nil
	case given == nil:
		return nil, ErrContentMissing
	}
	return given, nil
}

// edit reads a CMS in any armour, twice: as [cms.Read] does, and to add to it.
func edit(file []byte) (*cms.SignedData, *cms.Draft, error) {
	if len(file) > MaxSize {
		return nil, nil, ErrTooLarge
	}
	raw, err := unarmour(file)
	if err != nil {
		return nil, nil, err
	}
	sd, err := cms.Read(raw)
	if err != nil {
		return nil, nil, err
	}
	draft, err := cms.Edit(raw)
	return sd, draft, err
}

// attribute returns what asks for the signature timestamp while a signature is
// being made; nil when none is wanted. Why it is missing goes to pending.
func (t *Timestamping) attribute(own certs.Digest, pending *error) func([]byte) ([]cms.Attribute, error) {
	if t == nil {
		return nil
	}
	return func(signature []byte) ([]cms.Attribute, error) {
		token, err := t.token(own, signature)
		switch {
		case err == nil:
			return []cms.Attribute{{ID: cms.OIDSignatureTimestamp, Values: [][]byte{token}}}, nil
		case t.Required:
			return nil, err
		}
		*pending = err
		return nil, nil
	}
}

// token asks for a timestamp over the parts and checks that it is about them.
func (t *Timestamping) token(own certs.Digest, parts ...[]byte) ([]byte, error) {
	if t.Stamp == nil {
		return nil, fmt.Errorf("%w: there is no authority to ask", ErrTimestamp)
	}
	digest := t.Digest
	if digest.OID == nil {
		digest = own
	}
	raw, err := t.Stamp(tsp.NewImprint(digest, parts...))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTimestamp, err)
	}
	token, err := tsp.ParseToken(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTimestamp, err)
	}
	if err := token.Info.Imprint.Check(parts...); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTimestamp, err)
	}
	return raw, nil
}

// SignPDF fills the hole of a prepared PDF (see [pades.Hole]) with a detached
// CMS of the PAdES baseline B-B profile (EN 319 142-1 section 6.3): without
// signing-time, which the dictionary's /M replaces. The key is used once, and
// no byte outside the hole changes.
func SignPDF(prepared []byte, key Key, at time.Time) ([]byte, error) {
	m, err := key.maker(at, cms.Options{})
	if err != nil {
		return nil, err
	}
	parts, _, err := pades.Hole(prepared)
	if err != nil {
		return nil, fmt.Errorf("sign PDF: %w", err)
	}
	made, err := m.Make(cms.ToSign{MessageDigest: m.Digest().Sum(parts[0], parts[1])})
	if err != nil {
		return nil, err
	}
	signed, err := pades.Fill(prepared, made)
	if err != nil {
		return nil, fmt.Errorf("sign PDF: %w", err)
	}
	return signed, nil
}

// PreparedPDF is a file of one revision with an empty signature, whose writer
// knows where it is.
type PreparedPDF struct {
	File      []byte
	ByteRange [4]int
	SHA256    [sha256.Size]byte // of the two parts; keys of other digests take their own
}

// SignPreparedPDF is [SignPDF] for a file whose writer says where the signature
// goes: the file is not read for it, and filled in place. What its writer says
// is believed as far as the place itself shows it: zeros in angle brackets
// between the parts, the second of which ends with the file. Whoever hands the
// file on should have it judged first.
func SignPreparedPDF(p PreparedPDF, key Key, at time.Time) ([]byte, error) {
	m, err := key.maker(at, cms.Options{})
	if err != nil {
		return nil, err
	}
	from, to := p.ByteRange[1], p.ByteRange[2]
	if p.ByteRange[0] != 0 || from < 0 || to < from+2 || to > len(p.File) || to+p.ByteRange[3] != len(p.File) ||
		p.File[from] != '<' || p.File[to-1] != '>' {
		return nil, fmt.Errorf("sign PDF: %w: the byte range does not fit the file", pades.ErrNoHole)
	}
	hole := p.File[from+1 : to-1]
	if len(bytes.TrimLeft(hole, "0")) > 0 {
		return nil, fmt.Errorf("sign PDF: %w: the place is not empty", pades.ErrNoHole)
	}
	digest := p.SHA256[:]
	if m.Digest().Name != certs.SHA256.Name {
		digest = m.Digest().Sum(p.File[:from], p.File[to:])
	}
	made, err := m.Make(cms.ToSign{MessageDigest: digest})
	if err != nil {
		return nil, err
	}
	if hex.EncodedLen(len(made)) > len(hole) {
		return nil, fmt.Errorf("sign PDF: %w: %d bytes in a place for %d", pades.ErrHoleTooSmall, len(made), len(hole)/2)
	}
	hex.Encode(hole, made)
	return p.File, nil
}
