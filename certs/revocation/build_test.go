package revocation_test

import (
	"crypto/rand"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
)

// author is an authority whose key the tests hold, to sign lists that no
// honest authority would make, with one certificate that it issued.
type author struct {
	world *world
	ca    ca.Holder
	leaf  ca.Holder
	pool  *certs.Pool
}

func newAuthor(t testing.TB) *author {
	w := newWorld(t, ca.ECDSA)
	h, err := w.authority.Issue(ca.Person{
		Surname: "БӨЛІМШЕ", GivenName: "ОРТАЛЫҚ", NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(2, 0, 0),
		Template: func(t *ca.Template) {
			t.Set(ca.BasicConstraints(true, -1))
			t.Set(ca.KeyUsage(certs.KeyCertSign | certs.CRLSign))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := &author{world: w, ca: h, pool: &certs.Pool{}}
	a.pool.AddAnchor(w.authority.Root())
	a.pool.AddIntermediate(w.authority.Issuing())
	a.pool.AddIntermediate(h.Certificate)
	a.leaf = a.issue(t, nil)
	return a
}

// issue makes a certificate for half a year around now.
func (a *author) issue(t testing.TB, change func(*ca.Template)) ca.Holder {
	h, err := a.world.authority.Issue(ca.Person{Surname: "А", GivenName: "Б", IssuedBy: &a.ca,
		NotBefore: now.AddDate(0, -6, 0), NotAfter: now.AddDate(0, 6, 0), Template: change})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// listSpec is a list to be made.
type listSpec struct {
	this, next   time.Time // next zero: absent
	number, base int64     // 0: absent
	scope        []byte    // value of issuingDistributionPoint
	more         []certs.Extension
	entries      []entrySpec
	version1     bool
	by           *ca.Holder // nil: the author's authority
}

type entrySpec struct {
	of     *certs.Certificate // nil: the author's leaf
	at     time.Time
	reason revocation.Reason
	issuer []byte // Name of certificateIssuer
	softly bool   // which is not critical then
	bare   bool   // no extensions
}

func (a *author) list(t testing.TB, s listSpec) *revocation.CRL {
	return parse(t, a.encode(t, s))
}

func (a *author) encode(t testing.TB, s listSpec) []byte {
	by := a.ca
	if s.by != nil {
		by = *s.by
	}
	alg, id, err := certs.SigningAlgorithm(by.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	var version, next, entries, exts []byte
	if !s.version1 {
		version, exts = der.Int(big.NewInt(1)), s.extensions(by)
	}
	if !s.next.IsZero() {
		next = der.Time(s.next)
	}
	for _, e := range s.entries {
		entries = append(entries, a.entry(e)...)
	}
	if entries != nil {
		entries = der.Sequence(entries)
	}
	tbs := der.Sequence(version, id.DER(), by.Certificate.Subject.Raw, der.Time(s.this), next, entries, exts)
	sig, err := by.Key.Sign(rand.Reader, alg.Digest.Sum(tbs), alg.Digest.SignerOpts())
	if err != nil {
		t.Fatal(err)
	}
	return der.Sequence(tbs, id.DER(), der.Bits(sig))
}

func (s listSpec) extensions(by ca.Holder) []byte {
	exts := [][]byte{extension([]int{2, 5, 29, 35}, false, der.Sequence(der.Encode(der.Context(0), by.Certificate.SubjectKeyID)))}
	if s.number != 0 {
		exts = append(exts, extension([]int{2, 5, 29, 20}, false, der.Int(big.NewInt(s.number))))
	}
	if s.base != 0 {
		exts = append(exts, extension([]int{2, 5, 29, 27}, true, der.Int(big.NewInt(s.base))))
	}
	if s.scope != nil {
		exts = append(exts, extension([]int{2, 5, 29, 28}, true, s.scope))
	}
	for _, e := range s.more {
		exts = append(exts, extension(e.ID, e.Critical, e.Value))
	}
	return der.Encode(der.ContextConstructed(0), der.Sequence(exts...))
}

func (a *author) entry(e entrySpec) []byte {
	of := e.of
	if of == nil {
		of = a.leaf.Certificate
	}
	if e.at.IsZero() {
		e.at = now.Add(-72 * time.Hour)
	}
	var exts [][]byte
	if e.reason != revocation.Unspecified {
		exts = append(exts, extension([]int{2, 5, 29, 21}, false, der.Encode(der.Enumerated, []byte{byte(e.reason)})))
	}
	if e.issuer != nil {
		exts = append(exts, extension([]int{2, 5, 29, 29}, !e.softly, der.Sequence(directory(e.issuer))))
	}
	if len(exts) == 0 || e.bare {
		return der.Sequence(der.Int(of.Serial), der.Time(e.at))
	}
	return der.Sequence(der.Int(of.Serial), der.Time(e.at), der.Sequence(exts...))
}

func extension(id asn1.ObjectIdentifier, critical bool, value []byte) []byte {
	var flag []byte
	if critical {
		flag = der.Bool(true)
	}
	return der.Sequence(der.OID(id), flag, der.Octets(value))
}

func directory(name []byte) []byte { return der.Encode(der.ContextConstructed(4), name) }

func uri(s string) []byte { return der.Encode(der.Context(6), []byte(s)) }

// scope is an issuingDistributionPoint of its parts.
func scope(parts ...[]byte) []byte { return der.Sequence(parts...) }

func fullName(names ...[]byte) []byte {
	return der.Encode(der.ContextConstructed(0), der.Encode(der.ContextConstructed(0), names...))
}

func flag(n byte) []byte { return der.Encode(der.Context(n), []byte{0xff}) }

// someReasons is onlySomeReasons of the bits, which are those of ReasonFlags.
func someReasons(n byte, bits ...int) []byte {
	var b [2]byte
	for _, i := range bits {
		b[i/8] |= 0x80 >> (i % 8)
	}
	// Seven unused bits, all of them zero: nine flags.
	return der.Encode(der.Context(n), []byte{7}, b[:])
}

// points is a cRLDistributionPoints extension.
func points(list ...[]byte) certs.Extension {
	each := make([][]byte, len(list))
	for i, p := range list {
		each[i] = der.Sequence(p)
	}
	return certs.Extension{ID: []int{2, 5, 29, 31}, Value: der.Sequence(each...)}
}

// statusCase is one question to a set of lists.
type statusCase struct {
	name   string
	lists  []listSpec
	at     time.Time          // zero: now
	of     *certs.Certificate // nil: the author's leaf
	status revocation.Status
	why    string // the cause, or the reason of revocation; "" is not compared
}

// run asks every question of lists in memory and in files, in both orders.
func (a *author) run(t *testing.T, tests []statusCase) {
	for n, test := range tests {
		for way := range 4 {
			reversed, inFiles := way&1 > 0, way&2 > 0
			lists := &revocation.Lists{}
			for i := range test.lists {
				if reversed {
					i = len(test.lists) - 1 - i
				}
				l := a.list(t, test.lists[i])
				if inFiles {
					made, kept := mapped(t, l.Raw)
					l = []*revocation.CRL{made, kept}[n%2]
				}
				lists.Add(l)
			}
			of, at := test.of, test.at
			if of == nil {
				of = a.leaf.Certificate
			}
			if at.IsZero() {
				at = now
			}
			got := lists.Status(of, a.ca.Certificate, at)
			why := string(got.Cause)
			if got.Status == revocation.Revoked {
				why = got.Reason.String()
			}
			if got.Status != test.status || test.why != "" && why != test.why {
				t.Errorf("%s, in files %v: %v, want %s %s", test.name, inFiles, got, test.status, test.why)
			}
			if len(test.lists) > 0 && got.Evidence == nil {
				t.Errorf("%s: no evidence", test.name)
			}
		}
	}
}
