package documents

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"tamga/certs"
)

// SchemaID names the JSON Schema of a [Draft] as it is attached to printed
// documents.
const SchemaID = "urn:tamga:schema:document:1"

// Schema returns the JSON Schema (draft 2020-12) of the JSON that documents
// carry for machines: that of a [Draft], of which exactly one member is there.
// It says the form of the members; what makes a content complete is said by
// [Draft.Validate].
func Schema() []byte {
	defs := map[string]any{}
	root := schemaOf(reflect.TypeFor[Draft](), defs)
	draft := defs["Draft"].(map[string]any)
	draft["minProperties"], draft["maxProperties"] = 1, 1
	b, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SchemaID, "$ref": root["$ref"], "$defs": defs,
	}, "", "  ")
	if err != nil {
		panic(err) // maps of strings and numbers
	}
	return append(b, '\n')
}

// schemaOf describes a type; structures are described once, in defs.
func schemaOf(t reflect.Type, defs map[string]any) map[string]any {
	switch t {
	case reflect.TypeFor[Date]():
		return map[string]any{"type": "string", "pattern": `^([0-9]{4}-[0-9]{2}-[0-9]{2})?$`}
	case reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case reflect.TypeFor[Country]():
		return map[string]any{"type": "string", "pattern": `^[A-Z]{2}$`}
	case reflect.TypeFor[certs.IIN](), reflect.TypeFor[certs.BIN]():
		return map[string]any{"type": "string", "pattern": `^([0-9]{12})?$`}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem(), defs)
	case reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": schemaOf(t.Elem(), defs)}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Struct:
		if _, done := defs[t.Name()]; !done {
			defs[t.Name()] = nil // it may hold itself
			defs[t.Name()] = structSchema(t, defs)
		}
		return map[string]any{"$ref": "#/$defs/" + t.Name()}
	}
	return map[string]any{}
}

func structSchema(t reflect.Type, defs map[string]any) map[string]any {
	properties, required := map[string]any{}, []string{}
	members(t, defs, properties, &required)
	schema := map[string]any{"type": "object", "additionalProperties": false, "properties": properties, "required": required}
	switch t {
	case reflect.TypeFor[NaturalPerson]():
		schema["oneOf"] = oneOf("iin", "identity_document")
	case reflect.TypeFor[LegalEntity]():
		schema["oneOf"] = oneOf("bin", "registration")
	}
	return schema
}

// oneOf asks for exactly one of several members.
func oneOf(names ...string) []map[string]any {
	var ways []map[string]any
	for _, name := range names {
		ways = append(ways, map[string]any{"required": []string{name}})
	}
	return ways
}

// members adds the members of a structure, those of embedded ones among them.
func members(t reflect.Type, defs, properties map[string]any, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Tag.Get("json") == "" {
			members(f.Type, defs, properties, required)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		properties[name] = schemaOf(f.Type, defs)
		if !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			*required = append(*required, name)
		}
	}
}
