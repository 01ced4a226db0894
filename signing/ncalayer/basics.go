package ncalayer

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"slices"
	"time"

	"tamga/certs"
	"tamga/signing/cms"
	"tamga/signing/creation"
)

// flag is true or false, which the official examples also write as text.
type flag bool

func (f *flag) UnmarshalJSON(b []byte) error {
	*f = flag(string(b) == "true" || string(b) == `"true"`)
	return nil
}

// basicsRequest is the arguments of basics.sign.
type basicsRequest struct {
	Format  string          `json:"format"`
	Data    json.RawMessage `json:"data"` // a text, or a list of them
	Signing struct {
		Decode      flag `json:"decode"`
		Encapsulate flag `json:"encapsulate"`
		Digested    flag `json:"digested"`
	} `json:"signingParams"`
	Signer struct {
		Uses []string `json:"extKeyUsageOids"`
		IIN  string   `json:"iin"`
		BIN  string   `json:"bin"`
	} `json:"signerParams"`
}

// Errors of a request.
var (
	errCancelled = errors.New("action.canceled")
	errStore     = errors.New("the key store cannot be opened")
	errRequest   = errors.New("the request asks for what this signer does not do")
)

func basicsFailure(code, message string) map[string]any {
	return map[string]any{"status": false, "code": code, "message": message, "details": message}
}

// basics answers a call of kz.gov.pki.knca.basics.
func (d *dialogue) basics(method string, args json.RawMessage) map[string]any {
	var q basicsRequest
	if method != "sign" || json.Unmarshal(args, &q) != nil || q.Format != "cms" || bool(q.Signing.Digested) {
		return basicsFailure("INVALID_SIGNING_PARAMS", errRequest.Error())
	}
	var several []string
	one := json.Unmarshal(q.Data, &several) != nil
	if one {
		several = make([]string, 1)
		if err := json.Unmarshal(q.Data, &several[0]); err != nil {
			return basicsFailure("INVALID_SIGNING_PARAMS", errRequest.Error())
		}
	}
	signed := make([]string, len(several))
	for i, data := range several {
		content := []byte(data)
		if q.Signing.Decode {
			var err error
			if content, err = base64.StdEncoding.DecodeString(data); err != nil {
				return basicsFailure("INVALID_SIGNING_PARAMS", "the data are not base64")
			}
		}
		cms, err := d.sign(content, wanted{uses: q.Signer.Uses, iin: q.Signer.IIN, bin: q.Signer.BIN, detached: !bool(q.Signing.Encapsulate)})
		switch {
		case errors.Is(err, errCancelled):
			return map[string]any{"status": true, "body": map[string]any{}}
		case err != nil:
			return basicsFailure("SIGNING_FAILURE", err.Error())
		}
		signed[i] = string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: cms}))
	}
	if one {
		return map[string]any{"status": true, "body": map[string]any{"result": signed[0]}}
	}
	return map[string]any{"status": true, "body": map[string]any{"result": signed}}
}

// commonUtils answers a call of kz.gov.pki.knca.commonUtils, whose arguments have places:
// the store, the use of the key, the data in base64, and whether they go along.
func (d *dialogue) commonUtils(method string, raw json.RawMessage) map[string]any {
	var args []json.RawMessage
	failed := func(message string) map[string]any { return map[string]any{"code": "500", "message": message} }
	if err := json.Unmarshal(raw, &args); err != nil {
		return failed(errRequest.Error())
	}
	switch method {
	case "getActiveTokens":
		return map[string]any{"code": "200", "responseObject": []string{}}
	case "createCAdESFromBase64", "createCMSSignatureFromBase64":
	default:
		return failed(errRequest.Error())
	}
	var use, data string
	var attached flag
	if len(args) < 4 || json.Unmarshal(args[1], &use) != nil || json.Unmarshal(args[2], &data) != nil || json.Unmarshal(args[3], &attached) != nil {
		return failed(errRequest.Error())
	}
	content, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return failed("the data are not base64")
	}
	w := wanted{detached: !bool(attached), uses: []string{oidEmailProtection}}
	if use == "AUTHENTICATION" {
		w.uses = []string{oidClientAuth}
	}
	cms, err := d.sign(content, w)
	if err != nil {
		return failed(err.Error())
	}
	return map[string]any{"code": "200", "responseObject": base64.StdEncoding.EncodeToString(cms)}
}

// Uses of keys (RFC 5280 section 4.2.1.12).
const (
	oidClientAuth      = "1.3.6.1.5.5.7.3.2"
	oidEmailProtection = "1.3.6.1.5.5.7.3.4"
)

// wanted is which keys NCALayer would show, and what it is to make.
type wanted struct {
	uses     []string
	iin, bin string
	detached bool
}

// fits reports whether NCALayer's window would offer a key.
func (w wanted) fits(c *certs.Certificate) bool {
	id := c.Identity()
	var has []string
	for _, use := range c.ExtKeyUsage {
		has = append(has, use.String())
	}
	for _, use := range w.uses {
		if !slices.Contains(has, use) {
			return false
		}
	}
	return (w.iin == "" || w.iin == id.IIN) && (w.bin == "" || w.bin == id.BIN)
}

// sign signs as the owner of the key would. Where no key is offered, he can only close the
// window.
func (d *dialogue) sign(content []byte, w wanted) ([]byte, error) {
	act, name := d.Hand.now()
	switch {
	case act == Cancels:
		return nil, errCancelled
	case act == Fails:
		return nil, errStore
	case name == "":
		name = d.asked
	}
	key, ok := d.Key(name)
	if !ok || !w.fits(key.Certificate) {
		return nil, errCancelled
	}
	return signed(content, key, w.detached, d.Now())
}

// Sign signs by the key of a name, as a phone does.
func (s *Signer) Sign(key string, content []byte, detached bool) ([]byte, error) {
	k, ok := s.Key(key)
	if !ok {
		return nil, errStore
	}
	return signed(content, k, detached, s.Now())
}

// signed is a signature by a key whose owner is asked by nobody what it is for: NCALayer
// leaves it to whoever gets the signature to judge it. A key that has run out claims to
// have signed while it was good.
func signed(content []byte, key creation.Key, detached bool, at time.Time) ([]byte, error) {
	if !key.Certificate.ValidAt(at) {
		at = key.Certificate.NotAfter
	}
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		return nil, err
	}
	order := cms.ToSign{Content: content, MessageDigest: m.Digest().Sum(content), Attributes: []cms.Attribute{cms.SigningTime(at)}}
	if detached {
		order.Content = nil
	}
	return m.Make(order)
}
