package report

import (
	"embed"
	"fmt"
)

//go:embed cases.schema.json policy.schema.json results.schema.json
var schemas embed.FS

// Schema returns a JSON Schema: of a file of cases, a policy, or results.
func Schema(name string) ([]byte, error) {
	text, err := schemas.ReadFile(name + ".schema.json")
	if err != nil {
		return nil, fmt.Errorf("there is no schema %q: write cases, policy or results", name)
	}
	return text, nil
}
