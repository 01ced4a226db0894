package registry

import (
	"testing"
)

func TestOpenAgain(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		first, _ := open(t, dsn)
		rec := issue(t, first, "a", licenceDraft(1))
		second, _ := open(t, dsn)
		if got, err := second.Document(t.Context(), rec.Number); err != nil || got.FileSHA256 != rec.FileSHA256 {
			t.Errorf("opened again: %+v, %v", got, err)
		}
		must(t, second.Store.Ping(t.Context()))
		if rec := issue(t, second, "b", licenceDraft(2)); rec.Number != "26000002" {
			t.Errorf("the second program issues %s", rec.Number)
		}
	})
}
