package origin

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/corskit/cors/core/internal/message"
)

// space and quotes, which include brackets, are what people leave around an origin.
const space, quotes = " \t\r\n\u00a0\u200b\ufeff", "\"'`“”‘’<>"

// checkMistake refuses texts that aren't written as an origin at all, and says what
// they seem to be instead.
func checkMistake(s string) *Error {
	if !utf8.ValidString(s) {
		return problem(CodeCharacter, `isn't UTF-8; write the origin as the browser's address bar copies it`)
	}
	if unset.MatchString(s) {
		return problem(CodeVariable, "is the text of a variable that was not set or not replaced; set it to the origin, or leave the entry out")
	}
	switch strings.ToLower(strings.Trim(s, space+quotes)) {
	case "*":
		if s == "*" {
			break
		}
		return problem(CodeWildcard, `has white space or quotes around "*"; list the origins, or @* if every site may read responses`)
	case "self", "same-origin":
		return problem(CodeScheme, `isn't an origin, and pages of the server itself need no CORS; list the other sites that may read responses`)
	case "all", "any", "everyone", ".*", "^.*$":
		return problem(CodeWildcard, `isn't an origin; list the origins, or @* if every site may read responses`)
	}
	switch bare := strings.Trim(s, space+quotes); {
	case bare == s:
	case bare == "":
		return problem(CodeEmpty, "has nothing in it; remove the entry")
	case !separators.MatchString(bare) && bare == strings.Trim(s, space):
		return fix(CodeCharacter, bare, "has white space around it; write %q")
	case !separators.MatchString(bare) && strings.Trim(s, space+"<>") == bare:
		return fix(CodeQuotes, bare, "includes its brackets; write %q")
	case !separators.MatchString(bare):
		return fix(CodeQuotes, bare, "includes its quotes; write %q")
	}
	if err := checkSeveral(s); err != nil {
		return err
	}
	if err := checkNetwork(s); err != nil {
		return err
	}
	return checkRegexp(s)
}

// unsetHosts are valid hosts that are the text of no value.
var unsetHosts = []string{"undefined", "none", "nil", "null", "nan"}

// unset matches what is left of a variable: the text of no value in usual languages,
// or a placeholder of a shell, a template or a configuration system.
var unset = regexp.MustCompile(`(?i)^(?:undefined|none|nil|<nil>|<no value>|nan|true|false|todo|changeme)$` +
	`|://(?:` + strings.Join(unsetHosts, "|") + `)(?::|$)|\$\{?\w|\{\{|\{[A-Za-z_]\w*\}|#\{|@@|<[\w -]+>|^%\w+%$|://%\w+%|%\{|%[sdv](?:$|\W)|__\w+__|process\.env|your[_-]domain`)

// isPlaceholder reports whether unset may match a pattern whose host is valid. It costs
// far less.
func isPlaceholder(host string) bool {
	return slices.Contains(unsetHosts, host) || host == "process.env" || strings.Contains(host, "__") || strings.Contains(host, "your_domain") || strings.Contains(host, "your-domain")
}

// separators matches what people write between several origins.
var separators = regexp.MustCompile(`[\s,;|]+`)

// maxSeveral is how many of several origins a message lists.
const maxSeveral = 3

// checkSeveral refuses several origins in one text.
func checkSeveral(s string) *Error {
	var origins []string
	list := strings.TrimSpace(s)
	if strings.HasPrefix(list, "[") && strings.HasSuffix(list, "]") && strings.Contains(list, "://") {
		list = list[1 : len(list)-1]
	}
	for _, part := range separators.Split(list, -1) {
		if part = strings.Trim(part, quotes); part != "" {
			origins = append(origins, part)
		}
	}
	isOrigin := func(part string) bool { return strings.Contains(part, "://") }
	if len(origins) == 0 || len(origins) == 1 && origins[0] == s || !slices.ContainsFunc(origins, isOrigin) || regexpSyntax.MatchString(s) {
		return nil
	}
	listed := make(message.List, 0, maxSeveral)
	for _, o := range origins[:min(len(origins), maxSeveral)] {
		p, err := parsePattern(o)
		if err == nil {
			if _, covers := p.CoversPublicSuffix(); covers {
				err = problem(CodeWildcard, "")
			}
		}
		if err != nil {
			return problem(CodeSeveral, "is a list in one string; write an entry for each origin, with its scheme")
		}
		listed = append(listed, o)
	}
	if len(origins) == 1 {
		return problem(CodeSeveral, "is a list in one string; write an entry for each origin: %v", listed)
	}
	more := ""
	if len(origins) > maxSeveral {
		more = ", …"
	}
	return problem(CodeSeveral, "is several origins in one string; write an entry for each: %v%s", listed, more)
}

// checkNetwork refuses a range of addresses.
func checkNetwork(s string) *Error {
	_, rest, found := strings.Cut(s, "://")
	if !found {
		rest = s
	}
	address, bits, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	if _, err := netip.ParsePrefix(strings.Trim(address, "[]") + "/" + bits); err != nil {
		return nil
	}
	return problem(CodeIP, "is a network, and origins are compared one by one; list the origins, or check the address in @AllowOriginFunc")
}

// regexpSyntax matches what neither origins nor patterns have.
var regexpSyntax = regexp.MustCompile(`\\[.\-/wd]|\(|\||\[\^|\[[a-z]-|://\.[*+]|\?://|\[s\]|\[0-9|[\])]\{\d`)

// checkRegexp refuses a regular expression. It quotes one that AllowOriginRegexps
// accepts without a risk.
func checkRegexp(s string) *Error {
	re := s
	if inner, ok := strings.CutPrefix(re, "/"); ok && strings.LastIndexByte(inner, '/') > 0 { // as JavaScript writes it
		re = strings.ReplaceAll(inner[:strings.LastIndexByte(inner, '/')], `\/`, "/")
	}
	re = strings.TrimSuffix(strings.TrimPrefix(re, "^"), "$")
	if re == s && !regexpSyntax.MatchString(s) || !strings.Contains(re, "://") && !strings.Contains(re, `\.`) {
		return nil
	}
	e, err := readRegexp(re, &analysis{})
	if err != nil || strings.Contains(re, "`") || e.open != "" || e.insecure != "" {
		return problem(CodeRegexp, "is a regular expression, and @AllowOrigins has none; write it in @AllowOriginRegexps, so that it matches your domains only, such as `%s`", `https://([a-z0-9-]+\.)*example\.com`)
	}
	return problem(CodeRegexp, "is a regular expression; write `%s` in @AllowOriginRegexps", re)
}
