package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"tamga/signing"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// TestSignWithStamp: the signature is seen where it was ordered and is right; what is
// wrong with the order is told about the stamp, not about the file.
func TestSignWithStamp(t *testing.T) {
	s, header := everyRight(t)
	delete(header, "Idempotency-Key") // each request is another one
	file := base64.StdEncoding.EncodeToString(signtest.PDF("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 4 0 R>>",
		"<</Length 28>>stream\n0 0 1 rg 50 700 100 100 re f\nendstream"))
	ask := func(stamp string) (int, string) {
		return s.post(t, "/v1/sign/pdf", fmt.Sprintf(`{"pdf": %q, "stamp": %s}`, file, stamp), header)
	}
	status, answer := ask(`{"page": 1, "left": 60, "bottom": 80, "width": 240, "height": 90, "language": "kk", "address": "https://tamga.example/check"}`)
	var made struct{ PDF []byte }
	if err := json.Unmarshal([]byte(answer), &made); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	verdict, err := s.server.Verifier.Verify(t.Context(), made.PDF, signing.Question{At: signtest.Now()})
	if err != nil || !verdict.Passed() {
		t.Errorf("%v, %s", err, signtest.Explain(verdict))
	}
	doc, err := pades.Read(made.PDF)
	if err != nil {
		t.Fatal(err)
	}
	widget, err := doc.ResolveDict(1, doc.Signatures[0].FieldID)
	if rect := fmt.Sprint(widget.Get("Rect")); err != nil || rect != "[60 80 300 170]" {
		t.Errorf("the widget is at %s, %v", rect, err)
	}
	for stamp, want := range map[string]string{
		`{"page": 1, "left": 60, "bottom": 680, "width": 240, "height": 90, "language": "kk"}`: "/stamp",
		`{"page": 2, "left": 60, "bottom": 80, "width": 240, "height": 90, "language": "kk"}`:  "/stamp",
		`{"page": 1, "left": 60, "bottom": 80, "width": 20, "height": 20, "language": "kk"}`:   "/stamp",
		`{"page": 1, "left": 60, "bottom": 80, "width": 240, "height": 90}`:                    "/stamp",
		`{"language": "kk"}`: "/stamp",
	} {
		status, answer := ask(stamp)
		var got refused
		if err := json.Unmarshal([]byte(answer), &got); err != nil || status != http.StatusUnprocessableEntity || len(got.Errors) != 1 || got.Errors[0].Pointer != want {
			t.Errorf("%s: %d %s", stamp, status, answer)
		}
	}
}
