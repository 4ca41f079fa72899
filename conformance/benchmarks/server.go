package benchmarks

import (
	"bufio"
	"net"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// A Server is a router with whatever stands in front of it.
type Server interface {
	// Exchange returns what serves a request again and again, in memory.
	Exchange(Request) Exchange
	// Start serves connections until it is stopped.
	Start(net.Listener) (stop func())
}

// An Exchange is a request and its response.
type Exchange interface {
	Serve()
	// SetOrigin replaces the value of the header Origin, which must be there.
	SetOrigin(string)
	// Answer returns what the last Serve answered.
	Answer() Answer
}

// An Answer is a response.
type Answer struct {
	Status int
	Header http.Header
}

// handled is the status by which a handler shows that it was reached.
const handled = http.StatusAccepted

// An httpServer is a server of net/http.
type httpServer struct{ http.Handler }

func (s httpServer) Exchange(r Request) Exchange {
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(r.Wire)))
	if err != nil {
		panic(err)
	}
	return &httpExchange{s.Handler, request, make(http.Header), 0}
}

func (s httpServer) Start(l net.Listener) (stop func()) {
	server := &http.Server{Handler: s.Handler}
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

func (x *httpExchange) Answer() Answer { return Answer{x.status, x.header.Clone()} }

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

// A fiberServer is a server of Fiber.
type fiberServer struct{ *fiber.App }

func (s fiberServer) Exchange(r Request) Exchange {
	x := &fiberExchange{handler: s.Handler()}
	var request fasthttp.Request
	if err := request.Read(bufio.NewReaderSize(strings.NewReader(r.Wire), len(r.Wire)+1)); err != nil {
		panic(err)
	}
	x.ctx.Init(&request, nil, nil)
	return x
}

func (s fiberServer) Start(l net.Listener) (stop func()) {
	go s.Listener(l)
	return func() { s.Shutdown() }
}

type fiberExchange struct {
	handler fasthttp.RequestHandler
	ctx     fasthttp.RequestCtx
}

func (x *fiberExchange) Serve() {
	x.ctx.Response.Reset()
	x.ctx.ResetUserValues() // as fasthttp does between requests
	x.handler(&x.ctx)
}

func (x *fiberExchange) SetOrigin(origin string) { x.ctx.Request.Header.Set("Origin", origin) }

func (x *fiberExchange) Answer() Answer {
	a := Answer{x.ctx.Response.StatusCode(), make(http.Header)}
	x.ctx.Response.Header.VisitAll(func(name, value []byte) { a.Header.Add(string(name), string(value)) })
	return a
}
