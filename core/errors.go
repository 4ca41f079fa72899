package cors

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corskit/cors/core/internal/message"
	"github.com/corskit/cors/core/internal/origin"
)

// A ConfigError says what is wrong with a Config and what to write instead.
type ConfigError struct {
	Index   int    // of the Config among those given to New
	Call    string // that attached the Config, such as Group("/api"), or empty
	Field   string // of the Config, or empty if the problem is where Call attaches it
	Entry   int    // the index of the entry in Field, or -1 for the whole field
	Value   string // of the entry, of a field that isn't a list, or where Call attaches the Config
	Code    Code
	Message string // what is wrong, and after a semicolon what to write instead
	Risk    Risk   // what to add to AcceptRisks if it is meant, or empty

	message      message.Message
	oneOfSeveral bool // New was given more than one Config
}

func (e *ConfigError) say(m message.Message) { e.message, e.Message = m, m.Error() }

// Advice returns the Message and, if it is a risk, how to accept it. Leave that out for
// people who may not: show them the Message.
func (e *ConfigError) Advice() string { return e.AdviceIn(Style{}) }

// A Style is how Configs are written that aren't written in Go.
type Style struct {
	Field func(name string) string // returns what a field of Config is called; nil: its name
	Quote func(text string) string // quotes a text; nil: as in Go
	// AnyOrigin says how to allow any origin, such as "set ALLOW_ALL to true"; empty:
	// write "*".
	AnyOrigin string
}

// AdviceIn is Advice for Configs that are written in a Style.
func (e *ConfigError) AdviceIn(style Style) string {
	m := e.message
	if m.Format == "" {
		m = message.New("%s", e.Message)
	}
	if e.Risk != "" {
		m = message.New("%v; if you mean this, add %q to @AcceptRisks", m, string(e.Risk))
	}
	return m.In(message.Style(style))
}

// Error returns the field, with the index of the entry, the value and the advice. It
// begins with the call that attached the Config or, if there are several Configs, with
// the index of the one at fault.
func (e *ConfigError) Error() string {
	var b strings.Builder
	b.WriteString("cors: ")
	switch {
	case e.Call != "" && e.Field == "":
		return "cors: " + e.Call + " " + e.Message
	case e.Call != "":
		b.WriteString(e.Call + ": ")
	case e.oneOfSeveral:
		fmt.Fprintf(&b, "Config %d: ", e.Index)
	}
	b.WriteString(e.Field)
	if e.Entry >= 0 {
		fmt.Fprintf(&b, "[%d]", e.Entry)
	}
	if e.Value != "" {
		fmt.Fprintf(&b, " %q:", e.Value)
	}
	return b.String() + " " + e.Advice()
}

// ConfigErrors are all the problems of all the Configs given to [New]. It is
// what New returns; errors.As finds the first [ConfigError] in it.
type ConfigErrors []*ConfigError

// migrating is the page about settings of other libraries.
const migrating = "https://github.com/corskit/cors/blob/main/conformance/scoreboard/go/migrating/README.md#what-new-refuses"

// Error returns every problem, a line each. If other libraries accept one of the values,
// the last line is a link to what to write in their place.
func (es ConfigErrors) Error() string {
	lines := make([]string, len(es), len(es)+1)
	for i, e := range es {
		lines[i] = e.Error()
	}
	if slices.ContainsFunc(es, (*ConfigError).isFromElsewhere) {
		lines = append(lines, "cors: for settings of other libraries, see "+migrating)
	}
	return strings.Join(lines, "\n")
}

// isFromElsewhere reports whether the value is one that other libraries document.
func (e *ConfigError) isFromElsewhere() bool {
	switch e.Code {
	case CodeAnyOriginWithCredentials, CodeInsecureOriginWithCredentials, CodeOriginSeveral, CodeOriginWildcard, CodeOriginRegexp:
		return true
	case CodeHeaderForbidden:
		return e.Field == "AllowHeaders"
	case CodeMethod, CodeHeader:
		return isSeveralNames(e.Value)
	case CodeMaxAge:
		return len(e.Value) > len("999999999") // a time.Duration
	}
	return false
}

// Unwrap returns every problem.
func (es ConfigErrors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// A Code names a kind of problem. Codes are stable: programs may compare them.
type Code string

// What [New] refuses.
const (
	CodeNoConfig       Code = "config-missing"  // New was given none
	CodePath           Code = "path"            // not a path pattern
	CodePathRegexp     Code = "path-regexp"     // not an RE2 regular expression
	CodeSamePaths      Code = "paths-same"      // another Config has the same paths
	CodeUndecidedPaths Code = "paths-undecided" // comparing them with those of another Config takes too long

	CodeOriginMissing   Code = "origin-missing"     // nothing allows an origin
	CodeUnusedFunc      Code = "origin-func-unused" // AllowOriginFunc beside "*", which denies nothing
	CodeUnusedReject    Code = "reject-unused"      // RejectDisallowed beside "*", which denies nothing
	CodeWildcardName    Code = "name-wildcard"      // a name of which "*" is a part
	CodeBesideWildcard  Code = "beside-wildcard"    // entries beside "*", which covers them
	CodeMethod          Code = "method"             // not a token
	CodeMethodCase      Code = "method-case"        // a standard method that is not in upper case
	CodeMethodForbidden Code = "method-forbidden"   // a forbidden method
	CodeHeader          Code = "header"             // not a token
	CodeHeaderForbidden Code = "header-forbidden"   // a forbidden request-header or response-header name
	CodeHeaderDirection Code = "header-direction"   // a response-header where a request-header belongs, or the other way round
	CodeExposeWildcard  Code = "expose-wildcard"    // "*" in ExposeHeaders with credentials
	CodeMaxAge          Code = "max-age"            // more than 24 hours
	CodeStatus          Code = "preflight-status"   // not from 200 to 299
	CodeUnknownRisk     Code = "risk-unknown"       // AcceptRisks names no risk
	CodeUnusedRisk      Code = "risk-unused"        // AcceptRisks names a risk that the Config does not take

	CodeOriginEmpty       Code = origin.CodeEmpty       // nothing is written
	CodeOriginCharacter   Code = origin.CodeCharacter   // a byte that no origin has
	CodeOriginScheme      Code = origin.CodeScheme      // no scheme, or one that is invalid or that no page has
	CodeOriginFile        Code = origin.CodeFile        // a file: URL, other than the origin "file://" of embedded browsers
	CodeOriginHost        Code = origin.CodeHost        // no host, or an invalid one
	CodeOriginUserInfo    Code = origin.CodeUserInfo    // user info before the host
	CodeOriginPath        Code = origin.CodePath        // a path after the host
	CodeOriginQuery       Code = origin.CodeQuery       // a query after the host
	CodeOriginFragment    Code = origin.CodeFragment    // a fragment after the host
	CodeOriginCase        Code = origin.CodeCase        // upper case
	CodeOriginIDNA        Code = origin.CodeIDNA        // a host that isn't ASCII
	CodeOriginIP          Code = origin.CodeIP          // an IP address that isn't in canonical form
	CodeOriginPort        Code = origin.CodePort        // a port that isn't a number from 1 to 65535
	CodeOriginDefaultPort Code = origin.CodeDefaultPort // the scheme's default port, which browsers leave out
	CodeOriginWildcard    Code = origin.CodeWildcard    // a misplaced wildcard
	CodeOriginVariable    Code = origin.CodeVariable    // what is left of a variable that was not set
	CodeOriginQuotes      Code = origin.CodeQuotes      // quotes around an origin
	CodeOriginSeveral     Code = origin.CodeSeveral     // several origins in one string
	CodeOriginRegexp      Code = origin.CodeRegexp      // a regular expression, which belongs in AllowOriginRegexps

	CodeRegexpSyntax Code = origin.CodeRegexpSyntax // not an RE2 regular expression
	CodeRegexpNever  Code = origin.CodeRegexpNever  // matches no serialized origin
	CodeRegexpSize   Code = origin.CodeRegexpSize   // too large to be analysed

	CodeAnyOriginWithCredentials      Code = Code("risk-" + RiskAnyOriginWithCredentials)
	CodeNullWithCredentials           Code = Code("risk-" + RiskNullWithCredentials)
	CodeInsecureOriginWithCredentials Code = Code("risk-" + RiskInsecureOriginWithCredentials)
	CodePublicSuffix                  Code = Code("risk-" + RiskPublicSuffix)
	CodeUnconfinedRegexp              Code = Code("risk-" + RiskUnconfinedRegexp)
)
