package loopback

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestARequestIsFinishedBeforeTheEnd(t *testing.T) {
	l, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(l.URL(), "http://127.0.0.1:") {
		t.Errorf("URL is %s", l.URL())
	}
	ctx, interrupt := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- l.Serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			interrupt()
			time.Sleep(100 * time.Millisecond)
			_, _ = io.WriteString(w, "done")
		}))
	}()
	resp, err := http.Get(l.URL())
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

func TestListenRefusesAPortThatIsTaken(t *testing.T) {
	first, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	port := first.Listener.Addr().(*net.TCPAddr).Port
	if _, err := Listen(port); !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "-port") {
		t.Errorf("error is %v", err)
	}
	first.Close()
	second, err := Listen(port)
	if err != nil {
		t.Fatalf("a port that was given back is refused: %v", err)
	}
	second.Close()
}

func TestAServerThatFailsEnds(t *testing.T) {
	l, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := l.Serve(t.Context(), http.NotFoundHandler()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("ends with %v", err)
	}
}
