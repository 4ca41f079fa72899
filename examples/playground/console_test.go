package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/corskit/cors/conformance/fetch"
)

// The page explains pasted messages, so it has to recognize those that it shows.
func TestMessagesOfTheConsoleAreRecognizedWhenTheyArePasted(t *testing.T) {
	const origin = "https://app.example.com"
	for _, test := range []struct {
		title         string
		preflight     int               // its status
		allow, actual map[string]string // headers of the preflight's response and of the other
		step          fetch.Step
		field         string // of the finding
	}{
		{"nothing allows the origin", 204, nil, nil, fetch.StepAllowOriginMissing, "allowOrigins"},
		{"another origin is allowed", 204, map[string]string{"Allow-Origin": "https://b.example"}, nil, fetch.StepAllowOrigin, "allowOrigins"},
		{"the wildcard meets credentials", 204, map[string]string{"Allow-Origin": "*"}, nil, fetch.StepAllowOrigin, "allowOrigins"},
		{"credentials aren't allowed", 204, map[string]string{"Allow-Origin": origin}, nil, fetch.StepAllowCredentials, "allowCredentials"},
		{"the preflight fails", 401, map[string]string{"Allow-Origin": origin, "Allow-Credentials": "true"}, nil, fetch.StepPreflightStatus, ""},
		{"the method isn't allowed", 204, map[string]string{"Allow-Origin": origin, "Allow-Credentials": "true"}, nil, fetch.StepPreflightMethod, "allowMethods"},
		{"the header isn't allowed", 204, map[string]string{"Allow-Origin": origin, "Allow-Credentials": "true", "Allow-Methods": "PUT"}, nil, fetch.StepPreflightHeader, "allowHeaders"},
		{"the response lacks the header", 204, map[string]string{"Allow-Origin": origin, "Allow-Credentials": "true", "Allow-Methods": "PUT", "Allow-Headers": "x-a"}, nil, fetch.StepAllowOriginMissing, "allowOrigins"},
	} {
		t.Run(test.title, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				headers, status := test.actual, http.StatusOK
				if r.Method == http.MethodOptions {
					headers, status = test.allow, test.preflight
				}
				for name, value := range headers {
					w.Header().Set("Access-Control-"+name, value)
				}
				w.WriteHeader(status)
			}))
			defer server.Close()
			agent, err := fetch.NewAgent(origin)
			if err != nil {
				t.Fatal(err)
			}
			_, err = agent.Fetch(t.Context(), &fetch.Request{URL: server.URL + "/x", Method: "PUT", Headers: fetch.HeaderList{{Name: "X-A", Value: "1"}}, Credentials: fetch.CredentialsInclude})
			failure, ok := err.(*fetch.NetworkError)
			if !ok || failure.Step != test.step {
				t.Fatalf("the fetch ends with %v, want %s", err, test.step)
			}
			console := consoleOf(failure)
			for source, message := range map[string]string{"Chromium": console.Chromium, "Firefox": console.Firefox} {
				got := diagnose(message)
				if got.Source != source || len(got.Findings) != 1 || got.Findings[0].Field != test.field {
					t.Errorf("%s\nis taken for one of %q with %+v, want %s and the field %q", message, got.Source, got.Findings, source, test.field)
				}
			}
			if isPreflight := strings.Contains(console.Chromium, "preflight"); isPreflight != failure.Preflight {
				t.Errorf("%s\nspeaks of a preflight: %t, want %t", console.Chromium, isPreflight, failure.Preflight)
			}
		})
	}
	if got := consoleOf(&fetch.NetworkError{Step: fetch.StepNetwork}); got != nil {
		t.Errorf("without a response, the message is %+v", got)
	}
}
