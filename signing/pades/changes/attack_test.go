package changes_test

import (
	"slices"
	"strings"
	"testing"

	"tamga/signing/pades"
	"tamga/signing/pades/changes"
	"tamga/signing/signtest/pdfattack"
)

// TestCases plays every file of the attack set: each must be refused for its own
// reason, and the honest ones not at all.
func TestCases(t *testing.T) {
	names, where := map[string]bool{}, map[pdfattack.Where]int{}
	for _, c := range cases() {
		if names[c.Name] {
			t.Errorf("two cases %q", c.Name)
		}
		names[c.Name] = true
		where[c.Where]++
		t.Run(c.Name, func(t *testing.T) { play(t, c) })
	}
	t.Logf("%d files: %v", len(names), where)
}

func play(t *testing.T, c pdfattack.Case) {
	doc, err := pades.Read(c.File)
	if c.Where == pdfattack.Read {
		if err == nil || !strings.Contains(err.Error(), c.Code) {
			t.Fatalf("error %v, want %q", err, c.Code)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if c.Where == pdfattack.Unreadable {
		if odd := slices.Concat(doc.Unreadable, doc.Hybrid); !hasCode(odd, c.Code) {
			t.Errorf("unreadable %v, want %s", odd, c.Code)
		}
		return
	}
	if c.Where == pdfattack.Tolerated {
		tolerated(t, doc, c.Code)
		return
	}
	odd := slices.DeleteFunc(slices.Clone(doc.Unreadable), func(p pades.Problem) bool { return p.Weight == pades.Tolerated })
	if len(doc.Signatures) == 0 || c.Where != pdfattack.Problem && len(odd) > 0 {
		t.Fatalf("%d signatures, unreadable %v", len(doc.Signatures), doc.Unreadable)
	}
	if c.Where == pdfattack.Problem {
		if !slices.ContainsFunc(doc.Signatures, func(s pades.Signature) bool { return s.Has(c.Code) }) {
			t.Errorf("signatures %+v, want %s", doc.Signatures[0].Problems, c.Code)
		}
		return
	}
	compared(t, doc, c)
}

// tolerated asks that everything odd about a file is tolerated, the code among it,
// and that no signature forbids what follows it.
func tolerated(t *testing.T, doc *pades.Document, code string) {
	found := slices.Concat(doc.Unreadable, doc.Hybrid)
	for i := range doc.Signatures {
		s := &doc.Signatures[i]
		found = append(found, s.Problems...)
		report, err := changes.Since(doc, s, changes.Annotations)
		for _, f := range report.Odd() {
			found = append(found, pades.Problem{Code: f.Code, Weight: pades.Tolerated})
		}
		if err != nil || !report.Allowed() {
			t.Errorf("%s, %v: %+v", report, err, report.Forbidden())
		}
	}
	for _, p := range found {
		if p.Weight != pades.Tolerated && p.Code != pades.CodeLaterRevision {
			t.Errorf("not tolerated: %+v", p)
		}
	}
	if len(doc.Signatures) == 0 || !hasCode(found, code) {
		t.Errorf("%d signatures, problems %v, want %s", len(doc.Signatures), found, code)
	}
}

// compared asks about every signature of a file that is intact but for what
// follows.
func compared(t *testing.T, doc *pades.Document, c pdfattack.Case) {
	var codes []string
	for i := range doc.Signatures {
		s := &doc.Signatures[i]
		for _, p := range s.Problems {
			if p.Code != pades.CodeLaterRevision && p.Code != pades.CodePermsChanged {
				t.Errorf("signature %d has a problem: %v", i, p)
			}
		}
		report, err := changes.Since(doc, s, changes.Annotations)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, report.Codes()...)
		if c.Where == pdfattack.Honest && !report.Allowed() {
			t.Errorf("%s: %+v", report, report.Forbidden())
		}
		if i == 0 && c.Where == pdfattack.Honest && report.String() != c.Code {
			t.Errorf("outcome %s, want %s: %+v", report, c.Code, report.Findings)
		}
		strict(t, doc, s, report)
	}
	if c.Where == pdfattack.Change && !slices.Contains(codes, c.Code) {
		t.Errorf("codes %v, want %s", codes, c.Code)
	}
}

// strict asks again under the policy that lets nothing follow.
func strict(t *testing.T, doc *pades.Document, s *pades.Signature, lenient changes.Report) {
	report, err := changes.Since(doc, s, changes.Nothing)
	if err != nil {
		t.Fatal(err)
	}
	if report.Allowed() != (lenient.Revisions == 0 && lenient.Allowed()) {
		t.Errorf("with nothing permitted: %s after %d revisions", report, lenient.Revisions)
	}
}

func hasCode(problems []pades.Problem, code string) bool {
	return slices.ContainsFunc(problems, func(p pades.Problem) bool { return p.Code == code })
}
