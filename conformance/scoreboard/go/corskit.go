package main

import (
	"net/http"

	corschi "github.com/corskit/cors/adapters/chi"
	corsecho4 "github.com/corskit/cors/adapters/echo"
	corsecho5 "github.com/corskit/cors/adapters/echo/v5"
	corsfiber2 "github.com/corskit/cors/adapters/fiber"
	corsfiber3 "github.com/corskit/cors/adapters/fiber/v3"
	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	"github.com/valyala/fasthttp"
)

// corskit is configured as
// https://pkg.go.dev/github.com/corskit/cors/core#Config says. It reloads its
// engine for each policy. If the routes change, it makes a new application with
// a new engine, because an engine that serves two applications does more work
// per request.
func corskit[Handler any](app func(cors.Config, *cors.Engine) Handler) configure[Handler] {
	type served struct {
		engine  cors.Engine
		handler Handler
	}
	byPassPreflight := make(map[bool]*served)
	return func(policy []cors.Config) (Handler, error) {
		s := byPassPreflight[policy[0].PassPreflight]
		if s == nil {
			s = new(served)
			s.handler = app(policy[0], &s.engine)
			byPassPreflight[policy[0].PassPreflight] = s
		}
		return s.handler, s.engine.Reload(policy...)
	}
}

// In net/http, Gin and chi, a middleware sets headers before the handler does.
// https://pkg.go.dev/github.com/corskit/cors/core#Enforce is for handlers that
// set CORS headers.

func corskitNetHTTP(policy cors.Config, engine *cors.Engine) http.Handler {
	return cors.Enforce(engine.Handler(muxApp(policy)))
}

func corskitGin(policy cors.Config, engine *cors.Engine) http.Handler {
	return cors.Enforce(ginApp(policy, corsgin.Middleware(engine)))
}

func corskitChi(policy cors.Config, engine *cors.Engine) http.Handler {
	return cors.Enforce(chiApp(policy, corschi.Middleware(engine)))
}

func corskitEcho4(policy cors.Config, engine *cors.Engine) http.Handler {
	return echo4App(policy, corsecho4.Middleware(engine))
}

func corskitEcho5(policy cors.Config, engine *cors.Engine) http.Handler {
	return echo5App(policy, corsecho5.Middleware(engine))
}

func corskitFiber2(policy cors.Config, engine *cors.Engine) fasthttp.RequestHandler {
	return fiber2App(policy, corsfiber2.Middleware(engine))
}

func corskitFiber3(policy cors.Config, engine *cors.Engine) fasthttp.RequestHandler {
	return fiber3App(policy, corsfiber3.Middleware(engine))
}
