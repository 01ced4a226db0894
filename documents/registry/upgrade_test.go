package registry

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents"
	"tamga/documents/store"
)

// beforeLeaves is a register as the program of commit 194f093 wrote it, before
// the log had salts: the statements that made its tables in SQLite, and all
// rows. testdata/194f093.go.txt is the test that wrote it there. It has a licence
// (26000001: suspended, terminated, that corrected, resumed), a void number
// (26000002), a licence reserved by a program that crashed, to replace the first
// (26000003), two clients, one of them revoked, two queued signatures and a
// photograph.
type beforeLeaves struct {
	Tables []struct {
		Name, SQL string
		Columns   []string
		Rows      [][]any
	}
	Indexes []string
}

func readBeforeLeaves(t testing.TB) beforeLeaves {
	t.Helper()
	f, err := os.Open("testdata/194f093.json.gz")
	must(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(t, err)
	d := json.NewDecoder(z)
	d.UseNumber()
	var dump beforeLeaves
	must(t, d.Decode(&dump))
	return dump
}

// restoreBeforeLeaves puts the old register into an empty database: on SQLite
// with its own tables, on PostgreSQL with those that the program then made.
func restoreBeforeLeaves(t testing.TB, dsn string) (size int64, head tlog.Hash) {
	t.Helper()
	db := raw(t, dsn)
	defer func() { must(t, db.Close()) }()
	run := func(query string, args ...any) {
		t.Helper()
		_, err := db.ExecContext(context.WithoutCancel(t.Context()), query, args...)
		must(t, err)
	}
	dump := readBeforeLeaves(t)
	if isURL(dsn) {
		tablesOf(t, db, dsn, 3)
		run(`DELETE FROM log_head`)
	}
	for _, table := range dump.Tables {
		if strings.HasPrefix(table.Name, "sqlite_") || isURL(dsn) && strings.HasPrefix(table.Name, "goose_") {
			continue
		}
		if !isURL(dsn) {
			run(table.SQL)
		}
		for _, values := range table.Rows {
			for i := range values {
				values[i] = restored(t, values[i])
			}
			run(`INSERT INTO `+table.Name+` (`+strings.Join(table.Columns, ", ")+`) VALUES (`+places(len(values))+`)`, values...)
		}
	}
	if !isURL(dsn) {
		for _, index := range dump.Indexes {
			run(index)
		}
	}
	var text string
	must(t, db.QueryRowContext(context.WithoutCancel(t.Context()), `SELECT size, hash FROM log_head WHERE id = 1`).Scan(&size, &text))
	head, err := tlog.ParseHash(text)
	must(t, err)
	return size, head
}

// restored turns a value of JSON into one of a column.
func restored(t testing.TB, v any) any {
	t.Helper()
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		must(t, err)
		return n
	case map[string]any:
		b, err := base64.StdEncoding.DecodeString(v["base64"].(string))
		must(t, err)
		return b
	}
	return v
}

func places(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(list, ", ")
}

// openBeforeLeaves opens the old register, which brings it up to date, some time
// after its last event.
func openBeforeLeaves(t testing.TB, dsn string) (r *Registry, c *clock, size int64, head tlog.Hash) {
	t.Helper()
	size, head = restoreBeforeLeaves(t, dsn)
	r, c = open(t, dsn)
	c.advance(72 * time.Hour)
	return r, c, size, head
}

func TestUpgrade(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c, size, head := openBeforeLeaves(t, dsn)
		must(t, r.VerifyLog(t.Context()))
		must(t, r.CheckHead(t.Context(), size, head))
		now, _, err := r.Head(t.Context())
		if want := size + 3 + 2 + 2 + 1; err != nil || now != want {
			t.Errorf("%d records after the upgrade, want %d, %v", now, want, err)
		}
		// The second time there is nothing to do.
		again, _ := open(t, dsn)
		if n, _, err := again.Head(t.Context()); n != now || err != nil {
			t.Errorf("%d records after opening once more, want %d, %v", n, now, err)
		}
		for at, want := range map[time.Time]documents.Status{
			start: "", start.Add(2 * time.Minute): "in_force", start.Add(90 * time.Minute): "suspended",
			start.Add(100 * time.Hour): "in_force",
		} {
			if got, err := r.StatusAt(t.Context(), "26000001", at); got != want {
				t.Errorf("at %v the licence was %q, %v; want %q", at, got, err, want)
			}
		}
		must(t, second(r.PDF(t.Context(), "26000001")))
		_, replayed, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
		if !replayed || err != nil {
			t.Errorf("the old request: %v, %v", replayed, err)
		}
		if _, _, err := r.Issue(t.Context(), request2("void")); !errors.Is(err, ErrVoid) {
			t.Errorf("the old request that was given up: %v", err)
		}
		expectRecovered(t, r, recovery{finished: "26000003"})
		for number, want := range map[string]documents.Status{"26000001": "reissued", "26000002": "void", "26000003": "in_force"} {
			if got, err := r.StatusAt(t.Context(), number, c.now()); got != want {
				t.Errorf("%s is %q, %v; want %q", number, got, err, want)
			}
			proof, err := r.Prove(t.Context(), number)
			must(t, err)
			must(t, proof.Check())
		}
		done, err := r.Store.Extend(t.Context(), func(context.Context, store.Extension) ([]byte, error) { return []byte("late"), nil })
		if done != 1 || err != nil {
			t.Errorf("%d of the queued signatures are done, %v", done, err)
		}
		clients, err := r.Store.Clients(t.Context())
		must(t, err)
		must(t, r.Store.RevokeClient(t.Context(), clients[0].ID))
		must(t, r.VerifyLog(t.Context()))
		must(t, r.CheckHead(t.Context(), size, head))
	})
}

func request2(key string) IssueRequest {
	req := request()
	req.IdempotencyKey = key
	return req
}

// upgradeTampering is done to the old register after it was brought up to date;
// none of it was seen by the old log.
var upgradeTampering = []struct{ name, edit, want string }{
	{"reservation time", `UPDATE events SET effective_at = effective_at - 1 WHERE number = '26000001' AND seq = 1`,
		"document 26000001: the events until then were changed"},
	{"no reservation", `DELETE FROM events WHERE number = '26000001' AND seq = 1`, "document 26000001: event 1 is missing"},
	{"swapped", `UPDATE events SET seq = 9 WHERE number = '26000001' AND seq = 3; ` +
		`UPDATE events SET seq = 3 WHERE number = '26000001' AND seq = 4; UPDATE events SET seq = 4 WHERE seq = 9`,
		"document 26000001: the events until then were changed"},
	{"detail", `UPDATE events SET detail = 'x' WHERE number = '26000001' AND seq = 3`, "document 26000001: the events until then were changed"},
	{"last event", `DELETE FROM events WHERE number = '26000001' AND seq = 6`, "document 26000001: the event is missing"},
	{"client", `UPDATE documents SET client = 'x' WHERE number = '26000003'`, "document 26000003: the client of the document was changed"},
	{"reserved at", `UPDATE documents SET reserved_at = 0 WHERE number = '26000002'`, "document 26000002: the reserved at of the document was changed"},
	{"content of a reservation", `UPDATE documents SET content = '{}' WHERE number = '26000003'`, "document 26000003: the content of the document was changed"},
	{"request", `UPDATE requests SET body_sha256 = 'x' WHERE idempotency_key = 'crashed'`, "document 26000003: the requests until then were changed"},
	{"request for an event", `UPDATE requests SET idempotency_key = 'x' WHERE event = 3`, "document 26000001: the requests until then were changed"},
	{"rights", `UPDATE clients SET scopes = 'sign documents.issue' WHERE revoked_at = 0`, ": the scopes was changed"},
	{"revoked again good", `UPDATE clients SET revoked_at = 0`, ": the revoked at was changed"},
	{"queued file", `UPDATE extensions SET file = result WHERE done_at <> 0`, ": the file was changed"},
	{"photograph", `DELETE FROM photographs`, "the row in photographs is missing"},
	{"old status", `UPDATE documents SET status = 'void', file_sha256 = '', evidence = '' WHERE number = '26000001'`,
		"document 26000001: the status of the document was changed"},
	{"old record", `UPDATE log_entries SET record = replace(record, '26000001', '26000002') WHERE idx = 0`,
		"log record 0, document 26000001: the record is about document 26000002"},
	{"old record erased", `UPDATE log_entries SET record = '' WHERE idx = 0`, "log record 0, document 26000001: the record is missing"},
}

func TestUpgradeCoversWhatWas(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _, _, _ := openBeforeLeaves(t, dsn)
		for _, c := range upgradeTampering {
			err := afterEdits(t, r, strings.Split(c.edit, "; ")...)
			if !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: got %v, want %s", c.name, err, c.want)
			}
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// What the old log covered is still compared with it: an edit from before the
// upgrade is not made good by it.
func TestUpgradeOfATamperedRegister(t *testing.T) {
	for name, c := range map[string]struct{ edit, want string }{
		"content":  {`UPDATE documents SET content = replace(content, 'Қала', 'Дала') WHERE number = '26000001'`, "the content of the document was changed"},
		"kind":     {`UPDATE documents SET kind = 'refusal' WHERE number = '26000001'`, "the kind of the document was changed"},
		"status":   {`UPDATE documents SET status = 'reserved' WHERE number = '26000002'`, "the status of the document was changed"},
		"code":     {`UPDATE documents SET check_code = '' WHERE number = '26000001'`, "the check code was changed"},
		"layout":   {`UPDATE documents SET layout = '' WHERE number = '26000001'`, "the layout was changed"},
		"file sum": {`UPDATE documents SET file_sha256 = 'x' WHERE number = '26000001'`, "the file was changed"},
		"file":     {`UPDATE files SET bytes = (SELECT file FROM extensions WHERE done_at = 0)`, "the file was changed"},
		"evidence": {`UPDATE documents SET evidence = '{}' WHERE number = '26000001'`, "the evidence was changed"},
		"event":    {`UPDATE events SET data = '' WHERE number = '26000001' AND seq = 3`, "what the event says was changed"},
		"kind of event": {`UPDATE events SET kind = 'resumed' WHERE number = '26000001' AND seq = 3`,
			"the event is missing or was changed"},
		"effective": {`UPDATE events SET effective_at = 0 WHERE number = '26000001' AND seq = 3`, "the time of the event was changed"},
		"recorded":  {`UPDATE events SET recorded_at = 0 WHERE number = '26000001' AND seq = 3`, "the time of the event was changed"},
		"swapped events": {`UPDATE events SET seq = 9 WHERE number = '26000001' AND seq = 3; ` +
			`UPDATE events SET seq = 3 WHERE number = '26000001' AND seq = 4; UPDATE events SET seq = 4 WHERE seq = 9`,
			"event 4 stands behind a later one"},
		"number": {`UPDATE log_entries SET number = '26000002' WHERE idx = 0`, "the record is about document 26000001"},
	} {
		t.Run(name, func(t *testing.T) {
			cluster.EachEngine(t, func(t *testing.T, dsn string) {
				restoreBeforeLeaves(t, dsn)
				db := raw(t, dsn)
				for _, edit := range strings.Split(c.edit, "; ") {
					must(t, second(db.ExecContext(t.Context(), edit)))
				}
				must(t, db.Close())
				r, _ := open(t, dsn)
				if err := r.VerifyLog(t.Context()); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %s", err, c.want)
				}
			})
		})
	}
}

// Whoever smuggles rows in cannot have them adopted a second time.
func TestAdoptionHappensOnce(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _, _, _ := openBeforeLeaves(t, dsn)
		must(t, second(r.Store.AddClient(t.Context(), "Портал", nil)))
		inTampering(t, r, func(tx *store.Tx) {
			ctx := context.WithoutCancel(t.Context())
			_, err := tx.ExecContext(ctx, `UPDATE clients SET scopes = 'sign'`)
			must(t, err)
			must(t, adopt(ctx, tx))
			err = verify(ctx, tx)
			if !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), "the record stands behind later ones") {
				t.Errorf("adopted twice: %v", err)
			}
		})
	})
}

// What cannot be read is not adopted as if it were not there.
func TestAdoptionReadsAll(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _, _, _ := openBeforeLeaves(t, dsn)
		inTampering(t, r, func(tx *store.Tx) {
			ctx := context.WithoutCancel(t.Context())
			must(t, second(tx.ExecContext(ctx, `ALTER TABLE requests RENAME TO requests_elsewhere`)))
			err := adopt(ctx, tx)
			if err == nil || !strings.Contains(err.Error(), "failed to read the requests of 2600000") {
				t.Errorf("adopted without the requests: %v", err)
			}
		})
	})
}

// documentPutIn adds a document that the log knows nothing of.
const documentPutIn = `INSERT INTO documents
	(number, kind, status, content, content_sha256, client, reserved_at, lease, leased_until, file_sha256, evidence)
	VALUES ('25000001', 'licence', 'void', '{}', '', '', 0, '', 0, '', '')`

// The old records of what is erased go, since their sums have no salt; the log
// stays what it was.
func TestEraseAfterUpgrade(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _, size, head := openBeforeLeaves(t, dsn)
		erase(t, r, "26000002", 2)
		expectErased(t, r, "26000002")
		must(t, r.CheckHead(t.Context(), size, head))
		records := column(t, r, `SELECT record FROM log_entries WHERE number = '26000002' ORDER BY idx`)
		if !slices.Equal(records[:1], []string{""}) || len(records) != 3 || strings.Contains(records[1], "reason") {
			t.Errorf("the records are now %q", records)
		}
		for edit, want := range map[string]string{
			`UPDATE log_entries SET record = 'x' WHERE number = '26000002' AND record = ''`:          "the record cannot be read",
			`UPDATE log_entries SET number = '26000001' WHERE number = '26000002' AND record = ''`:   "document 26000001: the record is missing",
			`UPDATE log_hashes SET hash = (SELECT hash FROM log_hashes WHERE idx = 0) WHERE idx = 7`: "the stored hashes are not those of the record",
			`UPDATE events SET effective_at = 0 WHERE number = '26000002' AND seq = 2`:               "the events until then were changed",
			`INSERT INTO log_salts (idx, salt) SELECT 5, salt FROM log_salts WHERE idx = 13`:         "what was erased is there",
			`DELETE FROM log_salts WHERE idx = (SELECT MAX(idx) FROM log_entries)`:                   "the salt of the record is missing",
			// What is left of a record says nothing of the document that it is put under.
			documentPutIn + `; UPDATE log_entries SET number = '25000001' WHERE number = '26000002' AND record = ''`: "log record 5, document 25000001: no record covers the document as it is",
		} {
			if err := afterEdits(t, r, strings.Split(edit, "; ")...); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %s", edit, err, want)
			}
		}
	})
}

// The first registers had a column for the detail of an event, which still counts.
func TestDetailInItsColumn(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		number := issue(t, r, "a", licenceDraft(1)).Number
		change(t, r, `UPDATE events SET detail = 'as it was said then' WHERE seq = 2`)
		life, err := r.History(t.Context(), number)
		must(t, err)
		if got := life.Events[1].Detail; got != "as it was said then" {
			t.Errorf("the detail is %q", got)
		}
	})
}
