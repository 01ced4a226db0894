package registry

import (
	"testing"

	"tamga/documents"
)

// Paper copies of a document are counted, each document for itself and duplicates
// apart; a copy whose issue failed leaves its number to nobody.
func TestPaperCopiesAreCounted(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		one, two := issue(t, r, "one", licenceDraft(1)).Number, issue(t, r, "two", licenceDraft(2)).Number
		issue(t, r, "duplicate", documents.Draft{Duplicate: &documents.Duplicate{Of: one}})
		copyOf := func(key, of string) Record {
			return issue(t, r, key, documents.Draft{PaperCopy: &documents.PaperCopy{
				Of: of, Authority: documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"}, Head: "Әбдіғали Ж.С.",
			}})
		}
		for i, c := range []struct {
			key, of string
			want    int
		}{{"a", one, 1}, {"b", one, 2}, {"c", two, 1}, {"d", one, 3}, {"d", one, 3}} {
			if got := copyOf(c.key, c.of).Content.PaperCopy.Copy; got != c.want {
				t.Errorf("%d: copy %d of %s, want %d", i, got, c.of, c.want)
			}
		}
		change(t, r, `UPDATE documents SET status = 'void', file_sha256 = '', evidence = '' WHERE kind = 'paper_copy' AND about = '`+two+`'`)
		if got := copyOf("e", two).Content.PaperCopy.Copy; got != 2 {
			t.Errorf("after a void copy comes copy %d", got)
		}
	})
}
