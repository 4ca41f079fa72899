package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/corskit/cors/conformance/fetch"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
		w.Header().Set("Access-Control-Allow-Methods", "PUT")
		w.Header().Set("Access-Control-Expose-Headers", "X-Total")
		w.Header().Set("X-Total", "7")
		w.Header().Set("X-Secret", "42")
	}))
	defer server.Close()

	agent, err := fetch.NewAgent("https://app.example.com")
	if err != nil {
		panic(err)
	}
	response, err := agent.Fetch(context.Background(), &fetch.Request{URL: server.URL, Method: "PUT"})
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	total, _ := response.Headers.Get("X-Total")
	_, isVisible := response.Headers.Get("X-Secret")
	fmt.Println(response.Type, response.Status, total, isVisible)

	_, err = agent.Fetch(context.Background(), &fetch.Request{URL: server.URL, Method: "DELETE"})
	var failure *fetch.NetworkError
	if errors.As(err, &failure) {
		fmt.Printf("%s: %s: %s\n", failure.Step, failure.Header, failure.Value)
		fmt.Println(failure.Reason + ". " + failure.Fix)
	}
	// Output:
	// cors 200 7 false
	// preflight: method: Access-Control-Allow-Methods: PUT
	// Method DELETE is not allowed by the Access-Control-Allow-Methods header. Send Access-Control-Allow-Methods: DELETE, among others.
}
