package explain_test

import (
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/corskit/cors/conformance/explain"
	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
)

// A page on another port than the listed one wants to send a PATCH.
func Example() {
	engine, err := cors.New(cors.Config{
		Paths:            []string{"/api/"},
		AllowOrigins:     []string{"https://app.example.com"},
		AllowMethods:     []string{"PUT", "DELETE"},
		AllowCredentials: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(explain.Explain(engine, &cors.Request{
		Method:                     "OPTIONS",
		Path:                       "/api/posts/7",
		Origin:                     "https://app.example.com:8443",
		AccessControlRequestMethod: "PATCH",
	}))
	// Output:
	// OPTIONS "/api/posts/7" for PATCH from "https://app.example.com:8443": blocked.
	// A browser stops at the step "CORS check: origin missing" (Fetch, "CORS check", step 2).
	//
	// "https://app.example.com:8443" differs from "https://app.example.com", which is allowed, in the port.
	//
	// Method PATCH is not allowed by the Access-Control-Allow-Methods header.
	//
	// To allow it:
	// - Add "https://app.example.com:8443" to AllowOrigins of Config 0.
	// - Add "PATCH" to AllowMethods of Config 0.
	//
	// Config 0 applies to the path: "/api/" in its Paths matches. Nothing allows the origin.
	// The middleware responds with 403. These headers are set:
	//   Vary: Origin
}

func ExampleSummary() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		log.Fatal(err)
	}
	withoutTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	engine.Watch(watch.Log(logger, &watch.LogOptions{Explain: explain.Summary(engine)}))

	r := httptest.NewRequest("GET", "/posts", nil)
	r.Header.Set("Origin", "https://app.example.org")
	engine.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
	// Output:
	// level=INFO msg="CORS request blocked" kind=actual outcome=origin-denied reason=not-allowed config=0 origin=https://app.example.org method=GET path=/posts summary="GET \"/posts\" from \"https://app.example.org\": blocked. \"https://app.example.org\" only looks like \"https://app.example.com\", which is allowed: it is another domain."
}
