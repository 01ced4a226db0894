package questionnaire_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/questionnaire"
	"tamga/documents/registry"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
)

// cluster is set once, before any test runs.
var cluster *storetest.Cluster

func TestMain(m *testing.M) {
	cluster = storetest.Start()
	os.Exit(cluster.Run(m))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var licence = questionnaire.About{Edition: "2012-159", Service: "LIC-ISSUE"}

// asking opens a register with applications, and returns its questionnaires and clock.
func asking(t *testing.T, dsn string) (*questionnaire.Book, *time.Time) {
	t.Helper()
	db, err := registry.Open(t.Context(), dsn)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	now := time.Date(2026, time.November, 20, 10, 0, 0, 0, time.UTC)
	db.Now = func() time.Time { return now }
	must(t, db.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for n := range 20 {
			id := fmt.Sprintf("%016x", n)
			_, err := tx.ExecContext(ctx, `INSERT INTO applications (id, edition, service, route, applicant, form, opened_at, client, idempotency_key, body_sha256)
				VALUES ($1, 'e', 'LIC-ISSUE', 'r', '{}', '{}', 1, 'portal', $1, 'b')`, id)
			must(t, err)
			must(t, registry.EnterRow(ctx, tx, store.Change{Table: "applications", Key: id, Event: "opened", At: now}))
		}
		return nil
	}))
	return &questionnaire.Book{Store: db}, &now
}

// A result answers once; a token that was not handed out here answers nothing.
func TestOneAnswerForAResult(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, _ := asking(t, dsn)
		if err := b.Answer(t.Context(), "e~s~AAAAAAAAAAAAAAAAAAAAAA~AAAA", 1, 1); !errors.Is(err, questionnaire.ErrToken) {
			t.Errorf("before anybody was invited: %v", err)
		}
		id := fmt.Sprintf("%016x", 1)
		token, err := b.Invite(t.Context(), id, licence)
		must(t, err)
		if _, err := b.Invite(t.Context(), id, licence); !errors.Is(err, questionnaire.ErrInvited) {
			t.Errorf("a second invitation: %v", err)
		}
		var invalid *documents.InvalidError
		for _, a := range [][2]documents.Answer{{0, 1}, {1, 4}} {
			if err := b.Answer(t.Context(), token, a[0], a[1]); !errors.As(err, &invalid) {
				t.Errorf("answers %v: %v", a, err)
			}
		}
		for _, other := range []string{
			"", token + "A", strings.Replace(token, "LIC-ISSUE", "TEC", 1), strings.Replace(token, "2012-159", "2026-draft", 1), token[:len(token)-1],
		} {
			if err := b.Answer(t.Context(), other, 1, 3); !errors.Is(err, questionnaire.ErrToken) {
				t.Errorf("token %q: %v", other, err)
			}
		}
		var wait sync.WaitGroup
		errs := make([]error, 8)
		for n := range errs {
			wait.Go(func() { errs[n] = b.Answer(context.WithoutCancel(t.Context()), token, 1, 3) })
		}
		wait.Wait()
		taken := 0
		for _, err := range errs {
			if err == nil {
				taken++
			} else if !errors.Is(err, questionnaire.ErrAnswered) {
				t.Errorf("an answer at the same time: %v", err)
			}
		}
		if taken != 1 {
			t.Errorf("%d answers were taken, want 1", taken)
		}
		must(t, (&registry.Registry{Store: b.Store}).VerifyLog(t.Context()))
	})
}

// Nothing that is kept brings an answer together with an application: each row that the
// answer has written is looked for in all that the invitation has written.
func TestAnswersTellNobody(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, _ := asking(t, dsn)
		id := fmt.Sprintf("%016x", 7)
		token, err := b.Invite(t.Context(), id, licence)
		must(t, err)
		records := count(t, b, `SELECT COUNT(*) FROM log_entries`)
		must(t, b.Answer(t.Context(), token, 2, 3))
		if got := count(t, b, `SELECT COUNT(*) FROM log_entries`); got != records {
			t.Errorf("the log has %d records more of an answer, with their moments", got-records)
		}
		var sum, edition, service, month string
		var quality, access int
		must(t, b.Store.QueryRowContext(t.Context(), `SELECT id, edition, service, month, quality, access FROM questionnaire_answers`).
			Scan(&sum, &edition, &service, &month, &quality, &access))
		if sum != store.HexSum([]byte(token)) || edition != "2012-159" || service != "LIC-ISSUE" || month != "2026-11" || quality != 2 || access != 3 {
			t.Errorf("kept is %s %s %s %s %d %d", sum, edition, service, month, quality, access)
		}
		if strings.Contains(token, id) {
			t.Error("the token names the application")
		}
		var invited string
		must(t, b.Store.QueryRowContext(t.Context(), `SELECT application FROM questionnaire_invitations`).Scan(&invited))
		if invited != id {
			t.Errorf("invited is %s", invited)
		}
		// Two tokens of one application in two registers have nothing in common.
		other, _ := asking(t, t.TempDir()+"/other.sqlite")
		again, err := other.Invite(t.Context(), id, licence)
		must(t, err)
		if again == token || other.Answer(t.Context(), token, 1, 1) == nil {
			t.Error("a token follows from its application")
		}
	})
}

func count(t *testing.T, b *questionnaire.Book, query string) (n int) {
	t.Helper()
	must(t, b.Store.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

// Counts are of months that are over, and of five answers or more.
func TestResults(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, now := asking(t, dsn)
		answer := func(n int, quality, access documents.Answer) {
			t.Helper()
			token, err := b.Invite(t.Context(), fmt.Sprintf("%016x", n), licence)
			must(t, err)
			must(t, b.Answer(t.Context(), token, quality, access))
		}
		results := func(want string) {
			t.Helper()
			r, err := b.Results(t.Context(), "LIC-ISSUE", 2026)
			must(t, err)
			if got := strings.TrimSpace(fmt.Sprintln(r.Until, r.Withheld, r.Quality, r.Access)); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		for n := range 4 {
			answer(n, documents.Answer(1+n%3), 3)
		}
		results("2026-10 true {0 0 0} {0 0 0}")
		*now = now.AddDate(0, 1, 0)
		results("2026-11 true {0 0 0} {0 0 0}") // four are too few
		answer(4, 2, 1)
		results("2026-11 true {0 0 0} {0 0 0}") // the fifth is of a month that goes on
		*now = now.AddDate(0, 1, 0)
		results("2026-12 false {2 2 1} {1 0 4}")
		r, err := b.Results(t.Context(), "TEC", 2026)
		if err != nil || !r.Withheld {
			t.Errorf("another service: %+v %v", r, err)
		}
		r, err = b.Results(t.Context(), "LIC-ISSUE", 2028)
		if err != nil || !r.Withheld || r.Until != "" {
			t.Errorf("a year to come: %+v %v", r, err)
		}
	})
}
