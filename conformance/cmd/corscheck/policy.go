package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

// policyError returns an error with a line for each problem of a policy. It
// names the place in the file if there is one.
func policyError(file string, problems []error) error {
	lines := make([]string, len(problems))
	for i, problem := range problems {
		where := nameOf(file) + ":"
		var located *config.Error
		if !errors.As(problem, &located) || located.Line == 0 {
			where += " "
		}
		lines[i] = where + strings.TrimPrefix(problem.Error(), "cors: ")
	}
	return errors.New(strings.Join(lines, "\n"))
}

// nameOf returns the name of a file for messages.
func nameOf(file string) string {
	if file == "-" {
		return "standard input"
	}
	return file
}

// readPolicy reads one Config or a list of them.
func readPolicy(file string, stdin io.Reader) ([]cors.Config, error) {
	read := func() ([]byte, error) { return os.ReadFile(file) }
	if file == "-" {
		read = func() ([]byte, error) { return io.ReadAll(stdin) }
	}
	data, err := read()
	if err != nil {
		return nil, fmt.Errorf("the policy can't be read: %w", err)
	}
	policy, err := config.ParseJSON(data)
	var problems config.Errors
	if errors.As(err, &problems) {
		return nil, policyError(file, problems.Unwrap())
	}
	return policy, err
}
