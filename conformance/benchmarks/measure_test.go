package benchmarks

import (
	"math"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestEstimate(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   Estimate
	}{
		{[]float64{7}, Estimate{7, 0}},
		{[]float64{3, 1}, Estimate{2, 0.5}},
		{[]float64{5, 1, 100, 3, 2}, Estimate{3, 1.5}},
	} {
		if got := estimate(test.values); got != test.want {
			t.Errorf("estimate(%v) = %v, not %v", test.values, got, test.want)
		}
	}
}

// TestMean proves that what cannot be told from nothing, or seems to be less,
// counts as the least that is counted.
func TestMean(t *testing.T) {
	got := mean([]Times{{8, 8, 8}, {-5, -5, 1000}, {0.1}})
	if want := math.Cbrt(8); math.Abs(got-want) > 1e-9 {
		t.Errorf("mean is %v, not %v", got, want)
	}
}

// TestMeasure proves that what takes longer is seen to take longer, by about as
// much.
func TestMeasure(t *testing.T) {
	pause := func(d time.Duration) Case {
		return Case{Setup: func() func(int) {
			return func(n int) { time.Sleep(time.Duration(n) * d) }
		}}
	}
	group := Group{pause(time.Millisecond), pause(3 * time.Millisecond)}
	got := measure([]Group{group}, Options{Rounds: 5, Duration: 12 * time.Millisecond})
	if added := median(got[0][1].minus(got[0][0])); added < 1e6 || added > 4e6 {
		t.Errorf("added %v ns, not about two milliseconds", added)
	}
}

// TestLargestHeaderBlock proves that the largest attacks are as large as they
// can be: a server of net/http accepts them, and does not accept much more.
func TestLargestHeaderBlock(t *testing.T) {
	status := func(r Request) string {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer httpServer{http.HandlerFunc(handle)}.Start(listener)()
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		go c.Write([]byte(r.Wire))
		line := make([]byte, len("HTTP/1.1 000"))
		if _, err := c.Read(line); err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(string(line), "HTTP/1.1 ")
	}
	for _, a := range attacks {
		if got := status(a.of(hostileSizes[len(hostileSizes)-1])); got != "202" {
			t.Errorf("%s: answered with %s", a.name, got)
		}
	}
	if got := status(attacks[0].of(http.DefaultMaxHeaderBytes + 4*smallest)); got != "431" {
		t.Errorf("more than the largest: answered with %s", got)
	}
}

// TestLoopback proves that requests over sockets arrive, however many at a
// time.
func TestLoopback(t *testing.T) {
	for _, f := range Frameworks {
		for _, i := range f.Implementations {
			for _, r := range loopbackRequests {
				l, err := connect(i.New(Policy), r)
				if err != nil {
					t.Fatal(err)
				}
				l.run(1)
				l.run(100)
				l.close()
			}
		}
	}
}

// TestPopulations proves that the origins that are asked for are allowed or
// denied as they should be, by everyone.
func TestPopulations(t *testing.T) {
	for _, p := range populations {
		crowds, groups := crowds(p, Frameworks)
		for k, c := range crowds {
			if c.n > 100 {
				continue
			}
			for i, implementation := range c.implementations {
				x := implementation.New(p.config(c.n)).Exchange(Requests[1])
				p.run(x, c.ask, c.n)(1)
				got := x.Answer().Header.Get("Access-Control-Allow-Origin") != ""
				if got != c.ask.allowed {
					t.Errorf("%s: allowed is %v", groups[k][i+1].Name, got)
				}
			}
		}
	}
}
