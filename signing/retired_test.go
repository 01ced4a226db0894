package signing_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/tsa"
)

// years is a moment so many years after the files were made.
func years(n int) time.Time { return signtest.Now().AddDate(n, 0, 0) }

// retirement is an authority of which files are left that were signed, stamped and
// provided with responses at [signtest.Now], two years before it ended; they are
// asked about when its certificate is long over.
type retirement struct {
	t       *testing.T
	pki     *signtest.PKI
	stamper *tsa.Authority
	file    []byte // CAdES B-LT, with the responder's answer about the signer
	root    []byte // the root's list, which is kept up to date
	asked   time.Time
}

func newRetirement(t *testing.T) *retirement {
	t.Helper()
	r := &retirement{t: t, pki: signtest.New(t, ca.ECDSA), asked: years(16)}
	r.stamper = r.pki.TSAWith(ca.Service{NotAfter: years(3)})
	responding := r.pki.Responding()
	made := r.pki.Signed([]byte("Өтініш"), r.pki.Person(signtest.Applicant()))
	r.file = r.pki.Extended(made, creation.BaselineLT, r.stamper, responding)
	var err error
	if r.root, err = r.pki.Authority.RootCRL(years(14), years(17)); err != nil {
		t.Fatal(err)
	}
	return r
}

// list is one of the authority.
func (r *retirement) list(this, next time.Time) []byte {
	r.t.Helper()
	raw, err := r.pki.Authority.CRL(this, next)
	if err != nil {
		r.t.Fatal(err)
	}
	return raw
}

// verdict judges a file with declarations and with lists that came from anywhere.
func (r *retirement) verdict(file []byte, at time.Time, ends []revocation.End, lists ...[]byte) *signing.Verdict {
	r.t.Helper()
	got, err := r.verifier(ends, lists...).VerifyCMS(r.t.Context(), file, signing.Question{At: at})
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

// verifier is one with declarations and with lists that came from anywhere, and the
// root's.
func (r *retirement) verifier(ends []revocation.End, lists ...[]byte) *signing.Verifier {
	r.t.Helper()
	retired := &revocation.Retired{}
	for _, e := range ends {
		if err := retired.Add(e); err != nil {
			r.t.Fatal(err)
		}
	}
	v := *r.pki.Verifier
	v.Now = func() time.Time { return r.asked }
	v.Revocation, v.Retired = &revocation.Lists{}, retired
	for _, raw := range append(lists, r.root) {
		l, err := revocation.ParseCRL(raw)
		if err != nil {
			r.t.Fatal(err)
		}
		v.Revocation.Add(l)
		retired.AddList(l)
	}
	return &v
}

// living is an authority of today that stamps, with its lists.
func (r *retirement) living() (lists [][]byte, stamper *tsa.Authority) {
	r.t.Helper()
	a, err := ca.New(ca.ECDSA, years(5), ca.Options{NotBefore: signtest.Now().AddDate(-1, 0, 0), Label: "LIVING"})
	if err != nil {
		r.t.Fatal(err)
	}
	h, err := a.IssueService(ca.Service{Purpose: ca.Timestamping, NotAfter: years(18)})
	if err != nil {
		r.t.Fatal(err)
	}
	r.pki.Verifier.Trust.AddAnchor(a.Root())
	r.pki.Verifier.Trust.AddIntermediate(a.Issuing())
	for _, issue := range []func(this, next time.Time) ([]byte, error){a.CRL, a.RootCRL} {
		raw, err := issue(r.asked.Add(-time.Hour), r.asked.Add(time.Hour))
		if err != nil {
			r.t.Fatal(err)
		}
		lists = append(lists, raw)
	}
	return lists, &tsa.Authority{Signer: h.Key, Certificate: h.Certificate, Chain: []*certs.Certificate{a.Issuing()},
		Policies: h.Certificate.Policies, Accuracy: time.Second, Now: func() time.Time { return r.asked }}
}

// end declares the end of the authority.
func (r *retirement) end(at time.Time, destroyed bool, lists ...[]byte) []revocation.End {
	e := revocation.End{Authority: r.pki.Authority.Issuing().Fingerprint(), At: at, Destroyed: destroyed}
	for _, raw := range lists {
		l, err := revocation.ParseCRL(raw)
		if err != nil {
			r.t.Fatal(err)
		}
		e.Lists = append(e.Lists, l.Digest())
	}
	return []revocation.End{e}
}

// forever is what ETSI EN 319 411-1 writes as nextUpdate into a last list.
func forever() time.Time { return time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) }

// TestRetiredAuthority holds that what was proved while an authority lived stays
// proved after it, by what the operator declares and kept, and by nothing less.
func TestRetiredAuthority(t *testing.T) {
	r := newRetirement(t)
	last := r.list(years(2).AddDate(0, 0, -1), forever())
	usual := r.list(years(2).AddDate(0, 0, -1), years(2).AddDate(0, 0, 6))
	early := r.list(years(1), years(1).AddDate(0, 0, 7))
	late := r.list(years(2).AddDate(0, 0, 1), forever())
	old := r.list(years(4), forever())
	stranger := signtest.New(t, ca.ECDSA)
	forged, err := stranger.Authority.CRL(years(2).AddDate(0, 0, -1), forever())
	if err != nil {
		t.Fatal(err)
	}
	unstamped := r.pki.Signed([]byte("Өтініш"), r.pki.Person(signtest.Applicant()))
	listed := r.pki.Extended(r.pki.Signed([]byte("Өтініш"), r.pki.Person(signtest.Applicant())), creation.BaselineLT, r.stamper, r.pki.Gatherer())
	for name, test := range map[string]struct {
		file  []byte
		ends  []revocation.End
		lists [][]byte
		says  string // of a check that is not fulfilled; "" when all are
	}{
		"everything":                  {r.file, r.end(years(2), true, last), [][]byte{last}, ""},
		"a list of the usual kind":    {r.file, r.end(years(2), true, usual), [][]byte{usual}, ""},
		"lists in the file":           {listed, r.end(years(2), true, last), [][]byte{last}, ""},
		"the same, keys may be lost":  {listed, r.end(years(2), false, last), [][]byte{last}, "issuer_expired"},
		"nothing is declared":         {r.file, nil, [][]byte{last}, "issuer_expired"},
		"keys may have been lost":     {r.file, r.end(years(2), false, last), [][]byte{last}, "issuer_expired"},
		"no list":                     {r.file, r.end(years(2), true, last), nil, "answer_expired"},
		"a list that nobody declared": {r.file, r.end(years(2), true), [][]byte{last}, "no_proof"},
		"a list that runs out before": {r.file, r.end(years(2), true, early), [][]byte{early}, "list_expired"},
		"a list made after the end":   {r.file, r.end(years(2), true, late), [][]byte{late}, "no_proof"},
		"a list that has forgotten":   {r.file, r.end(years(5), true, old), [][]byte{old}, "list_issued_after_certificate_expired"},
		"a list of a stranger":        {r.file, r.end(years(2), true, forged), [][]byte{forged}, "answer_expired"},
		"an end before the timestamp": {r.file, r.end(signtest.Now().Add(-time.Hour), true, last), [][]byte{last}, "issuer_expired"},
		"no timestamp":                {unstamped, r.end(years(2), true, last), [][]byte{last}, "issuer_expired"},
		"another authority's end": {r.file, []revocation.End{{Authority: stranger.Authority.Issuing().Fingerprint(), At: years(2), Destroyed: true}},
			[][]byte{last}, "issuer_expired"},
	} {
		got := r.verdict(test.file, r.asked, test.ends, test.lists...)
		if got.Passed() != (test.says == "") || test.says != "" && !strings.Contains(asJSON(got), test.says) {
			t.Errorf("%s: %s", name, signtest.Explain(got))
		}
		if test.says == "" && !got.Signers[0].BestSignatureTime.Equal(signtest.Now()) {
			t.Errorf("%s: proved on %v", name, got.Signers[0].BestSignatureTime)
		}
	}
	got := r.verdict(r.file, r.asked, r.end(years(2), true, last), last)
	if since := got.Signers[0].Timestamps[0].KnownSince; !since.Equal(years(2)) {
		t.Errorf("the timestamp is known since %v", since)
	}
}

// TestRetiredAuthorityTold holds that a last list tells of what was revoked as any
// list does.
func TestRetiredAuthorityTold(t *testing.T) {
	for name, revoke := range map[string]func(r *retirement){
		"the timestamp authority, later": func(r *retirement) {
			r.pki.Authority.Revoke(r.stamper.Certificate.Serial, years(1), revocation.KeyCompromise)
		},
		"the signer, before": func(r *retirement) {
			sd, err := signing.ReadCMS(r.file)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(sd.Certificates, func(c *certs.Certificate) bool { return c.Identity().IIN == "900701300108" })
			r.pki.Authority.Revoke(sd.Certificates[i].Serial, signtest.Now().Add(-time.Hour), revocation.KeyCompromise)
		},
	} {
		r := newRetirement(t)
		clean := r.list(signtest.Now().AddDate(0, 2, 0), forever())
		if got := r.verdict(r.file, r.asked, r.end(years(2), true, clean), clean); !got.Passed() {
			t.Fatalf("%s: before it is known: %s", name, signtest.Explain(got))
		}
		revoke(r)
		// Made before the signer's certificate ended, so that it can know of both.
		last := r.list(signtest.Now().AddDate(0, 5, 0), forever())
		if name == "the timestamp authority, later" {
			last = r.list(years(2).AddDate(0, 0, -1), forever())
		}
		got := r.verdict(r.file, r.asked, r.end(years(2), true, last, clean), last, clean)
		if got.Passed() || !strings.Contains(asJSON(got), "key_compromise") && !strings.Contains(asJSON(got), "keyCompromise") {
			t.Errorf("%s: %s\n%s", name, signtest.Explain(got), asJSON(got))
		}
	}
}

// TestAfterTheEnd holds that nothing is good after an authority has ended: nobody
// could revoke any more, and keys may have been lost.
func TestAfterTheEnd(t *testing.T) {
	r := newRetirement(t)
	file := r.pki.Signed([]byte("Өтініш"), r.pki.Person(ca.Person{
		Surname: "СЕЙІТҚАЛИ", GivenName: "АЙГҮЛ", IIN: "900701300108", NotBefore: signtest.Now().AddDate(0, -1, 0), NotAfter: years(4),
	}))
	last := r.list(years(2).AddDate(0, 0, -1), forever())
	ends := r.end(years(2), true, last)
	for name, test := range map[string]struct {
		at   time.Time
		ends []revocation.End
		good bool
	}{
		"nothing declared":       {years(3), nil, true},
		"at the end":             {years(2), ends, true},
		"a second after the end": {years(2).Add(time.Second), ends, false},
		"a year after the end":   {years(3), ends, false},
		"an end to come":         {years(1), ends, true},
	} {
		got := r.verdict(file, test.at, test.ends, last)
		ended := strings.Contains(asJSON(got), "authority_ended")
		if got.Passed() != test.good || ended == test.good || !test.good && got.SubIndication != signing.TryLater {
			t.Errorf("%s: %s", name, signtest.Explain(got))
		}
	}
}

// TestArchivedBeforeTheEnd holds that an archive timestamp of an authority that
// lives proves that a file is older than the end, if it is: then nothing need be
// declared of its keys.
func TestArchivedBeforeTheEnd(t *testing.T) {
	r := newRetirement(t)
	last := r.list(years(2).AddDate(0, 0, -1), forever())
	fresh, living := r.living()
	for name, test := range map[string]struct {
		stamped time.Time
		ends    []revocation.End
		says    string
	}{
		"before the end":                   {years(1).AddDate(0, -2, 0), r.end(years(2), false, last), ""},
		"after the responder's end":        {years(1).AddDate(0, 2, 0), r.end(years(2), false, last), "list_issued_after_certificate_expired"},
		"the same, keys destroyed":         {years(1).AddDate(0, 2, 0), r.end(years(2), true, last), ""},
		"after the end":                    {years(2).AddDate(0, 2, 0), r.end(years(2), false, last), "authority_ended"},
		"before the end, nothing declared": {years(1).AddDate(0, -2, 0), nil, "no_proof"},
	} {
		living.Now = func() time.Time { return test.stamped }
		file := signtest.ArchivedOver(t, r.file, certs.SHA256, living.Stamper())
		got := r.verdict(file, r.asked, test.ends, append(fresh, last)...)
		if got.Passed() != (test.says == "") || test.says != "" && !strings.Contains(asJSON(got), test.says) {
			t.Errorf("%s: %s", name, signtest.Explain(got))
		}
	}
}

// TestExtendAfterTheEnd holds that a file of an authority that has ended is made to
// last with its declared last lists, while these prove it, and by nobody without them.
func TestExtendAfterTheEnd(t *testing.T) {
	r := newRetirement(t)
	person := r.pki.Person(signtest.Applicant())
	file := r.pki.Extended(r.pki.Signed([]byte("Өтініш"), person), creation.BaselineT, r.stamper, nil)
	about := r.list(signtest.Now().AddDate(0, 2, 0), forever()) // while the signer's certificate was in force
	last := r.list(years(2).AddDate(0, 0, -1), forever())
	living, stamper := r.living()
	for name, test := range map[string]struct {
		ends  []revocation.End
		lists [][]byte
		level creation.Baseline
		says  string // of the error; "" when it is made
	}{
		"to B-LT":              {r.end(years(2), true, about, last), [][]byte{about, last}, creation.BaselineLT, ""},
		"to B-LTA":             {r.end(years(2), true, about, last), [][]byte{about, last}, creation.BaselineLTA, ""},
		"nothing is declared":  {nil, [][]byte{about, last}, creation.BaselineLT, "issuer_expired"},
		"keys may be lost":     {r.end(years(2), false, about, last), [][]byte{about, last}, creation.BaselineLT, "it is \"CAdES-B-B\", not B-LT"},
		"no list of its time":  {r.end(years(2), true, last), [][]byte{last}, creation.BaselineLT, "it is \"CAdES-B-T\", not B-LT"},
		"no list at all":       {r.end(years(2), true, about, last), nil, creation.BaselineLT, "none of its last lists is kept"},
		"lists not declared":   {r.end(years(2), true), [][]byte{about, last}, creation.BaselineLT, "none of its last lists is kept"},
		"an end before it all": {r.end(signtest.Now().Add(-time.Hour), true, about, last), [][]byte{about, last}, creation.BaselineLT, "none of its last lists is kept"},
	} {
		v := r.verifier(test.ends, append(test.lists, living...)...)
		services := creation.Services{Verifier: v, Stamp: signtest.Stamping(stamper.Stamper()),
			Gather: (&creation.Gatherer{Trust: v.Trust, Path: v.Path, Lists: v.Revocation, Retired: v.Retired}).Gather}
		made, err := creation.Make(t.Context(), services, creation.Order{Form: creation.Existing{File: file}, Level: test.level, Time: r.asked})
		if test.says != "" {
			if err == nil || !strings.Contains(err.Error(), test.says) || errors.Is(err, creation.ErrOutput) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := r.verdict(made.File, r.asked, test.ends, append(test.lists, living...)...)
		if made.Level != test.level || !got.Passed() || !got.Signers[0].BestSignatureTime.Equal(signtest.Now()) {
			t.Errorf("%s: %v %s", name, made.Level, signtest.Explain(got))
		}
		services.Gather = (&creation.Gatherer{Trust: v.Trust, Path: v.Path, Lists: v.Revocation}).Gather
		if _, err := creation.Make(t.Context(), services, creation.Order{Form: creation.Existing{File: file}, Level: test.level, Time: r.asked}); err == nil || !strings.Contains(err.Error(), "issuer_expired") {
			t.Errorf("%s: a gatherer that knows of no end: %v", name, err)
		}
	}
}
