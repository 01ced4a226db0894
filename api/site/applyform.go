package site

import (
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"tamga/language"
	"tamga/language/words"
)

// input is a field of a form with what was typed.
type input struct {
	formField
	Value  string
	Wrong  bool
	Offers []string // values to choose from
}

// formView is the page on which the form of an application is filled in.
type formView struct {
	application
	Errors []Wrong
	Fields []input
	Draft  *language.Text // that the form is ours
}

func (v *visit) formPage() error {
	a, s, err := v.applying()
	if err != nil {
		return err
	}
	return v.showForm(http.StatusOK, formView{application: a}, s, a.Form)
}

// applying is the application of the page with its service.
func (v *visit) applying() (application, offered, error) {
	a, err := v.application()
	if err != nil {
		return a, offered{}, err
	}
	s, err := v.service(a.Service.ID)
	return a, s, err
}

// asksOf are the fields that are asked of a holder.
func (s offered) asksOf(h holder) []formField {
	return slices.DeleteFunc(slices.Clone(s.Form), func(f formField) bool { return f.Holder != "" && f.Holder != h.kind() })
}

func (v *visit) showForm(status int, view formView, s offered, values map[string]any) error {
	licences, err := v.licences(s)
	if err != nil {
		return err
	}
	for _, f := range s.asksOf(view.Applicant) {
		one := input{formField: f}
		one.Value, _ = values[f.ID].(string)
		one.Wrong = slices.ContainsFunc(view.Errors, func(w Wrong) bool { return w.Field == "form-"+f.ID })
		switch f.Kind {
		case "subtype":
			one.Choices, one.Kind = s.Subtypes, "choice"
		case "licence":
			one.Offers = licences
		}
		view.Fields = append(view.Fields, one)
	}
	view.Draft = s.DraftLabel
	return v.show(status, "application-form", view, with("keep.js"))
}

// licences are the numbers of the licences that whoever is signed in was given, where the
// form of a service asks for one.
func (v *visit) licences(s offered) ([]string, error) {
	if !slices.ContainsFunc(s.Form, func(f formField) bool { return f.Kind == "licence" }) {
		return nil, nil
	}
	var answer struct {
		History []received `json:"history"`
	}
	if err := v.get("/v1/me/history?limit=200", &answer); err != nil {
		return nil, err
	}
	var all []string
	for _, r := range answer.History {
		for _, d := range r.Documents {
			if d.Kind == "licence" && d.Status.Code == "in_force" {
				all = append(all, d.Number)
			}
		}
	}
	return all, nil
}

// keepForm keeps what was filled in, also where something is missing still. A script that
// keeps it while somebody types is answered by nothing.
func (v *visit) keepForm() error {
	a, s, err := v.applying()
	if err != nil {
		return err
	}
	form := map[string]any{}
	view := formView{application: a}
	for _, f := range s.asksOf(a.Applicant) {
		text := strings.TrimSpace(v.form.Get("/form/" + f.ID))
		if text != "" {
			form[f.ID] = text
		} else if f.Required {
			view.Errors = append(view.Errors, v.missingField(f))
		}
	}
	body := map[string]any{}
	if len(form) > 0 {
		body["form"] = form
	}
	err = v.ask(question{Method: http.MethodPut, Path: a.of("/form"), Body: body, Match: "*"}, nil)
	if err == nil {
		err = v.keepContact(a, form)
	}
	if err != nil {
		if view.Errors, err = wrongs(err); err != nil {
			return err
		}
		return v.showForm(http.StatusUnprocessableEntity, view, s, form)
	}
	switch {
	case v.form.Get("keep") == "typing":
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	case v.form.Get("keep") == "later":
		return v.seeOther(a.Path())
	case view.Errors != nil:
		return v.showForm(http.StatusUnprocessableEntity, view, s, form)
	}
	return v.seeOther(a.Path() + "/files")
}

// missingField says which field must be filled in.
func (v *visit) missingField(f formField) Wrong {
	return Wrong{Field: "form-" + f.ID, Text: f.Label.In(v.lang) + ": " + words.Of("field.required").In(v.lang)}
}

// keepContact has the applicant told by what the form says, in the language of the page.
func (v *visit) keepContact(a application, form map[string]any) error {
	email, _ := form["email"].(string)
	phone, _ := form["phone"].(string)
	if email == "" && phone == "" || v.form.Get("keep") == "typing" {
		return nil
	}
	contact := map[string]any{"language": v.lang}
	for name, value := range map[string]string{"email": email, "phone": phone} {
		if value != "" {
			contact[name] = value
		}
	}
	err := v.ask(question{Method: http.MethodPut, Path: a.of("/contact"), Body: contact}, nil)
	return underForm(err)
}

// underForm has the pointers of a problem lead to the fields of the form.
func underForm(err error) error {
	p, ok := err.(*Problem)
	if !ok {
		return err
	}
	moved := *p
	moved.Errors = slices.Clone(p.Errors)
	for i := range moved.Errors {
		moved.Errors[i].Pointer = "/form" + moved.Errors[i].Pointer
	}
	return &moved
}

// attachment is a file of an application.
type attachment struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Item    string `json:"item"`
	Type    string `json:"type"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
	Removed moment `json:"removed_at"`
	Scan    struct {
		State string `json:"state"`
	} `json:"scan"`
}

// Weight is the size for people: in KiB, or MiB.
func (f attachment) Weight() string {
	const kib, mib = 1 << 10, 1 << 20
	if f.Size < mib {
		return fmt.Sprintf("%d KiB", (f.Size+kib-1)/kib)
	}
	return fmt.Sprintf("%.1f MiB", float64(f.Size)/mib)
}

// attachments are the files that an application has now.
func (v *visit) attachments(a application) ([]attachment, error) {
	var answer struct {
		Attachments []attachment `json:"attachments"`
	}
	err := v.get(a.of("/attachments"), &answer)
	return slices.DeleteFunc(answer.Attachments, func(f attachment) bool { return !f.Removed.IsZero() }), err
}

// itemFiles is a document that is asked for, with its files.
type itemFiles struct {
	checklistItem
	Files []attachment
	Once  string
}

// filesView is the page on which files are attached.
type filesView struct {
	application
	Errors []Wrong
	Items  []itemFiles
	Others []attachment // of no document of the list
	Next   string       // where one goes on
	CSRF   string
}

func (v *visit) filesPage() error { return v.showFiles(http.StatusOK, nil) }

// itself is the document that is the form of the application.
const itself = "application"

// listed are the documents that are asked of an application by the portal, but for the
// application itself.
func (s offered) listed(a application) []checklistItem {
	return slices.DeleteFunc(slices.Clone(s.Checklist), func(i checklistItem) bool {
		return i.ID == itself || !i.asked("portal", a.Applicant.kind())
	})
}

func (v *visit) showFiles(status int, wrong []Wrong) error {
	a, s, err := v.applying()
	if err != nil {
		return err
	}
	files, err := v.attachments(a)
	if err != nil {
		return err
	}
	view := filesView{application: a, Errors: wrong, Next: a.Path(), CSRF: v.csrf}
	for _, item := range s.listed(a) {
		one := itemFiles{checklistItem: item, Once: newTrace()}
		for _, f := range files {
			if f.Item == item.ID {
				one.Files = append(one.Files, f)
			}
		}
		view.Items = append(view.Items, one)
	}
	for _, f := range files {
		if !slices.ContainsFunc(view.Items, func(i itemFiles) bool { return i.ID == f.Item }) {
			view.Others = append(view.Others, f)
		}
	}
	return v.show(status, "application-files", view, with("files.js"))
}

// attach hands the files of a form over, one after another.
func (v *visit) attach() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	item := v.form.Get("item")
	field := "file-" + item
	chosen := v.form.files["file"]
	if len(chosen) == 0 {
		return v.showFiles(http.StatusUnprocessableEntity, []Wrong{{Field: field, Text: words.Of("cabinet.file_missing").In(v.lang)}})
	}
	var wrong []Wrong
	for i, h := range chosen {
		err := v.handOver(a, h, map[string]string{"item": item}, fmt.Sprintf("%s-%d", v.form.Get("once"), i))
		if err == nil {
			continue
		}
		found, err := wrongs(err)
		if err != nil {
			return err
		}
		for _, w := range found {
			wrong = append(wrong, Wrong{Field: field, Text: h.Filename + ": " + w.Text})
		}
	}
	if wrong != nil {
		return v.showFiles(http.StatusUnprocessableEntity, wrong)
	}
	return v.seeOther(a.Path() + "/files")
}

// handOver sends a file to the interface, as it comes from the browser.
func (v *visit) handOver(a application, h *multipart.FileHeader, values map[string]string, once string) error {
	file, err := h.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	from, to := io.Pipe()
	w := multipart.NewWriter(to)
	go func() {
		for name, value := range values {
			if value != "" {
				_ = w.WriteField(name, value) // the reader tells
			}
		}
		_ = w.WriteField("name", h.Filename)
		part, err := w.CreateFormFile("file", h.Filename)
		if err == nil {
			_, err = io.Copy(part, file)
		}
		if err == nil {
			err = w.Close()
		}
		_ = to.CloseWithError(err) // never fails
	}()
	err = v.ask(question{Method: http.MethodPost, Path: a.of("/attachments"), Body: from, Type: w.FormDataContentType(), Key: once}, nil)
	_ = from.Close() // whatever was not read is not wanted
	return err
}

// attachedFile hands an attachment out, as something to keep and never as a page.
func (v *visit) attachedFile() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	id, err := segment(v.r.PathValue("attachment"))
	if err != nil {
		return err
	}
	return v.pass(question{Path: a.of("/attachments/" + id + "/content")})
}

func (v *visit) detach() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	id, err := segment(v.r.PathValue("attachment"))
	if err == nil {
		err = v.ask(question{Method: http.MethodDelete, Path: a.of("/attachments/" + id)}, nil)
	}
	if err != nil {
		return err
	}
	return v.seeOther(a.Path() + "/files")
}
