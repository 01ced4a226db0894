package receipt_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"tamga/signing"
	"tamga/signing/receipt"
)

// The receipt of a check accepts a document that is the register's, unchanged,
// rightly signed and in force, and nothing else.
func TestStatementOfACheck(t *testing.T) {
	file := []byte("%PDF-1.7 licence")
	sum := sha256.Sum256(file)
	const whole = `{"type": "tamga.check-receipt", "version": 1, "id": "ab", "service": "https://tamga.example", "answered_at": "2026-06-01T12:00:00Z",
		"answer": {"number": "26000001", "sha256": "SUM", "status_at": "2026-06-01T12:00:00Z", "status": {"code": "in_force"}, "integrity": "passed",
		"signature": {"indication": "TOTAL-PASSED", "acceptance": "accepted", "summary": {"en": "x"}}}}`
	for name, c := range map[string]struct {
		old, new string
		want     signing.Acceptance
		another  bool
	}{
		"right":                {"", "", signing.Accepted, false},
		"of an earlier day":    {`"acceptance": "accepted", `, ``, signing.Accepted, false},
		"changed":              {`"passed"`, `"failed"`, signing.Refused, false},
		"not known":            {`"passed"`, `"undetermined"`, signing.Undecided, false},
		"terminated":           {`"in_force"`, `"terminated"`, signing.Refused, false},
		"of no document":       {`"status": {"code": "in_force"}, `, ``, signing.Refused, false},
		"a copy of terminated": {`"integrity"`, `"of_status": {"code": "terminated"}, "integrity"`, signing.Refused, false},
		"wrongly signed":       {`"accepted"`, `"refused"`, signing.Refused, false},
		"undecided":            {`"accepted"`, `"undecided"`, signing.Undecided, false},
		"a stranger's file":    {`"integrity"`, `"file": {"sha256": "SUM", "ours": false}, "integrity"`, signing.Refused, false},
		"a file sent":          {`"integrity"`, `"file": {"sha256": "SUM", "ours": true}, "integrity"`, signing.Accepted, false},
		"another file sent":    {`"integrity"`, `"file": {"sha256": "00", "ours": true}, "integrity"`, signing.Accepted, true},
	} {
		text := strings.ReplaceAll(strings.Replace(whole, c.old, c.new, 1), "SUM", hex.EncodeToString(sum[:]))
		got, err := receipt.ReadStatement([]byte(text))
		if err != nil || got.Acceptance != c.want || got.About(file) == c.another || got.Type != receipt.CheckType || got.Number != "26000001" {
			t.Errorf("%s: %v %+v", name, err, got)
		}
	}
	for name, text := range map[string]string{
		"of the future": strings.Replace(whole, `"version": 1`, `"version": 2`, 1), "without a number": strings.Replace(whole, `"ab"`, `""`, 1),
		"cut": whole[:200], "another type": strings.Replace(whole, "check-receipt", "cheque", 1),
	} {
		if _, err := receipt.ReadStatement([]byte(text)); !errors.Is(err, receipt.ErrNotReceipt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
