package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	cors "github.com/corskit/cors/core"
)

// ParseEnviron reads the Config that variables named as the settings of
// django-cors-headers describe, with the defaults of that project for those that
// are not set. It takes variables as [os.Environ] returns them, and looks at
// those that begin with CORS_. The package's documentation says how each is
// read.
//
// The Config has been checked as [cors.New] does, except that it may allow no
// origin yet: AllowOriginFunc can be set afterwards. The error, if any, is
// [Errors]; the Notes are returned in either case.
func ParseEnviron(environ []string) (cors.Config, []Note, error) {
	assigned := make(map[string]assignment)
	var errs Errors
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if !isSettingName(strings.ToUpper(name)) {
			continue
		}
		if _, twice := assigned[name]; twice {
			errs = append(errs, &Error{Name: name, Value: value, Message: "is set twice: set it once"})
			continue
		}
		assigned[name] = assignment{name: name, read: variableReader(name, value)}
	}
	cfg, notes, errs := readSettings(assigned, errs)
	if len(errs) > 0 {
		return cors.Config{}, notes, errs
	}
	return cfg, notes, nil
}

// variableReader returns what reads the text of a variable.
func variableReader(name, text string) func(settingKind) (value, *Error) {
	return func(kind settingKind) (value, *Error) {
		v, complaint := readVariable(strings.TrimSpace(text), kind)
		if complaint != "" {
			return value{}, &Error{Name: name, Value: text, Message: complaint}
		}
		return v, nil
	}
}

// readVariable reads a text as a setting's kind wants it, or says what is wrong
// with it and what to write instead.
func readVariable(text string, kind settingKind) (v value, complaint string) {
	if len(text) > 1 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		return v, "stands in quotes that are a part of the value: write it without them"
	}
	switch kind {
	case oneExpression:
		return value{kind: aString, text: text}, ""
	case trueOrFalse:
		switch strings.ToLower(text) {
		case "true", "1", "yes", "on", "y", "t", "ok":
			return value{kind: aBool, truth: true}, ""
		case "false", "0", "no", "off", "n", "f":
			return value{kind: aBool}, ""
		}
		return v, "is neither true nor false: write true or false, or leave the variable out"
	case wholeNumber:
		number, err := strconv.Atoi(text)
		if err != nil {
			return v, "is no whole number: write seconds in digits only, such as 86400, or leave the variable out"
		}
		return value{kind: aNumber, number: number}, ""
	}
	entries, complaint := splitList(text, kind)
	if complaint != "" {
		return v, complaint
	}
	items := make([]value, len(entries))
	for i, entry := range entries {
		if kind == listOfStrings && strings.ContainsAny(entry, " \t") {
			return v, fmt.Sprintf("has white space within %q: write a comma between two entries", entry)
		}
		items[i] = value{kind: aString, text: entry}
	}
	return value{kind: aList, items: &items}, ""
}

// splitList returns the entries of a list: those of a list of JSON or Python,
// or else what stands between commas and ends of lines.
func splitList(text string, kind settingKind) (entries []string, complaint string) {
	if literal.MatchString(text) {
		var strings []*string // a null is none
		if json.Unmarshal([]byte(text), &strings) == nil && !slices.Contains(strings, nil) {
			for _, entry := range strings {
				entries = append(entries, *entry)
			}
			return entries, ""
		}
		return literalList(text)
	}
	var parts []string
	if kind == listOfExpressions {
		parts = splitExpressions(text)
	} else {
		parts = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' })
	}
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			entries = append(entries, part)
		}
	}
	return entries, ""
}

// literal matches the beginning of a list of strings as JSON or Python writes
// it. An expression can begin with a bracket, too, but no origin has quotes.
var literal = regexp.MustCompile(`^[\[({]\s*(?:[rRbBuUfF]{0,2}["']|[\])}]$)`)

// literalList reads a list of strings as Python writes it.
func literalList(text string) (entries []string, complaint string) {
	v, problem := parseLiteral([]byte(text))
	if problem == nil {
		v, problem = v.as(listOfStrings, "")
	}
	if problem != nil {
		return nil, fmt.Sprintf("line %d, column %d: %v", problem.Line, problem.Column, &Error{Name: problem.Name, Value: problem.Value, Message: problem.Message})
	}
	for _, item := range *v.items {
		entries = append(entries, item.text)
	}
	return entries, ""
}

// splitExpressions splits at commas and ends of lines. A comma within brackets
// of any kind belongs to the expression. No origin has a comma, so that one
// outside of them has no other meaning.
func splitExpressions(text string) (parts []string) {
	begin, depth, set := 0, 0, -1 // set is where the members of a set begin
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n' || c == ',' && depth <= 0 && set < 0:
			parts = append(parts, text[begin:i])
			begin, depth, set = i+1, 0, -1
		case c == '\\':
			i++
		case set >= 0:
			if c == ']' && i > set {
				set = -1
			}
		case c == '[':
			set = i + 1
			if strings.HasPrefix(text[set:], "^") {
				set++
			}
		case c == '(' || c == '{':
			depth++
		case c == ')' || c == '}':
			depth--
		}
	}
	return append(parts, text[begin:])
}

// Environ writes a Config as variables that [ParseEnviron] reads as the same
// policy. It writes what differs from the defaults of django-cors-headers. Each
// is NAME=value, as in [os.Environ]: a line without quotes. It returns an error
// if something in the Config has no variable, such as Paths, or is not valid.
func Environ(cfg cors.Config) ([]string, error) {
	if err := refuseFunc(&cfg); err != nil {
		return nil, err
	}
	want := cfg
	if slices.Contains(cfg.AllowOrigins, "*") { // the others make no difference
		want.AllowOrigins, want.AllowOriginRegexps = []string{"*"}, nil
	}
	want.AllowOriginRegexps = anchorEach(want.AllowOriginRegexps)
	want.PathRegexps = anchorEach(cfg.PathRegexps)
	if len(cfg.PathRegexps) > 1 { // Python has them as one expression
		want.PathRegexps = []string{anchor("(?:" + strings.Join(cfg.PathRegexps, ")|(?:") + ")")}
	}
	variables := variables(&want)
	if len(want.PathRegexps) == 1 && matchesEveryPath(want.PathRegexps[0]) {
		want.PathRegexps = nil
	}
	got, _, err := ParseEnviron(variables)
	if err != nil {
		return nil, err
	}
	var errs Errors
	for _, f := range fields {
		if !same(reflect.ValueOf(want).FieldByIndex(f.Index), reflect.ValueOf(got).FieldByIndex(f.Index)) {
			errs = append(errs, &Error{Name: f.Name, Value: fmt.Sprint(reflect.ValueOf(cfg).FieldByIndex(f.Index)), Message: "has no variable that means the same: write the Config as JSON"})
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return variables, nil
}

// same compares fields. A list may be nil or empty.
func same(a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice && a.Len()+b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// variables returns those for a Config with at most one expression for paths.
func variables(cfg *cors.Config) (variables []string) {
	write := func(name, value string) { variables = append(variables, name+"="+value) }
	writeList := func(name string, kind settingKind, entries, otherwise []string) {
		if !slices.Equal(entries, otherwise) {
			write(name, joinList(entries, kind))
		}
	}
	writeBool := func(name string, value bool) {
		if value {
			write(name, "true")
		}
	}
	if slices.Contains(cfg.AllowOrigins, "*") {
		writeBool(allowAllOrigins, true)
	} else {
		writeList(allowedOrigins, listOfStrings, cfg.AllowOrigins, nil)
		writeList(allowedRegexes, listOfExpressions, cfg.AllowOriginRegexps, nil)
	}
	if len(cfg.PathRegexps) > 0 {
		write(urlsRegex, cfg.PathRegexps[0])
	}
	writeList(allowMethods, listOfStrings, cfg.AllowMethods, cors.CommonMethods())
	writeList(allowHeaders, listOfStrings, cfg.AllowHeaders, cors.CommonHeaders())
	writeList(exposeHeaders, listOfStrings, cfg.ExposeHeaders, nil)
	if cfg.MaxAge != defaultMaxAge {
		write(preflightMaxAge, strconv.Itoa(cfg.MaxAge))
	}
	writeBool(allowCredentials, cfg.AllowCredentials)
	writeBool(allowPrivate, cfg.AllowPrivateNetwork)
	var risks []string
	for _, risk := range cfg.AcceptRisks {
		risks = append(risks, string(risk))
	}
	writeList(acceptRisks, listOfStrings, risks, nil)
	return variables
}

// joinList writes a list with commas where it is then read as the same, and as
// JSON where it is not.
func joinList(entries []string, kind settingKind) string {
	joined := strings.Join(entries, ",")
	if again, _ := splitList(joined, kind); slices.Equal(again, entries) {
		return joined
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.Encode(entries) // strings can be encoded, whatever they are
	return strings.TrimSuffix(b.String(), "\n")
}

// anchorEach returns expressions that mean to Python's re.match what the given
// ones mean to cors.Config, which anchors them by itself.
func anchorEach(expressions []string) (anchored []string) {
	for _, s := range expressions {
		anchored = append(anchored, anchor(s))
	}
	return anchored
}

func anchor(s string) string {
	e, fault := translate(s)
	if fault != nil || e.re2 != s || !e.open {
		return s
	}
	flags := ""
	if strings.HasPrefix(s, "(?") {
		if end := strings.IndexAny(s, ":)"); s[end] == ')' && s[2] != 'P' {
			flags, s = s[:end+1], s[end+1:]
		}
	}
	if e.choice {
		s = "(?:" + s + ")"
	} else {
		s = strings.TrimPrefix(s, "^")
	}
	return flags + "^" + s + "$"
}
