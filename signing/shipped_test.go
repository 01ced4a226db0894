package signing

import (
	"encoding/asn1"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/signing/pades/changes"
)

func shipped(t *testing.T, name string) Policy {
	t.Helper()
	p, err := NamedPolicy(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func day(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Every row of the algorithms of "kz": the last moment at which it still is
// relied on, the first at which it is not, and the size next to it.
func TestShippedAlgorithms(t *testing.T) {
	p := shipped(t, "kz")
	const now = "2036-01-01"
	digests := map[string]string{"MD5": "2004-08-01", "SHA-1": "2017-01-01"}
	for name, until := range digests {
		if first := day(t, until); !p.digestAllowed(name, first.Add(-time.Second)) || p.digestAllowed(name, first) || p.digestAllowed(name, day(t, now)) {
			t.Errorf("%s does not end on %s", name, until)
		}
	}
	for _, d := range []certs.Digest{certs.SHA256, certs.SHA384, certs.SHA512, certs.Streebog256, certs.Streebog512, certs.GOST34311} {
		if !p.digestAllowed(d.Name, day(t, now)) {
			t.Errorf("%s is not relied on", d.Name)
		}
	}
	rows := []struct {
		kind  string
		below int
		until string
	}{
		{"RSA", 1024, "1999-01-01"}, {"RSA", 2048, "2014-01-01"}, {"DSA", 2048, "2014-01-01"}, {"ECDSA", 224, "2014-01-01"},
	}
	for _, row := range rows {
		first := day(t, row.until)
		for _, test := range []struct {
			bits int
			at   time.Time
			want bool
		}{
			{row.below - 1, first.Add(-time.Second), true}, {row.below - 1, first, false}, {row.below - 1, day(t, now), false}, {row.below, first, true},
		} {
			if got := p.keyAllowed(row.kind, test.bits, test.at); got != test.want {
				t.Errorf("%s of %d bits at %s: %v", row.kind, test.bits, test.at, got)
			}
		}
	}
	for kind, bits := range map[string]int{"RSA": 2048, "DSA": 2048, "ECDSA": 224, "GOST": 1} {
		if !p.keyAllowed(kind, bits, day(t, now)) {
			t.Errorf("%s of %d bits is not relied on", kind, bits)
		}
	}
	if len(p.Digests) != len(digests) || len(p.Keys) != len(rows) {
		t.Errorf("%d digests, %d keys: a row has no vector", len(p.Digests), len(p.Keys))
	}
}

// Every other row of "kz", each list with a neighbour that is not on it.
func TestShippedLists(t *testing.T) {
	p := shipped(t, "kz")
	strict := shipped(t, "kz-strict")
	for date, want := range map[string]Level{"1989-12-31": LevelFail, "1990-01-01": LevelWarn, "2026-01-01": LevelWarn, "2036-01-01": LevelWarn} {
		if got := p.missingSigningCertificate(day(t, date)); got != want {
			t.Errorf("no signing certificate on %s: %s", date, got)
		}
		if got := strict.missingSigningCertificate(day(t, date)); got != LevelFail {
			t.Errorf("strict, no signing certificate on %s: %s", date, got)
		}
	}
	later := []revocation.Reason{revocation.Unspecified, revocation.KeyCompromise, revocation.CACompromise, revocation.AACompromise, revocation.CertificateHold}
	for r := revocation.Unspecified; r <= revocation.AACompromise; r++ {
		if got := p.refusesLater(revocation.Answer{Reason: r}); got != (slices.Contains(later, r) || !r.Known()) { // 7 is none
			t.Errorf("revoked later for %s: refused is %v", r, got)
		}
	}
	if len(p.LaterRevocationRefused) != len(later) {
		t.Errorf("later revocation: %v", p.LaterRevocationRefused)
	}
	for _, test := range []struct {
		policy asn1.ObjectIdentifier
		want   bool
	}{
		{asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2}, true}, {asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2, 3}, true}, {asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2, 6, 4}, true},
		{asn1.ObjectIdentifier{1, 2, 398, 3, 3}, false}, {asn1.ObjectIdentifier{1, 2, 398, 3, 3, 1}, false}, {asn1.ObjectIdentifier{1, 2, 398, 3, 3, 3}, false},
		{asn1.ObjectIdentifier{1, 2, 398, 3, 3, 20}, false}, {asn1.ObjectIdentifier{2, 5, 29, 32, 0}, false},
	} {
		if got := p.certificatePolicyAllowed(&certs.Certificate{Policies: []asn1.ObjectIdentifier{test.policy}}); got != test.want {
			t.Errorf("certificate policy %v: %v", test.policy, got)
		}
	}
	if p.certificatePolicyAllowed(&certs.Certificate{}) {
		t.Error("a certificate without a policy has one")
	}
	for _, role := range certs.Roles() {
		if slices.Contains(p.RefusedRoles, role) != (role == "treasury_client") {
			t.Errorf("refused roles: %v", p.RefusedRoles)
		}
	}
}

// How strict the shipped policies are, question by question: nothing that can
// make a verdict bad is softened anywhere but where the policy's name says so.
func TestShippedLevels(t *testing.T) {
	kz := shipped(t, "kz")
	for _, c := range slices.Concat(signerTable, tokenTable) {
		if got := kz.level(c.name); got != LevelFail {
			t.Errorf("%s is taken as %s", c.name, got)
		}
	}
	// What it is strict about it says, for whoever reads it to write another.
	for _, c := range signerTable {
		if _, said := kz.Levels[c.name]; !said {
			t.Errorf("kz does not name %s", c.name)
		}
	}
	if got := kz.level("asked_by_nobody_yet"); got != LevelFail {
		t.Errorf("what a policy does not name is taken as %s", got)
	}
	for name, test := range map[string]struct{ got, want any }{
		"revocation_sources":              {kz.RevocationSources, []Source{SourceCRL, SourceOCSP}},
		"revocation_unknown":              {kz.RevocationUnknown, LevelFail},
		"authority_without_list":          {kz.AuthorityWithoutList, LevelWarn},
		"mixed_anchors":                   {kz.MixedAnchors, LevelWarn},
		"revocation_freshness":            {kz.RevocationFreshness, FreshInForce},
		"revoked_before_timestamp":        {kz.RevokedBeforeTimestamp, TotalFailed},
		"timestamp_untrusted":             {kz.TimestampUntrusted, LevelWarn},
		"timestamp_broken":                {kz.TimestampBroken, LevelWarn},
		"timestamp_missing":               {kz.TimestampMissing, LevelIgnore},
		"xml_signing_certificate_missing": {kz.XMLSigningCertificateMissing, LevelWarn},
		"certificate_policy_missing":      {kz.CertificatePolicyMissing, LevelWarn},
		"pdf_changes":                     {kz.PDFChanges.limit(), changes.Annotations},
		"key_usage_missing":               {kz.KeyUsageMissing, LevelFail},
		"xml_unsigned_parts":              {kz.XMLUnsignedParts, LevelWarn},
		"applicant's xml_unsigned_parts":  {shipped(t, "kz-applicant").XMLUnsignedParts, LevelFail},
		"kz-applicant":                    {shipped(t, "kz-applicant").PDFChanges.limit(), changes.Nothing},
		"forms":                           {PDFForms.limit(), changes.FormFilling},
		"evidence":                        {PDFEvidence.limit(), changes.LTV},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%s: %v, want %v", name, test.got, test.want)
		}
	}
	// The others differ from "kz" in what their names say, and in nothing else.
	soft, applicant, strict := shipped(t, "kz-soft"), shipped(t, "kz-applicant"), shipped(t, "kz-strict")
	strict.SigningCertificateMissing = kz.SigningCertificateMissing
	soft.KeyUsageMissing = kz.KeyUsageMissing
	soft.RevocationUnknown, applicant.PDFChanges, applicant.XMLUnsignedParts = kz.RevocationUnknown, kz.PDFChanges, kz.XMLUnsignedParts
	for name, p := range map[string]Policy{"kz": kz, "kz-soft": soft, "kz-applicant": applicant, "kz-strict": strict} {
		if p.Name != name || p.Version == "" || p.Version != kz.Version || p.Comment == "" || (p.BasedOn == "kz") != (name != "kz") {
			t.Errorf("%s: name %q, version %q, based on %q", name, p.Name, p.Version, p.BasedOn)
		}
		if p.ForDeciding != (name != "kz-soft") {
			t.Errorf("%s: for deciding is %v", name, p.ForDeciding)
		}
		p.Name, p.Comment, p.BasedOn, p.ForDeciding = kz.Name, kz.Comment, kz.BasedOn, kz.ForDeciding
		if !reflect.DeepEqual(p, kz) {
			t.Errorf("%s is %+v", name, p)
		}
	}
	if shipped(t, "kz-soft").RevocationUnknown != LevelWarn {
		t.Error("kz-soft is not soft")
	}
}

// Every pair and triple of conclusions about signers, in every order: the
// worst counts, and of several that are as bad the first.
func TestWorstSignerCounts(t *testing.T) {
	rank := []Indication{TotalPassed, Indeterminate, TotalFailed}
	for _, a := range rank {
		for _, b := range rank {
			for _, c := range rank {
				order := []Indication{a, b, c}
				v := Verdict{}
				for i, indication := range order {
					v.Signers = append(v.Signers, Signer{Indication: indication, SubIndication: SubIndication(rune('1' + i))})
				}
				v.conclude()
				worst := slices.MaxFunc(order, func(x, y Indication) int { return slices.Index(rank, x) - slices.Index(rank, y) })
				want := SubIndication("")
				if worst != TotalPassed {
					want = SubIndication(rune('1' + slices.Index(order, worst)))
				}
				if v.Indication != worst || v.SubIndication != want {
					t.Errorf("%v: %s %s, want %s %s", order, v.Indication, v.SubIndication, worst, want)
				}
			}
		}
	}
	if v := (Verdict{}); true {
		if v.conclude(); v.Indication != TotalFailed || v.SubIndication != FormatFailure {
			t.Errorf("nobody signed: %s %s", v.Indication, v.SubIndication)
		}
	}
}

// The same of the answers to the questions about one signer: every pair, at
// every level.
func TestWorstAnswerCounts(t *testing.T) {
	answers := map[string]finding{
		"passed": passed(""), "warning": warning("w"), "unsure": undetermined(OutOfBoundsNoPOE, "u"), "bad": failed(HashFailure, "b"),
	}
	v := Verifier{Policy: Policy{Levels: map[CheckName]Level{"soft": LevelWarn, "off": LevelIgnore}}}
	for first, a := range answers {
		for second, b := range answers {
			table := func(name CheckName) []check {
				return []check{
					{name: name, ask: func(*facts, *Policy) finding { return a }}, {name: name, ask: func(*facts, *Policy) finding { return b }},
				}
			}
			want, sub := TotalPassed, SubIndication("")
			if first == "unsure" || second == "unsure" {
				want, sub = Indeterminate, OutOfBoundsNoPOE
			}
			if first == "bad" || second == "bad" {
				want, sub = TotalFailed, HashFailure
			}
			if checks, got, gotSub, _ := v.ask(table("strict"), nil); got != want || gotSub != sub || len(checks) != 2 {
				t.Errorf("%s, %s: %s %s, want %s %s", first, second, got, gotSub, want, sub)
			}
			checks, got, _, _ := v.ask(table("soft"), nil)
			if got != TotalPassed || len(checks) != 2 || (checks[0].Status == CheckPassed) != (first == "passed") || checks[0].SubIndication != "" {
				t.Errorf("%s, %s, only shown: %s, %+v", first, second, got, checks)
			}
			if checks, got, _, _ := v.ask(table("off"), nil); got != TotalPassed || len(checks) != 0 {
				t.Errorf("%s, %s, not asked: %s, %+v", first, second, got, checks)
			}
		}
	}
}

// What a looser and a stricter policy say of their own.
func TestShippedDifferences(t *testing.T) {
	if soft := shipped(t, "kz-soft"); soft.KeyUsageMissing != LevelWarn || shipped(t, "kz").KeyUsageMissing != LevelFail {
		t.Errorf("a missing key usage is %s under kz-soft", soft.KeyUsageMissing)
	}
	strict := shipped(t, "kz-strict").SigningCertificateMissing
	if len(strict) != 1 || strict[0].From != "1990-01-01" || strict[0].Level != LevelFail || strict[0].Why == "" {
		t.Errorf("a missing attribute under kz-strict: %+v", strict)
	}
}

// "kz" is what others are written from, so it says each of its members, also
// those that would be as strict if it did not.
func TestShippedSaysAll(t *testing.T) {
	b, err := policies.ReadFile("policies/kz.json")
	if err != nil {
		t.Fatal(err)
	}
	var said map[string]json.RawMessage
	if err := json.Unmarshal(b, &said); err != nil {
		t.Fatal(err)
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Policy]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if _, ok := said[name]; !ok && name != "based_on" {
			t.Errorf("kz does not say %q", name)
		}
	}
}

// A name that nothing has is a slip of the pen: it would refuse nothing.
func TestNamesInPolicies(t *testing.T) {
	const head = `{"name":"own","version":"1","based_on":"kz",`
	for _, test := range []struct{ said, want string }{
		{`"digests":[{"name":"SHA1","until":"2030-01-01"}]`, `no digest "SHA1"`},
		{`"digests":[{"name":"SHA3-384","until":"2030-01-01"},{"name":"MD5","until":"2030-01-01"}]`, ""},
		{`"keys":[{"name":"rsa","below":3072,"until":"2030-01-01"}]`, `no limit "rsa" below 3072`},
		{`"certificate_policies":["1.2.398.3.3.2","kz"]`, `"kz" is no object identifier`},
		{`"certificate_policies":[""]`, `"" is no object identifier`},
		{`"certificate_policies":["2.999.1"]`, ""},
		{`"refused_roles":["treasury"]`, `no role "treasury"`},
		{`"refused_roles":["treasury_client","human_resources"]`, ""},
	} {
		_, err := ParsePolicy([]byte(head + test.said + "}"))
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.said, err, test.want)
		}
	}
}

// An entry of a list takes nothing from the entry that stands at its place in
// the policy which this one is based on.
func TestEntriesAreNotInherited(t *testing.T) {
	const head = `{"name":"own","version":"1","based_on":"kz",`
	for _, test := range []struct{ list, want string }{
		{`"digests":[{"name":"SHA-1"}]`, `parsing time ""`},
		{`"keys":[{"name":"RSA","below":3072}]`, `parsing time ""`},
		{`"keys":[{"name":"RSA","until":"2030-01-01"}]`, `no limit "RSA" below 0`},
		{`"keys":[{"below":3072,"until":"2030-01-01"}]`, `no limit "" below 3072`},
		{`"signing_certificate_missing":[{"level":"WARN"}]`, `parsing time ""`},
		{`"signing_certificate_missing":[{"from":"2030-01-01"}]`, `level ""`},
		{`"digests":[{"until":"2030-01-01"}]`, `no digest ""`},
	} {
		if _, err := ParsePolicy([]byte(head + test.list + "}")); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.list, err, test.want)
		}
	}
	kz := shipped(t, "kz")
	p, err := ParsePolicy([]byte(head + `"digests":[{"name":"SHA-1","until":"2030-01-01"}],"keys":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := []DigestLimit{{Name: "SHA-1", Until: "2030-01-01"}}; !slices.Equal(p.Digests, want) || len(p.Keys) != 0 {
		t.Errorf("said: %+v, %+v", p.Digests, p.Keys)
	}
	if !slices.Equal(p.SigningCertificateMissing, kz.SigningCertificateMissing) || !slices.Equal(p.RefusedRoles, kz.RefusedRoles) {
		t.Errorf("not said: %+v, %+v", p.SigningCertificateMissing, p.RefusedRoles)
	}
}
