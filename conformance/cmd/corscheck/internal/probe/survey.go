package probe

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance/fetch"
)

// A survey looks for what is dangerous about a server, without a policy.
type survey struct {
	plan    *Plan
	named   []string    // origins that the user named as allowed
	origins []lookAlike // all others
	base    string      // the origin whose look-alikes are tried with preflights, too
	speaker string      // the origin with which methods and request headers are tried

	report  *Report
	browser *browser
	access  map[string]*Access
}

// Survey returns the Plan that looks for what is dangerous about a server.
// origins are known to be allowed: it tries their look-alikes, and tries
// methods and request headers with them. Without origins, it tries look-alikes
// of the URL's own origin.
//
// The error says what is wrong with the Target, or with an origin.
func Survey(t *Target, origins []string) (*Plan, error) {
	plan, err := newPlan(t)
	if err != nil {
		return nil, err
	}
	s := &survey{plan: plan, base: plan.origin, speaker: Stranger}
	for _, origin := range origins {
		if _, err := fetch.NewAgent(origin); err != nil {
			return nil, err
		}
		switch {
		case origin == plan.origin:
			plan.skipOwn()
		case origin == Stranger || origin == null || slices.Contains(s.named, origin):
		default:
			s.named = append(s.named, origin)
		}
	}
	bases := []string{plan.origin}
	if len(s.named) > 0 {
		s.base, s.speaker, bases = s.named[0], s.named[0], s.named
	} else {
		plan.skip("No allowed origin is known, so methods and request headers are tried with %s, and look-alikes are those of %s: name an allowed origin (-origin) to learn more.", s.speaker, s.base)
	}
	var candidates []lookAlike
	for _, base := range bases {
		candidates = append(candidates, lookAlikes(base)...)
	}
	isKnown := func(origin string) bool { return origin == Stranger || slices.Contains(s.named, origin) }
	s.origins = append(strangers(), plan.others(candidates, isKnown)...)
	s.ask()
	plan.judge = s.judge
	return plan, plan.err
}

// triesPreflight reports whether an origin is tried with a preflight, too. A
// few origins are enough to check that the server judges both kinds of request
// alike.
func (s *survey) triesPreflight(l lookAlike) bool { return l.of == "" || l.of == s.base }

// attempt returns the script with which an origin tries a preflight.
func attempt(origin string) script { return script{origin: origin, method: http.MethodPut} }

// attempts are the preflights that show which methods and request headers are allowed.
func (s *survey) attempts() []script {
	return []script{
		attempt(s.speaker),
		{origin: s.speaker, method: http.MethodPatch},
		{origin: s.speaker, method: http.MethodDelete},
		{origin: s.speaker, method: http.MethodGet, headers: []string{"authorization"}},
		{origin: s.speaker, method: http.MethodGet, headers: []string{"content-type"}},
		{origin: s.speaker, method: http.MethodGet, headers: []string{"x-requested-with"}},
	}
}

// ask plans the requests.
func (s *survey) ask() {
	s.plan.probeCache(pair(s.named))
	method := s.plan.target.method()
	for _, origin := range s.named {
		s.plan.ask(reading(origin, method), "")
		s.plan.ask(attempt(origin), "")
	}
	for _, l := range s.origins {
		s.plan.ask(reading(l.origin, method), "")
		if s.triesPreflight(l) {
			s.plan.ask(attempt(l.origin), "")
		}
	}
	for _, script := range s.attempts() {
		s.plan.ask(script, "")
	}
	if upper := upperCase(s.base); upper != s.base {
		s.plan.askPlainly(method, upper)
	}
	s.plan.askPlainly(http.MethodOptions, s.speaker)
	s.plan.askPlainly(method, "")
}

// judge records what is dangerous.
func (s *survey) judge(b *browser) *Report {
	s.browser = b
	s.access = make(map[string]*Access)
	s.report = &Report{Mode: ModeSurvey, Findings: []Finding{}}
	for _, origin := range s.named {
		s.look(origin, "named", true)
	}
	for _, l := range s.origins {
		s.look(l.origin, l.relation(), s.triesPreflight(l))
	}
	s.judgeNoCORS()
	s.judgePermissions()
	s.judgeStrangers()
	s.judgeUpperCase()
	s.judgeNamed()
	s.judgeHeaders()
	s.report.find(b.missesVary())
	s.report.find(b.cached)
	s.report.find(b.claimsOptions(s.speaker))
	for _, kind := range catalogue {
		if kind.survey && s.looked(kind.id) {
			s.report.checkFound(kind.id)
		}
	}
	return s.report
}

// looked reports whether the survey looked for a kind of finding.
func (s *survey) looked(id string) bool {
	switch id {
	case "origin-denied", "actual-denied":
		return len(s.named) > 0
	case "look-alike-upper-case":
		return upperCase(s.base) != s.base
	}
	name, ok := strings.CutPrefix(id, "look-alike-")
	return !ok || slices.ContainsFunc(s.origins, func(l lookAlike) bool { return string(l.kind) == name })
}

// look determines what scripts of an origin can do.
func (s *survey) look(origin, relation string, asked bool) {
	b, reads, tries := s.browser, s.browser.reading(origin), attempt(origin)
	a := &Access{
		Origin: origin, Relation: relation,
		Read:                b.read(reads) == nil,
		ReadWithCredentials: b.read(reads.withCredentials(true)) == nil,
	}
	if asked {
		passes := b.passes(tries) == nil
		a.Preflight = &passes
		a.PreflightWithCredentials = b.passes(tries.withCredentials(true)) == nil
	}
	a.Credentials = a.ReadWithCredentials || a.PreflightWithCredentials
	s.access[origin] = a
	s.report.Access = append(s.report.Access, *a)
}

// evidence returns a Finding with the exchange that lets scripts of an origin do most.
func (s *survey) evidence(a *Access) *Finding {
	if a.ReadWithCredentials || a.Read && !a.PreflightWithCredentials {
		return s.browser.exchange(s.browser.reading(a.Origin))
	}
	return s.browser.exchange(attempt(a.Origin))
}

const (
	listOrigins = "Keep a list of allowed origins, and send Access-Control-Allow-Origin only if the Origin header is one of them. For public data, send * without Access-Control-Allow-Credentials."
	exactly     = "Compare the whole Origin header with %q, byte by byte."
)

// can says what scripts of a's origin can do.
func (s *survey) can(a *Access) string {
	switch {
	case a.ReadWithCredentials:
		return "can read the response to " + s.browser.method + " with the user's credentials"
	case a.PreflightWithCredentials:
		return "can send PUT with the user's credentials"
	case a.Read:
		return "can read the response to " + s.browser.method
	}
	return "can send PUT"
}

// strangerSeverity is how bad it is that scripts of unknown origins get
// through. Without credentials, they read only what anyone who reaches the
// server can read.
func strangerSeverity(a *Access) Severity {
	if a.Credentials {
		return Danger
	}
	return Fault
}

func (s *survey) judgeStrangers() {
	stranger, opaque := s.access[Stranger], s.access[null]
	anyOrigin := stranger.Read && !stranger.Credentials && s.sendsWildcard()
	switch {
	case anyOrigin:
		s.report.find(s.evidence(stranger).say(Note, "any-origin", "Any site "+s.can(stranger)+", without credentials.",
			"That is right only for public data. A server in a private network is exposed to every page that its users open.",
			"If the data isn't public, send the request's origin instead of *, and only if it is allowed."))
	case stranger.allowed():
		s.report.find(s.evidence(stranger).say(strangerSeverity(stranger), "reflected-origin", "Any site "+s.can(stranger)+": every origin is reflected.",
			strangers()[0].why(), listOrigins))
	}
	if opaque.allowed() && !anyOrigin {
		s.report.find(s.evidence(opaque).say(strangerSeverity(opaque), "null-origin", "A script of an opaque origin, null, "+s.can(opaque)+".",
			strangers()[1].why(), "Don't send Access-Control-Allow-Origin: null. Allow the actual origin instead."))
	}
	if stranger.allowed() {
		return // and so are all look-alikes
	}
	for _, l := range s.origins[len(strangers()):] {
		a := s.access[l.origin]
		if !a.allowed() {
			continue
		}
		severity := Note
		if l.isAnybodys() || l.kind == kindInsecure && a.Credentials {
			severity = strangerSeverity(a)
		}
		s.report.find(s.evidence(a).say(severity, "look-alike-"+string(l.kind), fmt.Sprintf("A script at %s %s (%s).", l.origin, s.can(a), l.relation()),
			l.why(), fmt.Sprintf(exactly, l.of)))
	}
}

// judgeNoCORS checks whether the server uses CORS at all.
func (s *survey) judgeNoCORS() {
	s.report.noCORS = s.browser.hasNoCORS()
	severity := Note
	if len(s.named) > 0 || !s.report.noCORS {
		severity = Fault
	}
	asks := attempt(s.speaker)
	if f := s.browser.cause(asks, s.browser.passes(asks), severity); f != nil {
		s.report.find(f)
	} else if s.report.noCORS {
		s.report.find(s.browser.noCORS(s.browser.reading(s.speaker), severity))
	}
}

// sendsWildcard reports whether responses to unknown origins have the wildcard
// instead of the origin.
func (s *survey) sendsWildcard() bool {
	_, a := s.browser.first(s.browser.reading(Stranger))
	return a.header.Get("Access-Control-Allow-Origin") == "*"
}

// judgeUpperCase checks an origin that no browser sends.
func (s *survey) judgeUpperCase() {
	sent := Request{Method: s.browser.method, Origin: upperCase(s.base)}
	if sent.Origin == s.base || s.access[Stranger].allowed() {
		return
	}
	got := s.browser.responseTo(sent)
	_, toStranger := s.browser.first(s.browser.reading(Stranger))
	allowed := got.header["Access-Control-Allow-Origin"]
	theirs := toStranger.header["Access-Control-Allow-Origin"]
	isReflected := slices.Equal(theirs, []string{Stranger})
	if len(allowed) == 1 && strings.EqualFold(allowed[0], sent.Origin) && !slices.Equal(allowed, theirs) && !isReflected {
		s.report.find(s.browser.finding(sent).say(Note, "look-alike-upper-case", "Origins are compared without regard to case.",
			"No browser sends an origin in upper case, but a comparison that is loose here may be loose elsewhere.",
			fmt.Sprintf(exactly, s.base)))
	}
}

// judgePermissions checks which methods and request headers preflights allow.
func (s *survey) judgePermissions() {
	var methods, headers []string
	var refused script
	for _, script := range s.attempts() {
		p := Permission{Origin: script.origin, Method: script.method}
		if len(script.headers) > 0 {
			p.Method, p.Header = "", script.headers[0]
		}
		p.Allowed = s.browser.passes(script) == nil
		p.Credentials = s.browser.passes(script.withCredentials(true)) == nil
		s.report.Asked = append(s.report.Asked, p)
		switch {
		case p.Allowed:
			continue
		case p.Header == "":
			methods = append(methods, p.Method)
		default:
			headers = append(headers, p.Header)
		}
		refused = script
	}
	if a := s.access[s.speaker]; !a.Read || len(methods)+len(headers) == 0 {
		return
	}
	fix := "Send what scripts need in Access-Control-Allow-Methods and Access-Control-Allow-Headers."
	if s.browser.failsPreflights(refused) {
		fix = beforeRouting
	}
	s.report.find(s.browser.exchange(refused).say(Note, "preflight-refused", fmt.Sprintf("Preflights of %s don't allow: %s.", s.speaker, strings.Join(append(methods, headers...), ", ")),
		"Scripts that need one of these get a network error.", fix))
}

// judgeNamed checks whether allowed origins can do anything.
func (s *survey) judgeNamed() {
	for _, origin := range s.named {
		a := s.access[origin]
		reads := s.browser.reading(origin)
		failure := s.browser.read(reads)
		switch {
		case s.report.noCORS || s.browser.cause(reads, failure, Fault) != nil && !*a.Preflight:
			// judgeNoCORS reports that.
		case !a.allowed():
			s.report.find(s.browser.exchange(reads).say(Fault, "origin-denied", fmt.Sprintf("A script at %s can do nothing, but -origin names it as allowed.", origin),
				sentence(failure.Reason), failure.Fix))
		case !a.Read:
			s.report.find(s.browser.exchange(reads).say(Fault, "actual-denied", fmt.Sprintf("A script at %s passes preflights, but can't read the response to %s.", origin, s.browser.method),
				sentence(failure.Reason), "Send the CORS headers with every response, errors included, and not only with preflight responses."))
		}
	}
	s.judgePreflightStatus(s.speaker)
	s.judgePreflightRedirects()
}

// judgePreflightStatus checks for a preflight that is refused while actual
// requests are allowed. Without CORS headers, that may be intended: many
// servers need no preflights.
func (s *survey) judgePreflightStatus(origin string) {
	asks := attempt(origin)
	_, response := s.browser.first(asks)
	if !s.access[origin].Read || isRedirect(response.status) || response.status/100 == 2 || response.status == http.StatusUnauthorized {
		return
	}
	hasHeaders := response.header.Get("Access-Control-Allow-Origin") != ""
	if !hasHeaders && response.status < 500 {
		return
	}
	s.report.find(s.browser.exchange(asks).say(Fault, "preflight-status", fmt.Sprintf("Preflight responses have status %d.", response.status),
		"Browsers refuse a preflight whose status isn't from 200 to 299.",
		beforeRouting))
}

func (s *survey) judgePreflightRedirects() {
	for _, r := range s.plan.requests {
		if r.key.IsPreflight() && isRedirect(s.browser.responses[r.key].status) {
			s.report.find(s.browser.redirected(r.key))
			return
		}
	}
}

// judgeHeaders checks for headers that no browser understands, and for what
// denied origins learn.
func (s *survey) judgeHeaders() {
	for _, planned := range s.plan.requests {
		r := planned.key
		a := s.browser.responses[r]
		if a == nil {
			continue // of the cacheProbe
		}
		say := func(id, title, why, fix string) { s.report.find(s.browser.finding(r).say(Fault, id, title, why, fix)) }
		origins, credentials := a.header["Access-Control-Allow-Origin"], a.header["Access-Control-Allow-Credentials"]
		origin, credential := strings.Join(origins, ", "), strings.Join(credentials, ", ")
		switch {
		case strings.ContainsAny(origin, ", "):
			say("allow-origin-repeated", "Access-Control-Allow-Origin has more than one value.",
				"Browsers accept only one value, and deny the script everything.",
				"Send the request's origin, if it is allowed, only once. Often a proxy adds a second header to the application's own.")
		case origin == "*" && credential == "true":
			say("wildcard-with-credentials", "Access-Control-Allow-Origin is * while Access-Control-Allow-Credentials is true.",
				"Browsers refuse the two together: scripts that include credentials get a network error.", listOrigins)
		case len(origins) > 0 && origin != "*" && origin != r.Origin && !isOrigin(origin):
			say("allow-origin-invalid", fmt.Sprintf("Access-Control-Allow-Origin is %s, which isn't an origin.", quote(origin)),
				"Browsers compare it byte by byte with the page's origin, and the two are never equal.",
				"Send the request's origin, if it is allowed.")
		case s.isDenied(r):
			s.report.find(s.browser.discloses(r))
		}
		if strings.EqualFold(credential, "true") && credential != "true" || len(credentials) > 1 {
			say("allow-credentials-invalid", fmt.Sprintf("Access-Control-Allow-Credentials is %s.", quote(credential)),
				"Browsers accept only the value true, once and in lower case.", "Send Access-Control-Allow-Credentials: true, once.")
		}
	}
	for _, script := range s.attempts() {
		s.judgeList(script)
	}
}

// judgeList checks for lists in a preflight response that can't be parsed.
func (s *survey) judgeList(script script) {
	failure := s.browser.passes(script)
	if failure != nil && (failure.Step == fetch.StepPreflightMethods || failure.Step == fetch.StepPreflightHeaders) {
		s.report.find(s.browser.exchange(script).say(Fault, "preflight-list", sentence(failure.Reason),
			"Browsers refuse the whole preflight, whatever else the list has.", failure.Fix))
	}
}

// isOrigin reports whether a page can have an origin. The URL standard allows a
// wildcard in a host, but nobody who writes one means that.
func isOrigin(value string) bool {
	_, err := fetch.NewAgent(value)
	return err == nil && !strings.Contains(value, "*")
}

// isDenied reports whether a request comes from a script of an origin that can
// do nothing and wasn't named as allowed.
func (s *survey) isDenied(r Request) bool {
	a := s.access[r.Origin]
	return a != nil && !slices.Contains(s.named, r.Origin) && !a.allowed()
}
