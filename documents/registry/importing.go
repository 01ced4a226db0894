package registry

import (
	"context"
	"errors"
	"fmt"
	"io"

	"tamga/documents"
	"tamga/documents/store"
)

// Import asks to enter the licences of a file, each to be confirmed by another person.
type Import struct {
	By string // who imports: 1 to 200 printable characters
	// CSV says that the file is a table with a line of names; otherwise it is JSON, an
	// array of licences or one after another.
	CSV bool
	// DryRun only tells what would be done.
	DryRun bool
	// Report, if there is one, is told of every row.
	Report func(ImportedRow) error
}

// ImportedRow is what became of a row of a file.
type ImportedRow struct {
	Line    int      `json:"line"` // on which it begins, from 1
	Outcome Imported `json:"outcome"`
	Number  string   `json:"number,omitempty"` // the licence's own
	// Document is the number under which the register has it already.
	Document string                 `json:"document,omitempty"`
	Errors   []documents.FieldError `json:"errors,omitempty"` // why it was refused, by its members
}

// Imported is what became of a row.
type Imported string

// What becomes of rows: entered now, entered before with the same content, or refused,
// with the others unharmed.
const (
	ImportEntered Imported = "entered"
	ImportAlready Imported = "already"
	ImportRefused Imported = "refused"
)

// ImportResult counts what became of the rows of a file. Batch names those that were
// entered, to be confirmed together; it is empty where there are none.
type ImportResult struct {
	Batch   string `json:"batch,omitempty"`
	Entered int    `json:"entered"`
	Already int    `json:"already"`
	Refused int    `json:"refused"`
}

// ErrImport means that a file is no table and no list of licences at all.
var ErrImport = errors.New("the file cannot be imported")

// importedTogether is how many rows share a transaction.
const importedTogether = 100

// Import enters the licences of a file. Rows that are refused keep no other from going
// in, and the same file again enters only what is not there: it is safe to import it
// anew after rows were mended or the program was interrupted. A file that cannot be read
// as such is an [ErrImport], after which nothing more of it is entered.
func (r *Registry) Import(ctx context.Context, file io.Reader, i Import) (ImportResult, error) {
	if !store.PrintableName(i.By) {
		return ImportResult{}, store.ErrBadName
	}
	rows, err := importRows(file, i.CSV)
	if err != nil {
		return ImportResult{}, err
	}
	run := importing{Import: i, register: r, seen: map[string]bool{}}
	if !i.DryRun {
		run.batch = newBatch()
	}
	for {
		chunk, more, err := nextRows(rows)
		if err != nil {
			return run.result(), err
		}
		if err := run.take(ctx, chunk); err != nil || !more {
			return run.result(), err
		}
	}
}

// nextRows reads the rows of one transaction.
func nextRows(rows func() (importRow, error)) (chunk []importRow, more bool, err error) {
	for len(chunk) < importedTogether {
		row, err := rows()
		if errors.Is(err, io.EOF) {
			return chunk, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		chunk = append(chunk, row)
	}
	return chunk, true, nil
}

// importing is a file on its way.
type importing struct {
	Import
	register *Registry
	batch    string
	done     ImportResult
	seen     map[string]bool // numbers and sources of the file, in a dry run
}

func (i *importing) result() ImportResult {
	if i.done.Entered > 0 {
		i.done.Batch = i.batch
	}
	return i.done
}

// take enters some rows in one transaction, and tells of them when it is committed.
func (i *importing) take(ctx context.Context, chunk []importRow) error {
	var told []ImportedRow
	err := i.register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		told = told[:0] // a transaction may be tried again
		for _, row := range chunk {
			one, err := i.row(ctx, tx, row)
			if err != nil {
				return err
			}
			told = append(told, one)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("failed to import: %w", err)
	}
	for _, one := range told {
		switch one.Outcome {
		case ImportEntered:
			i.done.Entered++
		case ImportAlready:
			i.done.Already++
		default:
			i.done.Refused++
		}
		if i.Report == nil {
			continue
		}
		if err := i.Report(one); err != nil {
			return err
		}
	}
	return nil
}

// row enters one row. What is wrong with it is told; an error is the database's.
func (i *importing) row(ctx context.Context, tx *store.Tx, row importRow) (ImportedRow, error) {
	told := ImportedRow{Line: row.line, Outcome: ImportRefused, Errors: row.wrong}
	if len(row.wrong) > 0 {
		return told, nil
	}
	e := Entry{Signed: Signed{By: i.By}, IdempotencyKey: "import", Licence: row.licence, batch: i.batch, line: row.line}
	e, err := i.register.checkEntry(ctx, e)
	if from := e.Licence.Elsewhere; from != nil {
		told.Number = from.Number
		e.IdempotencyKey = "import " + from.Source + " " + documents.OwnNumberKey(from.Number)
	}
	if err == nil {
		err = i.enter(ctx, tx, e, &told)
	}
	var invalid *documents.InvalidError
	switch {
	case errors.As(err, &invalid):
		told.Outcome, told.Errors = ImportRefused, invalid.Fields
	case errors.Is(err, store.ErrKeyReused):
		told.Outcome = ImportRefused
		told.Errors = []documents.FieldError{{Pointer: "/licence/elsewhere/number", Code: documents.CodeTaken, Detail: "was entered before with another content"}}
	case err != nil:
		return told, err
	}
	return told, nil
}

func (i *importing) enter(ctx context.Context, tx *store.Tx, e Entry, told *ImportedRow) error {
	if same, number, err := i.register.there(ctx, tx, e.Licence); err != nil || same {
		told.Outcome, told.Document = ImportAlready, number
		return err
	}
	if i.DryRun {
		if told.Outcome = ImportEntered; i.seen[e.IdempotencyKey] {
			return store.ErrKeyReused
		}
		i.seen[e.IdempotencyKey] = true
		return ownNumberFree(ctx, tx, e.Licence)
	}
	for tries, key := 2, e.IdempotencyKey; ; tries++ {
		a, before, err := i.register.enterIn(ctx, tx, e)
		if err != nil {
			return err
		}
		if a.Outcome == actRefused { // somebody has refused it before; it may be right now
			e.IdempotencyKey = fmt.Sprint(key, " ", tries)
			continue
		}
		if told.Outcome = ImportEntered; before {
			told.Outcome = ImportAlready
		}
		return nil
	}
}

// Undecided is an act of a batch that could not be confirmed, and why.
type Undecided struct {
	Act    Act
	Err    error
	Fields []documents.FieldError // what is wrong with it, where that is the reason
}
