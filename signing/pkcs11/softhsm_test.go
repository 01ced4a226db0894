//go:build pkcs11

package pkcs11

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/pkcs11"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/judgetest"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

const (
	tokenLabel = "tamga test"
	userPIN    = "8642"
)

// soft is a token of SoftHSM in a folder of its own, made once, since a
// library is initialised once for a program.
var soft struct {
	module string
	keys   map[string]crypto.Signer
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "softhsm")
	if err != nil {
		panic(err)
	}
	if err := makeToken(dir); err != nil {
		fmt.Fprintln(os.Stderr, "SoftHSM (Debian: softhsm2) is missing or does not work:", err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func makeToken(dir string) error {
	modules, _ := filepath.Glob("/usr/lib/*/softhsm/libsofthsm2.so")
	more, _ := filepath.Glob("/usr/lib*/softhsm/libsofthsm2.so")
	if modules = append(modules, more...); len(modules) == 0 {
		return errors.New("no libsofthsm2.so")
	}
	config := filepath.Join(dir, "softhsm2.conf")
	text := "directories.tokendir = " + dir + "\nobjectstore.backend = file\nlog.level = ERROR\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return err
	}
	os.Setenv("SOFTHSM2_CONF", config)
	run := func(args ...string) error {
		if out, err := exec.Command("softhsm2-util", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("softhsm2-util %s: %w: %s", args[0], err, out)
		}
		return nil
	}
	if err := run("--init-token", "--free", "--label", tokenLabel, "--pin", userPIN, "--so-pin", "13579"); err != nil {
		return err
	}
	soft.keys = map[string]crypto.Signer{}
	for i, name := range []string{"rsa", "p256", "p384", "bare"} {
		key, err := generate(name)
		if err != nil {
			return err
		}
		raw, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return err
		}
		file := filepath.Join(dir, name+".pem")
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600); err != nil {
			return err
		}
		if err := run("--import", file, "--token", tokenLabel, "--label", name, "--id", fmt.Sprintf("a%d", i), "--pin", userPIN); err != nil {
			return err
		}
		soft.keys[name] = key
	}
	soft.module = modules[0]
	return nil
}

func generate(name string) (crypto.Signer, error) {
	switch name {
	case "rsa":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "p256", "bare":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
}

func options(t *testing.T, label string) Options {
	t.Helper()
	if soft.module == "" {
		judgetest.Missing(t, "SoftHSM (Debian: softhsm2)")
	}
	return Options{Module: soft.module, Token: tokenLabel, Label: label, PIN: func() (PIN, error) { return userPIN, nil }}
}

func open(t *testing.T, o Options) *Key {
	t.Helper()
	k, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

// A key in a token makes signatures that our verifier accepts.
func TestTokenSignsCMS(t *testing.T) {
	for _, test := range []struct {
		label  string
		family ca.Family
		pss    bool
	}{{"rsa", ca.RSA, false}, {"rsa", ca.RSA, true}, {"p256", ca.ECDSA, false}, {"p384", ca.ECDSA, false}} {
		k := open(t, options(t, test.label))
		pki := signtest.New(t, test.family)
		person := signtest.Applicant()
		person.Key = k // only its public part is used
		h, err := pki.Authority.Issue(person)
		if err != nil {
			t.Fatal(err)
		}
		key := creation.NewKey(k, h.Certificate, []*certs.Certificate{pki.Authority.Issuing()})
		content := []byte("өтініш")
		b, err := signtest.Sign(creation.CMS{Content: content, Claim: true, PSS: test.pss}, key, signtest.Now())
		if err != nil {
			t.Fatalf("%s: %v", test.label, err)
		}
		v, err := pki.Verifier.VerifyCMS(context.Background(), b, signing.Question{})
		if err != nil || !v.Passed() {
			t.Errorf("%s: %+v, %v", test.label, v, err)
		}
	}
}

func TestPublicPartIsTheKeys(t *testing.T) {
	for label := range soft.keys {
		k := open(t, options(t, label))
		if pub := soft.keys[label].Public().(interface{ Equal(crypto.PublicKey) bool }); !pub.Equal(k.Public()) {
			t.Errorf("%s: another public key", label)
		}
	}
	o := options(t, "")
	o.ID = []byte{0xa1}
	if k := open(t, o); !soft.keys["p256"].Public().(*ecdsa.PublicKey).Equal(k.Public()) {
		t.Error("the identifier a1 names another key")
	}
}

// A key whose public part is only in its certificate is known by that; without
// one it is of no use.
func TestPublicPartFromTheCertificate(t *testing.T) {
	o := options(t, "bare")
	module := pkcs11.New(soft.module)
	k := open(t, options(t, "rsa")) // keeps the log-in
	session, err := module.OpenSession(k.connection.slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		t.Fatal(err)
	}
	defer module.CloseSession(session)
	id := pkcs11.NewAttribute(pkcs11.CKA_ID, []byte{0xa3})
	public, err := find(module, session, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PUBLIC_KEY), id})
	if err != nil || len(public) != 1 {
		t.Fatal(public, err)
	}
	if err := module.DestroyObject(session, public[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(o); !errors.Is(err, ErrKey) {
		t.Errorf("neither public key nor certificate: %v", err)
	}
	person := signtest.Applicant()
	person.Key = soft.keys["bare"]
	h, err := signtest.New(t, ca.ECDSA).Authority.Issue(person)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := module.CreateObject(session, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_CERTIFICATE), id,
		pkcs11.NewAttribute(pkcs11.CKA_CERTIFICATE_TYPE, pkcs11.CKC_X_509),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_SUBJECT, h.Certificate.Subject.Raw),
		pkcs11.NewAttribute(pkcs11.CKA_VALUE, h.Certificate.Raw),
	}); err != nil {
		t.Fatal(err)
	}
	bare := open(t, o)
	if list := bare.Certificates(); len(list) != 1 || !bytes.Equal(list[0], h.Certificate.Raw) {
		t.Errorf("%d certificates", len(list))
	}
	digest := sha256.Sum256([]byte("x"))
	sig, err := bare.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil || !ecdsa.VerifyASN1(soft.keys["bare"].Public().(*ecdsa.PublicKey), digest[:], sig) {
		t.Errorf("%x, %v", sig, err)
	}
}

// More signers than sessions share them.
func TestManySignAtOnce(t *testing.T) {
	o := options(t, "p256")
	o.Sessions = 2
	k := open(t, o)
	digest := sha256.Sum256([]byte("x"))
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 {
				sig, err := k.Sign(rand.Reader, digest[:], crypto.SHA256)
				if err != nil || !ecdsa.VerifyASN1(k.Public().(*ecdsa.PublicKey), digest[:], sig) {
					t.Errorf("%x, %v", sig, err)
				}
			}
		})
	}
	wg.Wait()
}

// When the sessions are gone, as they are after a token was pulled out, the
// next signature logs in again; several at once do not disturb each other.
func TestTokenComesBack(t *testing.T) {
	asked, mu := 0, sync.Mutex{}
	o := options(t, "rsa")
	o.PIN = func() (PIN, error) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		return userPIN, nil
	}
	k := open(t, o)
	digest := sha256.Sum256([]byte("x"))
	other := pkcs11.New(soft.module)
	for range 3 {
		if err := other.CloseAllSessions(k.connection.slot); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := k.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	if asked != 4 {
		t.Errorf("the PIN was asked %d times, not once at first and once after each loss", asked)
	}
}

// A PIN that the token refuses is not tried a second time, whoever asks.
func TestWrongPINIsTriedOnce(t *testing.T) {
	asked := 0
	o := options(t, "rsa")
	o.PIN = func() (PIN, error) {
		if asked++; asked > 1 {
			return "9999", nil
		}
		return userPIN, nil
	}
	k := open(t, o)
	if err := pkcs11.New(soft.module).CloseAllSessions(k.connection.slot); err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("x"))
	for range 5 {
		if _, err := k.Sign(rand.Reader, digest[:], crypto.SHA256); !errors.Is(err, ErrPIN) {
			t.Errorf("%v", err)
		}
	}
	if asked != 2 {
		t.Errorf("the PIN was asked %d times", asked)
	}
}

func TestRefusals(t *testing.T) {
	good := options(t, "rsa")
	wrong, missing, absent, many, library, none := good, good, good, good, good, good
	asked := 0
	wrong.PIN = func() (PIN, error) { asked++; return "9999", nil }
	missing.Label = "nobody"
	absent.Token = "no such token"
	many.Label = ""
	library.Module = filepath.Join(t.TempDir(), "none.so")
	none.PIN = nil
	for name, test := range map[string]struct {
		o    Options
		want error
	}{
		"a wrong PIN": {wrong, ErrPIN}, "no key": {missing, ErrKey}, "no token": {absent, ErrToken},
		"several keys": {many, ErrKey}, "no library": {library, ErrModule}, "no PIN": {none, ErrPIN},
	} {
		k, err := Open(test.o)
		if !errors.Is(err, test.want) || k != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), "9999") || strings.Contains(err.Error(), userPIN)) {
			t.Errorf("%s: the PIN stands in %v", name, err)
		}
	}
	if asked != 1 {
		t.Errorf("a wrong PIN was tried %d times", asked)
	}
	k := open(t, good)
	digest := sha256.Sum256([]byte("x"))
	for name, f := range map[string]func() error{
		"SHA-1":             func() error { _, err := k.Sign(rand.Reader, make([]byte, 20), crypto.SHA1); return err },
		"no digest":         func() error { _, err := k.Sign(rand.Reader, digest[:], crypto.Hash(0)); return err },
		"no options":        func() error { _, err := k.Sign(rand.Reader, digest[:], nil); return err },
		"a digest too long": func() error { _, err := k.Sign(rand.Reader, make([]byte, 33), crypto.SHA256); return err },
	} {
		if err := f(); !errors.Is(err, ErrMechanism) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k.Close()
	if _, err := k.Sign(rand.Reader, digest[:], crypto.SHA256); !errors.Is(err, ErrKey) {
		t.Errorf("a closed key: %v", err)
	}
}
