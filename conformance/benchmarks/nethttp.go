package benchmarks

import (
	"net/http"

	cors "github.com/corskit/cors/core"
	jub0bs "github.com/jub0bs/cors"
	rs "github.com/rs/cors"
)

// NetHTTP is net/http's own router.
var NetHTTP = Framework{
	Name:      "nethttp",
	Title:     "net/http",
	bare:      func() Server { return httpServer{mux()} },
	answering: func() Server { return httpServer{answerOptions(mux())} },
	Implementations: []Implementation{
		{Name: floor, Title: "handwritten", New: muxBehind(handwritten)},
		{Name: floorOwned, Title: "handwritten, values of its own", New: muxBehind(handwrittenOwned)},
		{Name: ours, Title: "corskit", New: muxBehind(corskit)},
		{Name: "jub0bs", Title: "jub0bs/cors", Module: "github.com/jub0bs/cors", New: muxBehind(jub0bsCORS), Differs: jub0bsDiffers},
		{Name: "rs", Title: "rs/cors", Module: "github.com/rs/cors", New: muxBehind(rsCORS), Linear: true},
	},
}

// A middleware is one for net/http.
type middleware = func(http.Handler) http.Handler

func mux() http.Handler {
	m := http.NewServeMux()
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		m.HandleFunc(method+" /profile", handle)
	}
	return m
}

func handle(w http.ResponseWriter, r *http.Request) { w.WriteHeader(handled) }

func muxBehind(policed func(cors.Config) middleware) func(cors.Config) Server {
	return func(cfg cors.Config) Server { return httpServer{policed(cfg)(mux())} }
}

func answerOptions(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// The values that handwritten puts into every response. A handler that writes
// into one of them changes it for all.
var (
	varyValue        = []string{"Origin"}
	credentialsValue = []string{credentials}
	exposeValue      = []string{expose}
	methodsValue     = []string{methods}
	headersValue     = []string{headers}
	maxAgeValue      = []string{maxAge}
)

func handwritten(cors.Config) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
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
				next.ServeHTTP(w, r)
				return
			}
			if !ok {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			h["Access-Control-Allow-Methods"] = methodsValue
			h["Access-Control-Allow-Headers"] = headersValue
			h["Access-Control-Max-Age"] = maxAgeValue
			w.WriteHeader(http.StatusNoContent)
		})
	}
}

// handwrittenOwned is handwritten with values that no other response has.
func handwrittenOwned(cors.Config) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
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
				next.ServeHTTP(w, r)
				return
			}
			if !ok {
				h["Vary"] = []string{"Origin"}
				w.WriteHeader(http.StatusForbidden)
				return
			}
			v := &[6]string{"Origin", origin[0], credentials, methods, headers, maxAge}
			h["Vary"] = v[0:1:1]
			h["Access-Control-Allow-Origin"] = v[1:2:2]
			h["Access-Control-Allow-Credentials"] = v[2:3:3]
			h["Access-Control-Allow-Methods"] = v[3:4:4]
			h["Access-Control-Allow-Headers"] = v[4:5:5]
			h["Access-Control-Max-Age"] = v[5:6:6]
			w.WriteHeader(http.StatusNoContent)
		})
	}
}

func corskit(cfg cors.Config) middleware {
	engine, err := cors.New(cfg)
	if err != nil {
		panic(err)
	}
	return engine.Handler
}

// jub0bsDiffers is deliberate there: caches may not keep answers to OPTIONS.
var jub0bsDiffers = []string{"preflight-allowed: no Vary: Origin", "preflight-denied: no Vary: Origin"}

func jub0bsCORS(cfg cors.Config) middleware {
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
}

func rsCORS(cfg cors.Config) middleware {
	return rs.New(rs.Options{
		AllowedOrigins:   cfg.AllowOrigins,
		AllowCredentials: cfg.AllowCredentials,
		AllowedMethods:   cfg.AllowMethods,
		AllowedHeaders:   cfg.AllowHeaders,
		ExposedHeaders:   cfg.ExposeHeaders,
		MaxAge:           cfg.MaxAge,
	}).Handler
}
