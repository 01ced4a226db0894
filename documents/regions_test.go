package documents_test

import (
	"slices"
	"testing"

	"tamga/documents"
)

func TestRegionOf(t *testing.T) {
	for address, want := range map[string]documents.Region{
		"Астана қ., Абай көш., 1": "71", "г. Алматы, ул. Жамбыла, 5": "75", "Алматы облысы, Қонаев қ.": "19", "Алматинская область, г. Талгар": "19",
		"Абай облысы, Семей қ.": "10", "Шымкент қ., Астана даңғ., 3": "79", "город Караганда, ул. Павлодарская": "35",
		"ШЫҒЫС ҚАЗАҚСТАН ОБЛЫСЫ": "63", "Wien, Ballhausplatz 2": "", "": "", "Тараз қ., Алматы көш.": "31",
	} {
		for _, text := range []documents.Text{{KK: address}, {RU: address}} {
			if got := documents.RegionOf(text); got != want {
				t.Errorf("%q: %q, want %q", address, got, want)
			}
		}
		if want != "" && !slices.Contains(documents.Regions(), want) {
			t.Errorf("%s is none of the regions", want)
		}
	}
}
