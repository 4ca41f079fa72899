package cors

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

// explainPath finds out which Config governs the path and by which entry, and
// if none does, which nearly would.
func (x *explainer) explainPath() {
	x.terms = x.Config
	if x.Config >= 0 {
		x.PathField, x.PathEntry = governing(&x.configs[x.Config], x.path, x.folding)
		x.noteOtherConfig()
		return
	}
	if x.Kind == NotCORS {
		return
	}
	why, remedy := x.nearPath()
	switch {
	case len(x.configs) == 0:
		why = "The engine has no Config."
		remedy = "Give it one by Reload or Attach."
	case why == "":
		why = fmt.Sprintf("No Config governs %s.", quote(x.path))
		remedy = "The request is left alone. If scripts of other origins are to read the answer, add the path to Paths of the Config whose policy is to hold there."
	default:
		why = fmt.Sprintf("No Config governs %s. %s", quote(x.path), why)
	}
	o := obstacle{Obstacle: Obstacle{Field: "Paths", Why: why, Remedy: remedy}}
	change, ok := x.addPath()
	switch {
	case ok:
		o.changes = []Change{change}
	case remedy == "":
		o.Remedy = "No change is proposed, since no Config can name this path alone: look at the client."
	}
	x.block(o)
}

// block adds an obstacle to both credentials modes.
func (x *explainer) block(o obstacle) {
	for mode := range x.obstacles {
		x.obstacles[mode] = append(x.obstacles[mode], o)
	}
}

// governing returns the field and the entry by which a Config governs a path.
// The field is empty if it governs every path; the entry, if it is not among
// the first.
func governing(cfg *Config, path string, f PathFolding) (field, entry string) {
	if len(cfg.Paths) == 0 && len(cfg.PathRegexps) == 0 {
		return "", ""
	}
	for _, s := range first(cfg.Paths) {
		if p, complaint := parsePathPattern(s); complaint == "" && p.match(f.fold(path), f) {
			return "Paths", s
		}
	}
	for _, s := range first(cfg.PathRegexps) {
		if x, err := parsePathRegexp(s); err == nil && x.match(path, f) {
			return "PathRegexps", s
		}
	}
	return "Paths", ""
}

// maxScanned is how many entries of a list are tried one by one.
const maxScanned = 1000

// first returns as many entries of a list as are tried one by one.
func first(list []string) []string { return list[:min(len(list), maxScanned)] }

// noteOtherConfig tells of a Config that would allow the origin, and that another
// takes precedence over.
func (x *explainer) noteOtherConfig() {
	if x.Allowed || x.Kind == NotCORS {
		return
	}
	for i := range x.configs {
		cfg := &x.configs[i]
		everything := len(cfg.Paths) == 0 && len(cfg.PathRegexps) == 0
		if _, entry := governing(cfg, x.path, x.folding); i != x.Config && (everything || entry != "") && x.policies[i].lists(x.request.Origin) {
			x.note("Config %d allows the origin, but Config %d applies to the path: its paths are narrower, or it comes first.", i, x.Config)
			return
		}
	}
}

// maxPath is how long a path may be for another to be near it.
const maxPath = 1024

// nearPath looks for a Config that nearly governs the path. It sets the terms,
// and says in sentences what is different.
func (x *explainer) nearPath() (why, remedy string) {
	x.terms = -1
	if len(x.path) > maxPath {
		return "", ""
	}
	for _, v := range x.pathVariations() {
		d := x.engine.Decide(&Request{Path: v.path, PathFolding: x.folding | v.folding})
		if !d.Governed() {
			continue
		}
		x.terms = d.Config()
		field, entry := governing(&x.configs[x.terms], v.path, x.folding|v.folding)
		return fmt.Sprintf("%s has %s, and the path differs from that in %s.", x.name(field), quote(entry), v.in), ""
	}
	for i := range x.configs {
		x.terms = i
		for _, s := range first(x.configs[i].Paths) {
			subtree := strings.TrimSuffix(s, "{$}")
			if !strings.HasSuffix(subtree, "/") {
				subtree += "/"
			}
			if p, complaint := parsePathPattern(subtree); complaint == "" && p.match(x.folding.fold(x.path), x.folding) {
				return fmt.Sprintf("%s has %s, which governs nothing below.", x.name("Paths"), quote(s)),
					fmt.Sprintf("To govern all below, write %s.", quote(subtree))
			}
		}
		for _, s := range first(x.configs[i].PathRegexps) {
			if re, err := regexp.Compile(s); err == nil && x.matchesPart(re) {
				return fmt.Sprintf("%s has %s, which matches a part of the path, and has to match all of it.", x.name("PathRegexps"), quote(s)),
					fmt.Sprintf("To govern all that begins so, write %s.", quote(s+".*"))
			}
		}
	}
	x.terms = -1
	return "", ""
}

// matchesPart reports whether an expression matches the beginning of the path.
func (x *explainer) matchesPart(re *regexp.Regexp) bool {
	match := re.FindStringIndex(x.path)
	return match != nil && match[0] == 0 && match[1] > len("/")
}

// A pathVariation is a path that may be meant.
type pathVariation struct {
	path    string
	folding PathFolding
	in      string // what it differs in
}

func (x *explainer) pathVariations() []pathVariation {
	p := x.path
	slash := p + "/"
	if bare, found := strings.CutSuffix(p, "/"); found {
		slash = bare
	}
	unescaped, err := url.PathUnescape(p)
	if err != nil {
		unescaped = p
	}
	return []pathVariation{
		{p, FoldCase, "case"},
		{slash, 0, "the slash at its end"},
		{path.Clean("/" + p), 0, "empty or dotted segments"},
		{unescaped, 0, "escaped characters"},
	}
}

// addPath returns the change that lets the Config whose terms would hold govern
// the path and no other. JSON holds text only, and so does a Config.
func (x *explainer) addPath() (Change, bool) {
	if x.terms < 0 || !utf8.ValidString(x.path) {
		return Change{}, false
	}
	pattern := strings.Clone(x.path)
	if pattern == "" || strings.HasSuffix(pattern, "/") {
		pattern = "/" + strings.TrimPrefix(pattern, "/") + "{$}"
	}
	if p, complaint := parsePathPattern(pattern); complaint == "" && p.match(x.folding.fold(x.path), x.folding) {
		return Change{Config: x.terms, Field: "Paths", Add: pattern}, true
	}
	return Change{Config: x.terms, Field: "PathRegexps", Add: regexp.QuoteMeta(x.path)}, true
}
