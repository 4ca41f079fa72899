package benchmarks

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// connectionsPerCPU keeps the server busy while others of the connections wait
// for an answer.
const connectionsPerCPU = 8

// A loopback is a server with connections to it that stay open.
type loopback struct {
	request     []byte
	connections []*bufio.ReadWriter
	close       func()
}

func connect(s Server, r Request) (*loopback, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &loopback{request: []byte(r.Wire)}
	stop := s.Start(listener)
	var connections []net.Conn
	l.close = func() {
		for _, c := range connections {
			c.Close()
		}
		stop()
	}
	for range connectionsPerCPU * runtime.GOMAXPROCS(0) {
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			l.close()
			return nil, err
		}
		connections = append(connections, c)
		l.connections = append(l.connections, bufio.NewReadWriter(bufio.NewReader(c), bufio.NewWriter(c)))
	}
	return l, nil
}

// run makes n requests, as many on each connection at a time as it is its turn.
func (l *loopback) run(n int) {
	var all sync.WaitGroup
	for i, c := range l.connections {
		share := n / len(l.connections)
		if i < n%len(l.connections) {
			share++
		}
		all.Go(func() {
			for range share {
				if err := roundTrip(c, l.request); err != nil {
					panic(err) // the server is ours and on this machine
				}
			}
		})
	}
	all.Wait()
}

// roundTrip is a client that does as little as it can: it shares the machine
// with the server.
func roundTrip(c *bufio.ReadWriter, request []byte) error {
	c.Write(request)
	if err := c.Flush(); err != nil {
		return err
	}
	body := 0
	for {
		line, err := c.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			_, err := io.CopyN(io.Discard, c, int64(body))
			return err
		}
		if value, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			if body, err = strconv.Atoi(value); err != nil {
				return err
			}
		}
	}
}

// loopbackRequests are those that are made over sockets.
var loopbackRequests = []Request{Requests[1], Requests[3]}

// Loopback measures whole servers, over connections of this machine that stay
// open.
func Loopback(o Options) (*Table, error) {
	t := &Table{
		Title: "Requests per second over loopback, keep-alive",
		Text: fmt.Sprintf("%d connections, client and server on the same %d CPUs (median ± half the interquartile range), and what is left of the rate without CORS.",
			connectionsPerCPU*runtime.GOMAXPROCS(0), runtime.GOMAXPROCS(0)),
		Columns: []string{""},
	}
	for _, r := range loopbackRequests {
		t.Columns = append(t.Columns, r.Title, "")
	}
	var groups []Group
	for _, f := range o.Frameworks {
		for _, r := range loopbackRequests {
			var group Group
			servers := []Server{f.without(r)}
			for _, i := range f.Implementations {
				servers = append(servers, i.New(Policy))
			}
			for _, s := range servers {
				l, err := connect(s, r)
				if err != nil {
					return nil, err
				}
				defer l.close()
				group = append(group, Case{Setup: func() func(int) { return l.run }})
			}
			groups = append(groups, group)
		}
	}
	measured := measure(groups, o)
	for k, f := range o.Frameworks {
		t.Rows = append(t.Rows, []string{f.Title + version(f.Module)})
		for i := range len(f.Implementations) + 1 {
			row := []string{"without CORS"}
			if i > 0 {
				row[0] = f.Implementations[i-1].Title + version(f.Implementations[i-1].Module)
			}
			for j := range loopbackRequests {
				group := measured[k*len(loopbackRequests)+j]
				rate := estimate(rates(group[i]))
				left := median(rates(group[i])) / median(rates(group[0]))
				row = append(row, fmt.Sprintf("%s ± %s", count(int(rate.Median)), count(int(rate.Spread))), fmt.Sprintf("%.1f %%", 100*left))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t, nil
}

// rates returns how often a second something happened that took so long.
func rates(t Times) []float64 {
	rates := make([]float64, len(t))
	for i := range t {
		rates[i] = 1e9 / t[i]
	}
	return rates
}
