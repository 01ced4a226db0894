package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tamga/documents/store"
	"tamga/documents/store/storetest"
)

// door is a request that writes, and the status of one that does.
type door struct {
	name, method, path, bearer string
	header                     map[string]string
	body                       any
	want                       int
}

// ask sends the request of a door, the same one each time.
func (d door) ask(o *counter) said {
	o.t.Helper()
	body, ok := d.body.(string)
	if !ok {
		raw, err := json.Marshal(d.body)
		if err != nil {
			o.t.Fatal(err)
		}
		body = string(raw)
	}
	header := map[string]string{"Content-Type": "application/json", "Idempotency-Key": "fault " + d.name}
	if d.bearer != "" {
		header["Authorization"] = "Bearer " + d.bearer
	}
	for name, value := range d.header {
		header[name] = value
	}
	res, text := o.stage.ask(o.t, d.method, d.path, body, header)
	s := said{code: res.StatusCode, head: res.Header}
	if err := json.Unmarshal([]byte(text), &s.body); err != nil && text != "" {
		o.t.Fatalf("%s: %v\n%s", d.name, err, text)
	}
	return s
}

// sufferer is a service with something of everything, and the doors that write.
type sufferer struct {
	*counter
	licence string // in force
	at      string // an application
	doors   []door
	gate    *gate // to the database, where there is one
	dsn     string
}

func newSufferer(t *testing.T, dsn string) *sufferer {
	t.Helper()
	w := openTownOn(t, dsn)
	s := &sufferer{counter: w.counter()}
	raw, err := os.ReadFile("testdata/licence.json")
	if err != nil {
		t.Fatal(err)
	}
	licence := string(raw)
	issue, programs := s.values["key.issue"], s.values["key.apply"]
	issued := door{"before", "POST", "/v1/documents", issue, nil, licence, 201}.ask(s.counter)
	if s.licence = issued.text("number"); s.licence == "" {
		t.Fatalf("issue: %d %v", issued.code, issued.body)
	}
	events := s.counter.ask("GET", "/v1/documents/"+s.licence+"/events", s.values["key.status"], nil)
	prepared := s.posted(t, "/v1/documents/prepare", `{"document": `+licence+`}`, "200", "Idempotency-Key", "prepared before")
	s.at = s.opened(s.owner)
	asked := s.waiting()
	proof := s.proof("sign-in", "applicant", nil)
	s.doors = []door{
		{"issue", "POST", "/v1/documents", issue, nil, licence, 201},
		{"prepare", "POST", "/v1/documents/prepare", issue, nil, `{"document": ` + licence + `}`, 200},
		{"prepare again", "POST", "/v1/documents/" + prepared.Number + "/prepare-again", issue, nil, `{}`, 200},
		{"decline", "POST", "/v1/documents/" + prepared.Number + "/decline", issue, nil, "", 204},
		{"record an event", "POST", "/v1/documents/" + s.licence + "/events", s.values["key.status"], map[string]string{"If-Match": events.head.Get("ETag")}, suspended, 201},
		{"apply", "POST", "/v1/applications", programs, nil, map[string]any{
			"service": "SRA", "channel": "portal", "form": map[string]any{"monument": "Бәйтерек"}, "applicant": applicantOfCast(),
		}, 201},
		{"enter a step", "POST", s.at + "/entries", s.owner, map[string]string{"If-Match": "*"}, `{"step": "S-P-p1", "outcome": "done"}`, 201},
		{"attach", "POST", s.at + "/attachments", s.owner, nil, `{"name": "a.txt", "content": "dGV4dA=="}`, 201},
		{"say a contact", "PUT", s.at + "/contact", s.owner, nil, `{"language": "kk", "phone": "+77011234567"}`, 200},
		{"refuse consent", "POST", asked + "/consent", s.owner, nil, `{"decision": "refuse"}`, 200},
		{"ask for a challenge", "POST", "/v1/sessions/challenge", "", nil, `{"purpose": "sign-in"}`, 201},
		{"sign in", "POST", "/v1/sessions", "", nil, proof, 201},
		{"sign once", "POST", "/v1/sign/cms", s.values["key.sign"], nil, `{"key": "demo", "content": "dGV4dA=="}`, 200},
	}
	return s
}

const suspended = `{"event": "suspended", "effective_at": "2026-06-10T09:00:00+05:00", "until": "2026-07-01",
	"order_number": "64", "order_date": "2026-05-29", "signatory": "Әбілов Ғ.Ү.", "position": {"kk": "Төраға", "ru": "Председатель"},
	"reason": {"kk": "есеп ұсынылмаған", "ru": "не представлен отчёт"}}`

// reads are what needs no writing, and what needs no database.
func (s *sufferer) reads() (writeless, unaided map[string]int) {
	return map[string]int{
			"/v1/check/" + s.licence: 200, "/check/" + s.licence: 200, "/v1/documents/" + s.licence: 200,
			"/v1/documents/" + s.licence + "/events": 200, "/v1/applications?limit=2": 200,
		}, map[string]int{
			"/livez": 200, "/readyz/verify": 200, "/version": 200,
		}
}

func (s *sufferer) expectReads(when string, all map[string]int) {
	s.t.Helper()
	for path, want := range all {
		bearer := s.values["key.read"]
		if strings.HasPrefix(path, "/v1/applications") {
			bearer = s.values["key.apply"]
		}
		if code, body := s.get(s.t, path, map[string]string{"Authorization": "Bearer " + bearer}); code != want {
			s.t.Errorf("%s: GET %s: %d %.300s", when, path, code, body)
		}
	}
}

// fault is something that goes wrong under a service.
type fault struct {
	name string
	// begin brings it about; end takes it back.
	begin func(s *sufferer) (end func())
	// full: the fault bites when what is there has no room left.
	full bool
	// forever: it ends only when the program is started anew.
	forever bool
	// answers: what is only read can be read.
	answers bool
}

// suffers asks at every door while something is wrong, and again when it is over.
func (s *sufferer) suffers(f fault) {
	t := s.t
	t.Helper()
	writeless, unaided := s.reads()
	s.expectReads("before", writeless)
	http.DefaultClient.CloseIdleConnections()
	routines := runtime.NumGoroutine()
	end := f.begin(s)
	done := s.fillUp(f)
	for _, d := range s.doors {
		switch a := d.ask(s.counter); {
		case f.full && a.code == d.want: // there was room for it
			done[d.name] = true
		case a.code != http.StatusServiceUnavailable || a.text("code") != "register_unavailable" || a.head.Get("Retry-After") == "" ||
			!strings.HasPrefix(a.head.Get("Content-Type"), "application/problem+json") || a.text("detail") != "":
			t.Errorf("%s: %d %v", d.name, a.code, a.body)
		}
	}
	s.expectReads("meanwhile", unaided)
	for path := range writeless {
		if !f.answers {
			writeless[path] = http.StatusServiceUnavailable
		}
	}
	s.expectReads("meanwhile", writeless)
	if code, body := s.get(t, "/readyz", nil); code != http.StatusServiceUnavailable || !strings.Contains(body, `"database":"the database`) {
		t.Errorf("meanwhile it is ready: %d %s", code, body)
	}
	s.together(f)
	if end(); !f.forever {
		s.recovers(f, done)
	}
	s.quiet(routines)
}

// fillUp has what room is left used up, and returns nothing done yet.
func (s *sufferer) fillUp(f fault) map[string]bool {
	s.t.Helper()
	for n, failed := 0, 0; f.full && failed < 3; n++ {
		a := door{fmt.Sprint("filler ", n), "POST", "/v1/documents", s.values["key.issue"], nil, s.doors[0].body, 201}.ask(s.counter)
		if a.code == http.StatusServiceUnavailable {
			failed++
		} else if failed = 0; a.code != 201 || n > 2000 {
			s.t.Fatalf("filler %d: %d %v", n, a.code, a.body)
		}
	}
	return map[string]bool{}
}

// together asks from many clients at once, of whom none waits for ever.
func (s *sufferer) together(f fault) {
	s.t.Helper()
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			header := map[string]string{"Authorization": "Bearer " + s.values["key.issue"], "Idempotency-Key": fmt.Sprint("together ", i), "Content-Type": "application/json"}
			res, body := s.stage.ask(s.t, "POST", "/v1/documents", s.doors[0].body.(string), header)
			if res.StatusCode != http.StatusServiceUnavailable && !(f.full && res.StatusCode == 201) {
				s.t.Errorf("together: %d %.200s", res.StatusCode, body)
			}
		})
	}
	all.Wait()
}

// recovers asks at every door with the same key until it is done, and holds that each was
// done once.
func (s *sufferer) recovers(f fault, done map[string]bool) {
	t := s.t
	t.Helper()
	s.ahead.Add(int64(2 * time.Minute)) // leases that could not be given back end
	s.again("the register", func() bool { code, _ := s.get(t, "/readyz", nil); return code == http.StatusOK })
	_, err := s.server.Registry.Recover(t.Context())
	if err != nil {
		t.Error(err)
	}
	for _, d := range s.doors {
		if d.name == "sign in" && done[d.name] {
			continue // a challenge is used once
		}
		first := d.ask(s.counter)
		if first.code != d.want {
			t.Errorf("%s afterwards: %d %v", d.name, first.code, first.body)
		}
		if again := d.ask(s.counter); (d.name == "issue" || d.name == "enter a step") && (again.head.Get("Idempotency-Replayed") != "true" || again.text("number") != first.text("number")) {
			t.Errorf("%s again: %v and %v", d.name, first.body, again.body)
		}
	}
	for what, query := range map[string]string{
		"events": `SELECT COUNT(*) FROM events WHERE kind = 'suspended'`, "applications by programs": `SELECT COUNT(*) - 2 FROM applications`,
		"entries": `SELECT COUNT(*) FROM application_entries WHERE step = 'S-P-p1'`, "attachments": `SELECT COUNT(*) FROM attachments`,
		"consents": `SELECT COUNT(*) FROM consents WHERE decision = 'refused'`,
	} {
		var n int
		if err := s.server.Registry.Store.QueryRowContext(t.Context(), query).Scan(&n); err != nil || n != 1 {
			t.Errorf("%s: %d, %v", what, n, err)
		}
	}
	var half int
	if err := s.server.Registry.Store.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM documents d WHERE status = 'in_force'
		AND NOT EXISTS (SELECT 1 FROM files f WHERE f.number = d.number)`).Scan(&half); err != nil || half != 0 {
		t.Errorf("%d documents are in force without a file: %v", half, err)
	}
	if err := s.server.Registry.VerifyLog(t.Context()); err != nil { // the counters too: no gaps
		t.Error(err)
	}
	writeless, unaided := s.reads()
	s.expectReads("afterwards", writeless)
	s.expectReads("afterwards", unaided)
}

// again waits until something holds.
func (s *sufferer) again(what string, holds func() bool) {
	s.t.Helper()
	for range 200 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatalf("%s is not there again", what)
}

// quiet holds that nothing is left running of what was asked in vain.
func (s *sufferer) quiet(before int) {
	s.t.Helper()
	const pools = 40 // connections of both sides that the pools keep, and a gate's
	s.again("as little as before", func() bool {
		http.DefaultClient.CloseIdleConnections()
		return runtime.NumGoroutine() <= before+pools
	})
}

// Whatever goes wrong under the service, every door that writes says so by the same
// problem, in bounded time, what can be read is read, and when it is over the same request
// with the same key is done, once.
func TestFaultsOverHTTP(t *testing.T) {
	server := storetest.Start()
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	for _, f := range []fault{
		{name: "a full disk", begin: fullDisk, full: true, answers: true}, {name: "a file that is only read", begin: readOnlyFile, forever: true, answers: true},
	} {
		t.Run("sqlite/"+f.name, func(t *testing.T) { newSufferer(t, filepath.Join(smallDisk(t), "tamga.db")).suffers(f) })
	}
	for _, f := range []fault{
		{name: "a database that is only read", begin: readOnlyDatabase, answers: true},
		{name: "a database that is lost", begin: (*sufferer).lost},
		{name: "a database that hangs", begin: (*sufferer).hangs},
		{name: "a database that is too slow", begin: (*sufferer).tooSlow},
	} {
		t.Run("postgres/"+f.name, func(t *testing.T) {
			dsn, g := behindGate(t, server.Database(t))
			s := newSufferer(t, dsn)
			s.gate, s.dsn = g, dsn
			s.suffers(f)
		})
	}
	t.Run("postgres/a slow database that answers", func(t *testing.T) {
		dsn, g := behindGate(t, server.Database(t))
		s := newSufferer(t, dsn)
		g.set(func(g *gate) { g.delay = 20 * time.Millisecond })
		s.recovers(fault{}, map[string]bool{}) // each door does what it is asked, once
	})
}

// smallDisk is a disk of its own with 12 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=12m"); err != nil {
		t.Skipf("no small disk can be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// fullDisk fills the disk of the database.
func fullDisk(s *sufferer) func() {
	filler := filepath.Join(filepath.Dir(s.database), "filler")
	if err := os.WriteFile(filler, make([]byte, 32<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		s.t.Fatalf("the disk is not full: %v", err)
	}
	return func() {
		if err := os.Remove(filler); err != nil {
			s.t.Error(err)
		}
	}
}

// readOnlyFile lets nothing be written into the file by the connection that writes.
func readOnlyFile(s *sufferer) func() {
	db := s.server.Registry.Store
	if err := db.Tx(s.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `PRAGMA query_only = 1`)
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	return func() {} // the connection cannot even begin what would take that back
}

// readOnlyDatabase makes a database one that only answers, and ends its connections,
// which do not know it yet.
func readOnlyDatabase(s *sufferer) func() {
	u, err := url.Parse(s.dsn)
	if err != nil {
		s.t.Fatal(err)
	}
	name := u.Path[1:]
	say := func(statement string) {
		cmd := exec.Command("psql", s.dsn, "-v", "ON_ERROR_STOP=1", "-c", statement,
			"-c", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		cmd.Env = append(os.Environ(), "PGOPTIONS=-c default_transaction_read_only=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			s.t.Fatalf("%v: %s", err, out)
		}
	}
	say(`ALTER DATABASE ` + name + ` SET default_transaction_read_only = on`)
	return func() { say(`ALTER DATABASE ` + name + ` RESET default_transaction_read_only`) }
}

// lost takes the database away: connections break, and no new one comes about.
func (s *sufferer) lost() func() {
	s.gate.set(func(g *gate) { g.gone = true })
	return s.mended
}

// impatient is how long a call waits for the database where it waits in vain.
const impatient = 300 * time.Millisecond

// hangs lets nothing through to the database or back any more.
func (s *sufferer) hangs() func() {
	s.server.Registry.Store.Patience = impatient
	s.gate.set(func(g *gate) { g.shut = true })
	return s.mended
}

// tooSlow delays each packet by as long as a call waits.
func (s *sufferer) tooSlow() func() {
	s.server.Registry.Store.Patience = impatient
	s.gate.set(func(g *gate) { g.delay = impatient })
	return s.mended
}

func (s *sufferer) mended() {
	s.server.Registry.Store.Patience = 0
	s.gate.set(func(g *gate) { g.shut, g.gone, g.delay = false, false, 0 })
}

// A database that begins to hang in the middle of a request, after any of its packets, is
// one that does not answer, and what was asked is done once when it answers again.
func TestHangsInTheMiddle(t *testing.T) {
	server := storetest.Start()
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	dsn, g := behindGate(t, server.Database(t))
	s := newSufferer(t, dsn)
	s.gate, s.dsn = g, dsn
	for _, d := range s.doors {
		packets := s.inTheMiddle(d)
		if t.Logf("%s: hung after each of %d packets", d.name, packets); packets == 0 {
			t.Errorf("%s asks the database nothing", d.name)
		}
	}
	s.recovers(fault{}, map[string]bool{"sign in": true})
}

// inTheMiddle asks at a door while the database hangs after one packet of it, after two,
// and so on, until it is not reached any more, and returns how many packets there are.
func (s *sufferer) inTheMiddle(d door) (packets int) {
	s.t.Helper()
	for busy := 0; packets < 200; packets++ {
		s.server.Registry.Store.Patience = impatient / 3
		s.gate.set(func(g *gate) { g.left = packets + 1 })
		a := d.ask(s.counter)
		s.gate.set(func(g *gate) { g.left = 0 })
		s.mended()
		switch {
		case a.code == d.want, d.name == "sign in" && a.text("code") == "challenge_not_valid":
			return packets // the challenge of who was not answered is used: he asks for another
		case a.text("code") == "in_progress" && busy < 3:
			s.ahead.Add(int64(2 * time.Minute)) // the lease that could not be given back ends
			packets--
			busy++
			continue
		case a.code != http.StatusServiceUnavailable || a.text("code") != "register_unavailable":
			s.t.Errorf("%s after %d packets: %d %v", d.name, packets, a.code, a.body)
			return packets
		}
		busy = 0
	}
	return packets
}

// gate is the way to a database, on which things go wrong.
type gate struct {
	mu         sync.Mutex
	changed    *sync.Cond
	shut, gone bool
	left       int // packets from the client until it shuts; 0: it does not
	delay      time.Duration
	conns      map[net.Conn]bool
}

func (g *gate) set(change func(*gate)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(g)
	for c := range g.conns {
		if g.gone {
			_ = c.Close()
		}
	}
	g.changed.Broadcast()
}

// passes waits until a packet may pass.
func (g *gate) passes(asks bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if asks && g.left > 0 {
		g.left--
		g.shut = g.shut || g.left == 0
	}
	if delay := g.delay; delay > 0 {
		g.mu.Unlock()
		time.Sleep(delay)
		g.mu.Lock()
	}
	for g.shut {
		g.changed.Wait()
	}
}

// keep remembers both ends of a connection until they are closed; it refuses while the
// database is gone.
func (g *gate) keep(conns ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range conns {
		g.conns[c] = true
	}
	return !g.gone
}

func (g *gate) close(conns ...net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(g.conns, c)
	}
}

// forward passes on what one side says; asks: the client.
func (g *gate) forward(to, from net.Conn, asks bool) {
	defer g.close(to, from)
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		g.passes(asks)
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
	if err != nil {
		t.Fatal(err)
	}
	const name = ".s.PGSQL.5432"
	target := filepath.Join(u.Query().Get("host"), name)
	folder, err := os.MkdirTemp("", "gate")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{conns: map[net.Conn]bool{}}
	g.changed = sync.NewCond(&g.mu)
	t.Cleanup(func() {
		g.set(func(g *gate) { g.shut, g.gone = false, true })
		_ = l.Close()
		_ = os.RemoveAll(folder)
	})
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
			if !g.keep(in, out) {
				g.close(in, out)
				continue
			}
			go g.forward(out, in, true)
			go g.forward(in, out, false)
		}
	}()
	u.RawQuery = url.Values{"host": {folder}}.Encode()
	return u.String(), g
}
