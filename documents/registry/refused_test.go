package registry

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tamga/documents"
)

// Whichever write the database refuses, the act fails as a whole, says so, and
// can be asked for again.
func TestRefusedWrites(t *testing.T) {
	type result struct {
		again bool
		err   error
	}
	request := IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)}
	acts := map[string]struct {
		before func(t *testing.T, r *Registry)
		act    func(t *testing.T, r *Registry) result
		writes []string
	}{
		"issue": {
			before: func(*testing.T, *Registry) {},
			act: func(t *testing.T, r *Registry) result {
				_, again, err := r.Issue(t.Context(), request)
				return result{again, err}
			},
			writes: []string{
				"INSERT ON documents", "UPDATE ON documents", "INSERT ON events", "INSERT ON requests", "INSERT ON counters",
				"INSERT ON files", "INSERT ON addresses", "UPDATE OF size ON log_head", "UPDATE OF hash ON log_head",
				"INSERT ON log_hashes", "INSERT ON log_entries", "INSERT ON log_salts",
			},
		},
		"record": {
			before: func(t *testing.T, r *Registry) { issue(t, r, "a", licenceDraft(1)) },
			act: func(t *testing.T, r *Registry) result {
				_, again, err := r.Record(t.Context(), EventRequest{Client: "portal", IdempotencyKey: "b", Number: "26000001", Last: 2, Event: suspension()})
				return result{again, err}
			},
			writes: []string{
				"UPDATE ON documents", "INSERT ON events", "INSERT ON requests", "UPDATE OF size ON log_head", "UPDATE OF hash ON log_head",
				"INSERT ON log_hashes", "INSERT ON log_entries", "INSERT ON log_salts",
			},
		},
		"erase": {
			before: func(t *testing.T, r *Registry) {
				issue(t, r, "a", licenceDraft(1))
				record(t, r, "26000001", 2, order(documents.EventTerminated))
			},
			act: func(t *testing.T, r *Registry) result {
				_, again, err := r.Erase(t.Context(), erasure("26000001", 3))
				return result{again, err}
			},
			writes: []string{
				"UPDATE ON documents", "INSERT ON events", "UPDATE ON events", "INSERT ON requests", "UPDATE ON requests", "DELETE ON files",
				"DELETE ON log_salts", "UPDATE OF hash ON log_head",
			},
		},
	}
	for name, c := range acts {
		for _, write := range c.writes {
			t.Run(name+" "+write, func(t *testing.T) {
				t.Parallel()
				r, clock := open(t, t.TempDir()+"/tamga.db")
				c.before(t, r)
				r.Address = Address{Base: "https://licences.example.kz"}
				change(t, r, fmt.Sprintf(`CREATE TRIGGER refused BEFORE %s BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`, write))
				got := c.act(t, r)
				if got.err == nil || got.again || !strings.Contains(got.err.Error(), "the disk is full") {
					t.Errorf("refused: %v, %v", got.again, got.err)
				}
				change(t, r, `DROP TRIGGER refused`)
				must(t, r.VerifyLog(t.Context()))
				clock.advance(time.Hour) // the lease of what was begun is over
				if got = c.act(t, r); got.err != nil || got.again {
					t.Errorf("asked for again: %v, %v", got.again, got.err)
				}
				must(t, r.VerifyLog(t.Context()))
			})
		}
	}
}
