package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/corskit/cors/conformance/fetch"
)

// maxBody bounds what is read of a response.
const maxBody = 1 << 20

// A judge does the steps of one case and says what is wrong.
type judge struct {
	server *Server
	cache  *sharedCache
	agents map[string]*fetch.Agent
	now    time.Time
	// answers are the CORS headers of each step's answer.
	answers []map[string]string
	// What the last step saw, for whoever reads a failure.
	trace      string
	conclusion string
}

func newJudge(server *Server) *judge {
	return &judge{
		server: server,
		agents: make(map[string]*fetch.Agent),
		now:    time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

// evidence returns what the last step saw on the wire, and what the browser
// made of it.
func (j *judge) evidence() string {
	text := "On the wire:\n" + indent(j.trace)
	if j.conclusion != "" {
		text += "\nThe browser concludes: " + j.conclusion
	}
	return text
}

func indent(text string) string {
	return "\t" + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n\t")
}

// step does a step and returns what is wrong, or nothing.
func (j *judge) step(ctx context.Context, s *Step) (complaint string) {
	j.trace, j.conclusion = "", ""
	var answer map[string]string
	switch {
	case s.Script != nil:
		complaint = j.script(ctx, s.Script)
	case s.Request != nil:
		answer, complaint = j.request(ctx, s.Request)
	case s.Reconfigure != nil:
		if err := j.server.Reconfigure(s.Reconfigure); err != nil {
			complaint = "the server refuses the new policy: " + err.Error()
		}
	}
	j.answers = append(j.answers, answer)
	return complaint
}

// agent returns the browser of the scripts of an origin.
func (j *judge) agent(s *Script) (*fetch.Agent, error) {
	key := fmt.Sprintf("%s %s %q", s.Origin, s.Through, s.Rewritten)
	if a := j.agents[key]; a != nil {
		return a, nil
	}
	origin := s.Origin
	if origin == "self" {
		base, err := url.Parse(j.server.URL)
		if err != nil {
			return nil, err
		}
		origin = base.Scheme + "://" + base.Host
	}
	a, err := fetch.NewAgent(origin)
	if err != nil {
		return nil, err
	}
	// Cookies of loopback addresses have no public suffix.
	if a.Jar, err = cookiejar.New(nil); err != nil {
		return nil, err
	}
	a.Now = func() time.Time { return j.now }
	a.Transport = j.transport(s.Through)
	if s.Rewritten != nil {
		a.Transport = rewriting{a.Transport, s.Rewritten}
	}
	j.agents[key] = a
	return a, nil
}

// transport returns the way to the server.
func (j *judge) transport(through string) http.RoundTripper {
	direct := j.server.Transport
	if direct == nil {
		direct = http.DefaultTransport
	}
	switch through {
	case "cache":
		if j.cache == nil {
			j.cache = &sharedCache{next: direct}
		}
		return j.cache
	case "splitting":
		return splitting{direct}
	case "joining":
		return joining{direct}
	}
	return direct
}

func (j *judge) script(ctx context.Context, s *Script) string {
	agent, err := j.agent(s)
	if err != nil {
		return err.Error()
	}
	j.now = j.now.Add(time.Duration(s.After) * time.Second)
	path := s.Path
	if path == "" {
		path = "/data"
	}
	request := &fetch.Request{
		URL:              j.server.URL + path,
		Method:           s.Method,
		Mode:             fetch.Mode(s.Mode),
		Credentials:      fetch.CredentialsMode(s.Credentials),
		Redirect:         fetch.RedirectMode(s.Redirect),
		UseCORSPreflight: s.Preflight,
	}
	for _, h := range s.Headers {
		request.Headers = append(request.Headers, fetch.Header{Name: h[0], Value: h[1]})
	}
	if s.Body != "" {
		request.Body = []byte(s.Body)
	}
	response, err := agent.Fetch(ctx, request)
	if err != nil {
		return j.blocked(err, &s.Expect)
	}
	defer response.Body.Close()
	j.trace = response.Trace.String()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return "the body cannot be read: " + err.Error()
	}
	j.conclusion = fmt.Sprintf("the script sees a response of type %s, status %d, with the headers %s", response.Type, response.Status, visible(response.Headers))
	return s.Expect.compare(response, string(body))
}

func visible(headers fetch.HeaderList) string {
	names := make([]string, len(headers))
	for i, h := range headers {
		names[i] = h.Name
	}
	return strings.Join(names, ", ")
}

// blocked judges a fetch that failed.
func (j *judge) blocked(err error, expect *Outcome) string {
	var failure *fetch.NetworkError
	if !errors.As(err, &failure) {
		return "a script cannot do this: " + err.Error()
	}
	j.trace, j.conclusion = failure.Trace.String(), failure.Error()
	switch {
	case failure.Step == fetch.StepNetwork:
		return "there is no response: " + failure.Error()
	case expect.Result != "blocked" && expect.Result != "any":
		return fmt.Sprintf("the fetch is blocked at %q, and must be %s", failure.Step, expect.Result)
	case expect.Step != "" && expect.Step != string(failure.Step):
		return fmt.Sprintf("the fetch is blocked at %q, and must be at %q", failure.Step, expect.Step)
	}
	return expect.count(failure.Trace)
}

// compare judges a fetch that succeeded.
func (o *Outcome) compare(response *fetch.Response, body string) string {
	if o.Result == "blocked" {
		return "the script can read the response, and must not"
	}
	if opaque := response.Type == fetch.ResponseOpaque || response.Type == fetch.ResponseOpaqueRedirect; opaque != (o.Result == "opaque") && o.Result != "any" {
		return fmt.Sprintf("the response is of type %s, and must be %s", response.Type, o.Result)
	}
	if o.Status != 0 && response.Status != o.Status {
		return fmt.Sprintf("the script sees the status %d, and must see %d", response.Status, o.Status)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Visible)) {
		value, ok := response.Headers.Get(name)
		if !ok {
			return fmt.Sprintf("the script cannot see the header %s", name)
		}
		if value != o.Visible[name] {
			return fmt.Sprintf("the script sees %q for the header %s, and must see %q", value, name, o.Visible[name])
		}
	}
	for _, name := range o.Hidden {
		if _, ok := response.Headers.Get(name); ok {
			return fmt.Sprintf("the script can see the header %s, and must not", name)
		}
	}
	if !strings.Contains(body, o.Body) {
		return fmt.Sprintf("the script sees the body %q, and must see %q in it", body, o.Body)
	}
	if o.Unseen != "" && strings.Contains(body, o.Unseen) {
		return fmt.Sprintf("the script sees the body %q, and must not see %q in it", body, o.Unseen)
	}
	return o.count(response.Trace)
}

// count judges how many requests were sent.
func (o *Outcome) count(trace fetch.Trace) string {
	preflights := 0
	for _, exchange := range trace {
		if exchange.Preflight {
			preflights++
		}
	}
	if o.Preflights != nil && preflights != *o.Preflights {
		return fmt.Sprintf("the browser sends %d preflights, and must send %d", preflights, *o.Preflights)
	}
	if requests := len(trace) - preflights; o.Requests != nil && requests != *o.Requests {
		return fmt.Sprintf("the browser sends %d requests after preflights, and must send %d", requests, *o.Requests)
	}
	return ""
}
