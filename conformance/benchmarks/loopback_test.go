package benchmarks

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// BenchmarkLoopback measures whole servers, over connections of this machine
// that stay open. The client shares the processors with the server and does as
// little as it can with HTTP/1.1; with HTTP/2, it is net/http's.
func BenchmarkLoopback(b *testing.B) {
	var benchmarks []benchmark
	for _, f := range Frameworks {
		for _, r := range []Request{Requests[1], Requests[3]} {
			add := func(implementation string, server func() Server) {
				benchmarks = append(benchmarks, benchmark{
					fmt.Sprintf("framework=%s/impl=%s/proto=1.1/request=%s", f.Name, implementation, r.Name),
					func(b *testing.B) { loopback(b, server(), connect(r)) },
				})
				if _, ok := server().(httpServer); ok {
					benchmarks = append(benchmarks, benchmark{
						fmt.Sprintf("framework=%s/impl=%s/proto=2/request=%s", f.Name, implementation, r.Name),
						func(b *testing.B) { loopback(b, server(), connectHTTP2(r)) },
					})
				}
			}
			add("none", func() Server { return f.without(r) })
			for _, i := range f.Implementations {
				add(i.Name, func() Server { return i.New(Policy) })
			}
		}
	}
	run(b, benchmarks)
}

// A client returns a function that sends a request and reads the response, and one that
// closes the connection.
type client func(address string) (exchange func() error, closes func(), err error)

func loopback(b *testing.B, s Server, connect client) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer s.Start(listener)()
	// Enough connections that the server has work while clients wait.
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		exchange, closes, err := connect(listener.Addr().String())
		if err != nil {
			b.Error(err)
			return
		}
		defer closes()
		for pb.Next() {
			if err := exchange(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

func connect(r Request) client {
	return func(address string) (func() error, func(), error) {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return nil, nil, err
		}
		responses := bufio.NewReader(c)
		return func() error {
			if _, err := io.WriteString(c, r.Wire); err != nil {
				return err
			}
			response, err := http.ReadResponse(responses, nil)
			if err != nil {
				return err
			}
			return discard(response)
		}, func() { c.Close() }, nil
	}
}

// connectHTTP2 sends a request by HTTP/2 without TLS.
func connectHTTP2(r Request) client {
	return func(address string) (func() error, func(), error) {
		request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(r.Wire)))
		if err != nil {
			return nil, nil, err
		}
		request.RequestURI, request.URL.Scheme, request.URL.Host = "", "http", address
		request.Header.Del("Connection")
		protocols := new(http.Protocols)
		protocols.SetUnencryptedHTTP2(true)
		transport := &http.Transport{Protocols: protocols, DisableCompression: true}
		return func() error {
			response, err := transport.RoundTrip(request)
			if err != nil {
				return err
			}
			if response.ProtoMajor != 2 {
				return fmt.Errorf("the response came over %s", response.Proto)
			}
			return discard(response)
		}, transport.CloseIdleConnections, nil
	}
}

func discard(r *http.Response) error {
	_, err := io.Copy(io.Discard, r.Body)
	return errors.Join(err, r.Body.Close())
}
