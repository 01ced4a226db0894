package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents/registry"
	"tamga/signing"
)

// signRequest is the body of the signing calls. Each format takes some of the
// members; the others must be absent.
type signRequest struct {
	ID     string `json:"id"`     // of a line of a batch, given back
	Format string `json:"format"` // of a line of a batch: cms, pdf or xml
	Key    string `json:"key"`    // name of the key, empty for the usual one
	Level  string `json:"level"`  // B-B, B-T, B-LT or B-LTA; empty for B-B

	Content   strictjson.Content `json:"content"` // for CMS and detached XML; nil when absent
	CMS       strictjson.Bytes   `json:"cms"`     // an existing one that gets another signer
	Detached  bool               `json:"detached"`
	ClaimTime bool               `json:"claim_time"` // write the signing-time attribute, which the levels of CAdES want

	PDF      strictjson.Bytes `json:"pdf"`
	Name     string           `json:"name"` // what people see in a PDF, or what a detached XML signature calls its content
	Reason   string           `json:"reason"`
	Location string           `json:"location"`
	Contact  string           `json:"contact"`
	Field    string           `json:"field"`
	Certify  int              `json:"certify"` // 1 to 3; 0 approves

	XML  strictjson.Bytes `json:"xml"`
	Form string           `json:"form"` // of XML: enveloped, detached or wsse; enveloped when absent
}

// signAnswer holds the signature under the name of its format.
type signAnswer struct {
	CMS     []byte                   `json:"cms,omitempty"` // base64 of DER
	PDF     []byte                   `json:"pdf,omitempty"`
	XML     []byte                   `json:"xml,omitempty"`
	Level   string                   `json:"level,omitempty"`   // that was reached
	Pending *pendingAnswer           `json:"pending,omitempty"` // when that is less than what was asked for
	Signer  *signing.CertificateInfo `json:"signer"`
}

// signer signs one format: it makes level B-B and says what must be known to
// go on from there.
type signer func(r *signRequest, key signing.Key) (*made, error)

// made is a signature on its way out.
type made struct {
	format  string
	file    []byte
	content []byte           // of a detached signature
	reached signing.Baseline // zero for formats without levels
	added   bool             // to signatures that are others' business
	own     string           // SHA-256 of the certificate that it was made with, if it was made here
	// detached says that the content need not be there.
	detached bool
}

// sign answers a signing call of one format.
func (v *service) sign(format string) echo.HandlerFunc {
	return func(c echo.Context) error {
		client, err := v.authorise(c, registry.ScopeSign)
		if err != nil {
			return err
		}
		var body signRequest
		if err := v.readJSON(c, &body); err != nil {
			return err
		}
		if body.Format != "" && body.Format != format {
			return badField("/format", "unknown", "is decided by the address")
		}
		body.Format = format
		answer, err := v.signOne(c, client, &body)
		if err != nil {
			return err
		}
		return personal(c, http.StatusOK, answer)
	}
}

// signBatch answers POST /v1/sign/batch.
func (v *service) signBatch(c echo.Context) error {
	client, err := v.authorise(c, registry.ScopeSign)
	if err != nil {
		return err
	}
	return v.batch(c, func(c echo.Context, raw []byte) (string, any, error) {
		var body signRequest
		if err := decodeJSON(raw, &body); err != nil {
			return body.ID, nil, err
		}
		answer, err := v.signOne(c, client, &body)
		return body.ID, answer, err
	})
}

// signOne makes a signature, raises it to the level asked for and verifies it.
func (v *service) signOne(c echo.Context, client registry.Client, r *signRequest) (*signAnswer, error) {
	makers := map[string]signer{kindCMS: v.signCMS, kindPDF: v.signPDF, kindXML: v.signXML}
	make, ok := makers[r.Format]
	if !ok {
		return nil, badField("/format", "unknown", "is none of cms, pdf, xml")
	}
	level, err := r.level()
	if err != nil {
		return nil, err
	}
	key, err := v.signingKey(r.Key)
	if err != nil {
		return nil, err
	}
	release, err := v.judging(c, r.Content, r.CMS, r.PDF, r.XML)
	if err != nil {
		return nil, err
	}
	defer release()
	m, err := make(r, key)
	if err != nil {
		return nil, err
	}
	m.own = signing.DescribeCertificate(key.Certificate).SHA256
	pending, err := v.raise(c, client, m, level)
	if err != nil {
		return nil, err
	}
	if err := v.confirm(contextOf(c), m); err != nil {
		return nil, err
	}
	answer := &signAnswer{Pending: pending, Signer: signing.DescribeCertificate(key.Certificate)}
	if m.reached != 0 {
		answer.Level = m.reached.String()
	}
	*answer.file(m.format) = m.file
	return answer, nil
}

// file is where the signature of a format stands in the answer.
func (a *signAnswer) file(format string) *[]byte {
	switch format {
	case kindPDF:
		return &a.PDF
	case kindXML:
		return &a.XML
	}
	return &a.CMS
}

func (r *signRequest) level() (signing.Baseline, error) {
	if r.Level == "" {
		return signing.BaselineB, nil
	}
	level, err := signing.ParseBaseline(r.Level)
	if err != nil {
		return 0, badField("/level", "unknown", "is none of B-B, B-T, B-LT, B-LTA")
	}
	if r.Format == kindXML && level > signing.BaselineB {
		return 0, badField("/level", "not_offered", "XML signatures are made at level B-B")
	}
	return level, nil
}

func (v *service) signingKey(name string) (signing.Key, error) {
	key, ok := v.Keys[name]
	if !ok && name == "" {
		key, ok = v.Keys["demo"]
	}
	if !ok {
		return signing.Key{}, &fault{is: errNoSigningKey,
			fields: []FieldError{{Pointer: "/key", Code: "unknown", Detail: "is not the name of a signing key"}}}
	}
	return key, nil
}

// only refuses members that the format does not have: whoever sends one takes it
// to count.
func (r *signRequest) only(taken ...string) error {
	for _, member := range []struct {
		name  string
		given bool
	}{
		{"content", r.Content != nil}, {"cms", r.CMS != nil}, {"detached", r.Detached}, {"claim_time", r.ClaimTime},
		{"pdf", r.PDF != nil}, {"name", r.Name != ""}, {"reason", r.Reason != ""}, {"location", r.Location != ""},
		{"contact", r.Contact != ""}, {"field", r.Field != ""}, {"certify", r.Certify != 0},
		{"xml", r.XML != nil}, {"form", r.Form != ""},
	} {
		if member.given && !slices.Contains(taken, member.name) {
			return badField("/"+member.name, "unknown_field", "does not belong to this format")
		}
	}
	return nil
}

// signCMS makes a signature over content, or adds one to a CMS.
func (v *service) signCMS(r *signRequest, key signing.Key) (*made, error) {
	if err := r.only("content", "cms", "detached", "claim_time"); err != nil {
		return nil, err
	}
	opt := signing.CMSOptions{Detached: r.Detached, Time: v.now(), Claim: r.ClaimTime || r.Level != ""}
	m := &made{format: kindCMS, reached: signing.BaselineB}
	m.content = r.Content
	if r.CMS == nil {
		if r.Content == nil {
			return nil, badField("/content", "required", "is missing")
		}
		var err error
		if m.file, err = signing.SignCMS(m.content, key, opt); !r.Detached {
			m.content = nil // the signature carries it
		}
		return m, err
	}
	signed, err := signing.AddSigner(r.CMS, m.content, key, opt)
	switch {
	case errors.Is(err, signing.ErrContentMissing):
		return nil, badField("/content", "required", "is missing: the signature is detached")
	case errors.Is(err, signing.ErrContentTwice):
		return nil, badField("/content", "unknown_field", "the signature carries its content")
	case err != nil:
		return nil, unusable("/cms", err)
	}
	m.file, m.added = signed.CMS, true
	return m, nil
}

// signPDF adds a signature to a PDF.
func (v *service) signPDF(r *signRequest, key signing.Key) (*made, error) {
	if err := r.only("pdf", "name", "reason", "location", "contact", "field", "certify"); err != nil {
		return nil, err
	}
	if r.PDF == nil {
		return nil, badField("/pdf", "required", "is missing")
	}
	if r.Certify < 0 || r.Certify > 3 {
		return nil, badField("/certify", "unknown", "is none of 0, 1, 2, 3")
	}
	signed, err := signing.SignExistingPDF(r.PDF, key, signing.PDFOptions{
		Time: v.now(), Name: r.Name, Reason: r.Reason, Location: r.Location, Contact: r.Contact,
		Field: r.Field, Certify: r.Certify,
	})
	if err != nil {
		return nil, unusable("/pdf", err)
	}
	return &made{format: kindPDF, file: signed.File, reached: signing.BaselineB, added: true}, nil
}

// unusable tells a client that its file cannot be worked on; what is our own
// fault stays that.
func unusable(pointer string, err error) error {
	for _, ours := range []error{
		signing.ErrOutput, signing.ErrOutsideValidity, signing.ErrKeyRevoked, signing.ErrKeyStatus, signing.ErrNotSigningKey, signing.ErrKeyMismatch,
		signing.ErrTooLarge, signing.ErrTimestamp, signing.ErrEvidence,
	} {
		if errors.Is(err, ours) {
			return err
		}
	}
	return &fault{is: errUnusableFile, detail: err.Error(), fields: []FieldError{{Pointer: pointer, Code: "unusable", Detail: err.Error()}}}
}

// confirm lets nothing out that our own verifier does not take for a signature
// over this content. Whether the certificate is trusted is the reader's
// question; so are other people's signatures in the same file.
func (v *service) confirm(ctx context.Context, m *made) error {
	question := signing.Question{At: v.now()}
	if m.content != nil {
		question.Content = m.content
	}
	verdict, err := v.Verifier.Verify(ctx, m.file, question)
	if err != nil {
		return err
	}
	if len(verdict.Signers) == 0 || len(verdict.Signers) != 1 && !m.added {
		return fmt.Errorf("%w: %d signers", errOwnNotVerified, len(verdict.Signers))
	}
	sound, own := 0, m.own == ""
	for _, s := range verdict.Signers {
		isOwn := m.own != "" && s.Certificate != nil && s.Certificate.SHA256 == m.own
		isSound := soundSignature(s, m.detached && m.content == nil)
		if isOwn && !isSound {
			return fmt.Errorf("%w: %s %s", errOwnNotVerified, s.Indication, s.SubIndication)
		}
		if isSound {
			sound++
		}
		own = own || isOwn
	}
	if sound == 0 || !own || sound != len(verdict.Signers) && !m.added {
		return fmt.Errorf("%w: %s %s", errOwnNotVerified, verdict.Indication, verdict.SubIndication)
	}
	return nil
}

// soundSignature reports whether the signature itself is right, as far as that
// can be told without the content.
func soundSignature(s signing.Signer, withoutContent bool) bool {
	for _, name := range []signing.CheckName{
		signing.CheckFormat, signing.CheckSignatureValue, signing.CheckSigningCertificate,
	} {
		check := checkOf(s, name)
		status := check.Status
		if withoutContent && check.SubIndication == signing.SignedDataNotFound {
			continue
		}
		plainXML := len(s.Signed) > 0 && name == signing.CheckSigningCertificate && status == signing.CheckWarning
		if status != signing.CheckPassed && !plainXML {
			return false
		}
	}
	return true
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

// signXML signs a document, content elsewhere, or a SOAP message.
func (v *service) signXML(r *signRequest, key signing.Key) (*made, error) {
	opt := signing.XMLOptions{Form: signing.XMLForm(r.Form), Time: v.now()}
	m := &made{format: kindXML}
	switch opt.Form {
	case "":
		opt.Form = signing.XMLEnveloped
	case signing.XMLEnveloped, signing.XMLSOAP:
	case signing.XMLDetached:
		return m, v.signDetachedXML(r, key, opt, m)
	default:
		return nil, badField("/form", "unknown", "is none of enveloped, detached, wsse")
	}
	if err := r.only("xml", "form"); err != nil {
		return nil, err
	}
	if r.XML == nil {
		return nil, badField("/xml", "required", "is missing")
	}
	var err error
	if m.file, err = signing.SignXML(r.XML, key, opt); err != nil {
		return nil, unusable("/xml", err)
	}
	m.added = true
	return m, nil
}

func (v *service) signDetachedXML(r *signRequest, key signing.Key, opt signing.XMLOptions, m *made) error {
	if err := r.only("content", "name", "form"); err != nil {
		return err
	}
	if r.Content == nil {
		return badField("/content", "required", "is missing")
	}
	m.content, opt.Address = r.Content, cmp.Or(r.Name, "content")
	var err error
	if m.file, err = signing.SignXML(m.content, key, opt); err != nil {
		return unusable("/content", err)
	}
	return nil
}
