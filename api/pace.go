package api

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// How long a body may take. Slow lines are served; who only pretends to send is
// not waited for, and less so while many do.
const (
	pieceSize   = 1 << 20
	pieceTime   = 30 * time.Second // for each piece
	hurriedTime = 3 * time.Second  // the same, while many requests are open
	wholeTime   = 10 * time.Minute
)

// pace bounds how many requests are open, and how long each sends its body.
// What batches send is waited for line by line instead.
func (v *service) pace(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if open := v.crowdOf(c.Path()); open != nil {
			client := clientName(c.RealIP())
			if !open.enter(client) {
				return errBusy
			}
			defer open.leave(client)
		}
		if r := c.Request(); hasBody(r) && !isBatch(c.Path()) {
			now := time.Now()
			body := &pacedBody{
				ReadCloser: r.Body, control: http.NewResponseController(c.Response()), crowded: v.requests.crowded,
				end: now.Add(wholeTime + v.leisure), piece: now, leisure: v.leisure,
			}
			r.Body = body
			c.Set(pacedKey, body)
		}
		return next(c)
	}
}

// crowdOf returns with which requests one of a route is counted; nil for none.
func (v *service) crowdOf(route string) *crowd {
	switch {
	case route == "/v1/verify/batch": // those of clients with a key are ordinary
		return v.batches
	case route == "/livez", strings.HasPrefix(route, "/readyz"):
		return nil
	}
	return v.requests
}

const (
	pacedKey   = "paced"
	lingerTime = 2 * time.Second
	lingerSize = 64 << 20
)

// linger sees to it that a client hears why its body is not read to the end: the
// answer goes out at once, and what the client is still sending is taken for a
// moment, since closing the connection on it would take the answer back. To be
// called before the answer is written, and what it returns, after.
func (v *service) linger(c echo.Context) (after func()) {
	body, ok := c.Get(pacedKey).(*pacedBody)
	if !ok || body.ended {
		return func() {}
	}
	if err := body.control.EnableFullDuplex(); err != nil {
		return func() {} // no connection, as in some tests
	}
	c.Response().Header().Set("Connection", "close")
	return func() {
		if err := body.control.Flush(); err != nil {
			return
		}
		body.end = time.Now().Add(lingerTime + body.leisure)
		_, _ = io.CopyN(io.Discard, body, lingerSize)
	}
}

// pacedBody moves the deadline of the connection while the body comes.
type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	crowded func() bool
	end     time.Time
	piece   time.Time // when the piece began that comes now
	read    int       // of it
	ended   bool
	leisure time.Duration // more than the usual patience

	deadline time.Time // that the connection has by now
}

func (b *pacedBody) Read(p []byte) (int, error) {
	patience := pieceTime
	if b.crowded() {
		patience = hurriedTime
	}
	deadline := b.piece.Add(patience + b.leisure)
	if deadline.After(b.end) {
		deadline = b.end
	}
	if !deadline.Equal(b.deadline) {
		// Where connections have no deadlines, as in some tests, there are none.
		b.deadline = deadline
		_ = b.control.SetReadDeadline(deadline)
		_ = b.control.SetWriteDeadline(deadline.Add(answerTime))
	}
	n, err := b.ReadCloser.Read(p)
	if b.read += n; b.read >= pieceSize {
		b.read, b.piece = 0, time.Now()
	}
	if errors.Is(err, io.EOF) {
		// net/http watches the connection from now on, and would take a
		// deadline that passes for a client that went away.
		_ = b.control.SetReadDeadline(time.Time{})
		b.ended = true
	}
	return n, err
}
