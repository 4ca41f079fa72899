package benchmarks

import (
	"net/http"

	cors "github.com/corskit/cors/core"
)

// The parts of Policy, as the handwritten implementations send them.
const (
	methods     = "GET,POST,PUT,PATCH,DELETE"
	headers     = "Authorization,Content-Type"
	expose      = "Link,X-Total-Count"
	maxAge      = "3600"
	credentials = "true"
)

// isAllowed reports whether Policy allows an origin.
func isAllowed(origin string) bool {
	switch origin {
	case allowed, "https://admin.example.com", "https://www.example.net":
		return true
	}
	return false
}

// respond is the least code that applies Policy correctly. It sets the header
// of a response, with values that no other response has, and returns the status
// of a preflight response, or 0 if the next handler is to respond.
func respond(h http.Header, r *http.Request) (status int) {
	origin := r.Header["Origin"]
	ok := len(origin) == 1 && isAllowed(origin[0])
	isPreflight := r.Method == http.MethodOptions && len(origin) > 0 && len(r.Header["Access-Control-Request-Method"]) > 0
	switch {
	case !ok:
		h["Vary"] = []string{"Origin"}
		if isPreflight {
			return http.StatusForbidden
		}
		return 0
	case !isPreflight:
		v := &[4]string{"Origin", origin[0], credentials, expose}
		h["Vary"] = v[0:1:1]
		h["Access-Control-Allow-Origin"] = v[1:2:2]
		h["Access-Control-Allow-Credentials"] = v[2:3:3]
		h["Access-Control-Expose-Headers"] = v[3:4:4]
		return 0
	}
	v := &[6]string{"Origin", origin[0], credentials, methods, headers, maxAge}
	h["Vary"] = v[0:1:1]
	h["Access-Control-Allow-Origin"] = v[1:2:2]
	h["Access-Control-Allow-Credentials"] = v[2:3:3]
	h["Access-Control-Allow-Methods"] = v[3:4:4]
	h["Access-Control-Allow-Headers"] = v[4:5:5]
	h["Access-Control-Max-Age"] = v[5:6:6]
	return http.StatusNoContent
}

func handwrittenHTTP(cors.Config) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if status := respond(w.Header(), r); status != 0 {
				w.WriteHeader(status)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
