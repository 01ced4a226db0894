package registry

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/regulation"
)

// withLaw has a register print by one edition until the day after its start, by
// none on that day, and by another from the day after it on.
func withLaw(t *testing.T, r *Registry) {
	t.Helper()
	law, err := regulation.ShippedLaw()
	must(t, err)
	printed := func(sentence string) map[string]documents.Text {
		parts := law.Printing()
		texts := maps.Clone(parts[len(parts)-1].Texts)
		texts["equivalence"] = documents.Text{KK: sentence, RU: sentence}
		return texts
	}
	tomorrow := documents.CivilDate(start.Add(24 * time.Hour))
	later := documents.CivilDate(start.Add(48 * time.Hour))
	l, err := pdf.Compile(pdf.Options{CheckURL: func(string) string { return "https://tamga.example/check" }, Editions: []documents.Edition{
		{Name: "old@1", Until: tomorrow, Texts: printed("Бұрынғы")},
		{Name: "new@2", From: later, Texts: printed("Жаңа")},
	}})
	must(t, err)
	r.Layouts = l
}

// TestEditionAtSigning runs a register over the days on which an edition ends and
// another begins: a document is printed by the one of the day of its signing, and
// says by which; between them nothing is issued, and no number is lost.
func TestEditionAtSigning(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		withLaw(t, r)
		if rec := issue(t, r, "a", licenceDraft(1)); rec.Edition != "old@1" {
			t.Errorf("the first is printed by %q", rec.Edition)
		}
		var wrong *pdf.NoEditionError
		c.advance(24 * time.Hour)
		_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "b", Draft: licenceDraft(2)})
		if !errors.Is(err, pdf.ErrNoEdition) || !errors.As(err, &wrong) || wrong.On != documents.CivilDate(c.now()) {
			t.Errorf("between two editions: %v", err)
		}
		c.advance(24 * time.Hour)
		rec := issue(t, r, "b", licenceDraft(2))
		if rec.Edition != "new@2" || rec.Number != "26000002" {
			t.Errorf("%s is printed by %q", rec.Number, rec.Edition)
		}
		var digests []string
		for _, text := range column(t, r, `SELECT layout FROM documents ORDER BY number`) {
			digests = append(digests, strings.Fields(text)[2])
		}
		if len(digests) != 2 || len(slices.Compact(digests)) != 2 {
			t.Errorf("other sentences, and the same layouts: %q", digests)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// TestEditionOfAReservation finishes under the new edition what was reserved under
// the old one, and reads documents that were issued before editions were kept.
func TestEditionOfAReservation(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		withLaw(t, r)
		restore := onceSigned(r, func(context.Context) error { return errors.New("stopped") })
		if _, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)}); err == nil || !strings.Contains(err.Error(), "stopped") {
			t.Fatalf("not stopped: %v", err)
		}
		restore()
		c.advance(48 * time.Hour)
		if rec := issue(t, r, "a", licenceDraft(1)); rec.Edition != "new@2" || rec.Number != "26000001" {
			t.Errorf("%s is printed by %q", rec.Number, rec.Edition)
		}
	})
	for text, want := range map[string]string{"": "", "licence 1.1 ab": "", "licence 1.1 ab a@1": "a@1", "licence 1.1 ab a@1, b@2": "a@1, b@2"} {
		if got := editionIn(text); got != want {
			t.Errorf("printed with %q: by %q", text, got)
		}
	}
}
