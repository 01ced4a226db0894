package registry

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// gate forwards connections to PostgreSQL until it is shut; then everything
// hangs, as behind a cable that was pulled.
type gate struct {
	mu   sync.Mutex
	shut bool
	open *sync.Cond
	// statements counts what was asked of the database.
	statements atomic.Int64
	// spoil is the number of the statement that fails.
	spoil atomic.Int64
}

// statementReader passes on what a client says to PostgreSQL, counts the Bind messages,
// and spoils the name of the statement in one of them, which the server then
// does not know: every message but the first is a letter and a length
// (PostgreSQL, chapter 55.7).
type statementReader struct {
	from    io.Reader
	gate    *gate
	message []byte // what is left of the one being passed on
	started bool
}

func (s *statementReader) Read(p []byte) (int, error) {
	if len(s.message) == 0 {
		if err := s.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.message)
	s.message = s.message[n:]
	return n, nil
}

func (s *statementReader) next() error {
	letter := 0
	if s.started {
		letter = 1
	}
	head := make([]byte, letter+4)
	if _, err := io.ReadFull(s.from, head); err != nil {
		return err
	}
	s.message = append(head, make([]byte, binary.BigEndian.Uint32(head[letter:])-4)...)
	if _, err := io.ReadFull(s.from, s.message[len(head):]); err != nil {
		return err
	}
	if s.started && head[0] == 'B' && s.gate.statements.Add(1) == s.gate.spoil.Load() {
		portal := bytes.IndexByte(s.message[len(head):], 0)
		copy(s.message[len(head)+portal+1:], spoiled)
	}
	s.started = true
	return nil
}

// spoiled is how the name of a statement begins that the server does not know.
const spoiled = "spoiled"

func (g *gate) setShut(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
	g.open.Broadcast()
}

func (g *gate) wait() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.shut {
		g.open.Wait()
	}
}

// forward copies bytes while the gate is open.
func (g *gate) forward(to net.Conn, from io.Reader) {
	defer to.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		g.wait()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// behindGate returns a data source name that leads through a gate.
func behindGate(t *testing.T, dsn string) (string, *gate) {
	t.Helper()
	u, err := url.Parse(dsn)
	must(t, err)
	const name = ".s.PGSQL.5432"
	target := filepath.Join(u.Query().Get("host"), name)
	folder, err := os.MkdirTemp("", "gate")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(folder)) })
	l, err := net.Listen("unix", filepath.Join(folder, name))
	must(t, err)
	g := &gate{}
	g.open = sync.NewCond(&g.mu)
	t.Cleanup(func() { g.setShut(false); must(t, l.Close()) })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("unix", target)
			if err != nil {
				_ = in.Close()
				continue
			}
			go g.forward(out, &statementReader{from: in, gate: g})
			go g.forward(in, out)
		}
	}()
	u.RawQuery = url.Values{"host": {folder}}.Encode()
	return u.String(), g
}

// everyCall is each way of asking the register, by name.
func everyCall(r *Registry, number, client string) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"Ping":  func(ctx context.Context) error { return r.Store.Ping(ctx) },
		"Issue": func(ctx context.Context) error { return third(r.Issue(ctx, request2("fresh"))) },
		"Record": func(ctx context.Context) error {
			return third(r.Record(ctx, EventRequest{Client: "portal", IdempotencyKey: "k", Number: number, Last: 2, Event: suspension()}))
		},
		"Erase":        func(ctx context.Context) error { return third(r.Erase(ctx, erasure(number, 2))) },
		"Document":     func(ctx context.Context) error { return second(r.Document(ctx, number)) },
		"PDF":          func(ctx context.Context) error { return second(r.PDF(ctx, number)) },
		"ByFile":       func(ctx context.Context) error { return third(r.ByFile(ctx, store.HexSum(nil))) },
		"List":         func(ctx context.Context) error { return second(r.List(ctx, "", 0)) },
		"History":      func(ctx context.Context) error { return second(r.History(ctx, number)) },
		"Events":       func(ctx context.Context) error { return second(r.Events(ctx, number)) },
		"StatusAt":     func(ctx context.Context) error { return second(r.StatusAt(ctx, number, start)) },
		"Head":         func(ctx context.Context) error { return third(r.Head(ctx)) },
		"Prove":        func(ctx context.Context) error { return second(r.Prove(ctx, number)) },
		"CheckHead":    func(ctx context.Context) error { return r.CheckHead(ctx, 1, [32]byte{}) },
		"VerifyLog":    func(ctx context.Context) error { return r.VerifyLog(ctx) },
		"StatusList":   func(ctx context.Context) error { return second(r.StatusList(ctx)) },
		"Recover":      func(ctx context.Context) error { return second(r.Recover(ctx)) },
		"AddClient":    func(ctx context.Context) error { return second(r.Store.AddClient(ctx, "a", nil)) },
		"Client":       func(ctx context.Context) error { return second(r.Store.Client(ctx, "tamga_0011223344556677_x")) },
		"Clients":      func(ctx context.Context) error { return second(r.Store.Clients(ctx)) },
		"RevokeClient": func(ctx context.Context) error { return r.Store.RevokeClient(ctx, client) },
		"AddExtension": func(ctx context.Context) error {
			return second(r.Store.AddExtension(ctx, store.Extension{Format: "cms"}))
		},
		"Extension": func(ctx context.Context) error { return second(r.Store.Extension(ctx, "portal", "x")) },
		"Waiting":   func(ctx context.Context) error { return third(r.Store.Waiting(ctx)) },
		"Extend":    func(ctx context.Context) error { return second(r.Store.Extend(ctx, nil)) },
		"Once": func(ctx context.Context) error {
			q := store.Request{Client: "portal", IdempotencyKey: rand.Text()}
			return third(r.Store.Once(ctx, q, func(context.Context) ([]byte, error) { return []byte("done"), nil }))
		},
		"AddPhotograph": func(ctx context.Context) error { return second(r.AddPhotograph(ctx, "portal", grey())) },
	}
}

// While PostgreSQL hangs, every call ends by itself, without a deadline of its
// caller's, and says why; when it answers again, everything goes on.
func TestHangingDatabase(t *testing.T) {
	dsn, g := behindGate(t, cluster.Database(t))
	r, _ := open(t, dsn)
	number := issue(t, r, "a", licenceDraft(1)).Number
	r.Store.Patience = 300 * time.Millisecond
	g.setShut(true)
	var wg sync.WaitGroup
	for range 2 { // more calls than the pool has connections
		for name, call := range everyCall(r, number, "x") {
			wg.Go(func() {
				if err := call(t.Context()); !errors.Is(err, store.ErrUnavailable) {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
	}
	wg.Wait()
	g.setShut(false)
	r.Store.Patience = 0
	expectStatus(t, r, number, documents.StatusInForce)
	must(t, r.VerifyLog(t.Context()))
	issue(t, r, "b", licenceDraft(2))
}

// The caller's own patience counts when it is shorter, and one who has hung up
// is not told that the database is at fault.
func TestCallersPatience(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		number := issue(t, r, "a", licenceDraft(1)).Number
		for name, call := range everyCall(r, number, "x") {
			short, cancel := context.WithTimeout(t.Context(), 0)
			// Recover judges its key before it asks the database anything.
			err := call(short)
			if !errors.Is(err, context.DeadlineExceeded) || name != "Recover" && !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s without time: %v", name, err)
			}
			cancel()
			if err := call(canceled(t)); !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s for nobody: %v", name, err)
			}
		}
	})
}

// A database that is gone is no one's mistake.
func TestClosedDatabase(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		number := issue(t, r, "a", licenceDraft(1)).Number
		gone, err := Open(t.Context(), dsn)
		must(t, err)
		must(t, gone.Close())
		r.Store = gone
		for name, call := range everyCall(r, number, "x") {
			if err := call(t.Context()); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A number that was never taken costs as many statements as one that was.
func TestEveryNumberCostsTheSame(t *testing.T) {
	dsn, g := behindGate(t, cluster.Database(t))
	r, _ := open(t, dsn)
	rec, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "1", Draft: licenceDraft(1).Normalise()})
	must(t, err)
	cost := func(number string) int64 {
		got, life, err := r.DocumentAndLife(t.Context(), number) // prepares its statements
		if err == nil && (got.Number != rec.Number || len(life.Events) == 0) {
			t.Fatalf("document %q with %d events, want %s", got.Number, len(life.Events), rec.Number)
		}
		if (number == rec.Number) != (err == nil) || err != nil && !errors.Is(err, ErrNotFound) {
			t.Fatalf("%s: %v", number, err)
		}
		before := g.statements.Load()
		_, _, _ = r.DocumentAndLife(t.Context(), number)
		return g.statements.Load() - before
	}
	if known, unknown := cost(rec.Number), cost("26999999"); known != unknown || known == 0 {
		t.Errorf("a number that was taken costs %d statements, another %d", known, unknown)
	}
}
