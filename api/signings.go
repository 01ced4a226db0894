package api

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents/people"
	"tamga/documents/signings"
	"tamga/signing"
	"tamga/signing/armour"
)

// signingRoutes are the doors of signing on a phone. Those below phone and documents are
// the URL №1 and №2 of eGov Mobile and eGov Business.
func (v *service) signingRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	e.POST("/v1/signings", v.openSigning)
	get("/v1/signings/:signing", v.signing)
	get("/v1/signings/:signing/phone/:code", v.scanned)
	get("/v1/signings/:signing/documents", v.documentsToSign)
	e.PUT("/v1/signings/:signing/documents", v.signedByPhone)
}

func (v *service) signings() *signings.Book { return &signings.Book{Store: v.Registry.Store} }

// errPhoneSignature means that what a phone has brought is no signature over the text.
var errPhoneSignature = errors.New("the signature is not over the text that was asked for")

// Most of one signing.
const (
	mostTexts    = 100
	longestTexts = 20 << 20
	longestTitle = 200
)

// signingRequest asks for signatures over texts, by a phone.
type signingRequest struct {
	Texts []struct {
		Name    string             `json:"name"`
		Content strictjson.Content `json:"content"`
	} `json:"texts"`
	Detached bool `json:"detached"` // the signatures do not hold the texts
}

func (r signingRequest) asked() (a signings.Asked, err error) {
	if len(r.Texts) == 0 || len(r.Texts) > mostTexts {
		return a, badField("/texts", "range", fmt.Sprintf("holds 1 to %d texts", mostTexts))
	}
	total := 0
	a.Detached = r.Detached
	for i, t := range r.Texts {
		switch total += len(t.Content); {
		case t.Name == "":
			return a, badField(fmt.Sprintf("/texts/%d/name", i), "required", "is missing or empty")
		case len(t.Name) > longestTitle:
			return a, badField(fmt.Sprintf("/texts/%d/name", i), "too_long", "is longer than a phone shows")
		case len(t.Content) == 0:
			return a, badField(fmt.Sprintf("/texts/%d/content", i), "required", "is missing or empty")
		case total > longestTexts:
			return a, &fault{is: errBodyTooLarge, detail: "the texts are together longer than a phone takes"}
		}
		a.Texts = append(a.Texts, signings.Text{Name: t.Name, Content: t.Content})
	}
	return a, nil
}

// openSigning answers POST /v1/signings. Whoever is not signed in has nothing signed but
// challenges of ours that wait: nobody makes a code of ours for a text of his.
func (v *service) openSigning(c echo.Context) error {
	if wait, ok := v.challenges.take(clientName(c.RealIP())); !ok {
		return tooMany(wait)
	}
	var body signingRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	asked, err := body.asked()
	if err != nil {
		return err
	}
	session, err := v.signedIn(c)
	switch {
	case errors.Is(err, errNoCredentials):
		for i, t := range asked.Texts {
			waits := isText(string(t.Content))
			if waits {
				if waits, err = v.People.Waits(contextOf(c), t.Content); err != nil {
					return err
				}
			}
			if !waits {
				return badField(fmt.Sprintf("/texts/%d/content", i), "unknown", "is no challenge that waits; other texts are for who is signed in")
			}
		}
	case err != nil:
		return err
	}
	s, keys, err := v.signings().Open(contextOf(c), session.ID, asked)
	if err != nil {
		return err
	}
	address := v.BaseURL + "/v1/signings/" + s.ID + "/phone/" + keys.Code
	return personal(c, http.StatusCreated, struct {
		signingView
		Token string            `json:"token,omitempty"` // a bearer key, for who is not signed in
		Code  string            `json:"code"`            // the text of the QR code
		Links map[string]string `json:"links"`           // for the phone's own browser
	}{viewOfSigning(s), keys.Owner, "mobileSign:" + address, launchLinks(address)})
}

// launchLinks open the applications on the phone itself.
func launchLinks(address string) map[string]string {
	link := func(host, isi, ibi, apn string) string {
		return "https://" + host + "/?" + url.Values{"link": {address}, "isi": {isi}, "ibi": {ibi}, "apn": {apn}}.Encode()
	}
	return map[string]string{
		"egov_mobile":   link("mgovsign.page.link", "1476128386", "kz.egov.mobile", "kz.mobile.mgov"),
		"egov_business": link("egovbusiness.page.link", "1597880144", "kz.mobile.mgov.business", "kz.mobile.mgov.business"),
	}
}

// signingView is a signing for whoever asked.
type signingView struct {
	ID         string    `json:"id"`
	State      string    `json:"state"` // "waiting", "fetched", "signed" or "expired"
	ExpiresAt  time.Time `json:"expires_at"`
	Signers    []string  `json:"signers,omitempty"`
	Signatures [][]byte  `json:"signatures,omitempty"`
}

func viewOfSigning(s signings.Signing) signingView {
	view := signingView{ID: s.ID, State: "waiting", ExpiresAt: s.ExpiresAt}
	switch {
	case s.Over:
		view.State = "expired"
	case s.Signed != nil:
		view.State, view.Signers, view.Signatures = "signed", s.Signed.Signers, s.Signed.Signatures
	case s.Fetched:
		view.State = "fetched"
	}
	return view
}

// signing answers GET /v1/signings/{id}: to the session, or to the token, that asked.
func (v *service) signing(c echo.Context) error {
	var session people.Session
	secret, _ := bearer(c)
	if !signings.IsToken(secret) {
		var err error
		if session, err = v.signedIn(c); err != nil {
			return err
		}
	}
	s, err := v.signings().Owned(contextOf(c), c.Param("signing"), session.ID, secret)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, viewOfSigning(s))
}

// scanned answers URL №1: what the phone is to do, and where.
func (v *service) scanned(c echo.Context) error {
	code := c.Param("code")
	s, err := v.signings().Scanned(contextOf(c), c.Param("signing"), code)
	if err != nil {
		return err
	}
	name, bin := "", ""
	if key := v.Registry.Key; key.Certificate != nil {
		id := key.Certificate.Identity()
		name, bin = id.Organisation, string(id.BIN)
	}
	var names []string
	for _, t := range s.Asked.Texts {
		names = append(names, t.Name)
	}
	return personal(c, http.StatusOK, map[string]any{
		"description": strings.Join(names, "; "),
		"expiry_date": s.ExpiresAt.UTC().Format("2006-01-02T15:04:05.000Z07:00"),
		"organisation": map[string]string{
			"nameRu": name, "nameKz": name, "nameEn": name, "bin": bin,
		},
		"document": map[string]string{
			"uri": v.BaseURL + "/v1/signings/" + s.ID + "/documents", "auth_type": "Token", "auth_token": signings.PhoneToken(code),
		},
	})
}

// phoneDocuments is what a phone fetches, and brings back with the signatures in the place
// of the documents.
type phoneDocuments struct {
	Method    string          `json:"signMethod"`
	Documents []phoneDocument `json:"documentsToSign"`
}

type phoneDocument struct {
	ID       json.RawMessage `json:"id"` // a number, which phones may send back as a text
	NameRu   string          `json:"nameRu"`
	NameKz   string          `json:"nameKz"`
	NameEn   string          `json:"nameEn"`
	Document struct {
		File struct {
			MIME string `json:"mime"`
			Data string `json:"data"` // base64
		} `json:"file"`
	} `json:"document"`
}

// phone returns the signing whose token a phone shows.
func (v *service) phone(c echo.Context) (signings.Signing, error) {
	scheme, token, _ := strings.Cut(c.Request().Header.Get("Authorization"), " ")
	if !slices.ContainsFunc([]string{"Token", "Bearer"}, func(s string) bool { return strings.EqualFold(s, scheme) }) {
		return signings.Signing{}, signings.ErrSecret
	}
	return v.signings().Fetch(contextOf(c), c.Param("signing"), strings.TrimSpace(token))
}

// documentsToSign answers GET of URL №2.
func (v *service) documentsToSign(c echo.Context) error {
	s, err := v.phone(c)
	if err != nil {
		return err
	}
	out := phoneDocuments{Method: "CMS_WITH_DATA"}
	if s.Asked.Detached {
		out.Method = "CMS_SIGN_ONLY"
	}
	for i, t := range s.Asked.Texts {
		d := phoneDocument{ID: json.RawMessage(fmt.Sprint(i + 1)), NameRu: t.Name, NameKz: t.Name, NameEn: t.Name}
		d.Document.File.MIME, d.Document.File.Data = "text/plain", base64.StdEncoding.EncodeToString(t.Content)
		if strings.HasPrefix(string(t.Content), "%PDF-") {
			d.Document.File.MIME = "@file/pdf"
		}
		out.Documents = append(out.Documents, d)
	}
	return personal(c, http.StatusOK, out)
}

// signedByPhone answers PUT of URL №2. Members that we do not know are no business of
// ours: phones send back more than they got.
func (v *service) signedByPhone(c echo.Context) (err error) {
	s, err := v.phone(c)
	if err != nil {
		return err
	}
	most := int64(0)
	for _, t := range s.Asked.Texts {
		most += 2*int64(len(t.Content)) + 2*longestProof
	}
	body, err := v.receive(c, most)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	var sent phoneDocuments
	if err := json.Unmarshal(body.Bytes(), &sent); err != nil {
		return &fault{is: errMalformed, detail: "is no JSON of documents with their signatures"}
	}
	signed, err := v.phoneSignatures(c, s.Asked.Texts, sent.Documents)
	if err != nil {
		return err
	}
	if err := v.signings().Sign(contextOf(c), s.ID, signed); err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "signed by phone", "trace_id", traceID(c), "signing", s.ID, "texts", len(s.Asked.Texts))
	return personal(c, http.StatusOK, map[string]string{"state": "signed"})
}

// phoneSignatures are the signatures that a phone has brought, each over its text. Who may
// sign is asked where they are used.
func (v *service) phoneSignatures(c echo.Context, texts []signings.Text, sent []phoneDocument) (out signings.Signed, err error) {
	if len(sent) != len(texts) {
		return out, errPhoneSignature
	}
	out.Signatures = make([][]byte, len(texts))
	for _, d := range sent {
		i := -1
		for n := range texts {
			if strings.Trim(string(d.ID), `"`) == fmt.Sprint(n+1) {
				i = n
			}
		}
		cms, decodeErr := armour.Base64([]byte(d.Document.File.Data))
		if i < 0 || out.Signatures[i] != nil || decodeErr != nil {
			return out, errPhoneSignature
		}
		verdict, err := v.Verifier.VerifyCMS(contextOf(c), cms, signing.Question{Content: texts[i].Content})
		if err != nil {
			return out, err
		}
		name, ok := signedOver(verdict)
		if !ok {
			return out, errPhoneSignature
		}
		if !slices.Contains(out.Signers, name) {
			out.Signers = append(out.Signers, name)
		}
		out.Signatures[i] = cms
	}
	return out, nil
}

// signedOver reports whether one signer has signed the text that was asked about, and his
// name.
func signedOver(v *signing.Verdict) (name string, ok bool) {
	if len(v.Signers) != 1 || v.Signers[0].Identity == nil {
		return "", false
	}
	for _, want := range []signing.CheckName{signing.CheckFormat, signing.CheckSignatureValue} {
		if !slices.ContainsFunc(v.Signers[0].Checks, func(k signing.Check) bool {
			return k.Name == want && (k.Status == signing.CheckPassed || k.Status == signing.CheckWarning)
		}) {
			return "", false
		}
	}
	id := v.Signers[0].Identity
	return strings.Join(strings.Fields(id.Surname+" "+id.GivenName+" "+id.Patronymic), " "), true
}
