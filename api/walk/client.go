package walk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"tamga/documents"
	"tamga/documents/regulation"
)

// What is asked and what is read of the answers.
type (
	openRequest struct {
		Service   string             `json:"service"`
		Channel   regulation.Channel `json:"channel"`
		Applicant documents.Holder   `json:"applicant"`
		Form      map[string]any     `json:"form"`
	}
	entryRequest struct {
		Step     string `json:"step"`
		Outcome  string `json:"outcome"`
		Role     string `json:"role"`
		Person   string `json:"person,omitempty"`
		Failed   string `json:"failed,omitempty"`
		Document any    `json:"document,omitempty"` // a draft, without what it leaves open
		// Signature is a CMS over what the service gives to sign; of persons.
		Signature []byte `json:"signature,omitempty"`
		Values    any    `json:"values,omitempty"`
	}
	position struct {
		Step   string         `json:"step"`
		Action string         `json:"action"`
		End    regulation.End `json:"end"`
	}
	next struct {
		Step    string   `json:"step"`
		Outcome string   `json:"outcome"`
		Issues  string   `json:"issues"`
		Ground  string   `json:"ground"`
		Signs   []string `json:"signs"`
		HandsUp string   `json:"hands_up"`
		Drafted bool     `json:"drafted"`
		Needed  bool     `json:"needs_document"`
	}
	wait struct {
		Step   string `json:"step"`
		Reason string `json:"reason"`
		ByHand bool   `json:"by_hand"`
	}
	found struct {
		Check    regulation.Check `json:"check"`
		Evidence struct {
			Ground string `json:"ground"`
			Denied string `json:"denied"`
			// Consent is by which a state system was asked about a person.
			Consent json.RawMessage `json:"consent"`
		} `json:"evidence"`
	}
	application struct {
		Waits    []wait   `json:"waits"`
		ID       string   `json:"id"`
		Number   string   `json:"number"`
		Position position `json:"position"`
		Next     []next   `json:"next"`
		// SameMatter is what officials are shown beside it.
		SameMatter []twin `json:"same_matter"`
	}
	twin struct {
		Name    string          `json:"name"`
		Decided json.RawMessage `json:"decided"`
	}
	entry struct {
		Step         string   `json:"step"`
		Outcome      string   `json:"outcome"`
		Under        string   `json:"under"`
		UnderOutcome string   `json:"under_outcome"`
		Failed       string   `json:"failed"`
		Stated       []string `json:"stated"`
		Found        []found  `json:"found"`
		Document     string   `json:"document"`
	}
	entered struct {
		Entry       entry       `json:"entry"`
		Application application `json:"application"`
	}
	entries struct {
		Entries []entry `json:"entries"`
	}
	document struct {
		Kind   documents.Kind `json:"kind"`
		Status struct {
			Code documents.Status `json:"code"`
		} `json:"status"`
		Content documents.Draft `json:"content"`
	}
)

func (p position) place() regulation.Place {
	return regulation.Place{Step: p.Step, Action: p.Action, End: p.End}
}

// Filled is a value as JSON without the members that say nothing, which the service
// would refuse: what is sent is meant.
func Filled(value any) (any, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("failed to encode a document: %w", err)
	}
	var open any
	if err := json.Unmarshal(raw, &open); err != nil {
		return nil, fmt.Errorf("failed to read a document again: %w", err)
	}
	return pruned(open), nil
}

// pruned leaves out of a value what is empty; nil when nothing is left.
func pruned(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if v[name] = pruned(member); v[name] == nil {
				delete(v, name)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = pruned(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	case string:
		if v == "" || v == noTime {
			return nil
		}
	}
	return value
}

// noTime is how a time is written that is none.
const noTime = "0001-01-01T00:00:00Z"

// posted is what is posted, under a key of idempotency, on a state.
type posted struct {
	key, match string
	token      string // of the session by which it is asked; empty for the walker's own key
	body       any
}

// longestAnswer is above any answer, in bytes.
const longestAnswer = 16 << 20

// get reads an answer in JSON, and returns its entity tag.
func (w *Walker) get(ctx context.Context, path string, into any) (tag string, err error) {
	return w.getBy(ctx, "", path, into)
}

// getBy reads an answer as whoever is signed in.
func (w *Walker) getBy(ctx context.Context, token, path string, into any) (tag string, err error) {
	head, body, err := w.ask(ctx, http.MethodGet, path, posted{token: token})
	if err != nil {
		return "", err
	}
	return head.Get("ETag"), json.Unmarshal(body, into)
}

// post posts JSON.
func (w *Walker) post(ctx context.Context, path string, p posted, into any) error {
	_, body, err := w.ask(ctx, http.MethodPost, path, p)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// ask sends a request. What is refused is an error with the code of the problem.
func (w *Walker) ask(ctx context.Context, method, path string, p posted) (http.Header, []byte, error) {
	var raw []byte
	if p.body != nil {
		var err error
		if raw, err = json.Marshal(p.body); err != nil {
			return nil, nil, fmt.Errorf("failed to encode a request: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, w.URL+path, bytes.NewReader(raw))
	if err != nil {
		return nil, nil, fmt.Errorf("failed to make a request: %w", err)
	}
	for name, value := range map[string]string{"Idempotency-Key": p.key, "If-Match": p.match} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if p.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !strings.HasPrefix(path, "/v1/check/") { // the public has no key
		req.Header.Set("Authorization", "Bearer "+cmp.Or(p.token, w.Key))
	}
	res, err := w.Client.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("failed to ask the service: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, longestAnswer))
	if err != nil {
		return nil, nil, fmt.Errorf("failed to read the answer: %w", err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return nil, nil, refused(res.StatusCode, body)
	}
	return res.Header, body, nil
}

// RefusedError is an answer of the service that is none.
type RefusedError struct {
	Status int
	Code   string // of the problem; empty where the answer was none
	Detail string
}

func (e *RefusedError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("the service answers with %d, and no problem", e.Status)
	}
	return fmt.Sprintf("the service answers with %d %s: %s", e.Status, e.Code, e.Detail)
}

// refused reads an answer that is none.
func refused(status int, body []byte) error {
	var problem struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
		Errors []struct {
			Pointer string `json:"pointer"`
			Detail  string `json:"detail"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(body, &problem); err != nil {
		return &RefusedError{Status: status}
	}
	said := problem.Detail
	for _, e := range problem.Errors {
		said += "; " + e.Pointer + " " + e.Detail
	}
	return &RefusedError{status, problem.Code, said}
}
