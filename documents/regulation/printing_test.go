package regulation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/regulation"
)

// What documents print changes with editions and within them, and between editions
// there is nothing to print.
func TestPrinting(t *testing.T) {
	l := law(t)
	var got []string
	for _, e := range l.Printing() {
		name, digest, _ := strings.Cut(e.Name, "@")
		if digest == "" || e.Specimen || e.Texts["appeal"].KK == "" {
			t.Errorf("%+v", e)
		}
		got = append(got, fmt.Sprintf("%s %s %s", name, e.From, e.Until))
	}
	want := []string{
		"2012-159 2012-11-19 2014-03-29", "2014-105-1613 2014-11-08 2015-12-04",
		"2026-draft 2026-01-01 2026-07-11", "2026-draft 2026-07-11 0000-00-00",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An edition run by its name prints specimens outside its time and nothing but the
// law within it; what it is silent about is as on the day given.
func TestSpecimens(t *testing.T) {
	l := law(t)
	all, ok := l.Specimens("2014-105-1613", date(t, "2026-11-28"))
	if !ok {
		t.Fatal("no edition")
	}
	for on, specimen := range map[string]bool{
		"2012-05-20": true, "2014-11-07": true, "2014-11-08": false, "2015-12-03": false, "2015-12-04": true, "2026-11-28": true,
	} {
		found := 0
		for _, e := range all {
			if !date(t, on).Within(e.From, e.Until) {
				continue
			}
			found++
			if e.Specimen != specimen || strings.HasSuffix(e.Name, ", specimen") != specimen || !strings.HasPrefix(e.Name, "2014-105-1613@") {
				t.Errorf("%s: %s, a specimen: %t", on, e.Name, e.Specimen)
			}
			if !strings.Contains(e.Texts["equivalence"].KK, "№ 370-II") || !strings.Contains(e.Texts["licence.activity"].KK, "Рұқсаттар") {
				t.Errorf("%s: %v", on, e.Texts)
			}
		}
		if found != 1 {
			t.Errorf("%s is in %d parts", on, found)
		}
	}
	if _, ok := l.Specimens("1999", date(t, "2026-11-28")); ok {
		t.Error("an edition that is not there")
	}
}

// TestOverlappingEditions has an edition of one service begin while another of all
// services is in force: it rules its own documents, and those of others stay as they
// are, whatever it says of them.
func TestOverlappingEditions(t *testing.T) {
	all, err := regulation.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	part := all[2]
	part.ID, part.From = "2027-certificates", documents.Date{Year: 2027, Month: 1, Day: 1}
	part.Services = slices.DeleteFunc(slices.Clone(part.Services), func(s regulation.Service) bool { return s.ID != "TEC" })
	part.Questionnaire = nil
	part.Sentences = slices.Clone(part.Sentences)
	for i := range part.Sentences {
		part.Sentences[i].Text.KK += " өзгертілген"
	}
	part.Rights = slices.Clone(part.Rights)
	for i := range part.Rights {
		part.Rights[i].Events = nil
	}
	law, err := regulation.Compile(append(all, part)...)
	if err != nil {
		t.Fatal(err)
	}
	said := func(on documents.Date) documents.Edition {
		parts := law.Printing()
		return parts[slices.IndexFunc(parts, func(e documents.Edition) bool { return on.Within(e.From, e.Until) })]
	}
	before, after := said(documents.Date{Year: 2026, Month: 12, Day: 31}).Texts, said(part.From).Texts
	if after["licence.activity"] != before["licence.activity"] || after["licence.conditions"] != before["licence.conditions"] {
		t.Errorf("licences say %q", after["licence.activity"].KK)
	}
	if after["equivalence"] == before["equivalence"] {
		t.Error("what all documents say is not that of the latest")
	}
	kinds := said(part.From).Kinds
	if len(kinds[documents.KindLicence].Events) == 0 || len(kinds[documents.KindExportCertificate].Events) != 0 {
		t.Errorf("licences may have %v, certificates %v", kinds[documents.KindLicence].Events, kinds[documents.KindExportCertificate].Events)
	}
	for service, want := range map[string]string{"TEC": "2027-certificates", "LIC-ISSUE": "2026-draft", "SRA": "2026-draft"} {
		if e, ok := law.InForce(service, part.From); !ok || e.ID != want {
			t.Errorf("%s is ruled by %v", service, e)
		}
	}
}
