package main

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

// policyFields are the fields of a Config in the order of the form.
var policyFields = []PolicyField{
	{"allowOrigins", "AllowOrigins", "list", "Sites that may use your API. * is every site.", "https://app.example.com"},
	{"allowCredentials", "AllowCredentials", "bool", "With cookies and logins.", ""},
	{"allowMethods", "AllowMethods", "list", "Beyond GET, HEAD and POST. Empty: the common ones.", "PUT"},
	{"allowHeaders", "AllowHeaders", "list", "Request headers that scripts may set. Empty: the common ones.", "Authorization"},
	{"exposeHeaders", "ExposeHeaders", "list", "Response headers that scripts may read.", "X-Total-Count"},
	{"maxAge", "MaxAge", "number", "Seconds for which browsers cache a preflight response. Empty: 7200. -1: never.", "600"},
	{"rejectDisallowed", "RejectDisallowed", "bool", "Respond to other sites with 403 before your handlers run.", ""},
	{"allowOriginRegexps", "AllowOriginRegexps", "list", "Regular expressions for origins that no pattern describes.", `https://(blue|green)\.example\.com`},
	{"paths", "Paths", "list", "The paths that this Config applies to. Empty: all.", "/api/"},
	{"pathRegexps", "PathRegexps", "list", "The same as regular expressions.", `/v\d+/.*`},
	{"preflightStatus", "PreflightStatus", "number", "The status of responses to allowed preflights. Empty: 204.", "200"},
	{"passPreflight", "PassPreflight", "bool", "Your own handlers respond to preflights, with the headers set.", ""},
	{"allowPrivateNetwork", "AllowPrivateNetwork", "bool", "Allows preflights for private networks, which browsers no longer send.", ""},
	{"acceptRisks", "AcceptRisks", "list", "The risks that you take knowingly.", string(cors.RiskPublicSuffix)},
}

var risks = []RiskToAccept{
	{cors.RiskAnyOriginWithCredentials, "Any site that your users visit can read, as those users, whatever they can read."},
	{cors.RiskNullWithCredentials, "Any site can send the origin null from a sandboxed frame, and read as your users."},
	{cors.RiskInsecureOriginWithCredentials, "Whoever controls your users' network can pretend to be that origin, and read as your users."},
	{cors.RiskPublicSuffix, "Anyone can register a name that the pattern matches."},
	{cors.RiskUnconfinedRegexp, "The expression matches origins of domains that may be anybody's."},
}

// responseFields explain the headers that the page marks.
var responseFields = []ResponseField{
	{"Origin", "The origin of the script. Browsers set it; scripts can't."},
	{"Access-Control-Request-Method", "The preflight asks: may the script use this method?"},
	{"Access-Control-Request-Headers", "The preflight asks: may the script set these headers?"},
	{"Access-Control-Allow-Origin", "The origin whose scripts may read the response. * stands for any origin, without credentials."},
	{"Access-Control-Allow-Credentials", "true: also where the request carries cookies or logins."},
	{"Access-Control-Allow-Methods", "The methods that scripts may use beyond GET, HEAD and POST."},
	{"Access-Control-Allow-Headers", "The request headers that scripts may set beyond the safelisted ones."},
	{"Access-Control-Expose-Headers", "The response headers that scripts may read beyond the safelisted ones."},
	{"Access-Control-Max-Age", "How long, in seconds, the browser may cache the preflight response."},
	{"Access-Control-Allow-Private-Network", "Scripts may reach private networks. Browsers no longer send a preflight for it."},
	{"Vary", "The request headers that the response depends on. Caches then don't hand it to another origin."},
	{"Sec-Fetch-Site", "How the script's site is related to this one. Browsers set it; scripts can't."},
}

// problems says what an error of package config or cors means for the form.
func problems(err error) []Problem {
	list := []Problem{}
	var texts config.Errors
	var values cors.ConfigErrors
	switch {
	case errors.As(err, &texts):
		for _, e := range texts {
			list = append(list, textProblem(e))
		}
	case errors.As(err, &values):
		for _, e := range values {
			list = append(list, valueProblem(e))
		}
	case err != nil:
		list = append(list, Problem{Entry: -1, Message: err.Error()})
	}
	return list
}

// place is the path of a field, as package config writes it.
var place = regexp.MustCompile(`^(?:\[(\d+)\])?\.?([A-Za-z]*)(?:\[(\d+)\])?$`)

func textProblem(e *config.Error) Problem {
	p := Problem{Entry: -1, Value: e.Value, Message: e.Message, Line: e.Line, Column: e.Column}
	var value *cors.ConfigError
	if errors.As(e.Err, &value) {
		v := valueProblem(value)
		p.Config, p.Field, p.Code, p.Risk = v.Config, v.Field, v.Code, v.Risk
	}
	if m := place.FindStringSubmatch(e.Name); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			p.Config = n
		}
		if m[2] != "" {
			p.Field = m[2]
		}
		if n, err := strconv.Atoi(m[3]); err == nil {
			p.Entry = n
		}
	}
	return p
}

func valueProblem(e *cors.ConfigError) Problem {
	p := Problem{Config: e.Index, Entry: -1, Value: e.Value, Message: e.Message, Code: string(e.Code)}
	for _, f := range policyFields {
		if f.Go == e.Field {
			p.Field = f.Name
		}
	}
	if risk, ok := strings.CutPrefix(string(e.Code), "risk-"); ok && risk != "unknown" {
		p.Risk = cors.Risk(risk)
	}
	return p
}
