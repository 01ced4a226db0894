package signing_test

import (
	"testing"

	"tamga/certs/ca"
	"tamga/oracletest"
	"tamga/signing/signtest"
	"tamga/signing/signtest/orders"
)

// TestOracleTimes forges every order of signing, stamping, revoking, making
// evidence, proving it, expiring and asking, and holds our verdict against the
// reference of package orders. The orders come one after another; who does what
// is chance.
func TestOracleTimes(t *testing.T) {
	all := orders.Orders()
	forges := map[ca.Family]*orders.Forge{}
	decided, seen := map[orders.Rule]int{}, map[string]int{}
	for c := range oracletest.Cases(t, oracletest.Times) {
		s := orders.Choose(c.Number, c.Rand, all)
		family := ca.ECDSA
		if c.Number%1000 == 999 {
			family = ca.RSA
		}
		f := forges[family]
		if f == nil {
			f = orders.New(t, family)
			forges[family] = f
		}
		want := s.Judge()
		for r := range want.Rules {
			decided[r]++
		}
		seen[want.Indication]++
		got := f.Verify(&s)
		best := got.Signers[0].BestSignatureTime
		if string(got.Indication) != want.Indication || !best.Equal(want.Best.Time()) {
			t.Errorf("%s\n%s\n\twant %v\n\tgot %s, best signature time %v", c, &s, want, signtest.Explain(got), best)
		}
	}
	t.Logf("%d orders; conclusions %v; stricter than the standard: %v", len(all), seen, decided)
}
