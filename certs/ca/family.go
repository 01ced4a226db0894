package ca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"

	"tamga/certs/gost"
)

// Family is the kind of keys that an authority and its holders have.
type Family int

// The families: RSA of 2048 bits, ECDSA on P-256, GOST 34.310-2004 on
// CryptoPro-A, GOST 34.10-2015 of 512 bits. The last is what the national
// authority issues today.
const (
	RSA Family = iota + 1
	ECDSA
	GOST2004
	GOST2015
)

const rsaBits = 2048

// families lists all of them.
func families() []Family { return []Family{RSA, ECDSA, GOST2004, GOST2015} }

// String returns the name that stands in the authorities' names.
func (f Family) String() string {
	switch f {
	case RSA:
		return "RSA"
	case ECDSA:
		return "ECDSA"
	case GOST2004:
		return "GOST 2004"
	case GOST2015:
		return "GOST 2015"
	}
	return fmt.Sprintf("Family(%d)", int(f))
}

// slug is the family's name in addresses.
func (f Family) slug() string { return strings.ReplaceAll(strings.ToLower(f.String()), " ", "_") }

// ParseFamily reads a family's name as a person types it: "rsa", "GOST-2015",
// "gost 2015".
func ParseFamily(s string) (Family, error) {
	plain := strings.NewReplacer(" ", "", "-", "", "_", "")
	for _, f := range families() {
		if strings.EqualFold(plain.Replace(s), plain.Replace(f.String())) {
			return f, nil
		}
	}
	return 0, fmt.Errorf("%w: %q is none of RSA, ECDSA, GOST-2004, GOST-2015", ErrInvalid, s)
}

// newKey generates a private key of the family.
func (f Family) newKey() (crypto.Signer, error) {
	switch f {
	case RSA:
		return rsa.GenerateKey(rand.Reader, rsaBits)
	case ECDSA:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case GOST2004:
		return gost.GenerateKey(gost.CryptoProA(), rand.Reader)
	case GOST2015:
		return gost.GenerateKey(gost.TC26A512(), rand.Reader)
	}
	return nil, fmt.Errorf("%w: unknown family %d", ErrInvalid, int(f))
}

func marshalPrivateKey(key crypto.Signer) ([]byte, error) {
	if k, ok := key.(*gost.PrivateKey); ok {
		return gost.MarshalPKCS8PrivateKey(k)
	}
	return x509.MarshalPKCS8PrivateKey(key)
}
