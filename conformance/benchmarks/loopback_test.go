package benchmarks

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
)

// BenchmarkLoopback measures whole servers, over connections of this machine
// that stay open. The client shares the processors with the server and does as
// little as it can.
func BenchmarkLoopback(b *testing.B) {
	var benchmarks []benchmark
	for _, f := range Frameworks {
		for _, r := range []Request{Requests[1], Requests[3]} {
			add := func(implementation string, server func() Server) {
				benchmarks = append(benchmarks, benchmark{
					fmt.Sprintf("framework=%s/impl=%s/request=%s", f.Name, implementation, r.Name),
					func(b *testing.B) { loopback(b, server(), r) },
				})
			}
			add("none", func() Server { return f.without(r) })
			for _, i := range f.Implementations {
				add(i.Name, func() Server { return i.New(Policy) })
			}
		}
	}
	run(b, benchmarks)
}

func loopback(b *testing.B, s Server, r Request) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer s.Start(listener)()
	// Enough connections that the server has work while clients wait.
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			b.Error(err)
			return
		}
		defer c.Close()
		responses := bufio.NewReader(c)
		for pb.Next() {
			io.WriteString(c, r.Wire)
			response, err := http.ReadResponse(responses, nil)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, response.Body)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
