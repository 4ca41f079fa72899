// Command fiber is a WebSocket server with
// github.com/gofiber/contrib/websocket. It checks handshakes by the policy of
// its API. CORS itself does not cover them: browsers send cookies with a
// handshake, and let a page of any site read the messages.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	corsfiber "github.com/corskit/cors/adapters/fiber"
	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/examples/internal/loopback"
	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"
)

func main() {
	port := flag.Int("port", 8080, "`port` to listen on, 0 for a free one")
	flag.Parse()
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(interrupted, os.Stdout, *port); err != nil {
		fmt.Fprintf(os.Stderr, "fiber: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, port int) error {
	listener, err := loopback.Listen(port)
	if err != nil {
		return err
	}
	app, err := newApp()
	if err != nil {
		listener.Close()
		return err
	}
	fmt.Fprintf(out, "Pages of https://app.example.com and of %[1]s may connect to %[1]s/echo, and no others. Ctrl+C stops it.\n", listener.URL())
	stop := context.AfterFunc(ctx, func() { app.Shutdown() })
	defer stop()
	return app.Listener(listener)
}

func newApp() (*fiber.App, error) {
	engine, err := cors.New(cors.Config{
		AllowOrigins:     []string{"https://app.example.com"},
		AllowCredentials: true,
	})
	if err != nil {
		return nil, err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(corsfiber.Middleware(engine))
	app.Use("/echo", func(c *fiber.Ctx) error {
		if !corsfiber.CheckOrigin(engine, c) {
			return fiber.ErrForbidden
		}
		return c.Next()
	})
	app.Get("/echo", websocket.New(func(conn *websocket.Conn) {
		for {
			kind, message, err := conn.ReadMessage()
			if err != nil || conn.WriteMessage(kind, message) != nil {
				return // the page has left
			}
		}
	}))
	return app, nil
}
