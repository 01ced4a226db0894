package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"tamga/signing"
	"tamga/signing/spool"
)

// Sizes beyond which a file is not what it should be, in bytes.
const (
	maxInput    = signing.MaxSize
	maxKeyFile  = 1 << 20
	maxPassword = 4 << 10
	maxDraft    = 4 << 20
)

var errTooLarge = errors.New("file is too large")

// read returns the contents of a file, or of standard input for "-".
func (c *console) read(path string, limit int64) ([]byte, error) {
	if path == "-" {
		return readAll(c.stdin, "standard input", limit)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder, not a file", path)
	}
	return readAll(f, path, limit)
}

// open returns a file that may be large, or standard input for "-". The caller
// closes it.
func (c *console) open(path string, limit int64) (*spool.File, error) {
	if path == "-" {
		return new(spool.Space).Read(c.stdin, limit)
	}
	f, err := spool.Open(path, limit)
	if errors.Is(err, spool.ErrTooLarge) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, err
}

func readAll(r io.Reader, name string, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%s: %w: more than %d bytes", name, errTooLarge, limit)
	}
	return b, nil
}

// readPassword returns the first line of a file, without the line's end.
func (c *console) readPassword(path string) (string, error) {
	b, err := c.read(path, maxPassword)
	if err != nil {
		return "", fmt.Errorf("password file: %w", err)
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return string(bytes.TrimSuffix(line, []byte("\r"))), nil
}

// output is a file about to be written: whole or not at all.
type output struct {
	path  string
	mode  fs.FileMode // before the umask
	force bool        // replace what is there
}

// check refuses early what write would refuse late.
func (o output) check() error {
	if o.path == "-" || o.force {
		return nil
	}
	if _, err := os.Lstat(o.path); err == nil {
		return fmt.Errorf("%s exists; --force replaces it", o.path)
	}
	return nil
}

// write puts the bytes into a temporary file beside the target and gives it
// the target's name, so that nobody ever sees half a file. Without force, a
// file that appeared meanwhile stays.
func (o output) write(c *console, b []byte) error {
	if o.path == "-" {
		_, err := c.out.Write(b)
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	temporary := filepath.Join(filepath.Dir(o.path), ".tamga-"+rand.Text())
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, o.mode)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", o.path, err)
	}
	if o.force {
		return os.Rename(temporary, o.path)
	}
	// A link, unlike a rename, fails when the name is taken.
	if err := os.Link(temporary, o.path); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists; --force replaces it", o.path)
	} else if err != nil {
		return os.Rename(temporary, o.path)
	}
	return nil
}

// answer is where words go when a file may go to standard output.
func (c *console) answer(filePath string) io.Writer {
	if filePath == "-" {
		return c.err
	}
	return c.out
}

// makeFolder creates a folder that only its owner may enter.
func makeFolder(path string) error { return os.MkdirAll(path, 0o700) }

// clean makes text from strangers' files harmless for a terminal: what
// controls the screen or turns the direction of writing becomes U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}
