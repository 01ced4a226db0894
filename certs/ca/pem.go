package ca

import (
	"crypto"
	"encoding/json"
	"encoding/pem"
	"fmt"

	"tamga/certs"
)

// The types of PEM blocks.
const (
	blockState       = "TAMGA DEMO AUTHORITY"
	blockCertificate = "CERTIFICATE"
	blockKey         = "PRIVATE KEY"
)

// state is what an authority remembers besides keys and certificates.
type state struct {
	Family  string         `json:"family"`
	Label   string         `json:"label"`
	BaseURL string         `json:"base_url"`
	OCSP    string         `json:"ocsp,omitempty"`
	RootCRL register       `json:"root_crl"`
	CRL     register       `json:"crl"`
	Revoked []revokedEntry `json:"revoked,omitempty"`
}

// MarshalPEM stores the authority: its state as JSON, then root and issuing
// authority, each a certificate and an unencrypted PKCS#8 key. The result is
// secret.
func (a *Authority) MarshalPEM() ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	text, err := json.Marshal(state{
		Family: a.family.String(), Label: a.label, BaseURL: a.base, OCSP: a.ocsp,
		RootCRL: a.rootCRL, CRL: a.crl, Revoked: a.revoked,
	})
	if err != nil {
		return nil, fmt.Errorf("storing the authority's state: %w", err)
	}
	out := pem.EncodeToMemory(&pem.Block{Type: blockState, Bytes: text})
	for _, h := range []Holder{a.root, a.issuing} {
		b, err := MarshalHolderPEM(h)
		if err != nil {
			return nil, err
		}
		out = append(out, b...)
	}
	return out, nil
}

// MarshalHolderPEM stores a certificate and its key, unencrypted. The result
// is secret.
func MarshalHolderPEM(h Holder) ([]byte, error) {
	key, err := marshalPrivateKey(h.Key)
	if err != nil {
		return nil, fmt.Errorf("storing a private key: %w", err)
	}
	out := pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: h.Certificate.Raw})
	return append(out, pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: key})...), nil
}

// MarshalCertificatePEM stores a certificate for the public.
func MarshalCertificatePEM(c *certs.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: c.Raw})
}

// ParseHolderPEM reads what [MarshalHolderPEM] wrote.
func ParseHolderPEM(b []byte) (Holder, error) {
	c, err := parseContents(b)
	if err != nil {
		return Holder{}, err
	}
	if c.state != nil || len(c.holders) != 1 {
		return Holder{}, fmt.Errorf("%w: not one certificate with its key", ErrInvalid)
	}
	return c.holders[0], nil
}

// ParsePEM reads what [Authority.MarshalPEM] wrote.
func ParsePEM(b []byte) (*Authority, error) {
	c, err := parseContents(b)
	if err != nil {
		return nil, err
	}
	if c.state == nil || len(c.holders) != 2 {
		return nil, fmt.Errorf("%w: not a stored authority", ErrInvalid)
	}
	f, err := ParseFamily(c.state.Family)
	if err != nil {
		return nil, err
	}
	a := &Authority{
		family: f, label: c.state.Label, base: c.state.BaseURL, ocsp: c.state.OCSP,
		root: c.holders[0], issuing: c.holders[1],
		revoked: c.state.Revoked, rootCRL: c.state.RootCRL, crl: c.state.CRL,
	}
	for _, e := range a.revoked {
		if e.Serial == nil {
			return nil, fmt.Errorf("%w: a revoked certificate without its serial number", ErrInvalid)
		}
	}
	if !a.root.Certificate.SelfSigned() {
		return nil, fmt.Errorf("%w: the first certificate is no root", ErrInvalid)
	}
	if err := a.issuing.Certificate.CheckSignatureFrom(a.root.Certificate); err != nil {
		return nil, fmt.Errorf("%w: the issuing authority is not the root's: %w", ErrInvalid, err)
	}
	return a, nil
}

// contents are the blocks of a PEM file.
type contents struct {
	state   *state
	holders []Holder // certificate and key by turns
}

func parseContents(b []byte) (contents, error) {
	var c contents
	var pending *certs.Certificate
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			break
		}
		switch block.Type {
		case blockState:
			c.state = new(state)
			if err := json.Unmarshal(block.Bytes, c.state); err != nil {
				return contents{}, fmt.Errorf("%w: state: %w", ErrInvalid, err)
			}
		case blockCertificate:
			cert, err := certs.Parse(block.Bytes)
			if err != nil {
				return contents{}, fmt.Errorf("%w: %w", ErrInvalid, err)
			}
			pending = cert
		case blockKey:
			key, err := certs.ParsePrivateKey(block.Bytes)
			if err != nil {
				return contents{}, fmt.Errorf("%w: private key: %w", ErrInvalid, err)
			}
			h, err := pair(pending, key)
			if err != nil {
				return contents{}, err
			}
			c.holders, pending = append(c.holders, h), nil
		}
	}
	if pending != nil {
		return contents{}, fmt.Errorf("%w: a certificate without its key", ErrInvalid)
	}
	return c, nil
}

// pair puts a certificate and its key together.
func pair(c *certs.Certificate, key crypto.Signer) (Holder, error) {
	h := Holder{Certificate: c, Key: key}
	if c == nil || !h.belongs() {
		return Holder{}, fmt.Errorf("%w: a key without its certificate", ErrInvalid)
	}
	return h, nil
}
