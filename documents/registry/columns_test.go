package registry

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/rulebook"
	"tamga/documents/store"
	"tamga/oracletest"
)

// keysOf names the key of every table. A table that is not here fails the tests.
var keysOf = map[string][]string{
	"documents": {"number"}, "files": {"number"}, "counters": {"series", "year"},
	"requests": {"client", "idempotency_key"}, "events": {"number", "seq"},
	"log_entries": {"idx"}, "log_hashes": {"idx"}, "log_head": {"id"}, "log_salts": {"idx"},
	"clients": {"id"}, "extensions": {"id"}, "photographs": {"sha256"}, "seal_keys": {"id"}, "addresses": {"base"}, "answers": {"id"},
	"jobs": {"kind", "id"}, "rules": {"id"}, "applications": {"id"}, "application_entries": {"id"},
	"persons": {"id"}, "accounts": {"id"}, "duties": {"id"}, "powers": {"id"},
	"application_signatures": {"id"}, "application_waits": {"id"},
	"attachments": {"id"}, "attachment_contents": {"sha256"}, "attachment_parts": {"sha256", "part"}, "looks": {"id"}, actsOfTwo: {"id"}, actSignatures: {"id"}, correctedFiles: {"sha256"}, "preparations": {"id"},
	"contacts": {"application"}, "messages": {"id"}, "reminders": {"id"}, "questionnaire_invitations": {"application"}, "questionnaire_keys": {"id"},
	"payments": {"id"}, "payment_confirmations": {"id"}, "consents": {"id"},
	"gateway_messages": {"id"}, "gateway_statuses": {"id"}, "application_erasures": {"application"},
}

// notCovered are the columns that need not be covered, and why. A column that
// is neither here nor noticed fails the tests.
var notCovered = map[string]string{
	"documents.lease":        "whose act is working on a reservation: decides who may finish it, and is told to nobody",
	"documents.leased_until": "until when that act counts as alive; told to nobody",
	"jobs.attempts":          "how often a queued signature was tried: told as that, and nothing hangs on it",
	"jobs.next_at":           "when it is tried again: told as that, and nothing hangs on it",
	"jobs.last_error":        "why the last attempt failed: told as that, and nothing hangs on it",
	"jobs.lease":             "whose attempt is going on: decides who may finish it, and is told to nobody",
	"jobs.leased_until":      "until when that attempt counts as alive; told to nobody",
}

// notKept are tables whose rows are gone soon, and why nothing need notice them.
var notKept = []string{
	"sessions",   // who is signed in now, for half a day at most: what a person does is told by entries, which are covered
	"signings",   // what was asked to be signed by a phone in the last hour: what becomes of a signature is told by what it is used for
	"challenges", // what was asked to be signed in the last minutes: an answer counts once and tells nothing
}

// notLogged are tables without records in the log, and why.
var notLogged = []string{
	"questionnaire_answers", // a record has a moment and a place, by which an answer could be brought together with who gave it: docs/questionnaire.md
}

// derived are tables that follow from rows that are covered, and why nothing need notice
// what becomes of them.
var derived = []string{
	"application_parts",      // keeps out a person on the other side of the four eyes; the entries say who has acted, and are asked first
	"application_places",     // an index of where applications stand; the application itself is read where anything is decided
	"organisation_licences",  // an index of licences that the public may list; each is read, and is no person's, before it is shown
	"document_days",          // an index of the days on which something happens to documents by itself; the document is asked before anything is told
	"document_days_entered",  // how far that index was filled with documents of before it
	"application_applicants", // an index of whose applications are; each says so itself, and is asked before it is shown
	"matters",                // an index of what applications and documents are about; each says so itself, and is asked before it is shown
	"matters_filled",         // whether that index has what is older than it
}

// notOurs are tables of the tools: which versions of the tables there were. What
// was changed there, Open refuses or does again, and finds it done.
var notOurs = []string{"goose_db_version", "sqlite_sequence"}

// fixed are columns that can only have one value.
var fixed = []string{"log_head.id"}

// schema returns the columns of every table that is ours, from the database
// itself.
func schema(t testing.TB, r *Registry) map[string][]string {
	t.Helper()
	query := `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'`
	if onPostgres(t, r) {
		query = `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'`
	}
	tables := map[string][]string{}
	for _, name := range column(t, r, query+` ORDER BY 1`) {
		table, col, _ := strings.Cut(name, ".")
		if slices.Contains(slices.Concat(notOurs, notKept, derived, notLogged), table) {
			continue
		}
		if keysOf[table] == nil {
			t.Fatalf("table %s has no key in this test", table)
		}
		tables[table] = append(tables[table], col)
	}
	return tables
}

// rich fills a register of before with everything that can stand in one, and
// returns it.
func rich(t testing.TB, dsn string) *living {
	t.Helper()
	restoreBeforeLeaves(t, dsn)
	r, c := open(t, dsn)
	withSeal(t, r)
	c.advance(72 * time.Hour)
	l := &living{Registry: r, clock: c, t: t, numbers: []string{"26000001", "26000002", "26000003"}}
	r.Store.Random = rand.NewChaCha8([32]byte{1})
	for _, act := range []string{
		"photograph", "client", "client", "revoke", "queue", "extend", "queue", "certificate", "refusal", "licence",
		"duplicate", "history", "approval", "reserve",
	} {
		s := step{act: act, chance: [6]uint64{0, 1, 1, 1}}
		if act == "duplicate" || act == "history" {
			s.chance[0] = uint64(slices.Index(l.numbers, "26000004"))
		}
		if act == "extend" {
			l.clock.advance(time.Hour)
		}
		if got := l.take(s); strings.HasPrefix(got, "error") {
			t.Fatalf("%s: %s", act, got)
		}
	}
	for i, number := range []string{"26000004", "26000004"} {
		l.clock.advance(time.Minute)
		record(t, r, number, 3+i, order([]documents.EventKind{documents.EventSuspended, documents.EventTerminated}[i]))
	}
	erase(t, r, "26000004", 5)
	for i, key := range []string{"old", "old", "young"} { // the first is forgotten and its key used anew
		l.clock.advance(time.Duration(i) * 25 * time.Hour)
		q := store.Request{Client: "portal", IdempotencyKey: key}
		if _, _, err := r.Store.Once(t.Context(), q, func(context.Context) ([]byte, error) { return picture(uint64(i)), nil }); err != nil {
			t.Fatal(err)
		}
	}
	withRows(t, r)
	living := issue(t, r, "living", licenceDraft(8)).Number
	for i, kind := range []documents.EventKind{
		documents.EventSuspended, documents.EventResumed, documents.EventSuspended, documents.EventTerminated,
	} {
		record(t, r, living, 2+i, order(kind))
	}
	correction := order(documents.EventCorrected)
	correction.Corrects = 5
	record(t, r, living, 6, correction)
	erase(t, r, "26000002", 2)
	applyTwice(t, r)
	withPeople(t, r)
	attach(t, r)
	withActs(t, r)
	tell(t, r)
	prepareTwice(t, r)
	correctTwice(t, r)
	payAndConsent(t, r)
	hearAndTell(t, r)
	eraseOne(t, r)
	must(t, r.VerifyLog(t.Context()))
	return l
}

// correctTwice has two documents corrected, one of them erased since; the other waits to be
// corrected once more.
func correctTwice(t testing.TB, r *Registry) {
	t.Helper()
	for i, key := range []string{"corrected", "corrected and erased"} {
		number := issue(t, r, key, licenceDraft(30+i)).Number
		correct(t, r, number, key, misspelt("«Көне Тараз» ЖШС"))
		if i == 0 {
			propose(t, r, number, "again", misspelt("«Тараз» ЖШС"))
			continue
		}
		record(t, r, number, 3, order(documents.EventTerminated))
		erase(t, r, number, 4)
	}
}

// prepareTwice has one document wait for its signature in the second round, another one
// given back by its signer, and a third one completed.
func prepareTwice(t testing.TB, r *Registry) {
	t.Helper()
	for i, key := range []string{"waits", "declined", "signed"} {
		q := PrepareRequest{IssueRequest: IssueRequest{Client: "portal", IdempotencyKey: key, Draft: licenceDraft(20 + i)}}
		p, err := r.Prepare(t.Context(), q)
		must(t, err)
		p, err = r.PrepareAgain(t.Context(), p.Number, Elsewhere{Certificate: r.Key.Certificate})
		must(t, err)
		switch key {
		case "declined":
			must(t, r.Decline(t.Context(), p.Number))
		case "signed":
			_, _, err := r.CompleteSigned(t.Context(), p.Number, signedBy(t, p, r.Key))
			must(t, err)
		}
	}
}

// withPeople writes two persons as documents/people does, with what they have.
func withPeople(t testing.TB, r *Registry) {
	t.Helper()
	must(t, r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		enter := func(table, key, statement string, args ...any) {
			must(t, second(tx.ExecContext(ctx, statement, append([]any{key}, args...)...)))
			must(t, EnterRow(ctx, tx, store.Change{Table: table, Key: key, Event: store.Added, At: r.now()}))
		}
		for _, id := range []string{"p1", "p2"} {
			enter("persons", id, `INSERT INTO persons (id, identity, person, added_at, added_by) VALUES ($1, $2, '{}', 1, 'x')`, id+"key")
			enter("accounts", "a"+id, `INSERT INTO accounts (id, login, person, bin, roles, password, set_at) VALUES ($1, $2, $3, 'b', 'r', 'w', 1)`, id+"login", id)
		}
		for i, id := range []string{"p1", "p2"} {
			other := []string{"p2", "p1"}[i]
			enter("duties", "d"+id, `INSERT INTO duties (id, person, role, provider, valid_from, valid_until, deputy_of, order_number, order_date, position,
				given_by, given_at, ended_by, ended_at) VALUES ($1, $2, 'HEAD', 'c', 1, 5, 'o', '6', '2026-01-01', '{}', $3, 1, 'e', 3)`, id, other)
			enter("powers", "w"+id, `INSERT INTO powers (id, principal, principal_name, person, kind, number, issued_on, valid_until, may, entered_by, entered_at,
				ended_by, ended_at) VALUES ($1, 'k', '{}', $2, 'document', '1', '2026-01-01', '2027-01-01', 'sign', $3, 1, 'e', 3)`, id, other)
		}
		return nil
	}))
}

// applyTwice writes two applications as documents/applications does, one registered, with
// two entries.
func applyTwice(t testing.TB, r *Registry) {
	t.Helper()
	enter := func(ctx context.Context, tx *store.Tx, table, key, statement string, args ...any) {
		must(t, second(tx.ExecContext(ctx, statement, args...)))
		must(t, EnterRow(ctx, tx, store.Change{Table: table, Key: key, Event: store.Kept, At: r.now()}))
	}
	must(t, r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		number, err := NextApplication(ctx, tx, 2026)
		must(t, err)
		for id, number := range map[string]string{"a1b2": number, "c3d4": ""} {
			enter(ctx, tx, "applications", id, `INSERT INTO applications (id, number, edition, service, route, applicant, form, opened_at, registered_at,
				client, idempotency_key, body_sha256) VALUES ($1, $2, 'e@1', 's', 'r', '{}', '{"a": 1}', 1, $3, 'portal', $1, 'b')`, id, number, len(number))
		}
		for i, key := range []string{"a1b2-1", "a1b2-2"} {
			next, ended := []string{"n", ""}[i], []string{"", "issued"}[i]
			enter(ctx, tx, "application_entries", key, `INSERT INTO application_entries (id, application, seq, step, outcome, under, under_outcome, actor, person,
				edition, data, document, at, next_step, next_action, ended, client, idempotency_key, body_sha256)
				VALUES ($1, 'a1b2', $2, 'x', 'done', 'u', 'ok', 'HEAD', 'p', 'e@1', '{}', 'd', 5, $3, 'm', $4, 'portal', $1, 'b')`, key, i+1, next, ended)
		}
		enter(ctx, tx, "application_signatures", "a1b2-1", `INSERT INTO application_signatures (id, application, act, signature, verdict, at)
			VALUES ('a1b2-1', 'a1b2', '{}', $1, '{}', 5)`, []byte{0x30, 0})
		for _, ended := range []int{0, 9} {
			id := fmt.Sprintf("a1b2-2-login-%d", ended)
			must(t, tx.Enqueue(ctx, "application_wait", id))
			must(t, second(tx.ExecContext(ctx, `UPDATE jobs SET done_at = $1 WHERE id = $2`, ended, id)))
			enter(ctx, tx, "application_waits", id, `INSERT INTO application_waits (id, application, seq, step, asked, reason, since, document, ended_at)
				VALUES ($1, 'a1b2', 2, 'c', 'login', 'r', 5, 'd', $2)`, id, ended)
		}
		return nil
	}))
}

// attach writes attachments as documents/attachments does: one that a scanner has looked
// at and one that waits for it, both of one content in two parts, and one that is out.
func attach(t testing.TB, r *Registry) {
	t.Helper()
	parts := [][]byte{picture(1), picture(2)}
	sum := store.HexSum(slices.Concat(parts...))
	must(t, r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		must(t, second(tx.ExecContext(ctx, `INSERT INTO attachment_contents (sha256, size, held) VALUES ($1, $2, 2)`, sum, len(parts[0])+len(parts[1]))))
		for i, part := range parts {
			must(t, second(tx.ExecContext(ctx, `INSERT INTO attachment_parts (sha256, part, bytes) VALUES ($1, $2, $3)`, sum, i+1, part)))
		}
		for i, id := range []string{"e5f6", "e5f7", "e5f8"} {
			must(t, second(tx.ExecContext(ctx, `INSERT INTO attachments (id, application, seq, name, item, type, size, sha256, signed, findings, scan, scan_detail, scanned_at,
				client, person, added_at, removed_at, removed_by, idempotency_key, body_sha256)
				VALUES ($1, 'a1b2', $2, 'n', 'i', 'application/pdf', $3, $4, 1, 'macro', $5, 'd', $7, 'portal', 'p', 3, $6, 'p', $1, 'b')`,
				id, i+1, len(parts[0])+len(parts[1]), sum, []string{"clean", "scanning", "none"}[i], []int{0, 0, 4}[i], []int{9, 0, 0}[i])))
			if i < 2 {
				must(t, tx.EnqueueNow(ctx, "attachment_scan", id))
			}
			if i == 0 {
				must(t, second(tx.ExecContext(ctx, `UPDATE jobs SET done_at = 9 WHERE id = $1`, id)))
			}
			must(t, EnterRow(ctx, tx, store.Change{Table: "attachments", Key: id, Event: store.Kept, At: r.now()}))
		}
		must(t, second(tx.ExecContext(ctx, `INSERT INTO looks (id, application, person, role, why, at) VALUES ('0a', 'a1b2', 'p', 'HEAD', 'w', 5)`)))
		return EnterRow(ctx, tx, store.Change{Table: "looks", Key: "0a", Event: store.Kept, At: r.now()})
	}))
}

// withActs enters licences that were issued elsewhere: one is in the register, one was
// refused and one waits.
func withActs(t testing.TB, r *Registry) {
	t.Helper()
	entered(t, r, oldLicence(1))
	for n, refuse := range []bool{true, false} {
		a, _, err := r.Enter(t.Context(), Entry{Signed: Signed{By: "first"}, IdempotencyKey: fmt.Sprint(n), Licence: oldLicence(2 + n), batch: "b", line: n})
		must(t, err)
		if refuse {
			_, err = r.Decide(t.Context(), Decision{Signed: Signed{By: "second"}, Act: a.ID, Refuse: true, Reason: "another number"})
			must(t, err)
		}
	}
}

// payAndConsent writes two bills with confirmations and two consents as
// documents/gateways does.
func payAndConsent(t testing.TB, r *Registry) {
	t.Helper()
	must(t, r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		enter := func(table, key, statement string, args ...any) {
			must(t, second(tx.ExecContext(ctx, statement, append([]any{key}, args...)...)))
			must(t, EnterRow(ctx, tx, store.Change{Table: table, Key: key, Event: store.Entered, At: r.now()}))
		}
		for i, id := range []string{"b1", "b2"} {
			enter("payments", id, `INSERT INTO payments (id, application, purpose, round, tenge, edition, client, asked_at, payment, redirect)
				VALUES ($1, 'a1b2', 's', $2, 5, 'e@1', 'portal', 1, $3, 'https://pay')`, i+1, "pay"+id)
			enter("payment_confirmations", id+"-1", `INSERT INTO payment_confirmations (id, bill, seq, state, tenge, receipt, paid_at, how, message, at)
				VALUES ($1, $2, 1, 'paid', 5, $3, 6, 'told', 'm', 7)`, id, "r"+id)
		}
		for _, id := range []string{"a1b2", "c3d4"} {
			enter("consents", id, `INSERT INTO consents (id, application, edition, text, asked_at, until, decision, decided_at, how, client, signature, verdict,
				code_sha256, code_until, code_tries) VALUES ($1, $1, 'e@1', '{}', 1, 9, 'given', 5, 'code', 'portal', 'AA==', '{}', 'c', 8, 1)`)
		}
		return nil
	}))
}

// hearAndTell writes two messages that came in and two statuses, one of them sent, as
// documents/gateways/inbox does.
func hearAndTell(t testing.TB, r *Registry) {
	t.Helper()
	must(t, r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		enter := func(table, key, statement string, args ...any) {
			must(t, second(tx.ExecContext(ctx, statement, append([]any{key}, args...)...)))
			must(t, EnterRow(ctx, tx, store.Change{Table: table, Key: key, Event: store.Kept, At: r.now()}))
		}
		for i, id := range []string{"g1", "g2"} {
			enter(actSignatures, "s"+id, `INSERT INTO act_signatures (id, batch, outcome, signed_by, act, signature, signed_at)
				VALUES ($1, $2, 'refused', 'person:p', '{}', 'AA==', $3)`, "b"+id, 7+i)
			enter("gateway_messages", id, `INSERT INTO gateway_messages (id, sender, message_id, form, service, body, received_at, application, code, answer, answered_at)
				VALUES ($1, 'pep', $2, 'json', 's', '{}', 1, 'a1b2', 'ok', 'AA==', 2)`, "m"+id)
			must(t, tx.EnqueueNow(ctx, "gateway_status", "s"+id))
			must(t, second(tx.ExecContext(ctx, `UPDATE jobs SET done_at = $1 WHERE id = $2`, 9*i, "s"+id)))
			enter("gateway_statuses", "s"+id, `INSERT INTO gateway_statuses (id, message, seq, application, state, number, document, at, sent_at)
				VALUES ($1, $2, 1, 'a1b2', 'registered', 'n', 'd', 5, $3)`, id, 9*i)
		}
		return nil
	}))
}

// withRows enters rows of the law: one waits, one counts, one is to be taken out and one
// is out.
func withRows(t testing.TB, r *Registry) {
	t.Helper()
	book := &rulebook.Book{Store: r.Store}
	for year := range 4 {
		row, err := book.Enter(t.Context(), rulebook.Entry{
			Kind: rulebook.KindCalendar, Content: fmt.Appendf(nil, `{"years": [{"year": %d}]}`, 2029+year), By: "Әсел",
		})
		must(t, err)
		for i, do := range []func() error{
			func() error { return book.Confirm(t.Context(), row.ID, "Бота") },
			func() error { return book.Withdraw(t.Context(), row.ID, "Әсел") },
			func() error { return book.Confirm(t.Context(), row.ID, "Бота") },
		} {
			if i < year {
				must(t, do())
			}
		}
	}
}

// editTable edits every column of a table, and notes which could be.
func editTable(t *testing.T, r *Registry, table string, columns []string, edited map[string]bool) {
	t.Helper()
	rows := rowsOf(t, r, table, columns)
	if len(rows) == 0 {
		t.Errorf("the register has no row in %s", table)
	}
	for _, row := range spread(rows) {
		for _, column := range columns {
			name := table + "." + column
			if notCovered[name] != "" {
				continue
			}
			for _, to := range otherValues(t, r, row.value(column), name) {
				possible, complaint := noticed(t, r, setting(row, column, to))
				edited[name] = edited[name] || possible
				if complaint != "" {
					t.Error(complaint)
				}
			}
		}
		for _, e := range []edit{deleting(row), doubling(row)} {
			if _, complaint := noticed(t, r, e); complaint != "" {
				t.Error(complaint)
			}
		}
	}
}

// The same for the tables of corrections alone, in a register that has little else.
func TestEveryColumnOfCorrections(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		c.advance(72 * time.Hour)
		correctTwice(t, r)
		must(t, r.VerifyLog(t.Context()))
		tables, edited := schema(t, r), map[string]bool{}
		for _, table := range []string{correctedFiles, actsOfTwo} {
			editTable(t, r, table, tables[table], edited)
		}
		for _, column := range tables[correctedFiles] {
			if !edited[correctedFiles+"."+column] {
				t.Errorf("%s could not be edited in any way", column)
			}
		}
	})
}

// Every column of every table: whatever is changed there is noticed, and the row
// is named, or the column stands in the list of those that need not be.
func TestEveryColumn(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r := rich(t, dsn).Registry
		tables := schema(t, r)
		edited := map[string]bool{}
		for table, columns := range tables {
			editTable(t, r, table, columns, edited)
		}
		for table, columns := range tables {
			for _, column := range columns {
				name := table + "." + column
				if !edited[name] && notCovered[name] == "" && !slices.Contains(fixed, name) {
					t.Errorf("%s could not be edited in any way", name)
				}
			}
		}
		for name := range maps.Keys(notCovered) {
			table, column, _ := strings.Cut(name, ".")
			if !slices.Contains(tables[table], column) {
				t.Errorf("%s is in the list and not in the schema", name)
			}
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// spread returns all of a few rows, and some of many; the oracle edits the rest.
func spread(rows []tableRow) []tableRow {
	const most = 9
	if len(rows) <= most {
		return rows
	}
	var some []tableRow
	for i := range most {
		some = append(some, rows[i*(len(rows)-1)/(most-1)])
	}
	return some
}

// declaredAs is the type of the columns that may be NULL.
func declaredAs(name string) string {
	switch name {
	case "events.log_idx":
		return "integer"
	case "extensions.content", "extensions.result", "files.bytes":
		return "bytes"
	}
	return "text"
}

// What is in the list of columns that need not be covered changes no answer.
func TestUncoveredColumnsAnswerNothing(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		l := rich(t, dsn)
		before := l.answers()
		for name := range notCovered {
			table, column, _ := strings.Cut(name, ".")
			to := `'x'`
			if _, integer := rowsOf(t, l.Registry, table, schema(t, l.Registry)[table])[0].value(column).(int64); integer {
				to = `12345`
			}
			change(t, l.Registry, `UPDATE `+table+` SET `+column+` = `+to)
		}
		after := l.answers()
		for i := range before {
			if i >= len(after) || before[i] != after[i] {
				t.Errorf("before the edits\n%.500s\nafter them\n%.500s", before[i], after[i])
			}
		}
		must(t, l.VerifyLog(t.Context()))
	})
}

// Edits of all kinds by chance, on registers of both engines: each is noticed
// under the name of its row.
func TestOracleColumns(t *testing.T) {
	registers := []*living{rich(t, t.TempDir()+"/register.sqlite"), rich(t, cluster.Database(t))}
	possible := 0
	for c := range oracletest.Cases(t, oracletest.Columns) {
		r := registers[c.IntN(2)].Registry
		tables := schema(t, r)
		table := pick(slices.Sorted(maps.Keys(tables)), c.Uint64())
		rows := rowsOf(t, r, table, tables[table])
		row := pick(rows, c.Uint64())
		column := pick(slices.DeleteFunc(slices.Clone(row.columns), func(column string) bool {
			return notCovered[table+"."+column] != ""
		}), c.Uint64())
		var e edit
		other := pick(rows, c.Uint64())
		if i := slices.IndexFunc(rows, func(r tableRow) bool { return &r.values[0] == &row.values[0] }); i+1 < len(rows) && c.IntN(2) == 0 {
			other = rows[i+1] // its neighbour
		}
		switch c.IntN(6) {
		case 0:
			e = deleting(row)
		case 1:
			e = doubling(row)
		case 2:
			if sameBut(row, other, "") || sameBut(row, other, column) || row.same(other, column) {
				continue // nothing would be another
			}
			e = swapping(row, other, column)
		default:
			e = setting(row, column, pick(otherValues(t, r, row.value(column), table+"."+column), c.Uint64()))
		}
		done, complaint := noticed(t, r, e)
		if complaint != "" {
			t.Errorf("%s: %s", c, complaint)
		}
		if done {
			possible++
		}
	}
	t.Logf("%d edits were made", possible)
}
