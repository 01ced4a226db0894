package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/documents"
)

// ours makes samples of other offices and officials those of the key that signs
// in tests. It is read only.
var ours = strings.NewReplacer(
	"Әуезханұлы Ж.Қ.", "Әбдіғали Ж.С.", "Әбілов Ғ.Ү.", "Әбдіғали Ж.С.",
	"«Астана қаласының Мәдениет басқармасы» ММ", "Мәдениет комитеті", "ГУ «Управление культуры города Астаны»", "Комитет культуры",
)

// samples are the drafts of documents/testdata by name.
func samples(t testing.TB) map[string]documents.Draft {
	t.Helper()
	files, err := filepath.Glob("../testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	all := map[string]documents.Draft{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		must(t, err)
		var d documents.Draft
		must(t, json.Unmarshal([]byte(ours.Replace(string(raw))), &d))
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = d
	}
	return all
}

// fromSamples returns a sample of this name, without its number.
func fromSamples(t testing.TB, name string) documents.Draft {
	t.Helper()
	return samples(t)[name].Numbered("", documents.Date{})
}

// Every kind is issued, with all that the register gives to it.
func TestEveryKindIsIssued(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		if rec := issue(t, r, "first", licenceDraft(1)); rec.Number != "26000001" {
			t.Fatalf("the first licence is %s", rec.Number)
		}
		record(t, r, "26000001", 2, suspension())
		record(t, r, "26000001", 3, order(documents.EventResumed))
		for name, draft := range samples(t) {
			t.Run(name, func(t *testing.T) {
				if draft.ExportCertificate != nil {
					withPhotograph(t, r, draft.ExportCertificate)
				}
				draft = resting(t, r, draft)
				rec, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: name, Draft: draft})
				must(t, err)
				file, err := r.PDF(t.Context(), rec.Number)
				must(t, err)
				if len(file) < 1000 || rec.Kind != draft.Kind() {
					t.Errorf("%s is a %s of %d bytes", rec.Number, rec.Kind, len(file))
				}
			})
		}
		c.advance(time.Hour)
		if err := printable(r.Layouts, documents.Draft{}, c.now()); !errors.Is(err, ErrNoLayout) {
			t.Errorf("a document of no kind: %v", err)
		}
		life, err := r.History(t.Context(), "26000001")
		must(t, err)
		if life.Copies() != 2 { // the duplicate and the certified copy
			t.Errorf("%d copies were printed", life.Copies())
		}
		for _, text := range column(t, r, `SELECT layout FROM documents`) {
			if words := strings.Fields(text); len(words) != 4 || len(words[2]) != 64 || !strings.HasPrefix(words[3], "2026-draft@") {
				t.Errorf("printed with layout %q", text)
			}
		}
		if got := life.StatusAt(c.now()); got != documents.StatusInForce {
			t.Errorf("the first licence is %s", got)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

func withPhotograph(t *testing.T, r *Registry, d *documents.ExportCertificate) {
	t.Helper()
	var picture bytes.Buffer
	must(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 30))))
	sum, err := r.AddPhotograph(t.Context(), "portal", picture.Bytes())
	must(t, err)
	d.Photographs = []documents.Photograph{{SHA256: sum, Caption: documents.Text{KK: "Құмыра", RU: "Сосуд"}}}
}
