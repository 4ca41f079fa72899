package watch

import (
	"testing"

	cors "github.com/corskit/cors/core"
)

func TestNoRequestWaitsForAnotherThatReads(t *testing.T) {
	cfg := cors.Config{AllowOrigins: []string{"https://app.example.com"}}
	e, err := cors.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	u := NewUsage(e)
	if err := e.Reload(cfg); err != nil {
		t.Fatal(err)
	}
	r := &cors.Request{Method: "GET", Path: "/", Origin: "https://app.example.com"}
	u.mu.Lock() // as a request does that reads
	u.Watch(r, e.Decide(r))
	u.mu.Unlock()
	if len(u.Unused()) != 1 {
		t.Error("the request counts, although the configuration was not read")
	}
	u.Watch(r, e.Decide(r))
	if len(u.Unused()) != 0 {
		t.Error("the request does not count")
	}
}
