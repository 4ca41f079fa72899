package cors_test

import (
	"fmt"

	cors "github.com/corskit/cors/core"
)

// A page at another port than the one that is listed wants to send a PATCH.
func ExampleEngine_Explain() {
	engine, err := cors.New(cors.Config{
		Paths:            []string{"/api/"},
		AllowOrigins:     []string{"https://app.example.com"},
		AllowMethods:     []string{"PUT", "DELETE"},
		AllowHeaders:     []string{"Content-Type"},
		AllowCredentials: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	explanation := engine.Explain(&cors.Request{
		Method:                      "OPTIONS",
		Path:                        "/api/posts/7",
		Origin:                      "https://app.example.com:8443",
		AccessControlRequestMethod:  "PATCH",
		AccessControlRequestHeaders: "content-type",
	})
	fmt.Print(explanation)
	// Output:
	// OPTIONS "/api/posts/7" for PATCH from "https://app.example.com:8443": blocked.
	//
	// "https://app.example.com:8443" differs from "https://app.example.com", which is
	// allowed, in the port.
	//
	// AllowMethods of Config 0 lacks PATCH.
	//
	// To allow it:
	// - Add "https://app.example.com:8443" to AllowOrigins of Config 0.
	// - Add "PATCH" to AllowMethods of Config 0.
	//
	// Config 0 governs the path: "/api/" of its Paths matches. Nothing allows the
	// origin.
	// The middleware answers with 403. These headers are set:
	//   Vary: Origin
	//
	// What a browser does:
	// - CORS-preflight request. Before the actual request, the browser asks for PATCH
	//   with content-type. (Fetch, "CORS-preflight request")
	// - CORS check: fails. The answer has no Access-Control-Allow-Origin. (Fetch,
	//   "CORS check")
	// - ok status: not reached. The status is 403. (Fetch, "CORS-preflight fetch",
	//   step 7)
	// - Access-Control-Allow-Methods: not reached. It has to cover PATCH. (Fetch,
	//   "CORS-preflight fetch", step 7.5)
	// - Access-Control-Allow-Headers: not reached. It has to cover content-type.
	//   (Fetch, "CORS-preflight fetch", step 7.7)
}
