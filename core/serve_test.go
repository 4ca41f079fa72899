package cors_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"

	cors "github.com/corskit/cors/core"
)

// Most requests take a shorter way through Serve, unless somebody watches.
func TestServeRespondsAlikeWhetherOrNotSomebodyWatches(t *testing.T) {
	policies := map[string]cors.Config{
		"listed origins":                  {AllowOrigins: []string{"https://app.example.com", "https://*.example.org"}, AllowMethods: []string{"PUT"}, AllowCredentials: true},
		"any origin":                      {AllowOrigins: []string{"*"}, ExposeHeaders: []string{"X-Total-Count"}},
		"any origin with credentials":     {AllowOrigins: []string{"*"}, AllowCredentials: true, AcceptRisks: []cors.Risk{cors.RiskAnyOriginWithCredentials}},
		"all headers with credentials":    {AllowOrigins: []string{"https://app.example.com"}, AllowHeaders: []string{"*"}, AllowCredentials: true},
		"all methods with credentials":    {AllowOrigins: []string{"https://app.example.com"}, AllowMethods: []string{"*"}, AllowCredentials: true},
		"private networks":                {AllowOrigins: []string{"https://app.example.com"}, AllowPrivateNetwork: true},
		"rejection of denied requests":    {AllowOrigins: []string{"https://app.example.com"}, RejectDisallowed: true},
		"preflights that are passed on":   {AllowOrigins: []string{"https://app.example.com"}, PassPreflight: true},
		"one path":                        {Paths: []string{"/api/"}, AllowOrigins: []string{"https://app.example.com"}},
		"a function":                      {AllowOriginFunc: func(_ context.Context, r *cors.Request) (bool, error) { return r.Header("X-Tenant") == "a", nil }},
		"an expression and a null origin": {AllowOrigins: []string{"null"}, AllowOriginRegexps: []string{`https://[a-z]+\.example\.com`}},
	}
	values := map[string][][]string{
		"Origin": {nil, {}, {""}, {"https://app.example.com"}, {"https://a.example.org"}, {"https://evil.example"}, {"null"}, {"*"}, {"no origin"},
			{"https://app.example.com", "https://app.example.com"}, {"https://evil.example", "https://app.example.com"}},
		"Access-Control-Request-Method":          {nil, {""}, {"PUT"}, {"PUT", "PUT"}, {"TRACE"}},
		"Access-Control-Request-Headers":         {nil, {"authorization"}, {"a,b", "c"}},
		"Access-Control-Request-Private-Network": {nil, {"true"}},
		"Upgrade":                                {nil, {"websocket"}},
		"Sec-Fetch-Site":                         {nil, {"same-origin"}, {"cross-site"}},
		"X-Tenant":                               {nil, {"a"}},
	}
	for name, cfg := range policies {
		t.Run(name, func(t *testing.T) {
			plain, err := cors.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			watched, _ := cors.New(cfg)
			watched.Watch(func(*cors.Request, cors.Decision) {})
			for range 2000 {
				r := httptest.NewRequest([]string{"GET", "POST", "OPTIONS"}[rand.IntN(3)], []string{"/", "/api/x"}[rand.IntN(2)], nil)
				for name, choices := range values {
					if choice := choices[rand.IntN(len(choices))]; choice != nil {
						r.Header[name] = choice
					}
				}
				got, want := serve(plain, r), serve(watched, r)
				if got != want {
					t.Fatalf("%s %s %v: got %s, want %s", r.Method, r.URL, r.Header, got, want)
				}
			}
		})
	}
}

// serve returns what a client sees of a response.
func serve(e *cors.Engine, r *http.Request) string {
	w := httptest.NewRecorder()
	handler := e.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "handled, handshake %v", e.CheckOrigin(r))
	}))
	handler.ServeHTTP(w, r.Clone(r.Context()))
	return fmt.Sprint(w.Code, w.Result().Header, w.Body)
}
