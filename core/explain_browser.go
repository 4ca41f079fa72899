package cors

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// The steps of the standard that decide something, by name.
const (
	stepRequest     = "CORS request"
	stepPreflight   = "CORS-preflight request"
	stepMainFetch   = "Main fetch"
	stepSafelisted  = "CORS-safelisted method and request-headers"
	stepCheck       = "CORS check"
	stepStatus      = "ok status"
	stepMethod      = "Access-Control-Allow-Methods"
	stepNonWildcard = "CORS non-wildcard request-header name"
	stepHeaders     = "Access-Control-Allow-Headers"
	stepCache       = "CORS-preflight cache"
	stepPrivate     = "Private Network Access"
	stepExposed     = "CORS-safelisted response-header name"
)

// explainBrowser goes through the steps of a browser.
func (x *explainer) explainBrowser() {
	switch x.Kind {
	case NotCORS:
		x.explainNoOrigin()
		return
	case Preflight:
		x.explainPreflight()
	case Actual:
		if x.isSameOrigin() {
			x.explainSameOrigin()
			return
		}
		x.explainActual()
	}
	x.noteSameHost()
	x.noteMode()
}

// step adds a step. It fails in the credentials modes that have obstacles, which
// are added to those that are known.
func (x *explainer) step(name, section, text string, obstacles [2][]obstacle) {
	var outcomes [2]Outcome
	for mode := range outcomes {
		failed := len(obstacles[mode]) > 0
		v := x.verdict(mode)
		switch {
		case v.FailsAt != "":
			outcomes[mode] = OutcomeNotReached
		case failed:
			outcomes[mode], v.FailsAt = OutcomeFails, name
		default:
			outcomes[mode] = OutcomePasses
		}
		x.obstacles[mode] = append(x.obstacles[mode], obstacles[mode]...)
	}
	x.Steps = append(x.Steps, Step{name, section, text, outcomes[withoutCredentials], outcomes[withCredentials]})
}

// remark adds a step that decides nothing.
func (x *explainer) remark(name, section, format string, args ...any) {
	x.Steps = append(x.Steps, Step{Name: name, Section: section, Text: fmt.Sprintf(format, args...)})
}

func (x *explainer) explainNoOrigin() {
	x.remark(stepRequest, `Fetch, "CORS request"`,
		"There is no Origin header. Browsers send none with a navigation, an image, or a GET or HEAD of the same origin, and programs such as curl send none unless told to: curl -H 'Origin: https://app.example.com'.")
	if x.request.Method == http.MethodOptions && x.request.AccessControlRequestMethod != "" {
		x.note("A preflight has an Origin header, too. This request has none, and goes to the next handler.")
	}
}

// isSameOrigin reports whether a browser sends such an actual request to its own
// origin. Without Sec-Fetch-Site, that is seen by the host, and by the method:
// to its own origin, a browser sends no Origin with GET and HEAD (Fetch, "append
// a request Origin header").
func (x *explainer) isSameOrigin() bool {
	r := x.request
	if site := r.header(headerSecFetchSite); site != "" {
		return site == "same-origin"
	}
	return r.isOfHost() && r.Method != http.MethodGet && r.Method != http.MethodHead
}

func (x *explainer) explainSameOrigin() {
	x.SameOrigin = true
	x.obstacles = [2][]obstacle{}
	x.Near = nil
	x.remark(stepMainFetch, `Fetch, "Main fetch", step 12`,
		"Sec-Fetch-Site is \"same-origin\", or Origin names the host that the request was sent to: there is no CORS check, and the script reads everything.")
	for mode := range x.obstacles {
		x.verdict(mode).Visible = []string{wildcard}
	}
}

// noteSameHost tells of a request that is sent to the host of its Origin, in a
// way that browsers do not for requests of the same origin.
func (x *explainer) noteSameHost() {
	if x.request.isOfHost() {
		x.note("Origin names the host that the request was sent to, and for a request of the same origin a browser sends neither a preflight nor Origin with GET or HEAD: the scheme differs, or a proxy has changed Host or Origin.")
	}
}

// noteMode tells of a request that no script reads the answer to by CORS.
func (x *explainer) noteMode() {
	switch mode := x.request.header(headerSecFetchMode); mode {
	case "", "cors":
	case "websocket":
		x.note("Sec-Fetch-Mode is \"websocket\": browsers do not apply CORS to handshakes, and the server has to check the origin, as CheckOrigin does.")
	default:
		x.note("Sec-Fetch-Mode is %s and not \"cors\": no script reads the answer, and what is said here holds for one that would.", quote(mode))
	}
}

func (x *explainer) explainPreflight() {
	r := x.request
	names := requestedNames(r.requestHeaders())
	with := "without headers beyond the safelisted ones"
	if len(names) > 0 {
		with = "with " + enumerateNames(names)
	}
	x.remark(stepPreflight, `Fetch, "CORS-preflight request"`, "Before the actual request, the browser asks for %s %s.", plainToken(r.AccessControlRequestMethod), with)
	x.check()
	switch {
	case x.Status != 0:
		x.step(stepStatus, `Fetch, "CORS-preflight fetch", step 7`, fmt.Sprintf("The status is %d.", x.Status), [2][]obstacle{})
	default:
		x.step(stepStatus, `Fetch, "CORS-preflight fetch", step 7`, "The next handler answers, and has to do so with a status from 200 to 299.", [2][]obstacle{})
		x.depends()
	}
	if x.terms < 0 {
		return
	}
	x.requirements(r.AccessControlRequestMethod, names)
	if x.WithoutCredentials.FailsAt == "" {
		x.remark(stepCache, `Fetch, "CORS-preflight cache"`, "%s", x.cached())
	}
	x.private()
	x.exposed()
}

// depends turns the last step into one that depends on others.
func (x *explainer) depends() {
	last := &x.Steps[len(x.Steps)-1]
	for _, outcome := range []*Outcome{&last.WithoutCredentials, &last.WithCredentials} {
		if *outcome == OutcomePasses {
			*outcome = OutcomeDepends
		}
	}
}

func (x *explainer) explainActual() {
	r := x.request
	x.remark(stepRequest, `Fetch, "CORS request"`, "There is an Origin header, as for a script of another origin.")
	names := x.unsafeNames()
	needs := slices.Clone(names)
	if !isSafelistedMethod(r.Method) {
		needs = append([]string{"method " + plainToken(r.Method)}, needs...)
	}
	preflighted := len(needs) > 0
	if preflighted {
		x.remark(stepSafelisted, `Fetch, "CORS-preflight fetch"`, "A preflight comes first, for %s.", enumerate(needs))
	} else {
		x.remark(stepSafelisted, `Fetch, "CORS-safelisted method", "CORS-safelisted request-header"`, "As far as this can be seen, no preflight comes first.")
	}
	if r.Method == http.MethodOptions && x.Status == 0 {
		x.note("OPTIONS without Access-Control-Request-Method is no preflight, and goes to the next handler.")
	}
	x.check()
	if x.terms < 0 {
		return
	}
	if preflighted {
		x.requirements(r.Method, names)
	}
	x.exposed()
}

// check adds the CORS check.
func (x *explainer) check() {
	known := x.obstacles // about the path and the origin
	x.obstacles = [2][]obstacle{}
	var text string
	value := x.Header.Get(headerAllowOrigin)
	credentials := x.Header.Get(headerAllowCredentials) == "true"
	switch {
	case value == "":
		text = "The answer has no Access-Control-Allow-Origin."
	case value == wildcard:
		text = `Access-Control-Allow-Origin is "*", which counts without credentials only.`
	case credentials:
		text = `Access-Control-Allow-Origin is the origin, and Access-Control-Allow-Credentials is "true".`
	default:
		text = "Access-Control-Allow-Origin is the origin, and there is no Access-Control-Allow-Credentials."
	}
	if x.terms >= 0 && !x.configs[x.terms].AllowCredentials {
		known[withCredentials] = append(known[withCredentials], x.noCredentials())
	}
	x.step(stepCheck, `Fetch, "CORS check"`, text, known)
}

// noCredentials is what is in the way of a request with credentials.
func (x *explainer) noCredentials() obstacle {
	cfg := &x.configs[x.terms]
	if x.policies[x.terms].anyOrigin {
		return obstacle{Obstacle: Obstacle{
			Field:  "AllowCredentials",
			Why:    fmt.Sprintf(`%s is "*", which no browser accepts for a request with credentials.`, x.name("AllowOrigins")),
			Remedy: "If credentials are needed here, give the path a Config of its own, which lists the origins and has AllowCredentials. With \"*\", any site could read as the user.",
		}}
	}
	o := obstacle{Obstacle: Obstacle{
		Field: "AllowCredentials",
		Why:   fmt.Sprintf("%s is off, and the credentials mode is \"include\".", x.name("AllowCredentials")),
	}}
	if len(cfg.AllowOrigins) > maxScanned || len(cfg.AllowOriginRegexps) > maxAnalysed {
		o.Remedy = fmt.Sprintf("Set AllowCredentials, if New accepts that with all the origins of Config %d: there are too many to try here.", x.terms)
		return o
	}
	o.changes = []Change{{Config: x.terms, Field: "AllowCredentials", Caution: fmt.Sprintf("It holds for every origin that Config %d allows.", x.terms)}}
	return o
}

// answers returns the headers that the Config whose terms hold answers a
// request of an allowed origin with. If credentials are asked for, it is taken
// to allow them.
func (x *explainer) answers(mode int, r Request) http.Header {
	cfg := x.configs[x.terms]
	if mode == withCredentials && !cfg.AllowCredentials {
		cfg.AllowCredentials, cfg.ExposeHeaders = true, nil // "*" would be refused
	}
	cfg.Paths, cfg.PathRegexps, cfg.AcceptRisks = nil, nil, nil
	cfg.AllowOrigins, cfg.AllowOriginRegexps, cfg.AllowOriginFunc = []string{anOrigin}, nil, nil
	if x.policies[x.terms].anyOrigin && mode == withoutCredentials {
		cfg.AllowOrigins = []string{wildcard}
	}
	r.Origin = anOrigin
	h := http.Header{}
	if e, err := New(cfg); err == nil { // what was accepted is accepted again
		d := e.Decide(&r)
		d.Apply(h)
	}
	return h
}

// anOrigin stands for an origin that is allowed.
const anOrigin = "https://origin.example"

// requirements adds the steps that compare what the script needs with what the
// answer to its preflight allows.
func (x *explainer) requirements(method string, names []string) {
	var methods, nonWildcard, headers [2][]obstacle
	for mode := range x.obstacles {
		h := x.answers(mode, Request{Method: http.MethodOptions, AccessControlRequestMethod: method, AccessControlRequestHeaders: strings.Join(names, ",")})
		v := x.verdict(mode)

		allowed := readAllowList(h.Get(headerAllowMethods))
		if !isSafelistedMethod(method) && !allowed.all && !slices.Contains(allowed.names, method) {
			v.MissingMethod = plainToken(method)
			methods[mode] = []obstacle{x.missingMethod(method)}
		}

		allowed = readAllowList(h.Get(headerAllowHeaders))
		var missing []string
		for _, name := range names {
			named := slices.ContainsFunc(allowed.names, func(s string) bool { return strings.EqualFold(s, name) })
			if named || allowed.all && !isAuthorization(name) {
				continue
			}
			if len(v.MissingHeaders) < maxMissing {
				v.MissingHeaders = append(v.MissingHeaders, plainToken(name))
			}
			if isAuthorization(name) {
				nonWildcard[mode] = []obstacle{x.missingAuthorization()}
			} else {
				missing = append(missing, name)
			}
		}
		headers[mode] = x.missingHeaders(missing)
	}
	text := fmt.Sprintf("It has to cover %s.", plainToken(method))
	if isSafelistedMethod(method) {
		text = fmt.Sprintf("%s is a CORS-safelisted method, and need not be there.", plainToken(method))
	}
	x.step(stepMethod, `Fetch, "CORS-preflight fetch", step 7.5`, text, methods)
	if slices.ContainsFunc(names, isAuthorization) {
		x.step(stepNonWildcard, `Fetch, "CORS-preflight fetch", step 7.6`, `Access-Control-Allow-Headers has to name Authorization, which "*" does not cover.`, nonWildcard)
	}
	if others := slices.DeleteFunc(slices.Clone(names), isAuthorization); len(others) > 0 {
		x.step(stepHeaders, `Fetch, "CORS-preflight fetch", step 7.7`, fmt.Sprintf("It has to cover %s.", enumerateNames(others)), headers)
	}
}

// An allowList is the value of a header that lists what is allowed.
type allowList struct {
	names []string
	all   bool // "*" is among them; with credentials, no answer of ours has it
}

func readAllowList(value string) allowList {
	if value == "" {
		return allowList{}
	}
	names := strings.Split(value, ",")
	return allowList{names, slices.Contains(names, wildcard)}
}

// isSafelistedMethod follows Fetch, "CORS-safelisted method".
func isSafelistedMethod(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodPost
}

// maxMissing is how many names are told.
const maxMissing = 64

// requestedNames returns the names in Access-Control-Request-Headers, each once.
func requestedNames(value string) (names []string) {
	seen := make(map[string]bool)
	for element := range strings.SplitSeq(value, ",") {
		name := strings.Trim(element, " \t")
		if key := strings.ToLower(name); name != "" && !seen[key] {
			seen[key] = true
			names = append(names, name)
		}
	}
	return names
}

// enumerateNames writes names in words, up to maxMissing of them.
func enumerateNames(names []string) string {
	var list []string
	for _, name := range names[:min(len(names), maxMissing)] {
		list = append(list, plainToken(name))
	}
	if more := len(names) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("%d more", more))
	}
	return enumerate(list)
}

// missingMethod is what is in the way of a method that is not allowed.
func (x *explainer) missingMethod(method string) obstacle {
	field, upper := x.name("AllowMethods"), strings.ToUpper(method)
	cfg := &x.configs[x.terms]
	o := obstacle{Obstacle: Obstacle{Field: "AllowMethods", Why: fmt.Sprintf("%s lacks %s.", field, plainToken(method))}}
	switch {
	case !isToken(method):
		o.Why = fmt.Sprintf("%s isn't a method.", plainToken(method))
		o.Remedy = "No browser asks for it: look at the client."
	case method == wildcard:
		o.Remedy = `Use a method of another name: in AllowMethods, "*" would allow all.`
	case isForbiddenMethod(method):
		o.Why = fmt.Sprintf("%s is a forbidden method, which browsers let no script use.", plainToken(method))
		o.Remedy = "Use another method."
	case len(method) > maxRequestedMethod:
		o.Remedy = "Look at the client: no method is so long."
	case method != upper && slices.Contains(standardMethods, upper):
		o.Why = fmt.Sprintf("Methods are case-sensitive, and %s is not %s.", method, upper)
		o.Remedy = fmt.Sprintf("Write %s in the script: browsers change only delete, get, head, options, post and put to upper case.", upper)
	default:
		if i := slices.IndexFunc(cfg.AllowMethods, func(s string) bool { return strings.EqualFold(s, method) }); i >= 0 {
			o.Why = fmt.Sprintf("%s has %s and not %s, and methods are case-sensitive.", field, cfg.AllowMethods[i], method)
		}
		o.changes = []Change{{Config: x.terms, Field: "AllowMethods", Add: strings.Clone(method)}}
	}
	return o
}

// missingAuthorization is what is in the way of Authorization.
func (x *explainer) missingAuthorization() obstacle {
	field := x.name("AllowHeaders")
	o := obstacle{Obstacle: Obstacle{Field: "AllowHeaders", Why: field + " lacks Authorization."}}
	if slices.Contains(x.configs[x.terms].AllowHeaders, wildcard) {
		o.Why = field + ` has "*", which does not cover Authorization.`
	}
	o.changes = []Change{{Config: x.terms, Field: "AllowHeaders", Add: "Authorization"}}
	return o
}

// missingHeaders are what is in the way of headers that are not allowed.
func (x *explainer) missingHeaders(missing []string) (obstacles []obstacle) {
	if len(missing) == 0 {
		return nil
	}
	field := x.name("AllowHeaders")
	block := func(why, remedy string, changes []Change) {
		obstacles = append(obstacles, obstacle{Obstacle{"AllowHeaders", why, remedy}, changes})
	}
	switch {
	case slices.Contains(x.configs[x.terms].AllowHeaders, wildcard):
		block(field+fmt.Sprintf(` is "*", which with credentials allows what a preflight asks for, if that is a list of header names of up to %d bytes.`, maxRequestedHeaders),
			`List the headers in place of "*".`, nil)
		return obstacles
	case len(missing) > maxMissing:
		block(fmt.Sprintf("%s lacks %s.", field, enumerateNames(missing)), "No script needs so many: look at who asks for them.", nil)
		return obstacles
	}
	var names, responses, banned, wild, others []string
	var changes []Change
	for _, name := range missing {
		switch {
		case name == wildcard:
			wild = append(wild, name)
		case !isToken(name) || len(name) > maxQuoted:
			others = append(others, name)
		case isResponseHeader(name):
			responses = append(responses, name)
		case isForbiddenRequestHeader(name):
			banned = append(banned, name)
		default:
			names = append(names, name)
			changes = append(changes, Change{Config: x.terms, Field: "AllowHeaders", Add: http.CanonicalHeaderKey(strings.Clone(name))})
		}
	}
	if len(names) > 0 {
		block(fmt.Sprintf("%s lacks %s.", field, enumerateNames(names)), "", changes)
	}
	if len(responses) > 0 {
		block(fmt.Sprintf("The script sets %s, which a server answers with and no request has.", enumerateNames(responses)),
			"Remove that from the script: the headers of the request do not allow anything.", nil)
	}
	if len(banned) > 0 {
		block(fmt.Sprintf("Browsers let no script set %s.", enumerateNames(banned)), "Look at the client: no browser asks for that.", nil)
	}
	if len(wild) > 0 {
		block(fmt.Sprintf(`%s lacks a header called "*".`, field), `Use another name: in AllowHeaders, "*" would allow all.`, nil)
	}
	if len(others) > 0 {
		block(fmt.Sprintf("No header has a name such as %s.", enumerateNames(others)), "Look at the client: no browser asks for that.", nil)
	}
	return obstacles
}

// cached says how long a browser keeps the answer to a preflight.
func (x *explainer) cached() string {
	switch age := x.configs[x.terms].MaxAge; {
	case age < 0:
		return "The browser keeps no answer: MaxAge is negative."
	case age == 0:
		return "The browser keeps what is allowed for 5 seconds: MaxAge is not set."
	default:
		return fmt.Sprintf("The browser keeps what is allowed for up to %d seconds, and sends no preflight meanwhile.", age)
	}
}

// private tells of the header by which older browsers ask for access to a
// private network.
func (x *explainer) private() {
	const section = "Private Network Access, withdrawn"
	value := x.request.requestPrivateNetwork()
	switch {
	case value == "":
	case x.Header.Get(headerAllowPrivateNetwork) == "true":
		x.remark(stepPrivate, section, "The browser asks whether the page may reach a private network, and the answer allows it.")
	case value != "true":
		x.remark(stepPrivate, section, `Access-Control-Request-Private-Network is %s and not "true".`, quote(value))
	default:
		x.remark(stepPrivate, section, "The browser asks whether the page may reach a private network, and the answer does not allow it.")
		x.note("Browsers asked about private networks in this way until Chrome 142 put a permission prompt in its place. For older ones, set %s.", x.name("AllowPrivateNetwork"))
	}
}

// exposed tells which response headers a script can read.
func (x *explainer) exposed() {
	for mode := range x.obstacles {
		v := x.verdict(mode)
		if v.FailsAt != "" {
			continue
		}
		v.Visible = []string{"Cache-Control", "Content-Language", "Content-Length", "Content-Type", "Expires", "Last-Modified", "Pragma"}
		h := x.answers(mode, Request{Method: http.MethodGet})
		switch list := readAllowList(h.Get(headerExposeHeaders)); {
		case list.all:
			v.Visible = []string{wildcard}
		default:
			v.Visible = append(v.Visible, list.names...)
		}
	}
	v := x.WithoutCredentials
	switch {
	case v.FailsAt != "":
	case v.Visible[0] == wildcard:
		x.remark(stepExposed, `Fetch, "CORS-safelisted response-header name"`, "The script can read every header but Set-Cookie.")
	default:
		x.remark(stepExposed, `Fetch, "CORS-safelisted response-header name"`, "The script can read %s, where the response has them.", enumerate(v.Visible))
	}
}

// telling are headers that scripts set, and browsers do not by themselves.
var telling = []string{"X-Api-Key", "X-Csrf-Token", "X-Csrftoken", "X-Requested-With", "X-Xsrf-Token"}

// unsafeNames returns the CORS-unsafe request-header names of an actual request,
// as far as it can be asked for them.
func (x *explainer) unsafeNames() (names []string) {
	if value := x.request.header("Content-Type"); value != "" && !isSafelistedContentType(value) {
		names = append(names, "Content-Type")
	}
	// Browsers answer a challenge of these schemes themselves.
	scheme, _, _ := strings.Cut(strings.ToLower(x.request.header("Authorization")), " ")
	if scheme != "" && !slices.Contains([]string{"basic", "digest", "negotiate", "ntlm"}, scheme) {
		names = append(names, "Authorization")
	}
	for _, name := range telling {
		if x.request.header(name) != "" {
			names = append(names, name)
		}
	}
	return names
}

// isSafelistedContentType follows Fetch, "CORS-safelisted request-header" and
// "CORS protocol exceptions".
func isSafelistedContentType(value string) bool {
	if len(value) > 128 || strings.ContainsAny(value, "\"():<>?@[\\]{}\x7f") || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' }) {
		return false
	}
	essence, _, _ := strings.Cut(value, ";")
	return slices.Contains([]string{
		"application/x-www-form-urlencoded", "multipart/form-data", "text/plain",
		"application/csp-report", "application/expect-ct-report+json", "application/xss-auditor-report", "application/ocsp-request",
	}, strings.ToLower(strings.Trim(essence, " \t")))
}
