package main

import (
	"fmt"
	"os"
	"strings"
)

// What is measured stands between these lines.
const (
	begin = "<!-- benchmarks -->"
	end   = "<!-- /benchmarks -->"
)

// insert replaces what stands between begin and end in a file.
func insert(file, text string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(content), begin+"\n")
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s has no line %s with a line %s after it: write both where the tables belong", file, begin, end)
	}
	return os.WriteFile(file, []byte(before+begin+"\n"+strings.TrimSpace(text)+"\n"+end+after), 0o644)
}
