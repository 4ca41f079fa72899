package differential

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/corskit/cors/conformance/fetch"
	cors "github.com/corskit/cors/core"
)

// A scenario is a small world and what scripts do in it, one request after
// another. The zero value of every field is the plainest, so that a scenario
// shrinks by zeroing.
//
// In every text, {run} is replaced with the unique name of the run. Paths begin
// with it, so the preflight caches, cookies and HTTP caches of different runs
// do not interfere. A character of a header's name or value is one byte, as in
// JavaScript.
type scenario struct {
	// Policy, if there is one, is the policy of our engine in front of all
	// resources; the preflight responses then come from the engine.
	Policy *cors.Config `json:"policy,omitempty"`
	// Framework is the adapter with the policy; empty for net/http.
	Framework string `json:"framework,omitempty"`
	// Resources are the resources of URLs: a URL whose path is /{run}/a, or
	// below it, has the resource a, whatever its origin.
	Resources map[string]resource `json:"resources,omitempty"`
	Steps     []step              `json:"steps"`
}

type resource struct {
	// Preflight is the response to preflights if there is no policy.
	Preflight answer `json:"preflight,omitzero"`
	Answer    answer `json:"answer,omitzero"`
}

// An answer is a response: written byte by byte if there is no policy, and
// otherwise the application's response after the middleware.
type answer struct {
	Status int `json:"status,omitempty"` // 200 if 0
	// Interim is the status of an informational response that comes first.
	Interim int `json:"interim,omitempty"`
	// Lines are header lines without the end of line.
	Lines []string `json:"lines,omitempty"`
}

func (a answer) status() int {
	if a.Status == 0 {
		return 200
	}
	return a.Status
}

// A step is a call of fetch().
type step struct {
	Page    string         `json:"page,omitempty"` // the origin of the script; https://app.example.com if empty
	URL     string         `json:"url,omitempty"`  // https://api.example.com/{run}/a if empty
	Method  string         `json:"method,omitempty"`
	Headers []scriptHeader `json:"headers,omitempty"`
	// Body is sent as bytes; nil is none.
	Body        *string               `json:"body,omitempty"`
	Mode        fetch.Mode            `json:"mode,omitempty"`
	Credentials fetch.CredentialsMode `json:"credentials,omitempty"`
	Redirect    fetch.RedirectMode    `json:"redirect,omitempty"`
	// Upload makes it an XMLHttpRequest whose upload has a listener, which sets
	// the use-CORS-preflight flag.
	Upload bool `json:"upload,omitempty"`
}

type scriptHeader struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

const (
	plainPage = "https://app.example.com"
	plainURL  = "https://api.example.com/{run}/a"
)

func (s *step) page() string {
	if s.Page == "" {
		return plainPage
	}
	return s.Page
}

func (s *step) url() string {
	if s.URL == "" {
		return plainURL
	}
	return s.URL
}

// fragment returns the fragment of a URL, with its #.
func fragment(url string) string {
	if i := strings.IndexByte(url, '#'); i >= 0 {
		return url[i:]
	}
	return ""
}

// check returns why a scenario can't be carried out in the same way everywhere.
func (s *scenario) check() error {
	if len(s.Steps) == 0 {
		return fmt.Errorf("a scenario needs a step")
	}
	if _, err := s.handler(http.NotFoundHandler()); err != nil {
		return err
	}
	for _, r := range s.Resources {
		for _, a := range []answer{r.Preflight, r.Answer} {
			if a.status() < 200 || a.status() > 999 {
				return fmt.Errorf("%d isn't the status of a final response", a.Status)
			}
			for i, line := range a.Lines {
				// Browsers accept other lines, but net/http does not.
				if !headerLine.MatchString(line) {
					return fmt.Errorf("%q isn't a header line", line)
				}
				if ambiguous.MatchString(line) || isLocation(line) && (strings.ContainsFunc(line, isUnclear) || otherPrograms.MatchString(line)) {
					return fmt.Errorf("%q is not the same location for all", line)
				}
				if strings.HasPrefix(strings.ToLower(line), "content-") && i != slices.IndexFunc(a.Lines, func(l string) bool { return strings.HasPrefix(strings.ToLower(l), "content-") }) {
					return fmt.Errorf("%q appears twice", line)
				}
				if isCookie := strings.HasPrefix(strings.ToLower(line), "set-cookie:"); isCookie && (!setCookie.MatchString(line) || s.leadsToHTTP()) {
					return fmt.Errorf("%q isn't a cookie for tests", line)
				}
			}
			// Firefox looks for repeated ones in this form, and for no others.
			isOdd := func(line string) bool { return isAllowOrigin(line) && !strings.HasPrefix(line, allowOrigin) }
			if i := slices.IndexFunc(a.Lines, isOdd); i >= 0 && slices.ContainsFunc(slices.Delete(slices.Clone(a.Lines), i, i+1), isAllowOrigin) {
				return fmt.Errorf("%q may be repeated only in its usual form", a.Lines[i])
			}
			// As the server that carries out a policy is net/http's.
			if s.Policy != nil && (a.Interim != 0 || a.status() > 599) {
				return fmt.Errorf("behind a policy, the status %d and the interim one %d cannot be written", a.Status, a.Interim)
			}
		}
	}
	for _, step := range s.Steps {
		if !isPage(step.page()) {
			return fmt.Errorf("no page has the origin %q", step.Page)
		}
		// A relative URL would depend on the page, which the model does not know.
		if !absoluteURL.MatchString(step.url()) || !strings.Contains(step.url(), "{run}") {
			return fmt.Errorf("%q is not an absolute URL with {run}", step.URL)
		}
		if isHTTPS(step.page()) && s.leadsToHTTP() {
			return fmt.Errorf("a page with https may not fetch http (Mixed Content)")
		}
		if err := step.checkHeaders(); err != nil {
			return err
		}
		if err := step.checkUpload(); err != nil {
			return err
		}
	}
	return nil
}

// checkHeaders reports headers that engines and net/http send differently for
// reasons other than CORS.
func (s *step) checkHeaders() error {
	set := map[string]int{"user-agent": 1}
	for _, h := range s.Headers {
		set[strings.ToLower(h.Name)]++
	}
	for _, h := range s.Headers {
		if strings.Trim(h.Value, " \t\r\n") == "" && set[strings.ToLower(h.Name)] > 1 {
			return fmt.Errorf("%q is empty and not alone", h.Name)
		}
	}
	return nil
}

// leadsToHTTP reports whether a URL or a redirect is one of http.
func (s *scenario) leadsToHTTP() bool {
	for _, step := range s.Steps {
		if plainHTTP.MatchString(step.url()) {
			return true
		}
	}
	for _, r := range s.Resources {
		if slices.ContainsFunc(slices.Concat(r.Preflight.Lines, r.Answer.Lines), plainHTTP.MatchString) {
			return true
		}
	}
	return false
}

const (
	allowOrigin  = "Access-Control-Allow-Origin"
	allowMethods = "Access-Control-Allow-Methods"
)

func isAllowOrigin(line string) bool {
	name, _, _ := strings.Cut(line, ":")
	return strings.EqualFold(name, allowOrigin)
}

// headerLine is a header as it is written, possibly folded.
var headerLine = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+:([^\x00-\x08\x0a-\x1f\x7f]|\r\n[ \t])*$")

// setCookie is a cookie for only this run that is sent to other sites, too.
var setCookie = regexp.MustCompile(`^Set-Cookie: [a-z]=[0-9]; Path=/{run}/; Secure; SameSite=None(; HttpOnly)?$`)

// ambiguous is a location that is relative for some and not for others.
var ambiguous = regexp.MustCompile(`(?i)^location:.*https?:([^/\\]|[/\\]([^/\\]|$)|$)`)

func isLocation(line string) bool { return strings.HasPrefix(strings.ToLower(line), "location:") }

// otherPrograms are schemes that engines leave to other programs: WebKit has its
// own errors for ftp, and Firefox asks the user about mailto, and waits.
var otherPrograms = regexp.MustCompile(`(?i)(ftp|mailto):`)

// isUnclear reports whether engines read URLs with a character differently.
func isUnclear(r rune) bool { return r == '|' || r >= 0x80 }

var plainHTTP = regexp.MustCompile(`(?i)http:[/\\]`)

var absoluteURL = regexp.MustCompile(`^\s*[A-Za-z]+:[/\\]{2}`)

// checkUpload reports what differs between an XMLHttpRequest and fetch().
func (s *step) checkUpload() error {
	if !s.Upload {
		return nil
	}
	if strings.Contains(s.url(), "@") {
		return fmt.Errorf("an XMLHttpRequest may have a URL with a username")
	}
	if s.Mode != "" || s.Redirect != "" || s.Credentials == fetch.CredentialsOmit {
		return fmt.Errorf("an XMLHttpRequest has no such mode")
	}
	switch strings.ToUpper(s.Method) {
	case "", "GET", "HEAD":
		return fmt.Errorf("an XMLHttpRequest with the method %q has no upload", s.Method)
	}
	if s.Body == nil || *s.Body == "" {
		return fmt.Errorf("an XMLHttpRequest without a body has no upload")
	}
	names := map[string]bool{}
	for _, h := range s.Headers {
		name := strings.ToLower(h.Name)
		if names[name] {
			return fmt.Errorf("an XMLHttpRequest combines the headers called %q", h.Name)
		}
		names[name] = true
	}
	return nil
}

func (s *scenario) String() string {
	text, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// clone returns a copy that shares nothing with s.
func (s *scenario) clone() *scenario {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	var c scenario
	if err := json.Unmarshal(text, &c); err != nil {
		panic(err)
	}
	return &c
}

// toBytes turns a text whose characters are bytes into those bytes.
func toBytes(text string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteByte(byte(r))
	}
	return b.String()
}

// fromBytes is the reverse of toBytes.
func fromBytes(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}
