package documents

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The schema accepts every sample of every kind, as printed documents carry
// it, and refuses what is spelt otherwise.
func TestSchema(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	kinds := map[Kind]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var draft Draft
		if err := json.Unmarshal(raw, &draft); err != nil || draft.Kind() == "" {
			continue // no draft
		}
		kinds[draft.Kind()] = true
		canonical, err := json.Marshal(draft)
		if err != nil {
			t.Fatal(err)
		}
		if why := fits(t, schema, schema, canonical); why != "" {
			t.Errorf("%s: %s", file, why)
		}
		for name, bad := range map[string]string{
			"an unknown member":       strings.Replace(string(canonical), `{"`, `{"colour":"red","`, 1),
			"a member unknown deeper": strings.Replace(string(canonical), `:{"`, `:{"colour":"red","`, 1),
			"a number for a text":     strings.Replace(string(canonical), `:"`, `:1,"x":"`, 1),
			"nothing":                 `{}`,
		} {
			if fits(t, schema, schema, []byte(bad)) == "" {
				t.Errorf("%s: %s fits", file, name)
			}
		}
	}
	if len(kinds) < 10 {
		t.Errorf("samples of %d kinds only: %v", len(kinds), kinds)
	}
}

// fitOne reports what is wrong where exactly one of several members is asked for.
func fitOne(s, v map[string]any, at string) string {
	ways, asked := s["oneOf"].([]any)
	n := 0
	for _, way := range ways {
		if _, ok := v[way.(map[string]any)["required"].([]any)[0].(string)]; ok {
			n++
		}
	}
	if asked && n != 1 {
		return fmt.Sprintf("%s has %d of one", at, n)
	}
	return ""
}

// A holder is identified in one of two ways, and not in both.
func TestSchemaOfHolders(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("testdata/approval.json")
	if err != nil {
		t.Fatal(err)
	}
	var sample Draft
	if err := json.Unmarshal(raw, &sample); err != nil {
		t.Fatal(err)
	}
	name := Text{KK: "а", RU: "а"}
	paper, entry := &IdentityDocument{Passport, "C01X00T47", "DE"}, &Registration{"HRB 86891", "DE"}
	for _, c := range []struct {
		holder Holder
		want   string
	}{
		{Holder{Natural: &NaturalPerson{Surname: "М", GivenName: "Х", Document: paper}}, ""},
		{Holder{Natural: &NaturalPerson{Surname: "М", GivenName: "Х", IIN: "850101400011"}}, ""},
		{Holder{Natural: &NaturalPerson{Surname: "М", GivenName: "Х"}}, "/approval/applicant/natural has 0 of one"},
		{Holder{Natural: &NaturalPerson{Surname: "М", GivenName: "Х", IIN: "850101400011", Document: paper}}, "/approval/applicant/natural has 2 of one"},
		{Holder{Natural: &NaturalPerson{Surname: "М", GivenName: "Х", Document: &IdentityDocument{Passport, "1", "Deutschland"}}},
			"/approval/applicant/natural/identity_document/country does not match ^[A-Z]{2}$"},
		{Holder{Legal: &LegalEntity{Name: name, Address: name, Registration: entry}}, ""},
		{Holder{Legal: &LegalEntity{Name: name, Address: name}}, "/approval/applicant/legal has 0 of one"},
		{Holder{Legal: &LegalEntity{Name: name, Address: name, BIN: "120741000014", Registration: entry}}, "/approval/applicant/legal has 2 of one"},
	} {
		sample.Approval.Applicant = c.holder
		canonical, err := json.Marshal(sample)
		if err != nil {
			t.Fatal(err)
		}
		if got := fits(t, schema, schema, canonical); got != c.want {
			t.Errorf("%+v: %q, want %q", c.holder, got, c.want)
		}
	}
}

// fits applies the keywords that the schema uses, and says what is wrong.
func fits(t *testing.T, root, s map[string]any, raw []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err.Error()
	}
	return fit(root, s, v, "")
}

func fit(root, s map[string]any, v any, at string) string {
	if ref, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/$defs/")
		return fit(root, root["$defs"].(map[string]any)[name].(map[string]any), v, at)
	}
	types := []string{}
	switch want := s["type"].(type) {
	case string:
		types = append(types, want)
	case []any:
		for _, w := range want {
			types = append(types, w.(string))
		}
	}
	is := ""
	switch v := v.(type) {
	case nil:
		is = "null"
	case string:
		is = "string"
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			return at + " does not match " + p
		}
	case float64:
		is = "integer"
	case bool:
		is = "boolean"
	case []any:
		is = "array"
		for i, e := range v {
			if why := fit(root, s["items"].(map[string]any), e, fmt.Sprint(at, "/", i)); why != "" {
				return why
			}
		}
	case map[string]any:
		is = "object"
		properties, _ := s["properties"].(map[string]any)
		for name, e := range v {
			p, ok := properties[name].(map[string]any)
			if !ok {
				return at + "/" + name + " is unknown"
			}
			if why := fit(root, p, e, at+"/"+name); why != "" {
				return why
			}
		}
		for _, r := range s["required"].([]any) {
			if _, ok := v[r.(string)]; !ok {
				return at + "/" + r.(string) + " is missing"
			}
		}
		if why := fitOne(s, v, at); why != "" {
			return why
		}
		if least, ok := s["minProperties"].(float64); ok && float64(len(v)) < least {
			return at + " is empty"
		}
	}
	if len(types) > 0 && !slices.Contains(types, is) {
		return fmt.Sprintf("%s is %s, not %v", at, is, types)
	}
	return ""
}
