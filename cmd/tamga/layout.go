package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
)

// layoutCommands are for those who design documents.
type layoutCommands struct {
	Preview layoutPreviewCommand `cmd:"" help:"Print a specimen of every document, again whenever a layout changes."`
	List    layoutListCommand    `cmd:"" help:"List the layouts with version and digest."`
	Export  layoutExportCommand  `cmd:"" help:"Write the built-in layouts into a folder, to be edited."`
}

// layoutListCommand lists.
type layoutListCommand struct{ layoutFlags }

// Run prints a line for each layout.
func (cmd layoutListCommand) Run(c *console) error {
	layouts, err := cmd.compile(c, previewBase)
	if err != nil {
		return err
	}
	p := &printer{}
	for _, name := range layouts.Names() {
		info, err := layouts.Info(name, documents.CivilDate(c.now()))
		if err != nil {
			return err
		}
		p.line("%s  %s  %s", info.Digest, info.Version, name)
	}
	return p.flush(c.out)
}

// layoutExportCommand writes the built-in layouts.
type layoutExportCommand struct {
	Dir   string `arg:"" help:"Folder to write into; it is made if it is not there."`
	Force bool   `help:"Replace files that are there."`
}

// Help is shown below the flags' list.
func (layoutExportCommand) Help() string {
	return `README.md in the folder explains how layouts are written. Files that stay as they are may be deleted: what a folder lacks is built in.

Example:
  tamga layout export layouts
  tamga layout preview --layouts layouts --watch
  tamga serve --demo --layouts layouts`
}

// Run writes the files: all of them, or none if one is in the way.
func (cmd layoutExportCommand) Run(c *console) error {
	house := pdf.House()
	names, err := fs.Glob(house, "*")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cmd.Dir, 0o755); err != nil {
		return err
	}
	file := func(name string) output {
		return output{path: filepath.Join(cmd.Dir, name), mode: 0o644, force: cmd.Force}
	}
	for _, name := range names {
		if err := file(name).check(); err != nil {
			return err
		}
	}
	for _, name := range names {
		b, err := fs.ReadFile(house, name)
		if err != nil {
			return err
		}
		if err := file(name).write(c, b); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(c.out, "%d files in %s\n", len(names), clean(cmd.Dir))
	return err
}

// layoutPreviewCommand prints specimens.
type layoutPreviewCommand struct {
	Out   string `default:"./var/preview" placeholder:"DIR" help:"Folder for the PDF files (default: ./var/preview). Those of an earlier preview are replaced."`
	Watch bool   `help:"Stay, and print again whenever a file of --layouts or the emblem changes. Ends with Ctrl+C."`
	layoutFlags
}

// Help is shown below the flags' list.
func (layoutPreviewCommand) Help() string {
	return `The files are unsigned and their content is fictional. A layout without a specimen is filled with the names of its fields. A mistake is told with file, line or place; with --watch the program then waits for the next change.

Examples:
  tamga layout preview --out /tmp/documents
  tamga layout preview --layouts layouts --watch`
}

// previewBase stands in the check address of specimens, as at a demonstration.
const previewBase = "http://127.0.0.1:8080"

// watchEvery is how often the files are looked at.
const watchEvery = 300 * time.Millisecond

// Run prints once, or until the context ends.
func (cmd layoutPreviewCommand) Run(c *console) error {
	if !cmd.Watch {
		return cmd.print(c)
	}
	if cmd.Layouts == "" && cmd.Emblem == "" {
		return usagef("--watch needs --layouts or --emblem: the built-in layouts do not change")
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for seen, first := "", true; ; first = false {
		if now := cmd.state(); first || now != seen {
			seen = now
			c.exit(cmd.print(c)) // the mistake is told, and waited to be mended
			if _, err := fmt.Fprintln(c.out, "Waiting for changes; end with Ctrl+C."); err != nil {
				return err
			}
		}
		select {
		case <-c.ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// state tells versions of the watched files apart by names, times and sizes.
func (cmd layoutPreviewCommand) state() string {
	files, _ := filepath.Glob(filepath.Join(cmd.Layouts, "*.json")) // the pattern is good, or finds nothing
	if cmd.Layouts == "" {
		files = nil
	}
	var s strings.Builder
	for _, name := range append(files, cmd.Layouts, cmd.Emblem) {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintf(&s, "%s %d %d\n", name, info.ModTime().UnixNano(), info.Size())
		}
	}
	return s.String()
}

// print prints every specimen. One that cannot be printed is told and spoils
// no other.
func (cmd layoutPreviewCommand) print(c *console) error {
	layouts, err := cmd.compile(c, previewBase)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cmd.Out, 0o755); err != nil {
		return err
	}
	specimens := forms.SpecimensOf(layouts)
	p := &printer{}
	failed, pages := 0, 0
	for _, name := range slices.Sorted(maps.Keys(specimens)) {
		made, err := layouts.Prepare(specimens[name], pdf.Meta{SignedAt: c.second()})
		if err != nil {
			fmt.Fprintf(c.err, "tamga: %s (layout %s): %s\n", name, specimens[name].Layout, clean(err.Error()))
			failed++
			continue
		}
		path := filepath.Join(cmd.Out, name+".pdf")
		if err := (output{path: path, mode: 0o644, force: true}).write(c, made.File); err != nil {
			return err
		}
		pages += made.Pages()
		p.line("%2d pages  %4d KB  %s", made.Pages(), (len(made.File)+1023)/1024, path)
	}
	p.line("%d documents, %d pages", len(specimens)-failed, pages)
	if err := p.flush(c.out); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d documents: %w", failed, len(specimens), errNotPrinted)
	}
	return nil
}

var errNotPrinted = errors.New("cannot be printed with these layouts")
