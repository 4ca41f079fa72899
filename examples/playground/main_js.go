package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall/js"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

// main is the static edition. It gives the page the function playground, which takes
// the path of a call, its body and a function that gets the status and the body of
// the response. A call without a body is a GET.
func main() {
	engine := new(cors.Engine)
	p := &playground{
		engine: engine, isStatic: true,
		transport: direct{sampleAPI(engine)}, jar: fetch.NewCookieJar(),
		backends: []Backend{{"nethttp", "net/http", "https://api.example.com"}},
	}
	for _, site := range sites {
		site.Origin = site.Public
		p.sites = append(p.sites, site)
	}
	if err := p.start(); err != nil {
		panic(err) // the policy is ours
	}
	api := p.api()
	js.Global().Set("playground", js.FuncOf(func(_ js.Value, args []js.Value) any {
		r := httptest.NewRequest(http.MethodGet, args[0].String(), nil)
		if args[1].Type() == js.TypeString {
			r = httptest.NewRequest(http.MethodPost, args[0].String(), strings.NewReader(args[1].String()))
			r.Header.Set("Content-Type", "application/json")
		}
		go func() { // because a function that the page calls must not wait
			w := httptest.NewRecorder()
			api.ServeHTTP(w, r)
			args[2].Invoke(w.Code, w.Body.String())
		}()
		return nil
	}))
	select {}
}

// A direct is a connection to a handler, without a network.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result(), nil
}
