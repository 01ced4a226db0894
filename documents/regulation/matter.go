package regulation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"tamga/documents"
	"tamga/language"
)

// Matter is what applications for a service are about, so that one party's second about
// the same is seen. What is compared with each other has the same Of, and is about the
// same matter where it agrees by one of the tests.
type Matter struct {
	Of    string       `json:"of"`
	Tests []MatterTest `json:"tests"`
	// Renews is where the number of the document stands in whose place the result comes:
	// that is no second one.
	Renews *MatterPart `json:"renews,omitempty"`
	Source Source      `json:"source,omitempty"`
	Note   string      `json:"note,omitempty"`
}

// MatterTest is something in which two may agree: in all its parts, each by one of its
// values.
type MatterTest struct {
	ID    string        `json:"id"`
	Name  language.Text `json:"name"`
	Parts []MatterPart  `json:"parts"`
}

// MatterPart is where values stand: in the form of an application and in the JSON of a
// document, as pointers (RFC 6901) with "*" for every member. All texts below what a
// pointer names are values, so that a text in two languages is two.
type MatterPart struct {
	Form     []string `json:"form,omitempty"`
	Document []string `json:"document,omitempty"`
	// Covers are the values that a value stands for, where it stands for several.
	Covers map[string][]string `json:"covers,omitempty"`
	// Absent are the values where none is written.
	Absent []string `json:"absent,omitempty"`
}

// Said is what is said of a matter by one of its tests.
type Said struct {
	Test *MatterTest
	// Values are those of the parts, as they are written.
	Values []string
	keys   []string
}

// mostMatterKeys is above what any document says of its matter by one test.
const mostMatterKeys = 20_000

// Says returns what a form and a document say, test by test; of both together where
// there are both. The texts are JSON, or empty.
func (m *Matter) Says(form, document json.RawMessage) []Said {
	var all []Said
	inForm, inDocument := decoded(form), decoded(document)
	for i := range m.Tests {
		said := Said{Test: &m.Tests[i], keys: []string{""}}
		for _, p := range m.Tests[i].Parts {
			values := p.values(inForm, inDocument)
			said.Values = append(said.Values, values...)
			said.keys = joined(said.keys, p.alike(values))
		}
		all = append(all, said)
	}
	return all
}

// RenewedBy returns the numbers of documents in whose place the result comes: what the
// document says, where there is one, or else the form.
func (m *Matter) RenewedBy(form, document json.RawMessage) []string {
	if m.Renews == nil {
		return nil
	}
	if len(document) > 0 {
		form = nil
	}
	return m.Renews.values(decoded(form), decoded(document))
}

// Digests returns what is compared: of a party, for each agreement that there can be.
// From a digest nobody reads the party or the matter.
func (m *Matter) Digests(party string, said []Said) []string {
	var all []string
	for _, s := range said {
		for _, key := range s.keys {
			sum := sha256.Sum256([]byte(strings.Join([]string{"tamga matter 1", m.Of, s.Test.ID, party, key}, "\x00")))
			all = append(all, hex.EncodeToString(sum[:]))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Agrees reports whether two say the same by a test; Silent whether one says nothing.
func (s Said) Agrees(other Said) bool {
	return slices.ContainsFunc(s.keys, func(key string) bool { return slices.Contains(other.keys, key) })
}

// Silent reports whether nothing is said by the test.
func (s Said) Silent() bool { return len(s.keys) == 0 }

func decoded(raw json.RawMessage) any {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return nil
	}
	return v
}

// values are the texts of a part.
func (p MatterPart) values(form, document any) []string {
	var all []string
	for _, pointer := range p.Form {
		all = append(all, textsAt(form, strings.Split(pointer, "/")[1:])...)
	}
	for _, pointer := range p.Document {
		all = append(all, textsAt(document, strings.Split(pointer, "/")[1:])...)
	}
	return all
}

// alike are what values are compared by.
func (p MatterPart) alike(values []string) []string {
	var all []string
	for _, v := range values {
		covered, several := p.Covers[v]
		if !several {
			covered = []string{v}
		}
		for _, c := range covered {
			if key := documents.Alike(c); key != "" {
				all = append(all, key)
			}
		}
	}
	if len(all) == 0 {
		for _, v := range p.Absent {
			all = append(all, documents.Alike(v))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// textsAt are all texts below what a pointer names.
func textsAt(v any, path []string) []string {
	if len(path) > 0 {
		if members, ok := v.(map[string]any); ok && path[0] != "*" {
			return textsAt(members[path[0]], path[1:])
		}
		if path[0] != "*" {
			return nil
		}
		path = path[1:]
		if _, ok := v.(string); ok {
			return nil
		}
	}
	var all []string
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, member := range v {
			all = append(all, textsAt(member, path)...)
		}
	case map[string]any:
		for _, member := range v {
			all = append(all, textsAt(member, path)...)
		}
	}
	slices.Sort(all)
	return all
}

// joined are the keys of one part more.
func joined(keys, values []string) []string {
	var all []string
	for _, key := range keys {
		for _, v := range values {
			if all = append(all, key+"\x00"+v); len(all) == mostMatterKeys {
				return all
			}
		}
	}
	return all
}

// MattersOf are the matters of the services whose result is of a kind, of all editions:
// a document is found by each.
func (l *Law) MattersOf(kind documents.Kind) []*Matter {
	var all []*Matter
	for _, e := range l.editions {
		for i := range e.Services {
			if s := &e.Services[i]; s.Result == kind && s.Matter != nil {
				all = append(all, s.Matter)
			}
		}
	}
	return all
}

// checkMatters refuses a matter that nothing could agree by, and a decision on it where
// no service has one.
func (e *Edition) checkMatters() error {
	some := false
	for i := range e.Services {
		s := &e.Services[i]
		if s.Matter == nil {
			continue
		}
		some = true
		if err := e.checkMatter(s); err != nil {
			return err
		}
	}
	if b, decided := e.BesideOf(SameMatter); decided && !some {
		return e.bad(RuleMissing, "%s is decided, and no service says what its matter is", b.Act)
	}
	return nil
}

func (e *Edition) checkMatter(s *Service) error {
	m := s.Matter
	if m.Of == "" || len(m.Tests) == 0 || !m.Source.known() {
		return e.bad(RuleMissing, "the matter of service %s has no name or no test", s.ID)
	}
	var parts []MatterPart
	seen := map[string]bool{}
	for _, t := range m.Tests {
		if t.ID == "" || !t.Name.Whole() || len(t.Parts) == 0 || seen[t.ID] {
			return e.bad(RuleMissing, "test %q of the matter of service %s has no parts, no name in every language, or stands twice", t.ID, s.ID)
		}
		seen[t.ID] = true
		parts = append(parts, t.Parts...)
	}
	if m.Renews != nil {
		parts = append(parts, *m.Renews)
	}
	for _, p := range parts {
		if len(p.Form)+len(p.Document) == 0 {
			return e.bad(RuleMissing, "a part of the matter of service %s stands nowhere", s.ID)
		}
		for _, pointer := range slices.Concat(p.Form, p.Document) {
			if !strings.HasPrefix(pointer, "/") {
				return e.bad(RuleValue, "%q in the matter of service %s is no pointer", pointer, s.ID)
			}
		}
		for _, pointer := range p.Document {
			if !strings.HasPrefix(pointer, "/"+string(s.Result)+"/") {
				return e.bad(RuleValue, "%q in the matter of service %s is of another document than its result", pointer, s.ID)
			}
		}
	}
	return nil
}
