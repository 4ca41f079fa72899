package examples

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/corskit/cors/examples/internal/drive"
	"github.com/corskit/cors/examples/internal/sites"
)

// What each page must find. An empty detail matches any.
var (
	trustedCalls = []sites.Call{
		{ID: "public-posts", Outcome: sites.Worked, Detail: "2 posts"},
		{ID: "posts", Outcome: sites.Worked, Detail: "3 posts, X-Total-Count: 3"},
		{ID: "create", Outcome: sites.Worked, Detail: "post 4"},
		{ID: "create-without-token", Outcome: sites.Worked, Detail: "status 401: writing needs a token: send the header Authorization: Bearer demo-token"},
		{ID: "update", Outcome: sites.Worked, Detail: "“Changed by the trusted site”"},
		{ID: "delete", Outcome: sites.Worked, Detail: "post 4 is gone"},
		{ID: "login", Outcome: sites.Worked, Detail: "as ada"},
		{ID: "me", Outcome: sites.Worked, Detail: "ada"},
	}
	untrustedCalls = []sites.Call{
		{ID: "public-posts", Outcome: sites.Worked, Detail: "2 posts"},
		{ID: "posts", Outcome: sites.Blocked},
		{ID: "create", Outcome: sites.Blocked},
		{ID: "create-without-token", Outcome: sites.Blocked},
		{ID: "update", Outcome: sites.Blocked},
		{ID: "delete", Outcome: sites.Blocked},
		{ID: "login", Outcome: sites.Blocked},
		{ID: "me", Outcome: sites.Blocked},
	}
)

// One browser visits both sites, the trusted one first. So the user is logged
// in, and the untrusted page's requests carry the cookie: only CORS keeps it
// from reading the responses.
func TestInABrowser(t *testing.T) {
	visited := programs
	if os.Getenv("CI") == "" {
		visited = programs[:1] // TestAPI sends all of them what the pages send
	}
	for _, program := range visited {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			r := start(t, program)
			browser := drive.Chromium.Start(t)

			browser.Open(r.trusted)
			check(t, "trusted", report(t, r.trusted), trustedCalls)

			_, before := get(t, r.api+"/posts")
			browser.Open(r.untrusted)
			check(t, "untrusted", report(t, r.untrusted), untrustedCalls)
			if _, after := get(t, r.api+"/posts"); after != before {
				t.Errorf("the untrusted page turned the posts\n%sinto\n%s", before, after)
			}
		})
	}
}

func check(t *testing.T, site string, got sites.Report, want []sites.Call) {
	t.Helper()
	if len(got.Calls) != len(want) {
		t.Fatalf("the %s page reports %d calls, want %d", site, len(got.Calls), len(want))
	}
	for i, call := range got.Calls {
		w := want[i]
		if call.ID != w.ID || call.Outcome != w.Outcome || w.Detail != "" && call.Detail != w.Detail {
			t.Errorf("the %s page reports of %s: %s, %q, want of %s: %s, %q", site, call.ID, call.Outcome, call.Detail, w.ID, w.Outcome, w.Detail)
		}
		if call.Expected != w.Outcome {
			t.Errorf("the %s page says of %s that it should have %s, want %s", site, call.ID, call.Expected, w.Outcome)
		}
	}
}

// report waits until a site's page has reported.
func report(t *testing.T, site string) sites.Report {
	t.Helper()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		resp, body := get(t, site+"/results")
		if resp.StatusCode == http.StatusNoContent {
			continue
		}
		var r sites.Report
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Fatalf("the page of %s reports nothing", site)
	return sites.Report{}
}
