package cors_test

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// checkStack sends a request through the middlewares of two random engines to a
// handler that sets headers of CORS itself, and compares the response with what the
// innermost policy that applies grants.
func checkStack(t *testing.T, d *dice) (decided bool) {
	t.Helper()
	outer, err := newEngine(d.configs())
	if err != nil {
		return false
	}
	inner, err := newEngine(d.configs())
	if err != nil {
		return false
	}
	request := d.request()
	if !strings.HasPrefix(request.path, "/") || strings.Contains(request.path, "\n") {
		request.path = "/a/b"
	}
	r := httptest.NewRequest(request.method, request.path, nil)
	r.Host = request.host
	for name, value := range map[string]string{
		"Access-Control-Request-Method": request.requestMethod, "Access-Control-Request-Headers": request.requestHeaders,
		"Access-Control-Request-Private-Network": request.requestPrivate, "X-Tenant": request.tenant,
		"Sec-Fetch-Site": request.site, "Sec-Fetch-Mode": request.mode, "Sec-Fetch-Dest": request.dest,
	} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if request.hasOrigin {
		r.Header["Origin"] = []string{request.origin}
	}
	set := http.Header{}
	for range d.n(4) {
		set.Add(d.pick("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers", "Access-Control-Max-Age", "access-control-allow-origin"),
			d.pick("*", "https://evil.org", "true", request.origin))
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.n(3) == 0 {
			clear(w.Header())
		}
		maps.Copy(w.Header(), set)
		w.WriteHeader(http.StatusOK)
	})

	// The outer policy decides if it answers itself, else the inner one if it applies,
	// else the outer one.
	var asked cors.Request
	asked.ReadHTTP(r, nil)
	granted := outer.Decide(&asked)
	if _, answers := granted.Response(); !answers {
		if within := inner.Decide(&asked); within.HasPolicy() {
			granted = within
		}
	}
	if !granted.HasPolicy() {
		return false
	}
	want := http.Header{}
	granted.Apply(want)
	for name, stack := range map[string]http.Handler{
		"Enforce around": cors.Enforce(outer.Handler(inner.Handler(handler))),
		"Enforce within": outer.Handler(inner.Handler(cors.Enforce(handler))),
		"Enforce twice":  cors.Enforce(outer.Handler(cors.Enforce(inner.Handler(handler)))),
		"Enforce for the inner, within the outer": outer.Handler(cors.Enforce(inner.Handler(handler))),
		"bare": outer.Handler(inner.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))),
	} {
		w := httptest.NewRecorder()
		stack.ServeHTTP(w, r.Clone(t.Context()))
		got := w.Header()
		for header, values := range got {
			if cors.IsResponseHeader(header) && !slices.Equal(values, want[header]) {
				t.Fatalf("%s: %s is %q, want %q\nouter %+v\ninner %+v\n%s %s %v", name, header, values, want[header], outer.Configs(), inner.Configs(), r.Method, r.URL, r.Header)
			}
		}
		for header := range want {
			if header == "Vary" {
				for member := range strings.SplitSeq(want.Get("Vary"), ", ") {
					if !strings.Contains(strings.Join(got["Vary"], ", "), member) {
						t.Fatalf("%s: Vary is %q, want %q\nouter %+v\ninner %+v", name, got["Vary"], want["Vary"], outer.Configs(), inner.Configs())
					}
				}
			} else if got[header] == nil {
				t.Fatalf("%s: %s is missing\nouter %+v\ninner %+v\n%s %s %v", name, header, outer.Configs(), inner.Configs(), r.Method, r.URL, r.Header)
			}
		}
	}
	return true
}

func TestTheInnermostPolicyOwnsTheHeaders(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	decided := 0
	for range 350 {
		if checkStack(t, &dice{randomData(r, 200)}) {
			decided++
		}
	}
	if decided < 35 {
		t.Errorf("only %d stacks decide", decided)
	}
}

func FuzzStack(f *testing.F) {
	r := rand.New(rand.NewPCG(21, 22))
	for range 30 {
		f.Add(randomData(r, 200))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkStack(t, &dice{data}) })
}
