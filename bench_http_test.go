package tamga_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tamga/api"
	"tamga/certs/ca"
	"tamga/documents/registry"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// httpRequest is one way of asking for a verdict on a file.
type httpRequest struct {
	name, contentType string
	body              []byte
	file              []byte
	kind              string // of file, as the address and the request name it
}

// benchHTTP measures a verification asked for over HTTP, in process, against
// judging the same file plus a bare handler that reads the same bytes and writes
// the same answer. The ratio is of processor time.
func benchHTTP(b *testing.B) {
	pki := signtest.New(b, ca.RSA)
	handler := serviceOf(b, pki)
	for _, size := range []int{4 << 10, 64 << 10, 1 << 20} {
		file := signedPDFOf(b, pki, size)
		for _, asked := range requestsFor(b, "pdf", file) {
			b.Run(asked.name+"/"+strings.TrimSpace(sizeName(size)), func(b *testing.B) { benchRequest(b, pki, handler, asked) })
		}
	}
	application := pki.Signed([]byte("Өтініш: археологиялық жұмыстарға лицензия"), pki.Person(signtest.Applicant()))
	for _, asked := range requestsFor(b, "cms", application) {
		b.Run(asked.name+"/CMS", func(b *testing.B) { benchRequest(b, pki, handler, asked) })
	}
}

func sizeName(n int) string {
	if n >= 1<<20 {
		return "1MB"
	}
	return map[int]string{4 << 10: "4KB", 64 << 10: "64KB"}[n]
}

func benchRequest(b *testing.B, pki *signtest.PKI, handler http.Handler, asked httpRequest) {
	ask := func(h http.Handler) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/v1/verify/"+asked.kind, bytes.NewReader(asked.body))
		r.Header.Set("Content-Type", asked.contentType)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	answer := ask(handler)
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), string(signing.TotalPassed)) {
		b.Fatalf("%d %s", answer.Code, answer.Body)
	}
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			b.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer.Body.Bytes())
	})
	r := cpuTimes(b,
		operation{"judging", func() error {
			judge := pki.Verifier.VerifyPDF
			if asked.kind == "cms" {
				judge = pki.Verifier.VerifyCMS
			}
			_, err := judge(b.Context(), asked.file, signing.Question{})
			return err
		}},
		operation{"bare handler", func() error { ask(bare); return nil }},
		operation{"request", func() error { ask(handler); return nil }})
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(r[0], "µs-judging")
	b.ReportMetric(r[1], "µs-bare")
	b.ReportMetric(r[2], "µs-request")
	b.ReportMetric(r[2]/(r[0]+r[1]), "x-judging+bare")
}

// cpuTimes runs the operations in turns and returns the median of what each takes
// of the processor, the garbage collector and the system included, in
// microseconds: others at work on the machine do not count.
func cpuTimes(b *testing.B, ops ...operation) []float64 {
	const rounds, window = 15, 30 * time.Millisecond
	samples := make([][]float64, len(ops))
	for range rounds {
		for i, op := range ops {
			n, began := 0, cpuTime(b)
			for cpuTime(b)-began < window {
				if err := op.run(); err != nil {
					b.Fatalf("%s: %v", op.name, err)
				}
				n++
			}
			samples[i] = append(samples[i], float64((cpuTime(b)-began).Microseconds())/float64(n))
		}
	}
	medians := make([]float64, len(ops))
	for i, s := range samples {
		slices.Sort(s)
		medians[i] = s[len(s)/2]
	}
	return medians
}

// cpuTime is what the program has taken of the processor so far.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// serviceOf is the service on an empty register, which writes its log to nowhere.
func serviceOf(b *testing.B, pki *signtest.PKI) http.Handler {
	db, err := registry.Open(b.Context(), filepath.Join(b.TempDir(), "tamga.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.Now = signtest.Now
	server := &api.Server{
		Registry: &registry.Registry{Store: db, Verifier: pki.Verifier}, Verifier: pki.Verifier,
		BaseURL: "https://tamga.example", Now: signtest.Now, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	}
	handler, err := server.Handler()
	if err != nil {
		b.Fatal(err)
	}
	return handler
}

// signedPDFOf is a signed PDF of about a size.
func signedPDFOf(b *testing.B, pki *signtest.PKI, size int) []byte {
	file := plainPDF(size)
	made, err := signtest.Make(creation.PDF{File: file}, pki.Person(signtest.Head()), signtest.Now())
	if err != nil {
		b.Fatal(err)
	}
	return made.File
}

// requestsFor are the two forms of a request about a file.
func requestsFor(b *testing.B, kind string, file []byte) []httpRequest {
	text := `{"` + kind + `": "` + base64.StdEncoding.EncodeToString(file) + `"}`
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile(kind, "file")
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return []httpRequest{
		{"form", w.FormDataContentType(), form.Bytes(), file, kind},
		{"json", "application/json", []byte(text), file, kind},
	}
}
