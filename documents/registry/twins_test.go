package registry

import (
	"strings"
	"testing"

	"tamga/oracletest"
)

// The same life on SQLite and on PostgreSQL gives the same answers, to the last
// byte of every file, proof and reason.
func TestOracleRegisters(t *testing.T) {
	file, server := live(t, t.TempDir()+"/register.sqlite"), live(t, cluster.Database(t))
	refused := map[string]int{}
	taken := 0
	for c := range oracletest.Cases(t, oracletest.Registers) {
		file.begin()
		server.begin()
		if !sameLife(t, c, file, server, refused) {
			continue
		}
		taken++
		for _, r := range []*living{file, server} {
			if err := r.VerifyLog(t.Context()); err != nil {
				t.Errorf("%s: %v", c, err)
			}
		}
		a, b := file.answers(), server.answers()
		for i := range a {
			if i >= len(b) || a[i] != b[i] {
				t.Errorf("%s: SQLite says\n%.2000s\nPostgreSQL\n%.2000s", c, a[i], strings.Join(b[i:min(i+1, len(b))], ""))
				break
			}
		}
	}
	t.Logf("%d lives, refused: %v", taken, refused)
}

// sameLife takes the steps of a life on both, and reports whether they were
// answered alike.
func sameLife(t *testing.T, c oracletest.Case, a, b *living, refused map[string]int) bool {
	t.Helper()
	for i, s := range steps(c.Rand, 5+c.IntN(25)) {
		of, other := a.take(s), b.take(s)
		if of != other {
			t.Errorf("%s: step %d, %s: SQLite says\n%.2000s\nPostgreSQL\n%.2000s", c, i, s.act, of, other)
			return false
		}
		if reason, ok := strings.CutPrefix(of, "error: "); ok {
			refused[s.act]++
			for _, ours := range []string{"SQL", "constraint", "syntax"} {
				if strings.Contains(reason, ours) {
					t.Errorf("%s: step %d, %s: %s", c, i, s.act, reason)
				}
			}
		}
	}
	return true
}
