package documents_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tamga/documents"
)

// Every text of every document: what is said when it is left out, how long it
// may be, whether it may have lines, and how it is tidied. testdata/fields.txt
// is the list; a row that changes is a change of what the register accepts.
func TestEveryField(t *testing.T) {
	rows := map[string]bool{}
	for _, name := range []string{
		"licence_annex", "export_certificate", "approval", "application_copy", "acceptance", "notice", "notice_no_value", "notice_hearing",
		"conclusion", "questionnaire", "questionnaire_summary", "duplicate", "paper_copy", "history",
	} {
		raw, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		probe(t, raw, rows)
	}
	l, r := licence(), refusal()
	company, person := licence().Holder, refusal().Applicant
	both := documents.Text{KK: "бар", RU: "есть"}
	approval, certificate, notice := sample(t, "approval"), sample(t, "export_certificate"), sample(t, "notice")
	approval.Approval.Conditions, notice.Notice.Detail = both, both
	certificate.ExportCertificate.Photographs = []documents.Photograph{{SHA256: strings.Repeat("0a", 32), Caption: both, Alt: both}}
	for _, d := range []documents.Draft{
		approval, certificate, notice, {Licence: &l}, {Refusal: &r}, holding(t, "notice", company), holding(t, "export_certificate", person),
	} {
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		probe(t, raw, rows)
	}
	documents.Listed(t, "testdata/fields.txt", slices.Collect(maps.Keys(rows)))
}

// holding is a sample issued to somebody else.
func holding(t *testing.T, name string, h documents.Holder) documents.Draft {
	d := sample(t, name)
	if d.Notice != nil {
		d.Notice.Applicant = h
	}
	if d.ExportCertificate != nil {
		d.ExportCertificate.Holder = h
	}
	return d
}

// probe adds a row for each text of a document; of a list it looks at the first
// entry.
func probe(t *testing.T, raw []byte, rows map[string]bool) {
	t.Helper()
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	for _, at := range texts("", tree) {
		rows[at+": "+strings.Join([]string{
			"without " + fault(t, tree, at, ""), "blank " + fault(t, tree, at, " \u00a0"),
			"longest " + longest(t, tree, at), tidied(t, tree, at),
		}, "; ")] = true
	}
}

func texts(at string, v any) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			all = append(all, texts(at+"/"+name, member)...)
		}
	case []any:
		if len(v) > 0 {
			all = texts(at+"/0", v[0])
		}
	case string:
		all = []string{at}
	}
	return all
}

// with reads the document with another text at a place, tidied as the register
// does.
func with(t *testing.T, tree any, at, text string) (documents.Draft, error) {
	t.Helper()
	b, err := json.Marshal(replaced(tree, strings.Split(at, "/")[1:], text))
	if err != nil {
		t.Fatal(err)
	}
	var d documents.Draft
	err = json.Unmarshal(b, &d)
	return d.Normalise(), err
}

func replaced(v any, path []string, text string) any {
	if len(path) == 0 {
		return text
	}
	switch v := v.(type) {
	case map[string]any:
		c := map[string]any{}
		for name, member := range v {
			c[name] = member
		}
		c[path[0]] = replaced(v[path[0]], path[1:], text)
		return c
	case []any:
		c := slices.Clone(v)
		n, _ := strconv.Atoi(path[0])
		c[n] = replaced(v[n], path[1:], text)
		return c
	}
	return v
}

// fault says what is wrong with a document, place by place.
func fault(t *testing.T, tree any, at, text string) string {
	t.Helper()
	d, err := with(t, tree, at, text)
	if err != nil {
		return "cannot be read"
	}
	var invalid *documents.InvalidError
	if err := d.Validate(); !errors.As(err, &invalid) {
		return "accepted"
	}
	var all []string
	for _, f := range invalid.Fields {
		all = append(all, f.Code+strings.Replace(" at "+f.Pointer, " at "+at, "", 1))
	}
	return strings.Join(all, ", ")
}

// longest is how many letters a text may have, and what is said of one more.
func longest(t *testing.T, tree any, at string) string {
	t.Helper()
	if said := fault(t, tree, at, "ә"); said != "accepted" {
		return "is not a matter of length: " + said
	}
	d, err := with(t, tree, at, strings.Repeat("ә", 70000))
	if err != nil {
		t.Fatal(err)
	}
	var invalid *documents.InvalidError
	if err := d.Validate(); !errors.As(err, &invalid) {
		return "without end"
	}
	var n int
	if _, err := fmt.Sscanf(invalid.Fields[0].Detail, "has more than %d characters", &n); err != nil {
		t.Fatalf("%s: %s", at, invalid.Fields[0].Detail)
	}
	if said := fault(t, tree, at, strings.Repeat("ә", n)); said != "accepted" {
		return fmt.Sprintf("not even %d: %s", n, said)
	}
	return fmt.Sprintf("%d, else %s", n, fault(t, tree, at, strings.Repeat("ә", n+1)))
}

// tidied shows what becomes of spaces, lines and a Latin letter in Cyrillic
// text.
func tidied(t *testing.T, tree any, at string) string {
	t.Helper()
	d, err := with(t, tree, at, " Бip \t топ\n\nек\u0456 ")
	if err != nil {
		return "cannot be another text"
	}
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Split(at, "/")[1:] {
		switch inside := v.(type) {
		case map[string]any:
			v = inside[name]
		case []any:
			n, _ := strconv.Atoi(name)
			v = inside[n]
		}
	}
	return fmt.Sprintf("tidied to %q", v)
}
