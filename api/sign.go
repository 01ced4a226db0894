package api

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
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
	Stamp    *stampRequest    `json:"stamp"`   // without it nobody sees the signature

	XML  strictjson.Bytes `json:"xml"`
	Form string           `json:"form"` // of XML: enveloped, detached or wsse; enveloped when absent
	// Cosign signs enveloped XML that is signed already as national libraries do:
	// the signatures that are there hold without this one only.
	Cosign bool `json:"cosign"`
}

// signAnswer holds the signature under the name of its format.
type signAnswer struct {
	CMS     []byte                   `json:"cms,omitempty"` // base64 of DER
	PDF     []byte                   `json:"pdf,omitempty"`
	XML     []byte                   `json:"xml,omitempty"`
	Level   string                   `json:"level,omitempty"`   // that was reached
	Pending *pendingAnswer           `json:"pending,omitempty"` // when that is less than what was asked for
	Signer  *signing.CertificateInfo `json:"signer"`
	// Notice is in English: what was done as asked, and may not have been meant.
	Notice string `json:"notice,omitempty"`
}

// sign answers a signing call of one format.
func (v *service) sign(format string) echo.HandlerFunc {
	return func(c echo.Context) error {
		client, err := v.authorise(c, store.ScopeSign)
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
		answer, replayed, err := v.signOnce(c, client, &body)
		if err != nil {
			return err
		}
		if replayed {
			c.Response().Header().Set("Idempotency-Replayed", "true")
		}
		return personal(c, http.StatusOK, answer)
	}
}

// signBatch answers POST /v1/sign/batch.
func (v *service) signBatch(c echo.Context) error {
	client, err := v.authorise(c, store.ScopeSign)
	if err != nil {
		return err
	}
	return v.batch(c, func(c echo.Context, raw []byte) (string, any, error) {
		var body signRequest
		if err := decodeJSON(raw, &body); err != nil {
			return body.ID, nil, err
		}
		answer, _, err := v.signOnce(c, client, &body)
		return body.ID, answer, err
	})
}

// signOne makes a signature at the level asked for, or below it and queued.
func (v *service) signOne(c echo.Context, client store.Client, r *signRequest) (*signAnswer, error) {
	forms := map[string]func(*signRequest) (creation.Form, error){kindCMS: formCMS, kindPDF: formPDF, kindXML: formXML}
	read, ok := forms[r.Format]
	if !ok {
		return nil, badField("/format", "unknown", "is none of cms, pdf, xml")
	}
	o := creation.Order{Time: v.now(), Below: !v.Preservation.Required}
	var err error
	if o.Level, err = r.level(); err != nil {
		return nil, err
	}
	if o.Form, err = read(r); err != nil {
		return nil, err
	}
	if o.Key, err = v.signingKey(r.Key); err != nil {
		return nil, err
	}
	release, err := v.judging(c, r.Content, r.CMS, r.PDF, r.XML)
	if err != nil {
		return nil, err
	}
	defer release()
	made, err := creation.Make(contextOf(c), v.making(), o)
	if err != nil {
		return nil, r.unusable(err)
	}
	answer := &signAnswer{Signer: signing.DescribeCertificate(o.Key.Certificate)}
	if made.Level != 0 {
		answer.Level = made.Level.String()
	}
	if made.Missing != nil {
		if answer.Pending, err = v.queue(c, client, r, made, o.Level); err != nil {
			return nil, err
		}
	}
	*answer.file(r.Format) = made.File
	if r.Format == kindCMS && r.CMS == nil && signing.Sniff(r.Content) == signing.FileCMS {
		answer.Notice = "the content is a CMS signature already and was signed as it stands, not its document; as \"cms\" it gets another signer"
	}
	return answer, nil
}

// unusable tells a client which of its members cannot be worked on.
func (r *signRequest) unusable(err error) error {
	switch {
	case errors.Is(err, creation.ErrContentMissing):
		return badField("/content", "required", "is missing: the signature is detached")
	case errors.Is(err, creation.ErrContentTwice):
		return badField("/content", "unknown_field", "the signature carries another content")
	case errors.Is(err, creation.ErrNotCosigned):
		return unusable("/cosign", err)
	case aboutStamp(err):
		return unusable("/stamp", err)
	case r.CMS != nil:
		return unusable("/cms", err)
	case r.PDF != nil:
		return unusable("/pdf", err)
	case r.XML != nil:
		return unusable("/xml", err)
	}
	return unusable("/content", err)
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

func (r *signRequest) level() (creation.Baseline, error) {
	if r.Level == "" {
		return creation.BaselineB, nil
	}
	level, err := creation.ParseBaseline(r.Level)
	if err != nil {
		return 0, badField("/level", "unknown", "is none of B-B, B-T, B-LT, B-LTA")
	}
	if r.Format == kindXML && level > creation.BaselineB {
		return 0, badField("/level", "not_offered", "XML signatures are made at level B-B")
	}
	return level, nil
}

func (v *service) signingKey(name string) (creation.Key, error) {
	key, ok := v.Keys[name]
	if !ok && name == "" {
		key, ok = v.Keys["demo"]
	}
	if !ok {
		return creation.Key{}, &fault{is: errNoSigningKey,
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
		{"contact", r.Contact != ""}, {"field", r.Field != ""}, {"certify", r.Certify != 0}, {"stamp", r.Stamp != nil},
		{"xml", r.XML != nil}, {"form", r.Form != ""}, {"cosign", r.Cosign},
	} {
		if member.given && !slices.Contains(taken, member.name) {
			return badField("/"+member.name, "unknown_field", "does not belong to this format")
		}
	}
	return nil
}

// formCMS is a signature over content, or one more in a CMS.
func formCMS(r *signRequest) (creation.Form, error) {
	if err := r.only("content", "cms", "detached", "claim_time"); err != nil {
		return nil, err
	}
	if r.CMS == nil && r.Content == nil {
		return nil, badField("/content", "required", "is missing")
	}
	return creation.CMS{Content: r.Content, Others: r.CMS, Detached: r.Detached, Claim: r.ClaimTime || r.Level != ""}, nil
}

// formPDF is a signature in a PDF.
func formPDF(r *signRequest) (creation.Form, error) {
	if err := r.only("pdf", "name", "reason", "location", "contact", "field", "certify", "stamp"); err != nil {
		return nil, err
	}
	if r.PDF == nil {
		return nil, badField("/pdf", "required", "is missing")
	}
	if r.Certify < 0 || r.Certify > 3 {
		return nil, badField("/certify", "unknown", "is none of 0, 1, 2, 3")
	}
	return creation.PDF{
		File: r.PDF, Name: r.Name, Reason: r.Reason, Location: r.Location, Contact: r.Contact, Field: r.Field, Certify: r.Certify,
		Stamp: r.Stamp.stamp(),
	}, nil
}

// unusable tells a client that its file cannot be worked on; what is our own
// fault stays that.
func unusable(pointer string, err error) error {
	for _, ours := range []error{
		creation.ErrOutput, creation.ErrOutsideValidity, creation.ErrKeyRevoked, creation.ErrKeyStatus, creation.ErrNotSigningKey, creation.ErrKeyMismatch,
		signing.ErrTooLarge, creation.ErrTimestamp, creation.ErrEvidence,
	} {
		if errors.Is(err, ours) {
			return err
		}
	}
	return &fault{is: errUnusableFile, detail: err.Error(), fields: []FieldError{{Pointer: pointer, Code: "unusable", Detail: err.Error()}}}
}

// formXML is a signature in a document, over content elsewhere, or over the body
// of a SOAP message.
func formXML(r *signRequest) (creation.Form, error) {
	x := creation.XML{File: r.XML, Form: creation.XMLForm(cmp.Or(r.Form, string(creation.XMLEnveloped))), Cosign: r.Cosign}
	taken, needed, given := []string{"xml", "form"}, "/xml", r.XML != nil
	switch x.Form {
	case creation.XMLEnveloped:
		taken = append(taken, "cosign")
	case creation.XMLSOAP:
	case creation.XMLDetached:
		taken, needed, given = []string{"content", "name", "form"}, "/content", r.Content != nil
		x.File, x.Address = r.Content, cmp.Or(r.Name, "content")
	default:
		return nil, badField("/form", "unknown", "is none of enveloped, detached, wsse")
	}
	if err := r.only(taken...); err != nil {
		return nil, err
	}
	if !given {
		return nil, badField(needed, "required", "is missing")
	}
	return x, nil
}
