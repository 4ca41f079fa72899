package benchmarks

import (
	"net/http"

	corschi "github.com/corskit/cors/adapters/chi"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
	gochi "github.com/go-chi/cors"
)

// Chi is chi v5.
var Chi = Framework{
	Name:       "chi",
	Title:      "chi",
	Module:     "github.com/go-chi/chi/v5",
	bare:       func() Server { return chiWith() },
	responding: func() Server { return chiWith(respondToOptions) },
	Implementations: behind(chiWith,
		library{Name: Handwritten, wrap: handwrittenHTTP},
		library{Name: Corskit, wrap: func(cfg cors.Config) middleware { return corschi.New(cfg) }},
		library{Name: "go-chi", Title: "go-chi/cors", Module: "github.com/go-chi/cors", wrap: goChiCORS},
		jub0bsCORS,
		rsCORS,
	),
}

func chiWith(middlewares ...middleware) Server {
	r := chi.NewRouter()
	r.Use(middlewares...)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		r.MethodFunc(method, "/profile", handle)
	}
	r.Get(withHeaders, func(w http.ResponseWriter, r *http.Request) {
		for name, value := range fiveHeaders {
			w.Header().Set(name, value)
		}
		handle(w, r)
	})
	return httpServer{r}
}

func goChiCORS(cfg cors.Config) middleware {
	return gochi.New(gochi.Options{
		AllowedOrigins:   cfg.AllowOrigins,
		AllowCredentials: cfg.AllowCredentials,
		AllowedMethods:   cfg.AllowMethods,
		AllowedHeaders:   cfg.AllowHeaders,
		ExposedHeaders:   cfg.ExposeHeaders,
		MaxAge:           cfg.MaxAge,
	}).Handler
}
