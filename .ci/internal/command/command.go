// Package command runs the commands of CI's programs.
package command

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// Output runs a command in a folder, with more environment variables, and returns what
// it prints. Its error has the rest.
func Output(environment []string, dir string, command ...string) (string, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environment...)
	var failure strings.Builder
	cmd.Stderr = &failure
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", Shell(command), err, text, failure.String())
	}
	return string(text), nil
}

// Shell returns a command as a shell reads it.
func Shell(command []string) string {
	words := slices.Clone(command)
	for i, word := range words {
		if strings.ContainsAny(word, " '\"$`\\|&;<>()*?[]#~!{}") {
			words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
