package benchmarks

import (
	"net/http"
	"strings"
	"time"

	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	contrib "github.com/gin-contrib/cors"
	"github.com/gin-gonic/gin"
)

// Gin is Gin.
var Gin = Framework{
	Name:      "gin",
	Title:     "Gin",
	Module:    "github.com/gin-gonic/gin",
	bare:      func() Server { return ginWith() },
	answering: func() Server { return ginWith(answerOptionsGin) },
	Implementations: []Implementation{
		{Name: floor, Title: "handwritten", New: ginBehind(handwrittenGin)},
		{Name: floorOwned, Title: "handwritten, values of its own", New: ginBehind(handwrittenOwnedGin)},
		{Name: ours, Title: "corskit", New: ginBehind(func(cfg cors.Config) gin.HandlerFunc { return corsgin.New(cfg) })},
		{Name: "gin-contrib", Title: "gin-contrib/cors", Module: "github.com/gin-contrib/cors", New: ginBehind(contribCORS), Linear: true,
			Differs: []string{
				"no-origin: no Vary: Origin",
				"actual-denied: status 403 instead of the handler's",
				"actual-denied: no Vary: Origin",
				"preflight-denied: no Vary: Origin",
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
	return httpServer{r}
}

func ginBehind(policed func(cors.Config) gin.HandlerFunc) func(cors.Config) Server {
	return func(cfg cors.Config) Server { return ginWith(policed(cfg)) }
}

func answerOptionsGin(c *gin.Context) {
	if c.Request.Method == http.MethodOptions {
		c.AbortWithStatus(http.StatusNoContent)
	}
}

func handwrittenGin(cors.Config) gin.HandlerFunc {
	return func(c *gin.Context) {
		r, h := c.Request, c.Writer.Header()
		h["Vary"] = varyValue
		origin := r.Header["Origin"]
		ok := len(origin) == 1 && isAllowed(origin[0])
		if ok {
			h["Access-Control-Allow-Origin"] = origin
			h["Access-Control-Allow-Credentials"] = credentialsValue
		}
		if r.Method != http.MethodOptions || len(origin) == 0 || len(r.Header["Access-Control-Request-Method"]) == 0 {
			if ok {
				h["Access-Control-Expose-Headers"] = exposeValue
			}
			return
		}
		if !ok {
			c.AbortWithStatus(http.StatusForbidden)
			return
		}
		h["Access-Control-Allow-Methods"] = methodsValue
		h["Access-Control-Allow-Headers"] = headersValue
		h["Access-Control-Max-Age"] = maxAgeValue
		c.AbortWithStatus(http.StatusNoContent)
	}
}

// handwrittenOwnedGin is handwrittenGin with values that no other response has.
func handwrittenOwnedGin(cors.Config) gin.HandlerFunc {
	return func(c *gin.Context) {
		r, h := c.Request, c.Writer.Header()
		origin := r.Header["Origin"]
		ok := len(origin) == 1 && isAllowed(origin[0])
		if r.Method != http.MethodOptions || len(origin) == 0 || len(r.Header["Access-Control-Request-Method"]) == 0 {
			if ok {
				v := &[4]string{"Origin", origin[0], credentials, expose}
				h["Vary"] = v[0:1:1]
				h["Access-Control-Allow-Origin"] = v[1:2:2]
				h["Access-Control-Allow-Credentials"] = v[2:3:3]
				h["Access-Control-Expose-Headers"] = v[3:4:4]
			} else {
				h["Vary"] = []string{"Origin"}
			}
			return
		}
		if !ok {
			h["Vary"] = []string{"Origin"}
			c.AbortWithStatus(http.StatusForbidden)
			return
		}
		v := &[6]string{"Origin", origin[0], credentials, methods, headers, maxAge}
		h["Vary"] = v[0:1:1]
		h["Access-Control-Allow-Origin"] = v[1:2:2]
		h["Access-Control-Allow-Credentials"] = v[2:3:3]
		h["Access-Control-Allow-Methods"] = v[3:4:4]
		h["Access-Control-Allow-Headers"] = v[4:5:5]
		h["Access-Control-Max-Age"] = v[5:6:6]
		c.AbortWithStatus(http.StatusNoContent)
	}
}

func contribCORS(cfg cors.Config) gin.HandlerFunc {
	return contrib.New(contrib.Config{
		AllowOrigins:     cfg.AllowOrigins,
		AllowWildcard:    strings.Contains(strings.Join(cfg.AllowOrigins, ""), "*"),
		AllowCredentials: cfg.AllowCredentials,
		AllowMethods:     cfg.AllowMethods,
		AllowHeaders:     cfg.AllowHeaders,
		ExposeHeaders:    cfg.ExposeHeaders,
		MaxAge:           time.Duration(cfg.MaxAge) * time.Second,
	})
}
