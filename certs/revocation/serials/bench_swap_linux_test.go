package serials_test

import (
	"crypto/sha256"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"tamga/certs/revocation/serials"
)

// waits counts how long single look-ups took, in steps of 16 ns up to 1 ms.
type waits struct {
	steps [1 << 16]int
	n     int
	max   time.Duration
}

func (w *waits) add(d time.Duration) {
	w.steps[min(int(d)/16, len(w.steps)-1)]++
	w.n++
	w.max = max(w.max, d)
}

// slow is the time that one look-up of a thousand exceeds.
func (w *waits) slow() time.Duration {
	left := w.n / 1000
	for i := len(w.steps) - 1; i >= 0; i-- {
		if left -= w.steps[i]; left < 0 {
			return time.Duration(i) * 16
		}
	}
	return 0
}

// benchSwap watches single look-ups on one core while the other loads the list
// again and again and puts it in place; while it is as busy with something that
// has nothing to do with them, with the processor alone or with as much memory,
// reading a file and hashing it; and while it is idle.
func benchSwap(b *testing.B, l *bigList) {
	if runtime.GOMAXPROCS(0) < 2 {
		b.Skip("needs two cores")
	}
	var current atomic.Pointer[serials.Index]
	current.Store(load(b, l))
	watch := func(w *waits, busy func()) {
		var stop atomic.Bool
		go func() {
			busy()
			stop.Store(true)
		}()
		for i := 0; !stop.Load(); i = (i + 1) % len(l.foreign) {
			before := time.Now()
			_, ok, err := current.Load().Find(l.foreign[i])
			w.add(time.Since(before))
			if ok || err != nil {
				b.Fatal(ok, err)
			}
		}
	}
	var swap, noise, reading, quiet waits
	for range 9 { // in turns, so that a change of the machine's mood meets all
		start := time.Now()
		watch(&swap, func() {
			current.Swap(load(b, l))
			runtime.GC()
		})
		took := time.Since(start)
		watch(&noise, func() {
			h, block := sha256.New(), make([]byte, 1<<20)
			for start := time.Now(); time.Since(start) < took; {
				h.Write(block)
			}
		})
		watch(&reading, func() {
			for start := time.Now(); time.Since(start) < took; {
				floor(b, l.path)
			}
		})
		watch(&quiet, func() { time.Sleep(took) })
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(swap.slow())/float64(noise.slow()), "swap/noise-p99.9")
	b.ReportMetric(float64(swap.slow())/float64(reading.slow()), "swap/reading-p99.9")
	b.ReportMetric(float64(swap.max)/float64(noise.max), "swap/noise-max")
	b.ReportMetric(float64(swap.max)/1e6, "swap-max-ms")
	b.ReportMetric(float64(noise.max)/1e6, "noise-max-ms")
	b.ReportMetric(float64(reading.max)/1e6, "reading-max-ms")
	b.ReportMetric(float64(quiet.max)/1e6, "quiet-max-ms")
}

// benchDelta is the way of a delta of 10 000 entries: signature and index,
// which is asked before the base's.
func benchDelta(b *testing.B) {
	oneCore(b)
	l := writeList(b, 10_000)
	times := inTurns([]func(){func() { load(b, l) }}, 21)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms(times[0]), "delta-ms")
}
