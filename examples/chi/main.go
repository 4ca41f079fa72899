// Command chi is the blog's API in chi.
package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	corschi "github.com/corskit/cors/adapters/chi"
	"github.com/corskit/cors/examples/internal/blog"
	"github.com/corskit/cors/examples/internal/demo"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

func main() { demo.Run("chi", newAPI) }

func newAPI(trusted string) demo.API {
	a := api{blog.New()}
	r := chi.NewRouter()

	// CORS comes first: a preflight carries no token, and scripts can read a
	// 401 only if it has CORS headers.
	r.Use(corschi.New(blog.Policy(trusted)...), middleware.Recoverer)

	r.Get("/public/posts", a.publicPosts)
	r.Get("/public/posts/{id}", a.publicPost)
	r.Get("/posts", a.posts)
	r.Get("/posts/{id}", a.post)
	r.Post("/login", a.login)
	r.Get("/me", a.me)

	writes := r.With(authorize)
	writes.Post("/posts", a.create)
	writes.Put("/posts/{id}", a.update)
	writes.Delete("/posts/{id}", a.delete)

	r.NotFound(func(w http.ResponseWriter, _ *http.Request) { fail(w, blog.NewError(http.StatusNotFound)) })
	r.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) { fail(w, blog.NewError(http.StatusMethodNotAllowed)) })
	return &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
}

type api struct{ blog *blog.Blog }

func (a api) publicPosts(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, a.blog.PublicPosts())
}

func (a api) publicPost(w http.ResponseWriter, r *http.Request) {
	post, err := a.blog.PublicPost(chi.URLParam(r, "id"))
	respond(w, http.StatusOK, post, err)
}

func (a api) posts(w http.ResponseWriter, _ *http.Request) {
	posts := a.blog.Posts()
	w.Header().Set("X-Total-Count", strconv.Itoa(len(posts)))
	writeJSON(w, http.StatusOK, posts)
}

func (a api) post(w http.ResponseWriter, r *http.Request) {
	post, err := a.blog.Post(chi.URLParam(r, "id"))
	respond(w, http.StatusOK, post, err)
}

func (a api) create(w http.ResponseWriter, r *http.Request) {
	draft, err := blog.Decode[blog.Draft](r.Header.Get("Content-Type"), r.Body)
	if err != nil {
		fail(w, err)
		return
	}
	post, err := a.blog.Create(draft)
	respond(w, http.StatusCreated, post, err)
}

func (a api) update(w http.ResponseWriter, r *http.Request) {
	draft, err := blog.Decode[blog.Draft](r.Header.Get("Content-Type"), r.Body)
	if err != nil {
		fail(w, err)
		return
	}
	post, err := a.blog.Update(chi.URLParam(r, "id"), draft)
	respond(w, http.StatusOK, post, err)
}

func (a api) delete(w http.ResponseWriter, r *http.Request) {
	if err := a.blog.Delete(chi.URLParam(r, "id")); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (a api) login(w http.ResponseWriter, r *http.Request) {
	credentials, err := blog.Decode[blog.Credentials](r.Header.Get("Content-Type"), r.Body)
	if err != nil {
		fail(w, err)
		return
	}
	session, err := a.blog.Login(credentials)
	if err != nil {
		fail(w, err)
		return
	}
	http.SetCookie(w, session.Cookie())
	writeJSON(w, http.StatusOK, session)
}

func (a api) me(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie(blog.SessionCookie)
	if err != nil {
		cookie = new(http.Cookie)
	}
	session, err := a.blog.Session(cookie.Value)
	respond(w, http.StatusOK, session, err)
}

// authorize lets only requests with the token through.
func authorize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := blog.Authorize(r.Header.Get("Authorization")); err != nil {
			w.Header().Set("WWW-Authenticate", "Bearer")
			fail(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func respond(w http.ResponseWriter, status int, v any, err error) {
	if err != nil {
		fail(w, err)
		return
	}
	writeJSON(w, status, v)
}

func fail(w http.ResponseWriter, err error) {
	e := blog.ErrorOf(err)
	writeJSON(w, e.Status, e)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // fails only if the client is gone
}
