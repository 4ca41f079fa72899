package main

import (
	"net/http"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
)

// ginApp returns the application in Gin, behind a middleware.
func ginApp(policy cors.Config, middleware gin.HandlerFunc) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.Use(gin.Recovery(), middleware)
	for _, route := range routes(policy) {
		r.Handle(route.Method, route.ColonPath(), func(c *gin.Context) {
			if err := conformance.Respond(c.Writer, c.Request); err != nil {
				c.AbortWithError(http.StatusInternalServerError, err)
			}
		})
	}
	return r
}
