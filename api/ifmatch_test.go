package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// TestIfMatch holds If-Match to RFC 9110 section 13.1.1: "*" is any state of a
// document that there is, of a list one must be its state, and weak tags, other
// tags and what is no tag match nothing.
func TestIfMatch(t *testing.T) {
	s, header := everyRight(t)
	issued := maps.Clone(header)
	issued["Idempotency-Key"] = "issue"
	if status, answer := s.post(t, "/v1/documents", s.values["licence"], issued); status != http.StatusCreated {
		t.Fatal(status, answer)
	}
	const body = `{"event": %q, %s"order_number": "64", "order_date": "2026-05-20", "reason": {"kk": "есеп ұсынылмаған", "ru": "не представлен отчёт"}, "signatory": "Сейітқали Ә. Ғ.", "position": {"kk": "Төраға", "ru": "Председатель"}}`
	state := 2 // reserved and issued
	event := func(n int) string {
		if n%2 == 0 {
			return fmt.Sprintf(body, "suspended", `"until": "2027-03-01", `)
		}
		return fmt.Sprintf(body, "resumed", "")
	}
	for i, test := range []struct {
		tag    string // STATE stands for the state
		status int
	}{
		{`"x-STATE"`, http.StatusCreated},
		{`*`, http.StatusCreated},
		{` * `, http.StatusCreated},
		{`"x-99", "x-STATE"`, http.StatusCreated},
		{`"other", W/"x-99" ,"x-STATE"`, http.StatusCreated},
		{`W/"x-STATE"`, http.StatusPreconditionFailed},
		{`"x-99"`, http.StatusPreconditionFailed},
		{`"x-99", "x-98"`, http.StatusPreconditionFailed},
		{`"*"`, http.StatusPreconditionFailed},
		{`*, "x-99"`, http.StatusPreconditionFailed},
		{`x-STATE`, http.StatusPreconditionFailed},
		{`"STATE"`, http.StatusPreconditionFailed},
		{`"x--1"`, http.StatusPreconditionFailed},
		{``, http.StatusPreconditionRequired},
		{`*`, http.StatusCreated},
	} {
		asked := maps.Clone(header)
		asked["Idempotency-Key"] = fmt.Sprint("event ", i)
		asked["If-Match"] = strings.ReplaceAll(test.tag, "STATE", fmt.Sprint(state))
		status, answer := s.post(t, "/v1/documents/26000001/events", event(state), asked)
		if status != test.status {
			t.Errorf("If-Match: %s: %d, want %d: %.300s", asked["If-Match"], status, test.status, answer)
		}
		if status == http.StatusCreated {
			state++
		}
	}
	asked := maps.Clone(header)
	asked["Idempotency-Key"], asked["If-Match"] = "nobody", "*"
	if status, answer := s.post(t, "/v1/documents/26000099/events", event(2), asked); status != http.StatusNotFound {
		t.Errorf("a document that there is not: %d %.300s", status, answer)
	}
}
