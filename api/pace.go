package api

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
)

// How long a body may take. Slow lines are served; who only pretends to send is
// not waited for, and less so while many do.
const (
	pieceSize    = 1 << 20
	pieceTime    = 30 * time.Second // for each piece
	hurriedTime  = 3 * time.Second  // the same, while more than manyBodies come in
	wholeTime    = 10 * time.Minute
	manyBodies   = 512
	mostRequests = 1024 // open at a time
)

// pace bounds how many requests are open, and how long each sends its body.
// What batches send is waited for line by line instead.
func (v *service) pace(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		defer v.open.Add(-1)
		if v.open.Add(1) > mostRequests {
			return errBusy
		}
		if r := c.Request(); hasBody(r) && !isBatch(c.Path()) {
			now := time.Now()
			body := &pacedBody{
				ReadCloser: r.Body, control: http.NewResponseController(c.Response()), open: &v.open,
				end: now.Add(wholeTime), piece: now,
			}
			r.Body = body
			c.Set(pacedKey, body)
		}
		return next(c)
	}
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
		body.end = time.Now().Add(lingerTime)
		_, _ = io.CopyN(io.Discard, body, lingerSize)
	}
}

// pacedBody moves the deadline of the connection while the body comes.
type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	open    *atomic.Int64
	end     time.Time
	piece   time.Time // when the piece began that comes now
	read    int       // of it
	ended   bool
}

func (b *pacedBody) Read(p []byte) (int, error) {
	patience := pieceTime
	if b.open.Load() > manyBodies {
		patience = hurriedTime
	}
	deadline := b.piece.Add(patience)
	if deadline.After(b.end) {
		deadline = b.end
	}
	// Where connections have no deadlines, as in some tests, there are none.
	_ = b.control.SetReadDeadline(deadline)
	_ = b.control.SetWriteDeadline(deadline.Add(answerTime))
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
