package registry

import (
	"fmt"
	"path/filepath"
	"testing"
)

// BenchmarkIssue is one document from the request to in force, by one caller.
func BenchmarkIssue(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkIssue(b, filepath.Join(b.TempDir(), "register.sqlite")) })
	b.Run("postgres", func(b *testing.B) { benchmarkIssue(b, cluster.Database(b)) })
}

func benchmarkIssue(b *testing.B, dsn string) {
	r, _ := open(b, dsn)
	n := 0
	for b.Loop() {
		n++
		issue(b, r, fmt.Sprint(n), licenceDraft(n))
	}
}
