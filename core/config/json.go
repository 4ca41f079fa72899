package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	cors "github.com/corskit/cors/core"
)

// maxJSON is enough for a million origins.
const maxJSON = 64 << 20

// ParseJSON reads one Config, or a list of them, as [encoding/json] writes
// them. It accepts less than package json does, since the rest would be a policy
// that nobody wrote: it refuses names that are no fields or differ from one in
// case, fields that stand twice, null, text after the end, and what is not
// UTF-8. It reads up to 64 MiB, nested as deep as package json allows (10 000
// levels).
//
// The Configs have been checked as [cors.New] does, except that none may allow
// an origin yet: AllowOriginFunc can be set afterwards. The error, if any, is
// [Errors]; all have a position, except that the text is too long.
func ParseJSON(data []byte) ([]cors.Config, error) {
	r, problem := newJSONReader(data, maxJSON, syntaxFix)
	if problem != nil {
		return nil, Errors{problem}
	}
	r.read()
	cfgs := make([]cors.Config, len(r.configs))
	for i := range cfgs {
		cfgs[i] = r.configs[i].cfg
	}
	errs := slices.Concat(r.errs, check(cfgs, r.locate, cors.Style{Field: jsonName}, r.isWrong))
	if len(errs) > 0 {
		slices.SortStableFunc(errs, func(a, b *Error) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		return nil, errs
	}
	return cfgs, nil
}

// isWrong reports whether a field of a Config has an error, so that it was left out.
func (r *jsonReader) isWrong(config int, field string) bool {
	f := r.configs[config].fields[field]
	return f != nil && f.isWrong
}

// JSON writes one Config as an object and several as a list, as [ParseJSON]
// reads them. It returns an error for none, and for AllowOriginFunc, which is no
// data.
func JSON(cfgs ...cors.Config) (string, error) {
	if len(cfgs) == 0 {
		return "", Errors{{Message: "there is no Config; give at least one"}}
	}
	for i := range cfgs {
		if err := refuseFunc(&cfgs[i]); err != nil {
			return "", err
		}
	}
	var value any = cfgs
	if len(cfgs) == 1 {
		value = cfgs[0]
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// refuseFunc returns an error if a Config has a part that is no data.
func refuseFunc(cfg *cors.Config) error {
	if cfg.AllowOriginFunc == nil {
		return nil
	}
	return Errors{{Name: "AllowOriginFunc", Message: "is a function, which cannot be written; leave it out, and set it in Go on what is read"}}
}

// jsonName returns the name that a field of cors.Config has in JSON.
func jsonName(field string) string {
	f, _ := reflect.TypeFor[cors.Config]().FieldByName(field)
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// jsonFields are the fields of a Config, by their names in JSON.
var jsonFields, jsonNames = func() (map[string]reflect.StructField, []string) {
	byName := make(map[string]reflect.StructField)
	var names []string
	for _, f := range fields {
		byName[jsonName(f.Name)] = f
		names = append(names, jsonName(f.Name))
	}
	return byName, names
}()

// A jsonReader reads every name and every value of a document, and remembers
// where they are. The syntax has been checked.
type jsonReader struct {
	data    []byte
	lines   []int // offsets of the first byte of each line
	decoder *json.Decoder
	configs []jsonConfig
	errs    Errors
}

// newJSONReader checks the length and the syntax of a document. Errors of the syntax
// end with what fix returns.
func newJSONReader(data []byte, limit int, fix func([]byte, *json.SyntaxError) string) (*jsonReader, *Error) {
	if len(data) > limit {
		return nil, &Error{Message: fmt.Sprintf("the text has %d bytes, and at most %d are read; shorten it", len(data), limit)}
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	r := &jsonReader{data: data, lines: []int{0}, decoder: json.NewDecoder(bytes.NewReader(data))}
	r.decoder.UseNumber()
	for i, c := range data {
		if c == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	if at := invalidUTF8(data); at >= 0 {
		return nil, r.problem(at, "", "", "the byte %#x isn't UTF-8; save the text as UTF-8", data[at])
	}
	var value json.RawMessage
	var syntax *json.SyntaxError
	if err := json.Unmarshal(data, &value); errors.As(err, &syntax) {
		return nil, r.problem(int(syntax.Offset)-1, "", "", "this isn't JSON: %v%s", syntax, fix(data, syntax))
	}
	return r, nil
}

// syntaxFix returns the fix, after a semicolon, for frequent mistakes, or "".
func syntaxFix(data []byte, mistake *json.SyntaxError) string {
	if len(bytes.TrimSpace(data)) == 0 {
		return `; write a policy such as {"allowOrigins": ["https://app.example.com"]}`
	}
	if mistake.Error() == "unexpected end of JSON input" {
		return "; close what is open: a quote, a bracket or a brace"
	}
	at := int(mistake.Offset) - 1
	var previous byte
	if before := bytes.TrimSpace(data[:at]); len(before) > 0 {
		previous = before[len(before)-1]
	}
	switch c := data[at]; {
	case previous == '\\':
		return `; write a backslash as "\\"`
	case previous == ',' && (c == ']' || c == '}'):
		return "; remove the comma before it"
	case c == '\'' || c == '`':
		return `; write quotes as in "allowOrigins"`
	case c == '/' || c == '#':
		return "; remove the comment"
	case c == 'T' || c == 'F':
		return "; write true or false"
	case 'a' <= c && c <= 'z' && bytes.IndexByte([]byte("{[:,"), previous) >= 0:
		return `; write quotes around names and texts, as in "allowOrigins"`
	case strings.HasSuffix(mistake.Error(), "after array element"), strings.HasSuffix(mistake.Error(), "after object key:value pair"):
		return "; write a comma before it"
	case strings.HasSuffix(mistake.Error(), "after object key"):
		return "; write a colon before it"
	case c == '{' && previous == '}':
		return "; write several policies as a list: [{…}, {…}]"
	}
	return ""
}

// invalidUTF8 returns the offset of the first byte that isn't UTF-8, or -1.
func invalidUTF8(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

func (r *jsonReader) position(offset int) Position {
	offset = min(max(offset, 0), len(r.data))
	line, found := slices.BinarySearch(r.lines, offset)
	if !found {
		line--
	}
	return Position{Line: line + 1, Column: offset - r.lines[line] + 1}
}

// problem returns an error about the text at an offset.
func (r *jsonReader) problem(offset int, name, value, format string, args ...any) *Error {
	return &Error{Position: r.position(offset), Name: name, Value: value, Message: fmt.Sprintf(format, args...)}
}

// A jsonConfig is a Config without the fields that have errors, and where it and its
// fields are.
type jsonConfig struct {
	cfg    cors.Config
	prefix string // of the paths of its fields
	at     int
	fields map[string]*jsonField // by their names in Go
}

// A jsonField is where the value of a field is, and the entries of a list.
type jsonField struct {
	at      int
	entries []int
	isWrong bool
}

// next returns the next token, and the offset at which it begins. A document
// that ends has been read to its end before.
func (r *jsonReader) next() (token json.Token, at int) {
	at = int(r.decoder.InputOffset())
	at += len(r.data[at:]) - len(bytes.TrimLeft(r.data[at:], ",: \t\r\n"))
	token, _ = r.decoder.Token()
	return token, at
}

func (r *jsonReader) report(at int, name, value, format string, args ...any) {
	r.errs = append(r.errs, r.problem(at, name, value, format, args...))
}

// read reads the document.
func (r *jsonReader) read() {
	token, at := r.next()
	switch token {
	case json.Delim('{'):
		r.config("", at)
		return
	case json.Delim('['):
		for i := 0; r.decoder.More(); i++ {
			path := entryPath("", i)
			if token, at := r.next(); token == json.Delim('{') {
				r.config(path+".", at)
			} else {
				r.refuse(path, token, at, "an object")
			}
		}
		if len(r.configs) > 0 || len(r.errs) > 0 {
			return
		}
	case nil:
	default:
		r.refuse("the document", token, at, "an object, or a list of objects")
		return
	}
	r.report(at, "", "", `there is no Config; write one such as {"allowOrigins": ["https://app.example.com"]}`)
}

// config reads the fields of an object whose brace has been read.
func (r *jsonReader) config(prefix string, at int) {
	c := jsonConfig{prefix: prefix, at: at, fields: make(map[string]*jsonField)}
	for r.decoder.More() {
		token, at := r.next()
		name := token.(string)
		f, known := jsonFields[name]
		switch {
		case !known:
			instead := "one of " + strings.Join(jsonNames, ", ")
			if near := nearest(name, jsonNames); near != "" {
				instead = strconv.Quote(near)
			}
			r.report(at, fieldPath(prefix, name), "", "isn't a field of a policy; write %s", instead)
			r.skipNext()
		case c.fields[f.Name] != nil:
			r.report(at, fieldPath(prefix, name), "", "appears twice; write it once")
			r.skipNext()
		default:
			c.fields[f.Name] = r.value(prefix+name, reflect.ValueOf(&c.cfg).Elem().FieldByIndex(f.Index))
		}
	}
	r.next()
	r.configs = append(r.configs, c)
}

var plainName = regexp.MustCompile(`^[0-9A-Za-z_]+$`)

// fieldPath returns the path of a field that may have any name.
func fieldPath(prefix, name string) string {
	if !plainName.MatchString(name) {
		name = strconv.Quote(name)
	}
	return prefix + name
}

// lostCharacter is the problem of a string with U+FFFD.
const lostCharacter = "contains U+FFFD, which replaces a character that was lost; write that character"

func entryPath(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// value reads the value of a field, and sets the field unless the value has an error.
func (r *jsonReader) value(path string, field reflect.Value) *jsonField {
	token, at := r.next()
	where := &jsonField{at: at}
	before := len(r.errs)
	value := reflect.Zero(field.Type())
	switch field.Kind() {
	case reflect.Slice:
		if token != json.Delim('[') {
			r.refuse(path, token, at, "a list of strings")
			break
		}
		list := reflect.MakeSlice(field.Type(), 0, 0)
		for i := 0; r.decoder.More(); i++ {
			token, at := r.next()
			where.entries = append(where.entries, at)
			entry, ok := token.(string)
			if !ok {
				r.refuse(entryPath(path, i), token, at, "a string")
			} else if strings.ContainsRune(entry, utf8.RuneError) {
				r.report(at, entryPath(path, i), entry, lostCharacter)
			}
			list = reflect.Append(list, reflect.ValueOf(entry).Convert(field.Type().Elem()))
		}
		r.next()
		value = list
	case reflect.Bool:
		is, ok := token.(bool)
		if !ok {
			r.refuse(path, token, at, "true or false")
		}
		value = reflect.ValueOf(is)
	case reflect.Int:
		number, ok := token.(json.Number)
		if !ok {
			r.refuse(path, token, at, "a whole number")
			break
		}
		n, err := strconv.Atoi(number.String())
		if err != nil {
			r.report(at, path, number.String(), "isn't a whole number, or is too large; write digits only, such as 600")
		}
		value = reflect.ValueOf(n)
	}
	if where.isWrong = len(r.errs) > before; !where.isWrong {
		field.Set(value)
	}
	return where
}

// refuse reports a value of the wrong type, and reads to its end.
func (r *jsonReader) refuse(path string, token json.Token, at int, want string) {
	r.report(at, path, "", "is %s; write %s", jsonType(token), want)
	r.skip(token)
}

// jsonType says what a token or a value is.
func jsonType(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	case json.Delim:
		if v == '[' {
			return "a list"
		}
	}
	return "an object"
}

func (r *jsonReader) skipNext() {
	token, _ := r.next()
	r.skip(token)
}

// skip reads to the end of the value that begins with a token.
func (r *jsonReader) skip(token json.Token) {
	for depth := 0; ; token, _ = r.next() {
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return
		}
	}
}

func (r *jsonReader) locate(config int, field string, entry int) (name string, at Position) {
	c := &r.configs[config]
	name = c.prefix + jsonName(field)
	written := c.fields[field]
	switch {
	case written == nil:
		return name, r.position(c.at)
	case entry < 0:
		return name, r.position(written.at)
	}
	return entryPath(name, entry), r.position(written.entries[entry])
}
