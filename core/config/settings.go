package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
)

// A setting of django-cors-headers.
type setting struct {
	name  string
	field string // of cors.Config
	// older is the name that it had before version 3.5, which is still read there.
	older string
	// misspelt are names that are common and that are not read there. Those of
	// settings that decide who is allowed are not read here either: see nearest.
	misspelt []string
}

// names returns all that are read, in the order in which they count.
func (s setting) names() []string {
	names := []string{s.name}
	if s.older != "" {
		names = append(names, s.older)
	}
	return append(names, s.misspelt...)
}

// A settingKind is what the value of a setting has to be.
type settingKind uint8

const (
	listOfStrings settingKind = iota
	listOfExpressions
	oneExpression
	wholeNumber
	trueOrFalse
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

// defaultMaxAge is that of django-cors-headers.
const defaultMaxAge = 86400

// settings are all that are read. CORS_ACCEPT_RISKS is our own.
var settings = []setting{
	{name: allowedOrigins, field: "AllowOrigins", older: "CORS_ORIGIN_WHITELIST"},
	{name: allowedRegexes, field: "AllowOriginRegexps", older: "CORS_ORIGIN_REGEX_WHITELIST"},
	{name: allowAllOrigins, field: "AllowOrigins", older: "CORS_ORIGIN_ALLOW_ALL"},
	{name: urlsRegex, field: "PathRegexps"},
	{name: allowMethods, field: "AllowMethods", misspelt: []string{"CORS_ALLOWED_METHODS", "CORS_ALLOW_METHOD"}},
	{name: allowHeaders, field: "AllowHeaders", misspelt: []string{"CORS_ALLOWED_HEADERS"}},
	{name: exposeHeaders, field: "ExposeHeaders", misspelt: []string{"CORS_EXPOSED_HEADERS"}},
	{name: preflightMaxAge, field: "MaxAge", misspelt: []string{"CORS_MAX_AGE"}},
	{name: allowCredentials, field: "AllowCredentials"},
	{name: allowPrivate, field: "AllowPrivateNetwork"},
	{name: acceptRisks, field: "AcceptRisks"},
}

// unread are names that people write and that set nothing here.
var unread = map[string]Note{
	"CORS_REPLACE_HTTPS_REFERER": {Done: "has no counterpart: it made Django's CSRF check pass, and django-cors-headers 4.0 dropped it", Instead: "nothing"},
	"CORS_MODEL":                 {Done: "has no counterpart: django-cors-headers 3.0 dropped it", Instead: "AllowOriginFunc, which can look origins up"},
	"CORS_URLS_ALLOW_ALL_REGEX":  {Done: "has no counterpart: it is a setting of django-cors-middleware", Instead: `a Config of its own in front of this one, with PathRegexps and with AllowOrigins "*"`},
	"CORS_ALLOW_ALL_METHODS":     {Done: "is no setting, and was left alone, as django-cors-headers does", Instead: allowMethods + `, with "*" for all`},
	"CORS_ALLOW_ALL_HEADERS":     {Done: "is no setting, and was left alone, as django-cors-headers does", Instead: allowHeaders + `, with "*" for all`},
	"CSRF_TRUSTED_ORIGINS":       {Done: "was left alone: it is about requests, and CORS is about reading answers", Instead: "RejectDisallowed, which answers 403 to denied cross-origin requests before the handler runs, if that is what it is for"},
}

// settingNames are the names of all settings, and readNames those and all that
// are read in their place.
var settingNames, readNames = func() (names, read []string) {
	for _, s := range settings {
		names = append(names, s.name)
		read = append(read, s.names()...)
	}
	return names, read
}()

// isSettingName reports whether a name is one that is looked at.
func isSettingName(name string) bool {
	return strings.HasPrefix(name, "CORS_") || unread[name].Done != ""
}

// settingName returns the name of the setting for a field of cors.Config, if
// there is one.
func settingName(field string) string {
	for _, s := range settings {
		if s.field == field {
			return s.name
		}
	}
	return field
}

// An assignment gives a name a value.
type assignment struct {
	name string
	at   Position
	// read reads the value as a setting's kind wants it.
	read func(settingKind) (value, *Error)
}

// A reader turns assignments into a Config.
type reader struct {
	assigned map[string]assignment
	used     map[string]assignment // by the names of settings
	written  map[string]written    // by the names of settings

	cfg   cors.Config
	notes []Note
	errs  Errors
}

// A written setting is the assignment that it was given by, and the places of
// its entries.
type written struct {
	assignment
	entries []Position
}

// readSettings returns the Config that follows from assignments. The errors
// begin with those that are given.
func readSettings(assigned map[string]assignment, errs Errors) (cors.Config, []Note, Errors) {
	r := &reader{assigned: assigned, used: make(map[string]assignment), written: make(map[string]written), errs: errs}
	r.choose()
	r.origins()
	r.paths()
	r.cfg.AllowMethods = r.list(allowMethods, cors.CommonMethods())
	r.cfg.AllowHeaders = r.list(allowHeaders, cors.CommonHeaders())
	r.dropForbidden()
	r.cfg.ExposeHeaders = r.list(exposeHeaders, nil)
	r.maxAge()
	r.cfg.AllowCredentials = r.bool(allowCredentials)
	r.cfg.AllowPrivateNetwork = r.bool(allowPrivate)
	for _, risk := range r.list(acceptRisks, nil) {
		r.cfg.AcceptRisks = append(r.cfg.AcceptRisks, cors.Risk(risk))
	}
	r.wildcards()
	if len(r.errs) == 0 {
		r.errs = check([]cors.Config{r.cfg}, r.locate, settingName)
		for _, e := range r.errs {
			if e.Name == r.used[allowAllOrigins].name {
				e.Value = "" // "*" is not what was written
			}
		}
	}
	if len(r.errs) > 0 {
		return cors.Config{}, r.notes, r.errs
	}
	return r.cfg, r.notes, nil
}

func (r *reader) note(a assignment, done, instead string) {
	r.notes = append(r.notes, Note{a.at, a.name, done, instead})
}

func (r *reader) report(at Position, name, value, format string, args ...any) {
	r.errs = append(r.errs, &Error{Position: at, Name: name, Value: value, Message: fmt.Sprintf(format, args...)})
}

// choose picks for every setting the assignment that counts, and says what
// becomes of all others.
func (r *reader) choose() {
	for _, s := range settings {
		for _, name := range s.names() {
			a, assigned := r.assigned[name]
			if !assigned {
				continue
			}
			counts, taken := r.used[s.name]
			switch {
			case taken:
				r.note(a, "was left alone, since "+counts.name+" is set", s.name+" only")
				continue
			case name == s.older:
				r.note(a, "was read as "+s.name+", whose name it was before django-cors-headers 3.5", s.name)
			case name != s.name:
				r.note(a, "was read as "+s.name+"; django-cors-headers does not read it", s.name)
			}
			r.used[s.name] = a
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.assigned)) {
		a := r.assigned[name]
		near := nearest(name, readNames)
		switch about, ok := unread[name]; {
		case slices.Contains(readNames, name):
		case ok:
			r.note(a, about.Done, about.Instead)
		case near != "":
			r.report(a.at, name, "", "is no setting, and django-cors-headers does not read it: write %s if that is meant, or leave it out", near)
		default:
			r.note(a, "is no setting, and was left alone", "one of "+strings.Join(settingNames, ", ")+" if that is meant")
		}
	}
}

// value returns the value of a setting, if it has one.
func (r *reader) value(name string, kind settingKind) (value, assignment, bool) {
	a, ok := r.used[name]
	if !ok {
		return value{}, a, false
	}
	v, problem := a.read(kind)
	if problem != nil {
		r.errs = append(r.errs, problem)
	}
	return v, a, problem == nil
}

// list returns the value of a setting that is a list of strings.
func (r *reader) list(name string, otherwise []string) []string {
	v, a, ok := r.value(name, listOfStrings)
	if !ok {
		return otherwise
	}
	var texts []string
	for _, entry := range *v.items {
		texts = append(texts, entry.text)
	}
	r.remember(name, a, *v.items)
	return texts
}

// remember remembers where a setting and its entries stand.
func (r *reader) remember(name string, a assignment, entries []value) {
	w := written{assignment: a}
	for _, entry := range entries {
		w.entries = append(w.entries, entry.at)
	}
	r.written[name] = w
}

func (r *reader) bool(name string) bool {
	v, _, _ := r.value(name, trueOrFalse)
	return v.truth
}

func (r *reader) maxAge() {
	r.cfg.MaxAge = defaultMaxAge
	v, a, ok := r.value(preflightMaxAge, wholeNumber)
	if !ok {
		return
	}
	if v.number < 0 {
		r.report(v.at, a.name, fmt.Sprint(v.number), "is negative: write for how many seconds browsers may keep the answer to a preflight, or 0 to leave that open")
	}
	r.cfg.MaxAge = v.number
	r.remember(preflightMaxAge, a, nil)
}

// origins reads what says who is allowed.
func (r *reader) origins() {
	all, allBy, _ := r.value(allowAllOrigins, trueOrFalse)
	if all.truth {
		r.cfg.AllowOrigins = []string{"*"}
		r.remember(allowedOrigins, allBy, nil)
		for _, name := range []string{allowedOrigins, allowedRegexes} {
			if a, ok := r.used[name]; ok {
				r.note(a, "was left alone, since "+allBy.name+" allows every origin", "one of them only")
			}
		}
		return
	}
	r.cfg.AllowOrigins = r.list(allowedOrigins, nil)
	by := r.written[allowedOrigins]
	for i, o := range r.cfg.AllowOrigins {
		switch {
		case o == "*":
			r.report(by.entries[i], by.name, o, "is no origin, and django-cors-headers refuses it: write %s = True if every site may read the answers", allowAllOrigins)
		case strings.Contains(o, "*"):
			r.note(assignment{name: by.name, at: by.entries[i]}, fmt.Sprintf("has %q, which is a pattern here; django-cors-headers compares it letter by letter, so that it allows nothing there", o), "the origins that are meant, if it is not a pattern")
		}
	}
	r.expressions()
	if len(r.cfg.AllowOrigins)+len(r.cfg.AllowOriginRegexps) == 0 && len(r.errs) == 0 {
		r.note(assignment{name: allowedOrigins}, "allows no origin, and neither does anything else, which cors.New refuses", "the origins; if handlers of the signal check_request_enabled decide, set AllowOriginFunc")
	}
}

// expressions reads those for origins. They are matched to the end here.
func (r *reader) expressions() {
	v, a, ok := r.value(allowedRegexes, listOfExpressions)
	if !ok {
		return
	}
	for _, entry := range *v.items {
		e := r.translate(entry, a)
		if e == nil {
			continue
		}
		r.cfg.AllowOriginRegexps = append(r.cfg.AllowOriginRegexps, e.re2)
		if e.open {
			r.note(assignment{name: a.name, at: entry.at},
				fmt.Sprintf("has %q, which does not say where an origin ends: django-cors-headers lets anything follow, as in %q, and here nothing may", entry.text, "https://app.example.com.attacker.example"),
				fmt.Sprintf(`%q, or with "(:\d+)?" before the "$" if any port is meant`, e.alone()+"$"))
		}
	}
	r.remember(allowedRegexes, a, *v.items)
}

// paths reads the expression for paths. There, it has to match their beginning;
// here, all of them.
func (r *reader) paths() {
	v, a, ok := r.value(urlsRegex, oneExpression)
	if !ok {
		return
	}
	e := r.translate(v, a)
	if e == nil {
		return
	}
	if e.unicode {
		r.note(a, `has \w, \d, \s or \b, which stand for characters of ASCII here and of all of Unicode there`, `classes such as [\pL\p{Nd}_], which RE2 alone reads, into PathRegexps if paths have other characters`)
	}
	if matchesEveryPath(e.re2) {
		return
	}
	re2 := e.re2
	if e.open {
		re2 = e.alone() + ".*"
	}
	r.cfg.PathRegexps = []string{re2}
	r.remember(urlsRegex, a, []value{v})
}

// matchesEveryPath reports whether an expression is one of those that people
// write for all paths.
func matchesEveryPath(re2 string) bool {
	return slices.Contains([]string{"", "/", ".*", "/.*", ".*$", "/.*$"}, strings.TrimPrefix(re2, "^"))
}

// translate translates an expression, or reports why it cannot.
func (r *reader) translate(v value, a assignment) *expression {
	e, fault := translate(v.text)
	if fault != nil {
		r.report(v.at, a.name, v.text, "%s", fault)
		return nil
	}
	flags := strings.ReplaceAll(v.flags, "a", "")
	if flags != v.flags {
		e.unicode = false
	}
	if flags != "" {
		e.re2 = "(?" + flags + ")" + e.re2
	}
	return e
}

// dropForbidden drops the headers that were in the default of
// django-cors-headers until version 4.0, and so are in many copies of it.
// Browsers set them themselves, so that listing them allows nothing.
func (r *reader) dropForbidden() {
	w := r.written[allowHeaders]
	var dropped []string
	for i := len(r.cfg.AllowHeaders) - 1; i >= 0; i-- {
		name := r.cfg.AllowHeaders[i]
		if slices.Contains([]string{"accept-encoding", "dnt", "origin"}, strings.ToLower(name)) {
			dropped = append(dropped, fmt.Sprintf("%q", name))
			r.cfg.AllowHeaders = slices.Delete(r.cfg.AllowHeaders, i, i+1)
			w.entries = slices.Delete(w.entries, i, i+1)
		}
	}
	if len(dropped) == 0 {
		return
	}
	r.written[allowHeaders] = w
	slices.Reverse(dropped)
	r.note(w.assignment, "was read without "+strings.Join(dropped, ", ")+": browsers set such headers themselves and never let scripts set them", "the others only")
}

// wildcards says where "*" allows more here than there.
func (r *reader) wildcards() {
	if !r.cfg.AllowCredentials {
		return
	}
	for _, list := range []struct {
		name    string
		entries []string
	}{{allowMethods, r.cfg.AllowMethods}, {allowHeaders, r.cfg.AllowHeaders}} {
		if i := slices.Index(list.entries, "*"); i >= 0 {
			w := r.written[list.name]
			r.note(assignment{name: w.name, at: w.entries[i]}, `has "*", which allows all here; with credentials, browsers take what django-cors-headers sends for a name, so that it allows nothing there`, "the names one by one, if not all are meant")
		}
	}
}

// locate says where a field was written. All those that can be refused were:
// nothing is wrong with the defaults.
func (r *reader) locate(_ int, field string, entry int) (name string, at Position) {
	w := r.written[settingName(field)]
	if entry < 0 || entry >= len(w.entries) {
		return w.name, w.at
	}
	return w.name, w.entries[entry]
}
