package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"math/big"
	"testing"
	"time"

	"tamga/certs/der"
	"tamga/certs/gost"
)

// numbered is a certificate of a name that differs from others in its number
// alone.
func numbered(subject, issuer Name, n int) *Certificate {
	raw := binary.BigEndian.AppendUint32(nil, uint32(n))
	return &Certificate{
		Raw: raw, RawSPKI: raw, Subject: subject, Issuer: issuer, fingerprint: sha256.Sum256(raw), Serial: new(big.Int),
		NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), MaxPathLen: -1,
		RequireExplicitPolicy: -1, InhibitPolicyMapping: -1, InhibitAnyPolicy: -1,
	}
}

func searched(p *Pool, c *Certificate, extra []*Certificate, accept func(Path) error) PathReason {
	at := time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err := p.search(c, extra, Inputs{At: at, Accept: accept}, pathOnly)
	var path *PathError
	if errors.As(err, &path) {
		return path.Reason
	}
	return ""
}

// Each limit of a search lets through what stands at it, and ends the search one
// further on.
func TestLimitsOfASearch(t *testing.T) {
	leafName, caName := nameOf(t, der.Set(attributeOf(der.UTF8String, "leaf"))), nameOf(t, der.Set(attributeOf(der.UTF8String, "CA")))
	leaf := numbered(leafName, caName, 0)
	elsewhere := &Pool{}
	elsewhere.AddAnchor(numbered(nameOf(t, der.Set(attributeOf(der.UTF8String, "root"))), caName, 1<<30))
	issuers := func(n int, change func(*Certificate)) []*Certificate {
		var list []*Certificate
		for i := range n {
			c := numbered(caName, caName, i+1)
			change(c)
			list = append(list, c)
		}
		return list
	}
	// Issuers that may not issue cost nothing but a look.
	for n, want := range map[int]PathReason{1: ReasonNotCA, 4096: ReasonNotCA, 4097: ReasonBudgetExhausted} {
		if got := searched(elsewhere, leaf, issuers(n, func(*Certificate) {}), nil); got != want {
			t.Errorf("%d issuers: %s", n, got)
		}
	}
	// Issuers whose key is not known cost a verification each.
	unknown := func(c *Certificate) { c.BasicConstraints, c.CA, c.KeyError = true, true, ErrAlgorithm }
	for n, want := range map[int]PathReason{1: ReasonAlgorithm, 64: ReasonAlgorithm, 65: ReasonBudgetExhausted} {
		if got := searched(elsewhere, leaf, issuers(n, unknown), nil); got != want {
			t.Errorf("%d signatures: %s", n, got)
		}
	}
	// Anchors of one key make a path each, for one verification together.
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf.RawTBS = []byte("signed")
	sum := sha256.Sum256(leaf.RawTBS)
	if leaf.Signature, err = ecdsa.SignASN1(rand.Reader, key, sum[:]); err != nil {
		t.Fatal(err)
	}
	leaf.Algorithm = AlgorithmIdentifier{OID: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}
	anchored := func(n int) *Pool {
		p := &Pool{}
		for _, c := range issuers(n, func(c *Certificate) {
			c.BasicConstraints, c.CA, c.PublicKey, c.RawSPKI = true, true, key.Public(), []byte("the same")
		}) {
			p.AddAnchor(c)
		}
		return p
	}
	refused := errors.New("refused")
	for n, want := range map[int]PathReason{1: ReasonNotAccepted, 32: ReasonNotAccepted, 33: ReasonBudgetExhausted} {
		asked := 0
		got := searched(anchored(n), leaf, nil, func(Path) error { asked++; return refused })
		if got != want || asked != min(n, 32) {
			t.Errorf("%d paths: %s, asked about %d", n, got, asked)
		}
	}
	if got := searched(anchored(1), leaf, nil, nil); got != "" {
		t.Errorf("a path: %s", got)
	}
}

// Names and subtrees: the work of a search is what they cost together.
func TestLimitOfWork(t *testing.T) {
	subtrees := make([]NameSubtree, 1000)
	for i := range subtrees {
		subtrees[i].Base.Form = FormRegisteredID
	}
	above := []*NameConstraints{{Excluded: subtrees}}
	// A name costs 1001; 249 of them cost 249 249, and 750 steps are left.
	for last, want := range map[int]bool{748: true, 749: true, 750: false, 751: false} {
		b := &builder{effort: maxWork}
		c := &Certificate{}
		for range 249 {
			c.AltNames = append(c.AltNames, GeneralName{Form: FormDNS, Value: []byte("x.kz")})
		}
		err := b.holdAgainst(c, above)
		if err == nil {
			err = b.holdAgainst(&Certificate{AltNames: c.AltNames[:1]}, []*NameConstraints{{Permitted: subtrees[:last]}})
		}
		if (err == nil) != want || err != nil && err.Reason != ReasonBudgetExhausted {
			t.Errorf("%d more: %v", last, err)
		}
	}
}

func TestLimitsOfExtensions(t *testing.T) {
	body := func(n int) []byte {
		var list [][]byte
		for i := range n {
			list = append(list, der.Sequence(der.OID([]int{1, 2, 398, i}), der.Octets(nil)))
		}
		return der.Sequence(list...)
	}
	for n, ok := range map[int]bool{1: true, 127: true, 128: true, 129: false} {
		exts, err := ParseExtensions(body(n))
		if (err == nil) != ok || ok && len(exts) != n || err != nil && err.Error() != "too many extensions" {
			t.Errorf("%d extensions: %d, %v", n, len(exts), err)
		}
	}
	for size, want := range map[int]string{maxCertificate: "not valid DER", maxCertificate + 1: "too large"} {
		if size >= 1<<18+2 || size < 1<<18 {
			t.Fatalf("certificates of %d bytes", size)
		}
		_, err := Parse(make([]byte, size))
		if !errors.Is(err, ErrMalformed) || (want == "too large") == errors.Is(err, der.ErrSyntax) {
			t.Errorf("%d bytes: %v, want %s", size, err, want)
		}
	}
}

// A pool forgets all when it would remember more than it may, and never more.
func TestLimitsOfWhatIsKnown(t *testing.T) {
	name := nameOf(t, der.Set(attributeOf(der.UTF8String, "A")))
	p := &Pool{}
	for i := range 1 << 14 {
		p.remember(Path{numbered(name, name, i)})
	}
	if len(p.known.leaves) != 1<<14 || len(p.known.seen) != 1<<14 {
		t.Errorf("%d paths", len(p.known.leaves))
	}
	one := numbered(name, name, 1<<20)
	p.remember(Path{one})
	if len(p.known.leaves) != 1 || p.recognise(one.Raw) != one {
		t.Errorf("%d paths after one more", len(p.known.leaves))
	}
	for size, kept := range map[int]bool{8 << 10: true, 8<<10 + 1: false} {
		c := numbered(name, name, size)
		c.Raw = make([]byte, size)
		p.remember(Path{c})
		if (p.recognise(c.Raw) == c) != kept {
			t.Errorf("a certificate of %d bytes: kept %v", size, !kept)
		}
	}
}

func TestLimitsOfLinksAndKeys(t *testing.T) {
	name := nameOf(t, der.Set(attributeOf(der.UTF8String, "A")))
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := numbered(name, name, 1)
	c.CA, c.PublicKey, c.RawTBS = true, key.Public(), []byte("signed")
	c.Algorithm = AlgorithmIdentifier{OID: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}
	sum := sha256.Sum256(c.RawTBS)
	if c.Signature, err = ecdsa.SignASN1(rand.Reader, key, sum[:]); err != nil {
		t.Fatal(err)
	}
	for before, want := range map[int]int{0: 1, 4095: 4096, 4096: 1} {
		p := &Pool{}
		p.AddIntermediate(c)
		p.known.links = map[link]bool{}
		for i := range before {
			p.known.links[link{key: string(binary.BigEndian.AppendUint32(nil, uint32(i)))}] = true
		}
		if err := p.checkLink(c, c); err != nil || len(p.known.links) != want {
			t.Errorf("after %d links: %d, %v", before, len(p.known.links), err)
		}
		c.Signature[len(c.Signature)-1] ^= 1 // known from now on
		if err := p.checkLink(c, c); err != nil {
			t.Errorf("asked again: %v", err)
		}
		c.Signature[len(c.Signature)-1] ^= 1
	}
	secret, err := gost.GenerateKey(gost.A2015x256.Curve(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	national := numbered(name, name, 2)
	national.PublicKey = secret.Public()
	for before, kept := range map[int]bool{0: true, 63: true, 64: false} {
		p := &Pool{}
		p.AddIntermediate(national)
		p.known.keys = map[[sha256.Size]byte]*issuerKey{}
		for i := range before {
			p.known.keys[[32]byte{1, byte(i)}] = &issuerKey{}
		}
		for use := 1; use <= 5; use++ {
			table := p.keyOf(national) != national.PublicKey
			if want := kept && use > 3; table != want {
				t.Errorf("beside %d keys, use %d: a table %v", before, use, table)
			}
		}
	}
}
