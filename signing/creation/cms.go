package creation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/signing"
	"tamga/signing/armour"
	"tamga/signing/cms"
)

// CMS is a signature of its own over any content, with content-type,
// message-digest and signing-certificate-v2; with the signing time claimed that
// is CAdES baseline B-B (EN 319 122-1). RSA keys and ECDSA keys up to 256 bits
// sign SHA-256, longer ones SHA-384 and SHA-512, Ed25519 keys SHA-512, GOST keys
// the digest of their family.
type CMS struct {
	Content  []byte
	Detached bool // leave the content out
	// Claim writes the time as the signing-time attribute.
	Claim bool
	// PSS makes an RSA key sign by RSASSA-PSS.
	PSS bool
	// Others is a CMS over the same content, in any armour, that gets another
	// signer; nil makes a new one. What it is, attached or detached, it stays; of
	// an attached one the content need not be given. Nothing of the other
	// signatures changes, the new signer stands where DER wants it, and the
	// certificates are merged.
	Others []byte
}

// Errors about the content of an existing CMS.
var (
	// ErrContentMissing means that a detached CMS came without its content.
	ErrContentMissing = errors.New("the content of the detached signature is missing")
	// ErrContentTwice means that a content came for a CMS or PDF that has another
	// of its own.
	ErrContentTwice = errors.New("the signature carries its content, which is not the one that was given")
)

func (f CMS) sign(ctx context.Context, key Key, at time.Time) (draft, error) {
	m, err := key.maker(ctx, at, cms.Options{PSS: f.PSS})
	if err != nil {
		return draft{}, err
	}
	if f.Others != nil {
		return f.join(m, at)
	}
	in := f.in(m.Digest().Sum(f.Content), at)
	if f.Detached {
		file, err := m.Make(in)
		return draft{file: file, content: present(f.Content), least: f.least()}, err
	}
	in.Content = present(f.Content)
	file, err := m.Make(in)
	return draft{file: file, least: f.least()}, err
}

// least is B-B with a claimed time, without which no CMS is CAdES.
func (f CMS) least() Baseline {
	if f.Claim {
		return BaselineB
	}
	return 0
}

// present tells an empty content from none.
func present(content []byte) []byte {
	if content == nil {
		return []byte{}
	}
	return content
}

func (f CMS) in(digest []byte, at time.Time) cms.ToSign {
	in := cms.ToSign{MessageDigest: digest}
	if f.Claim {
		in.Attributes = []cms.Attribute{cms.SigningTime(at)}
	}
	return in
}

// join adds a signer to the others.
func (f CMS) join(m *cms.Maker, at time.Time) (draft, error) {
	sd, edited, err := edit(f.Others)
	if err != nil {
		return draft{}, fmt.Errorf("add signer: %w", err)
	}
	content, err := signedContent(sd, f.Content)
	if err != nil {
		return draft{}, fmt.Errorf("add signer: %w", err)
	}
	in := f.in(m.Digest().Sum(content), at)
	in.Type = sd.ContentType
	info, err := m.MakeSigner(in)
	if err != nil {
		return draft{}, err
	}
	if err := edited.AddSigner(m, info); err != nil {
		return draft{}, fmt.Errorf("add signer: %w", err)
	}
	d := draft{beside: true, least: f.least()}
	if !sd.Attached {
		d.content = content
	}
	if d.file, err = small(edited.DER()); err != nil {
		return draft{}, fmt.Errorf("add signer: %w", err)
	}
	return d, nil
}

// signedContent returns what the signatures of a container are over.
func signedContent(sd *cms.SignedData, given []byte) ([]byte, error) {
	switch {
	case sd.Attached && given != nil && !bytes.Equal(sd.Content, given):
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
	if len(file) > signing.MaxSize {
		return nil, nil, signing.ErrTooLarge
	}
	raw, err := armour.Open(file)
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

// small returns a file that has not grown beyond what is judged.
func small(file []byte) ([]byte, error) {
	if len(file) > signing.MaxSize {
		return nil, signing.ErrTooLarge
	}
	return file, nil
}

// claimedDigests are the digests of a content that is not at hand, as a detached
// CMS itself claims them: what is made to last may be judged without it, since
// nothing is said about the content then. Nil for other files.
func claimedDigests(file []byte) []signing.ContentDigest {
	sd, _, err := edit(file)
	if err != nil || sd.Attached {
		return nil
	}
	var claimed []signing.ContentDigest
	for i := range sd.Signers {
		digest, err := digestOf(&sd.Signers[i])
		value, absent := messageDigest(&sd.Signers[i])
		if err != nil || absent != nil || slices.ContainsFunc(claimed, func(c signing.ContentDigest) bool { return c.Digest.Name == digest.Name }) {
			continue
		}
		claimed = append(claimed, signing.ContentDigest{Digest: digest, Value: value})
	}
	return claimed
}

// digestOf is the digest of the algorithm that a signer chose.
func digestOf(si *cms.SignerInfo) (certs.Digest, error) {
	alg, err := certs.SignerInfoAlgorithm(si.Algorithm, si.Digest)
	return alg.Digest, err
}
