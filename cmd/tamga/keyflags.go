package main

import (
	"crypto"
	"fmt"
	"os"

	"tamga/certs"
	"tamga/signing/creation"
	"tamga/signing/pkcs11"
)

// keyFlags say where the signer's key is: in a file, or in a token.
type keyFlags struct {
	Key          string `placeholder:"FILE" help:"The signer's key: a key store (PKCS#12, .p12) or PEM with key and certificate."`
	PasswordFile string `placeholder:"FILE" help:"File whose first line is the password of the key store. There is no flag for the password itself: other users of the machine could read it."`
	Module       string `name:"pkcs11" placeholder:"LIBRARY" help:"PKCS #11 library of a token or HSM, instead of --key."`
	Token        string `placeholder:"LABEL" help:"Label of the token."`
	KeyLabel     string `placeholder:"LABEL" help:"Label of the key in the token, if it holds several."`
	PINFile      string `name:"pin-file" placeholder:"FILE" help:"File whose first line is the PIN of the token; without it the environment's TAMGA_PIN is the PIN."`
}

// key reads or opens the key; done lets the token go.
func (f keyFlags) key(c *console) (key creation.Key, done func(), err error) {
	done = func() {}
	switch {
	case f.Key != "" && f.Module != "" || f.Key == "" && f.Module == "":
		return key, done, usagef("one of --key and --pkcs11 says where the key is")
	case f.Key != "":
		key, err = loadKey(c, f.Key, f.PasswordFile)
		return key, done, err
	}
	token, err := pkcs11.Open(pkcs11.Options{
		Module: f.Module, Token: f.Token, Label: f.KeyLabel, PIN: func() (pkcs11.PIN, error) { return f.pin(c) },
	})
	if err != nil {
		return key, done, err
	}
	done = func() { _ = token.Close() } // nothing is lost by it
	if key, err = tokenKey(token, token.Certificates()); err != nil {
		done()
		return key, func() {}, err
	}
	return key, done, nil
}

func (f keyFlags) pin(c *console) (pkcs11.PIN, error) {
	if f.PINFile == "" {
		if pin := c.env("TAMGA_PIN"); pin != "" {
			return pkcs11.PIN(pin), nil
		}
		return "", usagef("the token wants its PIN: --pin-file or the environment's TAMGA_PIN")
	}
	file, err := os.Open(f.PINFile)
	if err != nil {
		return "", err
	}
	defer file.Close()
	return pkcs11.ReadPIN(file)
}

// tokenKey finds the certificate of a token's key among those of the token.
func tokenKey(signer crypto.Signer, certificates [][]byte) (creation.Key, error) {
	var chain []*certs.Certificate
	var own *certs.Certificate
	public, _ := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	for _, raw := range certificates {
		c, err := certs.Parse(raw)
		if err != nil {
			continue
		}
		if public != nil && c.PublicKey != nil && public.Equal(c.PublicKey) {
			own = c
		} else {
			chain = append(chain, c)
		}
	}
	if own == nil {
		return creation.Key{}, fmt.Errorf("%w: the token holds no certificate of the key", creation.ErrKeyMismatch)
	}
	return creation.NewKey(signer, own, withoutRoots(chain)), nil
}
