package messages

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
	"tamga/language"
)

// contactRows is the table of where applicants are reached.
const contactRows = "contacts"

// Contact is where an applicant wishes to be reached, and in which language. Email and
// phone may be empty.
type Contact struct {
	Language language.Lang
	Email    string
	Phone    string // E.164, such as +77011234567
	GivenAt  time.Time
}

// longestEmail is that of RFC 5321 section 4.5.3.1.3, without the brackets.
const longestEmail = 254

// normalised returns a contact as it is kept; an *documents.InvalidError says what cannot
// be one.
func (c Contact) normalised() (Contact, error) {
	var wrong []documents.FieldError
	fail := func(pointer, code, detail string) {
		wrong = append(wrong, documents.FieldError{Pointer: pointer, Code: code, Detail: detail})
	}
	if !c.Language.Known() {
		fail("/language", documents.CodeUnknown, "is none of kk, ru and en")
	}
	if c.Email = strings.TrimSpace(c.Email); c.Email != "" && !isEmail(c.Email) {
		fail("/email", documents.CodeUnknown, "is no address of e-mail")
	}
	phone, ok := phoneOf(c.Phone)
	if c.Phone = phone; !ok {
		fail("/phone", documents.CodeUnknown, "is no number of a phone, such as +7 701 123 45 67")
	}
	if wrong != nil {
		return c, &documents.InvalidError{Fields: wrong}
	}
	return c, nil
}

// isEmail reports whether a text is the address of one mailbox and nothing else: what a
// header of a message could be broken with is none.
func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && len(s) <= longestEmail && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsPrint(r) || unicode.IsSpace(r)
	})
}

// phoneOf returns a phone number by E.164 from how people write it; 8 before ten digits
// is how the country's own numbers are dialled in it.
func phoneOf(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", true
	}
	international := strings.HasPrefix(s, "+")
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -()\u00a0\u2011", r) {
			return -1
		}
		return r
	}, strings.TrimPrefix(s, "+"))
	if strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return "", false
	}
	if !international && len(digits) == 11 && digits[0] == '8' {
		digits, international = "7"+digits[1:], true
	}
	// ITU-T E.164 section 6: 15 digits at most, none of which is a zero in front.
	if !international || len(digits) < 8 || len(digits) > 15 || digits[0] == '0' || digits[0] == '7' && len(digits) != 11 {
		return "", false
	}
	return "+" + digits, true
}

// SetContact keeps where the applicant of an application, by its id, is reached from now
// on. What is wrong is an *documents.InvalidError.
func (b *Book) SetContact(ctx context.Context, application string, c Contact) (Contact, error) {
	c, err := c.normalised()
	if err != nil {
		return c, err
	}
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		before, err := contactOf(ctx, tx, application)
		if c.GivenAt = before.GivenAt; err != nil || c == before && !before.GivenAt.IsZero() {
			return err
		}
		c.GivenAt = b.Store.Moment()
		_, err = tx.ExecContext(ctx, `INSERT INTO contacts (application, language, email, phone, given_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (application) DO UPDATE SET language = excluded.language, email = excluded.email, phone = excluded.phone, given_at = excluded.given_at`,
			application, string(c.Language), c.Email, c.Phone, store.Micros(c.GivenAt))
		if err != nil {
			return fmt.Errorf("failed to keep where an applicant is reached: %w", err)
		}
		return registry.EnterRow(ctx, tx, store.Change{Table: contactRows, Key: application, Event: store.Kept, At: c.GivenAt})
	})
	return c, err
}

// Contact returns where the applicant of an application is reached. One who has said
// nothing is written to in Kazakh, in the cabinet.
func (b *Book) Contact(ctx context.Context, application string) (_ Contact, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	return contactOf(ctx, b.Store, application)
}

func contactOf(ctx context.Context, r store.Reader, application string) (Contact, error) {
	c := Contact{Language: language.KK}
	var given int64
	err := r.QueryRowContext(ctx, `SELECT language, email, phone, given_at FROM contacts WHERE application = $1`, application).
		Scan(&c.Language, &c.Email, &c.Phone, &given)
	if errors.Is(err, sql.ErrNoRows) {
		return Contact{Language: language.KK}, nil
	}
	if err != nil {
		return c, fmt.Errorf("failed to read where an applicant is reached: %w", err)
	}
	c.GivenAt = store.Time(given)
	return c, nil
}
