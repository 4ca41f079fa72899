package corschi_test

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// A place is somewhere in a chi application where middleware can be put.
type place struct {
	name string
	// add puts the middleware into r, so that it sees requests for /api/private/1.
	add func(r *chi.Mux, cors middlewareFunc)
	// strips says that the place is after StripSlashes.
	strips bool
}

// ok is a handler that sets X-Handled.
var ok = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Handled", "yes") })

// in returns a subrouter that build has added routes to.
func in(build func(r chi.Router)) chi.Router {
	r := chi.NewRouter()
	build(r)
	return r
}

var places = []place{
	{name: "Use", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Use(cors)
		r.Handle("/api/private/{id}", ok)
	}},
	{name: "Use above mounts", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Use(cors)
		r.Mount("/api", in(func(r chi.Router) { r.Mount("/private", in(func(r chi.Router) { r.Handle("/{id}", ok) })) }))
	}},
	{name: "With a route", add: func(r *chi.Mux, cors middlewareFunc) { r.With(cors).Handle("/api/private/{id}", ok) }},
	{name: "With a route that has parameters within segments", add: func(r *chi.Mux, cors middlewareFunc) {
		r.With(cors).Handle("/{a}/pri{b}te/{id:[0-9]{1,2}}", ok)
	}},
	{name: "With a wildcard", add: func(r *chi.Mux, cors middlewareFunc) { r.With(cors).Handle("/api/private/*", ok) }},
	{name: "With a wildcard within a segment", add: func(r *chi.Mux, cors middlewareFunc) { r.With(cors).Handle("/api/pri*", ok) }},
	{name: "With a mount", add: func(r *chi.Mux, cors middlewareFunc) {
		r.With(cors).Mount("/api", in(func(r chi.Router) { r.Handle("/private/{id}", ok) }))
	}},
	{name: "With a mount of a handler", add: func(r *chi.Mux, cors middlewareFunc) { r.With(cors).Mount("/api", ok) }},
	{name: "With a mount below a mount", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/api", in(func(r chi.Router) {
			r.With(cors).Mount("/private", in(func(r chi.Router) { r.Handle("/{id}", ok) }))
		}))
	}},
	{name: "With Route", add: func(r *chi.Mux, cors middlewareFunc) {
		r.With(cors).Route("/api", func(r chi.Router) { r.Handle("/private/{id}", ok) })
	}},
	{name: "Group", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Group(func(r chi.Router) {
			r.Use(cors)
			r.Handle("/api/private/{id}", ok)
		})
	}},
	{name: "Group with a mount", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Group(func(r chi.Router) {
			r.Use(cors)
			r.Mount("/api", in(func(r chi.Router) { r.Handle("/private/*", ok) }))
		})
	}},
	{name: "Route", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Route("/api", func(r chi.Router) {
			r.Use(cors)
			r.Handle("/private/{id}", ok)
		})
	}},
	{name: "Route with a wildcard", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Route("/api", func(r chi.Router) {
			r.Use(cors)
			r.Handle("/*", ok)
		})
	}},
	{name: "Group inside Route", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Route("/api", func(r chi.Router) {
			r.Group(func(r chi.Router) {
				r.Use(cors)
				r.Handle("/private/{id}", ok)
			})
		})
	}},
	{name: "With inside Route", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Route("/api", func(r chi.Router) { r.With(cors).Handle("/*", ok) })
	}},
	{name: "Route inside Route", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Route("/api", func(r chi.Router) {
			r.Route("/private", func(r chi.Router) {
				r.Use(cors)
				r.Handle("/", ok)
				r.Handle("/{id}", ok)
			})
		})
	}},
	{name: "Route with a slash at its end", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Route("/api/", func(r chi.Router) {
			r.Use(cors)
			r.Handle("/private/{id}", ok)
			r.Handle("/*", ok)
		})
	}},
	{name: "Handle of everything", add: func(r *chi.Mux, cors middlewareFunc) { r.Handle("/*", cors(ok)) }},
	{name: "Handle of a subtree", add: func(r *chi.Mux, cors middlewareFunc) { r.Handle("/api/*", cors(ok)) }},
	{name: "Handle of a router", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Handle("/*", cors(in(func(r chi.Router) { r.Handle("/api/private/{id}", ok) })))
	}},
	{name: "Use in a router of Handle", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Handle("/api/*", in(func(r chi.Router) {
			r.Use(cors)
			r.Handle("/api/private/{id}", ok)
		}))
	}},
	{name: "With in a router of Handle", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Handle("/api/*", in(func(r chi.Router) { r.With(cors).Handle("/api/*", ok) }))
	}},
	{name: "Handle below a mount", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/api", in(func(r chi.Router) { r.Handle("/private/*", cors(ok)) }))
	}},
	{name: "Method", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Method("GET", "/api/private/{id}", cors(ok))
		r.Method("POST", "/api/private/{id}", cors(ok))
	}},
	{name: "Mount of a router", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/api", cors(in(func(r chi.Router) { r.Handle("/private/{id}", ok) })))
	}},
	{name: "Mount of a handler", add: func(r *chi.Mux, cors middlewareFunc) { r.Mount("/api", cors(ok)) }},
	{name: "Mount of a handler below a mount", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/api", in(func(r chi.Router) { r.Mount("/private", cors(ok)) }))
	}},
	{name: "Mount at the root", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/", in(func(r chi.Router) {
			r.Use(cors)
			r.Handle("/api/*", ok)
		}))
	}},
	{name: "mounts at the root below mounts", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/", in(func(r chi.Router) {
			r.Mount("/api", in(func(r chi.Router) {
				r.Mount("/", in(func(r chi.Router) {
					r.Use(cors)
					r.Handle("/private/{id}", ok)
					r.Handle("/*", ok)
				}))
			}))
		}))
	}},
	{name: "Mount at a parameter", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/{tenant}", in(func(r chi.Router) {
			r.Use(cors)
			r.Handle("/private/{id}", ok)
		}))
	}},
	{name: "mounts at parameters, below each other", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/{tenant}", in(func(r chi.Router) {
			r.Mount("/{area}", in(func(r chi.Router) {
				r.Use(cors)
				r.Handle("/*", ok)
			}))
		}))
	}},
	{name: "With below mounts at parameters", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/{tenant}", in(func(r chi.Router) {
			r.Mount("/{area}", in(func(r chi.Router) { r.With(cors).Handle("/*", ok) }))
		}))
	}},
	{name: "Mount at a parameter with a regular expression", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/{tenant:[a-z]{3}}/private", in(func(r chi.Router) {
			r.Use(cors)
			r.Handle("/{id}", ok)
		}))
	}},
	{name: "around StripPrefix, with Handle", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Handle("/api/*", cors(http.StripPrefix("/api", ok)))
	}},
	{name: "inside StripPrefix, with Handle", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Handle("/api/*", http.StripPrefix("/api", cors(ok)))
	}},
	{name: "around StripPrefix, with Mount", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/api", cors(http.StripPrefix("/api", ok)))
	}},
	{name: "inside StripPrefix, with Mount", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/api", http.StripPrefix("/api", cors(ok)))
	}},
	{name: "inside StripPrefix, with Use in a router of Handle", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Handle("/api/*", http.StripPrefix("/api", in(func(r chi.Router) {
			r.Use(cors)
			r.Handle("/private/{id}", ok)
			r.Handle("/api/private/{id}", ok) // where CleanPath has set what is routed
		})))
	}},
	{name: "inside StripPrefix, with With in a router of Handle", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Handle("/api/*", http.StripPrefix("/api", in(func(r chi.Router) { r.With(cors).Handle("/*", ok) })))
	}},
	{name: "inside StripPrefix, with Use in a mounted router", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/api", http.StripPrefix("/api", in(func(r chi.Router) {
			r.Use(cors)
			r.Handle("/*", ok)
		})))
	}},
	{name: "inside StripPrefix, with With in a mounted router", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Mount("/api", http.StripPrefix("/api", in(func(r chi.Router) { r.With(cors).Handle("/*", ok) })))
	}},
	{name: "NotFound", add: func(r *chi.Mux, cors middlewareFunc) {
		r.NotFound(cors(ok).ServeHTTP)
		r.Handle("/other", ok)
	}},
	{name: "NotFound of a mounted router", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Route("/api", func(r chi.Router) {
			r.NotFound(cors(ok).ServeHTTP)
			r.Handle("/other", ok)
		})
	}},
	{name: "NotFound that a mounted router inherits", add: func(r *chi.Mux, cors middlewareFunc) {
		r.NotFound(cors(ok).ServeHTTP)
		r.Route("/api", func(r chi.Router) {
			r.Route("/private", func(r chi.Router) { r.Handle("/other", ok) })
		})
	}},
	{name: "NotFound of a Group", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Group(func(r chi.Router) {
			r.Use(cors)
			r.NotFound(ok)
			r.Handle("/other", ok)
		})
	}},
	{name: "MethodNotAllowed", add: func(r *chi.Mux, cors middlewareFunc) {
		r.MethodNotAllowed(cors(ok).ServeHTTP)
		r.Put("/api/private/{id}", ok)
	}},
	{name: "MethodNotAllowed of a mounted router", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Route("/api", func(r chi.Router) {
			r.MethodNotAllowed(cors(ok).ServeHTTP)
			r.Put("/private/*", ok)
		})
	}},
	{name: "MethodNotAllowed that a mounted router inherits", add: func(r *chi.Mux, cors middlewareFunc) {
		r.MethodNotAllowed(cors(ok).ServeHTTP)
		r.Route("/{tenant}", func(r chi.Router) { r.Put("/{area}/{id}", ok) })
	}},
	{strips: true, name: "Use in a router of Handle that strips slashes", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Handle("/api/*", in(func(r chi.Router) {
			r.Use(middleware.StripSlashes, cors)
			r.Handle("/api/private/{id}", ok)
		}))
	}},
	{strips: true, name: "inside StripPrefix, with Use in a router of Handle that strips slashes", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Handle("/api/*", http.StripPrefix("/api", in(func(r chi.Router) {
			r.Use(middleware.StripSlashes, cors)
			r.Handle("/*", ok)
		})))
	}},
	{strips: true, name: "Use in a router that strips slashes below a mount", add: func(r *chi.Mux, cors middlewareFunc) {
		r.Route("/api/private", func(r chi.Router) {
			r.Use(middleware.StripSlashes, cors)
			r.Handle("/{id}", ok)
		})
	}},
}

// tops are middlewares at the top of the router that change the path that is routed.
var tops = []struct {
	name string
	use  []middlewareFunc
	read func(u *url.URL) string
}{
	{"", nil, raw},
	{" after CleanPath", []middlewareFunc{middleware.CleanPath}, func(u *url.URL) string { return path.Clean(raw(u)) }},
	{" after StripSlashes", []middlewareFunc{middleware.StripSlashes}, stripped},
	{" after CleanPath and StripSlashes", []middlewareFunc{middleware.CleanPath, middleware.StripSlashes}, func(u *url.URL) string { return path.Clean(raw(u)) }},
}

func raw(u *url.URL) string { return cmp.Or(u.RawPath, u.Path) }

// stripped returns the path that StripSlashes leaves: decoded where it strips a slash.
func stripped(u *url.URL) string {
	if p, found := strings.CutSuffix(u.Path, "/"); found && p != "" {
		return p
	}
	return raw(u)
}

var placePaths = []string{
	"/", "/api", "/api/", "/api//", "/api/private", "/api/private/", "/api/private//", "/api/private/1", "/api/private/1/", "/api/private/1//", "/api/private/22/3",
	// repeated segments
	"/api/api", "/api/api/", "/api/api/api/", "/api/api/private/1", "/api/private/private", "/api/private/private/", "/api/private/api/private/1", "/private/private/1", "/private/api/private/1", "/api/private/1/api/private/1", "/1/1/1", "/1/1/1/", "/1/1/", "/a/a", "/a/a//",
	// empty segments, dots and escapes
	"//", "//api", "//api/", "//api/private/1", "/api//private/1", "/api//private//1", "//private/1", "///1", "/api/./private/1", "/api/../private/1", "/other/../api/private/1", "/api/private/%2F", "/api/private%2F1", "/api/private/%2e%2e", "/api%2Fprivate/1", "/%61pi/private/1", "/%61/%61/", "/%61/%61", "/api/private/%C3%A9",
	// paths that look like patterns
	"/api/private/*", "/api/*", "/*", "/api/private/{id}", "/{tenant}/private/1", "/api/private/1/*",
}

// In every place, the engine reads the whole path of a request as chi routes it.
func TestWholePathsAreReadInEveryPlace(t *testing.T) {
	for _, place := range places {
		for _, top := range tops {
			t.Run(place.name+top.name, func(t *testing.T) {
				engine, err := cors.New(policy)
				if err != nil {
					t.Fatal(err)
				}
				var read string
				engine.Watch(func(r *cors.Request, _ cors.Decision) { read, _ = r.Reader.Route() })
				r := newRouter()
				r.Use(top.use...)
				place.add(r, corschi.Middleware(engine))
				for _, path := range placePaths {
					request := httptest.NewRequest("GET", "http://api.example"+path, nil)
					request.Header.Set("Origin", trusted)
					read = "" // and remains so if the middleware doesn't see the request
					w := httptest.NewRecorder()
					r.ServeHTTP(w, request)
					want := top.read(request.URL)
					switch {
					case read == "" && path == "/api/private/1":
						t.Errorf("the middleware doesn't see %s", path)
					case read != "" && read != want && !(place.strips && (read == stripped(&url.URL{Path: want}) || read == stripped(request.URL))):
						t.Errorf("%s is read as %q, want %q", path, read, want)
					}
				}
			})
		}
	}
}

func TestPoliciesOfPathsApplyInEveryPlace(t *testing.T) {
	const evil = "https://evil.example"
	type response struct {
		allowed string
		status  int
		handled bool
	}
	tests := []struct {
		name           string
		policy         []cors.Config
		method, origin string
		want           response
	}{
		{"a strict policy beside a lax one denies other origins", []cors.Config{
			{Paths: []string{"/api/private/"}, AllowOrigins: []string{trusted}},
			{AllowOrigins: []string{"*"}},
		}, "GET", evil, response{"", http.StatusOK, true}},
		{"a strict policy beside a lax one allows its own origin", []cors.Config{
			{Paths: []string{"/api/private/"}, AllowOrigins: []string{trusted}},
			{AllowOrigins: []string{"*"}},
		}, "GET", trusted, response{trusted, http.StatusOK, true}},
		{"a strict policy for one path beside a lax one denies other origins", []cors.Config{
			{Paths: []string{"/api/private/{id}"}, AllowOrigins: []string{trusted}},
			{PathRegexps: []string{"/api/.*"}, AllowOrigins: []string{"*"}},
		}, "GET", evil, response{"", http.StatusOK, true}},
		{"RejectDisallowed stops other sites' POST requests", []cors.Config{
			{Paths: []string{"/api/"}, AllowOrigins: []string{trusted}, RejectDisallowed: true},
		}, "POST", evil, response{"", http.StatusForbidden, false}},
		{"RejectDisallowed lets its own origin's POST requests pass", []cors.Config{
			{Paths: []string{"/api/"}, AllowOrigins: []string{trusted}, RejectDisallowed: true},
		}, "POST", trusted, response{trusted, http.StatusOK, true}},
	}
	for _, place := range places {
		for _, top := range tops {
			for _, tt := range tests {
				t.Run(place.name+top.name+"/"+tt.name, func(t *testing.T) {
					r := newRouter()
					r.Use(top.use...)
					place.add(r, corschi.New(tt.policy...))
					request := httptest.NewRequest(tt.method, "http://api.example/api/private/1", nil)
					request.Header.Set("Origin", tt.origin)
					request.Header.Set("Sec-Fetch-Site", "cross-site")
					w := httptest.NewRecorder()
					r.ServeHTTP(w, request)
					got := response{w.Header().Get("Access-Control-Allow-Origin"), w.Code, w.Header().Get("X-Handled") == "yes"}
					if got != tt.want {
						t.Errorf("%+v, want %+v", got, tt.want)
					}
				})
			}
		}
	}
}

// chi serves the root of a mount with a slash at its end and without, so that a
// policy for one is a policy for the other.
func TestRootsOfMountsHaveOnePolicy(t *testing.T) {
	root := in(func(r chi.Router) { r.Handle("/", ok) })
	tests := []struct {
		name, policy, path string
		build              func(r *chi.Mux)
		strict             bool
	}{
		{"a slash that the policy lacks", "/admin", "/admin/", func(r *chi.Mux) { r.Mount("/admin", root) }, true},
		{"a slash that the request lacks", "/admin/{$}", "/admin", func(r *chi.Mux) { r.Mount("/admin", root) }, true},
		{"a mount of a handler", "/admin", "/admin/", func(r *chi.Mux) { r.Mount("/admin", ok) }, true},
		{"a mount below a mount", "/{tenant}/admin", "/acme/admin/", func(r *chi.Mux) {
			r.Mount("/{tenant}", in(func(r chi.Router) { r.Mount("/admin", root) }))
		}, true},
		{"a mount at a parameter", "/{tenant}", "/acme/", func(r *chi.Mux) { r.Mount("/{tenant}", root) }, true},
		{"a mount at a parameter that is empty", "/{tenant}/", "//", func(r *chi.Mux) { r.Mount("/{tenant}", root) }, true},
		{"several slashes, which aren't the root", "/admin", "/admin//", func(r *chi.Mux) { r.Mount("/admin", ok) }, false},
		{"below the root", "/admin", "/admin/1/", func(r *chi.Mux) { r.Mount("/admin", ok) }, false},
		{"a route of its own with a slash", "/admin", "/admin/", func(r *chi.Mux) {
			r.Get("/admin", ok)
			r.Get("/admin/", ok)
		}, false},
		{"a wildcard beside a route", "/admin", "/admin/", func(r *chi.Mux) {
			r.Handle("/admin", ok)
			r.Handle("/admin/*", ok)
		}, false},
	}
	for _, tt := range tests {
		cors := corschi.New(corschi.Config{Paths: []string{tt.policy}, AllowOrigins: []string{trusted}}, corschi.Config{AllowOrigins: []string{"*"}})
		inside, outside := newRouter(), newRouter()
		inside.Use(cors)
		tt.build(inside)
		tt.build(outside)
		for where, handler := range map[string]http.Handler{"Use": inside, "around the router": cors(outside)} {
			t.Run(tt.name+"/"+where, func(t *testing.T) {
				request := httptest.NewRequest("GET", "http://api.example"+tt.path, nil)
				request.Header.Set("Origin", "https://evil.example")
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, request)
				if w.Header().Get("X-Handled") != "yes" {
					t.Fatalf("%s is not served", tt.path)
				}
				if strict := w.Header().Get("Access-Control-Allow-Origin") == ""; strict != tt.strict {
					t.Errorf("the policy for %s applies to %s: %t, want %t", tt.policy, tt.path, strict, tt.strict)
				}
			})
		}
	}
}

// A router that isn't mounted itself, and that chi can't search for its mounts.
func TestRootsOfMountsInRoutersOfHandleHaveOnePolicy(t *testing.T) {
	r := newRouter()
	r.Handle("/api/*", http.StripPrefix("/api", in(func(r chi.Router) {
		r.Route("/admin", func(r chi.Router) {
			r.Use(corschi.New(corschi.Config{Paths: []string{"/api/admin"}, AllowOrigins: []string{trusted}}, corschi.Config{AllowOrigins: []string{"*"}}))
			r.Handle("/", ok)
		})
	})))
	for _, path := range []string{"/api/admin", "/api/admin/"} {
		request := httptest.NewRequest("GET", "http://api.example"+path, nil)
		request.Header.Set("Origin", "https://evil.example")
		w := httptest.NewRecorder()
		r.ServeHTTP(w, request)
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != "" || w.Header().Get("X-Handled") != "yes" {
			t.Errorf("%s: status %d, Access-Control-Allow-Origin %q, want 200 and none", path, w.Code, got)
		}
	}
}
