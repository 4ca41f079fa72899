package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAPlaceIsBothAddressesOfLocalhost(t *testing.T) {
	p, err := listen(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	addresses := []string{"127.0.0.1"}
	if hasIPv6() {
		addresses = append(addresses, "::1")
	}
	if len(p.listeners) != len(addresses) {
		t.Fatalf("there are %d listeners, want %d", len(p.listeners), len(addresses))
	}
	for i, address := range addresses {
		got := p.listeners[i].Addr().(*net.TCPAddr)
		if !got.IP.Equal(net.ParseIP(address)) || got.Port != p.port {
			t.Errorf("listener %d is on %v, want %s, port %d", i, got, address, p.port)
		}
	}
	if got, want := p.origin(), fmt.Sprintf("http://localhost:%d", p.port); got != want {
		t.Errorf("origin is %s, want %s", got, want)
	}
}

func TestTheOriginOfTheDefaultPortHasNone(t *testing.T) {
	if got := (place{port: 80}).origin(); got != "http://localhost" {
		t.Errorf("origin is %s", got)
	}
}

func TestListenRefuses(t *testing.T) {
	hold := func(t *testing.T, network, address string) int {
		l, err := net.Listen(network, address)
		if err != nil {
			t.Skipf("%s is not to be had here: %v", address, err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l.Addr().(*net.TCPAddr).Port
	}
	for _, tt := range []struct {
		name string
		port func(*testing.T) int
	}{
		{"a port that is taken on the IPv4 address", func(t *testing.T) int { return hold(t, "tcp4", "127.0.0.1:0") }},
		{"a port that is taken on the IPv6 address only", func(t *testing.T) int { return hold(t, "tcp6", "[::1]:0") }},
		{"a port that is too high", func(*testing.T) int { return 65536 }},
		{"a port below zero", func(*testing.T) int { return -1 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if p, err := listen(tt.port(t)); err == nil {
				p.close()
				t.Errorf("listens on port %d", p.port)
			}
		})
	}
}

func TestNothingIsStartedUnlessAllCanBe(t *testing.T) {
	taken, err := listen(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(taken.close)
	var out strings.Builder
	err = run(t.Context(), &out, "Test", ports{untrusted: taken.port}, func(string) API {
		t.Error("the API is made")
		return nil
	})
	want := fmt.Sprintf("cannot listen on port %d for the untrusted site: bind: address already in use: choose another port with -untrusted (0 picks a free one)", taken.port)
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	if out.Len() > 0 {
		t.Errorf("prints %q", &out)
	}
}

func TestARequestIsFinishedBeforeTheEnd(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	t.Cleanup(interrupt)
	asked := make(chan struct{})
	printed, out := io.Pipe()
	api := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-ctx.Done()
		time.Sleep(100 * time.Millisecond)
		_, _ = io.WriteString(w, "done")
	})}
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, out, "Test", ports{}, func(string) API { return api }) }()

	var origin string
	if _, err := fmt.Fscanf(printed, "Test serves an API of posts at %s\n", &origin); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, printed) }()
	go func() {
		<-asked
		interrupt()
	}()
	resp, err := http.Get(origin)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "done" {
		t.Errorf("the response is %q, %v", body, err)
	}
	if err := <-ended; err != nil {
		t.Errorf("ends with %v", err)
	}
}

func TestAServerThatFailsEndsTheProgram(t *testing.T) {
	err := run(t.Context(), io.Discard, "Test", ports{}, func(string) API { return broken{} })
	if !errors.Is(err, errBroken) {
		t.Errorf("ends with %v, want %v", err, errBroken)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Serve(net.Listener) error       { return errBroken }
func (broken) Shutdown(context.Context) error { return nil }
