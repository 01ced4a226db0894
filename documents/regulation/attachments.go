package regulation

import (
	_ "embed"
	"slices"
	"sync"
)

// Attachments are the rules about the files of applications.
type Attachments struct {
	Types   []string `json:"types"`    // media types that are taken, judged by the content
	MaxFile int64    `json:"max_file"` // bytes of one file
	MaxAll  int64    `json:"max_all"`  // bytes of all files of an application
	Most    int      `json:"most"`     // files of an application
	// Refuse are the findings of a content for which a file is not taken; others are
	// shown beside it.
	Refuse []string `json:"refuse"`
	// Unscanned says that an application may go on with a file that no scanner has
	// looked at, because there is none or it does not answer.
	Unscanned bool   `json:"unscanned"`
	Source    Source `json:"source,omitempty"`
}

//go:embed common.json
var commonData []byte

// common is what holds in every edition that does not say otherwise. It is ours.
type common struct {
	Attachments Attachments   `json:"attachments"`
	Messages    []MessageRule `json:"messages"`
	Services    []asked       `json:"services"`
	Corrections []Corrections `json:"corrections"`
	Elsewhere   Elsewhere     `json:"elsewhere"`
	Erasing     Erasing       `json:"erasing"`
}

// commonRules reads the data once. That it is whole is held by a test; a program that
// was built from broken data ends.
var commonRules = sync.OnceValue(func() common {
	var c common
	if err := decode(commonData, "common", &c); err != nil {
		panic(err)
	}
	return c
})

// AttachmentRules are the rules about files in this edition: its own, or those that
// hold where an edition says nothing.
func (e *Edition) AttachmentRules() Attachments {
	if e.Attachments != nil {
		return *e.Attachments
	}
	return commonRules().Attachments
}

// Takes reports whether files of a type are taken.
func (a Attachments) Takes(kind string) bool { return slices.Contains(a.Types, kind) }

// checkAttachments refuses rules by which no file can be taken.
func (e *Edition) checkAttachments() error {
	a := e.AttachmentRules()
	if len(a.Types) == 0 || a.MaxFile <= 0 || a.MaxAll < a.MaxFile || a.Most <= 0 || !a.Source.known() {
		return e.bad(RuleValue, "the rules about attachments take no file")
	}
	return e.checkMessages()
}
