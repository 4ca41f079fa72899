package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

// newInstance starts an instance of ada and bob.
func newInstance(t *testing.T) *instance {
	t.Helper()
	s := newSQLite(t)
	if err := s.add(t.Context(), demoTenants); err != nil {
		t.Fatal(err)
	}
	return start(t, s)
}

func TestAdmin(t *testing.T) {
	i := newInstance(t)
	const ada, bob = "Bearer ada-demo-token", "Bearer bob-demo-token"
	for _, step := range []struct {
		name          string
		method, path  string
		authorization string
		status        int
		contains      string
	}{
		{"at first there are no origins", "GET", "ada/origins", ada, 200, `{"origins":[]}`},
		{"one is registered", "PUT", "ada/origins?origin=https://b.example.com", ada, 200, `{"origins":["https://b.example.com"]}`},
		{"another is registered", "PUT", "ada/origins?origin=https://a.example.com", ada, 200, `{"origins":["https://a.example.com","https://b.example.com"]}`},
		{"one is registered again", "PUT", "ada/origins?origin=https://b.example.com", ada, 200, `{"origins":["https://a.example.com","https://b.example.com"]}`},
		{"a pattern is registered", "PUT", "ada/origins?origin=https://*.example.com", ada, 200, `{"origins":["https://*.example.com","https://a.example.com","https://b.example.com"]}`},
		{"they are listed", "GET", "ada/origins", ada, 200, `{"origins":["https://*.example.com","https://a.example.com","https://b.example.com"]}`},
		{"another tenant has none of them", "GET", "bob/origins", bob, 200, `{"origins":[]}`},
		{"one is removed", "DELETE", "ada/origins?origin=https://b.example.com", ada, 200, `{"origins":["https://*.example.com","https://a.example.com"]}`},
		{"one that was removed cannot be removed again", "DELETE", "ada/origins?origin=https://b.example.com", ada, 404, `the origin \"https://b.example.com\" is not registered: GET the list`},
		{"one that another tenant registered cannot be removed", "DELETE", "bob/origins?origin=https://a.example.com", bob, 404, "is not registered"},
		{"the query needs an origin", "PUT", "ada/origins", ada, 400, "the query has 0 origins: write one"},
		{"the query may not have two", "PUT", "ada/origins?origin=https://a.example.com&origin=https://c.example.com", ada, 400, "the query has 2 origins: write one"},
		{"removing needs an origin, too", "DELETE", "ada/origins", ada, 400, "the query has 0 origins: write one"},
		{"an invalid origin is refused", "PUT", "ada/origins?origin=https://c.example.com/", ada, 422, `write \"https://c.example.com\"`},
		{"nothing is listed without a token", "GET", "ada/origins", "", 401, "send the header Authorization: Bearer"},
		{"nothing is registered without a token", "PUT", "ada/origins?origin=https://c.example.com", "", 401, "token"},
		{"nothing is removed without a token", "DELETE", "ada/origins?origin=https://a.example.com", "", 401, "token"},
		{"the token of another tenant does not open the list", "GET", "ada/origins", bob, 401, "token"},
		{"the token of another tenant registers nothing", "PUT", "ada/origins?origin=https://c.example.com", bob, 401, "token"},
		{"the token of another tenant removes nothing", "DELETE", "ada/origins?origin=https://a.example.com", bob, 401, "token"},
		{"another scheme does not open it", "GET", "ada/origins", "Basic ada-demo-token", 401, "token"},
		{"the scheme is written in any case", "GET", "ada/origins", "bearer ada-demo-token", 200, "https://a.example.com"},
		{"no token opens a tenant that there is not", "GET", "eve/origins", ada, 401, "token"},
		{"an empty token opens none either", "GET", "eve/origins", "Bearer ", 401, "token"},
		{"what was refused has changed nothing", "GET", "ada/origins", ada, 200, `{"origins":["https://*.example.com","https://a.example.com"]}`},
		{"all can be removed", "DELETE", "ada/origins?origin=https://*.example.com", ada, 200, `{"origins":["https://a.example.com"]}`},
		{"the last one, too", "DELETE", "ada/origins?origin=https://a.example.com", ada, 200, `{"origins":[]}`},
	} {
		r, err := http.NewRequest(step.method, i.url+"/admin/tenants/"+step.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", step.authorization)
		resp, body := do(t, r)
		if resp.StatusCode != step.status || !strings.Contains(body, step.contains) {
			t.Errorf("%s: the response is %d, %s, want %d, %s", step.name, resp.StatusCode, body, step.status, step.contains)
		}
		if got, want := resp.Header.Get("WWW-Authenticate") == "Bearer", step.status == 401; got != want {
			t.Errorf("%s: WWW-Authenticate: Bearer is there: %t, want %t", step.name, got, want)
		}
	}
}

func do(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// An origin that cors.New refuses for data with credentials is not registered,
// and the customer learns why.
func TestWhatNewRefusesIsNotRegistered(t *testing.T) {
	i := newInstance(t)
	for _, origin := range []string{
		"", " ", "app.example.com", "https://app.example.com/", "https://app.example.com:443", "HTTPS://app.example.com",
		"https://bücher.example", "https://*", "https://*.github.io", "https://pr-*.vercel.app", "https://a.*.example.com",
		"http://app.example.com", "file://", "null", "*", "https://user@app.example.com", "https://app.example.com?", "https://127.1",
	} {
		t.Run(origin, func(t *testing.T) {
			_, err := cors.New(cors.Config{AllowOrigins: []string{origin}, AllowCredentials: true})
			var problem *cors.ConfigError
			if !errors.As(err, &problem) {
				t.Fatalf("cors.New says %v", err)
			}
			status, body := i.admin(t, "PUT", "ada", origin)
			var response struct{ Error string }
			if err := json.Unmarshal([]byte(body), &response); err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("%q: %s", problem.Value, problem.Message); status != 422 || response.Error != want {
				t.Errorf("the response is %d, %s, want 422, %s", status, response.Error, want)
			}
			if strings.Contains(response.Error, "AcceptRisks") {
				t.Errorf("the customer reads how to accept a risk: %s", response.Error)
			}
		})
	}
	if _, body := i.admin(t, "GET", "ada", ""); strings.TrimSpace(body) != `{"origins":[]}` {
		t.Errorf("what was refused is registered: %s", body)
	}
}

func TestATenantRegistersSoManyOriginsAndNoMore(t *testing.T) {
	i := newInstance(t)
	name := func(n int) string { return fmt.Sprintf("https://%d.example.com", n) }
	for n := range maxOrigins {
		i.must(t, "PUT", "ada", name(n))
	}
	if status, body := i.admin(t, "PUT", "ada", name(maxOrigins)); status != 422 || !strings.Contains(body, "there are already 100 origins") {
		t.Errorf("the response to one more is %d, %s", status, body)
	}
	i.must(t, "PUT", "ada", name(0)) // it is registered
	i.must(t, "PUT", "bob", name(0)) // that is another tenant
	i.must(t, "DELETE", "ada", name(0))
	i.must(t, "PUT", "ada", name(maxOrigins))
}

// The API with which origins are registered is not for pages, not even for
// pages of a registered origin.
func TestAdminIsNotOpenToOtherOrigins(t *testing.T) {
	i := newInstance(t)
	const site = "https://shop.example.com"
	i.must(t, "PUT", "ada", site)
	for _, method := range []string{"GET", "PUT", "DELETE", "OPTIONS"} {
		t.Run(method, func(t *testing.T) {
			r := httptest.NewRequest(method, "/admin/tenants/ada/origins?origin=https://x.example.com", nil)
			r.Header.Set("Origin", site)
			if method == "OPTIONS" {
				r.Header.Set("Access-Control-Request-Method", "PUT")
				r.Header.Set("Access-Control-Request-Headers", "authorization")
			} else {
				r.Header.Set("Authorization", "Bearer ada-demo-token")
			}
			w := httptest.NewRecorder()
			newAPI(i.store, i.directory, nil).ServeHTTP(w, r)
			for name := range w.Header() {
				if strings.HasPrefix(name, "Access-Control-") || name == "Vary" { // no Config applies to it
					t.Errorf("the response has %s: %s", name, w.Header().Get(name))
				}
			}
			if method == "OPTIONS" && w.Code < 400 {
				t.Errorf("the preflight response is %d", w.Code)
			}
		})
	}
}

func TestDataOfNoTenant(t *testing.T) {
	i := newInstance(t)
	resp, body := do(t, must(http.NewRequest("GET", i.url+"/tenants/eve/data", nil)))
	if resp.StatusCode != 404 || !strings.Contains(body, `there is no tenant \"eve\"`) {
		t.Errorf("the response is %d, %s", resp.StatusCode, body)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestThePreflightForData(t *testing.T) {
	i := newInstance(t)
	i.must(t, "PUT", "ada", "https://shop.example.com")
	for _, tt := range []struct {
		name, tenant string
		status       int
		allowed      []string
	}{
		{"the tenant's site may send a token", "ada", 204, []string{"https://shop.example.com"}},
		{"it may not to another tenant", "bob", 403, nil},
		{"it may not to one that there is not", "eve", 403, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := must(http.NewRequest("OPTIONS", i.url+"/tenants/"+tt.tenant+"/data", nil))
			r.Header.Set("Origin", "https://shop.example.com")
			r.Header.Set("Access-Control-Request-Method", "GET")
			r.Header.Set("Access-Control-Request-Headers", "authorization")
			resp, _ := do(t, r)
			if resp.StatusCode != tt.status || !slices.Equal(resp.Header["Access-Control-Allow-Origin"], tt.allowed) {
				t.Errorf("the response is %s %v", resp.Status, resp.Header)
			}
			if tt.allowed != nil && (resp.Header.Get("Access-Control-Allow-Headers") != "Authorization" || resp.Header.Get("Access-Control-Allow-Credentials") != "true") {
				t.Errorf("the response allows less: %v", resp.Header)
			}
			if !strings.HasPrefix(resp.Header.Get("Vary"), "Origin") {
				t.Errorf("Vary is %q", resp.Header.Get("Vary"))
			}
		})
	}
}

func TestWhileTheStoreIsAwayOnlyDataIsServed(t *testing.T) {
	s := newSQLite(t)
	if err := s.add(t.Context(), demoTenants); err != nil {
		t.Fatal(err)
	}
	i := start(t, s)
	i.must(t, "PUT", "ada", "https://shop.example.com")
	s.close()
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		r := must(http.NewRequest(method, i.url+"/admin/tenants/ada/origins?origin=https://shop.example.com", nil))
		r.Header.Set("Authorization", "Bearer ada-demo-token")
		resp, body := do(t, r)
		if resp.StatusCode != 503 || resp.Header.Get("Retry-After") != "1" || !strings.Contains(body, "the store is unavailable: try again") {
			t.Errorf("the response to %s is %s %v %s", method, resp.Status, resp.Header, body)
		}
	}
	if allowed, err := i.allows("ada", "https://shop.example.com"); !allowed || err != nil {
		t.Errorf("the site may read what is ada's: %t, %v", allowed, err)
	}
}
