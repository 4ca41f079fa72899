package benchmarks

import (
	"bufio"
	"net"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
	fiber3 "github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
)

// A Server is a router with its middleware.
type Server interface {
	// Exchange returns an Exchange that serves a request in memory.
	Exchange(Request) Exchange
	// Start serves connections until stop is called.
	Start(net.Listener) (stop func())
}

// An Exchange serves one request again and again.
type Exchange interface {
	Serve()
	// SetOrigin replaces the value of the header Origin, which must exist.
	SetOrigin(string)
	// Response returns the response of the last Serve.
	Response() Response
}

// A Response is a response without its body.
type Response struct {
	Status int
	Header http.Header
}

// handled is the status of responses from handlers, which nothing else uses.
const handled = http.StatusAccepted

// withHeaders is the path of the handler that sets fiveHeaders.
const withHeaders = "/orders"

// fiveHeaders are headers that handlers set, by name.
func fiveHeaders(yield func(name, value string) bool) {
	_ = yield("Content-Type", "application/json") &&
		yield("Cache-Control", "no-store") &&
		yield("Etag", `"33a64df5"`) &&
		yield("X-Content-Type-Options", "nosniff") &&
		yield("X-Request-Id", "0b6f4c1e")
}

// An httpServer is a Server of net/http.
type httpServer struct{ http.Handler }

func (s httpServer) Exchange(r Request) Exchange {
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(r.Wire)))
	if err != nil {
		panic(err)
	}
	return &httpExchange{s.Handler, request, make(http.Header), 0}
}

func (s httpServer) Start(l net.Listener) (stop func()) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: s.Handler, Protocols: protocols}
	go server.Serve(l)
	return func() { server.Close() }
}

// An httpExchange is the http.ResponseWriter of its own request.
type httpExchange struct {
	handler http.Handler
	request *http.Request
	header  http.Header
	status  int
}

func (x *httpExchange) Serve() {
	clear(x.header)
	x.status = 0
	x.handler.ServeHTTP(x, x.request)
}

func (x *httpExchange) SetOrigin(origin string) { x.request.Header["Origin"][0] = origin }

func (x *httpExchange) Response() Response { return Response{x.status, x.header} }

func (x *httpExchange) Header() http.Header { return x.header }

func (x *httpExchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
}

func (x *httpExchange) Write(b []byte) (int, error) {
	x.WriteHeader(http.StatusOK)
	return len(b), nil
}

// A fiberServer is a Server of Fiber.
type fiberServer struct{ *fiber.App }

func (s fiberServer) Exchange(r Request) Exchange { return newFiberExchange(s.Handler(), r) }

func (s fiberServer) Start(l net.Listener) (stop func()) {
	go s.Listener(l)
	return func() { s.Shutdown() }
}

// A fiber3Server is a Server of Fiber v3.
type fiber3Server struct{ *fiber3.App }

func (s fiber3Server) Exchange(r Request) Exchange { return newFiberExchange(s.Handler(), r) }

func (s fiber3Server) Start(l net.Listener) (stop func()) {
	go s.Listener(l, fiber3.ListenConfig{DisableStartupMessage: true})
	return func() { s.Shutdown() }
}

// A fiberExchange is a request and its response in one context.
type fiberExchange struct {
	handler fasthttp.RequestHandler
	ctx     fasthttp.RequestCtx
}

func newFiberExchange(handler fasthttp.RequestHandler, r Request) *fiberExchange {
	x := &fiberExchange{handler: handler}
	var request fasthttp.Request
	if err := request.Read(bufio.NewReaderSize(strings.NewReader(r.Wire), len(r.Wire)+1)); err != nil {
		panic(err)
	}
	x.ctx.Init(&request, nil, nil)
	return x
}

func (x *fiberExchange) Serve() {
	x.ctx.Response.Reset()
	x.ctx.ResetUserValues() // as fasthttp does between requests
	x.handler(&x.ctx)
}

func (x *fiberExchange) SetOrigin(origin string) { x.ctx.Request.Header.Set("Origin", origin) }

func (x *fiberExchange) Response() Response {
	r := Response{x.ctx.Response.StatusCode(), make(http.Header)}
	for name, value := range x.ctx.Response.Header.All() {
		r.Header.Add(string(name), string(value))
	}
	return r
}
