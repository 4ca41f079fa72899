package benchmarks

import (
	"net/http"
	"time"

	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	contrib "github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
)

// Gin is Gin.
var Gin = Framework{
	Name:       "gin",
	Title:      "Gin",
	Module:     "github.com/gin-gonic/gin",
	bare:       func() Server { return ginWith() },
	responding: func() Server { return ginWith(respondToOptionsGin) },
	Implementations: []Implementation{
		{Name: Handwritten, Title: "handwritten", New: ginBehind(handwrittenGin)},
		{Name: Corskit, Title: "corskit", New: ginBehind(func(cfg cors.Config) gin.HandlerFunc { return corsgin.New(cfg) })},
		{Name: "gin-contrib", Title: "gin-contrib/cors", Module: "github.com/gin-contrib/cors", New: ginBehind(contribCORS),
			Differs: []string{
				"sends no Vary: Origin (no-origin, actual-denied, preflight-denied)",
				"shares header values between responses (actual-allowed, preflight-allowed)",
				"responds with 403 in place of the handler (actual-denied)",
			}},
	},
}

func ginWith(handlers ...gin.HandlerFunc) Server {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(handlers...)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		r.Handle(method, "/profile", func(c *gin.Context) { c.Status(handled) })
	}
	r.GET(withHeaders, func(c *gin.Context) {
		for name, value := range fiveHeaders {
			c.Header(name, value)
		}
		c.Status(handled)
	})
	return httpServer{r}
}

func ginBehind(middleware func(cors.Config) gin.HandlerFunc) func(cors.Config) Server {
	return func(cfg cors.Config) Server { return ginWith(middleware(cfg)) }
}

func respondToOptionsGin(c *gin.Context) {
	if c.Request.Method == http.MethodOptions {
		c.AbortWithStatus(http.StatusNoContent)
	}
}

func handwrittenGin(cors.Config) gin.HandlerFunc {
	return func(c *gin.Context) {
		if status := respond(c.Writer.Header(), c.Request); status != 0 {
			c.AbortWithStatus(status)
		}
	}
}

func contribCORS(cfg cors.Config) gin.HandlerFunc {
	return contrib.New(contrib.Config{
		AllowOrigins:     cfg.AllowOrigins,
		AllowCredentials: cfg.AllowCredentials,
		AllowMethods:     cfg.AllowMethods,
		AllowHeaders:     cfg.AllowHeaders,
		ExposeHeaders:    cfg.ExposeHeaders,
		MaxAge:           time.Duration(cfg.MaxAge) * time.Second,
	})
}
