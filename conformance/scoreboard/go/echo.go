package main

import (
	"net/http"

	"github.com/corskit/cors/conformance/scoreboard/internal/methods"
	cors "github.com/corskit/cors/core"
	echo4middleware "github.com/labstack/echo/v4/middleware"
	echo5 "github.com/labstack/echo/v5"
	echo5middleware "github.com/labstack/echo/v5/middleware"
)

// echo4CORS follows https://pkg.go.dev/github.com/labstack/echo/v4/middleware#CORSConfig.
func echo4CORS(policy cors.Config) (http.Handler, error) {
	return echo4App(policy, echo4middleware.CORSWithConfig(echo4middleware.CORSConfig{
		AllowOrigins:     policy.AllowOrigins,
		AllowMethods:     methods.Allowed(policy),
		AllowHeaders:     policy.AllowHeaders,
		AllowCredentials: policy.AllowCredentials,
		ExposeHeaders:    policy.ExposeHeaders,
		MaxAge:           policy.MaxAge,

		UnsafeWildcardOriginWithAllowCredentials: acceptsAnyOriginWithCredentials(policy),
	})), nil
}

// echo5CORS follows https://pkg.go.dev/github.com/labstack/echo/v5/middleware#CORSConfig.
func echo5CORS(policy cors.Config) (http.Handler, error) {
	config := echo5middleware.CORSConfig{
		AllowOrigins:     policy.AllowOrigins,
		AllowMethods:     methods.Allowed(policy),
		AllowHeaders:     policy.AllowHeaders,
		AllowCredentials: policy.AllowCredentials,
		ExposeHeaders:    policy.ExposeHeaders,
		MaxAge:           policy.MaxAge,
	}
	if acceptsAnyOriginWithCredentials(policy) {
		// As the error for any origin with credentials says.
		config.UnsafeAllowOriginFunc = func(_ *echo5.Context, origin string) (string, bool, error) { return origin, true, nil }
	}
	middleware, err := config.ToMiddleware()
	if err != nil {
		return nil, err
	}
	return echo5App(policy, middleware), nil
}
