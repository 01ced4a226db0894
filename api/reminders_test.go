package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/signtest"
)

// Whoever reads documents whole is told of the days that its holder is reminded of, and
// what became of that; the public is not.
func TestRemindersOfDocument(t *testing.T) {
	s := open(t, signtest.New(t, ca.ECDSA))
	rec, _ := s.issued(t, "licence")
	code, body := s.get(t, "/v1/documents/"+rec.Number+"/events", map[string]string{"Authorization": "Bearer " + s.values["key.read"]})
	if code != http.StatusOK || !strings.Contains(body, `"reminders":[{"event":"document_ends","day":"`) || !strings.Contains(body, `"state":"waiting"`) {
		t.Errorf("who reads it whole is told %d %s", code, body)
	}
	if code, body := s.get(t, "/v1/check/"+rec.Number, nil); code != http.StatusOK || strings.Contains(body, "reminders") {
		t.Errorf("the public is told %d %s", code, body)
	}
}
