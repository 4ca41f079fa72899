package corsgin

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

// A version of Gin without the field that the router is read from.
func TestWithoutTheRouterOnlyPoliciesByPathFail(t *testing.T) {
	field := routerField
	routerField = nil
	t.Cleanup(func() { routerField = field })
	everywhere := Config{AllowOrigins: []string{"https://app.example.com"}}
	byPath := everywhere
	byPath.Paths = []string{"/a/"}
	gin.SetMode(gin.ReleaseMode)
	serve := func(r *gin.Engine) (status int, allowed bool) {
		request := httptest.NewRequest("GET", "/a/b", nil)
		request.Header.Set("Origin", "https://app.example.com")
		w := httptest.NewRecorder()
		r.ServeHTTP(w, request)
		return w.Code, w.Header().Get("Access-Control-Allow-Origin") != ""
	}
	router := func() *gin.Engine {
		r := gin.New()
		r.Use(gin.RecoveryWithWriter(nil))
		return r
	}
	t.Run("a policy for all paths works", func(t *testing.T) {
		r := router()
		r.Use(New(everywhere))
		r.GET("/a/b", func(*gin.Context) {})
		if status, allowed := serve(r); status != 200 || !allowed {
			t.Errorf("status %d, allowed: %t", status, allowed)
		}
	})
	t.Run("an attached policy works", func(t *testing.T) {
		r := router()
		Attach(r).Group("/a", everywhere).GET("/b", func(*gin.Context) {})
		if status, allowed := serve(r); status != 200 || !allowed {
			t.Errorf("status %d, allowed: %t", status, allowed)
		}
	})
	t.Run("a policy by path fails at set-up", func(t *testing.T) {
		defer func() {
			if problem := fmt.Sprint(recover()); !strings.Contains(problem, "use corsgin.Attach") {
				t.Errorf("the panic is %q", problem)
			}
		}()
		New(byPath)
	})
	t.Run("a policy by path that comes later fails each request", func(t *testing.T) {
		engine, err := cors.New(everywhere)
		if err != nil {
			t.Fatal(err)
		}
		r := router()
		r.Use(Middleware(engine))
		r.GET("/a/b", func(*gin.Context) {})
		if err := engine.Reload(byPath); err != nil {
			t.Fatal(err)
		}
		if status, allowed := serve(r); status != 500 || allowed {
			t.Errorf("status %d, allowed: %t", status, allowed)
		}
	})
}
