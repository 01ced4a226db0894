package signing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/signing"
	"tamga/signing/armour"
	"tamga/signing/signtest"
)

// nationalCase is one question about a real file and what must be answered.
type nationalCase struct {
	File, Content string
	At            string
	IIN, BIN      string
	Surname       string
	// Checks that did not pass, as name:status:sub-indication.
	Indication    signing.Indication
	SubIndication signing.SubIndication
	NotPassed     []string
}

func TestNationalSignatures(t *testing.T) {
	dir := signtest.National(t)
	v := signtest.NationalVerifier(t, dir)
	b, err := os.ReadFile("testdata/national.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []nationalCase
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.File+"@"+c.At, func(t *testing.T) {
			checkNational(t, v, dir, c)
		})
	}
}

func checkNational(t *testing.T, v *signing.Verifier, dir string, c nationalCase) {
	at, err := time.Parse(time.RFC3339, c.At)
	if err != nil {
		t.Fatal(err)
	}
	q := signing.Question{At: at}
	if c.Content != "" {
		if q.Content, err = os.ReadFile(filepath.Join(dir, c.Content)); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(filepath.Join(dir, c.File))
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Verify(t.Context(), file, q)
	if err != nil {
		t.Fatal(err)
	}
	if got.Indication != c.Indication || got.SubIndication != c.SubIndication {
		t.Errorf("%s %s, want %s %s", got.Indication, got.SubIndication, c.Indication, c.SubIndication)
	}
	if len(got.Signers) != 1 {
		t.Fatalf("%d signers: %s", len(got.Signers), got.Detail)
	}
	s := got.Signers[0]
	if s.Identity == nil || s.Identity.IIN != c.IIN || s.Identity.BIN != c.BIN || s.Identity.Surname != c.Surname {
		t.Errorf("signed by %+v, want %s, IIN %s, BIN %q", s.Identity, c.Surname, c.IIN, c.BIN)
	}
	var not []string
	for _, check := range s.Checks {
		if check.Status != signing.CheckPassed && check.Status != signing.CheckNotApplicable {
			not = append(not, string(check.Name)+":"+string(check.Status)+":"+string(check.SubIndication))
			t.Log(check.Name, check.Detail)
		}
	}
	if g, w := toJSON(t, not), toJSON(t, c.NotPassed); g != w {
		t.Errorf("not passed %s\n       want %s", g, w)
	}
}

// The signature of every real CMS verifies, and does not after one bit of its
// value, of its signed attributes or of its content was flipped.
func TestNationalSignaturesFlipped(t *testing.T) {
	dir := signtest.National(t)
	v := signtest.NationalVerifier(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, "cms", "*"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join(dir, "cms", "2026_individual_gost2015_document.txt"))
	if err != nil {
		t.Fatal(err)
	}
	value := func(file []byte, q signing.Question) signing.CheckStatus {
		got, err := v.VerifyCMS(context.Background(), file, q)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Signers) != 1 {
			return signing.CheckFailed // no longer a signature at all
		}
		for _, c := range got.Signers[0].Checks {
			if c.Name == signing.CheckSignatureValue {
				return c.Status
			}
		}
		return ""
	}
	seen := 0
	for _, name := range files {
		if strings.HasSuffix(name, ".txt") {
			continue
		}
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := armour.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		inside, err := signing.ReadCMS(file)
		if err != nil {
			t.Fatal(err)
		}
		var q signing.Question
		if !inside.Attached {
			q.Content = document
		}
		if got := value(raw, q); got != signing.CheckPassed {
			t.Errorf("%s: signature value %s", filepath.Base(name), got)
		}
		seen++
		bad, badQuestion := bytes.Clone(raw), q
		if inside.Attached {
			bad[bytes.Index(raw, inside.Content)] ^= 1
		} else {
			badQuestion.Content = bytes.Clone(document)
			badQuestion.Content[0] ^= 1
		}
		if got := value(bad, badQuestion); got != signing.CheckFailed {
			t.Errorf("%s: content changed, and the signature value is %s", filepath.Base(name), got)
		}
		// What follows the certificate is the signer: everything in it but
		// the unsigned attributes was signed or is the signature.
		signer := bytes.Index(raw, inside.Certificates[0].Raw) + len(inside.Certificates[0].Raw)
		end := min(len(raw), signer+600)
		for i := signer; i < end; i += 7 {
			bad := bytes.Clone(raw)
			bad[i] ^= 1
			if timestamped := strings.Contains(name, "2026"); timestamped && i > signer+450 {
				break
			}
			if value(bad, q) == signing.CheckPassed {
				t.Errorf("%s: byte %d flipped, and the signature value passes", filepath.Base(name), i)
			}
		}
	}
	if seen != 6 {
		t.Errorf("%d files, not 6", seen)
	}
}

func toJSON(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
