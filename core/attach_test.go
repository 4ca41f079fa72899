package cors_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// kindOf tells the segments of paths such as "/users/:id/*" apart.
func kindOf(segment string) cors.SegmentKind {
	switch {
	case strings.HasPrefix(segment, ":"):
		return cors.ParameterSegment
	case segment == "*":
		return cors.RestSegment
	case strings.ContainsAny(segment, ":*"):
		return cors.OtherSegment
	}
	return cors.LiteralSegment
}

func TestProblemsOfAttachedPoliciesNameTheCall(t *testing.T) {
	public := cors.Config{AllowOrigins: []string{"*"}}
	tests := []struct {
		name  string
		base  []cors.Config
		do    func(p *cors.Policies)
		codes []cors.Code
		want  string // a line each
	}{
		{"a group that has a policy", nil, func(p *cors.Policies) {
			p.Group("/api", public)
			p.Group("/api", public)
		}, []cors.Code{cors.CodeSamePaths}, `cors: Group("/api") already has a policy; remove one of the two calls`},
		{"a route that has a policy", nil, func(p *cors.Policies) {
			p.Route("/x", public)
			p.Route("/x", public)
		}, []cors.Code{cors.CodeSamePaths}, `cors: Route("/x") already has a policy; remove one of the two calls`},
		{"a group that has a policy under other names", nil, func(p *cors.Policies) {
			p.Group("users/:id/", public)
			p.Group("/users/:name", public)
		}, []cors.Code{cors.CodeSamePaths}, `cors: Group("/users/:name") has the same paths as Group("users/:id/"), which already has a policy; remove one of them`},
		{"a group that a Config of the base is for", []cors.Config{public, at(public, "/api/")}, func(p *cors.Policies) {
			p.Group("/api", public)
		}, []cors.Code{cors.CodeSamePaths}, `cors: Group("/api") has the same paths as Paths "/api/" of Config 1; remove one of them`},
		{"a group that an attached Config is for", nil, func(p *cors.Policies) {
			p.Group("/api", public)
			must(p.Engine().Attach(at(public, "/api/")))
		}, []cors.Code{cors.CodeSamePaths}, `cors: Config 1: Paths[0] "/api/": has the same paths as Group("/api"), which already has a policy; remove one of them`},
		{"a group that the Config of a reload is for", nil, func(p *cors.Policies) {
			p.Group("/api", public)
			must(p.Engine().Reload(at(public, "/api/")))
		}, []cors.Code{cors.CodeSamePaths}, `cors: Group("/api") has the same paths as Paths "/api/" of Config 0; remove one of them`},
		{"a group of the engine that has a policy", nil, func(p *cors.Policies) {
			must(p.Engine().AttachGroup("/api", public))
			must(p.Engine().AttachGroup("/api", public))
		}, []cors.Code{cors.CodeSamePaths}, `cors: AttachGroup("/api") already has a policy; remove one of the two calls`},
		{"a route of the engine that has a policy", nil, func(p *cors.Policies) {
			must(p.Engine().AttachRoute("/x/", public))
			must(p.Engine().AttachRoute("/x/", public))
		}, []cors.Code{cors.CodeSamePaths}, `cors: AttachRoute("/x/") already has a policy; remove one of the two calls`},
		{"a policy that is wrong in two ways", []cors.Config{public}, func(p *cors.Policies) {
			p.Group("/api", cors.Config{AllowOrigins: []string{"https://app.example.com/"}, MaxAge: 100000})
		}, []cors.Code{cors.CodeOriginPath, cors.CodeMaxAge}, `cors: Group("/api"): AllowOrigins[0] "https://app.example.com/":` + "\n" + `cors: Group("/api"): MaxAge "100000":`},
		{"a policy with paths of its own", nil, func(p *cors.Policies) {
			p.Group("/api", cors.Config{AllowOrigins: []string{"*"}, Paths: []string{"/x"}, PathRegexps: []string{"/y"}})
		}, []cors.Code{cors.CodePath, cors.CodePath}, `cors: Group("/api"): Paths isn't empty, and the call says which paths the policy applies to; leave it out` + "\n" + `cors: Group("/api"): PathRegexps isn't empty,`},
		{"a route's policy with paths of its own", nil, func(p *cors.Policies) {
			p.Route("/x", at(public, "/x"))
		}, []cors.Code{cors.CodePath}, `cors: Route("/x"): Paths isn't empty,`},
		{"a path that is wrong", nil, func(p *cors.Policies) { p.Route("/a//b", public) }, []cors.Code{cors.CodePath}, `cors: Route("/a//b") can't work: routers remove empty,`},
		{"a segment that is neither text nor a parameter", nil, func(p *cors.Policies) { p.Route("/v:version", public) }, []cors.Code{cors.CodePath}, `cors: Route("/v:version") has the segment "v:version", and a segment is plain text,`},
		{"a parameter as another router writes it", nil, func(p *cors.Policies) { p.Group("/users/{id}", public) }, []cors.Code{cors.CodePath}, `cors: Group("/users/{id}") has the segment "{id}", and a segment is plain text,`},
		{"a wildcard that isn't at the end", nil, func(p *cors.Policies) { p.Route("/*/x", public) }, []cors.Code{cors.CodePath}, `cors: Route("/*/x") has the segment "*", and a segment is plain text,`},
		{"a group that ends with a wildcard", nil, func(p *cors.Policies) { p.Group("/files/*", public) }, []cors.Code{cors.CodePath}, `cors: Group("/files/*") ends with a wildcard for the rest of the path, which is not a prefix; leave the wildcard out, or call Route("/files/*")`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := cors.NewPolicies(kindOf, tt.base...)
			err := panicOf(func() { tt.do(p) })
			var problems cors.ConfigErrors
			if !errors.As(err, &problems) {
				t.Fatalf("panic %v, want ConfigErrors", err)
			}
			var codes []cors.Code
			for _, problem := range problems {
				codes = append(codes, problem.Code)
			}
			if !reflect.DeepEqual(codes, tt.codes) {
				t.Errorf("codes %q, want %q", codes, tt.codes)
			}
			got := strings.Split(err.Error(), "\n")
			for i, want := range strings.Split(tt.want, "\n") {
				if i >= len(got) || !strings.HasPrefix(got[i], want) {
					t.Errorf("the error is\n%v\nwant a line that begins with\n%s", err, want)
				}
			}
		})
	}
}

func TestARefusedPolicyChangesNothing(t *testing.T) {
	public := cors.Config{AllowOrigins: []string{"*"}}
	p := cors.NewPolicies(kindOf, public)
	p.Group("/api", public)
	before := p.Engine().Configs()
	for _, do := range []func(){
		func() { p.Group("/api", public) },
		func() { p.Group("/new", at(public, "/x")) },
		func() { p.Group("/new", cors.Config{}) },
		func() { p.Route("/v:version", public) },
	} {
		if panicOf(do) == nil {
			t.Error("no panic")
		}
	}
	if !reflect.DeepEqual(p.Engine().Configs(), before) {
		t.Errorf("the Configs are %v, want %v", p.Engine().Configs(), before)
	}
	p.Group("/new", public) // which the refused policies haven't taken
}

func TestPoliciesTranslatePaths(t *testing.T) {
	public := cors.Config{AllowOrigins: []string{"*"}}
	p := cors.NewPolicies(kindOf)
	p.Group("users/:id", public)
	p.Route("/files/*", public)
	p.Route("/posts/", public)
	tests := []struct {
		path string
		want bool
	}{
		{"/users/1", true}, {"/users/1/a/b", true}, {"/users", false},
		{"/files/a/b", true}, {"/files", false},
		{"/posts/", true}, {"/posts", false}, {"/posts/1", false},
	}
	for _, tt := range tests {
		if d := p.Engine().Decide(&cors.Request{Method: "GET", Path: tt.path}); d.HasPolicy() != tt.want {
			t.Errorf("%s has a policy: %t, want %t", tt.path, d.HasPolicy(), tt.want)
		}
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// panicOf returns what do panics with, or nil.
func panicOf(do func()) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err, _ = problem.(error)
			if err == nil {
				err = errors.New(fmt.Sprint(problem))
			}
		}
	}()
	do()
	return nil
}
