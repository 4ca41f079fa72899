package main

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

const lead = "Access to fetch at 'https://api.example.com/posts' from origin 'https://app.example.com' has been blocked by CORS policy: "

func reason(words string) string {
	return "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://api.example.com/posts. (Reason: " + words + ")."
}

func TestMessagesOfBrowsers(t *testing.T) {
	const noCORS = " Have the server send the header with a valid value, or, if an opaque response serves your needs, set the request's mode to 'no-cors' to fetch the resource with CORS disabled."
	const origin, api = "https://app.example.com", "https://api.example.com/posts"
	for _, test := range []struct {
		text, source string
		cause        cause
		parts        []string // of the message, in the finding
	}{
		{lead + "No 'Access-Control-Allow-Origin' header is present on the requested resource. If an opaque response serves your needs, set the request's mode to 'no-cors' to fetch the resource with CORS disabled.", chromium, noAllowOrigin, []string{origin, api}},
		{"Access to XMLHttpRequest at 'http://localhost:8080/a' (redirected from 'http://localhost:8080/b') from origin 'http://localhost:3000' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.", chromium, noAllowOrigin, []string{"http://localhost:8080/a", "http://localhost:3000"}},
		{lead + "Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource.", chromium, noAllowOrigin, []string{origin, api}},
		{"No 'Access-Control-Allow-Origin' header is present on the requested resource", chromium, noAllowOrigin, []string{"The page's origin"}},
		{"Access to fetch at 'https://api.example.com/posts' from origin 'null' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.", chromium, nullOrigin, []string{api}},
		{lead + "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'. The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials attribute.", chromium, wildcardOrigin, []string{origin}},
		{lead + "The 'Access-Control-Allow-Origin' header contains multiple values 'https://a.example, https://b.example', but only one is allowed." + noCORS, chromium, severalAllowOrigins, []string{api}},
		{lead + "The 'Access-Control-Allow-Origin' header contains the invalid value 'app.example.com'." + noCORS, chromium, badAllowOrigin, []string{"is app.example.com,"}},
		{lead + "The 'Access-Control-Allow-Origin' header has a value 'https://other.example' that is not equal to the supplied origin." + noCORS, chromium, otherAllowOrigin, []string{"is https://other.example.", origin}},
		{lead + "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'.", chromium, noAllowCredentials, []string{origin}},
		{lead + "Response to preflight request doesn't pass access control check: It does not have HTTP ok status.", chromium, preflightStatus, []string{api}},
		{lead + "Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request.", chromium, preflightRedirect, []string{api}},
		{lead + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.", chromium, methodNotAllowed, []string{"PUT to AllowMethods", origin}},
		{lead + "Request field x-token", "", "", nil},
		{lead + "Request header field x-token is not allowed by Access-Control-Allow-Headers in preflight response.", chromium, headerNotAllowed, []string{"x-token to AllowHeaders", origin}},
		{lead + "Cannot parse Access-Control-Allow-Methods response header field in preflight response.", chromium, badAllowMethods, nil},
		{lead + "Cannot parse Access-Control-Allow-Headers response header field in preflight response.", chromium, badAllowHeaders, nil},
		{lead + "Redirect location 'https://u:p@other.example/' contains a username and password, which is disallowed for cross-origin requests.", chromium, badRedirect, nil},
		{lead + "Cross origin requests are not allowed by request mode.", chromium, wrongMode, []string{api}},
		{"Access to fetch at 'localhost:8080/posts' from origin 'http://localhost:3000' has been blocked by CORS policy: Cross origin requests are only supported for protocol schemes: chrome, chrome-extension, data, http, https.", chromium, wrongScheme, []string{"localhost:8080/posts"}},
		{lead + "No 'Access-Control-Allow-Private-Network' header was present in the preflight response for this private network request targeting the `local` address space.", chromium, noPrivateNetwork, nil},
		{lead + "Permission was denied for this request to access the `loopback` address space.", chromium, localNetwork, []string{origin, api}},
		{lead + "The request client is not a secure context and the resource is in more-private address space `local`.", chromium, localNetwork, nil},
		{"Mixed Content: The page at 'https://app.example.com/' was loaded over HTTPS, but requested an insecure XMLHttpRequest endpoint 'http://api.example.com/posts'. This request has been blocked; the content must be served over HTTPS.", chromium, mixedContent, []string{"http://api.example.com/posts"}},
		{`Refused to connect to 'https://api.example.com/posts' because it violates the following Content Security Policy directive: "connect-src 'self'".`, chromium, contentPolicy, []string{api}},
		{"Access to fetch at 'https://login.example/authorize?x' (redirected from 'https://api.example.com/posts') from origin 'null' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.", chromium, redirected, []string{"https://api.example.com/posts redirects to https://login.example/authorize?x", "Don't allow null"}},
		{"Access to fetch at 'https://api.example.com/posts' (redirected from 'http://api.example.com/posts') from origin 'https://app.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.", chromium, redirected, []string{"the final address"}},
		{"XMLHttpRequest cannot load https://api.example.com/posts. No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin 'https://app.example.com' is therefore not allowed access. The response had HTTP status code 502.", chromium, errorWithoutHeaders, []string{api, "status 502", origin}},
		{"Failed to load https://api.example.com/posts: No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin 'https://app.example.com' is therefore not allowed access.", chromium, noAllowOrigin, []string{api, origin}},
		{`Refused to get unsafe header "x-total-count"`, chromium, notExposed, []string{"x-total-count to ExposeHeaders"}},
		{"WebSocket connection to 'wss://api.example.com/socket' failed: Error during WebSocket handshake: Unexpected response code: 403", chromium, handshakeRefused, []string{"wss://api.example.com/socket", "CheckOrigin"}},
		{"Uncaught (in promise) TypeError: Failed to fetch", chromium, untold, nil},
		{"GET https://api.example.com/posts net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin 200 (OK)", chromium, resourcePolicy, nil},

		{reason("CORS header ‘Access-Control-Allow-Origin’ missing") + " Status code: 403.", firefox, noAllowOrigin, []string{api + ":"}},
		{reason("CORS header ‘Access-Control-Allow-Origin’ missing") + " Status code: 301.", firefox, errorWithoutHeaders, []string{api, "status 301"}},
		{reason("CORS header ‘Access-Control-Allow-Origin’ missing") + " Status code: 502.", firefox, errorWithoutHeaders, []string{api, "status 502"}},
		{reason("CORS header ‘Access-Control-Allow-Origin’ missing") + " Status code: 200.", firefox, noAllowOrigin, []string{api}},
		{reason("CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://other.example’"), firefox, otherAllowOrigin, []string{"is https://other.example."}},
		{reason("Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed"), firefox, severalAllowOrigins, []string{api}},
		{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at ‘https://api.example.com/posts’. (Reason: Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).", firefox, wildcardOrigin, []string{"to " + api + ","}},
		{reason("expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’"), firefox, noAllowCredentials, []string{api}},
		{reason("Did not find method in CORS header ‘Access-Control-Allow-Methods’"), firefox, methodNotAllowed, []string{api}},
		{reason("header ‘x-token’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response"), firefox, headerNotAllowed, []string{"x-token to AllowHeaders"}},
		{reason("missing token ‘x-token’ in CORS header ‘Access-Control-Allow-Headers’ from CORS preflight channel"), firefox, headerNotAllowed, []string{"x-token to AllowHeaders"}},
		{reason("CORS preflight response did not succeed") + " Status code: 405.", firefox, preflightStatus, []string{"405"}},
		{reason("CORS request did not succeed") + " Status code: (null).", firefox, noResponse, []string{api}},
		{reason("CORS request not http"), firefox, wrongScheme, []string{api}},
		{reason("CORS request external redirect not allowed"), firefox, badRedirect, nil},
		{reason("CORS header ‘Origin’ cannot be added"), firefox, noOriginHeader, nil},
		{reason("CORS disabled"), firefox, corsDisabled, nil},
		{reason("invalid token ‘a b’ in CORS header ‘Access-Control-Allow-Methods’"), firefox, badAllowMethods, nil},
		{reason("invalid token ‘a b’ in CORS header ‘Access-Control-Allow-Headers’"), firefox, badAllowHeaders, nil},
		{"Blocked loading mixed active content “http://api.example.com/posts”", firefox, mixedContent, []string{"http://api.example.com/posts,"}},
		{"TypeError: NetworkError when attempting to fetch resource.", firefox, untold, nil},

		{"[Error] Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 200\n[Error] Fetch API cannot load https://api.example.com/posts due to access control checks.\n[Error] TypeError: Load failed", webkit, noAllowOrigin, []string{origin}},
		{"Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.", webkit, wildcardOrigin, nil},
		{"Access-Control-Allow-Origin cannot contain more than one origin.", webkit, severalAllowOrigins, nil},
		{`Credentials flag is true, but Access-Control-Allow-Credentials is not "true".`, webkit, noAllowCredentials, nil},
		{"Preflight response is not successful. Status code: 404", webkit, preflightStatus, []string{"got 404,"}},
		{"Preflight response is not successful", webkit, preflightStatus, nil},
		{"Method PUT is not allowed by Access-Control-Allow-Methods.", webkit, methodNotAllowed, []string{"PUT to AllowMethods"}},
		{"Request header field X-Token is not allowed by Access-Control-Allow-Headers.", webkit, headerNotAllowed, []string{"X-Token to AllowHeaders"}},
		{"Header Access-Control-Allow-Methods has an invalid value: a b", webkit, badAllowMethods, nil},
		{"Header Access-Control-Allow-Headers has an invalid value: a b", webkit, badAllowHeaders, nil},
		{"[Warning] [blocked] The page at https://app.example.com/ was not allowed to display insecure content from http://api.example.com/posts. (main.js, line 2)", webkit, mixedContent, []string{"http://api.example.com/posts,"}},
		{"Cancelled load to https://api.example.com/posts because it violates the resource's Cross-Origin-Resource-Policy response header.", webkit, resourcePolicy, []string{api}},
		{"TypeError: Load failed", webkit, untold, nil},
		{"Fetch API cannot load https://api.example.com/posts due to access control checks.", webkit, untold, nil},

		{"It does not work.", "", "", nil},
		{"", "", "", nil},
	} {
		t.Run(test.text, func(t *testing.T) {
			d := diagnose(test.text)
			if d.Source != test.source {
				t.Errorf("source is %q, want %q", d.Source, test.source)
			}
			if len(d.Findings) != 1 {
				t.Fatalf("findings are %+v, want one", d.Findings)
			}
			f := d.Findings[0]
			if test.cause == "" {
				if !strings.Contains(f.What, "doesn't recognize") {
					t.Errorf("the finding is %q, want that it isn't recognized", f.What)
				}
				return
			}
			if want := meanings[test.cause]; f.Field != want.field || !fits(f.What, want.what) || !fits(f.Fix, want.fix) {
				t.Errorf("the finding is %+v, want that of %s", f, test.cause)
			}
			for _, part := range test.parts {
				if !strings.Contains(f.What+f.Fix, part) {
					t.Errorf("%q and %q lack %q", f.What, f.Fix, part)
				}
			}
		})
	}
}

// fits reports whether text can be what a template with parts in braces becomes.
func fits(text, template string) bool {
	for template != "" {
		fixed, rest, _ := strings.Cut(template, "{")
		_, template, _ = strings.Cut(rest, "}")
		_, after, ok := strings.Cut(text, fixed)
		if !ok {
			return false
		}
		text = after
	}
	return true
}

func TestMessagesWrappedAndRetypedAreTheSame(t *testing.T) {
	text := reason("CORS header ‘Access-Control-Allow-Origin’ missing")
	want := diagnose(text)
	for name, other := range map[string]string{
		"wrapped":        strings.ReplaceAll(text, " ", "\r\n  "),
		"straight quote": strings.NewReplacer("‘", "'", "’", "'").Replace(text),
		"double quote":   strings.NewReplacer("‘", `"`, "’", `"`).Replace(text),
	} {
		if got := diagnose(other); !slices.Equal(got.Findings, want.Findings) {
			t.Errorf("%s: findings are %+v, want %+v", name, got.Findings, want.Findings)
		}
	}
}

func TestSeveralMessagesAreFoundInTheirOrderAndOnce(t *testing.T) {
	method := lead + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.\n"
	origin := lead + "No 'Access-Control-Allow-Origin' header is present on the requested resource.\n"
	d := diagnose(method + origin + method + "TypeError: Failed to fetch")
	if len(d.Findings) != 2 || d.Findings[0].Field != "allowMethods" || d.Findings[1].Field != "allowOrigins" {
		t.Errorf("findings are %+v, want one of the method and one of the origin", d.Findings)
	}
}

func TestPartsOfAMessageAreQuotedInPart(t *testing.T) {
	d := diagnose("Method " + strings.Repeat("é", 5000) + " is not allowed by Access-Control-Allow-Methods.")
	if what := d.Findings[0].What; len(what) > 500 || !strings.Contains(what, "éé…") {
		t.Errorf("the finding is %q, want it cut", what)
	}
}

// FuzzDiagnose holds that every text has a finding, and that no finding has what
// could disturb a reader.
func FuzzDiagnose(f *testing.F) {
	f.Add(lead + "Method \x1b[2J\u202e is not allowed by Access-Control-Allow-Methods in preflight response.")
	f.Add(reason("CORS header ‘Access-Control-Allow-Origin’ missing"))
	for _, text := range transcripts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > maxPaste {
			return
		}
		d := diagnose(text)
		if len(d.Findings) == 0 || len(d.Findings) > maxFindings {
			t.Fatalf("there are %d findings", len(d.Findings))
		}
		for _, finding := range d.Findings {
			for _, sentence := range []string{finding.What, finding.Why, finding.Fix} {
				if sentence == "" && finding.Fix != "" {
					t.Fatalf("a sentence is missing in %+v", finding)
				}
				if strings.ContainsFunc(sentence, func(r rune) bool { return !unicode.IsGraphic(r) }) {
					t.Fatalf("%q has what is no text", sentence)
				}
			}
			if finding.Field != "" && !slices.ContainsFunc(policyFields, func(p PolicyField) bool { return p.Name == finding.Field }) {
				t.Fatalf("there is no field %q", finding.Field)
			}
		}
	})
}
