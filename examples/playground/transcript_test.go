package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// transcripts are what curl prints, by what is to be seen in them.
var transcripts = map[string]string{
	"verbose, without Origin": `*   Trying 127.0.0.1:8080...
* Connected to 127.0.0.1 (127.0.0.1) port 8080
> GET /posts HTTP/1.1
> Host: 127.0.0.1:8080
> User-Agent: curl/8.14.1
> Accept: */*
> 
* Request completely sent off
< HTTP/1.1 200 OK
< Content-Type: application/json
< Vary: Origin
< Content-Length: 2
< 
* Connection #0 to host 127.0.0.1 left intact
[]`,
	"verbose, allowed": `> GET /posts HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
> User-Agent: curl/8.14.1
>
< HTTP/1.1 200 OK
< access-control-allow-origin: https://app.example.com
< access-control-allow-credentials: true
< X-Total-Count: 3
< Content-Encoding: gzip
< Transfer-Encoding: chunked
< Vary: Origin
<`,
	"verbose over HTTP/2, refused": `* [HTTP/2] [1] [:method: GET]
> GET /posts HTTP/2
> Host: api.example.com
> Origin: https://app.example.com
> User-Agent: curl/8.14.1
>
< HTTP/2 200
< content-type: application/json
< vary: Origin
<`,
	"response only": `HTTP/1.1 200 OK
Content-Type: application/json

[]`,
	"response only, allowed to another": `HTTP/2 200
access-control-allow-origin: https://app.example.com

[]`,
	"command and response": `$ curl -i -X PUT -H 'Origin: https://app.example.com' \
    -H 'Content-Type: application/json' -d '{}' https://api.example.com/posts/1
HTTP/1.1 200 OK
Access-Control-Allow-Origin: https://app.example.com

{}`,
	"command with a cookie, wildcard": `$ curl -si -H "Origin: https://app.example.com" --cookie session=1 --max-time 5 https://api.example.com/me
HTTP/1.1 200 OK
Access-Control-Allow-Origin: *
Access-Control-Allow-Credentials: true
`,
	"preflight without method": `> OPTIONS /posts HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
>
< HTTP/1.1 404 Not Found
<`,
	"preflight by GET": `> GET /posts HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
> Access-Control-Request-Method: PUT
>
< HTTP/1.1 200 OK
<`,
	"preflight that lacks the method": `> OPTIONS /posts/1 HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
> Access-Control-Request-Method: PUT
> Access-Control-Request-Headers: content-type
>
< HTTP/1.1 204 No Content
< Access-Control-Allow-Origin: https://app.example.com
< Access-Control-Allow-Methods: DELETE
< Access-Control-Allow-Headers: Content-Type
<`,
	"preflight that lacks the header": `OPTIONS /posts/1 HTTP/1.1
Host: api.example.com
Origin: https://app.example.com
Access-Control-Request-Method: PUT
Access-Control-Request-Headers: content-type, x-token

HTTP/1.1 204 No Content
Access-Control-Allow-Origin: https://app.example.com
Access-Control-Allow-Methods: PUT
Access-Control-Allow-Headers: Content-Type
`,
	"preflight that needs a login": `> OPTIONS /posts/1 HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
> Access-Control-Request-Method: PUT
>
< HTTP/1.1 401 Unauthorized
< Access-Control-Allow-Origin: https://app.example.com
<`,
	"preflight that is redirected": `> OPTIONS /posts HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
> Access-Control-Request-Method: PUT
>
< HTTP/1.1 301 Moved Permanently
< Access-Control-Allow-Origin: https://app.example.com
< Location: /posts/
<`,
	"preflight alone, allowed": `> OPTIONS /posts/1 HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
> Access-Control-Request-Method: PUT
>
< HTTP/1.1 204 No Content
< Access-Control-Allow-Origin: https://app.example.com
< Access-Control-Allow-Methods: PUT
<`,
	"preflight and request, refused": `> OPTIONS /posts/1 HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
> Access-Control-Request-Method: PUT
>
< HTTP/1.1 204 No Content
< Access-Control-Allow-Origin: https://app.example.com
< Access-Control-Allow-Methods: PUT
<
* Connection #0 to host api.example.com left intact
> PUT /posts/1 HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
>
< HTTP/1.1 500 Internal Server Error
< Content-Type: text/plain
<`,
	"preflight of a GET, which has no route": `> OPTIONS /posts HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
> Access-Control-Request-Method: GET
>
< HTTP/1.1 404 Not Found
< Access-Control-Allow-Origin: https://app.example.com
<`,
	"refused preflight, and the request all the same": `> OPTIONS /posts/1 HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
> Access-Control-Request-Method: PUT
>
< HTTP/1.1 204 No Content
< Access-Control-Allow-Origin: https://app.example.com
<
> PUT /posts/1 HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
>
< HTTP/1.1 200 OK
< Access-Control-Allow-Origin: https://app.example.com
<`,
	"two values": `> GET /posts HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
>
< HTTP/1.1 200 OK
< Access-Control-Allow-Origin: https://app.example.com
< Access-Control-Allow-Origin: *
<`,
	"another value": `> GET /posts HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
>
< HTTP/1.1 200 OK
< Access-Control-Allow-Origin: https://app.example.com/
<`,
	"Origin that is none": `> GET /posts HTTP/1.1
> Host: api.example.com
> Origin: app.example.com/
>
< HTTP/1.1 200 OK
<`,
	"Origin of the server": `> GET /posts HTTP/1.1
> Host: api.example.com
> Origin: http://api.example.com
>
< HTTP/1.1 200 OK
<`,
	"through a proxy": `> CONNECT api.example.com:443 HTTP/1.1
> Host: api.example.com:443
>
< HTTP/1.1 200 Connection established
<
* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384
> POST /contact HTTP/1.1
> Host: api.example.com
> Origin: https://app.example.com
>
< HTTP/1.1 100 Continue
<
< HTTP/1.1 200 OK
< Access-Control-Allow-Origin: *
<`,
	"redirects": `$ curl -iL -H 'Origin: https://app.example.com' https://api.example.com/posts
HTTP/1.1 302 Found
Access-Control-Allow-Origin: *
Location: /posts/

HTTP/1.1 200 OK
Content-Type: application/json
`,
	"no response": `*   Trying 127.0.0.1:1...
curl: (7) Failed to connect to 127.0.0.1 port 1 after 0 ms: Could not connect to server`,
}

func TestTranscripts(t *testing.T) {
	type want struct{ what, field, fix string } // parts of a finding
	tests := map[string][]want{
		"verbose, without Origin":           {{"has no Origin", "", "-H 'Origin: https://app.example.com'"}},
		"verbose, allowed":                  {{"https://app.example.com can read the response of http://api.example.com/posts, whose status is 200", "exposeHeaders", ""}},
		"verbose over HTTP/2, refused":      {{"can't read the response of https://api.example.com/posts: it has no", "allowOrigins", "Add https://app.example.com to AllowOrigins"}},
		"response only":                     {{"without its request", "", "curl -v"}},
		"response only, allowed to another": {{"without its request", "", ""}, {"https://app.example.com can read", "", ""}},
		"command and response": {
			{"sends a preflight before", "", "-H 'Access-Control-Request-Method: PUT' -H 'Access-Control-Request-Headers: content-type' 'https://api.example.com/posts/1'"},
			{"can read the response of https://api.example.com/posts/1", "", ""},
		},
		"command with a cookie, wildcard":                 {{"sends credentials to https://api.example.com/me, and Access-Control-Allow-Origin is *", "allowOrigins", ""}},
		"preflight without method":                        {{"no Access-Control-Request-Method", "", "-H 'Access-Control-Request-Method: PUT'"}},
		"preflight by GET":                                {{"its method is GET", "", "-X OPTIONS"}, {"has no Access-Control-Allow-Origin", "allowOrigins", ""}},
		"preflight that lacks the method":                 {{"can't use PUT", "allowMethods", "Add PUT to AllowMethods"}},
		"preflight that lacks the header":                 {{"can't set x-token", "allowHeaders", "Add x-token to AllowHeaders"}},
		"preflight that needs a login":                    {{"got 401", "", "before authentication"}},
		"preflight that is redirected":                    {{"redirected the preflight", "", "address that the server redirects to"}},
		"preflight alone, allowed":                        {{"https://app.example.com can send PUT to http://api.example.com/posts/1", "", "paste both"}},
		"preflight and request, refused":                  {{"can't read the response of http://api.example.com/posts/1: it has no", "allowOrigins", "middleware run first"}},
		"preflight of a GET, which has no route":          {{"got 404", "", "a router without OPTIONS"}},
		"refused preflight, and the request all the same": {{"can't use PUT", "allowMethods", ""}},
		"two values":           {{"several values", "allowOrigins", "only one of the two"}},
		"another value":        {{"Access-Control-Allow-Origin is https://app.example.com/.", "allowOrigins", ""}},
		"Origin that is none":  {{`The Origin "app.example.com/" isn't one`, "", "https://app.example.com"}},
		"Origin of the server": {{"http://api.example.com is the origin of the server itself", "", ""}},
		"through a proxy":      {{"can read the response of https://api.example.com/contact, whose status is 200", "", ""}},
		"redirects":            {{"can't read the response of https://api.example.com/posts/: it has no", "allowOrigins", ""}},
		"no response":          {{"Failed to connect to 127.0.0.1 port 1", "", "respond to curl first"}},
	}
	for name, text := range transcripts {
		t.Run(name, func(t *testing.T) {
			for variant, text := range map[string]string{"": text, " with CRLF": strings.ReplaceAll(text, "\n", "\r\n")} {
				d := diagnose(text)
				if d.Source != "curl" {
					t.Errorf("source%s is %q, want curl", variant, d.Source)
				}
				if !slices.EqualFunc(d.Findings, tests[name], func(f Finding, w want) bool {
					return strings.Contains(f.What, w.what) && f.Field == w.field && strings.Contains(f.Fix, w.fix)
				}) {
					t.Errorf("findings%s are\n%+q\nwant\n%+q", variant, d.Findings, tests[name])
				}
			}
		})
	}
}

func TestHeadersThatScriptsMissAreNamed(t *testing.T) {
	if f := diagnose(transcripts["verbose, allowed"]).Findings[0]; !strings.Contains(f.Why, "can't see X-Total-Count.") {
		t.Errorf("the finding is %+q, want it to name X-Total-Count and no other", f)
	}
}

func TestCredentialsThatTheServerMeansToAllowAreChecked(t *testing.T) {
	d := diagnose("> GET /me HTTP/1.1\n> Host: api.example.com\n> Origin: https://app.example.com\n>\n< HTTP/1.1 200 OK\n< Access-Control-Allow-Origin: *\n< Access-Control-Allow-Credentials: true\n")
	if len(d.Findings) != 2 || !strings.Contains(d.Findings[0].Why, "With cookies or logins it wouldn't") || !strings.Contains(d.Findings[1].What, "Access-Control-Allow-Origin is *") {
		t.Errorf("findings are %+q, want that it can be read, and that credentials are in vain", d.Findings)
	}
}

func TestACommandAloneIsNoTranscript(t *testing.T) {
	for _, command := range []string{
		"curl 'https://api.example.com/posts' \\\n  -X 'PUT' \\\n  -H 'Origin: https://app.example.com' \\\n  --data-raw '{}'",
		"curl \"https://api.example.com/posts\" ^\n  -H \"Origin: https://app.example.com\"",
	} {
		d := diagnose(command)
		if len(d.Findings) != 1 || !strings.Contains(d.Findings[0].Fix, "-v added") {
			t.Errorf("%s\nfound %+v", command, d.Findings)
		}
	}
}

func TestCommandsAreRead(t *testing.T) {
	for command, want := range map[string]string{
		`curl https://a.example/`:                                      "GET https://a.example/ []",
		`curl -I https://a.example/`:                                   "HEAD https://a.example/ []",
		`curl -d x https://a.example/`:                                 "POST https://a.example/ []",
		`curl -H 'A: b\c' https://a.example/`:                          `GET https://a.example/ [[A b\c]]`,
		`curl -G -d x https://a.example/`:                              "GET https://a.example/ []",
		`curl --request=PUT https://a.example/`:                        "PUT https://a.example/ []",
		`curl -sXPUT -HA:b --url https://a.example/`:                   "PUT https://a.example/ [[A b]]",
		`curl -svX PATCH --header "A: b c" https://a.example/`:         "PATCH https://a.example/ [[A b c]]",
		`curl --json '{"a":1}' https://a.example/`:                     "POST https://a.example/ [[Content-Type application/json]]",
		`curl -u me:secret -b a=b https://a.example/`:                  "GET https://a.example/ [[Authorization Basic] [Cookie a=b]]",
		`curl --resolve a.example:443:127.0.0.1 https://a.example/`:    "GET https://a.example/ []",
		`curl -o file -w '%{http_code}' localhost:8080/`:               "GET localhost:8080/ []",
		`curl "https://a.example/?a=\"b\"" -H 'A: it'\''s' $(reboot) `: `GET https://a.example/?a="b" [[A it's]]`,
	} {
		request, at := readCommand(shellWords(strings.TrimPrefix(command, "curl ")))
		if got := strings.Join([]string{request.Method, at, fmt.Sprint(request.Headers)}, " "); got != want {
			t.Errorf("%s\nis read as %s, want %s", command, got, want)
		}
	}
}
