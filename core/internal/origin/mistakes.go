package origin

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// checkMistake refuses texts that aren't written as an origin at all, and says what
// they seem to be instead.
func checkMistake(s string) *Error {
	if !utf8.ValidString(s) {
		return problem(CodeCharacter, `isn't UTF-8; write the origin as the browser's address bar copies it`)
	}
	if unset.MatchString(s) {
		return problem(CodeVariable, "is the text of a variable that was not set or not replaced; set it to the origin, or leave the entry out")
	}
	const space, quotes = " \t\r\n", "\"'`"
	switch bare := strings.Trim(s, space+quotes); {
	case bare == s:
	case bare == "":
		return problem(CodeEmpty, "has nothing in it; remove the entry")
	case !separators.MatchString(bare) && bare == strings.Trim(s, space):
		return remedy(CodeCharacter, bare, "has white space around it; write %q")
	case !separators.MatchString(bare):
		return remedy(CodeQuotes, bare, "includes its quotes; write %q")
	}
	if err := checkSeveral(s); err != nil {
		return err
	}
	switch strings.ToLower(s) {
	case "all", "any", "everyone":
		return problem(CodeWildcard, `isn't an origin; list the origins, or write "*" if every site may read responses`)
	}
	if err := checkNetwork(s); err != nil {
		return err
	}
	return checkRegexp(s)
}

// unset matches what is left of a variable: the text of no value in usual languages,
// or a placeholder of a shell, a template or a configuration system.
var unset = regexp.MustCompile(`(?i)^(?:undefined|none|nil|<nil>|<no value>|nan|true|false|todo|changeme)$|\$\{?\w|\{\{|<[\w -]+>|^%\w+%$|%\{|^__\w+__$`)

// separators matches what people write between several origins.
var separators = regexp.MustCompile("[\\s,;|\\[\\]\"'`]+")

// maxSeveral is how many of several origins a message lists.
const maxSeveral = 3

// checkSeveral refuses several origins in one text.
func checkSeveral(s string) *Error {
	var origins []string
	for _, part := range separators.Split(s, -1) {
		if part == "" {
			continue
		}
		if !strings.Contains(part, "://") && part != Null {
			return nil
		}
		origins = append(origins, part)
	}
	if len(origins) == 0 || len(origins) == 1 && origins[0] == s {
		return nil
	}
	listed := make([]string, 0, maxSeveral)
	for _, o := range origins[:min(len(origins), maxSeveral)] {
		if _, err := parsePattern(o); err != nil {
			return problem(CodeSeveral, "is a list in one string; write an entry for each origin")
		}
		listed = append(listed, strconv.Quote(o))
	}
	if len(origins) == 1 {
		return problem(CodeSeveral, "is a list in one string; write an entry for each origin: %s", listed[0])
	}
	more := ""
	if len(origins) > maxSeveral {
		more = ", …"
	}
	return problem(CodeSeveral, "is several origins in one string; write an entry for each: %s%s", strings.Join(listed, ", "), more)
}

// checkNetwork refuses a range of addresses.
func checkNetwork(s string) *Error {
	_, rest, found := strings.Cut(s, "://")
	if !found {
		rest = s
	}
	if _, err := netip.ParsePrefix(rest); err != nil {
		return nil
	}
	return problem(CodeIP, "is a network, and origins are compared one by one; list the origins, or check the address in AllowOriginFunc")
}

// regexpSyntax matches what neither origins nor patterns have.
var regexpSyntax = regexp.MustCompile(`\\[.\-/wd]|\(|\||\[\^|\[[a-z]-|://\.[*+]|[\])]\{\d`)

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
		return problem(CodeRegexp, "is a regular expression, and AllowOrigins has none; write it in AllowOriginRegexps, so that it matches your domains only, such as `%s`", `https://([a-z0-9-]+\.)*example\.com`)
	}
	return problem(CodeRegexp, "is a regular expression; write `%s` in AllowOriginRegexps", re)
}
