package api

import "sync"

// crowd counts the requests of a kind that are open, of all clients and of each.
// Each client may have some; and while many are open, only as few that the
// others find a place: with one bound for all, a single client could take every
// place and keep it.
type crowd struct {
	most      int // open at a time
	perClient int // of one client
	many      int // open, beyond which each client has less
	fewer     int // of one client then

	mu   sync.Mutex
	all  int
	each map[string]int
}

// What may be open at a time: requests, and batches, which are open long. Asking
// whether the service is well is not counted.
func newRequests() *crowd { return &crowd{most: 1024, perClient: 256, many: 512, fewer: 32} }
func newBatches() *crowd  { return &crowd{most: 64, perClient: 16, many: 32, fewer: 4} }

// enter counts a request, or returns false when there is no place for it. One
// that came in is to leave.
func (c *crowd) enter(client string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	share := c.perClient
	if c.all >= c.many {
		share = c.fewer
	}
	if c.all >= c.most || c.each[client] >= share {
		return false
	}
	if c.each == nil {
		c.each = map[string]int{}
	}
	c.all++
	c.each[client]++
	return true
}

func (c *crowd) leave(client string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.each[client]--; c.each[client] == 0 {
		delete(c.each, client)
	}
}

// crowded reports whether many are open.
func (c *crowd) crowded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all > c.many
}
