package pdf

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tamga/signing/pades"
)

// A preview of every kind says on its first pages that it is a draft, has no number
// and no place for a signature, and nothing for machines.
func TestPreview(t *testing.T) {
	l := compiled(t)
	for name, c := range specimens(t) {
		file, err := l.Preview(c, meta())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		doc, err := pades.Read(file)
		if err != nil || len(doc.Signatures) != 0 {
			t.Errorf("%s: %d signatures, %v", name, len(doc.Signatures), err)
		}
		for _, never := range []string{"/AcroForm", "/Perms", "/ByteRange", "/FT/Sig", "/Subtype/Widget", "/EmbeddedFiles", "/OBJR"} {
			if bytes.Contains(file, []byte(never)) {
				t.Errorf("%s has %s", name, never)
			}
		}
		plain, err := l.Render(c, meta())
		if err != nil || !bytes.Contains(plain, []byte("/Perms")) {
			t.Errorf("%s: after a preview the document itself: %v", name, err)
		}
	}
	if _, err := l.Preview(Content{Layout: "_letter"}, meta()); !errors.As(err, new(*UnknownLayoutError)) {
		t.Errorf("of a base: %v", err)
	}
}

// The place of a signature has the size and the form that its maker needs.
func TestSignaturePlace(t *testing.T) {
	l := compiled(t)
	c := specimens(t)["licence"]
	for _, form := range []string{"", SubFilterCAdES, SubFilterCMS} {
		for _, room := range []int{0, minSignatureRoom, SignatureRoom + 1, maxSignatureRoom} {
			m := meta()
			m.SubFilter, m.SignatureRoom = form, room
			p, err := l.Prepare(c, m)
			if err != nil {
				t.Fatal(err)
			}
			want := room
			if want == 0 {
				want = SignatureRoom
			}
			if got := p.ByteRange[2] - p.ByteRange[1] - 2; got != 2*want || p.ByteRange[2]+p.ByteRange[3] != len(p.File) {
				t.Errorf("%q, %d: a place of %d, %v of %d", form, room, got, p.ByteRange, len(p.File))
			}
			doc, err := pades.Read(p.File)
			if err != nil || len(doc.Signatures) != 1 {
				t.Fatalf("%q, %d: %v", form, room, err)
			}
			if s := doc.Signatures[0]; s.SubFilter != m.SubFilter && !(form == "" && s.SubFilter == SubFilterCAdES) {
				t.Errorf("%q: %q", form, s.SubFilter)
			}
		}
	}
	for _, m := range []Meta{
		{SignedAt: signedAt, SignatureRoom: minSignatureRoom - 1}, {SignedAt: signedAt, SignatureRoom: maxSignatureRoom + 1},
		{SignedAt: signedAt, SubFilter: "adbe.pkcs7.sha1"},
	} {
		if _, err := l.Prepare(c, m); err == nil || !strings.Contains(err.Error(), "room of") && !strings.Contains(err.Error(), "sha1") {
			t.Errorf("%+v is prepared", m)
		}
	}
}

// What a reader sees of a preview: the mark, and no number.
func TestPreviewText(t *testing.T) {
	l := compiled(t)
	c := specimens(t)["licence"]
	file, err := l.Preview(c, meta())
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "preview.pdf")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	text := tool(t, "pdftotext", "-raw", name, "-")
	if strings.Contains(text, c.Number) || !strings.Contains(text, "№ —") && !strings.Contains(text, "№—") {
		t.Errorf("the number is told:\n%s", text)
	}
	if flat := strings.Join(strings.Fields(text), ""); strings.Count(flat, "ЖОБА/ПРОЕКТ") < 2 {
		t.Errorf("it does not say that it is a draft:\n%s", text)
	}
	for claim, says := range map[string]bool{
		"тең мәнді": false, "равнозначен": false, "түпнұсқалығын": false, "Подлинность": false,
		"Бұл құжаттың жобасы": true, "Это проект документа": true,
	} {
		if flat := strings.Join(strings.Fields(text), " "); strings.Contains(flat, claim) != says {
			t.Errorf("it says %q: %t, want %t", claim, !says, says)
		}
	}
	tool(t, "qpdf", "--check", name)
}
