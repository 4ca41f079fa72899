package conformance

import (
	"slices"
	"strings"
)

// A Cause is the kind of fault that a case found. Failures of one cause usually have
// one fix.
type Cause struct {
	// ID is lower-case words joined by hyphens.
	ID string `json:"id"`
	// Title says what the server does.
	Title string `json:"title"`
	// Hurts says who is hurt, and how.
	Hurts string `json:"hurts"`
	// Fix says what the server has to do, in terms of HTTP.
	Fix string `json:"fix"`
}

// Causes are all causes, the gravest first.
func Causes() []Cause { return slices.Clone(causes) }

// The IDs of causes.
const (
	causeDeniedReads       = "denied-scripts-read"
	causeDeniedSends       = "denied-scripts-send"
	causeHiddenHeader      = "hidden-headers-visible"
	causeAllowedBlocked    = "allowed-scripts-blocked"
	causePreflightRefused  = "preflights-fail"
	causeExposedHeader     = "exposed-headers-hidden"
	causeWrongResponse     = "another-response"
	causeVaryMissing       = "vary-incomplete"
	causeResponsesDiffer   = "responses-differ"
	causeApplicationUnseen = "application-not-reached"
	causeApplicationSeen   = "application-reached"
	causeStatus            = "another-status"
	causeHeaderValue       = "another-header-value"
	causeHeaderPresent     = "superfluous-header"
	causeEcho              = "requests-echoed"
	causeVarySuperfluous   = "vary-superfluous"
	causeSeveralLines      = "several-header-lines"
	causeExtraPreflights   = "extra-preflights"
	causeTooFewPreflights  = "preflights-cached-too-long"
	causeNoResponse        = "no-response"
	causePolicyRefused     = "policy-refused"
)

var causes = []Cause{
	{causeDeniedReads, "A script that the policy doesn't allow reads the response",
		"Your users: a site they merely visit reads their data.",
		"Send Access-Control-Allow-Origin only if Origin is one of the allowed origins, compared as a whole."},
	{causeDeniedSends, "A request that the policy doesn't allow is sent after its preflight",
		"Your users: a site they merely visit changes their data.",
		"Allow only the origins, methods and headers of the policy in the preflight response."},
	{causeHiddenHeader, "A script sees a response header that isn't exposed",
		"Your users: an allowed site learns more than it should.",
		"Name in Access-Control-Expose-Headers only the headers that scripts may see."},
	{causeAllowedBlocked, "The browser blocks a script that the policy allows",
		"Visitors of an allowed site: the page can't read the response, or stays broken.",
		"Send Access-Control-Allow-Origin with the request's origin, and Access-Control-Allow-Credentials: true where credentials are allowed, on every response, errors and redirects included."},
	{causePreflightRefused, "A preflight fails that the policy allows",
		"Visitors of an allowed site: the request is never sent.",
		"Respond to OPTIONS with Access-Control-Request-Method with a 2xx status, Access-Control-Allow-Origin, -Methods and -Headers, before routing and authentication."},
	{causeExposedHeader, "A script doesn't see an exposed response header",
		"Visitors of an allowed site: paging, downloads or error details that come in headers don't work.",
		"Send Access-Control-Expose-Headers on the response itself; the preflight response doesn't count."},
	{causeWrongResponse, "The script gets another response than the application sent",
		"Visitors of an allowed site, and the developers who look for the cause.",
		"Leave the application's status, headers and body as they are."},
	{causeVaryMissing, "Vary doesn't name a header that the response depends on",
		"Visitors behind a shared cache: they get a response made for another origin, and the browser blocks it or shows what isn't theirs.",
		"Add Origin to Vary on every response of a URL whose CORS headers depend on it, also if Origin is missing or denied."},
	{causeResponsesDiffer, "Responses differ that should be alike",
		"The operator: strangers who compare them learn about the policy, or a cache mixes them up.",
		"Make the CORS headers depend on nothing but the policy."},
	{causeApplicationUnseen, "The request doesn't reach the application",
		"Clients of the application, such as API discovery, WebDAV and health checks: its own response is lost.",
		"Respond only to preflights: OPTIONS with Origin and Access-Control-Request-Method. Pass on everything else."},
	{causeApplicationSeen, "The application gets a preflight",
		"Visitors of an allowed site: routing or authentication rejects the preflight.",
		"Respond to preflights before routing and authentication."},
	{causeStatus, "The status is wrong",
		"Clients that look at the status.",
		"Leave the application's status as it is, and respond to preflights with 2xx, or 403 if denied."},
	{causeHeaderValue, "A header has the wrong value",
		"Clients that read the header.",
		"Send what the policy says, and leave the application's headers as they are."},
	{causeHeaderPresent, "A header is sent that shouldn't be",
		"The operator: strangers learn what the policy allows, or that the path exists.",
		"Leave out all Access-Control-* headers where the policy allows nothing."},
	{causeEcho, "Text of the request comes back in a header",
		"The operator: hostile text reaches logs, caches and other programs, and costs memory and bandwidth.",
		"Send only values from the configuration, or check and bound what comes from the request."},
	{causeVarySuperfluous, "Vary names a header that the response doesn't depend on",
		"Everybody, a little: caches keep more copies than needed.",
		"Leave Origin out of Vary where the response is the same for everybody."},
	{causeSeveralLines, "A header has several lines",
		"Caches and clients that read the first or the last line only.",
		"Write the header in one line."},
	{causeExtraPreflights, "The browser sends more preflights than needed",
		"Visitors of an allowed site: requests take a round trip longer.",
		"Send Access-Control-Max-Age, and name all allowed methods and headers in each preflight response."},
	{causeTooFewPreflights, "A preflight response is reused longer than the policy says",
		"The operator: withdrawn permissions stay in force.",
		"Send the Access-Control-Max-Age of the policy, or 0 if preflights mustn't be cached."},
	{causeNoResponse, "The server doesn't respond",
		"Everybody: such a request takes the server, or its worker, down.",
		"Look at its output; a request of this form must not crash it."},
	{causePolicyRefused, "The server doesn't accept the policy",
		"Users who need such a policy.",
		"Accept it, or declare the feature as missing."},
}

func causeOf(id string) Cause {
	i := slices.IndexFunc(causes, func(c Cause) bool { return c.ID == id })
	return causes[i]
}

// A fault is what is wrong at a step; nil if nothing is.
type fault struct {
	cause     string // an ID of causes
	complaint string // what is wrong, as a sentence
}

// blockedCause tells a failed preflight from a response that can't be read.
func blockedCause(step string) string {
	if strings.HasPrefix(step, "preflight") {
		return causePreflightRefused
	}
	return causeAllowedBlocked
}
