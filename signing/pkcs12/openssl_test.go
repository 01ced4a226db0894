package pkcs12

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"tamga/certs/ca"
	"tamga/judgetest"
)

// TestOpenSSLStores opens stores that the openssl command makes, old and new.
func TestOpenSSLStores(t *testing.T) {
	judgetest.Need(t, "openssl")
	dir := t.TempDir()
	a := authority(t, ca.RSA)
	holders := map[string]ca.Holder{"rsa": person(t, a), "ec": person(t, authority(t, ca.ECDSA))}
	for name, h := range holders {
		b, err := ca.MarshalHolderPEM(h)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name+".pem"), b)
	}
	write(t, filepath.Join(dir, "chain.pem"), append(ca.MarshalCertificatePEM(a.Issuing()), ca.MarshalCertificatePEM(a.Root())...))

	const latin, national = "Qwerty12", "Құпия1№"
	for _, c := range []struct {
		name, key, password string
		options             []string
		want                error
		chain               int
	}{
		{"today's default", "rsa", latin, nil, nil, 0},
		{"elliptic curve", "ec", latin, nil, nil, 0},
		{"chain", "rsa", latin, []string{"-certfile", "chain.pem"}, nil, 2},
		{"password in Kazakh", "rsa", national, nil, nil, 0},
		{"old, password in Kazakh", "ec", national, []string{"-legacy"}, nil, 0},
		{"empty password", "rsa", "", nil, nil, 0},
		{"old default: RC2 and triple DES", "rsa", latin, []string{"-legacy"}, nil, 0},
		{"128-bit RC2 and 2-key triple DES", "ec", latin,
			[]string{"-legacy", "-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-2DES"}, nil, 0},
		{"AES-128 and AES-192", "rsa", latin, []string{"-certpbe", "AES-128-CBC", "-keypbe", "AES-192-CBC"}, nil, 0},
		{"PBES2 with triple DES", "ec", latin, []string{"-certpbe", "DES-EDE3-CBC", "-keypbe", "DES-EDE3-CBC"}, nil, 0},
		{"SHA-1 code", "rsa", latin, []string{"-macalg", "sha1"}, nil, 0},
		{"SHA-512 code, many iterations", "rsa", latin, []string{"-macalg", "sha512", "-iter", "100000"}, nil, 0},
		{"nothing encrypted", "ec", latin, []string{"-certpbe", "NONE", "-keypbe", "NONE"}, nil, 0},
		{"no integrity code", "ec", latin, []string{"-nomac"}, ErrUnsupported, 0},
		{"RC4", "ec", latin, []string{"-legacy", "-keypbe", "PBE-SHA1-RC4-128"}, ErrUnsupported, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := export(t, dir, append([]string{"-in", c.key + ".pem", "-passout", "pass:" + c.password}, c.options...))
			if _, err := Describe(b); err != nil {
				t.Errorf("describing: %v", err)
			}
			s, err := Read(b, c.password)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if c.want == nil {
				checkStore(t, s, holders[c.key], c.chain)
			}
			if _, err := Read(b, c.password+"x"); c.want == nil && !errors.Is(err, ErrPassword) {
				t.Errorf("wrong password: %v", err)
			}
		})
	}
}

// export runs openssl pkcs12 -export in the folder and returns the store.
func export(t *testing.T, dir string, options []string) []byte {
	t.Helper()
	cmd := exec.Command("openssl", append([]string{"pkcs12", "-export", "-out", "store.p12", "-name", "менің кілтім"}, options...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("this openssl cannot make it: %v: %s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "store.p12"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func checkStore(t *testing.T, s *Store, h ca.Holder, chain int) {
	t.Helper()
	if len(s.Entries) != 1 || len(s.Certificates) != chain {
		t.Fatalf("%d entries and %d other certificates", len(s.Entries), len(s.Certificates))
	}
	e := s.Entries[0]
	if e.FriendlyName != "менің кілтім" || e.Certificate.Fingerprint() != h.Certificate.Fingerprint() {
		t.Errorf("entry %q of %s", e.FriendlyName, e.Certificate.Subject)
	}
	checkSigns(t, e)
}

func write(t *testing.T, name string, b []byte) {
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
