package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"

	cors "github.com/corskit/cors/core"
)

// operations are the requests to the sample API. It stores nothing, so that any of
// them can be repeated.
var operations = []Operation{
	{ID: "public", Title: "Read public posts", Why: "A plain GET needs no preflight.",
		Method: "GET", Path: "/public/posts", Credentials: "omit"},
	{ID: "posts", Title: "Read posts", Why: "Scripts see the response header X-Total-Count only if it is exposed.",
		Method: "GET", Path: "/posts", Credentials: "omit"},
	{ID: "me", Title: "Read the profile", Why: "The request carries a cookie, so the policy has to allow credentials.",
		Method: "GET", Path: "/me", Credentials: "include"},
	{ID: "account", Title: "Read with a token", Why: "The header Authorization needs a preflight.",
		Method: "GET", Path: "/account", Headers: [][2]string{{"Authorization", "Bearer demo"}}, Credentials: "omit"},
	{ID: "contact", Title: "Post a form", Why: "A form needs no preflight. Your handler runs, even if the script can't read the response.",
		Method: "POST", Path: "/contact", Headers: [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}}, Body: "message=hello", Credentials: "include"},
	{ID: "create", Title: "Create a post", Why: "JSON isn't a safelisted Content-Type, so it needs a preflight.",
		Method: "POST", Path: "/posts", Headers: [][2]string{{"Content-Type", "application/json"}}, Body: `{"title":"Hello"}`, Credentials: "include"},
	{ID: "update", Title: "Update a post", Why: "PUT isn't a safelisted method, so it needs a preflight.",
		Method: "PUT", Path: "/posts/1", Headers: [][2]string{{"Content-Type", "application/json"}}, Body: `{"title":"Hello again"}`, Credentials: "include"},
	{ID: "delete", Title: "Delete a post", Why: "DELETE isn't a safelisted method, so it needs a preflight.",
		Method: "DELETE", Path: "/posts/1", Credentials: "include"},
	{ID: "login", Title: "Log in", Why: "The response sets a cookie. Browsers keep it only if the request allowed credentials.",
		Method: "POST", Path: "/login", Headers: [][2]string{{"Content-Type", "application/json"}}, Body: `{"user":"ada"}`, Credentials: "include"},
	{ID: "missing", Title: "Missing page", Why: "A 404 needs CORS headers, too. Without them, the script sees a network error.",
		Method: "GET", Path: "/missing", Credentials: "omit"},
	{ID: "crash", Title: "Crashing handler", Why: "The framework recovers and responds with 500, which the script can still read.",
		Method: "GET", Path: "/crash", Credentials: "omit"},
}

// sessionCookie is not that of the other examples, since cookies are sent to
// every port of a host.
const sessionCookie = "playground_session"

// A sampleResponse is a response of the sample API.
type sampleResponse struct {
	status  int
	headers [][2]string
	body    any // nothing if nil
}

func (s sampleResponse) text() []byte {
	if s.body == nil {
		return nil
	}
	text, err := json.Marshal(s.body)
	if err != nil {
		panic(err) // the bodies are ours
	}
	return text
}

var errCrash = errors.New("the handler crashed on purpose")

type post struct {
	ID    int    `json:"id"`
	Title string `json:"title"`
}

var posts = []post{{1, "How CORS works"}, {2, "What a preflight is"}, {3, "Who can read this"}}

// respondSample returns the response to a request, in whatever framework.
func respondSample(method, path, authorization, session string) sampleResponse {
	switch method + " " + path {
	case "GET /public/posts":
		return sampleResponse{http.StatusOK, nil, posts[:2]}
	case "GET /posts":
		return sampleResponse{http.StatusOK, [][2]string{{"X-Total-Count", strconv.Itoa(len(posts))}, {"ETag", `"v1"`}}, posts}
	case "GET /me":
		if session == "" {
			return sampleResponse{http.StatusUnauthorized, nil, message("nobody is logged in")}
		}
		return sampleResponse{http.StatusOK, nil, map[string]string{"user": "ada"}}
	case "GET /account":
		if authorization == "" {
			return sampleResponse{http.StatusUnauthorized, [][2]string{{"WWW-Authenticate", "Bearer"}}, message("there is no token")}
		}
		return sampleResponse{http.StatusOK, nil, map[string]string{"account": "ada"}}
	case "POST /contact":
		return sampleResponse{http.StatusOK, nil, message("the message has been sent")}
	case "POST /posts":
		return sampleResponse{http.StatusCreated, [][2]string{{"Location", "/posts/4"}}, post{4, "Hello"}}
	case "PUT /posts/1":
		return sampleResponse{http.StatusOK, nil, post{1, "Hello again"}}
	case "DELETE /posts/1":
		return sampleResponse{status: http.StatusNoContent}
	case "POST /login":
		return sampleResponse{http.StatusOK, [][2]string{{"Set-Cookie", sessionCookie + "=demo; Path=/; HttpOnly; SameSite=Lax"}}, map[string]string{"user": "ada"}}
	case "GET /crash":
		panic(errCrash)
	}
	return sampleResponse{http.StatusNotFound, nil, message("there is nothing here")}
}

func message(text string) map[string]string { return map[string]string{"message": text} }

// handled returns the operations that have a handler.
func handled() []Operation {
	return slices.DeleteFunc(slices.Clone(operations), func(o Operation) bool { return o.ID == "missing" })
}

// sampleAPI returns the sample API as an http.Handler.
func sampleAPI(engine *cors.Engine) http.Handler {
	mux := http.NewServeMux()
	for _, o := range handled() {
		mux.Handle(o.Method+" "+o.Path, sampleHandler(o))
	}
	return engine.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			}
		}()
		mux.ServeHTTP(w, r)
	}))
}

func sampleHandler(o Operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		session := ""
		if cookie, err := r.Cookie(sessionCookie); err == nil {
			session = cookie.Value
		}
		s := respondSample(o.Method, o.Path, r.Header.Get("Authorization"), session)
		w.Header().Set("Content-Type", "application/json")
		for _, h := range s.headers {
			w.Header().Set(h[0], h[1])
		}
		w.WriteHeader(s.status)
		_, _ = w.Write(s.text()) // fails if the browser has left
	}
}
