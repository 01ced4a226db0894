package gateways

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"tamga/documents/store"
)

// micros writes a moment; 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return store.Micros(t)
}

// moment reads what micros writes.
func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return store.Time(n)
}

func readConsent(ctx context.Context, r store.Reader, application string) (c Consent, err error) {
	var text, decision, signature string
	var asked, until, decided, codeUntil int64
	err = r.QueryRowContext(ctx, `SELECT application, edition, text, asked_at, until, decision, decided_at, how, client, signature, verdict,
		code_sha256, code_until, code_tries FROM consents WHERE application = $1`, application).
		Scan(&c.Application, &c.Edition, &text, &asked, &until, &decision, &decided, &c.How, &c.Client, &signature, &c.Verdict, &c.codeSum, &codeUntil, &c.codeTries)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNoConsent
	}
	if err != nil {
		return c, fmt.Errorf("failed to read the consent: %w", err)
	}
	c.Text, c.AskedAt, c.Until, c.DecidedAt, c.codeUntil = []byte(text), moment(asked), moment(until), moment(decided), moment(codeUntil)
	if c.State = ConsentState(decision); decision == "" {
		c.State = ConsentAsked
	}
	if c.Signature, err = base64.StdEncoding.DecodeString(signature); err != nil {
		return c, fmt.Errorf("failed to read the consent: %w", err)
	}
	return c, nil
}
