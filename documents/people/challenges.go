package people

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing"
)

// Purpose is what somebody signs a challenge for.
type Purpose string

// The purposes. A signature for one counts for no other.
const (
	ForRegistration Purpose = "register"
	ForPassword     Purpose = "password" // to set one, after it was forgotten among others
	ForSignIn       Purpose = "sign-in"
)

// Known reports whether challenges are given for a purpose.
func (p Purpose) Known() bool {
	return slices.Contains([]Purpose{ForRegistration, ForPassword, ForSignIn}, p)
}

// Challenge is what is to be signed, once, to show who one is.
type Challenge struct {
	ID string
	// Text is the bytes to sign, by a CMS with them or apart from them. It says for what
	// they are, for which service and until when, and has 256 bits that nobody can
	// guess: nothing else that anybody signs is the same.
	Text      []byte
	ExpiresAt time.Time
}

// challengeText is JSON with the members in the order of their names.
type challengeText struct {
	Address   string    `json:"address"`
	Challenge string    `json:"challenge"`
	ExpiresAt time.Time `json:"expires_at"`
	IssuedAt  time.Time `json:"issued_at"`
	Purpose   Purpose   `json:"purpose"`
}

// forgetAfter is how long a challenge stays that has run out.
const forgetAfter = time.Hour

// Challenge gives a new challenge for a purpose that is known.
func (b *Book) Challenge(ctx context.Context, purpose Purpose) (c Challenge, err error) {
	now := b.Store.Moment()
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		expires := now.Add(b.limits().Challenge)
		text, err := json.Marshal(challengeText{b.Address, hex.EncodeToString(tx.RandomBytes(32)), expires, now, purpose})
		if err != nil {
			return failedTo("encode a challenge", err)
		}
		c = Challenge{newID(tx), text, expires}
		if _, err := tx.ExecContext(ctx, `DELETE FROM challenges WHERE expires_at < $1`, store.Micros(now.Add(-forgetAfter))); err != nil {
			return failedTo("forget challenges", err)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO challenges (id, purpose, address, text, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			c.ID, string(purpose), b.Address, string(text), store.Micros(now), store.Micros(expires))
		if err != nil {
			return failedTo("keep a challenge", err)
		}
		return nil
	})
	return c, err
}

// Proof is a challenge with the signature of whoever shows who he is.
type Proof struct {
	Challenge string // its id
	CMS       []byte // over its text
	// Identifier is the number of the person or the organisation who he says he is, when
	// he does; the certificate must say the same.
	Identifier string
}

// ProofError says why a signature over a challenge shows nobody's identity.
type ProofError struct {
	// Undecided means that it could not be told; the same signature may do later.
	Undecided bool
	Check     signing.CheckName // the question that decided; empty when none of the verifier's did
	Sub       signing.SubIndication
	Detail    string // English, without personal numbers
}

// Error says it in English.
func (e *ProofError) Error() string {
	return fmt.Sprintf("the signature over the challenge is not accepted: %s (%s)", e.Detail, e.Check)
}

// shown is who has signed a challenge.
type shown struct {
	natural  documents.NaturalPerson
	identity certs.Identity
}

// prove judges the signature over a challenge that still counts.
func (b *Book) prove(ctx context.Context, purpose Purpose, p Proof) (shown, error) {
	var text string
	err := b.Store.Read(ctx, func(ctx context.Context, r store.Reader) (err error) {
		text, err = b.waiting(ctx, r, purpose, p.Challenge)
		return err
	})
	if err != nil {
		return shown{}, err
	}
	v := *b.Verifier
	v.Now = b.Store.Moment
	if v.Policy, err = signing.LoginPolicy(); err != nil {
		return shown{}, err
	}
	verdict, err := v.VerifyCMS(ctx, p.CMS, signing.Question{Content: []byte(text)})
	if err != nil {
		return shown{}, err
	}
	if err := accepted(verdict); err != nil {
		return shown{}, verdict.Unaccept(err)
	}
	id := *verdict.Signers[0].Identity
	natural, err := naturalOf(id)
	if err != nil {
		return shown{}, err
	}
	if p.Identifier != "" && !says(id, natural, p.Identifier) {
		return shown{}, verdict.Unaccept(&ProofError{Check: signing.CheckIdentity, Sub: signing.SigConstraintsFailure, Detail: "the certificate is another's"})
	}
	return shown{natural, id}, nil
}

// waiting returns the text of a challenge that may be answered.
func (b *Book) waiting(ctx context.Context, r store.Reader, purpose Purpose, id string) (text string, err error) {
	if !isID(id) {
		return "", ErrChallenge
	}
	now := store.Micros(b.Store.Moment())
	err = r.QueryRowContext(ctx, `SELECT text FROM challenges
		WHERE id = $1 AND purpose = $2 AND address = $3 AND used_at = 0 AND issued_at <= $4 AND expires_at > $4`,
		id, string(purpose), b.Address, now).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrChallenge
	}
	if err != nil {
		return "", failedTo("read a challenge", err)
	}
	return text, nil
}

// Waits reports whether a text is that of a challenge that may be answered.
func (b *Book) Waits(ctx context.Context, text []byte) (waits bool, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	var n int
	err = b.Store.QueryRowContext(ctx, `SELECT count(*) FROM challenges WHERE text = $1 AND address = $2 AND used_at = 0 AND expires_at > $3`,
		string(text), b.Address, store.Micros(b.Store.Moment())).Scan(&n)
	if err != nil {
		return false, failedTo("look for a challenge", err)
	}
	return n > 0, nil
}

// use takes a challenge out: of several who answer it at the same time one does.
func (b *Book) use(ctx context.Context, tx *store.Tx, purpose Purpose, id string) error {
	if _, err := b.waiting(ctx, tx, purpose, id); err != nil {
		return err
	}
	used, err := tx.Changed(ctx, `UPDATE challenges SET used_at = $1 WHERE id = $2 AND used_at = 0`, store.Micros(b.Store.Moment()), id)
	if err != nil {
		return failedTo("use a challenge", err)
	}
	if !used {
		return ErrChallenge
	}
	return nil
}

// accepted returns a *[ProofError] unless one signer has signed, and rightly.
func accepted(v *signing.Verdict) error {
	switch {
	case v.Passed() && len(v.Signers) == 1 && v.Signers[0].Identity != nil:
		return nil
	case v.Passed():
		return &ProofError{Detail: "one person must have signed, and nobody besides"}
	case len(v.Reasons) == 0:
		return &ProofError{Undecided: v.Acceptance == signing.Undecided, Sub: v.SubIndication, Detail: v.Detail}
	}
	r := v.Reasons[0]
	return &ProofError{Undecided: undecided(v), Check: r.Check, Sub: r.SubIndication, Detail: r.Detail}
}

// undecided reports whether the same signature may be accepted later. A certificate
// that is revoked or has run out is none to sign in with, whenever its signature was
// made: a challenge is answered now.
func undecided(v *signing.Verdict) bool {
	settled := []signing.SubIndication{signing.RevokedNoPOE, signing.RevokedCANoPOE, signing.OutOfBoundsNoPOE}
	return v.Acceptance == signing.Undecided && !slices.ContainsFunc(v.Reasons, func(r signing.Reason) bool {
		return slices.Contains(settled, r.SubIndication)
	})
}

// naturalOf returns the person that a certificate names: by ИИН, or by a passport or an
// identity card of another country (EN 319 412-1).
func naturalOf(id certs.Identity) (documents.NaturalPerson, error) {
	natural := documents.NaturalPerson{Surname: id.Surname, GivenName: id.GivenName, Patronymic: id.Patronymic, IIN: certs.IIN(id.IIN)}
	if id.Kind == certs.KindSystem || id.Kind == certs.KindAuthority {
		return natural, &ProofError{Check: signing.CheckIdentity, Detail: "the certificate is that of a system, and of no person"}
	}
	if id.IIN == "" {
		// Only the national profile keeps the patronymic where others keep the given name.
		natural.Document = documentOf(id.Identifiers)
		natural.GivenName, natural.Patronymic = cmp.Or(id.GivenName, id.Patronymic), ""
	}
	natural, err := checked(natural)
	if err != nil {
		return natural, &ProofError{Check: signing.CheckIdentity, Detail: "the certificate names no person by a name and a number that persons have here"}
	}
	return natural, nil
}

// documentOf returns the first document of a person among the identifiers of a
// certificate; nil if there is none.
func documentOf(identifiers []string) *documents.IdentityDocument {
	kinds := map[string]documents.DocumentKind{"PAS": documents.Passport, "IDC": documents.IdentityCard}
	for _, text := range identifiers {
		if len(text) <= 6 {
			continue
		}
		if kind, ok := kinds[text[:3]]; ok {
			return &documents.IdentityDocument{Kind: kind, Country: documents.Country(text[3:5]), Number: documents.PersonalNumber(text[6:])}
		}
	}
	return nil
}

// says reports whether a certificate names its holder, or the organisation, by a
// number as people type it.
func says(id certs.Identity, natural documents.NaturalPerson, typed string) bool {
	if n, err := certs.ParseIdentifier(strings.TrimSpace(typed)); err == nil {
		return id.Match(n) == certs.MatchAgrees
	}
	return documents.Holder{Natural: &natural}.Numbered(typed) || id.BIN != "" && documents.Digits(typed) == id.BIN
}
