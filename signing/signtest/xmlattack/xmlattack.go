// Package xmlattack makes signed XML files that must not pass, or that pass and
// say less than they seem to: wrapping, ambiguity, hidden content, smuggled
// algorithms, bombs. [Cases] makes them with any key, so that a whole verifier
// can be asked about each.
//
// What the attacker wants believed contains [Marker] in every case.
package xmlattack

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing/xmldsig"
)

// Marker stands in what the attacker wants believed, and in nothing that the
// key's holder signed.
const Marker = "EVIL"

// Case is one file and what must come of it.
type Case struct {
	Name    string
	File    []byte
	Content []byte // supplied as detached content; may be nil

	// Code is the code of a problem that one of the signatures must have.
	Code string
	// Unreadable is set if the file must be refused before any signature is
	// looked at.
	Unreadable bool
	// WrongValue is set if the structure holds and the value must not verify.
	WrongValue bool
	// Weak is set if everything holds but an algorithm that no policy of today
	// relies on.
	Weak bool
	// Signed is what must be returned as signed if none of the above is set.
	Signed string
}

// maker makes signatures of any shape with one key.
type maker struct {
	key            xmldsig.Key
	digest         certs.Digest
	method, hashes string // identifiers of the key's algorithms
	err            error
}

// Cases makes all cases. The key may be of any family.
func Cases(key xmldsig.Key, at time.Time) ([]Case, error) {
	m := &maker{key: key}
	alg, _, err := certs.SigningAlgorithm(key.Certificate.PublicKey)
	if err != nil {
		return nil, err
	}
	m.digest = alg.Digest
	sample := m.enveloped("<a></a>", xmldsig.Options{})
	m.method = algorithmOf(sample, "SignatureMethod")
	m.hashes = algorithmOf(sample, "DigestMethod")
	var all []Case
	for _, make := range []func(*maker, time.Time) []Case{soapWrapping, documentWrapping, structures, algorithms, bombs, properties} {
		all = append(all, make(m, at)...)
	}
	return all, m.err
}

func algorithmOf(file, element string) string {
	found := regexp.MustCompile(element + ` Algorithm="([^"]*)"`).FindStringSubmatch(file)
	if found == nil {
		return ""
	}
	return found[1]
}

func (m *maker) enveloped(file string, opt xmldsig.Options) string {
	signed, err := xmldsig.SignEnveloped(context.Background(), []byte(file), m.key, opt)
	if err != nil && m.err == nil {
		m.err = err
	}
	return string(signed)
}

func (m *maker) soap(file string, opt xmldsig.SOAPOptions) string {
	signed, err := xmldsig.SignSOAP(context.Background(), []byte(file), m.key, opt)
	if err != nil && m.err == nil {
		m.err = err
	}
	return string(signed)
}

// The words of signatures.
const (
	nsDS        = "http://www.w3.org/2000/09/xmldsig#"
	exclusive   = "http://www.w3.org/2001/10/xml-exc-c14n#"
	enveloped   = `<ds:Transform Algorithm="` + nsDS + `enveloped-signature"></ds:Transform>`
	exclusively = `<ds:Transform Algorithm="` + exclusive + `"></ds:Transform>`
)

// reference is what one Reference says. All texts are in canonical form.
type reference struct {
	uri, kind, transforms string
	hashes                string // digest algorithm; the key's when empty
	over                  []byte // what is digested, by digest, or the key's
	digest                *certs.Digest
}

// info writes a SignedInfo in its own exclusive canonical form.
func (m *maker) info(method string, references ...reference) string {
	var b strings.Builder
	b.WriteString(`<ds:SignedInfo xmlns:ds="` + nsDS + `"><ds:CanonicalizationMethod Algorithm="` + exclusive + `"></ds:CanonicalizationMethod>` + method)
	for _, r := range references {
		kind := ""
		if r.kind != "" {
			kind = ` Type="` + r.kind + `"`
		}
		if r.hashes == "" {
			r.hashes = m.hashes
		}
		if r.digest == nil {
			r.digest = &m.digest
		}
		if r.transforms != "" {
			r.transforms = "<ds:Transforms>" + r.transforms + "</ds:Transforms>"
		}
		b.WriteString(`<ds:Reference` + kind + ` URI="` + r.uri + `">` + r.transforms + `<ds:DigestMethod Algorithm="` + r.hashes + `"></ds:DigestMethod>` +
			`<ds:DigestValue>` + base64.StdEncoding.EncodeToString(r.digest.Sum(r.over)) + `</ds:DigestValue></ds:Reference>`)
	}
	b.WriteString("</ds:SignedInfo>")
	return b.String()
}

func (m *maker) signatureMethod() string {
	return `<ds:SignatureMethod Algorithm="` + m.method + `"></ds:SignatureMethod>`
}

// signature writes a Signature over those references, whatever they say.
func (m *maker) signature(attributes, objects string, references ...reference) string {
	info := m.info(m.signatureMethod(), references...)
	return m.around(attributes, info, m.value(info), m.certificate(), objects)
}

func (m *maker) certificate() string {
	return "<ds:X509Data><ds:X509Certificate>" + base64.StdEncoding.EncodeToString(m.key.Certificate.Raw) + "</ds:X509Certificate></ds:X509Data>"
}

func (m *maker) around(attributes, info, value, keyInfo, objects string) string {
	return `<ds:Signature xmlns:ds="` + nsDS + `"` + attributes + ">" + info + "<ds:SignatureValue>" + value + "</ds:SignatureValue><ds:KeyInfo>" + keyInfo + "</ds:KeyInfo>" + objects + "</ds:Signature>"
}

// raw signs as the key does: ECDSA as a SEQUENCE.
func (m *maker) raw(signed string) []byte {
	value, err := m.key.Signer.Sign(rand.Reader, m.digest.Sum([]byte(signed)), m.digest.SignerOpts())
	if err != nil && m.err == nil {
		m.err = err
	}
	return value
}

// value signs as XML has it: ECDSA as r and s in turn.
func (m *maker) value(signed string) string {
	value := m.raw(signed)
	if pub, ok := m.key.Certificate.PublicKey.(*ecdsa.PublicKey); ok {
		size := (pub.Params().N.BitLen() + 7) / 8
		r, err := der.Inside(value, der.SequenceTag)
		fixed := make([]byte, 2*size)
		for i := range 2 {
			if n, failed := r.ReadInteger(); failed == nil {
				n.FillBytes(fixed[i*size : (i+1)*size])
			} else {
				err = failed
			}
		}
		if err != nil && m.err == nil {
			m.err = err
		}
		value = fixed
	}
	return base64.StdEncoding.EncodeToString(value)
}

// between returns the first part of a text from one mark through another.
func between(s, from, through string) string {
	_, rest, ok := strings.Cut(s, from)
	inner, _, closed := strings.Cut(rest, through)
	if !ok || !closed {
		panic(fmt.Sprintf("no %s ... %s", from, through))
	}
	return from + inner + through
}

func replace(s, old, with string) string {
	if !strings.Contains(s, old) {
		panic("nothing to replace: " + old)
	}
	return strings.Replace(s, old, with, 1)
}
