package serials_test

import (
	"crypto/sha256"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/certs/revocation/serials"
)

// TestSwapUnderLookUps replaces an index over and over while others ask it. It
// is for the race detector, and for memory that goes away too early.
func TestSwapUnderLookUps(t *testing.T) {
	l := writeList(t, 20_000)
	var current atomic.Pointer[serials.Index]
	current.Store(load(t, l))
	var stop atomic.Bool
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := 0; !stop.Load(); i = (i + 1) % len(l.listed) {
				if e, ok, err := current.Load().Find(l.listed[i]); !ok || err != nil || e.RevokedAt.IsZero() {
					t.Errorf("listed serial: %v, %v", ok, err)
					return
				}
				if _, ok, err := current.Load().Find(l.foreign[i]); ok || err != nil {
					t.Errorf("other serial: %v, %v", ok, err)
					return
				}
			}
		})
	}
	for range 8 {
		current.Swap(load(t, l))
		runtime.GC()
	}
	stop.Store(true)
	group.Wait()
}

func TestClose(t *testing.T) {
	x, err := serials.Build(newIssuer(t, ca.ECDSA).listOf(t, entryOf([]byte{1}, began)), serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x.Close()
	x.Close()
	if _, _, err := x.Find([]byte{1}); err != serials.ErrClosed {
		t.Errorf("found with %v", err)
	}
	if err := x.Save("nowhere"); err != serials.ErrClosed {
		t.Errorf("saved with %v", err)
	}
	if x.Len() != 0 || x.Resident() != 0 || x.Critical() != nil {
		t.Error("a closed index still has something")
	}
}

// benchSwap watches single look-ups on one core while the other is idle, or
// loads the list again and again and puts it in place.
func benchSwap(b *testing.B, l *bigList) {
	if runtime.GOMAXPROCS(0) < 2 {
		b.Skip("needs two cores")
	}
	var current atomic.Pointer[serials.Index]
	current.Store(load(b, l))
	swaps := 0
	watch := func(busy func()) []time.Duration {
		var stop atomic.Bool
		go func() {
			busy()
			stop.Store(true)
		}()
		var waits []time.Duration
		before := time.Now()
		for i := 0; !stop.Load(); i = (i + 1) % len(l.foreign) {
			if _, ok, err := current.Load().Find(l.foreign[i]); ok || err != nil {
				b.Fatal(ok, err)
			}
			now := time.Now()
			if len(waits) < cap(waits) || len(waits) < 1<<24 {
				waits = append(waits, now.Sub(before))
			}
			before = time.Now()
		}
		slices.Sort(waits)
		return waits
	}
	var took time.Duration
	swap := func() {
		start := time.Now()
		for range 3 {
			current.Swap(load(b, l))
			runtime.GC()
			swaps++
		}
		took = time.Since(start)
	}
	busy := watch(swap)
	// The same time with the other core as busy, but with nothing of ours.
	noise := watch(func() {
		h, block := sha256.New(), make([]byte, 1<<20)
		for start := time.Now(); time.Since(start) < took; {
			h.Write(block)
		}
	})
	quiet := watch(func() { time.Sleep(took) })
	b.ReportMetric(0, "ns/op")
	for _, w := range []struct {
		name  string
		waits []time.Duration
	}{{"swap", busy}, {"noise", noise}, {"quiet", quiet}} {
		n := len(w.waits)
		b.ReportMetric(float64(w.waits[n-1])/1e3, w.name+"-max-µs")
		b.ReportMetric(float64(w.waits[n-1-n/1000])/1e3, w.name+"-p99.9-µs")
	}
}

// benchDelta is the way of a delta of 10 000 entries: signature and index,
// which is asked before the base's.
func benchDelta(b *testing.B) {
	oneCore(b)
	const n = 10_000
	l := writeList(b, n)
	base := load(b, l)
	var delta *serials.Index
	times := inTurns([]func(){func() { delta = load(b, l) }}, 21)
	if delta.Len() != base.Len() {
		b.Fatal(delta.Len())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms(times[0]), "delta-ms")
}
