package adaptertest_test

import (
	"net/http"
	"testing"

	"github.com/corskit/cors/conformance/adaptertest"
	cors "github.com/corskit/cors/core"
)

func muxRouters() []adaptertest.Router {
	serve := func(wrap func(*cors.Engine, *http.ServeMux) http.Handler) func(testing.TB, []cors.Config, []string) adaptertest.Exchange {
		return func(tb testing.TB, policy []cors.Config, routes []string) adaptertest.Exchange {
			engine, err := cors.New(policy...)
			if err != nil {
				tb.Fatal(err)
			}
			mux := http.NewServeMux()
			for _, route := range routes {
				mux.HandleFunc("GET "+route, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("X-Route", route)
				})
			}
			return adaptertest.ExchangeWith(wrap(engine, mux))
		}
	}
	return []adaptertest.Router{
		{Name: "around the mux", Serve: serve(func(engine *cors.Engine, mux *http.ServeMux) http.Handler {
			return engine.Handler(mux)
		})},
		{Name: "around the mux, with Enforce", Serve: serve(func(engine *cors.Engine, mux *http.ServeMux) http.Handler {
			return cors.Enforce(engine.Handler(mux))
		})},
	}
}

func TestEngineHandlerReadsPathsAsServeMuxDoes(t *testing.T) {
	adaptertest.RunRouting(t, muxRouters())
}

func FuzzRouting(f *testing.F) { adaptertest.FuzzRouting(f, muxRouters()) }
