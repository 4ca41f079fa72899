package watch

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	cors "github.com/corskit/cors/core"
)

// A Difference is a way in which a candidate would decide otherwise. It shares no memory
// with the request. Text, Method, Path and Origin are in printable ASCII; values that
// aren't plain are in quotes and cut after 200 bytes.
type Difference struct {
	// Text is a sentence about what matters most.
	Text string
	// Count is how many requests differ in this way: 1 for the first, and later
	// how many followed.
	Count int

	// Kind, Method, Path and Origin are those of the first such request. Where
	// too much differs to be told apart, all fields but Text and Count are empty.
	Kind                 cors.Kind
	Method, Path, Origin string

	// Now is the response of the engine, and Then that of the candidate.
	Now, Then *Response
	// Headers are the names of the response headers that differ in more than the
	// order of a list, or the case of names in it.
	Headers []string

	// Panic is what the candidate panicked with, if it did. Then is nil there.
	Panic string
}

// A Response is what an Engine adds to the response to a request.
type Response struct {
	Config  int // the index of the Config, or -1 if none applies to the path
	Outcome cors.Outcome
	Reason  cors.Reason
	Status  int         // of the middleware's own response; 0: the next handler responds
	Header  http.Header // what is set, or added to Vary
}

// Shadow returns a Watcher for a dry run: a candidate also decides about each request,
// without effect, and the function report is called where it would decide otherwise.
// So you can try a configuration on real traffic before you put it into force with
// Reload. The candidate may be reloaded meanwhile.
//
// The candidate decides before the request goes on. If it has an AllowOriginFunc, that
// is called for each request that nothing else allows, and the request waits for it. A
// panic there is reported as a Difference and harms nothing.
//
// The first of the requests that differ alike is reported at once, and a minute later
// how many followed. Requests differ alike if the kind, both responses and, if only one
// of them allows it, the origin are the same. In a minute, up to 50 that aren't alike
// are told apart, and all others reported together. The goroutines that serve requests
// call report, several at once, and one goroutine of Shadow's own; if report panics,
// slog's default logger says so.
func Shadow(candidate *cors.Engine, report func(Difference)) cors.Watcher {
	s := &shadow{candidate: candidate, report: report}
	s.limiter = limiter[divergence, Difference]{
		interval: time.Minute,
		more: func(d Difference, n int) {
			d.Count = n
			s.tell(d)
		},
		others: func(n int) {
			s.tell(Difference{Text: "Other requests would also get another response.", Count: n})
		},
	}
	return s.watch
}

type shadow struct {
	candidate *cors.Engine
	report    func(Difference)
	limiter   limiter[divergence, Difference]
}

// A divergence is what requests have in common that differ alike.
type divergence struct {
	kind      cors.Kind
	now, then verdict
	headers   string // the names
	origin    string // if one allows it, and the other does not
	panicked  bool
}

type verdict struct {
	config, status int
	outcome        cors.Outcome
	reason         cors.Reason
}

func verdictOf(r *cors.Request, d cors.Decision) verdict {
	status, _ := d.Response()
	return verdict{d.Config(), status, d.Outcome(r), d.Reason()}
}

func (s *shadow) watch(r *cors.Request, now cors.Decision) {
	alike := divergence{kind: now.Kind(), now: verdictOf(r, now)}
	then, cause := s.decide(r)
	if cause != nil {
		alike.panicked = true
		text := quote(fmt.Sprint(cause))
		s.tellOnce(alike, r, now, func(d *Difference) {
			d.Panic, d.Text = text, "The candidate panicked: "+text+"."
		})
		return
	}
	alike.then = verdictOf(r, then)
	headers := differing(now, then)
	if len(headers) == 0 && alike.now.status == alike.then.status {
		return // if only one applies or allows, the headers differ
	}
	alike.headers = strings.Join(headers, " ")
	if (alike.now.outcome == cors.Allowed) != (alike.then.outcome == cors.Allowed) {
		alike.origin = r.Origin[:min(len(r.Origin), maxValue)]
	}
	failure := ""
	if err := then.Err(); err != nil {
		failure = " AllowOriginFunc fails: " + quote(fmt.Sprint(err)) + "."
	}
	s.tellOnce(alike, r, now, func(d *Difference) {
		d.Then, d.Headers = responseOf(r, then), headers
		d.Text = d.text() + failure
	})
}

// tellOnce reports the first of the requests that differ alike. The function
// fills in what the candidate says.
func (s *shadow) tellOnce(alike divergence, r *cors.Request, now cors.Decision, fill func(*Difference)) {
	d, ok := s.limiter.first(alike, func(alike divergence) (divergence, Difference) {
		alike.origin = strings.Clone(alike.origin)
		d := Difference{
			Count: 1, Kind: alike.kind, Method: quote(r.Method), Path: quote(pathOf(r)), Origin: quote(originOf(r)), Now: responseOf(r, now),
		}
		fill(&d)
		return alike, d
	})
	if ok {
		s.tell(d)
	}
}

// decide returns what the candidate says, or what it panicked with.
func (s *shadow) decide(r *cors.Request) (d cors.Decision, cause any) {
	defer func() { cause = recover() }()
	return s.candidate.Decide(r), nil
}

func (s *shadow) tell(d Difference) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("watch: the function that Shadow reports to panicked", "panic", quote(fmt.Sprint(cause)))
		}
	}()
	s.report(d)
}

func responseOf(r *cors.Request, d cors.Decision) *Response {
	a := &Response{Config: d.Config(), Outcome: d.Outcome(r), Reason: d.Reason(), Header: http.Header{}}
	a.Status, _ = d.Response()
	d.Apply(a.Header)
	for _, values := range a.Header {
		for i := range values {
			values[i] = strings.Clone(values[i])
		}
	}
	return a
}

// text returns the sentence about what matters most.
func (d *Difference) text() string {
	now, then := d.Now, d.Then
	lost := now.Outcome == cors.Allowed && then.Outcome != cors.Allowed
	gained := now.Outcome != cors.Allowed && then.Outcome == cors.Allowed
	from := d.Origin
	switch {
	case d.Kind == cors.NotCORS:
		from = "requests without Origin"
	case from == "":
		from = `""`
	}
	switch {
	case lost && then.Config < 0:
		return fmt.Sprintf("No Config would apply to the path, and %s would no longer be allowed.", from)
	case lost && then.Outcome != cors.OriginDenied:
		return fmt.Sprintf("A preflight from %s would no longer be allowed: %s.", from, then.Outcome)
	case gained && now.Outcome != cors.OriginDenied && now.Config >= 0:
		return fmt.Sprintf("A preflight from %s would be allowed, and now is not: %s.", from, now.Outcome)
	case lost:
		return from + " would no longer be allowed."
	case gained:
		return from + " would be allowed."
	case then.Config < 0:
		return fmt.Sprintf("No Config would apply to the path of %s.", from)
	case now.Config < 0:
		return fmt.Sprintf("Config %d would apply to the path of %s.", then.Config, from)
	case now.Status != then.Status:
		return fmt.Sprintf("The status of the response to %s would be %s, and now is %s.", from, then.status(), now.status())
	case len(d.Headers) == 1:
		name := d.Headers[0]
		return fmt.Sprintf("%s would be %s for %s, and now is %s.", name, then.value(name), from, now.value(name))
	}
	return fmt.Sprintf("%s would differ for %s.", strings.Join(d.Headers, ", "), from)
}

func (a *Response) status() string {
	if a.Status == 0 {
		return "that of the next handler"
	}
	return strconv.Itoa(a.Status)
}

func (a *Response) value(header string) string {
	if value := a.Header.Get(header); value != "" {
		return quote(value)
	}
	return "absent"
}

// differing returns the names of the headers that make a difference.
func differing(now, then cors.Decision) (names []string) {
	for name, value := range now.Headers() {
		if !equivalent(name, value, valueOf(then, name)) {
			names = append(names, name)
		}
	}
	for name, value := range then.Headers() {
		if valueOf(now, name) == "" && !equivalent(name, "", value) {
			names = append(names, name)
		}
	}
	if !equivalent("Vary", now.Vary(), then.Vary()) {
		names = append(names, "Vary")
	}
	return names
}

func valueOf(d cors.Decision, header string) string {
	for name, value := range d.Headers() {
		if name == header {
			return value
		}
	}
	return ""
}

// safelisted response headers can be read whether or not they are exposed
// (Fetch, "CORS-safelisted response-header name"). What is safelisted of methods
// and request headers counts, since it is in the preflight cache only if it is
// listed (Fetch, "CORS-preflight fetch").
var safelisted = []string{
	"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma",
}

// equivalent reports whether two values of a header have the same effect.
func equivalent(header, a, b string) bool {
	if a == b {
		return true
	}
	switch header {
	case "Access-Control-Expose-Headers":
		return slices.Equal(members(strings.ToLower(a), safelisted), members(strings.ToLower(b), safelisted))
	case "Access-Control-Allow-Headers", "Vary":
		return slices.Equal(members(strings.ToLower(a), nil), members(strings.ToLower(b), nil))
	case "Access-Control-Allow-Methods":
		return slices.Equal(members(a, nil), members(b, nil))
	}
	return false
}

// members returns the members of a list, but for some, sorted and each once.
func members(list string, without []string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(without, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
