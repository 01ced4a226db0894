package registry

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"tamga/documents/store/storetest"
)

// BenchmarkLookUp prints how many documents a second several callers look up in
// process, with the events that their status is computed from, and how many to each
// second of our own processor time, which others on the machine do not take: with an
// SQLite file there is no other.
func BenchmarkLookUp(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkLookUp(b, filepath.Join(b.TempDir(), "register.sqlite")) })
	b.Run("postgres", func(b *testing.B) { benchmarkLookUp(b, cluster.Database(b)) })
}

func benchmarkLookUp(b *testing.B, dsn string) {
	r, _ := open(b, dsn)
	number := issue(b, r, "one", licenceDraft(1)).Number
	const clients = 8
	before := processorTime(b)
	rate, each := storetest.Together(b, clients, 2*time.Second, func(ctx context.Context) error {
		return third(r.DocumentAndLife(ctx, number))
	})
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(rate, "look-ups/s")
	b.ReportMetric(float64(len(each))/(processorTime(b)-before).Seconds(), "look-ups/core-s")
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
