package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/registry"
	"tamga/documents/regulation"
)

// A copy of a document is worth what its original is worth.
func TestCheckOfACopy(t *testing.T) {
	t.Chdir(t.TempDir())
	issued := regexp.MustCompile(`Issued: .* № (\S+) of`)
	ran := func(args ...string) string {
		t.Helper()
		code, out, stderr := tamga(t, args...)
		if code != exitPassed {
			t.Fatalf("%v: exit code %d\n%s%s", args, code, out, stderr)
		}
		return out
	}
	const address = "https://licences.example.kz"
	issue := func(name, draft string, more ...string) string {
		t.Helper()
		if err := os.WriteFile(name, []byte(draft), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"issue", "--data", name, "--key", "key.pem", "--trust", "ca/public", "--database", "reg.db", "--idempotency-key", name}
		for _, wrong := range []string{"http://127.0.0.1:8080", "http://localhost", ""} {
			if wrong == "" && more == nil {
				continue // the register knows one by now
			}
			under := args[:len(args):len(args)]
			if wrong != "" {
				under = append(under, "--base-url", wrong)
			}
			code, _, stderr := tamga(t, under...)
			if code != exitUsage || !strings.Contains(stderr, "--base-url: ") {
				t.Errorf("the address %q: exit code %d\n%s", wrong, code, stderr)
			}
		}
		out := ran(append(args, more...)...)
		if !strings.Contains(out, address+"/check/") {
			t.Errorf("%s: the register does not keep the address: %s", name, out)
		}
		return issued.FindStringSubmatch(out)[1]
	}
	ran("ca", "init", "--dir", "ca", "--family", "ecdsa")
	ran("ca", "issue", "--dir", "ca", "--surname", "СЕЙІТҚАЛИ", "--given-name", "ӘСЕМ", "--patronymic", "ҒАЛЫМҚЫЗЫ", "--iin", "781300399975",
		"--organisation", "Мәдениет комитеті", "--bin", "250040999998", "--role", "first_head", "--out", "key.pem")
	licence := issue("licence.json", `{"licence": {
		"holder": {"legal": {"name": {"kk": "«Ұлы дала» ЖШС", "ru": "ТОО «Ұлы дала»"}, "address": {"kk": "Шымкент қ.", "ru": "г. Шымкент"}, "bin": "250040999988"}},
		"activity": {"kk": "Археологиялық жұмыстар", "ru": "Археологические работы"}, "special_conditions": {"kk": "Жоқ", "ru": "Нет"},
		"licensor": {"kk": "Мәдениет комитеті", "ru": "Комитет культуры"}, "head": "Сейітқали Ә. Ғ.", "place": {"kk": "Астана қ.", "ru": "г. Астана"}}}`, "--base-url", address+"/")
	copied := issue("duplicate.json", `{"duplicate": {"of": "`+licence+`", "reason": {"kk": "түпнұсқасы жоғалған", "ru": "оригинал утерян"}}}`)
	check := []string{"check", copied, "--database", "reg.db", "--trust", "ca/public"}
	if out := ran(check...); !strings.Contains(out, licence+": қолданыста / действует / in force") {
		t.Errorf("before: %s", out)
	}
	// A day before it was issued is told beside today; a day to come is refused.
	before := append(check[:len(check):len(check)], "--at", "2026-01-02", "--lang", "en")
	if out := ran(before...); !strings.Contains(out, ": in force.\n") || !strings.Contains(out, "On 2 January 2026: not yet issued; in force since.") ||
		strings.Index(out, ": in force.\n") > strings.Index(out, "On 2 January 2026") {
		t.Errorf("asked about an earlier day: %s", out)
	}
	code, _, stderr := tamga(t, append(check[:len(check):len(check)], "--at", "2099-01-01")...)
	if code != exitUsage || !strings.Contains(stderr, documents.ErrMomentToCome.Error()) {
		t.Errorf("asked about a day to come: exit code %d\n%s", code, stderr)
	}
	// A service that could issue more says so before it listens to anybody.
	code, _, stderr = tamga(t, "serve", "--listen", "127.0.0.1:0", "--key", "key.pem", "--trust", "ca/public", "--var", "other")
	if code != exitUsage || !strings.Contains(stderr, registry.ErrLoopback.Error()) {
		t.Errorf("serving under a loopback address: exit code %d\n%s", code, stderr)
	}
	db, err := registry.Open(t.Context(), "reg.db")
	if err != nil {
		t.Fatal(err)
	}
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	layouts, err := pdf.Compile(pdf.Options{CheckURL: checkAddress(address), Editions: law.Printing()})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = (&registry.Registry{Store: db, Layouts: layouts}).Record(t.Context(), registry.EventRequest{
		Client: cliClient, IdempotencyKey: "end", Number: licence, Last: 3, Event: documents.NewEvent{
			Kind: documents.EventTerminated, OrderNumber: "7", OrderDate: documents.CivilDate(time.Now()), Signatory: "Сейітқали Ә. Ғ.",
			Reason: documents.Text{KK: "өтініш бойынша", RU: "по заявлению"}, Position: documents.Text{KK: "Төраға", RU: "Председатель"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := tamga(t, check...); code != exitFailed || !strings.Contains(out, licence+": "+documents.StatusTerminated.Label().KK) {
		t.Errorf("a copy of a terminated licence: exit code %d\n%s", code, out)
	}
}
