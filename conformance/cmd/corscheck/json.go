package main

import (
	"encoding/json"
	"io"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// version is that of the JSON written. It changes if a member is renamed,
// removed or given another meaning.
const version = 1

// A document is what -json writes: a report, or why there is none.
type document struct {
	Version int      `json:"version"`
	Errors  []string `json:"errors,omitempty"`
	*probe.Report
	Omitted *omitted `json:"omitted,omitempty"`
}

func writeJSON(w io.Writer, d *document) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(d)
}
