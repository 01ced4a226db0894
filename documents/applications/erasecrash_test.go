package applications_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"tamga/documents/applications"
)

// erasePoints are the named points of erasing, in order.
var erasePoints = []string{"application locked", "documents erased", "rows erased", "log locked", "log written", "application erased"}

// erasedAt is a moment by which the applications here have ended.
const erasedAt = "2026-12-01T10:00"

// TestDiesErasing is no test of its own: it is the program that dies while it erases.
func TestDiesErasing(t *testing.T) {
	point, id, ok := strings.Cut(os.Getenv(diesAt), "|")
	if !ok {
		t.Skip("only as the program that dies at a point")
	}
	b, _ := book(t, os.Getenv(diesOn), civil(t, erasedAt))
	req := administrator(t, b, id)
	tried := true // first all is tried and taken back
	b.Register.Store.Point = func(step string) {
		if tried = tried && step != "documents erased"; step == point && !tried || step == point && point == "documents erased" {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal is there
		}
	}
	_, _, err := b.Erase(t.Context(), req)
	t.Fatalf("it lives: %v", err)
}

// A program killed by the kernel at any named point of erasing leaves an application that
// is whole or erased, and who asks again has it erased.
func TestEraseDiesAtEveryPoint(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, clock := book(t, dsn, civil(t, "2026-09-01T10:00"))
		w := &walker{t: t, book: b, clock: clock}
		ids := map[string]string{}
		for _, point := range erasePoints {
			a := goes(w, filed(t, b, point).ID, isIssued)
			terminated(t, b, a)
			ids[point] = a.ID
		}
		clock.set(civil(t, erasedAt).Add(time.Hour))
		done := 0
		for _, point := range erasePoints {
			program := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestDiesErasing$")
			program.Env = append(os.Environ(), diesOn+"="+dsn, diesAt+"="+point+"|"+ids[point])
			out, err := program.CombinedOutput()
			var killed *exec.ExitError
			if !errors.As(err, &killed) || killed.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("%s: the program ended with %v: %s", point, err, out)
			}
			must(t, b.Register.VerifyLog(t.Context()))
			a, err := b.Application(t.Context(), ids[point])
			whole := err == nil && a.Applicant.Identity() == museum().Identity() && a.Entries[0].Actor.Person != ""
			if !whole && !errors.Is(err, applications.ErrErased) {
				t.Errorf("%s: %v, %+v", point, err, a.Applicant)
			}
			if !whole {
				done++
			}
			req := applications.EraseRequest{
				Client: "person:a1", Application: ids[point], Ground: applications.GroundOrder, Order: destruction(),
				Actor: applications.Actor{Role: "ADMINISTRATOR", Person: "Person of ADMINISTRATOR", ID: "a1"},
			}
			if whole {
				req = administrator(t, b, ids[point])
			}
			if _, replayed, err := b.Erase(t.Context(), req); err != nil || replayed == whole {
				t.Errorf("%s, asked again: %t, %v", point, replayed, err)
			}
			must(t, b.Register.VerifyLog(t.Context()))
		}
		if done != 1 {
			t.Errorf("%d were erased before they died, want the last one", done)
		}
		n, err := b.Register.Erased(t.Context())
		if err != nil || n == 0 {
			t.Errorf("%d rows are erased: %v", n, err)
		}
		t.Log(fmt.Sprint(n, " rows are erased"))
	})
}
