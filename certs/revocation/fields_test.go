package revocation_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
)

// A list that is malformed says in which field, in memory and in a file.
func TestMalformedFieldsAreNamed(t *testing.T) {
	null := der.NullValue()
	name := commonName(der.UTF8String, "CA")
	alg, other := der.Sequence(der.OID([]int{1, 2, 840, 10045, 4, 3, 2})), der.Sequence(der.OID([]int{1, 2, 840, 10045, 4, 3, 3}))
	at := der.Time(now)
	entry := der.Sequence(der.Int(big.NewInt(7)), at)
	exts := func(list ...[]byte) []byte { return der.Encode(der.ContextConstructed(0), der.Sequence(list...)) }
	sound := [][]byte{der.Int(big.NewInt(1)), alg, name, at, at, der.Sequence(entry), exts(extension([]int{1, 2, 398}, false, null))}
	tbs := func(n int, part ...byte) []byte {
		parts := append([][]byte(nil), sound...)
		if n >= 0 {
			parts[n] = part
		}
		return der.Sequence(parts...)
	}
	whole := func(parts ...[]byte) []byte { return der.Sequence(parts...) }
	sig := der.Bits([]byte{1})
	value := func(last int, critical bool, b []byte) []byte {
		return whole(tbs(6, exts(extension([]int{2, 5, 29, last}, critical, b))...), alg, sig)
	}
	if l := parse(t, whole(tbs(-1), alg, sig)); l.Entries != 1 || len(l.Unhandled) > 0 {
		t.Fatalf("sound: %+v", l)
	}
	for says, raw := range map[string][]byte{
		"outer sequence":         null,
		"tbsCertList":            whole(null, alg, sig),
		"signatureAlgorithm":     whole(tbs(-1), null, sig),
		"signatureAlgorithm: ":   whole(tbs(-1), der.Sequence(null), sig),
		"signatureValue":         whole(tbs(-1), alg, null),
		"signatureValue: ":       whole(tbs(-1), alg, sig, null),
		"version":                whole(tbs(0, 2, 1, 2), alg, sig),
		"tbsCertList: not":       whole(tbs(1, null...), alg, sig),
		"signature: not":         whole(tbs(1, der.Sequence(null)...), alg, sig),
		"algorithms differ":      whole(tbs(1, other...), alg, sig),
		"issuer":                 whole(tbs(2, der.Sequence(null)...), alg, sig),
		"thisUpdate":             whole(der.Sequence(sound[0], alg, name, null), alg, sig),
		"thisUpdate: ":           whole(tbs(3, der.Encode(der.UTCTime, []byte("261302000000Z"))...), alg, sig),
		"nextUpdate":             whole(tbs(4, der.Encode(der.UTCTime, []byte("261302000000Z"))...), alg, sig),
		"entry at byte":          whole(tbs(5, der.Sequence(null)...), alg, sig),
		"crlExtensions":          whole(tbs(6, exts(null)...), alg, sig),
		"crlExtensions: not":     whole(tbs(6, 0xa0, 5, 1), alg, sig),
		"version 1 list":         whole(tbs(0), alg, sig),
		"end of tbsCertList":     whole(tbs(6, append(sound[6], null...)...), alg, sig),
		"cRLNumber":              value(20, false, null),
		"cRLNumber: ":            value(20, true, der.Int(big.NewInt(-1))),
		"cRLNumber: not":         value(20, false, append(der.Int(big.NewInt(1)), null...)),
		"deltaCRLIndicator":      value(27, true, null),
		"deltaCRLIndicator: ":    value(27, false, der.Int(big.NewInt(-1))),
		"authorityKeyIdentifier": value(35, false, null),
		"freshestCRL":            value(46, false, null),
		"expiredCertsOnCRL":      value(60, false, null),
		"expiredCertsOnCRL: ":    value(60, false, append(at, null...)),
	} {
		if _, err := revocation.ParseCRL(raw); !errors.Is(err, revocation.ErrMalformed) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", says, err)
		}
		if _, err := openRaw(t, raw); !errors.Is(err, revocation.ErrMalformed) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q, in a file: %v", says, err)
		}
	}
}

// What a list says beside its entries is read whether or not it is critical, where
// it is understood.
func TestFieldsOfLists(t *testing.T) {
	a := newAuthor(t)
	point := der.Sequence(der.Sequence(fullName(uri("http://demo.invalid/delta.crl"))))
	since := der.Encode(der.GeneralizedTime, []byte("20200101000000Z"))
	ext := func(last int, critical bool, value []byte) certs.Extension {
		return certs.Extension{ID: []int{2, 5, 29, last}, Critical: critical, Value: value}
	}
	l := a.list(t, listSpec{this: now, next: now.Add(hour), number: 7, base: 6, more: []certs.Extension{ext(46, false, point), ext(60, false, since)}})
	if l.Number.Int64() != 7 || l.BaseNumber.Int64() != 6 || !l.Delta() || len(l.DeltaURLs) != 1 || l.DeltaURLs[0] != "http://demo.invalid/delta.crl" ||
		!l.KeepsExpired.Equal(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)) || string(l.AuthorityKeyID) != string(a.ca.Certificate.SubjectKeyID) ||
		!l.ThisUpdate.Equal(now) || !l.NextUpdate.Equal(now.Add(hour)) || len(l.Unhandled) != 0 || l.RawTBS == nil {
		t.Errorf("%+v", l)
	}
	for last, unhandled := range map[int]bool{46: true, 60: true, 20: false} {
		value := map[int][]byte{46: point, 60: since, 20: der.Int(big.NewInt(3))}[last]
		spec := listSpec{this: now, next: now.Add(hour), more: []certs.Extension{ext(last, true, value)}}
		if got := a.list(t, spec).Unhandled; (len(got) == 1) != unhandled {
			t.Errorf("%d, critical: %v", last, got)
		}
	}
}

// A revocation after the time asked about is told of, the gravest of several with
// the earliest date, by whichever list knows it; a removal is none.
func TestLaterRevocationIsTold(t *testing.T) {
	a := newAuthor(t)
	at := now.Add(-10 * hour)
	in := func(h time.Duration, reason revocation.Reason) entrySpec {
		return entrySpec{at: at.Add(h * hour), reason: reason}
	}
	for name, test := range map[string]struct {
		lists  []listSpec
		since  time.Duration // in hours; 0: nothing is told
		reason revocation.Reason
	}{
		"nothing":              {[]listSpec{complete(1)}, 0, 0},
		"an hour later":        {[]listSpec{complete(1, in(1, revocation.Superseded))}, 1, revocation.Superseded},
		"on hold later":        {[]listSpec{complete(1, in(2, revocation.CertificateHold))}, 2, revocation.CertificateHold},
		"held, then gone":      {[]listSpec{complete(1, in(2, revocation.CertificateHold), in(4, revocation.KeyCompromise))}, 2, revocation.KeyCompromise},
		"by the delta":         {[]listSpec{complete(1), deltaOf(1, 2, in(3, revocation.Superseded))}, 3, revocation.Superseded},
		"a removal":            {[]listSpec{complete(1), deltaOf(1, 2, in(3, revocation.RemoveFromCRL))}, 0, 0},
		"removal of the later": {[]listSpec{complete(1), deltaOf(1, 2, in(3, revocation.RemoveFromCRL), in(5, revocation.Superseded))}, 5, revocation.Superseded},
	} {
		lists := &revocation.Lists{}
		for _, s := range test.lists {
			lists.Add(a.list(t, s))
		}
		got := lists.Status(a.leaf.Certificate, a.ca.Certificate, at)
		want := time.Time{}
		if test.since != 0 {
			want = at.Add(test.since * hour)
		}
		if got.Status != revocation.Good || !got.RevokedAt.Equal(want) || got.RevokedAt.IsZero() != want.IsZero() || got.Reason != test.reason {
			t.Errorf("%s: %v, want since %v %v", name, got, want, test.reason)
		}
	}
}

// A list made after the certificate expired answers nothing; that it is past its
// own end comes first where that is so.
func TestListsAfterExpiry(t *testing.T) {
	a := newAuthor(t)
	end := a.leaf.Certificate.NotAfter
	for name, test := range map[string]struct {
		spec listSpec
		at   time.Time
		want revocation.Cause
	}{
		"in force":                       {listSpec{this: end.Add(hour), next: end.Add(3 * hour), number: 1}, end.Add(2 * hour), revocation.CauseAfterExpiry},
		"a second before its end":        {listSpec{this: end.Add(hour), next: end.Add(3 * hour), number: 1}, end.Add(3*hour - time.Second), revocation.CauseAfterExpiry},
		"at its end":                     {listSpec{this: end.Add(hour), next: end.Add(3 * hour), number: 1}, end.Add(3 * hour), revocation.CauseExpired},
		"made later than asked about":    {listSpec{this: end.Add(hour), next: end.Add(3 * hour), number: 1}, end.Add(hour - time.Second), revocation.CauseAfterExpiry},
		"without an end":                 {listSpec{this: end.Add(hour), number: 1}, end.Add(9 * hour), revocation.CauseAfterExpiry},
		"made in the certificate's last": {listSpec{this: end, next: end.Add(3 * hour), number: 1}, end.Add(hour), ""},
		"made a second after its last":   {listSpec{this: end.Add(time.Second), next: end.Add(3 * hour), number: 1}, end.Add(hour), revocation.CauseAfterExpiry},
	} {
		lists := &revocation.Lists{}
		lists.Add(a.list(t, test.spec))
		if got := lists.Status(a.leaf.Certificate, a.ca.Certificate, test.at); got.Cause != test.want || (got.Status == revocation.Good) != (test.want == "") {
			t.Errorf("%s: %v, want %q", name, got, test.want)
		}
	}
}

// The issuers of lists that a point names are authorities by their directory
// names; other forms name none.
func TestPointsOfOtherForms(t *testing.T) {
	a := newAuthor(t)
	root := a.world.authority.Root().Subject.Raw
	for name, test := range map[string]struct {
		issuer [][]byte
		status revocation.Status
	}{
		"its own name":           {[][]byte{directory(a.ca.Certificate.Subject.Raw)}, revocation.Good},
		"another's name":         {[][]byte{directory(root)}, revocation.Good}, // the authority itself counts anyway
		"an address alone":       {[][]byte{uri("http://demo.invalid/")}, revocation.Good},
		"an address and its own": {[][]byte{uri("http://demo.invalid/"), directory(a.ca.Certificate.Subject.Raw)}, revocation.Good},
	} {
		c := a.issue(t, func(x *ca.Template) { x.Set(points(der.Encode(der.ContextConstructed(2), test.issuer...))) }).Certificate
		part := complete(1).scoped(scope(fullName(uri("http://demo.invalid/")), flag(4)))
		lists := &revocation.Lists{}
		lists.Add(a.list(t, part))
		got := lists.Status(c, a.ca.Certificate, now)
		// The point's own names stand in for its issuer's only where that is an
		// authority.
		if want := name == "an address and its own"; (got.Status == revocation.Good) != want || !want && got.Cause != revocation.CauseScope {
			t.Errorf("%s: a part by its address: %v", name, got)
		}
		lists.Add(a.list(t, complete(2)))
		if got := lists.Status(c, a.ca.Certificate, now); got.Status != test.status {
			t.Errorf("%s: the whole: %v", name, got)
		}
	}
}

// A scope that cannot be read in full makes the list one that answers nothing.
func TestUnreadableScopes(t *testing.T) {
	a := newAuthor(t)
	null := der.NullValue()
	for name, test := range map[string]struct {
		value []byte
		ok    bool
	}{
		"users":               {scope(flag(1)), true},
		"said to be no users": {scope(der.Encode(der.Context(1), []byte{0}), flag(2)), true},
		"nothing":             {scope(), false},
		"no sequence":         {null, false},
		"a name of no kind":   {scope(der.Encode(der.ContextConstructed(0), null)), false},
		"a name cut short":    {scope([]byte{0xa0, 5, 0}), false},
		"a flag of 1":         {scope(der.Encode(der.Context(1), []byte{1})), false},
		"a flag cut short":    {scope([]byte{0x81, 5, 0}), false},
		"reasons of none":     {scope(der.Encode(der.Context(3))), false},
		"reasons cut short":   {scope([]byte{0x83, 5, 0}), false},
		"users, authorities":  {scope(flag(1), flag(2)), false},
		"users, attributes":   {scope(flag(1), flag(5)), false},
		"users, indirect":     {scope(flag(1), flag(4)), true},
		"in another order":    {scope(flag(2), flag(1)), false},
		"a seventh":           {scope(flag(1), flag(6)), false},
	} {
		l := a.list(t, complete(1).scoped(test.value))
		if (len(l.Unhandled) == 0) != test.ok {
			t.Errorf("%s: %v", name, l.Unhandled)
		}
		sum := sha256.Sum256(test.value)
		if l.Scope.Digest() != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: digest %s", name, l.Scope.Digest())
		}
	}
	if d := a.list(t, complete(1)).Scope.Digest(); d != "" {
		t.Errorf("no scope: %s", d)
	}
}

// A newer list lifts a hold only when it would tell of one.
func TestWhatLiftsAHold(t *testing.T) {
	a := newAuthor(t)
	hold := complete(1, entrySpec{reason: revocation.CertificateHold})
	newer := func(bits ...int) listSpec {
		return complete(2).during(-hour, 24*hour).scoped(scope(someReasons(3, bits...)))
	}
	a.run(t, []statusCase{
		{"all reasons", []listSpec{hold, complete(2).during(-hour, 24*hour)}, time.Time{}, nil, revocation.Good, ""},
		{"every reason but hold", []listSpec{hold, newer(1, 2, 3, 4, 5, 7, 8)}, time.Time{}, nil, revocation.Revoked, "certificateHold"},
		{"hold alone", []listSpec{hold, newer(6)}, time.Time{}, nil, revocation.Undetermined, string(revocation.CauseReasons)},
		{"the reason beside it", []listSpec{hold, newer(5)}, time.Time{}, nil, revocation.Revoked, "certificateHold"},
		{"the reason after it", []listSpec{hold, newer(7)}, time.Time{}, nil, revocation.Revoked, "certificateHold"},
	})
}

func TestAnswersInWords(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for want, a := range map[string]revocation.Answer{
		"revoked on 2026-01-02T03:04:05Z, superseded": {Status: revocation.Revoked, RevokedAt: at, Reason: revocation.Superseded},
		"good": {Status: revocation.Good},
		"good then; revoked on 2026-01-02T03:04:05Z, superseded": {Status: revocation.Good, RevokedAt: at, Reason: revocation.Superseded},
		"undetermined: no_list_of_the_issuer":                    {Status: revocation.Undetermined, Cause: revocation.CauseNoList},
		"undetermined: list_expired (list № 7 of 2026-01-02T03:04:05Z, next update 2026-01-02T04:04:05Z)": {Status: revocation.Undetermined, Cause: revocation.CauseExpired,
			Evidence: &revocation.Evidence{Kind: "CRL", Number: "7", ThisUpdate: at, NextUpdate: at.Add(time.Hour)}},
		"undetermined: list_expired (list of 2026-01-02T03:04:05Z)": {Status: revocation.Undetermined, Cause: revocation.CauseExpired,
			Evidence: &revocation.Evidence{Kind: "CRL", ThisUpdate: at}},
		"undetermined: list_expired (response of 2026-01-02T03:04:05Z, next update 2026-01-02T04:04:05Z)": {Status: revocation.Undetermined, Cause: revocation.CauseExpired,
			Evidence: &revocation.Evidence{Kind: revocation.KindOCSP, ThisUpdate: at, NextUpdate: at.Add(time.Hour)}},
		"undetermined: responder_unknown": {Status: revocation.Undetermined, Cause: "responder_unknown", Evidence: &revocation.Evidence{Kind: revocation.KindOCSP}},
		"undetermined":                    {Status: revocation.Undetermined},
		"revoked, superseded":             {Status: revocation.Revoked, Reason: revocation.Superseded},
	} {
		if a.String() != want {
			t.Errorf("%q, want %q", a.String(), want)
		}
	}
}
