package applications_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tamga/documents/applications"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
)

// diesAt is the environment variable that has TestDies take an application along its way
// and kill itself at a point: the point, the how-manieth time, and the run.
const diesAt, diesOn = "TAMGA_TEST_DIES_AT", "TAMGA_TEST_DIES_ON"

// licences is the edition by which they are applied for here.
const licences = "2012-159"

// stepPoints are the named points of doing steps, those of issuing what they issue among
// them. At least as many crashes come as there are names.
var stepPoints = []string{
	"application locked", "application registered", "row written", "step entered", "key claimed", "number taken", "reservation written",
	"log locked", "log written", "reserved", "rendered", "signed", "document written", "file written", "in force",
}

// crash is a point, and the how-manieth time that it is reached on the way.
type crash struct {
	point string
	nth   int
}

// crashes walks the way once, and returns a crash at each point, at another time that
// it is reached for each, so that all parts of the way have some.
func crashes(t *testing.T) (all []crash) {
	t.Helper()
	b, c := book(t, t.TempDir()+"/register.sqlite", civil(t, times[licences]))
	reached := map[string]int{}
	w := &walker{t: t, book: b, clock: c}
	a := w.open("LIC-ISSUE", regulation.Portal)
	b.Register.Store.Point = func(step string) { reached[step]++ }
	w.walk(a.ID, wayToIssue(t, b))
	for i, name := range stepPoints {
		if reached[name] == 0 {
			t.Fatalf("%s is not reached", name)
		}
		all = append(all, crash{name, 1 + 5*i%reached[name]})
	}
	for name := range reached {
		if !slices.Contains(stepPoints, name) {
			t.Errorf("a point without a crash: %s", name)
		}
	}
	return all
}

// wayToIssue is the way of an application that ends with its licence.
func wayToIssue(t testing.TB, b *applications.Book) []act {
	t.Helper()
	e := current(t, b, licences)
	for _, s := range e.Services {
		if s.ID != "LIC-ISSUE" {
			continue
		}
		walk, ok := e.Walk(s.Routes[regulation.Portal])
		if !ok {
			t.Fatal("the portal has no way")
		}
		for _, way := range paths.Plan(walk) {
			if way[len(way)-1].To.End == regulation.EndIssued {
				return way
			}
		}
	}
	t.Fatal("no way ends with a licence")
	return nil
}

// TestDies is no test of its own: it is the program that dies.
func TestDies(t *testing.T) {
	at := strings.Split(os.Getenv(diesAt), "|")
	if len(at) != 3 {
		t.Skip("only as the program that dies at a point")
	}
	nth, err := strconv.Atoi(at[1])
	must(t, err)
	run, err := strconv.Atoi(at[2])
	must(t, err)
	b, c := book(t, os.Getenv(diesOn), civil(t, times[licences]).Add(time.Duration(run)*time.Hour))
	w := &walker{t: t, book: b, clock: c, asked: 1000 * run}
	reached := 0
	a := w.open("LIC-ISSUE", regulation.Portal)
	b.Register.Store.Point = func(step string) {
		if step != at[0] {
			return
		}
		if reached++; reached == nth {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal is there
		}
	}
	for _, step := range wayToIssue(t, b) {
		c.advance(time.Second)
		req := w.request(a.ID, step)
		asked, err := json.Marshal(req)
		must(t, err)
		fmt.Printf("asked %s\n", asked)
		e, _, err := b.Enter(t.Context(), req)
		must(t, err)
		fmt.Printf("answered %s\n", e.ID)
	}
}

// A program killed by the kernel at any named point of doing a step leaves an
// application that goes on where it stood: what was answered stands, who asks again with
// the same key gets the one entry, and what it issues is there once.
func TestStepDiesAtEveryPoint(t *testing.T) {
	all := crashes(t)
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		var last []applications.EnterRequest
		answered := map[string]bool{}
		for run, c := range all {
			last = append(last, died(t, dsn, fmt.Sprintf("%s|%d|%d", c.point, c.nth, run), answered))
		}
		b, c := book(t, dsn, civil(t, times[licences]).Add(time.Duration(len(all)+1)*time.Hour))
		w := &walker{t: t, book: b, clock: c, asked: 1000 * (len(all) + 1)}
		recovered, err := b.Register.Recover(t.Context())
		must(t, err)
		if len(recovered.Voided)+len(recovered.Waiting) != 0 {
			t.Errorf("recovered %+v", recovered)
		}
		for id := range answered {
			a := w.app(id[:strings.LastIndex(id, "-")])
			if !slices.ContainsFunc(a.Entries, func(e applications.Entry) bool { return e.ID == id }) {
				t.Errorf("entry %s was answered and is lost", id)
			}
		}
		for _, req := range last {
			finish(w, req)
		}
		eachOnce(t, w, len(all))
		t.Logf("%d applications, killed at %d points, %d documents recovered", len(all), len(stepPoints), len(recovered.Finished))
	})
}

// died has the program die, and returns what it had asked last.
func died(t *testing.T, dsn, at string, answered map[string]bool) (last applications.EnterRequest) {
	t.Helper()
	program := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestDies$")
	program.Env = append(os.Environ(), diesOn+"="+dsn, diesAt+"="+at)
	out, err := program.StdoutPipe()
	must(t, err)
	must(t, program.Start())
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if raw, ok := strings.CutPrefix(lines.Text(), "asked "); ok {
			last = applications.EnterRequest{}
			must(t, json.Unmarshal([]byte(raw), &last))
			if string(last.Values) == "null" {
				last.Values = nil
			}
		} else if id, ok := strings.CutPrefix(lines.Text(), "answered "); ok {
			answered[id] = true
		} else {
			t.Log(lines.Text())
		}
	}
	var killed *exec.ExitError
	if err := program.Wait(); !errors.As(err, &killed) || killed.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("%s: the program ended with %v", at, err)
	}
	return last
}

// finish asks once more what was asked last, and goes on to the end. The authority of
// the program that died has died with it: what was signed is signed anew, or not asked
// again where it was entered.
func finish(w *walker, req applications.EnterRequest) {
	w.t.Helper()
	w.clock.advance(time.Second)
	entered := len(w.app(req.Application).Entries) > req.Last
	if req.Signature != nil && !entered {
		w.sign(&req)
	}
	if req.Signature == nil || !entered {
		_, replayed, err := w.book.Enter(w.t.Context(), req)
		must(w.t, err)
		if replayed != entered {
			w.t.Errorf("%s: replayed: %t, entered: %t", req.Step, replayed, entered)
		}
	}
	way := wayToIssue(w.t, w.book)
	w.walk(req.Application, way[len(w.app(req.Application).Entries):])
}

// eachOnce holds that every application has made its way once, and the register
// everything once.
func eachOnce(t *testing.T, w *walker, many int) {
	t.Helper()
	all, err := w.book.List(t.Context(), applications.Chosen{Limit: 200})
	must(t, err)
	if len(all) != many {
		t.Errorf("%d applications, want %d", len(all), many)
	}
	way, named := wayToIssue(t, w.book), map[string]bool{}
	for _, a := range all {
		a = w.app(a.ID)
		if len(a.Entries) != len(way) || a.Ended != regulation.EndIssued {
			t.Errorf("application %s has %d entries of %d and ended as %q", a.ID, len(a.Entries), len(way), a.Ended)
		}
		for i, e := range a.Entries {
			if e.Seq != i+1 || e.Step != way[i].Step.ID || e.Outcome != way[i].Exit.On {
				t.Errorf("application %s, entry %d is %s %s at place %d", a.ID, e.Seq, e.Step, e.Outcome, i+1)
			}
			if named[e.Document] {
				t.Errorf("№ %s is of two entries", e.Document)
			}
			if e.Document != "" {
				named[e.Document] = true
			}
		}
	}
	var there, inForce int
	must(t, w.book.Register.Store.QueryRowContext(t.Context(), `SELECT COUNT(*), COUNT(CASE WHEN status = 'in_force' THEN 1 END) FROM documents`).
		Scan(&there, &inForce))
	if there != len(named) || inForce != there || there == 0 {
		t.Errorf("%d documents, %d in force, and %d that entries name", there, inForce, len(named))
	}
	must(t, w.book.Register.VerifyLog(t.Context())) // the counters too: no gaps
}

// A database server killed by the kernel at any of these points is no worse.
func TestStepServerDiesAtEveryPoint(t *testing.T) {
	all := crashes(t)
	server := storetest.Start()
	t.Cleanup(func() { must(t, server.Stop()) })
	b, c := book(t, server.Database(t), civil(t, times[licences]))
	w := &walker{t: t, book: b, clock: c}
	way := wayToIssue(t, b)
	for _, at := range all {
		reached := 0
		b.Register.Store.Point = nil
		a := w.open("LIC-ISSUE", regulation.Portal)
		b.Register.Store.Point = func(step string) {
			if step != at.point {
				return
			}
			if reached++; reached == at.nth {
				must(t, server.Crash())
			}
		}
		for _, step := range way {
			c.advance(time.Second)
			enterAtLast(w, w.request(a.ID, step))
		}
		if reached < at.nth {
			t.Errorf("%s was reached %d times, want %d", at.point, reached, at.nth)
		}
	}
	b.Register.Store.Point = nil
	eachOnce(t, w, len(all))
}

// enterAtLast asks for a step until it is done, as its client would.
func enterAtLast(w *walker, req applications.EnterRequest) {
	w.t.Helper()
	var err error
	for range 5 {
		if _, _, err = w.book.Enter(w.t.Context(), req); err == nil {
			return
		}
		if !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrInProgress) {
			break
		}
		w.clock.advance(2 * time.Minute) // the lease that could not be given back ends
	}
	w.t.Fatalf("%s %s: %v", req.Step, req.Outcome, err)
}
