package people_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/people"
	"tamga/signing/signtest"
)

func organisation(bin string) documents.Holder {
	return documents.Holder{Legal: &documents.LegalEntity{
		BIN: certs.BIN(bin), Name: documents.Text{KK: "Музей", RU: "Музей"}, Address: documents.Text{KK: "Астана", RU: "Астана"},
	}}
}

// Every role of a certificate, for every kind of applicant, with every power of attorney
// and for both rights.
func TestMayAct(t *testing.T) {
	const ours, others = "120741000014", "250040999988"
	now := signtest.Now()
	day := documents.CivilDate(now)
	me, other := numbered(1), numbered(2)
	parties := map[string]documents.Holder{
		"self": {Natural: &me}, "another": {Natural: &other}, "ours": organisation(ours), "others": organisation(others),
	}
	power := func(of string, change func(*people.Power)) []people.Power {
		p := people.Power{Principal: parties[of].Identity(), IssuedOn: day, ValidUntil: day, May: people.Sign}
		change(&p)
		return []people.Power{p}
	}
	powers := map[string]func(of string) []people.Power{
		"none":    func(string) []people.Power { return nil },
		"to sign": func(of string) []people.Power { return power(of, func(*people.Power) {}) },
		"to fill": func(of string) []people.Power { return power(of, func(p *people.Power) { p.May = people.FillIn }) },
		"past": func(of string) []people.Power {
			return power(of, func(p *people.Power) { p.ValidUntil.Day--; p.IssuedOn.Month-- })
		},
		"to come": func(of string) []people.Power {
			return power(of, func(p *people.Power) { p.IssuedOn.Day++; p.ValidUntil.Month++ })
		},
		"ended":     func(of string) []people.Power { return power(of, func(p *people.Power) { p.EndedAt = now }) },
		"ends soon": func(of string) []people.Power { return power(of, func(p *people.Power) { p.EndedAt = now.Add(1) }) },
	}
	signs := []certs.Role{certs.RoleHead, certs.RoleSignRight}
	fills := append(slices.Clone(signs), certs.RoleFinanceSignRight, certs.RoleHR, certs.RoleEmployee, certs.RoleLegalEntity)
	for _, role := range append(certs.Roles(), "") {
		for name, party := range parties {
			for kind, of := range powers {
				for _, right := range []people.Right{people.FillIn, people.Sign} {
					a := people.Acting{Natural: me, BIN: ours, Powers: of(name)}
					if role != "" {
						a.Roles = []certs.Role{role}
					}
					ground, reason := wanted(role, name, kind, right, slices.Contains(signs, role), slices.Contains(fills, role))
					got, err := people.MayAct(a, party, right, now)
					var refused *people.RefusedError
					switch {
					case reason == "" && (err != nil || got != ground):
						t.Errorf("%s for %s, power %s, %s: %s %v, want %s", role, name, kind, right, got, err, ground)
					case reason != "" && (!errors.As(err, &refused) || refused.Reason != reason || got != ""):
						t.Errorf("%s for %s, power %s, %s: %s %v, want %s", role, name, kind, right, got, err, reason)
					}
				}
			}
		}
	}
}

// wanted is what the regulation makes of it, written down apart from the program.
func wanted(role certs.Role, party, power string, right people.Right, signs, fills bool) (people.Ground, people.Denial) {
	if party == "self" {
		return people.GroundSelf, ""
	}
	if party == "ours" && (signs || fills && right == people.FillIn) {
		switch role {
		case certs.RoleHead:
			return people.GroundHead, ""
		case certs.RoleSignRight:
			return people.GroundRightToSign, ""
		}
		return people.GroundEmployee, ""
	}
	switch power {
	case "to sign", "ends soon":
		return people.GroundPower, ""
	case "to fill":
		if right == people.FillIn {
			return people.GroundPower, ""
		}
		return "", people.DeniedRight
	}
	switch {
	case party == "ours" && fills:
		return "", people.DeniedRight
	case power != "none":
		return "", people.DeniedPowerOver
	case party == "ours":
		return "", people.DeniedRole
	case party == "others":
		return "", people.DeniedOrganisation
	}
	return "", people.DeniedPerson
}

// Whoever has no organisation in the certificate, or no number at all, acts for none, nor
// for another who has no number either.
func TestMayActForNobody(t *testing.T) {
	nobody := documents.NaturalPerson{Surname: "А", GivenName: "Б"}
	for name, c := range map[string]struct {
		a     people.Acting
		party documents.Holder
	}{
		"an individual for an organisation": {people.Acting{Natural: numbered(1), Roles: []certs.Role{certs.RoleHead}}, organisation("120741000014")},
		"nobody for nobody":                 {people.Acting{Natural: nobody, Powers: []people.Power{{May: people.Sign}}}, documents.Holder{Natural: &nobody}},
		"an organisation without a number":  {people.Acting{Natural: numbered(1), Roles: []certs.Role{certs.RoleHead}}, organisation("")},
		"no party":                          {people.Acting{Natural: numbered(1), BIN: "120741000014", Roles: []certs.Role{certs.RoleHead}}, documents.Holder{}},
	} {
		_, err := people.MayAct(c.a, c.party, people.FillIn, signtest.Now())
		var refused *people.RefusedError
		if !errors.As(err, &refused) || refused.Reason != people.DeniedPerson {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every role that certificates have stands in the data, once.
func TestRightsSayAllRoles(t *testing.T) {
	raw, err := os.ReadFile("rights.json")
	must(t, err)
	var file struct{ Roles []struct{ Role certs.Role } }
	must(t, json.Unmarshal(raw, &file))
	var said []certs.Role
	for _, r := range file.Roles {
		said = append(said, r.Role)
	}
	roles := certs.Roles()
	slices.Sort(said)
	slices.Sort(roles)
	if !slices.Equal(said, roles) {
		t.Errorf("the data say %v, certificates %v", said, roles)
	}
}

// A power of attorney is entered by its principal, signed in by key, or by an official;
// it counts until its last day or its end.
func TestPowers(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		s := open(t, dsn, ca.GOST2015)
		one, _ := s.administrators()
		agent := s.added(3, one)
		headKey := s.pki.Person(signtest.Head())
		s.registered(headKey, password)
		byKey, _, err := s.SignInByKey(t.Context(), s.proof(people.ForSignIn, headKey))
		must(t, err)
		byPassword, _, err := s.SignInByPassword(t.Context(), "850101010003", password)
		must(t, err)
		strangerKey := s.pki.Person(signtest.Applicant())
		s.registered(strangerKey, "")
		stranger, _, err := s.SignInByKey(t.Context(), s.proof(people.ForSignIn, strangerKey))
		must(t, err)
		day := documents.CivilDate(s.now())
		q := people.PowerRequest{
			Principal: organisation("120741000014"), Person: agent.ID, Kind: people.PowerDocument, Number: "17", IssuedOn: day,
			ValidUntil: documents.Date{Year: day.Year, Month: day.Month + 1, Day: day.Day}, May: people.Sign,
		}
		denied := func(what string, err error, reason people.Denial) {
			t.Helper()
			var refused *people.RefusedError
			if !errors.As(err, &refused) || refused.Reason != reason {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err = s.EnterPower(t.Context(), q, stranger)
		denied("by a stranger", err, people.DeniedPerson)
		_, err = s.EnterPower(t.Context(), q, byPassword)
		denied("by a password of the head, which names no organisation", err, people.DeniedPerson)
		own := q
		own.Person = byKey.Person.ID
		_, err = s.EnterPower(t.Context(), own, byKey)
		denied("to himself", err, people.DeniedPerson)

		p, err := s.EnterPower(t.Context(), q, byKey)
		must(t, err)
		again, err := s.EnterPower(t.Context(), q, byKey)
		must(t, err)
		if again.ID != p.ID {
			t.Error("the same power was entered twice")
		}
		acting := func() people.Acting {
			a, err := s.Acting(t.Context(), s.Store, people.Acting{Natural: agent.Natural})
			must(t, err)
			return a
		}
		if ground, err := people.MayAct(acting(), q.Principal, people.Sign, s.now()); ground != people.GroundPower {
			t.Errorf("by the power: %s %v", ground, err)
		}
		_, err = s.EndPower(t.Context(), p.ID, stranger)
		denied("ended by a stranger", err, people.DeniedPerson)
		_, err = s.EndPower(t.Context(), p.ID, byKey)
		must(t, err)
		_, err = people.MayAct(acting(), q.Principal, people.Sign, s.now())
		denied("after its end", err, people.DeniedPowerOver)

		// An official enters what is shown to him, of anybody.
		_, err = s.GiveDuty(t.Context(), people.DutyRequest{Person: stranger.Person.ID, Role: "OPERATOR", By: one.ID})
		must(t, err)
		q.Number = "18"
		p, err = s.EnterPower(t.Context(), q, stranger)
		must(t, err)
		s.advance(32 * 24 * time.Hour)
		_, err = people.MayAct(acting(), q.Principal, people.Sign, s.now())
		denied("after its last day", err, people.DeniedPowerOver)
		_, err = s.EndPower(t.Context(), p.ID, stranger)
		must(t, err)
	})
}

// What is no power of attorney is refused field by field.
func TestPowerFields(t *testing.T) {
	s := sqlite(t)
	tomorrow := documents.CivilDate(s.now().AddDate(0, 0, 1))
	_, err := s.EnterPower(t.Context(), people.PowerRequest{
		Principal: organisation("120741000015"), Kind: "word", May: "all", IssuedOn: tomorrow, ValidUntil: documents.CivilDate(s.now()),
	}, people.Session{})
	var invalid *documents.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range invalid.Fields {
		got[f.Pointer] = f.Code
	}
	for pointer, code := range map[string]string{
		"/kind": documents.CodeUnknown, "/may": documents.CodeUnknown, "/number": documents.CodeRequired, "/issued_on": documents.CodeDate,
		"/valid_until": documents.CodeDate, "/principal/legal/bin": documents.CodeCheckDigit,
	} {
		if got[pointer] != code {
			t.Errorf("%s: %s, want %s", pointer, got[pointer], code)
		}
	}
}
