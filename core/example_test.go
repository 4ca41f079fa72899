package cors_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"

	cors "github.com/corskit/cors/core"
)

// posts is an API to protect.
var posts = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("X-Total-Count", "2")
	fmt.Fprint(w, `[{"id":1},{"id":2}]`)
})

func ExampleNew() {
	engine, err := cors.New(cors.Config{
		AllowOrigins:     []string{"https://app.example.com", "https://*.example.org"},
		AllowMethods:     []string{"PUT", "DELETE"},
		AllowHeaders:     []string{"Authorization"},
		AllowCredentials: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	d := engine.Decide(&cors.Request{Method: "GET", Path: "/posts", Origin: "https://a.example.org"})
	fmt.Println(d.Allowed(), "since", d.Reason())
	// Output:
	// true since a pattern in AllowOrigins matches the origin
}

// New refuses what cannot work, and what would let a stranger read a user's
// data, and says what to write instead.
func ExampleConfigErrors() {
	_, err := cors.New(
		cors.Config{
			Paths:            []string{"/api/"},
			AllowOrigins:     []string{"https://App.example.com/", "https://*.github.io"},
			AllowMethods:     []string{"patch"},
			AllowCredentials: true,
		},
		cors.Config{MaxAge: 604800},
	)
	fmt.Println(err)
	var first *cors.ConfigError
	if errors.As(err, &first) {
		fmt.Println("The first is about", first.Field, "and has the code", first.Code)
	}
	// Output:
	// cors: Config 0: AllowOrigins[0] "https://App.example.com/": an origin has no path, not even a trailing slash; write "https://app.example.com"
	// cors: Config 0: AllowOrigins[1] "https://*.github.io": allows anyone who gets a name under "github.io"; list yours, as in "https://yours.github.io", or check each origin in AllowOriginFunc; if you mean this, add "public-suffix=https://*.github.io" to AcceptRisks
	// cors: Config 0: AllowMethods[0] "patch": isn't in upper case, and methods are case-sensitive; write "PATCH"
	// cors: Config 1: AllowOrigins is empty, and so are AllowOriginRegexps and AllowOriginFunc; list the sites that may read responses, such as "https://app.example.com", or write "*" for public data
	// cors: Config 1: MaxAge "604800": is more than 24 hours, the longest that any browser caches a preflight response; write 86400 seconds or less
	// The first is about AllowOrigins and has the code origin-path
}

func ExampleEngine_Handler() {
	engine, err := cors.New(cors.Config{
		AllowOrigins:  []string{"https://app.example.com"},
		AllowMethods:  []string{"PUT"},
		ExposeHeaders: []string{"X-Total-Count"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(engine.Handler(posts))
	defer server.Close()

	preflight, _ := http.NewRequest("OPTIONS", server.URL+"/posts", nil)
	preflight.Header.Set("Origin", "https://app.example.com")
	preflight.Header.Set("Access-Control-Request-Method", "PUT")
	actual, _ := http.NewRequest("GET", server.URL+"/posts", nil)
	actual.Header.Set("Origin", "https://app.example.com")
	for _, request := range []*http.Request{preflight, actual} {
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			fmt.Println(err)
			return
		}
		response.Body.Close()
		fmt.Println(request.Method, response.StatusCode)
		for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Expose-Headers", "Vary"} {
			if value := response.Header.Get(name); value != "" {
				fmt.Printf("  %s: %s\n", name, value)
			}
		}
	}
	// Output:
	// OPTIONS 204
	//   Access-Control-Allow-Origin: https://app.example.com
	//   Access-Control-Allow-Methods: PUT
	//   Vary: Origin
	// GET 200
	//   Access-Control-Allow-Origin: https://app.example.com
	//   Access-Control-Expose-Headers: X-Total-Count
	//   Vary: Origin
}

// A preflight is an OPTIONS request, which the pattern "PUT /posts/{id}" doesn't match.
// The engine goes around the ServeMux, and not around one of its handlers.
func ExampleEngine_Handler_serveMux() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	right := http.NewServeMux()
	right.Handle("PUT /posts/{id}", posts)
	wrong := http.NewServeMux()
	wrong.Handle("PUT /posts/{id}", engine.Handler(posts))
	for _, handler := range []http.Handler{engine.Handler(right), wrong} {
		preflight := httptest.NewRequest("OPTIONS", "/posts/1", nil)
		preflight.Header.Set("Origin", "https://app.example.com")
		preflight.Header.Set("Access-Control-Request-Method", "PUT")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, preflight)
		fmt.Printf("%d %q\n", w.Code, w.Header().Get("Access-Control-Allow-Origin"))
	}
	// Output:
	// 204 "https://app.example.com"
	// 405 ""
}

// Decide needs no framework: it takes what it needs of a request and returns
// what to answer.
func ExampleEngine_Decide() {
	engine, err := cors.New(cors.Config{
		AllowOrigins: []string{"https://app.example.com"},
		AllowMethods: []string{"PUT"},
		AllowHeaders: []string{"Authorization"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, origin := range []string{"https://app.example.com", "https://evil.example"} {
		d := engine.Decide(&cors.Request{Method: "OPTIONS", Path: "/posts", Origin: origin, AccessControlRequestMethod: "PUT"})
		status, answered := d.Response()
		fmt.Printf("%v: %v; answered here: %t, with %d\n", d.Kind(), d.Reason(), answered, status)
		for name, value := range d.Headers() {
			fmt.Printf("  %s: %s\n", name, value)
		}
		fmt.Printf("  add to Vary: %s\n", d.Vary())
	}
	// Output:
	// CORS-preflight request: the origin is in AllowOrigins; answered here: true, with 204
	//   Access-Control-Allow-Origin: https://app.example.com
	//   Access-Control-Allow-Methods: PUT
	//   Access-Control-Allow-Headers: Authorization
	//   Access-Control-Max-Age: 7200
	//   add to Vary: Origin
	// CORS-preflight request: nothing allows the origin; answered here: true, with 403
	//   add to Vary: Origin
}

// Public data is open to all under one path, the rest to one site. The narrowest
// Config whose paths match applies.
func ExampleConfig_paths() {
	engine, err := cors.New(
		cors.Config{
			Paths:        []string{"/api/public/", "/feeds/{name}"},
			AllowOrigins: []string{"*"},
		},
		cors.Config{
			Paths:            []string{"/api/"},
			AllowOrigins:     []string{"https://app.example.com"},
			AllowCredentials: true,
		},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/api/public/posts", "/feeds/atom", "/api/posts", "/index.html"} {
		d := engine.Decide(&cors.Request{Method: "GET", Path: path, Origin: "https://evil.example"})
		fmt.Printf("%s: Config %d, %v\n", path, d.Config(), d.Reason())
	}
	// Output:
	// /api/public/posts: Config 0, any origin is allowed
	// /feeds/atom: Config 0, any origin is allowed
	// /api/posts: Config 1, nothing allows the origin
	// /index.html: Config -1, no policy applies to the path
}

// A proxied server has CORS headers of its own. Enforce replaces them, whatever sets
// them: a proxy, a handler, or a response cache.
func ExampleEnforce() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	proxy, closeUpstream := newProxy()
	defer closeUpstream()
	server := httptest.NewServer(cors.Enforce(engine.Handler(proxy)))
	defer server.Close()
	for _, origin := range []string{"https://app.example.com", "https://evil.example"} {
		fmt.Println(allowedBy(server, origin))
	}
	// Output:
	// [https://app.example.com]
	// []
}

// Where a proxy is all that sets CORS headers, removing them from its responses costs
// less than Enforce.
func ExampleStripResponse() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	proxy, closeUpstream := newProxy()
	defer closeUpstream()
	proxy.ModifyResponse = cors.StripResponse
	server := httptest.NewServer(engine.Handler(proxy))
	defer server.Close()
	for _, origin := range []string{"https://app.example.com", "https://evil.example"} {
		fmt.Println(allowedBy(server, origin))
	}
	// Output:
	// [https://app.example.com]
	// []
}

// newProxy returns a proxy of a server that allows everybody.
func newProxy() (proxy *httputil.ReverseProxy, closeUpstream func()) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	target, _ := url.Parse(upstream.URL)
	return httputil.NewSingleHostReverseProxy(target), upstream.Close
}

// allowedBy returns what a server answers to a script of an origin.
func allowedBy(server *httptest.Server, origin string) []string {
	request, _ := http.NewRequest("GET", server.URL, nil)
	request.Header.Set("Origin", origin)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return []string{err.Error()}
	}
	response.Body.Close()
	return response.Header.Values("Access-Control-Allow-Origin")
}

func ExampleEngine_Reload() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://old.example.com"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(engine.Reload(cors.Config{AllowOrigins: []string{"new.example.com"}}))
	fmt.Println(engine.Configs()[0].AllowOrigins)
	fmt.Println(engine.Reload(cors.Config{AllowOrigins: []string{"https://new.example.com"}}))
	fmt.Println(engine.Configs()[0].AllowOrigins)
	// Output:
	// cors: AllowOrigins[0] "new.example.com": has no scheme, and an origin is a scheme, a host and a port; write "https://new.example.com"
	// [https://old.example.com]
	// <nil>
	// [https://new.example.com]
}

// Tenants register the origins of their own sites. The function is called last, and
// the header that it reads is added to Vary.
func ExampleConfig_allowOriginFunc() {
	sites := map[string]string{"https://shop.example": "acme"}
	engine, err := cors.New(cors.Config{
		AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) {
			tenant, ok := sites[r.Origin]
			return ok && tenant == r.Header("X-Tenant"), nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest("GET", "/posts", nil)
	r.Header.Set("Origin", "https://shop.example")
	r.Header.Set("X-Tenant", "acme")
	w := httptest.NewRecorder()
	engine.Handler(posts).ServeHTTP(w, r)
	fmt.Println("Access-Control-Allow-Origin:", w.Header().Get("Access-Control-Allow-Origin"))
	fmt.Println("Vary:", w.Header().Get("Vary"))
	// Output:
	// Access-Control-Allow-Origin: https://shop.example
	// Vary: Origin, X-Tenant
}

// Anyone can get a name under vercel.app, so New refuses the pattern unless the risk is
// accepted, here for this entry only.
func ExampleRisk_For() {
	const previews = "https://blog-*.vercel.app"
	_, err := cors.New(cors.Config{
		AllowOrigins: []string{"https://blog.example.com", previews},
		AcceptRisks:  []cors.Risk{cors.RiskPublicSuffix.For(previews)},
	})
	fmt.Println(err)
	// Output:
	// <nil>
}

// CORS doesn't cover WebSocket handshakes, so check their origin before the upgrade.
// gorilla/websocket takes the method as it is:
//
//	upgrader := websocket.Upgrader{CheckOrigin: engine.CheckOrigin}
func ExampleEngine_CheckOrigin() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, origin := range []string{"https://app.example.com", "https://evil.example"} {
		r := httptest.NewRequest("GET", "/chat", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Upgrade", "websocket")
		fmt.Println(origin, engine.CheckOrigin(r))
	}
	// Output:
	// https://app.example.com true
	// https://evil.example false
}
