package pades_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"tamga/judgetest"
	"tamga/signing/pades"
	"tamga/signing/pades/changes"
)

// TestEncryptedChanges: the judge of changes sees what is decrypted. The same words
// and the same content under another initialisation vector are the same; others are
// not, whatever they look like in the file.
func TestEncryptedChanges(t *testing.T) {
	judgetest.Need(t, "qpdf")
	for name, args := range map[string][]string{
		"AES-128": {"--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--"},
		"AES-256": {"--encrypt", "", "owner", "256", "--"},
	} {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
		if err := os.WriteFile(in, pades.Secrets(), 0o600); err != nil {
			t.Fatal(err)
		}
		if said, err := exec.Command("qpdf", append(args, in, out)...).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, said)
		}
		file, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		signed := pades.SignedWithToken(t, file)
		doc, err := pades.Read(signed)
		if err != nil {
			t.Fatal(err)
		}
		root := doc.Revisions[1].Trailer.Get("Root").(pades.Ref)
		catalog, err := doc.Catalog(1)
		if err != nil {
			t.Fatal(err)
		}
		attached := attachment(t, doc, catalog)
		with := func(lang string) pades.Dict {
			var dict pades.Dict
			for _, e := range catalog {
				if e.Key == "Lang" {
					e.Value = pades.String{Value: []byte(lang)}
				}
				dict = append(dict, pades.Entry{Key: e.Key, Value: e.Value})
			}
			return dict
		}
		same := with("kk-KZ")
		o, err := doc.Object(1, attached)
		if err != nil {
			t.Fatal(err)
		}
		stream := func(change byte) pades.Content {
			content := pades.Content{Data: bytes.Clone(doc.RawStream(o.(*pades.Stream)))}
			content.Data[0] ^= change
			for _, e := range o.(*pades.Stream).Dict {
				if e.Key != "Length" {
					content.Dict = append(content.Dict, pades.Entry{Key: e.Key, Value: e.Value})
				}
			}
			return content
		}
		for change, c := range map[string]struct {
			ref     pades.Ref
			object  pades.Object
			allowed bool
		}{
			"the same words":   {root, same, true},
			"other words":      {root, with("ru-RU"), false},
			"the same content": {attached, stream(0), true},
			"other content":    {attached, stream(1), false},
		} {
			after, err := pades.Read(pades.Rewritten(t, doc, c.ref, c.object))
			if err != nil {
				t.Fatal(err)
			}
			report, err := changes.Since(after, &after.Signatures[0], changes.LTV)
			if err != nil || report.Allowed() != c.allowed {
				t.Errorf("%s, %s: allowed %v, want %v: %v %v", name, change, report.Allowed(), c.allowed, report, err)
			}
		}
	}
}

// attachment finds the one embedded file of a document.
func attachment(t *testing.T, doc *pades.Document, catalog pades.Dict) pades.Ref {
	t.Helper()
	var last pades.Object = catalog
	for _, key := range []pades.Name{"Names", "EmbeddedFiles", "Names", "EF", "F"} {
		if list, ok := last.(pades.Array); ok {
			last = list[1]
		}
		dict, err := doc.ResolveDict(1, last)
		if err != nil {
			t.Fatal(err)
		}
		last = dict.Get(key)
	}
	return last.(pades.Ref)
}
