package outline

import (
	"bytes"
	"errors"

	"tamga/signing/pades"
)

// pdf reads the objects of a PDF as its newest revision has them.
func (j *judging) pdf() bool {
	j.verdict.Type = PDF
	j.end = len(j.file)
	if i := bytes.LastIndex(j.file, []byte("%%EOF")); i >= 0 {
		j.end = i + len("%%EOF")
	}
	d, err := pades.Read(j.file)
	switch {
	case errors.Is(err, pades.ErrNotPDF):
		return false
	case errors.Is(err, pades.ErrEncrypted):
		j.found(Encrypted)
		return true
	case err != nil:
		// What other programs repair is not known here: what stands openly is told.
		j.found(Unread)
		j.openly()
		return true
	}
	j.verdict.Signed = len(d.Signatures) > 0
	j.objects(d)
	return true
}

// objects looks at every object that is in use.
func (j *judging) objects(d *pades.Document) {
	newest := len(d.Revisions) - 1
	for _, ref := range d.Objects(newest) {
		o, err := d.Object(newest, ref)
		if err != nil {
			j.found(Unread)
			j.openly()
			continue
		}
		j.object(o, 0)
	}
}

// deepest is how deep objects within an object are looked at; the reader allows less.
const deepest = 200

func (j *judging) object(o pades.Object, depth int) {
	if depth > deepest {
		j.found(Unread)
		return
	}
	switch o := o.(type) {
	case pades.Array:
		for _, e := range o {
			j.object(e, depth+1)
		}
	case *pades.Stream:
		j.dict(o.Dict, depth)
	case pades.Dict:
		j.dict(o, depth)
	}
}

// dict looks at a dictionary: actions (12.6.4), embedded files (7.11.4), forms that are
// programs (12.7.8).
func (j *judging) dict(d pades.Dict, depth int) {
	for _, e := range d {
		switch e.Key {
		case "JS", "XFA":
			j.found(Script)
		case "S":
			j.action(e.Value)
		case "EF":
			j.found(Embedded)
		case "Type", "Subtype":
			j.kind(e.Value)
		}
		j.object(e.Value, depth+1)
	}
}

func (j *judging) action(o pades.Object) {
	switch o {
	case pades.Name("JavaScript"):
		j.found(Script)
	case pades.Name("Launch"), pades.Name("SubmitForm"), pades.Name("ImportData"):
		j.found(Launch)
	}
}

func (j *judging) kind(o pades.Object) {
	switch o {
	case pades.Name("EmbeddedFile"):
		j.found(Embedded)
	case pades.Name("RichMedia"), pades.Name("3D"):
		j.found(Script)
	}
}

// openly finds names that stand in the file as it is.
func (j *judging) openly() {
	for name, f := range map[string]Finding{
		"/JavaScript": Script, "/JS": Script, "/XFA": Script, "/Launch": Launch, "/EmbeddedFile": Embedded, "/Encrypt": Encrypted,
	} {
		if hasName(j.file, name) {
			j.found(f)
		}
	}
}

// hasName reports whether a name of PDF stands somewhere, followed by its end.
func hasName(file []byte, name string) bool {
	for rest := file; ; {
		i := bytes.Index(rest, []byte(name))
		if i < 0 {
			return false
		}
		rest = rest[i+len(name):]
		if len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n\x00\f/<>[](){}%"), rest[0]) >= 0 {
			return true
		}
	}
}
