package pdf

import (
	"maps"

	"tamga/documents"
)

// setter returns scratch memory for one document, release takes it back.
func (l *Layouts) setter() *setter {
	select {
	case s := <-l.scratch:
		return s
	default:
		return &setter{faces: l.faces}
	}
}

func (l *Layouts) release(s *setter) {
	s.reset()
	select {
	case l.scratch <- s:
	default: // more at once than we keep for
	}
}

// counted sets a document, and again, a few times at most, while that changes how
// many pages it has to say it has.
func (s *setter) counted(l *layout, url string) {
	for range 4 {
		s.document(l, url, l.roles())
		v := &s.values
		if !v.counted {
			return
		}
		before, attached := v.sheets, v.attached
		v.sheets, v.attached = s.used, map[documents.Lang]int{}
		for _, p := range s.pages[:s.used] {
			if p.attached {
				v.attached[p.lang]++
			}
		}
		if v.sheets == before && maps.Equal(v.attached, attached) {
			return
		}
	}
}

// document sets the pages of all languages.
func (s *setter) document(l *layout, url string, roles []role) {
	s.restart()
	root := s.element(tagDocument, none)
	for i, lang := range languages {
		s.clear()
		s.values.lang = lang
		s.values.names = l.names(s.values.names[:0], &s.values)
		sect := s.element(tagSect, root)
		s.elements[sect].lang = lang
		s.check = checkSpot{url: url, fixed: s.check.fixed[:0], y: l.addressTop(s.faces, lang)}
		for _, r := range roles {
			if r == roleEmblem {
				s.check.fixed = append(s.check.fixed, s.figure(sect, l.spec.Emblem.Alt.In(lang)))
				s.elements[s.check.fixed[len(s.check.fixed)-1]].box = l.emblemBox()
			}
			if r == roleSpecimen || r == roleProject {
				s.check.fixed = append(s.check.fixed, s.element(tagP, sect))
			}
		}
		s.begin().look = firstLook
		s.end(0, true)
		for _, b := range l.blocks[i] {
			b.set(s, &s.values, sect)
		}
		s.check.fixed = append(s.check.fixed, s.element(tagP, sect))
		s.check.elem = s.element(tagP, sect)
		code := s.figure(sect, l.spec.Foot.QRAlt.In(lang)+url)
		s.elements[code].box = l.qrBox()
		s.check.fixed = append(s.check.fixed, s.check.elem, code)
		if lang == documents.KK && !l.in.preview {
			form := s.element(tagForm, sect)
			s.elements[form].alt = signatureAlt().KK
		}
		s.flow(l, lang)
	}
}

// names appends the values of the fields whose words are never divided.
func (l *layout) names(dst []string, v *values) []string {
	for i := range l.fields {
		if l.fields[i].Whole {
			dst = append(dst, v.fields[i].In(v.lang))
		}
	}
	return dst
}

// looks returns those that the pages have.
func (s *setter) looks() (used looks) {
	for i := range s.used {
		used |= 1 << s.pages[i].look
	}
	return used
}

// both fills a text of the layout in both languages.
func (l *layout) both(t *templates, v *values) (out documents.Text) {
	v.lang = documents.KK
	out.KK = t[0].text(v)
	v.lang = documents.RU
	out.RU = t[1].text(v)
	return out
}

// fits reports whether the small font of a style has the characters of a number
// or address.
func (l *layout) fits(style, text string) bool {
	c := l.styles[style].face
	for _, r := range text {
		if !l.used.fixed[c][shown(r)] {
			return false
		}
	}
	return true
}
