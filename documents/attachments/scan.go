package attachments

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// scanJob is the kind of the jobs in which a scanner is asked.
const scanJob = "attachment_scan"

// ScanWaiting asks the scanner about the files that wait for it, and returns about how
// many it has answered. One that does not answer is asked again later, and its files
// are [Away] until then.
func (b *Book) ScanWaiting(ctx context.Context) (done int, err error) {
	if b.Scan == nil {
		return 0, nil
	}
	return b.Store.Work(ctx, scanJob, func(ctx context.Context, j store.Job) (store.Finish, error) {
		a, file, err := b.Open(ctx, j.ID)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		found, err := b.Scan(ctx, file, a.Size)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, tx *store.Tx, at time.Time) error { return answered(ctx, tx, a, found, at) }, nil
	})
}

// answered writes down what the scanner says.
func answered(ctx context.Context, tx *store.Tx, a Attachment, found string, at time.Time) error {
	state := Clean
	if found != "" {
		state = Refused
	}
	found = strings.ToValidUTF8(found[:min(len(found), longestName)], "")
	if _, err := tx.ExecContext(ctx, `UPDATE attachments SET scan = $1, scan_detail = $2, scanned_at = $3 WHERE id = $4`, string(state), found, store.Micros(at), a.ID); err != nil {
		return fmt.Errorf("failed to write down what the scanner says: %w", err)
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: attachmentRows, Key: a.ID, Event: scanned, At: at})
}

// Ready reports, as a *[RefusedError], what keeps an application from going on with its
// files: one that the scanner refuses, and one that it has not looked at where the
// rules do not take that.
func Ready(ctx context.Context, r store.Reader, application string, rules regulation.Attachments) error {
	all, err := Of(ctx, r, application)
	if err != nil {
		return err
	}
	for _, a := range all {
		switch {
		case a.Scan == Refused:
			return refuse(ReasonScan, "the scanner refuses attachment %d", a.Seq)
		case a.Scan != Clean && !rules.Unscanned:
			return refuse(ReasonUnscanned, "no scanner has found attachment %d clean: %s", a.Seq, a.Scan)
		}
	}
	return nil
}
