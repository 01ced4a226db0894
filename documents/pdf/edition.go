package pdf

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"tamga/documents"
)

// ErrNoEdition means that no rules say what a document prints that is signed on
// the day asked for; the error is a *[NoEditionError].
var ErrNoEdition = errors.New("no edition of the rules says what the document prints")

// NoEditionError says that no edition of the rules is in force on a day, or that
// the one in force lacks a sentence of the document.
type NoEditionError struct {
	On      documents.Date
	Edition string // the one in force, if any
	Text    string // the key of the sentence that it does not have
}

func (e *NoEditionError) Error() string {
	if e.Edition == "" {
		return fmt.Sprintf("%v: none is in force on %s", ErrNoEdition, e.On)
	}
	return fmt.Sprintf("%v: %s, in force on %s, has no sentence %q", ErrNoEdition, e.Edition, e.On, e.Text)
}

// Unwrap makes the error an ErrNoEdition.
func (e *NoEditionError) Unwrap() error { return ErrNoEdition }

// edition is the layouts with the sentences of an edition.
type edition struct {
	documents.Edition
	layouts map[string]*layout
}

// Edition names the edition of the rules by which documents signed on a day are
// printed. It is an [ErrNoEdition] when there is none.
func (l *Layouts) Edition(on documents.Date) (string, error) {
	e, err := l.edition(on)
	if err != nil {
		return "", err
	}
	return e.Name, nil
}

// Rules returns the edition of the rules that is in force on a day: documents
// cannot be printed by one law and judged by another. It is an [ErrNoEdition] when
// there is none.
func (l *Layouts) Rules(on documents.Date) (documents.Edition, error) {
	e, err := l.edition(on)
	if err != nil {
		return documents.Edition{}, err
	}
	return e.Edition, nil
}

func (l *Layouts) edition(on documents.Date) (*edition, error) {
	for i := range l.editions {
		if e := &l.editions[i]; on.Within(e.From, e.Until) {
			return e, nil
		}
	}
	return nil, &NoEditionError{On: on}
}

// layout returns a layout as it is on a day.
func (l *Layouts) layout(name string, on documents.Date) (*layout, error) {
	e, err := l.edition(on)
	if err != nil {
		return nil, err
	}
	found, ok := e.layouts[name]
	switch {
	case !ok:
		return nil, &UnknownLayoutError{name}
	case found.unsaid != "":
		return nil, &NoEditionError{On: on, Edition: e.Name, Text: found.unsaid}
	}
	return found, nil
}

// surroundings are what a layout is compiled in.
type surroundings struct {
	faces    *faces
	digest   [sha256.Size]byte // of what all layouts print and none says
	edition  documents.Edition
	editions []documents.Edition
	preview  bool // of documents that are only looked at
}

// elsewhere reports whether some edition has a sentence: what none has is the
// mistake of a designer.
func (in *surroundings) elsewhere(key string) bool {
	return slices.ContainsFunc(in.editions, func(e documents.Edition) bool { _, ok := e.Texts[key]; return ok })
}

// layouts compiles all layouts with the sentences of the edition.
func (in *surroundings) layouts(specs map[string]namedSpec, p *press) (map[string]*layout, error) {
	all := map[string]*layout{}
	for name, s := range specs {
		if strings.HasPrefix(name, "_") {
			continue // only a base of others
		}
		spec := *s.spec
		spec.Texts = merged(spec.Texts, in.edition.Texts)
		again := spec // compiling changes it
		c, err := newLayout(s.file, &spec, in)
		if err != nil {
			return nil, err
		}
		c.build = p.skeleton
		c.preview = sync.OnceValues(func() (*layout, error) { return in.previewing(s.file, &again, p) })
		all[name] = c
	}
	return all, nil
}
