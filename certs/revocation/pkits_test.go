package revocation_test

import (
	"bytes"
	"cmp"
	"encoding/asn1"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// pkitsRecord is one test of the Public Key Interoperability Test Suite of
// NIST, as pkits.json of the shared data describes it.
type pkitsRecord struct {
	ID             string    `json:"id"`
	Section        string    `json:"section"`
	Suite          string    `json:"suite"`
	Title          string    `json:"title"`
	Anchor         string    `json:"trust_anchor"`
	Chain          []string  `json:"chain"` // from below the anchor to the target
	Signers        []string  `json:"crl_issuer_certs"`
	CRLs           []string  `json:"crls"`
	Time           time.Time `json:"time"`
	Policies       []string  `json:"initial_policy_set"`
	Explicit       bool      `json:"initial_explicit_policy"`
	InhibitMapping bool      `json:"initial_policy_mapping_inhibit"`
	InhibitAny     bool      `json:"initial_any_policy_inhibit"`
	Valid          bool      `json:"expected_valid"`
	Constrained    []string  `json:"user_constrained_policy_set"`
}

// pkits is the suite with everything read.
type pkits struct {
	records []pkitsRecord
	certs   map[string]*certs.Certificate
	crls    map[string]*revocation.CRL
	raw     map[string][]byte // of either
}

func readPKITS(t testing.TB) *pkits {
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = "../../../shared"
	}
	dir = filepath.Join(dir, "conformance", "pkits")
	b, err := os.ReadFile(filepath.Join(dir, "pkits.json"))
	if err != nil {
		t.Skip("PKITS is missing: set TAMGA_TESTDATA to the folder that holds conformance/pkits/")
	}
	var file struct{ Tests []pkitsRecord }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	p := &pkits{records: file.Tests, certs: map[string]*certs.Certificate{}, crls: map[string]*revocation.CRL{}, raw: map[string][]byte{}}
	for _, pattern := range []string{"certs/*.crt", "crls/*.crl"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			key := filepath.Dir(pattern) + "/" + filepath.Base(name)
			p.raw[key] = raw
			if filepath.Ext(name) == ".crt" {
				p.certs[key], err = certs.Parse(raw)
			} else {
				p.crls[key], err = revocation.ParseCRL(raw)
			}
			if err != nil {
				t.Errorf("%s: %v", key, err)
			}
		}
	}
	if len(p.certs) != 405 || len(p.crls) != 173 {
		t.Errorf("%d certificates and %d lists", len(p.certs), len(p.crls))
	}
	return p
}

// linkError is what revocation says against a path.
type linkError struct{ answer revocation.Answer }

func (e *linkError) Error() string { return e.answer.String() }

// judge runs one record; only what the record names is at hand.
func (p *pkits) judge(r pkitsRecord) (certs.Validation, error) {
	pool := &certs.Pool{}
	pool.AddAnchor(p.certs[r.Anchor])
	for _, name := range slices.Concat(r.Chain[:len(r.Chain)-1], r.Signers) {
		pool.AddIntermediate(p.certs[name])
	}
	lists := &revocation.Lists{}
	for _, name := range r.CRLs {
		lists.Add(p.crls[name])
	}
	return p.validate(r, pool, lists)
}

func (p *pkits) validate(r pkitsRecord, pool *certs.Pool, lists *revocation.Lists) (certs.Validation, error) {
	in := certs.Inputs{
		At: r.Time, ExplicitPolicy: r.Explicit, InhibitMapping: r.InhibitMapping, InhibitAnyPolicy: r.InhibitAny,
		Accept: func(path certs.Path) error {
			for _, a := range lists.Judge(revocation.Question{Path: path, Pool: pool, At: r.Time}) {
				if a.Status != revocation.Good {
					return &linkError{a}
				}
			}
			return nil
		},
	}
	for _, policy := range r.Policies {
		in.Policies = append(in.Policies, parseOID(policy))
	}
	return pool.Validate(p.certs[r.Chain[len(r.Chain)-1]], nil, in)
}

func parseOID(s string) asn1.ObjectIdentifier {
	var oid asn1.ObjectIdentifier
	for arc := range strings.SplitSeq(s, ".") {
		n, _ := strconv.Atoi(arc)
		oid = append(oid, n)
	}
	return oid
}

// reasonOf says in one word or two why a path was refused.
func reasonOf(err error) string {
	var link *linkError
	var path *certs.PathError
	switch {
	case err == nil:
		return "valid"
	case errors.As(err, &link) && link.answer.Status == revocation.Revoked:
		return "revoked " + link.answer.Reason.String()
	case errors.As(err, &link):
		return "undetermined " + string(link.answer.Cause)
	case errors.As(err, &path):
		return string(path.Reason)
	}
	return err.Error()
}

// facts reads a file of lines "id reason". A # at the beginning or after a
// space begins a comment.
func facts(t *testing.T, name string) map[string]string {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for n, line := range strings.Split(string(b), "\n") {
		line, _, _ = strings.Cut(line, " #")
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		id, reason, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || found[id] != "" {
			t.Fatalf("%s:%d: not an id and a reason, or twice", name, n+1)
		}
		found[id] = strings.TrimSpace(reason)
	}
	return found
}

// TestPKITS runs the suite. Every negative must fail for the reason that is
// written down for it, every positive be valid under the policies that the
// suite names; what is excepted must still be wrong.
func TestPKITS(t *testing.T) {
	p := readPKITS(t)
	reasons, exceptions := facts(t, "pkits-reasons.txt"), facts(t, "pkits-exceptions.txt")
	table := map[string]*pkitsSection{}
	for _, r := range p.records {
		section := table[r.Section]
		if section == nil {
			section = &pkitsSection{name: r.Section + " " + strings.TrimLeft(strings.TrimPrefix(r.Suite, "PkitsTest"), "0123456789")}
			table[r.Section] = section
		}
		section.records++
		v, err := p.judge(r)
		got := reasonOf(err)
		right := (err == nil) == r.Valid
		if right {
			section.right++
		} else if err == nil {
			section.falseAccepts++
			t.Errorf("%s %s: FALSE ACCEPT", r.ID, r.Title)
		}
		want, pinned := reasons[r.ID]
		delete(reasons, r.ID)
		excepted, isExcepted := exceptions[r.ID]
		delete(exceptions, r.ID)
		switch {
		case isExcepted && (right || got != excepted):
			t.Errorf("%s %s: %s; the exception %q is no longer true", r.ID, r.Title, got, excepted)
		case isExcepted:
			section.excepted++
		case !right:
			t.Errorf("%s %s: %v", r.ID, r.Title, err)
		case r.Valid && !slices.Equal(dotted(v.Policies), constrained(r)):
			t.Errorf("%s %s: valid under %v, want %v", r.ID, r.Title, dotted(v.Policies), constrained(r))
		case r.Valid && len(v.Path) != len(r.Chain)+1:
			t.Errorf("%s %s: a path of %d", r.ID, r.Title, len(v.Path))
		case !r.Valid && !pinned:
			t.Errorf("%s %s: no reason is written down; it is %q", r.ID, r.Title, got)
		case !r.Valid && got != want:
			t.Errorf("%s %s: %q, want %q (%v)", r.ID, r.Title, got, want, err)
		}
	}
	for id := range maps.All(reasons) {
		t.Errorf("a reason is written down for %s, which is not run", id)
	}
	for id := range maps.All(exceptions) {
		t.Errorf("an exception is written down for %s, which is not run", id)
	}
	logTable(t, table)
}

type pkitsSection struct {
	name                                   string
	records, right, falseAccepts, excepted int
}

func logTable(t *testing.T, table map[string]*pkitsSection) {
	sections := slices.SortedFunc(maps.Values(table), func(a, b *pkitsSection) int {
		number := func(s *pkitsSection) int {
			digits, _, _ := strings.Cut(strings.TrimPrefix(s.name, "4."), " ")
			n, _ := strconv.Atoi(digits)
			return n
		}
		return cmp.Compare(number(a), number(b))
	})
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "records\tright\tfalse accepts\texcepted\t  section")
	var sum pkitsSection
	for _, s := range sections {
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t  %s\n", s.records, s.right, s.falseAccepts, s.excepted, s.name)
		sum.records += s.records
		sum.right += s.right
		sum.falseAccepts += s.falseAccepts
		sum.excepted += s.excepted
	}
	fmt.Fprintf(w, "%d\t%d\t%d\t%d\t  total\n", sum.records, sum.right, sum.falseAccepts, sum.excepted)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("PKITS\n%s", out.String())
	if sum.right < 248 || sum.falseAccepts != 0 {
		t.Errorf("%d of %d right, %d false accepts; want at least 248 and none", sum.right, sum.records, sum.falseAccepts)
	}
}

func dotted(policies []asn1.ObjectIdentifier) []string {
	list := []string{}
	for _, p := range policies {
		list = append(list, p.String())
	}
	slices.Sort(list)
	return list
}

func constrained(r pkitsRecord) []string {
	list := slices.Clone(r.Constrained)
	slices.Sort(list)
	return slices.Compact(append([]string{}, list...))
}

// TestPKITSFromOnePile offers every certificate and every list of the suite at
// once, so that paths have to be found and lists chosen. The verdicts may not
// change by that.
func TestPKITSFromOnePile(t *testing.T) {
	p := readPKITS(t)
	exceptions := facts(t, "pkits-exceptions.txt")
	pool, lists := &certs.Pool{}, &revocation.Lists{}
	pool.AddAnchor(p.certs[p.records[0].Anchor])
	for _, c := range p.certs {
		pool.AddIntermediate(c)
	}
	for _, l := range p.crls {
		lists.Add(l)
	}
	for _, r := range p.records {
		_, err := p.validate(r, pool, lists)
		got := reasonOf(err)
		want, excepted := exceptions[r.ID]
		delete(exceptions, r.ID)
		switch {
		case excepted && got != want:
			t.Errorf("%s %s: %s, and no longer %q", r.ID, r.Title, got, want)
		case !excepted && (err == nil) != r.Valid:
			t.Errorf("%s %s: %s", r.ID, r.Title, got)
		}
	}
	for id := range maps.All(exceptions) {
		t.Errorf("an exception is written down for %s, which is not run", id)
	}
}
