package people

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// Enrolment asks to make a person known by the certificate of a signature, or to set
// the password of one who is.
type Enrolment struct {
	Proof
	// Password is to be signed in with besides the key; empty for the key alone.
	Password string
	// Organisation means the account of the organisation whose head the certificate
	// names, to be signed in to with its БСН; else it is the person's own, with the ЖСН.
	Organisation bool
}

// errNoHead is what speaks against the account of an organisation.
func errNoHead() error {
	return &ProofError{Check: "role", Detail: "only the first head of an organisation has its account, and the certificate names none"}
}

// Register makes a person known. One who is known by the word of an administrator takes
// the name of the certificate; one who has registered before is [ErrRegistered].
func (b *Book) Register(ctx context.Context, e Enrolment) (Person, error) {
	return b.enrol(ctx, ForRegistration, e)
}

// SetPassword sets the password of a registered person, or of the organisation whose
// head he is; the one before, forgotten or not, ends, and so do all the sessions of whoever
// had the account. Whoever has not registered is [ErrNotRegistered].
func (b *Book) SetPassword(ctx context.Context, e Enrolment) (Person, error) {
	if e.Password == "" {
		return Person{}, checkPassword("", documents.NaturalPerson{})
	}
	return b.enrol(ctx, ForPassword, e)
}

func (b *Book) enrol(ctx context.Context, purpose Purpose, e Enrolment) (Person, error) {
	who, err := b.prove(ctx, purpose, e.Proof)
	if err != nil {
		return Person{}, err
	}
	if e.Organisation && (who.identity.BIN == "" || !who.identity.HasRole(certs.RoleHead)) {
		return Person{}, errNoHead()
	}
	var kept string
	if e.Password != "" {
		if err := checkPassword(e.Password, who.natural); err != nil {
			return Person{}, err
		}
		d, err := b.newDigest(ctx, e.Password)
		if err != nil {
			return Person{}, err
		}
		kept = d.String()
	}
	var p Person
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := b.use(ctx, tx, purpose, e.Challenge); err != nil {
			return err
		}
		now := b.Store.Moment()
		if p, err = b.enrolled(ctx, tx, purpose, addition{who.natural, "", now}); err != nil {
			return err
		}
		own := account{login: p.Holder().Identity(), person: p.ID, at: now}
		its := account{organisationLogin(who.identity.BIN), p.ID, who.identity.BIN, who.identity.Roles, kept, now}
		switch {
		case purpose == ForRegistration && e.Organisation:
			if err := own.open(ctx, tx); err != nil && !errors.Is(err, ErrRegistered) {
				return err
			}
			return its.open(ctx, tx)
		case purpose == ForRegistration:
			own.password = kept
			return own.open(ctx, tx)
		}
		if _, err := accountOf(ctx, tx, []string{own.login}); err != nil || e.Organisation {
			return cmp.Or(unregistered(err), its.set(ctx, tx))
		}
		own.password = kept
		return own.set(ctx, tx)
	})
	return p, err
}

// enrolled returns the person of a certificate: known from now on when he registers.
func (b *Book) enrolled(ctx context.Context, tx *store.Tx, purpose Purpose, a addition) (Person, error) {
	if purpose == ForPassword {
		p, err := identified(ctx, tx, documents.Holder{Natural: &a.natural}.Identity())
		return p, unregistered(err)
	}
	p, _, err := add(ctx, tx, a)
	if err != nil {
		return p, err
	}
	return rename(ctx, tx, p, a)
}

// organisationLogin is what the account of an organisation is signed in to with.
func organisationLogin(bin string) string {
	return documents.Holder{Legal: &documents.LegalEntity{BIN: certs.BIN(bin)}}.Identity()
}

// unregistered says of somebody who is not there that he has not registered.
func unregistered(err error) error {
	if errors.Is(err, ErrNotFound) {
		return ErrNotRegistered
	}
	return err
}

// account is a row of the accounts. One without a password is signed in to by key.
type account struct {
	login, person, bin string
	roles              []certs.Role
	password           string
	at                 time.Time
}

// open writes a new account. One that is there is [ErrRegistered].
func (a account) open(ctx context.Context, tx *store.Tx) error {
	id := newID(tx)
	written, err := tx.Changed(ctx, `INSERT INTO accounts (id, login, person, bin, roles, password, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (login) DO NOTHING`, id, a.login, a.person, a.bin, writtenRoles(a.roles), a.password, store.Micros(a.at))
	switch {
	case err != nil:
		return failedTo("open an account", err)
	case !written:
		return ErrRegistered
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: accountRows, Key: id, Event: opened, At: a.at})
}

// set gives an account its password and its person, and ends the sessions of whoever had
// it before.
func (a account) set(ctx context.Context, tx *store.Tx) error {
	before, err := accountOf(ctx, tx, []string{a.login})
	if err != nil {
		return unregistered(err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE accounts SET person = $1, roles = $2, password = $3, set_at = $4 WHERE id = $5`,
		a.person, writtenRoles(a.roles), a.password, store.Micros(a.at), before.id)
	if err == nil {
		err = endSessions(ctx, tx, before.person, a.at)
	}
	if err != nil {
		return failedTo("set a password", err)
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: accountRows, Key: before.id, Event: passwordSet, At: a.at})
}

// keptAccount is an account as it lies there.
type keptAccount struct {
	id string
	account
}

// accountOf returns the account of one of several logins that a number may mean.
func accountOf(ctx context.Context, r store.Reader, logins []string) (keptAccount, error) {
	var a keptAccount
	for _, login := range logins {
		var roles string
		err := r.QueryRowContext(ctx, `SELECT id, login, person, bin, roles, password FROM accounts WHERE login = $1`, login).
			Scan(&a.id, &a.login, &a.person, &a.bin, &roles, &a.password)
		if err == nil {
			a.roles = readRoles(roles)
			return a, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return a, failedTo("read an account", err)
		}
	}
	return keptAccount{}, ErrNotFound
}

// Account is what a number names as people type it, the same however it is typed: it
// tells whose password is guessed at, and is personal data.
func Account(number string) string { return strings.Join(logins(number), "\n") }

// logins are the accounts that a number may mean as people type it: that of a person or
// of an organisation, or, by EN 319 412-1, of a foreigner.
func logins(typed string) []string {
	if n, err := certs.ParseIdentifier(strings.TrimSpace(typed)); err == nil {
		if d := documentOf([]string{string(n)}); d != nil {
			return []string{documents.Holder{Natural: &documents.NaturalPerson{Document: d}}.Normalise().Identity()}
		}
	}
	digits := documents.Digits(typed)
	return []string{documents.Holder{Natural: &documents.NaturalPerson{IIN: certs.IIN(digits)}}.Identity(), organisationLogin(digits)}
}

func writtenRoles(roles []certs.Role) string {
	texts := make([]string, len(roles))
	for i, r := range roles {
		texts[i] = string(r)
	}
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

func readRoles(text string) []certs.Role {
	var roles []certs.Role
	for _, r := range strings.Fields(text) {
		roles = append(roles, certs.Role(r))
	}
	return roles
}
