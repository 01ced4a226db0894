package api

import (
	"errors"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents/applications"
	"tamga/documents/attachments"
	"tamga/documents/attachments/outline"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/spool"
)

func (v *service) attachmentRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	const all, one = "/v1/applications/:application/attachments", "/v1/applications/:application/attachments/:attachment"
	e.POST(all, v.attach)
	get(all, v.attachments)
	get(one, v.attachment)
	e.DELETE(one, v.detach)
	get(one+"/content", v.attachmentContent)
	get(one+"/verdict", v.attachmentVerdict)
}

// fillAttachments takes the attachments of the register where none were given.
func (v *service) fillAttachments() {
	if v.Attachments == nil {
		v.Attachments = &attachments.Book{Store: v.Registry.Store}
	}
	if v.Attachments.Terms == nil {
		v.Attachments.Terms = v.Applications.AttachmentTerms
	}
}

// attachRequest attaches a file in JSON.
type attachRequest struct {
	Name     string           `json:"name"`
	Item     string           `json:"item"`     // of the edition's list of documents
	Replaces string           `json:"replaces"` // an attachment, which is taken out
	Content  strictjson.Bytes `json:"content"`
}

// attachmentView is an attachment as its application's parties see it.
type attachmentView struct {
	ID       string            `json:"id"`
	Seq      int               `json:"seq"`
	Name     string            `json:"name"`
	Item     string            `json:"item,omitempty"`
	Type     string            `json:"type"` // judged by the content
	Size     int64             `json:"size"`
	SHA256   string            `json:"sha256"`
	Signed   bool              `json:"signed"` // it has the form of a signed file; links.verdict judges it
	Findings []outline.Finding `json:"findings"`
	Scan     scanView          `json:"scan"`
	AddedAt  time.Time         `json:"added_at"`
	Removed  *time.Time        `json:"removed_at,omitempty"`
	Links    map[string]string `json:"links"`
}

type scanView struct {
	State  attachments.State `json:"state"`
	Detail string            `json:"detail,omitempty"` // what was found, or why the scanner is away
}

func (v *service) attachmentView(a attachments.Attachment) attachmentView {
	self := v.BaseURL + "/v1/applications/" + a.Application + "/attachments/" + a.ID
	view := attachmentView{
		ID: a.ID, Seq: a.Seq, Name: a.Name, Item: a.Item, Type: a.Type, Size: a.Size, SHA256: a.SHA256, Signed: a.Signed, Findings: a.Findings,
		Scan: scanView{a.Scan, a.ScanDetail}, AddedAt: a.AddedAt, Links: map[string]string{"self": self},
	}
	if view.Findings == nil {
		view.Findings = []outline.Finding{}
	}
	if !a.RemovedAt.IsZero() {
		view.Removed = &a.RemovedAt
		return view
	}
	view.Links["content"] = self + "/content"
	if a.Signed {
		view.Links["verdict"] = self + "/verdict"
	}
	return view
}

// attach answers POST /v1/applications/{application}/attachments.
func (v *service) attach(c echo.Context) error {
	if _, err := v.asker(c, store.ScopeApply); err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	body, file, err := v.readAttachment(c)
	if err != nil {
		return err
	}
	defer file.Close()
	a, who, err := v.asked(c)
	if err != nil {
		return err
	}
	var added attachments.Attachment
	var replayed bool
	err = spool.Guard(func() error {
		added, replayed, err = v.Attachments.Add(contextOf(c), attachments.AddRequest{
			Client: who.client, IdempotencyKey: key, Application: a.ID, Name: body.Name, Item: body.Item, Replaces: body.Replaces, File: file.Bytes(),
		})
		return err
	})
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "file attached", "trace_id", traceID(c), "application", a.ID, "attachment", added.ID, "type", added.Type,
		"size", added.Size, "client", who.client, "replayed", replayed)
	view := v.attachmentView(added)
	h := c.Response().Header()
	h.Set("Location", view.Links["self"])
	if replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	return personal(c, http.StatusCreated, view)
}

// readAttachment reads either form of the request.
func (v *service) readAttachment(c echo.Context) (attachRequest, *spool.File, error) {
	var body attachRequest
	media, parameters, err := contentType(c, echo.MIMEApplicationJSON, echo.MIMEMultipartForm)
	if err != nil {
		return body, nil, err
	}
	if media == echo.MIMEApplicationJSON {
		if err := v.readJSON(c, &body); err != nil {
			return body, nil, err
		}
		if len(body.Content) == 0 {
			return body, nil, badField("/content", "required", "is missing or empty")
		}
		return body, spool.Of(body.Content), nil
	}
	parts, err := v.readForm(c, parameters["boundary"], []string{"file"}, "name", "item", "replaces")
	if err != nil {
		return body, nil, err
	}
	body = attachRequest{Name: parts.values["name"], Item: parts.values["item"], Replaces: parts.values["replaces"]}
	if parts.files["file"] == nil {
		return body, nil, errors.Join(badField("/file", "required", "is missing"), parts.close())
	}
	return body, parts.files["file"], nil
}

// attachments answers GET /v1/applications/{application}/attachments.
func (v *service) attachments(c echo.Context) error {
	a, err := v.shown(c, "attachments")
	if err != nil {
		return err
	}
	all, err := v.Attachments.List(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	answer := struct {
		Attachments []attachmentView `json:"attachments"`
	}{[]attachmentView{}}
	for _, one := range all {
		answer.Attachments = append(answer.Attachments, v.attachmentView(one))
	}
	return personal(c, http.StatusOK, answer)
}

// attachedTo returns the attachment that a request is about, its application, and who
// asks.
func (v *service) attachedTo(c echo.Context) (attachments.Attachment, applications.Application, asker, error) {
	a, who, err := v.asked(c)
	if err != nil {
		return attachments.Attachment{}, a, who, err
	}
	one, err := v.Attachments.Attachment(contextOf(c), c.Param("attachment"))
	if err == nil && one.Application != a.ID {
		err = attachments.ErrNotFound
	}
	return one, a, who, err
}

// attachment answers GET /v1/applications/{application}/attachments/{id}.
func (v *service) attachment(c echo.Context) error {
	a, application, who, err := v.attachedTo(c)
	if err == nil {
		err = v.visited(c, application, who, "attachments")
	}
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, v.attachmentView(a))
}

// detach answers DELETE of an attachment.
func (v *service) detach(c echo.Context) error {
	a, _, who, err := v.attachedTo(c)
	if err != nil {
		return err
	}
	err = v.Attachments.Remove(contextOf(c), attachments.RemoveRequest{Client: who.client, Application: a.Application, ID: a.ID})
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "file taken out", "trace_id", traceID(c), "application", a.Application, "attachment", a.ID, "client", who.client)
	return c.NoContent(http.StatusNoContent)
}

// attachmentContent sends the file, as something to keep and never as a page: under a
// type that no browser runs, whatever the file is and whatever it is called.
func (v *service) attachmentContent(c echo.Context) error {
	a, application, who, err := v.attachedTo(c)
	if err != nil {
		return err
	}
	if err := v.looked(c, application, who, "attachment"); err != nil {
		return err
	}
	_, file, err := v.Attachments.Open(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	defer file.Close()
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Disposition", disposition(a))
	return c.Stream(http.StatusOK, safeType(a.Type), file)
}

// safeTypes are sent as what they are; all others as bytes. It is read only.
var safeTypes = []string{outline.PDF, outline.PNG, outline.JPEG, outline.GIF, outline.TIFF, outline.WebP, outline.HEIC, outline.ZIP,
	outline.DOCX, outline.XLSX, outline.PPTX, outline.ODT, outline.ODS, outline.ODP}

func safeType(kind string) string {
	if slices.Contains(safeTypes, kind) {
		return kind
	}
	return outline.Unknown
}

// endings are what names of files of a type end with, the usual one first. It is read
// only.
var endings = map[string][]string{
	outline.PDF: {".pdf"}, outline.PNG: {".png"}, outline.JPEG: {".jpg", ".jpeg", ".jpe", ".jfif"}, outline.GIF: {".gif"},
	outline.TIFF: {".tif", ".tiff"}, outline.WebP: {".webp"}, outline.HEIC: {".heic", ".heif"}, outline.Text: {".txt", ".csv", ".log", ".md"},
	outline.RTF: {".rtf", ".doc"}, outline.XML: {".xml"}, outline.CMS: {".p7m", ".p7s", ".cms", ".sig"}, outline.ZIP: {".zip"},
	outline.DOCX: {".docx"}, outline.XLSX: {".xlsx"}, outline.PPTX: {".pptx"}, outline.DOCM: {".docm"}, outline.XLSM: {".xlsm"}, outline.PPTM: {".pptm"},
	outline.ODT: {".odt"}, outline.ODS: {".ods"}, outline.ODP: {".odp"}, outline.DOC: {".doc", ".dot"}, outline.XLS: {".xls", ".xlt"}, outline.PPT: {".ppt", ".pps"},
}

// disposition names the file to keep: as its sender calls it, with the ending of what
// it is behind one of what it is not.
func disposition(a attachments.Attachment) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, a.Name)
	if usual := endings[a.Type]; len(usual) == 0 {
		name += ".bin"
	} else if !slices.Contains(usual, strings.ToLower(path.Ext(name))) {
		name += usual[0]
	}
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// attachmentVerdict judges the signatures of an attachment, as POST /v1/verify/auto
// does.
func (v *service) attachmentVerdict(c echo.Context) error {
	a, application, who, err := v.attachedTo(c)
	if err != nil {
		return err
	}
	if err := v.looked(c, application, who, "verdict"); err != nil {
		return err
	}
	_, content, err := v.Attachments.Open(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	defer content.Close()
	file, err := v.spool.ReadAbout(content, a.Size, a.Size)
	if err != nil {
		return err
	}
	answer, err := v.answer(c, &verification{kind: kindAuto, file: file, question: signing.Question{}, policy: v.policy})
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, answer)
}
