package api

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/semaphore"

	"tamga/signing"
)

// What requests may cost together, unless the [Server] says otherwise.
const (
	DefaultMemory      = 256 << 20 // bytes of the heap, for requests at work
	DefaultSpoolSpace  = 2 << 30   // bytes on disk, for uploads
	DefaultRequestTime = time.Minute
)

const (
	admissionWait = 20 * time.Second // for a share of the memory
	answerTime    = time.Minute      // for sending an answer, after the work
	spoolMemory   = 64 << 10         // of a body; what is longer shares memory, or goes to disk
	spoolShare    = 16               // which part of the memory longer bodies share
	leaveOnDisk   = 512 << 20        // for the database
	megabyte      = 1 << 20
)

// budget is the memory that all requests at work share: first for what is made
// of their bodies, then for judging. Who waits for the second holds the first,
// and never the other way round.
type budget struct {
	bodies, judging lanes
}

func newBudget(memory int64) *budget {
	return &budget{bodies: newLanes(memory / 4), judging: newLanes(memory * 3 / 4)}
}

// lanes are memory in three parts, so that large requests cannot keep small
// ones out, nor strangers those who have a key. A request counts for what it
// may need at most, as far as that can be told beforehand, and waits until that
// is free.
type lanes struct {
	small, large, clients lane
}

// lane is a part of the memory, in bytes.
type lane struct {
	size int64
	free *semaphore.Weighted
}

func newLane(size int64) lane { return lane{size, semaphore.NewWeighted(size)} }

func newLanes(memory int64) lanes {
	return lanes{small: newLane(memory / 4), large: newLane(memory * 3 / 8), clients: newLane(memory * 3 / 8)}
}

// smallest is what part of the lane for small requests one may take at most.
const smallest = 8

// admit waits for a share. The share of a request that may need more than its
// whole lane is that lane: it works alone.
func (b *lanes) admit(ctx context.Context, cost int64, client bool) (release func(), err error) {
	from := b.large
	switch {
	case cost == 0:
		return func() {}, nil
	case cost <= b.small.size/smallest:
		from = b.small
	case client:
		from = b.clients
	}
	cost = min(cost, from.size)
	if !from.free.TryAcquire(cost) {
		waiting, cancel := context.WithTimeout(ctx, admissionWait)
		defer cancel()
		if err := from.free.Acquire(waiting, cost); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, errBusy
		}
	}
	return sync.OnceFunc(func() { from.free.Release(cost) }), nil
}

// shares are what a request holds until its answer is made. Sending it takes as
// long as the client likes, and must keep nobody waiting.
type shares struct {
	release []func()
	given   bool
	end     context.CancelFunc // of the request's time, which sending is part of
}

func (s *shares) giveBack() {
	for _, release := range s.release {
		release()
	}
}

const sharesKey = "shares"

// share takes back in the end what a request was given. A request whose body is
// not read is admitted here, others as soon as their body is there.
func (v *service) share(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		held := &shares{end: func() {}}
		c.Set(sharesKey, held)
		c.Response().Before(held.giveBack)
		defer func() {
			held.giveBack()
			held.end()
		}()
		if !readsBody(c.Request()) {
			if err := v.admitted(c, 0, judgedCost(c.Path())); err != nil {
				return err
			}
		}
		return next(c)
	}
}

// readsBody reports whether a body comes that is read.
func readsBody(r *http.Request) bool {
	return hasBody(r) && r.Method != http.MethodGet && r.Method != http.MethodHead
}

// hasBody reports whether a body comes, announced or in pieces.
func hasBody(r *http.Request) bool { return r.ContentLength != 0 }

// admitted waits until a request may be worked on whose body is here, and gives
// it its time from then on. The error is errBusy when it waited too long.
func (v *service) admitted(c echo.Context, body, judged int64) error {
	held, ok := c.Get(sharesKey).(*shares)
	if !ok || held.given {
		return nil // a second share while the first is held could wait for itself
	}
	held.given = true
	ctx, cancel := context.WithTimeout(contextOf(c), v.RequestTime)
	held.end = cancel
	c.SetRequest(c.Request().WithContext(ctx))
	_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Now().Add(v.RequestTime + answerTime))
	for _, share := range []struct {
		from *lanes
		cost int64
	}{{&v.budget.bodies, body}, {&v.budget.judging, judged}} {
		release, err := share.from.admit(ctx, share.cost, hasKey(c))
		if err != nil {
			return err
		}
		held.release = append(held.release, release)
	}
	return nil
}

func hasKey(c echo.Context) bool {
	_, client := c.Get(clientKey).(string)
	return client
}

// judging waits until files may be judged; release says that they were.
func (v *service) judging(c echo.Context, files ...[]byte) (release func(), err error) {
	var cost int64
	for _, file := range files {
		if len(file) > 0 {
			cost += signing.Weight(file)
		}
	}
	return v.budget.judging.admit(contextOf(c), cost, hasKey(c))
}

// bodyCost is what reading a body of JSON takes: the values in it, decoded.
func bodyCost(size int64) int64 {
	if size <= spoolMemory {
		return 0
	}
	return 2 * size
}

// judgedCost is what a request takes besides the files that it brings.
func judgedCost(route string) int64 {
	switch {
	case route == "/v1/photographs":
		return 128 * megabyte // its pixels
	case route == "/v1/documents", strings.HasSuffix(route, "/events"):
		return 32 * megabyte // the document made
	}
	return 0
}
