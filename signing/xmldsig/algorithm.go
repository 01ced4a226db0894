package xmldsig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"
	"math/big"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/signing/xmldsig/xmltree"
)

// The stems of algorithm identifiers (RFC 9231; the national ones are those of
// the national authority's library).
const (
	uriDSig     = "http://www.w3.org/2000/09/xmldsig#"
	uriMore     = "http://www.w3.org/2001/04/xmldsig-more#"
	uriMore2007 = "http://www.w3.org/2007/05/xmldsig-more#"
	uriMore2021 = "http://www.w3.org/2021/04/xmldsig-more#"
	uriEnc      = "http://www.w3.org/2001/04/xmlenc#"
	uriNational = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"
)

type namedAlgorithm struct {
	uri string
	alg certs.Algorithm
}

// signatureAlgorithms are all that are known. Where several identify the same,
// the first is what we write.
var signatureAlgorithms = []namedAlgorithm{
	{uriNational + "gostr34102015-gostr34112015-512", certs.Algorithm{Scheme: certs.GOST, Digest: certs.Streebog512}},
	{uriNational + "gostr34102015-gostr34112015-256", certs.Algorithm{Scheme: certs.GOST, Digest: certs.Streebog256}},
	{uriMore + "gost34310-gost34311", certs.Algorithm{Scheme: certs.GOST, Digest: certs.GOST34311}},
	{uriMore + "rsa-sha256", certs.Algorithm{Scheme: certs.RSAPKCS1, Digest: certs.SHA256}},
	{uriMore + "rsa-sha384", certs.Algorithm{Scheme: certs.RSAPKCS1, Digest: certs.SHA384}},
	{uriMore + "rsa-sha512", certs.Algorithm{Scheme: certs.RSAPKCS1, Digest: certs.SHA512}},
	{uriDSig + "rsa-sha1", certs.Algorithm{Scheme: certs.RSAPKCS1, Digest: certs.SHA1}},
	{uriMore + "ecdsa-sha256", certs.Algorithm{Scheme: certs.ECDSA, Digest: certs.SHA256}},
	{uriMore + "ecdsa-sha384", certs.Algorithm{Scheme: certs.ECDSA, Digest: certs.SHA384}},
	{uriMore + "ecdsa-sha512", certs.Algorithm{Scheme: certs.ECDSA, Digest: certs.SHA512}},
	{uriMore2007 + "sha256-rsa-MGF1", pss(certs.SHA256)},
	{uriMore2007 + "sha384-rsa-MGF1", pss(certs.SHA384)},
	{uriMore2007 + "sha512-rsa-MGF1", pss(certs.SHA512)},
	{uriMore + "rsa-sha224", certs.Algorithm{Scheme: certs.RSAPKCS1, Digest: certs.SHA224}},
	{uriMore + "ecdsa-sha224", certs.Algorithm{Scheme: certs.ECDSA, Digest: certs.SHA224}},
	{uriMore2007 + "sha224-rsa-MGF1", pss(certs.SHA224)},
	{uriMore2007 + "sha3-224-rsa-MGF1", pss(certs.SHA3x224)},
	{uriMore2007 + "sha3-256-rsa-MGF1", pss(certs.SHA3x256)},
	{uriMore2007 + "sha3-384-rsa-MGF1", pss(certs.SHA3x384)},
	{uriMore2007 + "sha3-512-rsa-MGF1", pss(certs.SHA3x512)},
	{uriMore2021 + "ecdsa-sha3-224", certs.Algorithm{Scheme: certs.ECDSA, Digest: certs.SHA3x224}},
	{uriMore2021 + "ecdsa-sha3-256", certs.Algorithm{Scheme: certs.ECDSA, Digest: certs.SHA3x256}},
	{uriMore2021 + "ecdsa-sha3-384", certs.Algorithm{Scheme: certs.ECDSA, Digest: certs.SHA3x384}},
	{uriMore2021 + "ecdsa-sha3-512", certs.Algorithm{Scheme: certs.ECDSA, Digest: certs.SHA3x512}},
}

var digestAlgorithms = []struct {
	uri    string
	digest certs.Digest
}{
	{uriNational + "gostr34112015-512", certs.Streebog512},
	{uriNational + "gostr34112015-256", certs.Streebog256},
	{uriMore + "gost34311", certs.GOST34311},
	{uriEnc + "sha256", certs.SHA256},
	{uriMore + "sha384", certs.SHA384},
	{uriEnc + "sha512", certs.SHA512},
	{uriDSig + "sha1", certs.SHA1},
	{uriMore + "sha224", certs.SHA224},
	{uriMore2007 + "sha3-224", certs.SHA3x224},
	{uriMore2007 + "sha3-256", certs.SHA3x256},
	{uriMore2007 + "sha3-384", certs.SHA3x384},
	{uriMore2007 + "sha3-512", certs.SHA3x512},
}

// pss returns RSASSA-PSS with MGF1 over the same digest and a salt of its
// length (RFC 9231 section 2.3.10).
func pss(d certs.Digest) certs.Algorithm {
	hash := der.Algorithm(d.OID)
	mgf := der.Sequence(der.OID(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}), hash)
	alg, err := certs.ParseAlgorithm(certs.AlgorithmIdentifier{
		OID: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10},
		Parameters: der.Sequence(
			der.Encode(der.ContextConstructed(0), hash),
			der.Encode(der.ContextConstructed(1), mgf),
			der.Encode(der.ContextConstructed(2), der.Int(big.NewInt(int64(d.New().Size())))),
		),
	})
	if err != nil {
		panic(err) // the table above is wrong
	}
	return alg
}

func errAlgorithm(uri string) error {
	return fmt.Errorf("%w: %q is not a known signature algorithm", certs.ErrAlgorithm, shortened(uri))
}

func algorithmByURI(uri string) (certs.Algorithm, bool) {
	for _, k := range signatureAlgorithms {
		if k.uri == uri {
			return k.alg, true
		}
	}
	return certs.Algorithm{}, false
}

func digestByURI(uri string) (certs.Digest, bool) {
	for _, k := range digestAlgorithms {
		if k.uri == uri {
			return k.digest, true
		}
	}
	return certs.Digest{}, false
}

// identifiersOf returns the identifiers of what a key signs with.
func identifiersOf(alg certs.Algorithm) (signature, digest string, err error) {
	for _, k := range signatureAlgorithms {
		if k.alg.Scheme == alg.Scheme && k.alg.Digest.OID.Equal(alg.Digest.OID) {
			signature = k.uri
			break
		}
	}
	for _, k := range digestAlgorithms {
		if k.digest.OID.Equal(alg.Digest.OID) {
			digest = k.uri
			break
		}
	}
	if signature == "" || digest == "" {
		return "", "", fmt.Errorf("%w: %s has no XML identifier", certs.ErrAlgorithm, alg.Name())
	}
	return signature, digest, nil
}

// shortened keeps a stranger's text short enough for an error.
func shortened(s string) string {
	if len(s) > 120 {
		return s[:120] + "..."
	}
	return s
}

// Verify checks the value over SignedInfo under a public key. The error is
// [certs.ErrSignature] when the value is wrong and [certs.ErrAlgorithm] when
// that could not be found out. It does not look at references and Problems.
func (s *Signature) Verify(pub crypto.PublicKey) error {
	alg, err := s.Algorithm()
	if err != nil {
		return err
	}
	if len(s.SignedInfo) == 0 || len(s.Value) == 0 {
		return certs.ErrSignature
	}
	value := s.Value
	switch k := pub.(type) {
	case *ecdsa.PublicKey:
		// RFC 9231 section 2.3.6: r and s, each as long as the order.
		size := (k.Params().N.BitLen() + 7) / 8
		if len(value) != 2*size {
			return certs.ErrSignature
		}
		value = der.Sequence(der.Int(new(big.Int).SetBytes(value[:size])), der.Int(new(big.Int).SetBytes(value[size:])))
	case *rsa.PublicKey:
		if len(value) != k.Size() {
			return certs.ErrSignature
		}
	}
	return alg.Verify(pub, s.SignedInfo, value)
}

// fixedECDSA makes r and s in turn of the SEQUENCE that keys return.
func fixedECDSA(k *ecdsa.PublicKey, value []byte) ([]byte, error) {
	r, err := der.Inside(value, der.SequenceTag)
	if err != nil {
		return nil, err
	}
	size := (k.Params().N.BitLen() + 7) / 8
	out := make([]byte, 2*size)
	for i := range 2 {
		n, err := r.ReadInteger()
		if err != nil {
			return nil, err
		}
		if n.Sign() <= 0 || n.BitLen() > 8*size {
			return nil, certs.ErrSignature
		}
		n.FillBytes(out[i*size : (i+1)*size])
	}
	return out, r.Done()
}

// Identifiers of canonicalisations and transforms.
const (
	uriC14N       = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	uriC14N11     = "http://www.w3.org/2006/12/xml-c14n11"
	uriExcl       = "http://www.w3.org/2001/10/xml-exc-c14n#"
	withComments  = "#WithComments"
	uriEnveloped  = uriDSig + "enveloped-signature"
	uriXPath      = "http://www.w3.org/TR/1999/REC-xpath-19991116"
	uriFilter2    = "http://www.w3.org/2002/06/xmldsig-filter2" // XML-Signature XPath Filter 2.0
	uriProperties = "http://uri.etsi.org/01903#SignedProperties"
	uriCounter    = "http://uri.etsi.org/01903#CountersignedSignature"
)

// methodByURI returns the canonicalisation that a CanonicalizationMethod or a
// Transform element names; false when it is none.
func methodByURI(n *xmltree.Node) (xmltree.Method, bool, *Problem) {
	uri, _ := n.Attribute("", "Algorithm")
	var m xmltree.Method
	switch uri {
	case uriC14N:
	case uriC14N + withComments:
		m.Comments = true
	case uriC14N11:
		m.Version11 = true
	case uriC14N11 + withComments:
		m.Version11, m.Comments = true, true
	case uriExcl:
		m.Exclusive = true
	case uriExcl + "WithComments":
		m.Exclusive, m.Comments = true, true
	default:
		return m, false, nil
	}
	children, problem := elementsOnly(n)
	if problem != nil {
		return m, true, problem
	}
	if len(children) == 0 {
		return m, true, nil
	}
	list, ok := children[0].Attribute("", "PrefixList")
	if !m.Exclusive || len(children) != 1 || !children[0].Is(nsExcl, "InclusiveNamespaces") || !ok {
		return m, true, problemf(CodeStructure, "a canonicalisation has parameters that are not its own")
	}
	m.Prefixes = fields(list)
	if len(m.Prefixes) > maxPrefixes {
		return m, true, problemf(CodeLimit, "a PrefixList is too long")
	}
	return m, true, nil
}
