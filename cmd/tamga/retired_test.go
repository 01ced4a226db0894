package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/tsa"
	"tamga/signing/tsp"
)

// writeFile writes what a test needs.
func writeFile(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// listOf is what an authority or its root says of a time.
func listOf(t *testing.T, issue func(this, next time.Time) ([]byte, error), this, next time.Time) []byte {
	t.Helper()
	raw, err := issue(this, next)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// signedThen is a file that was signed, stamped and provided with lists at a time.
func signedThen(t *testing.T, a *ca.Authority, at time.Time) []byte {
	t.Helper()
	person, err := a.Issue(ca.Person{Surname: "А", GivenName: "Б", IIN: "900701300108", NotBefore: at.AddDate(0, -1, 0), NotAfter: at.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	service, err := a.IssueService(ca.Service{Purpose: ca.Timestamping, NotBefore: at.AddDate(0, -1, 0), NotAfter: at.AddDate(3, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	trust, lists := &certs.Pool{}, &revocation.Lists{}
	trust.AddAnchor(a.Root())
	trust.AddIntermediate(a.Issuing())
	for _, issue := range []func(this, next time.Time) ([]byte, error){a.CRL, a.RootCRL} {
		l, err := revocation.ParseCRL(listOf(t, issue, at.Add(-time.Hour), at.AddDate(0, 0, 7)))
		if err != nil {
			t.Fatal(err)
		}
		lists.Add(l)
	}
	now := func() time.Time { return at }
	stamper := &tsa.Authority{
		Signer: service.Key, Certificate: service.Certificate, Chain: []*certs.Certificate{a.Issuing()},
		Policies: service.Certificate.Policies, Accuracy: time.Second, Now: now,
	}
	gather := &creation.Gatherer{Trust: trust, Lists: lists}
	made, err := creation.Make(t.Context(), creation.Services{
		Verifier: &signing.Verifier{Trust: trust, Revocation: lists, Now: now}, Gather: gather.Gather,
		Stamp: func(_ context.Context, m tsp.Imprint) (*tsp.Token, error) {
			raw, err := stamper.Stamper()(m)
			if err != nil {
				return nil, err
			}
			return tsp.ParseToken(raw)
		},
	}, creation.Order{
		Form: creation.CMS{Content: []byte("text"), Claim: true}, Level: creation.BaselineLT, Time: at,
		Key: creation.NewKey(person.Key, person.Certificate, []*certs.Certificate{a.Issuing()}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return made.File
}

// TestRevocationImport retires an authority by command: a file of its time passes
// with what is declared and kept, and what cannot be declared is refused.
func TestRevocationImport(t *testing.T) {
	t.Chdir(t.TempDir())
	began := time.Now().UTC().Truncate(time.Second).AddDate(-16, 0, 0)
	forever := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	authorities := map[string]*ca.Authority{}
	for _, name := range []string{"ours", "other"} {
		a, err := ca.New(ca.ECDSA, began, ca.Options{NotBefore: began.AddDate(-1, 0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		authorities[name] = a
	}
	a := authorities["ours"]
	end := began.AddDate(2, 0, 0)
	ended := " --ended " + end.Format(time.RFC3339)
	writeFile(t, "store/root.cer", a.Root().Raw)
	writeFile(t, "store/root.crl", listOf(t, a.RootCRL, began.AddDate(14, 0, 0), time.Now().AddDate(1, 0, 0)))
	writeFile(t, "nca.cer", a.Issuing().Raw)
	writeFile(t, "other.cer", authorities["other"].Issuing().Raw)
	writeFile(t, "old.cms", signedThen(t, a, began))
	writeFile(t, "last.crl", listOf(t, a.CRL, end.AddDate(0, 0, -1), forever))
	writeFile(t, "short.crl", listOf(t, a.CRL, end.AddDate(0, -1, 0), end.AddDate(0, 0, -7)))
	writeFile(t, "late.crl", listOf(t, a.CRL, end.AddDate(0, 0, 1), forever))
	writeFile(t, "delta.crl", listOf(t, a.DeltaCRL, end.AddDate(0, 0, -1), forever))
	writeFile(t, "root.crl", listOf(t, a.RootCRL, end.AddDate(0, 0, -1), forever))
	writeFile(t, "forged.crl", listOf(t, authorities["other"].CRL, end.AddDate(0, 0, -1), forever))
	into := " --authority nca.cer --dir store"
	play(t, []step{
		{"verify old.cms --trust store", 2, "issuer_expired"},
		{"revocation retired --dir store", 0, "No authority"},
		{"revocation import last.crl --authority other.cer --dir store" + ended, 1, "trust add"},
		{"revocation import late.crl" + into + ended, 1, "after the end"},
		{"revocation import delta.crl" + into + ended, 1, "delta list"},
		{"revocation import root.crl" + into + ended, 1, "it is a list of"},
		{"revocation import forged.crl" + into + ended, 1, "signature"},
		{"revocation import nca.cer" + into + ended, 1, "other than revocation lists"},
		{"revocation import last.crl" + into + " --ended 2999-01-01", 1, "has not come"},
		{"revocation import last.crl" + into + " --ended " + began.AddDate(15, 0, 1).Format(time.DateOnly), 1, "at the latest"},
		{"revocation import last.crl" + into + " --ended yesterday", 64, "--ended"},
		{"revocation import last.crl --authority nca.cer --dir store", 64, "--ended"},
		{"verify old.cms --trust store", 2, "issuer_expired"},
		{"extend old.cms --level B-LT --trust store --out again.cms", 1, "issuer_expired"},
		{"revocation import short.crl" + into + ended + " --keys-destroyed", 0, "it tells nothing"},
		{"verify old.cms --trust store", 2, "list_expired"},
		{"revocation import last.crl" + into + ended, 1, "--force"},
		{"revocation import last.crl" + into + ended + " --keys-destroyed", 0, "has ended"},
		{"verify old.cms --trust store", 0, "TOTAL-PASSED"},
		{"extend old.cms --level B-LT --trust store --out again.cms", 0, "B-LT"},
		{"verify again.cms --trust store", 0, "TOTAL-PASSED"},
		{"revocation retired --dir store", 0, "speaks until 9999"},
		{"revocation import last.crl" + into + ended + " --force", 0, "has ended"},
		{"verify old.cms --trust store", 2, "issuer_expired"},
		{"revocation import last.crl" + into + ended + " --keys-destroyed --force", 0, "has ended"},
		{"verify old.cms --trust store", 0, "TOTAL-PASSED"},
	})
	_, shown, _ := tamga(t, "revocation", "retired", "--dir", "store")
	if strings.Contains(shown, "MISSING") || !strings.Contains(shown, "destroyed") || !strings.Contains(shown, a.Issuing().Subject.CommonName()) {
		t.Error(shown)
	}
	kept, err := filepath.Glob("store/retired/*.crl")
	if err != nil || len(kept) != 2 {
		t.Fatal(kept, err)
	}
	for _, path := range kept {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, "elsewhere/last.crl", listOf(t, a.CRL, end.AddDate(0, 0, -1), forever))
	play(t, []step{
		{"revocation retired --dir store", 0, "MISSING"},
		{"verify old.cms --trust store", 2, "issuer_expired"},
		{"verify old.cms --trust store --crl elsewhere", 2, "issuer_expired"}, // nobody declared that one
	})
	writeFile(t, "store/retired.json", []byte(`{"retired": [{"certificate": "00"}]}`))
	play(t, []step{
		{"verify old.cms --trust store", 70, "retired.json"},
		{"verify old.cms --crl store --trust elsewhere", 2, ""}, // a folder of lists declares nothing
	})
}
