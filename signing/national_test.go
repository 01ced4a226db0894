package signing_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/signing"
)

// shared returns the folder of real national data, which is not part of the
// project.
func shared(t testing.TB) string {
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = "../../shared"
	}
	dir = filepath.Join(dir, "pki", "data")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the national PKI data is missing: set TAMGA_TESTDATA to the folder that holds pki/")
	}
	return dir
}

// nationalVerifier trusts every self-signed authority of the data and knows
// its revocation lists.
func nationalVerifier(t testing.TB, dir string) *signing.Verifier {
	v := &signing.Verifier{Trust: &certs.Pool{}, Revocation: &revocation.Lists{}}
	add := func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if l, err := revocation.ParseCRL(b); err == nil {
			v.Revocation.Add(l)
		}
		if c, err := certs.Parse(b); err == nil && c.SelfSigned() {
			v.Trust.AddAnchor(c)
		} else if err == nil {
			v.Trust.AddIntermediate(c)
		}
		return nil
	}
	for _, sub := range []string{"ca", "crl"} {
		if err := filepath.WalkDir(filepath.Join(dir, sub), add); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

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
	dir := shared(t)
	v := nationalVerifier(t, dir)
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
	got, err := v.Verify(file, q)
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

func toJSON(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
