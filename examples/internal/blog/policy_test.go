package blog

import (
	"testing"

	cors "github.com/corskit/cors/core"
)

func TestPolicy(t *testing.T) {
	const trusted = "http://localhost:8081"
	engine, err := cors.New(Policy(trusted)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name         string
		path, origin string
		allowed      bool
	}{
		{"the trusted site reads all posts", "/posts", trusted, true},
		{"the trusted site reads the public posts", "/public/posts", trusted, true},
		{"another port of its host does not read all posts", "/posts", "http://localhost:8082", false},
		{"another port of its host reads the public posts", "/public/posts/1", "http://localhost:8082", true},
		{"another scheme does not read all posts", "/posts", "https://localhost:8081", false},
		{"another name of its host does not read all posts", "/posts", "http://127.0.0.1:8081", false},
		{"an opaque origin does not read who is logged in", "/me", "null", false},
		{"an opaque origin reads the public posts", "/public/posts", "null", true},
		{"a path that only begins alike is not public", "/publicity", "http://localhost:8082", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := engine.Decide(&cors.Request{Method: "GET", Path: tt.path, Origin: tt.origin})
			if d.Allowed() != tt.allowed {
				t.Errorf("allowed is %t, because of %v", d.Allowed(), d.Reason())
			}
		})
	}
}
