package cms

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"tamga/certs"
	"tamga/certs/der"
)

// Draft is a SignedData that is added to: certificates, revocation
// information, signers, and attributes that are not signed. Everything that was
// there keeps its bytes and its order; additions go where DER wants them, as
// far as what was there is in that order.
type Draft struct {
	Signers []DraftSigner

	version      int
	digests      [][]byte // elements of digestAlgorithms
	encap        []byte   // encapContentInfo
	certificates [][]byte // CertificateChoices
	revocation   [][]byte // RevocationInfoChoices
}

// DraftSigner is a SignerInfo in pieces.
type DraftSigner struct {
	version, sid, digest, signed, algorithm, signature []byte
	unsigned                                           [][]byte // complete attributes
}

// Edit takes a SignedData apart that is DER or BER, with nothing after it. BER
// becomes DER where lengths are concerned, which no signature is made over. It
// reads no more than the outline: [Read] the same bytes first to know that they
// are in order.
func Edit(ber []byte) (*Draft, error) {
	b, err := der.FromBER(ber)
	if err != nil {
		return nil, err
	}
	info, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return nil, err
	}
	if oid, err := info.ReadOID(); err != nil || !oid.Equal(OIDSignedData) {
		return nil, ErrNotSignedData
	}
	explicit, err := info.Enter(der.ContextConstructed(0))
	if err != nil {
		return nil, err
	}
	r, err := explicit.Enter(der.SequenceTag)
	if err != nil {
		return nil, err
	}
	d := &Draft{}
	return d, d.read(r)
}

func (d *Draft) read(r *der.Reader) error {
	var err error
	if d.version, err = r.ReadInt(); err != nil || d.version < 1 || d.version > 5 {
		return errors.New("SignedData of an unknown version")
	}
	if d.digests, err = elements(r, der.SetTag, maxDigests); err != nil {
		return fmt.Errorf("digestAlgorithms: %w", err)
	}
	encap, err := r.Expect(der.SequenceTag)
	if err != nil {
		return fmt.Errorf("encapContentInfo: %w", err)
	}
	d.encap = encap.Raw
	if d.certificates, err = optionalElements(r, 0, maxCertificates); err != nil {
		return fmt.Errorf("certificates: %w", err)
	}
	if d.revocation, err = optionalElements(r, 1, maxRevocation); err != nil {
		return fmt.Errorf("crls: %w", err)
	}
	signers, err := elements(r, der.SetTag, maxSigners)
	if err != nil {
		return fmt.Errorf("signerInfos: %w", err)
	}
	for i, raw := range signers {
		s, err := editSigner(raw)
		if err != nil {
			return fmt.Errorf("signer %d: %w", i+1, err)
		}
		d.Signers = append(d.Signers, s)
	}
	return r.Done()
}

// elements takes a constructed element and returns what is in it.
func elements(r *der.Reader, tag der.Tag, limit int) ([][]byte, error) {
	in, err := r.Enter(tag)
	if err != nil {
		return nil, err
	}
	list := [][]byte{}
	for !in.Empty() {
		e, err := in.Next()
		if err != nil {
			return nil, err
		}
		if len(list) == limit {
			return nil, errors.New("too many elements")
		}
		list = append(list, e.Raw)
	}
	return list, nil
}

// optionalElements returns nil when the field [n] is absent, and an empty list
// when it is empty.
func optionalElements(r *der.Reader, n byte, limit int) ([][]byte, error) {
	if tag, ok := r.Peek(); !ok || tag != der.ContextConstructed(n) {
		return nil, nil
	}
	return elements(r, der.ContextConstructed(n), limit)
}

func editSigner(raw []byte) (DraftSigner, error) {
	var s DraftSigner
	r, err := der.Inside(raw, der.SequenceTag)
	if err != nil {
		return s, err
	}
	for _, field := range []struct {
		to       *[]byte
		optional der.Tag
	}{
		{to: &s.version}, {to: &s.sid}, {to: &s.digest},
		{&s.signed, der.ContextConstructed(0)},
		{to: &s.algorithm}, {to: &s.signature},
	} {
		if tag, ok := r.Peek(); field.optional != 0 && (!ok || tag != field.optional) {
			continue
		}
		e, err := r.Next()
		if err != nil {
			return s, err
		}
		*field.to = e.Raw
	}
	if s.unsigned, err = optionalElements(r, 1, maxAttributes); err != nil {
		return s, fmt.Errorf("unsignedAttrs: %w", err)
	}
	return s, r.Done()
}

// Detach leaves the content out, which no signature of the container is over but by
// its digest.
func (d *Draft) Detach() error {
	r, err := der.Inside(d.encap, der.SequenceTag)
	if err != nil {
		return err
	}
	kind, err := r.ReadOID()
	if err != nil {
		return err
	}
	d.encap = der.Sequence(der.OID(kind))
	return nil
}

// AddCertificates adds those certificates that are not there yet.
func (d *Draft) AddCertificates(list ...[]byte) { d.certificates = insert(d.certificates, list...) }

// AddCRLs adds those revocation lists that are not there yet.
func (d *Draft) AddCRLs(list ...[]byte) { d.revocation = insert(d.revocation, list...) }

// AddOCSPs adds those responses (OCSPResponse) that are not there yet, in the
// format of RFC 5940 section 2.1.
func (d *Draft) AddOCSPs(list ...[]byte) {
	for _, response := range list {
		d.revocation = insert(d.revocation, der.Encode(der.ContextConstructed(1), der.OID(OIDOCSPResponse), response))
	}
	if len(list) > 0 {
		d.version = 5 // RFC 5652 section 5.1
	}
}

// AddSigner adds what [Maker.MakeSigner] returned, with the maker's digest
// algorithm and certificates.
func (d *Draft) AddSigner(m *Maker, signerInfo []byte) error {
	s, err := editSigner(signerInfo)
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(d.digests, func(raw []byte) bool {
		id, err := certs.ParseAlgorithmIdentifier(raw)
		return err == nil && id.Equal(m.scheme.digestIdentifier())
	})
	if !known {
		d.digests = insert(d.digests, m.scheme.digestIdentifier().DER())
	}
	d.AddCertificates(m.Certificates()...)
	if len(d.Signers) == maxSigners {
		return errors.New("too many signers")
	}
	at := slices.IndexFunc(d.Signers, func(have DraftSigner) bool { return bytes.Compare(have.der(), signerInfo) > 0 })
	if at < 0 {
		at = len(d.Signers)
	}
	d.Signers = slices.Insert(d.Signers, at, s)
	return nil
}

// AddUnsigned adds an attribute that is not signed.
func (s *DraftSigner) AddUnsigned(a Attribute) { s.unsigned = insert(s.unsigned, a.DER()) }

// insert puts what is missing before the first element that DER wants after
// it.
func insert(list [][]byte, more ...[]byte) [][]byte {
	for _, b := range more {
		at, there := len(list), false
		for i, have := range list {
			c := bytes.Compare(have, b)
			if c > 0 && at == len(list) {
				at = i
			}
			there = there || c == 0
		}
		if !there {
			list = slices.Insert(list, at, b)
		}
	}
	return list
}

func (s *DraftSigner) der() []byte {
	var unsigned []byte
	if s.unsigned != nil {
		unsigned = der.Encode(der.ContextConstructed(1), s.unsigned...)
	}
	return der.Sequence(s.version, s.sid, s.digest, s.signed, s.algorithm, s.signature, unsigned)
}

// DER returns the container.
func (d *Draft) DER() []byte {
	var certificates, revocation []byte
	if d.certificates != nil {
		certificates = der.Encode(der.ContextConstructed(0), d.certificates...)
	}
	if d.revocation != nil {
		revocation = der.Encode(der.ContextConstructed(1), d.revocation...)
	}
	signers := make([][]byte, len(d.Signers))
	for i := range d.Signers {
		signers[i] = d.Signers[i].der()
	}
	return wrap([]byte{byte(der.Integer), 1, byte(d.version)}, der.Encode(der.SetTag, d.digests...), d.encap,
		certificates, revocation, der.Encode(der.SetTag, signers...))
}
