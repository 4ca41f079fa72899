// Command reload is a server whose policy is in a file. It reloads the policy
// whenever the file changes, and on SIGHUP. If the new policy has problems, the
// log says where, and the old one stays in force.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
	"github.com/corskit/cors/core/config/policyfile"
	"github.com/corskit/cors/examples/internal/loopback"
)

func main() {
	port := flag.Int("port", 8080, "`port` to listen on, 0 for a free one")
	file := flag.String("config", "", "`file` of the policy in JSON; the default is a temporary file")
	flag.Parse()
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(interrupted, stop) // so that a second interrupt does not wait
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(interrupted, hangups, os.Stdout, log, *port, *file); err != nil {
		fmt.Fprintf(os.Stderr, "reload: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, hangups <-chan os.Signal, out io.Writer, log *slog.Logger, port int, file string) error {
	listener, err := loopback.Listen(port)
	if err != nil {
		return err
	}
	defer listener.Close()
	text := introduction
	if file == "" {
		dir, err := os.MkdirTemp("", "reload")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		file = filepath.Join(dir, "cors.json")
		policy, err := config.JSON(cors.Config{AllowOrigins: []string{"https://app.example.com"}})
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(policy), 0o600); err != nil {
			return err
		}
		text += demonstration
	}
	following, stop := context.WithCancel(ctx)
	defer stop() // before the file is removed
	engine := new(cors.Engine)
	if err := policyfile.Follow(following, engine, file, &policyfile.Options{Log: log, Reread: hangups}); err != nil {
		return err
	}
	fmt.Fprintf(out, text+"\nCtrl+C stops it.\n", listener.URL(), file, os.Getpid())
	return listener.Serve(ctx, engine.Handler(newAPI()))
}

func newAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "hello\n") // fails only if the client is gone
	})
	return mux
}

const introduction = `The API is at %[1]s, and its policy in %[2]s
Change the file, or make the program read it at once:

  kill -HUP %[3]d
`

const demonstration = `
Try it:

  # May this site read the response? Yes: 200, Access-Control-Allow-Origin: https://app.example.com
  curl -i %[1]s/ -H "Origin: https://app.example.com"

  # Allow another
  echo '{"allowOrigins": ["https://other.example.com"]}' > %[2]s

  # Now the first may not: 200, no Access-Control-Allow-Origin
  curl -i %[1]s/ -H "Origin: https://app.example.com"

  # Write a policy with a problem: the log says where, and nothing changes
  echo '{"allowOrigins": ["https://app.example.com/"]}' > %[2]s

  # The other still may: 200, Access-Control-Allow-Origin: https://other.example.com
  curl -i %[1]s/ -H "Origin: https://other.example.com"
`
