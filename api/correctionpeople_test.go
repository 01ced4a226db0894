package api_test

import (
	"fmt"
	"strings"
	"testing"

	"tamga/documents"
)

// A clerk's mistake is corrected by two persons, each by a duty of his own and by his own
// signature, and by nobody else.
func TestCorrectionByPersons(t *testing.T) {
	w := openOffice(t)
	registrar, head := w.session("registrar"), w.session("head")
	a := w.entersLicence(registrar, "registrar", "14014826")
	a = w.decides("/v1/elsewhere/"+a.text("id"), head, "head", "confirmed", "")
	if a.code != 200 {
		t.Fatalf("entered: %d %v", a.code, a.body)
	}
	at := "/v1/documents/" + a.text("document") + "/corrections"
	proposal := func() map[string]any {
		return map[string]any{
			"changes": []any{map[string]any{"pointer": "/licence/holder/legal/name/kk", "value": "«Қорғаныш» ЖШС"}},
			"reason":  map[string]any{"kk": "Атауында әріп қате жазылған.", "ru": "В названии ошибка в букве."},
		}
	}
	w.refused("nobody", w.does(at, "", proposal()), 401, "unauthorized")
	w.refused("an applicant", w.does(at, w.session("applicant"), proposal()), 403, "no_duty")
	w.refused("a member of the commission", w.ask("GET", at, w.session("member-1"), nil), 403, "no_duty")
	refusal, err := documents.NumberOf(documents.KindRefusal, 2026, 1)
	if err != nil {
		t.Fatal(err)
	}
	w.refused("of a kind that no service ends in", w.does("/v1/documents/"+refusal+"/corrections", registrar, proposal()), 403, "no_duty")
	w.refused("of no number", w.does("/v1/documents/1/corrections", registrar, proposal()), 404, "document_not_found")
	unsigned := w.does(at, registrar, proposal())
	if unsigned.code != 422 || !strings.Contains(fmt.Sprint(unsigned.body["errors"]), "/signature") {
		t.Errorf("without a signature: %d %v", unsigned.code, unsigned.body)
	}
	text := w.text("POST", at+"/text", registrar, proposal())
	signed := proposal()
	signed["signature"] = w.signed(text, "head")
	if a := w.does(at, registrar, signed); a.code != 422 || !strings.Contains(fmt.Sprint(a.body["errors"]), "/signature") {
		t.Errorf("by another's key: %d %v", a.code, a.body)
	}
	signed["signature"] = w.signed(text, "registrar")
	if a = w.does(at, registrar, signed); a.code != 201 || !strings.HasPrefix(a.text("entered_by"), "person:") {
		t.Fatalf("proposed: %d %v", a.code, a.body)
	}
	one := at + "/" + a.text("id")
	w.refused("who proposes confirms", w.does(one+"/decision", registrar, map[string]any{"outcome": "confirmed"}), 403, "no_duty")
	if a := w.does(one+"/decision", head, map[string]any{"outcome": "confirmed"}); a.code != 422 || !strings.Contains(fmt.Sprint(a.body["errors"]), "/signature") {
		t.Errorf("confirmed without a signature: %d %v", a.code, a.body)
	}
	w.change(t, `UPDATE duties SET role = 'AUTH_SIGNER' WHERE role = 'REGISTRAR'`)
	w.refused("one person with both duties", w.decides(one, registrar, "registrar", "confirmed", ""), 409, "same_person")
	if a := w.decides(one, head, "head", "refused", "Атауы дұрыс."); a.code != 200 || a.text("outcome") != "refused" {
		t.Errorf("refused: %d %v", a.code, a.body)
	}
	signed = proposal()
	signed["signature"] = w.signed(w.text("POST", at+"/text", registrar, proposal()), "registrar")
	a = w.does(at, registrar, signed)
	if a = w.decides(at+"/"+a.text("id"), head, "head", "confirmed", ""); a.code != 200 || a.text("outcome") != "confirmed" {
		t.Errorf("confirmed: %d %v", a.code, a.body)
	}
	_, page := w.raw("GET", "/v1/check/14014826", "", "application/json", nil)
	if !strings.Contains(string(page), `"rectified"`) || !strings.Contains(string(page), "«Қорғаныш» ЖШС") {
		t.Errorf("the check says %s", page)
	}
}
