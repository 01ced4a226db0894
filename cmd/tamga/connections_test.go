package main

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// serveConnections serves with a bound, and returns the address.
func serveConnections(t *testing.T, most int, h http.Handler) (*connections, string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open := &connections{Listener: l, most: most}
	server := newServer(open, h, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { _ = server.Close() })
	go server.Serve(open)
	return open, l.Addr().String()
}

// caller is a connection of a client.
type caller struct {
	net.Conn
	answers *bufio.Reader
}

func call(t *testing.T, address string) *caller {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return &caller{conn, bufio.NewReader(conn)}
}

// ask sends text and returns the status of the answer, 0 for none.
func (c *caller) ask(text string) int {
	if _, err := io.WriteString(c, text); err != nil {
		return 0
	}
	return c.answer()
}

func (c *caller) answer() int {
	res, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return 0
	}
	return res.StatusCode
}

const question = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

// Beyond the bound those connections are closed that wait longest for a request,
// whether they asked before or began a head and did not end it. Who is being
// answered, and who comes, is not touched.
func TestConnections(t *testing.T) {
	work, asked := make(chan struct{}), make(chan struct{})
	open, address := serveConnections(t, 4, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			close(asked)
			<-work
		}
	}))
	long, idle, slow := call(t, address), call(t, address), call(t, address)
	if _, err := io.WriteString(long, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-asked
	if status := idle.ask(question); status != http.StatusOK {
		t.Fatalf("the first question: %d", status)
	}
	open.settle(t, func() bool { return open.open-open.waiting.Len() == 1 })
	if _, err := io.WriteString(slow, "GET / HTTP/1.1\r\nHost:"); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		c := call(t, address)
		if status := c.ask(question); status != http.StatusOK {
			t.Errorf("caller %d: %d", i, status)
		}
		open.settle(t, func() bool { return open.open-open.waiting.Len() == 1 })
	}
	for name, c := range map[string]*caller{"that asked before": idle, "that began a head": slow} {
		if status := c.answer(); status != 0 {
			t.Errorf("the connection %s: %d", name, status)
		}
	}
	close(work)
	if status := long.answer(); status != http.StatusOK {
		t.Errorf("the long answer: %d", status)
	}
	open.mu.Lock()
	defer open.mu.Unlock()
	if open.open > open.most || open.waiting.Len() > open.most {
		t.Errorf("%d are open, %d wait", open.open, open.waiting.Len())
	}
}

// settle waits until the server has counted what its clients know already.
func (l *connections) settle(t *testing.T, settled func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		l.mu.Lock()
		done := settled()
		l.mu.Unlock()
		if done {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the connections do not settle")
		}
	}
}

// As long as there is room nobody is closed, and who goes leaves a place.
func TestConnectionsLeave(t *testing.T) {
	open, address := serveConnections(t, 2, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	stays := call(t, address)
	for i := range 10 {
		if status := stays.ask(question); status != http.StatusOK {
			t.Fatalf("question %d of the one that stays: %d", i, status)
		}
		c := call(t, address)
		if status := c.ask(strings.Replace(question, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)); status != http.StatusOK {
			t.Fatalf("question %d of one that goes: %d", i, status)
		}
		if _, err := c.answers.ReadByte(); err != io.EOF {
			t.Fatalf("the connection is open: %v", err)
		}
		open.settle(t, func() bool { return open.open == 1 })
	}
}

// The lines of a head are counted, of each request anew and up to its end: one
// below, one above, and whatever a body has.
func TestHeadLines(t *testing.T) {
	_, address := serveConnections(t, 8, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	body := strings.Repeat("\n", 5000)
	head := func(lines int, end, body string) string {
		b := strings.Builder{}
		fmt.Fprintf(&b, "POST / HTTP/1.1%sHost: x%sContent-Length: %d%s", end, end, len(body), end)
		for range lines - 3 {
			b.WriteString("a:" + end)
		}
		return b.String() + end + body
	}
	for _, end := range []string{"\r\n", "\n"} {
		c := call(t, address)
		for i := range 5 {
			if status := c.ask(head(mostHeadLines, end, body)); status != http.StatusOK {
				t.Fatalf("request %d with as many lines as there may be: %d", i, status)
			}
		}
		if status := c.ask(head(mostHeadLines+1, end, "")); status != 0 {
			t.Errorf("one line more, later: %d", status)
		}
		if status := call(t, address).ask(head(mostHeadLines+1, end, "")); status != http.StatusBadRequest {
			t.Errorf("one line more: %d", status)
		}
	}
	for bytes, want := range map[int]int{mostHeadBytes - 100: http.StatusOK, mostHeadBytes + 5000: http.StatusRequestHeaderFieldsTooLarge} {
		text := strings.Replace(question, "Host: x", "Host: x\r\nCookie: "+strings.Repeat("a", bytes), 1)
		if status := call(t, address).ask(text); status != want {
			t.Errorf("a head of %d bytes: %d, want %d", bytes, status, want)
		}
	}
	// What does not end is cut off, also where lines are folded.
	for _, endless := range []string{"a:\n", "a:\r\n", " \n", "\r\r\n"} {
		if status := call(t, address).ask("GET / HTTP/1.1\r\n" + strings.Repeat(endless, mostHeadLines)); status != http.StatusBadRequest {
			t.Errorf("%q without end: %d", endless, status)
		}
	}
}
