package registry

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/judgetest"
	"tamga/signing/signtest"
)

// Programs that are not ours accept what is issued: the structure (qpdf,
// mutool) and the signature (pdfsig, and openssl over the bytes that the
// signature covers).
func TestOutsideJudges(t *testing.T) {
	r, _ := open(t, filepath.Join(t.TempDir(), "tamga.db"))
	dir := t.TempDir()
	for name, draft := range map[string]documents.Draft{"licence": licenceDraft(1), "refusal": refusalDraft()} {
		rec := issue(t, r, name, draft)
		file, err := r.PDF(t.Context(), rec.Number)
		must(t, err)
		path := filepath.Join(dir, name+".pdf")
		must(t, os.WriteFile(path, file, 0o600))

		judge(t, "No syntax or stream encoding errors found", "qpdf", "--check", path)
		judge(t, "Pages: 2", "mutool", "info", path)
		judge(t, "Total document signed", "pdfsig", "-nocert", path)
		judge(t, "Signature is Valid", "pdfsig", "-nocert", path)
		judge(t, "ETSI.CAdES.detached", "pdfsig", "-nocert", path)
		judgeWithOpenSSL(t, dir, file)
	}
}

// judge runs a program and looks for a line in what it prints.
func judge(t *testing.T, want, program string, args ...string) {
	t.Helper()
	judgetest.Need(t, program)
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%s: %v\n%s", program, err, out)
	}
}

// judgeWithOpenSSL verifies the CMS, its chain included, over the signed bytes.
func judgeWithOpenSSL(t *testing.T, dir string, file []byte) {
	t.Helper()
	from := bytes.LastIndex(file, []byte("/Contents <")) + len("/Contents <")
	to := from + bytes.IndexByte(file[from:], '>')
	cms := make([]byte, (to-from)/2)
	if _, err := hex.Decode(cms, file[from:to]); err != nil {
		t.Fatal(err)
	}
	root := authorityOf(t).verifier.Trust.Anchors()[0]
	for name, content := range map[string][]byte{
		"cms":    cms,
		"signed": append(bytes.Clone(file[:from-1]), file[to+1:]...),
		"root":   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}),
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	judge(t, "erification successful", "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-cades", "-purpose", "any",
		"-in", filepath.Join(dir, "cms"), "-content", filepath.Join(dir, "signed"), "-CAfile", filepath.Join(dir, "root"),
		"-attime", "1782112800", "-out", os.DevNull)
}

// A key of openssl's, which the register never sees, signs what was prepared, and
// programs that are not ours accept the result under both forms.
func TestOutsideSignerAndJudges(t *testing.T) {
	judgetest.Need(t, "openssl")
	d := newDesk(t, filepath.Join(t.TempDir(), "tamga.db"), ca.RSA)
	dir := t.TempDir()
	pkcs8, err := x509.MarshalPKCS8PrivateKey(d.head.Signer)
	must(t, err)
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.WriteFile(at("key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	must(t, os.WriteFile(at("certificate"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d.head.Certificate.Raw}), 0o600))
	sign := func(p Preparation) []byte {
		t.Helper()
		must(t, os.WriteFile(at("data"), p.ToSign, 0o600))
		out, err := exec.Command("faketime", "-f", signtest.Now().UTC().Format("@2006-01-02 15:04:05"), "openssl", "cms", "-sign", "-binary", "-md", "sha256",
			"-signer", at("certificate"), "-inkey", at("key"), "-in", at("data"), "-outform", "PEM", "-cades", "-out", at("signature")).CombinedOutput()
		if err != nil {
			t.Fatalf("openssl: %v\n%s", err, out)
		}
		signature, err := os.ReadFile(at("signature"))
		must(t, err)
		return signature
	}
	judgetest.Need(t, "faketime")
	for form, signature := range map[string]func(Preparation) []byte{
		pdf.SubFilterCMS: sign, pdf.SubFilterCAdES: func(p Preparation) []byte { return d.sign(p, d.head) },
	} {
		p := d.prepare(form, len(form), Elsewhere{Form: form})
		rec, _, err := d.CompleteSigned(t.Context(), p.Number, signature(p))
		must(t, err)
		file, err := d.PDF(t.Context(), rec.Number)
		must(t, err)
		must(t, os.WriteFile(at("document.pdf"), file, 0o600))
		judge(t, "No syntax or stream encoding errors found", "qpdf", "--check", at("document.pdf"))
		judge(t, "Total document signed", "pdfsig", "-nocert", at("document.pdf"))
		judge(t, "Signature is Valid", "pdfsig", "-nocert", at("document.pdf"))
		judge(t, form, "pdfsig", "-nocert", at("document.pdf"))
	}
}
