package registry

import (
	"context"
	"errors"
	"slices"
	"testing"

	"tamga/documents"
	"tamga/documents/store"
)

// errThought is why a caller takes everything back.
var errThought = errors.New("thought better of it")

// cases is a register with a table of somebody else's, whose rows are written
// together with documents.
type cases struct {
	*Registry
	t testing.TB
}

func withApplications(t testing.TB, dsn string) cases {
	t.Helper()
	r, _ := open(t, dsn)
	change(t, r, `CREATE TABLE cases (id TEXT PRIMARY KEY, state TEXT NOT NULL)`)
	return cases{r, t}
}

// together sets the state of an application and does something else in one
// transaction, which ends with an error if one is given.
func (a cases) together(state string, end error, act func(ctx context.Context, tx *store.Tx) error) error {
	a.t.Helper()
	return a.Store.Tx(a.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO cases (id, state) VALUES ('a', $1) ON CONFLICT (id) DO UPDATE SET state = excluded.state`, state)
		if err != nil {
			return err
		}
		return errors.Join(act(ctx, tx), end)
	})
}

// expect holds how the application and its document stand.
func (a cases) expect(application []string, document []string) {
	a.t.Helper()
	if got := column(a.t, a.Registry, `SELECT state FROM cases`); !slices.Equal(got, application) {
		a.t.Errorf("the application is %q, want %q", got, application)
	}
	if got := column(a.t, a.Registry, `SELECT number || ' ' || status FROM documents`); !slices.Equal(got, document) {
		a.t.Errorf("the document is %q, want %q", got, document)
	}
	must(a.t, a.VerifyLog(a.t.Context()))
}

// The steps of issuing are written together with what a caller writes, or neither is.
func TestIssueTogether(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		a := withApplications(t, dsn)
		var held Reservation
		reserve := func(ctx context.Context, tx *store.Tx) (err error) {
			held, err = a.Reserve(ctx, tx, request())
			return err
		}
		if err := a.together("taken back", errThought, reserve); !errors.Is(err, errThought) {
			t.Fatal(err)
		}
		a.expect(nil, nil)
		incomplete := request()
		incomplete.Draft.Licence = &documents.Licence{}
		var invalid *documents.InvalidError
		err := a.together("incomplete", nil, func(ctx context.Context, tx *store.Tx) error {
			return second(a.Reserve(ctx, tx, incomplete))
		})
		if !errors.As(err, &invalid) {
			t.Fatalf("an incomplete content: %v", err)
		}
		a.expect(nil, nil)

		must(t, a.together("being issued", nil, reserve))
		if held.Number() != "26000001" || held.Done() {
			t.Fatalf("reserved %s, done: %t", held.Number(), held.Done())
		}
		a.expect([]string{"being issued"}, []string{"26000001 reserved"})
		err = a.together("asked twice", nil, func(ctx context.Context, tx *store.Tx) error {
			return second(a.Reserve(ctx, tx, request()))
		})
		if !errors.Is(err, store.ErrInProgress) {
			t.Errorf("reserved twice: %v", err)
		}
		made, err := a.Produce(t.Context(), held)
		must(t, err)
		complete := func(ctx context.Context, tx *store.Tx) error { return a.Complete(ctx, tx, made) }
		if err := a.together("taken back", errThought, complete); !errors.Is(err, errThought) {
			t.Fatal(err)
		}
		a.expect([]string{"being issued"}, []string{"26000001 reserved"})
		if _, err := a.PDF(t.Context(), held.Number()); !errors.Is(err, ErrNotFound) {
			t.Errorf("the file of a reservation: %v", err)
		}
		must(t, a.together("issued", nil, complete))
		a.expect([]string{"issued"}, []string{"26000001 in_force"})
		must(t, second(a.PDF(t.Context(), held.Number())))
		if err := a.together("issued twice", nil, complete); !errors.Is(err, store.ErrInProgress) {
			t.Errorf("completed twice: %v", err)
		}
		if err := a.together("of nothing", nil, func(ctx context.Context, tx *store.Tx) error { return a.Complete(ctx, tx, Product{}) }); !errors.Is(err, store.ErrInProgress) {
			t.Errorf("completed what was not made: %v", err)
		}
		must(t, a.together("asked again", nil, reserve))
		if !held.Done() || held.Number() != "26000001" {
			t.Errorf("asked again: %s, done: %t", held.Number(), held.Done())
		}
		a.expect([]string{"asked again"}, []string{"26000001 in_force"})
	})
}

// A document that is about another writes its event on that one in the caller's
// transaction too.
func TestReissueTogether(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		a := withApplications(t, dsn)
		old := issue(t, a.Registry, "old", licenceDraft(1)).Number
		var held Reservation
		must(t, a.together("being issued", nil, func(ctx context.Context, tx *store.Tx) (err error) {
			held, err = a.Reserve(ctx, tx, IssueRequest{Client: "portal", IdempotencyKey: "new", Draft: reissueDraft(old)})
			return err
		}))
		made, err := a.Produce(t.Context(), held)
		must(t, err)
		complete := func(ctx context.Context, tx *store.Tx) error { return a.Complete(ctx, tx, made) }
		if err := a.together("taken back", errThought, complete); !errors.Is(err, errThought) {
			t.Fatal(err)
		}
		expectStatus(t, a.Registry, old, documents.StatusInForce)
		must(t, a.together("issued", nil, complete))
		if got, err := a.StatusAt(t.Context(), old, a.now()); got != documents.StatusReissued {
			t.Errorf("the old one is %q, %v", got, err)
		}
		a.expect([]string{"issued"}, []string{old + " in_force", held.Number() + " in_force"})
	})
}
