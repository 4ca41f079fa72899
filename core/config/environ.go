package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	cors "github.com/corskit/cors/core"
)

// ParseEnviron reads a Config from environment variables that are named as the
// settings of django-cors-headers, with the defaults of [cors.Config] for those that
// aren't set. It takes variables as [os.Environ] returns them. The package
// documentation says how it reads each of them.
//
// ParseEnviron checks the Config as [cors.New] does. The error, if any, is [Errors];
// what it says to write is quoted as in a shell. If the only problem is that no
// variable allows an origin, errors.Is(err, [ErrNoOrigins]) is true, and the Config is
// returned beside it: you can set AllowOriginFunc. The Notes are returned in any case.
func ParseEnviron(environ []string) (cors.Config, []Note, error) {
	assigned := make(map[string]readFunc)
	var errs Errors
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if !isSettingName(strings.ToUpper(name)) {
			continue
		}
		if assigned[name] != nil {
			errs = append(errs, &Error{Name: name, Value: value, Message: "is set twice; set it once"})
			continue
		}
		assigned[name] = func(kind settingKind) (any, Errors) {
			v, complaint := readVariable(strings.TrimSpace(value), kind)
			if complaint != "" {
				return nil, Errors{{Name: name, Value: value, Message: complaint}}
			}
			return v, nil
		}
	}
	read := readSettings(assigned, errs, inShell)
	missing := &Error{Name: allowedOrigins, Message: "isn't set, and no other variable allows an origin; set it to the sites that may read responses, as in " + allowedOrigins + "='https://app.example.com'"}
	switch {
	case len(read.errs) == 0 && read.allowsNone:
		missing.Err = ErrNoOrigins
		return read.cfg, read.notes, Errors{missing}
	case len(read.errs) > 0 && !slices.ContainsFunc(slices.Collect(maps.Keys(assigned)), mayAllowOrigins):
		read.errs = append(read.errs, missing)
	}
	return read.result()
}

// mayAllowOrigins reports whether a variable allows origins, or has a name that may be
// meant so.
func mayAllowOrigins(name string) bool {
	s, found := settingNamed(name)
	return !found || s.field == "AllowOrigins" || s.field == "AllowOriginRegexps"
}

// ErrNoOrigins is the cause of an [Error] of [ParseEnviron]: no variable allows an
// origin.
var ErrNoOrigins = errors.New("no origin is allowed")

// inShell quotes a text as in a shell.
func inShell(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// readVariable reads a text as a setting's kind needs it, or says what is wrong
// with it and what to write instead.
func readVariable(text string, kind settingKind) (v any, complaint string) {
	if len(text) > 1 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		return nil, "includes its quotes; write it without them"
	}
	switch kind {
	case oneRegexp:
		return text, ""
	case trueOrFalse:
		switch strings.ToLower(text) {
		case "true", "1", "yes", "on", "y", "t", "ok":
			return true, ""
		case "false", "0", "no", "off", "n", "f":
			return false, ""
		}
		return nil, "is neither true nor false; write true or false, or unset the variable"
	case wholeNumber:
		number, err := strconv.Atoi(text)
		if err != nil {
			return nil, "isn't a whole number; write seconds in digits only, such as 86400, or unset the variable"
		}
		return number, ""
	}
	entries, complaint := splitList(text, kind)
	for _, entry := range entries {
		if kind == listOfStrings && strings.ContainsAny(entry, " \t") {
			return nil, fmt.Sprintf("%q contains white space; write a comma between two entries", entry)
		}
	}
	return entries, complaint
}

// splitList returns the entries of a list: those of a JSON array, or else what
// stands between commas and ends of lines.
func splitList(text string, kind settingKind) (entries []string, complaint string) {
	if quoted.MatchString(text) {
		var strings []*string // a null is none
		if json.Unmarshal([]byte(text), &strings) != nil || slices.Contains(strings, nil) {
			return nil, `is neither a JSON array of strings nor entries with commas between them; write ["a", "b"] or a,b`
		}
		for _, entry := range strings {
			entries = append(entries, *entry)
		}
		return entries, ""
	}
	var parts []string
	if kind == listOfRegexps {
		parts = splitRegexps(text)
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

// quoted matches the beginning of a list of quoted strings in JSON or Python. A
// regular expression can begin with a bracket, too, but no origin has quotes.
var quoted = regexp.MustCompile(`^[\[({]\s*(?:[rRbBuUfF]{0,2}["']|[\])}]$)`)

// splitRegexps splits at commas and ends of lines. A comma within brackets
// of any kind belongs to the expression. No origin has a comma, so that one
// outside of them has no other meaning.
func splitRegexps(text string) (parts []string) {
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
// policy. It writes what differs from the defaults. Each
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
	switch {
	case cfg.MaxAge == 0:
		want.MaxAge = cors.DefaultMaxAge
	case cfg.MaxAge < 0:
		want.MaxAge = -1
	}
	if len(cfg.PathRegexps) > 1 { // Python has them as one expression
		want.PathRegexps = []string{anchor("(?:" + strings.Join(cfg.PathRegexps, ")|(?:") + ")")}
	}
	variables := variables(&want)
	if len(want.PathRegexps) == 1 && matchesEveryPath(want.PathRegexps[0]) {
		want.PathRegexps = nil
	}
	got, _, err := ParseEnviron(variables)
	if err != nil && !errors.Is(err, ErrNoOrigins) {
		return nil, err
	}
	var errs Errors
	for _, f := range fields {
		if !same(f.Name, reflect.ValueOf(want).FieldByIndex(f.Index), reflect.ValueOf(got).FieldByIndex(f.Index)) {
			errs = append(errs, &Error{Name: f.Name, Value: fmt.Sprint(reflect.ValueOf(cfg).FieldByIndex(f.Index)), Message: "has no variable that means the same; write the Config as JSON"})
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return variables, nil
}

// same compares fields. A list may be nil or empty, except where nil means the
// defaults.
func same(field string, a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice && a.Len()+b.Len() == 0 && !nilMeansDefaults(field) {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// variables returns those for a Config with at most one expression for paths.
func variables(cfg *cors.Config) (variables []string) {
	write := func(name, value string) { variables = append(variables, name+"="+value) }
	writeList := func(name string, kind settingKind, entries []string) {
		if len(entries) > 0 {
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
		writeList(allowedOrigins, listOfStrings, cfg.AllowOrigins)
		writeList(allowedRegexes, listOfRegexps, cfg.AllowOriginRegexps)
	}
	if len(cfg.PathRegexps) > 0 {
		write(urlsRegex, cfg.PathRegexps[0])
	}
	writeNames := func(name string, names []string) {
		if names != nil { // nil means the defaults
			write(name, joinList(names, listOfStrings))
		}
	}
	writeNames(allowMethods, cfg.AllowMethods)
	writeNames(allowHeaders, cfg.AllowHeaders)
	writeList(exposeHeaders, listOfStrings, cfg.ExposeHeaders)
	if cfg.MaxAge != cors.DefaultMaxAge {
		write(preflightMaxAge, strconv.Itoa(max(cfg.MaxAge, 0)))
	}
	writeBool(allowCredentials, cfg.AllowCredentials)
	writeBool(allowPrivate, cfg.AllowPrivateNetwork)
	var risks []string
	for _, risk := range cfg.AcceptRisks {
		risks = append(risks, string(risk))
	}
	writeList(acceptRisks, listOfRegexps, risks)
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

// anchorEach returns regular expressions that mean to Python's re.match what the
// given ones mean to cors.Config, which anchors them itself.
func anchorEach(regexps []string) (anchored []string) {
	for _, s := range regexps {
		anchored = append(anchored, anchor(s))
	}
	return anchored
}

// flagGroup matches flags for a whole regular expression.
var flagGroup = regexp.MustCompile(`^\(\?[a-z]+\)`)

func anchor(s string) string {
	t, err := translate(s)
	if err != nil || t.re2 != s || !t.open {
		return s
	}
	flags := flagGroup.FindString(s)
	if s = s[len(flags):]; t.choice {
		s = "(?:" + s + ")"
	} else {
		s = strings.TrimPrefix(s, "^")
	}
	return flags + "^" + s + "$"
}
