package walk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/people/cast"
	"tamga/documents/regulation"
)

// Cast is people over HTTP, each with a session of his own, into which he signs in by
// his key. Its members are named as those of a demonstration are: "applicant",
// "member-1". The fields are not changed after the first call; it is not safe for
// concurrent use.
type Cast struct {
	URL    string // of the service
	Client *http.Client
	Now    func() time.Time // the clock of the service
	// SignWith makes a CMS with the key of a member, which holds the text.
	SignWith func(ctx context.Context, member string, text []byte) ([]byte, error)
	// Applies is for whom is applied, and the member who consents for him: see
	// [People.Applicant].
	Applies func(c regulation.Channel, known bool) (h documents.Holder, member string)
	// Control is of the demonstration whose state systems are told how to behave.
	Control *Control

	tokens map[string]string
	since  map[string]time.Time
}

var _ People = (*Cast)(nil)

// member is who of the cast somebody of a walk is.
func member(who string) string {
	names := map[string]string{
		"APPLICANT": "applicant", "REGISTRAR": "registrar", "STAFF": "registrar", "EXECUTOR": "executor", "HEAD": "head", "AUTH_SIGNER": "signer",
		"OPERATOR": "operator", "COMMISSION": "member-1", "COMMISSION 1": "member-1", "COMMISSION 2": "member-2", "COMMISSION 3": "member-3",
	}
	if name, ok := names[who]; ok {
		return name
	}
	return who
}

// Sign signs with the key of a member.
func (c *Cast) Sign(ctx context.Context, who string, text []byte) ([]byte, error) {
	return c.SignWith(ctx, member(who), text)
}

// Applicant is for whom is applied.
func (c *Cast) Applicant(by regulation.Channel, known bool) (documents.Holder, string) {
	return c.Applies(by, known)
}

// Known is a member as the register knows him.
func (c *Cast) Known(who string) (documents.NaturalPerson, error) {
	all := cast.Members(c.Now())
	i := slices.IndexFunc(all, func(m cast.Member) bool { return m.Name == member(who) })
	if i < 0 {
		return documents.NaturalPerson{}, fmt.Errorf("the cast has no %s", who)
	}
	return all[i].Natural(), nil
}

// Pay pays a payment.
func (c *Cast) Pay(ctx context.Context, payment string, tenge int) error {
	return c.Control.Pay(ctx, payment, tenge)
}

// Set tells a system how to behave.
func (c *Cast) Set(ctx context.Context, system, behaviour string) error {
	return c.Control.Set(ctx, system, behaviour)
}

// freshFor is for how long a session surely goes on.
const freshFor = 10 * time.Minute

// Token signs somebody in by his key, again when the session may be over.
func (c *Cast) Token(ctx context.Context, who string) (string, error) {
	if c.tokens == nil {
		c.tokens, c.since = map[string]string{}, map[string]time.Time{}
	}
	name := member(who)
	if token := c.tokens[name]; token != "" && c.Now().Sub(c.since[name]) < freshFor {
		return token, nil
	}
	var in struct {
		Token string `json:"token"`
	}
	signIn := proof{"sign-in", "/v1/sessions"}
	err := c.prove(ctx, name, signIn, &in)
	if answered := (*RefusedError)(nil); errors.As(err, &answered) && answered.Code == "not_registered" {
		if err = c.prove(ctx, name, proof{"register", "/v1/accounts"}, &struct{}{}); err == nil {
			err = c.prove(ctx, name, signIn, &in)
		}
	}
	if err != nil {
		return "", err
	}
	c.tokens[name], c.since[name] = in.Token, c.Now()
	return in.Token, nil
}

// proof is what somebody proves who he is for, and where.
type proof struct{ purpose, path string }

// prove answers a challenge with a key.
func (c *Cast) prove(ctx context.Context, name string, p proof, into any) error {
	w := &Walker{URL: c.URL, Client: c.Client}
	var asked struct {
		ID   string `json:"id"`
		Text []byte `json:"text"`
	}
	if err := w.post(ctx, "/v1/sessions/challenge", posted{body: map[string]string{"purpose": p.purpose}}, &asked); err != nil {
		return err
	}
	cms, err := c.Sign(ctx, name, asked.Text)
	if err != nil {
		return err
	}
	return w.post(ctx, p.path, posted{body: map[string]any{"challenge": asked.ID, "cms": cms}}, into)
}
