package cors

import (
	"fmt"
	"strings"

	"github.com/corskit/cors/core/origin"
)

// A ConfigError says what is wrong with a Config and what to write instead.
type ConfigError struct {
	Index   int    // of the Config among those given to New
	Field   string // of the Config
	Value   string // of the field, or of the entry at fault
	Code    Code
	Message string // a sentence without the field and the value
}

// Error returns field, value and message.
func (e *ConfigError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("cors: Config %d: %s %s", e.Index, e.Field, e.Message)
	}
	return fmt.Sprintf("cors: Config %d: %s %q: %s", e.Index, e.Field, e.Value, e.Message)
}

// ConfigErrors are all the problems of all the Configs given to [New]. It is
// what New returns; errors.As finds the first [ConfigError] in it.
type ConfigErrors []*ConfigError

// Error returns every problem, a line each.
func (es ConfigErrors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
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
// Those of package origin are used for origins and expressions.
type Code = origin.Code

// What [New] refuses beyond what package origin does.
const (
	CodeNoConfig       Code = "config-missing"  // New was given none
	CodePath           Code = "path"            // not a path pattern
	CodePathRegexp     Code = "path-regexp"     // not an RE2 expression
	CodeSamePaths      Code = "paths-same"      // another Config has the same paths
	CodeUndecidedPaths Code = "paths-undecided" // comparing them with those of another Config takes too long

	CodeOriginMissing Code = "origin-missing"   // nothing allows an origin
	CodeOriginMoot    Code = "origin-moot"      // "*" beside a function that it makes moot
	CodeRejectMoot    Code = "reject-moot"      // RejectDisallowed beside "*", which denies nothing
	CodeWildcardName  Code = "name-wildcard"    // a name of which "*" is a part
	CodeMoot          Code = "wildcard-moot"    // entries beside "*", which covers them
	CodeMethod        Code = "method"           // not a token
	CodeMethodCase    Code = "method-case"      // a standard method that is not in upper case
	CodeMethodBanned  Code = "method-forbidden" // a forbidden method
	CodeHeader        Code = "header"           // not a token
	CodeHeaderBanned  Code = "header-forbidden" // a forbidden request-header or response-header name
	CodeHeaderSide    Code = "header-side"      // a response-header where a request-header belongs, or the other way round
	CodeExposeAll     Code = "expose-wildcard"  // "*" in ExposeHeaders with credentials
	CodeMaxAge        Code = "max-age"          // more than 24 hours
	CodeStatus        Code = "preflight-status" // not from 200 to 299
	CodeUnknownRisk   Code = "risk-unknown"     // AcceptRisks names no risk
	CodeUnusedRisk    Code = "risk-unused"      // AcceptRisks names a risk that the Config does not take

	CodeAnyOriginWithCredentials      Code = Code("risk-" + RiskAnyOriginWithCredentials)
	CodeNullWithCredentials           Code = Code("risk-" + RiskNullWithCredentials)
	CodeInsecureOriginWithCredentials Code = Code("risk-" + RiskInsecureOriginWithCredentials)
	CodePublicSuffix                  Code = Code("risk-" + RiskPublicSuffix)
	CodeUnconfinedExpression          Code = Code("risk-" + RiskUnconfinedExpression)
)
