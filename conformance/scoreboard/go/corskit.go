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

// engine is corskit's, in every framework. It is reloaded for each policy.
//
// What follows is https://pkg.go.dev/github.com/corskit/cors/core#Config, and
// https://pkg.go.dev/github.com/corskit/cors/core#Enforce where the framework lets a
// middleware set headers before the handler only.
var engine cors.Engine

func corskitNetHTTP(policy []cors.Config) (http.Handler, error) {
	return cors.Enforce(engine.Handler(muxApp(policy[0]))), engine.Reload(policy...)
}

func corskitGin(policy []cors.Config) (http.Handler, error) {
	return cors.Enforce(ginApp(policy[0], corsgin.Middleware(&engine))), engine.Reload(policy...)
}

func corskitChi(policy []cors.Config) (http.Handler, error) {
	return cors.Enforce(chiApp(policy[0], corschi.Middleware(&engine))), engine.Reload(policy...)
}

func corskitEcho4(policy []cors.Config) (http.Handler, error) {
	return echo4App(policy[0], corsecho4.Middleware(&engine)), engine.Reload(policy...)
}

func corskitEcho5(policy []cors.Config) (http.Handler, error) {
	return echo5App(policy[0], corsecho5.Middleware(&engine)), engine.Reload(policy...)
}

func corskitFiber2(policy []cors.Config) (fasthttp.RequestHandler, error) {
	return fiber2App(policy[0], corsfiber2.Middleware(&engine)), engine.Reload(policy...)
}

func corskitFiber3(policy []cors.Config) (fasthttp.RequestHandler, error) {
	return fiber3App(policy[0], corsfiber3.Middleware(&engine)), engine.Reload(policy...)
}
