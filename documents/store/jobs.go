package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Job is work that is done later, and again until it succeeds. What is to be done
// stands in a row that has the same id.
type Job struct {
	Kind, ID  string
	Attempts  int
	NextAt    time.Time // of the next attempt
	LastError string    // of the last attempt

	lease string
}

// The pauses between attempts double from the first to the longest.
const (
	firstPause   = 30 * time.Second
	longestPause = time.Hour
)

// jobLease is how long an attempt may be silent before it counts as abandoned by a
// crash. One that lives renews its lease.
const jobLease = time.Minute

// Enqueue adds a job in the transaction that writes its row. It is tried first when a
// pause is over: it is there because the work could not be done just now.
func (tx *Tx) Enqueue(ctx context.Context, kind, id string) error {
	return tx.enqueue(ctx, kind, id, firstPause)
}

// EnqueueNow is [Tx.Enqueue] for work that was not tried yet.
func (tx *Tx) EnqueueNow(ctx context.Context, kind, id string) error {
	return tx.enqueue(ctx, kind, id, 0)
}

func (tx *Tx) enqueue(ctx context.Context, kind, id string, pause time.Duration) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO jobs (kind, id, next_at) VALUES ($1, $2, $3)`,
		kind, id, Micros(tx.db.Moment().Add(pause)))
	if err != nil {
		return fmt.Errorf("failed to queue a job: %w", err)
	}
	return nil
}

// jobColumns are read by scanJob, from jobs as j.
const jobColumns = `j.kind, j.id, j.attempts, j.next_at, j.last_error`

// scanJob reads jobColumns, before what more there is behind them.
func scanJob(scan func(...any) error, behind ...any) (Job, error) {
	var j Job
	var next int64
	err := scan(append([]any{&j.Kind, &j.ID, &j.Attempts, &next, &j.LastError}, behind...)...)
	j.NextAt = Time(next)
	return j, err
}

// Worker does a job, and returns what writes its result in the transaction that ends
// the job. Its context ends when another process has taken the job over.
type Worker func(ctx context.Context, j Job) (finish Finish, err error)

// Finish writes the result of a job that is done at a moment.
type Finish func(ctx context.Context, tx *Tx, at time.Time) error

// errNoJob means that no job is due.
var errNoJob = errors.New("no job is due")

// Work tries the jobs of a kind that are due, one after another, and returns how many
// are done. What fails is tried again later; the pauses grow to an hour. An attempt
// holds a lease, so that no two processes are at work on the same job.
func (db *DB) Work(ctx context.Context, kind string, do Worker) (done int, err error) {
	for {
		j, err := db.takeJob(ctx, kind)
		if errors.Is(err, errNoJob) {
			return done, nil
		}
		if err != nil {
			return done, err
		}
		db.At("job taken")
		finished, err := db.attemptJob(ctx, j, do)
		if err != nil {
			return done, err
		}
		if finished {
			done++
		}
		if err := ctx.Err(); err != nil {
			return done, err
		}
	}
}

// takeJob finds one that is due, takes its lease and puts off its next attempt.
func (db *DB) takeJob(ctx context.Context, kind string) (Job, error) {
	var j Job
	err := db.Tx(ctx, func(ctx context.Context, tx *Tx) (err error) {
		now := db.Moment()
		j, err = scanJob(tx.QueryRowContext(ctx, `
			SELECT `+jobColumns+` FROM jobs j
			WHERE kind = $1 AND done_at = 0 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at, id LIMIT 1`,
			kind, Micros(now)).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return errNoJob
		} else if err != nil {
			return fmt.Errorf("failed to read the queue: %w", err)
		}
		j.lease = rand.Text()
		pause := min(firstPause<<min(j.Attempts, 20), longestPause)
		taken, err := tx.Changed(ctx, `
			UPDATE jobs SET attempts = attempts + 1, next_at = $1, lease = $2, leased_until = $3
			WHERE kind = $4 AND id = $5 AND attempts = $6`,
			Micros(now.Add(pause)), j.lease, Micros(now.Add(jobLease)), j.Kind, j.ID, j.Attempts)
		if err != nil {
			return fmt.Errorf("failed to take from the queue: %w", err)
		}
		if !taken {
			return errNoJob // another process has it
		}
		return nil
	})
	return j, err
}

// attemptJob does a job that was taken, and reports whether it is done now.
func (db *DB) attemptJob(ctx context.Context, j Job, do Worker) (done bool, err error) {
	kept, stop := KeepLease(ctx, jobLease/4, func(ctx context.Context) (bool, error) { return db.renewJob(ctx, j) })
	defer stop()
	finish, failure := do(kept, j)
	db.At("job attempted")
	if failure != nil {
		return false, db.putOff(context.WithoutCancel(ctx), j, failure)
	}
	return db.endJob(context.WithoutCancel(ctx), j, finish)
}

// renewJob prolongs a lease, and reports whether it still is the holder's.
func (db *DB) renewJob(ctx context.Context, j Job) (mine bool, err error) {
	err = db.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		mine, err = tx.Changed(ctx, `UPDATE jobs SET leased_until = $1 WHERE kind = $2 AND id = $3 AND lease = $4`,
			Micros(db.Moment().Add(jobLease)), j.Kind, j.ID, j.lease)
		return err
	})
	return mine, err
}

// putOff writes down why an attempt failed, and gives its lease back.
func (db *DB) putOff(ctx context.Context, j Job, failure error) error {
	return db.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE jobs SET last_error = $1, lease = '', leased_until = 0 WHERE kind = $2 AND id = $3 AND lease = $4`,
			Reason(failure), j.Kind, j.ID, j.lease)
		if err != nil {
			return fmt.Errorf("failed to record the attempt: %w", err)
		}
		return nil
	})
}

// endJob writes the result of a job and that it is done. Whoever has lost the lease
// writes nothing: the job is another's, and its result may be there.
func (db *DB) endJob(ctx context.Context, j Job, finish Finish) (mine bool, err error) {
	err = db.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		now := db.Moment()
		mine, err = tx.Changed(ctx, `
			UPDATE jobs SET done_at = $1, last_error = '', lease = '', leased_until = 0
			WHERE kind = $2 AND id = $3 AND lease = $4 AND done_at = 0`, Micros(now), j.Kind, j.ID, j.lease)
		if err != nil {
			return fmt.Errorf("failed to record the attempt: %w", err)
		}
		if !mine {
			return nil
		}
		if err := tx.At(ctx, "job ended"); err != nil {
			return err
		}
		return finish(ctx, tx, now)
	})
	return mine && err == nil, err
}

// EndJob writes down that a job is done, in the transaction that writes its result.
// Whoever attempts it meanwhile writes none.
func (tx *Tx) EndJob(ctx context.Context, kind, id string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE jobs SET done_at = $1, last_error = '', lease = '', leased_until = 0
		WHERE kind = $2 AND id = $3 AND done_at = 0`, Micros(at), kind, id)
	if err != nil {
		return fmt.Errorf("failed to record that a job is done: %w", err)
	}
	return nil
}
