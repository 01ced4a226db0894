package site

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tamga/api/web"
	"tamga/language/words"
)

// actView is the page on which an official does a step.
type actView struct {
	application
	Errors  []Wrong
	Move    ownMove
	Content content
	Fields  []typedField
	Writes  []typedField
	Lists   []string // of Fields, that may have more rows
	Signer  int      // which of the signers is printed
	Comment string
	Failed  string
	OwnKey  bool // the document is signed by the key of whoever acts
	Once    string
	// Of the page on which it is signed.
	Text    string
	Kept    []Field
	Signing web.Signing
}

// Path is the page of the application on the desk.
func (a actView) Path() string { return deskPath(a.application) }

// Result reports whether a document is signed with the step.
func (a actView) Result() bool { return a.Content.Fixed && a.Move.Sign }

// Rows is how many rows of a table the page shows.
func (a actView) Rows(list string) string { return strconv.Itoa(max(1, a.Content.rows(list))) }

// chosenMove is the move that an address or a form names, if whoever looks may make it.
func (v *visit) chosenMove(a application, from url.Values) (ownMove, bool, error) {
	all, err := v.movesOf(a)
	i := slices.IndexFunc(all, func(m ownMove) bool { return m.Step == from.Get("step") && m.Outcome == from.Get("outcome") })
	if err != nil || i < 0 {
		return ownMove{}, false, err
	}
	return all[i], all[i].Yours, nil
}

func (v *visit) actPage() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	m, yours, err := v.chosenMove(a, v.r.URL.Query())
	if err != nil {
		return err
	}
	if !yours {
		return v.notYours(a, m)
	}
	return v.showAct(http.StatusOK, a, m, nil)
}

// notYours shows the application with why somebody may not do a step: who was first, or the
// rule that keeps him from it.
func (v *visit) notYours(a application, m ownMove) error {
	if m.Reason != "" {
		return v.showCase(http.StatusConflict, a, []Wrong{{Text: m.Reason}})
	}
	wrong, err := v.whoWasFirst(a)
	if err != nil {
		return err
	}
	return v.showCase(http.StatusConflict, a, []Wrong{wrong})
}

// whoWasFirst says what was entered last on an application, and by whom.
func (v *visit) whoWasFirst(a application) (Wrong, error) {
	var entries struct {
		Entries []entry `json:"entries"`
	}
	if err := v.get(a.of("/entries"), &entries); err != nil || len(entries.Entries) == 0 {
		return Wrong{Text: words.Of("cabinet.changed").In(v.lang)}, err
	}
	last := entries.Entries[len(entries.Entries)-1]
	said := words.Of("desk.first").Put("person", same(last.Person)).Put("step", last.Name).Put("at", same(last.At.String()))
	return Wrong{Text: said.In(v.lang)}, nil
}

func (v *visit) showAct(status int, a application, m ownMove, wrong []Wrong) error {
	c, err := v.contentOf(a, m)
	if err != nil {
		return err
	}
	view := actView{
		application: a, Errors: wrong, Move: m, Content: c, Comment: v.form.Get("comment"), Failed: v.form.Get("failed"), Once: newTrace(),
	}
	if !c.Fixed && c.Kind != "" {
		view.Fields, view.Writes = c.fields(c.parts(), wrong), c.fields(c.writes(), wrong)
		for _, p := range c.parts() {
			if p.Kind == "list" {
				view.Lists = append(view.Lists, p.Name)
			}
		}
	}
	view.Errors = view.leading()
	view.Signer = slices.IndexFunc(c.Signers, func(s contentSigner) bool { return s.Name == c.printed() })
	view.OwnKey = v.prints(c)
	if key := v.form.Get("key"); key != "" {
		view.OwnKey = key == "own"
	}
	return v.show(status, "desk-act", view, broad)
}

// printed is whom the document prints as who signs it.
func (c content) printed() string {
	for _, field := range []string{"signatory", "head"} {
		if name, ok := c.Document[c.Kind][field].(string); ok && name != "" {
			return name
		}
	}
	return ""
}

// prints reports whether a document prints whoever is signed in as who signs it.
func (v *visit) prints(c content) bool {
	return strings.EqualFold(strings.ReplaceAll(c.printed(), " ", ""), strings.ReplaceAll(initials(v.who.Session.Person.Natural), " ", ""))
}

// said is the document as the interface takes it.
func (c content) said() map[string]any {
	return map[string]any{c.Kind: filledIn(c.Document[c.Kind])}
}

// deedTyped is what an official has written, as the interface takes it.
func (v *visit) deedTyped(m ownMove, c content) deedOf {
	d := deedOf{Step: m.Step, Outcome: m.Outcome, Role: m.Role, Failed: v.form.Get("failed")}
	if text := strings.TrimSpace(v.form.Get("comment")); text != "" {
		d.Values = map[string]any{"comment": text}
	}
	if c.Kind != "" && !c.Fixed && (c.Needed || v.form.Get("write") != "") {
		d.Document = c.said()
	}
	return d
}

// previewOnDesk shows the document of a step as it would be printed, in a frame of the page
// of the step.
func (v *visit) previewOnDesk() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	m, yours, err := v.chosenMove(a, v.form.Values)
	if err != nil {
		return err
	}
	if !yours {
		return v.notYours(a, m)
	}
	c, err := v.contentOf(a, m)
	if err != nil {
		return err
	}
	file, err := v.previewed(a, m, c)
	if err != nil {
		found, err := v.about(err)
		if err != nil {
			return err
		}
		for i := range found {
			found[i].Field = "" // the fields are on the page around
		}
		v.w.Header().Set("X-Frame-Options", "SAMEORIGIN")
		v.w.Header().Set("Content-Security-Policy", strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors 'self'", 1))
		return v.show(http.StatusUnprocessableEntity, "desk-preview", struct{ Errors []Wrong }{found})
	}
	w := &inPlace{ResponseWriter: v.w}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="preview.pdf"`)
	_, _ = w.Write(file) // whoever hung up sees nothing
	return nil
}

// previewed is the document of a step as a PDF, or what it lacks.
func (v *visit) previewed(a application, m ownMove, c content) ([]byte, error) {
	d := deedOf{Step: m.Step, Outcome: m.Outcome, Role: m.Role}
	if !c.Fixed {
		d.Document = c.said()
	}
	var file []byte
	err := v.ask(question{Method: http.MethodPost, Path: a.of("/preview"), Body: d}, &file)
	return file, err
}

// act does a step: what is signed is shown and signed first.
func (v *visit) act() error {
	now, err := v.application()
	if err != nil {
		return err
	}
	m, yours, err := v.chosenMove(now, v.form.Values)
	if err != nil {
		return err
	}
	if !yours {
		return v.notYours(now, m)
	}
	a := v.seen(now)
	if a.Last != now.Last {
		wrong, err := v.whoWasFirst(now)
		if err != nil {
			return err
		}
		return v.showAct(http.StatusConflict, now, m, []Wrong{wrong})
	}
	if v.form.Get("add") != "" || v.form.Get("back") != "" {
		return v.showAct(http.StatusOK, a, m, nil)
	}
	c, err := v.contentOf(a, m)
	if err != nil {
		return err
	}
	d := v.deedTyped(m, c)
	if d.Document != nil {
		if _, err := v.previewed(a, m, c); err != nil {
			return v.actRefused(a, m, err)
		}
	}
	if !m.Sign {
		return v.enterOnDesk(a, m, d)
	}
	return v.signOnDesk(a, m, c, d)
}

// actRefused shows the page of the step again, with what was typed.
func (v *visit) actRefused(a application, m ownMove, err error) error {
	var p *Problem
	if errors.As(err, &p) && p.Code == "application_changed" {
		now, err := v.application()
		if err != nil {
			return err
		}
		wrong, err := v.whoWasFirst(now)
		if err != nil {
			return err
		}
		if m, yours, err := v.chosenMove(now, v.form.Values); err == nil && yours {
			return v.showAct(http.StatusConflict, now, m, []Wrong{wrong})
		}
		return v.showCase(http.StatusConflict, now, []Wrong{wrong})
	}
	found, err := v.about(err)
	if err != nil {
		return err
	}
	return v.showAct(http.StatusUnprocessableEntity, a, m, found)
}

func (v *visit) enterOnDesk(a application, m ownMove, d deedOf) error {
	after, err := v.enter(a, d, v.form.Get("once"))
	if err != nil {
		return v.actRefused(a, m, err)
	}
	return v.seeOther(deskPath(after))
}

// signOnDesk enters a step that is signed, or shows what is signed.
func (v *visit) signOnDesk(a application, m ownMove, c content, d deedOf) error {
	own := c.Fixed && v.form.Get("key") == "own"
	n := 1
	if own {
		n = 2
	}
	given, err := v.form.signatures(n)
	if err != nil {
		return err
	}
	missing := slices.ContainsFunc(given, func(cms []byte) bool { return cms == nil })
	if !v.form.Has("signing") || missing {
		var wrong []Wrong
		if v.form.Has("signing") {
			wrong = []Wrong{{Field: "cms-file-0", Text: words.Of("site.sign_missing").In(v.lang)}}
		}
		return v.showSigning(a, m, c, d, wrong)
	}
	d.Signature = given[0]
	if own {
		d.ResultCMS = given[1]
	}
	after, err := v.enter(a, d, v.form.Get("once"))
	var p *Problem
	switch {
	case err == nil:
		return v.seeOther(deskPath(after))
	case errors.As(err, &p) && p.Code != "application_changed" && p.Status < http.StatusInternalServerError && len(p.Errors) == 0:
		return v.showSigning(a, m, c, d, []Wrong{{Text: p.Title}})
	}
	return v.actRefused(a, m, err)
}

// showSigning shows what is signed, and asks for the signatures.
func (v *visit) showSigning(a application, m ownMove, c content, d deedOf, wrong []Wrong) error {
	d.Signature, d.ResultCMS = nil, nil
	text, err := v.toSign(a, d)
	if err != nil {
		return v.actRefused(a, m, err)
	}
	view := actView{application: a, Errors: wrong, Move: m, Content: c, Text: string(text), Once: newTrace()}
	for _, f := range v.form.kept() {
		if !slices.Contains([]string{"cms", "once", "signing", "from", "add", "back"}, f.Name) {
			view.Kept = append(view.Kept, f)
		}
	}
	texts := []web.SignText{{Name: m.Name.In(v.lang), File: "tamga-" + a.ID + "-" + m.Step + ".json", Data: base64.StdEncoding.EncodeToString(text)}}
	if view.OwnKey = c.Fixed && v.form.Get("key") == "own"; view.OwnKey {
		if _, err := v.prepared(a, m); err != nil {
			return v.actRefused(a, m, err)
		}
		texts = append(texts, web.SignText{
			Name: words.Of("kind." + c.Kind).In(v.lang), File: "tamga-" + a.ID + "-result.bin", From: deskPath(a) + "/result?" + m.Query(), Detached: true,
		})
	}
	view.Signing = v.signing("sign", texts...)
	status := http.StatusOK
	if wrong != nil {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, "desk-sign", view, broad, with("sign.js"))
}

// prepared are the bytes of the result that its signer signs. Asked again on the same day
// they are the same.
func (v *visit) prepared(a application, m ownMove) ([]byte, error) {
	var p struct {
		ToSign []byte `json:"to_sign"`
	}
	body := deedOf{Step: m.Step, Outcome: m.Outcome, Role: m.Role}
	err := v.ask(question{Method: http.MethodPost, Path: a.of("/result/prepare"), Body: body, Match: match(a.Last)}, &p)
	return p.ToSign, err
}

// resultToSign sends the bytes of the result to whoever signs it.
func (v *visit) resultToSign() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	m, yours, err := v.chosenMove(a, v.r.URL.Query())
	if err == nil && !yours {
		err = errNotFound
	}
	if err != nil {
		return err
	}
	raw, err := v.prepared(a, m)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	v.w.Header().Set("Content-Disposition", `attachment; filename="result.bin"`)
	_, _ = v.w.Write(raw) // whoever hung up signs nothing
	return nil
}

// zone is the time of Kazakhstan since 2024.
func zone() *time.Location { return time.FixedZone("UTC+5", zoneHours*60*60) }

// inputTime is how browsers write a moment in a field.
const inputTime = "2006-01-02T15:04"

// localTime writes a moment for a field, in the time of Kazakhstan.
func localTime(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.IsZero() || t.Year() == 1 {
		return ""
	}
	return t.In(zone()).Format(inputTime)
}

// instant reads a moment from a field; what is none is left as it is, to be refused.
func instant(text string) string {
	t, err := time.ParseInLocation(inputTime, text, zone())
	if err != nil {
		return text
	}
	return t.UTC().Format(time.RFC3339)
}
