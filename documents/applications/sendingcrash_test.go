package applications_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tamga/documents/applications"
	"tamga/documents/messages"
	"tamga/documents/messages/demo"
	"tamga/documents/messages/gateway"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
	"tamga/language"
)

// diesSending is the environment variable that has TestDiesSending bring messages to a
// gateway and kill itself at a point: the point, the how-manieth time, the address of the
// gateway, the moment in microseconds, and the database.
const diesSending = "TAMGA_TEST_DIES_SENDING"

// sendingPoints are the named points of sending a message, and how often each is reached
// by one that the gateway first takes and then says to be delivered.
var sendingPoints = []struct {
	name  string
	times int
}{
	{"job taken", 2}, {"message handed over", 1}, {"job attempted", 2}, {"job ended", 1}, {"log locked", 2}, {"log written", 2},
}

// TestDiesSending is no test of its own: it is the program that dies.
func TestDiesSending(t *testing.T) {
	at := strings.SplitN(os.Getenv(diesSending), "|", 5)
	if len(at) != 5 {
		t.Skip("only as the program that dies at a point")
	}
	nth, err := strconv.Atoi(at[1])
	must(t, err)
	now, err := strconv.ParseInt(at[3], 10, 64)
	must(t, err)
	b, c := book(t, at[4], store.Time(now))
	m := &messages.Book{Store: b.Register.Store, Gateway: gateway.Client{Address: at[2]}}
	diesSendingAt(b, at[0], nth, func() {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until the signal is there
	})
	sendAll(t, m, c)
	t.Fatal("it lives")
}

func diesSendingAt(b *applications.Book, point string, nth int, happens func()) {
	b.Register.Store.Point = func(step string) {
		if step != point {
			return
		}
		if nth--; nth == 0 {
			happens()
		}
	}
}

// sendAll sends what waits, and asks after it, as the service does now and then. While the
// database is away nothing is sent.
func sendAll(t *testing.T, m *messages.Book, c *clock) {
	t.Helper()
	for range 4 {
		if _, err := m.Deliver(t.Context()); err != nil && !errors.Is(err, store.ErrUnavailable) {
			t.Fatal(err)
		}
		c.advance(10 * time.Minute)
	}
}

// outbox is a book with a gateway, and how a message is sent that goes wrong at a point.
type outbox struct {
	t *testing.T
	w *walker
	m *messages.Book
	g *demo.Gateway
	b *applications.Book
	// address is that of the gateway.
	address string
}

func newOutbox(t *testing.T, dsn string) *outbox {
	b, clock := book(t, dsn, civil(t, "2026-09-01T10:00"))
	g := &demo.Gateway{Prefix: "/messages"}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	address := server.URL + "/messages"
	m := &messages.Book{Store: b.Register.Store, Gateway: gateway.Client{Address: address}}
	return &outbox{t, &walker{t: t, book: b, clock: clock}, m, g, b, address}
}

// everywhere has the sending of an SMS go wrong at each point, of an application of its
// own, and holds that the gateway got one message of each, and that all know how it ended.
func (o *outbox) everywhere(wrong func(point string, nth int)) {
	o.t.Helper()
	many := 0
	for _, p := range sendingPoints {
		for nth := range p.times {
			many++
			a := filed(o.t, o.b, fmt.Sprint(many))
			_, err := o.m.SetContact(o.t.Context(), a.ID, messages.Contact{Language: language.RU, Phone: "8 (701) 123-45-67"})
			must(o.t, err)
			a = goes(o.w, a.ID, hasNumber)
			must(o.t, o.g.Set(demo.Deliver))
			wrong(p.name, nth+1)
			o.b.Register.Store.Point = nil
			o.w.clock.advance(10 * time.Minute)
			sendAll(o.t, o.m, o.w.clock)
			want(o.t, told(o.t, o.m, a.ID), "registered by cabinet: delivered", "registered by sms: delivered")
		}
	}
	if kept := o.g.Messages(); len(kept) != many {
		o.t.Errorf("the gateway has %d messages of %d applications", len(kept), many)
	}
	texts := map[string]bool{}
	for _, k := range o.g.Messages() {
		if texts[k.Text] || k.State != messages.Delivered {
			o.t.Errorf("twice, or not at all: %+v", k)
		}
		texts[k.Text] = true
	}
	must(o.t, o.b.Register.VerifyLog(o.t.Context()))
	o.t.Logf("%d messages, each died at another place", many)
}

// A program killed by the kernel at any named point of sending a message sends it once,
// whoever goes on: under its one id the gateway takes it for the same.
func TestSendingDiesAtEveryPoint(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		o := newOutbox(t, dsn)
		o.everywhere(func(point string, nth int) {
			program := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestDiesSending$")
			at := []string{point, strconv.Itoa(nth), o.address, fmt.Sprint(store.Micros(o.w.clock.now())), dsn}
			program.Env = append(os.Environ(), diesSending+"="+strings.Join(at, "|"))
			out, err := program.CombinedOutput()
			var killed *exec.ExitError
			if !errors.As(err, &killed) || killed.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("%s %d: the program ended with %v: %s", point, nth, err, out)
			}
		})
	})
}

// The database server killed at any of these points is no worse.
func TestSendingServerDiesAtEveryPoint(t *testing.T) {
	server := storetest.Start()
	t.Cleanup(func() { must(t, server.Stop()) })
	o := newOutbox(t, server.Database(t))
	o.everywhere(func(point string, nth int) {
		died := false
		diesSendingAt(o.b, point, nth, func() { died = true; must(t, server.Crash()) })
		sendAll(t, o.m, o.w.clock)
		if !died {
			t.Errorf("%s %d was not reached", point, nth)
		}
	})
}
