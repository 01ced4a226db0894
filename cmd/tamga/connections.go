package main

import (
	"container/list"
	"errors"
	"net"
	"net/http"
	"sync"
)

// What connections may cost. A head of 100 fields is more than browsers and
// proxies send; each field costs many times its bytes.
const (
	mostConnections = 2048
	mostHeadBytes   = 16 << 10
	mostHeadLines   = 128
)

// connections is a listener with a bound on how many connections are open. What
// is beyond it closes the one that has waited longest for a request, or for the
// rest of one's head: who only keeps connections open keeps nobody out.
type connections struct {
	net.Listener
	most int

	mu      sync.Mutex
	open    int
	waiting list.List // of *connection
}

// connection is one of them.
type connection struct {
	net.Conn
	head head

	place  *list.Element // among those that wait; nil for others
	closed bool          // by us, and no longer counted
}

// Accept waits for a connection.
func (l *connections) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &connection{Conn: c}, nil
}

// follow is the ConnState of the server.
func (l *connections) follow(conn net.Conn, state http.ConnState) {
	c, ok := conn.(*connection)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.closed {
		return
	}
	switch state {
	case http.StateNew:
		l.open++
		c.place = l.waiting.PushBack(c)
	case http.StateIdle:
		c.head = head{}
		c.place = l.waiting.PushBack(c)
	case http.StateActive:
		l.leave(c)
	case http.StateClosed, http.StateHijacked:
		l.leave(c)
		c.closed = true
		l.open--
	}
	for l.open > l.most && l.waiting.Len() > 0 {
		longest, _ := l.waiting.Front().Value.(*connection)
		l.leave(longest)
		longest.closed = true
		l.open--
		_ = longest.Close()
	}
}

// leave takes a connection out of those that wait.
func (l *connections) leave(c *connection) {
	if c.place != nil {
		l.waiting.Remove(c.place)
		c.place = nil
	}
}

var errLongHead = errors.New("the head of the request has too many lines")

// Read reads, and refuses heads of too many lines.
func (c *connection) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.head.count(b[:n]); c.head.lines > mostHeadLines {
		return 0, errLongHead
	}
	return n, err
}

// CloseWrite ends what is sent: net/http lets a client hear why, before it
// closes a connection on which more is coming.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// head counts the lines of the head of a request, up to the blank line that
// ends it. What comes in one piece with the end of the request before it is not
// counted.
type head struct {
	lines int
	bytes int  // of the line that comes in
	cr    bool // it is a carriage return alone so far
	ended bool
}

func (h *head) count(b []byte) {
	for _, c := range b {
		switch {
		case h.ended:
			return
		case c != '\n':
			h.cr = c == '\r' && h.bytes == 0
			h.bytes++
		case h.bytes == 0 || h.cr:
			h.ended = true
		default:
			h.lines++
			h.bytes = 0
		}
	}
}
