package registry

import (
	"encoding/json"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents"
	"tamga/documents/store"
)

// oldVersion is that of the tables before documents had lives.
const oldVersion = 2

// oldRegister makes a register as it was then: a licence in force, and one
// reserved by a program that crashed.
func oldRegister(t *testing.T, dsn string) {
	t.Helper()
	db := raw(t, dsn)
	defer func() { must(t, db.Close()) }()
	tablesOf(t, db, dsn, oldVersion)

	run := func(query string, args ...any) {
		t.Helper()
		must(t, second(db.ExecContext(t.Context(), query, args...)))
	}
	at := start.Add(-time.Hour)
	document := func(number, key, status string, n int, file []byte, evidence string) string {
		draft := licenceDraft(n).Normalise()
		body, err := json.Marshal(draft)
		must(t, err)
		content, err := json.Marshal(draft.Numbered(number, documents.CivilDate(at)))
		must(t, err)
		sum := ""
		if file != nil {
			sum = store.HexSum(file)
		}
		run(`INSERT INTO documents (number, kind, status, content, content_sha256, client, reserved_at, lease,
			leased_until, file_sha256, evidence) VALUES ($1, 'licence', $2, $3, $4, 'portal', $5, '', 0, $6, $7)`,
			number, status, string(content), store.HexSum(content), store.Micros(at), sum, evidence)
		run(`INSERT INTO requests (client, idempotency_key, body_sha256, number) VALUES ('portal', $1, $2, $3)`,
			key, store.HexSum(body), number)
		run(`INSERT INTO events (number, seq, kind, effective_at, recorded_at) VALUES ($1, 1, 'reserved', $2, $2)`,
			number, store.Micros(at))
		return store.HexSum(content)
	}
	file, evidence := []byte("%PDF-1.7 of then"), `{"at":"2026-06-22T06:00:00Z"}`
	contentSum := document("26000001", "a", "in_force", 1, file, evidence)
	document("26000002", "b", "reserved", 2, nil, "")
	run(`INSERT INTO files (number, bytes) VALUES ('26000001', $1)`, file)
	run(`INSERT INTO counters (series, year, last) VALUES ('licence', 2026, 2)`)
	moment := at.Format(time.RFC3339)
	record := `{"number":"26000001","kind":"licence","status":"in_force","content_sha256":"` + contentSum +
		`","file_sha256":"` + store.HexSum(file) + `","evidence_sha256":"` + store.HexSum([]byte(evidence)) +
		`","effective_at":"` + moment + `","recorded_at":"` + moment + `"}`
	leaf := tlog.RecordHash([]byte(record))
	run(`INSERT INTO log_entries (idx, number, record) VALUES (0, '26000001', $1)`, record)
	run(`INSERT INTO log_hashes (idx, hash) VALUES (0, $1)`, leaf.String())
	run(`UPDATE log_head SET size = 1, hash = $1`, leaf.String())
	run(`INSERT INTO events (number, seq, kind, effective_at, recorded_at, log_idx) VALUES ('26000001', 2, 'in_force', $1, $1, 0)`,
		store.Micros(at))
}

// A register of an older program opens, verifies, and goes on.
func TestOldRegister(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		oldRegister(t, dsn)
		r, c := open(t, dsn)
		withSeal(t, r)
		must(t, r.VerifyLog(t.Context()))
		rec, replayed, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
		if err != nil || !replayed || rec.Number != "26000001" || rec.Kind != documents.KindLicence || rec.CheckCode != "" {
			t.Errorf("the old request gets %+v, %v, %v", rec, replayed, err)
		}
		must(t, second(r.PDF(t.Context(), "26000001")))
		expectRecovered(t, r, recovery{finished: "26000002"})
		record(t, r, "26000001", 2, suspension())
		record(t, r, "26000001", 3, order(documents.EventResumed))
		fresh := issue(t, r, "c", reissueDraft("26000001"))
		if fresh.Number != "26000003" || fresh.Content.Licence.FirstIssuedOn != documents.CivilDate(start) {
			t.Errorf("re-issued as %s, first issued on %s", fresh.Number, fresh.Content.Licence.FirstIssuedOn)
		}
		for number, want := range map[string]documents.Status{
			"26000001": documents.StatusReissued, "26000002": documents.StatusInForce, "26000003": documents.StatusInForce,
		} {
			if got, err := r.StatusAt(t.Context(), number, c.now()); got != want {
				t.Errorf("%s is %s, %v; want %s", number, got, err, want)
			}
		}
		must(t, r.VerifyLog(t.Context()))
	})
}
