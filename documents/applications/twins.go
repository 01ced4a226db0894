package applications

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
)

// Twin is another application that is pending, or a document in force, of the same party
// about the same matter.
type Twin struct {
	// Name is what a decision names it by: the id of the application, or the number of the
	// document.
	Name      string
	Number    string         // of an application empty before its registration
	Kind      documents.Kind // [documents.KindApplication] for an application
	Service   string         // of an application
	Status    string         // the step at which the application stands, or the status of the document
	Since     time.Time      // when it was registered, or else opened, or when it was issued
	Elsewhere bool           // a document of another service, which was entered
	Same      []Compared
	Differs   []Compared
	// Decided is what was decided on it last; nil for nothing yet.
	Decided *MatterDecision
}

// Compared is in what two are compared, with what each says.
type Compared struct {
	Test        string
	Name        language.Text
	Here, There []string // as they are written
}

// Twins returns what else the party of a case has pending or in force about the same
// matter, in its order. What nobody has yet answered for who may act for the party is
// passed over.
func (b *Book) Twins(ctx context.Context, c Case) (all []Twin, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	if err := b.fillMatters(ctx); err != nil {
		return nil, err
	}
	return b.twins(ctx, b.Register.Store, c, nil)
}

// twins is Twins as a reader sees it, with the document that is at hand.
func (b *Book) twins(ctx context.Context, r store.Reader, c Case, d *documents.Draft) ([]Twin, error) {
	m := c.matter()
	if m == nil || c.Applicant.Identity() == "" || c.Place().End != "" {
		return nil, nil
	}
	s, err := c.subject(d)
	if err != nil {
		return nil, err
	}
	here := m.Says(s.form, s.document)
	found, err := foundBy(ctx, r, m.Digests(s.party, here))
	if err != nil {
		return nil, err
	}
	var all []Twin
	for _, of := range found {
		t, ok, err := b.twin(ctx, r, comparing{c, s, m, here}, of)
		if err != nil {
			return nil, err
		}
		if ok && !slices.ContainsFunc(all, func(o Twin) bool { return o.Name == t.Name }) {
			t.Decided = c.decidedOn(t.Name)
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b Twin) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Name, b.Name)) })
	return all, nil
}

// comparing is an application that is compared with others.
type comparing struct {
	c    Case
	s    subject
	m    *regulation.Matter
	here []regulation.Said
}

// twin reads what the index has found, and whether it is what it is taken for.
func (b *Book) twin(ctx context.Context, r store.Reader, q comparing, of registry.Concerned) (Twin, bool, error) {
	if of.Subject == registry.ConcernedDocument {
		return b.twinDocument(ctx, r, q, of.ID)
	}
	if of.ID == q.c.ID {
		return Twin{}, false, nil
	}
	a, err := read(ctx, r, of.ID)
	if errors.Is(err, ErrErased) {
		return Twin{}, false, nil
	}
	if err != nil {
		return Twin{}, false, err
	}
	vouched, err := vouchedFor(ctx, r, a.ID)
	if err != nil || !vouched || a.Ended != "" || a.Applicant.Identity() != q.s.party {
		return Twin{}, false, err
	}
	rules, err := b.Rulebook.Current(ctx)
	if err != nil {
		return Twin{}, false, err
	}
	other, err := caseBy(rules, a)
	if err != nil || other.matter() == nil {
		return Twin{}, false, nil // its rules are gone: nothing can be compared
	}
	s, err := other.subject(nil)
	if err != nil {
		return Twin{}, false, err
	}
	t := Twin{Name: a.ID, Number: a.Number, Kind: documents.KindApplication, Service: a.Service, Status: other.StandsAt(), Since: a.OpenedAt}
	if !a.RegisteredAt.IsZero() {
		t.Since = a.RegisteredAt
	}
	same := t.compare(q, other.matter().Says(s.form, s.document))
	return t, same, nil
}

// twinDocument is twin of a document: one in force or suspended, or one that a step of
// an application has reserved and that will be.
func (b *Book) twinDocument(ctx context.Context, r store.Reader, q comparing, number string) (Twin, bool, error) {
	rec, life, err := b.Register.DocumentAndLifeIn(ctx, r, number)
	if err != nil || !rec.ErasedAt.IsZero() || rec.Content.Owner().Identity() != q.s.party {
		return Twin{}, false, err
	}
	own := slices.ContainsFunc(q.c.Entries, func(e Entry) bool { return e.Document == number })
	renewed := func(typed string) bool { return documents.Alike(typed) == documents.Alike(number) }
	if own || slices.ContainsFunc(q.m.RenewedBy(q.s.form, q.s.document), renewed) {
		return Twin{}, false, nil
	}
	status := life.StatusAt(q.c.At)
	switch status {
	case documents.StatusInForce, documents.StatusSuspended:
	case documents.StatusReserved:
		entries, err := textsOf(ctx, r, `SELECT id FROM application_entries WHERE document = $1 AND document <> ''`, number)
		if err != nil || len(entries) == 0 {
			return Twin{}, false, err
		}
	default:
		return Twin{}, false, nil
	}
	content, err := json.Marshal(rec.Content)
	if err != nil {
		return Twin{}, false, fmt.Errorf("failed to encode document %s: %w", number, err)
	}
	t := Twin{Name: number, Number: number, Kind: rec.Kind, Status: string(status), Since: rec.IssuedOn().Midnight(), Elsewhere: rec.Elsewhere() != nil}
	return t, t.compare(q, q.m.Says(nil, content)), nil
}

// compare writes down what is the same and what differs, and reports whether anything is
// the same.
func (t *Twin) compare(q comparing, there []regulation.Said) bool {
	for _, one := range q.here {
		i := slices.IndexFunc(there, func(o regulation.Said) bool { return o.Test.ID == one.Test.ID })
		if i < 0 || one.Silent() && there[i].Silent() {
			continue
		}
		both := Compared{one.Test.ID, one.Test.Name, one.Values, there[i].Values}
		if one.Agrees(there[i]) {
			t.Same = append(t.Same, both)
		} else {
			t.Differs = append(t.Differs, both)
		}
	}
	return len(t.Same) > 0
}

// concernedOf reads what a query has put into one text.
func concernedOf(key string) registry.Concerned {
	of, id, _ := strings.Cut(key, " ")
	return registry.Concerned{Subject: of, ID: id}
}

// marksOf are the places of values in a query, from the first on.
func marksOf(n int) string {
	marks := make([]string, n)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(marks, ", ")
}
