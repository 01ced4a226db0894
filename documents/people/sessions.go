package people

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"tamga/certs"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// Level is how surely a person is known in a session.
type Level string

// The levels.
const (
	ByPassword Level = "password"
	ByKey      Level = "eds"
)

// Session is the time in which a person is known by a token.
type Session struct {
	ID     string
	Person Person
	Level  Level
	// BIN is the organisation, and Roles are those of the holder, that the certificate
	// names which opened the session or its account; empty without.
	BIN       certs.BIN
	Roles     []certs.Role
	StartedAt time.Time
	UsedAt    time.Time
	EndsAt    time.Time // at the latest
}

// tokenPrefix marks the tokens of sessions, so that people and scanners of source code
// recognise one that has leaked.
const tokenPrefix = "tamga_session_"

// IsToken reports whether a bearer key is that of a session, and not of a program.
func IsToken(secret string) bool { return strings.HasPrefix(secret, tokenPrefix) }

// keepSessions is how long a session that is over stays in the table.
const keepSessions = 30 * 24 * time.Hour

// SignInByKey opens a session for the registered person whose key has signed a challenge
// for signing in. The token is returned once; the database keeps its SHA-256.
func (b *Book) SignInByKey(ctx context.Context, p Proof) (s Session, token string, err error) {
	who, err := b.prove(ctx, ForSignIn, p)
	if err != nil {
		return s, "", err
	}
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err := accountOf(ctx, tx, []string{Person{Natural: who.natural}.Holder().Identity()})
		if errors.Is(err, ErrNotFound) {
			return ErrNotRegistered
		}
		if err != nil {
			return err
		}
		if err := b.use(ctx, tx, ForSignIn, p.Challenge); err != nil {
			return err
		}
		a.bin, a.roles = who.identity.BIN, who.identity.Roles
		s, token, err = b.begin(ctx, tx, a, ByKey)
		return err
	})
	return s, token, err
}

// SignInByPassword opens a session for whoever has a number and its password: a
// person's, or an organisation's, which is the session of its head. A number that nobody
// has and a wrong password are one error, [ErrCredentials], after the same work.
func (b *Book) SignInByPassword(ctx context.Context, number, password string) (s Session, token string, err error) {
	var a keptAccount
	err = b.Store.Read(ctx, func(ctx context.Context, r store.Reader) error {
		a, err = accountOf(ctx, r, logins(number))
		return err
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return s, "", err
	}
	ok, d, err := b.matches(ctx, password, a.password)
	if err != nil {
		return s, "", err
	}
	if !ok {
		return s, "", ErrCredentials
	}
	stronger := ""
	if d.weaker(b.cost()) {
		if d, err = b.newDigest(ctx, password); err != nil {
			return s, "", err
		}
		stronger = d.String()
	}
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		// The password may have been set anew while it was looked at.
		now, err := accountOf(ctx, tx, []string{a.login})
		if err != nil || now.password != a.password {
			return errors.Join(ErrCredentials, err)
		}
		if stronger != "" {
			if err := a.strengthen(ctx, tx, stronger, b.Store.Moment()); err != nil {
				return err
			}
		}
		s, token, err = b.begin(ctx, tx, a, ByPassword)
		return err
	})
	return s, token, err
}

// strengthen writes the digest of a password that costs as much as new ones.
func (a keptAccount) strengthen(ctx context.Context, tx *store.Tx, digest string, at time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE accounts SET password = $1 WHERE id = $2`, digest, a.id); err != nil {
		return failedTo("keep an account", err)
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: accountRows, Key: a.id, Event: strengthened, At: at})
}

// begin opens a session of whoever has an account, and forgets those long over.
func (b *Book) begin(ctx context.Context, tx *store.Tx, a keptAccount, level Level) (Session, string, error) {
	p, err := Lookup(ctx, tx, a.person)
	if err != nil {
		return Session{}, "", err
	}
	now := b.Store.Moment()
	s := Session{
		ID: newID(tx), Person: p, Level: level, BIN: certs.BIN(a.bin), Roles: a.roles, StartedAt: now, UsedAt: now, EndsAt: now.Add(b.limits().Session),
	}
	token := tokenPrefix + s.ID + "_" + hex.EncodeToString(tx.RandomBytes(32))
	over := store.Micros(now.Add(-b.limits().Session - keepSessions))
	if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE started_at < $1`, over); err != nil {
		return s, "", failedTo("forget sessions", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO sessions (id, sum, person, level, bin, roles, started_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
		s.ID, store.HexSum([]byte(token)), p.ID, string(level), a.bin, writtenRoles(a.roles), store.Micros(now))
	if err != nil {
		return s, "", failedTo("open a session", err)
	}
	return s, token, nil
}

// touchAfter is how old the last use of a session may be before it is written anew: a
// session of every request is read, and written once a minute.
const touchAfter = time.Minute

// Session returns the session of a token, and counts as a use of it. One that does not
// go on is [ErrNoSession].
func (b *Book) Session(ctx context.Context, token string) (s Session, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	s, err = b.session(ctx, token)
	if err != nil {
		return Session{}, err
	}
	now := b.Store.Moment()
	if now.Sub(s.UsedAt) < touchAfter {
		return s, nil
	}
	s.UsedAt = now
	return s, b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE sessions SET used_at = $1 WHERE id = $2 AND used_at < $1`, store.Micros(now), s.ID)
		return err
	})
}

func (b *Book) session(ctx context.Context, token string) (Session, error) {
	rest, ok := strings.CutPrefix(token, tokenPrefix)
	id, _, _ := strings.Cut(rest, "_")
	if !ok || !isID(id) {
		return Session{}, ErrNoSession
	}
	s := Session{ID: id}
	var sum, level, bin, roles string
	var started, used, ended int64
	p, err := scanPerson(b.Store.QueryRowContext(ctx, `SELECT `+personColumns+`, s.sum, s.level, s.bin, s.roles, s.started_at, s.used_at, s.ended_at
		FROM sessions s JOIN persons p ON p.id = s.person WHERE s.id = $1`, id).Scan, &sum, &level, &bin, &roles, &started, &used, &ended)
	if errors.Is(err, ErrNotFound) || errors.Is(err, sql.ErrNoRows) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, err
	}
	now := b.Store.Moment()
	s.Person, s.Level, s.BIN, s.Roles = p, Level(level), certs.BIN(bin), readRoles(roles)
	s.StartedAt, s.UsedAt, s.EndsAt = store.Time(started), store.Time(used), store.Time(started).Add(b.limits().Session)
	same := subtle.ConstantTimeCompare([]byte(store.HexSum([]byte(token))), []byte(sum)) == 1
	if !same || ended != 0 || !now.Before(s.EndsAt) || now.Sub(s.UsedAt) >= b.limits().Idle {
		return Session{}, ErrNoSession
	}
	return s, nil
}

// SignOut ends a session.
func (b *Book) SignOut(ctx context.Context, id string) error {
	return b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE sessions SET ended_at = $1 WHERE id = $2 AND ended_at = 0`, store.Micros(b.Store.Moment()), id)
		if err != nil {
			return failedTo("end a session", err)
		}
		return nil
	})
}

// endSessions ends all sessions of a person.
func endSessions(ctx context.Context, tx *store.Tx, person string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE sessions SET ended_at = $1 WHERE person = $2 AND ended_at = 0`, store.Micros(at), person)
	return err
}

// SignedIn returns the newest session of a person that goes on, and whether there is one.
// It counts as no use of it.
func (b *Book) SignedIn(ctx context.Context, person string) (s Session, ok bool, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	now, limits := b.Store.Moment(), b.limits()
	var level, bin, roles string
	var started, used int64
	err = b.Store.QueryRowContext(ctx, `SELECT id, level, bin, roles, started_at, used_at FROM sessions
		WHERE person = $1 AND ended_at = 0 AND started_at > $2 AND used_at > $3 ORDER BY started_at DESC, id LIMIT 1`,
		person, store.Micros(now.Add(-limits.Session)), store.Micros(now.Add(-limits.Idle))).Scan(&s.ID, &level, &bin, &roles, &started, &used)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Session{}, false, nil
	case err != nil:
		return Session{}, false, failedTo("read the sessions of a person", err)
	}
	s.Level, s.BIN, s.Roles = Level(level), certs.BIN(bin), readRoles(roles)
	s.StartedAt, s.UsedAt, s.EndsAt = store.Time(started), store.Time(used), store.Time(started).Add(limits.Session)
	s.Person, err = Lookup(ctx, b.Store, person)
	return s, err == nil, err
}
