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

// diesAt is the environment variable that has the program do one act after another until
// it reaches a point for the n-th time, and kill itself there: the act, the point, n, and
// the run, which tells its keys from those of others.
const diesAt = "TAMGA_TEST_DIES_AT"

// crashAct is what is done again and again until the program or the database dies: all of
// a document under a key, whose number it returns. Done again after that, with the same
// key, it goes on where it was.
type crashAct struct {
	name   string
	share  int      // of one part in so many of the documents that are asked for
	points []string // all that it passes, in their order
	do     func(ctx context.Context, r *Registry, c *clock, key string) (number string, err error)
}

// issuing is the act of a document that the key of documents signs. The log is written
// once with the reservation, and once with the document.
var issuing = crashAct{
	name: "issue", share: 1,
	points: []string{
		"key claimed", "number taken", "reservation written", "log locked", "log written", "reserved", "rendered", "signed",
		"document written", "file written", "log locked", "log written", "in force",
	},
	do: func(ctx context.Context, r *Registry, _ *clock, key string) (string, error) {
		rec, _, err := r.Issue(ctx, IssueRequest{Client: "portal", IdempotencyKey: key, Draft: licenceDraft(1)})
		return rec.Number, err
	},
}

// crashPoint is a named point of an act, and how often it is reached by a document,
// and at which of these times the crash comes.
type crashPoint struct {
	name      string
	times, at int
}

func (p crashPoint) String() string { return fmt.Sprintf("%s %d", p.name, p.at) }

// crashes are one at every point that the act passes.
func (a crashAct) crashes() (all []crashPoint) {
	times := map[string]int{}
	for _, name := range a.points {
		times[name]++
		all = append(all, crashPoint{name: name, at: times[name]})
	}
	for i := range all {
		all[i].times = times[all[i].name]
	}
	return all
}

// issuesPerCrash is how many documents are made at every point of every turn, so that
// all of them together are as many as were asked for, or are two at each.
func (a crashAct) issuesPerCrash(t *testing.T, points int) (issues, turns int) {
	t.Helper()
	all := 300
	if s := os.Getenv(crashIssues); s != "" {
		var err error
		all, err = strconv.Atoi(s)
		must(t, err)
	}
	const most = 100
	each := max((all/a.share+points-1)/points, 2)
	turns = (each + most - 1) / most
	return (each + turns - 1) / turns, turns
}

// The points are all there are, each document passes them in this order, and nothing
// else of the acts has one.
func TestCrashPointsAreAll(t *testing.T) {
	for _, act := range crashActs() {
		cluster.EachEngine(t, func(t *testing.T, dsn string) {
			r, c := open(t, dsn)
			var mu sync.Mutex
			var passed []string
			r.Store.Point = func(step string) {
				mu.Lock()
				defer mu.Unlock()
				passed = append(passed, step)
			}
			must(t, second(act.do(t.Context(), r, c, "one")))
			if !slices.Equal(passed, act.points) {
				t.Errorf("%s: points %q, want %q", act.name, passed, act.points)
			}
		})
	}
}

func crashActs() []crashAct { return []crashAct{issuing, preparing, givingUp, correcting} }

// A program killed by the kernel at any named point of issuing loses no document, makes
// none twice and leaves no gap; what it began is finished when it starts again.
func TestProgramDiesAtEveryPoint(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		published, crashes := issuing.programDies(t, dsn)
		r, c := open(t, dsn)
		c.advance(2 * time.Minute)
		nothingLost(t, r, published, crashes)
	})
}

// programDies has a program do the act over and over and die at every point, and returns
// what it had answered, each a key and a number, and how often it died.
func (a crashAct) programDies(t *testing.T, dsn string) (published []string, crashes int) {
	t.Helper()
	points := a.crashes()
	issues, turns := a.issuesPerCrash(t, len(points))
	for turn := range turns {
		for _, p := range points {
			run := fmt.Sprintf("%s, turn %d", p, turn)
			published = append(published, a.diesOnce(t, dsn, run, p.times*(issues-1)+p.at, p)...)
		}
	}
	t.Logf("%d documents, killed %d times at %d points", len(published), turns*len(points), len(points))
	return published, turns * len(points)
}

// diesOnce has a program do the act until it dies at a point, and returns what it had
// answered.
func (a crashAct) diesOnce(t *testing.T, dsn, run string, nth int, p crashPoint) (published []string) {
	t.Helper()
	issuer := exec.CommandContext(t.Context(), os.Args[0])
	issuer.Env = append(os.Environ(), issuerOf+"="+dsn, diesAt+"="+strings.Join([]string{a.name, p.name, strconv.Itoa(nth), run}, "|"))
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

// actUntilPoint does an act over and over and prints its keys and numbers, until it kills
// itself at the point that the environment names.
func actUntilPoint(r *Registry, c *clock, env string) error {
	parts := strings.SplitN(env, "|", 4)
	nth, err := strconv.Atoi(parts[2])
	if err != nil {
		return err
	}
	at := slices.IndexFunc(crashActs(), func(a crashAct) bool { return a.name == parts[0] })
	reached := 0
	r.Store.Point = func(step string) {
		if step != parts[1] {
			return
		}
		if reached++; reached == nth {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal is there
		}
	}
	for i := 0; ; i++ {
		key := fmt.Sprintf("%s, document %d", parts[3], i)
		number, err := crashActs()[at].do(context.Background(), r, c, key)
		if err != nil {
			return err
		}
		fmt.Println(key + "|" + number)
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
	r, c, published, crashes := issuing.serverDies(t)
	c.advance(2 * time.Minute)
	nothingLost(t, r, published, crashes)
}

// serverDies does the act over and over while the database server dies at every point,
// and returns what was answered, each a key and a number, and how often it died.
func (a crashAct) serverDies(t *testing.T) (r *Registry, c *clock, published []string, crashes int) {
	t.Helper()
	server := storetest.Start()
	t.Cleanup(func() { must(t, server.Stop()) })
	r, c = open(t, server.Database(t))
	points := a.crashes()
	issues, turns := a.issuesPerCrash(t, len(points))
	for turn := range turns {
		for _, p := range points {
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
				published = append(published, key+"|"+a.doneAtLast(t, r, c, key))
			}
			if reached < nth {
				t.Errorf("%s: reached %d times, want %d", p, reached, nth)
			}
		}
	}
	r.Store.Point = nil
	t.Logf("%d documents, the server killed %d times at %d points", len(published), turns*len(points), len(points))
	return r, c, published, turns * len(points)
}

// doneAtLast does the act until it is done, as its client would.
func (a crashAct) doneAtLast(t *testing.T, r *Registry, c *clock, key string) string {
	t.Helper()
	var err error
	for range 5 {
		var number string
		if number, err = a.do(t.Context(), r, c, key); err == nil {
			return number
		}
		if !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrInProgress) {
			break
		}
		c.advance(2 * time.Minute) // the lease that could not be given back ends
	}
	t.Fatalf("key %q: %v", key, err)
	return ""
}
