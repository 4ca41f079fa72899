package corschi_test

import (
	"net/http"
	"strings"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
)

var defaults = adaptertest.Framework{
	New: func(...*cors.Engine) adaptertest.App {
		r := newRouter()
		return application{routes{r}, r}
	},
	Path:    chiPath,
	Package: "corschi",
	Router:  "router",
}

func newRouter() *chi.Mux {
	r := chi.NewRouter()
	r.Use(recoverer)
	return r
}

// recoverer is chi's Recoverer without the log.
func recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// chiPath writes a path of net/http's ServeMux as chi writes it.
func chiPath(path string) string {
	return strings.NewReplacer("{$}", "", "{rest...}", "*").Replace(path)
}

// An application is an [adaptertest.App].
type application struct {
	routes
	mux *chi.Mux
}

func (a application) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

func (a application) Serve(tb testing.TB) *conformance.Server { return adaptertest.Serve(tb, a.mux) }

func (a application) Exchange() adaptertest.Exchange { return adaptertest.ExchangeWith(a.mux) }

func (a application) Attach(base ...cors.Config) adaptertest.Policies {
	p := corschi.Attach(a.mux, base...)
	return adaptertest.Policies{
		Group: func(prefix string, policy cors.Config, add func(adaptertest.Routes)) {
			p.Group(prefix, policy, byRouter(add))
		},
		Route: p.Route,
	}
}

type routes struct{ router chi.Router }

// byRouter returns add as chi calls it, or nil.
func byRouter(add func(adaptertest.Routes)) func(chi.Router) {
	if add == nil {
		return nil
	}
	return func(r chi.Router) { add(routes{r}) }
}

func (r routes) UseNew(cfgs ...cors.Config) { r.router.Use(corschi.New(cfgs...)) }

func (r routes) UseMiddleware(engine *cors.Engine, skip ...func(path string) bool) {
	var skips []func(*http.Request) bool
	for _, skip := range skip {
		skips = append(skips, func(r *http.Request) bool { return skip(r.URL.Path) })
	}
	r.router.Use(corschi.Middleware(engine, skips...))
}

func (r routes) Use(handler adaptertest.Handler) {
	r.router.Use(func(next http.Handler) http.Handler { return httpHandler(handler, next) })
}

func (r routes) Handle(method, path string, handler adaptertest.Handler) {
	r.router.Method(method, path, httpHandler(handler, nil))
}

func (r routes) Group(prefix string, add func(adaptertest.Routes)) {
	r.router.Route(prefix, byRouter(add))
}

func httpHandler(handler adaptertest.Handler, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := handler(adaptertest.HTTPContext(w, r, func() error {
			next.ServeHTTP(w, r)
			return nil
		}))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}
