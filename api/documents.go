package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// issuedAnswer is the body of 201. It holds only what never changes about a
// document, so that a replay gets the same.
type issuedAnswer struct {
	Number   string           `json:"number"`
	Kind     documents.Kind   `json:"kind"`
	Status   documents.Status `json:"status"` // when it was issued: in force
	IssuedOn documents.Date   `json:"issued_on"`
	SHA256   string           `json:"sha256"`
	// CheckCode is the second fact of the public check, as printed on the
	// document: for whoever the document is given to.
	CheckCode string        `json:"check_code,omitempty"`
	Links     documentLinks `json:"links"`
}

type documentLinks struct {
	Self   string `json:"self"`
	PDF    string `json:"pdf,omitempty"` // none of a licence that was issued elsewhere
	Events string `json:"events"`
	Check  string `json:"check"`
}

func (v *service) links(number string) documentLinks {
	self := v.BaseURL + "/v1/documents/" + number
	return documentLinks{
		Self: self, PDF: self + ".pdf", Events: self + "/events", Check: v.BaseURL + "/check/" + number,
	}
}

// issueDocument answers POST /v1/documents.
func (v *service) issueDocument(c echo.Context) error {
	client, err := v.authorise(c, store.ScopeIssue)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	var draft documents.Draft
	if err := v.readJSON(c, &draft); err != nil {
		return err
	}
	rec, replayed, err := v.Registry.Issue(contextOf(c), registry.IssueRequest{
		Client: client.ID, IdempotencyKey: key, Draft: draft,
	})
	if err != nil {
		return notAllowed(err)
	}
	return v.answerIssued(c, issuedNow{rec, replayed, client})
}

// issuedNow is a document that a request has brought into force, or had before.
type issuedNow struct {
	registry.Record
	replayed bool
	client   store.Client
}

// answerIssued answers with 201.
func (v *service) answerIssued(c echo.Context, issued issuedNow) error {
	rec, replayed, client := issued.Record, issued.replayed, issued.client
	life, err := v.Registry.History(contextOf(c), rec.Number)
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "document issued",
		"trace_id", traceID(c), "number", rec.Number, "client", client.ID, "replayed", replayed)
	h := c.Response().Header()
	links := v.links(rec.Number)
	h.Set("Location", links.Self)
	h.Set("ETag", v.documentTag(rec, life, "whole"))
	if replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	return personal(c, http.StatusCreated, issuedAnswer{
		Number: rec.Number, Kind: rec.Kind, Status: documents.StatusInForce,
		IssuedOn: rec.IssuedOn(), SHA256: rec.FileSHA256, CheckCode: rec.CheckCode, Links: links,
	})
}

// idempotencyKey reads the header: at most 200 printable ASCII characters.
func idempotencyKey(c echo.Context) (string, error) {
	const longest = 200
	values := c.Request().Header.Values("Idempotency-Key")
	if len(values) == 0 || values[0] == "" {
		return "", errKeyMissing
	}
	unprintable := func(r rune) bool { return r < 0x20 || r > 0x7e }
	if len(values) > 1 || len(values[0]) > longest || strings.ContainsFunc(values[0], unprintable) {
		return "", store.ErrBadKey
	}
	return values[0], nil
}

// wholeDocument is a document with its personal data, for clients that may
// read it.
type wholeDocument struct {
	Number     string         `json:"number"`
	Kind       documents.Kind `json:"kind"`
	Status     publicStatus   `json:"status"`
	Original   *publicStatus  `json:"of_status,omitempty"` // of the document that this one copies
	IssuedOn   documents.Date `json:"issued_on"`
	ReservedAt time.Time      `json:"reserved_at"`
	SHA256     string         `json:"sha256,omitempty"`
	CheckCode  string         `json:"check_code,omitempty"`
	Edition    string         `json:"edition,omitempty"` // of the rules, by which it was printed
	// VoidRecord says of a number that was given up whether the record of that is
	// signed: "signed", or "pending" while no key is fit to.
	VoidRecord string           `json:"void_record,omitempty"`
	Content    documents.Draft  `json:"content"`
	Verdict    *json.RawMessage `json:"verdict,omitempty"` // on the file, when it was issued
	// Entry says who has entered a licence that was issued elsewhere, and who has
	// confirmed it.
	Entry *json.RawMessage `json:"entry,omitempty"`
	Links documentLinks    `json:"links"`
}

// document answers GET /v1/documents/{number} and {number}.pdf: the public
// view to everyone, the whole document and its file to clients with the right.
func (v *service) document(c echo.Context) error {
	typed, isPDF := strings.CutSuffix(c.Param("number"), ".pdf")
	_, given := bearer(c)
	c.Response().Header().Add("Vary", "Authorization")
	if !isPDF && !given {
		return v.publicView(c, typed)
	}
	if _, err := v.authorise(c, store.ScopeRead); err != nil {
		return err
	}
	number, err := documents.ParseNumber(typed)
	if err != nil {
		return err
	}
	if isPDF {
		return v.file(c, number.String)
	}
	rec, life, err := v.Registry.DocumentAndLife(contextOf(c), number.String)
	if err != nil {
		return err
	}
	original, err := v.originalOf(c, rec)
	if err != nil {
		return err
	}
	if unchanged(c, v.documentTag(rec, life, viewOf("whole", original)), "private, no-cache") {
		return c.NoContent(http.StatusNotModified)
	}
	answer := wholeDocument{
		Number: rec.Number, Kind: rec.Kind, Status: publicStatusOf(life.Standing(v.now())), Original: original,
		IssuedOn: rec.IssuedOn(), ReservedAt: rec.ReservedAt, SHA256: rec.FileSHA256,
		CheckCode: rec.CheckCode, Edition: rec.Edition, Content: rec.Content, Links: v.links(rec.Number),
	}
	if rec.Status == documents.StatusVoid {
		answer.VoidRecord = "signed"
		if life.VoidUnsigned() {
			answer.VoidRecord = "pending"
		}
	}
	switch {
	case rec.Elsewhere() != nil:
		answer.Entry, answer.Links.PDF = &rec.Evidence, ""
	case len(rec.Evidence) > 0:
		answer.Verdict = &rec.Evidence
	}
	return c.JSON(http.StatusOK, answer)
}

// publicView answers anyone.
func (v *service) publicView(c echo.Context, typed string) error {
	rec, life, err := v.lookUp(c, typed)
	if err != nil {
		return err
	}
	document, err := v.publicAt(c, rec, life)
	if err != nil {
		return err
	}
	if unchanged(c, v.documentTag(rec, life, viewOf("public", document.Original)), "public, no-cache") {
		return c.NoContent(http.StatusNotModified)
	}
	return c.JSON(http.StatusOK, document)
}

// viewOf names a view of a document, which changes with the status of what it copies.
func viewOf(view string, original *publicStatus) string {
	if original != nil {
		view += " of " + string(original.Code)
	}
	return view
}

// lookUp finds a document that was issued for the public. Everything else is
// the same [registry.ErrNotFound]: numbers never taken, reserved, void and
// impossible.
func (v *service) lookUp(c echo.Context, typed string) (registry.Record, documents.Life, error) {
	if err := v.countCheck(c); err != nil {
		return registry.Record{}, documents.Life{}, err
	}
	return v.numbered(c, typed)
}

// numbered finds a document that was issued by its number, and one of elsewhere by its own
// too.
func (v *service) numbered(c echo.Context, typed string) (registry.Record, documents.Life, error) {
	number, err := documents.ParseNumber(typed)
	if err != nil {
		return v.byOwnNumber(c, typed)
	}
	rec, life, err := v.issued(c, number.String)
	if errors.Is(err, registry.ErrNotFound) {
		return v.byOwnNumber(c, typed)
	}
	return rec, life, err
}

// issued finds a document that was issued, whatever its status by now.
func (v *service) issued(c echo.Context, number string) (registry.Record, documents.Life, error) {
	rec, life, err := v.Registry.DocumentAndLife(contextOf(c), number)
	if err == nil && rec.Status != documents.StatusInForce {
		err = registry.ErrNotFound
	}
	return rec, life, err
}

// countCheck counts a question of the public, or refuses it.
func (v *service) countCheck(c echo.Context) error {
	if wait, ok := v.checks.take(clientName(c.RealIP())); !ok {
		return tooMany(wait)
	}
	return nil
}

func tooMany(wait time.Duration) error {
	return &fault{is: errTooMany, after: int(wait/time.Second) + 1}
}

// file answers with the stored bytes.
func (v *service) file(c echo.Context, number string) error {
	file, err := v.Registry.PDF(contextOf(c), number)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	if unchanged(c, `"`+hex.EncodeToString(sum[:])+`"`, "private, no-cache") {
		return c.NoContent(http.StatusNotModified)
	}
	return sendPDF(c, "inline", number, file)
}

// sendPDF answers with the file of a document, to be shown or saved under its
// number.
func sendPDF(c echo.Context, disposition, number string, file []byte) error {
	h := c.Response().Header()
	h.Set("Content-Disposition", disposition+`; filename="`+number+`.pdf"`)
	h.Set("Content-Length", strconv.Itoa(len(file)))
	return c.Blob(http.StatusOK, "application/pdf", file)
}

// documentTag names a state of a document in one of its views. It ends with the
// number of its last event, which is what If-Match is compared with: a status
// that changes by itself changes the tag, and nobody's act.
func (v *service) documentTag(rec registry.Record, life documents.Life, view string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		view, rec.Number, string(rec.Status), rec.ContentSHA256, rec.FileSHA256, string(life.Standing(v.now()).Status),
	}, "\n")))
	return `"` + hex.EncodeToString(sum[:12]) + "-" + strconv.Itoa(lastSeq(life)) + `"`
}

func lastSeq(life documents.Life) int {
	if n := len(life.Events); n > 0 {
		return life.Events[n-1].Seq
	}
	return 0
}

// unchanged sets the tag and reports whether the client has this state already
// (RFC 9110 section 13.1.2).
func unchanged(c echo.Context, tag, cacheControl string) bool {
	h := c.Response().Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", cacheControl)
	for _, known := range strings.Split(c.Request().Header.Get("If-None-Match"), ",") {
		known = strings.TrimSpace(known)
		if known == "*" || strings.TrimPrefix(known, "W/") == tag {
			return true
		}
	}
	return false
}

// schema answers GET /v1/schemas/document with the schema of the JSON that
// printed documents carry.
func (v *service) schema(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=86400")
	return c.Blob(http.StatusOK, "application/schema+json", documents.Schema())
}
