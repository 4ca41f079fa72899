package watch_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/watch"
)

// asking returns the preflight of a trusted origin for a method and headers.
func asking(method, headers string) cors.Request {
	r := preflight("/api/", trusted)
	r.AccessControlRequestMethod, r.AccessControlRequestHeaders = method, headers
	return r
}

func TestDevelopmentSaysWhatToChange(t *testing.T) {
	answer := func(allowed bool, err error) func(context.Context, *cors.Request) (bool, error) {
		return func(context.Context, *cors.Request) (bool, error) { return allowed, err }
	}
	configs := []cors.Config{
		{Paths: []string{"/api/"}, AllowOrigins: []string{trusted}},
		{Paths: []string{"/failing/"}, AllowOriginFunc: answer(false, errors.New("no\nconnection"))},
		{Paths: []string{"/denying/"}, AllowOriginFunc: answer(false, nil)},
		{Paths: []string{"/listed/"}, AllowOrigins: []string{trusted}, AllowMethods: []string{"PUT"}, AllowHeaders: []string{"Authorization"}},
	}
	listed := func(method, headers string) cors.Request {
		r := asking(method, headers)
		r.Path = "/listed/"
		return r
	}
	for _, tt := range []struct {
		name    string
		request cors.Request
		want    string
	}{
		{"a request without Origin is passed over", actual("/api/", ""), ""},
		{"an allowed request", actual("/api/", trusted), "cors: allowed: GET /api/ from https://app.example.com\n"},
		{"an allowed preflight", asking("PUT", "authorization"), "cors: allowed: preflight for PUT /api/ from https://app.example.com\n"},
		{"a method", asking("POKE", ""), "cors: BLOCKED: preflight for POKE /api/ from https://app.example.com: AllowMethods has the defaults, which don't include POKE; write append(cors.DefaultMethods(), \"POKE\")\n"},
		{"a header", asking("PUT", "authorization, x-a"), "cors: BLOCKED: preflight for PUT /api/ from https://app.example.com: AllowHeaders has the defaults, which don't include x-a; write append(cors.DefaultHeaders(), \"x-a\")\n"},
		{"a method that a list lacks", listed("DELETE", ""), "cors: BLOCKED: preflight for DELETE /listed/ from https://app.example.com: AllowMethods doesn't list DELETE; add it there (Config 3)\n"},
		{"a header that a list lacks", listed("PUT", "x-a"), "cors: BLOCKED: preflight for PUT /listed/ from https://app.example.com: AllowHeaders doesn't list x-a; add it there (Config 3)\n"},
		{"a method in lower case", asking("patch", ""), "cors: BLOCKED: preflight for patch /api/ from https://app.example.com: the method patch isn't in upper case, and methods are case-sensitive; change the script\n"},
		{"a header of responses", asking("PUT", "access-control-allow-origin"), "cors: BLOCKED: preflight for PUT /api/ from https://app.example.com: the header access-control-allow-origin is a response header, which the policy sets; change the script\n"},
		{"what is no header", asking("PUT", "x\x1b"), "cors: BLOCKED: preflight for PUT /api/ from https://app.example.com: the header \"x\\x1b\" isn't a header name; change the script\n"},
		{"more headers than a page sends", asking("PUT", strings.Repeat("x-a,", 100)), "cors: BLOCKED: preflight for PUT /api/ from https://app.example.com: AllowHeaders has the defaults, which don't include x-a; write append(cors.DefaultHeaders(), \"x-a\")\n"},
		{"more allowed headers than a page sends", asking("PUT", strings.Repeat("accept,", 100)), "cors: BLOCKED: preflight for PUT /api/ from https://app.example.com: the preflight asks for \"more than 64 headers\", and AllowHeaders lists names; change the script\n"},
		{"an opaque origin", actual("/api/", "null"), "cors: BLOCKED: GET /api/ from null: the origin is opaque, like that of a file or a sandboxed frame; serve the page over http or https\n"},
		{"an origin that New refuses", actual("/api/", "https://app.example.com."), "cors: BLOCKED: GET /api/ from https://app.example.com.: nothing allows the origin\n"},
		{"an origin on this machine can be added", actual("/api/", "http://localhost:3000"), "cors: BLOCKED: GET /api/ from http://localhost:3000: nothing allows the origin; while you develop, add \"http://localhost:3000\" to AllowOrigins\n"},
		{"another may be a stranger's", actual("/api/", "https://evil.example"), "cors: BLOCKED: GET /api/ from https://evil.example: nothing allows the origin; if it is yours, add it to AllowOrigins\n"},
		{"a host that only begins like this machine", actual("/api/", "http://localhost.evil.example"), "cors: BLOCKED: GET /api/ from http://localhost.evil.example: nothing allows the origin; if it is yours, add it to AllowOrigins\n"},
		{"a malformed origin", actual("/api/", "x\ny"), "cors: BLOCKED: GET /api/ from \"x\\ny\": the Origin header is not one serialized origin\n"},
		{"a function that denies", actual("/denying/", trusted), "cors: BLOCKED: GET /denying/ from https://app.example.com: AllowOriginFunc denied the origin (Config 2)\n"},
		{"a function that fails", actual("/failing/", trusted), "cors: BLOCKED: GET /failing/ from https://app.example.com: AllowOriginFunc failed: \"no\\nconnection\" (Config 1)\n"},
		{"a path without a policy", actual("/x", trusted), "cors: no policy: GET /x from https://app.example.com: no Config applies to the path, so the browser blocks scripts of other origins\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var written strings.Builder
			e := mustNew(t, configs...)
			e.Watch(watch.Development(&written))
			serve(e, tt.request)
			if written.String() != tt.want {
				t.Errorf("it writes\n%s\nwant\n%s", written.String(), tt.want)
			}
		})
	}
}
