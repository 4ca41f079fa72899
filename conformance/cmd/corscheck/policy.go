package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
)

// A policyError says that a policy does not validate.
type policyError struct {
	file     string
	configs  int
	problems cors.ConfigErrors
}

func (e *policyError) Error() string { return strings.Join(e.sentences(), "\n") }

// sentences returns a sentence for each problem, which names the Config if there
// are several.
func (e *policyError) sentences() []string {
	all := make([]string, len(e.problems))
	for i, p := range e.problems {
		where := nameOf(e.file)
		if e.configs > 1 {
			where += fmt.Sprintf(", Config %d", p.Index)
		}
		all[i] = fmt.Sprintf("%s: %s %s", where, jsonName(p.Field), p.Message)
		if p.Value != "" {
			all[i] = fmt.Sprintf("%s: %s %q: %s", where, jsonName(p.Field), p.Value, p.Message)
		}
	}
	return all
}

// jsonName returns the name that a field of cors.Config has in JSON.
func jsonName(field string) string {
	if f, ok := reflect.TypeFor[cors.Config]().FieldByName(field); ok {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	}
	return field
}

// fields returns the names of all fields of cors.Config in JSON.
func fields() (names []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[cors.Config]()) {
		if name := jsonName(f.Name); name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// nameOf returns what people call a file.
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
		return nil, fmt.Errorf("the policy cannot be read: %w", err)
	}
	policy, err := parsePolicy(data)
	var at *positionError
	if errors.As(err, &at) {
		return nil, fmt.Errorf("%s:%w", nameOf(file), at)
	}
	return policy, err
}

// A positionError says what is wrong with JSON, and where.
type positionError struct {
	line, column int // from 1; columns count bytes
	message      string
}

func (e *positionError) Error() string { return fmt.Sprintf("%d:%d: %s", e.line, e.column, e.message) }

// at returns an error for the byte at an offset.
func at(data []byte, offset int64, format string, args ...any) error {
	before := data[:min(int(max(offset, 0)), len(data))]
	return &positionError{
		line:    bytes.Count(before, []byte("\n")) + 1,
		column:  len(before) - bytes.LastIndexByte(before, '\n'),
		message: fmt.Sprintf(format, args...),
	}
}

// parsePolicy reads JSON more strictly than package json does: fields that do
// not exist, differ in case, or stand twice are errors, since each would be a
// policy that nobody wrote.
func parsePolicy(data []byte) ([]cors.Config, error) {
	if err := checkSyntax(data); err != nil {
		return nil, err
	}
	if err := checkFields(data); err != nil {
		return nil, err
	}
	var policy []cors.Config
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		policy = make([]cors.Config, 1)
		return policy, typeError(data, json.Unmarshal(data, &policy[0]))
	}
	if err := typeError(data, json.Unmarshal(data, &policy)); err != nil {
		return nil, err
	}
	if len(policy) == 0 {
		return nil, at(data, 0, `there is no policy: write one such as {"allowOrigins": ["https://app.example.com"]}`)
	}
	return policy, nil
}

func checkSyntax(data []byte) error {
	var value json.RawMessage
	err := json.Unmarshal(data, &value)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return at(data, syntax.Offset-1, "this is not JSON: %v", syntax)
	}
	return err
}

func typeError(data []byte, err error) error {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		return err
	}
	field := mismatch.Field[strings.LastIndexByte(mismatch.Field, '.')+1:]
	if field == "" {
		field = "a policy"
	}
	want := map[reflect.Kind]string{
		reflect.Slice: "a list", reflect.String: "a string", reflect.Int: "a whole number", reflect.Bool: "true or false", reflect.Struct: "an object",
	}[mismatch.Type.Kind()]
	return at(data, mismatch.Offset-1, "%s is no %s: write %s", field, mismatch.Value, want)
}

// checkFields looks at the names of the fields of each Config. Configs are
// flat: an object is either one of them or out of place.
func checkFields(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	var nesting []json.Delim
	var seen []string
	isName := false
	for {
		before := decoder.InputOffset()
		token, err := decoder.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case json.Delim:
			switch token {
			case '{':
				seen = nil
				fallthrough
			case '[':
				nesting = append(nesting, token)
			default:
				nesting = nesting[:len(nesting)-1]
			}
			isName = len(nesting) > 0 && nesting[len(nesting)-1] == '{'
		case string:
			if isName {
				separators := len(data[before:]) - len(bytes.TrimLeft(data[before:], ", \t\r\n"))
				if err := checkField(data, before+int64(separators), token, seen); err != nil {
					return err
				}
				seen = append(seen, token)
			}
			isName = !isName && len(nesting) > 0 && nesting[len(nesting)-1] == '{'
		default:
			isName = len(nesting) > 0 && nesting[len(nesting)-1] == '{'
		}
	}
}

func checkField(data []byte, offset int64, name string, seen []string) error {
	known := fields()
	alike := slices.IndexFunc(known, func(field string) bool { return strings.EqualFold(field, name) })
	switch {
	case slices.Contains(seen, name):
		return at(data, offset, "%q stands twice: write it once", name)
	case slices.Contains(known, name):
		return nil
	case alike >= 0:
		return at(data, offset, "%q is no field of cors.Config: write %q", name, known[alike])
	}
	return at(data, offset, "%q is no field of cors.Config: write one of %s", name, strings.Join(known, ", "))
}
