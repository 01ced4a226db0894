package api_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing/signtest"
)

// lineOf is what a test reads of one line of an answer.
type lineOf struct {
	Line    int
	ID      string
	Status  int
	Result  struct{ Indication string }
	Problem struct{ Code string }
}

// A batch of the largest size is answered whole and in order; what is beyond
// it is refused, and a line that is too long costs only itself.
func TestBatchLimits(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.server.MaxBody = 16 << 10
	s.start(t)
	s.fill(t, pki)
	cms := base64.StdEncoding.EncodeToString(s.files["cms"])
	const asked = 1003
	var body strings.Builder
	for i := range asked {
		if i == 500 {
			fmt.Fprintf(&body, `{"id":"long","cms":"%s"}`+"\n", strings.Repeat("A", 40<<10))
			continue
		}
		fmt.Fprintf(&body, `{"id":"%d","cms":"%s"}`+"\n", i, cms)
	}
	status, answer := s.post(t, "/v1/verify/batch", body.String(), map[string]string{"Content-Type": "application/x-ndjson"})
	if status != http.StatusOK {
		t.Fatal(status, answer)
	}
	d := json.NewDecoder(strings.NewReader(answer))
	for i := range 1001 {
		var got lineOf
		if err := d.Decode(&got); err != nil {
			t.Fatal(i, err)
		}
		switch {
		case got.Line != i+1:
			t.Fatalf("line %d stands in the place of line %d", got.Line, i+1)
		case i == 1000:
			if got.Status != http.StatusRequestEntityTooLarge {
				t.Errorf("line 1001: %+v", got)
			}
		case i == 500:
			if got.Status != http.StatusRequestEntityTooLarge || got.Problem.Code != "body_too_large" {
				t.Errorf("the long line: %+v", got)
			}
		case got.ID != fmt.Sprint(i) || got.Result.Indication != "TOTAL-PASSED":
			t.Fatalf("line %d: %+v", i, got)
		}
	}
	var more lineOf
	if err := d.Decode(&more); err != io.EOF {
		t.Errorf("an answer too many: %+v %v", more, err)
	}
}

// The answer to the first line comes while the second has not been sent.
func TestBatchStreams(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	cms := base64.StdEncoding.EncodeToString(s.files["cms"])
	r, w := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/verify/batch", r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	line := fmt.Sprintf(`{"cms":"%s"}`+"\n", cms)
	go func() { _, _ = io.WriteString(w, line) }()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answers := bufio.NewReader(res.Body)
	for range 3 {
		got, err := answers.ReadString('\n')
		if err != nil || !strings.Contains(got, "TOTAL-PASSED") {
			t.Fatalf("%q %v", got, err)
		}
		if _, err := io.WriteString(w, line); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.CloseWithError(io.ErrUnexpectedEOF); err != nil { // the client goes away
		t.Fatal(err)
	}
	// The service goes on for others.
	deadline := time.Now().Add(10 * time.Second)
	for {
		status, _ := s.post(t, "/v1/verify/cms", line, map[string]string{"Content-Type": "application/json"})
		if status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no answer after a client went away")
		}
	}
}
