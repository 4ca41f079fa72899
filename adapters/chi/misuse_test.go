package corschi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

func TestMisusePanicsWithTheFix(t *testing.T) {
	tests := []struct {
		name string
		do   func(r *chi.Mux)
		says []string
	}{
		{"every problem of every Config", func(r *chi.Mux) {
			corschi.New(corschi.Config{AllowOrigins: []string{"https://app.example.com/"}, Paths: []string{"/a"}}, corschi.Config{AllowOrigins: []string{"*"}, AllowCredentials: true})

		}, []string{`Config 0: AllowOrigins`, `Config 1: AllowOrigins`}},
		{"a base policy that is wrong", func(r *chi.Mux) { corschi.Attach(r, corschi.Config{}) }, []string{`cors: AllowOrigins is empty`}},
		{"a group's policy that is wrong", func(r *chi.Mux) { corschi.Attach(r).Group("/api", corschi.Config{}, nil) }, []string{`cors: Group("/api"): AllowOrigins is empty`}},
		{"a route's policy that is wrong", func(r *chi.Mux) { corschi.Attach(r).Route("/x", corschi.Config{}) }, []string{`cors: Route("/x"): AllowOrigins is empty`}},
		{"a group's policy with paths of its own", func(r *chi.Mux) {
			corschi.Attach(r).Group("/api", corschi.Config{AllowOrigins: []string{"*"}, Paths: []string{"/x"}}, nil)

		}, []string{`cors: Group("/api"): Paths isn't empty`, `leave it out`}},
		{"a group that has a policy already", func(r *chi.Mux) {
			p := corschi.Attach(r)
			p.Group("/api", policy, nil)
			p.Group("/api", policy, nil)
		}, []string{`cors: Group("/api") already has a policy; remove one of the two calls`}},
		{"a route that has a policy already", func(r *chi.Mux) {
			p := corschi.Attach(r)
			p.Route("/a", policy)
			p.Route("/a", policy)
		}, []string{`cors: Route("/a") already has a policy; remove one of the two calls`}},
		{"a group that has a policy with another name for its parameter", func(r *chi.Mux) {
			p := corschi.Attach(r)
			p.Group("/users/{id}", policy, nil)
			p.Group("/users/{name}", policy, nil)
		}, []string{`cors: Group("/users/{name}") has the same paths as Group("/users/{id}"), which already has a policy; remove one of them`}},
		{"a parameter within a segment", func(r *chi.Mux) { corschi.Attach(r).Route("/v{version}", policy) }, []string{`cors: Route("/v{version}") has the segment "v{version}"`, `PathRegexps`}},
		{"a parameter with an expression", func(r *chi.Mux) { corschi.Attach(r).Route("/{id:[0-9]+}", policy) }, []string{`cors: Route("/{id:[0-9]+}") has the segment "{id:[0-9]+}"`, `PathRegexps`}},
		{"Attach after routes", func(r *chi.Mux) {
			r.Get("/posts", ok)
			corschi.Attach(r)
		}, []string{`corschi: Attach after routes: chi adds no middleware to a router that has routes; call Attach before the first route`}},
		{"Attach after a mount", func(r *chi.Mux) {
			r.Mount("/api", chi.NewRouter())
			corschi.Attach(r)
		}, []string{`corschi: Attach after routes: chi adds no middleware to a router that has routes; call Attach before the first route`}},
		{"a group where something is mounted", func(r *chi.Mux) {
			p := corschi.Attach(r)
			r.Mount("/api", chi.NewRouter())
			p.Group("/api", policy, func(chi.Router) {})
		}, []string{`corschi: Group("/api"): something is mounted there already; pass nil as routes to attach only the policy`}},
		{"Attach twice", func(r *chi.Mux) {
			corschi.Attach(r)
			corschi.Attach(r)
		}, []string{`corschi: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach after New", func(r *chi.Mux) {
			r.Use(corschi.New(policy))
			corschi.Attach(r)
		}, []string{`corschi: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach after Middleware", func(r *chi.Mux) {
			r.Use(corschi.Middleware(new(cors.Engine)))
			corschi.Attach(r)
		}, []string{`corschi: Attach: this router has a CORS middleware already; call Attach once, with every Config, and remove the other`}},
		{"Attach to no router", func(r *chi.Mux) { corschi.Attach(nil) }, []string{`corschi: Attach: the router is nil; pass the one that chi.NewRouter returned`}},
		{"a middleware without an engine", func(r *chi.Mux) { corschi.Middleware(nil) }, []string{`corschi: Middleware: the engine is nil; check the error that cors.New returned`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				problem := recover()
				for _, says := range tt.says {
					if !strings.Contains(fmt.Sprint(problem), says) {
						t.Errorf("panic %v, which must say %q", problem, says)
					}
				}
			}()
			tt.do(newRouter())
			t.Error("no panic")
		})
	}
}

func TestProblemsOfAttachedPoliciesAreTyped(t *testing.T) {
	defer func() {
		err, _ := recover().(error)
		var problem *cors.ConfigError
		if !errors.As(err, &problem) || problem.Code != cors.CodeSamePaths || problem.Call != `Group("/api")` {
			t.Errorf("the panic is %v", err)
		}
	}()
	p := corschi.Attach(newRouter())
	p.Group("/api", policy, nil)
	p.Group("/api", policy, nil)
}

func TestProperUseWorks(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(r *chi.Mux)
	}{
		{"Attach after middleware", func(r *chi.Mux) {
			r.Use(func(next http.Handler) http.Handler { return next })
			corschi.Attach(r).Group("/api", policy, func(r chi.Router) { r.Get("/posts", ok) })
		}},
		{"a group that the router has already", func(r *chi.Mux) {
			p := corschi.Attach(r)
			r.Route("/api", func(r chi.Router) { r.Get("/posts", ok) })
			p.Group("/api", policy, nil)
		}},
		{"a group that the router has later", func(r *chi.Mux) {
			corschi.Attach(r).Group("/api", policy, nil)
			r.Route("/api", func(r chi.Router) { r.Get("/posts", ok) })
		}},
		{"a group within one that has a policy", func(r *chi.Mux) {
			p := corschi.Attach(r)
			p.Group("/api", corschi.Config{AllowOrigins: []string{"*"}}, func(r chi.Router) { r.Get("/posts", ok) })
			p.Route("/api/posts", policy)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRouter()
			tt.prepare(r)
			checkReadable(t, get(t, r, "/api/posts"), http.StatusOK)
		})
	}
}

// chi doesn't say that a router is mounted before the first request.
func TestAttachToARouterThatIsMounted(t *testing.T) {
	serve := func(r *chi.Mux) {
		corschi.Attach(r).Route("/posts", policy)
		r.Get("/posts", ok)
	}
	plain, ownContext := context.Background(), context.WithValue(context.Background(), chi.RouteCtxKey, chi.NewRouteContext())
	tests := []struct {
		name    string
		context context.Context
		prepare func(r *chi.Mux)
		mounted string // or empty: the policy applies
	}{
		{"mounted", plain, func(r *chi.Mux) {
			inner := chi.NewRouter()
			serve(inner)
			r.Mount("/v1", inner)
		}, "/v1/*"},
		{"made by Route", plain, func(r *chi.Mux) {
			r.Route("/v1", func(r chi.Router) { serve(r.(*chi.Mux)) })
		}, "/v1/*"},
		{"mounted below a mount", plain, func(r *chi.Mux) {
			inner := chi.NewRouter()
			serve(inner)
			r.Route("/", func(r chi.Router) { r.Mount("/v1", inner) })
		}, "/v1/*"},
		{"made by Group", plain, func(r *chi.Mux) {
			r.Group(func(r chi.Router) {
				corschi.Attach(r.(*chi.Mux)).Route("/v1/posts", policy)
				r.Get("/v1/posts", ok)
			})
		}, "/v1/posts"},
		{"mounted at the root", plain, func(r *chi.Mux) {
			inner := chi.NewRouter()
			corschi.Attach(inner).Route("/v1/posts", policy)
			inner.Get("/v1/posts", ok)
			r.Mount("/", inner)
		}, ""},
		{"routed once more by a handler", plain, func(r *chi.Mux) {
			corschi.Attach(r).Route("/v1/posts", policy)
			r.Get("/v1/posts", func(w http.ResponseWriter, request *http.Request) {
				request.URL.Path, request.URL.RawPath = "/v2/posts", ""
				chi.RouteContext(request.Context()).RoutePath = ""
				r.ServeHTTP(w, request)
			})
			r.Get("/v2/posts", ok)
		}, ""},
		{"whose tests bring a context of their own", ownContext, func(r *chi.Mux) {
			corschi.Attach(r).Route("/v1/posts", policy)
			r.Get("/v1/posts", ok)
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := chi.NewRouter()
			tt.prepare(r)
			request := httptest.NewRequest(http.MethodGet, "/v1/posts", nil).WithContext(tt.context)
			request.Header.Set("Origin", trusted)
			recorder := httptest.NewRecorder()
			defer func() {
				problem, want := recover(), any(nil)
				if tt.mounted != "" {
					want = fmt.Sprintf("corschi: Attach: this router is mounted at %q of another one, and its policies are for whole paths; call Attach on the root router, and write whole paths in Group and Route", tt.mounted)
				}
				if problem != want {
					t.Errorf("panic %v, want %v", problem, want)
				}
				if allowed := recorder.Header().Get("Access-Control-Allow-Origin") != ""; allowed != (want == nil) {
					t.Errorf("allowed: %t", allowed)
				}
			}()
			r.ServeHTTP(recorder, request)
		})
	}
}

func TestSkippedRequestsAreLeftAlone(t *testing.T) {
	skipInternal := func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/internal/") }
	skipHealth := func(r *http.Request) bool { return r.URL.Path == "/health" }
	tests := []struct {
		name, path string
		skipped    bool
	}{
		{"a request that the first function names", "/internal/metrics", true},
		{"a request that the second function names", "/health", true},
		{"a request that no function names", "/posts", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			engine, err := cors.New(policy)
			if err != nil {
				t.Fatal(err)
			}
			told := make(chan cors.Decision, 10)
			engine.Watch(func(_ *cors.Request, d cors.Decision) { told <- d })
			r := newRouter()
			r.Use(corschi.Middleware(engine, skipInternal, skipHealth))
			r.Get("/*", ok)
			response := get(t, r, tt.path)
			if response.StatusCode != http.StatusOK {
				t.Errorf("status %d, want 200", response.StatusCode)
			}
			if skipped := response.Header.Get("Access-Control-Allow-Origin") == ""; skipped != tt.skipped {
				t.Errorf("skipped: %t, want %t", skipped, tt.skipped)
			}
			if skipped := response.Header.Get("Vary") == ""; skipped != tt.skipped {
				t.Errorf("Vary is %q", response.Header.Get("Vary"))
			}
			if skipped := len(told) == 0; skipped != tt.skipped {
				t.Errorf("the watcher is told %d times", len(told))
			}
		})
	}
}
