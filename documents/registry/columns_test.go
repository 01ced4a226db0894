package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents"
	"tamga/oracletest"
)

// keysOf names the key of every table. A table that is not here fails the tests.
var keysOf = map[string][]string{
	"documents": {"number"}, "files": {"number"}, "counters": {"series", "year"},
	"requests": {"client", "idempotency_key"}, "events": {"number", "seq"},
	"log_entries": {"idx"}, "log_hashes": {"idx"}, "log_head": {"id"}, "log_salts": {"idx"},
	"clients": {"id"}, "extensions": {"id"}, "photographs": {"sha256"}, "seal_keys": {"id"},
}

// notCovered are the columns that need not be covered, and why. A column that
// is neither here nor noticed fails the tests.
var notCovered = map[string]string{
	"documents.lease":        "whose act is working on a reservation: decides who may finish it, and is told to nobody",
	"documents.leased_until": "until when that act counts as alive; told to nobody",
	"extensions.attempts":    "how often a queued signature was tried: told as that, and nothing hangs on it",
	"extensions.next_at":     "when it is tried again: told as that, and nothing hangs on it",
	"extensions.last_error":  "why the last attempt failed: told as that, and nothing hangs on it",
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
	if onPostgres(r) {
		query = `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'`
	}
	tables := map[string][]string{}
	for _, name := range column(t, r, query+` ORDER BY 1`) {
		table, col, _ := strings.Cut(name, ".")
		if slices.Contains(notOurs, table) {
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
	r.Store.random = rand.NewChaCha8([32]byte{1})
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
	erase(t, r, "26000002", 2)
	must(t, r.VerifyLog(t.Context()))
	return l
}

// tableRow is a row with the values of all columns.
type tableRow struct {
	table   string
	columns []string
	values  []any
}

func rowsOf(t testing.TB, r *Registry, table string, columns []string) []tableRow {
	t.Helper()
	values, err := readValues(t.Context(), r.Store.read, len(columns),
		`SELECT `+strings.Join(columns, ", ")+` FROM `+table+` ORDER BY `+strings.Join(keysOf[table], ", "))
	must(t, err)
	var rows []tableRow
	for v := range slices.Chunk(values, len(columns)) {
		rows = append(rows, tableRow{table, columns, v})
	}
	return rows
}

func (row tableRow) value(column string) any { return row.values[slices.Index(row.columns, column)] }

// where selects the row.
func (row tableRow) where(from int) (condition string, args []any) {
	var parts []string
	for _, key := range keysOf[row.table] {
		parts = append(parts, fmt.Sprintf("%s = $%d", key, from+len(args)))
		args = append(args, row.value(key))
	}
	return strings.Join(parts, " AND "), args
}

// names are the words of which one must stand in the error that names the row.
func (row tableRow) names() []string {
	text := func(column string) string {
		if n, ok := row.value(column).(int64); ok {
			return fmt.Sprint(n)
		}
		return asText(row.value(column))
	}
	switch row.table {
	case "documents", "files", "events":
		return []string{"document " + text("number") + ":"}
	case "requests":
		return []string{"document " + text("number") + ":"}
	case "clients":
		return []string{"client " + text("id") + ":"}
	case "extensions":
		return []string{"extension " + text("id") + ":"}
	case "seal_keys":
		return []string{"seal_key " + text("id") + ":"}
	case "photographs":
		return []string{"photograph " + text("sha256") + ":"}
	case "counters":
		return []string{"the series " + text("series") + " of "}
	case "log_head":
		return []string{"the head of the log", "lies beyond the head", "the record is missing"}
	case "log_hashes":
		return []string{fmt.Sprintf("log record %d", recordOfHash(row.value("idx").(int64)))}
	case "log_entries":
		return []string{"log record " + text("idx"), text("subject") + " " + text("number") + ":"}
	}
	return []string{fmt.Sprintf("log record %d", row.value("idx"))}
}

// recordOfHash returns the record that completes a stored hash.
func recordOfHash(idx int64) int64 {
	n := int64(0)
	for n < 1000 && tlog.StoredHashIndex(0, n+1) <= idx { // there are not as many
		n++
	}
	return n
}

// otherValues are what a value of a column may be changed to: none of them the
// same, all that the column takes.
func otherValues(r *Registry, v any, name string) []any {
	var list []any
	declared := declaredAs(name)
	switch name { // the tables take nothing else
	case "documents.status":
		list = []any{"reserved", "in_force", "void"}
	case "extensions.format":
		list = []any{"cms", "pdf"}
	}
	switch v := v.(type) {
	case string:
		list = append(list, v+"x", "", strings.ToUpper(v), strings.Replace(v, "0", "1", 1))
	case int64:
		list = []any{v + 1, v - 1, int64(0), v + 1<<40}
	case []byte:
		flipped := slices.Clone(v)
		if len(flipped) > 0 {
			flipped[len(flipped)/2] ^= 1
		}
		list = []any{flipped, []byte{}, append(slices.Clone(v), 0)}
	case nil:
		list = []any{"x"}
		if declared == "integer" {
			list = []any{int64(0), int64(1)}
		}
		if declared == "bytes" {
			list = []any{[]byte("x")}
		}
	}
	if !onPostgres(r) {
		list = append(list, "z", int64(7), []byte{1, 2}) // SQLite keeps anything anywhere
	}
	if v != nil {
		list = append(list, nil)
	}
	return slices.DeleteFunc(list, func(other any) bool { return string(encodeValue(v)) == string(encodeValue(other)) })
}

// edit is one change to one row.
type edit struct {
	what string
	row  tableRow
	do   func(ctx context.Context, tx *sql.Tx) error
	also []string // other words that name the row by what it became
}

// setting changes a column of a row.
func setting(row tableRow, column string, to any) edit {
	e := edit{what: fmt.Sprintf("%s.%s = %.60q", row.table, column, fmt.Sprint(to)), row: row}
	changed := tableRow{row.table, row.columns, slices.Clone(row.values)}
	changed.values[slices.Index(row.columns, column)] = to
	if slices.Contains(keysOf[row.table], column) || column == "number" {
		if _, odd := to.(int64); odd || column != "idx" {
			e.also = changed.namesIfAny()
		}
	}
	e.do = func(ctx context.Context, tx *sql.Tx) error {
		condition, args := row.where(2)
		_, err := tx.ExecContext(ctx, `UPDATE `+row.table+` SET `+column+` = $1 WHERE `+condition, append([]any{to}, args...)...)
		return err
	}
	return e
}

// namesIfAny is names of a row whose key may be anything.
func (row tableRow) namesIfAny() (names []string) {
	defer func() { _ = recover() }() // a hash with an index that is none
	return row.names()
}

// deleting takes a row away.
func deleting(row tableRow) edit {
	return edit{what: "DELETE FROM " + row.table, row: row, do: func(ctx context.Context, tx *sql.Tx) error {
		condition, args := row.where(1)
		_, err := tx.ExecContext(ctx, `DELETE FROM `+row.table+` WHERE `+condition, args...)
		return err
	}}
}

// doubling puts in a copy of a row under another key.
func doubling(row tableRow) edit {
	added := tableRow{row.table, row.columns, slices.Clone(row.values)}
	key := keysOf[row.table][len(keysOf[row.table])-1]
	i := slices.Index(row.columns, key)
	switch v := row.values[i].(type) {
	case string:
		added.values[i] = v + "9"
	case int64:
		added.values[i] = v + 1000
	}
	if j := slices.Index(row.columns, "log_idx"); j >= 0 {
		added.values[j] = nil // it is unique
	}
	return edit{what: "INSERT INTO " + row.table, row: row, also: append(added.namesIfAny(), "beyond the head of the log"),
		do: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO `+row.table+` (`+strings.Join(row.columns, ", ")+`) VALUES (`+
				places(len(row.values))+`)`, added.values...)
			return err
		}}
}

// swapping exchanges a column of two rows of a table.
func swapping(a, b tableRow, column string) edit {
	first, second := setting(a, column, b.value(column)), setting(b, column, a.value(column))
	return edit{what: "swap of " + a.table + "." + column, row: a, also: append(b.names(), slices.Concat(first.also, second.also)...),
		do: func(ctx context.Context, tx *sql.Tx) error {
			return errors.Join(first.do(ctx, tx), second.do(ctx, tx))
		}}
}

// noticed makes an edit and holds what VerifyLog says of it against what it
// must say. An edit that the tables refuse cannot be made.
func noticed(t testing.TB, r *Registry, e edit) (possible bool, complaint string) {
	t.Helper()
	inTampering(t, r, func(tx *sql.Tx) {
		ctx := context.WithoutCancel(t.Context())
		if e.do(ctx, tx) != nil {
			return
		}
		possible = true
		err := verify(ctx, tx)
		names := append(e.row.names(), e.also...)
		named := err != nil && slices.ContainsFunc(names, func(name string) bool { return strings.Contains(err.Error(), name) })
		if !errors.Is(err, ErrTampered) || !named {
			complaint = fmt.Sprintf("%s in the row %.200s: VerifyLog says %v, and must name %q", e.what, fmt.Sprint(e.row.values), err, names)
		}
	})
	return possible, complaint
}

// Every column of every table: whatever is changed there is noticed, and the row
// is named, or the column stands in the list of those that need not be.
func TestEveryColumn(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r := rich(t, dsn).Registry
		tables := schema(t, r)
		edited := map[string]bool{}
		for table, columns := range tables {
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
					for _, to := range otherValues(r, row.value(column), name) {
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
		switch other := pick(rows, c.Uint64()); c.IntN(6) {
		case 0:
			e = deleting(row)
		case 1:
			e = doubling(row)
		case 2:
			if string(encodeValue(row.value(column))) == string(encodeValue(other.value(column))) {
				continue
			}
			e = swapping(row, other, column)
		default:
			e = setting(row, column, pick(otherValues(r, row.value(column), table+"."+column), c.Uint64()))
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
