package api_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing/signtest"
)

// upload is a file that is being sent: its beginning has gone out, its end waits.
type upload struct {
	status     int
	retryAfter string
	answer     string
	err        error
}

// send sends a PDF of a size, and stops before its last byte until end is
// closed.
func (s *stage) send(ctx context.Context, size int, end <-chan struct{}) upload {
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		part, err := form.CreateFormFile("pdf", "x.pdf")
		if err == nil {
			_, err = part.Write(append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("x"), size)...))
		}
		<-end
		if err == nil {
			err = form.Close()
		}
		_ = w.CloseWithError(err)
	}()
	defer r.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v1/verify/pdf", r)
	if err != nil {
		return upload{err: err}
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return upload{err: err}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return upload{res.StatusCode, res.Header.Get("Retry-After"), string(body), err}
}

// Fifty uploads at once take no more room on the disk than all of them may: the
// rest is told to come again, what was begun comes to its end, and then there
// is room anew.
func TestUploadsShareTheDisk(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	const room, size, uploads = 16 << 20, 3 << 20, 50
	s.server.SpoolSpace, s.server.SpoolDir = room, t.TempDir()
	s.server.Wait(time.Hour)
	s.start(t)
	end := make(chan struct{})
	results := make(chan upload, uploads)
	var refused atomic.Int64
	var senders sync.WaitGroup
	for range uploads {
		senders.Go(func() {
			u := s.send(t.Context(), size, end)
			if u.status == http.StatusServiceUnavailable {
				refused.Add(1)
			}
			results <- u
		})
	}
	// Each takes four steps of a megabyte: four fit, or fewer where several
	// were begun and found no room for their end.
	for deadline := time.Now().Add(time.Minute); refused.Load() < uploads-room/size; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d were refused", refused.Load())
		}
	}
	close(end)
	senders.Wait()
	close(results)
	counts := map[int]int{}
	for u := range results {
		counts[u.status]++
		switch {
		case u.err != nil:
			t.Error(u.err)
		case u.status == http.StatusOK && strings.Contains(u.answer, `"FORMAT_FAILURE"`):
		case u.status == http.StatusServiceUnavailable && u.retryAfter != "" && strings.Contains(u.answer, `"code":"busy"`):
		default:
			t.Errorf("%d %q %s", u.status, u.retryAfter, u.answer)
		}
	}
	if counts[http.StatusOK] > room/size {
		t.Errorf("%v: more were taken than there is room for", counts)
	}
	if u := s.send(t.Context(), size, end); u.status != http.StatusOK {
		t.Errorf("afterwards there is no room: %+v", u)
	}
	if left, err := os.ReadDir(s.server.SpoolDir); err != nil || len(left) != 0 {
		t.Errorf("%v is left (%v)", left, err)
	}
}

// Headers of a part of a form have a bound, as the parts have.
func TestLongHeads(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	for length, want := range map[int]int{8 << 10: http.StatusOK, 17 << 10: http.StatusBadRequest} {
		body := "--b\r\nContent-Disposition: form-data; name=\"pdf\"; filename=\"x\"\r\nX-Long: " + strings.Repeat("a", length) +
			"\r\n\r\n%PDF-1.7\r\n--b--\r\n"
		status, answer := s.post(t, "/v1/verify/pdf", body, map[string]string{"Content-Type": "multipart/form-data; boundary=b"})
		if status != want {
			t.Errorf("a head of %d bytes: %d %s", length, status, answer)
		}
	}
}
