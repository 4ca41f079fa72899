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
	{"allowOrigins", "AllowOrigins", "list", "Sites whose scripts can use your API. * is any site.", "https://app.example.com"},
	{"allowCredentials", "AllowCredentials", "bool", "Allow requests with cookies and logins.", ""},
	{"allowMethods", "AllowMethods", "list", "Methods beyond the safelisted GET, HEAD and POST. Empty: the usual ones.", "PUT"},
	{"allowHeaders", "AllowHeaders", "list", "Request headers beyond the safelisted ones. Empty: the usual ones.", "Authorization"},
	{"exposeHeaders", "ExposeHeaders", "list", "Response headers that are exposed to scripts.", "X-Total-Count"},
	{"maxAge", "MaxAge", "number", "Seconds that browsers cache a preflight response. Empty: 7200. -1: never.", "600"},
	{"rejectDisallowed", "RejectDisallowed", "bool", "Respond to other sites with 403 before your handlers run.", ""},
	{"allowOriginRegexps", "AllowOriginRegexps", "list", "Regular expressions for origins that no pattern describes.", `https://(blue|green)\.example\.com`},
	{"paths", "Paths", "list", "The paths that this Config applies to. Empty: all.", "/api/"},
	{"pathRegexps", "PathRegexps", "list", "Regular expressions for paths that this Config applies to.", `/v\d+/.*`},
	{"preflightStatus", "PreflightStatus", "number", "The status of responses to allowed preflights. Empty: 204.", "200"},
	{"passPreflight", "PassPreflight", "bool", "Your own handlers respond to preflights. The headers are set before.", ""},
	{"allowPrivateNetwork", "AllowPrivateNetwork", "bool", "Allows preflights for private networks, which browsers no longer send.", ""},
	{"acceptRisks", "AcceptRisks", "list", "The risks that you accept.", string(cors.RiskPublicSuffix)},
}

var risks = []RiskToAccept{
	{cors.RiskAnyOriginWithCredentials, "Any site that your users visit can read whatever those users can."},
	{cors.RiskNullWithCredentials, "Any site can send the origin null from a sandboxed frame, and read as your users."},
	{cors.RiskInsecureOriginWithCredentials, "An attacker in your users' network can pretend to be that origin, and read as your users."},
	{cors.RiskPublicSuffix, "Anyone can register a name that the pattern matches."},
	{cors.RiskUnconfinedRegexp, "The regular expression matches origins of domains that anyone can register."},
}

// responseFields explain the headers that the page marks.
var responseFields = []ResponseField{
	{"Origin", "The origin of the script. Browsers set it; scripts can't."},
	{"Access-Control-Request-Method", "Asks whether the script can use this method."},
	{"Access-Control-Request-Headers", "Asks whether the script can set these headers."},
	{"Access-Control-Allow-Origin", "The origin whose scripts can read the response. * is any origin, without credentials."},
	{"Access-Control-Allow-Credentials", "true: scripts can also read responses to requests with cookies or logins."},
	{"Access-Control-Allow-Methods", "The methods that scripts can use beyond GET, HEAD and POST."},
	{"Access-Control-Allow-Headers", "The request headers that scripts can set beyond the safelisted ones."},
	{"Access-Control-Expose-Headers", "The response headers that scripts can read beyond the safelisted ones."},
	{"Access-Control-Max-Age", "How long, in seconds, browsers can cache the preflight response."},
	{"Access-Control-Allow-Private-Network", "Scripts can reach private networks. Browsers no longer send a preflight for it."},
	{"Vary", "The request headers that the response depends on. Caches then don't hand it to another origin."},
	{"Sec-Fetch-Site", "How the script's site is related to this one. Browsers set it; scripts can't."},
}

// problems returns the problems of an error of package config or cors for the form.
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
