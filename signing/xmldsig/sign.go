package xmldsig

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/certs"
	"tamga/signing/xmldsig/xmltree"
)

// Key is what signs: a private key, its certificate, and the certificates above
// it that an enveloped or detached signature should carry too. Whether the key
// may sign is for the caller to ask.
type Key struct {
	Signer      crypto.Signer
	Certificate *certs.Certificate
	Chain       []*certs.Certificate
}

// Options says how to sign XML or content.
type Options struct {
	// Properties adds the signed properties of XAdES baseline B-B (EN 319
	// 132-1 section 6): the signing certificate, the claimed time At, and what
	// kind of thing was signed. Without them the signature is plain XML
	// Signature, as the national libraries make it.
	Properties bool
	At         time.Time
	// Cosign allows that enveloped signatures already there come to verify
	// only with the signatures after them left out, as national libraries sign a
	// document several times and verify it. Other verifiers see the last signature
	// only. Without it such a document is refused.
	Cosign bool
	// URI is the address that a detached signature gives its content, and MIME
	// its type; they are not looked at by anybody but people.
	URI, MIME string
}

// SignEnveloped signs a whole document: the signature becomes the last child of
// the document element, and no other byte of the file changes except that an
// empty document element gets an end tag. The shape is that of the national
// authority's library: inclusive canonicalisation, and the transforms
// enveloped-signature and canonicalisation with comments, which by the rules of
// references leaves comments out.
func SignEnveloped(ctx context.Context, file []byte, key Key, opt Options) ([]byte, error) {
	d, err := Read(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSign, err)
	}
	opt.MIME = cmp.Or(opt.MIME, "text/xml")
	t := template{method: uriC14N, references: []templateReference{
		{transforms: []string{uriEnveloped, uriC14N + withComments}},
	}}
	t.keyInfo = x509Data(key)
	text, err := t.text(key, opt)
	if err != nil {
		return nil, err
	}
	e := d.appendTo(d.tree.Root(), text)
	signed, err := inFile{at: d.placeOf(e, text), key: key}.complete(ctx, d.edit(file, e))
	if err != nil {
		return nil, err
	}
	if err := keeps(ctx, d, signed, opt.Cosign); err != nil {
		return nil, err
	}
	return signed, nil
}

// SignDetached makes a signature over content that stands elsewhere: a document
// of its own, whose reference names opt.URI and digests the content as it is.
func SignDetached(ctx context.Context, content []byte, key Key, opt Options) ([]byte, error) {
	if opt.URI == "" || strings.HasPrefix(opt.URI, "#") {
		return nil, fmt.Errorf("%w: a detached signature needs an address outside itself", ErrSign)
	}
	if content == nil {
		content = []byte{}
	}
	opt.MIME = cmp.Or(opt.MIME, "application/octet-stream")
	t := template{method: uriExcl, keyInfo: x509Data(key), references: []templateReference{{uri: opt.URI}}}
	text, err := t.text(key, opt)
	if err != nil {
		return nil, err
	}
	const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	return inFile{at: len(head), key: key, with: Supplied{Content: content}}.complete(ctx, []byte(head+text))
}

// inFile is a signature that is being made: where it begins in its file, by whom, and
// over what else.
type inFile struct {
	at   int
	key  Key
	with Supplied
}

// complete fills in the digests and the value, and reads the result as anyone would.
// That a context has ended is said before what was not done for it.
func (f inFile) complete(ctx context.Context, file []byte) ([]byte, error) {
	file, err := f.fill(ctx, file)
	if err == nil {
		err = f.check(ctx, file)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("sign XML: %w", ctx.Err())
	}
	if err != nil {
		return nil, err
	}
	return file, nil
}

// fill fills in the digests and the value.
func (f inFile) fill(ctx context.Context, file []byte) ([]byte, error) {
	file, err := f.fillDigests(ctx, file)
	if err != nil {
		return nil, err
	}
	d, element, err := f.read(ctx, file)
	if err != nil {
		return nil, err
	}
	p, problem := takeApart(element)
	if problem != nil {
		return nil, fmt.Errorf("%w: %v", ErrSign, problem)
	}
	s := Signature{element: element}
	m, _, _ := methodByURI(p.canonicalization)
	if s.SignedInfo, problem = d.canonical(p.signedInfo, m, nil); problem != nil {
		return nil, fmt.Errorf("%w: %v", ErrSign, problem)
	}
	value, err := f.key.sign(s.SignedInfo)
	if err != nil {
		return nil, err
	}
	return d.edit(file, change{at: p.value.Inner().Start, text: encode64(value)}), nil
}

// sign makes the value over the canonical SignedInfo.
func (k Key) sign(signedInfo []byte) ([]byte, error) {
	alg, _, err := certs.SigningAlgorithm(k.Certificate.PublicKey)
	if err != nil {
		return nil, err
	}
	value, err := k.Signer.Sign(rand.Reader, alg.Digest.Sum(signedInfo), alg.Digest.SignerOpts())
	if err != nil {
		return nil, fmt.Errorf("use signing key: %w", err)
	}
	if pub, ok := k.Certificate.PublicKey.(*ecdsa.PublicKey); ok {
		return fixedECDSA(pub, value)
	}
	return value, nil
}

// fillDigests computes the digests of all references of the signature.
func (f inFile) fillDigests(ctx context.Context, file []byte) ([]byte, error) {
	d, element, err := f.read(ctx, file)
	if err != nil {
		return nil, err
	}
	p, problem := takeApart(element)
	if problem != nil {
		return nil, fmt.Errorf("%w: %v", ErrSign, problem)
	}
	var changes []change
	for _, n := range p.references {
		r := &reading{doc: d, signature: &Signature{element: element}, with: f.with, Reference: &Reference{}}
		got, value, problem := r.covered(n)
		if problem != nil {
			return nil, fmt.Errorf("%w: %v", ErrSign, problem)
		}
		changes = append(changes, change{at: value.Inner().Start, text: encode64(r.Digest.Sum(got))})
	}
	return d.edit(file, changes...), nil
}

// read reads the file and finds the signature in it.
func (f inFile) read(ctx context.Context, file []byte) (*Document, *xmltree.Node, error) {
	d, err := Read(file)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrSign, err)
	}
	for _, n := range d.signatures {
		if n.Outer().Start == f.at {
			d.allow(f.with)
			d.ended = ctx.Err
			return d, n, nil
		}
	}
	return nil, nil, fmt.Errorf("%w: too many signatures", ErrSign)
}

// check asks about a signature just made what every verifier asks.
func (f inFile) check(ctx context.Context, file []byte) error {
	d, err := Read(file)
	if err != nil {
		return fmt.Errorf("%w: %w: %w", ErrSign, ErrOutput, err)
	}
	for _, s := range d.Signatures(ctx, f.with) {
		if s.element.Outer().Start != f.at {
			continue
		}
		if len(s.Problems) > 0 {
			return fmt.Errorf("%w: %v", ErrSign, s.Problems[0])
		}
		if s.signer == nil || !bytes.Equal(s.signer.Raw, f.key.Certificate.Raw) {
			return fmt.Errorf("%w: it would not name its certificate", ErrSign)
		}
		if err := s.Verify(f.key.Certificate.PublicKey); err != nil {
			return fmt.Errorf("%w: %w: %w", ErrSign, ErrOutput, err)
		}
		return nil
	}
	return fmt.Errorf("%w: too many signatures", ErrSign)
}

// ErrBreaksSignature means that a signature already there would no longer hold.
var ErrBreaksSignature = errors.New("a signature already there would be broken")

// keeps asks whether what was right about the signatures of a document before
// is right after another was added.
func keeps(ctx context.Context, before *Document, file []byte, cosign bool) error {
	after, err := Read(file)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSign, err)
	}
	now := after.Signatures(ctx, Supplied{})
	for _, old := range before.Signatures(ctx, Supplied{}) {
		if !old.holds(true) {
			continue
		}
		i := slices.IndexFunc(now, func(s Signature) bool { return bytes.Equal(s.Value, old.Value) })
		if i < 0 || !now[i].holds(cosign) {
			return fmt.Errorf("%w: %w", ErrSign, ErrBreaksSignature)
		}
	}
	return nil
}

// holds reports whether the digests of a signature are right, perhaps only with
// later signatures left out.
func (s *Signature) holds(later bool) bool {
	for _, p := range s.Problems {
		if p.Code == CodeDigest || p.Code == CodeLaterSignatures {
			return false
		}
	}
	return later || !s.Stacked
}

// change is a text to put into a file, in the file's encoding, in place of some bytes.
type change struct {
	at, drop int
	text     string
}

// edit makes the changes, which do not overlap, to the file that the document is.
func (d *Document) edit(file []byte, changes ...change) []byte {
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	var out []byte
	done := 0
	for _, c := range changes {
		out = append(append(out, file[done:c.at]...), d.tree.Encode(c.text)...)
		done = c.at + c.drop
	}
	return append(out, file[done:]...)
}

// placeOf returns where in the changed file a part of the text of a change stands.
func (d *Document) placeOf(c change, part string) int {
	before, _, _ := strings.Cut(c.text, part)
	return c.at + len(d.tree.Encode(before))
}

// appendTo puts a text before the end tag of an element.
func (d *Document) appendTo(n *xmltree.Node, text string) change {
	if !n.EmptyTag() {
		return change{at: n.Inner().End, text: text}
	}
	return change{at: n.Inner().Start, drop: len(d.tree.Encode("/>")), text: ">" + text + "</" + n.Name() + ">"}
}
