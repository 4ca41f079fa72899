// Command gin is the blog's API in Gin.
package main

import (
	"net/http"
	"strconv"
	"time"

	corsgin "github.com/corskit/cors/adapters/gin"
	"github.com/corskit/cors/examples/internal/blog"
	"github.com/corskit/cors/examples/internal/demo"
	"github.com/gin-gonic/gin"
)

func main() { demo.Run("Gin", newAPI) }

func newAPI(trusted string) demo.API {
	a := api{blog.New()}
	gin.SetMode(gin.ReleaseMode) // else Gin prints its routes
	r := gin.New()
	r.HandleMethodNotAllowed = true

	// CORS comes first: a preflight carries no token, and scripts can read a
	// 401 only if it has CORS headers.
	r.Use(corsgin.New(blog.Policy(trusted)...), gin.Recovery())

	r.GET("/public/posts", a.publicPosts)
	r.GET("/public/posts/:id", a.publicPost)
	r.GET("/posts", a.posts)
	r.GET("/posts/:id", a.post)
	r.POST("/login", a.login)
	r.GET("/me", a.me)

	writes := r.Group("/posts", authorize)
	writes.POST("", a.create)
	writes.PUT("/:id", a.update)
	writes.DELETE("/:id", a.delete)

	r.NoRoute(func(c *gin.Context) { fail(c, blog.NewError(http.StatusNotFound)) })
	r.NoMethod(func(c *gin.Context) { fail(c, blog.NewError(http.StatusMethodNotAllowed)) })
	return &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
}

type api struct{ blog *blog.Blog }

func (a api) publicPosts(c *gin.Context) { c.JSON(http.StatusOK, a.blog.PublicPosts()) }

func (a api) publicPost(c *gin.Context) {
	post, err := a.blog.PublicPost(c.Param("id"))
	respond(c, http.StatusOK, post, err)
}

func (a api) posts(c *gin.Context) {
	posts := a.blog.Posts()
	c.Header("X-Total-Count", strconv.Itoa(len(posts)))
	c.JSON(http.StatusOK, posts)
}

func (a api) post(c *gin.Context) {
	post, err := a.blog.Post(c.Param("id"))
	respond(c, http.StatusOK, post, err)
}

func (a api) create(c *gin.Context) {
	draft, err := blog.Decode[blog.Draft](c.ContentType(), c.Request.Body)
	if err != nil {
		fail(c, err)
		return
	}
	post, err := a.blog.Create(draft)
	respond(c, http.StatusCreated, post, err)
}

func (a api) update(c *gin.Context) {
	draft, err := blog.Decode[blog.Draft](c.ContentType(), c.Request.Body)
	if err != nil {
		fail(c, err)
		return
	}
	post, err := a.blog.Update(c.Param("id"), draft)
	respond(c, http.StatusOK, post, err)
}

func (a api) delete(c *gin.Context) {
	if err := a.blog.Delete(c.Param("id")); err != nil {
		fail(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

func (a api) login(c *gin.Context) {
	credentials, err := blog.Decode[blog.Credentials](c.ContentType(), c.Request.Body)
	if err != nil {
		fail(c, err)
		return
	}
	session, err := a.blog.Login(credentials)
	if err != nil {
		fail(c, err)
		return
	}
	http.SetCookie(c.Writer, session.Cookie())
	c.JSON(http.StatusOK, session)
}

func (a api) me(c *gin.Context) {
	cookie, _ := c.Cookie(blog.SessionCookie)
	session, err := a.blog.Session(cookie)
	respond(c, http.StatusOK, session, err)
}

// authorize lets only requests with the token through.
func authorize(c *gin.Context) {
	if err := blog.Authorize(c.GetHeader("Authorization")); err != nil {
		c.Header("WWW-Authenticate", "Bearer")
		fail(c, err)
	}
}

func respond(c *gin.Context, status int, v any, err error) {
	if err != nil {
		fail(c, err)
		return
	}
	c.JSON(status, v)
}

func fail(c *gin.Context, err error) {
	e := blog.ErrorOf(err)
	c.AbortWithStatusJSON(e.Status, e)
}
