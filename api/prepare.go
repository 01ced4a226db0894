package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/certs"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/registry"
	"tamga/documents/store"
	"tamga/signing/armour"
	"tamga/signing/creation"
)

func (v *service) preparationRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	e.POST("/v1/documents/preview", v.previewDocument)
	e.POST("/v1/documents/prepare", v.prepareDocument)
	get("/v1/documents/:number/prepared", v.preparedDocument)
	e.POST("/v1/documents/:number/prepare-again", v.prepareAgain)
	e.POST("/v1/documents/:number/decline", v.declineDocument)
	e.POST("/v1/documents/:number/signature", v.signDocument)
}

// previewDocument answers POST /v1/documents/preview, whose body is that of
// POST /v1/documents, with a PDF.
func (v *service) previewDocument(c echo.Context) error {
	if _, err := v.authorise(c, store.ScopeIssue); err != nil {
		return err
	}
	var draft documents.Draft
	if err := v.readJSON(c, &draft); err != nil {
		return err
	}
	file, err := v.Registry.Preview(contextOf(c), draft)
	if err != nil {
		return notAllowed(err)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return sendPDF(c, "inline", "preview", file)
}

// signerRequest says what is known of the signature to come. All may be left out.
type signerRequest struct {
	Certificate strictjson.Bytes   `json:"certificate"` // that will sign
	Chain       []strictjson.Bytes `json:"chain"`       // above it
	SubFilter   string             `json:"sub_filter"`  // adbe.pkcs7.detached or ETSI.CAdES.detached
	Level       string             `json:"level"`       // B-B, B-T, B-LT or B-LTA
}

// prepareRequest is the body of POST /v1/documents/prepare.
type prepareRequest struct {
	Document documents.Draft `json:"document"`
	Signer   signerRequest   `json:"signer"`
}

func (r signerRequest) elsewhere() (e registry.Elsewhere, err error) {
	if r.SubFilter != "" && r.SubFilter != pdf.SubFilterCMS && r.SubFilter != pdf.SubFilterCAdES {
		return e, badField("/signer/sub_filter", "unknown", "is none of "+pdf.SubFilterCMS+", "+pdf.SubFilterCAdES)
	}
	e.Form = r.SubFilter
	if r.Level != "" {
		if e.Level, err = creation.ParseBaseline(r.Level); err != nil {
			return e, badField("/signer/level", "unknown", "is none of B-B, B-T, B-LT, B-LTA")
		}
	}
	if r.Certificate == nil && len(r.Chain) > 0 {
		return e, badField("/signer/certificate", "required", "is needed where a chain is given")
	}
	if r.Certificate != nil {
		if e.Certificate, err = readCertificate(r.Certificate); err != nil {
			return e, badField("/signer/certificate", "unusable", "is no certificate")
		}
	}
	for _, raw := range r.Chain {
		above, err := readCertificate(raw)
		if err != nil {
			return e, badField("/signer/chain", "unusable", "has something that is no certificate")
		}
		e.Chain = append(e.Chain, above)
	}
	return e, nil
}

// readCertificate reads a certificate in any armour.
func readCertificate(file []byte) (*certs.Certificate, error) {
	raw, err := armour.Open(file)
	if err != nil {
		return nil, err
	}
	return certs.Parse(raw)
}

// preparedAnswer tells of what waits for a signature.
type preparedAnswer struct {
	Number   string         `json:"number"`
	Status   string         `json:"status"` // prepared, declined or issued
	Round    int            `json:"round,omitempty"`
	IssuedOn documents.Date `json:"issued_on"`
	// PreparedAt is the time claimed in the file, and Until when it is to be prepared anew.
	PreparedAt      *time.Time    `json:"prepared_at,omitempty"`
	Until           *time.Time    `json:"until,omitempty"`
	SubFilter       string        `json:"sub_filter,omitempty"`
	DigestAlgorithm string        `json:"digest_algorithm,omitempty"`
	Digest          []byte        `json:"digest,omitempty"`  // of to_sign
	ToSign          []byte        `json:"to_sign,omitempty"` // what a detached CMS is made over
	Links           documentLinks `json:"links"`
}

func (v *service) describePreparation(p registry.Preparation) preparedAnswer {
	a := preparedAnswer{Number: p.Number, Status: "prepared", IssuedOn: p.IssuedOn, Links: v.links(p.Number)}
	if p.Issued {
		a.Status = "issued"
		return a
	}
	if p.Declined {
		a.Status = "declined"
	}
	a.Round, a.PreparedAt, a.Until, a.SubFilter = p.Round, &p.PreparedAt, &p.Until, p.SubFilter
	a.DigestAlgorithm, a.Digest, a.ToSign = p.DigestAlgorithm, p.Digest, p.ToSign
	return a
}

// prepareDocument answers POST /v1/documents/prepare.
func (v *service) prepareDocument(c echo.Context) error {
	client, err := v.authorise(c, store.ScopeIssue)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	var body prepareRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	elsewhere, err := body.Signer.elsewhere()
	if err != nil {
		return err
	}
	p, err := v.Registry.Prepare(contextOf(c), registry.PrepareRequest{
		IssueRequest: registry.IssueRequest{Client: client.ID, IdempotencyKey: key, Draft: body.Document}, Elsewhere: elsewhere,
	})
	if err != nil {
		return notAllowed(err)
	}
	v.logPreparation(c, "document prepared", p.Number, client)
	return personal(c, http.StatusOK, v.describePreparation(p))
}

func (v *service) logPreparation(c echo.Context, what, number string, client store.Client) {
	v.Log.InfoContext(contextOf(c), what, "trace_id", traceID(c), "number", number, "client", client.ID)
}

// preparedDocument answers GET /v1/documents/{number}/prepared.
func (v *service) preparedDocument(c echo.Context) error {
	if _, err := v.authorise(c, store.ScopeIssue); err != nil {
		return err
	}
	number, err := documents.ParseNumber(c.Param("number"))
	if err != nil {
		return err
	}
	p, err := v.Registry.Prepared(contextOf(c), number.String)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, v.describePreparation(p))
}

// prepareAgain answers POST /v1/documents/{number}/prepare-again, whose body is the
// signer of POST /v1/documents/prepare. The same request under its Idempotency-Key
// returns what it has returned, even if that was replaced since.
func (v *service) prepareAgain(c echo.Context) error {
	client, number, err := v.issuer(c)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	var body signerRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	elsewhere, err := body.elsewhere()
	if err != nil {
		return err
	}
	asked := store.Request{Client: client.ID, IdempotencyKey: key}
	asked.Sum, err = store.SumOf(map[string]any{"number": number, "signer": body})
	if err != nil {
		return err
	}
	answer, replayed, err := v.Registry.Store.Once(contextOf(c), asked, func(ctx context.Context) ([]byte, error) {
		p, err := v.Registry.PrepareAgain(ctx, number, elsewhere)
		if err != nil {
			return nil, notAllowed(err)
		}
		v.logPreparation(c, "document prepared anew", number, client)
		return json.Marshal(v.describePreparation(p))
	})
	if err != nil {
		return err
	}
	if replayed {
		c.Response().Header().Set("Idempotency-Replayed", "true")
	}
	return personal(c, http.StatusOK, json.RawMessage(answer))
}

// issuer is the client and the document of a request about one that is being issued.
func (v *service) issuer(c echo.Context) (store.Client, string, error) {
	client, err := v.authorise(c, store.ScopeIssue)
	if err != nil {
		return client, "", err
	}
	number, err := documents.ParseNumber(c.Param("number"))
	return client, number.String, err
}

// declineDocument answers POST /v1/documents/{number}/decline. Declining again is the
// same.
func (v *service) declineDocument(c echo.Context) error {
	client, number, err := v.issuer(c)
	if err != nil {
		return err
	}
	if err := v.Registry.Decline(contextOf(c), number); err != nil {
		return err
	}
	v.logPreparation(c, "document declined by its signer", number, client)
	return c.NoContent(http.StatusNoContent)
}

// signatureRequest is the body of POST /v1/documents/{number}/signature.
type signatureRequest struct {
	CMS strictjson.Bytes `json:"cms"`
}

// signDocument answers POST /v1/documents/{number}/signature, with the answer of
// POST /v1/documents. The same signature again is answered in the same way.
func (v *service) signDocument(c echo.Context) error {
	client, number, err := v.issuer(c)
	if err != nil {
		return err
	}
	var body signatureRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	if body.CMS == nil {
		return badField("/cms", "required", "is needed")
	}
	if err := v.Applications.Apart(contextOf(c), number); err != nil {
		return err
	}
	rec, replayed, err := v.Registry.CompleteSigned(contextOf(c), number, body.CMS)
	if err != nil {
		return notAllowed(err)
	}
	return v.answerIssued(c, issuedNow{rec, replayed, client})
}
