package main

import (
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// violation returns how JSON violates schema.json, or nil.
func violation(t *testing.T, text string) error {
	t.Helper()
	rules, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", rules); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(value)
}

func validate(t *testing.T, text string) {
	t.Helper()
	if err := violation(t, text); err != nil {
		t.Error(err)
	}
}

func TestSchemaRefuses(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"version": 2}`, `{"version": 1, "status": 0}`, `{"version": 2, "status": 3}`, `{"version": 2, "status": 0, "more": 1}`,
		`{"version": 2, "status": 2, "errors": "one"}`, `{"version": 2, "status": 0, "results": [{}]}`, `{"version": 2, "status": 0, "results": [{"url": 1}]}`,
		`{"version": 2, "status": 0, "results": [{"url": "x", "checks": [{"title": "x"}]}]}`,
		`{"version": 2, "status": 0, "results": [{"url": "x", "findings": [{"severity": "bad"}]}]}`, `[]`,
	} {
		if violation(t, text) == nil {
			t.Errorf("%s passes", text)
		}
	}
}

func TestSchemaIsPrinted(t *testing.T) {
	if r := corscheck(t, "", "-schema"); r.status != exitGood || r.stdout != schema {
		t.Errorf("status %d, %d bytes", r.status, len(r.stdout))
	}
}
