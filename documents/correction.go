package documents

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Correction is what a document prints of a clerk's mistake that was corrected in it.
// The document keeps its number and its date; its file is a new one.
type Correction struct {
	On   Date `json:"on"`
	What Text `json:"what"` // what was wrong
}

// NewCorrection asks to correct a clerk's mistake in a document that was issued.
type NewCorrection struct {
	Changes []Change `json:"changes"`
	Reason  Text     `json:"reason"` // what was wrong; it is printed
}

// Change puts a text in the place of another. Pointer is a JSON pointer (RFC 6901) into
// the [Draft], such as /licence/holder/legal/name/kk.
type Change struct {
	Pointer string `json:"pointer"`
	Value   string `json:"value"`
}

// CodeNotCorrectable is of a member that no correction may change.
const CodeNotCorrectable = "not_correctable"

// mostChanges is how many members one correction changes at the most: what is wrong in
// more places is another document.
const mostChanges = 50

// Normalise returns a copy whose reason is normalised as by [NormaliseKazakh]; the
// values are when they are applied.
func (n NewCorrection) Normalise() NewCorrection {
	n.Reason = n.Reason.each(NormaliseKazakh)
	n.Changes = slices.Clone(n.Changes)
	return n
}

// Correct returns a numbered content as it reads after a correction on a day, with the
// correction among those that it prints. Members are what may be corrected, as an edition
// says: pointers with * for any name or place. What cannot be done is an *[InvalidError]
// whose pointers lead into the correction, or, where a value does not fit the document,
// into the document. It changes nothing but what is named.
func (d Draft) Correct(n NewCorrection, members []string, on Date) (Draft, error) {
	c := &checker{}
	c.both("/reason", n.Reason, rule{max: maxName})
	c.list("/changes", len(n.Changes), mostChanges, true)
	before, err := asTree(d)
	if err != nil {
		return d, err
	}
	var changed []string
	for i, change := range n.Changes {
		at := "/changes/" + strconv.Itoa(i)
		switch old, found := textAt(before, change.Pointer); {
		case slices.Contains(changed, change.Pointer):
			c.fail(at+"/pointer", CodeExactlyOne, "is named twice")
		case !matchesAny(members, change.Pointer):
			c.fail(at+"/pointer", CodeNotCorrectable, whyNotCorrectable(change.Pointer))
		case !found && !absentText(d, change.Pointer):
			c.fail(at+"/pointer", CodeUnknown, "the document has no such text")
		case old == change.Value:
			c.fail(at+"/value", CodeNotAccepted, "is what the document says")
		}
		changed = append(changed, change.Pointer)
	}
	if err := c.result(); err != nil {
		return d, err
	}
	done, err := d.withTexts(before, n.Changes)
	if err != nil {
		return d, err
	}
	if notes := done.corrections(); notes != nil {
		*notes = append(slices.Clone(*notes), Correction{on, n.Reason})
	}
	return done, done.validateCorrected(on)
}

// validateCorrected is [Draft.ValidateNumbered], also of a licence that was issued
// elsewhere.
func (d Draft) validateCorrected(on Date) error {
	if d.Licence == nil || d.Licence.Elsewhere == nil {
		return d.ValidateNumbered()
	}
	l := *d.Licence
	l.Corrections = nil
	return l.ValidateElsewhere(on.Midnight())
}

// withTexts returns a content with other texts in it, each normalised as in a document
// that is issued, and everything else as it is.
func (d Draft) withTexts(before any, changes []Change) (Draft, error) {
	for _, change := range changes {
		setText(before, change.Pointer, change.Value)
	}
	typed, err := fromTree(before)
	if err != nil {
		return d, err
	}
	tidy, err := asTree(typed.Normalise())
	if err != nil {
		return d, err
	}
	c := &checker{}
	old, err := asTree(d)
	if err != nil {
		return d, err
	}
	for i, change := range changes {
		value, _ := textAt(tidy, change.Pointer)
		if was, _ := textAt(old, change.Pointer); was == value {
			c.fail("/changes/"+strconv.Itoa(i)+"/value", CodeNotAccepted, "is what the document says")
		}
		setText(before, change.Pointer, value)
	}
	if err := c.result(); err != nil {
		return d, err
	}
	return fromTree(before)
}

// corrections is where a document keeps the corrections that it prints; nil for kinds
// that none can be made in.
func (d *Draft) corrections() *[]Correction {
	switch {
	case d.Licence != nil:
		return &d.Licence.Corrections
	case d.Refusal != nil:
		return &d.Refusal.Corrections
	case d.ExportCertificate != nil:
		return &d.ExportCertificate.Corrections
	case d.Approval != nil:
		return &d.Approval.Corrections
	case d.Acceptance != nil:
		return &d.Acceptance.Corrections
	case d.Notice != nil:
		return &d.Notice.Corrections
	case d.Conclusion != nil:
		return &d.Conclusion.Corrections
	}
	return nil
}

// Corrections are those that a document prints, the oldest first: of a copy those of what
// it repeats.
func (d Draft) Corrections() []Correction {
	switch {
	case d.Duplicate != nil:
		d = Draft{Licence: d.Duplicate.Licence}
	case d.PaperCopy != nil:
		d = d.PaperCopy.Original()
	}
	if notes := d.corrections(); notes != nil {
		return *notes
	}
	return nil
}

// checkCorrections checks what a document says of its corrections, which the register
// gives.
func (c *checker) checkCorrections(all []Correction) {
	if !c.complete {
		c.absent("/corrections", len(all) == 0, "the register gives them")
		return
	}
	for i, made := range all {
		at := "/corrections/" + strconv.Itoa(i)
		c.date(at+"/on", made.On)
		c.both(at+"/what", made.What, rule{max: maxName})
	}
}

// asTree is a content as its JSON: objects, lists and texts.
func asTree(d Draft) (any, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("failed to encode the document: %w", err)
	}
	var tree any
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	return tree, dec.Decode(&tree)
}

func fromTree(tree any) (d Draft, err error) {
	raw, err := json.Marshal(tree)
	if err != nil {
		return d, fmt.Errorf("failed to encode the document: %w", err)
	}
	return d, json.Unmarshal(raw, &d)
}

// steps are the names of a pointer; ours hold no ~ and no /.
func steps(pointer string) []string { return strings.Split(strings.TrimPrefix(pointer, "/"), "/") }

// parentOf returns what holds the last name of a pointer; nil if there is nothing.
func parentOf(tree any, pointer string) (holder map[string]any, name string) {
	path := steps(pointer)
	for _, step := range path[:len(path)-1] {
		switch v := tree.(type) {
		case map[string]any:
			tree = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) || strconv.Itoa(i) != step {
				return nil, ""
			}
			tree = v[i]
		default:
			return nil, ""
		}
	}
	holder, _ = tree.(map[string]any)
	return holder, path[len(path)-1]
}

func textAt(tree any, pointer string) (text string, found bool) {
	holder, name := parentOf(tree, pointer)
	text, found = holder[name].(string)
	return text, found
}

func setText(tree any, pointer, value string) {
	if holder, name := parentOf(tree, pointer); holder != nil {
		holder[name] = value
	}
}

// absentText reports whether a document has a place for a text that is empty, and so is
// not in its JSON: the patronymic of a person that was forgotten.
func absentText(d Draft, pointer string) bool {
	tree, err := asTree(d)
	if err != nil {
		return false
	}
	holder, name := parentOf(tree, pointer)
	if _, there := holder[name]; holder == nil || there {
		return false
	}
	t, ok := memberOf(reflect.TypeFor[Draft](), steps(pointer))
	return ok && t == reflect.TypeFor[string]()
}

func matchesAny(patterns []string, pointer string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pointer) })
}

// matches reports whether a pointer is of a pattern, in which * is any one name.
func matches(pattern, pointer string) bool {
	want, got := steps(pattern), steps(pointer)
	return strings.HasPrefix(pointer, "/") && len(want) == len(got) && !slices.ContainsFunc(got, func(s string) bool { return s == "*" }) &&
		slices.EqualFunc(want, got, func(w, g string) bool { return w == "*" || w == g })
}

// never are the members of documents that no correction changes, whatever an edition
// says, and what does instead. It is read only.
var never = []struct {
	names []string
	why   string
}{
	{[]string{"number", "issued_on", "corrections"}, "stays with the document: the register gives it"},
	{[]string{"bin", "iin", "registration", "identity_document"}, "says who the holder is: another holder is another document, which is issued or re-issued"},
	{[]string{"activity", "subtype", "annex_number", "reissue_ground"}, "says what is permitted: the document is re-issued"},
	{[]string{"valid_until", "return_by", "first_issued_on", "term"}, "is a term: it is no mistake of writing"},
	{[]string{"replaces", "reconsiders", "of", "elsewhere", "replaced_elsewhere", "ground", "recognised", "purpose"}, "says what was decided: another decision is another document"},
	{[]string{"photographs"}, "is evidence of what was judged"},
}

// whyNotCorrectable says what changes a member instead of a correction.
func whyNotCorrectable(pointer string) string {
	path := steps(pointer)
	for _, group := range never {
		if slices.ContainsFunc(path, func(step string) bool { return slices.Contains(group.names, step) }) {
			return group.why
		}
	}
	return "is nothing that the edition of the rules lets a correction change"
}

// Correctable reports, as an error that says why, that a pattern names nothing which a
// correction of documents of a kind could change: only texts can be corrected, and none
// that say who the holder is, what is permitted, and how long.
func (k Kind) Correctable(pattern string) error {
	path := steps(pattern)
	if !strings.HasPrefix(pattern, "/"+string(k)+"/") || (&Draft{}).of(k).corrections() == nil {
		return fmt.Errorf("%q is no member of a %s that can be corrected", pattern, k)
	}
	for _, group := range never {
		for i, step := range path {
			ofAnnex := step == "ground" && i > 0 && path[i-1] == "annex" // the order by which the annex is given
			if slices.Contains(group.names, step) && !ofAnnex {
				return fmt.Errorf("%q %s", pattern, group.why)
			}
		}
	}
	if t, ok := memberOf(reflect.TypeFor[Draft](), path); !ok || t != reflect.TypeFor[string]() {
		return fmt.Errorf("%q is no text", pattern)
	}
	return nil
}

// of returns a draft with an empty document of a kind.
func (d *Draft) of(k Kind) *Draft {
	switch k {
	case KindLicence:
		d.Licence = &Licence{}
	case KindRefusal:
		d.Refusal = &Refusal{}
	case KindExportCertificate:
		d.ExportCertificate = &ExportCertificate{}
	case KindApproval:
		d.Approval = &Approval{}
	case KindAcceptance:
		d.Acceptance = &Acceptance{}
	case KindNotice:
		d.Notice = &Notice{}
	case KindConclusion:
		d.Conclusion = &Conclusion{}
	}
	return d
}

// memberOf returns the type of what a path leads to; * is any place of a list, and either
// language of a text.
func memberOf(t reflect.Type, path []string) (reflect.Type, bool) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if len(path) == 0 {
		return t, true
	}
	switch {
	case t.Kind() == reflect.Slice:
		_, err := strconv.Atoi(path[0])
		if path[0] != "*" && err != nil {
			return nil, false
		}
		return memberOf(t.Elem(), path[1:])
	case t == reflect.TypeFor[Text]() && path[0] == "*":
		return reflect.TypeFor[string](), len(path) == 1
	case t.Kind() != reflect.Struct:
		return nil, false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			if found, ok := memberOf(f.Type, path); ok {
				return found, true
			}
		} else if name == path[0] {
			return memberOf(f.Type, path[1:])
		}
	}
	return nil, false
}
