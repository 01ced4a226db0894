package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/certs/revocation/ocsp"
	"tamga/signing/armour"
	"tamga/signing/tsp"
	"tamga/signing/xmldsig"
)

// xml prints the signatures of an XML file and what they cover.
func (p *printer) xml(ctx context.Context, file []byte, at time.Time) error {
	doc, err := xmldsig.Read(file)
	if err != nil {
		return fmt.Errorf("an XML file that cannot be read: %w", err)
	}
	all := doc.Signatures(ctx, xmldsig.Supplied{})
	p.line("An XML file, its root is %s, %s", doc.Tree().Root().Path(), plural(len(all), "signature"))
	for i := range all {
		s := &all[i]
		what := "A signature at " + s.Path
		if s.Counter {
			what = "A countersignature at " + s.Path
		}
		p.line("%s", what)
		p.in(func() { p.xmlSignature(s, at) })
	}
	return nil
}

func (p *printer) xmlSignature(s *xmldsig.Signature, at time.Time) {
	if alg, err := s.Algorithm(); err == nil {
		p.field("Signed with", "%s", alg.Name())
	}
	for _, covered := range s.Signed() {
		p.field("Covers", "%s %s", covered.Role, covered.Path())
	}
	for _, part := range s.Unsigned {
		p.field("Not covered", "%s: %s", part.Path, part.What)
	}
	p.field("Claims", "%s", moment(s.ClaimedTime))
	for _, problem := range s.Problems {
		p.field("Oddity", "%s", problem)
	}
	p.carried(s.Certificates, at)
}

// carried prints certificates that came with something.
func (p *printer) carried(list []*certs.Certificate, at time.Time) {
	for _, cert := range list {
		p.line("It carries the certificate")
		p.in(func() { p.certificate(cert, at) })
	}
}

// ocsp prints what a responder says.
func (p *printer) ocsp(file []byte, at time.Time) error {
	raw, err := armour.Open(file)
	if err != nil {
		return err
	}
	resp, err := ocsp.ParseResponse(raw)
	if errors.Is(err, ocsp.ErrMalformed) {
		if basic, bare := ocsp.ParseBasic(raw); bare == nil {
			resp, err = basic, nil
		}
	}
	if err != nil {
		return fmt.Errorf("an OCSP response that cannot be read: %w", err)
	}
	if resp.Status != ocsp.Successful {
		p.line("An OCSP response that tells nothing: %s", ocspStatus(resp.Status))
		return nil
	}
	p.line("An OCSP response about %s", plural(len(resp.Answers), "certificate"))
	p.in(func() {
		responder := resp.ResponderName.String()
		if len(resp.ResponderKeyHash) > 0 {
			responder = "who has the key " + hex.EncodeToString(resp.ResponderKeyHash)
		}
		p.field("Responder", "%s", responder)
		p.field("Made on", "%s", moment(resp.ProducedAt))
		if alg, err := certs.ParseAlgorithm(resp.Algorithm); err == nil {
			p.field("Signed with", "%s", alg.Name())
		}
	})
	for _, a := range resp.Answers {
		p.line("The certificate %s is %s", a.ID.Serial.Text(16), certStatus(a.Status))
		p.in(func() {
			p.field("Revoked on", "%s", moment(a.RevokedAt))
			if a.Status == ocsp.Revoked {
				p.field("Reason", "%s", a.Reason)
			}
			p.field("As of", "%s", moment(a.ThisUpdate))
			p.field("Good until", "%s", moment(a.NextUpdate))
		})
	}
	p.carried(resp.Certificates, at)
	return nil
}

func certStatus(s ocsp.CertStatus) string {
	switch s {
	case ocsp.Good:
		return "good"
	case ocsp.Revoked:
		return "revoked"
	}
	return "not known to the responder"
}

// ocspStatus is the status as RFC 6960 writes it.
func ocspStatus(s ocsp.ResponseStatus) string {
	switch s {
	case ocsp.MalformedRequest:
		return "malformedRequest"
	case ocsp.InternalError:
		return "internalError"
	case ocsp.TryLater:
		return "tryLater"
	case ocsp.SigRequired:
		return "sigRequired"
	}
	return "unauthorized"
}

// timestampResponse prints what a timestamp authority answered.
func (p *printer) timestampResponse(file []byte, at time.Time) error {
	raw, err := armour.Open(file)
	if err != nil {
		return err
	}
	resp, err := tsp.ParseResponse(raw)
	if err != nil {
		return fmt.Errorf("a response of a timestamp authority that cannot be read: %w", err)
	}
	p.line("A response of a timestamp authority: %s", resp.Status)
	if resp.Token == nil {
		return nil
	}
	return p.timestampToken(resp.Token, at)
}

// timestampToken prints what a timestamp states.
func (p *printer) timestampToken(file []byte, at time.Time) error {
	raw, err := armour.Open(file)
	if err != nil {
		return err
	}
	token, err := tsp.ParseToken(raw)
	if err != nil {
		return fmt.Errorf("a timestamp that cannot be read: %w", err)
	}
	info := &token.Info
	p.line("A timestamp")
	p.in(func() {
		p.field("Made on", "%s", moment(info.GenTime))
		if info.Accuracy.Present {
			p.field("Accuracy", "%s", info.Accuracy.Error)
		}
		digest := info.Imprint.Algorithm.OID.String()
		if d, ok := info.Imprint.Digest(); ok {
			digest = d.Name
		}
		p.field("Over", "%s %s", digest, hex.EncodeToString(info.Imprint.Hash))
		p.field("Policy", "%s", info.Policy)
		p.field("Serial", "%s", info.Serial.Text(16))
	})
	for _, b := range token.SignedData.Certificates {
		cert, err := certs.Parse(b)
		if err != nil {
			p.field("Oddity", "it carries a certificate that cannot be read: %v", err)
			continue
		}
		p.carried([]*certs.Certificate{cert}, at)
	}
	return nil
}

// plural counts things.
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
