package api

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"tamga/documents/registry"
	"tamga/signing"
)

// signRequest is the body of POST /v1/sign/cms.
type signRequest struct {
	Content   *string `json:"content"` // base64
	Detached  bool    `json:"detached"`
	Key       string  `json:"key"`        // name of the key, empty for the usual one
	ClaimTime bool    `json:"claim_time"` // write the signing-time attribute
}

type signAnswer struct {
	CMS    []byte                   `json:"cms"` // base64 of DER
	Signer *signing.CertificateInfo `json:"signer"`
}

// signCMS answers POST /v1/sign/cms.
func (v *service) signCMS(c echo.Context) error {
	if _, err := v.authorise(c, registry.ScopeSign); err != nil {
		return err
	}
	var body signRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	if body.Content == nil {
		return badField("/content", "required", "is missing")
	}
	content, err := binary("/content", *body.Content)
	if err != nil {
		return err
	}
	key, err := v.signingKey(body.Key)
	if err != nil {
		return err
	}
	cms, err := v.signAndVerify(present(content), key, body)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, signAnswer{CMS: cms, Signer: signing.DescribeCertificate(key.Certificate)})
}

func (v *service) signingKey(name string) (signing.Key, error) {
	key, ok := v.Keys[name]
	if !ok && name == "" {
		key, ok = v.Keys["demo"]
	}
	if !ok {
		return signing.Key{}, &fault{is: errNoSigningKey,
			fields: []FieldError{{"/key", "unknown", "is not the name of a signing key"}}}
	}
	return key, nil
}

// signAndVerify lets nothing out that our own verifier does not take for a
// signature over this content by this certificate. Whether the certificate is
// trusted is the reader's question.
func (v *service) signAndVerify(content []byte, key signing.Key, r signRequest) ([]byte, error) {
	at := v.now()
	cms, err := signing.SignCMS(content, key, signing.CMSOptions{Detached: r.Detached, Time: at, Claim: r.ClaimTime})
	if err != nil {
		return nil, err
	}
	verdict, err := v.Verifier.VerifyCMS(cms, signing.Question{Content: content, At: at})
	if err != nil {
		return nil, err
	}
	if len(verdict.Signers) != 1 {
		return nil, fmt.Errorf("%w: %d signers", errOwnNotVerified, len(verdict.Signers))
	}
	for _, name := range []signing.CheckName{
		signing.CheckFormat, signing.CheckSignatureValue, signing.CheckSigningCertificate,
	} {
		if got := checkOf(verdict.Signers[0], name); got.Status != signing.CheckPassed {
			return nil, fmt.Errorf("%w: %s %s", errOwnNotVerified, name, got.Status)
		}
	}
	return cms, nil
}

// checkOf returns the answer to one question about a signer; the zero value
// when it was not asked.
func checkOf(s signing.Signer, name signing.CheckName) signing.Check {
	for _, check := range s.Checks {
		if check.Name == name {
			return check
		}
	}
	return signing.Check{}
}
