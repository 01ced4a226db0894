package pkcs12

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"

	"tamga/certs"
	"tamga/certs/der"
)

// bagKind is the last arc of a bag's type (RFC 7292 section 4.2).
type bagKind int

const (
	bagKey      bagKind = 1
	bagShrouded bagKind = 2
	bagCert     bagKind = 3
	bagCRL      bagKind = 4
	bagSecret   bagKind = 5
	bagSafe     bagKind = 6
)

// String names the kind for people.
func (k bagKind) String() string {
	switch k {
	case bagKey:
		return "private key"
	case bagShrouded:
		return "encrypted private key"
	case bagCert:
		return "certificate"
	case bagCRL:
		return "revocation list"
	case bagSecret:
		return "secret"
	case bagSafe:
		return "safe contents"
	}
	return "unknown"
}

// bag is one SafeBag.
type bag struct {
	kind         bagKind
	value        []byte // contents of the explicit [0]
	friendlyName string
	localKeyID   []byte // nil when absent
}

// parseBags reads SafeContents.
func parseBags(contents []byte) ([]bag, error) {
	r, err := enter(contents)
	if err != nil {
		return nil, malformed("safe contents")
	}
	var bags []bag
	for !r.Empty() {
		b, err := parseBag(r)
		if err != nil {
			return nil, err
		}
		if bags = append(bags, b); len(bags) > maxBags {
			return nil, fmt.Errorf("%w: more than %d bags", ErrUnsupported, maxBags)
		}
	}
	return bags, nil
}

func parseBag(r *der.Reader) (bag, error) {
	in, err := r.Enter(der.SequenceTag)
	if err != nil {
		return bag{}, malformed("bag")
	}
	id, err := in.ReadOID()
	if err != nil {
		return bag{}, malformed("bag type")
	}
	value, err := in.Expect(der.ContextConstructed(0))
	if err != nil {
		return bag{}, malformed("bag value")
	}
	b := bag{kind: bagKind(lastArc(id, oidBags)), value: value.Body}
	attributes, ok, err := in.Optional(der.SetTag)
	if err != nil || in.Done() != nil {
		return bag{}, malformed("bag attributes")
	}
	if ok {
		err = b.readAttributes(der.NewReader(attributes.Body))
	}
	return b, err
}

// readAttributes takes the friendly name and the local key identifier, and
// passes over others (RFC 7292 section 4.2; RFC 2985 section 5.5).
func (b *bag) readAttributes(r *der.Reader) error {
	for !r.Empty() {
		a, err := r.Enter(der.SequenceTag)
		if err != nil {
			return malformed("bag attribute")
		}
		id, err := a.ReadOID()
		if err != nil {
			return malformed("bag attribute")
		}
		values, err := a.Enter(der.SetTag)
		if err != nil || a.Done() != nil {
			return malformed("bag attribute")
		}
		if values.Empty() {
			continue
		}
		v, err := values.Next()
		if err != nil {
			return malformed("bag attribute")
		}
		switch {
		case id.Equal(oidFriendlyName):
			b.friendlyName, _ = der.ParseText(v)
		case id.Equal(oidLocalKeyID):
			if v.Tag != der.OctetString {
				return malformed("localKeyId")
			}
			b.localKeyID = v.Body
		}
	}
	return nil
}

// certificate reads a CertBag.
func (b bag) certificate() (*certs.Certificate, error) {
	r, err := der.NewReader(b.value).Enter(der.SequenceTag)
	if err != nil {
		return nil, malformed("certificate bag")
	}
	kind, err := r.ReadOID()
	if err != nil {
		return nil, malformed("certificate bag")
	}
	if !kind.Equal(oidX509) {
		return nil, fmt.Errorf("%w: a certificate that is not X.509", ErrUnsupported)
	}
	in, err := r.Enter(der.ContextConstructed(0))
	if err != nil {
		return nil, malformed("certificate bag")
	}
	octets, err := in.Expect(der.OctetString)
	if err != nil || in.Done() != nil || r.Done() != nil {
		return nil, malformed("certificate bag")
	}
	c, err := certs.Parse(octets.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return c, nil
}

// shroud reads the EncryptedPrivateKeyInfo of a shrouded key bag (RFC 5958
// section 3).
func (b bag) shroud() (*encryption, []byte, error) {
	r, err := der.NewReader(b.value).Enter(der.SequenceTag)
	if err != nil {
		return nil, nil, malformed("encrypted private key")
	}
	alg, err := r.Expect(der.SequenceTag)
	if err != nil {
		return nil, nil, malformed("encrypted private key")
	}
	e, err := parseEncryption(alg.Raw)
	if err != nil {
		return nil, nil, err
	}
	data, err := r.Expect(der.OctetString)
	if err != nil || r.Done() != nil {
		return nil, nil, malformed("encrypted private key")
	}
	return e, data.Body, nil
}

// parsePrivateKey reads PKCS#8 of any family that signs.
func parsePrivateKey(b []byte) (crypto.Signer, error) {
	key, err := certs.ParsePrivateKey(b)
	switch {
	case errors.Is(err, certs.ErrAlgorithm):
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return key, nil
}

// collector gathers keys and certificates from the bags of all safes.
type collector struct {
	password password
	work     *work
	keys     []keyBag
	certs    []certBag
	bags     int
	nesting  int
}

type keyBag struct {
	bag
	key crypto.Signer
}

type certBag struct {
	bag
	certificate *certs.Certificate
	taken       bool
}

func (c *collector) addContents(contents []byte) error {
	bags, err := parseBags(contents)
	if err != nil {
		return err
	}
	for _, b := range bags {
		if c.bags++; c.bags > maxBags {
			return fmt.Errorf("%w: more than %d bags", ErrUnsupported, maxBags)
		}
		if err := c.add(b); err != nil {
			return err
		}
	}
	return nil
}

func (c *collector) add(b bag) error {
	switch b.kind {
	case bagKey:
		return c.addKey(b, b.value)
	case bagShrouded:
		e, data, err := b.shroud()
		if err != nil {
			return err
		}
		plain, err := e.decrypt(data, c.password, c.work)
		if err != nil {
			return err
		}
		return c.addKey(b, plain)
	case bagCert:
		cert, err := b.certificate()
		if err != nil {
			return err
		}
		c.certs = append(c.certs, certBag{bag: b, certificate: cert})
	case bagSafe:
		if c.nesting++; c.nesting > maxNesting {
			return fmt.Errorf("%w: nested too deeply", ErrUnsupported)
		}
		err := c.addContents(b.value)
		c.nesting--
		return err
	}
	return nil // lists, secrets and unknown bags are not ours
}

func (c *collector) addKey(b bag, pkcs8 []byte) error {
	key, err := parsePrivateKey(pkcs8)
	if err != nil {
		return err
	}
	c.keys = append(c.keys, keyBag{bag: b, key: key})
	return nil
}

// store puts every key and its certificate together.
func (c *collector) store() (*Store, error) {
	s := &Store{}
	for _, k := range c.keys {
		own, err := c.certificateOf(k)
		if err != nil {
			return nil, err
		}
		own.taken = true
		e := Entry{FriendlyName: k.friendlyName, Certificate: own.certificate, Key: k.key}
		if e.FriendlyName == "" {
			e.FriendlyName = own.friendlyName
		}
		s.Entries = append(s.Entries, e)
	}
	for _, b := range c.certs {
		if !b.taken {
			s.Certificates = append(s.Certificates, b.certificate)
		}
	}
	return s, nil
}

// certificateOf finds a key's certificate: the one with its local identifier,
// which must then be of that key, or without an identifier the one with its
// public key.
func (c *collector) certificateOf(k keyBag) (*certBag, error) {
	for i := range c.certs {
		b := &c.certs[i]
		if k.localKeyID != nil && !bytes.Equal(k.localKeyID, b.localKeyID) {
			continue
		}
		if fits(k.key, b.certificate) {
			return b, nil
		}
		if k.localKeyID != nil {
			return nil, malformed("a private key does not belong to its certificate")
		}
	}
	return nil, fmt.Errorf("%w: a private key without a certificate", ErrUnsupported)
}

// fits reports whether the key is the certificate's. All public keys that
// [certs.ParsePublicKey] returns have Equal.
func fits(key crypto.Signer, c *certs.Certificate) bool {
	pub, ok := c.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	return ok && pub.Equal(key.Public())
}
