package registry

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// Documents that lead their readers to their readers' own machines are issued by
// nobody but a demonstration.
func TestLoopbackIsNotPrinted(t *testing.T) {
	for base, want := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://127.9.9.9": true, "http://localhost:8080": true, "https://LOCALHOST.": true,
		"http://tamga.localhost": true, "http://[::1]:8080": true, "http://[::ffff:127.0.0.1]": true, "http://0.0.0.0:8080": true,
		"http://[::]": true, "http://localhost.localdomain": true,
		"https://licences.example.kz": false, "http://10.0.0.7:8080": false, "http://128.0.0.1": false, "https://localhost.kz": false,
		"http://[2001:db8::1]": false, "https://mylocalhost": false,
	} {
		if got := Loopback(base); got != want {
			t.Errorf("%s: %v", base, got)
		}
	}
	r, _ := open(t, t.TempDir()+"/tamga.db")
	r.Address = Address{Base: "http://127.0.0.1:8080"}
	_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
	if !errors.Is(err, ErrLoopback) {
		t.Errorf("a loopback address: %v", err)
	}
	if list, err := r.List(t.Context(), "", 0); err != nil || len(list) != 0 {
		t.Errorf("a number was taken: %v, %v", list, err)
	}
	r.Address.Demo = true
	issue(t, r, "a", licenceDraft(1))
}

// The register keeps the address that its documents print, also an earlier one
// that comes back.
func TestPrintedAddressIsKept(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		kept := func(want Address) {
			t.Helper()
			if got, err := r.PrintedAddress(t.Context()); err != nil || got != want {
				t.Errorf("kept %+v, %v; want %+v", got, err, want)
			}
			must(t, r.VerifyLog(t.Context()))
		}
		kept(Address{})
		for i, a := range []Address{
			{Base: "http://127.0.0.1:8080", Demo: true}, {Base: "https://a.example.kz"}, {Base: "https://b.example.kz"}, {Base: "https://a.example.kz"},
		} {
			c.advance(time.Hour)
			r.Address = a
			rec := issue(t, r, strings.Repeat("k", i+1), licenceDraft(i))
			kept(a)
			file, err := r.PDF(t.Context(), rec.Number)
			must(t, err)
			if len(file) == 0 {
				t.Error("no file")
			}
		}
		issue(t, r, "the same address", licenceDraft(9))
		if kept := column(t, r, `SELECT record FROM log_entries WHERE subject = 'address'`); len(kept) != 4 {
			t.Errorf("four addresses were kept in %d records", len(kept))
		}
		must(t, run(t, r, `UPDATE addresses SET since = since + 1 WHERE base = 'https://b.example.kz'`))
		var tampered *TamperError
		if err := r.VerifyLog(t.Context()); !errors.As(err, &tampered) || tampered.Subject != subjectAddress {
			t.Errorf("after an edit: %v", err)
		}
	})
}
