package armour_test

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tamga/signing/armour"
)

// element is a sequence whose base64 has characters of which the alphabets differ,
// and needs padding.
func element() []byte { return []byte("\x30\x0b\x06\x01\x2a\x04\x06\xfb\xff\xbf\xfe\xfa\xff") }

func TestOpen(t *testing.T) {
	raw := element()
	std := base64.StdEncoding.EncodeToString(raw)
	if !strings.ContainsAny(std, "+/") || !strings.HasSuffix(std, "==") {
		t.Fatalf("%q shows nothing", std)
	}
	bare := strings.TrimRight(std, "=")
	block := string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: raw}))
	oneLine := "-----BEGIN CMS-----" + std + "-----END CMS-----"
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, text := range map[string]string{
		"binary":                        string(raw),
		"base64":                        std,
		"no padding":                    bare,
		"base64url":                     base64.URLEncoding.EncodeToString(raw),
		"base64url without padding":     base64.RawURLEncoding.EncodeToString(raw),
		"carriage returns":              std[:4] + "\r\n" + std[4:] + "\r\n",
		"carriage returns alone":        std[:4] + "\r" + std[4:] + "\r",
		"spaces":                        " " + std[:5] + " \t" + std[5:] + " ",
		"byte order mark":               "\ufeff" + std,
		"byte order mark, blank line":   "\ufeff\r\n" + std,
		"PEM":                           block,
		"PEM in DOS lines":              strings.ReplaceAll(block, "\n", "\r\n"),
		"PEM indented":                  strings.ReplaceAll("  "+block, "\n", "\n  "),
		"PEM in one line":               oneLine,
		"PEM in one line, no padding":   "-----BEGIN CMS-----" + bare + "-----END CMS-----\n",
		"PEM with spaces for lines":     strings.ReplaceAll(block, "\n", " "),
		"PEM with base64url":            "-----BEGIN PKCS7-----" + base64.RawURLEncoding.EncodeToString(raw) + "-----END PKCS7-----",
		"PEM with headers":              strings.Replace(block, "-\n", "-\nContent-Type: a\nX: b\n\n", 1),
		"blank lines before PEM":        "\n\r\n" + block + "\n\n",
		"base64 of PEM":                 encode(block),
		"base64 of PEM in one line":     encode(oneLine),
		"base64 of base64":              encode(std),
		"base64 of base64 of PEM":       encode(encode(block)),
		"data address":                  "data:application/pkcs7-signature;base64," + std,
		"data address with spaces":      "DATA:application/cms;charset=utf-8;base64, " + std[:5] + " " + std[5:],
		"data address, escaped":         "data:;base64," + strings.NewReplacer("+", "%2B", "/", "%2f", "=", "%3D").Replace(std),
		"data address with a PEM in it": "data:;base64," + encode(block),
		"PowerShell":                    utf16le(block),
		"UTF-16, big end first":         utf16be(std),
	} {
		got, err := armour.Open([]byte(text))
		if err != nil || !bytes.Equal(got, raw) {
			t.Errorf("%s: %x, %v", name, got, err)
		}
	}
}

// TestOpenOnlyOneReading holds that nothing is decoded which two readers could
// decode differently, or one of them not at all.
func TestOpenOnlyOneReading(t *testing.T) {
	raw := element()
	std := base64.StdEncoding.EncodeToString(raw)
	block := string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: raw}))
	deep := std
	for range 3 {
		deep = base64.StdEncoding.EncodeToString([]byte(deep))
	}
	for name, test := range map[string]struct{ text, says string }{
		"nothing":                   {"", "nothing"},
		"blanks":                    {" \r\n", "nothing"},
		"words":                     {"Құжат", "illegal base64"},
		"two alphabets":             {strings.Replace(std, "/", "_", 1), "two alphabets"},
		"bits to spare":             {strings.TrimRight(std, "=")[:len(std)-3] + "x==", "illegal base64"},
		"bits to spare, no padding": {strings.TrimRight(std, "=")[:len(std)-3] + "x", "illegal base64"},
		"half the padding":          {strings.TrimSuffix(std, "="), "illegal base64"},
		"too much padding":          {std + "=", "illegal base64"},
		"padding in the middle":     {std + std, "illegal base64"},
		"one character too many":    {strings.TrimRight(std, "=") + "AAA", "illegal base64"},
		"two blocks":                {block + block, "more than one block"},
		"two blocks, the first odd": {"-----BEGIN CMS-----\n!\n-----END CMS-----\n" + block, "more than one block"},
		"text after PEM":            {block + "and more", "does not end with"},
		"text before PEM":           {"Bag Attributes\n    localKeyID: 01\n" + block, "a text stands before"},
		"text before PEM, Windows":  {"Құжат\r\n" + strings.ReplaceAll(block, "\n", "\r\n"), "a text stands before"},
		"bytes in two alphabets":    {"\xff+-/_\x00", "illegal base64"},
		"another label":             {strings.Replace(block, "END CMS", "END PKCS7", 1), "does not end with"},
		"PEM without an end":        {"-----BEGIN CMS-----\n" + std, "does not end with"},
		"PEM without a label's end": {"-----BEGIN CMS\n" + std, "first line"},
		"PEM of words":              {"-----BEGIN CMS-----\nҚұжат\n-----END CMS-----", "illegal base64"},
		"too deep":                  {deep, "more than 3 times"},
		"data in plain":             {"data:application/cms," + std, "data address"},
		"data with a broken escape": {"data:;base64," + std + "%3", "invalid URL escape"},
		"UTF-16 of other letters":   {utf16le("Құжат"), "a character"},
		"UTF-16 cut":                {utf16le(std) + "A", "half a character"},
	} {
		got, err := armour.Open([]byte(test.text))
		if !errors.Is(err, armour.ErrText) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %x, %v", name, got, err)
		}
	}
}

// TestBase64IsOneLayer holds that a content keeps the armour that it has itself.
func TestBase64IsOneLayer(t *testing.T) {
	for _, content := range []string{"", "QUJD", "-----BEGIN CMS-----QUJD-----END CMS-----", "data:;base64,QUJD"} {
		got, err := armour.Base64([]byte(base64.RawURLEncoding.EncodeToString([]byte(content))))
		if err != nil || string(got) != content {
			t.Errorf("%q became %q, %v", content, got, err)
		}
	}
}

func utf16le(s string) string {
	out := []byte("\xff\xfe")
	for _, r := range s {
		out = append(out, byte(r), byte(r>>8))
	}
	return string(out)
}

func utf16be(s string) string {
	out := []byte("\xfe\xff")
	for _, r := range s {
		out = append(out, byte(r>>8), byte(r))
	}
	return string(out)
}

// FuzzOpen holds that what is opened is what a reader of plain base64 finds, where
// that reader finds anything.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(base64.StdEncoding.EncodeToString(element())))
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: element()}))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := armour.Base64(file)
		if plain, plainErr := base64.StdEncoding.Strict().DecodeString(string(file)); plainErr == nil && (err != nil || !bytes.Equal(got, plain)) {
			t.Errorf("%q: %x, %v", file, got, err)
		}
		block, rest := pem.Decode(file)
		opened, err := armour.Open(file)
		if err == nil && armour.IsPEM(file) && block != nil && len(bytes.TrimSpace(rest)) == 0 && !armour.IsPEM(block.Bytes) && !armour.IsBase64(block.Bytes) && !bytes.Equal(opened, block.Bytes) {
			t.Errorf("%q: %x is %x to others", file, opened, block.Bytes)
		}
	})
}

// plainly decodes base64 in one line as the standard library does.
func plainly(text []byte) ([]byte, bool) {
	if bytes.ContainsAny(text, "\r\n") {
		return nil, false
	}
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Strict().Decode(out, text)
	return out[:n], err == nil
}

func expectPlainly(t *testing.T, text []byte) {
	t.Helper()
	want, wanted := plainly(text)
	got, ok := armour.Standard(text)
	if ok != wanted || ok && !bytes.Equal(got, want) {
		t.Fatalf("%q: %x, %v; want %x, %v", text, got, ok, want, wanted)
	}
}

// The fast decoder takes what the standard library takes, and finds the same in it:
// at every length at which it may go another way, and with every character that is
// odd, wherever it stands.
func TestStandard(t *testing.T) {
	c := rand.NewChaCha8([32]byte{})
	for length := range 200 {
		raw := make([]byte, length)
		_, _ = c.Read(raw)
		text := []byte(base64.StdEncoding.EncodeToString(raw))
		expectPlainly(t, text)
		for i := range text {
			expectPlainly(t, text[:i])
			for _, odd := range []byte("=\n\r \x00-_.*\x7f\x80\xc3\xff@[`{/+B") {
				was := text[i]
				text[i] = odd
				expectPlainly(t, text)
				text[i] = was
			}
		}
		for _, more := range []string{"=", "==", "A", "AAAA", "\n", "\r\n", "====", "A==="} {
			expectPlainly(t, append(slices.Clone(text), more...))
			expectPlainly(t, append([]byte(more), text...))
		}
	}
}

// FuzzStandard holds the fast decoder against the one of the standard library.
func FuzzStandard(f *testing.F) {
	f.Add([]byte(base64.StdEncoding.EncodeToString(element())))
	f.Fuzz(func(t *testing.T, text []byte) {
		expectPlainly(t, text)
		expectPlainly(t, []byte(base64.StdEncoding.EncodeToString(text)))
	})
}
