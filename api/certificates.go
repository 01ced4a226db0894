package api

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/certs"
	"tamga/signing"
	"tamga/signing/armour"
)

// certificateAnswer is what POST /v1/certificates/inspect says. Without a
// certificate in the file, only the verdict is there.
type certificateAnswer struct {
	Identity    *certs.Identity          `json:"identity,omitempty"` // personal data
	Certificate *signing.CertificateInfo `json:"certificate,omitempty"`
	Authority   bool                     `json:"authority"` // a certification authority's
	Policies    []string                 `json:"policies"`
	ExtKeyUsage []string                 `json:"ext_key_usage"`
	URLs        certificateURLs          `json:"urls"`
	Verdict     *signing.Verdict         `json:"verdict"` // as of now
}

type certificateURLs struct {
	CRL      []string `json:"crl"`
	DeltaCRL []string `json:"delta_crl"`
	OCSP     []string `json:"ocsp"`
	Issuer   []string `json:"issuer"`
}

// inspectCertificate answers POST /v1/certificates/inspect.
func (v *service) inspectCertificate(c echo.Context) error {
	file, err := v.readCertificate(c)
	if err != nil {
		return err
	}
	release, err := v.judging(c, file)
	if err != nil {
		return err
	}
	defer release()
	verdict, err := v.Verifier.VerifyCertificate(contextOf(c), file, signing.Question{})
	if err != nil {
		return err
	}
	answer := certificateAnswer{Policies: []string{}, ExtKeyUsage: []string{}, Verdict: verdict}
	if cert := parseCertificate(file); cert != nil {
		answer.describe(cert)
	}
	return personal(c, http.StatusOK, answer)
}

// certificateRequest is the body as JSON.
type certificateRequest struct {
	Certificate strictjson.Bytes `json:"certificate"`
}

func (v *service) readCertificate(c echo.Context) ([]byte, error) {
	media, _, err := contentType(c, echo.MIMEApplicationJSON,
		"application/pkix-cert", "application/x-x509-ca-cert", "application/x-pem-file", echo.MIMEOctetStream)
	if err != nil {
		return nil, err
	}
	if media != echo.MIMEApplicationJSON {
		body, err := v.receive(c, v.MaxBody)
		if err != nil {
			return nil, err
		}
		raw := bytes.Clone(body.Bytes())
		if err := body.Close(); err != nil {
			return nil, err
		}
		if len(raw) == 0 {
			return nil, &fault{is: errMalformed, detail: "the body is empty"}
		}
		return raw, nil
	}
	var body certificateRequest
	if err := v.readJSON(c, &body); err != nil {
		return nil, err
	}
	if body.Certificate == nil {
		return nil, badField("/certificate", "required", "is missing")
	}
	return body.Certificate, nil
}

// parseCertificate returns nil for what is no certificate: the verdict says so.
func parseCertificate(file []byte) *certs.Certificate {
	raw, err := armour.Open(file)
	if err != nil {
		return nil
	}
	cert, err := certs.Parse(raw)
	if err != nil {
		return nil
	}
	return cert
}

func (a *certificateAnswer) describe(cert *certs.Certificate) {
	identity := cert.Identity()
	a.Identity, a.Certificate, a.Authority = &identity, signing.DescribeCertificate(cert), cert.CA
	a.Policies, a.ExtKeyUsage = dotted(cert.Policies), dotted(cert.ExtKeyUsage)
	a.URLs = certificateURLs{
		CRL: cert.CRLURLs, DeltaCRL: cert.DeltaCRLURLs, OCSP: cert.OCSPURLs, Issuer: cert.IssuerURLs,
	}
}

func dotted(ids []asn1.ObjectIdentifier) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = id.String()
	}
	return all
}

func numberCode(err error) string {
	if errors.Is(err, certs.ErrCheckDigit) {
		return "check_digit"
	}
	return "digits"
}

func numberDetail(err error) string {
	if errors.Is(err, certs.ErrCheckDigit) {
		return "has a wrong check digit"
	}
	return "is not twelve digits"
}
