package registry

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
)

// crashIssues is the environment variable with how many documents are issued while
// everything crashes; 300 without it, 10000 in make crash.
const crashIssues = "TAMGA_CRASH_ISSUES"

// diesAt is the environment variable that has the issuer issue one document after
// another until it reaches a point for the n-th time, and kill itself there.
const diesAt = "TAMGA_TEST_DIES_AT"

// crashPoint is a named point of issuing, and how often it is reached by a document,
// and at which of these times the crash comes.
type crashPoint struct {
	name      string
	times, at int
}

func (p crashPoint) String() string { return fmt.Sprintf("%s %d", p.name, p.at) }

// crashPoints are all named points of issuing, in their order. The log is written once
// with the reservation, and once with the document.
var crashPoints = []crashPoint{
	{"key claimed", 1, 1}, {"number taken", 1, 1}, {"reservation written", 1, 1}, {"log locked", 2, 1}, {"log written", 2, 1},
	{"reserved", 1, 1}, {"rendered", 1, 1}, {"signed", 1, 1}, {"document written", 1, 1}, {"file written", 1, 1},
	{"log locked", 2, 2}, {"log written", 2, 2}, {"in force", 1, 1},
}

// issuesPerCrash is how many documents are issued at every point of every turn, so that
// all of them together are as many as were asked for.
func issuesPerCrash(t *testing.T) (issues, turns int) {
	t.Helper()
	all := 300
	if s := os.Getenv(crashIssues); s != "" {
		var err error
		all, err = strconv.Atoi(s)
		must(t, err)
	}
	const most = 100
	each := (all + len(crashPoints) - 1) / len(crashPoints)
	turns = (each + most - 1) / most
	return (each + turns - 1) / turns, turns
}

// The points are all there are, each document passes them in this order, and nothing
// else of issuing has one.
func TestCrashPointsAreAll(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		var mu sync.Mutex
		var passed, want []string
		r.Store.Point = func(step string) {
			mu.Lock()
			defer mu.Unlock()
			passed = append(passed, step)
		}
		issue(t, r, "one", licenceDraft(1))
		for _, p := range crashPoints {
			want = append(want, p.name)
		}
		if !slices.Equal(passed, want) {
			t.Errorf("points %q, want %q", passed, want)
		}
	})
}

// A program killed by the kernel at any named point of issuing loses no document, makes
// none twice and leaves no gap; what it began is finished when it starts again.
func TestProgramDiesAtEveryPoint(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		issues, turns := issuesPerCrash(t)
		var published []string
		for turn := range turns {
			for _, p := range crashPoints {
				run := fmt.Sprintf("%s, turn %d", p, turn)
				published = append(published, diesOnce(t, dsn, run, p.times*(issues-1)+p.at, p)...)
			}
		}
		r, c := open(t, dsn)
		c.advance(2 * time.Minute)
		nothingLost(t, r, published, turns*len(crashPoints))
		t.Logf("%d documents, killed %d times at %d points", len(published), turns*len(crashPoints), len(crashPoints))
	})
}

// diesOnce has a program issue documents until it dies at a point, and returns what it
// had answered.
func diesOnce(t *testing.T, dsn, run string, nth int, p crashPoint) (published []string) {
	t.Helper()
	issuer := exec.CommandContext(t.Context(), os.Args[0])
	issuer.Env = append(os.Environ(), issuerOf+"="+dsn, diesAt+"="+strings.Join([]string{p.name, strconv.Itoa(nth), run}, "|"))
	var complaints strings.Builder
	issuer.Stderr = &complaints
	out, err := issuer.StdoutPipe()
	must(t, err)
	must(t, issuer.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		published = append(published, lines.Text())
	}
	err = issuer.Wait()
	var died *exec.ExitError
	if !errors.As(err, &died) || died.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("%s: the program ended with %v after %d documents: %s", p, err, len(published), &complaints)
	}
	return published
}

// issueUntilPoint issues documents one after another and prints their keys and numbers,
// until it kills itself at the point that the environment names.
func issueUntilPoint(r *Registry, env string) error {
	parts := strings.SplitN(env, "|", 3)
	nth, err := strconv.Atoi(parts[1])
	if err != nil {
		return err
	}
	reached := 0
	r.Store.Point = func(step string) {
		if step != parts[0] {
			return
		}
		if reached++; reached == nth {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal is there
		}
	}
	for i := 0; ; i++ {
		key := fmt.Sprintf("%s, document %d", parts[2], i)
		rec, _, err := r.Issue(context.Background(), IssueRequest{Client: "portal", IdempotencyKey: key, Draft: licenceDraft(1)})
		if err != nil {
			return err
		}
		fmt.Println(key + "|" + rec.Number)
	}
}

// nothingLost recovers, asks for every document again as its client would, and counts:
// each key has one document, which is in force, the numbers have no gap, and no crash
// has kept more than one answer from whoever asked.
func nothingLost(t *testing.T, r *Registry, published []string, crashes int) {
	t.Helper()
	reserved := column(t, r, `SELECT number FROM documents WHERE status = 'reserved'`)
	recovered, err := r.Recover(t.Context())
	must(t, err)
	if len(recovered.Finished) != len(reserved) || len(recovered.Voided)+len(recovered.Waiting) != 0 {
		t.Errorf("reserved %v, recovered %+v", reserved, recovered)
	}
	numbers := map[string]bool{}
	for _, line := range published {
		key, number, _ := strings.Cut(line, "|")
		rec, replayed, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: key, Draft: licenceDraft(1)})
		must(t, err)
		if rec.Number != number || !replayed || numbers[number] {
			t.Errorf("key %q was answered with %s, and now with %s (replayed: %t)", key, number, rec.Number, replayed)
		}
		numbers[number] = true
	}
	all := column(t, r, `SELECT number FROM documents ORDER BY number`)
	if keys := column(t, r, `SELECT DISTINCT number FROM requests`); len(keys) != len(all) {
		t.Errorf("%d keys have %d documents", len(keys), len(all))
	}
	if unheard := len(all) - len(published); unheard < 0 || unheard > crashes {
		t.Errorf("%d documents, %d answered, %d crashes", len(all), len(published), crashes)
	}
	for i, number := range all {
		n, err := documents.ParseNumber(number)
		must(t, err)
		if n.Seq != i+1 {
			t.Fatalf("№ %s stands at place %d", number, i+1)
		}
	}
	if left := column(t, r, `SELECT number FROM documents WHERE status <> 'in_force'`); len(left) != 0 {
		t.Errorf("not in force: %v", left)
	}
	must(t, r.VerifyLog(t.Context()))
}

// A database server killed by the kernel at any named point of issuing is no worse: the
// program is told so, and asking again with the same key gives the document.
func TestServerDiesAtEveryPoint(t *testing.T) {
	server := storetest.Start()
	t.Cleanup(func() { must(t, server.Stop()) })
	r, c := open(t, server.Database(t))
	issues, turns := issuesPerCrash(t)
	var published []string
	for turn := range turns {
		for _, p := range crashPoints {
			reached, nth := 0, p.times*(issues-1)+p.at
			r.Store.Point = func(step string) {
				if step != p.name {
					return
				}
				if reached++; reached == nth {
					must(t, server.Crash())
				}
			}
			for i := range issues {
				key := fmt.Sprintf("%s, turn %d, document %d", p, turn, i)
				published = append(published, key+"|"+issuedAtLast(t, r, c, key))
			}
			if reached < nth {
				t.Errorf("%s: reached %d times, want %d", p, reached, nth)
			}
		}
	}
	r.Store.Point = nil
	c.advance(2 * time.Minute)
	nothingLost(t, r, published, turns*len(crashPoints))
	t.Logf("%d documents, the server killed %d times at %d points", len(published), turns*len(crashPoints), len(crashPoints))
}

// issuedAtLast asks for a document until it is there, as its client would.
func issuedAtLast(t *testing.T, r *Registry, c *clock, key string) string {
	t.Helper()
	var err error
	for range 5 {
		var rec Record
		rec, _, err = r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: key, Draft: licenceDraft(1)})
		if err == nil {
			return rec.Number
		}
		if !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrInProgress) {
			break
		}
		c.advance(2 * time.Minute) // the lease that could not be given back ends
	}
	t.Fatalf("key %q: %v", key, err)
	return ""
}
