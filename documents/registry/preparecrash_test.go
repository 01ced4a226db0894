package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing/cms"
)

// preparing is the act of a document that a person signs elsewhere: it is prepared,
// declined, prepared anew, and once more because the signer has closed his window, signed
// and completed.
var preparing = crashAct{
	name: "prepare", share: 10,
	points: slices.Concat(
		[]string{"key claimed", "number taken", "reservation written", "preparation printed", "preparation written", "log locked", "log written", "prepared"},
		[]string{"preparation locked", "preparation ended", "log locked", "log written", "declined"},
		preparedAgain, preparedAgain,
		[]string{"signature placed", "document written", "file written", "preparation ended", "log locked", "log written", "in force"},
	),
	do: func(ctx context.Context, r *Registry, _ *clock, key string) (string, error) {
		p, err := r.Prepare(ctx, preparedUnder(key))
		if err != nil || p.Issued {
			return p.Number, err
		}
		if err := r.Decline(ctx, p.Number); err != nil {
			return "", err
		}
		for range 2 {
			if p, err = r.PrepareAgain(ctx, p.Number, Elsewhere{}); err != nil {
				return "", err
			}
		}
		return p.Number, completedNow(ctx, r, p)
	},
}

var preparedAgain = []string{
	"preparation locked", "preparation ended", "preparation printed", "preparation written", "log locked", "log written", "prepared",
}

// givingUp is the act of a document that is prepared and that nobody signs.
var givingUp = crashAct{
	name: "give up", share: 10,
	points: []string{
		"key claimed", "number taken", "reservation written", "preparation printed", "preparation written", "log locked", "log written", "prepared",
		"number given up", "preparation ended", "log locked", "log written", "void",
	},
	do: func(ctx context.Context, r *Registry, c *clock, key string) (string, error) {
		r.PreparedFor = time.Minute
		p, err := r.Prepare(ctx, preparedUnder(key))
		if errors.Is(err, ErrVoid) {
			return r.NumberUnder(ctx, r.Store, store.Request{Client: "portal", IdempotencyKey: key})
		}
		if err != nil {
			return "", err
		}
		c.advance(2 * time.Minute)
		done, err := r.Recover(ctx)
		if err == nil && !slices.Contains(done.Voided, p.Number) {
			err = fmt.Errorf("№ %s was not given up: %+v", p.Number, done)
		}
		return p.Number, err
	},
}

func preparedUnder(key string) PrepareRequest {
	return PrepareRequest{IssueRequest: IssueRequest{Client: "portal", IdempotencyKey: key, Draft: licenceDraft(1)}}
}

// completedNow has the signer sign what was prepared, and brings it into force.
func completedNow(ctx context.Context, r *Registry, p Preparation) error {
	m, err := cms.NewMaker(r.Key.Signer, r.Key.Certificate, r.Key.Chain, cms.Options{})
	if err != nil {
		return err
	}
	file, err := m.Make(cms.ToSign{MessageDigest: m.Digest().Sum(p.ToSign)})
	if err != nil {
		return err
	}
	_, _, err = r.CompleteSigned(ctx, p.Number, file)
	return err
}

// A program killed by the kernel at any named point of preparing a document for its
// signer, of declining, preparing anew and completing it, loses no number and takes none
// twice. Who asks again with the same key has the number and goes on; what nobody asks for
// any more is void, on record.
func TestPreparerDiesAtEveryPoint(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		published, crashes := preparing.programDies(t, dsn)
		r, c := open(t, dsn)
		nothingPreparedLost(t, r, c, published, crashes)
	})
}

// The database server killed at any of these points is no worse.
func TestPreparersServerDiesAtEveryPoint(t *testing.T) {
	r, c, published, crashes := preparing.serverDies(t)
	nothingPreparedLost(t, r, c, published, crashes)
}

// nothingPreparedLost goes on with every other document that a crash has left, lets the
// others lapse, and counts.
func nothingPreparedLost(t *testing.T, r *Registry, c *clock, published []string, crashes int) {
	t.Helper()
	for _, line := range published {
		key, number, _ := strings.Cut(line, "|")
		p, err := r.Prepare(t.Context(), preparedUnder(key))
		if err != nil || !p.Issued || p.Number != number {
			t.Errorf("key %q was answered with %s, and now with %+v, %v", key, number, p.Number, err)
		}
	}
	left := column(t, r, `SELECT q.number || '|' || q.idempotency_key FROM requests q JOIN documents d ON d.number = q.number WHERE d.status = 'reserved' ORDER BY 1`)
	if len(left) > crashes {
		t.Errorf("%d crashes have left %d documents", crashes, len(left))
	}
	abandoned := 0
	for i, line := range left {
		if i%2 == 1 {
			abandoned++
			continue
		}
		number, key, _ := strings.Cut(line, "|")
		p, err := r.Prepare(t.Context(), preparedUnder(key))
		must(t, err)
		if p.Number != number || p.Issued {
			t.Errorf("key %q has № %s, and now %+v", key, number, p.Number)
		}
		must(t, completedNow(t.Context(), r, p))
	}
	c.advance(31 * 24 * time.Hour)
	done, err := r.Recover(t.Context())
	must(t, err)
	if len(done.Voided) != abandoned || len(done.Finished)+len(done.Waiting)+len(done.Unsigned) != 0 {
		t.Errorf("%d were abandoned, recovered %+v", abandoned, done)
	}
	eachEndsOnce(t, r, len(published), crashes)
}

// eachEndsOnce holds that every number is in force by one signature or void by one
// record, that each key has one, and that none is missing.
func eachEndsOnce(t *testing.T, r *Registry, answered, crashes int) {
	t.Helper()
	all := column(t, r, `SELECT number FROM documents ORDER BY number`)
	if unheard := len(all) - answered; unheard < 0 || unheard > crashes {
		t.Errorf("%d documents, %d answered, %d crashes", len(all), answered, crashes)
	}
	for i, number := range all {
		n, err := documents.ParseNumber(number)
		must(t, err)
		if n.Seq != i+1 {
			t.Fatalf("№ %s stands at place %d", number, i+1)
		}
	}
	if keys := column(t, r, `SELECT DISTINCT number FROM requests`); len(keys) != len(all) {
		t.Errorf("%d keys have %d documents", len(keys), len(all))
	}
	for what, query := range map[string]string{
		"neither in force nor void":            `SELECT number FROM documents WHERE status NOT IN ('in_force', 'void')`,
		"in force and not once completed":      `SELECT number FROM documents d WHERE status = 'in_force' AND (SELECT COUNT(*) FROM preparations p WHERE p.number = d.number AND p.state = 'completed') <> 1`,
		"in force without one file":            `SELECT number FROM documents d WHERE status = 'in_force' AND (SELECT COUNT(*) FROM files f WHERE f.number = d.number) <> 1`,
		"void and completed":                   `SELECT number FROM documents d WHERE status = 'void' AND EXISTS (SELECT 1 FROM preparations p WHERE p.number = d.number AND p.state = 'completed')`,
		"void and not by one record":           `SELECT number FROM documents d WHERE status = 'void' AND (SELECT COUNT(*) FROM events e WHERE e.number = d.number AND e.kind = 'void') <> 1`,
		"with a preparation that goes on":      `SELECT number FROM preparations WHERE state IN ('open', 'declined')`,
		"with a file that is good for nothing": `SELECT number FROM preparations WHERE length(file) > 0`,
	} {
		if odd := column(t, r, query); len(odd) != 0 {
			t.Errorf("%s: %v", what, odd)
		}
	}
	unsigned, err := r.UnsignedVoids(t.Context())
	if err != nil || len(unsigned) != 0 {
		t.Errorf("void without a signed record: %v, %v", unsigned, err)
	}
	must(t, r.VerifyLog(t.Context())) // the counters too
}

// A program killed at any named point of giving a number up gives it up once: the next
// one that starts does what is left.
func TestGivingUpDiesAtEveryPoint(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		published, crashes := givingUp.programDies(t, dsn)
		r, c := open(t, dsn)
		nothingLeftWaiting(t, r, c, published, crashes)
	})
}

// The database server killed at any of these points is no worse.
func TestGivingUpsServerDiesAtEveryPoint(t *testing.T) {
	r, c, published, crashes := givingUp.serverDies(t)
	nothingLeftWaiting(t, r, c, published, crashes)
}

func nothingLeftWaiting(t *testing.T, r *Registry, c *clock, published []string, crashes int) {
	t.Helper()
	c.advance(31 * 24 * time.Hour)
	done, err := r.Recover(t.Context())
	must(t, err)
	if len(done.Voided) > crashes || len(done.Finished)+len(done.Waiting)+len(done.Unsigned) != 0 {
		t.Errorf("recovered %+v after %d crashes", done, crashes)
	}
	if inForce := column(t, r, `SELECT number FROM documents WHERE status = 'in_force'`); len(inForce) != 0 {
		t.Errorf("in force: %v", inForce)
	}
	eachEndsOnce(t, r, len(published), crashes)
}
