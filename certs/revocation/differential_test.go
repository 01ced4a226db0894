package revocation_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/judgetest"
)

// TestAgreesWithOpenSSL changes records of PKITS without breaking signatures
// (another time, other policies, a list less, a list more, what belongs to a
// neighbour) and asks OpenSSL about the same. Where the two differ is written
// down, and must stay true.
func TestAgreesWithOpenSSL(t *testing.T) {
	program := openSSL(t)
	p := readPKITS(t)
	known, seen := facts(t, "openssl-differences.txt"), map[string]bool{}
	random := rand.New(rand.NewPCG(3, 5280))
	asked, refused := 0, 0
	for n, r := range p.records {
		for range 3 {
			m, what := p.mutate(random, n, r)
			ours := p.judgeNow(m)
			theirs, said := p.askOpenSSL(t, program, m)
			asked++
			if !theirs {
				refused++
			}
			if (ours == nil) == theirs {
				continue
			}
			seen[r.ID] = true
			if known[r.ID] == "" {
				t.Errorf("%s %s, %s: ours %q, OpenSSL %v: %s", r.ID, r.Title, what, reasonOf(ours), theirs, said)
			}
		}
	}
	for id := range maps.All(known) {
		if !seen[id] {
			t.Errorf("OpenSSL no longer differs about %s", id)
		}
	}
	t.Logf("%d questions, %d of them refused by OpenSSL", asked, refused)
}

// TestFlippedBits breaks one bit of one certificate or list of valid records.
// What OpenSSL refuses then we do not accept; the other way round is allowed,
// since it reads encodings that are not distinguished.
func TestFlippedBits(t *testing.T) {
	program := openSSL(t)
	p := readPKITS(t)
	random := rand.New(rand.NewPCG(1, 6818))
	accepted := 0
	for _, r := range p.records {
		if !r.Valid || r.ID == "4.14.30" {
			continue
		}
		const flipped = "flipped"
		raw := p.flip(random, &r, flipped)
		p.raw[flipped] = raw
		if c, err := certs.Parse(raw); err == nil {
			p.certs[flipped] = c
		} else if l, err := revocation.ParseCRL(raw); err == nil {
			p.crls[flipped] = l
		} else {
			continue // refused
		}
		if err := p.judgeNow(r); err != nil {
			continue
		}
		accepted++
		if theirs, said := p.askOpenSSL(t, program, r); !theirs {
			t.Errorf("%s %s: accepted with a bit flipped: %x: %s", r.ID, r.Title, raw, said)
		}
	}
	t.Logf("%d were accepted by both: the bit was not in what is asked about", accepted)
}

// flip breaks one bit in one of the record's files and names the file so.
func (p *pkits) flip(random *rand.Rand, r *pkitsRecord, name string) []byte {
	r.Chain, r.CRLs = slices.Clone(r.Chain), slices.Clone(r.CRLs)
	files := []*string{}
	for i := range r.Chain {
		files = append(files, &r.Chain[i])
	}
	for i := range r.CRLs {
		files = append(files, &r.CRLs[i])
	}
	file := files[random.IntN(len(files))]
	raw := bytes.Clone(p.raw[*file])
	raw[random.IntN(len(raw))] ^= 1 << random.IntN(8)
	*file = name
	return raw
}

func openSSL(t *testing.T) string {
	program, err := exec.LookPath("openssl")
	if err != nil {
		judgetest.Missing(t, "openssl")
	}
	return program
}

// mutate changes one thing about a record.
func (p *pkits) mutate(random *rand.Rand, n int, r pkitsRecord) (m pkitsRecord, what string) {
	m = r
	neighbour := p.records[min(max(0, n+random.IntN(5)-2), len(p.records)-1)]
	switch random.IntN(7) {
	case 0:
		times := []time.Time{
			time.Date(2010, 1, 1, 8, 29, 59, 0, time.UTC), time.Date(2010, 1, 1, 8, 30, 0, 0, time.UTC),
			time.Date(2010, 7, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 12, 31, 8, 29, 59, 0, time.UTC),
			time.Date(2030, 12, 31, 8, 30, 1, 0, time.UTC), time.Date(2050, 1, 1, 12, 2, 0, 0, time.UTC),
		}
		m.Time = times[random.IntN(len(times))]
		return m, "at " + m.Time.String()
	case 1:
		m.Explicit = !m.Explicit
		return m, fmt.Sprint("explicit policy ", m.Explicit)
	case 2:
		m.InhibitAny = !m.InhibitAny
		m.Explicit = true
		return m, fmt.Sprint("explicit, inhibit any ", m.InhibitAny)
	case 3:
		m.InhibitMapping = !m.InhibitMapping
		m.Explicit = true
		return m, fmt.Sprint("explicit, inhibit mapping ", m.InhibitMapping)
	case 4:
		m.Policies = []string{"2.16.840.1.101.3.2.1.48." + strconv.Itoa(1+random.IntN(4))}
		m.Explicit = true
		return m, fmt.Sprint("explicit, policies ", m.Policies)
	case 5:
		i := random.IntN(len(m.CRLs))
		m.CRLs = slices.Delete(slices.Clone(m.CRLs), i, i+1)
		return m, "without " + r.CRLs[i]
	}
	m.CRLs = append(slices.Clone(m.CRLs), neighbour.CRLs...)
	slices.Sort(m.CRLs)
	m.CRLs = slices.Compact(m.CRLs)
	m.Signers = slices.Concat(m.Signers, neighbour.Chain[:len(neighbour.Chain)-1], neighbour.Signers)
	return m, "with what belongs to " + neighbour.ID
}

// judgeNow is judge for the present: lists of the future are not believed.
func (p *pkits) judgeNow(r pkitsRecord) error {
	pool := &certs.Pool{}
	pool.AddAnchor(p.certs[r.Anchor])
	for _, name := range slices.Concat(r.Chain[:len(r.Chain)-1], r.Signers) {
		pool.AddIntermediate(p.certs[name])
	}
	lists := &revocation.Lists{Now: func() time.Time { return r.Time }}
	for _, name := range r.CRLs {
		lists.Add(p.crls[name])
	}
	_, err := p.validate(r, pool, lists)
	return err
}

func (p *pkits) askOpenSSL(t *testing.T, program string, r pkitsRecord) (bool, string) {
	dir := t.TempDir()
	file := func(name string, kind string, ders ...[]byte) string {
		var out bytes.Buffer
		for _, b := range ders {
			if err := pem.Encode(&out, &pem.Block{Type: kind, Bytes: b}); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var between, crls [][]byte
	for _, name := range slices.Concat(r.Chain[:len(r.Chain)-1], r.Signers) {
		between = append(between, p.raw[name])
	}
	for _, name := range r.CRLs {
		crls = append(crls, p.raw[name])
	}
	args := []string{"verify", "-no-CApath", "-no-CAstore", "-auth_level", "0",
		"-CAfile", file("anchor.pem", "CERTIFICATE", p.certs[r.Anchor].Raw),
		"-attime", strconv.FormatInt(r.Time.Unix(), 10),
		"-crl_check_all", "-extended_crl", "-use_deltas", "-policy_check"}
	if len(between) > 0 {
		args = append(args, "-untrusted", file("between.pem", "CERTIFICATE", between...))
	}
	if len(crls) > 0 {
		args = append(args, "-CRLfile", file("lists.pem", "X509 CRL", crls...))
	}
	for _, policy := range r.Policies {
		args = append(args, "-policy", policy)
	}
	for option, on := range map[string]bool{"-explicit_policy": r.Explicit, "-inhibit_map": r.InhibitMapping, "-inhibit_any": r.InhibitAny} {
		if on {
			args = append(args, option)
		}
	}
	args = append(args, file("target.pem", "CERTIFICATE", p.raw[r.Chain[len(r.Chain)-1]]))
	out, err := exec.Command(program, args...).CombinedOutput()
	return err == nil, string(out)
}
