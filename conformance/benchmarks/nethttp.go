package benchmarks

import (
	"net/http"

	cors "github.com/corskit/cors/core"
	jub0bs "github.com/jub0bs/cors"
	rs "github.com/rs/cors"
)

// NetHTTP is net/http with its ServeMux.
var NetHTTP = Framework{
	Name:       "nethttp",
	Title:      "net/http",
	bare:       func() Server { return muxWith() },
	responding: func() Server { return muxWith(respondToOptions) },
	Implementations: behind(muxWith,
		library{Name: Handwritten, wrap: handwrittenHTTP},
		library{Name: Corskit, wrap: corskit},
		jub0bsCORS,
		rsCORS,
	),
}

// A middleware is one for net/http.
type middleware = func(http.Handler) http.Handler

// A library is an implementation of CORS for net/http.
type library struct {
	Name, Title, Module string
	wrap                func(cors.Config) middleware
	Differs             []string
}

// behind returns the implementations of libraries for a router.
func behind(router func(...middleware) Server, libraries ...library) []Implementation {
	var implementations []Implementation
	for _, l := range libraries {
		if l.Title == "" {
			l.Title = l.Name
		}
		implementations = append(implementations, Implementation{
			Name: l.Name, Title: l.Title, Module: l.Module, Differs: l.Differs,
			New: func(cfg cors.Config) Server { return router(l.wrap(cfg)) },
		})
	}
	return implementations
}

func muxWith(middlewares ...middleware) Server {
	mux := http.NewServeMux()
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		mux.HandleFunc(method+" /profile", handle)
	}
	mux.HandleFunc("GET "+withHeaders, func(w http.ResponseWriter, r *http.Request) {
		for name, value := range fiveHeaders {
			w.Header().Set(name, value)
		}
		handle(w, r)
	})
	return handlerWith(mux, middlewares...)
}

func handlerWith(h http.Handler, middlewares ...middleware) Server {
	for _, m := range middlewares {
		h = m(h)
	}
	return httpServer{h}
}

func handle(w http.ResponseWriter, r *http.Request) { w.WriteHeader(handled) }

func respondToOptions(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func corskit(cfg cors.Config) middleware {
	engine, err := cors.New(cfg)
	if err != nil {
		panic(err)
	}
	return engine.Handler
}

var jub0bsCORS = library{
	Name: "jub0bs", Title: "jub0bs/cors", Module: "github.com/jub0bs/cors",
	wrap: func(cfg cors.Config) middleware {
		m, err := jub0bs.NewMiddleware(jub0bs.Config{
			Origins:         cfg.AllowOrigins,
			Credentialed:    cfg.AllowCredentials,
			Methods:         cfg.AllowMethods,
			RequestHeaders:  cfg.AllowHeaders,
			ResponseHeaders: cfg.ExposeHeaders,
			MaxAgeInSeconds: cfg.MaxAge,
		})
		if err != nil {
			panic(err)
		}
		return m.Wrap
	},
	Differs: []string{"sends no Vary: Origin (preflight-allowed, preflight-denied)"},
}

var rsCORS = library{
	Name: "rs", Title: "rs/cors", Module: "github.com/rs/cors",
	wrap: func(cfg cors.Config) middleware {
		return rs.New(rs.Options{
			AllowedOrigins:   cfg.AllowOrigins,
			AllowCredentials: cfg.AllowCredentials,
			AllowedMethods:   cfg.AllowMethods,
			AllowedHeaders:   cfg.AllowHeaders,
			ExposedHeaders:   cfg.ExposeHeaders,
			MaxAge:           cfg.MaxAge,
		}).Handler
	},
	Differs: []string{"shares header values between responses (every request)"},
}
