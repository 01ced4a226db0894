package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/seal"
	"tamga/signing"
)

// What a page needs that checks documents without the network: the keys and
// the list of documents without force. Both are public, and may be fetched
// from a page that was saved to a disk.

// publishedKeys is a JWK set (RFC 7517).
type publishedKeys struct {
	Keys []publishedKey `json:"keys"`
}

type publishedKey struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	Algorithm string `json:"alg"`
	Use       string `json:"use"`
	ID        string `json:"kid"`
	X         string `json:"x"`
	Y         string `json:"y"`
}

// keys answers GET /v1/keys.
func (v *service) keys(c echo.Context) error {
	set, err := v.keySet(contextOf(c))
	if err != nil {
		return err
	}
	forAnyPage(c, "public, max-age=3600")
	return c.JSON(http.StatusOK, set)
}

func (v *service) keySet(ctx context.Context) (publishedKeys, error) {
	set := publishedKeys{Keys: []publishedKey{}}
	keys, err := v.Registry.SealKeys(ctx)
	if err != nil {
		return set, err
	}
	for _, k := range keys {
		text := base64.RawURLEncoding.EncodeToString
		set.Keys = append(set.Keys, publishedKey{
			Type: "EC", Curve: "P-256", Algorithm: "ES256", Use: "sig",
			ID: text(k.ID), X: text(k.Point[1:33]), Y: text(k.Point[33:]),
		})
	}
	return set, nil
}

func forAnyPage(c echo.Context, cacheControl string) {
	h := c.Response().Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", cacheControl)
}

// statusList keeps the list that was signed last: reading and signing it for
// everyone who asks would be work without end.
type statusList struct {
	mu      sync.Mutex
	message []byte
	until   time.Time
}

// listAge is how old a list may be that is given out.
const listAge = time.Minute

// statuses answers GET /v1/status-list with a COSE_Sign1 message (RFC 9052).
func (v *service) statuses(c echo.Context) error {
	if v.Registry.SealKey.IsZero() {
		return errNoRoute
	}
	message, err := v.freshList(c)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(message)
	forAnyPage(c, "")
	if unchanged(c, `"`+hex.EncodeToString(sum[:12])+`"`, "public, max-age=60") {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, `application/cose; cose-type="cose-sign1"`, message)
}

func (v *service) freshList(c echo.Context) ([]byte, error) {
	l := &v.list
	l.mu.Lock()
	defer l.mu.Unlock()
	now := v.Now()
	if l.message != nil && now.Before(l.until) {
		return l.message, nil
	}
	list, err := v.Registry.StatusList(contextOf(c))
	if err != nil {
		return nil, err
	}
	message, err := v.Registry.SealKey.SignList(list)
	if err != nil {
		return nil, err
	}
	l.message, l.until = message, now.Add(listAge)
	return message, nil
}

// checkedSeal is what the seal of a QR code turned out to be.
type checkedSeal struct {
	Status signing.CheckStatus `json:"status"`
	Detail string              `json:"detail,omitempty"`
	// Corrected says of the file that the seal was printed on what [checkedFile] says.
	Corrected *correctedFile `json:"corrected,omitempty"`
	Summary   *signing.Text  `json:"summary,omitempty"`

	payload seal.Payload
}

// readQR takes the text of a QR code apart: the number and the check code from
// the address, the seal from its fragment. The host is not looked at: whoever
// sends the text here wants our answer.
func (v *service) readQR(ctx context.Context, text string) (number, code string, sealed *checkedSeal, err error) {
	malformed := badField("/qr", "malformed", "is not the text of a document's QR code")
	const longest = 8 << 10
	if len(text) > longest {
		return "", "", nil, malformed
	}
	address, fragment, _ := strings.Cut(text, "#")
	parsed, err := url.Parse(address)
	if err != nil {
		return "", "", nil, malformed
	}
	_, rest, ok := strings.Cut(parsed.Path, "/check/")
	if !ok {
		return "", "", nil, malformed
	}
	number, code, _ = strings.Cut(rest, "/")
	if _, err := documents.ParseNumber(number); err != nil || code == "" {
		return "", "", nil, malformed
	}
	sealed, err = v.openSeal(ctx, fragment, number)
	return number, code, sealed, err
}

// openSeal judges the seal that should be about a number; nil for none.
func (v *service) openSeal(ctx context.Context, fragment, number string) (*checkedSeal, error) {
	if fragment == "" {
		return nil, nil
	}
	n, err := documents.ParseNumber(number)
	if err != nil {
		return &checkedSeal{Status: signing.CheckFailed, Detail: registry.ErrNotFound.Error()}, nil
	}
	keys, err := v.Registry.SealKeys(ctx)
	if err != nil {
		return nil, err
	}
	payload, err := seal.Open(fragment, keys)
	switch {
	case err != nil:
		return &checkedSeal{Status: signing.CheckFailed, Detail: err.Error()}, nil
	case payload.Number != n.String:
		return &checkedSeal{Status: signing.CheckFailed, Detail: "the seal is that of another document"}, nil
	}
	return &checkedSeal{Status: signing.CheckPassed, payload: payload}, nil
}

// tellSeal adds what the seal of a QR code turned out to be: also that the file on which it
// was printed is no longer the one that counts.
func (v *service) tellSeal(ctx context.Context, a *checkAnswer, sealed *checkedSeal) error {
	if a.Seal = sealed; sealed == nil || sealed.Status != signing.CheckPassed {
		return nil
	}
	from, err := v.Registry.SealedOrigin(ctx, sealed.payload)
	if err != nil || from.Corrected == nil {
		return err
	}
	var summary signing.Text
	sealed.Corrected, summary = a.corrected(from, "check.corrected_seal")
	sealed.Summary = &summary
	return nil
}
