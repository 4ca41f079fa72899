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

// A policyError says what is wrong with a policy.
type policyError struct {
	file     string
	problems []error
}

func (e *policyError) Error() string { return strings.Join(e.sentences(), "\n") }

// sentences returns a sentence for each problem, with its place in the file if it has one.
func (e *policyError) sentences() []string {
	all := make([]string, len(e.problems))
	for i, problem := range e.problems {
		where := nameOf(e.file) + ":"
		var located *config.Error
		if !errors.As(problem, &located) || located.Line == 0 {
			where += " "
		}
		all[i] = where + strings.TrimPrefix(problem.Error(), "cors: ")
	}
	return all
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
		return nil, &policyError{file, problems.Unwrap()}
	}
	return policy, err
}
