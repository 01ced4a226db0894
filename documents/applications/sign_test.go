package applications_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// signedBy signs the act of a request with the key of somebody, who need not be who acts.
func (w *walker) signedBy(req applications.EnterRequest, name string, p ca.Person) applications.EnterRequest {
	w.t.Helper()
	act, err := w.book.ActOf(w.t.Context(), req)
	must(w.t, err)
	p.NotBefore, p.NotAfter = lifeFrom(), lifeUntil()
	key, err := keyFor(name, p)
	must(w.t, err)
	req.Signature, err = signtest.Sign(creation.CMS{Content: act, Claim: true}, key, w.clock.now())
	must(w.t, err)
	return req
}

// The request is signed by the applicant over what stands: by nobody, by another, by an
// employee without the right, or over something else it is not; and what was signed is
// kept with its verdict, under the log.
func TestRequestIsSigned(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.lead("TEC", regulation.Portal, "T-P-p5").ID
		plain := w.plain(id, "APPLICANT", "T-P-p5", "done")
		museums := ca.Person{
			Surname: "Person", GivenName: "of", Patronymic: "APPLICANT", IIN: "850101400011", Organisation: "Ұлттық музей", BIN: "120741000014",
			Roles: []certs.Role{certs.RoleHead},
		}
		another, employee := museums, museums
		another.BIN = "250040999998"
		employee.Roles = []certs.Role{certs.RoleEmployee}
		tried := map[string]applications.EnterRequest{
			"nobody":   plain,
			"another":  w.signedBy(plain, "of another", another),
			"employee": w.signedBy(plain, "an employee", employee),
		}
		elsewhere := w.lead("TEC", regulation.Portal, "T-P-p5").ID
		other := w.signedBy(w.plain(elsewhere, "APPLICANT", "T-P-p5", "done"), "the museum", museums)
		other.Application = id
		tried["of another application"] = other
		valued := w.signedBy(plain, "the museum", museums)
		valued.Values = json.RawMessage(`{"other": true}`)
		tried["of other values"] = valued
		for name, req := range tried {
			if _, _, err := w.book.Enter(t.Context(), req); refusedFor(err) != applications.ReasonSignature {
				t.Errorf("signed by %s: %v", name, err)
			}
		}
		good := w.signedBy(plain, "the museum", museums)
		e, _, err := w.book.Enter(t.Context(), good)
		must(t, err)
		all, err := w.book.Signatures(t.Context(), id)
		must(t, err)
		last := all[len(all)-1]
		if last.Entry != e.ID || !bytes.Equal(last.CMS, good.Signature) || last.Verdict.Indication != signing.TotalPassed || e.Data.Unsigned {
			t.Errorf("kept of %s: %s, %v", e.ID, last.Entry, last.Verdict.Indication)
		}
		var act struct {
			Kind        string `json:"kind"`
			Step        string `json:"step"`
			Application struct {
				ID string `json:"id"`
			} `json:"application"`
		}
		must(t, json.Unmarshal(last.Act, &act))
		if act.Kind != "tamga application act 1" || act.Step != "T-P-p5" || act.Application.ID != id {
			t.Errorf("signed was %s", last.Act)
		}
		if _, replayed, err := w.book.Enter(t.Context(), good); err != nil || !replayed {
			t.Errorf("again: %v %v", replayed, err)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// Who signs what is data: acts of officials that decide are signed, receiving and handing
// out are not.
func TestWhoSigns(t *testing.T) {
	signed := map[string]string{
		"T-aP1": "", "T-aP2": "", "T-aP3": "", "T-aP-d1": "HEAD", "T-aP-d3": "HEAD", "L-a-d1": "AUTH_SIGNER", "T-aP4": "COMMISSION", "T-aP5": "EXECUTOR", "T-aP6": "HEAD", "T-aP7": "",
		"S-aU1": "", "S-aU3": "EXECUTOR", "S-aU4": "HEAD", "S-aU5": "", "L-a3": "EXECUTOR", "L-a4": "AUTH_SIGNER", "L-a5": "",
	}
	seen := map[string]bool{}
	for _, e := range law(t).Editions() {
		for i := range e.Routes {
			for _, s := range e.Routes[i].Steps {
				want, ok := signed[s.ID]
				seen[s.ID] = seen[s.ID] || ok
				if got := s.SignedBy(s.Actor); ok && got != (want != "") || want != "" && !s.SignedBy(want) {
					t.Errorf("%s %s: %s signs %v", e.ID, s.ID, s.Actor, s.Signs)
				}
			}
		}
	}
	for id := range signed {
		if !seen[id] {
			t.Errorf("there is no step %s", id)
		}
	}
}

// A commission concludes as most of its members have voted, each once and signed.
func TestCommissionVotes(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.lead("TEC", regulation.Provider, "T-aU4").ID
		enter := func(person, on string) error {
			req := w.plain(id, "COMMISSION", "T-aU4", on)
			req.Actor.Person = person
			if on == "recognised" || on == "no_value" {
				req.Document = draft(t, applications.Issues{Kind: documents.KindConclusion}, facts{})
				req.Document.Conclusion.Recognised = on == "recognised"
			}
			if _, err := w.book.ActOf(t.Context(), req); err != nil {
				return err
			}
			w.sign(&req)
			_, _, err := w.book.Enter(t.Context(), req)
			return err
		}
		must(t, enter("Member of COMMISSION A", "vote_recognised"))
		for name, err := range map[string]error{
			"a second vote":            enter("Member of COMMISSION A", "vote_no_value"),
			"a conclusion of one vote": enter("Member of COMMISSION A", "recognised"),
		} {
			if refusedFor(err) != applications.ReasonVotes {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, enter("Member of COMMISSION B", "vote_no_value"))
		must(t, enter("Member of COMMISSION C", "vote_no_value"))
		if err := enter("Member of COMMISSION A", "recognised"); refusedFor(err) != applications.ReasonVotes {
			t.Errorf("a conclusion against most votes: %v", err)
		}
		must(t, enter("Member of COMMISSION A", "no_value"))
		if a := w.app(id); a.Entries[len(a.Entries)-1].Document == "" {
			t.Error("the conclusion was not issued")
		}
	})
}

// What the code overlooks the database refuses: nobody stands on both sides of the four
// eyes on one application, not even where the entries were changed behind the program.
func TestFourEyesOfTheDatabase(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.lead("SRA", regulation.Provider, "S-aU4").ID
		var apart, person, side string
		row := w.book.Register.Store.QueryRowContext(t.Context(), `SELECT apart, person, side FROM application_parts WHERE application = $1 AND person = $2`,
			id, "name:"+person1)
		must(t, row.Scan(&apart, &person, &side))
		// The same row is taken of another person.
		other := func(person string) error {
			return w.book.Register.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.ExecContext(ctx, `INSERT INTO application_parts (application, apart, person, side) VALUES ($1, $2, $3, $4)`, id, apart, person, "HEAD+AUTH_SIGNER")
				return err
			})
		}
		if other(person) == nil {
			t.Fatal("the database has taken the other side")
		}
		must(t, other("name:somebody else"))
		w.edit(`UPDATE application_entries SET actor = 'CLERK' WHERE application = $1 AND person = $2`, id, person1)
		req := w.plain(id, "HEAD", "S-aU4", "signed")
		req.Actor.Person = person1
		w.sign(&req)
		if _, _, err := w.book.Enter(t.Context(), req); refusedFor(err) != applications.ReasonFourEyes {
			t.Errorf("the executor signs after the entries were changed: %v", err)
		}
		var sides int
		must(t, w.book.Register.Store.QueryRowContext(t.Context(), `SELECT count(*) FROM application_parts WHERE application = $1 AND person = $2`, id, person).Scan(&sides))
		if sides != 1 {
			t.Errorf("%s stands on %d sides", person, sides)
		}
	})
}

const person1 = "Person of EXECUTOR"

// The registrar receives and hands out, and the head endorses and signs.
func TestSameHandsWhereTheRulesLetThem(t *testing.T) {
	for _, pair := range [][2]string{{"REGISTRAR", "REGISTRAR"}, {"HEAD", "HEAD"}, {"REGISTRAR", "EXECUTOR"}} {
		for _, e := range law(t).Editions() {
			for _, a := range e.FourEyes {
				if a.Between(pair[0], pair[1]) {
					t.Errorf("%s: %s and %s are apart", e.ID, pair[0], pair[1])
				}
			}
		}
	}
	for _, one := range []string{"COMMISSION", "EXECUTOR"} {
		for _, other := range []string{"HEAD", "AUTH_SIGNER"} {
			for _, e := range law(t).Editions() {
				apart := false
				for _, a := range e.FourEyes {
					apart = apart || a.Between(one, other) && a.Between(other, one)
				}
				if !apart && hasRole(e, one) && hasRole(e, other) {
					t.Errorf("%s: %s and %s may be one person", e.ID, one, other)
				}
			}
		}
	}
}

func hasRole(e *regulation.Edition, id string) bool {
	for _, r := range e.Roles {
		if r.ID == id {
			return true
		}
	}
	return false
}
