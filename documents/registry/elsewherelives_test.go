package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/store"
)

// A licence that was issued elsewhere ends as ours do: whatever ends it, the check says
// so, and nothing comes out of it any more.
func TestEnteredLicenceEnds(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		type step struct {
			event documents.NewEvent
			want  documents.Status
		}
		lives := map[string][]step{
			"terminated":               {{order(documents.EventTerminated), documents.StatusTerminated}},
			"suspended and terminated": {{order(documents.EventSuspended), documents.StatusSuspended}, {order(documents.EventTerminated), documents.StatusTerminated}},
			"resumed and annulled": {
				{order(documents.EventSuspended), documents.StatusSuspended}, {order(documents.EventResumed), documents.StatusInForce},
				{act(documents.EventAnnulled), documents.StatusAnnulled},
			},
			"appealed and annulled": {{act(documents.EventAppealed), documents.StatusInForce}, {act(documents.EventAnnulled), documents.StatusAnnulled}},
		}
		n := 40
		for what, life := range lives {
			n++
			number := entered(t, r, oldLicence(n))
			for i, s := range life {
				record(t, r, number, i+1, s.event)
				c, err := r.Check(t.Context(), number, CheckQuestion{})
				must(t, err)
				standing := c.Standing(c.Now)
				if standing.Status != s.want || c.Worth() != (s.want == documents.StatusInForce) {
					t.Errorf("%s, after %s: the check says %s, worth %v", what, s.event.Kind, standing.Status, c.Worth())
				}
			}
			again := licenceDraft(n)
			again.Licence.Replaces = number
			for kind, d := range map[string]documents.Draft{"a duplicate": {Duplicate: &documents.Duplicate{Of: number}}, "a re-issue": again} {
				_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: number + kind, Draft: d})
				if err == nil || !strings.Contains(err.Error(), "rule status") {
					t.Errorf("%s: %s comes out of it: %v", what, kind, err)
				}
			}
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// An import, and the decision on it, are each signed by one person over all of their acts;
// what was signed is kept, and the file of each document has what it takes to hold it
// against that.
func TestSignedBatch(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		keys := authorityOf(t)
		importer := Signed{By: PersonPrefix + "first", IIN: certs.IIN(keys.key.Certificate.Identity().IIN)}
		head := Signed{By: PersonPrefix + "second", IIN: certs.IIN(keys.second.Certificate.Identity().IIN)}
		done, err := r.Import(t.Context(), strings.NewReader(tableOfLicences), Import{By: importer.By, CSV: true})
		must(t, err)
		by := func(s Signed, cms []byte) Signed { s.Signature = cms; return s }
		confirm := Decision{Signed: head}
		text, err := r.TextOfBatch(t.Context(), done.Batch, &confirm)
		confirm.Signature = signedText(t, r, keys.second, text, err)
		if _, _, err := r.DecideBatch(t.Context(), done.Batch, confirm); codesOf(err) != "/signature required" {
			t.Errorf("confirmed before the import was signed: %v", err)
		}
		acts, err := r.Acts(t.Context(), done.Batch, "", 1)
		must(t, err)
		alone, err := r.TextOfDecision(acts[0])
		if _, err := r.Decide(t.Context(), Decision{Signed: by(head, signedText(t, r, keys.second, alone, err)), Act: acts[0].ID}); codesOf(err) != "/signature required" {
			t.Errorf("one row confirmed before the import was signed: %v", err)
		}
		entry, err := r.TextOfBatch(t.Context(), done.Batch, nil)
		must(t, r.SignImport(t.Context(), done.Batch, by(importer, signedText(t, r, keys.key, entry, err))))
		for what, d := range map[string]Decision{
			"not signed":                  {Signed: head},
			"signed over the import":      {Signed: by(head, signedText(t, r, keys.second, entry, nil))},
			"signed by another":           {Signed: by(head, signedText(t, r, keys.key, text, nil))},
			"refused by the confirmation": {Signed: confirm.Signed, Refuse: true, Reason: "no"},
		} {
			if _, _, err := r.DecideBatch(t.Context(), done.Batch, d); !strings.HasPrefix(codesOf(err), "/signature ") {
				t.Errorf("%s: %v", what, err)
			}
		}
		same := Decision{Signed: Signed{By: PersonPrefix + "third", IIN: importer.IIN, Signature: signedText(t, r, keys.key, text, nil)}}
		if _, _, err := r.DecideBatch(t.Context(), done.Batch, same); !errors.Is(err, store.ErrSamePerson) {
			t.Errorf("one person has signed both: %v", err)
		}
		if _, _, err := r.DecideBatch(t.Context(), done.Batch, Decision{Signed: Signed{By: "third"}, Refuse: true}); codesOf(err) != "/reason required" {
			t.Errorf("refused without a reason: %v", err)
		}
		decided, left, err := r.DecideBatch(t.Context(), done.Batch, confirm)
		if must(t, err); decided != done.Entered || len(left) != 0 {
			t.Fatalf("decided %d of %d, left %v", decided, done.Entered, left)
		}
		heldAgainst(t, r, done.Batch, string(text))
		must(t, r.VerifyLog(t.Context()))
	})
}

// heldAgainst holds the files of the documents of an import against what was signed.
func heldAgainst(t *testing.T, r *Registry, batch, signed string) {
	t.Helper()
	kept := column(t, r, fmt.Sprintf(`SELECT act FROM act_signatures WHERE batch = '%s' AND outcome = 'confirmed'`, batch))
	if len(kept) != 1 || kept[0] != signed {
		t.Fatalf("%d decisions are kept", len(kept))
	}
	for _, number := range column(t, r, `SELECT document FROM acts_of_two WHERE document <> ''`) {
		var file enteredStatement
		must(t, json.Unmarshal([]byte(column(t, r, fmt.Sprintf(`SELECT bytes FROM files WHERE number = '%s'`, number))[0]), &file))
		content, err := json.Marshal(file.Licence)
		must(t, err)
		if c := commitmentOf(file.Salt, string(content)+"\n"+file.Entered.Signature); file.Confirmed.Signed == "" || !strings.Contains(signed, c) {
			t.Errorf("%s: the commitment %s of its act was not signed", number, c)
		}
	}
}
