package applications_test

import (
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
)

// Whoever brings an application to the counter gets its stamped copy within 15 minutes: a
// copy is in time at the fifteenth and late a second after it.
func TestStampedCopy(t *testing.T) {
	for _, service := range []string{"TEC", "SRA"} {
		for took, late := range map[time.Duration]bool{15 * time.Minute: false, 15*time.Minute + time.Second: true} {
			b, clock := book(t, t.TempDir()+"/register.sqlite", civil(t, times["2014-105-1613"]))
			w := &walker{t: t, book: b, clock: clock}
			a := w.open(service, regulation.Provider)
			caseOf := func() applications.Case {
				c, err := b.Case(t.Context(), w.app(a.ID))
				must(t, err)
				return c
			}
			if _, ok := caseOf().Copy(); ok {
				t.Fatal("there is a copy before anything was received")
			}
			var k applications.Copy
			for ok := false; !ok; k, ok = caseOf().Copy() {
				if len(caseOf().Entries) > 20 {
					t.Fatal("no copy was made out")
				}
				clock.advance(took - time.Second) // walk adds a second
				w.next(a.ID)
			}
			if k.At.Sub(k.From) != took || k.Due.Sub(k.From) != 15*time.Minute || k.Late() != late {
				t.Errorf("%s, made out after %s: from %s to %s, due %s, late %t", service, took, k.From, k.At, k.Due, k.Late())
			}
			c := caseOf()
			rec, err := b.Register.Document(t.Context(), k.Document)
			must(t, err)
			stamp := rec.Content.ApplicationCopy
			if stamp == nil || stamp.IncomingNumber != c.Number || stamp.IncomingDate != documents.CivilDate(c.RegisteredAt) || stamp.Registrar == "" ||
				!stamp.IncomingAt.Equal(c.RegisteredAt.Truncate(time.Second)) {
				t.Errorf("the stamp is %+v", stamp)
			}
			if k.By != person("REGISTRAR") {
				t.Errorf("received by %q", k.By)
			}
		}
	}
}
