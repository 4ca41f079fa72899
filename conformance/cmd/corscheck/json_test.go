package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
)

// validate checks JSON against schema.json.
func validate(t *testing.T, text string) {
	t.Helper()
	var rules, value any
	if err := json.Unmarshal([]byte(schema), &rules); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	for _, complaint := range violations("", rules.(map[string]any), value) {
		t.Errorf("against the schema:%s", complaint)
	}
}

// violations knows as much of JSON Schema as schema.json needs.
func violations(path string, rules map[string]any, value any) (all []string) {
	complain := func(format string, args ...any) {
		all = append(all, path+": "+fmt.Sprintf(format, args...))
	}
	if allowed, ok := rules["enum"].([]any); ok && !slices.ContainsFunc(allowed, func(a any) bool { return fmt.Sprint(a) == fmt.Sprint(value) }) {
		complain("%v is none of %v", value, allowed)
	}
	switch value := value.(type) {
	case map[string]any:
		if rules["type"] != "object" {
			complain("is an object")
			return all
		}
		required, _ := rules["required"].([]any)
		for _, name := range required {
			if _, ok := value[name.(string)]; !ok {
				complain("%s is missing", name)
			}
		}
		properties, _ := rules["properties"].(map[string]any)
		for name, member := range value {
			if r, ok := properties[name].(map[string]any); ok {
				all = append(all, violations(path+"/"+name, r, member)...)
			} else if rules["additionalProperties"] == false {
				complain("%s is not in the schema", name)
			}
		}
	case []any:
		if rules["type"] != "array" {
			complain("is an array")
			return all
		}
		for i, item := range value {
			all = append(all, violations(fmt.Sprintf("%s/%d", path, i), rules["items"].(map[string]any), item)...)
		}
	default:
		want := map[bool]any{true: rules["type"]}[rules["type"] != nil]
		got := map[string]any{"string": "string", "bool": "boolean", "json.Number": "integer"}[fmt.Sprintf("%T", value)]
		if want != nil && want != got {
			complain("is a %v, want a %v", got, want)
		}
	}
	return all
}

func TestSchemaRefuses(t *testing.T) {
	var rules map[string]any
	if err := json.Unmarshal([]byte(schema), &rules); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`{}`, `{"version": 2}`, `{"version": 1, "status": 0}`, `{"version": 2, "status": 3}`, `{"version": 2, "status": 0, "more": 1}`,
		`{"version": 2, "status": 2, "errors": "one"}`, `{"version": 2, "status": 0, "results": [{}]}`, `{"version": 2, "status": 0, "results": [{"url": 1}]}`,
		`{"version": 2, "status": 0, "results": [{"url": "x", "checks": [{"title": "x"}]}]}`,
		`{"version": 2, "status": 0, "results": [{"url": "x", "findings": [{"severity": "bad"}]}]}`, `[]`,
	} {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if violations("", rules, value) == nil {
			t.Errorf("%s passes", text)
		}
	}
}

func TestSchemaIsPrinted(t *testing.T) {
	if r := corscheck(t, "", "-schema"); r.status != exitGood || r.stdout != schema {
		t.Errorf("status %d, %d bytes", r.status, len(r.stdout))
	}
}
