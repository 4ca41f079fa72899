// Command fiber3 is the blog's API in Fiber v3.
package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	corsfiber "github.com/corskit/cors/adapters/fiber/v3"
	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/examples/internal/blog"
	"github.com/corskit/cors/examples/internal/demo"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/recover"
)

func main() { demo.Run("Fiber v3", newAPI) }

func newAPI(trusted string) demo.API {
	a := api{blog.New()}
	engine, err := cors.New(blog.Policy(trusted)...)
	if err != nil {
		panic(err)
	}
	app := fiber.New(fiber.Config{
		// Errors keep their CORS headers, whatever fail does to the response.
		ErrorHandler: corsfiber.ErrorHandler(engine, fail),
		ReadTimeout:  10 * time.Second,
	})

	// CORS comes first: a preflight carries no token, and scripts can read a
	// 401 only if it has CORS headers.
	app.Use(corsfiber.Middleware(engine), recover.New())

	app.Get("/public/posts", a.publicPosts)
	app.Get("/public/posts/:id", a.publicPost)
	app.Get("/posts", a.posts)
	app.Get("/posts/:id", a.post)
	app.Post("/login", a.login)
	app.Get("/me", a.me)

	app.Post("/posts", authorize, a.create)
	app.Put("/posts/:id", authorize, a.update)
	app.Delete("/posts/:id", authorize, a.delete)
	return server{app}
}

// A server gives a fiber.App the method names of an http.Server.
type server struct{ app *fiber.App }

func (s server) Serve(l net.Listener) error {
	return s.app.Listener(l, fiber.ListenConfig{DisableStartupMessage: true})
}
func (s server) Shutdown(ctx context.Context) error { return s.app.ShutdownWithContext(ctx) }

type api struct{ blog *blog.Blog }

func (a api) publicPosts(c fiber.Ctx) error { return c.JSON(a.blog.PublicPosts()) }

func (a api) publicPost(c fiber.Ctx) error {
	post, err := a.blog.PublicPost(c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(post)
}

func (a api) posts(c fiber.Ctx) error {
	posts := a.blog.Posts()
	c.Set("X-Total-Count", strconv.Itoa(len(posts)))
	return c.JSON(posts)
}

func (a api) post(c fiber.Ctx) error {
	post, err := a.blog.Post(c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(post)
}

func (a api) create(c fiber.Ctx) error {
	draft, err := decode[blog.Draft](c)
	if err != nil {
		return err
	}
	post, err := a.blog.Create(draft)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(post)
}

func (a api) update(c fiber.Ctx) error {
	draft, err := decode[blog.Draft](c)
	if err != nil {
		return err
	}
	post, err := a.blog.Update(c.Params("id"), draft)
	if err != nil {
		return err
	}
	return c.JSON(post)
}

func (a api) delete(c fiber.Ctx) error {
	if err := a.blog.Delete(c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (a api) login(c fiber.Ctx) error {
	credentials, err := decode[blog.Credentials](c)
	if err != nil {
		return err
	}
	session, err := a.blog.Login(credentials)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderSetCookie, session.Cookie().String())
	return c.JSON(session)
}

func (a api) me(c fiber.Ctx) error {
	session, err := a.blog.Session(c.Cookies(blog.SessionCookie))
	if err != nil {
		return err
	}
	return c.JSON(session)
}

// authorize lets only requests with the token through.
func authorize(c fiber.Ctx) error {
	if err := blog.Authorize(c.Get("Authorization")); err != nil {
		c.Set("WWW-Authenticate", "Bearer")
		return err
	}
	return c.Next()
}

func decode[T any](c fiber.Ctx) (T, error) {
	return blog.Decode[T](c.Get("Content-Type"), bytes.NewReader(c.Body()))
}

// fail responds to an error that a handler, or Fiber, returns.
func fail(c fiber.Ctx, err error) error {
	var own *fiber.Error
	if errors.As(err, &own) {
		err = blog.NewError(own.Code)
	}
	e := blog.ErrorOf(err)
	return c.Status(e.Status).JSON(e)
}
