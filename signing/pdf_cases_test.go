package signing_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/pades"
	"tamga/signing/pades/changes"
	"tamga/signing/signtest"
)

// pdfCase is a file of testdata/cases/pdf and what the format check of its first
// signer must say.
type pdfCase struct {
	name       string
	indication signing.Indication // of the file
	format     signing.CheckStatus
	says       string // in the detail of that check
}

func pdfCases() []pdfCase {
	const passed, refused, bad = signing.TotalPassed, signing.Indeterminate, signing.TotalFailed
	const warning, failed = signing.CheckWarning, signing.CheckFailed
	return []pdfCase{
		{"ber-contents.pdf", passed, warning, pades.CodeContentsBER},
		{"dr-added.pdf", passed, warning, changes.CodeDefaults},
		{"m-without-D.pdf", passed, warning, pades.CodeClaimedTime},
		{"docuseal163-content-then-second-signature.pdf", refused, failed, changes.CodeContent},
		{"openpdf159-literal-contents.pdf", bad, failed, pades.CodeContentsNotHex},
		{"nodesignpdf251-byterange-short.pdf", bad, failed, pades.CodeTrailingBytes},
		{"roles/field-is-xobject-names.pdf", refused, failed, changes.CodeShared},
		{"roles/tj-left.pdf", refused, failed, changes.CodeOverlapContent},
		{"roles/fieldmdp-indirect-method.pdf", refused, failed, changes.CodeLocked},
		{"word-hybrid-signed-twice.pdf", passed, warning, pades.CodeHybrid},
	}
}

// caseVerifier looks at the files of testdata/cases as at their day.
func caseVerifier(t *testing.T) *signing.Verifier {
	t.Helper()
	v := signtest.VerifierOf(t, "testdata/cases/trust")
	var err error
	if v.Policy, err = signing.NamedPolicy("kz-soft"); err != nil {
		t.Fatal(err)
	}
	v.Now = func() time.Time { return time.Date(2026, time.November, 28, 9, 40, 0, 0, time.UTC) }
	return v
}

func caseFile(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "cases", "pdf", name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// Every file that was once judged wrongly is judged rightly, and for its reason.
func TestPDFCases(t *testing.T) {
	v := caseVerifier(t)
	for _, c := range pdfCases() {
		got := verifyPDF(t, v, caseFile(t, c.name))
		if len(got.Signers) == 0 {
			t.Errorf("%s: no signer: %s", c.name, got.Detail)
			continue
		}
		format := got.Signers[0].Check(signing.CheckFormat)
		if got.Indication != c.indication || got.Passed() != (c.indication == signing.TotalPassed) || format.Status != c.format || !strings.Contains(format.Detail, c.says) {
			t.Errorf("%s: want %s and %s for %s: %s", c.name, c.indication, c.format, c.says, signtest.Explain(got))
		}
	}
}

// What only this reader does not know or does not finish says nothing against a
// file, and the answer names it; what is ambiguous fails.
func TestPDFsThatAreNotRead(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	good := string(signedPDF(t, pki.Person(signtest.Head())))
	replaced := func(old, changed string) []byte {
		if len(old) != len(changed) || !strings.Contains(good, old) {
			t.Fatalf("%q is not in the file, or would move what follows it", old)
		}
		return []byte(strings.Replace(good, old, changed, 1))
	}
	nested := func(depth int) []byte {
		return signtest.PDF("", append(signtest.PageObjects(""), "null", strings.Repeat("[", depth)+strings.Repeat("]", depth))...)
	}
	for _, c := range []struct {
		name       string
		file       []byte
		indication signing.Indication
		says       string
	}{
		{"an older format", replaced("/ETSI.CAdES.detached", "/adbe.pkcs7.sha1    "), signing.Indeterminate, pades.CodeSubFilter},
		{"a signature over another dictionary", replaced("/Filter /Adobe", "/Filler /Adobe"), signing.TotalFailed, pades.CodeFilter},
		{"encrypted", signtest.PDF("/Encrypt 4 0 R", append(signtest.PageObjects(""), "<</Filter/Standard>>")...), signing.Indeterminate, "encrypted"},
		{"arrays deeper than are read", nested(250), signing.Indeterminate, "nested deeper than"},
		{"an array that does not end", []byte(strings.Replace(string(nested(3)), "]]]", "]] ", 1)), signing.TotalFailed, pades.CodeObjectUnreadable},
		{"a cross-reference into nothing", []byte(strings.Replace(string(nested(3)), "0000000015 00000 n", "0000000016 00000 n", 1)), signing.TotalFailed, "no object begins here"},
	} {
		got := verifyPDF(t, pki.Verifier, c.file)
		said := got.Detail
		for _, s := range got.Signers {
			said += " " + s.Check(signing.CheckFormat).Detail
		}
		if got.Indication != c.indication || !strings.Contains(said, c.says) {
			t.Errorf("%s: want %s for %s: %s %s", c.name, c.indication, c.says, got.Detail, signtest.Explain(got))
		}
	}
}

// A file with nothing but document timestamps is told as that: what they prove
// stands, nobody signed, and nothing is called malformed.
func TestPDFWithTimestampsOnly(t *testing.T) {
	got := verifyPDF(t, caseVerifier(t), caseFile(t, "document-timestamp-only.pdf"))
	if len(got.Timestamps) != 1 || got.Timestamps[0].Indication != signing.TotalPassed {
		t.Errorf("the timestamp does not pass: %s", signtest.Explain(got))
	}
	const told = "the file carries a document timestamp and no signature"
	if got.Passed() || got.Indication != signing.Indeterminate || got.Acceptance != signing.Refused || got.Detail != told || !strings.Contains(got.Summary.EN, told) {
		t.Errorf("%s, %s: %s %q", got.Indication, got.Acceptance, got.Detail, got.Summary.EN)
	}
	if err := signtest.CheckConclusions(got); err != nil {
		t.Error(err)
	}
}

// What a timestamp alone covers and is changed afterwards is not what it stands
// for any more; evidence and another timestamp may follow.
func TestPDFChangedAfterTimestamps(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	stamp := pki.TSA().Stamper()
	stamped, err := signtest.AddDocTimestamp(signtest.OnePage(100, ""), stamp)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := signtest.AddDocTimestamp(stamped, stamp)
	if err != nil {
		t.Fatal(err)
	}
	changed := rewritten(stamped, 4, "<</Length 1>>stream\n \nendstream")
	damaged := bytes.Replace(stamped, []byte("[0 0 200 100]"), []byte("[0 0 200 900]"), 1)
	for _, c := range []struct {
		name       string
		file       []byte
		indication signing.Indication // of the first timestamp
		sub        signing.SubIndication
		says       string
	}{
		{"nothing follows", stamped, signing.TotalPassed, "", ""},
		{"another timestamp follows", twice, signing.TotalPassed, "", ""},
		{"a page is changed", changed, signing.Indeterminate, signing.SigConstraintsFailure, "changed after this timestamp"},
		{"the stamped bytes are changed", damaged, signing.TotalFailed, signing.HashFailure, ""},
	} {
		got := verifyPDF(t, pki.Verifier, c.file)
		if len(got.Timestamps) == 0 {
			t.Fatalf("%s: no timestamp: %s", c.name, got.Detail)
		}
		ts := got.Timestamps[0]
		if got.Passed() || ts.Indication != c.indication || ts.SubIndication != c.sub || !strings.Contains(ts.Detail, c.says) {
			t.Errorf("%s: %s %s %s", c.name, ts.Indication, ts.SubIndication, ts.Detail)
		}
		if broken := c.indication == signing.TotalFailed; (got.Indication == signing.TotalFailed) != broken {
			t.Errorf("%s: the file is %s: %s", c.name, got.Indication, got.Detail)
		}
	}
}

// rewritten gives an object of a file with a table another body, in a revision.
func rewritten(file []byte, number int, body string) []byte {
	last := bytes.LastIndex(file, []byte("startxref\n")) + len("startxref\n")
	previous, _, _ := strings.Cut(string(file[last:]), "\n")
	out := slices.Clone(file)
	at := len(out)
	out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", number, body)
	section := len(out)
	return fmt.Appendf(out, "xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size 99/Root 1 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n", number, at, previous, section)
}
