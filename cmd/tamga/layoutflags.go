package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tamga/documents/pdf"
)

// layoutFlags say how documents look.
type layoutFlags struct {
	Emblem  string `placeholder:"FILE" help:"Picture (PNG) that documents carry instead of the built-in ornament."`
	Layouts string `placeholder:"DIR" help:"Folder of layouts (*.json) that replace the built-in ones of the same name or add to them; tamga layout export makes one."`
	Law     string `placeholder:"FILE" help:"Edition of the rules (JSON) that is added to those that the program carries, or takes the place of the one of its name; tamga regulation check judges one."`
}

// maxEmblem is above what documents/pdf accepts, so that its error is the one
// people see.
const maxEmblem = 4 << 20

// compile draws the layouts, once, with the sentences of every edition in its time.
func (f layoutFlags) compile(c *console, baseURL string) (*pdf.Layouts, error) {
	law, err := regulationFlags{Data: f.Law}.compile(c)
	if err != nil {
		return nil, err
	}
	opt, err := f.options(c, baseURL)
	if err != nil {
		return nil, err
	}
	opt.Editions = law.Printing()
	layouts, err := pdf.Compile(opt)
	return layouts, f.located(err)
}

// options is how documents look, but for the sentences of the law.
func (f layoutFlags) options(c *console, baseURL string) (opt pdf.Options, err error) {
	opt.CheckURL = checkAddress(baseURL)
	if f.Emblem != "" {
		if opt.Emblem, err = c.read(f.Emblem, maxEmblem); err != nil {
			return opt, fmt.Errorf("emblem: %w", err)
		}
	}
	opt.Folder, err = f.folder()
	return opt, err
}

// folder opens the folder of layouts; nil when none is given.
func (f layoutFlags) folder() (fs.FS, error) {
	if f.Layouts == "" {
		return nil, nil
	}
	info, err := os.Stat(f.Layouts)
	if err != nil {
		return nil, fmt.Errorf("layouts: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("layouts: %s is no folder", f.Layouts)
	}
	return os.DirFS(f.Layouts), nil
}

// located gives the file of a layout's mistake the path at which an editor
// finds it. A built-in layout can be at fault too, when its base was replaced.
func (f layoutFlags) located(err error) error {
	var wrong *pdf.LayoutError
	if !errors.As(err, &wrong) {
		return err
	}
	at := *wrong
	at.File = filepath.Join(f.Layouts, wrong.File)
	if _, missing := os.Stat(at.File); f.Layouts == "" || missing != nil {
		at.File = wrong.File + " (built in, over a base that the folder replaces)"
	}
	return &at
}
