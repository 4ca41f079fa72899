package corsgin_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

func TestStacksOfPolicies(t *testing.T) { adaptertest.RunStacks(t, defaults.ServeStack) }

func TestHandlerAroundAttachDecidesOnce(t *testing.T) {
	adaptertest.RunOnce(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
		app := defaults.New().(application)
		app.UseMiddleware(engine)
		app.Handle(http.MethodGet, "/outer", adaptertest.ServeApp)
		app.Handle(http.MethodGet, "/inner/:a", adaptertest.ServeApp)
		return adaptertest.Serve(t, corsgin.Handler(engine, app.engine))
	})
}

// With RemoveExtraSlash, Gin routes another path than CheckOrigin can read.
func TestCheckOriginUsesThePathThatGinRoutes(t *testing.T) {
	engine, err := cors.New(cors.Config{Paths: []string{"/ws/"}, AllowOrigins: []string{trusted}, AllowCredentials: true})
	if err != nil {
		t.Fatal(err)
	}
	r := newRouter()
	r.RemoveExtraSlash = true
	r.Use(corsgin.Middleware(engine))
	r.GET("/ws/:room", func(c *gin.Context) { c.String(200, "%t", engine.CheckOrigin(c.Request)) })
	for origin, want := range map[string]string{trusted: "true", "https://evil.example": "false"} {
		request := httptest.NewRequest("GET", "http://api.example.com//ws//1", nil)
		request.Header.Set("Origin", origin)
		request.Header.Set("Upgrade", "websocket")
		w := httptest.NewRecorder()
		r.ServeHTTP(w, request)
		if w.Body.String() != want {
			t.Errorf("CheckOrigin is %s for %s, want %s", w.Body, origin, want)
		}
	}
}

func TestHandleContextIsDecidedByTheNewPath(t *testing.T) {
	for name, uses := range map[string]int{"one middleware": 1, "two": 2} {
		t.Run(name, func(t *testing.T) {
			adaptertest.RunRerouted(t, func(t *testing.T, engine *cors.Engine) *conformance.Server {
				app := defaults.New()
				for range uses {
					app.UseMiddleware(engine)
				}
				app.Handle(http.MethodGet, "/public", own(func(c *gin.Context) {
					c.Request.URL.Path = "/private/x"
					app.(application).engine.HandleContext(c)
					c.Abort()
				}))
				app.Handle(http.MethodGet, "/private/x", adaptertest.ServeApp)
				return app.Serve(t)
			})
		})
	}
}
