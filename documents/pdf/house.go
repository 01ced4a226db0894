package pdf

import (
	"bytes"
	"io/fs"

	"tamga/documents"
)

// House returns the files of the built-in layouts with the README that
// explains them: what a designer begins with. A folder with these files, given
// as [Options.Folder], changes nothing.
func House() fs.FS {
	sub, err := fs.Sub(houseLayouts, "layouts")
	if err != nil {
		panic(err) // the name is constant
	}
	return sub
}

// Specimens are those of the function of that name, and for every layout that
// has none, because a folder added it, a content in which every field holds its
// own name and tables are empty.
func (l *Layouts) Specimens() map[string]Content {
	all := Specimens()
	shown := map[string]bool{}
	for _, c := range all {
		shown[c.Layout] = true
	}
	for _, name := range l.Names() {
		if !shown[name] {
			all[name] = l.placeholder(name)
		}
	}
	return all
}

func (l *Layouts) placeholder(layout string) Content {
	c := Content{Layout: layout, Number: "000000", Fields: map[string]documents.Text{}}
	for _, f := range l.layouts[layout].fields {
		c.Fields[f.Name] = Same(f.Name)
	}
	return c
}

// Pages counts the pages of the file, by its page tree.
func (p Prepared) Pages() (n int) {
	const tree = "<</Type/Pages/Count "
	at := bytes.LastIndex(p.File, []byte(tree))
	if at < 0 {
		return 0 // the zero value
	}
	for _, d := range p.File[at+len(tree):] {
		if d < '0' || d > '9' {
			break
		}
		n = 10*n + int(d-'0')
	}
	return n
}
