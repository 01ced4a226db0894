package signing_test

import (
	"encoding/json"
	"testing"

	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/cms"
)

// The reports say what the verdict says, block by block.
func TestReports(t *testing.T) {
	w := newPOEWorld(t, fate{asked: 210, on: 2, reason: revocation.Superseded})
	stamped := withUnsigned(t, w.file, cms.OIDSignatureTimestamp, tokenAt(t, w.tsa, day(0), signatureOf(t, w.file)))
	got := verify(t, w.pki.Verifier, stamped, signing.Question{At: day(210)})
	simple, detailed := got.SimpleReport(), got.DetailedReport()
	s := simple.Signatures[0]
	if simple.SignaturesCount != 1 || simple.ValidSignaturesCount != 1 || s.ID != "S-1" || s.Indication != signing.TotalPassed ||
		!s.BestSignatureTime.Equal(day(0)) || s.Level != signing.LevelCAdESBT || s.SignedBy != "СЕЙІТҚАЛИ АЙГҮЛ" ||
		s.Timestamps[0].ID != "S-1-T-1" || !s.Timestamps[0].ProductionTime.Equal(day(0)) {
		t.Errorf("simple report %s", toJSON(t, simple))
	}
	d := detailed.Signatures[0]
	var names []signing.BlockName
	for _, b := range d.Blocks {
		names = append(names, b.Name)
		if b.Indication != signing.BlockPassed {
			t.Errorf("block %s is %s", b.Name, b.Indication)
		}
		if b.Name == signing.BlockXCV && (len(b.Blocks) != 3 || b.Blocks[0].Blocks[0].Name != signing.BlockRAC) {
			t.Errorf("path validation %s", toJSON(t, b))
		}
	}
	if g, want := toJSON(t, names), `["FC","ISC","VCI","XCV","CV","SAV"]`; g != want {
		t.Errorf("blocks %s, want %s", g, want)
	}
	if d.PastValidation == nil || d.PastValidation.Indication != signing.BlockPassed || len(d.ProofsOfExistence) != 2 ||
		d.ProofsOfExistence[0].By != "S-1-T-1" || !d.ProofsOfExistence[0].Time.Equal(day(0)) || len(d.Timestamps) != 1 {
		t.Errorf("detailed report %s", toJSON(t, d))
	}
	// Without the timestamp the same certificate does not do.
	got = verify(t, w.pki.Verifier, w.file, signing.Question{At: day(210)})
	d = got.DetailedReport().Signatures[0]
	if d.PastValidation != nil || d.Indication != signing.Indeterminate || len(got.SimpleReport().Signatures[0].Errors) != 2 {
		t.Errorf("without: %s", toJSON(t, d))
	}
	for _, b := range d.Blocks {
		if (b.Name == signing.BlockXCV) != (b.Indication == signing.BlockIndeterminate) {
			t.Errorf("block %s is %s", b.Name, b.Indication)
		}
	}
	if none := verify(t, w.pki.Verifier, []byte("x"), signing.Question{}); none.SimpleReport().Signatures == nil || len(none.DetailedReport().Signatures) != 0 {
		t.Error("reports of nothing")
	}
}

// The verdict is kept as evidence for years: what is written must be read again.
func TestVerdictComesBack(t *testing.T) {
	w := newArchiveWorld(t)
	publish(t, w.pki, 10)
	got := verify(t, w.pki.Verifier, w.file, signing.Question{At: day(10)})
	first := toJSON(t, got)
	var again signing.Verdict
	if err := json.Unmarshal([]byte(first), &again); err != nil {
		t.Fatal(err)
	}
	if second := toJSON(t, &again); second != first {
		t.Errorf("%s\nbecame %s", first, second)
	}
}
