package regulation

import (
	"maps"
	"slices"
	"strings"

	"tamga/documents"
)

// The keys of the sentences on appeal and on the hearing, and of the text of a notice before its name,
// among those that documents print.
const (
	keyAppeal  = "appeal"
	keyHearing = "hearing"
	keyNotice  = "notice."
)

// Printing returns what the law says of documents, what they print and what they
// may be, part by part of the time in which an edition is in force: in each one
// nothing changes. Between editions there is no
// part.
func (l *Law) Printing() []documents.Edition {
	var all []documents.Edition
	days := l.changes()
	for i, from := range days {
		part := documents.Edition{From: from, Texts: l.texts(from), Kinds: l.kinds(from), Hearing: l.hearing(from)}
		if i+1 < len(days) {
			part.Until = days[i+1]
		}
		var names []string
		for _, e := range l.editions {
			if e.InForce(from) {
				names = append(names, e.Version())
			}
		}
		if part.Name = strings.Join(names, ", "); part.Name != "" {
			all = append(all, part)
		}
	}
	return all
}

// Specimens returns what documents print when an edition is run by its name at
// any time: as specimens where it is not in force, with the sentences of its
// nearest day. What it is silent about is as on the day given. It is false when
// there is no such edition.
func (l *Law) Specimens(id string, on documents.Date) ([]documents.Edition, bool) {
	e, known := l.Edition(id)
	if !known {
		return nil, false
	}
	var all []documents.Edition
	for _, part := range (&Law{editions: []*Edition{e}}).Printing() {
		part.Texts, part.Kinds = over(l.texts(on), part.Texts), over(l.kinds(on), part.Kinds)
		all = append(all, part)
	}
	if len(all) == 0 {
		return nil, false
	}
	before, after := all[0], all[len(all)-1]
	specimen := before.Name + ", specimen"
	if !before.From.IsZero() {
		before.Name, before.From, before.Until, before.Specimen = specimen, documents.Date{}, before.From, true
		all = append(all, before)
	}
	if !after.Until.IsZero() {
		after.Name, after.From, after.Until, after.Specimen = specimen, after.Until, documents.Date{}, true
		all = append(all, after)
	}
	return all, true
}

// changes are the days on which something else begins to be printed; the zero
// date is the beginning of time.
func (l *Law) changes() []documents.Date {
	days := []documents.Date{{}}
	for _, e := range l.editions {
		days = append(days, e.From, e.Until)
		for _, s := range e.Sentences {
			days = append(days, s.From, s.Until)
		}
	}
	slices.SortFunc(days, func(a, b documents.Date) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(days)
}

// texts returns the sentences that documents signed on a day print, by their
// keys: those of all editions in force, of the latest where several have one. One of
// a kind of documents, licence.activity, is that of the edition that rules it.
func (l *Law) texts(on documents.Date) map[string]documents.Text {
	all := map[string]documents.Text{}
	for _, e := range l.editions {
		if !e.InForce(on) {
			continue
		}
		for _, s := range e.Sentences {
			if found, ok := e.Sentence(s.Key, on); ok && !l.saidElsewhere(e, s.Key, on) {
				all[s.Key] = documents.OnPaper(found.Text)
			}
		}
		for _, n := range e.Notices {
			all[keyNotice+n.ID] = documents.OnPaper(n.Text)
		}
		if e.Hearing != nil {
			all[keyHearing] = documents.OnPaper(e.Hearing.Sentence)
		}
		if e.Appeal.Sentence.Whole() {
			all[keyAppeal] = documents.OnPaper(e.Appeal.Sentence)
		}
	}
	return all
}

// ruling returns the edition that rules documents of a kind on a day: the latest in
// force with a service that ends with them; nil when none has one.
func (l *Law) ruling(kind documents.Kind, on documents.Date) *Edition {
	for _, e := range slices.Backward(l.editions) {
		if e.InForce(on) && slices.ContainsFunc(e.Services, func(s Service) bool { return s.Result == kind }) {
			return e
		}
	}
	return nil
}

// saidElsewhere reports whether another edition rules the kind of documents that a
// sentence is of, and has it.
func (l *Law) saidElsewhere(e *Edition, key string, on documents.Date) bool {
	kind, _, _ := strings.Cut(key, ".")
	ruling := l.ruling(documents.Kind(kind), on)
	if ruling == nil || ruling == e {
		return false
	}
	_, says := ruling.Sentence(key, on)
	return says
}

// over lays values over others.
func over[K comparable, V any](base, values map[K]V) map[K]V {
	maps.Copy(base, values)
	return base
}
