package api

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/semaphore"
)

// What requests may cost together, unless the [Server] says otherwise.
const (
	DefaultMemory      = 256 << 20 // bytes of the heap, for requests at work
	DefaultSpoolSpace  = 2 << 30   // bytes on disk, for uploads
	DefaultRequestTime = time.Minute
)

const (
	admissionWait = 10 * time.Second // for a share of the memory
	answerTime    = time.Minute      // for sending an answer, after the work
	spoolMemory   = 64 << 10         // of a body; what is longer goes to disk
	leaveOnDisk   = 512 << 20        // for the database
	megabyte      = 1 << 20
)

// budget is the memory that all requests at work share, in three parts, so that
// large requests cannot keep small ones out, nor strangers those who have a
// key. A request counts for what it may need at most, estimated by its route
// and size before anything is made of it, and waits until that is free.
type budget struct {
	small, large, clients part
}

// part is a part of the budget, in bytes.
type part struct {
	size int64
	free *semaphore.Weighted
}

func newPart(size int64) part { return part{size, semaphore.NewWeighted(size)} }

func newBudget(memory int64) *budget {
	return &budget{small: newPart(memory / 4), large: newPart(memory * 3 / 8), clients: newPart(memory * 3 / 8)}
}

// smallest is what part of the part for small requests one may take at most.
const smallest = 8

// admit waits for a share. The share of a request that may need more than its
// whole part is that part: it works alone.
func (b *budget) admit(ctx context.Context, cost int64, client bool) (release func(), err error) {
	from := b.large
	switch {
	case cost <= b.small.size/smallest:
		from = b.small
	case client:
		from = b.clients
	}
	cost = min(cost, from.size)
	waiting, cancel := context.WithTimeout(ctx, admissionWait)
	defer cancel()
	if err := from.free.Acquire(waiting, cost); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, errBusy
	}
	return sync.OnceFunc(func() { from.free.Release(cost) }), nil
}

// shares are what a request holds until it was answered.
type shares struct {
	release []func()
	given   bool
}

const sharesKey = "shares"

// share takes back in the end what a request was given. A request without a
// body is admitted here, others as soon as their body is there.
func (v *service) share(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		held := &shares{}
		c.Set(sharesKey, held)
		defer func() {
			for _, release := range held.release {
				release()
			}
		}()
		if !hasBody(c.Request()) {
			if err := v.admitted(c, 0); err != nil {
				return err
			}
		}
		return next(c)
	}
}

// hasBody reports whether a body comes, announced or in pieces.
func hasBody(r *http.Request) bool { return r.ContentLength != 0 }

// admitted waits until a request may be worked on whose body is here, and gives
// it its time from then on. The error is errBusy when it waited too long.
func (v *service) admitted(c echo.Context, size int64) error {
	held, ok := c.Get(sharesKey).(*shares)
	if !ok || held.given {
		return nil // a second share while the first is held could wait for itself
	}
	held.given = true
	ctx, cancel := context.WithTimeout(contextOf(c), v.RequestTime)
	held.release = append(held.release, cancel)
	c.SetRequest(c.Request().WithContext(ctx))
	_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Now().Add(v.RequestTime + answerTime))
	release, err := v.admit(c, size)
	held.release = append(held.release, release)
	return err
}

// admit waits for the share of a request, or of a line of one.
func (v *service) admit(c echo.Context, size int64) (release func(), err error) {
	cost := costOf(c.Path(), size)
	if cost == 0 {
		return func() {}, nil
	}
	_, client := c.Get(clientKey).(string)
	if release, err = v.budget.admit(contextOf(c), cost, client); err != nil {
		return func() {}, err
	}
	return release, nil
}

// costOf estimates what memory a request takes at most, by its route and the
// length of its body.
func costOf(route string, size int64) int64 {
	switch {
	case route == "/v1/photographs":
		return 128 * megabyte // its pixels
	case route == "/v1/documents", strings.HasSuffix(route, "/events") && size > 0:
		return 32*megabyte + perByte*size
	case strings.HasPrefix(route, "/v1/check"), strings.HasPrefix(route, "/check"):
		return 4*megabyte + perByte*size
	case size > 0:
		return megabyte + perByte*size
	}
	return 0
}

// perByte is what a byte of a body may need of the heap while it is judged.
const perByte = 8
