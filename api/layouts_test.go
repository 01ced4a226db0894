package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/pdf/forms"
	"tamga/signing/signtest"
)

// TestSpecimens plays the page of specimens, and opens everything it names.
func TestSpecimens(t *testing.T) {
	s := open(t, signtest.New(t, ca.ECDSA))
	s.server.Demo = true
	s.start(t)
	info, err := s.server.Registry.Layouts.Info("licence", documents.CivilDate(signtest.Now()))
	if err != nil {
		t.Fatal(err)
	}
	s.values["licence.digest"] = info.Digest
	s.play(t, "testdata/parts/layouts.txt")

	_, page := s.get(t, "/layouts?lang=en", nil)
	for name := range forms.Specimens() {
		link := `<a href="/layouts/` + name + `.pdf" type="application/pdf">`
		if _, words, found := strings.Cut(page, link); !found || strings.HasPrefix(words, name+"<") {
			t.Errorf("the page does not say what %s is", name)
		}
		status, file := s.get(t, "/layouts/"+name+".pdf", nil)
		if status != http.StatusOK || !strings.HasPrefix(file, "%PDF-") || !strings.HasSuffix(file, "%%EOF\n") {
			t.Errorf("%s: %d, or no whole file", name, status)
		}
	}
}
