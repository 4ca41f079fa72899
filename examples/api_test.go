package examples

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// An exchange is a request and the expected response. TRUSTED and UNTRUSTED are
// replaced with the origins of the sites.
type exchange struct {
	name         string
	method, path string
	header       map[string]string
	body         string
	status       int
	headers      map[string]string // header fields; "" for one that must be missing
	contains     string            // in the body
}

const (
	authorized = "Bearer demo-token"
	isJSON     = "application/json"
	draft      = `{"title":"Tested","body":"By a test.","public":true}`
)

var exchanges = []exchange{
	{
		name:   "the trusted site's preflight needs no token",
		method: "OPTIONS", path: "/posts/1",
		header: map[string]string{"Origin": "TRUSTED", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,content-type"},
		status: 204,
		headers: map[string]string{
			"Access-Control-Allow-Origin":      "TRUSTED",
			"Access-Control-Allow-Credentials": "true",
			"Access-Control-Allow-Methods":     "DELETE,GET,OPTIONS,PATCH,POST,PUT",
			"Access-Control-Allow-Headers":     "accept,authorization,content-type,user-agent,x-csrf-token,x-csrftoken,x-requested-with",
			"Access-Control-Max-Age":           "7200",
			"Vary":                             "Origin",
		},
	},
	{
		name:   "the untrusted site's preflight is refused",
		method: "OPTIONS", path: "/posts/1",
		header:  map[string]string{"Origin": "UNTRUSTED", "Access-Control-Request-Method": "PUT"},
		status:  403,
		headers: map[string]string{"Access-Control-Allow-Origin": "", "Vary": "Origin"},
	},
	{
		name:   "a site that is neither may not either, on any port of localhost",
		method: "OPTIONS", path: "/login",
		header:  map[string]string{"Origin": "http://localhost:1", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"},
		status:  403,
		headers: map[string]string{"Access-Control-Allow-Origin": ""},
	},
	{
		name:   "every site can read the public posts, without credentials",
		method: "GET", path: "/public/posts",
		header:   map[string]string{"Origin": "UNTRUSTED"},
		status:   200,
		headers:  map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "", "Vary": ""},
		contains: `"title":"Hello"`,
	},
	{
		name:   "every site can read a public post",
		method: "GET", path: "/public/posts/1",
		header:   map[string]string{"Origin": "UNTRUSTED"},
		status:   200,
		headers:  map[string]string{"Access-Control-Allow-Origin": "*"},
		contains: `"id":1`,
	},
	{
		name:   "a post that is not public is not found among those that are",
		method: "GET", path: "/public/posts/3",
		status:   404,
		contains: `there is no post \"3\"`,
	},
	{
		name:   "the public posts cannot be written",
		method: "POST", path: "/public/posts",
		header: map[string]string{"Content-Type": isJSON, "Authorization": authorized},
		body:   draft,
		status: 405,
	},
	{
		name:   "the trusted site can read all posts and their number",
		method: "GET", path: "/posts",
		header: map[string]string{"Origin": "TRUSTED"},
		status: 200,
		headers: map[string]string{
			"Access-Control-Allow-Origin":      "TRUSTED",
			"Access-Control-Allow-Credentials": "true",
			"Access-Control-Expose-Headers":    "X-Total-Count",
			"X-Total-Count":                    "3",
			"Vary":                             "Origin",
		},
		contains: `"title":"Unfinished"`,
	},
	{
		name:   "the untrusted site gets a response, but may not read it",
		method: "GET", path: "/posts",
		header:  map[string]string{"Origin": "UNTRUSTED"},
		status:  200,
		headers: map[string]string{"Access-Control-Allow-Origin": "", "Vary": "Origin"},
	},
	{
		name:   "the trusted site can read one post",
		method: "GET", path: "/posts/3",
		header:   map[string]string{"Origin": "TRUSTED"},
		status:   200,
		contains: `"id":3`,
	},
	{
		name:   "a write without a token is refused, and the trusted site can read why",
		method: "POST", path: "/posts",
		header:   map[string]string{"Origin": "TRUSTED", "Content-Type": isJSON},
		body:     draft,
		status:   401,
		headers:  map[string]string{"Access-Control-Allow-Origin": "TRUSTED", "Access-Control-Allow-Credentials": "true", "WWW-Authenticate": "Bearer"},
		contains: "Authorization: Bearer",
	},
	{
		name:   "a write with another token is refused",
		method: "DELETE", path: "/posts/1",
		header: map[string]string{"Authorization": "Bearer guessed"},
		status: 401,
	},
	{
		name:   "a write with the token is done",
		method: "POST", path: "/posts",
		header:   map[string]string{"Origin": "TRUSTED", "Content-Type": isJSON, "Authorization": authorized},
		body:     draft,
		status:   201,
		headers:  map[string]string{"Access-Control-Allow-Origin": "TRUSTED"},
		contains: `{"id":4,"title":"Tested"`,
	},
	{
		name:   "a post can be changed",
		method: "PUT", path: "/posts/4",
		header:   map[string]string{"Content-Type": isJSON + "; charset=utf-8", "Authorization": authorized},
		body:     `{"title":"Changed"}`,
		status:   200,
		contains: `{"id":4,"title":"Changed"`,
	},
	{
		name:   "a post can be removed",
		method: "DELETE", path: "/posts/4",
		header: map[string]string{"Authorization": authorized},
		status: 204,
	},
	{
		name:   "a post that was removed is gone, and the trusted site can read that",
		method: "GET", path: "/posts/4",
		header:  map[string]string{"Origin": "TRUSTED"},
		status:  404,
		headers: map[string]string{"Access-Control-Allow-Origin": "TRUSTED"},
	},
	{
		name:   "a post that was removed cannot be changed",
		method: "PUT", path: "/posts/4",
		header: map[string]string{"Content-Type": isJSON, "Authorization": authorized},
		body:   draft,
		status: 404,
	},
	{
		name:   "a post that was removed cannot be removed",
		method: "DELETE", path: "/posts/4",
		header: map[string]string{"Authorization": authorized},
		status: 404,
	},
	{
		name:   "a post needs a title",
		method: "POST", path: "/posts",
		header:   map[string]string{"Content-Type": isJSON, "Authorization": authorized},
		body:     `{"body":"No title."}`,
		status:   422,
		contains: "title is empty",
	},
	{
		name:   "a body that is not JSON is refused",
		method: "PUT", path: "/posts/1",
		header: map[string]string{"Content-Type": isJSON, "Authorization": authorized},
		body:   `{"title":`,
		status: 400,
	},
	{
		name:   "a body that could have come without a preflight is refused",
		method: "POST", path: "/login",
		header:  map[string]string{"Content-Type": "text/plain"},
		body:    `{"user":"ada","password":"demo-password"}`,
		status:  415,
		headers: map[string]string{"Set-Cookie": ""},
	},
	{
		name:   "a body that is too long is refused, and the trusted site can read that",
		method: "POST", path: "/posts",
		header:  map[string]string{"Origin": "TRUSTED", "Content-Type": isJSON, "Authorization": authorized},
		body:    `{"title":"` + strings.Repeat("a", 64<<10) + `"}`,
		status:  413,
		headers: map[string]string{"Access-Control-Allow-Origin": "TRUSTED"},
	},
	{
		name:   "a wrong password is refused, and the trusted site can read that",
		method: "POST", path: "/login",
		header:  map[string]string{"Origin": "TRUSTED", "Content-Type": isJSON},
		body:    `{"user":"ada","password":"guessed"}`,
		status:  401,
		headers: map[string]string{"Access-Control-Allow-Origin": "TRUSTED", "Set-Cookie": ""},
	},
	{
		name:   "no one is logged in without a cookie, and the trusted site can read that",
		method: "GET", path: "/me",
		header:  map[string]string{"Origin": "TRUSTED"},
		status:  401,
		headers: map[string]string{"Access-Control-Allow-Origin": "TRUSTED"},
	},
	{
		name:   "no one is logged in with a cookie that was made up",
		method: "GET", path: "/me",
		header: map[string]string{"Cookie": "blog_session=guessed"},
		status: 401,
	},
	{
		name:   "a path that no route has is not found, and the trusted site can read that",
		method: "GET", path: "/nowhere",
		header:  map[string]string{"Origin": "TRUSTED"},
		status:  404,
		headers: map[string]string{"Access-Control-Allow-Origin": "TRUSTED"},
	},
	{
		name:   "a method that no route has is refused, and the trusted site can read that",
		method: "DELETE", path: "/posts",
		header:  map[string]string{"Origin": "TRUSTED", "Authorization": authorized},
		status:  405,
		headers: map[string]string{"Access-Control-Allow-Origin": "TRUSTED"},
	},
}

func TestAPI(t *testing.T) {
	for _, program := range programs {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			r := start(t, program)
			for _, x := range exchanges {
				t.Run(x.name, func(t *testing.T) { r.exchange(t, x) })
			}
		})
	}
}

func (r running) exchange(t *testing.T, x exchange) {
	origins := strings.NewReplacer("UNTRUSTED", r.untrusted, "TRUSTED", r.trusted)
	req, err := http.NewRequest(x.method, r.api+x.path, strings.NewReader(x.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range x.header {
		req.Header.Set(name, origins.Replace(value))
	}
	resp, body := do(t, req)
	if resp.StatusCode != x.status {
		t.Errorf("status is %d, want %d", resp.StatusCode, x.status)
	}
	for name, want := range x.headers {
		if got := strings.Join(resp.Header.Values(name), ", "); got != origins.Replace(want) {
			t.Errorf("%s is %q, want %q", name, got, origins.Replace(want))
		}
	}
	if !strings.Contains(body, x.contains) {
		t.Errorf("body is %s, want it to contain %s", body, x.contains)
	}
	if preflight := x.method == "OPTIONS"; x.status >= 400 && !preflight {
		if !strings.HasPrefix(body, `{"error":"`) || !strings.HasPrefix(resp.Header.Get("Content-Type"), isJSON) {
			t.Errorf("error is %s (%s), want it in JSON", body, resp.Header.Get("Content-Type"))
		}
	}
}

func do(t *testing.T, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := (&http.Client{Timeout: limit}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, req)
}

func TestLoginSetsACookieThatMeRecognises(t *testing.T) {
	for _, program := range programs {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			r := start(t, program)
			login, err := http.NewRequest("POST", r.api+"/login", strings.NewReader(`{"user":"ada","password":"demo-password"}`))
			if err != nil {
				t.Fatal(err)
			}
			login.Header.Set("Content-Type", isJSON)
			resp, body := do(t, login)
			cookies := resp.Cookies()
			if resp.StatusCode != 200 || len(cookies) != 1 {
				t.Fatalf("POST /login returns %d, %s, with %d cookies, want 200 with one", resp.StatusCode, body, len(cookies))
			}
			if c := cookies[0]; !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
				t.Errorf("cookie is %q, want it HttpOnly, SameSite=Lax, Path=/", c.Raw)
			}
			me, err := http.NewRequest("GET", r.api+"/me", nil)
			if err != nil {
				t.Fatal(err)
			}
			me.AddCookie(cookies[0])
			if resp, body := do(t, me); resp.StatusCode != 200 || strings.TrimSpace(body) != `{"user":"ada"}` {
				t.Errorf("GET /me returns %d, %s, want 200, ada", resp.StatusCode, body)
			}
		})
	}
}
