package xmltree

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"tamga/judgetest"
)

// encodings are those that are read, each under a name that iconv and libxml2 know.
var encodings = []string{"windows-1251", "CP1251", "RK1048", "PT154", "KOI8-R", "koi8-u", "IBM866", "ISO-8859-5", "ISO-8859-1", "windows-1252"}

// oneByteFile is a file with every byte that may stand for a character, and whose
// names are of that encoding too.
func oneByteFile(t *testing.T, encoding string) (file []byte, text string) {
	t.Helper()
	upper, ok := upperHalf(strings.ToUpper(encoding))
	if !ok {
		t.Fatalf("%s is not read", encoding)
	}
	var b bytes.Buffer
	for i, r := range []rune(upper) {
		if r != utf8.RuneError {
			b.WriteByte(byte(0x80 + i))
		}
	}
	return []byte("<?xml version=\"1.0\" encoding=\"" + encoding + "\" standalone='yes'?>\r\n<a b='" + b.String() + "'><!--" + b.String() + "-->" + b.String() + "<c/></a>\n"),
		strings.ReplaceAll(upper, "\ufffd", "")
}

// TestEncodings holds what bytes stand for against iconv, byte by byte.
func TestEncodings(t *testing.T) {
	judgetest.Need(t, "iconv")
	for _, encoding := range encodings {
		upper, ok := upperHalf(strings.ToUpper(encoding))
		if n := utf8.RuneCountInString(upper); !ok || n != 128 {
			t.Fatalf("%s has %d characters", encoding, n)
		}
		for i, r := range []rune(upper) {
			cmd := exec.Command("iconv", "-f", encoding, "-t", "UTF-8")
			cmd.Stdin = bytes.NewReader([]byte{byte(0x80 + i)})
			out, err := cmd.Output()
			if r == utf8.RuneError && err != nil {
				continue
			}
			if err != nil || string(out) != string(r) {
				t.Errorf("%s 0x%x: %q, iconv %q %v", encoding, 0x80+i, r, out, err)
			}
		}
	}
}

// TestEncodedFiles holds the canonical form, and where nodes stand in the file.
func TestEncodedFiles(t *testing.T) {
	for _, encoding := range encodings {
		file, text := oneByteFile(t, encoding)
		d, err := Parse(file)
		if err != nil {
			t.Fatalf("%s: %v", encoding, err)
		}
		if got := d.Root().Text(); got != text {
			t.Errorf("%s: %q", encoding, got)
		}
		root, last := d.Root(), d.Root().Elements()[0]
		if o := root.Outer(); file[o.Start] != '<' || string(file[o.End-4:o.End]) != "</a>" {
			t.Errorf("%s: the root stands at %v", encoding, o)
		}
		if o, i := last.Outer(), last.Inner(); string(file[o.Start:o.End]) != "<c/>" || string(file[i.Start:]) != "/></a>\n" || i.Start != i.End {
			t.Errorf("%s: an element stands at %v and %v", encoding, o, i)
		}
		if c := root.Children()[0].Outer(); !bytes.HasPrefix(file[c.Start:], []byte("<!--")) || !bytes.HasSuffix(file[:c.End], []byte("-->")) {
			t.Errorf("%s: a comment stands at %v", encoding, c)
		}
		if d.Size() != len(file) {
			t.Errorf("%s: %d bytes of %d", encoding, d.Size(), len(file))
		}
	}
	var syntax *SyntaxError
	if _, err := Parse([]byte("<?xml version='1.0' encoding='windows-1251'?><a>\xe0\xe1\xe2</b>")); !errors.As(err, &syntax) || syntax.Offset != 51 {
		t.Errorf("%v", err)
	}
}

// TestEncodedAgainstXmllint has libxml2 say the canonical forms.
func TestEncodedAgainstXmllint(t *testing.T) {
	needXmllint(t)
	for _, encoding := range encodings {
		file, _ := oneByteFile(t, encoding)
		agree(t, encoding, string(file))
	}
	for name, file := range map[string]string{
		"names":              "<?xml version='1.0' encoding='windows-1251'?><\xf4\xe0\xe9\xeb \xe0='\xe1'><\xe2:\xe3 xmlns:\xe2='urn:d'/></\xf4\xe0\xe9\xeb>",
		"reference and byte": "<?xml version='1.0' encoding='KOI8-R'?><a>&#1171;\xc1</a>",
		"not to be read":     "<?xml version='1.0' encoding='windows-1251'?><a>\x98</a>",
	} {
		agree(t, name, file)
	}
}
