//go:build interop

package interop

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// dpi is how finely pages are shown: enough to see a stroke of a letter.
const dpi = 36

// patience is how long a viewer may take for a file of two pages.
const patience = 20 * time.Second

// picture is a page as a viewer shows it, three bytes a sample.
type picture struct {
	width, height int
	samples       []byte
}

// viewer shows the pages of a file. The error errNotShown says that it does not
// open the file.
type viewer struct {
	name string
	show func(file string) ([]picture, error)
}

var errNotShown = errors.New("the viewer does not show the file")

// viewers starts the three viewers that the pictures are taken from. A missing
// one fails the test, as nothing is then known of what it shows.
func viewers(t *testing.T) []viewer {
	t.Helper()
	for name, missing := range map[string]func() string{
		"Poppler": notInPath("pdftoppm"), "MuPDF": notInPath("mutool"), "PDFium": notInFolder("venv/bin/pypdfium2"),
	} {
		if why := missing(); why != "" {
			t.Fatalf("%s is missing: %s; .ci/interop/install installs it", name, why)
		}
	}
	p := &pdfium{}
	t.Cleanup(p.stop)
	return []viewer{
		{"Poppler", command("pdftoppm", "-q", "-r", strconv.Itoa(dpi))},
		{"MuPDF", command("mutool", "draw", "-q", "-F", "ppm", "-o", "-", "-r", strconv.Itoa(dpi))},
		{"PDFium", p.show},
	}
}

// command is a viewer that is started for every file and writes the pages to its
// standard output, as portable pixmaps.
func command(name string, args ...string) func(string) ([]picture, error) {
	return func(file string) ([]picture, error) {
		ctx, done := context.WithTimeout(context.Background(), patience)
		defer done()
		out, err := exec.CommandContext(ctx, name, append(args, file)...).Output()
		var exit *exec.ExitError
		switch {
		case errors.As(err, &exit):
			return nil, errNotShown
		case err != nil:
			return nil, err
		}
		return pixmaps(bytes.NewReader(out))
	}
}

// pixmaps reads the pages that pdftoppm and mutool write: "P6", width and height,
// 255 for the highest value, each on a line, and the samples.
func pixmaps(in io.Reader) ([]picture, error) {
	var pages []picture
	for r := bufio.NewReader(in); ; {
		kind, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) && kind == "" {
			return pages, nil
		}
		if err != nil || kind != "P6\n" {
			return nil, fmt.Errorf("no pixmap: %q, %w", kind, err)
		}
		p, err := readPicture(r, "255\n")
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
}

// readPicture reads width and height on a line, a line that is known, and the
// samples.
func readPicture(r *bufio.Reader, known string) (p picture, err error) {
	size, err := r.ReadString('\n')
	if err != nil {
		return p, err
	}
	if _, err := fmt.Sscan(size, &p.width, &p.height); err != nil {
		return p, err
	}
	said := make([]byte, len(known))
	if _, err := io.ReadFull(r, said); err != nil || string(said) != known {
		return p, fmt.Errorf("a picture has %q: %w", said, err)
	}
	p.samples = make([]byte, 3*p.width*p.height)
	_, err = io.ReadFull(r, p.samples)
	return p, err
}

// pdfium is a viewer that runs as long as the test, is asked line by line, and
// is started again when a file was too much for it.
type pdfium struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (p *pdfium) start() error {
	p.cmd = exec.Command(filepath.Join(folder(), "venv/bin/python"), filepath.Join(root, ".ci/interop/pdfium_viewer.py"), fmt.Sprint(dpi/72.0))
	in, errIn := p.cmd.StdinPipe()
	out, errOut := p.cmd.StdoutPipe()
	p.in, p.out = in, bufio.NewReader(out)
	return errors.Join(errIn, errOut, p.cmd.Start())
}

func (p *pdfium) stop() {
	if p.cmd == nil {
		return
	}
	p.in.Close()
	p.cmd.Process.Kill()
	p.cmd.Wait() // killed, as it is meant to be
	p.cmd = nil
}

func (p *pdfium) show(file string) ([]picture, error) {
	if p.cmd == nil {
		if err := p.start(); err != nil {
			return nil, err
		}
	}
	tired := time.AfterFunc(patience, func() { p.cmd.Process.Kill() })
	defer tired.Stop()
	pages, err := p.ask(file)
	if err != nil && !errors.Is(err, errNotShown) {
		p.stop()
		return nil, fmt.Errorf("%w: %w", errNotShown, err)
	}
	return pages, err
}

func (p *pdfium) ask(file string) ([]picture, error) {
	if _, err := fmt.Fprintln(p.in, file); err != nil {
		return nil, err
	}
	return readPages(p.out)
}

// readPages reads one answer of pdfium_viewer.py.
func readPages(r *bufio.Reader) ([]picture, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || n < 0 {
		return nil, errNotShown
	}
	pages := make([]picture, n)
	for i := range pages {
		if pages[i], err = readPicture(r, ""); err != nil {
			return nil, err
		}
	}
	return pages, nil
}
