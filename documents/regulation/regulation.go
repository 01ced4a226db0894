// Package regulation is the law as dated data: editions of the rules, the
// services that they own, and the routes by which an application walks. The data
// is shipped, or entered by an operator; a new service or a changed law is a new
// value, and no new code.
//
// A newcomer starts with [Shipped] and [Compile], which gives a [Law] or a
// [DataError] that says where the data is wrong: a step that is not known, that
// nothing leads to, or from which no end is reached. [Law.InForce] is the edition
// of a day, [Law.Edition] one by its name, with its services ([Edition.Service])
// and routes ([Edition.Route]).
//
// Beside each value as it is read stands the value as the regulation writes it
// ([Written]), and how sure it is ([Source]): what the seeds leave open is
// labelled «жоба нысан / проектная форма» and stays data. The package reads no
// clock; a day is an argument of every question.
package regulation

import (
	"slices"

	"tamga/documents"
	"tamga/language"
	"tamga/language/words"
)

// Law is the editions, compiled. Make it with [Compile]; it does not change.
type Law struct {
	editions []*Edition // in the order of their beginnings
}

// Editions returns all editions in the order in which they came into force.
func (l *Law) Editions() []*Edition { return slices.Clone(l.editions) }

// Edition returns an edition by its name.
func (l *Law) Edition(id string) (*Edition, bool) {
	for _, e := range l.editions {
		if e.ID == id {
			return e, true
		}
	}
	return nil, false
}

// InForce returns the edition that rules a service on a day: the one that owns
// the service and was in force then, the latest if there are several. Between
// editions there is none.
func (l *Law) InForce(service string, on documents.Date) (*Edition, bool) {
	for _, e := range slices.Backward(l.editions) {
		if _, owns := e.Service(service); owns && e.InForce(on) {
			return e, true
		}
	}
	return nil, false
}

// Route returns the route of a name in the earliest edition that has it, where
// its steps are written down.
func (l *Law) Route(id string) (*Edition, *Route, bool) {
	for _, e := range l.editions {
		if r, ok := e.Route(id); ok {
			return e, r, true
		}
	}
	return nil, nil, false
}

// Source is how sure a value is. What stands in the seeds has none.
type Source string

// The sources, from the surest to the least sure.
const (
	SourcePage     Source = "page"     // read in a public page
	SourceRecalled Source = "recalled" // from general knowledge, not verified
	SourceProposed Source = "proposed" // ours
)

// Draft reports whether the value is ours or unverified, so that it is shown with
// [DraftLabel].
func (s Source) Draft() bool { return s == SourceRecalled || s == SourceProposed }

func (s Source) known() bool {
	return s == "" || s == SourcePage || s == SourceRecalled || s == SourceProposed
}

// DraftLabel marks what the seeds leave open.
func DraftLabel() language.Text {
	return words.Of("regulation.draft")
}

// SpecimenLabel marks what is printed under an edition that is not in force.
func SpecimenLabel() language.Text {
	return words.Of("regulation.specimen")
}
