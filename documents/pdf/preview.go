package pdf

import (
	"cmp"

	"tamga/documents"
	"tamga/language/words"
)

// unnumbered stands where the number of a document will.
const unnumbered = "\u2014"

// Preview returns a document as it would be printed at a moment, to be looked at: it
// has no number and no place for a signature, nothing for machines to read, and says
// across every page that it is a draft. Errors are those of [Layouts.Render].
func (l *Layouts) Preview(in Content, m Meta) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	printed, err := l.layout(in.Layout, documents.CivilDate(m.SignedAt))
	if err != nil {
		return nil, err
	}
	kind, err := printed.preview()
	if err != nil {
		return nil, err
	}
	in.Number, m.Data, m.CheckURL = unnumbered, nil, cmp.Or(m.CheckURL, l.checkURL(""))
	p, err := l.render(kind, &in, m, &cleaner{faces: l.faces})
	return p.File, err
}

// previewing compiles a layout for what is only looked at: it is equal to no paper
// document, and there is nothing to check.
func (in *surroundings) previewing(file string, spec *layoutSpec, p *press) (*layout, error) {
	marked := *in
	marked.preview = true
	if spec.Foot != nil {
		foot := *spec.Foot
		foot.Note = documents.OnPaper(words.Of("paper.preview_note"))
		foot.Check = documents.OnPaper(words.Of("paper.preview_check"))
		foot.Address = foot.Check
		spec.Foot = &foot
	}
	c, err := newLayout(file, spec, &marked)
	if err != nil {
		return nil, err
	}
	c.build = p.skeleton
	return c, nil
}
