package config_test

import (
	"net/http"
	"reflect"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

// A policy has the same defaults in Go, JSON and the environment.
func TestDefaultsAreTheSameEverywhere(t *testing.T) {
	first := func(cfgs []cors.Config, err error) (cors.Config, error) {
		if err != nil {
			return cors.Config{}, err
		}
		return cfgs[0], nil
	}
	for name, read := range map[string]func() (cors.Config, error){
		"JSON": func() (cors.Config, error) {
			return first(config.ParseJSON([]byte(`{"allowOrigins": ["` + app + `"]}`)))
		},
		"environment": func() (cors.Config, error) { cfg, _, err := config.ParseEnviron([]string{allowsApp}); return cfg, err },
		"Django": func() (cors.Config, error) {
			cfg, _, err := config.ParseDjango([]byte(`{"CORS_ALLOWED_ORIGINS": ["` + app + `"]}`))
			return cfg, err
		},
	} {
		cfg, err := read()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, want := preflight(t, cfg), preflight(t, cors.Config{AllowOrigins: []string{app}}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: a preflight is answered with %v, and by a Config in Go with %v", name, got, want)
		}
	}
}

// preflight returns the headers of a preflight response.
func preflight(t *testing.T, cfg cors.Config) http.Header {
	engine, err := cors.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	header := make(http.Header)
	engine.Decide(&cors.Request{Method: "OPTIONS", Path: "/", Origin: app, AccessControlRequestMethod: "PUT"}).Apply(header)
	return header
}
