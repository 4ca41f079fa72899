package probe_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
	cors "github.com/corskit/cors/core"
)

// A server that compares the beginning of an origin is compared with its policy.
func ExampleAudit() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Origin")
		if origin := r.Header.Get("Origin"); strings.HasPrefix(origin, "https://app.example.com") {
			w.Header().Set("Access-Control-Allow-Origin", origin)
		}
	}))
	defer server.Close()

	policy := cors.Config{
		AllowOrigins: []string{"https://app.example.com"},
		AllowMethods: []string{}, AllowHeaders: []string{}, // no more than the safelisted ones
	}
	plan, err := probe.Audit(&probe.Target{URL: server.URL, Transport: http.DefaultTransport}, nil, policy)
	if err != nil {
		panic(err)
	}
	fmt.Println(plan.Requests())
	report, err := plan.Run(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(report.Verdict)
	for _, finding := range report.Findings {
		fmt.Println(finding.Title)
	}
	// Output:
	// 35 requests (18 GET, 17 OPTIONS)
	// does-not-conform
	// A script at https://app.example.com.corscheck.example can read the response to GET, but the policy doesn't allow it.
	// A script at https://app.example.com:8443 can read the response to GET, but the policy doesn't allow it.
	// A script at https://app.example.com. can read the response to GET, but the policy doesn't allow it.
}
