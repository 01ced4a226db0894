package pdf

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tamga/judgetest"
)

// tool runs a program that judges our files, and skips the test where it is
// not installed. It returns what the program printed, errors included.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	judgetest.Need(t, name)
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// written writes a rendered sample into a temporary file.
func written(t *testing.T, l *Layouts, doc Content) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sample.pdf")
	if err := os.WriteFile(name, render(t, l, doc), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestQPDF(t *testing.T) {
	l := compiled(t)
	for name, doc := range samples(t) {
		t.Run(name, func(t *testing.T) {
			if out := tool(t, "qpdf", "--check", written(t, l, doc)); strings.Contains(out, "WARNING") {
				t.Error(out)
			}
		})
	}
}

func TestMuPDF(t *testing.T) {
	l := compiled(t)
	for name, doc := range samples(t) {
		t.Run(name, func(t *testing.T) {
			file := written(t, l, doc)
			out := tool(t, "mutool", "draw", "-q", "-r", "20", "-o", filepath.Join(t.TempDir(), "p%d.png"), file)
			if out = strings.TrimPrefix(out, "warning: ICC support is not available\n"); out != "" { // says mutool of itself
				t.Errorf("drawing: %s", out)
			}
			if out := tool(t, "mutool", "info", file); strings.Contains(out, "warning") || strings.Contains(out, "error") {
				t.Error(out)
			}
		})
	}
}

// TestExtractedText compares what pdftotext reads on each page with what we
// put there: the same characters, and the labels of the licence in their order.
func TestExtractedText(t *testing.T) {
	l := compiled(t)
	for name, doc := range samples(t) {
		if strings.HasSuffix(name, "-long") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			file := written(t, l, doc)
			p, err := parse(render(t, l, doc))
			if err != nil {
				t.Fatal(err)
			}
			for i := range p.pages {
				n := strconv.Itoa(i + 1)
				got := tool(t, "pdftotext", "-raw", "-f", n, "-l", n, file, "-")
				if want := p.background(t, i) + p.pages[i]; letters(got) != letters(want) {
					t.Errorf("page %s: got\n%s\nwant\n%s", n, got, want)
				}
			}
		})
	}
	t.Run("order", func(t *testing.T) {
		got := strings.Join(strings.Fields(tool(t, "pdftotext", "-f", "1", "-l", "1", "-layout", written(t, compiledOn(t, underOrder159), specimens(t)["licence-paper"]), "-")), " ")
		at := 0
		for _, label := range []string{"МЕМЛЕКЕТТІК ЛИЦЕНЗИЯ", "Лицензияның берілген күні", "Лицензия нөмірі", "Берілді", "Қызмет түрі",
			"Лицензия қолданылуының", "Лицензиар ", "Басшы (уәкілетті тұлға)", "Берілген жері", "растаған мемлекеттік", "растаған басшы",
			"Лицензияның расталған күні: 2026 жылғы 22 қараша", "Берілген құжат 2012 жылдың 10 шілдесіндегі"} {
			i := strings.Index(got[at:], label)
			if i < 0 {
				t.Fatalf("%q is not after what should precede it in\n%s", label, got)
			}
			at += i + len(label)
		}
	})
}

// background is the text of a page's first content stream.
func (p *parsed) background(t *testing.T, page int) string {
	t.Helper()
	m := reContents.FindSubmatch(p.objects[p.sheets[page]])
	at, _ := strconv.Atoi(string(m[1]))
	content, err := p.inflate(at)
	if err != nil {
		t.Fatal(err)
	}
	return pageText(content)
}

// letters sorts the visible characters of a text: columns may be read in any
// order, but nothing may be missing, added or another letter.
func letters(s string) string {
	all := []rune(solid(s))
	slices.Sort(all)
	return string(all)
}

// TestQRCode reads the code from pictures of paper, in several resolutions:
// the plain address, and one with a signed payload behind it.
func TestQRCode(t *testing.T) {
	l := compiled(t)
	plain := specimens(t)["approval"]
	address := checkAddress(plain.Number)
	for _, want := range []string{address, address + "#" + strings.Repeat("6BF%6JBFD2P$", 32)} {
		m := meta()
		if m.QR = want; want == address {
			m.QR = ""
		}
		rendered, err := l.Render(plain, m)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "code.pdf")
		if err := os.WriteFile(file, rendered, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, dpi := range []string{"150", "200", "300"} {
			for _, page := range []string{"1", "2"} {
				picture := filepath.Join(t.TempDir(), "page")
				tool(t, "pdftoppm", "-r", dpi, "-f", page, "-singlefile", "-gray", "-png", file, picture)
				got := strings.TrimSpace(tool(t, "zbarimg", "--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture+".png"))
				if got != want {
					t.Errorf("page %s at %s dpi reads %q, want %q", page, dpi, got, want)
				}
			}
		}
	}
}
