package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"tamga/certs"
	"tamga/documents/seal"
)

// sealFlags name the key of the register, which signs what QR codes say.
type sealFlags struct {
	SealKey string `name:"seal-key" placeholder:"FILE" help:"Key that signs the QR codes of documents and the status list: PKCS#8 PEM, ECDSA P-256. Services on one database share it. Default: seal.pem in the service's folder (of tamga issue: beside the database), made where it is missing."`
}

// sealer reads the key, or makes it where it is missing.
func (f sealFlags) sealer(c *console, folder string) (seal.Key, error) {
	path := f.SealKey
	if path == "" {
		path = filepath.Join(folder, "seal.pem")
	}
	b, err := c.read(path, maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) && f.SealKey == "" {
		if b, err = newSealKey(); err == nil {
			err = output{path: path, mode: 0o600}.write(c, b)
		}
	}
	if err != nil {
		return seal.Key{}, fmt.Errorf("seal key: %w", err)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return seal.Key{}, fmt.Errorf("seal key %s: not PEM", path)
	}
	signer, err := certs.ParsePrivateKey(block.Bytes)
	if err != nil {
		return seal.Key{}, fmt.Errorf("seal key %s: %w", path, err)
	}
	key, err := seal.NewKey(signer)
	if err != nil {
		return seal.Key{}, fmt.Errorf("seal key %s: %w", path, err)
	}
	return key, nil
}

func newSealKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
