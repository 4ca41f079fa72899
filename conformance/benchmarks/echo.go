package benchmarks

import (
	"net/http"

	corsecho "github.com/corskit/cors/adapters/echo"
	cors "github.com/corskit/cors/core"
	"github.com/labstack/echo/v4"
	echomiddleware "github.com/labstack/echo/v4/middleware"
)

// Echo is Echo v4. It makes a closure of each middleware for each request,
// which is an allocation that no middleware can avoid.
var Echo = Framework{
	Name:      "echo",
	Title:     "Echo",
	Module:    "github.com/labstack/echo/v4",
	bare:      func() Server { return echoWith() },
	answering: func() Server { return echoWith(answerOptionsEcho) },
	Implementations: []Implementation{
		{Name: floor, Title: "handwritten", New: echoBehind(handwrittenEcho)},
		{Name: floorOwned, Title: "handwritten, values of its own", New: echoBehind(handwrittenOwnedEcho)},
		{Name: ours, Title: "corskit", New: echoBehind(func(cfg cors.Config) echo.MiddlewareFunc { return corsecho.New(cfg) })},
		{Name: "echo", Title: "Echo's own", Module: "github.com/labstack/echo/v4", New: echoBehind(echoCORS), Linear: true},
		{Name: "jub0bs", Title: "jub0bs/cors", Module: "github.com/jub0bs/cors",
			New:     echoBehind(func(cfg cors.Config) echo.MiddlewareFunc { return echo.WrapMiddleware(jub0bsCORS(cfg)) }),
			Differs: jub0bsDiffers},
	},
}

func echoWith(middlewares ...echo.MiddlewareFunc) Server {
	e := echo.New()
	e.HideBanner = true
	e.Use(middlewares...)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		e.Add(method, "/profile", func(c echo.Context) error { return c.NoContent(handled) })
	}
	return httpServer{e}
}

func echoBehind(policed func(cors.Config) echo.MiddlewareFunc) func(cors.Config) Server {
	return func(cfg cors.Config) Server { return echoWith(policed(cfg)) }
}

func answerOptionsEcho(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method == http.MethodOptions {
			return c.NoContent(http.StatusNoContent)
		}
		return next(c)
	}
}

func handwrittenEcho(cors.Config) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r, h := c.Request(), c.Response().Header()
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
				return next(c)
			}
			if !ok {
				return c.NoContent(http.StatusForbidden)
			}
			h["Access-Control-Allow-Methods"] = methodsValue
			h["Access-Control-Allow-Headers"] = headersValue
			h["Access-Control-Max-Age"] = maxAgeValue
			return c.NoContent(http.StatusNoContent)
		}
	}
}

// handwrittenOwnedEcho is handwrittenEcho with values that no other response
// has.
func handwrittenOwnedEcho(cors.Config) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r, h := c.Request(), c.Response().Header()
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
				return next(c)
			}
			if !ok {
				h["Vary"] = []string{"Origin"}
				return c.NoContent(http.StatusForbidden)
			}
			v := &[6]string{"Origin", origin[0], credentials, methods, headers, maxAge}
			h["Vary"] = v[0:1:1]
			h["Access-Control-Allow-Origin"] = v[1:2:2]
			h["Access-Control-Allow-Credentials"] = v[2:3:3]
			h["Access-Control-Allow-Methods"] = v[3:4:4]
			h["Access-Control-Allow-Headers"] = v[4:5:5]
			h["Access-Control-Max-Age"] = v[5:6:6]
			return c.NoContent(http.StatusNoContent)
		}
	}
}

func echoCORS(cfg cors.Config) echo.MiddlewareFunc {
	return echomiddleware.CORSWithConfig(echomiddleware.CORSConfig{
		AllowOrigins:     cfg.AllowOrigins,
		AllowCredentials: cfg.AllowCredentials,
		AllowMethods:     cfg.AllowMethods,
		AllowHeaders:     cfg.AllowHeaders,
		ExposeHeaders:    cfg.ExposeHeaders,
		MaxAge:           cfg.MaxAge,
	})
}
