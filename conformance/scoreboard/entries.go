// Package scoreboard lists implementations of CORS in many languages, each with a small
// server that the conformance suite runs against.
package scoreboard

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"

	"github.com/corskit/cors/conformance"
)

// An Entry is an implementation of CORS, and how to run the server that uses it.
type Entry struct {
	// Name is the usual name of the implementation.
	Name string `json:"name"`
	// ID is the name in files, URLs and flags.
	ID string `json:"id"`
	// Language is the programming language, or "Proxy".
	Language string `json:"language"`
	// Home is the URL of the implementation.
	Home string `json:"home"`
	// Configuration is the URL of the documentation that the server follows.
	Configuration string `json:"configuration"`
	// Dir is the folder in which commands run, relative to that of entries.json.
	Dir string `json:"dir"`
	// Build, if any, is the command that prepares the folder, once for all its entries.
	Build []string `json:"build,omitempty"`
	// Command starts the server. It exits with the status 3 if the implementation
	// refuses the policy.
	Command []string `json:"command"`
	// Version is a command that prints the version of the implementation.
	Version []string `json:"version"`
	// Needs is what must be installed.
	Needs string `json:"needs"`
	// Debian are the Debian packages among them.
	Debian []string `json:"debian,omitempty"`
	// Lacks are the features that the implementation doesn't have, each with the reason.
	Lacks map[conformance.Feature]string `json:"lacks"`
}

//go:embed entries.json
var list []byte

// Entries returns all entries.
func Entries() ([]Entry, error) {
	var entries []Entry
	decoder := json.NewDecoder(bytes.NewReader(list))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&entries); err != nil {
		return nil, fmt.Errorf("entries.json: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("entries.json: there is more text after the list")
	}
	return entries, nil
}

// Cmd returns one of the commands of an entry. root is the folder of entries.json.
func (e *Entry) Cmd(ctx context.Context, root string, command []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = filepath.Join(root, e.Dir)
	return cmd
}
