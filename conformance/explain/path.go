package explain

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	cors "github.com/corskit/cors/core"
)

// matchingPath returns the field and the entry of cfg that match a path. The
// field is empty if cfg applies to every path. The entry is empty if none of
// the first maxEntries matches.
func matchingPath(cfg *cors.Config, path string, f cors.PathFolding) (field, entry string) {
	if len(cfg.Paths) == 0 && len(cfg.PathRegexps) == 0 {
		return "", ""
	}
	for _, s := range first(cfg.Paths) {
		if applies(cors.Config{Paths: []string{s}}, path, f) {
			return "Paths", s
		}
	}
	for _, s := range first(cfg.PathRegexps) {
		if applies(cors.Config{PathRegexps: []string{s}}, path, f) {
			return "PathRegexps", s
		}
	}
	return "Paths", ""
}

// applies reports whether a Config with only paths applies to a path.
func applies(cfg cors.Config, path string, f cors.PathFolding) bool {
	cfg.AllowOrigins = []string{"*"}
	engine, err := cors.New(cfg)
	return err == nil && engine.Decide(&cors.Request{Path: path, PathFolding: f}).Config() >= 0
}

// explainPath says that no Config applies to the path, and which Config nearly does.
func (x *explainer) explainPath() {
	if x.Config >= 0 {
		return
	}
	o := Obstacle{Field: "Paths"}
	near, fix := x.nearPath()
	switch {
	case len(x.configs) == 0:
		o.Why, o.Fix = "The engine has no Config.", "Give it one with Reload or Attach."
	case x.policy < 0:
		o.Why = fmt.Sprintf("No Config applies to %s.", quote(x.path))
		o.Fix = "The engine leaves the request alone. If scripts of other origins should read the response, add the path to Paths of a Config."
	default:
		o.Why, o.Fix = fmt.Sprintf("No Config applies to %s. %s", quote(x.path), near), fix
		o.change = x.addPath()
		if o.change == nil && o.Fix == "" {
			o.Fix = "No change is proposed because a Config can't contain this path. Look at the client."
		}
	}
	x.obstacles = append(x.obstacles, o)
}

// maxPath is the length of the longest path that is compared with others.
const maxPath = 1024

// nearPath looks for a Config that nearly applies to the path, and says how the
// path differs. It sets the policy.
func (x *explainer) nearPath() (why, fix string) {
	if len(x.path) > maxPath {
		return "", ""
	}
	unescaped, err := url.PathUnescape(x.path)
	if err != nil {
		unescaped = x.path
	}
	slash := x.path + "/"
	if bare, found := strings.CutSuffix(x.path, "/"); found {
		slash = bare
	}
	for _, similar := range []struct {
		path    string
		folding cors.PathFolding
		in      string // what it differs in
	}{
		{x.path, cors.FoldCase, "case"},
		{slash, 0, "the slash at its end"},
		{path.Clean("/" + x.path), 0, "empty or dotted segments"},
		{unescaped, 0, "escaped characters"},
	} {
		folding := x.folding | similar.folding
		i := x.engine.Decide(&cors.Request{Path: similar.path, PathFolding: folding}).Config()
		if i < 0 || i >= len(x.configs) {
			continue
		}
		if field, entry := matchingPath(&x.configs[i], similar.path, folding); entry != "" {
			x.policy = i
			return fmt.Sprintf("%s of Config %d has %s, and the path differs in %s.", field, i, quote(entry), similar.in), ""
		}
	}
	for i := range x.configs[:min(len(x.configs), maxEntries)] {
		for _, s := range first(x.configs[i].Paths) {
			below := strings.TrimSuffix(strings.TrimSuffix(s, "{$}"), "/") + "/"
			if applies(cors.Config{Paths: []string{below}}, x.path, x.folding) {
				x.policy = i
				return fmt.Sprintf("Paths of Config %d has %s, which does not match paths below it.", i, quote(s)),
					fmt.Sprintf("To match all paths below, write %s.", quote(below))
			}
		}
	}
	return "", ""
}

// addPath returns the change that makes the policy apply to the path and to no
// other. It returns nil for invalid UTF-8, which a Config in JSON can't
// contain.
func (x *explainer) addPath() *Change {
	if !utf8.ValidString(x.path) {
		return nil
	}
	pattern := x.path
	if pattern == "" || strings.HasSuffix(pattern, "/") {
		pattern = "/" + strings.TrimPrefix(pattern, "/") + "{$}"
	}
	if applies(cors.Config{Paths: []string{pattern}}, x.path, x.folding) {
		return &Change{Config: x.policy, Field: "Paths", Add: pattern}
	}
	return &Change{Config: x.policy, Field: "PathRegexps", Add: regexp.QuoteMeta(x.path)}
}

// hasTwoPolicies reports whether another Config applies to the path as a file
// server reads it, unescaped and cleaned.
func (x *explainer) hasTwoPolicies() bool {
	plain, err := url.PathUnescape(x.path)
	if err != nil {
		plain = x.path
	}
	served := path.Clean("/" + plain)
	if strings.HasSuffix(plain, "/") && served != "/" {
		served += "/"
	}
	if served == x.path {
		return false
	}
	other := x.engine.Decide(&cors.Request{Path: served, PathFolding: x.folding}).Config()
	return other >= 0 && other != x.policy || x.PathField != "" && x.PathEntry == ""
}
