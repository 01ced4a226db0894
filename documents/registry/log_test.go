package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents"
	"tamga/documents/store"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// second drops the value of a call that is made for its error.
func second[T any](_ T, err error) error { return err }

// canceled returns a context that has ended already.
func canceled(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestHistory(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		must(t, second(reserve(t, r, request())))
		c.advance(time.Hour)
		issue(t, r, "a", licenceDraft(1))
		for _, q := range []struct {
			after time.Duration
			want  documents.Status
		}{
			{-time.Microsecond, ""},
			{0, documents.StatusReserved},
			{time.Hour - time.Microsecond, documents.StatusReserved},
			{time.Hour, documents.StatusInForce},
			{1000 * time.Hour, documents.StatusInForce},
		} {
			got, err := r.StatusAt(t.Context(), "26000001", start.Add(q.after))
			if got != q.want || (q.want == "" && !errors.Is(err, ErrNotFound)) {
				t.Errorf("status after %v: %q, %v; want %q", q.after, got, err, q.want)
			}
		}
		events, err := r.Events(t.Context(), "26000001")
		must(t, err)
		if len(events) != 2 || !events[0].EffectiveAt.Equal(start) || !events[1].RecordedAt.Equal(start.Add(time.Hour)) {
			t.Errorf("events: %+v", events)
		}
	})
}

func TestUnknownNumbers(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		for _, number := range []string{"26000001", "", "' OR 1=1 --", strings.Repeat("9", 10000), "\x00", "\xff", "2600 0001"} {
			_, err1 := r.Document(t.Context(), number)
			_, err2 := r.PDF(t.Context(), number)
			_, err3 := r.StatusAt(t.Context(), number, start)
			_, err4 := r.Events(t.Context(), number)
			_, err5 := r.Prove(t.Context(), number)
			for i, err := range []error{err1, err2, err3, err4, err5} {
				if !errors.Is(err, ErrNotFound) {
					t.Errorf("%.20q, question %d: %v", number, i+1, err)
				}
			}
		}
		if list, err := r.List(t.Context(), "", 0); err != nil || len(list) != 0 {
			t.Errorf("an empty register lists %d, %v", len(list), err)
		}
		if _, err := r.List(t.Context(), "26000001", 0); !errors.Is(err, ErrNotFound) {
			t.Errorf("list after a number never taken: %v", err)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

func TestList(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		var want []string
		for i := range 5 {
			draft := licenceDraft(i)
			if i == 2 {
				draft = refusalDraft()
			}
			want = append(want, issue(t, r, fmt.Sprint(i), draft).Number)
			if i%2 == 0 { // the others share a moment
				c.advance(time.Second)
			}
		}
		var got []string
		for after := ""; ; {
			page, err := r.List(t.Context(), after, 2)
			must(t, err)
			if len(page) == 0 {
				break
			}
			for _, rec := range page {
				got = append(got, rec.Number)
				if rec.IssuedOn().IsZero() {
					t.Errorf("%s has no content", rec.Number)
				}
			}
			after = got[len(got)-1]
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("listed %v, want %v", got, want)
		}
	})
}

func TestProofsAndHeads(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		size, hash, err := r.Head(t.Context())
		must(t, err)
		if empty, _ := tlog.TreeHash(0, nil); size != 0 || hash != empty {
			t.Errorf("the empty log has size %d and hash %s", size, hash)
		}
		heads, sizes := []tlog.Hash{hash}, []int64{0}
		for i := range 9 {
			rec := issue(t, r, fmt.Sprint(i), licenceDraft(i))
			size, hash, err := r.Head(t.Context())
			must(t, err)
			// The reservation has a record, and the issuing.
			if size != 2*int64(i+1) {
				t.Fatalf("size %d after %d documents", size, i+1)
			}
			heads = append(heads, hash)
			sizes = append(sizes, size)
			proof, err := r.Prove(t.Context(), rec.Number)
			must(t, err)
			if proof.Root != hash || proof.Size != size {
				t.Errorf("the proof is for another head")
			}
			var leaf Leaf
			must(t, json.Unmarshal([]byte(proof.Record), &leaf))
			if leaf.Number != rec.Number || leaf.Event != "in_force" {
				t.Errorf("the leaf of %s is %s", rec.Number, proof.Record)
			}
			proof.Record = strings.Replace(proof.Record, "in_force", "void", 1)
			if proof.Check() == nil {
				t.Error("a changed record is proven")
			}
		}
		for n := range 9 {
			proof, err := r.Prove(t.Context(), fmt.Sprintf("26%06d", n+1))
			must(t, err)
			must(t, proof.Check())
		}
		for n, h := range heads {
			must(t, r.CheckHead(t.Context(), sizes[n], h))
			var wrong *TamperError
			if n > 0 && (!errors.As(r.CheckHead(t.Context(), sizes[n], heads[n-1]), &wrong) || wrong.Index != sizes[n]-1) {
				t.Errorf("a wrong head of size %d: %v", sizes[n], wrong)
			}
		}
		if !errors.Is(r.CheckHead(t.Context(), 19, hash), ErrTampered) {
			t.Error("a head from a longer log is accepted")
		}
		// The log of 6 records is made of two hashes, over 4 records and over 2.
		change(t, r, fmt.Sprintf(`DELETE FROM log_hashes WHERE idx = %d`, tlog.StoredHashIndex(1, 2)))
		var bad *TamperError
		if err := r.CheckHead(t.Context(), 6, heads[3]); !errors.As(err, &bad) || *bad != (TamperError{Index: 5, Reason: "a stored hash is missing"}) {
			t.Errorf("without a hash: %v", err)
		}
		must(t, r.CheckHead(t.Context(), 4, heads[2]))
	})
}

// tampering is done to a register of seven licences and one void reservation,
// 26000004, each with two records, and says what VerifyLog must name.
var tampering = []struct {
	name  string
	edits []string
	want  string
}{
	{"content", []string{`UPDATE documents SET content = replace(content, 'Қала 5', 'Қала 6') WHERE number = '26000005'`},
		"log record 9, document 26000005: the content of the document was changed"},
	{"content and its sum", []string{`UPDATE documents SET content = '{}', content_sha256 = '` + store.HexSum([]byte("{}")) + `' WHERE number = '26000002'`},
		"log record 3, document 26000002: the content of the document was changed"},
	{"status", []string{`UPDATE documents SET status = 'void', file_sha256 = '', evidence = '' WHERE number = '26000001'`},
		"log record 1, document 26000001: the status of the document was changed"},
	{"void made good", []string{`UPDATE documents SET status = 'in_force', file_sha256 = 'x', evidence = 'x' WHERE number = '26000004'`},
		"log record 7, document 26000004: the status of the document was changed"},
	{"kind", []string{`UPDATE documents SET kind = 'refusal' WHERE number = '26000001'`},
		"log record 0, document 26000001: the kind of the document was changed"},
	{"file", []string{`UPDATE files SET bytes = (SELECT bytes FROM files WHERE number = '26000002') WHERE number = '26000003'`},
		"log record 5, document 26000003: the file was changed"},
	{"file sum", []string{`UPDATE documents SET file_sha256 = 'x' WHERE number = '26000003'`},
		"log record 5, document 26000003: the file sha256 of the document was changed"},
	{"no file", []string{`DELETE FROM files WHERE number = '26000007'`},
		"log record 13, document 26000007: the file is missing"},
	{"file of a void number", []string{`INSERT INTO files (number, bytes) SELECT '26000004', bytes FROM files WHERE number = '26000001'`},
		"log record 7, document 26000004: there is a file, and should be none"},
	{"evidence", []string{`UPDATE documents SET evidence = '{}' WHERE number = '26000007'`},
		"log record 13, document 26000007: the evidence of the document was changed"},
	{"event time", []string{`UPDATE events SET effective_at = effective_at - 1 WHERE number = '26000006' AND seq = 2`},
		"log record 11, document 26000006: the time of the event was changed"},
	{"reservation time", []string{`UPDATE events SET effective_at = effective_at - 1 WHERE number = '26000006' AND seq = 1`},
		"log record 10, document 26000006: the time of the event was changed"},
	{"event kind", []string{`UPDATE events SET kind = 'void' WHERE number = '26000006' AND seq = 2`},
		"log record 11, document 26000006: the event is missing or was changed"},
	{"no event", []string{`DELETE FROM events WHERE number = '26000006' AND seq = 2`},
		"log record 11, document 26000006: the event is missing or was changed"},
	{"no first event", []string{`DELETE FROM events WHERE number = '26000006' AND seq = 1`},
		"log record 11, document 26000006: event 1 is missing"},
	{"event invented", []string{`INSERT INTO events (number, seq, kind, effective_at, recorded_at) VALUES ('26000006', 3, 'reserved', 0, 0)`},
		"document 26000006: the log has no record of event 3"},
	{"event doubled", []string{`UPDATE events SET log_idx = NULL, kind = 'reserved' WHERE number = '26000006' AND seq = 2`},
		"document 26000006: the log has no record of event 2"},
	{"record", []string{`UPDATE log_entries SET record = replace(record, 'T07', 'T08') WHERE idx = 4`},
		"log record 4, document 26000003: the stored hashes are not those of the record"},
	{"record spaced", []string{`UPDATE log_entries SET record = replace(record, ',', ', ') WHERE idx = 4`},
		"log record 4, document 26000003: the record cannot be read"},
	{"record unreadable", []string{`UPDATE log_entries SET record = '0' WHERE idx = 0`},
		"log record 0, document 26000001: the record cannot be read"},
	{"record emptied", []string{`UPDATE log_entries SET record = '' WHERE idx = 5`},
		"log record 5, document 26000003: the record stands behind later ones"},
	{"first record emptied", []string{`UPDATE log_entries SET record = '' WHERE idx = 0`},
		"log record 0, document 26000001: the record is missing"},
	{"hash", []string{`UPDATE log_hashes SET hash = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' WHERE idx = 2`},
		"log record 1, document 26000001: the stored hashes"},
	{"no hash", []string{`DELETE FROM log_hashes WHERE idx = 2`},
		"log record 1, document 26000001: the stored hashes"},
	{"hash beyond", []string{`INSERT INTO log_hashes (idx, hash) VALUES (99, '')`},
		"log record 16: row 99 of log_hashes lies beyond the head of the log"},
	{"record beyond", []string{`INSERT INTO log_entries (idx, subject, number, record) SELECT 16, subject, number, record FROM log_entries WHERE idx = 0`},
		"log record 16: row 16 of log_entries lies beyond the head of the log"},
	{"head", []string{`UPDATE log_head SET hash = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='`},
		"log record 15: the head of the log is not"},
	{"head unreadable", []string{`UPDATE log_head SET hash = 'x'`},
		"log record 15: the head of the log cannot be read"},
	{"no head", []string{`DELETE FROM log_head`},
		"outside the log: the head of the log is missing"},
	{"cut off", []string{`UPDATE log_head SET size = 14, hash = (SELECT hash FROM log_hashes WHERE idx = 0)`},
		"log record 13: the head of the log is not"},
	{"deleted record", []string{
		`UPDATE events SET log_idx = NULL, kind = 'reserved' WHERE log_idx = 4`,
		`DELETE FROM log_entries WHERE idx = 4`},
		"log record 4: the record is missing"},
	{"swapped records", []string{
		`UPDATE log_entries SET number = CASE idx WHEN 1 THEN '26000003' ELSE '26000001' END WHERE idx IN (1, 5)`},
		"log record 1, document 26000003: the record is about document 26000001"},
	{"record of something else", []string{`UPDATE log_entries SET subject = 'client' WHERE idx = 1`},
		"log record 1, client 26000001: the record is about a document"},
	{"no salt", []string{`DELETE FROM log_salts WHERE idx = 2`},
		"log record 2, document 26000002: the salt of the record is missing"},
	{"salt of another", []string{`UPDATE log_salts SET salt = (SELECT salt FROM log_salts WHERE idx = 0) WHERE idx = 2`},
		"log record 2, document 26000002: the salt of the record was changed"},
	{"salt beyond", []string{`INSERT INTO log_salts (idx, salt) SELECT 16, salt FROM log_salts WHERE idx = 0`},
		"log record 16: a salt belongs to no record"},
	{"document put in", []string{`INSERT INTO documents
		(number, kind, status, content, content_sha256, client, reserved_at, lease, leased_until, file_sha256, evidence)
		VALUES ('26000009', 'licence', 'in_force', '{}', '', '', 0, '', 0, 'x', 'x')`},
		"outside the log, document 26000009: the log has no record of the document"},
	{"document taken out", []string{`DELETE FROM documents WHERE number = '26000008'`},
		"log record 14, document 26000008: the document is missing"},
	{"counter turned back", []string{`UPDATE counters SET last = last - 1`},
		"the series licence of 2026 has taken 7 numbers, and 8 are there"},
	{"no counter", []string{`DELETE FROM counters`},
		"the series licence of 2026 has taken 0 numbers, and 8 are there"},
	{"counter put in", []string{`INSERT INTO counters (series, year, last) VALUES ('refusal', 2026, 1)`},
		"the series refusal of 2026 has taken 1 numbers, and 0 are there"},
	{"request of another", []string{`UPDATE requests SET number = '26000001' WHERE number = '26000002'`},
		"log record 0, document 26000001: the request is missing or was changed"},
	{"no request", []string{`DELETE FROM requests WHERE number = '26000002'`},
		"log record 2, document 26000002: the request is missing or was changed"},
	{"request for an event", []string{`UPDATE requests SET event = 2 WHERE number = '26000002'`},
		"log record 2, document 26000002: the request is missing or was changed"},
	{"request put in", []string{`INSERT INTO requests (client, idempotency_key, body_sha256, number, event)
		SELECT client, 'another', body_sha256, number, 7 FROM requests WHERE number = '26000002'`},
		"outside the log, document 26000002: the log has no record of a request"},
	{"request of issuing", []string{`INSERT INTO requests (client, idempotency_key, body_sha256, number, event)
		SELECT client, 'another', body_sha256, number, 2 FROM requests WHERE number = '26000002'`},
		"log record 3, document 26000002: the record knows of no request"},
	{"request for nothing", []string{`UPDATE requests SET number = NULL WHERE number = '26000002'`},
		"log record 2, document 26000002: the request is missing or was changed"},
	{"request put in for nothing", []string{`INSERT INTO requests (client, idempotency_key, body_sha256) VALUES ('portal', 'another', '')`},
		"outside the log, document another: a request belongs to no document"},
	{"file of nothing", []string{`INSERT INTO files (number, bytes) SELECT '26000077', bytes FROM files WHERE number = '26000001'`},
		"outside the log, document 26000077: the document of a row in files is missing"},
}

func TestVerifyLogNamesTampering(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		for i := 1; i <= 8; i++ {
			if i == 4 {
				voidOne(t, r)
				continue
			}
			issue(t, r, fmt.Sprint(i), licenceDraft(i))
			c.advance(time.Minute)
		}
		must(t, r.VerifyLog(t.Context()))
		size, head, err := r.Head(t.Context())
		must(t, err)
		for _, c := range tampering {
			t.Run(c.name, func(t *testing.T) {
				err := afterEdits(t, r, c.edits...)
				var bad *TamperError
				if !errors.As(err, &bad) || !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %s", err, c.want)
				}
			})
		}
		must(t, r.VerifyLog(t.Context()))
		must(t, r.CheckHead(t.Context(), size, head))
	})
}

// voidOne makes one reservation that ends void.
func voidOne(t *testing.T, r *Registry) {
	t.Helper()
	req := request()
	req.IdempotencyKey = "void"
	held, err := reserve(t, r, req)
	must(t, err)
	must(t, r.void(t.Context(), held, "for the test"))
}

// A file that was changed in the database is not handed out.
func TestPDFChecksItsSum(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		for i := range 2 {
			issue(t, r, fmt.Sprint(i), licenceDraft(i))
		}
		change(t, r, `UPDATE files SET bytes = (SELECT bytes FROM files WHERE number = '26000002') WHERE number = '26000001'`)
		var bad *TamperError
		want := TamperError{Index: -1, Number: "26000001", Reason: "the stored file is not the one that was signed"}
		if _, err := r.PDF(t.Context(), "26000001"); !errors.Is(err, ErrTampered) || !errors.As(err, &bad) || *bad != want {
			t.Errorf("got %v, want %v", err, &want)
		}
	})
}

// A table that is not there is an error of its reading, for every table: no answer,
// and none that all is well.
func TestVerifyLogWithoutATable(t *testing.T) {
	for _, table := range []string{"documents", "events", "files", "requests", "log_entries", "log_salts", "log_hashes", "clients", "extensions", "jobs", "counters", "log_head", "photographs", "seal_keys", "addresses", "answers"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			r, _ := open(t, t.TempDir()+"/tamga.db")
			issue(t, r, "a", licenceDraft(1))
			change(t, r, `ALTER TABLE `+table+` RENAME TO away`)
			err := r.VerifyLog(t.Context())
			if err == nil || errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), table) {
				t.Errorf("got %v", err)
			}
		})
	}
}
