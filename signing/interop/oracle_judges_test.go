//go:build interop

package interop

import (
	"fmt"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/oracletest"
	"tamga/signing"
	"tamga/signing/signtest/orders"
)

// ordersAtOnce is how many orders of events the judges are asked about at one
// time: to start them takes seconds.
const ordersAtOnce = 30

// TestOracleJudges asks pyHanko and EU DSS about orders of events (see package
// orders) under a policy that is no stricter than the standard. What we pass
// they must pass, and what they pass we must pass, but for what differenceOf
// names.
func TestOracleJudges(t *testing.T) {
	all := orders.Orders()
	f := orders.New(t, ca.ECDSA)
	agreed, explained := 0, map[string]int{}
	for c := range oracletest.Cases(t, oracletest.Judges) {
		scenarios := make([]orders.Scenario, ordersAtOnce)
		rows, mine := make([]row, ordersAtOnce), make([]answer, ordersAtOnce)
		for i := range scenarios {
			s := orders.Choose(c.Number*ordersAtOnce+uint64(i), c.Rand, all)
			s.Strict = false
			s.Services, s.Ahead = true, 0 // questions about the past are ours alone
			if s.Door == orders.DoorAsk || s.Door == orders.DoorSupplied {
				s.Door = orders.DoorCarried
			}
			scenarios[i] = s
			rows[i], mine[i] = orderRow(t, f, fmt.Sprintf("order-%d", i), &s)
		}
		qs := write(t, t.TempDir(), rows)
		for _, j := range judges() {
			if j.name != "pyhanko" && j.name != "dss" {
				continue
			}
			if missing := j.missing(); missing != "" {
				t.Fatalf("%s: %s is missing", j.name, missing)
			}
			answers, err := j.ask(qs)
			if err != nil {
				t.Fatalf("%s: %v", c, err)
			}
			for i := range scenarios {
				if (mine[i].verdict == valid) == (answers[i].verdict == valid) {
					agreed++
					continue
				}
				if why := differenceOf(j.name, &scenarios[i], mine[i], answers[i]); why != "" {
					explained[j.name+": "+why]++
					continue
				}
				t.Errorf("%s\n%s\n\twe say %s (%s), %s says %s (%s)", c, &scenarios[i], mine[i].verdict, mine[i].detail, j.name, answers[i].verdict, answers[i].detail)
			}
		}
	}
	t.Logf("%d answers agree; explained %v", agreed, explained)
}

// orderRow is a scenario as a row that judges understand, and our answer.
func orderRow(t *testing.T, f *orders.Forge, name string, s *orders.Scenario) (row, answer) {
	t.Helper()
	m := f.Make(s)
	w := &world{name: name, at: m.Question.At, anchors: m.Verifier.Trust.Anchors(), intermediates: m.Verifier.Trust.Intermediates()}
	for _, l := range m.Verifier.Revocation.All() {
		w.crls = append(w.crls, l.Raw)
	}
	got, err := m.Verifier.VerifyCMS(t.Context(), m.File, m.Question)
	if err != nil {
		t.Fatal(err)
	}
	return row{name: name, kind: kindCMS, file: m.File, world: w}, answerOf(got)
}

// differenceOf says why a judge may differ from us about an order; "" when
// nothing explains it.
func differenceOf(judge string, s *orders.Scenario, mine, theirs answer) string {
	outOfOrder := s.Proved != orders.Never && s.Stamped != orders.Never && s.Stamped > s.Proved
	switch {
	case mine.verdict != valid && s.Judge().Indication != string(signing.TotalPassed):
		return "stops at 5.5, or believes what is not proved"
	case mine.verdict != valid:
		return ""
	case judge == "pyhanko" && s.Proved != orders.Never:
		return "knows no archive timestamps of CMS"
	case judge == "pyhanko" && s.Made != s.Asked && s.People != s.Asked && theirs.detail == "CERTIFICATE_CHAIN_GENERAL_FAILURE":
		return "stops at 5.3 where no evidence is in force at the time asked about"
	case judge == "pyhanko" && s.Door == orders.DoorCarried && theirs.detail == "CERTIFICATE_CHAIN_GENERAL_FAILURE":
		return "uses no revocation information inside a CMS"
	case judge == "dss" && s.Expires < s.Asked && strings.Contains(theirs.detail, "not known to contain information about the certificate"):
		return "takes the authority's list of another distribution point, which was made after the certificate had expired"
	case judge == "dss" && s.Maker == orders.ListedIndirectly && strings.Contains(theirs.detail, "not known to contain information about the certificate"):
		return "finds nothing about the certificate on an indirect list"
	case judge == "pyhanko" && s.Maker == orders.ListedIndirectly:
		return "knows no indirect lists of another authority"
	case judge == "dss" && outOfOrder:
		return "a timestamp in the wrong order undoes the archive timestamp"
	case judge == "dss" && s.Stamped == orders.Never && s.Proved != orders.Never:
		return "an archive timestamp alone does not date the signature"
	case judge == "dss" && s.Made < s.Stamped && strings.Contains(theirs.detail, "not considered as 'fresh'"):
		return "wants evidence younger than the timestamp (5.2.5.4), which our policy leaves to the date of the list"
	case judge == "dss" && s.Maker == orders.ListedBySelf:
		return "takes no list signed with another key of the authority"
	}
	return ""
}
