package conformance

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The application of a server under test, which runs after the CORS middleware.
// In any language, it is this:
//
//   - The methods [Methods] have a route at each of [Routes], and no other method
//     has one, so that OPTIONS has none. The handler behaves as [App] does.
//   - OPTIONS has one route of the application's own, at [OwnOptions]. Where the
//     policy passes preflights on, it has a route at each of Routes instead.
//   - Everything else is left to the router, which responds with 404 or 405.
//   - The framework recovers, in its own way, from a handler's panic (?do=panic),
//     and responds to an error that a handler returns (?do=error).

// Methods have routes.
var Methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
}

// OwnOptions is the path at which the application has an OPTIONS route.
const OwnOptions = "/own-options"

// Routes are the paths that have routes, with parameters in the syntax of
// net/http's ServeMux.
var Routes = []string{"/{$}", "/{a}", "/{a}/{b}", "/{a}/{b}/{c}"}

// ErrApp is what a handler that is asked to fail returns, or panics with.
var ErrApp = errors.New("conformance: the application fails as it was asked to")

// App handles every route of the application. The response is 200 with a body
// that names method and path, and the headers X-Handled (always "yes"),
// X-Total-Count ("42"), X-Secret, and Content-Type. The query changes it:
//
//	status=404            another status
//	set=Name:value        sets a response header
//	add=Name:value        adds a line to a response header
//	del=Name              removes a response header
//	do=redirect&to=/path  302 to another path; &code=307 for another status
//	do=cookie             sets the cookie session=1
//	do=whoami             names the cookie session in the body
//	do=stream             three parts, flushed one by one
//	do=cacheable          Cache-Control: public, max-age=60
//	do=etag               an entity tag, and 304 where If-None-Match has it
//	do=mutate             overwrites and appends to every value of a response header
//	do=reset              removes every existing response header
//	do=error, do=panic    fails, in the framework's own way: see [Respond]
//
// App responds to OPTIONS as to any other method: the request arrives only if
// the application has a route for it, or is to respond to preflights itself.
var App http.Handler = http.HandlerFunc(serveApp)

// Respond does what App does. If the request asks its handler to fail, it returns
// ErrApp, or panics with it; the handler of a server under test then fails in its
// framework's own way.
func Respond(w http.ResponseWriter, r *http.Request) error {
	switch r.URL.Query().Get("do") {
	case "error":
		return ErrApp
	case "panic":
		panic(ErrApp)
	}
	App.ServeHTTP(w, r)
	return nil
}

// HTTPApp is [App] for net/http and routers that take its handlers. If asked to
// fail, it responds with status 500, or panics.
var HTTPApp http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if err := Respond(w, r); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
})

// A Route is a route of the application, with a path in the syntax of net/http's
// ServeMux.
type Route struct{ Method, Path string }

// BracePath returns the path as chi and gorilla/mux write it.
func (r Route) BracePath() string { return strings.ReplaceAll(r.Path, "{$}", "") }

// ColonPath returns the path as Gin, Echo and Fiber write it.
func (r Route) ColonPath() string {
	return strings.NewReplacer("{", ":", "}", "").Replace(r.BracePath())
}

// AppRoutes returns the routes of the application. Only where the policy leaves preflights
// to the application does every path have a route for OPTIONS.
func AppRoutes(passPreflight bool) []Route {
	var all []Route
	for _, path := range Routes {
		for _, method := range Methods {
			all = append(all, Route{method, path})
		}
		if passPreflight {
			all = append(all, Route{http.MethodOptions, path})
		}
	}
	if !passPreflight {
		all = append(all, Route{http.MethodOptions, OwnOptions})
	}
	return all
}

// AppMux returns the application in net/http.
func AppMux(passPreflight bool) *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range AppRoutes(passPreflight) {
		mux.Handle(route.Method+" "+route.Path, HTTPApp)
	}
	return mux
}

func serveApp(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	h := w.Header()
	do := query.Get("do")
	switch do {
	case "mutate":
		for name, values := range h {
			for i := range values {
				values[i] = "https://mutated.example"
			}
			h[name] = append(values, "https://appended.example")
		}
	case "reset":
		clear(h)
	}
	h.Set("X-Handled", "yes")
	h.Set("X-Total-Count", "42")
	h.Set("X-Secret", "secret")
	h.Set("Content-Type", "text/plain; charset=utf-8")
	for _, header := range query["set"] {
		name, value, _ := strings.Cut(header, ":")
		h.Set(name, value)
	}
	for _, header := range query["add"] {
		name, value, _ := strings.Cut(header, ":")
		h.Add(name, value)
	}
	for _, name := range query["del"] {
		h.Del(name)
	}
	status := number(query.Get("status"), http.StatusOK)
	body := fmt.Sprintf("%s %s\n", r.Method, r.URL.Path)
	switch do {
	case "redirect":
		h.Set("Location", query.Get("to"))
		status = number(query.Get("code"), http.StatusFound)
	case "cookie":
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1", Path: "/", HttpOnly: true})
	case "whoami":
		if cookie, err := r.Cookie("session"); err == nil {
			body = "session " + cookie.Value + "\n"
		} else {
			body = "nobody\n"
		}
	case "cacheable":
		h.Set("Cache-Control", "public, max-age=60")
	case "etag":
		h.Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			status, body = http.StatusNotModified, ""
		}
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified {
		return
	}
	if do == "stream" {
		for range 3 {
			fmt.Fprint(w, body)
			http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
		return
	}
	fmt.Fprint(w, body)
}

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}
