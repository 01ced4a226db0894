package registry

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/jsonfile"
)

// importRow is a row of a file: a licence, or what is wrong with it.
type importRow struct {
	line    int
	licence documents.Licence
	wrong   []documents.FieldError
}

// wrongRow is a row that cannot be read. What stands where a name should, and has digits
// as the number of a person has, is not repeated.
func wrongRow(line int, pointer, detail string) importRow {
	digits := strings.FieldsFunc(detail, func(r rune) bool { return r < '0' || r > '9' })
	for _, run := range digits {
		if len(run) >= longestCount {
			detail = strings.ReplaceAll(detail, run, "…")
		}
	}
	return importRow{line: line, wrong: []documents.FieldError{{Pointer: pointer, Code: "malformed", Detail: detail}}}
}

// longestCount is more digits than a line, an offset or a day has, and fewer than the
// number of a person.
const longestCount = 9

// importRows returns what reads a file row by row, until io.EOF.
func importRows(file io.Reader, table bool) (func() (importRow, error), error) {
	in := bufio.NewReader(file)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\ufeff" {
		if _, err := in.Discard(3); err != nil {
			return nil, err
		}
	}
	if table {
		return tableRows(in)
	}
	return jsonRows(in), nil
}

// lines counts where the lines of what was read begin.
type lines struct {
	r    io.Reader
	read int64
	ends []int64
}

// Read reads on.
func (l *lines) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	for i, c := range b[:n] {
		if c == '\n' {
			l.ends = append(l.ends, l.read+int64(i))
		}
	}
	l.read += int64(n)
	return n, err
}

// line returns the line of an offset, from 1.
func (l *lines) line(offset int64) int {
	n, _ := slices.BinarySearch(l.ends, offset)
	return n + 1
}

// jsonRows reads an array of licences, or one after another.
func jsonRows(in io.Reader) func() (importRow, error) {
	count := &lines{r: in}
	var d *json.Decoder
	array := false
	return func() (importRow, error) {
		if d == nil {
			var err error
			if d, array, err = openArray(count); err != nil {
				return importRow{}, err
			}
		}
		if array && !d.More() {
			if _, err := d.Token(); err != nil {
				return importRow{}, fmt.Errorf("%w: line %d: the list does not end", ErrImport, count.line(d.InputOffset()))
			}
			if _, err := d.Token(); !errors.Is(err, io.EOF) {
				return importRow{}, fmt.Errorf("%w: line %d: something follows the list", ErrImport, count.line(d.InputOffset()))
			}
			return importRow{}, io.EOF
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); errors.Is(err, io.EOF) && !array {
			return importRow{}, io.EOF
		} else if err != nil {
			return importRow{}, fmt.Errorf("%w: line %d: %w", ErrImport, count.line(d.InputOffset()), err)
		}
		row := importRow{line: count.line(d.InputOffset() - int64(len(raw)))}
		if err := jsonfile.Read(raw, &row.licence); err != nil {
			return wrongRow(row.line, "/licence", err.Error()), nil
		}
		return row, nil
	}
}

// openArray reads the beginning of a list, where there is one.
func openArray(count *lines) (d *json.Decoder, array bool, err error) {
	in := bufio.NewReader(count.r)
	for {
		b, err := in.Peek(1)
		if err != nil {
			break
		}
		if !bytes.ContainsAny(b, " \t\r\n") {
			array = b[0] == '['
			break
		}
		skipped, err := in.ReadByte()
		if err != nil {
			return nil, false, err
		}
		if skipped == '\n' {
			count.ends = append(count.ends, -1)
		}
	}
	count.r = in
	d = json.NewDecoder(count)
	if array {
		_, err = d.Token()
	}
	return d, array, err
}

// tableRows reads a table whose first line names the members of a licence by their
// paths, such as holder.legal.bin. Cells are separated by commas, or by semicolons, as
// spreadsheets write them here.
func tableRows(in *bufio.Reader) (func() (importRow, error), error) {
	first, err := in.Peek(in.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	head, _, _ := bytes.Cut(first, []byte("\n"))
	t := csv.NewReader(in)
	if bytes.Contains(head, []byte(";")) {
		t.Comma = ';'
	}
	names, err := t.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: line 1: %w", ErrImport, err)
	}
	if err := knownColumns(names); err != nil {
		return nil, err
	}
	return func() (importRow, error) {
		cells, err := t.Read()
		var wrong *csv.ParseError
		switch {
		case errors.As(err, &wrong):
			return wrongRow(wrong.StartLine, "", wrong.Err.Error()), nil
		case err != nil:
			return importRow{}, err
		}
		line, _ := t.FieldPos(0)
		return rowOfTable(line, names, cells), nil
	}, nil
}

// knownColumns refuses a table whose first line names no licence's members, or one of
// them twice.
func knownColumns(names []string) error {
	sample := make([]string, len(names))
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		if slices.Contains(names[:i], names[i]) {
			return fmt.Errorf("%w: line 1: the column %d, %q, is there twice", ErrImport, i+1, names[i])
		}
		if sample[i] = "x"; strings.HasSuffix(names[i], "_on") || names[i] == "valid_until" {
			sample[i] = "2000-01-01"
		}
		if row := rowOfTable(1, names[i:i+1], sample[i:i+1]); len(row.wrong) > 0 {
			return fmt.Errorf("%w: line 1: the column %d, %q, is no member of a licence", ErrImport, i+1, names[i])
		}
	}
	return nil
}

// rowOfTable makes a licence of a line. Cells that are empty are left out.
func rowOfTable(line int, names, cells []string) importRow {
	licence := map[string]any{}
	for i, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		at, path := licence, strings.Split(names[i], ".")
		for _, name := range path[:len(path)-1] {
			inner, _ := at[name].(map[string]any)
			if inner == nil {
				inner = map[string]any{}
				at[name] = inner
			}
			at = inner
		}
		at[path[len(path)-1]] = cell
		var one documents.Licence
		if raw, err := json.Marshal(licence); err != nil || jsonfile.Read(raw, &one) != nil {
			return wrongRow(line, "/licence/"+strings.ReplaceAll(names[i], ".", "/"), "is not of the form of this member")
		}
	}
	row := importRow{line: line}
	raw, err := json.Marshal(licence)
	if err == nil {
		err = jsonfile.Read(raw, &row.licence)
	}
	if err != nil {
		return wrongRow(line, "/licence", err.Error())
	}
	return row
}

// there reports whether the register has a licence with the same content, and its number.
func (r *Registry) there(ctx context.Context, tx *store.Tx, l documents.Licence) (same bool, number string, err error) {
	found, err := byOwnNumber(ctx, tx, l.Elsewhere.Number)
	if err != nil {
		return false, "", err
	}
	want, err := json.Marshal(l)
	if err != nil {
		return false, "", err
	}
	for _, rec := range found {
		if has, err := json.Marshal(rec.Content.Licence); err == nil && bytes.Equal(has, want) {
			return true, rec.Number, nil
		}
	}
	return false, "", nil
}

// newBatch returns a name for the rows of one import.
func newBatch() string { return strings.ToLower(rand.Text()) }
