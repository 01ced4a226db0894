package registry

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store/storetest"
)

// issuerOf names the environment variable that turns this test program into
// one that issues documents until it is killed; its value is the data source.
const issuerOf = "TAMGA_TEST_ISSUER_OF"

// issueUntilKilled issues documents, records events and re-issues from several
// places at once, and prints the number of each document that is in force.
func issueUntilKilled(dsn string) error {
	db, err := Open(context.Background(), dsn)
	if err != nil {
		return err
	}
	layouts, err := compileOnce()
	if err != nil {
		return err
	}
	a, err := makeAuthority()
	if err != nil {
		return err
	}
	c := &clock{at: start}
	db.Now = c.now
	r := &Registry{Store: db, Layouts: layouts, Key: a.key, Verifier: a.verifier}
	r.Make = making(r)
	if env := os.Getenv(diesAt); env != "" {
		return actUntilPoint(r, c, env)
	}
	w := worker{r: r, run: strconv.Itoa(os.Getpid()), publish: func(number string) { fmt.Println(number) }}
	return w.untilFailure(4)
}

// worker does all that a register does, until it fails.
type worker struct {
	r       *Registry
	run     string // tells the idempotency keys of this run from those of others
	publish func(number string)
}

func (w worker) untilFailure(places int) error {
	var wg sync.WaitGroup
	failures := make(chan error, places)
	for i := range places {
		wg.Go(func() {
			last := ""
			for j := 0; ; j++ {
				number, err := w.work(fmt.Sprintf("%s-%d-%d", w.run, i, j), i, j, last)
				if err != nil {
					failures <- err
					return
				}
				last = number
				w.publish(number)
			}
		})
	}
	wg.Wait()
	return <-failures
}

// work issues a refusal, a licence, or a licence that replaces the last one
// after that was suspended and resumed.
func (w worker) work(key string, place, round int, last string) (string, error) {
	draft := licenceDraft(round)
	switch {
	case place == 0:
		draft = refusalDraft()
	case place == 1 && last != "":
		for n, kind := range []documents.EventKind{documents.EventSuspended, documents.EventResumed} {
			_, _, err := w.r.Record(context.Background(), EventRequest{
				Client: "portal", IdempotencyKey: fmt.Sprintf("%s-%d", key, n), Number: last, Last: 2 + n, Event: order(kind),
			})
			if err != nil {
				return "", err
			}
		}
		draft = reissueDraft(last)
	}
	rec, _, err := w.r.Issue(context.Background(), IssueRequest{Client: "portal", IdempotencyKey: key, Draft: draft})
	return rec.Number, err
}

// The database server killed in the middle of the work is no worse: what was
// answered is there, and what was not can be finished.
func TestServerKilled(t *testing.T) {
	server := storetest.Start()
	t.Cleanup(func() { must(t, server.Stop()) })
	r, c := open(t, server.Database(t))
	var mu sync.Mutex
	var published []string
	for range 3 {
		n := 0
		enough := make(chan struct{})
		w := worker{r: r, run: fmt.Sprint(len(published)), publish: func(number string) {
			mu.Lock()
			defer mu.Unlock()
			published = append(published, number)
			if n++; n == 8 {
				close(enough)
			}
		}}
		failed := make(chan error)
		go func() { failed <- w.untilFailure(4) }()
		<-enough
		must(t, server.Crash())
		if err := <-failed; err == nil {
			t.Fatal("the work did not notice")
		}
	}
	reserved := column(t, r, `SELECT number FROM documents WHERE status = 'reserved'`)
	c.advance(2 * time.Minute)
	recovered, err := r.Recover(t.Context())
	must(t, err)
	if len(recovered.Finished) != len(reserved) || len(recovered.Voided)+len(recovered.Waiting) != 0 {
		t.Errorf("reserved %v, recovered %+v", reserved, recovered)
	}
	t.Logf("%d documents published, %d recovered", len(published), len(reserved))
	for _, number := range append(published, reserved...) {
		expectStatus(t, r, number, documents.StatusInForce)
	}
	must(t, r.VerifyLog(t.Context()))
}

// A program killed in the middle of its work, again and again, leaves no gap,
// no half document, and nothing that the next start could not finish.
func TestKilled(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		var published []string
		for range 5 {
			published = append(published, killAfter(t, dsn, 8)...)
		}
		r, c := open(t, dsn)
		reserved := column(t, r, `SELECT number FROM documents WHERE status = 'reserved'`)
		c.advance(2 * time.Minute)
		recovered, err := r.Recover(t.Context())
		must(t, err)
		if len(recovered.Finished) != len(reserved) || len(recovered.Voided)+len(recovered.Waiting) != 0 {
			t.Errorf("reserved %v, recovered %+v", reserved, recovered)
		}
		t.Logf("%d documents published before a kill, %d recovered", len(published), len(reserved))
		for _, number := range append(published, reserved...) {
			expectStatus(t, r, number, documents.StatusInForce)
			must(t, second(r.PDF(t.Context(), number)))
		}
		// This also compares the counters with the documents: no gaps.
		must(t, r.VerifyLog(t.Context()))
	})
}

// killAfter starts an issuer, kills it once it has published some documents,
// and returns them.
func killAfter(t *testing.T, dsn string, documents int) []string {
	t.Helper()
	issuer := exec.CommandContext(t.Context(), os.Args[0])
	issuer.Env = append(os.Environ(), issuerOf+"="+dsn)
	var complaints strings.Builder
	issuer.Stderr = &complaints
	out, err := issuer.StdoutPipe()
	must(t, err)
	must(t, issuer.Start())
	var numbers []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		numbers = append(numbers, lines.Text())
		if len(numbers) == documents {
			must(t, issuer.Process.Kill())
		}
	}
	var killed *exec.ExitError
	if err := issuer.Wait(); !errors.As(err, &killed) || len(numbers) < documents {
		t.Fatalf("the issuer ended by itself: %v after %d documents: %s", err, len(numbers), &complaints)
	}
	return numbers
}
