package fetch

import (
	"net/http"
	"strings"
	"testing"
)

// TestCookiesOfOtherSites lets a user log in at a shop, and pages of other origins call
// it: which cookies does it see?
func TestCookiesOfOtherSites(t *testing.T) {
	const shop, neighbour, other, another = "https://shop.example", "https://app.shop.example:8443", "https://other.example", "https://another.example"
	eachProtocol(t, func(t *testing.T, w *web) {
		var seen string
		w.site(shop, func(rw http.ResponseWriter, r *http.Request) {
			seen = r.Header.Get("Cookie")
			var lines []string
			if r.URL.Path == "/login" {
				for _, cookie := range []string{
					"lax=1", "strict=1; SameSite=Strict; Secure", "none=1; SameSite=None; Secure", "insecure=1; SameSite=None",
					"apart=1; SameSite=None; Secure; Partitioned",
				} {
					lines = append(lines, "Set-Cookie: "+cookie)
				}
			}
			respond(rw, append(lines, "Access-Control-Allow-Origin: "+r.Header.Get("Origin"), "Access-Control-Allow-Credentials: true")...)
		})
		for _, tt := range []struct {
			title       string
			login, call string // the origins of the pages
			how         ThirdPartyCookies
			want        string
		}{
			{"a page of the site sees all but what is insecure", neighbour, neighbour, ThirdPartyAllowed, "lax strict none apart"},
			{"also where third parties are blocked", neighbour, neighbour, ThirdPartyBlocked, "lax strict none apart"},
			{"another site sees what is for any site", neighbour, other, ThirdPartyAllowed, "none"},
			{"nothing where third parties are blocked", neighbour, other, ThirdPartyBlocked, ""},
			{"nothing where they are partitioned, of a visit", neighbour, other, ThirdPartyPartitioned, ""},
			{"a sandboxed frame is another site", neighbour, "null", ThirdPartyAllowed, "none"},
			{"the same site by http is another one", neighbour, "http://app.shop.example", ThirdPartyAllowed, "none"},
			{"a third party sets what is for any site", other, neighbour, ThirdPartyAllowed, "none"},
			{"a third party sees what it has set", other, other, ThirdPartyAllowed, "none apart"},
			{"on pages of another site only what is not apart", other, another, ThirdPartyAllowed, "none"},
			{"a blocked third party sees what is apart", other, other, ThirdPartyBlocked, "apart"},
			{"and not on pages of another site", other, another, ThirdPartyBlocked, ""},
			{"a partitioned third party sees what it has set", other, other, ThirdPartyPartitioned, "none apart"},
			{"and not on pages of another site, either", other, another, ThirdPartyPartitioned, ""},
			{"nor does the site itself", other, neighbour, ThirdPartyPartitioned, ""},
		} {
			t.Run(tt.title, func(t *testing.T) {
				jar := NewCookieJar()
				for _, visit := range [][2]string{{tt.login, "/login"}, {tt.call, "/"}} {
					agent := w.agent(visit[0])
					agent.Jar, agent.ThirdPartyCookies = jar, tt.how
					response, err := agent.Fetch(t.Context(), &Request{URL: shop + visit[1], Credentials: CredentialsInclude})
					outcome(t, response, err)
					if err != nil {
						t.Fatal(err)
					}
				}
				if got := strings.ReplaceAll(strings.ReplaceAll(seen, "=1", ""), ";", ""); got != tt.want {
					t.Errorf("the shop sees %q, want %q", got, tt.want)
				}
			})
		}
	})
}

// A cookie that becomes Lax is no longer sent to other sites.
func TestACookieThatBecomesLax(t *testing.T) {
	jar := NewCookieJar()
	u, _ := parseURL("https://shop.example/", nil)
	jar.SetCookies(u.goURL(), []*http.Cookie{{Name: "a", Value: "1", SameSite: http.SameSiteNoneMode, Secure: true}})
	if n := len(jar.thirdPartyCookies(u.goURL(), "https://other.example", ThirdPartyAllowed)); n != 1 {
		t.Fatalf("%d cookies, want 1", n)
	}
	jar.SetCookies(u.goURL(), []*http.Cookie{{Name: "a", Value: "2", Secure: true}})
	if n := len(jar.thirdPartyCookies(u.goURL(), "https://other.example", ThirdPartyAllowed)); n != 0 {
		t.Errorf("%d cookies, want none", n)
	}
	if n := len(jar.Cookies(u.goURL())); n != 1 {
		t.Errorf("the site has %d cookies, want 1", n)
	}
}
