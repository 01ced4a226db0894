package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/certs"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/tsp"
)

// Preservation is what makes signatures last.
type Preservation struct {
	// Stamp asks timestamp authorities and checks what they say; nil when
	// there are none.
	Stamp func(ctx context.Context, m tsp.Imprint) (*tsp.Token, error)
	// Gather collects the evidence about a certificate.
	Gather func(ctx context.Context, c *certs.Certificate, extra []*certs.Certificate, at time.Time) (signing.Material, error)
	// Required makes a signature fail that does not reach its level. Otherwise
	// it is handed out as it is, and queued to be extended later.
	Required bool
	// Answering says why nobody stamps, as far as that is known without asking; nil
	// when somebody does, or was not asked yet. Nil is not known.
	Answering func() error
}

// making is what signatures are made with.
func (s *Server) making() creation.Services {
	return creation.Services{Verifier: s.Verifier, Stamp: s.Preservation.Stamp, Gather: s.Preservation.Gather}
}

// pendingAnswer says that a signature is below the level that was asked for.
type pendingAnswer struct {
	ID     string `json:"id"`
	Level  string `json:"level"` // that it will reach
	Reason string `json:"reason"`
	Self   string `json:"self"` // where to ask for it
}

// queue keeps a signature that is below its level, to be brought there later.
func (v *service) queue(c echo.Context, client store.Client, r *signRequest, made creation.Made, level creation.Baseline) (*pendingAnswer, error) {
	e := store.Extension{Client: client.ID, Format: r.Format, Level: level.String(), File: made.File}
	if r.Detached {
		e.Content = r.Content
	}
	id, err := v.Registry.Store.AddExtension(contextOf(c), e)
	if err != nil {
		return nil, err
	}
	v.Log.WarnContext(contextOf(c), "signature below its level",
		"trace_id", traceID(c), "extension", id, "level", level.String(), "error", made.Missing.Error())
	return &pendingAnswer{ID: id, Level: level.String(), Reason: made.Missing.Error(), Self: v.BaseURL + "/v1/extensions/" + id}, nil
}

// ExtendWaiting tries the signatures that wait for their level, and returns how
// many have reached it.
func (s *Server) ExtendWaiting(ctx context.Context) (int, error) {
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	return s.Registry.Store.Extend(ctx, func(ctx context.Context, e store.Extension) ([]byte, error) {
		level, err := creation.ParseBaseline(e.Level)
		if err != nil {
			return nil, err
		}
		made, err := creation.Make(ctx, s.making(), creation.Order{
			Form: creation.Existing{File: e.File, Content: e.Content}, Level: level, Time: now().UTC(),
		})
		return made.File, err
	})
}

// extendRequest is the body of POST /v1/extend.
type extendRequest struct {
	ID      string             `json:"id"` // of a line of a batch, given back
	CMS     strictjson.Bytes   `json:"cms"`
	PDF     strictjson.Bytes   `json:"pdf"`
	Content strictjson.Content `json:"content"` // of a detached signature
	Level   string             `json:"level"`   // B-T, B-LT or B-LTA
}

// extend answers POST /v1/extend.
func (v *service) extend(c echo.Context) error {
	if _, err := v.authorise(c, store.ScopeSign); err != nil {
		return err
	}
	var body extendRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	answer, err := v.extendOne(c, &body)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, answer)
}

// extendBatch answers POST /v1/extend/batch.
func (v *service) extendBatch(c echo.Context) error {
	if _, err := v.authorise(c, store.ScopeSign); err != nil {
		return err
	}
	return v.batch(c, func(c echo.Context, raw []byte) (string, any, error) {
		var body extendRequest
		if err := decodeJSON(raw, &body); err != nil {
			return body.ID, nil, err
		}
		answer, err := v.extendOne(c, &body)
		return body.ID, answer, err
	})
}

// extendAnswer holds the signature under the name of its format.
type extendAnswer struct {
	CMS   []byte `json:"cms,omitempty"`
	PDF   []byte `json:"pdf,omitempty"`
	Level string `json:"level"` // why there is none, of what is no baseline signature
}

// extendOne brings a client's signature to a level, or fails: what the client
// has already is not queued.
func (v *service) extendOne(c echo.Context, r *extendRequest) (*extendAnswer, error) {
	level, err := creation.ParseBaseline(r.Level)
	if err != nil || level == creation.BaselineB {
		return nil, badField("/level", "unknown", "is none of B-T, B-LT, B-LTA")
	}
	file, pointer := []byte(r.CMS), "/cms"
	if r.PDF != nil {
		file, pointer = r.PDF, "/pdf"
	}
	if file == nil || r.CMS != nil && r.PDF != nil {
		return nil, badField(pointer, "exactly_one", "one of /cms and /pdf is needed, and only one")
	}
	release, err := v.judging(c, file, r.Content)
	if err != nil {
		return nil, err
	}
	defer release()
	made, err := creation.Make(contextOf(c), v.making(), creation.Order{
		Form: creation.Existing{File: file, Content: r.Content}, Level: level, Time: v.now(),
	})
	if errors.Is(err, creation.ErrContentTwice) {
		return nil, badField("/content", "unknown_field", "the signature carries its content")
	}
	if err != nil {
		return nil, unusable(pointer, err)
	}
	answer := &extendAnswer{Level: made.Called}
	if made.Level != 0 {
		answer.Level = made.Level.String()
	}
	if pointer == "/pdf" {
		answer.PDF = made.File
	} else {
		answer.CMS = made.File
	}
	return answer, nil
}

// extensionAnswer is how a queued signature stands.
type extensionAnswer struct {
	ID        string    `json:"id"`
	State     string    `json:"state"` // waiting or done
	Level     string    `json:"level"`
	CreatedAt time.Time `json:"created_at"`
	Attempts  int       `json:"attempts"`
	NextAt    time.Time `json:"next_attempt_at,omitzero"`
	LastError string    `json:"last_error,omitempty"`
	DoneAt    time.Time `json:"done_at,omitzero"`
	CMS       []byte    `json:"cms,omitempty"` // when done
	PDF       []byte    `json:"pdf,omitempty"`
}

// extension answers GET /v1/extensions/{id}.
func (v *service) extension(c echo.Context) error {
	client, err := v.authorise(c, store.ScopeSign)
	if err != nil {
		return err
	}
	e, err := v.Registry.Store.Extension(contextOf(c), client.ID, c.Param("id"))
	if err != nil {
		return err
	}
	answer := extensionAnswer{
		ID: e.ID, State: "waiting", Level: e.Level, CreatedAt: e.CreatedAt, Attempts: e.Attempts,
		NextAt: e.NextAt, LastError: e.LastError,
	}
	if !e.DoneAt.IsZero() {
		answer.State, answer.DoneAt, answer.NextAt = "done", e.DoneAt, time.Time{}
		if e.Format == kindPDF {
			answer.PDF = e.Result
		} else {
			answer.CMS = e.Result
		}
	}
	return personal(c, http.StatusOK, answer)
}

// waiting answers GET /v1/extensions: how many signatures wait, whoever's.
func (v *service) waiting(c echo.Context) error {
	if _, err := v.authorise(c, store.ScopeSign); err != nil {
		return err
	}
	n, since, err := v.Registry.Store.Waiting(contextOf(c))
	if err != nil {
		return err
	}
	return uncached(c, struct {
		Waiting int       `json:"waiting"`
		Since   time.Time `json:"since,omitzero"`
	}{n, since})
}

// timestampRequest is the body of POST /v1/timestamps: a digest, so that the
// file need not leave the client.
type timestampRequest struct {
	Algorithm string `json:"algorithm"` // such as SHA-256 or GOST 34.11-2015-512
	Digest    string `json:"digest"`    // hexadecimal
}

type timestampAnswer struct {
	Token  []byte    `json:"token"` // base64 of DER (RFC 3161)
	Time   time.Time `json:"time"`
	Policy string    `json:"policy"`
	Serial string    `json:"serial"`
}

// timestamp answers POST /v1/timestamps.
func (v *service) timestamp(c echo.Context) error {
	if _, err := v.authorise(c, store.ScopeSign); err != nil {
		return err
	}
	var body timestampRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	digest, err := readDigest("/digest", body.Algorithm, body.Digest)
	if err != nil {
		return err
	}
	if v.Preservation.Stamp == nil {
		return creation.ErrTimestamp
	}
	imprint := tsp.NewImprint(digest.Digest)
	imprint.Hash = digest.Value
	token, err := v.Preservation.Stamp(contextOf(c), imprint)
	if err != nil {
		return errors.Join(creation.ErrTimestamp, err)
	}
	return personal(c, http.StatusOK, timestampAnswer{
		Token: token.Raw, Time: token.Info.GenTime, Policy: token.Info.Policy.String(), Serial: token.Info.Serial.Text(16),
	})
}
