package explain

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

// The browser runs a page of pageOrigin in place of the request's origin: the
// server allows it if the engine allowed that origin.
const (
	pageOrigin  = "https://page.example"
	otherOrigin = "https://other.example"
	serverURL   = "https://server.example/"
)

// A server responds as an engine decides, without a network. If the next
// handler responds, the status is 200. A nil engine sets no headers.
type server struct{ engine *cors.Engine }

// RoundTrip implements [http.RoundTripper].
func (s server) RoundTrip(r *http.Request) (*http.Response, error) {
	response := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}
	if s.engine != nil {
		var request cors.Request
		request.ReadHTTP(r, nil)
		d := s.engine.Decide(&request)
		d.Apply(response.Header)
		if status, ok := d.Response(); ok {
			response.StatusCode = status
		}
	}
	return response, nil
}

// serve returns a server with the policy of cfg on every path. allowed says
// whether it allows the page. A public policy allows every page.
func serve(cfg cors.Config, allowed bool) server {
	isPublic := slices.Contains(cfg.AllowOrigins, "*") && !cfg.AllowCredentials
	cfg.Paths, cfg.PathRegexps, cfg.AcceptRisks = nil, nil, nil
	cfg.AllowOrigins, cfg.AllowOriginRegexps, cfg.AllowOriginFunc = []string{otherOrigin}, nil, nil
	switch {
	case isPublic:
		cfg.AllowOrigins = []string{"*"}
	case allowed:
		cfg.AllowOrigins = []string{pageOrigin}
	}
	engine, _ := cors.New(cfg) // it was accepted with its paths and origins
	return server{engine}
}

// run lets a browser run a script. It returns the exchanges, and the error of
// [fetch.Agent.Fetch].
func run(s server, script *fetch.Request) (fetch.Trace, error) {
	agent := &fetch.Agent{Origin: pageOrigin, Transport: s}
	response, err := agent.Fetch(context.Background(), script)
	var failure *fetch.NetworkError
	switch {
	case err == nil:
		return response.Trace, nil
	case errors.As(err, &failure):
		return failure.Trace, err
	}
	return nil, err
}

// A replay finds the obstacles to a script one after another: it removes the
// obstacle that stops the browser, and runs the script again.
type replay struct {
	*explainer
	script    *fetch.Request
	config    cors.Config
	obstacles []Obstacle
}

// result returns what a browser does in a credentials mode.
func (x *explainer) result(mode fetch.CredentialsMode) (result Result) {
	r := &replay{explainer: x, obstacles: slices.Clone(x.obstacles)}
	r.rebuild(mode)
	var decided server
	if x.Config >= 0 {
		decided = serve(x.configs[x.Config], x.Allowed)
	}
	_, err := run(decided, r.script)
	var failure *fetch.NetworkError
	if errors.As(err, &failure) {
		result.Step, result.Section = failure.Step, failure.Section
	}
	if x.policy >= 0 {
		r.config = x.configs[x.policy]
		for r.next() {
		}
	}
	result.Obstacles = r.obstacles
	result.Allowed = len(result.Obstacles) == 0
	result.settle(x)
	return result
}

func (r *replay) block(field, why, fix string, change *Change) {
	r.obstacles = append(r.obstacles, Obstacle{field, why, fix, change})
}

// unsendable adds an obstacle to a request that no script can send.
func (r *replay) unsendable(format string, args ...any) {
	r.block("Request", fmt.Sprintf(format, args...), "No browser sends that. Look at the client.", nil)
}

// unsafeValue is a value that makes any header need a preflight.
const unsafeValue = `"x"`

// rebuild sets the script that makes the request, without parts that no script
// can have.
func (r *replay) rebuild(mode fetch.CredentialsMode) {
	r.script = &fetch.Request{URL: serverURL, Method: r.request.Method, Credentials: mode}
	if r.Kind == cors.Preflight {
		r.script.Method = r.request.AccessControlRequestMethod
		r.script.Headers = r.requestedHeaders()
	} else {
		r.script.Headers = r.unsafeHeaders()
	}
	if !isName(r.script.Method) {
		r.unsendable("%s is not a method.", quote(r.script.Method))
		r.script.Method = http.MethodGet
	}
	r.setFlag()
}

// setFlag sets the use-CORS-preflight flag if the browser would send no
// preflight otherwise. A method that is not safelisted needs a preflight
// anyway.
func (r *replay) setFlag() {
	r.script.UseCORSPreflight = r.Kind == cors.Preflight && slices.Contains([]string{"GET", "HEAD", "POST"}, strings.ToUpper(r.script.Method))
}

// isName reports whether s is a token of reasonable length, such as the name of
// a method or header.
func isName(s string) bool { return httpguts.ValidHeaderFieldName(s) && len(s) <= maxQuoted }

// maxNames is the largest number of headers that a script is rebuilt with.
const maxNames = 64

// requestedHeaders returns the headers that a preflight asks for.
func (r *replay) requestedHeaders() (headers fetch.HeaderList) {
	value := r.request.AccessControlRequestHeaders
	if value == "" {
		value = r.header("Access-Control-Request-Headers")
	}
	for element := range strings.SplitSeq(value, ",") {
		name := strings.Trim(element, " \t")
		_, isRepeated := headers.Get(name)
		switch {
		case name == "" || isRepeated:
		case !isName(name):
			r.unsendable("%s is not the name of a header.", quote(name))
			return headers
		case len(headers) == maxNames:
			r.unsendable("The preflight asks for more than %d headers.", maxNames)
			return headers
		default:
			headers = append(headers, fetch.Header{Name: name, Value: unsafeValue})
		}
	}
	return headers
}

// telling are headers that only scripts set.
var telling = []string{"X-Api-Key", "X-Csrf-Token", "X-Csrftoken", "X-Requested-With", "X-Xsrf-Token"}

// unsafeHeaders returns the headers of an actual request that a script has set
// and that can need a preflight.
func (r *replay) unsafeHeaders() (headers fetch.HeaderList) {
	if value := r.header("Content-Type"); value != "" {
		if strings.ContainsAny(value, "\x00\r\n") {
			value = unsafeValue
		}
		headers = append(headers, fetch.Header{Name: "Content-Type", Value: value})
	}
	// Browsers send credentials of the other schemes by themselves.
	scheme, _, _ := strings.Cut(strings.ToLower(r.header("Authorization")), " ")
	if scheme != "" && !slices.Contains([]string{"basic", "digest", "negotiate", "ntlm"}, scheme) {
		headers = append(headers, fetch.Header{Name: "Authorization", Value: unsafeValue})
	}
	for _, name := range telling {
		if r.header(name) != "" {
			headers = append(headers, fetch.Header{Name: name, Value: unsafeValue})
		}
	}
	return headers
}

// next runs the script with the page allowed, and records and removes the
// obstacle that stops it. It reports whether there was one.
func (r *replay) next() bool {
	r.setFlag() // the method may have changed
	trace, err := run(serve(r.config, true), r.script)
	var refused *fetch.RequestError
	var failure *fetch.NetworkError
	switch {
	case errors.As(err, &refused): // the names are valid, so it is a forbidden method
		r.unsendable("%s: %s.", r.script.Method, refused.Reason)
		r.script.Method = http.MethodGet
		return true
	case r.Kind == cors.Preflight && r.differs(trace[0].RequestHeaders):
		return true
	case !errors.As(err, &failure):
		return false
	}
	switch failure.Step {
	case fetch.StepAllowOrigin, fetch.StepAllowCredentials:
		r.missesCredentials(failure)
	case fetch.StepPreflightMethod:
		r.misses("AllowMethods", failure, failure.Refused)
		r.script.Method = http.MethodGet
	case fetch.StepPreflightAuthorization, fetch.StepPreflightHeader:
		r.misses("AllowHeaders", failure, http.CanonicalHeaderKey(failure.Refused))
		r.removeHeader(failure.Refused)
	default:
		r.block("Request", failure.Reason+".", failure.Fix, nil)
		return false
	}
	return true
}

// differs finds out whether the browser's preflight asks for something other
// than the preflight to explain, and removes that from the script.
func (r *replay) differs(sent fetch.HeaderList) bool {
	if method, _ := sent.Get("Access-Control-Request-Method"); method != r.script.Method {
		r.unsendable("Browsers write the method %s as %s.", r.script.Method, method)
		r.script.Method = method
		return true
	}
	names, _ := sent.Get("Access-Control-Request-Headers")
	for _, h := range r.script.Headers {
		if !slices.Contains(strings.Split(names, ","), strings.ToLower(h.Name)) {
			r.unsendable("Browsers don't let scripts set %s.", h.Name)
			r.removeHeader(h.Name)
			return true
		}
	}
	return false
}

func (r *replay) removeHeader(name string) {
	r.script.Headers = slices.DeleteFunc(r.script.Headers, func(h fetch.Header) bool { return strings.EqualFold(h.Name, name) })
}

// misses adds the obstacle to a method or header that a preflight does not allow.
func (r *replay) misses(field string, failure *fetch.NetworkError, name string) {
	add := r.addName(field, name)
	change := &add
	cfg := cors.Config{AllowOrigins: []string{pageOrigin}}
	change.Apply(&cfg)
	problem, fix := refusal(cfg), ""
	if name == "*" {
		change, fix = nil, `Use another name: "*" in `+field+" allows every name."
	} else if problem != nil {
		change, fix = nil, notAccepted(problem)
	}
	r.block(field, failure.Reason+".", fix, change)
}

// missesCredentials adds the obstacle to a request with credentials.
func (r *replay) missesCredentials(failure *fetch.NetworkError) {
	cfg := &r.configs[r.policy]
	var change *Change
	fix := ""
	switch {
	case slices.Contains(cfg.AllowOrigins, "*"):
		fix = `If the path needs credentials, give it a Config of its own that lists the origins and sets AllowCredentials. With "*", any site could read as the user.`
	case len(cfg.AllowOrigins) > maxEntries || len(cfg.AllowOriginRegexps) > maxAnalyzed:
		fix = fmt.Sprintf("Set AllowCredentials, if New accepts it with all origins of Config %d: there are too many to try here.", r.policy)
	default:
		change = &Change{Config: r.policy, Field: "AllowCredentials", Caution: fmt.Sprintf("This applies to every origin that Config %d allows.", r.policy)}
	}
	r.block("AllowCredentials", failure.Reason+".", fix, change)
	r.config.AllowCredentials = true
	r.config.ExposeHeaders = nil // New refuses "*" with credentials
}

// maxAnalyzed is how many regular expressions for origins New may analyze.
const maxAnalyzed = 20

// settle sets the changes that remove all obstacles, if there are such changes and
// New accepts them.
func (r *Result) settle(x *explainer) {
	for i := range r.Obstacles {
		if change := r.Obstacles[i].change; change != nil {
			r.Changes = append(r.Changes, *change)
		}
	}
	if len(r.Changes) < len(r.Obstacles) {
		r.Changes = nil
	} else if len(r.Changes) > 0 && x.hasTwoPolicies() {
		r.Changes = nil
		r.Obstacles[0].Fix = "No change is proposed because two Configs apply to this path: one as it is written, the other after unescaping and cleaning. Look at the client."
	} else if problem := x.refusal(r.Changes); problem != nil {
		r.Changes = nil
		r.Obstacles[len(r.Obstacles)-1].Fix = notAccepted(problem)
	}
	for i := range r.Obstacles {
		r.Obstacles[i].change = nil
	}
}

// refusal returns the problem that New reports for changes, or nil. Parts of
// the Configs that the changes don't concern are left out: New accepted them
// before.
func (x *explainer) refusal(changes []Change) *cors.ConfigError {
	if len(changes) == 0 {
		return nil
	}
	concerns := func(field string) bool {
		return slices.ContainsFunc(changes, func(c Change) bool { return c.Field == field })
	}
	changed := x.configs[x.policy]
	changed.AllowOriginFunc = nil
	if !concerns("AllowCredentials") {
		changed.AllowOrigins, changed.AllowOriginRegexps = []string{pageOrigin}, nil
	}
	for _, c := range changes {
		c.Apply(&changed)
	}
	if !concerns("Paths") && !concerns("PathRegexps") {
		return refusal(changed)
	}
	configs := make([]cors.Config, len(x.configs))
	for i, cfg := range x.configs {
		configs[i] = cors.Config{Paths: cfg.Paths, PathRegexps: cfg.PathRegexps, AllowOrigins: []string{pageOrigin}}
	}
	configs[x.policy] = changed
	return refusal(configs...)
}

// refusal returns the first problem of Configs, or nil. It ignores accepted
// risks of origins that were left out.
func refusal(cfgs ...cors.Config) *cors.ConfigError {
	_, err := cors.New(cfgs...)
	var problems cors.ConfigErrors
	errors.As(err, &problems)
	for _, p := range problems {
		if p.Code != cors.CodeUnusedRisk {
			return p
		}
	}
	return nil
}

// notAccepted says why no change is proposed.
func notAccepted(p *cors.ConfigError) string {
	return fmt.Sprintf("No change is proposed because New refuses it: %s %s: %s.", p.Field, quote(p.Value), p.Message)
}
