package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// AnswerKept is how long the answer to a request that is done once is kept.
const AnswerKept = 24 * time.Hour

// maxForgotten is how many old answers are taken out while a new one is kept.
const maxForgotten = 16

// answers is the table of the answers that are kept.
const answers = "answers"

// id is the key of a request's answer.
func (q Request) id() string { return HexSum([]byte(q.Client + "\x00" + q.IdempotencyKey)) }

// Once does something that must not be done twice, and keeps the answer for
// [AnswerKept]: the same client with the same key and the same request gets it again,
// with true as the second result. With another request it is [ErrKeyReused], and while
// this process is at work on it [ErrInProgress]. What fails uses up no key. Of several
// processes that do it at the same time one has its answer given by all. Its keys are
// names of their own: those of [Tx.Claim] are others.
func (db *DB) Once(ctx context.Context, q Request, do func(context.Context) ([]byte, error)) (answer []byte, replayed bool, err error) {
	if err := q.Check(); err != nil {
		return nil, false, err
	}
	done, mine := db.claim(q.id())
	if !mine {
		return nil, false, ErrInProgress
	}
	defer done()
	if answer, err = db.answered(ctx, q); err != nil || answer != nil {
		return answer, err == nil, err
	}
	if answer, err = do(ctx); err != nil {
		return nil, false, err
	}
	// What was done is kept also for a caller that has gone: he will ask again.
	kept, err := db.keepAnswer(context.WithoutCancel(ctx), q, answer)
	return kept, false, err
}

// claim reserves a request for the caller among those of this process, until done is
// called; false when another is at work on it.
func (db *DB) claim(id string) (done func(), mine bool) {
	if _, busy := db.busy.LoadOrStore(id, true); busy {
		return nil, false
	}
	return func() { db.busy.Delete(id) }, true
}

// answered finds the answer that the same request has had; nil when it had none.
func (db *DB) answered(ctx context.Context, q Request) (answer []byte, err error) {
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	return answerIn(ctx, db, q, db.Moment())
}

func answerIn(ctx context.Context, r Reader, q Request, now time.Time) ([]byte, error) {
	var before string
	var answer []byte
	err := r.QueryRowContext(ctx, `SELECT body_sha256, answer FROM answers WHERE id = $1 AND created_at > $2`,
		q.id(), Micros(now.Add(-AnswerKept))).Scan(&before, &answer)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("failed to read the idempotency key: %w", err)
	case !q.Sum.same(before):
		return nil, ErrKeyReused
	}
	return answer, nil
}

// keepAnswer writes an answer down, unless another process was faster: then it returns
// that one's.
func (db *DB) keepAnswer(ctx context.Context, q Request, answer []byte) (kept []byte, err error) {
	now := db.Moment()
	err = db.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		if err := forgetAnswers(ctx, tx, now); err != nil {
			return err
		}
		fresh, err := tx.Changed(ctx, `
			INSERT INTO answers (id, client, idempotency_key, body_sha256, answer, created_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (id) DO UPDATE SET body_sha256 = excluded.body_sha256, answer = excluded.answer, created_at = excluded.created_at
			WHERE answers.created_at <= $7`,
			q.id(), q.Client, q.IdempotencyKey, q.Sum.canonical, answer, Micros(now), Micros(now.Add(-AnswerKept)))
		if err != nil {
			return fmt.Errorf("failed to keep the answer: %w", err)
		}
		if !fresh {
			kept, err = answerIn(ctx, tx, q, now)
			return err
		}
		kept = answer
		return tx.enter(ctx, Change{Table: answers, Key: q.id(), Event: Kept, At: now})
	})
	return kept, err
}

// forgetAnswers takes out some of the answers that are too old to be given.
func forgetAnswers(ctx context.Context, tx *Tx, now time.Time) error {
	old, err := oldAnswers(ctx, tx, now)
	if err != nil {
		return fmt.Errorf("failed to find old answers: %w", err)
	}
	for _, id := range old {
		if _, err := tx.ExecContext(ctx, `UPDATE answers SET answer = $1 WHERE id = $2`, []byte{}, id); err != nil {
			return fmt.Errorf("failed to forget an answer: %w", err)
		}
		if err := tx.enter(ctx, Change{Table: answers, Key: id, Event: Forgotten, At: now}); err != nil {
			return err
		}
	}
	return nil
}

func oldAnswers(ctx context.Context, tx *Tx, now time.Time) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id FROM answers WHERE created_at <= $1 AND length(answer) > 0 ORDER BY created_at, id LIMIT $2`,
		Micros(now.Add(-AnswerKept)), maxForgotten)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var old []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		old = append(old, id)
	}
	return old, rows.Err()
}
