package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/certs"
	"tamga/documents"
	"tamga/documents/conditions"
	"tamga/documents/people"
)

func (v *service) peopleRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	e.POST("/v1/sessions/challenge", v.challenge)
	e.POST("/v1/sessions", v.signIn)
	e.DELETE("/v1/sessions/current", v.signOut)
	e.POST("/v1/accounts", v.register)
	e.POST("/v1/accounts/password", v.setPassword)
	get("/v1/me", v.me)
	get("/v1/me/applications", v.myApplications)
	get("/v1/me/history", v.myHistory)
	get("/v1/me/messages", v.myMessages)
	get("/v1/people", v.listPeople)
	e.POST("/v1/people", v.addPerson)
	e.POST("/v1/duties", v.giveDuty)
	e.POST("/v1/duties/:duty/end", v.endDuty)
	e.POST("/v1/powers", v.enterPower)
	e.POST("/v1/powers/:power/end", v.endPower)
}

// fillPeople takes the people of the register where none were given.
func (v *service) fillPeople() {
	if v.People == nil {
		v.People = &people.Book{Store: v.Registry.Store, Rulebook: v.Applications.Rulebook, Verifier: v.Verifier, Address: v.BaseURL}
	}
	if v.Notaries != nil {
		v.People.Notaries = v.attested
	}
	(&conditions.Answers{People: v.People}).WireActs(v.Applications)
	v.passwords = newPasswordLimiter(v.Limits, v.Now)
	v.challenges = newLimiter(v.Limits.Checks, v.Limits.Window, v.Now)
}

// challengeRequest asks for what is to be signed.
type challengeRequest struct {
	Purpose people.Purpose `json:"purpose"`
}

// challenge answers POST /v1/sessions/challenge.
func (v *service) challenge(c echo.Context) error {
	if wait, ok := v.challenges.take(clientName(c.RealIP())); !ok {
		return tooMany(wait)
	}
	var body challengeRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	if !body.Purpose.Known() {
		return badField("/purpose", "unknown", "is none of "+string(people.ForRegistration)+", "+string(people.ForSignIn)+", "+string(people.ForPassword))
	}
	given, err := v.People.Challenge(contextOf(c), body.Purpose)
	if err != nil {
		return err
	}
	return personal(c, http.StatusCreated, struct {
		ID        string         `json:"id"`
		Purpose   people.Purpose `json:"purpose"`
		Text      []byte         `json:"text"` // base64; what is signed
		ExpiresAt time.Time      `json:"expires_at"`
	}{given.ID, body.Purpose, given.Text, given.ExpiresAt})
}

// longestProof is above any signature over a challenge, with its certificates, in bytes.
const longestProof = 256 << 10

// proofRequest is a challenge with its signature.
type proofRequest struct {
	Challenge string           `json:"challenge"`
	CMS       strictjson.Bytes `json:"cms"`
	Number    string           `json:"number"` // ИИН, БИН, or an identifier of EN 319 412-1; whom the certificate must name
}

func (r proofRequest) proof() (people.Proof, error) {
	switch {
	case r.Challenge == "":
		return people.Proof{}, badField("/challenge", "required", "is missing or empty")
	case len(r.CMS) == 0:
		return people.Proof{}, badField("/cms", "required", "is missing or empty")
	case len(r.CMS) > longestProof:
		return people.Proof{}, badField("/cms", "too_long", "is longer than any signature over a challenge")
	}
	return people.Proof{Challenge: r.Challenge, CMS: r.CMS, Identifier: r.Number}, nil
}

// signInRequest opens a session: by a signed challenge, or by a number and its password.
type signInRequest struct {
	proofRequest
	Password string `json:"password"`
}

// signIn answers POST /v1/sessions.
func (v *service) signIn(c echo.Context) error {
	var body signInRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	var session people.Session
	var token string
	var err error
	switch byKey := body.Challenge != "" || len(body.CMS) > 0; {
	case byKey && body.Password != "":
		return badField("", "exactly_one", "a signed challenge or a password is given, and not both")
	case byKey:
		proof, wrong := body.proof()
		if wrong != nil {
			return wrong
		}
		session, token, err = v.People.SignInByKey(contextOf(c), proof)
	case body.Number == "":
		return badField("/number", "required", "is missing or empty")
	case body.Password == "":
		return badField("/password", "required", "is missing or empty")
	default:
		session, token, err = v.signInByPassword(c, body.Number, body.Password)
	}
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "signed in", "trace_id", traceID(c), "person", session.Person.ID, "session", session.ID, "level", string(session.Level))
	return personal(c, http.StatusCreated, struct {
		Token   string      `json:"token"`
		Session sessionView `json:"session"`
	}{token, viewOfSession(session)})
}

// signInByPassword counts passwords before they are looked at. What was no guess is given
// back.
func (v *service) signInByPassword(c echo.Context, number, password string) (people.Session, string, error) {
	giveBack, wait, ok := v.passwords.take(clientName(c.RealIP()), number)
	if !ok {
		return people.Session{}, "", tooMany(wait)
	}
	session, token, err := v.People.SignInByPassword(contextOf(c), number, password)
	if !errors.Is(err, people.ErrCredentials) {
		giveBack()
	}
	return session, token, err
}

// sessionView is a session for whoever is signed in by it.
type sessionView struct {
	ID     string       `json:"id"`
	Person personView   `json:"person"`
	Level  people.Level `json:"level"`
	BIN    certs.BIN    `json:"bin,omitempty"` // of the organisation that the certificate names, or whose account it is
	Roles  []certs.Role `json:"certificate_roles,omitempty"`
	Start  time.Time    `json:"started_at"`
	End    time.Time    `json:"ends_at"`
}

// personView is a person for himself and for administrators.
type personView struct {
	ID      string                  `json:"id"`
	Name    string                  `json:"name"`
	Natural documents.NaturalPerson `json:"natural"`
}

func viewOfPerson(p people.Person) personView { return personView{p.ID, p.Name(), p.Natural} }

func viewOfSession(s people.Session) sessionView {
	return sessionView{s.ID, viewOfPerson(s.Person), s.Level, s.BIN, s.Roles, s.StartedAt, s.EndsAt}
}

// signedIn returns the session of a request. One that is over or never was is
// [people.ErrNoSession]; a program's key is none.
func (v *service) signedIn(c echo.Context) (people.Session, error) {
	secret, given := bearer(c)
	switch {
	case !given:
		return people.Session{}, errNoCredentials
	case !people.IsToken(secret):
		return people.Session{}, errSession
	}
	s, err := v.People.Session(contextOf(c), secret)
	if err != nil {
		return people.Session{}, err
	}
	c.Set(clientKey, clientOf(s))
	return s, nil
}

// clientOf is the name under which the requests of a person are kept and logged.
func clientOf(s people.Session) string { return "person:" + s.Person.ID }

// signedInByKey is signedIn of a person who has shown a key.
func (v *service) signedInByKey(c echo.Context) (people.Session, error) {
	s, err := v.signedIn(c)
	if err == nil && s.Level != people.ByKey {
		err = errKeySession
	}
	return s, err
}

// signOut answers DELETE /v1/sessions/current.
func (v *service) signOut(c echo.Context) error {
	s, err := v.signedIn(c)
	if err != nil {
		return err
	}
	if err := v.People.SignOut(contextOf(c), s.ID); err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "signed out", "trace_id", traceID(c), "person", s.Person.ID, "session", s.ID)
	return c.NoContent(http.StatusNoContent)
}

// enrolRequest registers, or sets a password.
type enrolRequest struct {
	proofRequest
	Password     string `json:"password"`
	Organisation bool   `json:"organisation"` // the account is that of the organisation whose head has signed
}

// register answers POST /v1/accounts: an account is opened by the certificate, with a
// password or without.
func (v *service) register(c echo.Context) error {
	return v.enrol(c, v.People.Register, "registered", http.StatusCreated)
}

// setPassword answers POST /v1/accounts/password: one that was forgotten, or is to change,
// is set by the key.
func (v *service) setPassword(c echo.Context) error {
	return v.enrol(c, v.People.SetPassword, "password set", http.StatusOK)
}

func (v *service) enrol(c echo.Context, do enrolling, what string, status int) error {
	var body enrolRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	proof, err := body.proof()
	if err != nil {
		return err
	}
	p, err := do(contextOf(c), people.Enrolment{Proof: proof, Password: body.Password, Organisation: body.Organisation})
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), what, "trace_id", traceID(c), "person", p.ID)
	return personal(c, status, viewOfPerson(p))
}
