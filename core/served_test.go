package cors_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	cors "github.com/corskit/cors/core"
)

// A file server unescapes and cleans the path below a catch-all route by itself.
func TestAFileServerServesNothingPastAStrictPolicy(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"private", "public"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"private/s.txt": "secret", "public/s.txt": "public"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := http.FileServer(http.Dir(dir))
	mux := http.NewServeMux()
	mux.Handle("/", files)
	strict := with(at(https, "/private/"), func(c *cors.Config) { c.RejectDisallowed = true })
	for name, configs := range map[string][]cors.Config{
		"beside any origin":         {public, strict},
		"beside another's policy":   {{AllowOrigins: []string{evil}}, strict},
		"beside paths without one":  {strict},
		"in an expression":          {public, {PathRegexps: []string{"/private/.*"}, AllowOrigins: https.AllowOrigins, RejectDisallowed: true}},
		"beside any in a directory": {{Paths: []string{"/public/"}, AllowOrigins: []string{"*"}}, strict},
	} {
		engine := mustNew(t, configs...)
		for server, handler := range map[string]http.Handler{"FileServer": files, "ServeMux": mux} {
			t.Run(name+", "+server, func(t *testing.T) {
				secrets := 0
				for _, path := range []string{
					"/private/s.txt", "//private/s.txt", "/public/..%2Fprivate/s.txt", "/public%2F..%2Fprivate/s.txt", "/private%2Fs.txt", "/%2Fprivate/s.txt",
					"/.%2Fprivate/s.txt", "/./private/s.txt", "/%70rivate/s.txt", "/public/../private/s.txt", "/public/%2e%2e/private/s.txt",
				} {
					for _, origin := range []string{evil, app1} {
						request := httptest.NewRequest(http.MethodGet, path, nil)
						request.Header.Set("Origin", origin)
						request.Header.Set("Sec-Fetch-Site", "cross-site")
						w := httptest.NewRecorder()
						engine.Handler(handler).ServeHTTP(w, request)
						if w.Body.String() != "secret" {
							continue
						}
						secrets++
						if origin == evil {
							t.Errorf("%s is served to another site, with %v", path, w.Header())
						}
					}
				}
				if secrets == 0 {
					t.Error("the trusted site gets nothing, so that nothing is tested")
				}
			})
		}
	}
}

func TestServedPath(t *testing.T) {
	engine := mustNew(t, public, at(https, "/admin/"), cors.Config{PathRegexps: []string{"/x/[^/]*"}, AllowOrigins: https.AllowOrigins, AllowCredentials: true})
	for _, tt := range []struct {
		path    string
		allowed bool // to anybody
	}{
		{"/other", true}, {"/other/.well-known/x", true}, {"/other/...", true}, {"/a.b/c", true}, {"/other%20x", true}, {"/100%", true}, {"/a%2Fb", true},
		{"/admin/x", false}, {"/other/..%2Fadmin", false}, {"/other/../admin", false}, {"//admin", false}, {"/%61dmin/x", false}, {"/./admin", false}, {"/other/..", true}, {"/admin/../other", false},
		{"/x%2Fy", false}, {"/%61dmin%zz", true},
	} {
		d := engine.Decide(&cors.Request{Method: http.MethodGet, Path: tt.path, Origin: evil})
		if d.Allowed() != tt.allowed {
			t.Errorf("%s: allowed %t", tt.path, d.Allowed())
		}
	}
}
