package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"tamga/documents/store"
)

// tableRow is a row with the values of all columns.
type tableRow struct {
	table   string
	columns []string
	values  []any
}

func rowsOf(t testing.TB, r *Registry, table string, columns []string) []tableRow {
	t.Helper()
	values, err := readValues(t.Context(), r.Store, len(columns),
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
	case "jobs":
		return []string{"extension " + text("id") + ":", "attachment " + text("id") + ":", "message " + text("id") + ":", "application_wait " + text("id") + ":", "gateway_status " + text("id") + ":", "job " + text("id") + ":"}
	case "attachments":
		return []string{"attachment " + text("id") + ":"}
	case "attachment_contents", "attachment_parts":
		return []string{"attachment_content " + text("sha256") + ":", "a part belongs to nothing"}
	case "looks":
		return []string{"look " + text("id") + ":"}
	case "seal_keys":
		return []string{"seal_key " + text("id") + ":"}
	case "photographs":
		return []string{"photograph " + text("sha256") + ":"}
	case "addresses":
		return []string{"address " + text("base") + ":"}
	case "answers":
		return []string{"answer " + text("id") + ":"}
	case "rules":
		return []string{"rule " + text("id") + ":"}
	case "applications":
		return []string{"application " + text("id") + ":"}
	case "application_entries":
		return []string{"application_entry " + text("id") + ":"}
	case "application_signatures":
		return []string{"application_signature " + text("id") + ":"}
	case "application_waits":
		return []string{"application_wait " + text("id") + ":", "gateway_status " + text("id") + ":", "job " + text("id") + ":"}
	case "counters":
		return []string{"the series " + text("series") + " of "}
	case "log_head":
		return []string{"the head of the log", "lies beyond the head", "the record is missing"}
	case "log_hashes":
		return []string{fmt.Sprintf("log record %d", recordOfHash(row.value("idx").(int64)))}
	case "log_entries":
		return []string{"log record " + text("idx"), text("subject") + " " + text("number") + ":"}
	}
	if i := slices.IndexFunc(rowSubjects, func(s rowSubject) bool { return s.table == row.table }); i >= 0 {
		return []string{rowSubjects[i].subject + " " + text(rowSubjects[i].key) + ":"}
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
func otherValues(t testing.TB, r *Registry, v any, name string) []any {
	var list []any
	declared := declaredAs(name)
	switch name { // the tables take nothing else
	case "documents.status":
		list = []any{"reserved", "in_force", "void"}
	case "preparations.state":
		list = []any{"open", "declined", "replaced", "completed", "void"}
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
	if !onPostgres(t, r) {
		list = append(list, "z", int64(7), []byte{1, 2}) // SQLite keeps anything anywhere
	}
	if v != nil {
		list = append(list, nil)
	}
	list = slices.DeleteFunc(list, func(other any) bool { return string(encodeValue(v)) == string(encodeValue(other)) })
	if text, ok := v.(string); ok && !onPostgres(t, r) && !slices.Contains(readAlone, name) {
		list = append(list, []byte(text)) // which no statement finds any more
	}
	return list
}

// readAlone are columns of text that no statement compares with anything: bytes
// in them are read as the text that they are, whoever reads them.
var readAlone = []string{"log_entries.record", "log_hashes.hash", "log_head.hash"}

// edit is one change to one row.
type edit struct {
	what string
	row  tableRow
	do   func(ctx context.Context, tx *store.Tx) error
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
	e.do = func(ctx context.Context, tx *store.Tx) error {
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
	return edit{what: "DELETE FROM " + row.table, row: row, do: func(ctx context.Context, tx *store.Tx) error {
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
		do: func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO `+row.table+` (`+strings.Join(row.columns, ", ")+`) VALUES (`+
				places(len(row.values))+`)`, added.values...)
			return err
		}}
}

// same reports whether two rows have the same in a column.
func (row tableRow) same(other tableRow, column string) bool {
	return string(encodeValue(row.value(column))) == string(encodeValue(other.value(column)))
}

// sameBut reports whether two rows are the same in all columns but one.
func sameBut(a, b tableRow, but string) bool {
	return !slices.ContainsFunc(a.columns, func(column string) bool { return column != but && !a.same(b, column) })
}

// swapping exchanges a column of two rows of a table, by way of a third value
// where the column is unique.
func swapping(a, b tableRow, column string) edit {
	first, second := setting(a, column, b.value(column)), setting(b, column, a.value(column))
	between := setting(a, column, "between")
	if _, integer := a.value(column).(int64); integer {
		between = setting(a, column, int64(-9))
	}
	if slices.Contains(keysOf[a.table], column) {
		// The first row is found again under the value between.
		moved := tableRow{a.table, a.columns, slices.Clone(a.values)}
		moved.values[slices.Index(a.columns, column)] = int64(-9)
		if _, integer := a.value(column).(int64); !integer {
			moved.values[slices.Index(a.columns, column)] = "between"
		}
		first = setting(moved, column, b.value(column))
	}
	return edit{what: "swap of " + a.table + "." + column, row: a, also: append(b.names(), slices.Concat(first.also, second.also)...),
		do: func(ctx context.Context, tx *store.Tx) error {
			if a.value(column) != nil && b.value(column) != nil {
				if err := between.do(ctx, tx); err != nil {
					return err
				}
			}
			if err := second.do(ctx, tx); err != nil {
				return err
			}
			return first.do(ctx, tx)
		}}
}

// noticed makes an edit and holds what VerifyLog says of it against what it
// must say. An edit that the tables refuse cannot be made.
func noticed(t testing.TB, r *Registry, e edit) (possible bool, complaint string) {
	t.Helper()
	inTampering(t, r, func(tx *store.Tx) {
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
