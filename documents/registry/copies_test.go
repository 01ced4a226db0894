package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"tamga/documents"
)

// copyOf is a paper copy of a document, as its authority certifies it.
func copyOf(number string) documents.Draft {
	return documents.Draft{PaperCopy: &documents.PaperCopy{
		Of: number, Authority: documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"}, Head: "Әбдіғали Ж.С.",
	}}
}

// Every document that gives a right has paper copies (order № 159, annex 3; decree
// № 105-1613, service 1 and service 2, paragraphs 2 and 3): each has its own number,
// repeats the original whole, is counted on it, and is made of one in force only.
// Nothing else has any.
func TestPaperCopies(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		certificate := fromSamples(t, "export_certificate")
		certificate.ExportCertificate.Photographs = nil
		for name, draft := range map[string]documents.Draft{
			"licence": licenceDraft(1), "certificate": resting(t, r, certificate), "approval": fromSamples(t, "approval"),
		} {
			original := issue(t, r, name, draft)
			numbers := map[string]bool{original.Number: true}
			for n := 1; n <= 2; n++ {
				made := issue(t, r, fmt.Sprint(name, n), copyOf(original.Number))
				if numbers[made.Number] || made.Content.About() != original.Number {
					t.Errorf("%s: the copy %s is of %s", name, made.Number, made.Content.About())
				}
				numbers[made.Number] = true
				kept := made.Content.PaperCopy
				got := kept.Original()
				repeated, err := json.Marshal(got)
				must(t, err)
				if whole, err := json.Marshal(original.Content); err != nil || !bytes.Equal(repeated, whole) {
					t.Errorf("%s: the copy repeats %+v", name, got)
				}
				if s := sealed(Reservation{content: made.Content}); s.Holder == "" {
					t.Errorf("%s: the seal of the copy names nobody", name)
				}
				life, err := r.History(t.Context(), original.Number)
				must(t, err)
				last := life.Events[len(life.Events)-1]
				if last.Kind != documents.EventCertified || last.Copy != n || last.Other != made.Number || last.Signatory != kept.Head {
					t.Errorf("%s: the original tells %+v", name, last)
				}
			}
			record(t, r, original.Number, 4, order(documents.EventSuspended))
			if got := refusedBy(t, r, copyOf(original.Number)); got != "rule status" {
				t.Errorf("%s: a copy of one that is suspended: %s", name, got)
			}
		}
		refusal := issue(t, r, "refusal", refusalOf(1)).Number
		if got := refusedBy(t, r, copyOf(refusal)); got != "[/paper_copy/of number]" {
			t.Errorf("a copy of a refusal: %s", got)
		}
		if got := refusedBy(t, r, documents.Draft{Duplicate: &documents.Duplicate{Of: refusal}}); got != "[/duplicate/of number]" {
			t.Errorf("a duplicate of a refusal: %s", got)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}
