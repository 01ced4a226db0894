package fetch

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

const (
	stallLimit   = 30 * time.Second // without a byte
	maxRedirects = 3
	writeSize    = 2 << 20 // bytes; see receive
	headerSize   = 6       // bytes of DER that tell the length of any list below 4 GiB
)

// downloaded is the answer of a server.
type downloaded struct {
	notModified  bool
	sha256       string
	size         int64
	etag         string
	lastModified string
}

// statusError is an HTTP status that is of no use.
type statusError struct {
	code       int
	retryAfter time.Duration // 0 when the server did not say
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%v %d", ProblemStatus, e.code)
}

func (e *statusError) Unwrap() error { return ProblemStatus }

// download makes one conditional request and writes what comes to a file. The
// validators of the record are used when it has any.
func (f *Fetcher) download(ctx context.Context, s Source, rec *record, part string) (downloaded, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, f.timeout(), ProblemTimeout)
	defer cancel()
	ctx, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	stall := time.AfterFunc(stallLimit, func() { abort(ProblemTimeout) })
	defer stall.Stop()

	req, err := request(ctx, s, rec)
	if err != nil {
		return downloaded{}, err
	}
	resp, err := f.client().Do(req)
	if err != nil {
		return downloaded{}, networkError(ctx, err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && rec.conditional():
		return downloaded{notModified: true}, nil
	case resp.StatusCode != http.StatusOK:
		return downloaded{}, &statusError{resp.StatusCode, retryAfter(resp.Header.Get("Retry-After"), f.now())}
	}
	if encoding := resp.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return downloaded{}, fmt.Errorf("%w: %q", ProblemEncoding, encoding)
	}
	got, err := f.receive(resp, &progress{resp.Body, stall}, part)
	if err != nil && context.Cause(ctx) != nil {
		return downloaded{}, networkError(ctx, err)
	}
	got.etag, got.lastModified = resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")
	return got, err
}

func request(ctx context.Context, s Source, rec *record) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: address", ProblemSource, s.Name)
	}
	req.Close = true // the next request is hours away
	// A request without a name is answered with a web page by some national
	// services; caches on the way are to ask the authority itself.
	req.Header.Set("User-Agent", "tamga")
	req.Header.Set("Accept", "application/pkix-crl, */*;q=0.1")
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("Cache-Control", "no-cache")
	if rec.ETag != "" {
		req.Header.Set("If-None-Match", rec.ETag)
	}
	if rec.LastModified != "" {
		req.Header.Set("If-Modified-Since", rec.LastModified)
	}
	return req, nil
}

// client returns the configured client with our rule about redirects.
func (f *Fetcher) client() *http.Client {
	var c http.Client
	if f.HTTP != nil {
		c = *f.HTTP
	}
	c.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects || !sameSite(via[0].URL, req.URL) {
			return ProblemRedirect
		}
		return nil
	}
	return &c
}

// sameSite allows other paths of the same server, and its HTTPS side.
func sameSite(from, to *url.URL) bool {
	if from.Scheme == to.Scheme {
		return from.Host == to.Host
	}
	return from.Scheme == "http" && to.Scheme == "https" &&
		from.Hostname() == to.Hostname() && from.Port() == "" && to.Port() == ""
}

// receive writes the body to the file and sees to it that the body is one DER
// element as long as it and the server say.
func (f *Fetcher) receive(resp *http.Response, body io.Reader, part string) (downloaded, error) {
	if resp.ContentLength > f.maxSize() {
		return downloaded{}, fmt.Errorf("%w: %d bytes announced", ProblemTooLarge, resp.ContentLength)
	}
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(body, head); err != nil {
		return downloaded{}, fmt.Errorf("%w: %w", ProblemLength, err)
	}
	total, ok := elementLength(head)
	switch {
	case !ok:
		return downloaded{}, fmt.Errorf("%w: content type %q", ProblemNotList, resp.Header.Get("Content-Type"))
	case total > f.maxSize():
		return downloaded{}, fmt.Errorf("%w: %d bytes", ProblemTooLarge, total)
	case resp.ContentLength >= 0 && resp.ContentLength != total:
		return downloaded{}, fmt.Errorf("%w: %d bytes announced for a list of %d", ProblemLength, resp.ContentLength, total)
	}
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return downloaded{}, fmt.Errorf("%w: %w", ProblemStorage, err)
	}
	defer out.Close()
	digest := sha256.New()
	// Writes of the size of a large page, each at a multiple of it, let the
	// kernel keep the list in large pages: look-ups in it are faster.
	whole := bufio.NewWriterSize(out, writeSize)
	to := io.MultiWriter(whole, digest)
	if _, err := to.Write(head); err != nil {
		return downloaded{}, fmt.Errorf("%w: %w", ProblemStorage, err)
	}
	// One byte more than wanted tells whether something follows.
	n, err := io.Copy(to, io.LimitReader(body, total-headerSize+1))
	if n += headerSize; err != nil || n != total {
		return downloaded{}, lengthError(n, total, err)
	}
	if err := errors.Join(whole.Flush(), out.Sync(), out.Close()); err != nil {
		return downloaded{}, fmt.Errorf("%w: %w", ProblemStorage, err)
	}
	return downloaded{sha256: hex.EncodeToString(digest.Sum(nil)), size: n}, nil
}

func lengthError(n, total int64, err error) error {
	var disk *os.PathError
	switch {
	case errors.As(err, &disk):
		return fmt.Errorf("%w: %w", ProblemStorage, err)
	case err != nil:
		return fmt.Errorf("%w: after %d of %d bytes: %w", ProblemLength, n, total, err)
	case n > total:
		return fmt.Errorf("%w: something follows the list of %d bytes", ProblemLength, total)
	}
	return fmt.Errorf("%w: %d of %d bytes", ProblemLength, n, total)
}

// elementLength tells from the first bytes how long a DER SEQUENCE is with its
// header. No list is so short that its length has one byte.
func elementLength(head []byte) (int64, bool) {
	if head[0] != 0x30 {
		return 0, false
	}
	count := int(head[1]) - 0x80
	if count < 1 || count > len(head)-2 {
		return 0, false
	}
	var length int64
	for _, b := range head[2 : 2+count] {
		length = length<<8 | int64(b)
	}
	return length + 2 + int64(count), true
}

// progress postpones the end of patience with every byte that arrives.
type progress struct {
	io.Reader
	stall *time.Timer
}

func (p *progress) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if n > 0 {
		p.stall.Reset(stallLimit)
	}
	return n, err
}

// networkError prefers the reason why we gave up to what the connection made
// of it.
func networkError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if problemOf(err) != "" { // of our rule about redirects
		return err
	}
	return fmt.Errorf("%w: %w", ProblemNetwork, err)
}

// retryAfter reads the header of that name (RFC 9110 section 10.2.3).
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(max(0, min(seconds, int(maxRetryAfter/time.Second)))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, min(at.Sub(now), maxRetryAfter))
	}
	return 0
}
