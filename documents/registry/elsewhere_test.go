package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing/creation"
)

// oldLicence is a licence that an older system has issued; n makes it different.
func oldLicence(n int) documents.Licence {
	l := *licenceDraft(n).Licence
	l.Elsewhere = &documents.Elsewhere{
		Source: "elicense.kz", Name: documents.Text{KK: "«Е-лицензиялау» АЖ", RU: "ИС «Е-лицензирование»"},
		Number: fmt.Sprintf("%08d", 14014826+n), Edition: "2012",
	}
	l.IssuedOn = documents.Date{Year: 2014, Month: time.October, Day: 9}
	l.Head = "Досжанов К.А."
	return l
}

// entered enters a licence and has it confirmed.
func entered(t testing.TB, r *Registry, l documents.Licence) string {
	t.Helper()
	a, _, err := r.Enter(t.Context(), Entry{Signed: Signed{By: "first"}, IdempotencyKey: l.Elsewhere.Source + l.Elsewhere.Number, Licence: l})
	must(t, err)
	a, err = r.Decide(t.Context(), Decision{Signed: Signed{By: "second"}, Act: a.ID})
	must(t, err)
	return a.Document
}

func eachRegister(t *testing.T, test func(*testing.T, *Registry)) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		r.Store.Now = func() time.Time { c.advance(time.Second); return c.now() } // nothing happens at once
		test(t, r)
	})
}

// A licence that was issued elsewhere takes two persons, keeps its number and its day,
// and lives as ours do; what comes out of it is ours and says what it replaces.
func TestEnteredFromElsewhere(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		number := entered(t, r, oldLicence(0))
		if n, err := documents.ParseNumber(number); err != nil || n.Kind != documents.KindLicence || n.Series != documents.SeriesElsewhere {
			t.Fatalf("the register knows it as %s: %+v, %v", number, n, err)
		}
		found, err := r.ByOwnNumber(t.Context(), "14 014-826")
		must(t, err)
		if len(found) != 1 || found[0].Number != number || found[0].Elsewhere().Edition != "2012" {
			t.Fatalf("by its own number the check finds %+v", found)
		}
		c, err := r.Check(t.Context(), number, CheckQuestion{})
		must(t, err)
		if since := documents.CivilDate(c.Standing(c.Now).Since); !c.Worth() || since.String() != "2014-10-09" || c.Verdict != nil || c.File != nil {
			t.Errorf("worth %v since %s, verdict %v", c.Worth(), since, c.Verdict)
		}
		if _, err := r.PDF(t.Context(), number); !errors.Is(err, ErrNotFound) {
			t.Errorf("its PDF: %v, want none", err)
		}
		record(t, r, number, 1, order(documents.EventSuspended))
		record(t, r, number, 2, order(documents.EventResumed))
		dup := issue(t, r, "dup", documents.Draft{Duplicate: &documents.Duplicate{Of: number}})
		if l := dup.Content.Duplicate.Licence; l.Number != "14014826" || l.IssuedOn.String() != "2014-10-09" {
			t.Errorf("the duplicate repeats № %s of %s", l.Number, l.IssuedOn)
		}
		again := licenceDraft(0)
		again.Licence.Replaces = number
		next := issue(t, r, "again", again)
		if l := next.Content.Licence; l.FirstIssuedOn.String() != "2014-10-09" || l.ReplacedElsewhere.Number != "14014826" {
			t.Errorf("the licence in its place: %+v", l)
		}
		life, err := r.History(t.Context(), number)
		must(t, err)
		if s := life.StatusAt(r.now()); s != documents.StatusReissued {
			t.Errorf("the old one is %s", s)
		}
		must(t, r.VerifyLog(t.Context()))
		list, err := r.StatusList(t.Context())
		must(t, err)
		if n := len(list.Entries); n != 4 { // suspended, resumed, re-issued; and the duplicate worth nothing
			t.Errorf("the status list has %d entries: %+v", n, list.Entries)
		}
	})
}

func TestWhoConfirmsWhatWasEntered(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		e := Entry{Signed: Signed{By: "Б. С. Омарова"}, IdempotencyKey: "k", Licence: oldLicence(1)}
		a, _, err := r.Enter(t.Context(), e)
		must(t, err)
		if found, err := r.ByOwnNumber(t.Context(), "14014827"); err != nil || len(found) != 0 {
			t.Errorf("before the confirmation the check finds %v, %v", found, err)
		}
		for _, by := range []string{"Б. С. Омарова", "б.с.омарова", "Б С  Омарoва"} {
			if _, err := r.Decide(t.Context(), Decision{Signed: Signed{By: by}, Act: a.ID}); !errors.Is(err, store.ErrSamePerson) {
				t.Errorf("confirmed by %s: %v", by, err)
			}
		}
		// The same row is taken where another decides: it is for the person that the
		// database refuses it.
		decided := func(by string) error {
			taken := errors.New("taken, and undone")
			err := r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.ExecContext(ctx, `UPDATE acts_of_two SET outcome = 'confirmed', decided_by = `+by+`, decided_at = 1, document = 'x', content = '', salt = ''`)
				return cmp.Or(err, taken)
			})
			if errors.Is(err, taken) {
				return nil
			}
			return err
		}
		if decided("entered_by") == nil || decided("'another'") != nil {
			t.Errorf("the database lets one person do both: %v, %v", decided("entered_by"), decided("'another'"))
		}
		again, replayed, err := r.Enter(t.Context(), e)
		if must(t, err); !replayed || again.ID != a.ID {
			t.Errorf("asked again: %+v, %v", again, replayed)
		}
		other := e
		other.Licence.Place = documents.Text{KK: "Алматы қ.", RU: "г. Алматы"}
		if _, _, err := r.Enter(t.Context(), other); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("another licence under the key: %v", err)
		}
		d := Decision{Signed: Signed{By: "second"}, Act: a.ID}
		done, err := r.Decide(t.Context(), d)
		must(t, err)
		if same, err := r.Decide(t.Context(), d); err != nil || same.Document != done.Document {
			t.Errorf("decided again: %+v, %v", same, err)
		}
		d.By = "third"
		if _, err := r.Decide(t.Context(), d); !errors.Is(err, store.ErrNotWaiting) {
			t.Errorf("decided by a third: %v", err)
		}
		if again, replayed, err := r.Enter(t.Context(), e); err != nil || !replayed || again.Document != done.Document {
			t.Errorf("entered again after the confirmation: %+v, %v, %v", again, replayed, err)
		}
		if _, _, err := r.Enter(t.Context(), other); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("another licence under the key after the confirmation: %v", err)
		}
		if _, err := r.Act(t.Context(), "no"); !errors.Is(err, ErrNoAct) {
			t.Errorf("an act that is not there: %v", err)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// A refused entry leaves nothing personal behind, and may be entered anew.
func TestRefusedEntry(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		a, _, err := r.Enter(t.Context(), Entry{Signed: Signed{By: "first"}, IdempotencyKey: "k", Licence: oldLicence(2)})
		must(t, err)
		d := Decision{Signed: Signed{By: "second"}, Act: a.ID, Refuse: true}
		if _, err := r.Decide(t.Context(), d); codesOf(err) != "/reason required" {
			t.Errorf("refused without a reason: %v", err)
		}
		d.Reason = "The scan shows another number."
		a, err = r.Decide(t.Context(), d)
		must(t, err)
		if a.Document != "" || a.Licence != nil || column(t, r, `SELECT content FROM acts_of_two`)[0] != "" {
			t.Errorf("after the refusal: %+v", a)
		}
		entered(t, r, oldLicence(2))
		must(t, r.VerifyLog(t.Context()))
	})
}

// codesOf names the fields that an error is about, with its codes.
func codesOf(err error) string {
	var invalid *documents.InvalidError
	if !errors.As(err, &invalid) {
		return ""
	}
	var all []string
	for _, f := range invalid.Fields {
		all = append(all, f.Pointer+" "+f.Code)
	}
	return strings.Join(all, ", ")
}

// A number stands for one licence of a source: other sources and our own series may
// have the same.
func TestNumbersOfSources(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		ours := issue(t, r, "ours", licenceDraft(1)).Number
		first := oldLicence(3)
		first.Elsewhere.Number = ours
		one := entered(t, r, first)
		second := first
		from := *first.Elsewhere
		from.Source, from.Name = "paper", documents.Text{KK: "қағаз лицензия", RU: "бумажная лицензия"}
		second.Elsewhere = &from
		two := entered(t, r, second)
		found, err := r.ByOwnNumber(t.Context(), ours)
		must(t, err)
		var numbers []string
		for _, rec := range found {
			numbers = append(numbers, rec.Number)
		}
		if len(numbers) != 2 || !slices.Contains(numbers, one) || !slices.Contains(numbers, two) {
			t.Errorf("№ %s is %s, want %s and %s", ours, numbers, one, two)
		}
		if c, err := r.Check(t.Context(), ours, CheckQuestion{}); err != nil || c.Record.Elsewhere() != nil {
			t.Errorf("our own № %s: %v", ours, err)
		}
		third := first
		from3 := *first.Elsewhere
		from3.Number = ours[:2] + "-" + ours[2:] // no other number
		third.Elsewhere = &from3
		_, _, err = r.Enter(t.Context(), Entry{Signed: Signed{By: "first"}, IdempotencyKey: "third", Licence: third})
		if got := codesOf(err); got != "/licence/elsewhere/number taken" {
			t.Errorf("the number of that source again: %s (%v)", got, err)
		}
	})
}

// Of two who confirm the same number of the same source at once, one is refused.
func TestTwoEntriesAtOnce(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		var acts []Act
		for _, by := range []string{"first", "other"} {
			a, _, err := r.Enter(t.Context(), Entry{Signed: Signed{By: by}, IdempotencyKey: "k", Licence: oldLicence(4)})
			must(t, err)
			acts = append(acts, a)
		}
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, a := range acts {
			both.Go(func() {
				_, errs[i] = r.Decide(context.WithoutCancel(t.Context()), Decision{Signed: Signed{By: "second"}, Act: a.ID})
			})
		}
		both.Wait()
		got := []string{codesOf(errs[0]), codesOf(errs[1])}
		slices.Sort(got)
		if got[0] != "" || got[1] != "/licence/elsewhere/number taken" || errs[0] != nil && errs[1] != nil {
			t.Errorf("confirmed at once: %v", errs)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

func TestWhatElsewhereMayNotSay(t *testing.T) {
	now := start
	for want, edit := range map[string]func(*documents.Licence){
		"":                                   func(l *documents.Licence) { l.Head, l.Place, l.Elsewhere.Edition = "", documents.Text{}, "" },
		"/licence/elsewhere required":        func(l *documents.Licence) { l.Elsewhere = nil },
		"/licence/elsewhere/source unknown":  func(l *documents.Licence) { l.Elsewhere.Source = "э-лицензия" },
		"/licence/elsewhere/number required": func(l *documents.Licence) { l.Elsewhere.Number = "" },
		"/licence/elsewhere/number number":   func(l *documents.Licence) { l.Elsewhere.Number = "- -" },
		"/licence/elsewhere/number too_long": func(l *documents.Licence) { l.Elsewhere.Number = strings.Repeat("1", 41) },
		"/licence/elsewhere/number too_long, /licence/holder/legal/bin required": func(l *documents.Licence) {
			l.Elsewhere.Number, l.Holder.Legal.BIN = strings.Repeat("Ж", 20)+"1", ""
		},
		"/licence/issued_on required":              func(l *documents.Licence) { l.IssuedOn = documents.Date{} },
		"/licence/issued_on date":                  func(l *documents.Licence) { l.IssuedOn = documents.Date{Year: 1990, Month: 12, Day: 31} },
		"/licence/first_issued_on date":            func(l *documents.Licence) { l.FirstIssuedOn = documents.Date{Year: 2015, Month: 1, Day: 1} },
		"/licence/replaces not_accepted":           func(l *documents.Licence) { l.Replaces = "26000001" },
		"/licence/replaced_elsewhere not_accepted": func(l *documents.Licence) { l.ReplacedElsewhere = l.Elsewhere },
		"/licence/holder/legal/bin check_digit":    func(l *documents.Licence) { l.Holder.Legal.BIN = "120741000015" },
	} {
		l := oldLicence(5)
		from, holder := *l.Elsewhere, *l.Holder.Legal
		l.Elsewhere, l.Holder.Legal = &from, &holder
		edit(&l)
		if got := codesOf(l.NormaliseElsewhere().ValidateElsewhere(now)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, on := range []documents.Date{{Year: 1991, Month: 1, Day: 1}, documents.CivilDate(now)} {
		l := oldLicence(5)
		if l.IssuedOn = on; l.NormaliseElsewhere().ValidateElsewhere(now) != nil {
			t.Errorf("of %s: %v", on, l.ValidateElsewhere(now))
		}
	}
	d := documents.Draft{Licence: new(oldLicence(5))}
	d.Licence.IssuedOn = documents.Date{}
	if got := codesOf(d.Validate()); got != "/licence/elsewhere not_accepted" {
		t.Errorf("issued as ours: %s", got)
	}
}

// What is entered cannot be changed behind the register's back while it waits.
func TestEntryTamperedWith(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		a, _, err := r.Enter(t.Context(), Entry{Signed: Signed{By: "first"}, IdempotencyKey: "k", Licence: oldLicence(6)})
		must(t, err)
		change(t, r, `UPDATE acts_of_two SET content = replace(content, '2014-10-09', '2014-10-10')`)
		if _, err := r.Decide(t.Context(), Decision{Signed: Signed{By: "second"}, Act: a.ID}); !errors.Is(err, ErrTampered) {
			t.Errorf("confirmed what was changed: %v", err)
		}
		if err := r.VerifyLog(t.Context()); !errors.Is(err, ErrTampered) {
			t.Errorf("the log: %v", err)
		}
	})
}

func jsonOf(t testing.TB, ls ...documents.Licence) string {
	t.Helper()
	b, err := json.MarshalIndent(ls, "", "  ")
	must(t, err)
	return string(b)
}

// importing imports a file and returns what became of its rows, a word each.
func importFile(t testing.TB, r *Registry, i Import, file string) (ImportResult, []ImportedRow) {
	t.Helper()
	var rows []ImportedRow
	i.Report = func(row ImportedRow) error { rows = append(rows, row); return nil }
	done, err := r.Import(t.Context(), strings.NewReader(file), i)
	must(t, err)
	return done, rows
}

const tableOfLicences = "\ufeffelsewhere.source;elsewhere.name.kk;elsewhere.name.ru;elsewhere.number;elsewhere.edition;issued_on;holder.legal.name.kk;holder.legal.name.ru;holder.legal.address.kk;holder.legal.address.ru;holder.legal.bin;activity.kk;activity.ru;licensor.kk;licensor.ru\r\n" +
	"paper;қағаз;бумага;АЛ-17;;1998-03-02;«Қала» ЖШС;ТОО «Кала»;Астана;Астана;120741000014;археологиялық жұмыстар;археологические работы;Комитет;Комитет\r\n" +
	"paper;қағаз;бумага;АЛ-18;;1998-31-02;«Қала» ЖШС;ТОО «Кала»;Астана;Астана;120741000014;археологиялық жұмыстар;археологические работы;Комитет;Комитет\r\n" +
	"paper;қағаз;бумага;АЛ-19;;1998-03-02;\"«Қала»\nЖШС\";ТОО «Кала»;Астана;Астана;120741000015;археологиялық жұмыстар;археологические работы;Комитет;Комитет\r\n" +
	"paper;қағаз;бумага\r\n" +
	"paper;қағаз;бумага;AЛ 17;;1998-03-02;«Басқа» ЖШС;ТОО «Другое»;Астана;Астана;120741000014;археологиялық жұмыстар;археологические работы;Комитет;Комитет\r\n"

// A table goes in but for the rows that are wrong, which are named by line and member;
// the same file again enters nothing twice.
func TestImportTable(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		want := "2 entered, 3 refused /licence/issued_on malformed, 4 refused /licence/holder/legal/bin check_digit, " +
			"6 refused  malformed, 7 refused /licence/elsewhere/number taken"
		words := func(rows []ImportedRow) string {
			var all []string
			for _, row := range rows {
				text := fmt.Sprint(row.Line, " ", row.Outcome)
				for _, f := range row.Errors {
					text += " " + f.Pointer + " " + f.Code
				}
				all = append(all, text)
			}
			return strings.Join(all, ", ")
		}
		done, rows := importFile(t, r, Import{By: "first", CSV: true, DryRun: true}, tableOfLicences)
		if got := words(rows); got != want || done.Batch != "batch" && done.Batch != "" {
			t.Errorf("dry run:\n%s\nwant\n%s", got, want)
		}
		if n := column(t, r, `SELECT COUNT(*) FROM acts_of_two`)[0]; n != "0" {
			t.Errorf("a dry run has entered %s rows", n)
		}
		done, rows = importFile(t, r, Import{By: "first", CSV: true}, tableOfLicences)
		if got := words(rows); got != want || done.Entered != 1 || done.Refused != 4 {
			t.Errorf("imported:\n%s\nwant\n%s", got, want)
		}
		again, _ := importFile(t, r, Import{By: "first", CSV: true}, tableOfLicences)
		if again.Entered != 0 || again.Already != 1 || again.Batch != "" {
			t.Errorf("imported again: %+v", again)
		}
		if _, _, err := r.DecideBatch(t.Context(), done.Batch, Decision{Signed: Signed{By: "first"}}); !errors.Is(err, store.ErrSamePerson) {
			t.Errorf("confirmed by whoever imported it: %v", err)
		}
		decided, left, err := r.DecideBatch(t.Context(), done.Batch, Decision{Signed: Signed{By: "second"}})
		if must(t, err); decided != 1 || len(left) != 0 {
			t.Errorf("confirmed %d, left %v", decided, left)
		}
		again, rows = importFile(t, r, Import{By: "third", CSV: true}, tableOfLicences)
		if again.Already != 1 || rows[0].Document == "" {
			t.Errorf("imported after the confirmation, by another: %+v %+v", again, rows[0])
		}
		found, err := r.ByOwnNumber(t.Context(), "ал-17")
		if must(t, err); len(found) != 1 || found[0].Elsewhere().Number != "АЛ-17" {
			t.Errorf("№ АЛ-17 is %+v", found)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

func TestImportJSON(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		file := "\n" + jsonOf(t, oldLicence(1), oldLicence(2))
		file = strings.Replace(file, `"activity"`, `"activities"`, 1)
		done, rows := importFile(t, r, Import{By: "first"}, file)
		if done.Entered != 1 || done.Refused != 1 || rows[0].Line != 3 || rows[0].Errors[0].Code != "malformed" || rows[1].Outcome != ImportEntered {
			t.Errorf("%+v %+v", done, rows)
		}
		one, err := json.Marshal(oldLicence(3))
		must(t, err)
		if done, rows := importFile(t, r, Import{By: "first"}, string(one)+"\n"+string(one)+"\n"); done.Entered != 1 || done.Already != 1 || rows[1].Line != 2 {
			t.Errorf("one after another: %+v %+v", done, rows)
		}
		if done, _ := importFile(t, r, Import{By: "first"}, ""); done != (ImportResult{}) {
			t.Errorf("an empty file: %+v", done)
		}
		for name, file := range map[string]string{"no JSON": "hello", "a list without an end": "[" + string(one), "more than a list": "[" + string(one) + "] {}"} {
			if _, err := r.Import(t.Context(), strings.NewReader(file), Import{By: "first"}); !errors.Is(err, ErrImport) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, file := range map[string]string{"no member": "elsewhere.source,colour\n", "twice": "issued_on,issued_on\n", "nothing": ""} {
			if _, err := r.Import(t.Context(), strings.NewReader(file), Import{By: "first", CSV: true}); !errors.Is(err, ErrImport) {
				t.Errorf("a table with %s: %v", name, err)
			}
		}
	})
}

// signedText is the CMS of a key over a text.
func signedText(t testing.TB, r *Registry, key creation.Key, text []byte, err error) []byte {
	t.Helper()
	must(t, err)
	made, err := r.Make(t.Context(), creation.Order{Form: creation.CMS{Content: text, Claim: true}, Key: key, Time: r.now()})
	must(t, err)
	return made.File
}

// Both may sign what they do, over what it is, each with a key of his own; the
// signatures are kept in the stored act.
func TestSignedEntry(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		keys := authorityOf(t)
		l := oldLicence(7)
		text, err := r.TextOfEntry(l)
		first := signedText(t, r, keys.key, text, err)
		e := Entry{Signed: Signed{By: "first", Signature: first}, IdempotencyKey: "k", Licence: oldLicence(8)}
		if _, _, err := r.Enter(t.Context(), e); codesOf(err) != "/signature signer" {
			t.Errorf("signed over another licence: %v", err)
		}
		e.Licence = l
		a, _, err := r.Enter(t.Context(), e)
		must(t, err)
		decision, err := r.TextOfDecision(a)
		d := Decision{Signed: Signed{By: "second", Signature: signedText(t, r, keys.key, decision, err)}, Act: a.ID}
		if _, err := r.Decide(t.Context(), d); !errors.Is(err, store.ErrSamePerson) {
			t.Errorf("one person has signed both: %v", err)
		}
		d.Signature = signedText(t, r, keys.second, text, nil)
		if _, err := r.Decide(t.Context(), d); codesOf(err) != "/signature signer" {
			t.Errorf("signed over the entry and not the decision: %v", err)
		}
		d.Signature = signedText(t, r, keys.second, decision, nil)
		done, err := r.Decide(t.Context(), d)
		must(t, err)
		rec, err := r.Document(t.Context(), done.Document)
		must(t, err)
		for _, cms := range [][]byte{first, d.Signature} {
			if !strings.Contains(string(rec.Evidence), encoded(cms)) {
				t.Error("a signature is not kept")
			}
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// Ten thousand rows go in, a hundred in a transaction, and once.
func TestImportMany(t *testing.T) {
	r, _ := open(t, t.TempDir()+"/register.sqlite")
	var file strings.Builder
	head, row, _ := strings.Cut(tableOfLicences, "\r\n")
	row, _, _ = strings.Cut(row, "\r\n")
	file.WriteString(head + "\r\n")
	const many = 10_000
	for n := range many {
		fmt.Fprintln(&file, strings.Replace(row, "АЛ-17", fmt.Sprint("АЛ-", n), 1))
	}
	done, err := r.Import(t.Context(), strings.NewReader(file.String()), Import{By: "first", CSV: true})
	must(t, err)
	if done.Entered != many || done.Refused != 0 {
		t.Errorf("imported: %+v", done)
	}
	const some = 1000
	begin := strings.Join(strings.SplitAfter(file.String(), "\n")[:1+some], "")
	again, err := r.Import(t.Context(), strings.NewReader(begin), Import{By: "first", CSV: true})
	must(t, err)
	if again.Already != some {
		t.Errorf("imported again: %+v", again)
	}
}

// What says as little as it may, and as much, is printed when it is copied.
func TestCopiesOfElsewhere(t *testing.T) {
	r, _ := open(t, t.TempDir()+"/register.sqlite")
	r.Address = Address{Base: "https://tamga.example"} // as the service prints it, by the number in the register
	short, long := oldLicence(1), oldLicence(2)
	short.Head, short.Place = "", documents.Text{}
	from := *long.Elsewhere
	from.Number = strings.Repeat("Ж", 20)
	from.Name = documents.Text{KK: strings.Repeat("Ө", 120), RU: strings.Repeat("Щ", 120)}
	long.Elsewhere = &from
	for i, l := range []documents.Licence{short, long} {
		a, _, err := r.Enter(t.Context(), Entry{Signed: Signed{By: "first"}, IdempotencyKey: fmt.Sprint(i), Licence: l})
		must(t, err)
		a, err = r.Decide(t.Context(), Decision{Signed: Signed{By: "second"}, Act: a.ID})
		must(t, err)
		issue(t, r, fmt.Sprint("duplicate", i), documents.Draft{Duplicate: &documents.Duplicate{Of: a.Document}})
		next := licenceDraft(i + 1)
		next.Licence.Replaces = a.Document
		issue(t, r, fmt.Sprint("again", i), next)
	}
	must(t, r.VerifyLog(t.Context()))
}
