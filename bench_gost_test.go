package tamga_test

import (
	"context"
	"crypto/rand"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"hash"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tamga/certs/der"
	"tamga/certs/gost"
)

// BenchmarkGOSTEngine puts our GOST beside the OpenSSL gost engine of Debian
// (libengine-gost-openssl), measured in the same run, in turns. The engine
// verifies a folder of certificates in one process; what the start of the
// process costs is taken off, what reading a certificate costs is not: about a
// tenth to a third of the engine's time. Run it with -benchtime 1x.
func BenchmarkGOSTEngine(b *testing.B) {
	if out, err := exec.Command("openssl", "engine", "gost").CombinedOutput(); err != nil {
		b.Skipf("OpenSSL's gost engine is missing (Debian: libengine-gost-openssl): %s", out)
	}
	for _, c := range []engineCase{
		{"GOST-512", gost.TC26A512(), "1.2.643.7.1.1.1.2", "1.2.643.7.1.2.1.2.1", "1.2.643.7.1.1.2.3", "1.2.643.7.1.1.3.3", 400},
		{"GOST-256 CryptoPro-A", gost.CryptoProA(), "1.2.643.7.1.1.1.1", "1.2.643.2.2.35.1", "1.2.643.7.1.1.2.2", "1.2.643.7.1.1.3.2", 1200},
	} {
		b.Run("verify/"+c.name, func(b *testing.B) { benchEngineVerify(b, c) })
		b.Run("sign/"+c.name, func(b *testing.B) { benchEngineSign(b, c) })
	}
	b.Run("Streebog-512", func(b *testing.B) { benchEngineDigest(b, "md_gost12_512", gost.NewStreebog512) })
	// The engine has another S-box, which costs it the same.
	b.Run("GOST-34.311-95", func(b *testing.B) { benchEngineDigest(b, "md_gost94", gost.New34311) })
}

// engineCase is a curve under the Russian identifiers, which the engine knows.
type engineCase struct {
	name                     string
	curve                    *gost.Curve
	key, params, digest, sig string
	leaves                   int
}

func oid(s string) asn1.ObjectIdentifier {
	var id asn1.ObjectIdentifier
	for n, rest := 0, s; rest != ""; {
		n = 0
		for rest != "" && rest[0] != '.' {
			n, rest = 10*n+int(rest[0]-'0'), rest[1:]
		}
		id = append(id, n)
		if rest != "" {
			rest = rest[1:]
		}
	}
	return id
}

// certificate makes one that the engine can verify: its signatures are ours
// with the bytes reversed (RFC 9215 against the national order).
func (c engineCase) certificate(b *testing.B, key *gost.PrivateKey, serial int64) (raw, tbs, signature []byte) {
	alg := der.Sequence(der.OID(oid(c.sig)))
	name := func(s string) []byte {
		return der.Sequence(der.Set(der.Sequence(der.OID(asn1.ObjectIdentifier{2, 5, 4, 3}), der.Text(s))))
	}
	subject, ca := name(fmt.Sprint(serial)), []byte{}
	if serial == 1 {
		subject = name("root")
		basic := der.Sequence(der.OID(asn1.ObjectIdentifier{2, 5, 29, 19}), der.Bool(true), der.Octets(der.Sequence(der.Bool(true))))
		ca = der.Encode(der.ContextConstructed(3), der.Sequence(basic))
	}
	public := key.Public().(*gost.PublicKey)
	spki := der.Sequence(der.Sequence(der.OID(oid(c.key)), der.Sequence(der.OID(oid(c.params)), der.OID(oid(c.digest)))),
		der.Bits(der.Octets(public.Bytes())))
	now := time.Now()
	tbs = der.Sequence(der.Encode(der.ContextConstructed(0), []byte{2, 1, 2}), der.Int(big.NewInt(serial)), alg, name("root"),
		der.Sequence(der.Time(now.AddDate(0, 0, -1)), der.Time(now.AddDate(1, 0, 0))), subject, spki, ca)
	h := gost.NewStreebog512()
	if c.curve.Size() == 32 {
		h = gost.NewStreebog256()
	}
	h.Write(tbs)
	signature, err := key.Sign(rand.Reader, h.Sum(nil), nil)
	if err != nil {
		b.Fatal(err)
	}
	reversed := slices.Clone(signature)
	slices.Reverse(reversed)
	return der.Sequence(tbs, alg, der.Bits(reversed)), tbs, signature
}

func benchEngineVerify(b *testing.B, c engineCase) {
	key, err := gost.GenerateKey(c.curve, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	write := func(name string, raw []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600); err != nil {
			b.Fatal(err)
		}
		return path
	}
	raw, _, _ := c.certificate(b, key, 1)
	root := write("root.pem", raw)
	var leaves []string
	var tbs, sig []byte
	for i := range c.leaves {
		raw, tbs, sig = c.certificate(b, key, int64(i+2))
		leaves = append(leaves, write(fmt.Sprintf("%d.pem", i), raw))
	}
	engine := func(n int) time.Duration {
		args := append([]string{"verify", "-engine", "gost", "-CAfile", root}, leaves[:n]...)
		start := time.Now()
		if out, err := exec.CommandContext(context.Background(), "openssl", args...).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%.500s", err, out)
		}
		return time.Since(start)
	}
	public := key.Public().(*gost.PublicKey)
	known := public.Precompute()
	h := gost.NewStreebog512()
	if c.curve.Size() == 32 {
		h = gost.NewStreebog256()
	}
	own := func(k *gost.PublicKey) float64 {
		start, n := time.Now(), 0
		for time.Since(start) < 200*time.Millisecond {
			h.Reset()
			h.Write(tbs)
			if !k.Verify(h.Sum(nil), sig) {
				b.Fatal("our own signature does not verify")
			}
			n++
		}
		return float64(n) / time.Since(start).Seconds()
	}
	var theirs, ours, ourKnown []float64
	for range 7 {
		theirs = append(theirs, float64(c.leaves-1)/(engine(c.leaves)-engine(1)).Seconds())
		ours, ourKnown = append(ours, own(public)), append(ourKnown, own(known))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(theirs), "engine/s")
	b.ReportMetric(median(ours), "own/s")
	b.ReportMetric(median(ours)/median(theirs), "xengine")
	b.ReportMetric(median(ourKnown)/median(theirs), "xengine-known-key")
}

// benchEngineSign has a small program make signatures with the engine, since
// no command of OpenSSL makes more than one in a process.
func benchEngineSign(b *testing.B, c engineCase) {
	dir := b.TempDir()
	program, file := filepath.Join(dir, "engine_sign"), filepath.Join(dir, "key.pem")
	if out, err := exec.Command("cc", "-O2", "-w", "-o", program, "testdata/engine_sign.c", "-lcrypto").CombinedOutput(); err != nil {
		b.Skipf("no C compiler, or no headers of OpenSSL (Debian: gcc, libssl-dev): %.300s", out)
	}
	algorithm := map[int]string{64: "gost2012_512", 32: "gost2012_256"}[c.curve.Size()]
	if out, err := exec.Command("openssl", "genpkey", "-engine", "gost", "-algorithm", algorithm, "-pkeyopt", "paramset:A", "-out", file).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	key, err := gost.GenerateKey(c.curve, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	digest := make([]byte, c.curve.Size())
	own := func() float64 {
		start, n := time.Now(), 0
		for time.Since(start) < 200*time.Millisecond {
			digest[0], digest[1] = byte(n), byte(n>>8)
			if _, err := key.Sign(rand.Reader, digest, nil); err != nil {
				b.Fatal(err)
			}
			n++
		}
		return float64(n) / time.Since(start).Seconds()
	}
	var theirs, ours []float64
	for range 7 {
		out, err := exec.Command(program, file, fmt.Sprint(len(digest))).Output()
		if err != nil {
			b.Fatal(err)
		}
		rate, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		if err != nil {
			b.Fatal(err)
		}
		theirs, ours = append(theirs, rate), append(ours, own())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(theirs), "engine/s")
	b.ReportMetric(median(ours), "own/s")
	b.ReportMetric(median(ours)/median(theirs), "xengine")
}

func median(s []float64) float64 {
	s = slices.Clone(s)
	slices.Sort(s)
	return s[len(s)/2]
}

// benchEngineDigest hashes a file of 32 MiB and one of nothing with each.
func benchEngineDigest(b *testing.B, algorithm string, own func() hash.Hash) {
	content := make([]byte, 32<<20)
	large, empty := filepath.Join(b.TempDir(), "large"), filepath.Join(b.TempDir(), "empty")
	if err := os.WriteFile(large, content, 0o600); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		b.Fatal(err)
	}
	engine := func(path string) time.Duration {
		start := time.Now()
		if out, err := exec.Command("openssl", "dgst", "-engine", "gost", "-"+algorithm, path).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		return time.Since(start)
	}
	var theirs, ours []float64
	for range 5 {
		theirs = append(theirs, 32/(engine(large)-engine(empty)).Seconds())
		start := time.Now()
		own().Write(content)
		ours = append(ours, 32/time.Since(start).Seconds())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(theirs), "engine-MiB/s")
	b.ReportMetric(median(ours), "own-MiB/s")
	b.ReportMetric(median(ours)/median(theirs), "xengine")
}
