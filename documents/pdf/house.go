package pdf

import (
	"bytes"
	"io/fs"
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
