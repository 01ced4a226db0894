package api_test

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/signing/signtest"
)

// Of a document whose content was erased nobody is told anything but that, at
// every door.
func TestErasedDocument(t *testing.T) {
	s := open(t, signtest.New(t, ca.ECDSA))
	reg := s.server.Registry
	rec, file := s.issued(t, "refusal")
	read := map[string]string{"Authorization": "Bearer " + s.values["key.read"]}
	if code, _ := s.get(t, "/v1/documents/"+rec.Number, read); code != http.StatusOK {
		t.Fatalf("before the erasure: %d", code)
	}
	_, _, err := reg.Erase(t.Context(), registry.EventRequest{
		Client: "portal", IdempotencyKey: "b", Number: rec.Number, Last: 2, Event: documents.NewEvent{
			Kind: documents.EventErased, OrderNumber: "7", OrderDate: documents.DateOf(signtest.Now()),
			Reason: documents.Text{KK: "сақтау мерзімі өтті", RU: "истёк срок хранения"}, Signatory: "Әбдіғали Ж.С.",
			Position: documents.Text{KK: "Төраға", RU: "Председатель"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []struct {
		path   string
		header map[string]string
	}{
		{"/v1/documents/" + rec.Number, nil},
		{"/v1/documents/" + rec.Number, read},
		{"/v1/documents/" + rec.Number + ".pdf", read},
		{"/v1/documents/" + rec.Number + "/events", read},
		{"/v1/check/" + rec.Number, nil},
		{"/check/" + rec.Number, nil},
	} {
		path := q.path
		code, body := s.get(t, path, q.header)
		if code != http.StatusGone || strings.HasPrefix(path, "/v1") && !strings.Contains(body, `"document_erased"`) {
			t.Errorf("%s: %d %.300s", path, code, body)
		}
		if strings.Contains(body, rec.CheckCode) || strings.Contains(body, draftOf(t, "refusal").Refusal.Reason.RU) {
			t.Errorf("%s tells what was erased: %.300s", path, body)
		}
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "a.pdf")
	if err == nil {
		_, err = part.Write(file)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	code, body := s.post(t, "/v1/check", form.String(), map[string]string{"Content-Type": w.FormDataContentType()})
	if code != http.StatusGone || !strings.Contains(body, `"document_erased"`) {
		t.Errorf("its file: %d %.300s", code, body)
	}
}
