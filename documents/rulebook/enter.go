package rulebook

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/store"
)

// Entry is a row that somebody enters. Its name, and the time that it is of, may be
// left out where the content has them.
type Entry struct {
	Kind        string
	Name        string
	From, Until documents.Date // the first day, and the day after the last; zero is open
	Content     []byte
	By          string // who enters it
}

// Enter enters a row, which has no effect until another person confirms it. What does
// not compile with the rows that count is a *[RowError] that is [ErrRefused].
func (b *Book) Enter(ctx context.Context, e Entry) (store.Rule, error) {
	row, err := complete(e)
	if err != nil {
		return store.Rule{}, err
	}
	err = b.change(ctx, change{
		judge: func(rows []store.Rule) error { return b.judge(append(rows, row)) },
		write: func(ctx context.Context, tx *store.Tx) (err error) {
			row, err = tx.AddRule(ctx, row)
			return err
		},
	})
	return row, err
}

// complete fills in what the content of a row says of its name and time.
func complete(e Entry) (store.Rule, error) {
	row := store.Rule{
		Kind: e.Kind, Name: strings.TrimSpace(e.Name), From: day(e.From), Until: day(e.Until),
		Content: e.Content, EnteredBy: strings.TrimSpace(e.By),
	}
	said := &entries{}
	of, err := said.read(row)
	if err != nil {
		return row, &RowError{ErrRefused, "", row.Kind, row.Name, err}
	}
	if row.Name == "" {
		row.Name = of.Name
	}
	if row.Name == "" && row.Kind == KindCalendar {
		row.Name = years(said.days[0])
	}
	if row.From == "" && row.Until == "" {
		row.From, row.Until = of.From, of.Until
	}
	return row, nil
}

// years names days by the years that they enter.
func years(d calendar.Data) string {
	var all []string
	for _, y := range d.Years {
		all = append(all, strconv.Itoa(y.Year))
	}
	return strings.Join(all, ", ")
}

// Confirm gives a row its effect, or, of one that is to be taken out, ends it. Who
// did the step before cannot: [store.ErrSamePerson]. With what counts by then it must
// still compile: else it is a *[RowError] that is [ErrRefused].
func (b *Book) Confirm(ctx context.Context, id, by string) error {
	row, err := b.Row(ctx, id)
	if err != nil {
		return err
	}
	by = strings.TrimSpace(by)
	if row.Place > 0 {
		return b.change(ctx, change{
			judge: func(rows []store.Rule) error { return b.judgeWithout(rows, id) },
			write: func(ctx context.Context, tx *store.Tx) error { return tx.EndRule(ctx, id, by) },
		})
	}
	return b.change(ctx, change{
		judge: func(rows []store.Rule) error { return b.judge(append(rows, row)) },
		write: func(ctx context.Context, tx *store.Tx) error { return tx.ConfirmRule(ctx, id, by) },
	})
}

// Withdraw asks to take a row out: one without effect is out at once, one in effect
// when another person confirms that.
func (b *Book) Withdraw(ctx context.Context, id, by string) error {
	return b.change(ctx, change{
		judge: func(rows []store.Rule) error { return b.judgeWithout(rows, id) },
		write: func(ctx context.Context, tx *store.Tx) error {
			return tx.WithdrawRule(ctx, id, strings.TrimSpace(by))
		},
	})
}

// Row returns a row, or [store.ErrNoRule].
func (b *Book) Row(ctx context.Context, id string) (_ store.Rule, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	return store.RuleOf(ctx, b.Store, id)
}

// Rows returns all rows in the order in which they were entered.
func (b *Book) Rows(ctx context.Context) (_ []store.Rule, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	return store.Rules(ctx, b.Store)
}

// change is a change of rows: judged together with the rows that count, and written
// while nobody else changes any.
type change struct {
	judge func(rows []store.Rule) error
	write func(ctx context.Context, tx *store.Tx) error
}

// errOvertaken means that other rows count than those with which a change was judged.
var errOvertaken = errors.New("somebody else has changed the rules meanwhile")

// change judges and writes. Compiling takes longer than the log may be held, so that
// it is done before, and again when somebody else was faster.
func (b *Book) change(ctx context.Context, c change) error {
	const most = 10
	for range most {
		version, rows, err := b.inEffect(ctx)
		if err != nil {
			return err
		}
		if err := c.judge(slices.Clip(rows)); err != nil {
			return err
		}
		err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.HoldRules(ctx); err != nil {
				return err
			}
			now, err := store.RulesVersion(ctx, tx)
			switch {
			case err != nil:
				return err
			case now != version:
				return errOvertaken
			}
			return c.write(ctx, tx)
		})
		if !errors.Is(err, errOvertaken) {
			return err
		}
	}
	return errOvertaken
}

func (b *Book) inEffect(ctx context.Context) (version string, rows []store.Rule, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	err = b.Store.Snapshot(ctx, func(ctx context.Context, r store.Reader) (err error) {
		if version, err = store.RulesVersion(ctx, r); err == nil {
			rows, err = store.RulesInEffect(ctx, r)
		}
		return err
	})
	return version, rows, err
}

// judge compiles rows of which the last is new, and refuses that one.
func (b *Book) judge(rows []store.Rule) error {
	fresh := &rows[len(rows)-1]
	if fresh.SHA256 == "" {
		fresh.SHA256 = store.HexSum(fresh.Content)
	}
	now, err := b.compile(rows, nil)
	before, wrong := b.compile(rows[:len(rows)-1], nil)
	if wrong != nil {
		return wrong
	}
	if err == nil {
		err = checkPrinting(*fresh, before, now)
	}
	if err != nil {
		return refused(err, *fresh)
	}
	return nil
}

// judgeWithout compiles what is left when a row is taken out. Where nothing compiles
// with it either, taking it out is no worse.
func (b *Book) judgeWithout(rows []store.Rule, id string) error {
	left := slices.DeleteFunc(slices.Clone(rows), func(r store.Rule) bool { return r.ID == id })
	_, err := b.compile(left, nil)
	if err == nil || len(left) == len(rows) {
		return nil
	}
	if _, before := b.compile(rows, nil); before != nil {
		return nil
	}
	return refused(err, rows[slices.IndexFunc(rows, func(r store.Rule) bool { return r.ID == id })])
}

// refused says which row is refused for what does not compile with it.
func refused(err error, row store.Rule) error {
	var wrong *RowError
	if errors.As(err, &wrong) {
		err = wrong.Err
	}
	return &RowError{ErrRefused, row.ID, row.Kind, row.Name, err}
}
