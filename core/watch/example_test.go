package watch_test

import (
	"expvar"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
)

// Several watchers go together.
func Example() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com", "https://old.example.com"}})
	if err != nil {
		log.Fatal(err)
	}
	var counter watch.Counter
	usage := watch.NewUsage(engine)
	engine.Watch(watch.Log(slog.Default(), nil), counter.Watch, usage.Watch)
	expvar.Publish("cors", &counter)

	get(engine, "https://app.example.com", "/posts")
	fmt.Println(expvar.Get("cors"))
	for _, entry := range usage.Unused() {
		fmt.Printf("%s of Config %d has %s, which nobody needs\n", entry.Field, entry.Config, entry.Value)
	}
	// Output:
	// {"decisions":[{"config":0,"kind":"actual","reason":"origin","outcome":"allowed","n":1}]}
	// AllowOrigins of Config 0 has https://old.example.com, which nobody needs
}

func ExampleLog() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		log.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime.ReplaceAttr}))
	engine.Watch(watch.Log(logger, &watch.LogOptions{Level: slog.LevelWarn}))

	for range 3 { // those that are alike are counted, and logged after a minute
		get(engine, "https://app.example.org", "/posts")
	}
	get(engine, "https://evil.example\nlevel=ERROR", "/posts")
	// Output:
	// level=WARN msg="CORS request blocked" kind=actual outcome=origin-denied reason=not-allowed config=0 origin=https://app.example.org method=GET path=/posts
	// level=WARN msg="CORS request blocked" kind=actual outcome=origin-denied reason=malformed config=0 origin="\"https://evil.example\\nlevel=ERROR\"" method=GET path=/posts
}

func ExampleNewOriginCounter() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com", "https://*.example.org"}})
	if err != nil {
		log.Fatal(err)
	}
	counter := watch.NewOriginCounter(100)
	engine.Watch(counter.Watch)

	get(engine, "https://app.example.com", "/")
	get(engine, "https://app.example.com", "/")
	get(engine, "https://anything.example.org", "/")
	get(engine, "https://evil.example", "/")
	counts := counter.Counts()
	fmt.Println(counts.Origins, "and", counts.OtherOrigins, "of others")
	for _, c := range counts.Decisions {
		fmt.Printf("%d: %v, %v\n", c.N, c.Kind, c.Reason)
	}
	// Output:
	// map[https://app.example.com:2] and 2 of others
	// 2: actual request, the origin is in AllowOrigins
	// 1: actual request, a pattern in AllowOrigins matches the origin
	// 1: actual request, nothing allows the origin
}

func ExampleUsage() {
	cfg := cors.Config{AllowOrigins: []string{"https://app.example.com", "https://*.example.com", "https://*.example.org"}}
	engine, err := cors.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	usage := watch.NewUsage(engine)
	engine.Watch(usage.Watch)
	// To look at it over HTTP, among the variables of package expvar:
	expvar.Publish("cors-unused", expvar.Func(func() any { return usage.Unused() }))

	get(engine, "https://app.example.com", "/")
	for _, entry := range usage.Unused() {
		fmt.Println(entry.Value)
	}
	// Output:
	// https://*.example.org
}

func ExampleShadow() {
	now := cors.Config{AllowOrigins: []string{"https://app.example.com", "https://old.example.com"}, MaxAge: 60}
	next := cors.Config{AllowOrigins: []string{"https://*.example.com"}, MaxAge: 600}
	engine, err := cors.New(now)
	if err != nil {
		log.Fatal(err)
	}
	candidate, err := cors.New(next)
	if err != nil {
		log.Fatal(err)
	}
	engine.Watch(watch.Shadow(candidate, func(d watch.Difference) { fmt.Println(d.Text) }))

	get(engine, "https://app.example.com", "/")
	get(engine, "https://new.example.com", "/")
	preflightOf(engine, "https://app.example.com", "/")
	// Output:
	// https://new.example.com would be allowed.
	// Access-Control-Max-Age would be 600 for https://app.example.com, and now is 60.
}

// get has an API behind the engine answer a GET request.
func get(engine *cors.Engine, origin, path string) {
	request := httptest.NewRequest("GET", path, nil)
	request.Header.Set("Origin", origin)
	engine.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), request)
}

func preflightOf(engine *cors.Engine, origin, path string) {
	request := httptest.NewRequest("OPTIONS", path, nil)
	request.Header.Set("Origin", origin)
	request.Header.Set("Access-Control-Request-Method", "PUT")
	engine.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), request)
}

// One line that shows what becomes of each request while you develop.
func ExampleDevelopment() {
	engine, err := cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
	if err != nil {
		log.Fatal(err)
	}
	engine.Watch(watch.Development(os.Stdout))

	get(engine, "https://app.example.com", "/posts")
	get(engine, "http://localhost:3000", "/posts")
	// Output:
	// cors: allowed: GET /posts from https://app.example.com
	// cors: BLOCKED: GET /posts from http://localhost:3000: nothing allows the origin; while you develop, add "http://localhost:3000" to AllowOrigins
}
