// Command echo is the blog's API in Echo.
package main

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	corsecho "github.com/corskit/cors/adapters/echo"
	"github.com/corskit/cors/examples/internal/blog"
	"github.com/corskit/cors/examples/internal/demo"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

func main() { demo.Run("Echo", newAPI) }

func newAPI(trusted string) demo.API {
	a := api{blog.New()}
	e := echo.New()
	e.HTTPErrorHandler = fail

	// CORS comes first: a preflight carries no token, and scripts can read a
	// 401 only if it has CORS headers.
	e.Use(corsecho.New(blog.Policy(trusted)...), middleware.Recover())

	e.GET("/public/posts", a.publicPosts)
	e.GET("/public/posts/:id", a.publicPost)
	e.GET("/posts", a.posts)
	e.GET("/posts/:id", a.post)
	e.POST("/login", a.login)
	e.GET("/me", a.me)

	e.POST("/posts", a.create, authorize)
	e.PUT("/posts/:id", a.update, authorize)
	e.DELETE("/posts/:id", a.delete, authorize)
	return &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second}
}

type api struct{ blog *blog.Blog }

func (a api) publicPosts(c echo.Context) error {
	return c.JSON(http.StatusOK, a.blog.PublicPosts())
}

func (a api) publicPost(c echo.Context) error {
	post, err := a.blog.PublicPost(c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, post)
}

func (a api) posts(c echo.Context) error {
	posts := a.blog.Posts()
	c.Response().Header().Set("X-Total-Count", strconv.Itoa(len(posts)))
	return c.JSON(http.StatusOK, posts)
}

func (a api) post(c echo.Context) error {
	post, err := a.blog.Post(c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, post)
}

func (a api) create(c echo.Context) error {
	draft, err := decode[blog.Draft](c)
	if err != nil {
		return err
	}
	post, err := a.blog.Create(draft)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, post)
}

func (a api) update(c echo.Context) error {
	draft, err := decode[blog.Draft](c)
	if err != nil {
		return err
	}
	post, err := a.blog.Update(c.Param("id"), draft)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, post)
}

func (a api) delete(c echo.Context) error {
	if err := a.blog.Delete(c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (a api) login(c echo.Context) error {
	credentials, err := decode[blog.Credentials](c)
	if err != nil {
		return err
	}
	session, err := a.blog.Login(credentials)
	if err != nil {
		return err
	}
	c.SetCookie(session.Cookie())
	return c.JSON(http.StatusOK, session)
}

func (a api) me(c echo.Context) error {
	cookie, err := c.Cookie(blog.SessionCookie)
	if err != nil {
		cookie = new(http.Cookie)
	}
	session, err := a.blog.Session(cookie.Value)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, session)
}

// authorize lets only requests with the token through.
func authorize(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := blog.Authorize(c.Request().Header.Get("Authorization")); err != nil {
			c.Response().Header().Set("WWW-Authenticate", "Bearer")
			return err
		}
		return next(c)
	}
}

func decode[T any](c echo.Context) (T, error) {
	return blog.Decode[T](c.Request().Header.Get("Content-Type"), c.Request().Body)
}

// fail responds to an error that a handler, or Echo, returns.
func fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var own *echo.HTTPError
	if errors.As(err, &own) {
		err = blog.NewError(own.Code)
	}
	e := blog.ErrorOf(err)
	_ = c.JSON(e.Status, e) // fails only if the client is gone
}
