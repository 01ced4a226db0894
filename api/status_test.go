package api

import (
	"testing"
	"time"

	"tamga/documents"
)

// What happened by itself stands in the history once it has happened.
func TestPublicHistory(t *testing.T) {
	issued := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	life := documents.Life{
		Kind: documents.KindExportCertificate, ValidUntil: documents.Date{Year: 2026, Month: time.July, Day: 1},
		Events: []documents.Event{
			{Seq: 1, Kind: documents.EventReserved, EffectiveAt: issued, RecordedAt: issued},
			{Seq: 2, Kind: documents.EventIssued, EffectiveAt: issued, RecordedAt: issued},
			{
				Seq: 3, Kind: documents.EventSuspended, EffectiveAt: issued.AddDate(0, 0, 2), RecordedAt: issued.AddDate(0, 0, 1),
				EventData: documents.EventData{
					OrderNumber: "64", Signatory: "Әбілов Ғ.Ү.", Reason: documents.Text{KK: "себеп", RU: "причина"},
					Until: documents.Date{Year: 2026, Month: time.June, Day: 10},
				},
			},
			{
				Seq: 4, Kind: documents.EventCertified, EffectiveAt: issued.AddDate(0, 0, 20), RecordedAt: issued.AddDate(0, 0, 20),
				EventData: documents.EventData{Other: "KZ00RPC26000001", Copy: 1},
			},
		},
	}
	for _, c := range []struct {
		day  int
		want string
	}{
		{1, "issued suspended certified_on_paper"},
		{12, "issued suspended resumed* certified_on_paper"},
		{40, "issued suspended resumed* certified_on_paper expired*"},
	} {
		got := ""
		for _, e := range publicHistory(life, issued.AddDate(0, 0, c.day)) {
			if got != "" {
				got += " "
			}
			got += string(e.Event)
			if e.ByItself {
				got += "*"
			}
			if e.Replaces+e.ReplacedBy != "" {
				t.Errorf("%s names another document", e.Event)
			}
		}
		if got != c.want {
			t.Errorf("after %d days: %s, want %s", c.day, got, c.want)
		}
	}
}
