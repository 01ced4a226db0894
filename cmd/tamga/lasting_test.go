package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// step is one command of a conversation, how it must end, and what it must
// print.
type step struct {
	args string // separated by spaces
	code int
	says string
}

func play(t *testing.T, steps []step) {
	t.Helper()
	for _, s := range steps {
		code, out, stderr := tamga(t, strings.Fields(s.args)...)
		if code != s.code || !strings.Contains(out+stderr, s.says) {
			t.Errorf("%s: exit code %d, want %d and %q\n%s%s", s.args, code, s.code, s.says, out, stderr)
		}
	}
}

// TestLasting makes signatures of all formats and levels with the
// demonstration's keys and its timestamp authority, over HTTP.
func TestLasting(t *testing.T) {
	t.Chdir(t.TempDir())
	d := startDemo(t)
	base := strings.TrimSuffix(strings.TrimSpace(d.find(`(?m)^  http://\S+/$`)[0]), "/")
	writeSamples(t)
	spoilList(t)
	sum := sha256.Sum256([]byte("text"))
	trusted := " --trust var/trust"
	stamped := " --tsa " + base + "/tsa" + trusted
	rsa, gost := " --key var/keys/applicant-rsa.pem", " --key var/keys/applicant-gost.pem"
	play(t, []step{
		// CMS, level by level.
		{"sign a.txt" + rsa, 0, "a.txt.cms"},
		{"extend a.txt.cms --level B-T" + stamped, 0, "Extended to B-T"},
		{"verify a.txt.cms" + trusted, 0, "CAdES-B-T"},
		{"extend a.txt.cms" + stamped, 0, "Extended to B-LTA"},
		{"verify a.txt.cms" + trusted, 0, "CAdES-B-LTA"},
		{"verify a.txt.cms" + trusted, 0, "a trusted timestamp proves it"},
		{"sign a.txt --detached --level LT --out a.p7s" + gost + stamped, 0, "a.p7s"},
		{"verify a.p7s --content a.txt" + trusted, 0, "CAdES-B-LT"},
		{"verify a.p7s --digest GOST-34.11-2015-512:00" + trusted, 64, "digest"},
		{"verify a.p7s" + trusted, 2, "SIGNED_DATA_NOT_FOUND"},
		{"extend a.p7s --content a.txt --out longer.p7s" + stamped, 0, "B-LTA"},
		{"verify longer.p7s --content a.txt --report simple" + trusted, 0, `"CAdES-B-LTA"`},
		{"verify longer.p7s --content a.txt --report detailed" + trusted, 0, `TOTAL-PASSED`},
		// By the digest alone, and with evidence beside.
		{"sign a.txt --detached --out rsa.p7s" + rsa, 0, ""},
		{"verify rsa.p7s --digest SHA-256:" + hex.EncodeToString(sum[:]) + trusted, 0, "TOTAL-PASSED"},
		{"verify rsa.p7s --digest SHA-256:" + strings.Repeat("00", 32) + trusted, 1, "HASH_FAILURE"},
		{"verify rsa.p7s --content a.txt --evidence var/trust/rsa/nca.crl" + trusted, 0, "TOTAL-PASSED"},
		{"verify rsa.p7s --content a.txt --evidence cut.crl" + trusted, 70, "cut.crl: neither a certificate nor a revocation list"},
		{"verify rsa.p7s --content a.txt --evidence longer.crl" + trusted, 70, "longer.crl: neither a certificate nor a revocation list"},
		{"verify rsa.p7s --content a.txt --evidence rsa.p7s" + trusted, 70, "rsa.p7s: neither a certificate nor a revocation list"},
		// A CMS that carries a PDF is a CMS at every door.
		{"sign b.pdf" + rsa, 0, "b.pdf.cms"},
		{"verify b.pdf.cms" + trusted, 0, "a CMS signature of one signer"},
		{"inspect b.pdf.cms", 0, "CMS"},
		{"sign b.pdf --add b.pdf.cms --out b-two.cms" + gost, 0, "b-two.cms"},
		{"extend b-two.cms --level B-LT" + stamped, 0, "Extended to B-LT"},
		{"verify b.pdf.cms b-two.cms --json" + trusted, 0, `{"file":"b-two.cms","kind":"cms","indication":"TOTAL-PASSED"`},
		// A second signer.
		{"sign a.txt --add a.txt.cms --out two.cms" + gost, 0, "two.cms"},
		{"verify two.cms" + trusted, 0, "Signer 2 of 2"},
		{"sign a.txt --add a.txt.cms --level B-T --out two-stamped.cms" + gost + stamped, 0, "two-stamped.cms"},
		{"verify two-stamped.cms" + trusted, 0, "CAdES-B-T"},
		{"sign a.txt --add a.txt.cms --level B-LT --out two-lt.cms" + rsa + stamped, 0, "two-lt.cms"},
		{"sign a.txt.cms --add a.txt.cms --level B-LTA --out two-lta.cms" + gost + stamped, 0, "two-lta.cms"},
		{"verify two-lta.cms" + trusted, 0, "Signer 2 of 2"},
		{"sign a.txt --add rsa.p7s --level B-LTA --out two-lta.p7s" + gost + stamped, 0, "two-lta.p7s"},
		{"verify two-lta.p7s --content a.txt" + trusted, 0, "CAdES-B-LTA"},
		{"sign d.xml --add a.txt.cms --out y.cms" + gost, 1, "carries its content, which is not the one"},
		// PDF.
		{"sign b.pdf --format pdf --certify 2 --reason Шымкент --level LTA" + rsa + stamped, 0, "b.signed.pdf"},
		{"verify b.signed.pdf" + trusted, 0, "PAdES-B-LTA"},
		{"verify b.signed.pdf --policy kz-applicant" + trusted, 1, "permits nothing"},
		{"sign b.signed.pdf --format pdf --out c.pdf" + gost, 0, "c.pdf"},
		{"verify c.pdf" + trusted, 0, "of 2 signers"},
		{"extend c.pdf" + stamped, 0, "Extended"},
		{"verify c.pdf" + trusted, 0, "of 2 signers"},
		{"sign b.pdf --format pdf --certify 1 --out final.pdf" + rsa, 0, ""},
		{"sign final.pdf --format pdf" + gost, 1, "forbids"},
		{"sign a.txt --format pdf --out x.pdf" + rsa, 1, "not a PDF"},
		// XML.
		{"sign d.xml --format xml" + gost, 0, "d.signed.xml"},
		{"verify d.signed.xml" + trusted, 0, "a signed XML file"},
		{"sign d.xml --format xml --xades --out x.xml" + rsa, 0, ""},
		{"verify x.xml" + trusted, 0, "TOTAL-PASSED"},
		{"sign a.txt --format xml --detached --out a.xml" + rsa, 0, ""},
		{"verify a.xml --content a.txt" + trusted, 0, "TOTAL-PASSED"},
		{"verify a.xml --content d.xml" + trusted, 1, "HASH_FAILURE"},
		{"sign s.xml --format xml --soap --out wsse.xml" + gost, 0, ""},
		{"verify wsse.xml" + trusted, 0, "soap-body"},
		{"sign d.xml --format xml --level B-T --out y.xml" + rsa, 64, "B-B"},
		// A content that the signature does not cover.
		{"verify d.signed.xml --content a.txt" + trusted, 1, "not the content that was supplied"},
		{"verify wsse.xml --content a.txt" + trusted, 1, "not the content that was supplied"},
		{"verify d.signed.xml --digest SHA-256:" + hex.EncodeToString(sum[:]) + trusted, 1, "HASH_FAILURE"},
		{"verify c.pdf --content a.txt" + trusted, 1, "another content was supplied"},
		{"verify c.pdf --digest SHA-256:" + hex.EncodeToString(sum[:]) + trusted, 1, "HASH_FAILURE"},
		{"verify a.txt.cms --content d.xml" + trusted, 1, "HASH_FAILURE"},
		{"verify a.txt.cms --content a.txt" + trusted, 0, "TOTAL-PASSED"},
		{"verify var/trust/rsa/nca.cer --content a.txt" + trusted, 1, "covers no content"},
		{"verify a.xml --digest SHA-256:" + hex.EncodeToString(sum[:]) + trusted, 0, "TOTAL-PASSED"},
		{"verify rsa.p7s --digest SHA-256:" + hex.EncodeToString(sum[:]) + " --digest sha-256:" + strings.Repeat("00", 32) + trusted, 64, "stands twice"},
		{"extend c.pdf --content a.txt --out y.pdf" + stamped, 1, "carries its content"},
		{"extend a.txt.cms --content d.xml --out y.cms" + stamped, 1, "carries its content"},
		// Timestamps of their own.
		{"timestamp a.txt" + stamped, 0, "a.txt.tst"},
		{"timestamp a.txt --digest ROT13 --out y.tst" + stamped, 64, "no digest"},
		// Several at once: one failure spoils nothing else.
		{"sign d.xml missing.txt s.xml" + gost, 1, "s.xml.cms"},
		{"extend d.xml.cms a.txt s.xml.cms --level B-T" + stamped, 1, "Extended to B-T: s.xml.cms"},
		{"verify d.xml.cms s.xml.cms --json" + trusted, 0, `{"file":"s.xml.cms","kind":"cms","indication":"TOTAL-PASSED"`},
		{"verify d.xml.cms a.p7s" + trusted, 2, "SIGNED_DATA_NOT_FOUND"},
		{"verify d.xml.cms a.txt a.p7s" + trusted, 1, "this is a text and holds no signature to verify"},
		{"verify d.xml.cms missing.cms s.xml.cms" + trusted, 70, "missing.cms"},
		{"sign a.txt b.pdf --out both.cms" + rsa, 64, "--out"},
		// The certificate's status is asked before the key is used.
		{"sign a.txt --check-status --out checked.cms" + rsa + trusted, 0, "checked.cms"},
		{"sign a.txt --check-status --out no.cms --trust samples" + rsa, 1, ""},
		// Nobody to ask, or nobody trusted: nothing is written.
		{"sign a.txt --level B-T --out no.cms" + rsa + trusted, 1, "no timestamp"},
		{"sign a.txt --level B-T --out no.cms --tsa http://127.0.0.1:1/ " + rsa + trusted, 1, "not reachable"},
		{"sign a.txt --level B-T --out no.cms --tsa " + base + "/tsa --trust samples" + rsa, 1, ""},
		{"extend a.txt --tsa " + base + "/tsa" + trusted, 1, "neither CMS nor PDF"},
		{"sign a.txt --pkcs11 /none.so --token t --out no.cms", 1, "PKCS #11"},
		{"sign a.txt --out no.cms", 64, "--key"},
	})
	if _, err := os.Stat("no.cms"); err == nil {
		t.Error("a signature below its level was written")
	}
	checkReceipt(t, base)
}

func writeSamples(t *testing.T) {
	t.Helper()
	for name, content := range map[string]string{
		"a.txt": "text",
		"b.pdf": "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
			"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>>>\nendobj\n" +
			"xref\n0 4\n0000000000 65535 f \n0000000015 00000 n \n0000000060 00000 n \n0000000111 00000 n \n" +
			"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n190\n%%EOF\n",
		"d.xml": `<өтініш xmlns="urn:example">лицензия</өтініш>`,
		"s.xml": `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><ask xmlns="urn:q"/></s:Body></s:Envelope>`,
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("samples", 0o700); err != nil {
		t.Fatal(err)
	}
}

// spoilList writes a revocation list cut short, and one that goes on.
func spoilList(t *testing.T) {
	t.Helper()
	list, err := os.ReadFile("var/trust/rsa/nca.crl")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"cut.crl": list[:len(list)-1], "longer.crl": append(list, '\n')} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// checkReceipt asks the service for a receipt, which the command line then
// confirms.
func checkReceipt(t *testing.T, base string) {
	t.Helper()
	cms, err := os.ReadFile("a.txt.cms")
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"file": %q, "receipt": true}`, base64.StdEncoding.EncodeToString(cms))
	res, err := http.Post(base+"/v1/verify/auto", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Receipt struct{ CMS []byte } }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("receipt.cms", answer.Receipt.CMS, 0o600); err != nil {
		t.Fatal(err)
	}
	play(t, []step{{"verify receipt.cms --trust var/trust", 0, "TOTAL-PASSED"}})
}
