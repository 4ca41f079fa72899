package config

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	cors "github.com/corskit/cors/core"
)

// A setting is one of django-cors-headers.
type setting struct {
	name  string
	kind  settingKind
	field string // of cors.Config
	// older is the name before django-cors-headers 3.5, which still reads it.
	older string
	// misspelt are common names that django-cors-headers ignores. Settings that
	// decide who is allowed have none: reading one could allow more origins.
	misspelt []string
}

// names returns the names that are read, the one that takes precedence first.
func (s setting) names() []string {
	names := []string{s.name}
	if s.older != "" {
		names = append(names, s.older)
	}
	return append(names, s.misspelt...)
}

// A settingKind is what the value of a setting has to be, and so the type that a
// readFunc returns.
type settingKind uint8

const (
	listOfStrings settingKind = iota // []string
	listOfRegexps                    // []string
	oneRegexp                        // string
	wholeNumber                      // int
	trueOrFalse                      // bool
)

const (
	allowedOrigins   = "CORS_ALLOWED_ORIGINS"
	allowedRegexes   = "CORS_ALLOWED_ORIGIN_REGEXES"
	allowAllOrigins  = "CORS_ALLOW_ALL_ORIGINS"
	urlsRegex        = "CORS_URLS_REGEX"
	allowMethods     = "CORS_ALLOW_METHODS"
	allowHeaders     = "CORS_ALLOW_HEADERS"
	exposeHeaders    = "CORS_EXPOSE_HEADERS"
	preflightMaxAge  = "CORS_PREFLIGHT_MAX_AGE"
	allowCredentials = "CORS_ALLOW_CREDENTIALS"
	allowPrivate     = "CORS_ALLOW_PRIVATE_NETWORK"
	acceptRisks      = "CORS_ACCEPT_RISKS"
)

// settings are the settings that are read. django-cors-headers has no
// CORS_ACCEPT_RISKS.
var settings = []setting{
	{name: allowedOrigins, kind: listOfStrings, field: "AllowOrigins", older: "CORS_ORIGIN_WHITELIST"},
	{name: allowedRegexes, kind: listOfRegexps, field: "AllowOriginRegexps", older: "CORS_ORIGIN_REGEX_WHITELIST"},
	{name: allowAllOrigins, kind: trueOrFalse, field: "AllowOrigins", older: "CORS_ORIGIN_ALLOW_ALL"},
	{name: urlsRegex, kind: oneRegexp, field: "PathRegexps"},
	{name: allowMethods, kind: listOfStrings, field: "AllowMethods", misspelt: []string{"CORS_ALLOWED_METHODS", "CORS_ALLOW_METHOD"}},
	{name: allowHeaders, kind: listOfStrings, field: "AllowHeaders", misspelt: []string{"CORS_ALLOWED_HEADERS"}},
	{name: exposeHeaders, kind: listOfStrings, field: "ExposeHeaders", misspelt: []string{"CORS_EXPOSED_HEADERS"}},
	{name: preflightMaxAge, kind: wholeNumber, field: "MaxAge", misspelt: []string{"CORS_MAX_AGE"}},
	{name: allowCredentials, kind: trueOrFalse, field: "AllowCredentials"},
	{name: allowPrivate, kind: trueOrFalse, field: "AllowPrivateNetwork"},
	{name: acceptRisks, kind: listOfRegexps, field: "AcceptRisks"}, // an entry can have a regular expression
}

// unread are known names that have no field, with the message of their Note.
var unread = map[string]string{
	"CORS_REPLACE_HTTPS_REFERER": "has no counterpart: it made Django's CSRF check pass, and django-cors-headers 4.0 dropped it; remove it",
	"CORS_MODEL":                 "has no counterpart: django-cors-headers 3.0 dropped it; write an AllowOriginFunc that looks up origins",
	"CORS_URLS_ALLOW_ALL_REGEX":  `has no counterpart: it is a setting of django-cors-middleware; write another Config with PathRegexps and with AllowOrigins "*"`,
	"CORS_ALLOW_ALL_METHODS":     "isn't a setting, and django-cors-headers ignores it, too; write " + allowMethods + ` with "*" to allow all`,
	"CORS_ALLOW_ALL_HEADERS":     "isn't a setting, and django-cors-headers ignores it, too; write " + allowHeaders + ` with "*" to allow all`,
	"CSRF_TRUSTED_ORIGINS":       "has no counterpart: it limits who can send requests, and CORS limits who can read responses; set RejectDisallowed to deny cross-origin requests from other origins before the handler runs",
}

// settingNames are the names of settings. readNames includes older and misspelt
// names.
var settingNames, readNames = func() (names, read []string) {
	for _, s := range settings {
		names = append(names, s.name)
		read = append(read, s.names()...)
	}
	return names, read
}()

// isSettingName reports whether a setting with this name is read, noted or
// refused, rather than somebody else's.
func isSettingName(name string) bool {
	return strings.HasPrefix(name, "CORS_") || unread[name] != ""
}

// settingNamed returns the setting that is read under a name.
func settingNamed(name string) (s setting, found bool) {
	i := slices.IndexFunc(settings, func(s setting) bool { return slices.Contains(s.names(), name) })
	if i < 0 {
		return setting{}, false
	}
	return settings[i], true
}

// settingOf returns the setting for a field of cors.Config, or one that has the
// field's name alone.
func settingOf(field string) setting {
	for _, s := range settings {
		if s.field == field {
			return s
		}
	}
	return setting{name: field}
}

// A readFunc returns the value of a setting as a kind needs it.
type readFunc func(settingKind) (any, Errors)

// A settingsReader turns settings into a Config.
type settingsReader struct {
	assigned map[string]readFunc // by the names that are written
	used     map[string]string   // the name that is written, by the setting's
	headers  []int               // indices of AllowHeaders in the setting
	regexps  []int               // indices of AllowOriginRegexps in the setting
	// translated are regular expressions as they are written, by the names of their
	// entries.
	translated map[string]string

	cfg   cors.Config
	notes []Note
	errs  Errors

	allowsNone bool // no setting allows an origin
}

// readSettings reads settings. The errors begin with those that are given; quote, if not
// nil, quotes texts in what package cors says.
func readSettings(assigned map[string]readFunc, errs Errors, quote func(string) string) *settingsReader {
	r := &settingsReader{assigned: assigned, used: make(map[string]string), translated: make(map[string]string), errs: errs}
	r.choose()
	r.origins()
	r.paths()
	r.cfg.AllowMethods = r.names(allowMethods)
	r.allowHeaders()
	r.cfg.ExposeHeaders = read[[]string](r, exposeHeaders, nil)
	switch r.cfg.MaxAge = read(r, preflightMaxAge, cors.DefaultMaxAge); {
	case r.cfg.MaxAge < 0:
		r.report(r.used[preflightMaxAge], strconv.Itoa(r.cfg.MaxAge), "is negative; write how many seconds browsers may cache a preflight response, or 0 if they may not")
	case r.cfg.MaxAge == 0:
		r.cfg.MaxAge = -1
	}
	r.cfg.AllowCredentials = read(r, allowCredentials, false)
	r.cfg.AllowPrivateNetwork = read(r, allowPrivate, false)
	for _, risk := range read[[]string](r, acceptRisks, nil) {
		r.cfg.AcceptRisks = append(r.cfg.AcceptRisks, cors.Risk(risk))
	}
	r.wildcards()
	style := cors.Style{
		Field:     func(field string) string { return settingOf(field).name },
		Quote:     quote,
		AnyOrigin: "set " + allowAllOrigins + " to true",
	}
	checked := check([]cors.Config{r.cfg}, r.locate, style, r.isWrong)
	for _, e := range checked {
		if e.Name == r.used[allowAllOrigins] {
			e.Value = "" // "*" is not what was written
		}
		if python, ok := r.translated[e.Name]; ok {
			e.Value = python
		}
	}
	r.errs = append(r.errs, checked...)
	return r
}

// result returns the Config that the settings describe, or the errors.
func (r *settingsReader) result() (cors.Config, []Note, error) {
	if len(r.errs) > 0 {
		return cors.Config{}, r.notes, r.errs
	}
	return r.cfg, r.notes, nil
}

func (r *settingsReader) note(name, value, format string, args ...any) {
	r.notes = append(r.notes, Note{name, value, fmt.Sprintf(format, args...)})
}

func (r *settingsReader) report(name, value, format string, args ...any) {
	r.errs = append(r.errs, &Error{Name: name, Value: value, Message: fmt.Sprintf(format, args...)})
}

// choose picks the name that is used for each setting, and reports the others.
func (r *settingsReader) choose() {
	for _, s := range settings {
		for _, name := range s.names() {
			if r.assigned[name] == nil {
				continue
			}
			counts, taken := r.used[s.name]
			switch {
			case taken:
				r.note(name, "", "is ignored, since %s is set; write %s only", counts, s.name)
				continue
			case name == s.older:
				r.note(name, "", "is read as %s, its name since django-cors-headers 3.5; write %s", s.name, s.name)
			case name != s.name:
				r.note(name, "", "is read as %s, but django-cors-headers ignores it; write %s", s.name, s.name)
			}
			r.used[s.name] = name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.assigned)) {
		near := nearest(name, readNames)
		switch message := unread[name]; {
		case slices.Contains(readNames, name):
		case message != "":
			r.note(name, "", "%s", message)
		case near != "":
			meant, _ := settingNamed(near)
			r.report(name, "", "isn't a setting, and django-cors-headers ignores it; write %s if you mean that, or remove it", meant.name)
		default:
			r.note(name, "", "isn't a setting, and is ignored; write one of %s, or remove it", strings.Join(settingNames, ", "))
		}
	}
}

// read returns the value of a setting, or otherwise if it has none.
func read[T any](r *settingsReader, name string, otherwise T) T {
	written, ok := r.used[name]
	if !ok {
		return otherwise
	}
	s, _ := settingNamed(name)
	v, errs := r.assigned[written](s.kind)
	if len(errs) > 0 {
		r.errs = append(r.errs, errs...)
		return otherwise
	}
	return v.(T)
}

// origins reads the settings that say who is allowed.
func (r *settingsReader) origins() {
	if read(r, allowAllOrigins, false) {
		r.cfg.AllowOrigins = []string{"*"}
		for _, name := range []string{allowedOrigins, allowedRegexes} {
			if written, ok := r.used[name]; ok {
				r.note(written, "", "is ignored, since %s allows every origin; write one of them only", r.used[allowAllOrigins])
			}
		}
		return
	}
	r.cfg.AllowOrigins = read[[]string](r, allowedOrigins, nil)
	for i, o := range r.cfg.AllowOrigins {
		switch name := entryPath(r.used[allowedOrigins], i); {
		case o == "*":
			r.report(name, o, "isn't an origin, and django-cors-headers refuses it, too; set %s to true if every site may read responses", allowAllOrigins)
		case strings.Contains(o, "*"):
			r.note(name, o, "is a pattern here, whereas django-cors-headers compares it literally and so allows nothing; list the origins if you don't mean a pattern")
		}
	}
	for i, python := range read[[]string](r, allowedRegexes, nil) {
		name := entryPath(r.used[allowedRegexes], i)
		t := r.translate(name, python)
		if t == nil {
			continue
		}
		r.cfg.AllowOriginRegexps = append(r.cfg.AllowOriginRegexps, t.re2)
		r.regexps = append(r.regexps, i)
		if t.open {
			r.note(name, python, "is matched against the whole origin here, whereas django-cors-headers lets anything follow, such as \".attacker.example\"; write `%s`, or `%s` if you mean any port", t.append("$"), t.append(`(:\d+)?$`))
		}
	}
	r.allowsNone = len(r.cfg.AllowOrigins)+len(r.cfg.AllowOriginRegexps) == 0 && len(r.errs) == 0
}

// paths reads the regular expression for paths. django-cors-headers matches it
// against their beginning, and package cors against all of them.
func (r *settingsReader) paths() {
	python, name := read(r, urlsRegex, ""), r.used[urlsRegex]
	t := r.translate(name, python)
	switch {
	case t == nil || matchesEveryPath(t.re2):
		return
	case t.wider != "":
		r.report(name, python, "%s matches more in RE2 than in Python, where it takes all of Unicode into account; put (?a) first, or write what is allowed", t.wider)
	case t.unicode:
		r.note(name, python, `\d, \s and \w match ASCII only here, and all of Unicode in Python; write classes such as [\pL\p{Nd}_] into PathRegexps if paths have other characters`)
	}
	if t.open {
		t.re2 = t.append(".*")
	}
	r.cfg.PathRegexps = []string{t.re2}
}

// matchesEveryPath reports whether a regular expression is one of those that
// people write for all paths.
func matchesEveryPath(re2 string) bool {
	return slices.Contains([]string{"", "/", ".*", "/.*", ".*$", "/.*$"}, strings.TrimPrefix(re2, "^"))
}

// translate translates a regular expression, or reports why it can't.
func (r *settingsReader) translate(name, python string) *translation {
	t, err := translate(python)
	if err != nil {
		r.report(name, python, "%v", err)
		return nil
	}
	r.translated[name] = python
	return t
}

// isWrong reports whether the setting for a field has an error.
func (r *settingsReader) isWrong(_ int, field string) bool {
	return slices.ContainsFunc(settings, func(s setting) bool {
		written := r.used[s.name]
		return s.field == field && written != "" && slices.ContainsFunc(r.errs, func(e *Error) bool { return strings.HasPrefix(e.Name, written) })
	})
}

// names returns a list that is nil if it isn't set, which means the defaults, and empty
// if it is set to nothing.
func (r *settingsReader) names(setting string) []string {
	names := read[[]string](r, setting, nil)
	if r.used[setting] != "" && names == nil {
		return []string{}
	}
	return names
}

// allowHeaders reads the allowed headers. It drops those that were among the
// defaults of django-cors-headers until version 4.0, and so are in many copies of
// them. Browsers set them themselves, so listing them allows nothing.
func (r *settingsReader) allowHeaders() {
	var dropped []string
	names := r.names(allowHeaders)
	if names != nil {
		r.cfg.AllowHeaders = []string{}
	}
	for i, name := range names {
		if slices.Contains([]string{"accept-encoding", "dnt", "origin"}, strings.ToLower(name)) {
			dropped = append(dropped, strconv.Quote(name))
			continue
		}
		r.cfg.AllowHeaders = append(r.cfg.AllowHeaders, name)
		r.headers = append(r.headers, i)
	}
	if len(dropped) > 0 {
		r.note(r.used[allowHeaders], "", "is read without %s, which browsers set and scripts can't; remove them", strings.Join(dropped, ", "))
	}
}

// wildcards notes where "*" allows more than with django-cors-headers.
func (r *settingsReader) wildcards() {
	if !r.cfg.AllowCredentials {
		return
	}
	for _, field := range []string{"AllowMethods", "AllowHeaders"} {
		entries := reflect.ValueOf(r.cfg).FieldByName(field).Interface().([]string)
		if i := slices.Index(entries, "*"); i >= 0 {
			name, _ := r.locate(0, field, i)
			r.note(name, "*", "allows everything here, whereas django-cors-headers sends it as it is, and with credentials browsers then allow nothing; list the names if you don't mean everything")
		}
	}
}

// locate returns the name under which a field or an entry was written.
func (r *settingsReader) locate(_ int, field string, entry int) (name string, at Position) {
	s := settingOf(field)
	if s.name == allowedOrigins && slices.Equal(r.cfg.AllowOrigins, []string{"*"}) {
		return r.used[allowAllOrigins], at
	}
	name = cmp.Or(r.used[s.name], s.name)
	if entry < 0 || s.kind != listOfStrings && s.kind != listOfRegexps {
		return name, at
	}
	switch s.name {
	case allowHeaders:
		entry = r.headers[entry]
	case allowedRegexes:
		entry = r.regexps[entry]
	}
	return entryPath(name, entry), at
}
