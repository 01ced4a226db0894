package serials_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

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
	x, err := build(newIssuer(t, ca.ECDSA).listOf(t, entryOf([]byte{1}, began)), serials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x.Close()
	x.Close()
	if _, _, err := x.Find([]byte{1}); err != serials.ErrClosed {
		t.Errorf("found with %v", err)
	}
	if err := x.Save("nowhere", testKey); err != serials.ErrClosed {
		t.Errorf("saved with %v", err)
	}
	if x.Len() != 0 || x.Resident() != 0 || x.Critical() != nil {
		t.Error("a closed index still has something")
	}
}
