package main

import (
	"strings"

	"github.com/corskit/cors/conformance/scoreboard/internal/methods"
	cors "github.com/corskit/cors/core"
	fiber2 "github.com/gofiber/fiber/v2/middleware/cors"
	fiber3 "github.com/gofiber/fiber/v3/middleware/cors"
	"github.com/valyala/fasthttp"
)

// fiber2CORS follows https://pkg.go.dev/github.com/gofiber/fiber/v2/middleware/cors#Config.
func fiber2CORS(policy cors.Config) (fasthttp.RequestHandler, error) {
	return fiber2App(policy, fiber2.New(fiber2.Config{
		AllowOrigins:     strings.Join(policy.AllowOrigins, ","),
		AllowMethods:     strings.Join(methods.Allowed(policy), ","),
		AllowHeaders:     strings.Join(policy.AllowHeaders, ","),
		AllowCredentials: policy.AllowCredentials,
		ExposeHeaders:    strings.Join(policy.ExposeHeaders, ","),
		MaxAge:           policy.MaxAge,
	})), nil
}

// fiber3CORS follows https://docs.gofiber.io/middleware/cors/#config.
func fiber3CORS(policy cors.Config) (fasthttp.RequestHandler, error) {
	return fiber3App(policy, fiber3.New(fiber3.Config{
		AllowOrigins:        policy.AllowOrigins,
		AllowMethods:        methods.Allowed(policy),
		AllowHeaders:        policy.AllowHeaders,
		ExposeHeaders:       policy.ExposeHeaders,
		MaxAge:              policy.MaxAge,
		AllowCredentials:    policy.AllowCredentials,
		AllowPrivateNetwork: policy.AllowPrivateNetwork,
	})), nil
}
