package conformance

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

// A recorded browser returns prepared observations.
type recorded struct {
	engine string
	seen   Observation
	err    error
	opened []string
}

func (b *recorded) Engine() string { return b.engine }

func (b *recorded) Open(origin string, _ *Server, via http.RoundTripper) (Page, error) {
	way := "straight"
	if via != nil {
		way = "by a way"
	}
	b.opened = append(b.opened, origin+" "+way)
	return b, nil
}

func (b *recorded) Fetch(context.Context, *Script) (Observation, error) { return b.seen, b.err }

func times(n int) *int { return &n }

func TestWhatABrowserSeesIsJudged(t *testing.T) {
	readable := Observation{
		Type: fetch.ResponseCORS, Status: 200, Body: "GET /data",
		Headers: map[string]string{"x-total-count": "42"}, Preflights: 1, Requests: 1,
	}
	blocked := Observation{Blocked: true, Preflights: 1}
	covers := []Departure{{Engines: []string{"chromium", "webkit"}, Does: "covers it", Reference: "https://example.com", Expect: Expectation{Result: "readable", Status: "200"}}}
	tests := []struct {
		name       string
		engine     string
		seen       Observation
		err        error
		expect     Expectation
		departures []Departure
		complaint  string // a part of it, or nothing
	}{
		{"all that is expected", "firefox", readable, nil, Expectation{Result: "readable", Status: "200", Visible: map[string]string{"X-Total-Count": "42"}, Hidden: []string{"X-Secret"}, Body: "GET", Unseen: "secret", Preflights: times(1), Requests: times(1)}, nil, ""},
		{"a response where none is to be read", "firefox", readable, nil, Expectation{Result: "blocked"}, nil, "can read the response"},
		{"a response where it is to be opaque", "firefox", readable, nil, Expectation{Result: "opaque"}, nil, "type cors"},
		{"another status", "firefox", readable, nil, Expectation{Result: "readable", Status: "204"}, nil, "status 200"},
		{"another value of a header", "firefox", readable, nil, Expectation{Result: "readable", Visible: map[string]string{"X-Total-Count": "41"}}, nil, `"42"`},
		{"a header that is hidden", "firefox", readable, nil, Expectation{Result: "readable", Visible: map[string]string{"X-Secret": "1"}}, nil, "cannot see"},
		{"a header that is to be hidden", "firefox", readable, nil, Expectation{Result: "readable", Hidden: []string{"X-Total-Count"}}, nil, "can see"},
		{"another body", "firefox", readable, nil, Expectation{Result: "readable", Body: "PUT"}, nil, "must see"},
		{"a body that is to be unseen", "firefox", readable, nil, Expectation{Result: "any", Unseen: "GET"}, nil, "must not see"},
		{"another number of preflights", "firefox", readable, nil, Expectation{Result: "readable", Preflights: times(0)}, nil, "1 preflights"},
		{"another number of requests", "firefox", readable, nil, Expectation{Result: "readable", Requests: times(2)}, nil, "1 requests"},
		{"a network error that is expected", "firefox", blocked, nil, Expectation{Result: "blocked", Requests: times(0)}, nil, ""},
		{"a network error in place of a response", "firefox", blocked, nil, Expectation{Result: "readable"}, nil, "is blocked, and must be readable"},
		{"a network error at a step that is not told", "firefox", blocked, nil, Expectation{Result: "blocked", Step: "preflight: method"}, nil, ""},
		{"a network error after another number of requests", "firefox", blocked, nil, Expectation{Result: "blocked", Requests: times(1)}, nil, "0 requests"},
		{"nothing that can be judged", "firefox", Observation{}, errors.New("no server responds"), Expectation{Result: "blocked"}, nil, "no server responds"},
		{"the departure of the engine", "chromium", readable, nil, Expectation{Result: "blocked"}, covers, ""},
		{"the departure of the second engine", "webkit", readable, nil, Expectation{Result: "blocked"}, covers, ""},
		{"the departure of another engine", "firefox", readable, nil, Expectation{Result: "blocked"}, covers, "can read the response"},
		{"the departure of an engine by package fetch", "", readable, nil, Expectation{Result: "blocked"}, covers, "can read the response"},
		{"a departure that the engine no longer has", "chromium", blocked, nil, Expectation{Result: "blocked"}, covers, `("covers it"): delete the departure`},
		{"a departure into something else", "chromium", Observation{Type: fetch.ResponseCORS, Status: 500}, nil, Expectation{Result: "blocked"}, covers, "status 500"},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.name, " ", "-"), func(t *testing.T) {
			c := &Case{Steps: []Step{{Script: &Script{Origin: "https://app.example.com", Expect: tt.expect, Departures: tt.departures}}}}
			err := c.CheckIn(t.Context(), &Server{URL: "http://127.0.0.1"}, &recorded{engine: tt.engine, seen: tt.seen, err: tt.err})
			if tt.complaint == "" && err != nil {
				t.Error(err)
			}
			if tt.complaint != "" && (err == nil || !strings.Contains(err.Error(), tt.complaint)) {
				t.Errorf("got %v, want a complaint with %q", err, tt.complaint)
			}
		})
	}
}

func TestScriptsOfOneOriginAndWayShareAPage(t *testing.T) {
	step := func(s Script) Step {
		s.Expect.Result = "any"
		return Step{Script: &s}
	}
	c := &Case{Policy: []cors.Config{{}}, Steps: []Step{
		step(Script{Origin: "https://a.example"}),
		step(Script{Origin: "https://b.example"}),
		step(Script{Origin: "https://a.example", Method: "PUT"}),
		step(Script{Origin: "https://a.example", Through: "cache"}),
		step(Script{Origin: "https://a.example", Through: "cache", Credentials: "omit"}),
		step(Script{Origin: "https://a.example", Rewritten: []string{"x-a"}}),
		step(Script{Origin: "https://a.example", Rewritten: []string{"x-b"}}),
	}}
	b := new(recorded)
	if err := c.CheckIn(t.Context(), &Server{URL: "http://127.0.0.1"}, b); err != nil {
		t.Fatal(err)
	}
	want := []string{"https://a.example straight", "https://b.example straight", "https://a.example by a way", "https://a.example by a way", "https://a.example by a way"}
	if !slices.Equal(b.opened, want) {
		t.Errorf("the pages are %q, want %q", b.opened, want)
	}
}

func TestDeparturesAreChecked(t *testing.T) {
	good := Departure{Engines: []string{"firefox"}, Does: "keeps nothing", Reference: "https://example.com", Expect: Expectation{Result: "readable"}}
	change := func(change func(*Departure)) []Departure {
		d := good
		change(&d)
		return []Departure{d}
	}
	tests := []struct {
		name       string
		departures []Departure
		says       string
	}{
		{"a departure", []Departure{good}, ""},
		{"one each of two engines", []Departure{good, change(func(d *Departure) { d.Engines = []string{"webkit", "chromium"} })[0]}, ""},
		{"no engine", change(func(d *Departure) { d.Engines = nil }), "number 1 has none"},
		{"an unknown engine", change(func(d *Departure) { d.Engines = []string{"servo"} }), `"servo"`},
		{"an engine twice", []Departure{good, good}, `"firefox": write each`},
		{"nothing that it does", change(func(d *Departure) { d.Does = "" }), "does: is missing"},
		{"a reference that is no address", change(func(d *Departure) { d.Reference = "bug 1" }), `reference "bug 1"`},
		{"an outcome that is none", change(func(d *Departure) { d.Expect.Result = "odd" }), `"odd" is neither`},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.name, " ", "-"), func(t *testing.T) {
			s := Step{Script: &Script{Expect: Expectation{Result: "blocked"}, Departures: tt.departures}}
			err := s.check(0)
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want an error with %q", err, tt.says)
			}
		})
	}
}
