package signing_test

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/signtest/orders"
	"tamga/signing/tsp"
)

// The worst signer is the verdict, whichever stands first in the file.
func TestEveryPairOfSigners(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	const good, open, bad = "TOTAL-PASSED", "INDETERMINATE REVOKED_NO_POE", "INDETERMINATE CHAIN_CONSTRAINTS_FAILURE"
	login := signtest.Applicant()
	login.Use = certs.UseLogin
	signer := map[string]func() creation.Key{
		good: func() creation.Key { return pki.Person(signtest.Applicant()) },
		open: func() creation.Key {
			key := pki.Person(signtest.Applicant())
			pki.Authority.Revoke(key.Certificate.Serial, day(-2), revocation.Superseded)
			return key
		},
		bad: func() creation.Key { return pki.Person(login) },
	}
	order := []string{good, open, bad}
	for _, a := range order {
		for _, b := range order {
			// Where a signer stands follows from its bytes: tried until they
			// stand as wanted.
			for try := 0; ; try++ {
				file := signedByAll(t, []creation.Key{signer[a](), signer[b]()})
				pki.Refresh()
				got := verify(t, pki.Verifier, file, signing.Question{})
				if of(got.Signers[0]) != a || of(got.Signers[1]) != b {
					if try == 60 {
						t.Fatalf("%s and %s: never in this order: %s", a, b, signtest.Explain(got))
					}
					continue
				}
				worst := max(slices.Index(order, a), slices.Index(order, b))
				answer := []signing.Acceptance{signing.Accepted, signing.Undecided, signing.Refused}[worst]
				if want := order[worst]; conclusion(got) != want || got.Acceptance != answer {
					t.Errorf("%s and %s: %s", a, b, signtest.Explain(got))
				}
				break
			}
		}
	}
}

func of(s signing.Signer) string {
	if s.SubIndication == "" {
		return string(s.Indication)
	}
	return string(s.Indication) + " " + string(s.SubIndication)
}

// signedByAll is one content signed by several, whatever their certificates are
// for.
func signedByAll(t testing.TB, keys []creation.Key) []byte {
	t.Helper()
	content := []byte("келісім")
	var d *cms.Draft
	for _, key := range keys {
		m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
		if err != nil {
			t.Fatal(err)
		}
		in := cms.ToSign{Content: content, MessageDigest: m.Digest().Sum(content)}
		if d == nil {
			whole, err := m.Make(in)
			if err != nil {
				t.Fatal(err)
			}
			if d, err = cms.Edit(whole); err != nil {
				t.Fatal(err)
			}
			continue
		}
		info, err := m.MakeSigner(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.AddSigner(m, info); err != nil {
			t.Fatal(err)
		}
	}
	return d.DER()
}

// The worst link of a path is its status: the signer's and its authority's.
func TestEveryPairOfLinks(t *testing.T) {
	const good, open, nobody, gone = "good", "list out of force", "no list", "revoked"
	tests := []struct {
		signer, authority string
		policy            func(*signing.Policy)
		want              string
	}{
		{good, good, nil, "TOTAL-PASSED"},
		{good, open, nil, "INDETERMINATE TRY_LATER"},
		{good, nobody, nil, "TOTAL-PASSED"}, // with a warning
		{good, gone, nil, "INDETERMINATE REVOKED_CA_NO_POE"},
		{open, good, nil, "INDETERMINATE TRY_LATER"},
		{open, open, nil, "INDETERMINATE TRY_LATER"},
		{open, nobody, nil, "INDETERMINATE TRY_LATER"},
		{open, gone, nil, "INDETERMINATE REVOKED_CA_NO_POE"},
		{nobody, good, nil, "INDETERMINATE TRY_LATER"},
		{nobody, nobody, nil, "INDETERMINATE TRY_LATER"},
		{nobody, gone, nil, "INDETERMINATE REVOKED_CA_NO_POE"},
		{gone, good, nil, "INDETERMINATE REVOKED_NO_POE"},
		{gone, open, nil, "INDETERMINATE REVOKED_NO_POE"},
		{gone, nobody, nil, "INDETERMINATE REVOKED_NO_POE"},
		{gone, gone, nil, "INDETERMINATE REVOKED_NO_POE"},
		{good, nobody, authoritiesWithoutLists(signing.LevelIgnore), "TOTAL-PASSED"},
		{good, nobody, authoritiesWithoutLists(signing.LevelFail), "INDETERMINATE TRY_LATER"},
		// What is said of authorities is not said of signers.
		{nobody, good, authoritiesWithoutLists(signing.LevelIgnore), "INDETERMINATE TRY_LATER"},
		// Nobody was asked about the authority; a list that is out of force was.
		{good, open, authoritiesWithoutLists(signing.LevelIgnore), "INDETERMINATE TRY_LATER"},
	}
	for _, test := range tests {
		pki := signtest.New(t, ca.ECDSA)
		key := pki.Person(signtest.Applicant())
		lists := &revocation.Lists{}
		for _, l := range []struct {
			says  string
			of    *certs.Certificate
			issue func(this, next time.Time) ([]byte, error)
		}{{test.signer, key.Certificate, pki.Authority.CRL}, {test.authority, pki.Authority.Issuing(), pki.Authority.RootCRL}} {
			next := day(1)
			switch l.says {
			case nobody:
				continue
			case open:
				next = day(0).Add(-time.Minute)
			case gone:
				pki.Authority.Revoke(l.of.Serial, day(-2), revocation.Superseded)
			}
			raw, err := l.issue(day(0).Add(-time.Hour), next)
			if err != nil {
				t.Fatal(err)
			}
			lists.Add(parsedList(t, raw))
		}
		v := *pki.Verifier
		v.Revocation, v.Policy = lists, namedPolicy(t, "kz")
		if test.policy != nil {
			test.policy(&v.Policy)
		}
		got := verify(t, &v, pki.Signed([]byte("x"), key), signing.Question{})
		if conclusion(got) != test.want {
			t.Errorf("signer %s, authority %s: %s\nwant %s", test.signer, test.authority, signtest.Explain(got), test.want)
		}
		// The link that decided is named.
		decided := strings.HasSuffix(test.want, "REVOKED_CA_NO_POE") || test.signer == good && test.authority != good
		if name := pki.Authority.Issuing().Subject.CommonName(); strings.Contains(signtest.Explain(got), name) != (decided && signtest.Explain(got) != "TOTAL-PASSED  ") {
			t.Errorf("signer %s, authority %s: who decided is not said: %s", test.signer, test.authority, signtest.Explain(got))
		}
	}
}

func authoritiesWithoutLists(level signing.Level) func(*signing.Policy) {
	return func(p *signing.Policy) { p.AuthorityWithoutList = level }
}

// The verifier's own two sources, in both orders: the first that knows is
// believed, but what the lists tell is always heard, since they are at hand.
func TestEveryPairOfOwnSources(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	key := orders.PersonKey{Ends: orders.Never}
	c := f.Signer(key).Certificate
	made, next := orders.When(3).Time(), orders.Never.Time()
	hold := []orders.Entry{{Of: c, Since: orders.When(1).Time(), Reason: revocation.CertificateHold}}
	final := []orders.Entry{{Of: c, Since: orders.When(1).Time(), Reason: revocation.Superseded}}
	list := func(next time.Time, entries []orders.Entry) []byte {
		return f.List(orders.Published{By: f.Authority, This: made, Next: next, Point: orders.PeoplePoint, Entries: entries})
	}
	lists := map[string][]byte{
		"good": list(next, nil), "unsure": list(made.Add(time.Hour), nil), "hold": list(next, hold), "final": list(next, final),
		"stale hold": list(made.Add(time.Hour), hold),
	}
	answer := func(s revocation.Status, r revocation.Reason, at orders.When) revocation.Answer {
		a := revocation.Answer{Status: s, Reason: r, Evidence: &revocation.Evidence{Kind: revocation.KindOCSP, ThisUpdate: at.Time()}}
		if s == revocation.Revoked {
			a.RevokedAt = orders.When(1).Time()
		}
		if s == revocation.Undetermined {
			a.Cause = ocsp.CauseTryLater
		}
		return a
	}
	answers := map[string]revocation.Answer{
		"good": answer(revocation.Good, 0, 4), "older good": answer(revocation.Good, 0, 2), "unsure": answer(revocation.Undetermined, 0, 4),
		"hold": answer(revocation.Revoked, revocation.CertificateHold, 4), "older hold": answer(revocation.Revoked, revocation.CertificateHold, 2),
		"final": answer(revocation.Revoked, revocation.Superseded, 4),
	}
	const passed, later, revoked = "TOTAL-PASSED", "INDETERMINATE TRY_LATER", "INDETERMINATE REVOKED_NO_POE"
	want := func(first signing.Source, list, answer string) string {
		switch {
		case list == "final":
			return revoked
		case first == signing.SourceCRL && list == "good":
			return passed // nobody else is asked
		case first == signing.SourceCRL && list == "hold":
			return revoked
		case answer == "final" || answer == "hold":
			return revoked
		case answer == "older hold": // lifted by a newer list
			if list == "good" {
				return passed
			}
			return revoked
		case list == "hold" && answer != "good":
			return revoked
		case list == "stale hold" && answer != "good", answer == "unsure" && list == "unsure":
			return later
		}
		return passed
	}
	s := orders.Scenario{Maker: orders.Listed, Door: orders.DoorNone, MakerRevoked: orders.Never, People: orders.Never, Services: true, Asked: 5}
	for _, order := range [][]signing.Source{{signing.SourceCRL, signing.SourceOCSP}, {signing.SourceOCSP, signing.SourceCRL}} {
		for says, raw := range lists {
			for told, a := range answers {
				own := f.OwnLists(&s, c)
				own.Add(parsedList(t, raw))
				v := &signing.Verifier{Trust: f.Trust, Revocation: own, Now: orders.When(5).Time, Policy: namedPolicy(t, "kz")}
				v.Policy.RevocationSources = order
				v.Ask = func(_ context.Context, asked, _ *certs.Certificate, _ time.Time) revocation.Answer {
					if asked.Serial.Cmp(c.Serial) == 0 {
						return a
					}
					return revocation.Answer{Status: revocation.Undetermined, Cause: revocation.CauseNoList}
				}
				got := verify(t, v, f.Signature(orders.SignatureKey{PersonKey: key, Signed: orders.Never}), signing.Question{At: orders.When(5).Time()})
				if want := want(order[0], says, told); conclusion(got) != want {
					t.Errorf("%v: list %s, answer %s: %s\nwant %s", order, says, told, signtest.Explain(got), want)
				}
			}
		}
	}
}

// A timestamp over a digest that nobody supplied proves nothing, and is not
// wrong either.
func TestTimestampOverDigestThatWasNotSupplied(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	content := []byte("өтініш")
	file := pki.Extended(pki.Detached(content, pki.Person(signtest.Applicant())), creation.BaselineLT, pki.TSA(), pki.Gatherer())
	archived := signtest.ArchivedOver(t, file, certs.SHA512, pki.TSA().Stamper(), content...)
	digest := func(d certs.Digest) signing.ContentDigest {
		return signing.ContentDigest{Digest: d, Value: d.Sum(content)}
	}
	wrong := digest(certs.SHA512)
	wrong.Value = certs.SHA512.Sum([]byte("басқа"))
	for _, test := range []struct {
		name     string
		supplied []signing.ContentDigest
		want     string
	}{
		{"both", []signing.ContentDigest{digest(certs.SHA256), digest(certs.SHA512)}, "TOTAL-PASSED"},
		{"the signature's only", []signing.ContentDigest{digest(certs.SHA256)}, "INDETERMINATE SIGNED_DATA_NOT_FOUND"},
		{"another's", []signing.ContentDigest{digest(certs.SHA256), wrong}, "TOTAL-FAILED HASH_FAILURE"},
	} {
		got := verify(t, pki.Verifier, archived, signing.Question{Digests: test.supplied})
		ts := find(got.Signers[0], signing.TimestampArchive)
		if said := string(ts.Indication); said != test.want && said+" "+string(ts.SubIndication) != test.want || !got.Passed() {
			t.Errorf("%s: %s %s; %s", test.name, ts.Indication, ts.SubIndication, signtest.Explain(got))
		}
		if level := got.Signers[0].Level; (level == signing.LevelCAdESLTA) != ts.Trusted() {
			t.Errorf("%s: level %s", test.name, level)
		}
	}
	token := tokenAt(t, pki.TSA(), day(0), content)
	got, err := pki.Verifier.VerifyTimestampDigest(t.Context(), token, []signing.ContentDigest{digest(certs.SHA512)}, signing.Question{})
	if err != nil || conclusion(got) != "INDETERMINATE SIGNED_DATA_NOT_FOUND" {
		t.Errorf("alone: %v, %s", err, conclusion(got))
	}
}

// Clocks of authorities may be a minute from ours, and not a second more.
func TestClocksOfAuthorities(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	authority := pki.TSA() // to a second
	content := []byte("өтініш")
	for _, test := range []struct {
		ahead time.Duration
		want  string
	}{{60 * time.Second, "TOTAL-PASSED"}, {61 * time.Second, "TOTAL-PASSED"}, {62 * time.Second, "INDETERMINATE TIMESTAMP_ORDER_FAILURE"}} {
		token := tokenAt(t, authority, day(0).Add(test.ahead), content)
		got, err := pki.Verifier.VerifyTimestamp(t.Context(), token, content, signing.Question{})
		if err != nil || conclusion(got) != test.want {
			t.Errorf("%v ahead: %v, %s", test.ahead, err, conclusion(got))
		}
	}
	// A content timestamp against the time of receipt.
	key := pki.Person(signtest.Applicant())
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		ahead time.Duration
		want  string
	}{{60 * time.Second, "TOTAL-PASSED"}, {61 * time.Second, "INDETERMINATE TIMESTAMP_ORDER_FAILURE"}, {300 * time.Second, "INDETERMINATE TIMESTAMP_ORDER_FAILURE"}} {
		file, err := m.Make(cms.ToSign{Content: content, MessageDigest: m.Digest().Sum(content), Attributes: []cms.Attribute{
			{ID: cms.OIDContentTimestamp, Values: [][]byte{tokenAt(t, authority, day(0).Add(test.ahead), content)}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		if got := verify(t, pki.Verifier, file, signing.Question{}); conclusion(got) != test.want {
			t.Errorf("content timestamp %v ahead: %s", test.ahead, signtest.Explain(got))
		}
	}
}

// The level B-LT is that of a file which carries everything; what is missing in
// it, though known otherwise, makes it B-T.
func TestLevelWithoutSomeEvidence(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	h, err := pki.Authority.Issue(signtest.Applicant())
	if err != nil {
		t.Fatal(err)
	}
	authority := pki.TSA()
	authority.Chain = nil
	signed := pki.Timestamped([]byte("x"), creation.NewKey(h.Key, h.Certificate, nil), authority)
	base, err := pki.Authority.CRL(day(0).Add(-2*time.Hour), day(1))
	if err != nil {
		t.Fatal(err)
	}
	delta, err := pki.Authority.DeltaCRL(day(0).Add(-time.Hour), day(1))
	if err != nil {
		t.Fatal(err)
	}
	root, err := pki.Authority.RootCRL(day(0).Add(-time.Hour), day(1))
	if err != nil {
		t.Fatal(err)
	}
	issuing := pki.Authority.Issuing().Raw
	v := *pki.Verifier
	v.Revocation = nil
	for _, test := range []struct {
		name         string
		certificates [][]byte
		crls         [][]byte
		supplied     [][]byte
		own          bool
		want         string
	}{
		{"everything", [][]byte{issuing, authority.Certificate.Raw}, [][]byte{base, root}, nil, false, signing.LevelCAdESLT},
		{"with the delta list", [][]byte{issuing, authority.Certificate.Raw}, [][]byte{base, delta, root}, nil, false, signing.LevelCAdESLT},
		{"without the authority", [][]byte{authority.Certificate.Raw}, [][]byte{base, root}, nil, false, signing.LevelCAdESBT},
		{"the authority's list is supplied", [][]byte{issuing, authority.Certificate.Raw}, [][]byte{root}, [][]byte{base}, false, signing.LevelCAdESBT},
		{"the root's list is supplied", [][]byte{issuing, authority.Certificate.Raw}, [][]byte{base}, [][]byte{root}, false, signing.LevelCAdESBT},
		{"the root's list is ours", [][]byte{issuing, authority.Certificate.Raw}, [][]byte{base}, nil, true, signing.LevelCAdESBT},
	} {
		d, err := cms.Edit(signed)
		if err != nil {
			t.Fatal(err)
		}
		d.AddCertificates(test.certificates...)
		d.AddCRLs(test.crls...)
		w := v
		if test.own {
			w.Revocation = &revocation.Lists{}
			w.Revocation.Add(parsedList(t, root))
		}
		got := verify(t, &w, d.DER(), signing.Question{Material: signing.Material{CRLs: test.supplied}})
		if !got.Passed() || got.Signers[0].Level != test.want {
			t.Errorf("%s: %s, level %s", test.name, signtest.Explain(got), got.Signers[0].Level)
		}
	}
}

// Responses beyond those that are verified for one question are not heard, so
// that the question has no answer: they might accuse.
func TestMoreResponsesThanAreVerified(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	key := orders.PersonKey{Ends: orders.Never}
	c := f.Signer(key).Certificate
	r := &ocsp.Responder{
		Issuer: f.Authority.Certificate, Certificate: f.Unchecked.Certificate, Key: f.Unchecked.Key, Life: orders.Life, Now: orders.When(5).Time,
		Status: func(*big.Int) revocation.Answer { return revocation.Answer{Status: revocation.Good} },
	}
	s := orders.Scenario{Maker: orders.Listed, Door: orders.DoorNone, MakerRevoked: orders.Never, People: orders.Never, Services: true, Asked: 5}
	v := &signing.Verifier{Trust: f.Trust, Revocation: f.OwnLists(&s, c), Now: orders.When(5).Time}
	for _, test := range []struct {
		responses int
		want      string
	}{{400, "TOTAL-PASSED"}, {401, "INDETERMINATE TRY_LATER"}} {
		var m signing.Material
		for n := range test.responses {
			nonce := []byte(fmt.Sprintf("%032d", n))
			m.OCSPs = append(m.OCSPs, r.Respond(ocsp.NewRequest(c, f.Authority.Certificate, certs.SHA256, nonce).DER))
		}
		got := verify(t, v, f.Signature(orders.SignatureKey{PersonKey: key, Signed: orders.Never}), signing.Question{At: orders.When(5).Time(), Material: m})
		if conclusion(got) != test.want || test.want != "TOTAL-PASSED" && statusOf(t, got, 0).Cause != "too_many_responses" {
			t.Errorf("%d responses: %s", test.responses, signtest.Explain(got))
		}
	}
}

// A second archive timestamp must come before the first one's authority ends,
// and cover it.
func TestArchiveRenewedTooLate(t *testing.T) {
	for _, test := range []struct {
		name    string
		renewed int // the second authority ends on day 900
		happens func(*archiveWorld)
		want    string
	}{
		{"in time", 899, nil, "TOTAL-PASSED"},
		{"after its authority expired", 901, nil, "INDETERMINATE OUT_OF_BOUNDS_NO_POE"},
		{"after its authority was revoked", 20, func(w *archiveWorld) {
			w.pki.Authority.Revoke(w.second.Certificate.Serial, day(19), revocation.Superseded)
		}, "INDETERMINATE TRY_LATER"}, // the evidence of day 3 is proved on day 20 only
	} {
		w := newArchiveWorld(t)
		third := w.pki.TSAWith(ca.Service{NotBefore: day(10), NotAfter: day(2000), Name: "THIRD"})
		publish(t, w.pki, test.renewed, 899)
		second := w.second
		d, err := cms.Edit(w.file)
		if err != nil {
			t.Fatal(err)
		}
		// Whatever the lists say of the authority before: the honest tool would
		// refuse, a forger does not.
		addArchive(t, d, 0, stamperAt(t, third, test.renewed), []byte("өтініш"))
		w.second = second
		if test.happens != nil {
			test.happens(w)
		}
		publish(t, w.pki, 1500, 899)
		got := verify(t, w.pki.Verifier, d.DER(), signing.Question{At: day(1500)})
		if conclusion(got) != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, signtest.Explain(got), test.want)
		}
	}
}

// addArchive adds an archive timestamp over everything to the first signer.
func addArchive(t testing.TB, d *cms.Draft, signer int, stamp func(tsp.Imprint) ([]byte, error), content []byte) {
	t.Helper()
	index, err := d.HashIndex(signer, certs.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := d.ArchiveInput(signer, certs.SHA256.Sum(content), index)
	if err != nil {
		t.Fatal(err)
	}
	token, err := stamp(tsp.NewImprint(certs.SHA256, slices.Concat(parts...)))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.AddArchiveTimestamp(signer, token, index); err != nil {
		t.Fatal(err)
	}
}

// A certificate alone was signed by nobody at any time: what it is at the time
// asked about is known.
func TestCertificateOnItsOwn(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	good, revoked := pki.Person(signtest.Applicant()), pki.Person(signtest.Applicant())
	pki.Authority.Revoke(revoked.Certificate.Serial, day(-2), revocation.Superseded)
	publish(t, pki, 0, 2, 300)
	for _, test := range []struct {
		name string
		of   creation.Key
		at   int
		want string
	}{
		{"good", good, 2, "TOTAL-PASSED"},
		{"revoked", revoked, 2, "TOTAL-FAILED REVOKED"},
		{"not yet valid", good, -300, "TOTAL-FAILED NOT_YET_VALID"},
		{"expired", good, 300, "TOTAL-FAILED EXPIRED"},
		{"between lists", good, 5, "INDETERMINATE TRY_LATER"},
	} {
		got, err := pki.Verifier.VerifyCertificate(t.Context(), test.of.Certificate.Raw, signing.Question{At: day(test.at)})
		if err != nil || conclusion(got) != test.want {
			t.Errorf("%s: %v %s", test.name, err, signtest.Explain(got))
		}
	}
}
