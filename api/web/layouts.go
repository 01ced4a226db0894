package web

// Layouts is the page of specimens.
type Layouts struct {
	Groups  []SpecimenGroup
	Layouts []Layout
}

// Layout is a layout as the register knows it.
type Layout struct {
	Name    string
	Version string
	Digest  string // SHA-256, hexadecimal
}

// SpecimenGroup is a part of the page. Title is a key of words.
type SpecimenGroup struct {
	Title     string
	Specimens []Specimen
}

// Specimen is one document and the name of the layout it is printed with. Words
// is the key of its name; one that has no words is shown by Name.
type Specimen struct {
	Name   string // of its file, without the ending
	Words  string
	Layout string
}

// Layouts writes the page of specimens.
func (p *Pages) Layouts(f Frame, v Layouts) ([]byte, error) { return p.render("layouts", f, v) }
