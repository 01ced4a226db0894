package api_test

import (
	"net/http"
	"testing"
	"time"

	"tamga/documents/gateways"
	register "tamga/documents/gateways/demo"
	"tamga/documents/people/cast"
)

// A power of attorney of the notaries' system is entered as that system says, and not
// where it knows none in force or cannot tell.
func TestNotarialPowers(t *testing.T) {
	o := &counter{town: openTown(t)}
	agent := castMember(t, "representative").IIN
	o.registered("company-head", "representative", "stranger", "registrar")
	head := o.session("company-head")
	power := func(number string) map[string]any {
		return map[string]any{
			"principal":      map[string]any{"legal": map[string]any{"name": map[string]any{"kk": "«Ұлы дала мұрасы» ЖШС", "ru": "ТОО «Улы дала мурасы»"}, "address": map[string]any{"kk": "Астана қ.", "ru": "г. Астана"}, "bin": string(cast.CompanyBIN)}},
			"representative": map[string]any{"iin": string(agent)}, "kind": "enis", "number": number,
		}
	}
	enter := func(token, number string) said { return o.ask("POST", "/v1/powers", token, power(number)) }
	count := func() (n int) {
		if err := o.server.Registry.Store.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM powers`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	o.refused("where the system is not set up", enter(head, "N-1"), http.StatusServiceUnavailable, "gateway_away")

	o.server.Notaries = o.connected(gateways.SystemNotaries)
	known := func(number, from, until, may string) register.Power {
		return register.Power{Number: number, Principal: string(cast.CompanyBIN), Agent: string(agent), From: from, Until: until, May: may}
	}
	o.register.Powers = []register.Power{
		known("N-1", "2026-05-01", "2026-06-01", gateways.MayFillIn), known("N-2", "2026-05-01", "2026-05-31", gateways.MaySign),
		known("N-3", "2026-06-02", "2026-12-31", gateways.MaySign), known("N-4", "2026-05-01", "2026-12-31", "all"),
		{Number: "N-5", Principal: string(cast.CompanyBIN), Agent: applicantIIN, From: "2026-05-01", Until: "2026-12-31", May: gateways.MaySign},
	}
	o.start(t)
	o.refused("by a stranger", enter(o.session("stranger"), "N-1"), http.StatusForbidden, "may_not_act")
	if n := o.asked.Load(); n != 0 {
		t.Errorf("the system was asked %d times for who may not enter", n)
	}
	for number, what := range map[string]string{"N-2": "over yesterday", "N-3": "from tomorrow", "N-5": "to another", "N-6": "not known"} {
		o.refused(what, enter(head, number), http.StatusUnprocessableEntity, "power_unknown")
	}
	o.refused("of a right that nobody knows", enter(head, "N-4"), http.StatusServiceUnavailable, "gateway_away")
	for behaviour, want := range map[register.Behaviour]string{
		register.NoData: "power_unknown", register.Fail: "gateway_away", register.Hang: "gateway_away", register.Garbage: "gateway_away",
	} {
		o.ahead.Add(int64(time.Second))
		if err := o.register.Set(gateways.SystemNotaries, behaviour); err != nil {
			t.Fatal(err)
		}
		status := map[string]int{"power_unknown": http.StatusUnprocessableEntity, "gateway_away": http.StatusServiceUnavailable}[want]
		o.refused(string(behaviour), enter(head, "N-1"), status, want)
	}
	if n := count(); n != 0 {
		t.Errorf("%d powers were entered", n)
	}
	if err := o.register.Set(gateways.SystemNotaries, register.Answer); err != nil {
		t.Fatal(err)
	}
	o.ahead.Add(int64(time.Second)) // after what was an outage, the system is left alone until then
	stated := power("N-1")
	stated["issued_on"], stated["valid_until"], stated["may"] = "2026-05-20", "2030-01-01", "sign"
	given := o.ask("POST", "/v1/powers", head, stated)
	if given.code != http.StatusCreated || given.text("valid_until") != "2026-06-01" || given.text("issued_on") != "2026-05-01" || given.text("may") != "fill_in" {
		t.Errorf("as the system says: %d %v", given.code, given.body)
	}
	if again := enter(o.session("registrar"), "N-1"); again.text("id") != given.text("id") || count() != 1 {
		t.Errorf("again, by an official: %d %v", again.code, again.body)
	}
}
