package differential

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	corschi "github.com/corskit/cors/adapters/chi"
	corsecho "github.com/corskit/cors/adapters/echo"
	corsecho5 "github.com/corskit/cors/adapters/echo/v5"
	corsfiber "github.com/corskit/cors/adapters/fiber"
	corsgin "github.com/corskit/cors/adapters/gin"
	cors "github.com/corskit/cors/core"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/labstack/echo/v4"
	echo5 "github.com/labstack/echo/v5"
)

// A run is a scenario carried out once, by the model or by a browser.
type run struct {
	scenario   *scenario
	departures []*departure
	handler    http.Handler
	set        [][]scriptHeader // by step, if departures judge them
	name       string           // the replacement of {run}

	mu      sync.Mutex
	step    int          // whose requests arrive
	sent    [][]sent     // by step
	touched []*departure // the departures that change anything
}

// A servers responds to the requests of all runs, whatever their origin, and
// records them. It writes HTTP/1.1 itself, because net/http would correct
// intended mistakes.
type servers struct {
	http, https string // addresses

	mu   sync.Mutex
	last int
	runs map[string]*run
}

func startServers(t testing.TB) *servers {
	s := &servers{runs: map[string]*run{}}
	s.http, s.https = s.start(t, "http"), s.start(t, "https")
	return s
}

// start starts the server for the origins with the given scheme. It speaks no TLS itself.
func (s *servers) start(t testing.TB, scheme string) (address string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, scheme)
		}
	}()
	return listener.Addr().String()
}

// serve responds to the requests of a connection until the client closes it.
func (s *servers) serve(conn net.Conn, scheme string) {
	defer conn.Close()
	in, out := bufio.NewReader(conn), bufio.NewWriter(conn)
	for {
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		a := answer{Status: 404}
		if run := s.find(request); run != nil {
			run.record(request, scheme, string(body))
			a = run.answer(request)
		}
		a.write(out, request.Method)
		if out.Flush() != nil {
			return
		}
	}
}

// find returns the run that the request's path names, or nil.
func (s *servers) find(request *http.Request) *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, _, _ := strings.Cut(strings.TrimPrefix(request.URL.EscapedPath(), "/"), "/")
	return s.runs[name]
}

// open makes the resources of a run available, and gives it a name.
func (s *servers) open(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	r.name = "run-" + strconv.Itoa(s.last)
	s.runs[r.name] = r
}

// close takes the resources of a run away.
func (s *servers) close(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.runs, r.name)
}

// newRun returns a run of a valid scenario with the given departures of the model.
func newRun(s *scenario, departures ...*departure) *run {
	r := &run{scenario: s, departures: departures, sent: make([][]sent, len(s.Steps))}
	if len(departures) > 0 {
		r.scenario = s.clone()
		for k := range r.scenario.Steps {
			r.depart(func(d *departure) {
				if d.asks != nil {
					d.asks(&r.scenario.Steps[k])
				}
			}, &r.scenario.Steps[k])
			r.judge(k)
		}
	}
	handler, err := s.handler(http.HandlerFunc(r.answerBehindPolicy))
	if err != nil {
		panic(err)
	}
	r.handler = handler
	return r
}

// goTo sets the step of the requests from now on.
func (r *run) goTo(step int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.step = step
}

// takes returns the step that the run takes.
func (r *run) takes() *step {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &r.scenario.Steps[r.step]
}

func (r *run) record(request *http.Request, scheme, body string) {
	headers := map[string]string{}
	for name, values := range request.Header {
		// Whitespace at the end of a line does not show.
		headers[strings.ToLower(name)] = strings.TrimRight(r.generic(fromBytes(strings.Join(values, ", "))), " ")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent[r.step] = append(r.sent[r.step], sent{
		Method:  request.Method,
		URL:     r.generic(scheme + "://" + request.Host + request.RequestURI),
		Headers: headers,
		Body:    body,
	})
}

// sentIn returns what was sent in a step, so far.
func (r *run) sentIn(step int) []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent[step]
}

// generic replaces the name of the run with {run}; specific does the reverse.
func (r *run) generic(text string) string  { return strings.ReplaceAll(text, r.name, "{run}") }
func (r *run) specific(text string) string { return strings.ReplaceAll(text, "{run}", r.name) }

// resource returns the resource at the request's path.
func (r *run) resource(request *http.Request) (resource, bool) {
	rest := strings.TrimPrefix(request.URL.EscapedPath(), "/"+r.name+"/")
	name, _, _ := strings.Cut(rest, "/")
	found, ok := r.scenario.Resources[name]
	return found, ok
}

// answer returns the response to a request.
func (r *run) answer(request *http.Request) answer {
	found, ok := r.resource(request)
	a := found.Answer
	switch {
	case r.handler != nil:
		a = r.answerByPolicy(request)
	case !ok:
		a.Status = 404
	case isPreflight(request):
		a = found.Preflight
	}
	a.Lines = slices.Clone(a.Lines)
	for i, line := range a.Lines {
		a.Lines[i] = toBytes(r.specific(line))
	}
	return a
}

// answerByPolicy returns the response of the middleware and the application.
func (r *run) answerByPolicy(request *http.Request) answer {
	recorder := httptest.NewRecorder()
	r.handler.ServeHTTP(recorder, request)
	response := recorder.Result()
	a := answer{Status: response.StatusCode}
	for name, values := range response.Header {
		for _, value := range values {
			if name != "Content-Length" {
				a.Lines = append(a.Lines, fromBytes(name+": "+value))
			}
		}
	}
	slices.Sort(a.Lines)
	return a
}

// answerBehindPolicy is the application after the middleware.
func (r *run) answerBehindPolicy(w http.ResponseWriter, request *http.Request) {
	found, ok := r.resource(request)
	if !ok {
		w.WriteHeader(404)
		return
	}
	for _, line := range found.Answer.Lines {
		name, value, _ := strings.Cut(toBytes(r.specific(line)), ":")
		w.Header().Add(name, strings.TrimSpace(value))
	}
	w.WriteHeader(found.Answer.status())
}

// write writes a response to a request with the given method.
func (a answer) write(w io.Writer, method string) {
	if a.Interim != 0 {
		fmt.Fprintf(w, "HTTP/1.1 %d Interim\r\nX-Interim: 1\r\n\r\n", a.Interim)
	}
	fmt.Fprintf(w, "HTTP/1.1 %d Reason\r\nCache-Control: no-store\r\n", a.status())
	for _, line := range a.Lines {
		fmt.Fprintf(w, "%s\r\n", line)
	}
	body := "hello"
	switch a.status() {
	case 204, 304:
		body = ""
	case 205: // without a length, WebKit waits for the end of the connection
		body = ""
		io.WriteString(w, "Content-Length: 0\r\n")
	default:
		fmt.Fprintf(w, "Content-Length: %d\r\n", len(body))
	}
	if method == "HEAD" {
		body = ""
	}
	fmt.Fprintf(w, "\r\n%s", body)
}

// frameworks put an engine in front of an application, by name.
var frameworks = map[string]func(*cors.Engine, http.Handler) http.Handler{
	"": (*cors.Engine).Handler,
	"gin": func(engine *cors.Engine, app http.Handler) http.Handler {
		r := gin.New()
		r.Use(corsgin.Middleware(engine))
		r.NoRoute(gin.WrapH(app))
		return r
	},
	"echo": func(engine *cors.Engine, app http.Handler) http.Handler {
		e := echo.New()
		e.Use(corsecho.Middleware(engine))
		e.RouteNotFound("/*", echo.WrapHandler(app))
		return e
	},
	"echo5": func(engine *cors.Engine, app http.Handler) http.Handler {
		e := echo5.New()
		e.Use(corsecho5.Middleware(engine))
		e.RouteNotFound("/*", echo5.WrapHandler(app))
		return e
	},
	"chi": func(engine *cors.Engine, app http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Use(corschi.Middleware(engine))
		r.NotFound(app.ServeHTTP)
		r.MethodNotAllowed(app.ServeHTTP)
		return r
	},
	"fiber": func(engine *cors.Engine, app http.Handler) http.Handler {
		f := fiber.New(fiber.Config{DisableStartupMessage: true, RequestMethods: append(fiber.DefaultMethods, oddMethods...)})
		f.Use(corsfiber.Middleware(engine))
		f.Use(adaptor.HTTPHandler(app))
		return adaptor.FiberApp(f)
	},
	"fiber3": putFiber3,
}

// handler returns the handler for a policy, or nil if there is none.
func (s *scenario) handler(app http.Handler) (http.Handler, error) {
	if s.Policy == nil {
		return nil, nil
	}
	engine, err := cors.New(*s.Policy)
	if err != nil {
		return nil, err
	}
	put, ok := frameworks[s.Framework]
	if !ok {
		return nil, fmt.Errorf("no framework is called %q", s.Framework)
	}
	return put(engine, app), nil
}

func init() { gin.SetMode(gin.ReleaseMode) }
