package main

import (
	"fmt"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store"
)

// rulebookFlags say what stands below the rows of operators.
type rulebookFlags struct {
	Calendar string `placeholder:"FILE" help:"Days, hours and years (JSON) that are added to the calendar that the program carries."`
	layoutFlags
}

// book is the law of a register: what the program carries, what the flags name, and
// the rows of the operators.
func (f rulebookFlags) book(c *console, db *store.DB, baseURL string) (*rulebook.Book, error) {
	days, err := calendarFlags{Data: f.Calendar}.data(c)
	if err != nil {
		return nil, err
	}
	editions, err := regulationFlags{Data: f.Law}.editions(c)
	if err != nil {
		return nil, err
	}
	pages, err := f.options(c, baseURL)
	if err != nil {
		return nil, err
	}
	return &rulebook.Book{Store: db, Carried: rulebook.Carried{Calendar: days, Editions: editions}, Pages: &pages}, nil
}

// ruled is the law of the service, judged before it is served. With --edition
// documents are printed by the one that the demonstration runs by its name.
func (cmd serveCommand) ruled(c *console, db *store.DB) (*rulebook.Book, error) {
	book, err := cmd.book(c, db, cmd.BaseURL)
	if err != nil {
		return nil, err
	}
	if cmd.Edition != "" {
		book.Printing = func(law *regulation.Law) []documents.Edition {
			editions, _ := law.Specimens(cmd.Edition, documents.CivilDate(c.now()))
			return editions
		}
		law, err := regulation.Compile(book.Carried.Editions...)
		if err != nil {
			return nil, err
		}
		if _, known := law.Edition(cmd.Edition); !known {
			return nil, usagef("--edition: there is no edition %q; tamga regulation list names them", cmd.Edition)
		}
	}
	if _, err := book.Current(c.ctx); err != nil {
		return nil, cmd.located(err)
	}
	return book, nil
}

// enterCommand enters a row.
type enterCommand struct {
	Kind  string `arg:"" help:"What the file is: edition (of the regulation), calendar (days, hours and years), index (МРП of a year), checklist (of a service), layout (of documents)."`
	File  string `arg:"" help:"The file (JSON); - reads standard input."`
	As    string `required:"" placeholder:"NAME" help:"Who enters it."`
	Name  string `placeholder:"NAME" help:"Name of the row, to which a later one of the same name puts an end; by default that of the content: the edition's, the years of the calendar, the year of the index, the service of the checklist, the layout's."`
	From  string `placeholder:"DAY" help:"The first day, such as 2027-01-01, where the content does not say it."`
	Until string `placeholder:"DAY" help:"The day after the last."`
	rulebookFlags
	registerFlags
}

// Help is shown below the flags' list.
func (enterCommand) Help() string {
	return `A row counts when another person has confirmed it, and the service goes by it from the next request on, without a restart. What would be refused at the start of the service is refused here.

Examples:
  tamga regulation enter index 2027.json --as "Ә. Ғ. Сейітқали"        {"year": 2027, "tenge": 4500}
  tamga regulation enter calendar days-2027.json --as "Ә. Ғ. Сейітқали"
  tamga regulation enter layout licence.json --from 2027-01-01 --as "Ә. Ғ. Сейітқали"
  tamga regulation confirm 0123456789abcdef --as "Б. С. Омарова"`
}

// Run enters the row and prints its id.
func (cmd enterCommand) Run(c *console) error {
	content, err := c.read(cmd.File, maxLawFile)
	if err != nil {
		return err
	}
	entry := rulebook.Entry{Kind: cmd.Kind, Name: cmd.Name, Content: content, By: cmd.As}
	for flag, text := range map[string]string{"--from": cmd.From, "--until": cmd.Until} {
		if text == "" {
			continue
		}
		on, err := documents.ParseDate(text)
		if err != nil {
			return usagef("%s: %w", flag, err)
		}
		if flag == "--from" {
			entry.From = on
		} else {
			entry.Until = on
		}
	}
	db, err := cmd.open(c.ctx, c, defaultDatabase)
	if err != nil {
		return err
	}
	defer db.Close()
	book, err := cmd.book(c, db, previewBase)
	if err != nil {
		return err
	}
	row, err := book.Enter(c.ctx, entry)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "Entered %s: %s %s. It counts when another person confirms it: tamga regulation confirm %s --as NAME\n",
		row.ID, row.Kind, clean(row.Name), row.ID)
	return err
}

// rowFlags name a row and who does something with it.
type rowFlags struct {
	ID string `arg:"" name:"id" help:"The row, as tamga regulation rows names it."`
	As string `required:"" placeholder:"NAME" help:"Who does it."`
	rulebookFlags
	registerFlags
}

// change does something with the row, and prints how it stands then.
func (f rowFlags) change(c *console, do func(*rulebook.Book) error) error {
	db, err := f.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	book, err := f.book(c, db, previewBase)
	if err != nil {
		return err
	}
	if err := do(book); err != nil {
		return err
	}
	row, err := book.Row(c.ctx, f.ID)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s %s: %s.\n", row.Kind, clean(row.Name), standing(row))
	return err
}

// confirmCommand confirms.
type confirmCommand struct{ rowFlags }

// Help is shown below the flags' list.
func (confirmCommand) Help() string {
	return `Another person than the one who entered the row, or who has withdrawn it.`
}

// Run confirms the row, or that it is taken out.
func (cmd confirmCommand) Run(c *console) error {
	return cmd.change(c, func(b *rulebook.Book) error { return b.Confirm(c.ctx, cmd.ID, cmd.As) })
}

// withdrawCommand takes out.
type withdrawCommand struct{ rowFlags }

// Help is shown below the flags' list.
func (withdrawCommand) Help() string {
	return `A row that counts goes on counting until another person confirms that it is taken out; what an earlier row of its name says counts again then. Rows are never deleted.`
}

// Run withdraws the row.
func (cmd withdrawCommand) Run(c *console) error {
	return cmd.change(c, func(b *rulebook.Book) error { return b.Withdraw(c.ctx, cmd.ID, cmd.As) })
}

// rowsCommand lists.
type rowsCommand struct {
	ID string `arg:"" optional:"" name:"id" help:"Print what this row says, as it was entered."`
	registerFlags
}

// Run prints two lines for each row, or the content of one.
func (cmd rowsCommand) Run(c *console) error {
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	book := &rulebook.Book{Store: db}
	if cmd.ID != "" {
		row, err := book.Row(c.ctx, cmd.ID)
		if err != nil {
			return err
		}
		_, err = c.out.Write(row.Content)
		return err
	}
	rows, err := book.Rows(c.ctx)
	if err != nil {
		return err
	}
	p := &printer{}
	for _, r := range rows {
		p.line("%s  %s %s  %s – %s  %s", r.ID, r.Kind, r.Name, r.From, r.Until, standing(r))
		p.in(func() { p.field("SHA-256", "%s", r.SHA256); steps(p, r) })
	}
	if len(rows) == 0 {
		p.line("No row was entered.")
	}
	return p.flush(c.out)
}

// standing says what a row has become.
func standing(r store.Rule) string {
	switch {
	case !r.EndedAt.IsZero():
		return "taken out"
	case !r.WithdrawnAt.IsZero():
		return "counts until its end is confirmed"
	case r.InEffect():
		return "counts"
	}
	return "waits for its confirmation"
}

// steps prints who did what with a row, and when.
func steps(p *printer, r store.Rule) {
	p.field("entered", "%s, %s", r.EnteredBy, documents.PrintedTime(r.EnteredAt))
	if r.Place > 0 {
		p.field("confirmed", "%s, %s", r.ConfirmedBy, documents.PrintedTime(r.ConfirmedAt))
	}
	if !r.WithdrawnAt.IsZero() {
		p.field("withdrawn", "%s, %s", r.WithdrawnBy, documents.PrintedTime(r.WithdrawnAt))
	}
	if !r.EndedAt.IsZero() {
		p.field("ended", "%s, %s", r.EndedBy, documents.PrintedTime(r.EndedAt))
	}
}
