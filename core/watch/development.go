package watch

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/internal/origin"
)

// Development returns a Watcher that writes a line to w about each request with an
// Origin header: whether the browser lets the script read the response and, if not,
// what to change. It is for your own machine. In production, use [Log], which is
// bounded in what strangers make it write.
//
//	engine.Watch(watch.Development(os.Stderr))
//
// Values of the request are in printable ASCII, and in quotes unless they are plain.
func Development(w io.Writer) cors.Watcher {
	var mu sync.Mutex
	return func(r *cors.Request, d cors.Decision) {
		if d.Kind() == cors.NotCORS {
			return
		}
		line := lineAbout(r, d)
		mu.Lock()
		defer mu.Unlock()
		io.WriteString(w, line)
	}
}

// lineAbout returns the line about a request.
func lineAbout(r *cors.Request, d cors.Decision) string {
	request := quote(r.Method)
	if d.Kind() == cors.Preflight {
		request = "preflight for " + quote(r.AccessControlRequestMethod)
	}
	result, why := "BLOCKED", ""
	switch d.Outcome(r) {
	case cors.Unaffected:
		result, why = "no policy", ": no Config applies to the path, so the browser blocks scripts of other origins"
	case cors.Allowed:
		result = "allowed"
	case cors.OriginDenied:
		why = ": " + whyDenied(r, d)
	case cors.MethodNotAllowed:
		method := r.AccessControlRequestMethod
		why = whyNotListed(d, "method", method, "AllowMethods", cors.Config{AllowMethods: []string{method}})
	case cors.HeadersNotAllowed:
		header := d.RefusedHeader(r)
		why = whyNotListed(d, "header", header, "AllowHeaders", cors.Config{AllowHeaders: []string{header}})
	}
	if why != "" && d.Config() > 0 {
		why += fmt.Sprintf(" (Config %d)", d.Config())
	}
	return fmt.Sprintf("cors: %s: %s %s from %s%s\n", result, request, quote(pathOf(r)), quote(originOf(r)), why)
}

// whyNotListed says why a method or header is not allowed. It proposes to list what
// cors.New accepts in a Config.
func whyNotListed(d cors.Decision, kind, name, field string, cfg cors.Config) string {
	problem := refusal(cfg)
	defaults, function := cors.DefaultMethods(), "DefaultMethods"
	if kind == "header" {
		defaults, function = cors.DefaultHeaders(), "DefaultHeaders"
	}
	switch {
	case strings.Contains(name, " "):
		return fmt.Sprintf(": the preflight asks for %s, and %s lists names; change the script", quote(name), field)
	case problem != "":
		return fmt.Sprintf(": the %s %s %s; change the script", kind, quote(name), problem)
	}
	for _, value := range d.Headers() {
		if value == strings.Join(defaults, ",") { // a list of one's own would replace them
			return fmt.Sprintf(": %s has the defaults, which don't include %s; write append(cors.%s(), %q)", field, quote(name), function, name)
		}
	}
	return fmt.Sprintf(": %s doesn't list %s; add it there", field, quote(name))
}

// whyDenied says why an origin is denied, and what to do. It proposes to allow an
// origin only if it is on this machine.
func whyDenied(r *cors.Request, d cors.Decision) string {
	switch d.Reason() {
	case cors.ReasonNotAllowed:
	case cors.ReasonFuncError:
		return "AllowOriginFunc failed: " + quote(fmt.Sprint(d.Err()))
	default:
		return d.Reason().String()
	}
	switch {
	case r.Origin == "null":
		return "the origin is opaque, like that of a file or a sandboxed frame; serve the page over http or https"
	case isLoopback(r.Origin):
		return fmt.Sprintf("nothing allows the origin; while you develop, add %q to AllowOrigins", r.Origin)
	case refusal(cors.Config{AllowOrigins: []string{r.Origin}}) != "":
		return "nothing allows the origin"
	}
	return "nothing allows the origin; if it is yours, add it to AllowOrigins"
}

// refusal returns what cors.New finds wrong with a Config, without what to write
// instead, or the empty string.
func refusal(cfg cors.Config) string {
	if cfg.AllowOrigins == nil {
		cfg.AllowOrigins = []string{"*"}
	}
	_, err := cors.New(cfg)
	var problem *cors.ConfigError
	if !errors.As(err, &problem) {
		return ""
	}
	what, _, _ := strings.Cut(problem.Message, ";")
	return what
}

// isLoopback reports whether a serialized origin is on this machine.
func isLoopback(text string) bool {
	o, ok := origin.Parse(text)
	return ok && origin.IsLoopback(o.Host)
}
