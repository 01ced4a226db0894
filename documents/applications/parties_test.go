package applications_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Applications are found by whose they are, those among them that were opened before it
// was written down; an index that was edited shows none to another.
func TestParties(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, _ := book(t, dsn, civil(t, "2026-06-22T10:00"))
		person := func(iin certs.IIN) documents.Holder {
			return documents.Holder{Natural: &documents.NaturalPerson{Surname: "Сейітқали", GivenName: "Айгүл", IIN: iin}}
		}
		one, other := person("900701300108"), person("850101010003")
		var ids []string
		for i, applicant := range []documents.Holder{one, other, one} {
			a, _, err := b.Open(t.Context(), applications.OpenRequest{
				Client: "c", IdempotencyKey: fmt.Sprint(i), Service: "TEC", Channel: regulation.Portal, Applicant: applicant,
			})
			must(t, err)
			ids = append(ids, a.ID)
		}
		slices.Sort(ids) // all at one moment
		found := func(b *applications.Book, parties ...string) []string {
			t.Helper()
			list, err := b.List(t.Context(), applications.Chosen{Parties: append([]string{}, parties...)})
			must(t, err)
			var all []string
			for _, a := range list {
				if !slices.Contains(parties, a.Applicant.Identity()) {
					t.Errorf("%s is another's", a.ID)
				}
				all = append(all, a.ID)
			}
			return all
		}
		if got := found(b, one.Identity(), other.Identity()); !slices.Equal(got, ids) {
			t.Errorf("of both: %q, want %q", got, ids)
		}
		own := found(b, one.Identity())
		if len(own) != 2 || len(found(b, other.Identity())) != 1 || len(found(b)) != 0 {
			t.Errorf("found %q of one, %q of the other, %q of nobody", own, found(b, other.Identity()), found(b))
		}
		edit := func(query string) {
			t.Helper()
			must(t, b.Register.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.ExecContext(ctx, query)
				return err
			}))
		}
		edit(`DELETE FROM application_applicants`)
		started := &applications.Book{Register: b.Register, Rulebook: b.Rulebook} // the program, anew
		if got := found(started, one.Identity()); !slices.Equal(got, own) {
			t.Errorf("of an older program: %q, want %q", got, own)
		}
		edit(`UPDATE application_applicants SET party = '` + one.Identity() + `'`)
		if got := found(b, one.Identity()); !slices.Equal(got, own) {
			t.Errorf("with an edited index: %q, want %q", got, own)
		}
	})
}
