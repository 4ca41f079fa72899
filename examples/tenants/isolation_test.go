package main

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
)

// The registered origins of each tenant. Both have one of them.
var registered = map[string][]string{
	"ada": {"https://ada.example.com", "https://both.example.org", "https://*.ada.example.com", "http://localhost:*"},
	"bob": {"https://bob.example.com", "https://both.example.org"},
	"eve": {},
}

func registeredInstance(t testing.TB) *directory {
	s, err := openSQLite(t.Context(), t.TempDir()+"/tenants.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	for id, origins := range registered {
		if err := s.add(t.Context(), []tenant{newTenant(id, "x", origins...)}); err != nil {
			t.Fatal(err)
		}
	}
	d, err := newDirectory(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAnOriginOpensTheTenantsThatRegisteredIt(t *testing.T) {
	api := newAPI(nil, registeredInstance(t), nil)
	for _, tt := range []struct {
		name, origin string
		opens        []string
	}{
		{"an origin of one tenant", "https://ada.example.com", []string{"ada"}},
		{"an origin of the other", "https://bob.example.com", []string{"bob"}},
		{"an origin of both", "https://both.example.org", []string{"ada", "bob"}},
		{"an origin that a pattern matches", "https://www.ada.example.com", []string{"ada"}},
		{"a port that a pattern matches", "http://localhost:3000", []string{"ada"}},
		{"an origin of nobody", "https://eve.example.com", nil},
		{"another scheme", "http://ada.example.com", nil},
		{"another port", "https://ada.example.com:8443", nil},
		{"a name that ends alike", "https://evilada.example.com", nil},
		{"no serialized origin", "https://ada.example.com/", nil},
		{"the opaque origin", "null", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, id := range []string{"ada", "bob", "eve", "nobody"} {
				r := httptest.NewRequest("GET", "/tenants/"+id+"/data", nil)
				r.Header.Set("Origin", tt.origin)
				w := httptest.NewRecorder()
				api.ServeHTTP(w, r)
				opened := w.Code == 200 && w.Header().Get("Access-Control-Allow-Origin") == tt.origin
				refused := w.Code == 403 && w.Header().Get("Access-Control-Allow-Origin") == "" && w.Body.Len() == 0
				if want := slices.Contains(tt.opens, id); opened != want || refused == want {
					t.Errorf("for %s, the response is %d %v %s", id, w.Code, w.Header(), w.Body)
				}
			}
		})
	}
}

// Whatever the path, the engine and the router read the same tenant in it: what
// a page can read, or gets a response to, belongs to a tenant that has registered
// its origin.
func FuzzAPathNamesOneTenant(f *testing.F) {
	for _, path := range []string{
		"/tenants/ada/data", "/tenants/bob/data", "/tenants/%61da/data", "/tenants/bo%62/data", "/tenants/ada%2Fdata",
		"/tenants/ada%2F..%2Fbob/data", "/tenants/bob%2Fdata/data", "/tenants/ada/../bob/data", "/tenants/ada/%2e%2e/bob/data",
		"//tenants/bob/data", "/tenants//bob/data", "/tenants/bob/data/", "/tenants/bob/data?tenant=ada", "/tenants/bob;ada/data",
		"/tenants/ada\\bob/data", "/tenants/bob%00/data", "/TENANTS/bob/data", "/tenants/./bob/data", "/tenants/tenants/ada/data",
		"/tenants/%2Ftenants%2Fada/data", "/tenants/ada", "/tenants/", "*",
	} {
		f.Add(path, true)
		f.Add(path, false)
	}
	api := newAPI(nil, registeredInstance(f), nil)
	f.Fuzz(func(t *testing.T, path string, isAda bool) {
		owner, origin := "bob", "https://bob.example.com"
		if isAda {
			owner, origin = "ada", "https://ada.example.com"
		}
		u, err := url.ParseRequestURI(path)
		if err != nil || u.Host != "" {
			t.Skip()
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL, r.RequestURI = u, path
		r.Header.Set("Origin", origin)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		var data struct{ Tenant string }
		if err := json.Unmarshal(w.Body.Bytes(), &data); err != nil || data.Tenant == "" {
			return // no data
		}
		if allowed := w.Header()["Access-Control-Allow-Origin"]; !slices.Equal(allowed, []string{origin}) {
			t.Errorf("%q gets what is %s's with Access-Control-Allow-Origin %q", origin, data.Tenant, allowed)
		}
		if data.Tenant != owner {
			t.Errorf("%q gets what is %s's", origin, data.Tenant)
		}
	})
}
