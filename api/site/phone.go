package site

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tamga/api/web"
	"tamga/language"
	"tamga/language/words"
	"tamga/qr"
)

func (s *Site) phoneRoutes() map[string]page {
	all := map[string]page{"POST /sign-in/phone": (*visit).phoneState}
	if s.DemoSign != nil {
		all["GET /telephone"], all["POST /telephone"] = (*visit).telephonePage, (*visit).signByTelephone
	}
	return all
}

// atPhone is a signing on a phone, as /v1/signings says it.
type atPhone struct {
	ID         string            `json:"id"`
	State      string            `json:"state"`
	ExpiresAt  time.Time         `json:"expires_at"`
	Signers    []string          `json:"signers"`
	Signatures [][]byte          `json:"signatures"`
	Token      string            `json:"token"`
	Code       string            `json:"code"`
	Links      map[string]string `json:"links"`
}

// phoneView is the page with the code. The form on it is the one that was to be signed.
type phoneView struct {
	Said                   string // a key of words; empty for nothing
	ID, Token, Until       string
	QR                     picture
	Texts                  []string
	Kept                   []Field
	Action, Back           string
	Mobile, Business, Demo string
}

// picture is a QR code as a path of SVG.
type picture struct {
	Size int
	Path string
}

func drawn(text string) (p picture, err error) {
	var e qr.Encoder
	code, err := e.Encode(text, qr.M)
	if err != nil {
		return p, err
	}
	var b strings.Builder
	for _, r := range e.Rects(nil, code) {
		fmt.Fprintf(&b, "M%d %dh%dv%dh-%dz", r.X+qr.QuietZone, r.Y+qr.QuietZone, r.W, r.H, r.W)
	}
	return picture{code.Size + 2*qr.QuietZone, b.String()}, nil
}

// byPhone does what a form asks that is signed on a phone: it shows the code and, once the
// phone has signed, puts the signatures into the form, which then goes on as any other.
// Shown reports whether it has answered.
func (v *visit) byPhone() (shown bool, err error) {
	given := slices.ContainsFunc(v.form.Values["cms"], func(s string) bool { return strings.TrimSpace(s) != "" })
	if v.form.Get("by") != "phone" || given || len(v.form.Values["sign_name"]) == 0 {
		return false, nil
	}
	said := ""
	if id := v.form.Get("signing"); id != "" {
		s, err := v.atPhone(id)
		switch {
		case refusedFor(err, "signing_not_found"):
			said = "telephone.expired"
		case err != nil:
			return true, err
		case s.State == "signed":
			v.form.Values["cms"] = nil
			for _, one := range s.Signatures {
				v.form.Values.Add("cms", base64.StdEncoding.EncodeToString(one))
			}
			return false, nil
		case s.State == "expired":
			said = "telephone.expired"
		default:
			s.Code = v.form.Get("signing_code") // which only the form keeps
			return true, v.showCode(s, "telephone.not_yet")
		}
	}
	s, err := v.openAtPhone()
	if err != nil {
		return true, err
	}
	return true, v.showCode(s, said)
}

// atPhone asks how a signing stands, in the name of whoever opened it.
func (v *visit) atPhone(id string) (s atPhone, err error) {
	if id, err = segment(id); err != nil {
		return s, err
	}
	if token := v.form.Get("signing_token"); token != "" {
		mine := v.token
		v.token = token
		defer func() { v.token = mine }()
	}
	err = v.get("/v1/signings/"+id, &s)
	if s.Token = v.form.Get("signing_token"); refusedFor(err, "session_over") && s.Token != "" {
		err = &Problem{Code: "signing_not_found", Status: http.StatusNotFound}
	}
	return s, err
}

// textsOf are the texts that the form asks to have signed.
func (v *visit) textsOf() (texts []map[string]any, detached bool, err error) {
	names, data, from, apart := v.form.Values["sign_name"], v.form.Values["sign_data"], v.form.Values["sign_from"], v.form.Values["sign_detached"]
	if len(data) != len(names) || len(from) != len(names) || len(apart) != len(names) {
		return nil, false, errForm
	}
	for i, name := range names {
		content, err := base64.StdEncoding.DecodeString(data[i])
		if from[i] != "" {
			content, err = v.fetched(from[i])
		}
		if err != nil {
			return nil, false, err
		}
		if apart[i] != apart[0] {
			return nil, false, errForm
		}
		texts = append(texts, map[string]any{"name": name, "content": content})
	}
	return texts, apart[0] == "true", nil
}

// fetched is what a page of ours answers at a path.
func (v *visit) fetched(path string) ([]byte, error) {
	u, err := url.Parse(local(path, "/"))
	if err != nil {
		return nil, errForm
	}
	r := v.r.Clone(v.r.Context())
	r.Method, r.URL, r.RequestURI, r.Body, r.ContentLength = http.MethodGet, u, u.RequestURI(), http.NoBody, 0
	r.Form, r.PostForm, r.MultipartForm = nil, nil, nil
	answer := &recorder{header: http.Header{}}
	v.Handler().ServeHTTP(answer, r)
	if answer.status != http.StatusOK {
		return nil, errNotFound
	}
	return answer.body.Bytes(), nil
}

func (v *visit) openAtPhone() (s atPhone, err error) {
	texts, detached, err := v.textsOf()
	if err != nil {
		return s, err
	}
	err = v.ask(question{Method: http.MethodPost, Path: "/v1/signings", Body: map[string]any{"texts": texts, "detached": detached}}, &s)
	return s, err
}

func (v *visit) showCode(s atPhone, said string) error {
	code, err := drawn(s.Code)
	if err != nil {
		return err
	}
	address := strings.TrimPrefix(s.Code, "mobileSign:")
	if s.Links == nil {
		s.Links = map[string]string{"egov_mobile": v.form.Get("link_mobile"), "egov_business": v.form.Get("link_business")}
	}
	for name, link := range s.Links {
		if !strings.HasPrefix(link, "https://mgovsign.page.link/") && !strings.HasPrefix(link, "https://egovbusiness.page.link/") {
			s.Links[name] = ""
		}
	}
	view := phoneView{
		Said: said, ID: s.ID, Token: s.Token, Until: printed(s.ExpiresAt), QR: code, Texts: v.form.Values["sign_name"],
		Action: v.r.URL.RequestURI(), Back: v.form.from, Mobile: s.Links["egov_mobile"], Business: s.Links["egov_business"],
	}
	if v.DemoSign != nil {
		view.Demo = "/telephone?code=" + url.QueryEscape(address)
	}
	ours := []string{"cms", "signing", "signing_token", "signing_code", "link_mobile", "link_business"}
	view.Kept = slices.DeleteFunc(v.form.kept(), func(f Field) bool { return slices.Contains(ours, f.Name) })
	view.Kept = append(view.Kept, Field{"signing_code", s.Code}, Field{"link_mobile", view.Mobile}, Field{"link_business", view.Business})
	if v.form.Has("password") { // it is kept on this page alone, since it is needed once more
		view.Kept = append(view.Kept, Field{"password", v.form.Get("password")})
	}
	return v.show(http.StatusOK, "phone", view, with("phone.js"))
}

// phoneState tells the script of the page how far the phone is.
func (v *visit) phoneState() error {
	s, err := v.atPhone(v.form.Get("signing"))
	state, said := s.State, words.Of("telephone."+s.State)
	if refusedFor(err, "signing_not_found") {
		state, said, err = "expired", words.Of("telephone.expired"), nil
	}
	if err != nil {
		return err
	}
	if state == "signed" {
		said = said.Put("name", language.Same(strings.Join(s.Signers, ", ")))
	}
	v.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(v.w).Encode(map[string]string{"state": state, "text": said.In(v.lang)})
}

// telephoneView is the page of the demonstration's phone.
type telephoneView struct {
	Errors []Wrong
	Code   string
	Texts  []telephoneText
	Keys   []web.DemoKey
	Key    string
	Done   bool
}

type telephoneText struct{ Name, Text string }

// phoneDocuments is what the second address answers, and is sent back to it.
type phoneDocuments struct {
	Method    string           `json:"signMethod"`
	Documents []map[string]any `json:"documentsToSign"`
}

// scan does what a phone does with a code of ours: it asks the first address for the
// second one, and that for the documents. Other addresses are asked nothing.
func (v *visit) scan(code string) (uri, token string, docs phoneDocuments, err error) {
	var first struct {
		Document struct {
			URI   string `json:"uri"`
			Token string `json:"auth_token"`
		} `json:"document"`
	}
	path := func(address string) string {
		u, err := url.Parse(strings.TrimPrefix(strings.TrimSpace(address), "mobileSign:"))
		if err != nil || u.Host != v.Host || !strings.HasPrefix(u.Path, "/v1/signings/") {
			return ""
		}
		return u.EscapedPath()
	}
	v.token = "" // a phone has no session
	at := path(code)
	if at == "" {
		return "", "", docs, errNotFound
	}
	if err = v.get(at, &first); err != nil {
		return "", "", docs, err
	}
	if uri = path(first.Document.URI); uri == "" {
		return "", "", docs, errNotFound
	}
	v.token = first.Document.Token
	err = v.get(uri, &docs)
	return uri, v.token, docs, err
}

// file is the part of a document that holds its bytes.
func file(d map[string]any) map[string]any {
	document, _ := d["document"].(map[string]any)
	f, _ := document["file"].(map[string]any)
	return f
}

func (v *visit) telephonePage() error {
	return v.showTelephone(http.StatusOK, telephoneView{Code: v.r.URL.Query().Get("code")})
}

func (v *visit) showTelephone(status int, view telephoneView) error {
	for _, p := range v.DemoPeople {
		view.Keys = append(view.Keys, web.DemoKey{Key: p.Key, Name: p.Key + ": " + p.Name})
	}
	if !view.Done {
		_, _, docs, err := v.scan(view.Code)
		if err != nil {
			return v.telephoneFails(err)
		}
		for _, d := range docs.Documents {
			name, _ := d["name"+map[language.Lang]string{language.KK: "Kz", language.RU: "Ru", language.EN: "En"}[v.lang]].(string)
			t := telephoneText{Name: name}
			if f := file(d); f["mime"] == "text/plain" {
				data, _ := f["data"].(string)
				plain, _ := base64.StdEncoding.DecodeString(data) // what is none is shown as nothing
				t.Text = string(plain)
			}
			view.Texts = append(view.Texts, t)
		}
	}
	v.token = ""
	return v.show(status, "telephone", view)
}

// telephoneFails shows what the phone would: it signs nobody in.
func (v *visit) telephoneFails(err error) error {
	if p, ok := err.(*Problem); ok && p.Status == http.StatusUnauthorized {
		p.Status = http.StatusForbidden
	}
	return err
}

func (v *visit) signByTelephone() error {
	uri, token, docs, err := v.scan(v.form.Get("code"))
	if err != nil {
		return v.telephoneFails(err)
	}
	for _, d := range docs.Documents {
		f := file(d)
		data, _ := f["data"].(string)
		content, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return err
		}
		cms, err := v.DemoSign(v.form.Get("key"), content, docs.Method == "CMS_SIGN_ONLY")
		if err != nil {
			return errNotFound
		}
		f["data"] = base64.StdEncoding.EncodeToString(cms)
	}
	v.token = token
	if err := v.ask(question{Method: http.MethodPut, Path: uri, Body: docs}, nil); err != nil {
		return v.telephoneFails(err)
	}
	return v.showTelephone(http.StatusOK, telephoneView{Done: true})
}
