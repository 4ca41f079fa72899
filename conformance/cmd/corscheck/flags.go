package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

const usage = `corscheck asks a running server about its CORS, by what a browser would do.

Usage:

  corscheck -policy policy.json [flags] https://host/path
        Does the server do what the policy says? policy.json is one cors.Config,
        or a list of them:

        {
          "allowOrigins": ["https://app.example.com"],
          "allowMethods": ["PUT"],
          "allowCredentials": true
        }

  corscheck [flags] https://host/path
        What does the server allow, and what is dangerous about it?

It sends some tens of requests, one at a time, and first says how many: OPTIONS
and GET, and never one that changes something. Whether a method is allowed is
told by the answer to its preflight.

Flags:

  -policy file      the policy to hold the server against; - reads standard input
  -origin origin    an origin that is allowed, such as https://app.example.com:
                    its look-alikes are tried, too. With -policy, an origin to
                    check beside those that the policy lists, such as an
                    instance of an expression. May be repeated
  -H 'Name: value'  a header for actual requests, such as Authorization or
                    Cookie; browsers send none of it with preflights. May be
                    repeated
  -head             send HEAD in place of GET
  -k                accept any TLS certificate, such as a self-signed one
  -delay duration   how long to wait between two requests (default 100ms)
  -timeout duration how long to wait for each answer (default 10s)
  -max-requests n   send nothing if it would take more (default 250)
  -json             write JSON
  -schema           print the JSON schema of that, and exit
  -h                print this, and exit

Colours are for terminals only; NO_COLOR=1 leaves them out.

Exit status:

  0  the server conforms to the policy; without -policy: nothing is dangerous
  1  it does not conform; without -policy: something is dangerous or faulty
  2  that cannot be told: wrong input, or the server cannot be asked
`

// A list is a flag that may be repeated.
type list []string

func (l *list) String() string { return strings.Join(*l, ", ") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// headers are those of -H.
type headers http.Header

func (h *headers) String() string { return "" }

// Set takes a header as curl does. Headers by which CORS is decided are what is
// being asked about, and those of the connection are not a script's to set.
func (h *headers) Set(text string) error {
	name, value, ok := strings.Cut(text, ":")
	value = strings.TrimSpace(value)
	name = http.CanonicalHeaderKey(name)
	switch {
	case !ok || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value):
		return errors.New(`is no header: write -H "Name: value"`)
	case name == "Origin" || strings.HasPrefix(name, "Access-Control-"):
		return errors.New("is set by corscheck itself: name origins by -origin")
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
	flags.Var(&o.headers, "H", "")
	flags.BoolVar(&o.head, "head", false, "")
	flags.BoolVar(&o.insecure, "k", false, "")
	flags.DurationVar(&o.delay, "delay", 100*time.Millisecond, "")
	flags.DurationVar(&o.timeout, "timeout", 10*time.Second, "")
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
	switch flags.NArg() {
	case 0:
		return o, errors.New("there is no URL: write corscheck https://host/path, and see corscheck -h")
	case 1:
	default:
		return o, fmt.Errorf("%q stands behind the URL: write the flags before it, and one URL", flags.Arg(1))
	}
	if o.delay < 0 || o.timeout < 0 {
		return o, errors.New("-delay and -timeout cannot be negative: write a duration such as 100ms")
	}
	o.url = flags.Arg(0)
	return o, o.checkURL()
}

// checkURL refuses what a browser would not let a script fetch.
func (o *options) checkURL() error {
	u, err := url.Parse(o.url)
	switch {
	case err != nil:
		return fmt.Errorf("%q is no URL: %w", o.url, errors.Unwrap(err))
	case u.User != nil:
		return fmt.Errorf("%q has a username or a password in it, and browsers refuse that: leave it out, and write -H \"Authorization: …\" if the server needs it", u.Redacted())
	case u.Scheme == "" || u.Host == "" && u.Opaque != "":
		return fmt.Errorf("%q has no scheme: write %q", o.url, "https://"+o.url)
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q has the scheme %s: write an http or https URL", o.url, u.Scheme)
	case u.Hostname() == "":
		return fmt.Errorf("%q has no host: write https://host/path", o.url)
	}
	u.Fragment, u.RawFragment = "", ""
	o.url = u.String()
	return nil
}
