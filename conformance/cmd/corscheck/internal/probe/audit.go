package probe

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

// An audit compares a server with one Config.
type audit struct {
	plan    *Plan
	engine  *cors.Engine
	config  cors.Config
	index   int
	sample  *http.Request // to the URL
	allowed []string
	denied  []lookAlike

	report  *Report
	browser *browser
}

// Audit returns the Plan that compares a server with its policy. origins are
// checked in addition to those that the policy lists; the policy has to allow
// them.
//
// The error is a cors.ConfigErrors, or says what is wrong with the Target or an
// origin.
func Audit(t *Target, origins []string, policy ...cors.Config) (*Plan, error) {
	engine, err := cors.New(policy...)
	if err != nil {
		return nil, err
	}
	plan, err := newPlan(t)
	if err != nil {
		return nil, err
	}
	a := &audit{plan: plan, engine: engine}
	if a.sample, err = http.NewRequest(t.method(), plan.url, nil); err != nil {
		return nil, err
	}
	decision := a.decide(Stranger)
	if !decision.HasPolicy() {
		return nil, fmt.Errorf("no Config of the policy applies to the path %s: write another URL, or fix the policy", a.sample.URL.Path)
	}
	a.index = decision.Config()
	a.config = policy[a.index]
	if a.config.AllowMethods == nil {
		a.config.AllowMethods = cors.DefaultMethods()
	}
	if a.config.AllowHeaders == nil {
		a.config.AllowHeaders = cors.DefaultHeaders()
	}
	if err := a.chooseOrigins(origins); err != nil {
		return nil, err
	}
	a.ask()
	plan.judge = a.judge
	return plan, plan.err
}

// decide returns what the policy says about an origin at the URL.
func (a *audit) decide(origin string) cors.Decision {
	r := a.sample.Clone(a.sample.Context())
	r.Header.Set("Origin", origin)
	var request cors.Request
	request.ReadHTTP(r, nil)
	return a.engine.Decide(&request)
}

func (a *audit) allows(origin string) bool {
	d := a.decide(origin)
	return d.Allowed()
}

// chooseOrigins sets allowed and denied.
func (a *audit) chooseOrigins(named []string) error {
	var wanted, models []string
	for _, pattern := range a.config.AllowOrigins {
		origins := instances(pattern)
		wanted = append(wanted, origins...)
		models = append(models, origins[0])
	}
	models = append(models, named...)
	for _, origin := range named {
		if !a.allows(origin) {
			return fmt.Errorf("-origin %s: the policy doesn't allow it, but -origin is for allowed origins: fix the policy, or leave it out", origin)
		}
		wanted = append(wanted, origin)
	}
	for _, origin := range wanted {
		switch {
		case slices.Contains(a.allowed, origin):
		case origin == a.plan.origin:
			a.plan.skipOwn()
		case !a.allows(origin):
			a.plan.skip("%s isn't checked: it is too long for an origin.", origin)
		default:
			a.allowed = append(a.allowed, origin)
		}
	}
	for _, expression := range a.config.AllowOriginRegexps {
		matches := regexp.MustCompile(`\A(?:` + expression + `)\z`).MatchString
		instance := func(origin string) bool {
			d := a.decide(origin)
			return d.Reason() == cors.ReasonRegexp && matches(origin)
		}
		if !slices.ContainsFunc(named, instance) {
			a.plan.skip("The regular expression %q isn't checked: name an origin that it matches (-origin).", expression)
		}
	}
	if a.config.AllowPrivateNetwork {
		a.plan.skip("allowPrivateNetwork isn't checked: browsers no longer send that preflight.")
	}
	candidates := strangers()
	for _, pattern := range a.config.AllowOrigins {
		candidates = append(candidates, beside(pattern)...)
	}
	for _, origin := range models {
		candidates = append(candidates, lookAlikes(origin)...)
	}
	a.denied = a.plan.others(candidates, a.allows)
	return nil
}

// scripts returns the scripts of an origin that the policy allows after a preflight.
func (a *audit) scripts(origin string) []script {
	headers := unique(a.config.AllowHeaders)
	if i := slices.Index(headers, "*"); i >= 0 {
		headers[i] = "x-" + label
	}
	methods := a.config.AllowMethods
	if slices.Contains(methods, "*") {
		methods = []string{http.MethodPut, http.MethodPatch, http.MethodDelete}
	}
	var scripts []script
	for _, method := range methods {
		if !isSafelisted(method) {
			scripts = append(scripts, script{origin: origin, method: method, headers: headers})
		}
	}
	if scripts == nil {
		method := http.MethodGet
		if len(methods) > 0 {
			method = methods[0]
		}
		scripts = []script{{origin: origin, method: method, headers: headers, preflight: len(headers) == 0}}
	}
	for i := range scripts {
		scripts[i].credentials = a.config.AllowCredentials
	}
	return scripts
}

// unique returns names in lower case, each once.
func unique(names []string) []string {
	var u []string
	for _, name := range names {
		if name = strings.ToLower(name); !slices.Contains(u, name) {
			u = append(u, name)
		}
	}
	return u
}

// excesses returns scripts with methods and headers that the policy doesn't list.
func (a *audit) excesses(origin string) []script {
	var scripts []script
	unlisted := func(method string) bool { return !slices.Contains(a.config.AllowMethods, method) }
	if !slices.Contains(a.config.AllowMethods, "*") {
		methods := []string{http.MethodDelete, http.MethodPut, http.MethodPatch, strings.ToUpper(label)}
		method := methods[slices.IndexFunc(methods, unlisted)]
		scripts = append(scripts, script{origin: origin, method: method})
	}
	headers := unique(a.config.AllowHeaders)
	switch {
	case !slices.Contains(headers, "*"):
		scripts = append(scripts, script{origin: origin, method: http.MethodGet, headers: []string{"x-" + label + "-unlisted"}})
	case !a.config.AllowCredentials && !slices.Contains(headers, "authorization"):
		scripts = append(scripts, script{origin: origin, method: http.MethodGet, headers: []string{"authorization"}})
	}
	return scripts
}

// attempt returns a script of a denied origin that tries what the policy allows to others.
func (a *audit) attempt(origin string) script { return a.scripts(origin)[0] }

// triesPreflight reports whether a denied origin is tried with a preflight,
// too. Origins that are unrelated to the allowed ones, or look like the first
// of them, are enough to check that the server judges both kinds of request
// alike.
func (a *audit) triesPreflight(l lookAlike) bool {
	return l.of == "" || len(a.allowed) > 0 && l.of == a.allowed[0]
}

// ask plans the requests, those of allowed origins first, so that no cache has
// a response to another origin.
func (a *audit) ask() {
	a.plan.probeCache(pair(a.allowed))
	method := a.plan.target.method()
	for i, origin := range a.allowed {
		scripts := append([]script{reading(origin, method)}, a.scripts(origin)...)
		if i == 0 {
			scripts = append(scripts, a.excesses(origin)...)
		}
		for _, s := range scripts {
			a.plan.ask(s, "")
		}
	}
	for _, l := range a.denied {
		a.plan.ask(reading(l.origin, method), "")
		if a.triesPreflight(l) {
			a.plan.ask(a.attempt(l.origin), "")
		}
	}
	if len(a.allowed) > 0 {
		a.plan.askPlainly(http.MethodOptions, a.allowed[0])
	}
	a.plan.askPlainly(method, "")
}

// judge checks whether the server follows the policy.
func (a *audit) judge(b *browser) *Report {
	a.browser = b
	a.report = &Report{Mode: ModeAudit, Config: &a.index, Findings: []Finding{}}
	for i, origin := range a.allowed {
		a.judgeReading(origin)
		a.judgeExposure(origin)
		scripts := a.scripts(origin)
		for _, s := range scripts {
			a.judgeAllowed("preflight-denied", s, b.passes(s), "passes the preflight for", "can't send")
		}
		a.judgeMaxAge(scripts[0])
		if i == 0 {
			for _, s := range a.excesses(origin) {
				a.judgeExcess(s)
			}
		}
	}
	for _, l := range a.denied {
		a.judgeDenied(l)
	}
	a.report.find(b.missesVary())
	a.report.checkFound("vary-missing")
	a.report.find(b.cached)
	a.report.checkFound("cache-replay")
	if len(a.denied) > 0 {
		a.report.checkFound("disclosure")
	}
	if len(a.allowed) > 0 {
		a.report.find(b.claimsOptions(a.allowed[0]))
		a.report.checkFound("options-claimed")
	}
	return a.report
}

// judgeAllowed checks that a script can do something that the policy allows. The
// failure says why it can't, or is nil.
func (a *audit) judgeAllowed(id string, s script, failure *fetch.NetworkError, does, doesNot string) {
	finding := a.browser.cause(s, failure, Fault)
	if failure != nil && finding == nil {
		fix := failure.Fix
		if failure.Preflight && a.browser.failsPreflights(s) {
			fix = beforeRouting
		}
		finding = a.browser.exchange(s).say(Fault, id,
			fmt.Sprintf("A script at %s %s %s, but the policy allows it.", s.origin, doesNot, s.what()),
			sentence(failure.Reason), fix)
	}
	a.report.check(id, s.origin, does+" "+s.what(), finding)
}

func (a *audit) judgeReading(origin string) {
	b := a.browser
	s := b.reading(origin).withCredentials(a.config.AllowCredentials)
	a.judgeAllowed("origin-denied", s, b.read(s), "can read the response to", "can't read the response to")
	if s.credentials {
		return
	}
	var finding *Finding
	if b.read(s.withCredentials(true)) == nil {
		finding = b.exchange(s).say(Danger, "credentials-allowed",
			fmt.Sprintf("A script at %s can read the response to %s with the user's credentials, but the policy doesn't allow it.", origin, s.method),
			"It can read everything that the user can read.", `Send no Access-Control-Allow-Credentials header. If scripts need credentials, add "allowCredentials": true to the policy.`)
	}
	a.report.check("credentials-allowed", origin, "can't read it with credentials", finding)
}

// sentence ends a browser's reason with a full stop.
func sentence(reason string) string { return strings.TrimSuffix(reason, ".") + "." }

func (a *audit) judgeExposure(origin string) {
	const unlisted = "X-Corscheck-Unlisted"
	all := slices.Contains(a.config.ExposeHeaders, "*")
	names := slices.DeleteFunc(slices.Clone(a.config.ExposeHeaders), func(name string) bool { return name == "*" })
	b, s := a.browser, a.browser.reading(origin)
	title := "sees the response headers " + strings.Join(names, ", ") + " and no others but the safelisted ones"
	switch {
	case all:
		title = "sees every response header"
	case len(names) == 0:
		title = "sees no response headers but the safelisted ones"
	}
	seen, failure := b.sees(s.withCredentials(a.config.AllowCredentials), append(names, unlisted))
	if failure != nil {
		return // nothing can be read at all, which is already a finding
	}
	var finding *Finding
	hidden := func(what, send string) *Finding {
		return b.exchange(s).say(Fault, "header-hidden",
			fmt.Sprintf("A script at %s doesn't see %s, but the policy allows it.", origin, what),
			"To the script, the header is missing.", "Send Access-Control-Expose-Headers: "+send+" with every response except preflight responses.")
	}
	missing := slices.IndexFunc(names, func(name string) bool { return !slices.Contains(seen, name) })
	seesAll := slices.Contains(seen, unlisted)
	switch {
	case missing >= 0:
		finding = hidden("the response header "+names[missing], strings.Join(names, ", "))
	case all && !seesAll:
		finding = hidden("every response header", "*")
	case seesAll && !all:
		finding = b.exchange(s).say(Danger, "header-exposed",
			fmt.Sprintf("A script at %s sees every response header, but the policy doesn't allow it.", origin),
			"That includes headers for the server's own pages, such as tokens.",
			"List header names in Access-Control-Expose-Headers instead of *.")
	}
	a.report.check("header-hidden", origin, title, finding)
}

// what describes what a script does.
func (s script) what() string {
	var with []string
	if s.credentials {
		with = append(with, "credentials")
	}
	switch {
	case len(s.headers) == 1:
		with = append(with, "the request header "+s.headers[0])
	case len(s.headers) > 1:
		with = append(with, "the request headers "+strings.Join(s.headers, ", "))
	}
	if with == nil {
		return s.method
	}
	return s.method + " with " + strings.Join(with, " and ")
}

func (a *audit) judgeMaxAge(s script) {
	age, want := time.Duration(a.config.MaxAge)*time.Second, strconv.Itoa(a.config.MaxAge)
	switch {
	case a.config.MaxAge == 0:
		return // the policy leaves it to the server
	case a.config.MaxAge < 0:
		age, want = 0, "0"
	}
	b := a.browser
	if b.passes(s) != nil {
		return // there is nothing to cache, which is already a finding
	}
	var finding *Finding
	early := age > 0 && b.asksAgain(s, age-time.Second)
	if late := !b.asksAgain(s, age); early || late {
		than, why := "longer", "A stricter policy takes effect too late."
		if early {
			than, why = "less", "Browsers send more preflights than necessary, and each one delays a request."
		}
		finding = b.exchange(s).say(Fault, "max-age",
			fmt.Sprintf("The browser of a script at %s caches the preflight for %s than the %s seconds of the policy.", s.origin, than, want),
			why, "Send Access-Control-Max-Age: "+want+" in the preflight response.")
	}
	a.report.check("max-age", s.origin, "caches the preflight for "+want+" seconds", finding)
}

func (a *audit) judgeExcess(s script) {
	var finding *Finding
	id, header := "method-allowed", "Access-Control-Allow-Methods"
	if len(s.headers) > 0 {
		id, header = "request-header-allowed", "Access-Control-Allow-Headers"
	}
	if a.browser.passes(s) == nil {
		finding = a.browser.exchange(s).say(Fault, id,
			fmt.Sprintf("A script at %s can send %s, but the policy doesn't allow it.", s.origin, s.what()),
			"Scripts can make the server do whatever such a request does.",
			fmt.Sprintf("Send %s with the names that the policy lists and nothing else.", header))
	}
	a.report.check(id, s.origin, "doesn't pass the preflight for "+s.what(), finding)
}

// claimsOptions returns a finding if a server treats an OPTIONS request as a
// preflight that isn't one.
func (b *browser) claimsOptions(origin string) *Finding {
	sent := Request{Method: http.MethodOptions, Origin: origin}
	got := b.responseTo(sent)
	for _, name := range []string{"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"} {
		if got.header[name] != nil {
			return b.finding(sent).say(Note, "options-claimed",
				"An OPTIONS request without Access-Control-Request-Method gets a preflight response.",
				"The application never sees its own OPTIONS requests.",
				"Treat OPTIONS as a preflight only if it has both Origin and Access-Control-Request-Method.")
		}
	}
	return nil
}

// judgeDenied checks that scripts of an origin can do nothing, and whether the
// response discloses something of the policy.
func (a *audit) judgeDenied(l lookAlike) {
	b, s := a.browser, a.browser.reading(l.origin)
	relation := "is denied: " + l.relation()
	allowed := func(s script, what string) {
		why := l.why()
		if stranger := strangers()[0]; a.gets(stranger) {
			why = stranger.why() // every origin is allowed, so what it looks like doesn't matter
		}
		a.report.check("origin-allowed", l.origin, relation, b.exchange(s).say(Danger, "origin-allowed",
			fmt.Sprintf("A script at %s can %s, but the policy doesn't allow it.", l.origin, what), why,
			"Compare the whole Origin header, byte by byte, with each allowed origin, and send Access-Control-Allow-Origin only if one is equal."))
	}
	if b.read(s) == nil {
		credentials := ""
		if b.read(s.withCredentials(true)) == nil {
			credentials = " with the user's credentials"
		}
		allowed(s, "read the response to "+s.method+credentials)
		return
	}
	sent, _ := b.first(s)
	told := b.discloses(sent)
	if a.triesPreflight(l) {
		attempt := a.attempt(l.origin)
		if b.passes(attempt) == nil {
			allowed(attempt, "send "+attempt.what())
			return
		}
		if told == nil {
			sent, _ := b.first(attempt)
			told = b.discloses(sent)
		}
	}
	a.report.check("origin-allowed", l.origin, relation, nil)
	a.report.find(told)
}

// discloses returns a finding if the response to a denied origin discloses
// something of the policy.
func (b *browser) discloses(sent Request) *Finding {
	response := b.responseTo(sent)
	if len(response.disclosed()) == 0 {
		return nil
	}
	return b.finding(sent).say(Note, "disclosure",
		fmt.Sprintf("The response to the denied origin %s has %s.", sent.Origin, response.disclosure()),
		"Browsers still deny the script: these headers grant nothing unless Access-Control-Allow-Origin is the script's origin. But they disclose something of the policy.",
		"Nothing has to change. To disclose nothing, send Access-Control-* headers to allowed origins only.")
}

// gets reports whether scripts of a denied origin can read responses.
func (a *audit) gets(l lookAlike) bool {
	return slices.Contains(a.denied, l) && a.browser.read(a.browser.reading(l.origin)) == nil
}
