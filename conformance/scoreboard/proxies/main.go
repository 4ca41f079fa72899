// Command proxies serves the application of the conformance suite behind a proxy that
// adds CORS, as RUNNING.md says:
//
//	PORT=8080 CORS_POLICY='[{"allowOrigins":["https://app.example.com"]}]' go run . -proxy nginx
//
// The configuration of each proxy is a recipe, to be filled with the policy.
package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/template"
	"time"

	"github.com/corskit/cors/conformance"
	"github.com/corskit/cors/conformance/scoreboard/internal/methods"
	cors "github.com/corskit/cors/core"
)

//go:embed recipes
var files embed.FS

// recipes are the files of the folder recipes. They write regular expressions that match
// whole origins.
var recipes = template.Must(template.New("").Funcs(template.FuncMap{
	"origins": originsRegexp,
}).ParseFS(files, "recipes/*"))

// commands start the proxies of Debian's packages. The configuration file is
// the last argument.
var commands = map[string][]string{
	"nginx":   {"/usr/sbin/nginx", "-c"},
	"apache":  {"/usr/sbin/apache2", "-D", "FOREGROUND", "-f"},
	"caddy":   {"/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config"},
	"haproxy": {"/usr/sbin/haproxy", "-db", "-f"},
}

// A site is the data for a recipe.
type site struct {
	Dir           string // for files of the proxy
	Port, Backend string
	Policy        cors.Config
	// Methods, Headers and Expose are lists of the policy as header values.
	Methods, Headers, Expose string
	// AnyOrigin says that responses are the same for all origins. That isn't so
	// if any origin may have credentials.
	AnyOrigin bool
	// MaxAge is in seconds, or empty.
	MaxAge string
	// PreflightStatus is the status of preflight responses.
	PreflightStatus int
}

func main() {
	log.SetFlags(0)
	proxy := flag.String("proxy", "", "nginx, apache, caddy or haproxy")
	flag.Parse()
	command, ok := commands[*proxy]
	if !ok {
		log.Fatalf("-proxy %q: write nginx, apache, caddy or haproxy", *proxy)
	}
	if err := run(*proxy, command); err != nil {
		log.Fatal(err)
	}
}

func run(proxy string, command []string) error {
	dir, err := os.MkdirTemp("", "corskit-"+proxy)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	backend, err := serveApplication()
	if err != nil {
		return err
	}
	s, err := newSite(dir, os.Getenv("PORT"), backend, os.Getenv("CORS_POLICY"))
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "config")
	config, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := recipes.ExecuteTemplate(config, proxy+".conf", s); err != nil {
		return err
	}
	if err := config.Close(); err != nil {
		return err
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	cmd := exec.CommandContext(ctx, command[0], append(command[1:], path)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("%s ends: %w", proxy, err)
}

func newSite(dir, port, backend, text string) (*site, error) {
	var policy []cors.Config
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		return nil, err
	}
	if len(policy) != 1 {
		return nil, errors.New("the policy must be one object")
	}
	p := policy[0]
	s := &site{
		Dir: dir, Port: port, Backend: backend, Policy: p,
		Methods:         strings.Join(methods.Allowed(p), ", "),
		Headers:         strings.Join(p.AllowHeaders, ", "),
		Expose:          strings.Join(p.ExposeHeaders, ", "),
		AnyOrigin:       slices.Contains(p.AllowOrigins, "*") && !p.AllowCredentials,
		PreflightStatus: http.StatusNoContent,
	}
	if p.MaxAge != 0 {
		s.MaxAge = strconv.Itoa(max(p.MaxAge, 0))
	}
	if p.PreflightStatus != 0 {
		s.PreflightStatus = p.PreflightStatus
	}
	return s, nil
}

// originsRegexp returns a regular expression that matches the origins that a policy allows.
func originsRegexp(p cors.Config) string {
	if slices.Contains(p.AllowOrigins, "*") {
		return "^.+$"
	}
	var alternatives []string
	for _, origin := range p.AllowOrigins {
		alternatives = append(alternatives, regexp.QuoteMeta(origin))
	}
	return "^(?:" + strings.Join(append(alternatives, p.AllowOriginRegexps...), "|") + ")$"
}

// serveApplication serves the application, without CORS, and returns its address.
func serveApplication() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go http.Serve(listener, conformance.AppMux(false))
	return listener.Addr().String(), nil
}
