package corsgin_test

import (
	"net/http"
	"strings"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

var defaults = framework(func(*gin.Engine) {})

// framework returns Gin with the options that set sets.
func framework(set func(*gin.Engine)) adaptertest.Framework {
	return adaptertest.Framework{
		New: func(...*cors.Engine) adaptertest.App {
			r := newRouter()
			set(r)
			return application{routes{r}, r}
		},
		Path:    ginPath,
		Package: "corsgin",
		Router:  "router",
	}
}

func newRouter() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(gin.RecoveryWithWriter(nil))
	return r
}

// ginPath writes a path of net/http's ServeMux as Gin writes it.
func ginPath(path string) string {
	return strings.NewReplacer("{$}", "", "{rest...}", "*rest", "{", ":", "}", "").Replace(path)
}

// An application is an [adaptertest.App].
type application struct {
	routes
	engine *gin.Engine
}

func (a application) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.engine.ServeHTTP(w, r) }

func (a application) Serve(tb testing.TB) *conformance.Server { return adaptertest.Serve(tb, a.engine) }

func (a application) Exchange() adaptertest.Exchange { return adaptertest.ExchangeWith(a.engine) }

func (a application) Attach(base ...cors.Config) adaptertest.Policies {
	p := corsgin.Attach(a.engine, base...)
	return adaptertest.Policies{
		Group: func(prefix string, policy cors.Config, add func(adaptertest.Routes)) {
			group := p.Group(prefix, policy)
			if add != nil {
				add(routes{group})
			}
		},
		Route: p.Route,
	}
}

type routes struct{ router gin.IRouter }

func (r routes) UseNew(cfgs ...cors.Config)      { r.router.Use(corsgin.New(cfgs...)) }
func (r routes) Use(handler adaptertest.Handler) { r.router.Use(ginHandler(handler)) }

func (r routes) UseMiddleware(engine *cors.Engine, skip ...func(path string) bool) {
	var skips []func(*gin.Context) bool
	for _, skip := range skip {
		skips = append(skips, func(c *gin.Context) bool { return skip(c.Request.URL.Path) })
	}
	r.router.Use(corsgin.Middleware(engine, skips...))
}

func (r routes) Handle(method, path string, handler adaptertest.Handler) {
	r.router.Handle(method, path, ginHandler(handler))
}

func (r routes) Group(prefix string, add func(adaptertest.Routes)) {
	add(routes{r.router.Group(prefix)})
}

type handlerContext struct {
	adaptertest.Context
	gin *gin.Context
}

func ginHandler(handler adaptertest.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		next := func() error {
			c.Next()
			return nil
		}
		if err := handler(handlerContext{adaptertest.HTTPContext(c.Writer, c.Request, next), c}); err != nil {
			c.AbortWithError(http.StatusInternalServerError, err)
		}
	}
}

// own returns a handler that is written for Gin.
func own(handler gin.HandlerFunc) adaptertest.Handler {
	return func(c adaptertest.Context) error {
		handler(c.(handlerContext).gin)
		return nil
	}
}
