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

// An audit holds a server against one Config.
type audit struct {
	plan    *Plan
	engine  *cors.Engine
	config  cors.Config
	index   int
	allowed []string
	denied  []lookAlike

	unchecked []string
	report    *Report
	browser   *browser
}

// NotGovernedError says that no Config of a policy governs the path of a URL.
type NotGovernedError struct {
	Path string
}

func (e *NotGovernedError) Error() string {
	return fmt.Sprintf("no Config governs the path %q", e.Path)
}

// NotAllowedError says that an origin that was named as allowed is not.
type NotAllowedError struct {
	Origin string
}

func (e *NotAllowedError) Error() string {
	return fmt.Sprintf("the policy does not allow the origin %q", e.Origin)
}

// Audit returns the Plan that holds a server against the policy that it claims
// to have. origins are allowed by the policy and checked in addition to those
// that it lists.
//
// The error is a cors.ConfigErrors, a [*NotGovernedError], a
// [*NotAllowedError], or says what is wrong with the Target.
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
	governed := a.decide(Stranger)
	if !governed.HasPolicy() {
		return nil, &NotGovernedError{Path: plan.requests[0].URL.Path}
	}
	a.index = governed.Config()
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
	if err := a.ask(); err != nil {
		return nil, err
	}
	plan.judge = a.judge
	return plan, nil
}

// decide returns what the policy says to an origin at the URL.
func (a *audit) decide(origin string) cors.Decision {
	r := a.plan.requests[0].Clone(a.plan.requests[0].Context())
	r.Header.Set("Origin", origin)
	var request cors.Request
	request.ReadHTTP(r, nil)
	return a.engine.Decide(&request)
}

func (a *audit) allows(origin string) bool {
	d := a.decide(origin)
	return d.Allowed()
}

func (a *audit) skip(format string, args ...any) {
	a.unchecked = append(a.unchecked, fmt.Sprintf(format, args...))
}

// chooseOrigins fills in allowed and denied.
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
			return &NotAllowedError{Origin: origin}
		}
		wanted = append(wanted, origin)
	}
	for _, origin := range wanted {
		switch {
		case slices.Contains(a.allowed, origin):
		case origin == a.plan.origin:
			a.skip("%s is the URL's own origin, and browsers do not ask it for CORS.", origin)
		case !a.allows(origin):
			a.skip("%s would be too long an origin to ask for.", origin)
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
			a.skip("What the expression %q allows is not checked: name an origin that it matches.", expression)
		}
	}
	if a.config.AllowPrivateNetwork {
		a.skip("AllowPrivateNetwork is not checked: browsers no longer send that preflight.")
	}
	candidates := strangers()
	for _, pattern := range a.config.AllowOrigins {
		candidates = append(candidates, beside(pattern)...)
	}
	for _, origin := range models {
		candidates = append(candidates, lookAlikes(origin)...)
	}
	for _, l := range candidates {
		known := func(other lookAlike) bool { return other.origin == l.origin }
		if l.origin != a.plan.origin && !a.allows(l.origin) && !slices.ContainsFunc(a.denied, known) {
			a.denied = append(a.denied, l)
		}
	}
	return nil
}

// scripts are what scripts of an origin can do by means of a preflight.
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

// excesses are what no script can do: methods and headers that the policy does
// not list.
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

// attempt is the preflight by which a denied origin tries to get what the
// policy allows to others.
func (a *audit) attempt(origin string) script { return a.scripts(origin)[0] }

// triesPreflight reports whether a denied origin is asked about by a preflight,
// too. That a server judges origins alike in both kinds of request is checked
// by those that look like none, or like the first that is allowed.
func (a *audit) triesPreflight(l lookAlike) bool {
	return l.of == "" || len(a.allowed) > 0 && l.of == a.allowed[0]
}

// ask plans the requests.
func (a *audit) ask() error {
	var scripts []script
	for i, origin := range a.allowed {
		scripts = append(scripts, reading(origin, a.plan.target.method()))
		scripts = append(scripts, a.scripts(origin)...)
		if i == 0 {
			scripts = append(scripts, a.excesses(origin)...)
		}
	}
	for _, l := range a.denied {
		scripts = append(scripts, reading(l.origin, a.plan.target.method()))
		if a.triesPreflight(l) {
			scripts = append(scripts, a.attempt(l.origin))
		}
	}
	for _, s := range scripts {
		if err := a.plan.ask(s); err != nil {
			return err
		}
	}
	if len(a.allowed) > 0 {
		return a.plan.askPlainly(http.MethodOptions, a.allowed[0])
	}
	return nil
}

// judge says whether what the policy says holds.
func (a *audit) judge(b *browser) *Report {
	a.browser = b
	a.report = &Report{Mode: ModeAudit, Config: &a.index, Findings: []Finding{}, Unchecked: a.unchecked}
	for i, origin := range a.allowed {
		a.judgeReading(origin)
		a.judgeExposure(origin)
		scripts := a.scripts(origin)
		for _, s := range scripts {
			a.judgePreflight(s)
		}
		a.judgeMaxAge(scripts[0])
		if i == 0 {
			for _, s := range a.excesses(origin) {
				a.judgeExcess(s)
			}
			a.judgeOptions(origin)
		}
	}
	for _, l := range a.denied {
		a.judgeDenied(l)
	}
	a.judgeVary()
	return a.report.conclude(Conforms, DoesNotConform)
}

// check records a check, and with it a finding if there is one.
func (a *audit) check(origin, title string, f *Finding) {
	a.report.Checks = append(a.report.Checks, Check{Origin: origin, Title: title, Holds: f == nil})
	if f != nil {
		a.report.find(f)
	}
}

// exchange returns the start of a Finding that has the first exchange of a
// script as evidence.
func (b *browser) exchange(s script) *Finding {
	sent, answer := b.first(s)
	return &Finding{Sent: sent, Received: answer.response()}
}

func (f *Finding) say(severity Severity, code, title, why, field, remedy string) *Finding {
	f.Severity, f.Code, f.Title, f.Why, f.Field, f.Remedy = severity, code, title, why, field, remedy
	return f
}

func (a *audit) judgeReading(origin string) {
	b, s := a.browser, reading(origin, a.browser.method)
	title := "reads the answer to " + s.method + a.credentials()
	if failure := b.read(origin, a.config.AllowCredentials); failure != nil {
		a.check(origin, title, b.exchange(s).say(Fault, "origin-denied",
			fmt.Sprintf("A script at %s cannot read the answer to %s%s, and the policy lets it.", origin, s.method, a.credentials()),
			sentence(failure.Reason), fieldOf(failure), failure.Remedy))
	} else {
		a.check(origin, title, nil)
	}
	if a.config.AllowCredentials {
		return
	}
	title = "cannot read it with credentials"
	if b.read(origin, true) == nil {
		a.check(origin, title, b.exchange(s).say(Danger, "credentials-allowed",
			fmt.Sprintf("A script at %s can read the answer to %s with the user's credentials, and the policy does not let it.", origin, s.method),
			"It reads whatever the user can read.", "AllowCredentials", "Send no Access-Control-Allow-Credentials header, or write \"allowCredentials\": true if it is meant."))
	} else {
		a.check(origin, title, nil)
	}
}

func (a *audit) credentials() string {
	if a.config.AllowCredentials {
		return " with credentials"
	}
	return ""
}

// sentence makes a sentence of a browser's reason.
func sentence(reason string) string { return strings.TrimSuffix(reason, ".") + "." }

func (a *audit) judgeExposure(origin string) {
	const unlisted = "X-Corscheck-Unlisted"
	all := slices.Contains(a.config.ExposeHeaders, "*")
	names := slices.DeleteFunc(slices.Clone(a.config.ExposeHeaders), func(name string) bool { return name == "*" })
	b, s := a.browser, reading(origin, a.browser.method)
	title := "sees " + strings.Join(names, ", ") + " and no other response header"
	switch {
	case all:
		title = "sees every response header"
	case len(names) == 0:
		title = "sees the CORS-safelisted response headers only"
	}
	seen, failure := b.sees(origin, a.config.AllowCredentials, append(names, unlisted))
	if failure != nil {
		return // nothing can be read at all, which is found already
	}
	for _, name := range names {
		if !slices.Contains(seen, name) {
			a.check(origin, title, b.exchange(s).say(Fault, "header-hidden",
				fmt.Sprintf("A script at %s does not see the response header %s, and the policy lets it.", origin, name),
				"The header reads as missing to the script.", "ExposeHeaders",
				fmt.Sprintf("Send Access-Control-Expose-Headers: %s, among others, with actual responses.", name)))
			return
		}
	}
	if sees := slices.Contains(seen, unlisted); sees != all {
		f := b.exchange(s).say(Danger, "header-exposed",
			fmt.Sprintf("A script at %s sees every response header, and the policy does not let it.", origin),
			"Headers that are meant for the server's own pages, such as tokens, are shared, too.", "ExposeHeaders",
			"List the headers in Access-Control-Expose-Headers in place of *.")
		if all {
			f.say(Fault, "header-hidden",
				fmt.Sprintf("A script at %s does not see every response header, and the policy lets it.", origin),
				"Headers read as missing to the script.", "ExposeHeaders", "Send Access-Control-Expose-Headers: * with actual responses.")
		}
		a.check(origin, title, f)
		return
	}
	a.check(origin, title, nil)
}

// what says what a script does.
func (s script) what() string {
	var with []string
	if s.credentials {
		with = append(with, "credentials")
	}
	if len(s.headers) > 0 {
		with = append(with, "the request-headers "+strings.Join(s.headers, ", "))
	}
	if with == nil {
		return s.method
	}
	return s.method + " with " + strings.Join(with, " and ")
}

// fieldOf returns the field of cors.Config that is about the header at fault.
func fieldOf(failure *fetch.NetworkError) string {
	name, ok := strings.CutPrefix(failure.Header, accessControl)
	if !ok {
		return ""
	}
	name = strings.ReplaceAll(name, "-", "")
	if name == "AllowOrigin" {
		return "AllowOrigins"
	}
	return name
}

func (a *audit) judgePreflight(s script) {
	title := "passes the preflight for " + s.what()
	failure := a.browser.passes(s)
	if failure == nil {
		a.check(s.origin, title, nil)
		return
	}
	a.check(s.origin, title, a.browser.exchange(s).say(Fault, "preflight-denied",
		fmt.Sprintf("A script at %s cannot send %s, and the policy lets it.", s.origin, s.what()),
		sentence(failure.Reason), fieldOf(failure), failure.Remedy))
}

func (a *audit) judgeMaxAge(s script) {
	kept, means := time.Duration(a.config.MaxAge)*time.Second, "Access-Control-Max-Age: "+strconv.Itoa(a.config.MaxAge)
	switch {
	case a.config.MaxAge == 0:
		return // the policy doesn't say
	case a.config.MaxAge < 0:
		kept, means = 0, "Access-Control-Max-Age: 0"
	}
	title := fmt.Sprintf("keeps the preflight's answer for %v s", kept.Seconds())
	if kept == 0 {
		title = "does not keep the preflight's answer"
	}
	b := a.browser
	if b.passes(s) != nil {
		return // there is nothing to keep, which is found already
	}
	early := kept > 0 && b.asksAgain(s, kept-time.Second)
	late := !b.asksAgain(s, kept)
	if !early && !late {
		a.check(s.origin, title, nil)
		return
	}
	than, why := "longer", "A policy that is made stricter takes effect too late."
	if early {
		than, why = "shorter", "Browsers send more preflights than they need to, and each one delays a request."
	}
	a.check(s.origin, title, b.exchange(s).say(Fault, "max-age",
		fmt.Sprintf("The browser of a script at %s keeps the preflight's answer for %s than the policy says, which is %v s.", s.origin, than, kept.Seconds()),
		why, "MaxAge", "Send "+means+" with the preflight's answer."))
}

func (a *audit) judgeExcess(s script) {
	title := "does not pass the preflight for " + s.what()
	if a.browser.passes(s) != nil {
		a.check(s.origin, title, nil)
		return
	}
	code, field := "method-allowed", "AllowMethods"
	if len(s.headers) > 0 {
		code, field = "request-header-allowed", "AllowHeaders"
	}
	a.check(s.origin, title, a.browser.exchange(s).say(Danger, code,
		fmt.Sprintf("A script at %s can send %s, and the policy does not let it.", s.origin, s.what()),
		"What the server does on such a request is open to scripts that were not meant to cause it.", field,
		fmt.Sprintf("Answer preflights with what the policy lists in %s and nothing else.", field)))
}

// judgeOptions checks that an OPTIONS request that is no preflight is left to
// the application.
func (a *audit) judgeOptions(origin string) {
	a.check(origin, "gets OPTIONS that is no preflight answered by the application", a.browser.claimsOptions(origin, Fault))
}

// claimsOptions returns a finding if a server answers OPTIONS like a preflight
// that is none.
func (b *browser) claimsOptions(origin string, severity Severity) *Finding {
	sent := Request{Method: http.MethodOptions, Origin: origin}
	got := b.answerTo(sent)
	for _, name := range []string{"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"} {
		if got.header[name] != nil {
			return (&Finding{Sent: sent, Received: got.response()}).say(severity, "options-claimed",
				"An OPTIONS request without Access-Control-Request-Method is answered as if it were a preflight.",
				"The application never sees its own OPTIONS requests.", "",
				"Treat OPTIONS as a preflight only if Origin and Access-Control-Request-Method are both there, as cors.Engine does.")
		}
	}
	return nil
}

// judgeDenied checks that scripts of an origin can do nothing and learn
// nothing.
func (a *audit) judgeDenied(l lookAlike) {
	b, s := a.browser, reading(l.origin, a.browser.method)
	title, why := "is denied: "+l.relation(), l.why()
	if stranger := strangers()[0]; a.gets(stranger) {
		why = stranger.why() // whatever it looks like
	}
	remedy := "Compare the whole serialized origin, byte by byte, as cors.Engine does."
	credentials := ""
	if b.read(l.origin, true) == nil {
		credentials = " with the user's credentials"
	}
	if b.read(l.origin, false) == nil {
		a.check(l.origin, title, b.exchange(s).say(Danger, "origin-allowed",
			fmt.Sprintf("A script at %s can read the answer to %s%s, and the policy does not let it.", l.origin, s.method, credentials),
			why, "AllowOrigins", remedy))
		return
	}
	asked := []script{s}
	if a.triesPreflight(l) {
		attempt := a.attempt(l.origin)
		if b.passes(attempt) == nil {
			a.check(l.origin, title, b.exchange(attempt).say(Danger, "origin-allowed",
				fmt.Sprintf("A script at %s can send %s, and the policy does not let it.", l.origin, attempt.what()),
				why, "AllowOrigins", remedy))
			return
		}
		asked = append(asked, attempt)
	}
	for _, s := range asked {
		if _, answer := b.first(s); len(answer.disclosed()) > 0 {
			a.check(l.origin, title, b.exchange(s).say(Fault, "disclosure",
				fmt.Sprintf("The denied origin %s is told %s.", l.origin, answer.disclosure()),
				"It learns of the policy what is none of its business.", "AllowOrigins",
				"Send no Access-Control-* header to an origin that is not allowed."))
			return
		}
	}
	a.check(l.origin, title, nil)
}

// gets reports whether scripts of a denied origin can read the answers.
func (a *audit) gets(l lookAlike) bool {
	return slices.Contains(a.denied, l) && a.browser.read(l.origin, false) == nil
}

func (a *audit) judgeVary() {
	a.check("", "caches can tell the answers to different origins apart", a.browser.missesVary())
}
