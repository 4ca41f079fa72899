package shown

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// A Command is a command that a program suggests, and what it promises in the line
// above, such as "# …: 200, Access-Control-Allow-Origin: https://app.example.com".
type Command struct{ Promise, Line string }

var promised = regexp.MustCompile(`: (\d+), (?:no )?Access-Control-Allow-Origin(?:: (\S+))?$`)

// Check runs a command that prints a response with its header, and reports whether
// that is as promised.
func (c Command) Check(t *testing.T) error {
	t.Helper()
	promise := promised.FindStringSubmatch(c.Promise)
	if promise == nil {
		t.Fatalf("%q promises no status and Access-Control-Allow-Origin", c.Promise)
	}
	out := c.Run(t)
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(out)), nil)
	if err != nil {
		return fmt.Errorf("%s printed %q: %w", c.Line, out, err)
	}
	status, origin := fmt.Sprint(response.StatusCode), response.Header.Get("Access-Control-Allow-Origin")
	if status != promise[1] || origin != promise[2] {
		return fmt.Errorf("%s\n%s\nthe status is %s, and Access-Control-Allow-Origin is %q", c.Promise, c.Line, status, origin)
	}
	return nil
}

// Run runs the command, and returns what it prints.
func (c Command) Run(t *testing.T) []byte {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "sh", "-c", c.Line)
	shell.Env = append(os.Environ(), "NO_PROXY=*")
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%s: %v", c.Line, err)
	}
	return out
}
