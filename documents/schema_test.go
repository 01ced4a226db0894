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
		if least, ok := s["minProperties"].(float64); ok && float64(len(v)) < least {
			return at + " is empty"
		}
	}
	if len(types) > 0 && !slices.Contains(types, is) {
		return fmt.Sprintf("%s is %s, not %v", at, is, types)
	}
	return ""
}
