// Command go serves the application of the conformance suite behind one of Go's
// implementations of CORS, as RUNNING.md says:
//
//	PORT=8080 CORS_POLICY='[{"allowOrigins":["https://app.example.com"]}]' go run . -library rs-cors
//
// Each library has a file that configures it, and each framework a file with the
// application.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/corskit/cors/conformance"
	cors "github.com/corskit/cors/core"
	"github.com/valyala/fasthttp"
)

// A configure function returns the application with a policy. An error, or a
// panic of the library, means that the library refuses the policy.
type configure[Handler any] func(policy []cors.Config) (Handler, error)

var httpLibraries = map[string]configure[http.Handler]{
	"rs-cors":          single(rsCORS),
	"jub0bs-cors":      single(jub0bsCORS),
	"gin-contrib-cors": single(ginContribCORS),
	"echo-v4":          single(echo4CORS),
	"echo-v5":          single(echo5CORS),
	"go-chi-cors":      single(goChiCORS),
	"gorilla-handlers": single(gorillaHandlers),
	"corskit-net-http": corskit(corskitNetHTTP),
	"corskit-gin":      corskit(corskitGin),
	"corskit-chi":      corskit(corskitChi),
	"corskit-echo-v4":  corskit(corskitEcho4),
	"corskit-echo-v5":  corskit(corskitEcho5),
}

var fiberLibraries = map[string]configure[fasthttp.RequestHandler]{
	"fiber-v2":         single(fiber2CORS),
	"fiber-v3":         single(fiber3CORS),
	"corskit-fiber-v2": corskit(corskitFiber2),
	"corskit-fiber-v3": corskit(corskitFiber3),
}

// single is for libraries that have one policy for all paths.
func single[Handler any](library func(cors.Config) (Handler, error)) configure[Handler] {
	return func(policy []cors.Config) (Handler, error) { return library(policy[0]) }
}

func main() {
	log.SetFlags(0)
	names := slices.AppendSeq(slices.Collect(maps.Keys(httpLibraries)), maps.Keys(fiberLibraries))
	slices.Sort(names)
	list := strings.Join(names, ", ")
	library := flag.String("library", "", "one of "+list)
	flag.Parse()

	if configure, ok := httpLibraries[*library]; ok {
		handler := httpHandler(start(configure))
		log.Fatal(http.Serve(listen(), handler))
	}
	if configure, ok := fiberLibraries[*library]; ok {
		handler := fastHTTPHandler(start(configure))
		log.Fatal(fasthttp.Serve(listen(), handler))
	}
	log.Fatalf("-library %q: write one of %s", *library, list)
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

// served is what a server serves: the application with the policy in force.
type served[Handler any] struct {
	setting   sync.Mutex // held while a policy is put in force
	configure configure[Handler]
	handler   atomic.Pointer[Handler]
}

// start returns the application with the policy in CORS_POLICY, or exits.
func start[Handler any](c configure[Handler]) *served[Handler] {
	s := &served[Handler]{configure: c}
	if status, err := s.set([]byte(os.Getenv("CORS_POLICY"))); status == http.StatusUnprocessableEntity {
		log.Print(err)
		os.Exit(conformance.RefusedStatus)
	} else if err != nil {
		log.Fatal(err)
	}
	return s
}

// set puts a policy in force. It returns the status for the response: 422 if
// the library refuses the policy.
func (s *served[Handler]) set(text []byte) (status int, err error) {
	var policy []cors.Config
	if err := json.Unmarshal(text, &policy); err != nil {
		return http.StatusBadRequest, err
	}
	if len(policy) == 0 {
		return http.StatusBadRequest, errors.New("the policy is empty")
	}
	for i := range policy {
		// A missing list is an empty one. In a Config, nil means the defaults of corskit.
		policy[i].AllowMethods = append([]string{}, policy[i].AllowMethods...)
		policy[i].AllowHeaders = append([]string{}, policy[i].AllowHeaders...)
	}
	s.setting.Lock()
	defer s.setting.Unlock()
	handler, err := s.safely(policy)
	if err != nil {
		return http.StatusUnprocessableEntity, err
	}
	s.handler.Store(&handler)
	return http.StatusNoContent, nil
}

// safely returns a panic of the library as an error.
func (s *served[Handler]) safely(policy []cors.Config) (handler Handler, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case runtime.Error:
			panic(p)
		default:
			err = fmt.Errorf("%v", p)
		}
	}()
	return s.configure(policy)
}

// httpHandler returns a handler that serves the application and takes other policies.
func httpHandler(s *served[http.Handler]) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != conformance.PolicyPath {
			(*s.handler.Load()).ServeHTTP(w, r)
			return
		}
		text, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		status, err := s.set(text)
		w.WriteHeader(status)
		if err != nil {
			fmt.Fprintln(w, err)
		}
	})
}

// fastHTTPHandler is httpHandler for Fiber.
func fastHTTPHandler(s *served[fasthttp.RequestHandler]) fasthttp.RequestHandler {
	return func(c *fasthttp.RequestCtx) {
		if string(c.Path()) != conformance.PolicyPath {
			(*s.handler.Load())(c)
			return
		}
		status, err := s.set(c.PostBody())
		c.SetStatusCode(status)
		if err != nil {
			fmt.Fprintln(c, err)
		}
	}
}
