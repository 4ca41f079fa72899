package benchmarks

import (
	corschi "github.com/corskit/cors/adapters/chi"
	cors "github.com/corskit/cors/core"
	"github.com/go-chi/chi/v5"
	gochi "github.com/go-chi/cors"
)

// Chi is chi v5.
var Chi = Framework{
	Name:      "chi",
	Title:     "chi",
	Module:    "github.com/go-chi/chi/v5",
	bare:      func() Server { return chiWith() },
	answering: func() Server { return chiWith(answerOptions) },
	Implementations: []Implementation{
		{Name: floor, Title: "handwritten", New: chiBehind(handwritten)},
		{Name: floorOwned, Title: "handwritten, values of its own", New: chiBehind(handwrittenOwned)},
		{Name: ours, Title: "corskit", New: chiBehind(func(cfg cors.Config) middleware { return corschi.New(cfg) })},
		{Name: "go-chi", Title: "go-chi/cors", Module: "github.com/go-chi/cors", New: chiBehind(goChiCORS), Linear: true},
		{Name: "jub0bs", Title: "jub0bs/cors", Module: "github.com/jub0bs/cors", New: chiBehind(jub0bsCORS), Differs: jub0bsDiffers},
		{Name: "rs", Title: "rs/cors", Module: "github.com/rs/cors", New: chiBehind(rsCORS), Linear: true},
	},
}

func chiWith(middlewares ...middleware) Server {
	r := chi.NewRouter()
	r.Use(middlewares...)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		r.MethodFunc(method, "/profile", handle)
	}
	return httpServer{r}
}

func chiBehind(policed func(cors.Config) middleware) func(cors.Config) Server {
	return func(cfg cors.Config) Server { return chiWith(policed(cfg)) }
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
