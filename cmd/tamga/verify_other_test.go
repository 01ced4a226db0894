package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/receipt"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// trusting writes an authority's certificates and lists, as they are now, into a
// folder to trust.
func trusting(t *testing.T, pki *signtest.PKI) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string][]byte{"root.cer": pki.Authority.Root().Raw, "nca.cer": pki.Authority.Issuing().Raw}
	for name, issue := range map[string]func() ([]byte, error){
		"root.crl": func() ([]byte, error) {
			return pki.Authority.RootCRL(signtest.Now().AddDate(0, 0, -1), signtest.Now().AddDate(0, 0, 30))
		},
		"nca.crl": func() ([]byte, error) {
			return pki.Authority.CRL(signtest.Now().AddDate(0, 0, -1), signtest.Now().AddDate(0, 0, 30))
		},
	} {
		raw, err := issue()
		if err != nil {
			t.Fatal(err)
		}
		files[name] = raw
	}
	for name, b := range files {
		write(t, filepath.Join(dir, name), b)
	}
	return dir
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestVerifyTimestamps judges timestamps on their own, bare and in the response
// that brought them, over what they are about and over other files.
func TestVerifyTimestamps(t *testing.T) {
	t.Chdir(t.TempDir())
	pki := signtest.New(t, ca.ECDSA)
	trusted := " --at 2026-06-01T12:00:00Z --trust " + trusting(t, pki)
	content := []byte("draft")
	sum := sha256.Sum256(content)
	tsa := pki.TSA()
	response := tsa.Respond(tsp.Request{Imprint: tsp.NewImprint(certs.SHA256, content), Certificates: true}.DER(), signtest.Now())
	granted, err := tsp.ParseResponse(response)
	if err != nil || granted.Token == nil {
		t.Fatal(err)
	}
	spoilt := bytes.Clone(granted.Token)
	spoilt[len(spoilt)-1] ^= 1
	person := pki.Person(signtest.Applicant())
	for name, b := range map[string][]byte{
		"draft": content, "other": []byte("other"), "a.tst": granted.Token, "a.tsr": response, "spoilt.tst": spoilt,
		"a.pem":  pem.EncodeToMemory(&pem.Block{Type: "TIMESTAMP", Bytes: granted.Token}),
		"no.tsr": tsa.Respond([]byte("no request"), signtest.Now()), "a.cms": pki.Signed(content, person),
	} {
		write(t, name, b)
	}
	const confirmed = "The timestamp is confirmed"
	play(t, []step{
		{"verify a.tst --content draft" + trusted, 0, confirmed},
		{"verify a.tsr --content draft" + trusted, 0, confirmed},
		{"verify a.pem --content draft" + trusted, 0, confirmed},
		{"verify a.tst --json --content draft" + trusted, 0, `"kind": "timestamp"`},
		{"verify a.tst --digest SHA-256:" + hex.EncodeToString(sum[:]) + trusted, 0, confirmed},
		{"verify a.tst --content other" + trusted, 1, "TOTAL-FAILED, HASH_FAILURE"},
		{"verify a.tsr --content other" + trusted, 1, "TOTAL-FAILED, HASH_FAILURE"},
		{"verify a.tst --digest SHA-256:" + strings.Repeat("00", 32) + trusted, 1, "TOTAL-FAILED, HASH_FAILURE"},
		{"verify a.tst --digest SHA-512:" + strings.Repeat("00", 64) + trusted, 2, "SIGNED_DATA_NOT_FOUND"},
		{"verify a.tst" + trusted, 2, "SIGNED_DATA_NOT_FOUND"},
		{"verify spoilt.tst --content draft" + trusted, 1, "TOTAL-FAILED, SIG_CRYPTO_FAILURE"},
		{"verify a.tst --content draft --at 2026-06-01T12:00:00Z", 2, "NO_CERTIFICATE_CHAIN_FOUND"},
		{"verify a.tst --content draft --at 2020-01-01 --trust " + strings.Fields(trusted)[3], 1, "NOT_YET_VALID"},
		{"verify no.tsr --content draft" + trusted, 1, "a response of a timestamp authority"},
		// It names nobody, and stands for nobody's signature.
		{"verify a.tst --content draft --iin 900701300108" + trusted, 64, "a timestamp names no signer"},
		{"verify a.tst --content draft --role employee" + trusted, 64, "a timestamp names no signer"},
		{"verify a.tst --digest SHA-256:" + strings.Repeat("00", 32) + " --digest sha-256:" + hex.EncodeToString(sum[:]) + trusted, 64, "stands twice"},
		{"verify a.cms --content draft" + trusted, 0, "The signature is confirmed"},
	})
}

// TestVerifyReceipts judges receipts: their signature, whether they are about a
// file, and what they say. A receipt of a refusal is genuine and accepts nothing.
func TestVerifyReceipts(t *testing.T) {
	t.Chdir(t.TempDir())
	pki := signtest.New(t, ca.ECDSA)
	service, person := pki.Person(signtest.Head()), pki.Person(signtest.Applicant())
	file := pki.Signed([]byte("application"), person)
	made := func(q signing.Question, change func(*receipt.Receipt)) []byte {
		t.Helper()
		q.At = signtest.Now()
		verdict, err := pki.Verifier.VerifyCMS(t.Context(), file, q)
		if err != nil {
			t.Fatal(err)
		}
		r := receipt.New("https://tamga.example", file, q, verdict, signtest.Now())
		if change != nil {
			change(&r)
		}
		signed, err := receipt.Sign(t.Context(), creation.Services{Verifier: pki.Verifier}, r, service, signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	good := made(signing.Question{}, nil)
	refused := made(signing.Question{IIN: "851231401208"}, nil)
	for name, b := range map[string][]byte{
		"a.cms": file, "other": []byte("other"), "good": good, "refused": refused,
		"undecided": made(signing.Question{}, func(r *receipt.Receipt) {
			r.Verdict.Acceptance, r.Verdict.Indication = signing.Undecided, signing.Indeterminate
		}),
		"old":     made(signing.Question{}, func(r *receipt.Receipt) { r.Verdict.Acceptance = "" }),
		"old-bad": made(signing.Question{}, func(r *receipt.Receipt) { r.Verdict.Acceptance, r.Verdict.Indication = "", signing.TotalFailed }),
		"spoilt":  bytes.Replace(refused, []byte(`"refused"`), []byte(`"accepte"`), 1),
	} {
		write(t, name, b)
	}
	trusted := " --at 2026-06-01T12:00:00Z --trust " + trusting(t, pki)
	play(t, []step{
		{"verify good" + trusted, 0, "It is the receipt of a verification"},
		{"verify good --about a.cms" + trusted, 0, "✓ the file given"},
		{"verify good --about a.cms --json" + trusted, 0, `"about_file": true`},
		{"verify good --about a.cms --bin 120741000014" + trusted, 0, "accepted: TOTAL-PASSED"},
		{"verify good --about other" + trusted, 1, "✗ another file than the one given"},
		{"verify good --about other" + trusted, 1, "Not confirmed: the receipt is about another file than the one given."},
		{"verify good --about missing" + trusted, 70, "missing"},
		{"verify good --about a.cms --bin 250040999988" + trusted, 1, "SIG_CONSTRAINTS_FAILURE"},
		{"verify good --about a.cms --at 2026-06-01T12:00:00Z", 2, "NO_CERTIFICATE_CHAIN_FOUND"},
		{"verify old --about a.cms" + trusted, 0, "accepted: TOTAL-PASSED"},
		{"verify old-bad --about a.cms" + trusted, 1, "refused: TOTAL-FAILED"},
		// What it is a receipt of was not accepted.
		{"verify refused --about a.cms" + trusted, 1, "refused: INDETERMINATE, SIG_CONSTRAINTS_FAILURE"},
		{"verify refused" + trusted, 1, "Not confirmed: the IIN/BIN of the certificate is not the expected one"},
		{"verify undecided --about a.cms" + trusted, 2, "undecided: INDETERMINATE"},
		{"verify spoilt --about a.cms" + trusted, 1, "HASH_FAILURE"},
		// A signature is no receipt, and a receipt no signature over its file.
		{"verify a.cms --about a.cms" + trusted, 1, "not a verification receipt: what is signed is not its JSON"},
		{"verify other --about a.cms" + trusted, 1, "not a verification receipt"},
		{"verify good --content a.cms" + trusted, 1, "HASH_FAILURE"},
	})
}
