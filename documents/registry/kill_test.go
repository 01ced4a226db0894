package registry

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents"
)

// issuerOf names the environment variable that turns this test program into
// one that issues documents until it is killed; its value is the data source.
const issuerOf = "TAMGA_TEST_ISSUER_OF"

// issueUntilKilled issues documents from several places at once and prints the
// number of each that is in force.
func issueUntilKilled(dsn string) error {
	store, err := Open(context.Background(), dsn)
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
	r := &Registry{Store: store, Layouts: layouts, Key: a.key, Verifier: a.verifier, Now: c.now}
	var wg sync.WaitGroup
	failures := make(chan error, 4)
	for i := range 4 {
		wg.Go(func() {
			for j := 0; ; j++ {
				draft := licenceDraft(j)
				if i == 0 {
					draft = refusalDraft()
				}
				rec, _, err := r.Issue(context.Background(), IssueRequest{
					Client: "portal", IdempotencyKey: fmt.Sprintf("%d-%d-%d", os.Getpid(), i, j), Draft: draft,
				})
				if err != nil {
					failures <- err
					return
				}
				fmt.Println(rec.Number)
			}
		})
	}
	wg.Wait()
	return <-failures
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
