package creation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/signing/xmldsig"
)

// XMLForm is the shape of an XML signature.
type XMLForm string

// The forms.
const (
	XMLEnveloped XMLForm = "enveloped" // inside the document that it signs
	XMLDetached  XMLForm = "detached"  // a document of its own, about content elsewhere
	XMLSOAP      XMLForm = "wsse"      // WS-Security, over the body of a SOAP message
)

// XML is a signature over XML, or for a detached one over any content. Errors are
// also [xmldsig.ErrSign].
type XML struct {
	File []byte
	Form XMLForm
	// Properties adds the signed properties of XAdES baseline B-B; without
	// them the shape is that of the national library. WS-Security has none.
	Properties bool
	// Cosign lets an enveloped signature follow others that hold only without it
	// afterwards, as national libraries sign a document several times; without it
	// such a document is refused: [xmldsig.ErrBreaksSignature]. Verifiers that know
	// XML Signature only see the last one.
	Cosign bool
	// Address is what a detached signature calls its content.
	Address string
	// KeyIdentifier writes the certificate of a SOAP signature into its key
	// reference, as the government gateway shows it, and Validity asks for a
	// timestamp of that life where the message has none.
	KeyIdentifier bool
	Validity      time.Duration
}

// ErrNotCosigned means that a document is signed already, and can be signed again only
// with [XML.Cosign].
var ErrNotCosigned = errors.New("the document carries signatures that hold only without another, as national libraries stack them")

func (f XML) sign(ctx context.Context, key Key, at time.Time) (draft, error) {
	if err := key.Check(ctx, at); err != nil {
		return draft{}, err
	}
	k := xmldsig.Key{Signer: key.Signer, Certificate: key.Certificate}
	options := xmldsig.Options{Properties: f.Properties, At: at, Cosign: f.Cosign, URI: f.Address}
	d := draft{beside: true}
	var err error
	if f.Cosign && f.Form != XMLEnveloped {
		return d, fmt.Errorf("%w: only enveloped signatures follow one another", xmldsig.ErrSign)
	}
	switch f.Form {
	case XMLEnveloped:
		d.file, err = xmldsig.SignEnveloped(ctx, f.File, k, options)
	case XMLDetached:
		d.beside, d.content = false, present(f.File)
		d.file, err = xmldsig.SignDetached(ctx, f.File, k, options)
	case XMLSOAP:
		d.file, err = xmldsig.SignSOAP(ctx, f.File, k, xmldsig.SOAPOptions{At: at, Validity: f.Validity, KeyIdentifier: f.KeyIdentifier})
	default:
		err = fmt.Errorf("%w: there is no form %q", xmldsig.ErrSign, f.Form)
	}
	if errors.Is(err, xmldsig.ErrBreaksSignature) && f.Form == XMLEnveloped && !f.Cosign {
		err = fmt.Errorf("%w: %w", ErrNotCosigned, err)
	}
	if errors.Is(err, xmldsig.ErrOutput) {
		err = fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return d, err
}
