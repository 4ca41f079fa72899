package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

const usage = `corscheck checks the CORS of running servers, by what a browser would do.

Usage:

  corscheck -policy policy.json [flags] https://host/path ...
        Does the server do what the policy says? policy.json is one cors.Config,
        or a list of them:

        {
          "allowOrigins": ["https://app.example.com"],
          "allowMethods": ["PUT"],
          "allowCredentials": true
        }

        Without allowMethods or allowHeaders, corskit's defaults apply, such as
        Content-Type and Authorization; write [] for none.

  corscheck [flags] https://host/path ...
        What does the server allow, and what is dangerous about it?

corscheck sends some tens of requests to each URL, one at a time, and says how
many before it starts. They are OPTIONS and GET requests, which change nothing:
the response to a preflight says whether a method is allowed. A few of the GET
requests have the query parameter corscheck, which reveals caches.

Flags:

  -policy file      the policy to compare the server with; - is standard input
  -origin origin    an allowed origin, such as https://app.example.com; corscheck
                    also tries origins that look like it. With -policy, an
                    additional origin to check, such as one that a regular
                    expression matches. May be repeated
  -H 'Name: value'  a header for actual requests, such as Authorization or
                    Cookie; browsers never send these with preflights. May be
                    repeated
  -fail-on severity which findings set the exit status to 1: danger, fault (and
                    danger), or note (any finding); the default is fault
  -ignore id        a finding to ignore, by its id: see below. May be repeated
  -head             send HEAD instead of GET
  -k                accept any TLS certificate, such as a self-signed one
  -delay duration   how long to wait between two requests (default 100ms)
  -timeout duration how long to wait for each response (default 10s)
  -max-requests n   send nothing if a URL needs more (default 250)
  -json             write JSON
  -junit file       write a JUnit report, too
  -schema           print the schema of the JSON, and exit
  -h                print this help, and exit

Only terminals get colours; NO_COLOR=1 turns them off. A URL without a scheme
is http if its host is localhost or a loopback address.

Exit status:

  0  no finding is at or above -fail-on
  1  a finding is at or above -fail-on
  2  a server couldn't be checked: wrong flags, a wrong policy, or no response

The ids of findings, each with what is expected of the server:

`

// help returns what -h prints.
func help() string {
	t := &table{paint: plain}
	for _, id := range probe.IDs() {
		t.prose(fmt.Sprintf("  %-27s", id), probe.TitleOf(id))
	}
	return usage + t.text.String()
}

// A list is a flag that may be repeated.
type list []string

func (l *list) String() string { return strings.Join(*l, ", ") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// headers are the values of -H.
type headers http.Header

func (h *headers) String() string { return "" }

// Set parses a header as curl does. It refuses headers that corscheck sets, and
// headers of the connection, which scripts can't set.
func (h *headers) Set(text string) error {
	name, value, ok := strings.Cut(text, ":")
	value = strings.TrimSpace(value)
	name = http.CanonicalHeaderKey(name)
	switch {
	case !ok || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value):
		return errors.New(`isn't a header: write -H "Name: value"`)
	case name == "Origin" || strings.HasPrefix(name, "Access-Control-"):
		return errors.New("corscheck sets it: name origins with -origin")
	case name == "Host" || name == "Connection" || name == "Content-Length" || name == "Transfer-Encoding":
		return fmt.Errorf("%s follows from the URL and the request: leave it out", name)
	}
	if *h == nil {
		*h = make(headers)
	}
	http.Header(*h).Add(name, value)
	return nil
}

// parse reads the command line.
func parse(args []string) (*options, error) {
	o := &options{}
	flags := flag.NewFlagSet("corscheck", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.policy, "policy", "", "")
	flags.Var(&o.origins, "origin", "")
	flags.Var((*headers)(&o.target.Header), "H", "")
	failOn := flags.String("fail-on", string(probe.Fault), "")
	flags.Var((*list)(&o.target.Ignore), "ignore", "")
	flags.StringVar(&o.junit, "junit", "", "")
	flags.BoolVar(&o.target.Head, "head", false, "")
	flags.BoolVar(&o.insecure, "k", false, "")
	flags.DurationVar(&o.target.Delay, "delay", 100*time.Millisecond, "")
	flags.DurationVar(&o.target.Timeout, "timeout", 10*time.Second, "")
	flags.IntVar(&o.maxRequests, "max-requests", 250, "")
	flags.BoolVar(&o.json, "json", false, "")
	flags.BoolVar(&o.schema, "schema", false, "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, fmt.Errorf("%w: see corscheck -h", err)
	}
	if o.schema {
		return o, nil
	}
	if o.target.Delay < 0 || o.target.Timeout < 0 {
		return o, errors.New("-delay and -timeout can't be negative: write a duration such as 100ms")
	}
	o.failOn = probe.Severity(*failOn)
	if !slices.Contains(probe.Severities, o.failOn) {
		return o, fmt.Errorf("-fail-on %q: write danger, fault or note", *failOn)
	}
	for _, id := range o.target.Ignore {
		if !slices.Contains(probe.IDs(), id) {
			return o, fmt.Errorf("-ignore %q isn't the id of a finding: write one of %s", id, strings.Join(probe.IDs(), ", "))
		}
	}
	if flags.NArg() == 0 {
		return o, errors.New("the URL is missing: write corscheck https://host/path, and see corscheck -h")
	}
	for _, arg := range flags.Args() {
		if strings.HasPrefix(arg, "-") {
			return o, fmt.Errorf("%q comes after a URL: write the flags first", arg)
		}
		url, err := checkURL(arg)
		if err != nil {
			return o, err
		}
		o.urls = append(o.urls, url)
	}
	return o, nil
}

// checkURL returns a URL without its fragment, and adds http for this machine.
// It refuses URLs that browsers don't let scripts fetch.
func checkURL(text string) (string, error) {
	if isLoopback(text) {
		text = "http://" + text
	}
	if scheme, _, ok := strings.Cut(text, "://"); !ok || strings.ContainsAny(scheme, ".:/?#") {
		return "", fmt.Errorf("%q has no scheme: write %q", text, "https://"+text)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q isn't a URL: %w", text, errors.Unwrap(err))
	case u.User != nil:
		return "", fmt.Errorf("%q has a username or a password, which browsers refuse: leave it out, and write -H \"Authorization: …\" if the server needs it", u.Redacted())
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("%q has the scheme %s: write an http or https URL", text, u.Scheme)
	case u.Hostname() == "":
		return "", fmt.Errorf("%q has no host: write https://host/path", text)
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}

// isLoopback reports whether text is a URL of this machine, without its scheme.
func isLoopback(text string) bool {
	u, err := url.Parse("http://" + text)
	if err != nil {
		return false
	}
	if host := u.Hostname(); host != "localhost" && !strings.HasSuffix(host, ".localhost") {
		address, err := netip.ParseAddr(host)
		return err == nil && address.IsLoopback()
	}
	return true
}
