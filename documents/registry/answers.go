package registry

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// AnswerKept is how long the answer to a request that is done once is kept.
const AnswerKept = 24 * time.Hour

// maxForgotten is how many old answers are taken out while a new one is kept.
const maxForgotten = 16

// OnceRequest is a request that is to be done once.
type OnceRequest struct {
	Client         string
	IdempotencyKey string // from names of its own: those of documents and events are others
	BodySHA256     string // of the request in a canonical form, hexadecimal
}

func (q OnceRequest) id() string {
	sum := sha256.Sum256([]byte(q.Client + "\x00" + q.IdempotencyKey))
	return hex.EncodeToString(sum[:])
}

// Once does something that must not be done twice, and keeps the answer for
// [AnswerKept]: the same client with the same key and the same request gets it again,
// with true as the second result. With another request it is [ErrKeyReused], and while
// this process is at work on it [ErrInProgress]. What fails uses up no key. Of several
// processes that do it at the same time one has its answer given by all.
func (r *Registry) Once(ctx context.Context, req OnceRequest, do func(context.Context) ([]byte, error)) (answer []byte, replayed bool, err error) {
	if !printableASCII(req.Client) || !printableASCII(req.IdempotencyKey) {
		return nil, false, ErrBadKey
	}
	done, mine := r.Store.claim(req.id())
	if !mine {
		return nil, false, ErrInProgress
	}
	defer done()
	if answer, err = r.answered(ctx, req); err != nil || answer != nil {
		return answer, err == nil, err
	}
	if answer, err = do(ctx); err != nil {
		return nil, false, err
	}
	// What was done is kept also for a caller that has gone: he will ask again.
	kept, err := r.keepAnswer(context.WithoutCancel(ctx), req, answer)
	return kept, false, err
}

// answered finds the answer that the same request has had; nil when it had none.
func (r *Registry) answered(ctx context.Context, req OnceRequest) (answer []byte, err error) {
	ctx, end := r.Store.bounded(ctx)
	defer end(&err)
	return answerIn(ctx, r.Store.read, req, r.now())
}

func answerIn(ctx context.Context, db rowReader, req OnceRequest, now time.Time) ([]byte, error) {
	var before string
	var answer []byte
	err := db.QueryRowContext(ctx, `SELECT body_sha256, answer FROM answers WHERE id = $1 AND created_at > $2`,
		req.id(), toMicros(now.Add(-AnswerKept))).Scan(&before, &answer)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("failed to read the idempotency key: %w", err)
	case before != req.BodySHA256:
		return nil, ErrKeyReused
	}
	return answer, nil
}

// keepAnswer writes an answer down, unless another process was faster: then it returns
// that one's.
func (r *Registry) keepAnswer(ctx context.Context, req OnceRequest, answer []byte) (kept []byte, err error) {
	now := r.now()
	err = r.Store.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := r.forgetAnswers(ctx, tx, now); err != nil {
			return err
		}
		fresh, err := changed(ctx, tx, `
			INSERT INTO answers (id, client, idempotency_key, body_sha256, answer, created_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (id) DO UPDATE SET body_sha256 = excluded.body_sha256, answer = excluded.answer, created_at = excluded.created_at
			WHERE answers.created_at <= $7`,
			req.id(), req.Client, req.IdempotencyKey, req.BodySHA256, answer, toMicros(now), toMicros(now.Add(-AnswerKept)))
		if err != nil {
			return fmt.Errorf("failed to keep the answer: %w", err)
		}
		if !fresh {
			kept, err = answerIn(ctx, tx, req, now)
			return err
		}
		kept = answer
		return r.Store.logRow(ctx, tx, rowSubjectOf(subjectAnswer), leafKept, rowEvent{req.id(), now})
	})
	return kept, err
}

// forgetAnswers takes out some of the answers that are too old to be given.
func (r *Registry) forgetAnswers(ctx context.Context, tx *sql.Tx, now time.Time) error {
	old, err := readValues(ctx, tx, 1, `
		SELECT id FROM answers WHERE created_at <= $1 AND length(answer) > 0 ORDER BY created_at, id LIMIT $2`,
		toMicros(now.Add(-AnswerKept)), maxForgotten)
	if err != nil {
		return fmt.Errorf("failed to find old answers: %w", err)
	}
	for _, id := range old {
		if _, err := tx.ExecContext(ctx, `UPDATE answers SET answer = $1 WHERE id = $2`, []byte{}, asText(id)); err != nil {
			return fmt.Errorf("failed to forget an answer: %w", err)
		}
		if err := r.Store.logRow(ctx, tx, rowSubjectOf(subjectAnswer), leafForgotten, rowEvent{asText(id), now}); err != nil {
			return err
		}
	}
	return nil
}

// claim reserves a request for the caller among those of this process, until done is
// called; false when another is at work on it.
func (s *Store) claim(id string) (done func(), mine bool) {
	if _, busy := s.busy.LoadOrStore(id, true); busy {
		return nil, false
	}
	return func() { s.busy.Delete(id) }, true
}
